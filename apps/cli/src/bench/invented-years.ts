import { Client } from 'pg';

/** Tasks of a plan, where it is not said otherwise. */
const TASKS = 500;
const PARTS = 4;
const OWED = 6;
/** What a task of such a year leaves behind; `EVENTS` makes so many. */
const EVENTS_OF_TASK = 4 + PARTS * 4 + PARTS * OWED * 2 + 32;
export const EVENTS_OF_PLAN = TASKS * EVENTS_OF_TASK;
const YEARS = 10;
const LAST_YEAR = 2025;

export interface InventedPlan {
  id: string;
  year: number;
  /** So many are in it. */
  tasks: number;
}

/**
 * So many plans of the ten years up to 2025, each with its tasks of four units, all done by the end of their year, and
 * what history has of them: some 100 events a task, recorded as they happened.
 *
 * @param url as the owner of a database whose units are there and which has no plan yet
 */
export async function inventYears(url: string, plans: number, tasks = TASKS): Promise<InventedPlan[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`set session_replication_role = replica`);
    await client.query(`set synchronous_commit = off`);
    await client.query(`set work_mem = '256MB'`);
    for (const statement of rows(plans, tasks)) await client.query(statement);
    // As a server that ran all these years would have them.
    await client.query(
      `select history_part_make(month::date) from generate_series(make_date($1, 1, 1), make_date($2, 12, 1), interval '1 month') month`,
      [LAST_YEAR - YEARS + 1, LAST_YEAR + 1],
    );
    for (let year = LAST_YEAR - YEARS + 1; year <= LAST_YEAR; year++) await client.query(EVENTS, [year]);
    await client.query('vacuum analyze');
    const { rows: found } = await client.query<Omit<InventedPlan, 'tasks'>>(
      `select id, year from plan order by year, id`,
    );
    return found.map((plan) => ({ ...plan, tasks }));
  } finally {
    await client.end();
  }
}

/** An identifier that was made at an instant, as all of duban's are. */
const idOf = (at: string): string => `uuidv7(${at} - clock_timestamp())`;
const BEGIN = `make_timestamptz(p.year, 1, 8, 9, 0, 0, 'Asia/Shanghai')`;

const rows = (plans: number, tasks: number): string[] => [
  `insert into plan (id, jurisdiction_id, title, year, state, issued_on, policy_id, policy_version, file_name,
     source_text, left_out, warnings, version, created_at)
   select ${idOf(BEGIN)}, j.id, p.year || '年任务分解' || p.n, p.year, 'issued', make_date(p.year, 1, 8), policy.id,
     policy.version, 'plan.txt', '', '[]', '[]', 1, ${BEGIN}
   from (select n, ${LAST_YEAR} - n % ${YEARS} as year from generate_series(1, ${plans}) n) p, jurisdiction j,
     (select id, version from policy where id = 'annual-report' order by version desc limit 1) policy`,
  `insert into task (id, jurisdiction_id, plan_id, number, position, path, content, drafted_units, leaders,
     is_lead_inferred, milestones, source_start, source_end, state, version, created_at)
   select ${idOf(BEGIN)}, p.jurisdiction_id, p.id, n::text, n, '{}', '办好第' || n || '件事，完成年度任务', '[]', '{}', false,
     '[]', 0, 1, 'verified', 4, p.created_at
   from plan p, generate_series(1, ${tasks}) n`,
  `insert into assignment (id, jurisdiction_id, task_id, unit_id, role, is_lead_inferred, state, version, created_at,
     assigned_at)
   select ${idOf(BEGIN)}, t.jurisdiction_id, t.id, u.id, case when k = 1 then 'lead' else 'responsible' end, false,
     'verified', 4, t.created_at, t.created_at
   from task t join plan p on p.id = t.plan_id cross join generate_series(1, ${PARTS}) k
     join (select id, row_number() over (order by code) as place, count(*) over () as count from unit) u
       on u.place = (t.position * ${PARTS} + k) % u.count + 1`,
  `insert into obligation (id, jurisdiction_id, task_id, assignment_id, unit_id, kind, subject, state, ladder,
     policy_id, policy_version, deadline_version, due_on, effective_on, due_at, settled_at, version, created_at)
   select ${idOf(BEGIN)}, a.jurisdiction_id, a.task_id, a.id, a.unit_id, 'progress_report', 'n' || n, 'discharged',
     'three-colour', p.policy_id, p.policy_version, 1, day, day, day + interval '1 day', day, 2, a.created_at
   from assignment a join task t on t.id = a.task_id join plan p on p.id = t.plan_id
     cross join generate_series(1, ${OWED}) n cross join lateral (values (make_date(p.year, n * 2, 20))) d(day)`,
  // Else each row's follow-up would be looked up by whoever asks for the board of now.
  `insert into deadline_version (obligation_id, version, recorded_on, effective_on, due_at, rule, base, is_provisional,
     calendar_version, recorded_at)
   select id, 1, due_on, effective_on, due_at, 'invented', '{}', false, 'none', created_at from obligation`,
];

/** States of a thing in their order, `$1` the year: the k-th is reached `k` quarters after the beginning. */
const EVENTS = `
  with plans as (select p.*, ${BEGIN} as begin from plan p where p.year = $1::int),
  tasks as (select t.*, p.begin, p.year from task t join plans p on p.id = t.plan_id),
  parts as (select a.*, t.plan_id, t.begin, u.name as unit_name from assignment a
    join tasks t on t.id = a.task_id join unit u on u.id = a.unit_id),
  happened as (
    select t.plan_id, t.id as task_id, 'task' as entity, t.id as entity_id, 'task.' || s.type as type,
      jsonb_build_object('id', t.id, 'planId', t.plan_id, 'parentId', null, 'number', t.number, 'position', t.position,
        'path', '[]'::jsonb, 'content', t.content, 'state', s.state, 'leadInferred', false,
        'dueOn', t.year || '-12-20', 'version', s.k) as after,
      t.begin + (s.k - 1) * interval '80 days' + t.position * interval '1 minute' as at
    from tasks t cross join (values (1, 'added', 'assigned'), (2, 'state_changed', 'in_progress'),
      (3, 'state_changed', 'reported'), (4, 'state_changed', 'verified')) s(k, type, state)
    union all
    select a.plan_id, a.task_id, 'assignment', a.id, 'assignment.' || s.type,
      jsonb_build_object('id', a.id, 'taskId', a.task_id, 'unitId', a.unit_id, 'unitName', a.unit_name, 'role', a.role,
        'state', s.state, 'marks', '[]'::jsonb, 'version', s.k),
      a.begin + (s.k - 1) * interval '79 days' + hashtext(a.id::text) % 100000 * interval '1 second'
    from parts a cross join (values (1, 'created', 'assigned'), (2, 'signed_for', 'in_progress'),
      (3, 'reported', 'reported'), (4, 'verified', 'verified')) s(k, type, state)
    union all
    select a.plan_id, a.task_id, 'obligation', o.id, 'obligation.' || s.type,
      jsonb_build_object('id', o.id, 'assignmentId', a.id, 'unitId', a.unit_id, 'kind', o.kind, 'subject', o.subject,
        'state', s.state, 'dueOn', o.due_on, 'effectiveOn', o.effective_on, 'dueAt', o.due_at, 'deadlineVersion', 1,
        'settledAt', case when s.k = 2 then o.settled_at end),
      case when s.k = 1 then a.begin else o.due_at - interval '1 day' end
        + hashtext(o.id::text) % 100000 * interval '1 second'
    from parts a join obligation o on o.assignment_id = a.id
      cross join (values (1, 'created', 'open'), (2, 'discharged', 'discharged')) s(k, type, state)
    union all
    select t.plan_id, t.id, 'follow_up', gen_random_uuid(), 'follow_up.fired',
      jsonb_build_object('rung', 'remind', 'obligationId', null, 'number', n),
      t.begin + n * interval '10 days' + t.position * interval '1 minute'
    from tasks t cross join generate_series(1, 32) n)
  insert into history_entry (id, jurisdiction_id, plan_id, task_id, entity, entity_id, type, actor_name, actor_post,
    request_id, after, occurred_at, recorded_at)
  select ${idOf('h.at')}, j.id, h.plan_id, h.task_id, h.entity, h.entity_id, h.type, '督办', 'system', 'bench', h.after,
    h.at, h.at
  from happened h, jurisdiction j order by h.at`;
