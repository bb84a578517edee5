import { parentPort } from 'node:worker_threads';
import { stretchesOf } from './event-runs';
import type { Answer, Order } from './looking-through';

// One thread of those that look through a bundle: an order, an answer, in turn.
parentPort!.on('message', ({ head, body, hash }: Order) => {
  const lines = { head: Buffer.from(head), body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) };
  const answer: Answer = { stretches: stretchesOf(lines, hash), body };
  parentPort!.postMessage(answer, [body.buffer as ArrayBuffer]);
});
