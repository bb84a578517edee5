import { createLog } from '@duban/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { QueryFailedError } from 'typeorm';
import { ProblemFilter } from '../src/problem.filter';

describe('ProblemFilter', () => {
  const filter = new ProblemFilter(createLog('fatal'));

  /** What is answered to a statement that failed with this SQLSTATE. */
  function answerTo(code: string): { status: number; code: string } {
    let sent = '';
    const reply = {
      header: () => reply,
      status: () => reply,
      type: () => reply,
      send: (body: string) => (sent = body),
    };
    const request = { id: 'spec', url: '/api/v1/plans', method: 'GET' };
    const error = new QueryFailedError('select', [], Object.assign(new Error('what the server said'), { code }));
    filter.answer(error, request as FastifyRequest, reply as unknown as FastifyReply);
    return JSON.parse(sent) as { status: number; code: string };
  }

  it.each([
    // Away, or without room: it may be there the next time.
    ['08006', 503, 'SERVICE.DATABASE_AWAY'],
    ['57P01', 503, 'SERVICE.DATABASE_AWAY'],
    ['53300', 503, 'SERVICE.DATABASE_AWAY'],
    // Our own statements, which will fail the next time as well: nobody is told to try again.
    ['08P01', 500, 'SERVICE.INTERNAL'],
    ['42601', 500, 'SERVICE.INTERNAL'],
    ['23505', 500, 'SERVICE.INTERNAL'],
  ])('answers SQLSTATE %s with %s %s', (sqlState, status, code) => {
    expect(answerTo(sqlState)).toMatchObject({ status, code });
    // What went wrong inside is for the log.
    expect(JSON.stringify(answerTo(sqlState))).not.toMatch(/what the server said|select|QueryFailed/);
  });
});
