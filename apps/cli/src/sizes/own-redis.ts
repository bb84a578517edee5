import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';

const LOOK_EVERY_MS = 50;
const PATIENCE_MS = 20_000;

/** A Redis of the measure's own, which keeps nothing on disk: never one that somebody else uses. */
export class OwnRedis {
  private readonly folder = mkdtempSync(join(tmpdir(), 'duban-redis-'));
  private child: ChildProcess | undefined;

  private constructor(readonly port: number) {
    process.once('exit', () => {
      this.child?.kill('SIGKILL');
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** @throws Error with one sentence where redis-server is not installed */
  static async start(): Promise<OwnRedis> {
    if (spawnSync('redis-server', ['--version']).status !== 0) {
      throw new Error('This needs redis-server, which is not installed (Debian: apt-get install redis-server).');
    }
    const redis = new OwnRedis(await freePort());
    await redis.start();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const flags = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.child = spawn('redis-server', [...flags, '--dir', this.folder], { stdio: 'ignore' });
    for (const end = Date.now() + PATIENCE_MS; !(await this.ask((redis) => redis.ping()).catch(() => false));) {
      if (Date.now() > end) throw new Error('redis-server does not answer.');
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Ends it, with all that it held. */
  async stop(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async flush(): Promise<void> {
    await this.ask((redis) => redis.flushall());
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
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
