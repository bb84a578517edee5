import { createLog } from '@duban/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { QueryFailedError } from 'typeorm';
import { ProblemFilter } from '../src/problem.filter';

describe('ProblemFilter', () => {
  const filter = new ProblemFilter(createLog('fatal'));

  /** What is answered to a statement that failed with this SQLSTATE. */
  function answerTo(code: string): { status: number; code: string; retryAfter?: string } {
    let sent = '';
    const headers: Record<string, string> = {};
    const reply = {
      header: (name: string, value: string) => {
        headers[name] = value;
        return reply;
      },
      status: () => reply,
      type: () => reply,
      send: (body: string) => (sent = body),
    };
    const request = { id: 'spec', url: '/api/v1/plans', method: 'GET' };
    const error = new QueryFailedError('select', [], Object.assign(new Error('what the server said'), { code }));
    filter.answer(error, request as FastifyRequest, reply as unknown as FastifyReply);
    const problem = JSON.parse(sent) as { status: number; code: string };
    return { ...problem, ...(headers['retry-after'] && { retryAfter: headers['retry-after'] }) };
  }

  it.each([
    // Away, or without room: it may be there the next time.
    ['08006', 503, 'SERVICE.DATABASE_AWAY'],
    ['57P01', 503, 'SERVICE.DATABASE_AWAY'],
    ['25006', 503, 'SERVICE.DATABASE_AWAY'],
    ['53300', 503, 'SERVICE.DATABASE_AWAY'],
    // Tried again by then, and others were in the way each time.
    ['40001', 503, 'SERVICE.OVERLOADED'],
    ['40P01', 503, 'SERVICE.OVERLOADED'],
    // Our own statements, which will fail the next time as well: nobody is told to try again.
    ['08P01', 500, 'SERVICE.INTERNAL'],
    ['42601', 500, 'SERVICE.INTERNAL'],
    ['23505', 500, 'SERVICE.INTERNAL'],
  ])('answers SQLSTATE %s with %s %s', (sqlState, status, code) => {
    expect(answerTo(sqlState)).toMatchObject({ status, code });
    expect(answerTo(sqlState).retryAfter).toBe(status === 503 ? '5' : undefined);
    // What went wrong inside is for the log.
    expect(JSON.stringify(answerTo(sqlState))).not.toMatch(/what the server said|select|QueryFailed/);
  });
});
