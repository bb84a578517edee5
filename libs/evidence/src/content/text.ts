import { createReadStream } from 'node:fs';

/** C0 controls that no text holds; tab, line breaks, form feed and the escape of old terminals are fine. */
// eslint-disable-next-line no-control-regex -- these are signs of binary files
const CONTROL = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f]/;
const MARKS: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
const BEGINNING = 4096;

/** Whether a file says at its beginning that it is a text, and in which encoding. */
export const isMarked = (head: Uint8Array): boolean => markOf(head) !== undefined;

const markOf = (head: Uint8Array) => MARKS.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte));

/**
 * How a text begins, whole from end to end in one of the encodings in which texts come here; null for what is none. The
 * file is read piece by piece.
 */
export async function beginningOfText(path: string, head: Uint8Array): Promise<string | null> {
  const marked = markOf(head);
  for (const encoding of marked ? [marked[0]] : ['utf-8', 'gb18030']) {
    const beginning = await decoded(path, encoding);
    if (beginning !== null) return beginning;
  }
  return null;
}

async function decoded(path: string, encoding: string): Promise<string | null> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let beginning = '';
  try {
    for await (const piece of createReadStream(path)) {
      const text = decoder.decode(piece as Uint8Array, { stream: true });
      if (CONTROL.test(text)) return null;
      if (beginning.length < BEGINNING) beginning += text.slice(0, BEGINNING);
    }
    decoder.decode();
    return beginning;
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return null;
    throw error;
  }
}

const BEFORE = '^\\s*(?:<\\?xml[^>]*>\\s*)?(?:<!--[^]*?-->\\s*)*';
const HTML =
  /<(?:!doctype\s+html|html|head|body|script|iframe|meta|title|style|link|table|div|img|object|embed|form)\b/i;
const SVG = /<(?:!doctype\s+svg|svg)\b/i;

/** What a text is besides a text; null for one that is nothing more. */
export function kindOfText(beginning: string): 'html' | 'svg' | 'mht' | 'xml' | 'script' | null {
  if (/^\s*(#!|<\?php|<%)/i.test(beginning)) return 'script';
  if (new RegExp(BEFORE + SVG.source, 'i').test(beginning)) return 'svg';
  if (new RegExp(BEFORE + HTML.source, 'i').test(beginning)) return 'html';
  if (/^(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?MIME-Version:/i.test(beginning)) return 'mht';
  return /^\s*<\?xml\b/.test(beginning) ? 'xml' : null;
}
