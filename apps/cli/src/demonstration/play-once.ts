import { setTimeout as delay } from 'node:timers/promises';
import { unmigrate } from '@duban/database';
import { Client } from 'pg';
import type { Ground } from '../../../api/src/ground.module';

/** Any number will do, as long as every process takes the same. */
const SAMPLE_LOCK = 7_281_947;
const RETRY_MS = 200;

/** A start with `--empty` has made accounts: the year is not played beside what people are about to enter. */
const IS_USED = 'select exists (select from person) or exists (select from unit) or exists (select from plan) as yes';

/** A table that stands in the database as long as the sample is being played into it. */
const NOTE = 'public.duban_sample_playing';

/**
 * Opens the ground and, where nobody has used the database yet, plays the sample into it: whole or not at all, and by
 * one duban at a time. What a killed one has left is thrown away. The note of that stands in the database itself, so
 * that no other database can be taken for it, whatever DUBAN_HOME is started with.
 *
 * @param open brings the schema up to date; called again where a half-played year was thrown away
 * @param play null for a start without the sample
 */
export async function playOnce(
  databaseUrl: string,
  open: () => Promise<Ground>,
  play: ((ground: Ground) => Promise<void>) | null,
  say: (line: string) => void,
): Promise<Ground> {
  const ground = await open();
  const client = new Client({ connectionString: databaseUrl });
  // A server that is stopped under us is told of by the statement that needs it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await waitForOthers(client, say);
    const isHalfPlayed = await yes(client, `select to_regclass('${NOTE}') is not null as yes`);
    if (isHalfPlayed) {
      say('throwing away a sample that was not played to its end');
      await unmigrate(databaseUrl);
      await client.query(`drop table ${NOTE}`);
    }
    const fresh = isHalfPlayed ? await open() : ground;
    if (play && !(await yes(client, IS_USED))) {
      await client.query(`create table ${NOTE} ()`);
      await play(fresh);
      await client.query(`drop table ${NOTE}`);
    }
    return fresh;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Polled, not waited for: a session that waits in Postgres would hang an index that is built concurrently. */
async function waitForOthers(client: Client, say: (line: string) => void): Promise<void> {
  for (
    let hasSaid = false;
    !(await yes(client, `select pg_try_advisory_lock(${SAMPLE_LOCK}) as yes`));
    hasSaid = true
  ) {
    if (!hasSaid) say('waiting for another duban that is playing the sample into this database');
    await delay(RETRY_MS);
  }
}

async function yes(client: Client, question: string): Promise<boolean> {
  const { rows } = await client.query<{ yes: boolean }>(question);
  return rows[0]?.yes === true;
}
