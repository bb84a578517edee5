import { parentPort, workerData } from 'node:worker_threads';
import { DomainError } from '@duban/kernel';
import { read, type ReadingAnswer, type ReadingOrder } from './reading';

const say = (answer: ReadingAnswer): void => parentPort?.postMessage(answer);

read(workerData as ReadingOrder, (done, total) => say({ done, total })).then(
  (plan) => say({ plan }),
  (error: unknown) => {
    // Whatever else goes wrong ends the thread, and whoever started it hears so.
    if (!(error instanceof DomainError)) throw error;
    const { code, message, details } = error;
    say({ refusal: { code, message, details } });
  },
);
