import { createReadStream } from 'node:fs';
import { DomainError, invalid } from '@duban/kernel';
import { Unzip, UnzipInflate } from 'fflate';

/** What a document may unpack to. */
const MOST_ENTRIES = 10_000;
const MOST_BYTES = 512 * 1024 * 1024;
/** Above so many bytes an entry may be unpacked to so many times its size: blank rows pack well, too. */
const LARGE_BYTES = 64 * 1024 * 1024;
const MOST_RATIO = 250;
/** What goes in at a time, so that what comes out is counted before the next does. */
const PIECE_BYTES = 16 * 1024;

/**
 * Unpacks a zip from the disk, throws away what comes out, and gives the names in it. Whoever opens the file will unpack
 * it, too: it must not fill their memory.
 * @throws DomainError invalid `EVIDENCE.ZIP_BOMB`, `EVIDENCE.BROKEN`
 */
export async function namesInZip(path: string): Promise<Set<string>> {
  const names = new Set<string>();
  let entries = 0;
  let total = 0;
  let pushed = 0;
  let unfinished = 0;
  const unzipping = new Unzip((entry) => {
    if (++entries > MOST_ENTRIES) throw bomb();
    names.add(entry.name);
    const begun = pushed;
    let size = 0;
    unfinished++;
    entry.ondata = (error, piece, isLast) => {
      // What is thrown below comes back here.
      if (error) throw error instanceof DomainError ? error : broken();
      size += piece.length;
      total += piece.length;
      if (total > MOST_BYTES || (size > LARGE_BYTES && size > MOST_RATIO * (pushed - begun + PIECE_BYTES)))
        throw bomb();
      if (isLast) unfinished--;
    };
    entry.start();
  });
  unzipping.register(UnzipInflate);
  try {
    for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES })) {
      unzipping.push(piece as Uint8Array);
      pushed += (piece as Uint8Array).length;
    }
    unzipping.push(new Uint8Array(0), true);
  } catch (error) {
    throw error instanceof DomainError ? error : broken();
  }
  if (unfinished > 0) throw broken();
  return names;
}

const bomb = (): DomainError =>
  invalid('EVIDENCE.ZIP_BOMB', 'The file unpacks to far more than a document does, and was not taken.', {
    field: 'file',
  });
const broken = (): DomainError =>
  invalid('EVIDENCE.BROKEN', 'The file is damaged or cut off: open it in its program and save it again.', {
    field: 'file',
  });
