import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DomainError } from '@duban/kernel';
import type { DocumentFile, Progress } from './formats/format';
import { formatOf } from './formats';
import { knowFile } from './known-file';
import { problem } from './problems';
import { type PlanDocument, read, type ReadingAnswer, type ReadingOrder } from './reading';

/** 20 MiB. */
const MOST_FILE_BYTES = 20 * 1024 * 1024;
const SHORT_BYTES = 200_000;
/** What reading one file may take: it is stopped beyond. */
const MOST_MS = 120_000;
const MOST_MEGABYTES = 1_536;
/** Compiled, there is a file that a thread can be started with. */
const THREAD = extname(__filename) === '.js' ? join(__dirname, 'reading.thread.js') : null;

export interface ReadingOptions extends Pick<ReadingOrder, 'columns'> {
  onProgress?: Progress;
  signal?: AbortSignal;
  /** In milliseconds, and in megabytes of memory. */
  limits?: { time?: number; memory?: number };
}

/**
 * Reads a file, of whatever kind its content shows, and the plan in it. It does so in a thread of its own, so that a large
 * or hostile file neither holds up nor ends what else the process does.
 * @throws DomainError DOCUMENT.*, or BREAKDOWN.* where it should be a plain text and is none
 */
export async function readPlanDocument(file: DocumentFile, options: ReadingOptions = {}): Promise<PlanDocument> {
  const { columns = [], onProgress = () => undefined, signal } = options;
  if (file.bytes.length > MOST_FILE_BYTES) throw problem('DOCUMENT.TOO_LARGE', 'The file is larger than 20 MB.');
  if (signal?.aborted === true) throw stopped();
  const known = await knowFile(file);
  const format = formatOf(known);
  const bytes = await format.prepare?.(known, signal);
  const order: ReadingOrder = { name: bytes ? `${file.name}.docx` : file.name, bytes: bytes ?? file.bytes, columns };
  // A short text is read sooner than a thread is started.
  const isShort = format.name === 'text' && order.bytes.length <= SHORT_BYTES;
  return THREAD === null || isShort ? read(order, onProgress) : readInThread(THREAD, order, onProgress, options);
}

const stopped = (): DomainError => problem('DOCUMENT.STOPPED', 'The reading was stopped.');

function readInThread(
  thread: string,
  order: ReadingOrder,
  onProgress: Progress,
  { signal, limits: { time = MOST_MS, memory = MOST_MEGABYTES } = {} }: ReadingOptions,
): Promise<PlanDocument> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(thread, { workerData: order, resourceLimits: { maxOldGenerationSizeMb: memory } });
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      void worker.terminate().then(settle, settle);
    };
    const refuse = (error: unknown): void => finish(() => reject(error));
    const stop = (): void => refuse(stopped());
    const timer = setTimeout(() => refuse(tooHard('time')), time);
    signal?.addEventListener('abort', stop);
    worker.on('message', (answer: ReadingAnswer) => {
      if ('done' in answer) onProgress(answer.done, answer.total);
      else if ('plan' in answer) finish(() => resolve(answer.plan));
      // What is thrown loses its class on the way.
      else refuse(new DomainError('invalid', answer.refusal.code, answer.refusal.message, answer.refusal.details));
    });
    worker.once('error', (error: Error & { code?: string }) =>
      refuse(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooHard('memory') : error),
    );
  });
}

const tooHard = (what: 'time' | 'memory'): DomainError =>
  problem('DOCUMENT.TOO_HARD', `Reading the file takes too much ${what}: split it, or save it in another format.`);
