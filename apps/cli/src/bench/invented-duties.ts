import { Client } from 'pg';
import { bulkLoad } from './bulk-load';

/** A Tuesday in working hours: the clock of whoever follows up what is invented here. */
export const MORNING = new Date('2026-04-21T10:00:00+08:00');
const TODAY = '2026-04-21';
/** A ladder of the plan's policy, and the step that comes first of it. */
export interface InventedLadder {
  ladder: string;
  first: string;
}
/** What is signed for: a reminder to one person on the day, an urge on the next, a notice on the third. */
const SIGN_FOR: InventedLadder = { ladder: 'sign-for', first: 'remind' };
/** Obligations of one unit's part. */
const OF_ONE_PART = 100;
const OF_ONE_TASK = 20;
const UNITS = 200;

/** Invented units, as an import takes them. */
export const inventedUnits = {
  about: 'Invented.',
  jurisdiction: '量城市',
  units: Array.from({ length: UNITS }, (_, i) => ({
    code: `M${String(i + 1).padStart(3, '0')}`,
    name: `第${i + 1}局`,
    official: `量城市第${i + 1}局`,
    kind: 'department',
  })),
};

/** The tables that following up fills. */
const FOLLOWED_UP = [
  'delivery',
  'digest_item',
  'digest',
  'notification',
  'follow_up',
  'supervision_notice',
  'number_series',
  'history_entry',
  'history_words',
];

/**
 * Obligations made by Postgres itself: `due` of them have a reminder that is due in the morning, `pending` theirs on
 * some later day.
 */
export class InventedDuties {
  private constructor(private readonly client: Client) {}

  /** @param url as the owner of a database whose units are there and which has no plan yet */
  static async write(
    url: string,
    { due, pending }: { due: number; pending: number },
    steps: InventedLadder = SIGN_FOR,
  ): Promise<InventedDuties> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const duties = new InventedDuties(client);
    await bulkLoad(client, ['task', 'assignment', 'obligation', 'deadline_version'], async () => {
      for (const statement of rows(Math.ceil((due + pending) / OF_ONE_PART), steps)) await client.query(statement);
      await client.query(`delete from obligation where id in (select id from obligation order by id offset $1)`, [
        due + pending,
      ]);
      await client.query(DEADLINES);
    });
    await duties.makeDue(due);
    return duties;
  }

  /** Forgets what was followed up, so that the same is due once more. */
  async makeDue(due: number): Promise<void> {
    await this.client.query(`truncate ${FOLLOWED_UP.join(', ')} cascade`);
    await this.client.query(
      `update obligation set next_rung = 'remind', next_rung_at = $1, last_rung = null
       where id in (select id from obligation where last_rung is not null)`,
      [DUE_AT],
    );
    await this.client.query(
      `update obligation set next_rung_at = $1 where id in (
         select id from obligation order by id limit greatest(0, $2 - (
           select count(*) from obligation where next_rung_at <= $1)))`,
      [DUE_AT, due],
    );
  }

  /** Forgets that dates were moved: all have their first version again. */
  async unmove(): Promise<void> {
    await this.client.query(`truncate history_entry, history_words cascade`);
    await this.client.query(`delete from deadline_version where version > 1`);
    await this.client.query(
      `update obligation set deadline_version = 1, ladder_since = 1, due_on = $1, effective_on = $1,
         due_at = '2026-04-22T00:00:00+08:00', next_rung_at = '2026-04-22T09:00:00+08:00'`,
      [TODAY],
    );
  }

  /** Has what is due fall due over so many minutes from nine on, instead of at once; marks it as made last year. */
  async spreadOver(minutes: number): Promise<void> {
    await this.client.query(
      `update obligation set next_rung_at = $1::timestamptz + (hashtext(id::text) & 1023) * interval '1 minute' * $2 / 1024,
         created_at = '2025-12-01' where next_rung_at <= $1`,
      [DUE_AT, minutes],
    );
  }

  async count(what: string): Promise<number> {
    const { rows: found } = await this.client.query<{ count: number }>(`select count(*)::int as count ${what}`);
    return found[0]!.count;
  }

  async end(): Promise<void> {
    await this.client.end();
  }
}

const DUE_AT = new Date('2026-04-21T09:00:00+08:00');

/** An issued plan of this year, to be followed up by the preset. */
export const ONE_PLAN = `insert into plan (id, jurisdiction_id, title, year, state, issued_on, policy_id, policy_version, file_name,
     source_text, left_out, warnings, version, created_at)
   select gen_random_uuid(), j.id, '量城市任务分解', 2026, 'issued', '2026-01-08', p.id, p.version, 'plan.txt', '', '[]',
     '[]', 1, now()
   from jurisdiction j, (select id, version from policy where id = 'annual-report' order by version desc limit 1) p`;

const rows = (parts: number, { ladder, first }: InventedLadder): string[] => [
  ONE_PLAN,
  `insert into task (id, jurisdiction_id, plan_id, number, position, path, content, drafted_units, leaders,
     is_lead_inferred, milestones, source_start, source_end, state, version, created_at)
   select gen_random_uuid(), p.jurisdiction_id, p.id, n::text, n, '{}', '办好第' || n || '件事', '[]', '{}', false, '[]',
     0, 1, 'assigned', 1, now()
   from plan p, generate_series(1, ${Math.ceil(parts / OF_ONE_TASK)}) n`,
  `insert into assignment (id, jurisdiction_id, task_id, unit_id, role, is_lead_inferred, state, version, created_at,
     assigned_at)
   select gen_random_uuid(), t.jurisdiction_id, t.id, u.id, case when k = 1 then 'lead' else 'responsible' end, false,
     'assigned', 1, now(), now()
   from task t cross join generate_series(1, ${OF_ONE_TASK}) k
     join (select id, row_number() over (order by code) as place from unit) u
       on u.place = (t.position * ${OF_ONE_TASK} + k) % ${UNITS} + 1`,
  `insert into obligation (id, jurisdiction_id, task_id, assignment_id, unit_id, kind, subject, state, ladder,
     policy_id, policy_version, deadline_version, due_on, effective_on, due_at, next_rung, next_rung_at, version,
     created_at)
   select uuidv7(), a.jurisdiction_id, a.task_id, a.id, a.unit_id, 'progress_report', 'n' || n, 'open',
     '${ladder}', p.policy_id, p.policy_version, 1, '${TODAY}', '${TODAY}', '2026-04-22T00:00:00+08:00', '${first}',
     timestamptz '2026-04-22T09:00:00+08:00' + (n % 200 + 1) * interval '1 day', 1, now()
   from assignment a join plan p on true cross join generate_series(1, ${OF_ONE_PART}) n`,
];

/** The first version of each obligation's date. */
export const DEADLINES = `
  insert into deadline_version (obligation_id, version, recorded_on, effective_on, due_at, rule, base, is_provisional,
    calendar_version, recorded_at)
  select id, 1, due_on, effective_on, due_at, 'invented', '{}', false, 'none', now() from obligation`;
