import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { applicationDataSource } from '@duban/database';
import type { Config, EmbeddedPostgres } from '@duban/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fastify, { type FastifyInstance } from 'fastify';
import { Client, Pool } from 'pg';
import { ask, benchConfig, openApi, signIn, withApi } from './api-at-work';
import { Connections, CONNECTIONS, inParallel } from './connections';
import { inventParts, type WaitingPart } from './invented-parts';
import { type Measure, type Prepared, scaled } from './measure';
import { importUnits, ownDatabase, ownPostgres } from './office-at-work';
import { OwnRedis } from '../sizes/own-redis';
import { recordStatements, type Statement } from './recorded-statements';

const TRANSITIONS = 400;
const QUICK_TRANSITIONS = 32;
const RUNS = 3;
/** For a flame graph our side is run once more. */
const RUNS_WITH_FLAMES = RUNS + 1;

/** All of one request, in their order. */
type Statements = Statement[];

/**
 * Units sign for their parts over HTTP, signed in, each committed with its history and what it settles, against a bare
 * Fastify handler that runs the same statements: those that our own request sent, recorded before on a copy of the
 * database, on another copy of it, by as many connections to Postgres.
 */
export const transitionMeasure: Measure = {
  name: 'transition',
  goal: 0.7,
  isShareOfOther: true,
  prepare: (isQuick, scale) =>
    beside(isQuick, scale, async (url, recorded) => {
      const bare = await BareHandler.open(url, recorded);
      return {
        run: (from, to) => inParallel(from, to, (n) => bare.post(n)),
        close: () => bare.close(),
      };
    }),
};

/** The same, against pgbench that runs these statements in the same number of connections, without any HTTP. */
export const transitionPgbenchMeasure: Measure = {
  name: 'transition-pgbench',
  goal: 0.35,
  isShareOfOther: true,
  prepare: (isQuick, scale) => {
    const pgbench = findPgbench();
    return beside(isQuick, scale, (url, recorded) => {
      const folder = mkdtempSync(join(tmpdir(), 'duban-pgbench-'));
      const scripts = Array.from({ length: CONNECTIONS }, (_, n) => join(folder, `${n}.sql`));
      const run = (): Promise<unknown> => Promise.all(scripts.map((script) => runPgbench(pgbench, script, url)));
      const write = (from: number, to: number): void => writeScripts(scripts, recorded.slice(from, to));
      return Promise.resolve({ run, write, close: async () => rmSync(folder, { recursive: true, force: true }) });
    });
  },
};

/** The other side: how it does the transitions from one number up to another, what it needs before that is not measured. */
interface Other {
  run: (from: number, to: number) => Promise<unknown>;
  write?: (from: number, to: number) => void;
  close: () => Promise<unknown>;
}

async function beside(
  isQuick: boolean,
  scale = 1,
  openOther: (url: string, recorded: readonly Statements[]) => Promise<Other>,
): Promise<Prepared> {
  const size = isQuick ? QUICK_TRANSITIONS : scaled(TRANSITIONS, scale);
  const warmUps = isQuick ? 0 : 1;
  const redis = await OwnRedis.start();
  const server = await ownPostgres();
  const first = await ownDatabase(server, 'first');
  const config = configOf(redis);
  await withApi(first, config, (app) => importUnits(app));
  const parts = await inventParts(first, { units: CONNECTIONS, parts: size * (RUNS_WITH_FLAMES + warmUps) });
  const tokens = await withApi(first, config, (app) => signInAll(app, parts));
  const [copy, others] = [await copyOf(server, 'copy'), await copyOf(server, 'others')];
  const recorded = await withApi(copy, config, (app) => record(app, parts, tokens));
  const other = await openOther(others, recorded);
  const app = await openApi(first, config);
  await app.listen(0, '127.0.0.1');
  const office = new Connections(await app.getUrl());
  const [ownRecord, othersRecord] = [await Recorded.of(first), await Recorded.of(others)];
  let run = 0;
  const range = (n: number): [number, number] => [size * n, size * (n + 1)];
  const turn = { ours: 0, others: 0 };
  return {
    between: async () => {
      turn.ours = turn.others = run++;
      other.write?.(...range(turn.others));
    },
    ours: async () => {
      await inParallel(...range(turn.ours), (n) => {
        const part = parts[n]!;
        return office.ask('POST', `/api/v1/assignments/${part.id}/transitions`, tokens.get(part.username)!, SIGN);
      });
      await ownRecord.assertSigned(size * (turn.ours + 1));
    },
    other: async () => {
      await other.run(...range(turn.others));
      await othersRecord.assertSigned(size * (turn.others + 1));
    },
    runs: RUNS,
    warmUps,
    close: async () => {
      await other.close();
      office.close();
      await ownRecord.end();
      await othersRecord.end();
      await app.close();
      await server.stop();
      await redis.stop();
    },
  };
}

const SIGN = { event: 'sign_for' };

const configOf = (redis: OwnRedis): Config => benchConfig({ REDIS_URL: redis.url });

async function signInAll(app: NestFastifyApplication, parts: readonly WaitingPart[]): Promise<Map<string, string>> {
  const tokens = new Map<string, string>();
  for (const { username } of parts) if (!tokens.has(username)) tokens.set(username, await signIn(app, username));
  return tokens;
}

/** A copy of the database `first`, to which nobody may be connected. */
async function copyOf(server: EmbeddedPostgres, name: string): Promise<string> {
  const client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(`create database ${name} template first`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}

/** What each request sends to Postgres, one after another. */
const record = (
  app: NestFastifyApplication,
  parts: readonly WaitingPart[],
  tokens: ReadonlyMap<string, string>,
): Promise<Statements[]> =>
  recordStatements(
    parts.map(({ id, username }) => () => {
      const url = `/api/v1/assignments/${id}/transitions`;
      return ask(app, 'POST', url, tokens.get(username)!, SIGN);
    }),
  );

/** What somebody would write by hand at its barest: takes a connection, sends the statements, answers. */
class BareHandler {
  private constructor(
    private readonly server: FastifyInstance,
    private readonly pool: Pool,
    private readonly connections: Connections,
  ) {}

  static async open(url: string, recorded: readonly Statements[]): Promise<BareHandler> {
    const source = applicationDataSource(url, []);
    const { extra, poolSize } = source.options as unknown as { extra: object; poolSize: number };
    const pool = new Pool({ connectionString: url, max: poolSize, ...extra });
    const server = fastify();
    server.post<{ Params: { n: string } }>('/transitions/:n', async ({ params }) => {
      const client = await pool.connect();
      try {
        for (const { text, values } of recorded[Number(params.n)]!) await client.query(text, values);
        return { state: 'in_progress' };
      } finally {
        client.release();
      }
    });
    const connections = new Connections(await server.listen({ port: 0, host: '127.0.0.1' }));
    return new BareHandler(server, pool, connections);
  }

  post(n: number): Promise<void> {
    return this.connections.ask('POST', `/transitions/${n}`, '', SIGN);
  }

  async close(): Promise<void> {
    this.connections.close();
    await this.server.close();
    await this.pool.end();
  }
}

/** Whether a side did what it was to do: else its time says nothing. */
class Recorded {
  private constructor(private readonly client: Client) {}

  static async of(url: string): Promise<Recorded> {
    const client = new Client({ connectionString: url });
    await client.connect();
    return new Recorded(client);
  }

  async assertSigned(wanted: number): Promise<void> {
    const { rows } = await this.client.query<{ signed: number; told: number; settled: number }>(
      `select (select count(*)::int from assignment where state = 'in_progress') as signed,
         (select count(*)::int from history_event where type = 'assignment.signed_for') as told,
         (select count(*)::int from obligation where kind = 'sign_for' and state = 'discharged') as settled`,
    );
    if (Object.values(rows[0]!).some((count) => count !== wanted))
      throw new Error(`Of ${wanted} parts ${JSON.stringify(rows[0])}: the times would say nothing.`);
  }

  async end(): Promise<void> {
    await this.client.end();
  }
}

/** @throws Error with one sentence where it is not installed */
function findPgbench(): string {
  const debian = '/usr/lib/postgresql';
  const versions = (() => {
    try {
      return readdirSync(debian).map((version) => join(debian, version, 'bin/pgbench'));
    } catch {
      return [];
    }
  })();
  const found = ['pgbench', ...versions].find((path) => spawnSync(path, ['--version']).status === 0);
  if (found) return found;
  throw new Error('This needs pgbench, which is not installed (Debian: apt-get install postgresql-contrib).');
}

/** One script for each connection, with the transitions that fall to it. */
function writeScripts(scripts: readonly string[], recorded: readonly Statements[]): void {
  scripts.forEach((script, connection) => {
    const own = recorded.filter((_, n) => n % CONNECTIONS === connection);
    const lines = own.flatMap((statements) => statements.map((statement) => `${withValues(statement)};\n`));
    writeFileSync(script, lines.join(''), { mode: 0o600 });
  });
}

async function runPgbench(pgbench: string, script: string, url: string): Promise<void> {
  const { pathname, hostname, port, username, password } = new URL(url);
  const flags = ['-n', '-c', '1', '-t', '1', '-f', script, '-h', hostname, '-p', port, '-U', username];
  await promisify(execFile)(pgbench, [...flags, pathname.slice(1)], {
    env: { ...process.env, PGPASSWORD: decodeURIComponent(password), PGOPTIONS: '-c role=duban_app' },
  });
}

/** pgbench takes no parameters of a type; each becomes a literal, as `pg` would have written it. */
function withValues({ text, values }: Statement): string {
  const literals = values.map(literalOf);
  return text.replaceAll(/\$(\d+)/g, (_, n: string) => literals[Number(n) - 1]!);
}

function literalOf(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return quoted(`{${value.map(elementOf).join(',')}}`);
  if (Buffer.isBuffer(value)) return `'\\x${value.toString('hex')}'`;
  return quoted(wordsOf(value));
}

const quoted = (text: string): string =>
  text.includes('\\') ? ` E'${text.replaceAll(/['\\]/g, '$&$&')}'` : `'${text.replaceAll("'", "''")}'`;

const elementOf = (value: unknown): string =>
  value === null || value === undefined ? 'NULL' : `"${wordsOf(value).replaceAll(/["\\]/g, '\\$&')}"`;

function wordsOf(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}
