import { Dispatcher } from '@duban/notifications';
import { SweepService } from '@duban/supervision';
import { Queue, QueueEvents, Worker } from 'bullmq';
import { scaled, type Measure } from './measure';
import { OfficeAtWork, ownDatabase, ownPostgres } from './office-at-work';
import { HISTORY_ROWS, SameRows } from './same-rows';
import { OwnRedis } from '../sizes/own-redis';

const DUE = 100_000;
const PENDING = 1_000_000;
const QUICK = { due: 300, pending: 1_000 };
/** Sweeps at once in this process, as two workers would. */
const SWEEPS = 2;
const ADDED_AT_ONCE = 1_000;
const CONCURRENCY = 50;

/**
 * Due rungs claimed, written, said, put together and delivered to the inbox, which delivers by storing, against bare
 * BullMQ on Redis that adds and handles as many empty jobs.
 */
export const followupMeasure: Measure = {
  name: 'followup',
  goal: 0.5,
  isShareOfOther: true,
  prepare: async (isQuick, scale = 1) => {
    const { due, office, redis, close } = await morning(isQuick, scale);
    return {
      between: () => office.duties.makeDue(due),
      ours: () => followUp(office, due),
      other: () => emptyJobs(redis, due),
      runs: 3,
      warmUps: isQuick ? 0 : 1,
      close,
    };
  },
};

/** What of the goal can be reached: the rows of the same follow-ups, written by Postgres alone, against the same jobs. */
export const followupLimitMeasure: Measure = {
  name: 'followup-limit',
  goal: 0.5,
  isShareOfOther: true,
  prepare: async (isQuick, scale = 1) => {
    const { due, office, redis, url, close } = await morning(isQuick, scale);
    await followUp(office, due);
    const rows = await SameRows.keep(url, WRITTEN, [POINTER]);
    return {
      between: () => office.duties.makeDue(due),
      ours: async () => {
        await rows.write();
        const written = await office.duties.count('from notification where composed_at is not null');
        if (written !== due)
          throw new Error(`Of ${due} follow-ups ${written} were written: the times would say nothing.`);
      },
      other: () => emptyJobs(redis, due),
      runs: 3,
      warmUps: isQuick ? 0 : 1,
      close: async () => {
        await rows.end();
        await close();
      },
    };
  },
};

const WRITTEN = [
  { table: 'follow_up' },
  HISTORY_ROWS,
  { table: 'notification' },
  { table: 'digest' },
  { table: 'digest_item' },
  { table: 'delivery' },
];
const POINTER = {
  table: 'obligation',
  columns: ['next_rung', 'next_rung_at', 'last_rung'],
  where: 'last_rung is not null',
};

/** An office in whose morning so many rungs are due, and a Redis. */
async function morning(
  isQuick: boolean,
  scale: number,
): Promise<{ due: number; office: OfficeAtWork; redis: OwnRedis; url: string; close: () => Promise<void> }> {
  const { due, pending } = isQuick ? QUICK : { due: scaled(DUE, scale), pending: scaled(PENDING, scale) };
  const redis = await OwnRedis.start();
  const server = await ownPostgres();
  const url = await ownDatabase(server, 'followup');
  const office = await OfficeAtWork.open(url, { due, pending });
  const close = async (): Promise<void> => {
    await office.close();
    await server.stop();
    await redis.stop();
  };
  return { due, office, redis, url, close };
}

async function followUp(office: OfficeAtWork, due: number): Promise<void> {
  const [sweep, dispatcher] = [office.get(SweepService), office.get(Dispatcher)];
  const now = office.clock.now();
  const swept = await Promise.all(Array.from({ length: SWEEPS }, () => sweep.run(now)));
  await dispatcher.dispatchHere();
  const followUps = swept.reduce((sum, one) => sum + one.followUps, 0);
  const said = await office.duties.count('from notification where composed_at is not null');
  if (followUps !== due || said !== due)
    throw new Error(`Of ${due} due rungs ${followUps} fired and ${said} were said: the times would say nothing.`);
}

async function emptyJobs(redis: OwnRedis, jobs: number): Promise<void> {
  const connection = { url: redis.url };
  const queue = new Queue('empty', { connection });
  const events = new QueueEvents('empty', { connection });
  await events.waitUntilReady();
  let handled = 0;
  let done = (): void => undefined;
  const all = new Promise<void>((resolve) => (done = resolve));
  const worker = new Worker(
    'empty',
    () => {
      if (++handled === jobs) done();
      return Promise.resolve();
    },
    { connection: { url: redis.url, maxRetriesPerRequest: null }, concurrency: CONCURRENCY },
  );
  for (let added = 0; added < jobs; added += ADDED_AT_ONCE) {
    const opts = { removeOnComplete: true };
    await queue.addBulk(
      Array.from({ length: Math.min(ADDED_AT_ONCE, jobs - added) }, () => ({ name: 'empty', data: {}, opts })),
    );
  }
  await all;
  await worker.close();
  await events.close();
  await queue.close();
}
