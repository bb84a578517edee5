import { fill } from './fill';
import type { Line } from './line';
import { LINE_SORTS, type LineSort, type Messages } from './messages';

/** Each thing once, the most urgent first; where a person gets the original too, the copy is left out. */
export function arrange<L extends Line>(lines: readonly L[]): L[] {
  const sorted = [...lines].sort(
    (a, b) => LINE_SORTS.indexOf(a.sort) - LINE_SORTS.indexOf(b.sort) || Number(a.isCopy) - Number(b.isCopy),
  );
  const seen = new Set<string>();
  return sorted.filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** Says how many of what: `督办：催办2件、提醒1件`. */
export function subjectOf(lines: readonly { sort: LineSort }[], m: Messages): string {
  const counts = LINE_SORTS.map((sort) => ({ sort, count: lines.filter((line) => line.sort === sort).length }))
    .filter(({ count }) => count > 0)
    .map(({ sort, count }) => fill(m.counts[sort], { count }));
  return fill(m.subject, { counts: counts.join(m.separator) });
}

/** The body of a mail, plain and as HTML; whatever comes from documents or people is escaped. */
export function mailBody(name: string, lines: readonly string[], m: Messages): { text: string; html: string } {
  const greeting = fill(m.mail.greeting, { name });
  const items = lines.map((line) => `<li>${escape(line)}</li>`).join('\n');
  return {
    text: [greeting, '', ...lines.map((line, i) => `${i + 1}. ${line}`), '', m.mail.footer, ''].join('\n'),
    html: `<p>${escape(greeting)}</p>\n<ol>\n${items}\n</ol>\n<p><small>${escape(m.mail.footer)}</small></p>\n`,
  };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in HTML. */
export const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
