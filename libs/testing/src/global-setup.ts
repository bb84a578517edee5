import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
// Relative, since Jest maps no module names in a global setup.
import { migrate } from '../../database/src/migrate';
import { startEmbeddedPostgres } from '../../platform/src/embedded/index';
import { PostgresQueueBackend } from '../../queue/src/postgres.backend';

/** Names of the databases that tests make; a killed run may leave some behind. */
const TEMPLATE = 'duban_template';

/**
 * One Postgres for the whole run with one template database, migrated and with the queue's schema, which each spec file
 * clones. The server is the one of `DUBAN_TEST_DATABASE_URL` where that is set, else the embedded one in a temporary
 * folder.
 */
export default async function setUp(): Promise<void> {
  const given = process.env.DUBAN_TEST_DATABASE_URL;
  let url = given;
  if (!url) {
    const home = await mkdtemp(join(tmpdir(), 'duban-test-'));
    const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };
    const server = await startEmbeddedPostgres({ home, settings });
    url = server.url;
    Object.assign(globalThis, {
      stopTestPostgres: async () => {
        await server.stop();
        await rm(home, { recursive: true, force: true });
      },
    });
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`drop database if exists ${TEMPLATE} with (force)`);
  await client.query(`create database ${TEMPLATE} template template0 encoding 'UTF8'`);
  const { rows } = await client.query<{ version: string }>(`select current_setting('server_version') as version`);
  await client.end();
  const template = new URL(url);
  template.pathname = `/${TEMPLATE}`;
  await migrate(template.toString());
  // The queue's schema too, which every api would make anew: half of what Postgres does to open one.
  await new PostgresQueueBackend(template.toString()).prepare();
  process.env.DUBAN_TEST_SERVER_URL = url;
  console.warn(`\ntests run on Postgres ${rows[0]?.version} (${given ? 'DUBAN_TEST_DATABASE_URL' : 'embedded'})`);
}
