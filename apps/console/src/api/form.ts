/** Makes a request's body a form with files, where the client would make JSON of it: its `bodySerializer`. */
export const formOf = (fields: Readonly<Record<string, string | File | undefined>>) => () => {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, value);
  return form;
};
