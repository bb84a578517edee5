import { ENDED_STATES } from '@duban/domain';
import type { EntityManager } from 'typeorm';
import type { AssignmentChange, LowerTaskPlace, UpperMove, UpperMoved } from './supervision.port';

/** Events of an upper part that the second level (二级分解) is told of. */
const TOLD_BELOW: Readonly<Record<string, UpperMove>> = {
  cancel: 'cancelled',
  close_unimplemented: 'not_implemented',
  suspend: 'suspended',
  resume: 'resumed',
  transfer: 'transferred',
  reopen: 'reopened',
};
/** Those with which it ends as well. */
const ENDS_BELOW = new Set(['cancel', 'close_unimplemented']);

/** How many tasks of the second level under a part have not ended. */
export async function openBelow(tx: EntityManager, assignmentId: string): Promise<number> {
  const [row]: { count: number }[] = await tx.query(
    `select count(*)::int as count from task
     where upper_assignment_id = $1 and state is not null and not (state = any($2::text[]))`,
    [assignmentId, ENDED_STATES],
  );
  return row?.count ?? 0;
}

/** The issued tasks of the second level under parts, those that have ended left out, with whose the open parts are. */
export function lowerTasksOf(
  tx: EntityManager,
  assignmentIds: readonly string[],
): Promise<(LowerTaskPlace & { upperAssignmentId: string })[]> {
  return tx.query(
    `select t.upper_assignment_id as "upperAssignmentId", t.id as "taskId", t.plan_id as "planId", p.unit_id as "issuerId",
       array(select distinct a.unit_id from assignment a join task part on part.id = a.task_id
         where (part.id = t.id or part.parent_id = t.id) and not (a.state = any($2::text[]))) as "unitIds"
     from task t join plan p on p.id = t.plan_id and p.unit_id is not null
     where t.upper_assignment_id = any($1::uuid[]) and t.state is not null and not (t.state = any($2::text[]))
     order by t.id`,
    [assignmentIds, ENDED_STATES],
  );
}

/** What follows for the second level when a part above it has moved: who is told, and which of its parts end with it. */
export async function followUpper(
  tx: EntityManager,
  { at, assignment, reason }: AssignmentChange,
  event: string,
): Promise<{ moved: UpperMoved | null; ending: string[] }> {
  const move = TOLD_BELOW[event];
  if (move === undefined) return { moved: null, ending: [] };
  const below = await lowerTasksOf(tx, [assignment.id]);
  if (below.length === 0) return { moved: null, ending: [] };
  const { jurisdictionId } = assignment;
  const moved: UpperMoved = { at, jurisdictionId, move, reason, dueOn: null, below };
  if (!ENDS_BELOW.has(event)) return { moved, ending: [] };
  const ending: { id: string }[] = await tx.query(
    `select a.id from assignment a join task t on t.id = a.task_id
     where (t.id = any($1::uuid[]) or t.parent_id = any($1::uuid[])) and not (a.state = any($2::text[])) order by a.id`,
    [below.map(({ taskId }) => taskId), ENDED_STATES],
  );
  return { moved, ending: ending.map(({ id }) => id) };
}
