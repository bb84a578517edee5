import type { Span } from './breakdown.types';
import { isBlank, skipBlanks, skipBlanksBack } from './folded-text';
import type { Layout } from './layout';

const MARKS = ',;。、';

/**
 * The words of a range without the `holes` in it (in order, without overlaps), as they are written; lines are joined by
 * one line break, and a line of which nothing is left is dropped.
 */
export function wordsWithout(layout: Layout, range: Span, holes: readonly Span[]): string {
  let words = '';
  let from = range.start;
  let last = ' ';
  for (const hole of holes) {
    if (hole.end <= range.start || hole.start >= range.end) continue;
    const stop = Math.max(from, hole.start);
    words += layout.text.slice(from, stop);
    if (stop > from) last = layout.folded[stop - 1] ?? '';
    from = Math.max(from, hole.end);
    // 「…改造；（责任单位：…）。」 keeps the first of the two marks.
    if (MARKS.includes(last) && MARKS.includes(layout.folded[from] ?? ' ')) from++;
  }
  words += layout.text.slice(from, Math.max(from, range.end));
  return words
    .split(/[\r\n\u0085\u2028\u2029\v\f]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n');
}

/** The range without blanks and the marks that part it from its neighbours at its start. */
export function trimStretch(folded: string, range: Span): Span {
  let start = range.start;
  while (start < range.end && (isBlank(folded[start]) || ',;。、.)]〕】>'.includes(folded[start] ?? ''))) start++;
  return { start, end: skipBlanksBack(folded, range.end, start) };
}

/** What the spans leave of the text, without blanks at the ends; stretches of nothing but blanks are no stretches. */
export function complement(folded: string, spans: readonly Span[]): Span[] {
  const rest: Span[] = [];
  let from = 0;
  const add = (to: number): void => {
    const start = skipBlanks(folded, from, to);
    if (start < to) rest.push({ start, end: skipBlanksBack(folded, to, start) });
  };
  for (const span of [...spans].sort((one, other) => one.start - other.start)) {
    if (span.start > from) add(span.start);
    from = Math.max(from, span.end);
  }
  add(folded.length);
  return rest;
}
