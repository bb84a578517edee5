import { UnreadableText } from './unreadable-text';

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be';

const MARKS: readonly { encoding: Encoding; bytes: readonly number[] }[] = [
  { encoding: 'utf-8', bytes: [0xef, 0xbb, 0xbf] },
  { encoding: 'utf-16le', bytes: [0xff, 0xfe] },
  { encoding: 'utf-16be', bytes: [0xfe, 0xff] },
];
/** C0 controls that no text holds; tab, line breaks and form feed are fine. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/g;

function tryDecode(bytes: Uint8Array, encoding: Encoding): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** More than one control character in a thousand is a program or a picture, not a text with a stray byte. */
function isBinary(text: string): boolean {
  if (text.includes('\u0000')) return true;
  return (text.match(CONTROL)?.length ?? 0) * 1000 > text.length;
}

/**
 * The text of a file and the encoding it was in: by its mark (BOM), else as UTF-8, else as GB18030, each without
 * tolerance, so that a wrong guess is refused and not turned into wrong characters. The mark is no part of the text.
 * Throws `UnreadableText`: `BREAKDOWN.EMPTY`, `BREAKDOWN.NOT_TEXT`, `BREAKDOWN.UNKNOWN_ENCODING`.
 */
export function decodeText(bytes: Uint8Array): { text: string; encoding: Encoding } {
  if (bytes.length === 0) throw new UnreadableText('BREAKDOWN.EMPTY', 'The file is empty.');
  const marked = MARKS.find((mark) => mark.bytes.every((byte, index) => bytes[index] === byte));
  const candidates: readonly Encoding[] = marked ? [marked.encoding] : ['utf-8', 'gb18030'];
  for (const encoding of candidates) {
    const text = tryDecode(bytes, encoding);
    if (text === null) continue;
    if (isBinary(text)) throw new UnreadableText('BREAKDOWN.NOT_TEXT', 'The file is not a text: it holds binary data.');
    if (text.trim() === '') throw new UnreadableText('BREAKDOWN.EMPTY', 'The file holds nothing but blanks.');
    return { text, encoding };
  }
  if (bytes.includes(0))
    throw new UnreadableText('BREAKDOWN.NOT_TEXT', 'The file is not a text: it holds binary data.');
  throw new UnreadableText(
    'BREAKDOWN.UNKNOWN_ENCODING',
    'The file is in none of the encodings UTF-8, GB18030 and UTF-16.',
  );
}
