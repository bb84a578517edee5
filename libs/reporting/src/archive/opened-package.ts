import { createWriteStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Entry, ZipFile } from 'yauzl';
import type { FaultCode } from './archive-criteria';
import type { Findings } from './findings';
import { Measured } from './measured';
import { PLACES } from './package-layout';

/** What is no package at all. */
export class UnreadablePackage extends Error {}

/** What is read into memory: the lists of a package, not its contents. */
const MOST_LIST_BYTES = 256 * 1024 * 1024;
const MOST_ENTRIES = 1_000_000;
/** Above so many bytes a file may be unpacked to so many times its size. */
const LARGE_BYTES = 64 * 1024 * 1024;
const MOST_RATIO = 250;
const ENCRYPTED = 1;
const METHODS: ReadonlySet<number> = new Set([0, 8]);
const FILE_TYPE = 0o170_000;
const LINK = 0o120_000;

export interface Unpacked {
  size: number;
  sha256: string;
}

/** A package as a zip: the names in it, and what is under them; what is wrong with them is found on the way. */
export class OpenedPackage {
  readonly entries = new Map<string, Entry>();

  constructor(
    private readonly zip: ZipFile,
    private readonly findings: Findings,
  ) {}

  /** @throws UnreadablePackage */
  async readNames(): Promise<void> {
    if (this.zip.entryCount > MOST_ENTRIES) throw new UnreadablePackage(`it has more than ${MOST_ENTRIES} files.`);
    try {
      for await (const entry of this.zip.eachEntry()) {
        const name = entry.fileNameRaw.toString('utf8');
        if (!isPlainPath(name)) this.findings.fault('path_unsafe', name);
        if (this.entries.has(name)) this.findings.fault('name_twice', name);
        else this.entries.set(name, entry);
      }
    } catch (error) {
      throw new UnreadablePackage(`its list of files cannot be read (${(error as Error).message}).`);
    }
    if (!Object.values(PLACES).some((name) => this.entries.has(name))) {
      throw new UnreadablePackage('it is a zip, and no archive package of duban.');
    }
  }

  /** What of a file cannot be unpacked, or should not be. */
  isSafe(name: string, entry: Entry): boolean {
    const code = unsafe(entry);
    if (code !== null) this.findings.fault(code, name);
    return code === null && isPlainPath(name);
  }

  /** @returns null, and a fault, where it cannot be read */
  async unpack(name: string, entry: Entry, path: string): Promise<Unpacked | null> {
    const counting = new Measured();
    try {
      await pipeline(await this.zip.openReadStreamPromise(entry), counting, createWriteStream(path));
      return { size: counting.size, sha256: counting.digest() };
    } catch (error) {
      this.findings.fault('unreadable', name, (error as Error).message);
      return null;
    }
  }

  async bytesOf(name: string): Promise<Buffer | null> {
    const entry = this.entries.get(name);
    if (!entry || entry.uncompressedSize > MOST_LIST_BYTES || (entry.generalPurposeBitFlag & ENCRYPTED) !== 0)
      return null;
    // What is wrong with it is told when the file itself is looked into.
    return buffer(await this.zip.openReadStreamPromise(entry)).catch(() => null);
  }

  async textOf(name: string): Promise<string | null> {
    const bytes = await this.bytesOf(name).catch(() => null);
    if (bytes === null) return null;
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      this.findings.fault('unreadable', name, 'UTF-8');
      return null;
    }
  }
}

function unsafe({
  generalPurposeBitFlag,
  compressionMethod,
  externalFileAttributes,
  uncompressedSize,
  compressedSize,
}: Entry): FaultCode | null {
  if ((generalPurposeBitFlag & ENCRYPTED) !== 0) return 'encrypted';
  if (!METHODS.has(compressionMethod)) return 'packed_differently';
  if (((externalFileAttributes >>> 16) & FILE_TYPE) === LINK) return 'link';
  return uncompressedSize > LARGE_BYTES && uncompressedSize > MOST_RATIO * compressedSize ? 'bomb' : null;
}

/** Below the package, in letters that every system has. */
const isPlainPath = (name: string): boolean =>
  /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/.test(name) && name.length <= 240;
