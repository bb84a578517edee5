import { setTimeout as delay } from 'node:timers/promises';
import { ownerDataSource } from './data-source';
import { MIGRATIONS } from './migrations';
import { secure } from './security/secure';

/** Any number will do, as long as every process takes the same. */
const MIGRATION_LOCK = 7_281_945;
const RETRY_MS = 100;
const GIVE_UP_MS = 120_000;

/**
 * Brings the schema, and who may do what with its rows, to the newest version. Processes that start together wait for one another: the lock is polled,
 * not waited for, since waiting in Postgres would hang an index that is built concurrently.
 *
 * @returns names of the migrations that were run
 */
export async function migrate(url: string): Promise<string[]> {
  const source = await ownerDataSource(url).initialize();
  const session = source.createQueryRunner();
  try {
    for (let waited = 0; ; waited += RETRY_MS) {
      const [{ taken }] = await session.query(`select pg_try_advisory_lock($1) as taken`, [MIGRATION_LOCK]);
      if (taken) break;
      if (waited >= GIVE_UP_MS) throw new Error('another process has been migrating the database for two minutes');
      await delay(RETRY_MS);
    }
    const done = await source.runMigrations();
    await secure(session, done.length > 0);
    return done.map((migration) => migration.name);
  } finally {
    await session.release();
    await source.destroy();
  }
}

/** Takes every migration back: what duban made in the database is gone, and nothing else. */
export async function unmigrate(url: string): Promise<void> {
  const source = await ownerDataSource(url).initialize();
  try {
    for (let left = MIGRATIONS.length; left > 0; left--) await source.undoLastMigration();
  } finally {
    await source.destroy();
  }
}
