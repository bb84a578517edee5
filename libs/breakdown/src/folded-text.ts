const WIDE =
  /[\uff01-\uff5e\u3000\u00a0\u2000-\u200a\u202f\ufeff\u3008\u3009\u2039\u203a\u3016\u3017\ufe59-\ufe5e\u301c\ufe30\u2236\r\u0085\u2028\u2029\v\f\t]/g;
const SPECIAL: Readonly<Record<string, string>> = {
  '\u3008': '<',
  '\u3009': '>',
  '\u2039': '<',
  '\u203a': '>',
  '\u3016': '【',
  '\u3017': '】',
  '\ufe59': '(',
  '\ufe5a': ')',
  '\ufe5b': '(',
  '\ufe5c': ')',
  '\ufe5d': '〔',
  '\ufe5e': '〕',
  '\u301c': '~',
  '\ufe30': ':',
  '\u2236': ':',
  '\u0085': '\n',
  '\u2028': '\n',
  '\u2029': '\n',
  '\v': '\n',
  '\f': '\n',
};

function foldCharacter(character: string, at: number, text: string): string {
  if (character === '\r') return text[at + 1] === '\n' ? ' ' : '\n';
  const special = SPECIAL[character];
  if (special !== undefined) return special;
  const code = character.charCodeAt(0);
  return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : ' ';
}

/**
 * The text with full-width marks, digits and letters made half-width and every blank made a space, character by
 * character: the result has the same length, so an offset into one is an offset into the other. Half and full width
 * are mixed freely in these texts, and every reader would otherwise need both.
 */
export function fold(text: string): string {
  return text.replace(WIDE, foldCharacter);
}

/** Whether the folded character is a blank or a line break. */
export const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\n';

/** The first offset at or after `at`, and before `end`, that is no blank; `end` if there is none. */
export function skipBlanks(folded: string, at: number, end: number): number {
  let next = at;
  while (next < end && isBlank(folded[next])) next++;
  return next;
}

/** The offset after the last character before `at`, and not before `start`, that is no blank. */
export function skipBlanksBack(folded: string, at: number, start: number): number {
  let next = at;
  while (next > start && isBlank(folded[next - 1])) next--;
  return next;
}

/** The end of the line that `at` stands in, at most `end`; looks no further than that. */
export function endOfLine(folded: string, at: number, end: number): number {
  let next = at;
  while (next < end && folded[next] !== '\n') next++;
  return next;
}

/** The Han characters proper; no punctuation. */
export const isHan = (character: string | undefined): boolean =>
  character !== undefined &&
  ((character >= '\u4e00' && character <= '\u9fff') || (character >= '\u3400' && character <= '\u4dbf'));
