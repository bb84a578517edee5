import type { DocumentFile, KnownFile } from './formats/format';
import { problem } from './problems';
import { isZip, namesInZip, unzip } from './zip';

const BEGINNING = 4096;
const OLE = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';
const TYPE = 'mimetype';

/**
 * Looks into a file as far as it takes to tell what it is.
 * @throws DomainError DOCUMENT.BROKEN, DOCUMENT.ZIP_BOMB
 */
export async function knowFile(file: DocumentFile): Promise<KnownFile> {
  const { bytes } = file;
  const beginning = Buffer.from(bytes.subarray(0, BEGINNING)).toString('latin1');
  const entries = new Set(isZip(bytes) ? namesInZip(bytes) : []);
  const type = entries.has(TYPE) ? Buffer.from(unzip(bytes, (name) => name === TYPE).get(TYPE) ?? []).toString() : '';
  const streams = beginning.startsWith(OLE) ? await streamsOf(bytes) : [];
  return { ...file, beginning, entries, type, streams: new Set(streams) };
}

async function streamsOf(bytes: Uint8Array): Promise<string[]> {
  const { CFB } = await import('@e965/xlsx');
  try {
    const container = CFB.read(Buffer.from(bytes), { type: 'buffer' }) as { FullPaths: string[] };
    // Only what stands at the top says what the file is: documents are put into each other.
    return container.FullPaths.flatMap((path) => /^[^/]*\/([^/]+)$/.exec(path)?.[1] ?? []);
  } catch {
    throw problem('DOCUMENT.BROKEN', 'The file is damaged or cut off: open it in its program and save it again.');
  }
}
