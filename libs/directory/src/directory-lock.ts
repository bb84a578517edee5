import type { EntityManager } from 'typeorm';

/** Any number will do, as long as every process takes the same. */
const DIRECTORY_LOCK = 7_281_946;

/**
 * Lets one transaction at a time make units and accounts; the next waits until it ends, then sees what it made.
 * Codes and usernames are unique in the whole installation, so a lock on one jurisdiction would not do.
 */
export async function lockDirectory(tx: EntityManager): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock($1)`, [DIRECTORY_LOCK]);
}
