import type { LoggerService } from '@nestjs/common';
import { destination, type Level, type Logger, pino, stdSerializers } from 'pino';

export type { Logger };

/**
 * Structured logs, one JSON object a line: to standard output, or to a file where the terminal belongs to people.
 * Passwords and tokens never reach a log: requests are logged without bodies and headers.
 */
export const createLog = (level: Level, file?: string): Logger =>
  pino(
    { level, base: undefined, serializers: { err: withoutValues } },
    destination(file ? { dest: file, mkdir: true, sync: true } : { dest: 1, sync: true }),
  );

/** An error without the values that a failed statement was given: hashes, reports, whole documents. */
function withoutValues(error: Error): Record<string, unknown> {
  const { parameters: _p, driverError: _d, aggregateErrors: _a, query, ...rest } = stdSerializers.err(error);
  return { ...rest, ...(typeof query === 'string' ? { query } : {}) };
}

/** Nest's own lines, in the same log. */
export class NestLog implements LoggerService {
  constructor(private readonly sink: Logger) {}

  verbose = (message: unknown, ...rest: unknown[]): void => this.write('debug', message, rest);
  debug = (message: unknown, ...rest: unknown[]): void => this.write('debug', message, rest);
  // Nest tells of every route and module at start; that is detail.
  log = (message: unknown, ...rest: unknown[]): void => this.write('debug', message, rest);
  warn = (message: unknown, ...rest: unknown[]): void => this.write('warn', message, rest);
  error = (message: unknown, ...rest: unknown[]): void => this.write('error', message, rest);
  fatal = (message: unknown, ...rest: unknown[]): void => this.write('fatal', message, rest);

  /** Nest gives the context last, and a stack before it. */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const context = typeof rest.at(-1) === 'string' ? rest.at(-1) : undefined;
    const stack = rest.length > 1 && typeof rest[0] === 'string' ? rest[0] : undefined;
    if (message instanceof Error) this.sink[level]({ context, err: message }, message.message);
    else this.sink[level]({ context, stack }, String(message));
  }
}
