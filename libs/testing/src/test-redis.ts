import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { until } from './until';

export interface TestRedis {
  readonly url: string;
  /** Ends the server and forgets what it held, as a crash without persistence does. */
  stop(): Promise<void>;
  start(): Promise<void>;
  flush(): Promise<void>;
}

/** Asked by the specs that need it only: a program is started for the answer. */
const isInstalled = (): boolean => spawnSync('redis-server', ['--version']).status === 0;

/** Specs that need a Redis of their own; where the program is missing they are skipped, and it is said how to get it. */
export function describeWithRedis(name: string, specs: (redis: TestRedis) => void): void {
  if (!isInstalled()) {
    console.warn(`SKIPPED "${name}": needs redis-server (Debian: apt-get install redis-server)`);
    describe.skip(name, () => specs({ url: '', stop: nothing, start: nothing, flush: nothing }));
    return;
  }
  describe(name, () => {
    const server = new LocalRedis();
    beforeAll(() => server.start());
    afterAll(() => server.dispose());
    specs(server);
  });
}

const nothing = (): Promise<void> => Promise.resolve();

class LocalRedis implements TestRedis {
  private folder = '';
  private port = 0;
  private child: ChildProcess | undefined;

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.port ||= await freePort();
    this.folder ||= mkdtempSync(join(tmpdir(), 'duban-redis-'));
    const flags = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.child = spawn('redis-server', [...flags, '--dir', this.folder], { stdio: 'ignore' });
    await until(() => this.ask((redis) => redis.ping()).catch(() => false));
  }

  async stop(): Promise<void> {
    const child = this.child;
    if (!child || child.exitCode !== null) return;
    this.child = undefined;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async flush(): Promise<void> {
    await this.ask((redis) => redis.flushall());
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
