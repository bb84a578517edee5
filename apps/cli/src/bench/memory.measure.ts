import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { Config } from '@duban/platform';
import { benchConfig, signIn, withApi } from './api-at-work';
import { Connections, inParallel } from './connections';
import { freePort, OwnRedis } from '../sizes/own-redis';
import { inventBoard } from './invented-board';
import { MORNING } from './invented-duties';
import { type Measure, scaled } from './measure';
import { importUnits, ownDatabase, ownPostgres } from './office-at-work';

const API = resolve(__dirname, '../../../api/src/main.js');
const FEW = 1_000;
const MANY = 100_000;
const QUICK = { few: 50, many: 200 };
const TASKS = 10_000;
const KIB = 1_024;

/**
 * How much memory the api's process holds after 100,000 requests against after 1,000: of the office and of a unit, lists,
 * single tasks, the inbox, the dashboard, and requests that are refused.
 */
export const memoryMeasure: Measure = {
  name: 'memory',
  goal: 1.3,
  unit: 'MiB',
  prepare: async (isQuick, scale = 1) => {
    const { few, many } = isQuick ? QUICK : { few: FEW, many: Math.max(2 * FEW, scaled(MANY, scale)) };
    const redis = await OwnRedis.start();
    const server = await ownPostgres();
    const url = await ownDatabase(server, 'memory');
    const config = benchConfig({ REDIS_URL: redis.url });
    const tokens = await withApi(url, config, async (app) => {
      await importUnits(app);
      return { office: await signIn(app, 'office'), unit: await signIn(app, 'M001.contact') };
    });
    await inventBoard(url, isQuick ? few : TASKS);
    const api = await Api.start(url, redis.url, config);
    return {
      figures: async () => {
        await api.ask(few, tokens);
        const other = api.residentMiB();
        await api.ask(many - few, tokens);
        return { ours: api.residentMiB(), other };
      },
      close: async () => {
        await api.stop();
        await server.stop();
        await redis.stop();
      },
    };
  },
};

type Tokens = Record<'office' | 'unit', string>;

interface Asked {
  by: keyof Tokens;
  path: string;
  status?: number;
}

const REQUESTS: readonly Asked[] = [
  { by: 'office', path: '/tasks?limit=20&sort=due' },
  { by: 'unit', path: '/tasks?limit=20' },
  { by: 'unit', path: '/obligations?limit=20' },
  { by: 'office', path: '/tasks?q=%E5%8A%9E%E5%A5%BD&limit=5' },
  { by: 'unit', path: '/inbox' },
  { by: 'office', path: '/dashboard' },
  { by: 'office', path: '/tasks/019b0000-0000-7000-8000-000000000001', status: 404 },
  { by: 'unit', path: '/tasks?limit=none', status: 400 },
  { by: 'office', path: '/units' },
];

/** The api of the server size, in a process of its own. */
class Api {
  private constructor(
    private readonly child: ChildProcess,
    private readonly connections: Connections,
  ) {}

  static async start(databaseUrl: string, redisUrl: string, config: Config): Promise<Api> {
    const port = await freePort();
    const child = spawn(process.execPath, [API], {
      env: {
        ...process.env,
        NODE_OPTIONS: '',
        DATABASE_URL: databaseUrl,
        REDIS_URL: redisUrl,
        DUBAN_SECRET: config.DUBAN_SECRET,
        DUBAN_CLOCK: MORNING.toISOString(),
        PORT: String(port),
        HOST: '127.0.0.1',
        LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    process.once('exit', () => child.kill('SIGKILL'));
    const api = new Api(child, new Connections(`http://127.0.0.1:${port}`));
    await new Promise<void>((done, fail) => {
      child.stdout.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('is ready')) done();
      });
      child.once('exit', () => fail(new Error('The api ended: see above.')));
    });
    return api;
  }

  /** So many requests, by all connections at once. @throws Error for an answer that is none of those expected */
  async ask(requests: number, tokens: Tokens): Promise<void> {
    await inParallel(0, requests, (n) => {
      const { by, path, status } = REQUESTS[n % REQUESTS.length]!;
      return this.connections.ask('GET', `/api/v1${path}`, tokens[by], undefined, status);
    });
  }

  /** What the process holds of the machine's memory. */
  residentMiB(): number {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(this.child.pid)], { encoding: 'utf8' })) / KIB;
  }

  async stop(): Promise<void> {
    this.connections.close();
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
