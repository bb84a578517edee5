import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import { Client } from 'pg';
import { EmbeddedPostgresError } from './embedded-postgres.errors';
import { lockHome, type HomeLock } from './home-lock';
import { findPostgresBinaries } from './postgres-binaries';
import { PostgresCluster, sendSignal, stopProcess, SUPERUSER } from './postgres-cluster';
import { PostgresLauncher } from './postgres-launcher';

const DATABASE = 'duban';

/** Recovery after a crash can be long; a server that says nothing for this long is not coming. */
const READY_MS = 300_000;

/** How long the backends of a killed server may take to notice. */
const ORPHANS_MS = 5_000;

const LOG_BYTES = 10 * 1024 * 1024;

const DEFAULT_SETTINGS: Record<string, string> = { shared_buffers: '64MB', max_connections: '100' };

/** Not to be changed by `settings`: what makes the server reachable from this machine only. */
const FIXED_SETTINGS: Record<string, string> = { listen_addresses: '127.0.0.1', unix_socket_directories: '' };

export interface EmbeddedPostgresOptions {
  /** Folder for the data, the password, the lock and the log; made if it is missing. */
  home: string;
  /** Told what happens, a line each. What the server says is in `<home>/postgres.log`. */
  log?: (line: string) => void;
  /** Fixed port; without it, or with 0, a free one. */
  port?: number;
  /** Server settings, as `name: value`; they win over duban's own. */
  settings?: Record<string, string>;
}

/** A running server. */
export interface EmbeddedPostgres {
  /** Superuser on the database `duban`. */
  url: string;
  port: number;
  /** True when this start made the database `duban`. */
  firstStart: boolean;
  /** Ends sessions, waits until the server is gone and frees the home. Close what uses the database first. */
  stop(): Promise<void>;
}

/**
 * Starts a real Postgres below `home` and creates the database `duban` once. The server listens on 127.0.0.1 only,
 * never outlives this process (where the system can promise that), and leaves signals to the application.
 *
 * @throws {EmbeddedPostgresError} always this one, with a code and a sentence for the user
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const home = resolve(options.home);
  const lock = await holdHome(home);
  try {
    const log = options.log ?? ((): void => undefined);
    const settings = { ...DEFAULT_SETTINGS, ...options.settings, ...FIXED_SETTINGS };
    const binaries = findPostgresBinaries(home);
    const launcher = await PostgresLauncher.choose(binaries, home);
    const cluster = new PostgresCluster(home, binaries, launcher, log);
    const password = await cluster.prepare(settings['fsync'] === 'off');
    const server = await startServer(cluster, launcher, binaries.postgres, settings, options.port ?? 0, home);
    try {
      const url = (database: string): string =>
        `postgres://${SUPERUSER}:${password}@127.0.0.1:${server.port}/${database}`;
      const firstStart = await ensureDatabase(url, cluster);
      log(`embedded Postgres is ready on port ${server.port}`);
      server.onUnexpectedEnd(() => log(`the embedded Postgres has ended: see ${cluster.logFile}`));
      let stopping: Promise<void> | undefined;
      const stop = (): Promise<void> => (stopping ??= server.stop().finally(() => lock.release()));
      return { url: url(DATABASE), port: server.port, firstStart, stop };
    } catch (error) {
      await server.stop();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw asEmbeddedError(error, home);
  }
}

async function holdHome(home: string): Promise<HomeLock> {
  try {
    mkdirSync(home, { recursive: true });
    return await lockHome(home);
  } catch (error) {
    throw asEmbeddedError(error, home);
  }
}

class PostgresServer {
  private isStopping = false;
  /** For systems that don't end the server with us: at least an exit without `stop` takes it along. */
  private readonly endWithProcess = (): void => this.interrupt();

  constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {
    // A server alone should not keep the application from ending.
    child.unref();
    process.once('exit', this.endWithProcess);
    child.once('exit', () => process.removeListener('exit', this.endWithProcess));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get hasEnded(): boolean {
    return this.child.pid === undefined || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  onUnexpectedEnd(tell: () => void): void {
    this.child.once('exit', () => {
      if (!this.isStopping) tell();
    });
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    if (this.child.pid !== undefined) await stopProcess(this.child.pid, () => this.hasEnded);
  }

  private interrupt(): void {
    if (this.child.pid !== undefined) sendSignal(this.child.pid, 'SIGINT');
  }
}

async function startServer(
  cluster: PostgresCluster,
  launcher: PostgresLauncher,
  program: string,
  settings: Record<string, string>,
  wantedPort: number,
  home: string,
): Promise<PostgresServer> {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const patience = Date.now() + ORPHANS_MS;
  for (let tries = 1; ; tries += 1) {
    const port = wantedPort === 0 ? await freePort() : wantedPort;
    const output = openLog(cluster.logFile);
    const child = launcher.spawn([program, '-D', cluster.data, '-p', String(port), ...flags], {
      cwd: home,
      stdio: ['ignore', output.handle, output.handle],
    });
    closeSync(output.handle);
    child.once('error', () => undefined);
    const server = new PostgresServer(child, port);
    if (await becomesReady(server, cluster)) return server;
    await server.stop();
    const said = readFileSync(cluster.logFile).subarray(output.offset).toString('utf8');
    const isPortTaken = /could not bind .*Address already in use/i.test(said);
    // A free port can be gone a moment later; a given one is not ours to change.
    if (isPortTaken && wantedPort === 0 && tries < 5) continue;
    const isHeldByOrphans = /pre-existing shared memory block|lock file "[^"]*" already exists/i.test(said);
    if (isHeldByOrphans && Date.now() < patience) {
      await sleep(100);
      continue;
    }
    if (isPortTaken) {
      throw new EmbeddedPostgresError('EMBEDDED.PORT_IN_USE', `Port ${port} is in use: choose another one, or none.`);
    }
    const reason = /(?:FATAL|PANIC): .*/.exec(said)?.[0] ?? said.trim().split('\n').at(-1) ?? '';
    throw new EmbeddedPostgresError(
      'EMBEDDED.START_FAILED',
      `The embedded Postgres did not start (${reason}): see ${cluster.logFile}, mend that, and start again.`,
    );
  }
}

async function becomesReady(server: PostgresServer, cluster: PostgresCluster): Promise<boolean> {
  for (const end = Date.now() + READY_MS; !server.hasEnded && Date.now() < end;) {
    if (cluster.status(server.pid) === 'ready') return true;
    await sleep(5);
  }
  return false;
}

/** Creates the database once and returns whether it was now; refuses one that could not hold or search Chinese. */
async function ensureDatabase(url: (database: string) => string, cluster: PostgresCluster): Promise<boolean> {
  const isNew = await withClient(url('postgres'), cluster, async (client) => {
    const found = await client.query<{ encoding: string; ctype: string }>(
      'select pg_encoding_to_char(encoding) as encoding, datctype as ctype from pg_database where datname = $1',
      [DATABASE],
    );
    const existing = found.rows[0];
    if (existing === undefined) {
      await client.query(`create database ${DATABASE} encoding 'UTF8'`);
      return true;
    }
    if (existing.encoding !== 'UTF8' || ['C', 'POSIX'].includes(existing.ctype)) {
      throw new EmbeddedPostgresError(
        'EMBEDDED.WRONG_ENCODING',
        `The database in ${cluster.data} has encoding ${existing.encoding} and LC_CTYPE ${existing.ctype}, in which Chinese cannot be searched: set DUBAN_HOME to a new folder and import the data there.`,
      );
    }
    return false;
  });
  return isNew;
}

async function withClient<T>(
  connectionString: string,
  cluster: PostgresCluster,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 30_000 });
  try {
    await client.connect();
    return await work(client);
  } catch (cause) {
    if ((cause as { code?: string }).code !== '28P01') throw cause;
    throw new EmbeddedPostgresError(
      'EMBEDDED.START_FAILED',
      `${cluster.passwordFile} does not hold the password of this data: delete it, and the next start sets a new one.`,
      { cause },
    );
  } finally {
    await client.end();
  }
}

function openLog(file: string): { handle: number; offset: number } {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_BYTES) renameSync(file, `${file}.1`);
  const handle = openSync(file, 'a', 0o600);
  return { handle, offset: fstatSync(handle).size };
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolvePort(port));
    });
  });
}

const NOT_WRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'EDQUOT']);

function asEmbeddedError(error: unknown, home: string): EmbeddedPostgresError {
  if (error instanceof EmbeddedPostgresError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return NOT_WRITABLE.has(code ?? '')
    ? new EmbeddedPostgresError(
        'EMBEDDED.HOME_NOT_WRITABLE',
        `${home} cannot be written (${message}): make it writable, or set DUBAN_HOME to another folder.`,
        { cause: error },
      )
    : new EmbeddedPostgresError(
        'EMBEDDED.START_FAILED',
        `The embedded Postgres could not be started in ${home} (${message}): mend that, and start again.`,
        { cause: error },
      );
}
