import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, until } from '@duban/testing';
import { Redis } from 'ioredis';

const SLOTS = 16_384;
const MASTERS = 3;

/** Three masters that share the slots, and nobody behind them: enough to see where keys go. */
export class RedisCluster {
  private readonly folder = mkdtempSync(join(tmpdir(), 'duban-cluster-'));
  private readonly children: ChildProcess[] = [];
  readonly ports: number[] = [];

  get url(): string {
    return `redis+cluster://${this.ports.map((port) => `127.0.0.1:${port}`).join(',')}`;
  }

  async start(): Promise<void> {
    for (let i = 0; i < MASTERS; i++) {
      const port = await freePort();
      const dir = join(this.folder, String(port));
      mkdirSync(dir);
      const flags = ['--port', String(port), '--cluster-port', String(await freePort()), '--bind', '127.0.0.1'];
      const more = ['--cluster-enabled', 'yes', '--save', '', '--dir', dir];
      this.children.push(spawn('redis-server', [...flags, ...more], { stdio: 'ignore' }));
      this.ports.push(port);
    }
    const nodes = this.ports.map((port) => `127.0.0.1:${port}`);
    await until(() => this.onEach((redis) => redis.ping()).catch(() => false));
    const made = spawnSync('redis-cli', ['--cluster', 'create', ...nodes, '--cluster-yes'], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(made.stdout + made.stderr);
    await until(async () => (await this.onEach((redis) => redis.cluster('INFO'))).every((info) => isWhole(info)));
  }

  /** How many keys each of the masters has. */
  keys(): Promise<string[][]> {
    return this.onEach((redis) => redis.keys('*'));
  }

  async stop(): Promise<void> {
    for (const child of this.children) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async onEach<T>(question: (redis: Redis) => Promise<T>): Promise<T[]> {
    return Promise.all(
      this.ports.map(async (port) => {
        const redis = new Redis(port, '127.0.0.1', { retryStrategy: () => null, maxRetriesPerRequest: 0 });
        redis.on('error', () => undefined);
        try {
          return await question(redis);
        } finally {
          redis.disconnect();
        }
      }),
    );
  }
}

const isWhole = (info: unknown): boolean =>
  String(info).includes('cluster_state:ok') && String(info).includes(`cluster_slots_ok:${SLOTS}`);
