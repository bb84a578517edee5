import { createLog, loadConfig, NestLog } from '@duban/platform';
import { JobProducer } from '@duban/queue';
import { describeWithRedis, until, useTestDatabase } from '@duban/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MachineClock, Office } from '../../../libs/supervision/test/office';
import { playWorkedExample } from '../../../libs/supervision/test/worked-example';
import { WorkerModule } from '../src/worker.module';

/** Nothing but the queue sweeps: the timer that stands in for a silent queue would wait for hours. */
const NEVER = '3600';

describe('the worked example of 2023, woken by the queue on Postgres', () => {
  workedExample(() => ({}));
});

describeWithRedis('the worked example of 2023, woken by the queue on Redis', (redis) => {
  workedExample(() => ({ REDIS_URL: redis.url }));
});

function workedExample(queue: () => Record<string, string>): void {
  let app: INestApplicationContext | undefined;
  // Hooks run as they are registered: the worker is closed before its database is dropped.
  afterAll(() => app?.close());
  const database = useTestDatabase();

  it('sends exactly the follow-ups of the calendar, to the day and the post, and no others', async () => {
    const config = loadConfig({ ...queue(), DUBAN_SECRET: 's'.repeat(32), SWEEP_SECONDS: NEVER });
    const clock = new MachineClock(new Date('2023-01-12T09:30:00+08:00'));
    app = await NestFactory.createApplicationContext(
      WorkerModule.forRoot({ config, clock, databaseUrl: database.url }),
      { logger: new NestLog(createLog('fatal')), abortOnError: false },
    );
    const office = await Office.over(app, database, clock);
    const jobs = app.get(JobProducer, { strict: false });

    const nextDue = async (): Promise<Date | null> => {
      const [row] = await office.query<{ next: Date | null }>(`select min(next_rung_at) as next from obligation`);
      return row!.next;
    };
    await playWorkedExample(office, async (instant) => {
      const target = new Date(instant);
      for (let next = await nextDue(); next !== null && next <= target; next = await nextDue()) {
        if (next > clock.now()) clock.moveTo(next);
        const now = clock.now();
        expect(await jobs.add('sweep', 'sweep.run', {})).toBe(true);
        const isSwept = async (): Promise<boolean> => ((await nextDue()) ?? Infinity) > now;
        await until(isSwept, 60_000, `the sweep of ${now.toISOString()}`);
      }
      clock.moveTo(target);
    });
  });
}
