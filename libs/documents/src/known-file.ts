import type { DocumentFile, KnownFile } from './formats/format';
import { problem } from './problems';
import { isZip, namesInZip, unzip } from './zip';

const BEGINNING = 4096;
const HEADER = 64;
const OLE = '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1';
const TYPE = 'mimetype';
const MANIFEST = 'META-INF/manifest.xml';
/** Where the flags of a document stand in Word's old format, and the one of a protected one. */
const FLAGS = 0x0b;
const IS_ENCRYPTED = 0x01;

/**
 * Looks into a file as far as it takes to tell what it is.
 * @throws DomainError DOCUMENT.BROKEN, DOCUMENT.ZIP_BOMB
 */
export async function knowFile(file: DocumentFile): Promise<KnownFile> {
  const { bytes } = file;
  const beginning = Buffer.from(bytes.subarray(0, BEGINNING)).toString('latin1');
  const entries = new Set(isZip(bytes) ? namesInZip(bytes) : []);
  const parts = entries.has(TYPE)
    ? unzip(bytes, (name) => name === TYPE || name === MANIFEST)
    : new Map<string, Uint8Array>();
  const textOf = (name: string): string => Buffer.from(parts.get(name) ?? []).toString();
  const container = beginning.startsWith(OLE) ? await openContainer(bytes) : { streams: [], header: null };
  const streams = new Set(container.streams);
  const isProtected =
    streams.has('EncryptedPackage') ||
    textOf(MANIFEST).includes(':encryption-data') ||
    ((container.header?.[FLAGS] ?? 0) & IS_ENCRYPTED) !== 0;
  return { ...file, beginning, entries, type: textOf(TYPE), streams, isProtected };
}

/** As far as we need it; the package has no types for it. */
interface Container {
  FullPaths: string[];
}

async function openContainer(bytes: Uint8Array): Promise<{ streams: string[]; header: Uint8Array | null }> {
  const { CFB } = await import('@e965/xlsx');
  try {
    const container = CFB.read(Buffer.from(bytes), { type: 'buffer' }) as Container;
    // Only what stands at the top says what the file is: documents are put into each other.
    const streams = container.FullPaths.flatMap((path: string) => /^[^/]*\/([^/]+)$/.exec(path)?.[1] ?? []);
    const word = (CFB.find(container, 'WordDocument') as { content?: Uint8Array } | null)?.content;
    return { streams, header: word ? Uint8Array.from(word.slice(0, HEADER)) : null };
  } catch {
    throw problem('DOCUMENT.BROKEN', 'The file is damaged or cut off: open it in its program and save it again.');
  }
}
