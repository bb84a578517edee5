import type { FileHandle } from 'node:fs/promises';

const HEADER = 512;
const ENTRY = 128;
const END = 0xfffffffa;
const NONE = 0xffffffff;
/** More than any document has; a chain that goes round in a ring ends here. */
const MOST_SECTORS = 4096;

/**
 * The names at the top of an OLE container (.doc, .xls, .ppt, .wps, protected files), which say what it is: only its
 * directory is read, however large the file. Empty where it is damaged. As [MS-CFB] describes it.
 */
export async function namesInContainer(file: FileHandle): Promise<Set<string>> {
  const header = await bytesAt(file, 0, HEADER);
  const sectorBytes = 2 ** header.readUInt16LE(30);
  if (sectorBytes !== 512 && sectorBytes !== 4096) return new Set();
  const sector = (number: number): Promise<Buffer> => bytesAt(file, (number + 1) * sectorBytes, sectorBytes);
  const perSector = sectorBytes / 4;

  const tables = Array.from({ length: 109 }, (_, i) => header.readUInt32LE(76 + 4 * i));
  let more = header.readUInt32LE(68);
  for (let i = 0; more < END && i < MOST_SECTORS; i++) {
    const list = await sector(more);
    for (let j = 0; j < perSector - 1; j++) tables.push(list.readUInt32LE(4 * j));
    more = list.readUInt32LE(sectorBytes - 4);
  }
  const following = async (number: number): Promise<number> => {
    const table = tables[Math.floor(number / perSector)] ?? NONE;
    return table < END ? (await sector(table)).readUInt32LE(4 * (number % perSector)) : NONE;
  };

  const entries: Buffer[] = [];
  let next = header.readUInt32LE(48);
  for (let i = 0; next < END && i < MOST_SECTORS; i++) {
    const list = await sector(next);
    for (let at = 0; at < sectorBytes; at += ENTRY) entries.push(list.subarray(at, at + ENTRY));
    next = await following(next);
  }
  return new Set(namesBelow(entries));
}

/** The names in the tree below the first entry, without what lies in folders: documents are put into each other. */
function namesBelow(entries: readonly Buffer[]): string[] {
  const names: string[] = [];
  const seen = new Set<number>();
  const open = [entries[0]?.readUInt32LE(76) ?? NONE];
  while (open.length > 0) {
    const at = open.pop()!;
    const entry = entries[at];
    if (!entry || seen.has(at)) continue;
    seen.add(at);
    names.push(entry.toString('utf16le', 0, Math.max(0, Math.min(64, entry.readUInt16LE(64)) - 2)));
    open.push(entry.readUInt32LE(68), entry.readUInt32LE(72));
  }
  return names;
}

/** Nulls where the file is cut off. */
async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  await file.read(buffer, 0, length, position);
  return buffer;
}
