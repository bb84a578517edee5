import { SaxesParser } from 'saxes';
import { type ArchiveDescription, ELEMENTS, FORMAT, type Piece, type PieceKind } from './package-layout';

/** A piece in the order of its elements. */
const PIECE_ELEMENTS: Readonly<Record<keyof Omit<Piece, 'path'>, string>> = {
  title: '题名',
  kind: '类别',
  author: '责任者',
  date: '日期',
  mediaType: '格式名称',
  size: '计算机文件大小',
  sha256: '数字摘要值',
  id: '业务标识',
};
const ROOT = '归档信息包';
const WHOLE = '案卷';
const PIECE = '件';

/** The metadata (元数据) of a package as XML, piece by piece. */
export function* writeMetadata(whole: ArchiveDescription, pieces: Iterable<Piece>): Generator<string> {
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<${ROOT} 版本="${FORMAT}">\n<${WHOLE} 聚合层次="案卷">\n`;
  for (const [key, name] of Object.entries(ELEMENTS)) yield element(name, whole[key as keyof ArchiveDescription]);
  yield `</${WHOLE}>\n`;
  for (const piece of pieces) {
    yield `<${PIECE} 聚合层次="件" 计算机文件名="${escape(piece.path)}" 数字摘要算法="SHA-256">\n`;
    for (const [key, name] of Object.entries(PIECE_ELEMENTS)) {
      const value = piece[key as keyof Piece];
      if (value !== null) yield element(name, value);
    }
    yield `</${PIECE}>\n`;
  }
  yield `</${ROOT}>\n`;
}

export interface ReadMetadata {
  version: string | null;
  /** What was found of the whole, as text. */
  whole: Partial<Record<keyof ArchiveDescription, string>>;
  pieces: Map<string, Piece>;
  /** Paths that stand more than once. */
  twice: string[];
}

/** @throws Error where it is no well-formed XML */
export function readMetadata(xml: string): ReadMetadata {
  const read: ReadMetadata = { version: null, whole: {}, pieces: new Map(), twice: [] };
  const ofWhole = new Map(Object.entries(ELEMENTS).map(([key, name]) => [name, key as keyof ArchiveDescription]));
  const ofPiece = new Map(Object.entries(PIECE_ELEMENTS).map(([key, name]) => [name, key as keyof Piece]));
  let piece: (Partial<Record<keyof Piece, string>> & { path: string }) | null = null;
  let text = '';
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('it has a document type, which metadata have not');
  });
  parser.on('opentag', ({ name, attributes }) => {
    text = '';
    if (name === ROOT) read.version = attributes['版本'] ?? null;
    if (name === PIECE) piece = { path: attributes['计算机文件名'] ?? '' };
  });
  parser.on('text', (more) => (text += more));
  parser.on('closetag', ({ name }) => {
    if (name === PIECE && piece) {
      if (read.pieces.has(piece.path)) read.twice.push(piece.path);
      read.pieces.set(piece.path, pieceOf(piece));
      piece = null;
    } else if (piece) {
      const key = ofPiece.get(name);
      if (key) piece[key] = text;
    } else {
      const key = ofWhole.get(name);
      if (key) read.whole[key] = text;
    }
    text = '';
  });
  parser.write(xml).close();
  return read;
}

const pieceOf = (read: Partial<Record<keyof Piece, string>> & { path: string }): Piece => ({
  path: read.path,
  title: read.title ?? '',
  kind: (read.kind ?? '') as PieceKind,
  mediaType: read.mediaType ?? '',
  size: /^\d{1,15}$/.test(read.size ?? '') ? Number(read.size) : -1,
  sha256: read.sha256 ?? '',
  author: read.author ?? '',
  date: read.date ?? '',
  id: read.id ?? null,
});

const element = (name: string, value: string | number): string => `<${name}>${escape(String(value))}</${name}>\n`;

/** Signs that XML 1.0 cannot hold at all are shown as such. */
const UNWRITABLE = /(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

const escape = (text: string): string =>
  text
    .replace(UNWRITABLE, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
