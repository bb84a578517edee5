import { decodeText } from './decode-text';
import { UnreadableText } from './unreadable-text';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string, littleEndian: boolean): Uint8Array => {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, littleEndian);
  for (let at = 0; at < text.length; at++) view.setUint16(2 + at * 2, text.charCodeAt(at), littleEndian);
  return bytes;
};
/** 「修渠」 in GB18030. */
const GB = Uint8Array.of(0xd0, 0xde, 0xc7, 0xfe);

describe('decodeText', () => {
  it.each([
    ['UTF-8', utf8('修渠'), 'utf-8'],
    ['UTF-8 with a mark', Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8('修渠')), 'utf-8'],
    ['GB18030', GB, 'gb18030'],
    ['UTF-16, little end first', utf16('修渠', true), 'utf-16le'],
    ['UTF-16, big end first', utf16('修渠', false), 'utf-16be'],
  ])('reads %s', (_name, bytes, encoding) => expect(decodeText(bytes)).toEqual({ text: '修渠', encoding }));

  it.each([
    ['nothing', new Uint8Array(), 'BREAKDOWN.EMPTY'],
    ['only blanks', utf8(' \n\u3000'), 'BREAKDOWN.EMPTY'],
    ['NUL bytes', Uint8Array.of(0x50, 0x4b, 0x03, 0x04, 0x00, 0x00), 'BREAKDOWN.NOT_TEXT'],
    ['NUL bytes in no encoding', Uint8Array.of(0xff, 0x00, 0x80), 'BREAKDOWN.NOT_TEXT'],
    ['control characters', Uint8Array.of(0x01, 0x02, 0x41), 'BREAKDOWN.NOT_TEXT'],
    ['bytes of no encoding', Uint8Array.of(0xff, 0xff, 0xff), 'BREAKDOWN.UNKNOWN_ENCODING'],
    ['a broken UTF-16', Uint8Array.of(0xff, 0xfe, 0x00, 0xd8), 'BREAKDOWN.NOT_TEXT'],
  ])('refuses %s', (_name, bytes, code) => {
    expect(() => decodeText(bytes)).toThrow(expect.objectContaining({ code }));
    expect(() => decodeText(bytes)).toThrow(UnreadableText);
  });
});
