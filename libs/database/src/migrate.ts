import { setTimeout as delay } from 'node:timers/promises';
import { QueryFailedError, type DataSource, type QueryRunner } from 'typeorm';
import { ownerDataSource } from './data-source';
import { MIGRATIONS } from './migrations';
import { secure } from './security/secure';

/** Any number will do, as long as every process takes the same. */
const MIGRATION_LOCK = 7_281_945;
const RETRY_MS = 100;
const GIVE_UP_MS = 120_000;
/** A table was in use for too long, or two waited for each other: both pass. */
const BUSY = new Set(['55P03', '40P01']);

/**
 * Brings the schema, and who may do what with its rows, to the newest version. Processes that start together wait for one another: the lock is polled,
 * not waited for, since waiting in Postgres would hang an index that is built concurrently. Where processes of the version
 * before still serve, it takes its turn between their transactions.
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
    const done: string[] = [];
    await whenFree(() => bringUp(source, session, done));
    return done;
  } finally {
    await session.release();
    await source.destroy();
  }
}

/**
 * What an earlier version declares of its tables is not put back over that of a later one: a process of the old version
 * that is started again while the new one is brought out would take from the others what they have just been given.
 */
async function bringUp(source: DataSource, session: QueryRunner, done: string[]): Promise<void> {
  done.push(...(await source.runMigrations()).map(({ name }) => name));
  const [{ is_later }] = await session.query(
    `select exists (select from migrations where name <> all($1)) as is_later`,
    [MIGRATIONS.map(({ name }) => name)],
  );
  if (!is_later) await secure(session, done.length > 0);
}

/** What was done of it is undone where a table was busy, and it begins again; what has been committed is not repeated. */
async function whenFree<T>(work: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + GIVE_UP_MS; ;) {
    try {
      return await work();
    } catch (error) {
      const { code } = error instanceof QueryFailedError ? (error.driverError as { code?: string }) : {};
      if (!BUSY.has(code ?? '') || Date.now() > end) throw error;
      await delay(RETRY_MS + Math.random() * RETRY_MS);
    }
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
