import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './own-redis';
import { eventually, findProgram, Started } from './started';

const MASTERS = 3;
const SENTINELS = 3;
const MASTER_NAME = 'duban';
const FAILOVER_MS = 3_000;

/** Several Redis that stand in for each other: what a size is given in place of one. */
export interface RedisGroup {
  readonly url: string;
  /** Of all servers that hold keys. */
  readonly ports: readonly number[];
  /** Kills (-9) the one that leads, and waits until another does. @returns milliseconds that it took */
  failOver(): Promise<number>;
  end(): Promise<void>;
}

/** Three masters that share the keys, and one behind each of them. */
export async function startRedisCluster(home: string): Promise<RedisGroup> {
  const servers: { port: number; child: Started }[] = [];
  for (let i = 0; i < MASTERS * 2; i++) {
    const bus = await freePort();
    const more = [
      '--cluster-enabled',
      'yes',
      '--cluster-port',
      String(bus),
      '--cluster-node-timeout',
      `${FAILOVER_MS}`,
    ];
    servers.push(await startRedis(home, more));
  }
  const nodes = servers.map(({ port }) => `127.0.0.1:${port}`);
  const made = spawnSync(
    findProgram('redis-cli', 'redis-tools'),
    ['--cluster', 'create', ...nodes, '--cluster-replicas', '1', '--cluster-yes'],
    { encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`The cluster was not made: ${made.stdout}${made.stderr}`);
  const isWhole = async (): Promise<boolean> => {
    const living = servers.filter(({ child }) => child.isRunning);
    const infos = await Promise.all(living.map(({ port }) => ask(port, (redis) => redis.cluster('INFO'))));
    return infos.every((info) => info.includes('cluster_state:ok'));
  };
  await eventually('the cluster is whole', isWhole);
  await eventually('each master has another behind it', async () => {
    const states = await Promise.all(servers.map(({ port }) => ask(port, (redis) => redis.role())));
    return states.filter((state) => state[0] === 'slave' && state[3] === 'connected').length === MASTERS;
  });
  return {
    url: `redis+cluster://${nodes.join(',')}`,
    ports: servers.map(({ port }) => port),
    failOver: () =>
      failOver(servers, async () => {
        const living = servers.filter(({ child }) => child.isRunning);
        const roles = await Promise.all(living.map(({ port }) => roleOf(port)));
        return roles.filter((role) => role === 'master').length === MASTERS && (await isWhole());
      }),
    end: () => endAll(servers.map(({ child }) => child)),
  };
}

/** One that leads, two behind it, and three sentinels that agree on which it is. */
export async function startRedisWithSentinels(home: string): Promise<RedisGroup> {
  const first = await startRedis(home, []);
  const behind = ['--replicaof', '127.0.0.1', String(first.port)].join(' ').split(' ');
  const servers = [first, await startRedis(home, behind), await startRedis(home, behind)];
  const sentinels: { port: number; child: Started }[] = [];
  for (let i = 0; i < SENTINELS; i++) sentinels.push(await startSentinel(home, first.port));
  const leader = async (): Promise<number> => {
    const found = await ask(sentinels[0]!.port, (redis) =>
      redis.call('SENTINEL', 'get-master-addr-by-name', MASTER_NAME),
    );
    return Number((found as string[])[1]);
  };
  await eventually('the sentinels know each other and all servers', async () => {
    const [state] = (await ask(sentinels[0]!.port, (redis) => redis.call('SENTINEL', 'masters'))) as string[][];
    const at = (name: string): string => state![state!.indexOf(name) + 1]!;
    return at('num-other-sentinels') === String(SENTINELS - 1) && at('num-slaves') === '2';
  });
  const nodes = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    url: `redis+sentinel://${nodes}/${MASTER_NAME}`,
    ports: servers.map(({ port }) => port),
    failOver: async () => {
      const old = await leader();
      const ours = servers.filter(({ port }) => port === old);
      return failOver(ours, async () => (await leader()) !== old && (await roleOf(await leader())) === 'master');
    },
    end: () => endAll([...sentinels, ...servers].map(({ child }) => child)),
  };
}

async function startRedis(home: string, more: readonly string[]): Promise<{ port: number; child: Started }> {
  const port = await freePort();
  const dir = join(home, `redis-${port}`);
  mkdirSync(dir);
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir];
  // One that has nothing yet of whom it follows does not take over.
  flags.push('--repl-diskless-sync-delay', '0');
  const program = findProgram('redis-server', 'redis-server');
  const child = new Started([program, ...flags, ...more], join(home, `redis-${port}.log`));
  await eventually('redis-server answers', () => ask(port, (redis) => redis.ping()));
  return { port, child };
}

async function startSentinel(home: string, master: number): Promise<{ port: number; child: Started }> {
  const port = await freePort();
  const file = join(home, `sentinel-${port}.conf`);
  const quorum = Math.floor(SENTINELS / 2) + 1;
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${home}`,
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master} ${quorum}`,
    `sentinel down-after-milliseconds ${MASTER_NAME} ${FAILOVER_MS}`,
    `sentinel failover-timeout ${MASTER_NAME} 10000`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  const program = findProgram('redis-server', 'redis-server');
  const child = new Started([program, file, '--sentinel'], join(home, `sentinel-${port}.log`));
  await eventually('the sentinel answers', () => ask(port, (redis) => redis.ping()));
  return { port, child };
}

async function failOver(
  servers: readonly { port: number; child: Started }[],
  isDone: () => Promise<boolean>,
): Promise<number> {
  const begun = Date.now();
  for (const { port, child } of servers) {
    if (!child.isRunning || (await roleOf(port)) !== 'master') continue;
    await child.end('SIGKILL');
    break;
  }
  await eventually('another leads', isDone);
  return Date.now() - begun;
}

const roleOf = async (port: number): Promise<string> => String((await ask(port, (redis) => redis.role()))[0]);

async function endAll(children: readonly Started[]): Promise<void> {
  for (const child of children) await child.end('SIGKILL');
}

async function ask<T>(port: number, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(port, '127.0.0.1', {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}
