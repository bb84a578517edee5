import type { EntityManager, EntityTarget, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';

/** Postgres takes 65,535 parameters a statement; no row here has more than ten. */
const ROWS_A_STATEMENT = 5_000;

/** Inserts any number of rows, in the given order. */
export async function insertAll<T extends ObjectLiteral>(
  tx: EntityManager,
  entity: EntityTarget<T>,
  rows: readonly QueryDeepPartialEntity<T>[],
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
    await tx.insert(entity, rows.slice(start, start + ROWS_A_STATEMENT));
  }
}
