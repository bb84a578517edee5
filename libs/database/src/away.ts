import { QueryFailedError, QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';

/**
 * SQLSTATEs of a server that lets nobody in, stops, has no room, or leads no more: connection lost (08), nobody is let in
 * (28, 3D000), not writable since another leads now (25006), ended by a time limit (25P03, 25P04), no room (53), stopped by
 * whoever runs it (57P), its disk fails (58). Not 08P01: a statement that breaks the protocol is our fault, and fails the
 * next time, too.
 */
const STATES = /^(08(?!P01)|28|3D000|25006|25P0[34]|53|57P|58)/;
/** Of sockets and of names that nobody resolves, as while a server's container starts anew. */
const NETWORK =
  /^(ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|E(HOST|NET)(UNREACH|DOWN)|EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN)$/;
/** What the driver and its pool say of connections without any code. */
const WORDS =
  /^Connection terminated|^Client (was closed|has encountered a connection error) and is not queryable|^timeout (expired|exceeded when trying to connect)|^Query read timeout$|^Cannot use a pool after calling end/;
/** The server asks for the whole transaction again, or somebody holds what it needs: deadlock, serialization, lock. */
const CONTENDED = new Set(['40001', '40P01', '55P03']);

interface DriverError {
  code?: string;
  message?: string;
  syscall?: string;
}

/** Whether the connection or the server is gone, or does not serve: no statement of ours is at fault. */
export function isDatabaseAway(error: unknown): boolean {
  if (isOfEndedConnection(error)) return true;
  const { code = '', message = '', syscall } = driverErrorOf(error);
  return STATES.test(code) || NETWORK.test(code) || (code === 'ENOENT' && syscall === 'connect') || WORDS.test(message);
}

/** A connection that ends while nothing is asked of it lets its transaction's runner go: the next statement meets that. */
const isOfEndedConnection = (error: unknown): boolean =>
  error instanceof QueryRunnerAlreadyReleasedError || error instanceof QueryRunnerProviderAlreadyReleasedError;

/** Whether others were in the way each time it was tried. */
export const isContended = (error: unknown): boolean =>
  error instanceof QueryFailedError && CONTENDED.has(driverErrorOf(error).code ?? '');

function driverErrorOf(error: unknown): DriverError {
  if (error instanceof QueryFailedError) return error.driverError as DriverError;
  return typeof error === 'object' && error !== null ? error : {};
}
