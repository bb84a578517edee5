import { AsyncLocalStorage } from 'node:async_hooks';
import type { Position } from './standby';

/** What is known of a request that reads. */
export interface Reading {
  /** Whether its sender is named for a restricted matter (限知事项), and so may see one. */
  isNamed: boolean;
  /** What a standby must have before it may answer; null where the primary alone may. */
  upTo: Position | null;
}

/** Filled by the transactions of a request, in their first statement: no other request is asked, and none costs more. */
export const readings = new AsyncLocalStorage<Reading>();

/**
 * For what follows on what was just written, or writes: the rest of the request is asked of the primary. So nothing that a
 * request has seen is missing in what it reads afterwards.
 */
export function readFromPrimary(): void {
  const reading = readings.getStore();
  if (reading) reading.upTo = null;
}
