import { until, useTestDatabase } from '@duban/testing';
import { Logger } from '@nestjs/common';
import { MailServer } from '../../test/mail-server';
import { MORNING, minutes, World } from '../../test/world';
import { type Channel, ChannelError } from '../channels/channel';
import { SmtpChannel } from '../channels/smtp.channel';

describe('lines (线路)', () => {
  const database = useTestDatabase();
  let server: MailServer;
  let world: World;

  beforeEach(async () => {
    for (const level of ['warn', 'error'] as const) jest.spyOn(Logger.prototype, level).mockImplementation();
    await database.source.query(`update notification set composed_at = now() where composed_at is null`);
    await database.source.query(`update delivery set state = 'suppressed' where state in ('queued', 'sending')`);
    server = new MailServer();
    await server.start();
    world = await new World(database).begin();
  });
  afterEach(async () => {
    await server.stop();
    jest.restoreAllMocks();
  });

  /** So many mails, each to somebody of their own. */
  const queued = async (count: number, ...channels: Channel[]): Promise<string[]> => {
    for (let i = 0; i < count; i++) {
      const { unitId, contact } = await world.unit();
      await world.person([contact]);
      await world.followUp(await world.obligation(unitId), contact);
    }
    return (await world.compose(world.digests(...channels))).deliveryIds;
  };
  const dueIds = (): Promise<string[]> =>
    database.transactor.run((tx) => world.deliveries().dueIds(tx, world.clock.now(), 1000));
  /** Turns are by the database's clock, which goes on by itself: so many seconds are taken from all that waits. */
  const pass = async (seconds: number): Promise<void> => {
    const by = `$1 * interval '1 second'`;
    await world.query(
      `update delivery_line set free_at = free_at - ${by}, last_turn_at = last_turn_at - ${by}, paused_until = paused_until - ${by}`,
      [seconds],
    );
    await world.query(`update delivery set turn_at = turn_at - ${by}`, [seconds]);
  };
  const turns = async (ids: readonly string[]): Promise<Date[]> =>
    (
      await world.query<{ at: Date }>(
        `select turn_at as at from delivery where id = any($1) and turn_at is not null order by turn_at`,
        [ids],
      )
    ).map(({ at }) => at);
  /** Seconds from one turn to the next. */
  const gaps = async (ids: readonly string[]): Promise<number[]> => {
    const all = await turns(ids);
    return all.slice(1).map((at, i) => (at.getTime() - all[i]!.getTime()) / 1_000);
  };
  /** Whether all turns come when a pause of so many seconds ends, which has just begun. */
  const expectPause = async (seconds: number, ids: readonly string[], count: number): Promise<void> => {
    const [row] = await world.query<{ now: Date }>(`select clock_timestamp() as now`);
    const left = (await turns(ids)).map((at) => (at.getTime() - row!.now.getTime()) / 1_000);
    expect(left).toHaveLength(count);
    for (const one of left) {
      expect(one).toBeLessThanOrEqual(seconds);
      expect(one).toBeGreaterThan(seconds / 2);
    }
  };

  it('hold over two workers at once: what is over the limit has a turn later, and none is lost (nightingale 369)', async () => {
    const mail = (): SmtpChannel => new SmtpChannel(server.url, 'duban <duban@city.example>', null, 6);
    const workers = [mail(), mail()];
    const ids = await queued(8, workers[0]!);
    const sendAll = (due: readonly string[]): Promise<string[]> =>
      Promise.all(due.map((id, i) => world.deliveries(workers[i % 2]!).send(id)));
    expect((await sendAll(ids)).toSorted()).toEqual([
      ...Array.from({ length: 6 }, () => 'awaits_turn'),
      'sent',
      'sent',
    ]);
    expect(server.mails).toHaveLength(2);
    expect(await gaps(ids)).toEqual([12, 12, 12, 12, 12]);
    expect(await dueIds()).toEqual([]);

    for (let i = 0; i < 6; i++) {
      await pass(12.2);
      expect(await sendAll(await dueIds())).toEqual(['sent']);
    }
    expect(new Set(server.mails.map(({ messageId }) => messageId)).size).toBe(8);
    expect(await world.query(`select distinct state, attempts from delivery where id = any($1)`, [ids])).toEqual([
      { state: 'sent', attempts: 1 },
    ]);
    for (const worker of workers) worker.close();
  });

  it('spread out anew what comes together after nobody has sent for hours', async () => {
    const mail = new SmtpChannel(server.url, 'duban <duban@city.example>', null, 6);
    const ids = await queued(6, mail);
    for (const id of ids) await world.deliveries(mail).send(id);
    await pass(3_600);
    const due = await dueIds();
    expect(due).toHaveLength(4);
    const outcomes: string[] = [];
    for (const id of due) outcomes.push(await world.deliveries(mail).send(id));
    expect(outcomes).toEqual(['sent', 'sent', 'awaits_turn', 'awaits_turn']);
    expect(await gaps(ids)).toEqual([12]);
    mail.close();
  });

  /** A way of its own that is broken for as long as it is said to be. */
  const robot = (): Channel & { failure: ChannelError | null; asked: number } => ({
    kind: 'robot',
    line: { name: 'robot 1', limit: null, atOnce: null },
    failure: null,
    asked: 0,
    isFor: ({ username }) => username,
    send() {
      this.asked++;
      return this.failure ? Promise.reject(this.failure) : Promise.resolve({ state: 'sent' });
    },
  });

  it('are paused when broken, so that no message uses up its attempts, and slow no other', async () => {
    const mail = new SmtpChannel(server.url, 'duban <duban@city.example>');
    const broken = robot();
    broken.failure = new ChannelError('connect ECONNREFUSED', true, null, { isLineDown: true });
    const ids = await queued(5, broken, mail);
    const robots = (
      await world.query<{ id: string }>(
        `select id from delivery where id = any($1) and channel = 'robot' order by created_at, id`,
        [ids],
      )
    ).map(({ id }) => id);
    const send = (id: string): Promise<string> => world.deliveries(broken, mail).send(id);
    const outcomes: string[] = [];
    for (const id of robots) outcomes.push(await send(id));
    expect(outcomes).toEqual(['requeued', 'requeued', 'requeued', 'awaits_turn', 'awaits_turn']);
    expect(broken.asked).toBe(3);
    for (const id of ids.filter((one) => !robots.includes(one))) expect(await send(id)).toBe('sent');
    await expectPause(60, robots, 2);

    // After the pause one tries; the others wait for what becomes of it.
    await pass(60);
    expect(await send(robots[3]!)).toBe('requeued');
    expect(await send(robots[4]!)).toBe('awaits_turn');
    await expectPause(120, robots, 1);

    await pass(120);
    world.clock.moveTo(minutes(MORNING, 5));
    broken.failure = null;
    expect(await send(robots[0]!)).toBe('sent');
    // The line works: nobody waits for it any more.
    for (const id of robots.slice(1)) expect(await send(id)).toBe('sent');
    expect(await world.query(`select failures, paused_until from delivery_line where name = 'robot 1'`)).toEqual([
      { failures: 0, paused_until: null },
    ]);
    mail.close();
  });

  it('have one message try after a pause, and the others wait for what becomes of it', async () => {
    const broken = robot();
    const ids = await queued(2, broken);
    await world.query(
      `insert into delivery_line (name, failures, paused_until) values ('robot 1', 4, now() - interval '1 second')
       on conflict (name) do update set failures = 4, paused_until = excluded.paused_until`,
    );
    let answer: (() => void) | undefined;
    broken.send = () => new Promise((resolve) => (answer = () => resolve({ state: 'sent' })));
    const trial = world.deliveries(broken).send(ids[0]!);
    await until(() => answer !== undefined);
    expect(await world.deliveries(broken).send(ids[1]!)).toBe('awaits_turn');
    answer!();
    expect(await trial).toBe('sent');
    expect(await turns(ids)).toEqual([]);
  });

  it('are left alone for as long as the other side asks (Retry-After)', async () => {
    const busy = robot();
    Object.assign(busy, { line: { name: 'robot 2', limit: null, atOnce: null } });
    busy.failure = new ChannelError('429', true, null, { isLineDown: true, retryAfterMs: 600_000 });
    const ids = await queued(2, busy);
    expect(await world.deliveries(busy).send(ids[0]!)).toBe('requeued');
    expect(await world.deliveries(busy).send(ids[1]!)).toBe('awaits_turn');
    await expectPause(600, ids, 1);
    expect(busy.asked).toBe(1);
  });
});
