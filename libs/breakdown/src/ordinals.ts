import { isNumeral, readNumeral } from './chinese-numerals';
import { isBlankAt, isHan, skipBlanks } from './folded-text';
import { readQuantity } from './quantities';

/** The shapes of an item's label, from the coarsest: 第一章, 一、, 第一条, （一）, ——, 问题1：, 1., 1.1, （1）, 1）, ①. */
export type OrdinalKind =
  | 'chapter'
  | 'word'
  | 'article'
  | 'bracketed_word'
  | 'dash'
  | 'named'
  | 'digit'
  | 'decimal'
  | 'bracketed_digit'
  | 'digit_bracket'
  | 'circled';

/**
 * How coarse each shape is: a label of a lower rank opens a section around those of a higher one. Texts that turn the
 * usual order round are rarer than texts that start in the middle, so the order is fixed and not learned.
 */
export const ORDINAL_RANK: Readonly<Record<OrdinalKind, number>> = {
  chapter: 0,
  word: 10,
  article: 20,
  bracketed_word: 30,
  dash: 40,
  named: 55,
  digit: 60,
  decimal: 65,
  bracketed_digit: 70,
  digit_bracket: 80,
  circled: 90,
};

/** A label at the start of a paragraph. `label` ends where the number does; `end` is where the words begin. */
export interface Ordinal {
  kind: OrdinalKind;
  /** Null for a dash, which does not count. */
  value: number | null;
  labelEnd: number;
  end: number;
}

/** Nouns that count items (问题1：, 任务二：); a colon, a full stop or a blank must follow the number. */
const NAMED = ['问题', '任务', '项目', '事项', '举措', '措施'];
const CIRCLED = '①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳';
const CHAPTER_WORDS = ['部分', '章', '编', '节', '篇'];
const LONGEST_NUMERAL = 5;
const MOST_LEVELS = 3;
const MOST_OF_LEVEL = 40;

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9';

interface Counted {
  value: number;
  end: number;
  words: boolean;
}

/** Beyond this a number is more often a year or a quantity than a label, unless it carries the sequence on. */
const LARGEST_ALONE = 999;
const LARGEST_GAP = 20;

/** The number at `at`, in digits or in words. */
function readCount(folded: string, at: number, end: number, expected: number | null): Counted | null {
  const words = isNumeral(folded[at]);
  let next = at;
  const fits = words ? isNumeral : isDigit;
  while (next < end && next - at <= LONGEST_NUMERAL && fits(folded[next])) next++;
  const written = folded.slice(at, next);
  if (written === '' || written.length > LONGEST_NUMERAL) return null;
  const value = words ? readNumeral(written) : Number(written);
  if (value === null || value === 0) return null;
  const carriesOn = expected !== null && value >= expected && value <= expected + LARGEST_GAP;
  return value <= LARGEST_ALONE || carriesOn ? { value, end: next, words } : null;
}

/** Blanks that space a label out: ( 一 ), 1 、. */
const MOST_BLANKS = 2;
const skipSpacing = (folded: string, at: number, end: number): number =>
  skipBlanks(folded, at, Math.min(end, at + MOST_BLANKS));

/** Whether `1.` or `1、` at `mark` ends a label and is not the point of a decimal or one of a list (3、4号线). */
function endsLabel(folded: string, mark: number, end: number, fitsSequence: boolean): boolean {
  const after = mark + 1;
  if (after >= end || !isDigit(folded[after])) return true;
  if (folded[mark] !== '.') return false;
  let next = after;
  while (next < end && next - after < 5 && isDigit(folded[next])) next++;
  // 「1.2026年」 is item 1; nobody writes a paragraph's first number with three or more decimals.
  return next - after >= 3 || (fitsSequence && next - after > 0);
}

/** The last number of a label with several levels (1.1, 2.3.1) whose first ends at `mark`, or null: 1.5万亩 is a quantity. */
function readLevels(folded: string, at: number, mark: number, end: number): { value: number; end: number } | null {
  let next = mark;
  let value = 0;
  for (let level = 0; level < MOST_LEVELS && folded[next] === '.' && isDigit(folded[next + 1]); level++) {
    const count = readCount(folded, next + 1, end, null);
    if (count === null || count.words || folded[next + 1] === '0' || count.value > MOST_OF_LEVEL) return null;
    value = count.value;
    next = count.end;
  }
  const after = folded[skipBlanks(folded, next, end)];
  if (next === mark || !(isHan(after) || after === '“') || readQuantity(folded, at, end)) return null;
  return { value, end: next };
}

/** The last number of a label such as 「2-1」 that a blank or a mark sets off from the words, or null: 1-2个 is a range. */
function readDashedLevels(folded: string, mark: number, end: number): { value: number; end: number } | null {
  if (folded[mark] !== '-' && folded[mark] !== '—') return null;
  const count = readCount(folded, mark + 1, end, null);
  if (count === null || count.words || count.value > MOST_OF_LEVEL) return null;
  const isSetOff = folded[count.end] === '.' || folded[count.end] === '、' || isBlankAt(folded, count.end);
  const words = skipBlanks(folded, isSetOff ? count.end + 1 : count.end, end);
  return isSetOff && (isHan(folded[words]) || folded[words] === '“') ? { value: count.value, end: count.end } : null;
}

/**
 * The label at `at` (no blank there) of a folded text, or null. `expected` is the number that would carry on the
 * sequence of digits: it decides between item 12 beginning 「12.5个…」 and the decimal 12.5.
 */
export function readOrdinal(folded: string, at: number, end: number, expected: number | null = null): Ordinal | null {
  const first = folded[at];
  if (first === undefined || at >= end) return null;
  const found = (kind: OrdinalKind, value: number | null, labelEnd: number, wordsAt: number): Ordinal => ({
    kind,
    value,
    labelEnd,
    end: skipBlanks(folded, wordsAt, end),
  });

  if (first === '第') {
    const count = readCount(folded, at + 1, end, expected);
    if (count === null) return null;
    if (folded[count.end] === '条' && folded[count.end + 1] !== '例')
      return found('article', count.value, count.end + 1, count.end + 1);
    const chapter = CHAPTER_WORDS.find((word) => folded.startsWith(word, count.end));
    return chapter === undefined
      ? null
      : found('chapter', count.value, count.end + chapter.length, count.end + chapter.length);
  }
  if (first === '(') {
    const count = readCount(folded, skipSpacing(folded, at + 1, end), end, expected);
    const close = count && skipSpacing(folded, count.end, end);
    if (count === null || close === null || folded[close] !== ')') return null;
    const labelEnd = close + 1;
    const wordsAt = folded[labelEnd] === '、' || folded[labelEnd] === '.' ? labelEnd + 1 : labelEnd;
    return found(count.words ? 'bracketed_word' : 'bracketed_digit', count.value, labelEnd, wordsAt);
  }
  if (first === '—' || (first === '-' && folded[at + 1] === '-')) {
    let next = at;
    while (next < end && next - at < 4 && (folded[next] === '—' || folded[next] === '-')) next++;
    return isHan(folded[skipBlanks(folded, next, end)]) || folded[next] === '“'
      ? found('dash', null, next, next)
      : null;
  }
  const noun = NAMED.find((word) => folded.startsWith(word, at));
  if (noun !== undefined) {
    const count = readCount(folded, at + noun.length, end, expected);
    if (count === null || !': .、\n'.includes(folded[count.end] ?? '\n')) return null;
    return found('named', count.value, count.end, folded[count.end] === '\n' ? count.end : count.end + 1);
  }
  const circled = CIRCLED.indexOf(first);
  if (circled >= 0) return found('circled', circled + 1, at + 1, at + 1);

  const count = readCount(folded, at, end, expected);
  if (count === null) return null;
  const markAt = skipSpacing(folded, count.end, end);
  const mark = folded[markAt];
  if (count.words)
    return (mark === '、' || mark === '.') && !isNumeral(folded[markAt + 1])
      ? found('word', count.value, count.end, markAt + 1)
      : null;
  if (mark === ')') return found('digit_bracket', count.value, count.end, markAt + 1);
  if (markAt > count.end)
    return (mark === '.' || mark === '、') && !isDigit(folded[markAt + 1])
      ? found('digit', count.value, count.end, markAt + 1)
      : null;
  const levels = mark === '.' && expected !== count.value ? readLevels(folded, at, count.end, end) : null;
  if (levels) return found('decimal', levels.value, levels.end, levels.end);
  const dashed = readDashedLevels(folded, count.end, end);
  if (dashed)
    return found('decimal', dashed.value, dashed.end, isBlankAt(folded, dashed.end) ? dashed.end : dashed.end + 1);
  if ((mark === '.' || mark === '、') && endsLabel(folded, count.end, end, expected === count.value))
    return found('digit', count.value, count.end, count.end + 1);
  return null;
}
