import { parentPort } from 'node:worker_threads';
import { DomainError } from '@duban/kernel';
import { read, type ReadingAnswer, type ReadingOrder, type ReadingResult } from './reading';

/** So many at a time: who asked reads these while the next are written, and does other things in between. */
const TASKS_AT_A_TIME = 250;

const say = (answer: ReadingAnswer): void => parentPort?.postMessage(answer);

function sayResult(result: ReadingResult): void {
  if (!('plan' in result)) return say(result);
  const { text, breakdown } = result.plan;
  const { tasks } = breakdown;
  for (let from = 0; from < tasks.length; from += TASKS_AT_A_TIME)
    say({ tasks: JSON.stringify(tasks.slice(from, from + TASKS_AT_A_TIME)) });
  say({ plan: JSON.stringify({ text, breakdown: { ...breakdown, tasks: [] } }) });
}

// One file after the other: nobody sends the next before the answer.
parentPort?.on('message', (order: ReadingOrder) => {
  read(order, (done, total) => say({ done, total })).then(sayResult, (error: unknown) => {
    // Whatever else goes wrong ends the thread, and whoever started it hears so.
    if (!(error instanceof DomainError)) throw error;
    const { code, message, details } = error;
    say({ refusal: { code, message, details } });
  });
});
