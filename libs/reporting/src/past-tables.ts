import { invalid } from '@duban/kernel';
import type { Conditions } from './conditions';

/** What of the past is wanted: of a plan, or of a task with its parts. */
export interface PastScope {
  planId?: string | undefined;
  taskId?: string | undefined;
}

/**
 * In place of a table in a statement: its rows as they were at an instant, read off history by the plan or the task, of
 * which there is an index; each by the columns that the table has now. What history does not keep is null.
 */
export interface PastTables {
  task: string;
  assignment: string;
  obligation: string;
  notice: string;
}

/** The tables as they are. */
export const PRESENT: PastTables = {
  task: 'task',
  assignment: 'assignment',
  obligation: 'obligation',
  notice: 'supervision_notice',
};

/** @throws DomainError invalid REQUEST.AS_OF_NEEDS_PLAN where neither a plan nor a task is named */
export function pastTables(where: Pick<Conditions, 'parameter'>, at: Date, { planId, taskId }: PastScope): PastTables {
  if (planId === undefined && taskId === undefined) {
    throw invalid(
      'REQUEST.AS_OF_NEEDS_PLAN',
      'The past is read of one plan or one task: name it. The board has the past of all.',
      { field: 'asOf' },
    );
  }
  const instant = where.parameter(at);
  const scope = [
    ...(planId === undefined ? [] : [`h.plan_id = ${where.parameter(planId)}::uuid`]),
    ...(taskId === undefined ? [] : [ofTask(where.parameter(taskId))]),
  ].join(' and ');
  const rows = (entity: string, columns: readonly string[]): string =>
    // Words are asked for of the last events alone, and once of each however often the statement comes back to the table.
    `(with last as materialized (
         select distinct on (h.entity_id) h.* from history_entry h
         where h.entity = '${entity}' and h.occurred_at <= ${instant} and ${scope}
         order by h.entity_id, h.seq desc),
       told as materialized (
         select h.entity_id as id, ${columns.join(', ')} from last h
         ${columns.some((column) => column.includes('w.after')) ? 'cross join lateral (select history_after(h.month, h.seq, h.id) as after offset 0) w' : ''}
         where h.has_state)
       select * from told)`;
  return {
    task: rows('task', [
      'h.plan_id',
      'h.parent_id',
      `w.after->>'number' as number`,
      `w.after->>'content' as content`,
      'h.state',
    ]),
    assignment: rows('assignment', ['h.task_id', 'h.unit_id', 'h.role', 'h.state']),
    obligation: rows('obligation', [
      'h.task_id',
      'h.assignment_id',
      'h.unit_id',
      `w.after->>'kind' as kind`,
      `w.after->>'subject' as subject`,
      'h.state',
      `(w.after->>'dueOn')::date as due_on`,
      `(w.after->>'effectiveOn')::date as effective_on`,
      'h.due_at',
      `(w.after->>'settledAt')::timestamptz as settled_at`,
      `(w.after->>'deadlineVersion')::int as deadline_version`,
      // The pointer follows from the rest, and is in no event.
      'null::text as next_rung',
      'null::timestamptz as next_rung_at',
    ]),
    notice: rows('supervision_notice', [
      'h.obligation_id',
      `w.after->>'number' as number`,
      'h.colour',
      'h.state',
      `(w.after->>'issuedAt')::timestamptz as issued_at`,
      `(w.after->>'answerDueOn')::date as answer_due_on`,
      `w.after->>'answer' as answer`,
      `(w.after->>'answeredAt')::timestamptz as answered_at`,
      `(w.after->>'inNextBulletin')::boolean as in_next_bulletin`,
      'null::date as judge_by',
      `(w.after->>'version')::int as version`,
    ]),
  };
}

/** The task, its parts, and the one above, by whose number a part goes. */
const ofTask = (id: string): string => `h.task_id = any(array(select p.id from task p
  where ${id}::uuid in (p.id, p.parent_id) or p.id = (select c.parent_id from task c where c.id = ${id}::uuid)))`;
