import { Logger } from '@nestjs/common';
import { conflict, newId } from '@duban/kernel';
import { describeWithRedis, freePort, until, useTestDatabase } from '@duban/testing';
import { Queue, type Job } from 'bullmq';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { BaseProcessor, type JobHandlers } from './base.processor';
import { createQueueBackend } from './create-queue-backend';
import { FailedJobs } from './failed-jobs';
import { JobProducer } from './job.producer';
import type { QueueBackend } from './queue.backend';
import { QUEUE_NAMES, type QueueName } from './queue.registry';
import { RedisCluster } from '../test/redis-cluster';
import { SweepTicker } from './sweep.ticker';

type Handlers = JobHandlers<'notifications'>;

class TestProcessor extends BaseProcessor<'notifications'> {
  protected readonly handlers: Handlers;

  constructor(backend: QueueBackend, handlers: Partial<Handlers>) {
    super('notifications', backend);
    this.handlers = {
      'digest.compose': () => Promise.resolve(),
      'delivery.send': () => Promise.resolve(),
      'channel.test': () => Promise.resolve(),
      'reset.send': () => Promise.resolve(),
      ...handlers,
    };
  }
}

class SweepProcessor extends BaseProcessor<'sweep'> {
  protected readonly handlers: JobHandlers<'sweep'>;

  constructor(
    backend: QueueBackend,
    private readonly ticker: SweepTicker,
  ) {
    super('sweep', backend);
    this.handlers = { 'sweep.run': () => this.ticker.sweep() };
  }
}

beforeAll(() => {
  for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
});
afterAll(() => jest.restoreAllMocks());

describe('the queue on Postgres', () => {
  const database = useTestDatabase();
  hazards(() => createQueueBackend({ QUEUE_PREFIX: '{test}' }, database.url));

  it('answers false, soon, where the store is away', async () => {
    const jobs = new JobProducer(createQueueBackend({ QUEUE_PREFIX: '{test}' }, await nowhere('postgres')));
    await answersFalseSoon(jobs);
  });
});

describe('the queue on a Postgres that has none yet', () => {
  const database = useTestDatabase();

  it('leaves the schema to one of several processes that start together', async () => {
    await withOwner((client) => client.query('drop schema duban_queue cascade'));
    const started = [1, 2, 3].map(() => createQueueBackend({ QUEUE_PREFIX: '{test}' }, database.url).prepare());
    await expect(Promise.all(started)).resolves.toHaveLength(3);
    const { rows } = await withOwner((client) => client.query(`select to_regnamespace('duban_queue') as schema`));
    expect(rows).toEqual([{ schema: 'duban_queue' }]);
  });

  async function withOwner<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
});

// It brings servers of its own; here it is only asked whether there are any.
describeWithRedis('the queue on a cluster of Redis', () => {
  const cluster = new RedisCluster();
  beforeAll(() => cluster.start());
  afterAll(() => cluster.stop());
  const backend = (): QueueBackend =>
    createQueueBackend({ REDIS_URL: cluster.url, QUEUE_PREFIX: '{test}' }, 'postgres://unused');
  hazards(backend);

  it('spreads its queues over the nodes, each of them whole in one', async () => {
    const jobs = new JobProducer(backend());
    const later = { delayMs: 3_600_000 };
    expect([
      await jobs.add('sweep', 'sweep.run', {}, later),
      await jobs.add('notifications', 'digest.compose', {}, later),
      await jobs.add('imports', 'document.read', { importId: newId() }, later),
    ]).toEqual([true, true, true]);
    await jobs.onApplicationShutdown();
    const nodes = (await cluster.keys()).map(
      (keys) => new Set(keys.map((key) => /^\{test:([a-z]+)\}:/.exec(key)?.[1])),
    );
    expect(nodes.flatMap((names) => [...names]).sort()).toEqual([...QUEUE_NAMES].sort());
    expect(nodes.filter(({ size }) => size > 0).length).toBeGreaterThan(1);
  });
});

describeWithRedis('the queue on Redis', (redis) => {
  const backend = (): QueueBackend =>
    createQueueBackend({ REDIS_URL: redis.url, QUEUE_PREFIX: '{test}' }, 'postgres://unused');
  hazards(backend);

  it('refuses to start on a Redis that evicts keys (bullmq 921, 1046)', async () => {
    const client = new Redis(redis.url);
    await client.config('SET', 'maxmemory-policy', 'volatile-lru');
    const store = backend();
    // However often it is asked: a process that was up before Redis hears of it each minute until it is mended.
    for (const _ of [1, 2]) await expect(store.prepare()).rejects.toThrow('set maxmemory-policy to noeviction');
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    await expect(store.prepare()).resolves.toBeUndefined();
    client.disconnect();
  });

  it('starts on a Redis that does not tell its settings', async () => {
    const client = new Redis(redis.url);
    await client.call('ACL', 'SETUSER', 'queue', 'on', '>secret', '~*', '&*', '+@all', '-config');
    client.disconnect();
    const url = new URL(redis.url);
    url.username = 'queue';
    url.password = 'secret';
    const managed = createQueueBackend({ REDIS_URL: url.toString(), QUEUE_PREFIX: '{test}' }, 'postgres://unused');
    await expect(managed.prepare()).resolves.toBeUndefined();
  });

  it('keeps its keys under its own prefix', async () => {
    const jobs = new JobProducer(backend());
    await jobs.add('notifications', 'digest.compose', {}, { delayMs: 3_600_000 });
    const client = new Redis(redis.url);
    const keys = await client.keys('*');
    client.disconnect();
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !key.startsWith('{test}:'))).toEqual([]);
    await jobs.onApplicationShutdown();
  });

  it('schedules the sweep again after Redis lost its memory', async () => {
    const jobs = new JobProducer(backend());
    const ticker = new SweepTicker(jobs, backend(), { SWEEP_SECONDS: 1 });
    const processor = new SweepProcessor(backend(), ticker);
    let sweeps = 0;
    processor.onApplicationBootstrap();
    ticker.start(() => Promise.resolve(++sweeps));
    await until(() => sweeps > 1);

    await redis.flush();
    await jobs.schedule('sweep', 'sweep.run', {}, 1_000);
    const before = sweeps;
    await until(() => sweeps > before + 1);
    await processor.onModuleDestroy();
    await ticker.onModuleDestroy();
    await jobs.onApplicationShutdown();
  });

  it('answers false while Redis is away, and goes on by itself when it is back (bullmq 1658)', async () => {
    const jobs = new JobProducer(backend());
    const seen: string[] = [];
    const processor = new TestProcessor(backend(), { 'delivery.send': async (p) => seen.push(p.deliveryId) });
    processor.onApplicationBootstrap();
    await until(() => jobs.ping());

    await redis.stop();
    await answersFalseSoon(jobs);
    await redis.start();

    const deliveryId = newId();
    await until(() => jobs.add('notifications', 'delivery.send', { deliveryId }));
    await until(() => seen.includes(deliveryId));
    await processor.onModuleDestroy();
    await jobs.onApplicationShutdown();
  });

  it('sweeps by its own timer while the store is gone, and closes without it', async () => {
    const jobs = new JobProducer(backend());
    const ticker = new SweepTicker(jobs, backend(), { SWEEP_SECONDS: 1 });
    const processor = new SweepProcessor(backend(), ticker);
    let sweeps = 0;
    processor.onApplicationBootstrap();
    ticker.start(() => Promise.resolve(++sweeps));
    await until(() => sweeps > 0);

    await redis.stop();
    const before = sweeps;
    await until(() => sweeps > before);
    expect(Logger.prototype.warn).toHaveBeenCalledWith(expect.stringContaining('sweeping without it'));
    await ticker.onModuleDestroy();
    await processor.onModuleDestroy();
    await jobs.onApplicationShutdown();
    await redis.start();
  });
});

/** What has to hold on every backend. */
function hazards(open: () => QueueBackend): void {
  let backend: QueueBackend;
  let jobs: JobProducer;
  const processors: { onModuleDestroy(): Promise<void> }[] = [];

  beforeAll(async () => {
    backend = open();
    await backend.prepare();
  });
  beforeEach(() => {
    jobs = new JobProducer(backend);
  });
  afterEach(async () => {
    await Promise.all(processors.splice(0).map((processor) => processor.onModuleDestroy()));
    await raw((queue) => queue.obliterate({ force: true }));
    await jobs.onApplicationShutdown();
  });

  const start = (handlers: Partial<Handlers>): TestProcessor => {
    const processor = new TestProcessor(backend, handlers);
    processors.push(processor);
    processor.onApplicationBootstrap();
    return processor;
  };
  const raw = async <T>(act: (queue: Queue) => Promise<T>, name: QueueName = 'notifications'): Promise<T> => {
    const queue = backend.openQueue(name, () => undefined) as Queue;
    try {
      return await act(queue);
    } finally {
      await queue.close();
    }
  };
  const failure = (): Promise<Job> => until(() => raw(async (queue) => (await queue.getFailed(0, 0))[0]!));

  it('hands a job to its handler', async () => {
    const seen: string[] = [];
    start({ 'delivery.send': async (payload) => seen.push(payload.deliveryId) });
    const deliveryId = newId();
    expect(await jobs.add('notifications', 'delivery.send', { deliveryId })).toBe(true);
    await until(() => seen.length > 0);
    expect(seen).toEqual([deliveryId]);
    expect(await jobs.ping()).toBe(true);
    await until(async () => (await jobs.counts()).notifications?.completed === 1);
    expect(await jobs.lastCompletedAt('notifications')).toBeInstanceOf(Date);
  });

  it('ignores an id that it keeps, and runs it again once it keeps it no more: no guard, a hint (bullmq 1318, 1337, 1799, 3765)', async () => {
    const seen: string[] = [];
    start({ 'delivery.send': async (payload) => seen.push(payload.deliveryId) });
    const [deliveryId, other] = [newId(), newId()];
    const jobId = `delivery-${deliveryId}`;
    const give = async (): Promise<void> => {
      expect(await jobs.add('notifications', 'delivery.send', { deliveryId }, { jobId })).toBe(true);
    };
    await give();
    await until(async () => (await jobs.counts()).notifications?.completed === 1);
    // Taken without a word, and never handled: whoever counted on it would wait for ever.
    await give();
    await jobs.add('notifications', 'delivery.send', { deliveryId: other });
    await until(() => seen.includes(other));
    expect(seen).toEqual([deliveryId, other]);
    // Whoever took the id for a guard would do it twice.
    await raw((queue) => queue.remove(jobId));
    await give();
    await until(() => seen.length === 3);
    expect(seen).toEqual([deliveryId, other, deliveryId]);
  });

  it('fails an unknown job for good instead of calling it done', async () => {
    start({});
    await raw((queue) => queue.add('delivery.sned', {}, { attempts: 5 }));
    expect(await failure()).toMatchObject({
      failedReason: 'queue notifications has no job delivery.sned',
      attemptsMade: 1,
    });
  });

  it.each([{}, { deliveryId: 'no-uuid' }, { deliveryId: newId(), text: '请办理' }])(
    'fails the invalid payload %j for good, without handing it on',
    async (payload) => {
      const handler = jest.fn();
      start({ 'delivery.send': handler });
      await raw((queue) => queue.add('delivery.send', payload, { attempts: 5 }));
      expect(await failure()).toMatchObject({ attemptsMade: 1 });
      expect(handler).not.toHaveBeenCalled();
    },
  );

  it('does not repeat what was refused for good', async () => {
    const handler = jest.fn().mockRejectedValue(conflict('DELIVERY.STATE', 'is read already'));
    start({ 'digest.compose': handler });
    await jobs.add('notifications', 'digest.compose', {});
    expect(await failure()).toMatchObject({ failedReason: 'DELIVERY.STATE: is read already', attemptsMade: 1 });
  });

  it('repeats a job that failed, later, until it succeeds', async () => {
    const at: number[] = [];
    start({
      'digest.compose': async () => {
        if (at.push(Date.now()) === 1) throw new Error('the database is away');
      },
    });
    await jobs.add('notifications', 'digest.compose', {});
    await until(() => at.length === 2);
    expect(at[1]! - at[0]!).toBeGreaterThanOrEqual(900);
    await until(async () => (await jobs.counts()).notifications?.completed === 1);
  });

  it('tells of failed jobs the newest first, tries one again, puts one away', async () => {
    const failing = new FailedJobs(jobs);
    let isMended = false;
    start({
      'delivery.send': async () => {
        if (!isMended) throw conflict('DELIVERY.STATE', 'zhang@city.example has read it');
      },
    });
    const [first, second] = [newId(), newId()];
    for (const [i, deliveryId] of [first, second].entries()) {
      await jobs.add('notifications', 'delivery.send', { deliveryId }, { jobId: `d-${deliveryId}` });
      await until(async () => (await failing.list('notifications', 0, 10)).length === i + 1);
    }
    const [newest, oldest] = await failing.list('notifications', 0, 10);
    expect(newest).toEqual({
      id: `d-${second}`,
      name: 'delivery.send',
      payload: { deliveryId: second },
      attempts: 1,
      addedAt: expect.any(Date) as Date,
      failedAt: expect.any(Date) as Date,
      error: 'DELIVERY.STATE: …@city.example has read it',
    });
    expect(await failing.list('notifications', 1, 10)).toEqual([oldest]);
    expect(await failing.get('notifications', newest!.id)).toEqual(newest);

    await failing.remove('notifications', oldest!.id);
    await expect(failing.get('notifications', oldest!.id)).rejects.toMatchObject({ code: 'QUEUE.JOB_UNKNOWN' });
    await expect(failing.remove('notifications', oldest!.id)).rejects.toMatchObject({ code: 'QUEUE.JOB_UNKNOWN' });
    isMended = true;
    await failing.retry('notifications', newest!.id);
    await until(async () => (await jobs.counts()).notifications?.completed === 1);
    expect(await failing.list('notifications', 0, 10)).toEqual([]);
    await expect(failing.retry('notifications', newest!.id)).rejects.toMatchObject({
      code: 'QUEUE.JOB_NOT_FAILED',
      details: { state: 'completed' },
    });
  });

  it('tries all failed jobs again, and shows none of what a job should not carry', async () => {
    const failing = new FailedJobs(jobs);
    let isMended = false;
    start({
      'digest.compose': async () => {
        if (!isMended) throw conflict('DIGEST.STATE', 'not now');
      },
    });
    await raw((queue) => queue.add('digest.compose', { text: '请办理' }));
    for (let i = 0; i < 3; i++) await jobs.add('notifications', 'digest.compose', {});
    await until(async () => (await failing.list('notifications', 0, 10)).length === 4);
    expect((await failing.list('notifications', 0, 10)).map(({ payload }) => payload)).toEqual(
      expect.arrayContaining([null, {}]),
    );
    isMended = true;
    await failing.retryAll('notifications');
    await until(async () => (await jobs.counts()).notifications?.completed === 3);
    await until(async () => (await failing.list('notifications', 0, 10)).length === 1);
  });

  it('does not multiply the sweep by trying a failed one again', async () => {
    const failing = new FailedJobs(jobs);
    const ticker = new SweepTicker(jobs, backend, { SWEEP_SECONDS: 1 });
    const processor = new SweepProcessor(backend, ticker);
    processors.push(processor, ticker);
    const at: number[] = [];
    let isMended = false;
    processor.onApplicationBootstrap();
    ticker.start(async () => {
      at.push(Date.now());
      if (!isMended) throw conflict('SWEEP.STATE', 'not now');
    });
    const job = await until(async () => (await failing.list('sweep', 0, 1))[0]);
    isMended = true;
    await failing.retry('sweep', job!.id);
    await until(() => at.length > 3);
    const begun = at.length;
    const from = Date.now();
    await until(() => at.length >= begun + 3);
    expect(Date.now() - from).toBeGreaterThan(1_500);
    await raw((queue) => queue.obliterate({ force: true }), 'sweep');
  });

  it('lets a job in flight finish before it closes', async () => {
    const events: string[] = [];
    const gate = new Promise<void>((resolve) => setTimeout(resolve, 400));
    const processor = start({
      'digest.compose': async () => {
        events.push('begun');
        await gate;
        events.push('done');
      },
    });
    await jobs.add('notifications', 'digest.compose', {});
    await until(() => events.includes('begun'));
    await processor.onModuleDestroy();
    events.push('closed');
    expect(events).toEqual(['begun', 'done', 'closed']);
    expect((await jobs.counts()).notifications).toMatchObject({ active: 0, completed: 1 });
  });

  it('tells a handler when the lock of its job was lost (bullmq 439, 3056, 3183)', async () => {
    let aborted = false;
    let begun = false;
    start({
      'digest.compose': async (_payload, signal) => {
        begun = true;
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
        aborted = true;
      },
    });
    await jobs.add('notifications', 'digest.compose', {});
    await until(() => begun);
    await raw((queue) => queue.obliterate({ force: true }));
    await until(() => aborted);
  });

  it('does not multiply the sweep by scheduling it again (bullmq 2954)', async () => {
    const ticker = new SweepTicker(jobs, backend, { SWEEP_SECONDS: 1 });
    const processor = new SweepProcessor(backend, ticker);
    processors.push(processor, ticker);
    let sweeps = 0;
    processor.onApplicationBootstrap();
    ticker.start(() => Promise.resolve(++sweeps));
    await until(() => sweeps > 0);
    const before = sweeps;
    const begun = Date.now();
    for (let i = 0; i < 10; i++) await jobs.schedule('sweep', 'sweep.run', {}, 1_000);
    await until(() => sweeps >= before + 3);
    expect(Date.now() - begun).toBeGreaterThan(1_000);
  });

  it('sweeps by its own timer when the queue stays silent (bullmq 393, 2744, 2778, 3272)', async () => {
    const ticker = new SweepTicker(jobs, backend, { SWEEP_SECONDS: 1 });
    processors.push(ticker);
    let sweeps = 0;
    const begun = Date.now();
    await raw((queue) => queue.obliterate({ force: true }));
    ticker.start(() => Promise.resolve(++sweeps));
    await until(() => sweeps > 0);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(2_900);
  });

  it('leaves the sweep to another process that does it', async () => {
    const [here, there] = [1, 2].map(() => new SweepTicker(jobs, backend, { SWEEP_SECONDS: 1 })) as [
      SweepTicker,
      SweepTicker,
    ];
    const processor = new SweepProcessor(backend, there);
    processors.push(processor, here, there);
    let sweeps = 0;
    let lastThere = performance.now();
    let needless = 0;
    processor.onApplicationBootstrap();
    there.start(async () => {
      sweeps++;
      lastThere = performance.now();
    });
    // On a machine that stands still for seconds the other does fall silent, and to step in then is right.
    here.start(async () => {
      if (performance.now() - lastThere < 2_000) needless++;
    });
    await until(() => sweeps > 5);
    expect(needless).toBe(0);
  });
}

async function answersFalseSoon(jobs: JobProducer): Promise<void> {
  const begun = Date.now();
  for (let i = 0; i < 1_000; i++) {
    expect(await jobs.add('notifications', 'delivery.send', { deliveryId: newId() })).toBe(false);
  }
  expect(await jobs.ping()).toBe(false);
  expect(await jobs.counts()).toEqual(Object.fromEntries(QUEUE_NAMES.map((name) => [name, null])));
  await expect(new FailedJobs(jobs).list('sweep', 0, 1)).rejects.toMatchObject({ code: 'QUEUE.AWAY' });
  expect(Date.now() - begun).toBeLessThan(10_000);
  expect(jobs.lostJobs).toBe(1_000);
}

async function nowhere(protocol: string): Promise<string> {
  return `${protocol}://nobody@127.0.0.1:${await freePort()}/nothing`;
}
