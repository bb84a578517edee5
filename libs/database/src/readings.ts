import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of a request that reads: whether its sender is named for a restricted matter (限知事项), and so may see one. */
export interface Reading {
  isNamed: boolean;
}

/** Filled by the transactions of a request, in their first statement: no other request is asked, and none costs more. */
export const readings = new AsyncLocalStorage<Reading>();
