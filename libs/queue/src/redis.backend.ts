import { Logger } from '@nestjs/common';
import { createRedisBackend, type Processor, withBackend } from 'bullmq';
import { Redis, ReplyError } from 'ioredis';
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

/** Jobs in Redis or Valkey. */
export class RedisQueueBackend extends QueueBackend {
  readonly kind = 'redis';
  private readonly logger = new Logger('queue');
  private isVerified = false;

  /** @param prefix begins every key; with braces they stay in one slot of a cluster */
  constructor(
    private readonly url: string,
    private readonly prefix: string,
  ) {
    super();
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
    const queue = new RedisQueue(name, {
      prefix: this.prefix,
      connection: {
        url: this.url,
        connectTimeout: CONNECT_MS,
        retryStrategy,
        enableOfflineQueue: false,
        maxRetriesPerRequest: 1,
      },
    });
    queue.on('error', onError);
    return queue;
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
      prefix: this.prefix,
      connection: { url: this.url, connectTimeout: CONNECT_MS, retryStrategy, maxRetriesPerRequest: null },
    });
    listen(worker, listeners);
    return Object.assign(worker, { isConnected: async () => (await worker.getBackend().client).status === 'ready' });
  }

  /** Null where Redis cannot be asked. */
  private async evictionPolicy(): Promise<string | null> {
    const redis = new Redis(this.url, {
      lazyConnect: true,
      connectTimeout: CONNECT_MS,
      commandTimeout: CONNECT_MS,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
    });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      const answer = (await redis.config('GET', 'maxmemory-policy')) as string[];
      const policy = answer[1] ?? null;
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
