import { describeWithRedis, until, useTestDatabase } from '@duban/testing';
import {
  type AppStandIn,
  DingtalkAppStandIn,
  FeishuAppStandIn,
  WecomAppStandIn,
} from '../../../libs/notifications/test/app-stand-ins';
import { HookServer } from '../../../libs/notifications/test/hook-server';
import { MailServer } from '../../../libs/notifications/test/mail-server';
import {
  DingtalkStandIn,
  FeishuStandIn,
  type RobotStandIn,
  WecomStandIn,
} from '../../../libs/notifications/test/robot-stand-ins';
import { SmsGateway } from '../../../libs/notifications/test/sms-gateway';
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
const TEXTS = Math.ceil(MESSAGES / 10);
/** To the accounts at each of the three vendors. */
const APPS = Math.ceil(MESSAGES / 20);
const HOOKS = Math.ceil(MESSAGES * 0.25);
const MAILS = MESSAGES - HOOKS - 3 * ROBOTS - 3 * APPS - TEXTS - HANGING;
const IS_LONG = MESSAGES > 1_000;
const MAILS_A_MINUTE = IS_LONG ? 2_400 : 240;
const TEXTS_A_MINUTE = IS_LONG ? 900 : 60;
const HOOKS_A_MINUTE = IS_LONG ? 1_200 : 60;
const KILLS = IS_LONG ? 60 : 4;
const REACHED = 'reached';
const REPORTS = 'reports-of-the-gateway-to-our-address';
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
  const gateway = new SmsGateway();
  const apps = { wecom: new WecomAppStandIn(), dingtalk: new DingtalkAppStandIn(), feishu: new FeishuAppStandIn() };
  const sides = [mail, hook, hanging, gateway, ...Object.values(robots), ...Object.values(apps)];
  /** When each message came, by its id. */
  const mails: { at: number }[] = [];
  const hooks: { id: string; at: number }[] = [];
  const texts: { at: number }[] = [];

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
    await Promise.all(sides.map((one) => one.start()));
    const { onRequest } = gateway.server;
    gateway.server.onRequest = (...given) => {
      texts.push({ at: Date.now() });
      onRequest(...given);
    };
    const api = office.api();
    const url = await office.address(api);
    await office.issueSample(url);
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
    const queues: [kind: string, count: number, id: string][] = [
      ['webhook', HOOKS, (await made('webhook', hook.url(), HOOKS_A_MINUTE)).destination.id],
      ['webhook', HANGING, (await made('webhook', hanging.url(), 60)).destination.id],
    ];
    for (const [kind, robot] of Object.entries(robots) as [string, RobotStandIn & { secret?: string }][]) {
      queues.push([kind, ROBOTS, (await made(kind, robot.address(), 20, robot.secret)).destination.id]);
    }
    api.kill('SIGTERM');
    await api.ended;
    for (const [kind, count, id] of queues) await queue(kind, count, id);
    const accounts = (vendor: string): string => `jsonb_build_object('${vendor}', 'ou_' || i)`;
    await say([
      { count: MAILS, column: 'email', value: `'reached-' || i || '@city.example'` },
      { count: TEXTS, column: 'mobile', value: `(13800000000 + i)::text` },
      ...Object.keys(apps).map((vendor) => ({ count: APPS, column: 'accounts', value: accounts(vendor) })),
    ]);
    for (const app of Object.values<AppStandIn>(apps)) {
      for (let i = 0; i < MESSAGES; i++) app.accounts.add(`ou_${i}`);
    }
  }, 180_000);

  afterAll(async () => {
    await Promise.all(sides.map((one) => one.stop()));
  });

  /** Something urgent is wanted for a post that many hold, each with one address: the product makes the digests of it. */
  async function say(people: readonly { count: number; column: string; value: string }[]): Promise<void> {
    await office.query(
      `insert into post (id, kind, unit_id, title) select gen_random_uuid(), 'handler', id, $1 from unit order by code limit 1`,
      [REACHED],
    );
    for (const [n, { count, column, value }] of people.entries()) {
      await office.query(
        `with made as (
           insert into person (id, username, display_name, ${column}, created_at)
           select gen_random_uuid(), $1 || '-${n}-' || i, '李敏', ${value}, now() from generate_series(1, $2::int) i returning id)
         insert into post_holding (id, post_id, person_id, from_on, handed_over_at)
           select gen_random_uuid(), p.id, made.id, '2026-01-01', now() from made, post p where p.title = $1`,
        [REACHED, count],
      );
    }
    await office.query(
      `insert into notification (id, jurisdiction_id, post_id, kind, parameters, wanted_at, send_from, is_urgent)
       select gen_random_uuid(), u.jurisdiction_id, p.id, 'task_issued', '{"planTitle": "责任分解方案", "count": 1}',
         '2026-01-12T01:00:00Z', '2026-01-12T01:00:00Z', true
       from post p join unit u on u.id = p.unit_id where p.title = $1`,
      [REACHED],
    );
  }

  /** Digests that are ready to go, each of a half hour of its own: a destination gets but one of each. */
  async function queue(channel: string, count: number, destinationId: string): Promise<void> {
    await office.query(
      `with one as (select id from notification order by id limit 1),
         wanted as (select i, gen_random_uuid() as digest_id from generate_series(0, $2::int - 1) i),
         digests as (
           insert into digest (id, destination_id, channel, window_start, subject, composed_at, is_urgent)
           select digest_id, $3, $1, timestamptz '2026-01-12T01:00:00Z' - (i + 1) * interval '30 minutes',
             '督办：第' || i || '件', '2026-01-12T01:00:00Z', false from wanted returning id),
         items as (insert into digest_item (digest_id, position, notification_id, text)
           select digest_id, 1, one.id, '【催办】第' || i || '件' from wanted, one returning digest_id)
       insert into delivery (id, digest_id, destination_id, channel, address, state, attempts, next_attempt_at, created_at)
       select gen_random_uuid(), w.digest_id, $3, $1, (select shown_address from destination where id = $3), 'queued', 0, '2026-01-12T01:00:00Z', '2026-01-12T01:00:00Z'
       from wanted w where (select count(*) from digests) > 0 and (select count(*) from items) > 0`,
      [channel, count, destinationId],
    );
  }

  const worker = (): DubanProcess =>
    office.worker({
      SMTP_URL: mail.url,
      SMTP_PER_MINUTE: String(MAILS_A_MINUTE),
      SMS_URL: gateway.address(),
      SMS_PER_MINUTE: String(TEXTS_A_MINUTE),
      WECOM_URL: apps.wecom.address(),
      DINGTALK_URL: apps.dingtalk.address(),
      FEISHU_URL: apps.feishu.address(),
      LOG_LEVEL: 'fatal',
    });
  /** Of those that are wanted: to our people, and to destinations but for the one that hangs. */
  const ours = `d.channel <> 'inbox' and not exists (select from destination o where o.id = d.destination_id
      and o.shown_address like '%:' || $1 || '/%')
    and (d.destination_id is not null or exists (select from person p where p.id = d.person_id and p.username like '${REACHED}-%'))`;
  /** Those that are not through. */
  const left = async (): Promise<number> =>
    MESSAGES -
    HANGING -
    (await office.count(`from delivery d where d.state not in ('queued', 'sending') and ${ours}`, [hanging.port]));

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

      await reportTexts();
      const states = await office.query<{ channel: string; state: string; n: number }>(
        // What became of work notices is asked a minute later, or was by now.
        `select d.channel, case when d.channel = 'dingtalk' and d.state = 'delivered' then 'sent' else d.state end as state,
           count(*)::int as n from delivery d where ${ours} group by 1, 2 order by 1`,
        [hanging.port],
      );
      expect(states).toEqual([
        { channel: 'dingtalk', state: 'sent', n: APPS },
        { channel: 'dingtalk_robot', state: 'delivered', n: ROBOTS },
        { channel: 'feishu', state: 'delivered', n: APPS },
        { channel: 'feishu_robot', state: 'delivered', n: ROBOTS },
        { channel: 'sms', state: 'delivered', n: TEXTS },
        { channel: 'smtp', state: 'sent', n: MAILS },
        { channel: 'webhook', state: 'delivered', n: HOOKS },
        { channel: 'wecom', state: 'delivered', n: APPS },
        { channel: 'wecom_robot', state: 'delivered', n: ROBOTS },
      ]);
      // Each delivery came, and what came is a delivery: a repeat has the id of the first.
      const idsOf = async (channel: string): Promise<string[]> =>
        (
          await office.query<{ id: string }>(
            `select id from delivery where channel = $1 and state in ('sent', 'delivered') order by id`,
            [channel],
          )
        ).map(({ id }) => id);
      const mailed = mail.mails.map(({ messageId }) => /delivery-([^@]+)@/.exec(messageId ?? '')![1]!);
      expect(new Set(mailed)).toEqual(new Set(await idsOf('smtp')));
      expect([...new Set(hooks.map(({ id }) => id))].toSorted()).toEqual(await idsOf('webhook'));
      for (const robot of Object.values(robots)) expect(new Set(robot.said).size).toBe(ROBOTS);
      expect(new Set(gateway.taken.map(({ mobile }) => mobile)).size).toBe(TEXTS);
      for (const { shown } of Object.values<AppStandIn>(apps)) {
        expect(new Set(shown.map(({ account }) => account)).size).toBe(APPS);
      }
      // All workers have one token of each vendor; one that dies while it asks may cost another.
      for (const { tokensGiven } of Object.values<AppStandIn>(apps)) expect(tokensGiven).toBeLessThanOrEqual(3);
      // A worker has few in hand when it dies: no more come twice than that.
      const twice = mailed.length - MAILS + hooks.length - HOOKS + texts.length - TEXTS;
      expect(twice).toBeLessThanOrEqual((KILLS + 2) * 10);

      expectWithin(mails, MAILS_A_MINUTE);
      expectWithin(hooks, HOOKS_A_MINUTE);
      expectWithin(texts, TEXTS_A_MINUTE);
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

  /** The gateway says of each text that it has arrived: twice, the last first, and of some that nobody knows. */
  async function reportTexts(): Promise<void> {
    const api = office.api({ SMS_REPORT_TOKEN: REPORTS });
    const url = await office.address(api);
    const reports = gateway.taken.map((one) => gateway.report(one, 'DELIVRD')).toReversed();
    const unknown = gateway.report({ msgGroup: 'nobodys', mobile: '13900000000' }, 'DELIVRD');
    for (let i = 0; i < reports.length; i += 500) {
      const body = JSON.stringify([unknown, ...reports.slice(i, i + 500)]);
      for (let time = 0; time < 2; time++) await post(url, null, `/sms-reports/${REPORTS}`, body);
    }
    api.kill('SIGTERM');
    await api.ended;
  }

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
