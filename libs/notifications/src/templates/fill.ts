/** A text cut at its names: words and names by turns, words first. */
const cuts = new Map<string, readonly string[]>();

function cut(text: string): readonly string[] {
  const known = cuts.get(text);
  if (known) return known;
  const parts = text.split(/\{(\w+)\}/);
  cuts.set(text, parts);
  return parts;
}

/**
 * Fills `{names}` in one of the texts of a language. What is filled in is never read as a text itself.
 * @throws Error for a name without a value, so that no brace reaches a reader
 */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return cut(text)
    .map((part, i) => {
      if (i % 2 === 0) return part;
      if (!Object.hasOwn(values, part)) throw new Error(`"${text}" asks for {${part}}, which is not there`);
      return values[part];
    })
    .join('');
}
