import { problem } from '../problems';
import type { DocumentFormat } from './format';

/* eslint-disable no-control-regex -- these are signs of binary files */

/** What a file begins with that is no document, and what it is. */
const SIGNS: readonly (readonly [sign: RegExp, what: string])[] = [
  [/^\x89PNG|^\xff\xd8\xff|^GIF8|^BM[^]{4}\0\0\0\0|^II\*\0|^MM\0\*|^RIFF[^]{4}WEBP/, 'a picture'],
  [/^MZ[^]{2,100}\0|^\x7fELF|^\xca\xfe\xba\xbe|^\xcf\xfa\xed\xfe/, 'a program'],
  [/^Rar!|^7z\xbc\xaf|^\x1f\x8b/, 'an archive'],
];

/** Pictures, programs and archives, for a word on what they are; no text begins as they do. */
export const pictureFormat: DocumentFormat = {
  name: 'picture',
  recognises: ({ beginning, entries, streams }) => whatIs(beginning) !== null || entries.size > 0 || streams.size > 0,
  read: ({ beginning, entries }) => {
    const what = whatIs(beginning) ?? (entries.size > 0 ? 'an archive' : 'of a kind that is not read');
    throw problem('DOCUMENT.NOT_A_DOCUMENT', `The file is ${what}, and no document with text.`);
  },
};

const whatIs = (beginning: string): string | null => SIGNS.find(([sign]) => sign.test(beginning))?.[1] ?? null;
