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
    `(select s.* from (select distinct on (h.entity_id) h.entity_id as id, ${columns.join(', ')}, h.after from history_event h
       where h.entity = '${entity}' and h.occurred_at <= ${instant} and ${scope}
       order by h.entity_id, h.seq desc) s where s.after is not null)`;
  return {
    task: rows('task', [
      'h.plan_id',
      `(h.after->>'parentId')::uuid as parent_id`,
      `h.after->>'number' as number`,
      `h.after->>'state' as state`,
    ]),
    assignment: rows('assignment', [
      'h.task_id',
      `(h.after->>'unitId')::uuid as unit_id`,
      `h.after->>'role' as role`,
      `h.after->>'state' as state`,
    ]),
    obligation: rows('obligation', [
      'h.task_id',
      `(h.after->>'assignmentId')::uuid as assignment_id`,
      `(h.after->>'unitId')::uuid as unit_id`,
      `h.after->>'kind' as kind`,
      `h.after->>'subject' as subject`,
      `h.after->>'state' as state`,
      `(h.after->>'dueOn')::date as due_on`,
      `(h.after->>'effectiveOn')::date as effective_on`,
      `(h.after->>'dueAt')::timestamptz as due_at`,
      `(h.after->>'settledAt')::timestamptz as settled_at`,
      `(h.after->>'deadlineVersion')::int as deadline_version`,
      // The pointer follows from the rest, and is in no event.
      'null::text as next_rung',
      'null::timestamptz as next_rung_at',
    ]),
    notice: rows('supervision_notice', [
      `(h.after->>'obligationId')::uuid as obligation_id`,
      `h.after->>'number' as number`,
      `h.after->>'colour' as colour`,
      `h.after->>'state' as state`,
      `(h.after->>'issuedAt')::timestamptz as issued_at`,
      `(h.after->>'answerDueOn')::date as answer_due_on`,
      `h.after->>'answer' as answer`,
      `(h.after->>'answeredAt')::timestamptz as answered_at`,
      `(h.after->>'inNextBulletin')::boolean as in_next_bulletin`,
      'null::date as judge_by',
      `(h.after->>'version')::int as version`,
    ]),
  };
}

/** The task, its parts, and the one above, by whose number a part goes. */
const ofTask = (id: string): string => `h.task_id = any(array(select p.id from task p
  where ${id}::uuid in (p.id, p.parent_id) or p.id = (select c.parent_id from task c where c.id = ${id}::uuid)))`;
