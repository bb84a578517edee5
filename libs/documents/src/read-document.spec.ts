import { CFB } from '@e965/xlsx';
import { strToU8, zipSync } from 'fflate';
import { sheetFile } from '../test/sheet-file';
import { paragraph, wordFile } from '../test/word-file';
import { readPlanDocument } from './read-document';

/** An OLE container with streams of these names. */
function container(streams: Record<string, Uint8Array>): Uint8Array {
  const made = CFB.utils.cfb_new();
  for (const [name, bytes] of Object.entries(streams)) CFB.utils.cfb_add(made, `/${name}`, Buffer.from(bytes));
  return new Uint8Array(CFB.write(made, { type: 'buffer' }) as Buffer);
}
const bomb = (name: string, megabytes: number): Uint8Array =>
  zipSync({ [name]: new Uint8Array(megabytes * 1024 * 1024) }, { level: 1 });
const encryptedWord = new Uint8Array(600);
encryptedWord.set([0xec, 0xa5, 0xc1, 0x00]);
encryptedWord[0x0b] = 0x01;
/** The first records of a sheet of Excel 97: its beginning, and how it is encrypted (FILEPASS). */
const encryptedSheet = Buffer.concat([
  Buffer.from([0x09, 0x08, 16, 0, 0x00, 0x06, 0x05, 0x00]),
  Buffer.alloc(12),
  Buffer.from([0x2f, 0x00, 54, 0, 0x01, 0x00, 0x01, 0x00, 0x01, 0x00]),
  Buffer.alloc(48, 7),
  Buffer.from([0x0a, 0x00, 0, 0]),
]);
/** An OpenDocument file whose parts are encrypted, as its list of contents says. */
const encryptedOpenDocument = (kind: string): Uint8Array =>
  zipSync({
    mimetype: strToU8(`application/vnd.oasis.opendocument.${kind}`),
    'content.xml': encryptedWord,
    'META-INF/manifest.xml': strToU8(
      '<manifest:manifest><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry></manifest:manifest>',
    ),
  });

describe('readPlanDocument', () => {
  it.each([
    ['over 20 MB', new Uint8Array(20 * 1024 * 1024 + 1), 'DOCUMENT.TOO_LARGE'],
    ['a Word bomb', bomb('word/document.xml', 80), 'DOCUMENT.ZIP_BOMB'],
    ['an Excel bomb', bomb('xl/workbook.xml', 80), 'DOCUMENT.ZIP_BOMB'],
    [
      'a zip of too many entries',
      zipSync(Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`${i}`, strToU8('')]))),
      'DOCUMENT.ZIP_BOMB',
    ],
    [
      'a Word or Excel file with a password',
      container({ EncryptedPackage: encryptedWord, EncryptionInfo: encryptedWord }),
      'DOCUMENT.PROTECTED',
    ],
    [
      'one as Office writes it, with what it says of the encryption beside',
      container({
        EncryptedPackage: encryptedWord,
        EncryptionInfo: encryptedWord,
        '\u0006DataSpaces/Version': encryptedWord,
        '\u0006DataSpaces/DataSpaceMap': encryptedWord,
        '\u0006DataSpaces/DataSpaceInfo/StrongEncryptionDataSpace': encryptedWord,
        '\u0006DataSpaces/TransformInfo/StrongEncryptionTransform/\u0006Primary': encryptedWord,
      }),
      'DOCUMENT.PROTECTED',
    ],
    ['an old Excel file with a password', container({ Workbook: encryptedSheet }), 'DOCUMENT.PROTECTED'],
    ['an OpenDocument text with a password', encryptedOpenDocument('text'), 'DOCUMENT.PROTECTED'],
    ['an OpenDocument sheet with a password', encryptedOpenDocument('spreadsheet'), 'DOCUMENT.PROTECTED'],
    ['an old Word file with a password', container({ WordDocument: encryptedWord }), 'DOCUMENT.PROTECTED'],
    ['a container that is cut off', container({ WordDocument: encryptedWord }).subarray(0, 100), 'DOCUMENT.BROKEN'],
    ['a container of something else', container({ PowerPoint: encryptedWord }), 'DOCUMENT.NOT_A_DOCUMENT'],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n\0\0\0', 'latin1'), 'DOCUMENT.NOT_A_DOCUMENT'],
    ['a program', Buffer.from('\x7fELF\x02\x01\0', 'latin1'), 'DOCUMENT.NOT_A_DOCUMENT'],
    ['another zip', zipSync({ 'a.txt': strToU8('x') }), 'DOCUMENT.NOT_A_DOCUMENT'],
    ['a zip that is cut off', sheetFile([{ name: 'a', rows: [['x']] }]).subarray(0, 500), 'DOCUMENT.BROKEN'],
    ['empty', new Uint8Array(), 'BREAKDOWN.EMPTY'],
    ['in no encoding', Buffer.from([0xff, 0xff, 0x41, 0xff]), 'BREAKDOWN.UNKNOWN_ENCODING'],
  ])('refuses what is %s, by its content', async (_what, bytes, code) => {
    await expect(readPlanDocument({ name: 'plan.docx', bytes })).rejects.toMatchObject({ kind: 'invalid', code });
  });
  it('unpacks no more of a bomb than it counts, whatever its head says of the size', async () => {
    const bytes = Buffer.from(bomb('word/document.xml', 80));
    // The size of what comes out stands in the list at the end of the zip: 4 bytes behind its own 24.
    const list = bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1');
    bytes.writeUInt32LE(10, list + 24);
    await expect(readPlanDocument({ name: 'a.docx', bytes })).rejects.toMatchObject({ code: 'DOCUMENT.ZIP_BOMB' });
  });
  it('reads nothing for somebody who has gone already', async () => {
    const file = { name: 'a.docx', bytes: wordFile(paragraph('正文')) };
    await expect(readPlanDocument(file, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'DOCUMENT.STOPPED',
    });
  });
});
