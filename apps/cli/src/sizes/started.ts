import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';

/** Everything that this process has started and that has not ended. */
const living = new Set<Started>();

/** A process that is never left behind: it ends with the one that started it, however that ends. */
export class Started {
  private readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  private code: number | null | undefined;
  private readonly begins: number;

  /** @param log the file to which all that it says is added */
  constructor(
    command: readonly string[],
    private readonly log: string,
    env?: NodeJS.ProcessEnv,
    cwd?: string,
  ) {
    endTogether();
    const [program = '', ...args] = withItsStarter(command);
    const file = openSync(log, 'a');
    this.begins = fstatSync(file).size;
    this.child = spawn(program, args, {
      stdio: ['ignore', file, file],
      ...(env ? { env } : {}),
      ...(cwd ? { cwd } : {}),
    });
    closeSync(file);
    living.add(this);
    this.ended = new Promise((done) => {
      const end = (code: number | null): void => {
        living.delete(this);
        this.code ??= code;
        done(code);
      };
      this.child.once('exit', end).once('error', () => end(null));
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isRunning(): boolean {
    return this.code === undefined;
  }

  kill(signal: NodeJS.Signals): void {
    if (this.isRunning) this.child.kill(signal);
  }

  /** Ends it, and waits for that; what does not end in time is killed. */
  async end(signal: NodeJS.Signals, withinMs = 30_000): Promise<void> {
    this.kill(signal);
    const timer = setTimeout(() => this.kill('SIGKILL'), withinMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** Whether it has said these words since it was started. */
  hasSaid(words: string): boolean {
    return readFileSync(this.log).subarray(this.begins).includes(words);
  }

  /** The end of what it said. */
  lastWords(lines = 15): string {
    return readFileSync(this.log, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  }
}

/** @throws Error with one sentence where a program is missing */
export function findProgram(name: string, debianPackage: string, folders: readonly string[] = []): string {
  for (const folder of [...folders, ...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin']) {
    if (spawnSync(`${folder}/${name}`, ['--version'], { stdio: 'ignore' }).error === undefined)
      return `${folder}/${name}`;
  }
  throw new Error(`This needs ${name}, which is not installed (Debian: apt-get install ${debianPackage}).`);
}

let hasSetpriv: boolean | undefined;
/** Linux ends it when its starter dies, even where that one was killed and could say nothing. */
function withItsStarter(command: readonly string[]): readonly string[] {
  hasSetpriv ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true'], { stdio: 'ignore' }).status === 0;
  if (!hasSetpriv || command[0] === 'setpriv') return command;
  return ['setpriv', '--pdeathsig', 'KILL', '--', ...command];
}

let isListening = false;
function endTogether(): void {
  if (isListening) return;
  isListening = true;
  process.once('exit', () => living.forEach((one) => one.kill('SIGKILL')));
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
}

/** Asks again and again, until it is so. @throws Error that says what was waited for */
export async function eventually<T>(
  what: string,
  question: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  withinMs = 60_000,
): Promise<T> {
  let last: Error | undefined;
  for (const end = Date.now() + withinMs; Date.now() < end;) {
    try {
      const found = await question();
      if (found !== null && found !== undefined && found !== false) return found;
    } catch (error) {
      last = error instanceof Error ? error : new Error(String(error));
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what}: not so after ${withinMs / 1000} s${last ? ` (${last.message})` : ''}.`);
}
