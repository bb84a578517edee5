import { type RedisAddress, redisAddress } from '@duban/platform';
import { Logger } from '@nestjs/common';
import { type ConnectionOptions, createRedisBackend, type Processor, withBackend } from 'bullmq';
import { Cluster, Redis, type RedisOptions, ReplyError } from 'ioredis';
import { messageOf } from './error-log';
import { listen } from './listen';
import {
  QueueBackend,
  type StoredQueue,
  type StoredWorker,
  type WorkerListeners,
  type WorkerSettings,
} from './queue.backend';
import type { QueueName } from './queue.registry';

const { Queue: RedisQueue, Worker: RedisWorker } = withBackend(createRedisBackend);

const CONNECT_MS = 3_000;
/** Back within seconds after an outage, however long it was. */
const retryStrategy = (times: number): number => Math.min(times * 200, 2_000);

/** Jobs in Redis or Valkey: in one, in the one that sentinels name, or spread over a cluster. */
export class RedisQueueBackend extends QueueBackend {
  readonly kind = 'redis';
  private readonly logger = new Logger('queue');
  private readonly address: RedisAddress;
  private isVerified = false;

  /** @param prefix begins every key */
  constructor(
    url: string,
    private readonly prefix: string,
  ) {
    super();
    const address = redisAddress(url);
    if (!address) throw new Error(`${url} is no address of Redis`);
    this.address = address;
  }

  /**
   * Refuses a Redis that may evict keys when its memory is full: it would drop jobs without a word. One that cannot be
   * reached now is let pass, since the business does without the queue; the check is made up for later.
   */
  async prepare(): Promise<void> {
    if (this.isVerified) return;
    const policy = await this.evictionPolicy();
    if (policy !== null && policy !== 'noeviction') {
      throw new Error(
        `Redis evicts keys when its memory is full (maxmemory-policy is ${policy}) and would lose jobs: set maxmemory-policy to noeviction.`,
      );
    }
  }

  openQueue(name: QueueName, onError: (error: Error) => void): StoredQueue {
    const connection = this.connection({ retryStrategy, enableOfflineQueue: false, maxRetriesPerRequest: 1 });
    const queue = new RedisQueue(name, { prefix: this.prefixOf(name), connection: connection as ConnectionOptions });
    queue.on('error', onError);
    if (!(connection instanceof Cluster)) return queue;
    // What it was given BullMQ leaves open.
    const closing = <T>(close: () => Promise<T>): Promise<T> => close().finally(() => connection.disconnect());
    return Object.assign(queue, {
      close: closing.bind(null, queue.close.bind(queue)) as () => Promise<void>,
      disconnect: closing.bind(null, queue.disconnect.bind(queue)) as () => Promise<void>,
    });
  }

  openWorker(
    name: QueueName,
    processor: Processor,
    settings: WorkerSettings,
    listeners: WorkerListeners,
  ): StoredWorker {
    const worker = new RedisWorker(name, processor, {
      ...settings,
      autorun: false,
      prefix: this.prefixOf(name),
      // Of a cluster a worker takes copies, and closes those.
      connection: this.connection({ retryStrategy, maxRetriesPerRequest: null }) as ConnectionOptions,
    });
    listen(worker, listeners);
    return Object.assign(worker, { isConnected: async () => (await worker.getBackend().client).status === 'ready' });
  }

  /** The keys of a queue lie in one slot of a cluster, as scripts need, and those of another in another. */
  private prefixOf(name: QueueName): string {
    if (this.address.kind !== 'cluster') return this.prefix;
    return `{${this.prefix.replace(/[{}]/g, '')}:${name}}`;
  }

  private connection(options: RedisOptions): RedisOptions | Cluster {
    const { address } = this;
    const common = { ...options, connectTimeout: CONNECT_MS };
    if (address.kind === 'single') return { url: address.url, ...common } as RedisOptions;
    const { nodes, username, password, isTls } = address;
    const signedIn = { username, password, ...(isTls ? { tls: {} } : {}) };
    if (address.kind === 'sentinel') {
      const { master, db } = address;
      return { sentinels: nodes, name: master, db, ...signedIn, sentinelRetryStrategy: retryStrategy, ...common };
    }
    const cluster = new Cluster(nodes, {
      redisOptions: { ...signedIn, ...common },
      enableOfflineQueue: options.enableOfflineQueue ?? true,
      clusterRetryStrategy: (times) => options.retryStrategy?.(times),
      slotsRefreshTimeout: CONNECT_MS,
      lazyConnect: true,
    });
    // Whoever uses it hears of its errors; when it has been let go nobody needs to.
    return cluster.on('error', () => undefined);
  }

  /** Null where Redis cannot be asked. */
  private async evictionPolicy(): Promise<string | null> {
    const asked = { lazyConnect: true, commandTimeout: CONNECT_MS, retryStrategy: () => null, maxRetriesPerRequest: 0 };
    const connection = this.connection(asked);
    const redis =
      connection instanceof Cluster
        ? connection
        : this.address.kind === 'single'
          ? new Redis(this.address.url, connection)
          : new Redis({ ...connection, sentinelRetryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      const servers = redis instanceof Cluster ? redis.nodes('master') : [redis];
      const answers = await Promise.all(
        servers.map((one) => one.config('GET', 'maxmemory-policy') as Promise<string[]>),
      );
      const policies = answers.map((answer) => answer[1] ?? null);
      const policy = policies.find((one) => one !== null && one !== 'noeviction') ?? policies[0] ?? null;
      this.isVerified = policy === null || policy === 'noeviction';
      return policy;
    } catch (error) {
      // Managed servers forbid CONFIG: asking again would bring the same answer.
      this.isVerified = error instanceof ReplyError;
      this.logger.warn(`Redis did not tell its maxmemory-policy, which must be noeviction: ${messageOf(error)}`);
      return null;
    } finally {
      redis.disconnect();
    }
  }
}
