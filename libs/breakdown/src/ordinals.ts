import { isNumeral, readNumeral } from './chinese-numerals';
import { isHan, skipBlanks } from './folded-text';

/** The shapes of an item's label, from the coarsest: 第一章, 一、, 第一条, （一）, ——, 1., （1）, 1）, ①. */
export type OrdinalKind =
  | 'chapter'
  | 'word'
  | 'article'
  | 'bracketed_word'
  | 'dash'
  | 'digit'
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
  digit: 60,
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

const CIRCLED = '①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳';
const CHAPTER_WORDS = ['部分', '章', '编', '节', '篇'];
const LONGEST_NUMERAL = 5;

const isDigit = (character: string | undefined): boolean =>
  character !== undefined && character >= '0' && character <= '9';

interface Counted {
  value: number;
  end: number;
  words: boolean;
}

/** The number at `at`, in digits (at most three) or in words. */
function readCount(folded: string, at: number, end: number): Counted | null {
  const words = isNumeral(folded[at]);
  let next = at;
  const fits = words ? isNumeral : isDigit;
  while (next < end && next - at <= LONGEST_NUMERAL && fits(folded[next])) next++;
  const written = folded.slice(at, next);
  if (written === '' || written.length > (words ? LONGEST_NUMERAL : 3)) return null;
  const value = words ? readNumeral(written) : Number(written);
  return value === null || value === 0 || value > 999 ? null : { value, end: next, words };
}

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
    const count = readCount(folded, at + 1, end);
    if (count === null) return null;
    if (folded[count.end] === '条' && folded[count.end + 1] !== '例')
      return found('article', count.value, count.end + 1, count.end + 1);
    const chapter = CHAPTER_WORDS.find((word) => folded.startsWith(word, count.end));
    return chapter === undefined
      ? null
      : found('chapter', count.value, count.end + chapter.length, count.end + chapter.length);
  }
  if (first === '(') {
    const count = readCount(folded, at + 1, end);
    if (count === null || folded[count.end] !== ')') return null;
    const labelEnd = count.end + 1;
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
  const circled = CIRCLED.indexOf(first);
  if (circled >= 0) return found('circled', circled + 1, at + 1, at + 1);

  const count = readCount(folded, at, end);
  if (count === null) return null;
  const mark = folded[count.end];
  if (count.words)
    return (mark === '、' || mark === '.') && !isNumeral(folded[count.end + 1])
      ? found('word', count.value, count.end, count.end + 1)
      : null;
  if (mark === ')') return found('digit_bracket', count.value, count.end, count.end + 1);
  if ((mark === '.' || mark === '、') && endsLabel(folded, count.end, end, expected === count.value))
    return found('digit', count.value, count.end, count.end + 1);
  return null;
}
