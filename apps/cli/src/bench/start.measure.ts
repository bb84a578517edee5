import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@duban/platform';
import type { Measure } from './measure';

const ROOT = resolve(__dirname, '../../../../..');

/** `npm start` to the line that says it is ready, with a database that is there, against that Postgres alone. */
export const startMeasure: Measure = {
  name: 'start',
  goal: 4,
  prepare: async (isQuick) => {
    const folder = mkdtempSync(join(tmpdir(), 'duban-bench-start-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const homes = { ours: join(folder, 'ours'), other: join(folder, 'other') };
    let product: Product | undefined;
    let postgres: EmbeddedPostgres | undefined;
    const stop = async (): Promise<void> => {
      await product?.stop();
      await postgres?.stop();
      product = postgres = undefined;
    };
    // The first start makes the database, in both.
    for (const home of Object.values(homes)) await (await Product.start(home)).stop();
    return {
      between: stop,
      ours: async () => {
        product = await Product.start(homes.ours);
      },
      other: async () => {
        postgres = await startEmbeddedPostgres({ home: homes.other });
      },
      runs: isQuick ? 1 : 5,
      warmUps: isQuick ? 0 : 1,
      close: stop,
    };
  },
};

/** duban as somebody starts it, in a process of its own. */
class Product {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when it is ready. @throws Error with what it said where it ends instead */
  static async start(home: string): Promise<Product> {
    const env = { ...process.env, DUBAN_HOME: home, PORT: '0', DATABASE_URL: undefined, REDIS_URL: undefined };
    const child = spawn('npm', ['start', '--silent', '--', '--empty'], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.once('exit', () => child.kill());
    let said = '';
    const isReady = new Promise<boolean>((done) => {
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          if (said.includes('duban ready')) done(true);
        });
      child.once('exit', () => done(false));
    });
    if (!(await isReady)) throw new Error(`duban did not start: ${said}`);
    return new Product(child);
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
