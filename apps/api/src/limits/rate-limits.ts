import { isIPv6 } from 'node:net';
import { DomainError } from '@duban/kernel';
import { CONFIG, type Config, type RedisAddress, redisAddress } from '@duban/platform';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';

const WINDOW_SECONDS = 60;
/** A store that does not answer by then is away, and is not asked again for a while. */
const PATIENCE_MS = 200;
const AWAY_MS = 5_000;

export type Settings = Pick<
  Config,
  'REDIS_URL' | 'QUEUE_PREFIX' | 'DUBAN_ADDRESS_PER_MINUTE' | 'DUBAN_PERSON_PER_MINUTE' | 'DUBAN_COSTLY_PER_MINUTE'
>;

/** One limit: in the shared store, and in this process for when that is away. */
interface Limit {
  perMinute: number;
  shared: RateLimiterRedis | null;
  own: RateLimiterMemory;
}

/**
 * How many requests a minute are served: of an address that nobody is known for, of a person, and of a person at a route
 * that is costly. All processes count together in Redis; without one, or while it is away, each counts for itself.
 */
@Injectable()
export class RateLimits implements OnModuleDestroy {
  private readonly logger = new Logger('limits');
  private readonly redis: Redis | Cluster | null;
  private readonly limits: Record<'address' | 'person' | 'route', Limit>;
  private awayUntil = 0;

  constructor(@Inject(CONFIG) private readonly config: Settings) {
    this.redis = config.REDIS_URL === undefined ? null : connect(config.REDIS_URL);
    this.redis?.on('ready', () => {
      this.awayUntil = 0;
    });
    this.limits = {
      address: this.limit('address', config.DUBAN_ADDRESS_PER_MINUTE),
      person: this.limit('person', config.DUBAN_PERSON_PER_MINUTE),
      route: this.limit('route', config.DUBAN_COSTLY_PER_MINUTE),
    };
  }

  onModuleDestroy(): void {
    this.redis?.disconnect();
  }

  /** Counts a request by nobody who is known. @throws DomainError throttled `REQUEST.TOO_MANY` */
  async countAddress(address: string): Promise<void> {
    await this.count('address', networkOf(address));
  }

  /** @param costly the route, where it is a costly one @throws DomainError throttled `REQUEST.TOO_MANY` */
  async countPerson(personId: string, costly: string | null): Promise<void> {
    await Promise.all([
      this.count('person', personId),
      costly === null ? undefined : this.count('route', `${personId} ${costly}`),
    ]);
  }

  private limit(name: string, perMinute: number): Limit {
    const options = { points: perMinute, duration: WINDOW_SECONDS };
    const keyPrefix = `${this.config.QUEUE_PREFIX.replace(/[{}]/g, '')}:rate:${name}`;
    const shared =
      this.redis &&
      new RateLimiterRedis({ ...options, keyPrefix, storeClient: this.redis, rejectIfRedisNotReady: true });
    return { perMinute, shared, own: new RateLimiterMemory(options) };
  }

  private async count(name: keyof RateLimits['limits'], key: string): Promise<void> {
    const { perMinute, shared, own } = this.limits[name];
    if (perMinute === 0) return;
    try {
      if (shared === null || performance.now() < this.awayUntil) await own.consume(key);
      else await shared.consume(key).catch((reason: unknown) => this.countAlone(own, key, reason));
    } catch (reason) {
      throw reason instanceof RateLimiterRes ? tooMany(name, perMinute, reason) : reason;
    }
  }

  private async countAlone(own: RateLimiterMemory, key: string, reason: unknown): Promise<void> {
    if (reason instanceof RateLimiterRes) throw reason;
    this.awayUntil = performance.now() + AWAY_MS;
    this.logger.warn(`requests are counted by each process for itself until Redis answers: ${String(reason)}`);
    await own.consume(key);
  }
}

function connect(url: string): Redis | Cluster {
  const address = redisAddress(url);
  if (address === null) throw new Error('the configuration has let an address of no Redis pass');
  const redis = address.kind === 'single' ? new Redis(address.url, OPTIONS) : connectToSeveral(address);
  // Whoever counts hears of it.
  return redis.on('error', () => undefined);
}

const retryStrategy = (times: number): number => Math.min(times * 200, 2_000);
const OPTIONS: RedisOptions = {
  connectTimeout: 3_000,
  commandTimeout: PATIENCE_MS,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  retryStrategy,
};

function connectToSeveral(address: Exclude<RedisAddress, { kind: 'single' }>): Redis | Cluster {
  const { nodes, username, password, isTls } = address;
  const redisOptions = { ...OPTIONS, username, password, ...(isTls ? { tls: {} } : {}) };
  return address.kind === 'sentinel'
    ? new Redis({ sentinels: nodes, name: address.master, db: address.db, ...redisOptions })
    : new Cluster(nodes, { redisOptions, enableOfflineQueue: false, clusterRetryStrategy: retryStrategy });
}

/** Whoever has one address of IPv6 has 2^64 of them. */
function networkOf(address: string): string {
  const inside = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (inside !== undefined || !isIPv6(address)) return inside ?? address;
  const [before = '', after] = address.split('%')[0]!.split('::');
  const left = before.split(':').filter(Boolean);
  const right = (after ?? '').split(':').filter(Boolean);
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16))
    .join(':');
}

const OF: Record<keyof RateLimits['limits'], string> = {
  address: 'this address without signing in',
  person: 'you',
  route: 'you for this',
};

function tooMany(limit: keyof RateLimits['limits'], perMinute: number, { msBeforeNext }: RateLimiterRes): DomainError {
  const retryAfterSeconds = Math.max(1, Math.ceil(msBeforeNext / 1_000));
  return new DomainError(
    'throttled',
    'REQUEST.TOO_MANY',
    `More than ${perMinute} requests a minute came from ${OF[limit]}. Wait ${retryAfterSeconds} seconds, then go on.`,
    { limit, perMinute, retryAfterSeconds },
  );
}
