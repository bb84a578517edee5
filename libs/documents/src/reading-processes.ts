import { type ChildProcess, fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import type { DraftTask } from '@duban/breakdown';
import { DomainError } from '@duban/kernel';
import type { Progress } from './formats/format';
import { problem } from './problems';
import type { PlanDocument, ReadingAnswer, ReadingOrder, ReadingResult } from './reading';

/** What reading one file may take: it is stopped beyond. */
const MOST_MS = 120_000;
const MOST_MEGABYTES = 1_536;
/** Beside its objects a process holds its code, and bytes of files. */
const OTHER_MEGABYTES = 512;
const MEMORY_LOOKED_AT_MS = 250;
const PAGE_BYTES = 4_096;
/** Characters that it may answer with. */
const MOST_ANSWER = 256 * 1024 * 1024;
/** A reading makes millions of small objects that live for a task: with less room they are looked through again and again. */
const YOUNG_MEGABYTES = 64;
/** A process that has nothing to read is kept so long for the next file: in a new one all code is cold. */
const KEPT_MS = 30_000;
/** Each may take what is said above; further files wait. */
const MOST_AT_ONCE = 3;

export interface ProcessOptions {
  signal?: AbortSignal;
  /** In milliseconds, and in megabytes of memory. */
  limits?: { time?: number; memory?: number };
}

export const stopped = (): DomainError => problem('DOCUMENT.STOPPED', 'The reading was stopped.');
const tooHard = (what: 'time' | 'memory'): DomainError =>
  problem('DOCUMENT.TOO_HARD', `Reading the file takes too much ${what}: split it, or save it in another format.`);

/** The process that has read the last file well, if no other has begun on it; it keeps no process alive. */
let kept: { child: ChildProcess; memory: number; end: () => void } | null = null;

function takeChild(program: string, memory: number): ChildProcess {
  if (kept?.memory === memory) {
    const { child } = kept;
    clear();
    child.ref();
    child.channel?.ref();
    return child;
  }
  return fork(program, {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${memory}`, `--max-semi-space-size=${Math.ceil(YOUNG_MEGABYTES / 3)}`],
    // A file that takes the process over finds no password there.
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

const clear = (): void => {
  const before = kept;
  kept = null;
  before?.end();
};

function keepChild(child: ChildProcess, memory: number): void {
  if (kept || !child.connected) return void child.kill('SIGKILL');
  const over = (): void => {
    clear();
    child.kill('SIGKILL');
  };
  const timer = setTimeout(over, KEPT_MS).unref();
  child.once('exit', over).once('error', over);
  child.unref();
  child.channel?.unref();
  const end = (): void => {
    clearTimeout(timer);
    child.removeListener('exit', over).removeListener('error', over);
  };
  kept = { child, memory, end };
}

let atWork = 0;
const waiting: (() => void)[] = [];

/** Reads a file in a process of this program, ended at its limits. @throws DomainError DOCUMENT.* or BREAKDOWN.* */
export async function readInProcess(
  program: string,
  order: ReadingOrder,
  onProgress: Progress,
  options: ProcessOptions,
): Promise<ReadingResult> {
  if (atWork < MOST_AT_ONCE) atWork++;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    if (options.signal?.aborted === true) throw stopped();
    return await readNow(program, order, onProgress, options);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else atWork--;
  }
}

function readNow(
  program: string,
  order: ReadingOrder,
  onProgress: Progress,
  { signal, limits: { time = MOST_MS, memory = MOST_MEGABYTES } = {} }: ProcessOptions,
): Promise<ReadingResult> {
  return new Promise((resolve, reject) => {
    const child = takeChild(program, memory);
    const leave = (): void => {
      clearTimeout(timer);
      clearInterval(look);
      signal?.removeEventListener('abort', stop);
      child.removeListener('message', hear).removeListener('exit', gone).removeListener('error', refuse);
    };
    const answered = (settle: () => void): void => {
      leave();
      keepChild(child, memory);
      settle();
    };
    const refuse = (reason: unknown): void => {
      leave();
      child.on('error', () => undefined);
      child.kill('SIGKILL');
      reject(reason);
    };
    const stop = (): void => refuse(stopped());
    const gone = (code: number | null, signalName: NodeJS.Signals | null): void =>
      refuse(
        // Node aborts where there is no room for an object, and the system kills where there is none for a process.
        signalName === 'SIGABRT' || signalName === 'SIGKILL' || code === 134
          ? tooHard('memory')
          : problem('DOCUMENT.BROKEN', 'Reading the file failed: save it anew, or in another format.'),
      );
    const tasks: DraftTask[] = [];
    let length = 0;
    const hear = (answer: ReadingAnswer): void => {
      if ('done' in answer) return onProgress(answer.done, answer.total);
      if ('tasks' in answer) {
        length += answer.tasks.length;
        if (length > MOST_ANSWER) return refuse(tooHard('memory'));
        tasks.push(...(JSON.parse(answer.tasks) as DraftTask[]));
      } else if ('plan' in answer)
        answered(() => {
          const plan = JSON.parse(answer.plan) as PlanDocument;
          resolve({ plan: { ...plan, breakdown: { ...plan.breakdown, tasks } } });
        });
      else if ('sheets' in answer || 'isOpen' in answer || 'isUnprepared' in answer) answered(() => resolve(answer));
      else if ('failure' in answer) refuse(new Error(`the reader failed: ${answer.failure}`));
      else {
        // What is thrown loses its class on the way.
        const { code, message, details } = answer.refusal;
        answered(() => reject(new DomainError('invalid', code, message, details)));
      }
    };
    const timer = setTimeout(() => refuse(tooHard('time')), time);
    const look = setInterval(() => {
      void residentMegabytes(child).then((megabytes) => {
        if (megabytes > memory + OTHER_MEGABYTES) child.kill('SIGKILL');
      });
    }, MEMORY_LOOKED_AT_MS);
    signal?.addEventListener('abort', stop);
    child.on('message', hear).on('exit', gone).on('error', refuse);
    child.send(order, (error) => error && refuse(error));
  });
}

/** What the objects' own limit does not count: bytes. Told by Linux alone. */
async function residentMegabytes({ pid }: ChildProcess): Promise<number> {
  const text = await readFile(`/proc/${pid}/statm`, 'latin1').catch(() => '');
  return (Number(text.split(' ')[1] ?? 0) * PAGE_BYTES) / 1024 ** 2;
}
