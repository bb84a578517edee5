import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './test-redis';
import { until } from './until';

/** The harmless text that every scanner reports, in two parts, so that no scanner reports this file. */
export const EICAR = ['X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR', 'STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join('-');
/** By this signature, the only one that the server knows. */
export const EICAR_SIGNATURE = 'Duban.Test.Eicar.UNOFFICIAL';

export interface TestClamd {
  /** As DUBAN_CLAMD takes it, by TCP. */
  readonly address: string;
  /** The same server by its unix socket. */
  readonly socket: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Asked by the specs that need it only: a program is started for the answer. */
const isInstalled = (): boolean => spawnSync('clamd', ['--version']).status === 0;

/** Specs that need a clamd of their own; where the program is missing they are skipped, and it is said how to get it. */
export function describeWithClamd(name: string, specs: (clamd: TestClamd) => void): void {
  if (!isInstalled()) {
    console.warn(`SKIPPED "${name}": needs clamd (Debian: apt-get install clamav-daemon)`);
    const nothing = (): Promise<void> => Promise.resolve();
    describe.skip(name, () => specs({ address: '', socket: '', stop: nothing, start: nothing }));
    return;
  }
  describe(name, () => {
    const server = new LocalClamd();
    beforeAll(() => server.start());
    afterAll(() => server.dispose());
    specs(server);
  });
}

class LocalClamd implements TestClamd {
  private folder = '';
  private port = 0;
  private child: ChildProcess | undefined;

  get address(): string {
    return `tcp://127.0.0.1:${this.port}`;
  }

  get socket(): string {
    return `unix://${join(this.folder, 'clamd.ctl')}`;
  }

  async start(): Promise<void> {
    this.port ||= await freePort();
    this.folder ||= this.prepare();
    this.child = spawn('clamd', ['--config-file', join(this.folder, 'clamd.conf')], { stdio: 'ignore' });
    await until(() => this.answers(), 60_000, 'clamd');
  }

  async stop(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null) return;
    this.child = undefined;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A folder with one signature of our own: nothing is fetched. */
  private prepare(): string {
    const folder = mkdtempSync(join(tmpdir(), 'duban-clamd-'));
    const database = join(folder, 'database');
    mkdirSync(database);
    const name = EICAR_SIGNATURE.replace('.UNOFFICIAL', '');
    writeFileSync(join(database, 'test.ndb'), `${name}:0:*:${Buffer.from(EICAR).toString('hex')}\n`);
    const settings = [
      'Foreground yes',
      `DatabaseDirectory ${database}`,
      `LocalSocket ${join(folder, 'clamd.ctl')}`,
      'TCPAddr 127.0.0.1',
      `TCPSocket ${this.port}`,
      'StreamMaxLength 4M',
    ];
    writeFileSync(join(folder, 'clamd.conf'), `${settings.join('\n')}\n`);
    return folder;
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => socket.write('zPING\0'));
      socket.once('data', (answer) => socket.destroy() && resolve(String(answer).startsWith('PONG')));
      socket.once('error', () => resolve(false));
    });
  }
}
