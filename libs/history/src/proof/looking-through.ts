import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Stretch, stretchesOf } from './event-runs';
import type { TreeHash } from './merkle';
import { type WholeLines, wholeLinesOf } from './whole-lines';

/** What a thread is given; the bytes of `body` are the thread's until it answers. */
export interface Order {
  head: Uint8Array;
  body: Uint8Array;
  hash: TreeHash;
}

export interface Answer {
  stretches: Stretch[];
  body: Uint8Array;
}

export interface LookedThrough {
  lines: WholeLines;
  stretches: Stretch[];
}

/** Compiled, there is a file that a thread can be started with. */
const PROGRAM = extname(__filename) === '.js' ? join(__dirname, 'event-runs.thread.js') : null;
/** Two wait where one reads and compares; more than this the one cannot keep busy. */
const MOST_THREADS = 6;
/** To start threads takes as long as to look through so much. */
const WITHOUT_THREADS_BYTES = 16 * 1024 * 1024;
/** A thread keeps nothing; with more room it would leave more behind before it clears up. */
const THREAD_MEMORY = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16 };
/** So many pieces a thread are on their way at once: what is held in memory. */
const AHEAD = 2;

/**
 * Looks through the pieces of a bundle, by as many threads as the machine can run where it is long, and gives what was
 * found in the order of the pieces. A piece that has been given is not the giver's any more.
 * @param hash by which history is hashed as far as it has been verified; it may be another one further on
 * @throws UnreadableBundle for a line without end
 */
export async function* lookThrough(pieces: AsyncIterable<Buffer>, hash: () => TreeHash): AsyncGenerator<LookedThrough> {
  let threads: Threads | null = null;
  let bytes = 0;
  const underWay: Promise<LookedThrough>[] = [];
  try {
    for await (const lines of wholeLinesOf(pieces)) {
      bytes += lines.body.length;
      if (PROGRAM && bytes > WITHOUT_THREADS_BYTES) {
        threads ??= new Threads(PROGRAM, Math.min(availableParallelism(), MOST_THREADS));
        underWay.push(threads.lookThrough(lines, hash()));
        if (underWay.length > threads.count * AHEAD) yield await underWay.shift()!;
      } else {
        yield { lines, stretches: stretchesOf(lines, hash()) };
      }
    }
    for (const one of underWay) yield await one;
  } finally {
    await threads?.end();
  }
}

interface Waiting {
  head: Buffer;
  resolve: (found: LookedThrough) => void;
  reject: (error: Error) => void;
}

class Threads {
  private readonly threads: { worker: Worker; waiting: Waiting[] }[];
  private next = 0;

  constructor(
    program: string,
    readonly count: number,
  ) {
    this.threads = Array.from({ length: count }, () => {
      const worker = new Worker(program, { env: {}, resourceLimits: THREAD_MEMORY });
      const waiting: Waiting[] = [];
      worker.on('message', ({ stretches, body }: Answer) => {
        const { head, resolve } = waiting.shift()!;
        const { buffer, byteOffset, byteLength } = body;
        resolve({ lines: { head, body: Buffer.from(buffer, byteOffset, byteLength) }, stretches });
      });
      worker.on('error', (error: Error) => {
        for (const { reject } of waiting.splice(0)) reject(error);
      });
      return { worker, waiting };
    });
  }

  lookThrough({ head, body }: WholeLines, hash: TreeHash): Promise<LookedThrough> {
    const { worker, waiting } = this.threads[this.next++ % this.count]!;
    const looked = new Promise<LookedThrough>((resolve, reject) => waiting.push({ head, resolve, reject }));
    // It is awaited in its turn, and then throws; before that nobody listens.
    looked.catch(() => undefined);
    const owned = ownBytes(body);
    worker.postMessage({ head, body: owned, hash } satisfies Order, [owned.buffer]);
    return looked;
  }

  async end(): Promise<void> {
    await Promise.all(this.threads.map(({ worker }) => worker.terminate()));
  }
}

/** Bytes in memory that holds nothing else of anyone's, which can be handed over: a file is read into such. */
function ownBytes(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isPooled = buffer.byteLength <= Buffer.poolSize;
  return buffer instanceof ArrayBuffer && bytes.byteOffset === 0 && !isPooled
    ? new Uint8Array(buffer, 0, bytes.length)
    : new Uint8Array(bytes);
}
