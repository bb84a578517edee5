import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { isContended, isDatabaseAway } from './away';

const failed = (driverError: Error): Error => new QueryFailedError('select', [], driverError);
const withCode = (code: string, more: object = {}): Error =>
  Object.assign(new Error('what was said'), { code, ...more });

describe('A database that is away', () => {
  it.each([
    ['08006', 'the connection failed'],
    ['08001', 'no connection'],
    ['28P01', 'another password, while it is being changed'],
    ['3D000', 'no such database yet'],
    ['25006', 'a standby since another leads'],
    ['25P03', 'ended by the time a transaction may idle'],
    ['53100', 'the disk is full'],
    ['53300', 'too many connections'],
    ['57P01', 'shut down by whoever runs it'],
    ['57P02', 'shut down by a crash'],
    ['57P03', 'starting up'],
    ['57P05', 'ended by the time a session may idle'],
    ['58030', 'the disk fails'],
    ['ECONNREFUSED', 'nobody listens'],
    ['ECONNRESET', 'killed'],
    ['EPIPE', 'killed before it was written to'],
    ['ETIMEDOUT', 'the network is gone'],
    ['EHOSTUNREACH', 'the machine is gone'],
    ['ENOTFOUND', 'its name is gone'],
    ['EAI_AGAIN', 'names are not resolved'],
  ])('is told by the code %s: %s', (code) => {
    expect([withCode(code), failed(withCode(code))].map(isDatabaseAway)).toEqual([true, true]);
    expect(isContended(failed(withCode(code)))).toBe(false);
  });

  it.each([
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'timeout exceeded when trying to connect',
    'timeout expired',
    'Query read timeout',
    'Cannot use a pool after calling end on the pool',
  ])('is told by the words "%s"', (words) => {
    expect([new Error(words), failed(new Error(words))].map(isDatabaseAway)).toEqual([true, true]);
  });

  it('is told by a transaction whose connection has ended, and by a socket file that is gone', () => {
    expect(isDatabaseAway(new QueryRunnerAlreadyReleasedError())).toBe(true);
    expect(isDatabaseAway(new QueryRunnerProviderAlreadyReleasedError())).toBe(true);
    expect(isDatabaseAway(withCode('ENOENT', { syscall: 'connect' }))).toBe(true);
  });

  it.each([
    failed(withCode('08P01')),
    failed(withCode('42601')),
    failed(withCode('42501')),
    failed(withCode('23505')),
    failed(withCode('22021')),
    withCode('ENOENT', { syscall: 'open' }),
    withCode('FST_ERR_BAD_URL'),
    new Error('The connection of the two units is terminated.'),
    new TypeError('Cannot read properties of undefined'),
    'a string',
    null,
    undefined,
  ])('is not told by what fails the next time as well, or is none of its: %p', (error) => {
    expect([isDatabaseAway(error), isContended(error)]).toEqual([false, false]);
  });

  it.each(['40001', '40P01', '55P03'])('is there, with others in the way, by the code %s', (code) => {
    expect([isDatabaseAway(failed(withCode(code))), isContended(failed(withCode(code)))]).toEqual([false, true]);
    // Of no statement it says nothing.
    expect(isContended(withCode(code))).toBe(false);
  });
});
