import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { BaseProcessor, createQueueBackend, type JobHandlers, JobProducer, type QueueBackend } from '@duban/queue';
import { describeWithRedis, until } from '@duban/testing';
import { type RedisGroup, startRedisCluster, startRedisWithSentinels } from './redis-group';

class SweepProcessor extends BaseProcessor<'sweep'> {
  protected readonly handlers: JobHandlers<'sweep'>;

  constructor(
    backend: QueueBackend,
    private readonly onJob: () => void,
  ) {
    super('sweep', backend);
    this.handlers = { 'sweep.run': () => Promise.resolve(this.onJob()) };
  }
}

// They bring servers of their own; here it is only asked whether there are any.
describeWithRedis('Redis of which one takes over from another', () => {
  beforeAll(() => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
  });
  afterAll(() => jest.restoreAllMocks());

  it.each([
    ['a cluster', startRedisCluster],
    ['a server by sentinels', startRedisWithSentinels],
  ])('%s goes on carrying jobs when the one that leads is killed', async (_name, start) => {
    const home = mkdtempSync(join(tmpdir(), 'duban-redis-group-'));
    const close: (() => Promise<unknown>)[] = [];
    let group: RedisGroup | undefined;
    try {
      group = await start(home);
      const backend = createQueueBackend({ REDIS_URL: group.url, QUEUE_PREFIX: '{test}' }, 'postgres://unused');
      await backend.prepare();
      let jobs = 0;
      const processor = new SweepProcessor(backend, () => jobs++);
      const producer = new JobProducer(backend);
      close.push(
        () => processor.onModuleDestroy(),
        () => producer.onApplicationShutdown(),
      );
      processor.onApplicationBootstrap();
      const add = (): Promise<boolean> => producer.add('sweep', 'sweep.run', {});
      await until(add, 20_000);
      await until(() => jobs > 0, 20_000);
      await group.failOver();
      const before = jobs;
      await until(add, 30_000);
      await until(() => jobs > before, 30_000);
      expect(jobs).toBeGreaterThan(before);
    } finally {
      for (const one of close) await one();
      await group?.end();
      rmSync(home, { recursive: true, force: true });
    }
  });
});
