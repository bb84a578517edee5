import { describeWithRedis, until, useTestDatabase } from '@duban/testing';
import { HookServer } from '../../../libs/notifications/test/hook-server';
import { MailServer } from '../../../libs/notifications/test/mail-server';
import {
  DingtalkStandIn,
  FeishuStandIn,
  type RobotStandIn,
  WecomStandIn,
} from '../../../libs/notifications/test/robot-stand-ins';
import { type DubanProcess, endLeftovers, ensureBuilt } from './duban-process';
import { post, signIn } from './http';
import { Office, PASSWORD } from './office-year';

/*
 * Messages by every channel at once while workers are killed: whatever happens, each comes, again with the same id where
 * it comes again, no side gets more than it takes, and one that hangs keeps nobody else waiting. `DUBAN_MESSAGES=10000 npm
 * test -- worker/test/messages` is a long run.
 */

const MESSAGES = Number(process.env.DUBAN_MESSAGES ?? 70);
const ROBOTS = Math.min(40, Math.ceil(MESSAGES / 10));
const HANGING = 4;
const HOOKS = Math.ceil(MESSAGES * 0.25);
const MAILS = MESSAGES - HOOKS - 3 * ROBOTS - HANGING;
const IS_LONG = MESSAGES > 1_000;
const MAILS_A_MINUTE = IS_LONG ? 2_400 : 240;
const HOOKS_A_MINUTE = IS_LONG ? 1_200 : 60;
const KILLS = IS_LONG ? 60 : 4;
const PATIENCE_MS = IS_LONG ? 30 * 60_000 : 90_000;

beforeAll(ensureBuilt, 120_000);
afterEach(endLeftovers);

describeWithRedis('messages by every channel', (redis) => {
  const database = useTestDatabase();
  const office = new Office(database, {
    get REDIS_URL() {
      return redis.url;
    },
    DUBAN_SECRET: 'of thirty-two characters and more',
    DUBAN_DESTINATION_NETWORKS: '127.0.0.0/8',
  });
  const mail = new MailServer();
  const hook = new HookServer();
  const hanging = new HookServer();
  const robots = {
    wecom_robot: new WecomStandIn(),
    dingtalk_robot: new DingtalkStandIn(),
    feishu_robot: new FeishuStandIn(),
  };
  /** When each message came, by its id. */
  const mails: { at: number }[] = [];
  const hooks: { id: string; at: number }[] = [];

  beforeAll(async () => {
    mail.onMessage = () => {
      mails.push({ at: Date.now() });
      return Promise.resolve();
    };
    hook.onRequest = (response, { headers }) => {
      hooks.push({ id: String(headers['webhook-id']), at: Date.now() });
      response.writeHead(204).end();
    };
    // Takes the request, and says nothing.
    hanging.onRequest = () => undefined;
    await Promise.all([
      mail.start(),
      hook.start(),
      hanging.start(),
      ...Object.values(robots).map((one) => one.start()),
    ]);
    const api = office.api();
    const url = await office.address(api);
    await office.issueSample(url);
    await office.query(`update person set email = username || '@city.example'`);
    const admin = await signIn(url, 'admin', PASSWORD);
    const made = (
      channel: string,
      address: string,
      perMinute: number,
      secret?: string,
    ): Promise<{ destination: { id: string } }> =>
      post(
        url,
        admin,
        '/destinations',
        JSON.stringify({ channel, name: channel, address, perMinute, kinds: ['urge'], secret }),
      );
    const queues: [kind: string, count: number, id: string | null][] = [
      ['smtp', MAILS, null],
      ['webhook', HOOKS, (await made('webhook', hook.url(), HOOKS_A_MINUTE)).destination.id],
      ['webhook', HANGING, (await made('webhook', hanging.url(), 60)).destination.id],
    ];
    for (const [kind, robot] of Object.entries(robots) as [string, RobotStandIn & { secret?: string }][]) {
      queues.push([kind, ROBOTS, (await made(kind, robot.address(), 20, robot.secret)).destination.id]);
    }
    api.kill('SIGTERM');
    await api.ended;
    for (const [kind, count, id] of queues) await queue(kind, count, id);
  }, 180_000);

  afterAll(async () => {
    await Promise.all([mail.stop(), hook.stop(), hanging.stop(), ...Object.values(robots).map((one) => one.stop())]);
  });

  /** Digests that are ready to go, each of a half hour of its own. */
  async function queue(channel: string, count: number, destinationId: string | null): Promise<void> {
    await office.query(
      `with one as (select id from notification order by id limit 1),
         people as (select id, email, row_number() over (order by id) - 1 as place, count(*) over () as all from person),
         wanted as (select i, gen_random_uuid() as digest_id, p.id as person_id, p.email
           from generate_series(0, $2::int - 1) i
             left join people p on $3::uuid is null and p.place = i % p.all),
         digests as (
           insert into digest (id, person_id, destination_id, channel, window_start, subject, composed_at, is_urgent)
           select digest_id, person_id, $3, $1, timestamptz '2026-01-12T01:00:00Z' - (i + 1) * interval '30 minutes',
             '督办：第' || i || '件', '2026-01-12T01:00:00Z', false from wanted returning id),
         items as (insert into digest_item (digest_id, position, notification_id, text)
           select digest_id, 1, one.id, '【催办】第' || i || '件' from wanted, one returning digest_id)
       insert into delivery (id, digest_id, person_id, destination_id, channel, address, state, attempts, next_attempt_at, created_at)
       select gen_random_uuid(), w.digest_id, w.person_id, $3, $1,
         coalesce(w.email, (select shown_address from destination where id = $3)), 'queued', 0, '2026-01-12T01:00:00Z', '2026-01-12T01:00:00Z'
       from wanted w where (select count(*) from digests) > 0 and (select count(*) from items) > 0`,
      [channel, count, destinationId],
    );
  }

  const worker = (): DubanProcess =>
    office.worker({ SMTP_URL: mail.url, SMTP_PER_MINUTE: String(MAILS_A_MINUTE), LOG_LEVEL: 'fatal' });
  /** Those that are not through, but for what hangs. */
  const left = (): Promise<number> =>
    office.count(
      `from delivery d where d.state in ('queued', 'sending') and d.channel <> 'inbox' and d.created_at = '2026-01-12T01:00:00Z'
         and not exists (select from destination o where o.id = d.destination_id and o.shown_address like '%:' || $1 || '/%')`,
      [hanging.port],
    );

  it(
    'come all, again with the same id where they come again, and no faster than each side takes them',
    async () => {
      expect(await left()).toBe(MESSAGES - HANGING);
      const workers = [worker(), worker()];
      for (let i = 0; i < KILLS && (await left()) > 0; i++) {
        const before = await left();
        // Killed while it is at work: something has gone out since the last one was.
        await until(async () => (await left()) < before, PATIENCE_MS, 'a message to go out');
        const [killed] = workers.splice(i % 2, 1);
        killed!.kill('SIGKILL');
        await killed!.ended;
        workers.push(worker());
      }
      // What the dead had in hand is theirs for a minute; here that is over at once, when none of them lives.
      for (const one of workers) one.kill('SIGKILL');
      await Promise.all(workers.map((one) => one.ended));
      await office.query(`update delivery set claimed_until = now() where state = 'sending'`);
      const last = [worker(), worker()];
      await until(async () => (await left()) === 0, PATIENCE_MS, 'the last message');
      for (const one of last) one.kill('SIGTERM');
      for (const one of last) expect(await one.ended).toEqual({ code: 0, signal: null });

      const states = await office.query<{ channel: string; state: string; n: number }>(
        `select d.channel, d.state, count(*)::int as n from delivery d
         where d.created_at = '2026-01-12T01:00:00Z' and d.channel <> 'inbox' and d.state not in ('queued', 'sending')
         group by 1, 2 order by 1`,
      );
      expect(states).toEqual([
        { channel: 'dingtalk_robot', state: 'delivered', n: ROBOTS },
        { channel: 'feishu_robot', state: 'delivered', n: ROBOTS },
        { channel: 'smtp', state: 'sent', n: MAILS },
        { channel: 'webhook', state: 'delivered', n: HOOKS },
        { channel: 'wecom_robot', state: 'delivered', n: ROBOTS },
      ]);
      // Each delivery came, and what came is a delivery: a repeat has the id of the first.
      const idsOf = async (channel: string): Promise<string[]> =>
        (
          await office.query<{ id: string }>(
            `select id from delivery where channel = $1 and state in ('sent', 'delivered') and created_at = '2026-01-12T01:00:00Z' order by id`,
            [channel],
          )
        ).map(({ id }) => id);
      const ours = new Set(await idsOf('smtp'));
      // The city's people are written to of the plan as well.
      const mailed = mail.mails
        .map(({ messageId }) => /delivery-([^@]+)@/.exec(messageId ?? '')![1]!)
        .filter((id) => ours.has(id));
      expect(new Set(mailed)).toEqual(ours);
      expect([...new Set(hooks.map(({ id }) => id))].toSorted()).toEqual(await idsOf('webhook'));
      for (const robot of Object.values(robots)) expect(new Set(robot.said).size).toBe(ROBOTS);
      // A worker has few in hand when it dies: no more come twice than that.
      const twice = mailed.length - MAILS + hooks.length - HOOKS;
      expect(twice).toBeLessThanOrEqual((KILLS + 2) * 10);

      expectWithin(mails, MAILS_A_MINUTE);
      expectWithin(hooks, HOOKS_A_MINUTE);
      const refused = await office.query(
        `select a.answer from delivery_attempt a join destination o on o.id = a.destination_id
         where o.channel like '%robot' and a.error is not null`,
      );
      expect(refused).toEqual([]);
      // What hangs had its two turns at a time, and held up nobody: all others were through before it.
      expect(hanging.came.length).toBeGreaterThan(0);
      const hung = await office.count(
        `from delivery_attempt a join destination o on o.id = a.destination_id
        where o.shown_address like '%:' || $1 || '/%' and a.error is null`,
        [hanging.port],
      );
      expect(hung).toBe(0);
    },
    PATIENCE_MS * 2,
  );

  /** No minute has more than the limit, whenever it begins. */
  function expectWithin(came: readonly { at: number }[], perMinute: number): void {
    const times = came.map(({ at }) => at).toSorted((a, b) => a - b);
    for (let i = perMinute; i < times.length; i++) {
      // A turn is taken just before the message goes: by so much may two come closer together.
      expect(times[i]! - times[i - perMinute]!).toBeGreaterThan(60_000 - 2_000);
    }
    // And at once no more than a quarter.
    const burst = Math.ceil(perMinute / 4);
    const share = 60_000 / (perMinute - burst + 1);
    for (let i = burst + 2; i < times.length; i++) {
      expect(times[i]! - times[i - burst - 2]!).toBeGreaterThan(share - 1_000);
    }
  }
});
