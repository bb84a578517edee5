import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import {
  certificatesIn,
  type Fault,
  type Outside,
  parseNote,
  publicKeysIn,
  type SoundHistory,
  UnreadableBundle,
  verifyBundle,
} from '@duban/history';

const FAULTY = 1;
/** Exit code for what cannot be read. */
const UNREADABLE = 2;
const PIECE_BYTES = 1024 * 1024;
const BAR = 30;

interface Options {
  checkpoint?: string[];
  key?: string[];
  tsa?: string[];
  late: string;
}

/** Verifies a bundle; prints one line, and sets the exit code: 0 sound, 1 a fault, 2 what cannot be read. */
export async function verifyHistory(bundle: string, options: Options): Promise<void> {
  const progress = new ProgressBar();
  try {
    const outside = await outsideOf(options);
    const pieces = reading(bundle, await sizeOf(bundle), progress);
    const verdict = await verifyBundle(pieces, outside);
    progress.clear();
    if ('fault' in verdict) {
      process.exitCode = FAULTY;
      process.stdout.write(`${bundle}: ${faultWords(verdict.fault)}\n`);
    } else {
      process.stdout.write(`${bundle}: ${soundWords(verdict.sound, options)}\n`);
    }
  } catch (error) {
    progress.clear();
    if (!(error instanceof UnreadableBundle)) throw error;
    process.exitCode = UNREADABLE;
    process.stderr.write(`${bundle}: ${error.message}\n`);
  }
}

/** @throws UnreadableBundle that names the file */
async function outsideOf({ checkpoint = [], key = [], tsa = [], late }: Options): Promise<Outside> {
  const minutes = Number(late);
  if (late.trim() === '' || !(minutes >= 0)) throw new UnreadableBundle(`--late takes minutes, not ${late}.`);
  const held = [];
  for (const file of checkpoint) {
    const note = parseNote((await textIn(file)).replaceAll('\r\n', '\n'));
    if (!note) throw new UnreadableBundle(`${file} is no checkpoint: keep the whole note, with its last line.`);
    held.push(note);
  }
  const keys = [];
  for (const file of key) {
    try {
      keys.push(...publicKeysIn(await textIn(file)));
    } catch (error) {
      if (error instanceof UnreadableBundle) throw error;
      throw new UnreadableBundle(`${file} is no public key of Ed25519 in PEM (${(error as Error).message}).`);
    }
  }
  const authorities = [];
  for (const file of tsa) {
    const pem = await textIn(file);
    try {
      authorities.push(...certificatesIn(pem));
    } catch (error) {
      throw new UnreadableBundle(`${file} is no certificate in PEM (${(error as Error).message}).`);
    }
  }
  return { held, keys, authorities, lateMs: minutes * 60_000 };
}

const textIn = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: unknown) => {
    throw new UnreadableBundle(`${file} cannot be read (${(error as Error).message}).`);
  });

/** Null where it cannot be known, as of a pipe. */
async function sizeOf(file: string): Promise<number | null> {
  const found = await stat(file).catch((error: unknown) => {
    throw new UnreadableBundle(`it cannot be read (${(error as Error).message}).`);
  });
  return found.isFile() ? found.size : null;
}

async function* reading(file: string, size: number | null, progress: ProgressBar): AsyncGenerator<Buffer> {
  let read = 0;
  try {
    for await (const piece of createReadStream(file, { highWaterMark: PIECE_BYTES })) {
      yield piece as Buffer;
      read += (piece as Buffer).length;
      progress.show(read, size);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new UnreadableBundle(`it cannot be read (${(error as Error).message}).`);
  }
}

const faultWords = ({ message, code }: Fault): string => `${message} (${code})`;

function soundWords(
  { events, checkpoints, hashes, last, keyIds, stamped }: SoundHistory,
  { checkpoint, key, tsa }: Options,
): string {
  const compared = [
    checkpoint &&
      `goes on from the ${checkpoint.length === 1 ? 'checkpoint' : `${checkpoint.length} checkpoints`} that you hold`,
    key && 'signed by what you trust',
    tsa && 'stamped by whom you trust',
  ].filter(Boolean);
  const outside =
    compared.length > 0 ? compared.join(', ') : 'compared with nothing from outside: give --checkpoint and --key';
  const stamp = stamped ? `; checkpoint ${stamped.number} stamped at ${stamped.at} by ${stamped.by}` : '';
  return `sound: ${events} events, ${checkpoints} checkpoints, the last of ${last.signedAt}; ${hashes.join(', then ')}, key ${keyIds.join(', ')}${stamp}; ${outside}.`;
}

/** A bar on a terminal; nothing where nobody looks on. */
class ProgressBar {
  private readonly isShown = process.stderr.isTTY;
  private shown = '';

  show(read: number, size: number | null): void {
    if (!this.isShown) return;
    const share = size ? Math.min(read / size, 1) : 0;
    const full = Math.round(share * BAR);
    const bar = size
      ? `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}] ${Math.floor(share * 100)} %`
      : `${Math.floor(read / 1024 / 1024)} MiB`;
    if (bar === this.shown) return;
    this.shown = bar;
    process.stderr.write(`\r\u001b[K${bar}`);
  }

  clear(): void {
    if (this.isShown) process.stderr.write('\r\u001b[K');
  }
}
