/*
 * Several names or codes in one cell, apart by 、 or another separator. A name that has a separator in it, or begins
 * with a quotation mark, stands between quotation marks, with those in it doubled, as in CSV.
 */

const SEPARATORS = '、,，;；';
const NEEDS_QUOTES = /^\s*"|[、,，;；]/;

export const joinList = (items: readonly string[]): string =>
  items.map((item) => (NEEDS_QUOTES.test(item) ? `"${item.replaceAll('"', '""')}"` : item)).join('、');

/** Null where a quotation mark is not closed, or something stands behind it. Blank items are left out. */
export function splitList(text: string): string[] | null {
  const items: string[] = [];
  let rest = text.trimStart();
  while (rest !== '') {
    const quoted = /^"((?:[^"]|"")*)"\s*/.exec(rest);
    if (rest.startsWith('"') && !quoted) return null;
    if (quoted) {
      items.push(quoted[1]!.replaceAll('""', '"'));
      rest = rest.slice(quoted[0].length);
      if (rest !== '' && !SEPARATORS.includes(rest[0]!)) return null;
    } else {
      const end = rest.search(/[、,，;；]/);
      items.push(end < 0 ? rest : rest.slice(0, end));
      rest = end < 0 ? '' : rest.slice(end);
    }
    rest = rest.slice(1).trimStart();
  }
  return items.map((item) => item.trim()).filter((item) => item !== '');
}
