import { Worker } from 'node:worker_threads';
import type { DraftTask } from '@duban/breakdown';
import { DomainError } from '@duban/kernel';
import type { Progress } from './formats/format';
import { problem } from './problems';
import type { PlanDocument, ReadingAnswer, ReadingOrder, ReadingResult } from './reading';

/** What reading one file may take: it is stopped beyond. */
const MOST_MS = 120_000;
const MOST_MEGABYTES = 1_536;
/** A reading makes millions of small objects that live for a task: with less room they are looked through again and again. */
const YOUNG_MEGABYTES = 64;
/** A thread that has nothing to read is kept so long for the next file: in a new one all code is cold. */
const KEPT_MS = 30_000;

export interface ThreadOptions {
  signal?: AbortSignal;
  /** In milliseconds, and in megabytes of memory. */
  limits?: { time?: number; memory?: number };
}

export const stopped = (): DomainError => problem('DOCUMENT.STOPPED', 'The reading was stopped.');
const tooHard = (what: 'time' | 'memory'): DomainError =>
  problem('DOCUMENT.TOO_HARD', `Reading the file takes too much ${what}: split it, or save it in another format.`);

/** The thread that has read the last file well, if no other has begun on it; it keeps no process alive. */
let kept: { worker: Worker; memory: number; end: () => void } | null = null;

function takeWorker(thread: string, memory: number): Worker {
  if (kept?.memory === memory) {
    const { worker } = kept;
    clear();
    worker.ref();
    return worker;
  }
  return new Worker(thread, {
    resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: YOUNG_MEGABYTES },
  });
}

const clear = (): void => {
  const before = kept;
  kept = null;
  before?.end();
};

function keepWorker(worker: Worker, memory: number): void {
  if (kept) return void worker.terminate();
  const over = (): void => {
    clear();
    void worker.terminate();
  };
  const timer = setTimeout(over, KEPT_MS).unref();
  worker.once('error', over);
  worker.unref();
  const end = (): void => {
    clearTimeout(timer);
    worker.removeListener('error', over);
  };
  kept = { worker, memory, end };
}

/** Reads a file in the thread of this file name, stopped at its limits. @throws DomainError DOCUMENT.* or BREAKDOWN.* */
export function readInThread(
  thread: string,
  order: ReadingOrder,
  onProgress: Progress,
  { signal, limits: { time = MOST_MS, memory = MOST_MEGABYTES } = {} }: ThreadOptions,
): Promise<ReadingResult> {
  return new Promise((resolve, reject) => {
    const worker = takeWorker(thread, memory);
    const leave = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      worker.removeListener('message', hear);
      worker.removeListener('error', fail);
    };
    const answered = (settle: () => void): void => {
      leave();
      keepWorker(worker, memory);
      settle();
    };
    const refuse = (reason: unknown): void => {
      leave();
      // Whatever it still throws is of a reading that is over.
      worker.on('error', () => undefined);
      const settle = (): void => reject(reason);
      void worker.terminate().then(settle, settle);
    };
    const stop = (): void => refuse(stopped());
    const tasks: DraftTask[] = [];
    const hear = (answer: ReadingAnswer): void => {
      if ('done' in answer) onProgress(answer.done, answer.total);
      else if ('tasks' in answer) tasks.push(...(JSON.parse(answer.tasks) as DraftTask[]));
      else if ('plan' in answer)
        answered(() => {
          const plan = JSON.parse(answer.plan) as PlanDocument;
          resolve({ plan: { ...plan, breakdown: { ...plan.breakdown, tasks } } });
        });
      else if ('sheets' in answer || 'isOpen' in answer) answered(() => resolve(answer));
      else {
        // What is thrown loses its class on the way.
        const { code, message, details } = answer.refusal;
        answered(() => reject(new DomainError('invalid', code, message, details)));
      }
    };
    const fail = (error: Error & { code?: string }): void =>
      refuse(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooHard('memory') : error);
    const timer = setTimeout(() => refuse(tooHard('time')), time);
    signal?.addEventListener('abort', stop);
    worker.on('message', hear);
    worker.on('error', fail);
    worker.postMessage(order);
  });
}
