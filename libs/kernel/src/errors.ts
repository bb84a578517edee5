/** What kind of refusal an error is; the HTTP edge maps each kind to one status, the queue to retry or not. */
export type ErrorKind =
  'invalid' | 'unauthenticated' | 'forbidden' | 'not_found' | 'conflict' | 'throttled' | 'unavailable';

/**
 * Where in the input the fault lies. Only the parts that apply are set; line and row count from 1, a column is what people
 * see of it: its number, or its letter with its head (B 名称).
 */
export interface ErrorPlace {
  field?: string;
  line?: number;
  sheet?: string;
  row?: number;
  column?: string;
}

/** One fault among several in the same input. */
export interface Fault extends ErrorPlace {
  code: string;
  message: string;
}

/**
 * A refusal that a person can act on. `code` is stable (`AREA.REASON`) and survives process boundaries, where
 * `instanceof` does not. `details` is shown to the caller: never put a secret in it.
 */
export class DomainError extends Error {
  readonly faults: readonly Fault[];

  constructor(
    readonly kind: ErrorKind,
    readonly code: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> & { faults?: readonly Fault[] } = {},
  ) {
    super(message);
    this.name = 'DomainError';
    this.faults = details.faults ?? [];
  }

  /** Whether the same call may succeed later without any change by the caller. */
  get retryable(): boolean {
    return this.kind === 'unavailable' || this.kind === 'throttled';
  }
}

export const invalid = (code: string, message: string, details?: DomainError['details']): DomainError =>
  new DomainError('invalid', code, message, details);
export const forbidden = (code: string, message: string, details?: DomainError['details']): DomainError =>
  new DomainError('forbidden', code, message, details);
export const notFound = (code: string, message: string, details?: DomainError['details']): DomainError =>
  new DomainError('not_found', code, message, details);
export const conflict = (code: string, message: string, details?: DomainError['details']): DomainError =>
  new DomainError('conflict', code, message, details);
