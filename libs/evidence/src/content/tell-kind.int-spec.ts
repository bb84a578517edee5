import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DomainError } from '@duban/kernel';
import { bomb, FILES, written } from '../../test/files';
import { tellKind } from './tell-kind';

describe('The kind of a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'duban-kinds-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const told = (content: Buffer, name: string): ReturnType<typeof tellKind> =>
    tellKind(written(join(folder, 'file'), content), content.length, name);
  type Name = keyof typeof FILES;

  it.each<[Name, string, string]>([
    ['pdf', 'pdf', 'application/pdf'],
    ['pdf', 'PDF', 'application/pdf'],
    ['ofd', 'ofd', 'application/ofd'],
    ['doc', 'doc', 'application/msword'],
    ['doc', 'wps', 'application/msword'],
    ['xls', 'et', 'application/vnd.ms-excel'],
    ['ppt', 'dps', 'application/vnd.ms-powerpoint'],
    ['docx', 'docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['xlsx', 'xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
    ['pptx', 'pptx', 'application/vnd.openxmlformats-officedocument.presentationml.presentation'],
    ['odt', 'odt', 'application/vnd.oasis.opendocument.text'],
    ['ods', 'ods', 'application/vnd.oasis.opendocument.spreadsheet'],
    ['odp', 'odp', 'application/vnd.oasis.opendocument.presentation'],
    ['rtf', 'doc', 'application/rtf'],
    ['txt', 'txt', 'text/plain'],
    ['txt', 'csv', 'text/csv'],
    ['gbk', 'csv', 'text/csv'],
    ['utf16', 'txt', 'text/plain'],
    ['jpg', 'jpeg', 'image/jpeg'],
    ['png', 'png', 'image/png'],
    ['gif', 'gif', 'image/gif'],
    ['webp', 'webp', 'image/webp'],
    ['tif', 'tiff', 'image/tiff'],
    ['bmp', 'bmp', 'image/bmp'],
    ['heic', 'heic', 'image/heic'],
    ['mp4', 'mp4', 'video/mp4'],
    ['mov', 'mov', 'video/quicktime'],
    ['mp3', 'mp3', 'audio/mpeg'],
    ['m4a', 'm4a', 'audio/mp4'],
    ['wav', 'wav', 'audio/wav'],
  ])('%s, called .%s, is told by its content', async (file, ending, mediaType) => {
    expect(await told(FILES[file], `验收单.${ending}`)).toEqual({ name: `验收单.${ending}`, mediaType });
    // Without an ending the name gets one, so that it opens where it is saved.
    const { name } = await told(FILES[file], '验收单');
    expect(name).toMatch(/^验收单\.\w+$/);
    expect(await told(FILES[file], name)).toMatchObject({ name });
  });

  it.each<[what: string, content: Buffer, name: string, code: string, details?: object]>([
    ['nothing', Buffer.alloc(0), '空.pdf', 'EMPTY'],
    ['a program', FILES.exe, 'setup.exe', 'EXECUTABLE'],
    ['a program that is called a PDF', FILES.exe, '验收单.pdf', 'EXECUTABLE'],
    ['a program of Linux without an ending', FILES.elf, '验收单', 'EXECUTABLE'],
    ['a program of Java', FILES.jar, '验收单.zip', 'EXECUTABLE'],
    ['an installer', FILES.installer, '验收单.doc', 'EXECUTABLE'],
    ['a script', FILES.script, '说明.txt', 'EXECUTABLE'],
    ['a script by its name', FILES.txt, '说明.bat', 'EXECUTABLE'],
    ['two endings', FILES.pdf, '验收单.pdf.exe', 'EXECUTABLE'],
    ['an ending hidden by the direction of writing', FILES.txt, '验收\u202efdp.exe', 'EXECUTABLE'],
    ['a page that is called a PDF', FILES.html, '验收单.pdf', 'KIND_MISMATCH', { named: 'pdf', content: 'html' }],
    ['a PDF that is called a picture', FILES.pdf, '验收单.jpg', 'KIND_MISMATCH', { named: 'jpg', content: 'pdf' }],
    ['a text that is called a sheet', FILES.txt, '验收单.xls', 'KIND_MISMATCH', { named: 'xls', content: 'txt' }],
    ['noise that is called a PDF', FILES.noise, '验收单.pdf', 'KIND_MISMATCH', { named: 'pdf', content: 'unknown' }],
    ['a page', FILES.html, '验收单.html', 'ACTIVE_CONTENT', { content: 'html' }],
    ['a page without a name', FILES.html, '验收单', 'ACTIVE_CONTENT', { content: 'html' }],
    ['a drawing with a script', FILES.svg, '验收单.svg', 'ACTIVE_CONTENT', { content: 'svg' }],
    ['a saved page', FILES.mht, '验收单.mht', 'ACTIVE_CONTENT', { content: 'mht' }],
    ['macros in a new document', FILES.docm, '验收单.docx', 'ACTIVE_CONTENT'],
    ['macros in an old document', FILES.docMacro, '验收单.doc', 'ACTIVE_CONTENT'],
    ['a document with a password', FILES.encrypted, '验收单', 'PROTECTED'],
    ['an archive', FILES.zip, '验收单.zip', 'KIND_NOT_ALLOWED', { content: 'zip' }],
    ['another archive', FILES.rar, '验收单.rar', 'KIND_NOT_ALLOWED', { content: 'rar' }],
    ['XML', FILES.xml, '验收单.xml', 'KIND_NOT_ALLOWED', { content: 'xml' }],
    ['noise', FILES.noise, '验收单.dat', 'KIND_UNKNOWN', { named: 'dat' }],
    ['a container of something', FILES.otherOle, '验收单', 'KIND_UNKNOWN'],
    ['a document cut off', FILES.docx.subarray(0, FILES.docx.length - 250), '验收单.docx', 'BROKEN'],
    ['a bomb', bomb('word/document.xml'), '验收单.docx', 'ZIP_BOMB'],
    ['a container that is cut off', FILES.doc.subarray(0, 600), '验收单', 'KIND_UNKNOWN'],
  ])('refuses %s', async (_, content, name, code, details = {}) => {
    const error = await told(content, name).then(
      (kind) => ({ code: `none: ${JSON.stringify(kind)}` }),
      (refusal: unknown) => refusal as DomainError,
    );
    expect(error).toMatchObject({
      kind: 'invalid',
      code: `EVIDENCE.${code}`,
      details: { field: 'file', ...details },
    });
  });

  it('is told of a large file without its being read into memory', async () => {
    const large = Buffer.concat([FILES.pdf, Buffer.alloc(60 * 1024 * 1024)]);
    await expect(told(large, '图纸.pdf')).resolves.toMatchObject({ mediaType: 'application/pdf' });
  });
});
