import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startProduct } from '../../cli/test/product.mjs';

/** A working day of the sample's autumn: quarters were reported, some late, and notices stand. */
export const CLOCK = '2026-09-21T09:00:00+08:00';
export const PASSWORD = process.env.DUBAN_DEMO_PASSWORD ?? 'console-password';

/** The sample's year, played once for all spec files of a run, and cloned by each. */
const PLAYED = 'duban_console_sample';
const PLAYING_LOCK = 5_120_361;
const PATIENCE_MS = 420_000;

export interface SampleProduct {
  readonly url: string;
  /** Of the product's database, as its owner. */
  readonly databaseUrl: string;
}

/**
 * duban as `npm start` starts it, with the sample’s year up to {@link CLOCK}, on a database of its own for the spec file.
 * Whoever works on the console sets `DUBAN_TRY_URL` to a duban that runs, started with {@link CLOCK},
 * `DUBAN_DESTINATION_NETWORKS=127.0.0.0/8` and the
 * same `DUBAN_DEMO_PASSWORD`, and does not wait for another one; `DUBAN_TRY_DATABASE_URL` is then its `DATABASE_URL`.
 */
export function useSampleProduct(): SampleProduct {
  const running = process.env.DUBAN_TRY_URL;
  const database = `duban_console_${process.pid}_${Date.now().toString(36)}`;
  let url = running;
  let stop: (() => Promise<unknown>) | undefined;

  beforeAll(async () => {
    if (running !== undefined) return;
    await administer(async (client) => {
      await client.query(`select pg_advisory_lock(${PLAYING_LOCK})`);
      const { rowCount } = await client.query(`select from pg_database where datname = '${PLAYED}'`);
      if (rowCount === 0) {
        await client.query(`create database ${PLAYED} template duban_template`);
        await (await start(PLAYED)).stop();
      }
      await client.query(`create database ${database} template ${PLAYED}`);
    });
    const product = await start(database);
    url = product.url;
    stop = product.stop;
  }, PATIENCE_MS);
  afterAll(async () => {
    if (running !== undefined) return;
    await stop?.();
    await administer((client) => client.query(`drop database if exists ${database} with (force)`));
  }, 60_000);

  return {
    get url() {
      if (url === undefined) throw new Error('the product is there from beforeAll on');
      return url;
    },
    get databaseUrl() {
      return process.env.DUBAN_TRY_DATABASE_URL ?? addressOf(database);
    },
  };
}

async function start(database: string): Promise<{ url: string; stop: () => Promise<unknown> }> {
  const home = mkdtempSync(join(tmpdir(), 'duban-console-'));
  const product = await startProduct({
    command: ['node', 'apps/cli/bootstrap.mjs', 'start'],
    env: {
      DUBAN_HOME: home,
      PORT: '0',
      DUBAN_CLOCK: CLOCK,
      DUBAN_DEMO_PASSWORD: PASSWORD,
      DATABASE_URL: addressOf(database),
      REDIS_URL: '',
      // Destinations may be servers of the spec.
      DUBAN_DESTINATION_NETWORKS: '127.0.0.0/8',
    },
    patienceMs: PATIENCE_MS,
  });
  return {
    url: product.url,
    stop: async () => {
      await product.stop();
      if (existsSync(home)) rmSync(home, { recursive: true, force: true });
    },
  };
}

function addressOf(database: string): string {
  const url = new URL(process.env.DUBAN_TEST_SERVER_URL!);
  url.pathname = `/${database}`;
  return url.toString();
}

async function administer(work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: process.env.DUBAN_TEST_SERVER_URL! });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
