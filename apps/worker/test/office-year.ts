import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestDatabase, until } from '@duban/testing';
import { type DubanProcess, type Environment, ROOT, server } from './duban-process';
import { file, post, signIn } from './http';

export const PASSWORD = 'server-password';
const SAMPLE = join(ROOT, 'apps/cli/sample');

/** A Friday; signing for it is due on the Tuesday after, and nothing reminds of that before. */
const ISSUED = '2026-01-09T10:00:00+08:00';
/** The Monday between, in working hours. */
const MONDAY = '2026-01-12T10:00:00+08:00';

const DUE_AT = '2026-01-12T09:00:00+08:00';

/**
 * For each duty of signing, five more whose rung is due on that Monday at 09:00: one that is due itself (a reminder to
 * the contact), two due on the Friday before (an urge to contact and head), two due three working days before (a blue
 * notice to head and contact). So nine follow-ups in five firings, two of them with a notice.
 */
const COPIES = [
  { due_on: '2026-01-12', rung: 'remind' },
  { due_on: '2026-01-09', rung: 'urge' },
  { due_on: '2026-01-09', rung: 'urge' },
  { due_on: '2026-01-07', rung: 'blue' },
  { due_on: '2026-01-07', rung: 'blue' },
];
export const FIRINGS_EACH = 5;
export const FOLLOW_UPS_EACH = 9;
export const NOTICES_EACH = 2;

/** A supervision office of the server size, with the sample issued and more than a thousand duties due at once. */
export class Office {
  /** Units that sign for tasks. */
  signing = 0;
  private minutes = 0;

  constructor(
    private readonly database: TestDatabase,
    private readonly queue: Environment,
  ) {}

  api(env: Environment = {}): DubanProcess {
    return server('api', { ...this.environment(ISSUED), ...env });
  }

  worker(env: Environment = {}): DubanProcess {
    return server('worker', { ...this.environment(MONDAY), ...env });
  }

  /** Where the api listens, once it does. */
  async address(api: DubanProcess): Promise<string> {
    return api.says('"url":"(http[^"]+)"');
  }

  /** The sample plan. */
  readonly document = readFileSync(join(SAMPLE, 'plan.txt'), 'utf8').replaceAll('{{year}}', '2026');

  /** Imports the units and the plan and issues it, as people do. */
  async issueSample(url: string): Promise<void> {
    const [admin, office] = [await signIn(url, 'admin', PASSWORD), await signIn(url, 'office', PASSWORD)];
    await post(url, admin, '/units/import', file('units.json', readFileSync(join(SAMPLE, 'units.json'))));
    const plan = await post<{ id: string }>(url, office, '/plans', file('plan.txt', this.document));
    const issue = JSON.stringify({ year: 2026, issuedOn: '2026-01-09', policy: 'annual-report' });
    await post(url, office, `/plans/${plan.id}/issue`, issue);
    this.signing = await this.count(`from obligation where kind = 'sign_for'`);
    await this.query(`update demonstration_clock set instant = $1`, [MONDAY]);
  }

  /** Makes duties that are due now, to be found again by `name`. */
  async makeDue(name: string): Promise<void> {
    await this.query(
      `insert into obligation (id, jurisdiction_id, task_id, assignment_id, unit_id, kind, subject, state, policy_id,
         policy_version, ladder, deadline_version, due_on, effective_on, due_at, next_rung, next_rung_at, last_rung, version, created_at)
       select gen_random_uuid(), o.jurisdiction_id, o.task_id, o.assignment_id, o.unit_id, 'milestone',
         concat($1::text, ' ', c.copy), 'open', o.policy_id,
         o.policy_version, 'sign-for', 1, c.due_on, c.due_on,
         (c.due_on + 1)::timestamp at time zone 'Asia/Shanghai', c.rung, $3, null, 1, o.created_at
       from obligation o, jsonb_to_recordset($2::jsonb) as c(copy int, due_on date, rung text)
       where o.kind = 'sign_for'`,
      [name, JSON.stringify(COPIES.map((one, copy) => ({ copy, ...one }))), DUE_AT],
    );
    await this.query(
      `insert into deadline_version (obligation_id, version, recorded_on, effective_on, due_at, rule, base,
         calendar_version, is_provisional, recorded_at)
       select id, 1, due_on, effective_on, due_at, 'task_milestones', '{}', 'test', false, created_at
       from obligation where subject like $1 || ' %'`,
      [name],
    );
  }

  /** Half an hour later there is a new window for digests. */
  async passHalfAnHour(): Promise<void> {
    this.minutes += 30;
    await this.query(`update demonstration_clock set instant = $1`, [
      new Date(Date.parse(MONDAY) + this.minutes * 60_000),
    ]);
  }

  /** Duties of a name whose rung has not been handled. */
  left(name: string): Promise<number> {
    return this.count(`from obligation where subject like $1 || ' %' and next_rung_at <= '2026-01-12T09:00:00+08:00'`, [
      name,
    ]);
  }

  async isSwept(name: string): Promise<void> {
    await until(async () => (await this.left(name)) === 0, 120_000, `the sweep of ${name}`);
  }

  /** What came of duties of a name, to be compared with what is worked out by hand. */
  async outcome(name: string): Promise<object> {
    const [row]: object[] = await this.query(
      `with due as (select id from obligation where subject like $1 || ' %'),
         fired as (select * from follow_up where obligation_id in (select id from due)),
         told as (select * from history_event where after->>'obligationId' in (select id::text from due))
       select (select count(*)::int from due) as duties,
         (select count(*)::int from fired) as "followUps",
         (select count(distinct (obligation_id, rung, recipient_post_id))::int from fired) as "distinctFollowUps",
         (select count(*)::int from supervision_notice where obligation_id in (select id from due)) as notices,
         (select count(*)::int from notification where follow_up_id in (select id from fired)) as notifications,
         (select count(distinct follow_up_id)::int from notification where follow_up_id in (select id from fired))
           as "distinctNotifications",
         (select count(*)::int from told where type = 'follow_up.fired') as "firingsTold",
         (select count(distinct (after->>'obligationId', after->>'rung'))::int from told
          where type = 'follow_up.fired') as "distinctFiringsTold",
         (select count(*)::int from told where type = 'supervision_notice.issued') as "noticesTold"`,
      [name],
    );
    return row!;
  }

  /** The same worked out by hand. */
  get everythingOnce(): object {
    const { signing } = this;
    return {
      duties: signing * COPIES.length,
      followUps: signing * FOLLOW_UPS_EACH,
      distinctFollowUps: signing * FOLLOW_UPS_EACH,
      notices: signing * NOTICES_EACH,
      notifications: signing * FOLLOW_UPS_EACH,
      distinctNotifications: signing * FOLLOW_UPS_EACH,
      firingsTold: signing * FIRINGS_EACH,
      distinctFiringsTold: signing * FIRINGS_EACH,
      noticesTold: signing * NOTICES_EACH,
    };
  }

  /** Numbers of all blue notices, in order: 1, 2, 3 … */
  async noticeNumbers(): Promise<number[]> {
    const rows: { number: string }[] = await this.query(`select number from supervision_notice`);
    return rows.map(({ number }) => Number(/^督办蓝〔2026〕(\d+)号$/.exec(number)?.[1])).sort((a, b) => a - b);
  }

  /** Notifications that one person was told of twice in one channel. */
  toldTwice(): Promise<number> {
    return this.count(
      `from (select from digest_item i join digest d on d.id = i.digest_id
         group by i.notification_id, d.person_id, d.channel having count(*) > 1) twice`,
    );
  }

  async count(from: string, parameters: unknown[] = []): Promise<number> {
    const [row]: { count: number }[] = await this.query(`select count(*)::int as count ${from}`, parameters);
    return row!.count;
  }

  query<T = never>(statement: string, parameters: unknown[] = []): Promise<T[]> {
    return this.database.source.query(statement, parameters);
  }

  private environment(clock: string): Environment {
    return {
      DATABASE_URL: this.database.url,
      SWEEP_SECONDS: '1',
      DUBAN_CLOCK: clock,
      DUBAN_DEMO_PASSWORD: PASSWORD,
      ...this.queue,
    };
  }
}
