import { Logger } from '@nestjs/common';
import { BaseProcessor, createQueueBackend, type JobHandlers, JobProducer, type QueueBackend } from '@duban/queue';
import type { DeadlineRecount, OfficeDues, PeriodLights, SweepService } from '@duban/supervision';
import type { ReorganisationService, SuspensionService } from '@duban/tasks';
import { describeWithRedis, freePort, until, useTestDatabase } from '@duban/testing';
import { MORNING, minutes, World } from '../test/world';
import { type Channel, ChannelError, type Message } from './channels/channel';
import type { DeliveryService } from './delivery.service';
import { Dispatcher } from './dispatcher';
import { Round } from './round';

class NotificationsProcessor extends BaseProcessor<'notifications'> {
  protected readonly handlers: JobHandlers<'notifications'>;

  constructor(backend: QueueBackend, dispatcher: Dispatcher, deliveries: DeliveryService) {
    super('notifications', backend);
    this.handlers = {
      'digest.compose': () => dispatcher.dispatch(),
      'delivery.send': ({ deliveryId }) => deliveries.send(deliveryId),
      'reset.send': () => Promise.resolve(),
      'channel.test': () => Promise.resolve(),
    };
  }
}

describe('Round', () => {
  const database = useTestDatabase();
  let world: World;
  let sent: { message: Message; at: Date }[];
  let refusals: number;
  let jobs: JobProducer;
  const mail: Channel = {
    kind: 'smtp',
    isFor: (person) => person.email,
    send: (message) => {
      if (refusals-- > 0) return Promise.reject(new ChannelError('4.3.0 try again', true));
      sent.push({ message, at: world.clock.now() });
      return Promise.resolve({ state: 'sent' });
    },
  };

  beforeEach(async () => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
    await database.source.query(`update notification set composed_at = now() where composed_at is null`);
    world = await new World(database).begin();
    [sent, refusals] = [[], 0];
  });
  afterEach(async () => {
    await jobs.onApplicationShutdown();
    jest.restoreAllMocks();
  });

  const build = (producer: JobProducer, sweeps: Date[] = []): { round: Round; dispatcher: Dispatcher } => {
    jobs = producer;
    const { transactor } = database;
    const sweep = { run: async (now: Date) => sweeps.push(now) } as unknown as SweepService;
    const dispatcher = new Dispatcher(
      transactor,
      world.digests(mail),
      world.deliveries(mail),
      world.addresses(),
      producer,
      world.clock,
    );
    const reorganisations = {
      carryOutDue: () => Promise.resolve({ carriedOut: 0, problems: 0, failed: 0 }),
    } as unknown as ReorganisationService;
    const suspensions = {
      resumeDue: () => Promise.resolve({ resumed: 0, failed: 0 }),
    } as unknown as SuspensionService;
    const officeDues = { run: () => Promise.resolve({ told: 0, failed: 0 }) } as unknown as OfficeDues;
    const recount = {
      run: () => Promise.resolve({ obligations: 0, recounted: 0, failed: 0 }),
    } as unknown as DeadlineRecount;
    const lights = { run: () => Promise.resolve({ lights: 0, failed: 0 }) } as unknown as PeriodLights;
    const round = new Round(
      transactor,
      reorganisations,
      suspensions,
      officeDues,
      recount,
      lights,
      sweep,
      dispatcher,
      producer,
      world.clock,
      world.calendar,
    );
    return { dispatcher, round };
  };
  const withoutStore = async (): Promise<JobProducer> =>
    new JobProducer(
      createQueueBackend({ QUEUE_PREFIX: '{test}' }, `postgres://nobody@127.0.0.1:${await freePort()}/none`),
    );
  const wanted = async (sendFrom: Date): Promise<void> => {
    const { contact } = await world.unit();
    await world.person([contact]);
    await world.notification('task_issued', contact, { planTitle: '责任分解方案', count: 1 }, { send_from: sendFrom });
  };

  it('composes and sends by jobs', async () => {
    const backend = createQueueBackend({ QUEUE_PREFIX: '{test}' }, database.url);
    await backend.prepare();
    const { round, dispatcher } = build(new JobProducer(backend));
    const processor = new NotificationsProcessor(backend, dispatcher, world.deliveries(mail));
    processor.onApplicationBootstrap();
    await wanted(MORNING);
    await round.run();
    await until(() => sent.length === 1);
    await round.run();
    await processor.onModuleDestroy();
    expect(sent).toHaveLength(1);
  });

  describeWithRedis('with its jobs in Redis', (redis) => {
    const MINUTE_MS = 60_000;
    let backend: QueueBackend;
    let processor: NotificationsProcessor;
    let dispatcher: Dispatcher;
    let ahead: number;

    beforeEach(async () => {
      backend = createQueueBackend({ QUEUE_PREFIX: '{test}', REDIS_URL: redis.url }, database.url);
      await backend.prepare();
      ({ dispatcher } = build(new JobProducer(backend)));
      processor = new NotificationsProcessor(backend, dispatcher, world.deliveries(mail));
      processor.onApplicationBootstrap();
      // The wall's clock at the beginning of a minute: which jobs have one id is not left to the time of day.
      const real = Date.now.bind(Date);
      ahead = MINUTE_MS - (real() % MINUTE_MS);
      jest.spyOn(Date, 'now').mockImplementation(() => real() + ahead);
    });
    afterEach(() => processor.onModuleDestroy());

    const idle = (): Promise<unknown> =>
      until(async () => {
        const counts = (await jobs.counts()).notifications;
        return counts && counts.waiting + counts.active === 0;
      });
    const only = async (): Promise<{ id: string; state: string; attempts: number; next: Date | null }> => {
      const [row] = await world.query<{ id: string; state: string; attempts: number; next: Date | null }>(
        `select d.id, d.state, d.attempts, d.next_attempt_at as next from delivery d
         where d.channel = 'smtp' order by d.id desc limit 1`,
      );
      return row!;
    };
    /** A message that was put off once by the mail server. */
    const putOff = async (): Promise<Awaited<ReturnType<typeof only>>> => {
      refusals = 1;
      await wanted(world.clock.now());
      await dispatcher.dispatch();
      await until(async () => (await only())?.attempts === 1 && (await only()).state === 'queued');
      await idle();
      return only();
    };

    it('is sent though a job of its id is kept and the next is ignored, and once though its id runs again (bullmq 1318, 1337, 1799, 3765)', async () => {
      const { id, next } = await putOff();
      world.clock.moveTo(next!);
      await dispatcher.dispatch();
      await idle();
      expect(await only()).toMatchObject({ id, state: 'queued', attempts: 1 });
      expect(sent).toEqual([]);
      ahead += MINUTE_MS;
      await dispatcher.dispatch();
      await until(() => sent.length === 1);
      await idle();
      // Redis forgets which ids it has handled: each of them may come again.
      await redis.flush();
      for (const jobId of ['delivery-again', undefined])
        await jobs.add('notifications', 'delivery.send', { deliveryId: id }, { jobId });
      await until(async () => (await jobs.counts()).notifications?.completed === 2);
      expect(sent.map(({ message }) => message.id)).toEqual([id]);
      expect(await only()).toMatchObject({ id, state: 'sent', attempts: 2 });
    });

    it('says from the table when it is tried next, of which Redis knows nothing (bull-board 688)', async () => {
      const { id, next } = await putOff();
      expect(next!.getTime()).toBeGreaterThan(world.clock.now().getTime());
      expect((await jobs.counts()).notifications).toMatchObject({ waiting: 0, delayed: 0 });
      const shown = async (): Promise<Date | null | undefined> => {
        const { items } = await database.transactor.run((tx) =>
          world.reader.list(tx, { state: 'queued', channel: 'smtp', limit: 100 }),
        );
        return items.find((one) => one.id === id)?.nextAttemptAt;
      };
      expect(await shown()).toEqual(next);
      await redis.flush();
      const later = minutes(next!, 30);
      await world.query(`update delivery set next_attempt_at = $2 where id = $1`, [id, later]);
      expect(await shown()).toEqual(later);
      world.clock.moveTo(later);
      ahead += MINUTE_MS;
      await dispatcher.dispatch();
      await until(() => sent.length === 1);
      await idle();
    });
  });

  it('does without the queue while its store is away', async () => {
    const { round } = build(await withoutStore());
    await wanted(MORNING);
    await wanted(MORNING);
    await round.run();
    expect(sent).toHaveLength(2);
  });

  it('plays everything on the way at its own time, what failed at the time of its next attempt', async () => {
    const sweeps: Date[] = [];
    const { round } = build(await withoutStore(), sweeps);
    const tomorrow = new Date('2026-04-22T01:00:00Z');
    await wanted(MORNING);
    await wanted(minutes(MORNING, 20));
    await wanted(tomorrow);
    refusals = 1;
    const steps: Date[] = [];
    const target = new Date('2026-04-22T04:00:00Z');
    await round.playTo(target, async (step) => {
      steps.push(step);
      world.clock.moveTo(step);
    });

    const times = sent.map(({ at }) => at.getTime());
    expect(times).toHaveLength(3);
    expect(times[0]).toBeGreaterThan(MORNING.getTime());
    expect(times[0]).toBeLessThanOrEqual(minutes(MORNING, 1).getTime());
    expect(times.slice(1)).toEqual([minutes(MORNING, 20).getTime(), tomorrow.getTime()]);
    expect(steps).toEqual(steps.toSorted((a, b) => a.getTime() - b.getTime()));
    expect(steps.at(-1)).toEqual(target);
    expect(sweeps).toEqual([MORNING, ...steps]);
  });

  it('stops for whoever takes a post over, in the first working hour of the term', async () => {
    const { round } = build(await withoutStore());
    const { unitId, contact } = await world.unit();
    await world.person([contact]);
    await world.followUp(await world.obligation(unitId), contact, {}, { composed_at: MORNING });
    // 25 April 2026 is a Saturday.
    await world.query(`update post_holding set to_on = '2026-04-25' where post_id = $1`, [contact]);
    const successor = await world.person([]);
    await world.query(
      `insert into post_holding (id, post_id, person_id, from_on) values (gen_random_uuid(), $1, $2, '2026-04-25')`,
      [contact, successor],
    );
    const steps: Date[] = [];
    await round.playTo(new Date('2026-04-29T01:00:00Z'), async (step) => {
      steps.push(step);
      world.clock.moveTo(step);
    });
    const monday = new Date('2026-04-27T01:00:00Z');
    expect(steps).toContainEqual(monday);
    expect(sent.map(({ at }) => at)).toEqual([monday]);
    expect(sent[0]!.message.address).toBe(`p-${successor}@city.example`);
  });
});
