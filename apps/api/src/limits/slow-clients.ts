import { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface ClientLimits {
  /** Until the head of a request is there, and until all of it is. */
  headersMs: number;
  requestMs: number;
  /** For which an answer may wait for a client that takes nothing of it. */
  readingMs: number;
  /** How often is looked for those who are late with their requests. */
  lookedAtMs: number;
  /** Connections at once; further ones are closed as they come. */
  mostConnections: number;
}

export const CLIENT_LIMITS: ClientLimits = {
  headersMs: 15_000,
  requestMs: 60_000,
  readingMs: 60_000,
  lookedAtMs: 5_000,
  mostConnections: 10_000,
};

/**
 * Ends the connection of a client that does not take its answer. While an answer is being made nothing is on the way, and
 * the client is not to blame.
 */
export function cutOffSlowReaders(fastify: FastifyInstance, { readingMs, mostConnections }: ClientLimits): void {
  fastify.server.maxConnections = mostConnections;
  fastify.addHook('onSend', async (_request, reply) => {
    // Node ends a connection whose time is up; with the next request the time is off again.
    if (reply.raw.socket instanceof Socket) reply.raw.socket.setTimeout(readingMs);
  });
}
