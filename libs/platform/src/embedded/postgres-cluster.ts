import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  lchownSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres.errors';
import { isRunning } from './home-lock';
import type { PostgresBinaries } from './postgres-binaries';
import type { PostgresLauncher } from './postgres-launcher';

/** The superuser that initdb makes. */
export const SUPERUSER = 'postgres';

/** Fast shutdown is given this long before the immediate one, which leaves a recovery to the next start. */
const FAST_SHUTDOWN_MS = 10_000;

const HALF_PREFIX = 'postgres.new-';

/** The files of one embedded Postgres below its home. */
export class PostgresCluster {
  readonly data: string;
  readonly logFile: string;
  readonly passwordFile: string;
  private readonly pidFile: string;

  constructor(
    private readonly home: string,
    private readonly binaries: PostgresBinaries,
    private readonly launcher: PostgresLauncher,
    private readonly log: (line: string) => void,
  ) {
    this.data = join(home, 'postgres');
    this.logFile = join(home, 'postgres.log');
    this.passwordFile = join(home, 'postgres-password');
    this.pidFile = join(this.data, 'postmaster.pid');
  }

  /** Makes the cluster if there is none, checks it if there is one, and returns the superuser's password. */
  async prepare(isThrowaway: boolean): Promise<string> {
    this.clearUp();
    if (!existsSync(this.data)) return this.create(isThrowaway);
    this.checkVersion();
    this.takeOver();
    await this.stopLeftover();
    return readSecret(this.passwordFile) ?? this.resetPassword();
  }

  /** The server's own word for where it is (`starting`, `ready` …), or undefined while another server's is found. */
  status(pid: number | undefined): string | undefined {
    const lines = this.pidLines();
    return Number(lines[0]) === pid ? lines[7]?.trim() : undefined;
  }

  /** In a folder beside the real one, so that whatever bears the real name is whole, however a first start ended. */
  private async create(isThrowaway: boolean): Promise<string> {
    this.log('creating the embedded database');
    const password = readSecret(this.passwordFile) ?? this.writePassword();
    const half = mkdtempSync(join(this.home, HALF_PREFIX));
    this.giveToServer(half);
    this.giveToServer(this.passwordFile);
    await this.runOrThrow([
      this.binaries.initdb,
      `--pgdata=${half}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${this.passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      // With LC_CTYPE C, pg_trgm finds no trigram in Chinese text.
      process.platform === 'darwin' ? '--locale=en_US.UTF-8' : '--locale=C.UTF-8',
      ...(isThrowaway ? ['--no-sync'] : []),
    ]);
    renameSync(half, this.data);
    if (!isThrowaway) syncFolder(this.home);
    return password;
  }

  private clearUp(): void {
    const halves = readdirSync(this.home).filter((name) => name.startsWith(HALF_PREFIX));
    // The initdb of a duban that was killed may still be at it; what it leaves goes next time.
    for (const half of halves) removeQuietly(join(this.home, half));
    if (existsSync(this.data) && readdirSync(this.data).length === 0) rmSync(this.data, { recursive: true });
  }

  private checkVersion(): void {
    const version = readSecret(join(this.data, 'PG_VERSION'));
    if (version === this.launcher.majorVersion) return;
    throw new EmbeddedPostgresError(
      'EMBEDDED.OTHER_VERSION',
      version === undefined
        ? `${this.data} is not a data folder of Postgres: move it away, and a new one is made.`
        : `${this.data} was written by Postgres ${version}, and this duban brings ${this.launcher.majorVersion}: start it with the duban that wrote it, or set DUBAN_HOME to another folder.`,
    );
  }

  /** Postgres insists on owning its folder, and on nobody else writing there. */
  private takeOver(): void {
    const { uid, mode } = lstatSync(this.data);
    const { owner } = this.launcher;
    // As root the server runs as root by another name or as nobody, depending on where; the folder may have moved.
    const isOursToGive = process.getuid?.() === 0 && [0, 65534].includes(uid);
    if (uid !== owner && !isOursToGive) {
      throw new EmbeddedPostgresError(
        'EMBEDDED.HOME_NOT_WRITABLE',
        `${this.data} belongs to another user (uid ${uid}): start duban as that user, or set DUBAN_HOME to a folder of your own.`,
      );
    }
    if (uid !== owner) this.giveToServer(this.data);
    if ((mode & 0o077) !== 0) chmodSync(this.data, 0o700);
  }

  private giveToServer(path: string): void {
    if (process.getuid?.() !== 0) return;
    const { owner } = this.launcher;
    const entries = lstatSync(path).isDirectory() ? readdirSync(path, { recursive: true, withFileTypes: true }) : [];
    for (const entry of entries) lchownSync(join(entry.parentPath, entry.name), owner, owner);
    chownSync(path, owner, owner);
  }

  /**
   * Stops a server that outlived its duban. It is not adopted: nothing would end it with us, and it may run with other
   * settings. If it was killed, its number may belong to some other process by now, and Postgres would refuse to start
   * because of that one.
   */
  private async stopLeftover(): Promise<void> {
    const pid = Number(this.pidLines()[0]);
    if (pid > 0 && isRunning(pid) && this.isServer(pid)) {
      this.log(`stopping a Postgres left over from an earlier run (process ${pid})`);
      await stopProcess(pid, () => !isRunning(pid));
    }
    const [, ...rest] = this.pidLines();
    if (rest.length === 0) return;
    // Postgres takes a file with the number of its own parent for stale, and still checks by the rest of it that no
    // backend of the dead server is left. Removing the file would lose that check.
    writeFileSync(this.pidFile, [String(process.pid), ...rest].join('\n'));
  }

  private isServer(pid: number): boolean {
    try {
      if (readlinkSync(`/proc/${pid}/cwd`) === realpathSync(this.data)) return true;
    } catch {
      // A process of another user, or a system without /proc: its command has to do.
    }
    return commandOf(pid).includes(` -D ${this.data} `);
  }

  private pidLines(): string[] {
    try {
      return readFileSync(this.pidFile, 'utf8').split('\n');
    } catch {
      return [];
    }
  }

  /** The folder was kept and the password lost: whoever may write the folder may set a new one. */
  private async resetPassword(): Promise<string> {
    this.log('setting a new password for the embedded database');
    const password = this.writePassword();
    const input = `alter role ${SUPERUSER} password '${password}'\n`;
    await this.runOrThrow([this.binaries.postgres, '--single', '-D', this.data, 'postgres'], input);
    return password;
  }

  private writePassword(): string {
    const password = randomBytes(24).toString('hex');
    writeFileSync(this.passwordFile, `${password}\n`, { mode: 0o600, flush: true });
    return password;
  }

  private async runOrThrow(command: string[], input?: string): Promise<void> {
    const { code, output } = await this.launcher.run(command, { cwd: this.home, input });
    if (code === 0) return;
    const reason = /^(?:.*: )?((?:error|FATAL|PANIC): .*)$/im.exec(output)?.[1] ?? output.trim().split('\n').at(-1);
    throw new EmbeddedPostgresError(
      'EMBEDDED.START_FAILED',
      `The embedded Postgres could not be prepared in ${this.home} (${reason ?? 'no message'}): mend that, and start again.`,
    );
  }
}

/** Fast shutdown by `pid`, then the immediate one; returns when `isGone` says so. */
export async function stopProcess(pid: number, isGone: () => boolean): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', FAST_SHUTDOWN_MS],
    ['SIGKILL', 1_000],
  ] as const) {
    if (isGone()) return;
    sendSignal(pid, signal);
    for (const end = Date.now() + patience; !isGone() && Date.now() < end;) await sleep(5);
  }
}

/** Sends a signal to a process that may be gone already. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function removeQuietly(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Best effort: nothing depends on it.
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
  }
}

function readSecret(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Else a power cut soon after the first start could bring the temporary name back. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
