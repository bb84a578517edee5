import { QueueRebuilder } from '@duban/notifications';
import { SteppedClock } from '@duban/kernel';
import { createLog, loadConfig, NestLog } from '@duban/platform';
import { JobProducer } from '@duban/queue';
import { describeWithRedis, useTestDatabase } from '@duban/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Client } from 'pg';
import { GroundModule } from '../../api/src/ground.module';

const NOW = new Date('2026-04-21T10:00:00+08:00');

describeWithRedis('The queue, rebuilt from Postgres', (redis) => {
  const database = useTestDatabase();
  let app: INestApplicationContext;
  beforeAll(async () => {
    const config = loadConfig({ REDIS_URL: redis.url, DUBAN_SECRET: 's'.repeat(32) });
    const ground = { config, clock: new SteppedClock(NOW), databaseUrl: database.url };
    app = await NestFactory.createApplicationContext(GroundModule.forRoot(ground), {
      logger: new NestLog(createLog('fatal')),
      abortOnError: false,
    });
    const owner = new Client({ connectionString: database.url });
    await owner.connect();
    // What they refer to is of no account here.
    await owner.query(`set session_replication_role = replica`);
    await owner.query(
      `insert into delivery (id, digest_id, person_id, channel, address, state, attempts, next_attempt_at, claimed_until, created_at)
       select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'smtp', 'a@example.org', state, 0,
         timestamptz '2026-04-21T09:00:00+08:00' + later * interval '1 day', until, now()
       from (values ('queued', 0, null), ('queued', 0, null), ('sending', 0, now() - interval '1 hour'),
         ('sending', 0, now() + interval '1 hour'), ('queued', 1, null), ('sent', 0, null)) made(state, later, until)`,
    );
    await owner.query(
      `insert into plan_import (id, person_id, actor, file_name, file, options, state, progress_done, progress_total,
         attempts, created_at)
       values (gen_random_uuid(), gen_random_uuid(), '{}', 'plan.docx', 'x', '{}', 'queued', 0, 0, 0, now())`,
    );
    await owner.end();
  });
  afterAll(() => app.close());
  const rebuild = () => app.get(QueueRebuilder, { strict: false }).rebuild();
  /** Jobs of each queue that wait, for now or for their time. */
  const waiting = async (): Promise<Record<string, number>> => {
    const counts = await app.get(JobProducer, { strict: false }).counts();
    return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count!.waiting + count!.delayed]));
  };
  const WHOLE = { sweep: 1, notifications: 4, imports: 1, archives: 0 };

  // Due are two that wait and one whose worker died; not one that is claimed, one of tomorrow, one that is sent.
  const ALL = { schedules: 1, digests: 1, deliveries: 3, documents: 1, passwordResets: 0, channelTests: 0 };

  it('has every hint again after it has lost its memory (bull 1143)', async () => {
    expect(await rebuild()).toEqual(ALL);
    expect(await waiting()).toEqual(WHOLE);
    await redis.flush();
    expect(await waiting()).toEqual({ sweep: 0, notifications: 0, imports: 0, archives: 0 });
    expect(await rebuild()).toEqual(ALL);
    expect(await waiting()).toEqual(WHOLE);
  });

  it('keeps one schedule of the sweep, however often it is rebuilt (bullmq 2988, 2991)', async () => {
    await rebuild();
    await rebuild();
    expect((await waiting())['sweep']).toBe(1);
  });

  it('says in one sentence that the store is away', async () => {
    await redis.stop();
    await expect(rebuild()).rejects.toThrow(/^The queue’s store does not answer/);
  });
});
