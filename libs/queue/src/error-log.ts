import { Logger } from '@nestjs/common';

const QUIET_MS = 30_000;

/** Says the first error of a row at once and then one in half a minute: an outage would write hundreds of lines. */
export class ErrorLog {
  private readonly logger: Logger;
  private quietUntil = 0;
  private unsaid = 0;

  constructor(context: string) {
    this.logger = new Logger(context);
  }

  warn(what: string, error: unknown): void {
    const now = Date.now();
    if (now < this.quietUntil) {
      this.unsaid++;
      return;
    }
    const rest = this.unsaid > 0 ? ` (and ${this.unsaid} more of the kind before)` : '';
    this.logger.warn(`${what}: ${messageOf(error)}${rest}`);
    this.quietUntil = now + QUIET_MS;
    this.unsaid = 0;
  }
}

/** What an error says; a refused connection says nothing in `message` and all in its parts. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message || error.name : String(error);
}
