import { Unzip, UnzipInflate, unzipSync } from 'fflate';
import { DomainError } from '@duban/kernel';
import { problem } from './problems';

/** What a zip may unpack to. Office files of 20 MB stay far below; bombs go far beyond. */
const MOST_ENTRIES = 10_000;
const MOST_BYTES = 256 * 1024 * 1024;
/** Above so many bytes an entry may be unpacked to so many times its size: blank rows pack well, too. */
const LARGE_BYTES = 64 * 1024 * 1024;
const MOST_RATIO = 250;
/** The zip is pushed through in pieces, so that what comes out is counted before the next goes in. */
const PIECE_BYTES = 16 * 1024;

export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 0x03 || bytes[2] === 0x05);

const broken = (): Error =>
  problem('DOCUMENT.BROKEN', 'The file is damaged or cut off: open it in its program and save it again.');
const bomb = (): Error =>
  problem('DOCUMENT.ZIP_BOMB', 'The file unpacks to far more than a document does, and is not read.');

/** The names in a zip, without unpacking any. @throws DomainError DOCUMENT.BROKEN, DOCUMENT.ZIP_BOMB */
export function namesInZip(bytes: Uint8Array): string[] {
  const names: string[] = [];
  try {
    unzipSync(bytes, {
      filter: ({ name }) => {
        if (names.push(name) > MOST_ENTRIES) throw bomb();
        return false;
      },
    });
  } catch (error) {
    throw isOurs(error) ? error : broken();
  }
  return names;
}

/** Unpacks a zip and throws it away, for readers that do not count. @throws DomainError as {@link unzip} */
export const checkZip = (bytes: Uint8Array): void => void unzip(bytes, () => true, { isKept: false });

/** What is kept of a piece of an entry as it comes out. */
type Filter = (piece: Uint8Array, isLast: boolean) => Uint8Array;

/**
 * Unpacks the wanted entries of a zip, counting what comes out while it does.
 * @param options `through` gives for the name of an entry what its pieces go through, if anything
 * @throws DomainError DOCUMENT.BROKEN, DOCUMENT.ZIP_BOMB
 */
export function unzip(
  bytes: Uint8Array,
  isWanted: (name: string) => boolean,
  { isKept = true, through }: { isKept?: boolean; through?: (name: string) => Filter | undefined } = {},
): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  let entries = 0;
  let total = 0;
  let unfinished = 0;
  let pushed = 0;
  const unzipping = new Unzip((file) => {
    if (++entries > MOST_ENTRIES) throw bomb();
    if (!isWanted(file.name)) return;
    const pieces: Uint8Array[] = [];
    const begun = pushed;
    const filter = through?.(file.name);
    let size = 0;
    unfinished++;
    file.ondata = (error, piece, isLast) => {
      // What is thrown below comes back here.
      if (error) throw isOurs(error) ? error : broken();
      size += piece.length;
      total += piece.length;
      if (total > MOST_BYTES || (size > LARGE_BYTES && size > MOST_RATIO * (pushed - begun + PIECE_BYTES)))
        throw bomb();
      if (isKept) pieces.push(filter ? filter(piece, isLast) : piece);
      if (!isLast) return;
      unfinished--;
      if (isKept)
        found.set(file.name, pieces.length === 1 && pieces[0] ? pieces[0] : new Uint8Array(Buffer.concat(pieces)));
    };
    file.start();
  });
  unzipping.register(UnzipInflate);
  try {
    for (; pushed < bytes.length; pushed += PIECE_BYTES)
      unzipping.push(bytes.subarray(pushed, pushed + PIECE_BYTES), pushed + PIECE_BYTES >= bytes.length);
  } catch (error) {
    throw isOurs(error) ? error : broken();
  }
  if (unfinished > 0) throw broken();
  return found;
}

const isOurs = (error: unknown): boolean => error instanceof DomainError;
