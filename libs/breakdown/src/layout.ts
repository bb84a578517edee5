import type { Span } from './breakdown.types';
import { isCloserAt } from './brackets';
import { CharacterSet } from './characters';
import { fold, isBlankAt, skipBlanks, skipBlanksBack } from './folded-text';
import { ORDINAL_RANK, readOrdinal, type Ordinal } from './ordinals';

/** A stretch of text that stands for itself: a line, or what was one before the breaks were lost. Blanks trimmed. */
export interface Paragraph extends Span {
  ordinal: Ordinal | null;
}

/** A text cut into paragraphs, with the folded copy that every reader works on. */
export interface Layout {
  text: string;
  folded: string;
  paragraphs: Paragraph[];
  lineStarts: number[];
}

/** The line, from 1, of an offset. */
export function lineOf(layout: Pick<Layout, 'lineStarts'>, offset: number): number {
  let low = 0;
  let high = layout.lineStarts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((layout.lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

const LONGEST_INLINE_HEADING = 40;
const ORDINAL_STARTS = '第(0123456789一二三四五六七八九十①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳';
const MAY_START_ORDINAL = new CharacterSet(ORDINAL_STARTS);
const HEADING_ENDS = '。,;';
const ENDS_HEADING = new CharacterSet(HEADING_ENDS);
/** What tells where a paragraph may begin inside a line, besides blanks. */
const TELLING = new CharacterSet(ORDINAL_STARTS + HEADING_ENDS);
const ENDS_SENTENCE = new CharacterSet('。;！!?？');
const SEMICOLON = new CharacterSet(';');
const WIDE_BLANK = 0x3000;
const WORD_KINDS: ReadonlySet<Ordinal['kind']> = new Set(['chapter', 'word', 'article', 'bracketed_word']);

const isItem = (ordinal: Ordinal): boolean =>
  WORD_KINDS.has(ordinal.kind) || ordinal.kind === 'digit' || ordinal.kind === 'decimal';

/** The last value of each kind of label, to see which label carries a sequence on. */
class Sequence {
  private readonly last = new Map<Ordinal['kind'], number>();

  expectedDigit(): number | null {
    const last = this.last.get('digit');
    return last === undefined ? null : last + 1;
  }

  continues(ordinal: Ordinal): boolean {
    return ordinal.value === 1 || ordinal.value === (this.last.get(ordinal.kind) ?? Number.NaN) + 1;
  }

  add(ordinal: Ordinal): void {
    if (ordinal.value !== null) this.last.set(ordinal.kind, ordinal.value);
  }
}

/** How a label inside a line is set off from what precedes it, from the surest sign to the weakest. */
type Break = 'gap' | 'after_bracket' | 'after_sentence' | 'after_heading';

/** How the text before `at` invites a new paragraph there, or null. */
function breakBefore(folded: string, at: number, lineStart: number): Break | null {
  const before = skipBlanksBack(folded, at, lineStart);
  if (at - before >= 2) return 'gap';
  if (isCloserAt(folded, before - 1)) return 'after_bracket';
  if (!ENDS_SENTENCE.hasAt(folded, before - 1)) return null;
  if (isCloserAt(folded, before - 2)) return 'after_bracket';
  return SEMICOLON.hasAt(folded, before - 1) ? null : 'after_sentence';
}

/**
 * The offsets inside one line at which a new paragraph begins. Web pages lose line breaks: then labels that carry a
 * sequence on, right behind the bracket that ends the item before, are all that is left of them. Once a line shows two
 * of those it is a run-on line, and weaker signs count too.
 */
function breaksInLine(layout: Pick<Layout, 'text' | 'folded'>, line: Span, sequence: Sequence): number[] {
  const { folded } = layout;
  const scan = (runOn: boolean): number[] => {
    const found: number[] = [];
    const opening = readOrdinal(folded, line.start, line.end, sequence.expectedDigit());
    if (opening) sequence.add(opening);
    let heading: { rank: number; at: number } | null = opening
      ? { rank: ORDINAL_RANK[opening.kind], at: opening.end }
      : null;
    for (let at = line.start + 1; at < line.end; at++) {
      if (!TELLING.hasAt(folded, at) && !isBlankAt(folded, at - 1)) continue;
      if (isBlankAt(folded, at)) continue;
      if (ENDS_HEADING.hasAt(folded, at)) heading = null;
      const ideographicGap =
        layout.text.charCodeAt(at - 1) === WIDE_BLANK && layout.text.charCodeAt(at - 2) === WIDE_BLANK;
      if (ideographicGap) found.push(at);
      if (!MAY_START_ORDINAL.hasAt(folded, at)) continue;
      const inlineHeading: Break | null = heading && at - heading.at <= LONGEST_INLINE_HEADING ? 'after_heading' : null;
      const sign = breakBefore(folded, at, line.start) ?? inlineHeading;
      if (sign === null) continue;
      const ordinal = readOrdinal(folded, at, line.end);
      if (ordinal === null || !sequence.continues(ordinal)) continue;
      const item = isItem(ordinal);
      const sure = sign === 'gap' || (sign === 'after_bracket' && item);
      const weak =
        runOn && item && (sign === 'after_sentence' || (heading !== null && ORDINAL_RANK[ordinal.kind] > heading.rank));
      if (!sure && !weak) continue;
      if (!ideographicGap) found.push(at);
      sequence.add(ordinal);
      heading = { rank: ORDINAL_RANK[ordinal.kind], at: ordinal.end };
      at = ordinal.end - 1;
    }
    return found;
  };
  return scan(itemsBehindBrackets(folded, line) >= 2);
}

/** How many labels of items stand right behind a closing bracket, as they do where line breaks were lost. */
function itemsBehindBrackets(folded: string, line: Span): number {
  let items = 0;
  for (let at = line.start + 1; at < line.end && items < 2; at++) {
    if (!MAY_START_ORDINAL.hasAt(folded, at) || breakBefore(folded, at, line.start) !== 'after_bracket') continue;
    const ordinal = readOrdinal(folded, at, line.end);
    if (ordinal && isItem(ordinal)) items++;
  }
  return items;
}

/** Cuts a text into paragraphs, each with the label it begins with, and folds it. */
export function layOut(text: string): Layout {
  const folded = fold(text);
  const layout: Layout = { text, folded, paragraphs: [], lineStarts: [0] };
  const sequence = new Sequence();
  const add = (from: number, to: number, expected: number | null): void => {
    const start = skipBlanks(folded, from, to);
    const end = skipBlanksBack(folded, to, start);
    if (start < end) layout.paragraphs.push({ start, end, ordinal: readOrdinal(folded, start, end, expected) });
  };
  for (let from = 0; from <= folded.length;) {
    const newline = folded.indexOf('\n', from);
    const to = newline < 0 ? folded.length : newline;
    const start = skipBlanks(folded, from, to);
    const expected = sequence.expectedDigit();
    const breaks = start < to ? breaksInLine(layout, { start, end: to }, sequence) : [];
    [start, ...breaks].forEach((at, index) =>
      add(at, breaks[index] ?? to, index === 0 ? expected : (readOrdinal(folded, at, to)?.value ?? null)),
    );
    from = to + 1;
    if (newline >= 0) layout.lineStarts.push(from);
  }
  labelFirstItems(layout);
  return layout;
}

/**
 * 「1.65岁以上老人…」 is item 1 where 「2.」 comes next and no other 1 before it: nothing that stands before the first item
 * could tell that.
 */
function labelFirstItems({ folded, paragraphs }: Layout): void {
  const isDigit = (paragraph: Paragraph): boolean => paragraph.ordinal?.kind === 'digit';
  let next: number | null = null;
  let found: Paragraph | null = null;
  for (const paragraph of paragraphs.toReversed()) {
    if (isDigit(paragraph)) {
      if (found && paragraph.ordinal?.value !== 1) found.ordinal = readOrdinal(folded, found.start, found.end, 1);
      next = paragraph.ordinal?.value ?? null;
      found = null;
    } else if (paragraph.ordinal === null && next === 2 && folded.startsWith('1.', paragraph.start)) found = paragraph;
  }
  if (found) found.ordinal = readOrdinal(folded, found.start, found.end, 1);
}
