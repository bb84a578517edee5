import type { Config } from '@duban/platform';
import { PostgresQueueBackend } from './postgres.backend';
import type { QueueBackend } from './queue.backend';
import { RedisQueueBackend } from './redis.backend';

/**
 * The backend by configuration: Redis where it names one, else Postgres.
 *
 * @param databaseUrl Postgres, as a role that may create the queue's schema
 */
export function createQueueBackend(
  config: Pick<Config, 'REDIS_URL' | 'QUEUE_PREFIX'>,
  databaseUrl: string,
): QueueBackend {
  return config.REDIS_URL
    ? new RedisQueueBackend(config.REDIS_URL, config.QUEUE_PREFIX)
    : new PostgresQueueBackend(databaseUrl);
}
