import { DemonstrationClock, migrate } from '@duban/database';
import { systemClock } from '@duban/kernel';
import type { Config } from '@duban/platform';
import type { Ground } from './ground.module';

/**
 * Migrates the database and opens the clock: what a process does before its modules.
 * @param url where it differs from DATABASE_URL, as in the embedded size
 * @throws Error with one plain sentence where there is no database
 */
export async function openGround(config: Config, url = config.DATABASE_URL): Promise<Ground> {
  if (!url) {
    throw new Error('DATABASE_URL is not set: name the Postgres database, or use npm start, which brings its own.');
  }
  await migrate(url).catch((error: unknown) => {
    const { host } = new URL(url);
    throw new Error(`The database at ${host} cannot be used: ${reason(error)}. Start it, or mend DATABASE_URL.`, {
      cause: error,
    });
  });
  const clock = config.DUBAN_CLOCK ? await DemonstrationClock.open(url, new Date(config.DUBAN_CLOCK)) : systemClock;
  return { config, clock, databaseUrl: url };
}

/** A refused connection is an error of several addresses, without words of its own. */
const reason = (error: unknown): string =>
  error instanceof AggregateError
    ? error.errors.map(reason).join('; ')
    : error instanceof Error
      ? error.message.replace(/\.$/, '')
      : String(error);
