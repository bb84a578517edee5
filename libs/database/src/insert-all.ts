import type { EntityManager, EntityTarget, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';

/** Postgres takes so many parameters a statement. */
const MOST_PARAMETERS = 65_535;

/** Inserts any number of rows, in the given order. */
export async function insertAll<T extends ObjectLiteral>(
  tx: EntityManager,
  entity: EntityTarget<T>,
  rows: readonly QueryDeepPartialEntity<T>[],
): Promise<void> {
  const { columns } = tx.dataSource.getMetadata(entity);
  const atOnce = Math.floor(MOST_PARAMETERS / columns.length);
  for (let start = 0; start < rows.length; start += atOnce) {
    await tx.insert(entity, rows.slice(start, start + atOnce));
  }
}
