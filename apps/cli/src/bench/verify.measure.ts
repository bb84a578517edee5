import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyBundle } from '@duban/history';
import { writeInventedHistory } from './invented-history';
import type { Measure } from './measure';

const EVENTS = 1_000_000;
const QUICK_EVENTS = 2_000;
const PIECE_BYTES = 1024 * 1024;

/** A bundle of history verified offline, against reading and hashing the same bytes. */
export const verifyMeasure: Measure = {
  name: 'verify',
  goal: 4,
  prepare: async (isQuick) => {
    const events = isQuick ? QUICK_EVENTS : EVENTS;
    const file = join(tmpdir(), `duban-bench-${process.pid}.jsonl`);
    // A million events are some 800 MB, which must not stay.
    process.once('exit', () => rmSync(file, { force: true }));
    await writeInventedHistory(file, events);
    const pieces = (): AsyncIterable<Buffer> => createReadStream(file, { highWaterMark: PIECE_BYTES });
    return {
      ours: async () => {
        const verdict = await verifyBundle(pieces());
        if (!('sound' in verdict) || verdict.sound.events !== events)
          throw new Error('The bundle was not found sound: the times would say nothing.');
      },
      other: async () => {
        const hash = createHash('sha256');
        for await (const piece of pieces()) hash.update(piece);
        return hash.digest();
      },
      runs: 3,
    };
  },
};
