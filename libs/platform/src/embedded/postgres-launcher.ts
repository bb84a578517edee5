import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { userInfo } from 'node:os';
import { EmbeddedPostgresError } from './embedded-postgres.errors';
import type { PostgresBinaries } from './postgres-binaries';

/** `nobody`: Postgres refuses to run as root, and initdb wants a user that has a name. */
const NOBODY = 65534;

const DIE_WITH_PARENT = ['--pdeathsig', 'INT', '--'];

interface Way {
  prefix: string[];
  /** Who must own the data folder, as seen from outside. */
  owner: number;
  ids?: { uid: number; gid: number };
}

interface Finished {
  code: number | null;
  output: string;
}

/** Runs the programs of Postgres on this system as somebody whom Postgres accepts. */
export class PostgresLauncher {
  private constructor(
    private readonly way: Way,
    private readonly env: NodeJS.ProcessEnv,
    /** Major version of the programs, as it stands in PG_VERSION. */
    readonly majorVersion: string,
  ) {}

  get owner(): number {
    return this.way.owner;
  }

  /** Takes the first way that can enter `home` and run the server's program. */
  static async choose(binaries: PostgresBinaries, home: string): Promise<PostgresLauncher> {
    const env = environment(binaries);
    let complaint = '';
    for (const way of waysOfThisSystem()) {
      const probe = ['sh', '-c', 'cd "$1" && exec "$2" --version', 'sh', home, binaries.postgres];
      const { code, output } = await finish(launch(way, env, probe, { stdio: ['ignore', 'pipe', 'pipe'] }));
      const version = /\(PostgreSQL\) (\d+)/.exec(output)?.[1];
      if (code === 0 && version !== undefined) return new PostgresLauncher(way, env, version);
      complaint = output.trim().split('\n').at(-1) ?? '';
    }
    throw new EmbeddedPostgresError(
      'EMBEDDED.NO_BINARIES',
      `The embedded Postgres does not run on this system (${complaint}): set DATABASE_URL to a Postgres of your own.`,
    );
  }

  /** Starts a program that goes on running. */
  spawn(command: string[], options: SpawnOptions): ChildProcess {
    return launch(this.way, this.env, command, options);
  }

  /** Runs a program to its end. */
  run(command: string[], options: { cwd: string; input?: string }): Promise<Finished> {
    const child = launch(this.way, this.env, command, { cwd: options.cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    // A program that ends early closes its input; its exit code says enough.
    child.stdin?.on('error', () => undefined).end(options.input ?? '');
    return finish(child);
  }
}

/**
 * Best first. With `setpriv` the server gets SIGINT when this process dies, however it dies.
 *
 * As root there are two ways to be somebody else and still reach a home below a folder that only root may enter: a
 * user namespace in which root is called nobody, and, where namespaces are refused (most containers), the user nobody
 * with root's right to pass folders. `no_setuid_fixup` lets that right count in access(2), by which initdb looks for
 * the server's program.
 */
function waysOfThisSystem(): Way[] {
  const uid = process.getuid?.() ?? 0;
  const plain: Way = { prefix: [], owner: uid };
  if (process.platform !== 'linux') return [plain];
  const namespace: Way = {
    prefix: ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--', 'setpriv', ...DIE_WITH_PARENT],
    owner: uid,
  };
  if (uid !== 0) {
    const named = { prefix: ['setpriv', ...DIE_WITH_PARENT], owner: uid };
    return hasName() ? [named, plain] : [namespace, named, plain];
  }
  const nobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  const passFolders = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--securebits=+no_setuid_fixup'];
  return [
    namespace,
    { prefix: [...nobody, ...passFolders, ...DIE_WITH_PARENT], owner: NOBODY },
    { prefix: [...nobody, ...DIE_WITH_PARENT], owner: NOBODY },
    { prefix: [], owner: NOBODY, ids: { uid: NOBODY, gid: NOBODY } },
  ];
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** Only what the programs need: PG… and LC_… variables would change what they do, and our secrets are not theirs. */
function environment(binaries: PostgresBinaries): NodeJS.ProcessEnv {
  const { PATH, HOME, TZ, TMPDIR, LD_LIBRARY_PATH } = process.env;
  const libraryPath = [binaries.libraryPath, LD_LIBRARY_PATH].filter(Boolean).join(':');
  const env = { PATH, HOME, TZ, TMPDIR, LD_LIBRARY_PATH: libraryPath === '' ? undefined : libraryPath };
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

/** In a session of its own, so that Ctrl-C in the terminal reaches the application and not the server below it. */
function launch(way: Way, env: NodeJS.ProcessEnv, command: string[], options: SpawnOptions): ChildProcess {
  const [program = '', ...args] = [...way.prefix, ...command];
  return spawn(program, args, { ...options, ...way.ids, env, detached: true });
}

function finish(child: ChildProcess): Promise<Finished> {
  return new Promise((resolve) => {
    let output = '';
    const keep = (chunk: Buffer): void => void (output += chunk.toString('utf8'));
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
