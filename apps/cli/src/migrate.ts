import { migrate } from '@duban/database';
import { loadConfig } from '@duban/platform';

/** For an installation that migrates before it lets new processes start. */
export async function migrateDatabase(): Promise<void> {
  const { DATABASE_URL } = loadConfig(process.env);
  if (!DATABASE_URL) throw new Error('DATABASE_URL is not set: name the Postgres database to migrate.');
  const done = await migrate(DATABASE_URL);
  process.stdout.write(done.length === 0 ? 'The schema is up to date.\n' : `Migrated: ${done.join(', ')}\n`);
}
