/** Text as it is stored: composed (NFC), without blanks at its ends (U+3000 and a byte order mark among them). */
export const cleanText = (text: string): string => text.normalize('NFC').trim();

/** A code or username as it is stored: letters and digits that an input method gave in full width are made half. */
export const cleanCode = (text: string): string => cleanText(text).replace(/[０-９Ａ-Ｚａ-ｚ]/g, toHalfWidth);

/**
 * What two spellings of one name have in common: documents mix full and half width, the signs of compatibility that
 * other programs leave behind (NFKC), blanks inside a name, and above all brackets (市发改委（物价局）, 市发改委〔物价局〕).
 */
export const nameKey = (name: string): string => (PLAIN.test(name) ? name : foldedKey(name));

/** Most names: nothing in them has another form. */
const PLAIN = /^[\u4e00-\u9fff]+$/;

const foldedKey = (name: string): string =>
  cleanText(name)
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]+/gu, '')
    .replace(OPENERS, '(')
    .replace(CLOSERS, ')');

const OPENERS = /[[{〔【〈《「『]/g;
const CLOSERS = /[\]}〕】〉》」』]/g;

/** Neither control nor invisible characters, nor halves of a pair: Postgres refuses some, and nobody sees the others. */
export const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Cs}]*$/u;

function toHalfWidth(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) - 0xfee0);
}
