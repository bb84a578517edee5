import { Client } from 'pg';
import { bulkLoad } from './bulk-load';
import { DEADLINES } from './invented-duties';

const TASKS_OF_PLAN = 10_000;
const STATES = [
  'assigned',
  'in_progress',
  'in_progress',
  'in_progress',
  'reported',
  'verified',
  'verified',
  'verified',
];

/**
 * Issued plans of so many tasks in all, under way in the spring: each of a unit that leads and one beside it, due on some
 * day of the year, in all states.
 *
 * @param url as the owner of a database whose units are there and which has no plan yet
 * @returns the ids of the units, by code
 */
export async function inventBoard(url: string, tasks: number): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await bulkLoad(client, ['task', 'assignment', 'obligation', 'deadline_version'], async () => {
      for (const statement of rows(tasks)) await client.query(statement);
    });
    const { rows: units } = await client.query<{ id: string }>(`select id from unit order by code`);
    return units.map(({ id }) => id);
  } finally {
    await client.end();
  }
}

const STATE = `(array['${STATES.join("','")}'])[t.position % ${STATES.length} + 1]`;

const rows = (tasks: number): string[] => [
  `insert into plan (id, jurisdiction_id, title, year, state, issued_on, policy_id, policy_version, file_name,
     source_text, left_out, warnings, version, created_at)
   select gen_random_uuid(), j.id, '量城市任务分解' || n, 2026, 'issued', '2026-01-08', p.id, p.version, 'plan.txt', '',
     '[]', '[]', 1, now()
   from generate_series(1, ${Math.ceil(tasks / TASKS_OF_PLAN)}) n, jurisdiction j,
     (select id, version from policy where id = 'annual-report' order by version desc limit 1) p`,
  `insert into task (id, jurisdiction_id, plan_id, number, position, path, content, drafted_units, leaders,
     is_lead_inferred, milestones, source_start, source_end, state, due_on, version, created_at)
   select gen_random_uuid(), t.jurisdiction_id, t.id, t.position::text, t.position, '{}',
     '办好第' || t.position || '件事，年内完成', '[]', '{}', false, '[]', 0, 1, ${STATE},
     date '2026-01-20' + (t.n * 37 % 340)::int, 1, now()
   from (select p.id, p.jurisdiction_id, n, (n - 1) % ${TASKS_OF_PLAN} + 1 as position from generate_series(1, ${tasks}) n
     join (select id, jurisdiction_id, row_number() over () as place from plan) p
       on p.place = (n - 1) / ${TASKS_OF_PLAN} + 1) t`,
  `insert into assignment (id, jurisdiction_id, task_id, unit_id, role, is_lead_inferred, state, version, created_at,
     assigned_at)
   select gen_random_uuid(), t.jurisdiction_id, t.id, u.id, case when k = 0 then 'lead' else 'responsible' end, false,
     t.state, 1, now(), now()
   from task t cross join generate_series(0, 1) k
     join (select id, row_number() over (order by code) as place, count(*) over () as count from unit) u
       on u.place = (t.position * 7 + k * 11) % u.count + 1`,
  `insert into obligation (id, jurisdiction_id, task_id, assignment_id, unit_id, kind, subject, state, ladder,
     policy_id, policy_version, deadline_version, due_on, effective_on, due_at, settled_at, version, created_at)
   select gen_random_uuid(), a.jurisdiction_id, a.task_id, a.id, a.unit_id, 'completion', null,
     case when a.state in ('reported', 'verified') then 'discharged' else 'open' end, 'three-colour', p.policy_id,
     p.policy_version, 1, t.due_on, t.due_on, t.due_on + interval '1 day',
     case when a.state in ('reported', 'verified') then now() end, 1, now()
   from assignment a join task t on t.id = a.task_id join plan p on p.id = t.plan_id`,
  DEADLINES,
];
