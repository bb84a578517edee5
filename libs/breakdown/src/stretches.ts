import type { Span } from './breakdown.types';
import { isBlank, skipBlanks, skipBlanksBack } from './folded-text';
import type { Layout } from './layout';
import { tighten, type TightText } from './tight-text';

const MARKS = ',;。、';
const LINE = /[^\r\n\u0085\u2028\u2029\v\f]+/g;
const BREAK = /[\r\n\u0085\u2028\u2029\v\f]/;

/** A run of characters of some words, from `at`, and where in the source it was cut from. */
interface Piece {
  at: number;
  source: number;
  length: number;
}

/** The last piece that begins at or before `at`. */
function pieceAt(pieces: readonly Piece[], at: number): number {
  let low = 0;
  let high = pieces.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.at ?? 0) <= at) low = middle;
    else high = middle;
  }
  return low;
}

/** Where the words from `start` to `end` were cut from, piece by piece. */
function sourcesOf(pieces: readonly Piece[], start: number, end: number): Span[] {
  const spans: Span[] = [];
  for (let index = pieceAt(pieces, start); index < pieces.length; index++) {
    const piece = pieces[index];
    if (!piece || piece.at >= end) break;
    const from = Math.max(start - piece.at, 0);
    const to = Math.min(end - piece.at, piece.length);
    if (from < to) spans.push({ start: piece.source + from, end: piece.source + to });
  }
  return spans;
}

/** Words cut out of a text, which may be put together of several stretches of it. */
export class CutWords {
  private tightened: TightText | null = null;

  /** @param folded of the text that the words were cut out of */
  constructor(
    readonly text: string,
    private readonly folded: string,
    private readonly pieces: readonly Piece[],
  ) {}

  /** The words as dates and numbers are read in them. */
  get tight(): TightText {
    return (this.tightened ??= tighten(this.text, this.foldedWords()));
  }

  /** The folded copy of the words, which is cut out of the text's: to fold again takes longer. */
  private foldedWords(): string {
    let words = '';
    for (const { at, source, length } of this.pieces) {
      if (at > words.length) words += '\n';
      words += this.folded.slice(source, source + length);
    }
    return words;
  }

  /** The stretches of the source that the words from `start` to `end` stand in; with nothing but blanks between, one. */
  spansOf(start = 0, end = this.text.length): Span[] {
    const joined: Span[] = [];
    for (const span of sourcesOf(this.pieces, start, end)) {
      const last = joined.at(-1);
      if (last && last.end <= span.start && skipBlanks(this.folded, last.end, span.start) === span.start)
        last.end = span.end;
      else joined.push(span);
    }
    return joined;
  }
}

/** The stretch of a text as it stands. */
export const wordsAt = (layout: Pick<Layout, 'text' | 'folded'>, { start, end }: Span): CutWords =>
  new CutWords(layout.text.slice(start, end), layout.folded, [{ at: 0, source: start, length: end - start }]);

/**
 * The words of a range without the `holes` in it (in order, without overlaps), as they are written; lines are joined by
 * one line break, and a line of which nothing is left is dropped.
 */
export function wordsWithout(layout: Pick<Layout, 'text' | 'folded'>, range: Span, holes: readonly Span[]): CutWords {
  const kept: Piece[] = [];
  let words = '';
  let from = range.start;
  let last = ' ';
  const keep = (to: number): void => {
    if (to <= from) return;
    kept.push({ at: words.length, source: from, length: to - from });
    words += layout.text.slice(from, to);
  };
  for (const hole of holes) {
    if (hole.end <= range.start || hole.start >= range.end) continue;
    const stop = Math.max(from, hole.start);
    keep(stop);
    if (stop > from) last = layout.folded[stop - 1] ?? '';
    from = Math.max(from, hole.end);
    // 「…改造；（责任单位：…）。」 keeps the first of the two marks.
    if (MARKS.includes(last) && MARKS.includes(layout.folded[from] ?? ' ')) from++;
  }
  keep(range.end);
  const [only] = kept;
  if (only && kept.length === 1 && !BREAK.test(words)) {
    const start = only.source + words.length - words.trimStart().length;
    return wordsAt(layout, { start, end: start + words.trim().length });
  }
  const lines: string[] = [];
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of words.matchAll(LINE)) {
    const line = match[0].trim();
    if (line === '') continue;
    const start = match.index + match[0].length - match[0].trimStart().length;
    let offset = at;
    for (const span of sourcesOf(kept, start, start + line.length)) {
      pieces.push({ at: offset, source: span.start, length: span.end - span.start });
      offset += span.end - span.start;
    }
    lines.push(line);
    at += line.length + 1;
  }
  return new CutWords(lines.join('\n'), layout.folded, pieces);
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
