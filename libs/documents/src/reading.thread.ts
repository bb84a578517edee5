import { parentPort } from 'node:worker_threads';
import { DomainError } from '@duban/kernel';
import { read, type ReadingAnswer, type ReadingOrder } from './reading';

const say = (answer: ReadingAnswer): void => parentPort?.postMessage(answer);

// One file after the other: nobody sends the next before the answer.
parentPort?.on('message', (order: ReadingOrder) => {
  read(order, (done, total) => say({ done, total })).then(
    (plan) => say({ plan }),
    (error: unknown) => {
      // Whatever else goes wrong ends the thread, and whoever started it hears so.
      if (!(error instanceof DomainError)) throw error;
      const { code, message, details } = error;
      say({ refusal: { code, message, details } });
    },
  );
});
