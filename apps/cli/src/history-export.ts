import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CheckpointService, HistoryBundle, systemActor, type TreeHash } from '@duban/history';
import { onGround } from './on-ground';

/**
 * Writes the whole history as a bundle, and records that it did.
 * @param months files of months that lie outside of the database
 * @throws Error with one sentence where the file is there already, or cannot be written
 */
export async function exportHistory(file: string, months: readonly string[] = []): Promise<void> {
  await onGround(async (app, { clock }) => {
    const sink = createWriteStream(file, { flags: 'wx' });
    await new Promise<void>((done, fail) =>
      sink.once('open', () => done()).once('error', (error) => fail(unwritable(file, error))),
    );
    try {
      const { upTo, bytes } = await app
        .get(HistoryBundle, { strict: false })
        .export(systemActor('duban history export'), clock.now(), months);
      await pipeline(Readable.from(bytes), sink);
      process.stdout.write(`${file}: ${upTo.size} events, up to the checkpoint ${upTo.number}.\n`);
    } catch (error) {
      // A part of a history would only be taken for one that was tampered with.
      sink.destroy();
      await rm(file, { force: true });
      throw error;
    }
  });
}

/** Changes the hash of the tree over history (换算法), records that it did, and prints the checkpoint that did. */
export async function rehashHistory(to: TreeHash): Promise<void> {
  await onGround(async (app, { clock }) => {
    const isShown = process.stderr.isTTY;
    const changed = await app
      .get(CheckpointService, { strict: false })
      .changeHash(systemActor('duban history rehash'), clock, to, (done, size) => {
        if (isShown) process.stderr.write(`\r\u001b[K${done === size ? '' : `${done} of ${size} events`}`);
      });
    process.stdout.write(changed.note);
  });
}

/** Signs what is committed now, and prints the newest checkpoint. */
export async function printCheckpoint(): Promise<void> {
  await onGround(async (app) => {
    const newest = await app.get(CheckpointService, { strict: false }).make();
    if (!newest) throw new Error('Nothing has been recorded yet, so there is nothing to sign.');
    process.stdout.write(newest.note);
  });
}

function unwritable(file: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'EEXIST'
    ? new Error(`${file} is there already; name a new file.`)
    : new Error(`${file} cannot be written (${message}): make it writable, or name another file.`);
}
