import { CharacterSet } from './characters';

const BLANKS = '\u3000\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\ufeff\r\t';
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

/** For each code unit what it is folded to. */
const FOLDED = Uint16Array.from({ length: 0x10000 }, (_none, code) =>
  code >= 0xff01 && code <= 0xff5e ? code - 0xfee0 : code,
);
for (const blank of BLANKS) FOLDED[blank.charCodeAt(0)] = 0x20;
for (const [character, folded] of Object.entries(SPECIAL)) FOLDED[character.charCodeAt(0)] = folded.charCodeAt(0);

const RETURN = 0x0d;
const LINE_FEED = 0x0a;
/** So many code units are made a string at a time. */
const PIECE = 4096;
/** The piece that is being folded, and its bytes: of these a string is made in a tenth of the time. */
const CODES = new Uint16Array(PIECE);
const BYTES = Buffer.from(CODES.buffer);

/**
 * The text with full-width marks, digits and letters made half-width and every blank made a space, character by
 * character: the result has the same length, so an offset into one is an offset into the other. Half and full width
 * are mixed freely in these texts, and every reader would otherwise need both.
 */
export function fold(text: string): string {
  let at = 0;
  while (at < text.length && FOLDED[text.charCodeAt(at)] === text.charCodeAt(at)) at++;
  if (at === text.length) return text;
  const pieces: string[] = [];
  for (let from = 0; from < text.length; from += PIECE) {
    const length = Math.min(PIECE, text.length - from);
    for (at = 0; at < length; at++) {
      const code = text.charCodeAt(from + at);
      // A line break of two characters is one.
      const isBreak = code === RETURN && text.charCodeAt(from + at + 1) !== LINE_FEED;
      CODES[at] = isBreak ? LINE_FEED : (FOLDED[code] ?? code);
    }
    pieces.push(BYTES.toString('utf16le', 0, length * CODES.BYTES_PER_ELEMENT));
  }
  return pieces.length === 1 ? (pieces[0] ?? '') : pieces.join('');
}

/** Whether the folded character is a blank or a line break. */
export const isBlank = (character: string | undefined): boolean => character === ' ' || character === '\n';

const BLANK_OR_BREAK = new CharacterSet(' \n');
/** Whether a blank or a line break stands at `at` of a folded text. */
export const isBlankAt = (folded: string, at: number): boolean => BLANK_OR_BREAK.hasAt(folded, at);

/** The first offset at or after `at`, and before `end`, that is no blank; `end` if there is none. */
export function skipBlanks(folded: string, at: number, end: number): number {
  let next = at;
  while (next < end && isBlankAt(folded, next)) next++;
  return next;
}

/** The offset after the last character before `at`, and not before `start`, that is no blank. */
export function skipBlanksBack(folded: string, at: number, start: number): number {
  let next = at;
  while (next > start && isBlankAt(folded, next - 1)) next--;
  return next;
}

/** The end of the line that `at` stands in, at most `end`; looks no further than that. */
export function endOfLine(folded: string, at: number, end: number): number {
  let next = at;
  while (next < end && folded.charCodeAt(next) !== LINE_FEED) next++;
  return next;
}

/** The Han characters proper; no punctuation. */
export const isHan = (character: string | undefined): boolean => character !== undefined && isHanAt(character, 0);

/** Whether such a character stands at `at`. */
export function isHanAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return (code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3400 && code <= 0x4dbf);
}
