/** Signs in and gives the token. */
export async function signIn(url: string, username: string, password: string): Promise<string> {
  const session = await post<{ token: string }>(url, null, '/sessions', JSON.stringify({ username, password }));
  return session.token;
}

export const get = <T>(url: string, token: string, path: string): Promise<T> => ask(url, token, path, {});

export const post = <T>(url: string, token: string | null, path: string, body: string | FormData): Promise<T> =>
  ask(url, token, path, { method: 'POST', body });

/** All items of a list, page by page. */
export async function list<T>(url: string, token: string, path: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor = ''; ;) {
    const page = await get<{ items: T[]; next: string | null }>(url, token, `${path}?limit=200${cursor}`);
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = `&cursor=${encodeURIComponent(page.next)}`;
  }
}

/** A file as a form sends it. */
export function file(name: string, bytes: string | Buffer): FormData {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(Buffer.from(bytes))]), name);
  return form;
}

/** @throws Error with the status and the body of an answer that is no good one */
async function ask<T>(url: string, token: string | null, path: string, init: RequestInit): Promise<T> {
  const response = await fetch(`${url}/api/v1${path}`, {
    ...init,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(typeof init.body === 'string' ? { 'content-type': 'application/json' } : {}),
    },
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
  return JSON.parse(text) as T;
}
