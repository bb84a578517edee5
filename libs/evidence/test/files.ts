import { writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';
import { zipSync } from 'fflate';

/** Files of many kinds, made here: as small as they may be and still be told. */

const text = (words: string): Uint8Array => Buffer.from(words);
const bytes = (hex: string, more = 200): Buffer =>
  Buffer.concat([Buffer.from(hex.replaceAll(' ', ''), 'hex'), Buffer.alloc(more)]);

const CONTENT_TYPE = 'application/vnd.openxmlformats-officedocument';
const openXml = (main: string, type: string, more: Record<string, Uint8Array> = {}): Buffer =>
  Buffer.from(
    zipSync({
      '[Content_Types].xml': text(
        `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/${main}" ContentType="${CONTENT_TYPE}.${type}.main+xml"/></Types>`,
      ),
      [main]: text('<x/>'),
      ...more,
    }),
  );
const openDocument = (type: string): Buffer =>
  Buffer.from(
    zipSync({
      mimetype: [text(`application/vnd.oasis.opendocument.${type}`), { level: 0 }],
      'content.xml': text('<x/>'),
    }),
  );

/** An OLE container with streams of these names at its top; sectors of 512 bytes: tables, directory, nothing else. */
export function container(...names: string[]): Buffer {
  const header = Buffer.alloc(512);
  header.write('d0cf11e0a1b11ae1', 'hex');
  header.writeUInt16LE(9, 30);
  header.writeUInt32LE(1, 44);
  header.writeUInt32LE(1, 48);
  header.writeUInt32LE(0xfffffffe, 68);
  header.fill(0xff, 76);
  header.writeUInt32LE(0, 76);
  const sectors = Math.ceil((names.length + 1) / 4);
  const table = Buffer.alloc(512, 0xff);
  table.writeUInt32LE(0xfffffffd, 0);
  for (let i = 1; i <= sectors; i++) table.writeUInt32LE(i === sectors ? 0xfffffffe : i + 1, 4 * i);
  const directory = Buffer.alloc(sectors * 512);
  for (const [i, name] of ['Root Entry', ...names].entries()) {
    const at = i * 128;
    directory.write(name, at, 'utf16le');
    directory.writeUInt16LE(2 * name.length + 2, at + 64);
    directory.writeInt32LE(-1, at + 68);
    // All in one line to the right, which is a tree, too.
    directory.writeInt32LE(i > 0 && i < names.length ? i + 1 : -1, at + 72);
    directory.writeInt32LE(i === 0 && names.length > 0 ? 1 : -1, at + 76);
  }
  return Buffer.concat([header, table, directory, Buffer.alloc(4096)]);
}

/** A zip whose one entry unpacks to a gigabyte. */
export function bomb(name: string): Buffer {
  const zeros = deflateRawSync(Buffer.alloc(16 * 1024 * 1024), { finishFlush: 2 });
  const packed = Buffer.concat([...Array<Buffer>(64).fill(zeros), Buffer.from([3, 0])]);
  const header = Buffer.alloc(30);
  header.write('504b0304', 'hex');
  header.writeUInt16LE(8, 8);
  header.writeUInt32LE(packed.length, 18);
  header.writeUInt32LE(2 ** 30, 22);
  header.writeUInt16LE(name.length, 26);
  return Buffer.concat([header, Buffer.from(name), packed]);
}

const PDF = '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n';

export const FILES = {
  pdf: Buffer.from(PDF),
  ofd: Buffer.from(zipSync({ 'OFD.xml': text('<ofd:OFD/>'), 'Doc_0/Document.xml': text('<x/>') })),
  doc: container('WordDocument', '1Table'),
  xls: container('Workbook'),
  ppt: container('PowerPoint Document', 'Current User'),
  docx: openXml('word/document.xml', 'wordprocessingml.document'),
  xlsx: openXml('xl/workbook.xml', 'spreadsheetml.sheet'),
  pptx: openXml('ppt/presentation.xml', 'presentationml.presentation'),
  odt: openDocument('text'),
  ods: openDocument('spreadsheet'),
  odp: openDocument('presentation'),
  rtf: Buffer.from('{\\rtf1\\ansi 验收}'),
  txt: Buffer.from('验收合格。\n'),
  gbk: Buffer.from('d1e9cad5bacfb8f1a1a30d0a', 'hex'),
  utf16: Buffer.from('\ufeff验收合格。', 'utf16le'),
  jpg: bytes('ffd8ffe0 0010 4a46494600'),
  png: bytes(
    '89504e470d0a1a0a 0000000d 49484452 00000001 00000001 08060000 001f15c489 0000000a 49444154 789c6300010000050001 0d0a2db4 00000000 49454e44 ae426082',
    0,
  ),
  gif: bytes('474946383961 0100 0100'),
  webp: bytes('52494646 24000000 57454250 56503820'),
  tif: bytes('49492a00 08000000'),
  bmp: bytes('424d 5a000000 00000000 36000000'),
  heic: bytes('00000018 66747970 68656963 00000000 6d696631 68656963'),
  mp4: bytes('00000018 66747970 69736f6d 00000000 69736f6d 6d703432'),
  mov: bytes('00000014 66747970 71742020 00000000 71742020'),
  mp3: bytes('fffb9064'),
  m4a: bytes('00000018 66747970 4d344120 00000000 4d344120 6d703432'),
  wav: bytes('52494646 24000000 57415645 666d7420'),
  exe: bytes('4d5a9000 03000000'),
  elf: bytes('7f454c46 02010100'),
  jar: Buffer.from(zipSync({ 'META-INF/MANIFEST.MF': text('Manifest-Version: 1.0\n'), 'A.class': text('x') })),
  zip: Buffer.from(zipSync({ 'a.txt': text('a') })),
  rar: bytes('526172211a0700'),
  docm: openXml('word/document.xml', 'wordprocessingml.document', { 'word/vbaProject.bin': text('x') }),
  docMacro: container('WordDocument', 'Macros'),
  encrypted: container('EncryptedPackage', 'EncryptionInfo'),
  installer: container('\u4840\u3b3f'),
  otherOle: container('Something'),
  html: Buffer.from('<!DOCTYPE html>\n<html><body>完成</body></html>'),
  svg: Buffer.from('<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
  mht: Buffer.from('From: <a>\r\nSubject: b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n'),
  xml: Buffer.from('<?xml version="1.0"?><a/>'),
  script: Buffer.from('#!/bin/sh\nrm -r /\n'),
  noise: Buffer.from(Array.from({ length: 600 }, (_, i) => (i * 97 + 3) % 256)),
} as const satisfies Record<string, Buffer>;

export const written = (path: string, content: Buffer): string => {
  writeFileSync(path, content);
  return path;
};
