import { CharacterSet } from './characters';

const DIGITS: Readonly<Record<string, number>> = {
  零: 0,
  〇: 0,
  一: 1,
  二: 2,
  两: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
};
const TENS: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1000 };
const GROUPS: Readonly<Record<string, number>> = { 万: 10_000, 亿: 100_000_000 };

/** The characters that numbers are written in. */
export const NUMERALS: ReadonlySet<string> = new Set([DIGITS, TENS, GROUPS].flatMap((words) => Object.keys(words)));

/** Whether the character can stand in a number written in words (三百五十). */
export const isNumeral = (character: string | undefined): boolean => character !== undefined && NUMERALS.has(character);

const NUMERAL_SET = new CharacterSet(NUMERALS);
/** Whether such a character stands at `at`. */
export const isNumeralAt = (text: string, at: number): boolean => NUMERAL_SET.hasAt(text, at);

/**
 * The value of a number written in words: 二十一 is 21, 两万 is 20000, 二〇二六 is 2026. Null for anything else, and for a
 * multiplier that stands alone (百, 万), which is a manner of speaking.
 */
export function readNumeral(words: string): number | null {
  if (words === '' || words.length > 16) return null;
  if (words.length === 1) return DIGITS[words] ?? (words === '十' ? 10 : null);
  if ([...words].every((word) => word in DIGITS))
    return words.includes('两') && words.length > 1 ? null : Number([...words].map((word) => DIGITS[word]).join(''));
  let total = 0;
  let group = 0;
  let digit: number | null = null;
  for (const word of words) {
    const asDigit = DIGITS[word];
    const ten = TENS[word];
    const large = GROUPS[word];
    if (asDigit !== undefined) {
      if (digit !== null && digit !== 0) return null;
      digit = asDigit;
    } else if (ten !== undefined) {
      if (digit === null && !(ten === 10 && group === 0)) return null;
      group += (digit ?? 1) * ten;
      digit = null;
    } else if (large !== undefined) {
      group += digit ?? 0;
      if (group === 0 && total === 0) return null;
      total = large === 10_000 ? total + group * large : (total + group) * large;
      group = 0;
      digit = null;
    } else return null;
  }
  return total + group + (digit ?? 0);
}
