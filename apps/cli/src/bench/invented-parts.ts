import { Client } from 'pg';
import { DEADLINES, inventedUnits, ONE_PLAN } from './invented-duties';

/** A part that waits to be signed for, and the account that may. */
export interface WaitingPart {
  id: string;
  username: string;
}

/**
 * An issued plan whose tasks each have a part of the first `units` invented units, all waiting to be signed for, as an
 * issue leaves them: with what is owed by when, and the pointer to the next rung.
 *
 * @param url as the owner of a database whose units are there and which has no plan yet
 * @returns the parts, those of one task together
 */
export async function inventParts(
  url: string,
  { units, parts }: { units: number; parts: number },
): Promise<WaitingPart[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`set session_replication_role = replica`);
    for (const statement of rows(units, Math.ceil(parts / units))) await client.query(statement);
    await client.query('vacuum analyze');
    const { rows: found } = await client.query<WaitingPart>(
      `select a.id, u.code || '.contact' as username from assignment a join unit u on u.id = a.unit_id
         join task t on t.id = a.task_id order by t.position, u.code limit $1`,
      [parts],
    );
    return found;
  } finally {
    await client.end();
  }
}

const rows = (units: number, tasks: number): string[] => [
  ONE_PLAN,
  `insert into task (id, jurisdiction_id, plan_id, number, position, path, content, drafted_units, leaders,
     is_lead_inferred, milestones, source_start, source_end, state, version, created_at)
   select gen_random_uuid(), p.jurisdiction_id, p.id, n::text, n, '{}', '办好第' || n || '件事', '[]', '{}', false, '[]',
     0, 1, 'assigned', 1, now()
   from plan p, generate_series(1, ${tasks}) n`,
  `insert into assignment (id, jurisdiction_id, task_id, unit_id, role, is_lead_inferred, state, version, created_at,
     assigned_at)
   select gen_random_uuid(), t.jurisdiction_id, t.id, u.id,
     case when u.code = '${inventedUnits.units[0]!.code}' then 'lead' else 'responsible' end, false, 'assigned', 1, now(),
     now()
   from task t cross join (select id, code from unit order by code limit ${units}) u`,
  `insert into obligation (id, jurisdiction_id, task_id, assignment_id, unit_id, kind, subject, state, ladder,
     policy_id, policy_version, deadline_version, due_on, effective_on, due_at, next_rung, next_rung_at, version,
     created_at)
   select gen_random_uuid(), a.jurisdiction_id, a.task_id, a.id, a.unit_id, 'sign_for', null, 'open', 'sign-for',
     p.policy_id, p.policy_version, 1, '2026-04-22', '2026-04-22', '2026-04-23T00:00:00+08:00', 'remind',
     '2026-04-22T09:00:00+08:00', 1, now()
   from assignment a join plan p on true`,
  DEADLINES,
];
