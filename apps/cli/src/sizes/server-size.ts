import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DebianPostgres } from './debian-postgres';
import { Member } from './member';
import { freePort, OwnRedis } from './own-redis';
import type { RedisGroup } from './redis-group';
import { Proxy } from './proxy';
import { ROOT } from './root';
import { eventually } from './started';

/** What the processes of a size are given beside what they need to find each other. */
export interface SizeOptions {
  /** Where the demonstration's clock starts. */
  clock: string;
  apis?: number;
  workers?: number;
  /** Where each takes its code from; the present checkout without it. */
  build?: string;
  env?: NodeJS.ProcessEnv;
  /** Whether a standby follows Postgres, and answers what is only read. */
  hasStandby?: boolean;
  /** Several Redis in place of one. */
  queue?: (home: string) => Promise<RedisGroup>;
  /** The addresses that the processes are given, where something stands between them and the servers. */
  between?: (servers: { databaseUrl: string; redisUrl: string; store: string }) => Promise<NodeJS.ProcessEnv>;
}

/** The server size on this machine: several apis behind haproxy, several workers, a Postgres and a Redis. */
export class ServerSize {
  readonly password = randomBytes(12).toString('base64url');
  private readonly closers: (() => Promise<unknown>)[] = [];
  readonly members: Member[] = [];
  proxy!: Proxy;
  postgres!: DebianPostgres;
  /** Where it was asked for. */
  standby: DebianPostgres | undefined;
  redis!: OwnRedis;
  /** In place of `redis`, where it was asked for. */
  queue: RedisGroup | undefined;

  private constructor(readonly home: string) {}

  /**
   * Brings it up, and waits until every process is ready.
   * @throws Error with one sentence where a program is missing or something does not start
   */
  static async begin(options: SizeOptions): Promise<ServerSize> {
    const size = new ServerSize(ownFolder('duban-server-'));
    try {
      await size.open(options);
      return size;
    } catch (error) {
      await size.end();
      throw error;
    }
  }

  /** Where evidence files are kept. */
  get store(): string {
    return join(this.home, 'evidence');
  }

  get url(): string {
    return this.proxy.url;
  }

  get apis(): Member[] {
    return this.members.filter(({ app }) => app === 'api');
  }

  get workers(): Member[] {
    return this.members.filter(({ app }) => app === 'worker');
  }

  /** Ends all that it has started, in the opposite order. */
  async end(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close().catch(() => undefined);
  }

  private async openQueue({ queue }: SizeOptions): Promise<string> {
    if (queue) {
      const group = await queue(this.home);
      this.queue = group;
      this.closers.push(() => group.end());
      return group.url;
    }
    this.redis = await OwnRedis.start();
    this.closers.push(() => this.redis.stop());
    return this.redis.url;
  }

  private async open(options: SizeOptions): Promise<void> {
    const { home } = this;
    this.postgres = await DebianPostgres.begin(home, 'postgres');
    this.closers.push(() => this.postgres.end());
    if (options.hasStandby) {
      const standby = await this.postgres.standby(home, 'standby');
      this.standby = standby;
      this.closers.push(() => standby.end());
    }
    const servers = { databaseUrl: this.postgres.url, redisUrl: await this.openQueue(options), store: this.store };
    mkdirSync(this.store);
    const addresses = (await options.between?.(servers)) ?? {};
    this.members.push(
      ...(await membersOf(home, options, {
        ...environment(home, this.password, options.clock),
        DATABASE_URL: servers.databaseUrl,
        ...(this.standby && { DATABASE_READ_URL: this.standby.url }),
        REDIS_URL: servers.redisUrl,
        DUBAN_OBJECT_STORE: this.store,
        ...addresses,
        ...options.env,
      })),
    );
    this.closers.push(() => Promise.all(this.members.map((member) => member.end())));
    await startAll(this.members);
    this.proxy = await Proxy.start(
      home,
      this.apis.map(({ port }) => port),
    );
    this.closers.push(() => this.proxy.end());
    await isServed(this.proxy);
  }
}

/** A folder that goes when this process ends. */
export function ownFolder(prefix: string): string {
  const home = mkdtempSync(join(tmpdir(), prefix));
  process.once('exit', () => !process.env.DUBAN_KEEP && rmSync(home, { recursive: true, force: true }));
  return home;
}

/** What every process of an installation has alike. */
function environment(home: string, password: string, clock: string): NodeJS.ProcessEnv {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    DUBAN_HOME: join(home, 'duban'),
    DUBAN_CLOCK: clock,
    DUBAN_DEMO_PASSWORD: password,
    DUBAN_SECRET: randomBytes(24).toString('base64url'),
    DUBAN_SIGNING_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    DUBAN_TRUSTED_PROXIES: '127.0.0.0/8',
    SWEEP_SECONDS: '1',
    LOG_LEVEL: 'info',
  };
}

async function membersOf(home: string, options: SizeOptions, env: NodeJS.ProcessEnv): Promise<Member[]> {
  const members: Member[] = [];
  for (const [app, count] of [
    ['api', options.apis ?? 2],
    ['worker', options.workers ?? 2],
  ] as const) {
    for (let i = 1; i <= count; i++) {
      const name = `${app}${i}`;
      const port = app === 'api' ? await freePort() : 0;
      members.push(new Member(app, name, port, options.build ?? ROOT, join(home, `${name}.log`), env));
    }
  }
  return members;
}

/** Starts all at once, as an orchestrator does: one of them migrates, the others wait for it. */
async function startAll(members: readonly Member[]): Promise<void> {
  for (const member of members) member.start();
  for (const member of members) {
    await eventually(`${member.name} is ready`, () => member.isReady(), 120_000).catch((error: unknown) => {
      throw new Error(`${(error as Error).message} It said: ${member.lastWords()}`, { cause: error });
    });
  }
}

/** Until the proxy has found an api that is ready. */
async function isServed(proxy: Proxy): Promise<void> {
  await eventually('the proxy serves', async () => (await fetch(`${proxy.url}/readyz`)).ok);
}
