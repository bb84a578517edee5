import { Worker } from 'node:worker_threads';
import { DomainError } from '@duban/kernel';
import { read, type ReadingAnswer, type ReadingOrder, type ReadingResult } from './reading';

/** So many at a time: who asked reads these while the next are written, and does other things in between. */
const TASKS_AT_A_TIME = 250;

/** Nobody is left whom the reading could be for; a file that holds up the process would keep it from hearing that. */
const WATCH = `const parent = process.ppid;
setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL'); }, 1000);`;

const say = (answer: ReadingAnswer): void => void process.send?.(answer);

function sayResult(result: ReadingResult): void {
  if (!('plan' in result)) return say(result);
  const { text, breakdown } = result.plan;
  const { tasks } = breakdown;
  for (let from = 0; from < tasks.length; from += TASKS_AT_A_TIME)
    say({ tasks: JSON.stringify(tasks.slice(from, from + TASKS_AT_A_TIME)) });
  say({ plan: JSON.stringify({ text, breakdown: { ...breakdown, tasks: [] } }) });
}

new Worker(WATCH, { eval: true }).unref();
process.on('disconnect', () => process.exit());
// One file after the other: nobody sends the next before the answer.
process.on('message', (order: ReadingOrder) => {
  read(order, (done, total) => say({ done, total })).then(sayResult, (error: unknown) => {
    if (!(error instanceof DomainError)) return say({ failure: String((error as Error | null)?.stack ?? error) });
    const { code, message, details } = error;
    say({ refusal: { code, message, details } });
  });
});
