import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

/** Longer than a line, so that whatever is read holds one that is whole, and no longer than one page of a disk. */
const BLOCK_BYTES = 4_096;
const LINE = /^([0-9A-F]{40}):\d+\r?$/i;
/** Places of the file at which it is looked whether its hashes ascend. */
const SAMPLES = 64;

/**
 * Passwords that have been made public somewhere (泄露的口令), in a file such as Have I Been Pwned lets one download: a line
 * for each, its SHA-1 and how often it was seen, ordered by hash. It has some forty gigabytes, and is not read but where a
 * binary search leads; nobody is asked.
 */
export class BreachedPasswords {
  constructor(private readonly path: string) {}

  async has(password: string): Promise<boolean> {
    // The file's way to name a password; nothing of ours is protected by it.
    const wanted = createHash('sha1').update(password.normalize('NFC')).digest('hex').toUpperCase();
    const file = await open(this.path, 'r');
    try {
      let [from, to] = [0, (await file.stat()).size];
      while (from < to) {
        const middle = Math.floor((from + to) / 2);
        const found = await lineFrom(file, middle, to);
        if (found === null) {
          to = middle;
          continue;
        }
        const hash = hashOf(this.path, found.line);
        if (hash === wanted) return true;
        if (hash < wanted) from = found.end;
        else to = middle;
      }
      return false;
    } finally {
      await file.close();
    }
  }

  /** @throws Error in words for whoever runs the installation, where nothing would be found in the file */
  async check(): Promise<void> {
    const file = await open(this.path, 'r');
    try {
      const { size } = await file.stat();
      let last = '';
      for (let i = 0; i < SAMPLES; i++) {
        const found = await lineFrom(file, Math.floor((size / SAMPLES) * i), size);
        if (found === null) break;
        const hash = hashOf(this.path, found.line);
        if (hash < last) throw new Error(`${this.path} is not ordered by hash: take the list that is`);
        last = hash;
      }
      if (last === '') throw new Error(`${this.path} is empty`);
    } finally {
      await file.close();
    }
  }
}

/** The first line that begins at a place or behind it, before `to`; null where none does. */
async function lineFrom(file: FileHandle, at: number, to: number): Promise<{ line: string; end: number } | null> {
  // A line begins behind the end of another: so that end is looked for from one byte before.
  const start = Math.max(0, at - 1);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(BLOCK_BYTES), 0, BLOCK_BYTES, start);
  const text = buffer.toString('latin1', 0, bytesRead);
  const first = at === 0 ? 0 : text.indexOf('\n') + 1;
  if (first === 0 && at > 0) return null;
  if (start + first >= to || first >= bytesRead) return null;
  const end = text.indexOf('\n', first);
  return end === -1
    ? { line: text.slice(first), end: start + bytesRead }
    : { line: text.slice(first, end), end: start + end + 1 };
}

function hashOf(path: string, line: string): string {
  const hash = LINE.exec(line)?.[1];
  if (hash === undefined) throw new Error(`${path} has lines that are no SHA-1 with a number: such as <hash>:<count>`);
  return hash.toUpperCase();
}
