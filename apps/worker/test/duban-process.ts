import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { until } from '@duban/testing';

export const ROOT = resolve(__dirname, '../../..');
const BOOTSTRAP = join(ROOT, 'apps/cli/bootstrap.mjs');

/** What the environment of the tests says must not decide what a process under test does. */
const UNSET = [
  'DATABASE_URL',
  'REDIS_URL',
  'DUBAN_CLOCK',
  'DUBAN_DEMO_PASSWORD',
  'DUBAN_HOME',
  'DUBAN_URL',
  'DUBAN_SECRET',
  'DUBAN_SIGNING_KEY',
  'DUBAN_HISTORY_HASH',
  'OIDC_ISSUER',
  'SMTP_URL',
  'SMS_URL',
  'WECOM_URL',
  'DINGTALK_URL',
  'FEISHU_URL',
  'LOG_LEVEL',
];

export type Environment = Record<string, string | undefined>;

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const living = new Set<DubanProcess>();

/** A process as it is deployed, from the build in dist, in a process group of its own. */
export class DubanProcess {
  readonly ended: Promise<Ended>;
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;

  constructor(command: readonly string[], env: Environment, input?: string) {
    const [program = '', ...args] = command;
    const unset = Object.fromEntries(UNSET.map((name) => [name, undefined]));
    this.child = spawn(program, args, {
      cwd: ROOT,
      detached: true,
      env: { ...process.env, ...unset, NODE_OPTIONS: '', ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    this.child.stdin?.on('error', () => undefined).end(input);
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    living.add(this);
    this.ended = new Promise((done) =>
      this.child.once('close', (code, signal) => {
        living.delete(this);
        done({ code, signal });
      }),
    );
  }

  get pid(): number {
    return this.child.pid!;
  }

  get hasEnded(): boolean {
    return !living.has(this);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits for words in what it says; fails at once where it ends without them. */
  async says(words: string | RegExp, withinMs = 60_000): Promise<string> {
    const found = await until(
      () => new RegExp(words).exec(this.stdout) ?? (this.hasEnded ? this.fail(words) : null),
      withinMs,
      `${String(words)} from a process`,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; it said ${this.stdout.slice(-2000)} ${this.stderr}`, { cause: error });
    });
    return found!.at(-1)!;
  }

  private fail(words: string | RegExp): never {
    throw new Error(`ended without saying ${String(words)}: ${this.stdout.slice(-2000)} ${this.stderr}`);
  }
}

/** Ends what a failed test has left, by its pid. */
export async function endLeftovers(): Promise<void> {
  const left = [...living];
  for (const one of left) one.kill('SIGKILL');
  await Promise.all(left.map((one) => one.ended));
}

/** Builds what is out of date, as npm test has done already. */
export function ensureBuilt(): void {
  const { status, stderr } = spawnSync(process.execPath, [BOOTSTRAP, '--help'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed: ${stderr}`);
}

/** A process of the server size: the api, or a worker. */
export const server = (app: 'api' | 'worker', env: Environment): DubanProcess =>
  new DubanProcess([process.execPath, join(ROOT, 'dist/apps', app, 'src/main.js')], { PORT: '0', ...env });

/** `duban …`, as npm runs it. */
export const duban = (args: readonly string[], env: Environment = {}, input?: string): DubanProcess =>
  new DubanProcess([process.execPath, BOOTSTRAP, ...args], env, input);

/** Processes that name a folder in their command or work in it, whoever their parent is by now. */
export function processesOf(folder: string): string[] {
  if (!existsSync('/proc/self')) throw new Error('processes are found by /proc, which this system does not have');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const isOfFolder = command.includes(folder) || readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
        return isOfFolder ? [`${pid} ${command}`] : [];
      } catch {
        // Gone since, or dead and not collected.
        return [];
      }
    });
}
