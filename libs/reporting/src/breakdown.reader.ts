import { consequences, isAnothers } from '@duban/database';
import { assertInMatter, unitScope } from '@duban/directory';
import { type AssignmentState, type LowerTask, type RollUp, rollUp, worstLight } from '@duban/domain';
import type { Actor } from '@duban/history';
import { forbidden, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GRAVEST_FIRST, type Light } from './board';
import { lightOf } from './past-board';

/** How the second level (二级分解) under one part stands. */
export interface PartRollUp extends RollUp {
  assignmentId: string;
}

/** A task of the second level, as far as the level above sees it. */
export interface LowerTaskView {
  id: string;
  planId: string;
  /** The unit whose plan it is in. */
  issuer: { unitId: string; unitName: string };
  number: string | null;
  content: string;
  state: AssignmentState;
  dueOn: string | null;
  /** The worst of its own light and of those below it. */
  light: Light | null;
  units: { unitId: string; unitName: string; role: string; state: string }[];
}

/** What a unit below has completed, for those who may read it: it can be taken up in the unit's own report. */
export interface Contribution {
  taskId: string;
  unitId: string;
  unitName: string;
  reportId: string;
  text: string;
  evidence: { title: string; location?: string }[];
  measurements: { targetId: string; value: number }[];
}

export interface BreakdownView extends PartRollUp {
  plans: { id: string; title: string; visibility: string }[];
  items: LowerTaskView[];
  contributions: Contribution[];
}

interface Node extends LowerTask {
  id: string;
  below: Node[];
}

/**
 * Second-level breakdowns (二级分解), as the levels above see them. Which tasks there are the policies say; how these stand
 * is summed up as a consequence, from all that hangs below, since nobody above sees every row of it.
 */
@Injectable()
export class BreakdownReader {
  /** By the part, of those under which the actor sees something. */
  async rollUps(tx: EntityManager, now: Date, assignmentIds: readonly string[]): Promise<Map<string, PartRollUp>> {
    if (assignmentIds.length === 0) return new Map();
    const seen: { id: string; assignmentId: string }[] = await tx.query(
      `select t.id, t.upper_assignment_id as "assignmentId" from task t
       where t.upper_assignment_id = any($1::uuid[]) and t.state is not null order by t.plan_id, t.position`,
      [assignmentIds],
    );
    if (seen.length === 0) return new Map();
    const nodes = await this.nodes(
      tx,
      now,
      seen.map(({ id }) => id),
    );
    const byPart = new Map<string, Node[]>();
    for (const { id, assignmentId } of seen) {
      byPart.set(assignmentId, [...(byPart.get(assignmentId) ?? []), nodes.get(id)!]);
    }
    return new Map([...byPart].map(([assignmentId, tasks]) => [assignmentId, { assignmentId, ...rollUp(tasks) }]));
  }

  /** By the task, over all parts in it. */
  async rollUpsOfTasks(tx: EntityManager, now: Date, taskIds: readonly string[]): Promise<Map<string, RollUp>> {
    if (taskIds.length === 0) return new Map();
    const seen: { id: string; taskId: string }[] = await tx.query(
      `select t.id, a.task_id as "taskId" from assignment a join task t on t.upper_assignment_id = a.id
       where a.task_id = any($1::uuid[]) and t.state is not null`,
      [taskIds],
    );
    if (seen.length === 0) return new Map();
    const nodes = await this.nodes(
      tx,
      now,
      seen.map(({ id }) => id),
    );
    const byTask = new Map<string, Node[]>();
    for (const { id, taskId } of seen) byTask.set(taskId, [...(byTask.get(taskId) ?? []), nodes.get(id)!]);
    return new Map([...byTask].map(([taskId, tasks]) => [taskId, rollUp(tasks)]));
  }

  /** All that hangs under one part. @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.NOT_YOURS, DELEGATION.OUT_OF_MATTER */
  async get(tx: EntityManager, actor: Actor, now: Date, assignmentId: string): Promise<BreakdownView> {
    unitScope(actor);
    const [place]: { planId: string; taskId: string; parentId: string | null }[] = await tx.query(
      `select t.plan_id as "planId", t.id as "taskId", t.parent_id as "parentId"
       from assignment a join task t on t.id = a.task_id where a.id = $1`,
      [assignmentId],
    );
    if (!place) {
      if (await isAnothers(tx, 'assignment', assignmentId)) {
        throw forbidden('ASSIGNMENT.NOT_YOURS', 'This part of the task is not yours to see.', { assignmentId });
      }
      throw notFound('ASSIGNMENT.UNKNOWN', 'There is no such assignment.', { assignmentId });
    }
    assertInMatter(actor, place);
    const rows: Omit<LowerTaskView, 'light'>[] = await tx.query(
      `select t.id, t.plan_id as "planId", json_build_object('unitId', p.unit_id, 'unitName', issuer.name) as issuer,
         t.number, t.content, t.state, t.due_on::text as "dueOn",
         coalesce((select json_agg(json_build_object('unitId', a.unit_id, 'unitName', u.name, 'role', a.role,
             'state', a.state) order by a.role <> 'lead', a.id)
           from task part join assignment a on a.task_id = part.id join unit u on u.id = a.unit_id
           where part.id = t.id or part.parent_id = t.id), '[]') as units
       from task t join plan p on p.id = t.plan_id join unit issuer on issuer.id = p.unit_id
       where t.upper_assignment_id = $1 and t.state is not null order by t.plan_id, t.position`,
      [assignmentId],
    );
    const taskIds = rows.map(({ id }) => id);
    const nodes = await this.nodes(tx, now, taskIds);
    const plans: BreakdownView['plans'] = await tx.query(
      `select id, title, visibility from plan where id = any($1::uuid[]) order by id`,
      [[...new Set(rows.map(({ planId }) => planId))]],
    );
    return {
      assignmentId,
      ...rollUp([...nodes.values()].filter(({ id }) => taskIds.includes(id))),
      plans,
      items: rows.map((row) => ({ ...row, light: worstLight(nodes.get(row.id)!) })),
      contributions: await this.contributions(tx, taskIds),
    };
  }

  /** The last completion report of each part that was verified, where the policies show it. */
  private contributions(tx: EntityManager, taskIds: readonly string[]): Promise<Contribution[]> {
    return tx.query(
      `select part.id as "taskId", a.unit_id as "unitId", u.name as "unitName", r.id as "reportId", r.text, r.evidence,
         coalesce((select jsonb_agg(jsonb_build_object('targetId', m.target_id, 'value', m.value) order by m.id)
           from measurement m where m.report_id = r.id), '[]') as measurements
       from task part
         join assignment a on a.task_id = part.id and a.state = 'verified'
         join unit u on u.id = a.unit_id
         join lateral (select * from report where assignment_id = a.id and kind = 'completion'
           order by reported_at desc, id desc limit 1) r on true
       where part.id = any($1::uuid[]) or part.parent_id = any($1::uuid[])
       order by part.plan_id, part.position, a.id`,
      [taskIds],
    );
  }

  /** Tasks with their own light, and with all that hangs below them; nothing hangs deeper than the levels that there are. */
  private async nodes(tx: EntityManager, now: Date, taskIds: readonly string[]): Promise<Map<string, Node>> {
    const rows: {
      id: string;
      above: string | null;
      state: AssignmentState;
      light: Light | null;
      nextDueAt: Date | null;
    }[] = await consequences(tx, () => tx.query(BELOW, [taskIds, now]));
    const nodes = new Map(
      rows.map(({ id, state, light, nextDueAt }): [string, Node] => [id, { id, state, light, nextDueAt, below: [] }]),
    );
    for (const { id, above } of rows) if (above !== null) nodes.get(above)!.below.push(nodes.get(id)!);
    return nodes;
  }
}

const BELOW = `
  with recursive tree(id, above, depth) as (
    select id, null::uuid, 0 from unnest($1::uuid[]) roots(id)
    union all
    select child.id, tree.id, tree.depth + 1
    from tree cross join lateral (
      select part.id from task part where part.parent_id = tree.id
      union all
      select lower.id from assignment a join task lower on lower.upper_assignment_id = a.id and lower.state is not null
      where a.task_id = tree.id) child(id)
    where tree.depth < 8)
  select distinct on (tree.id) tree.id, tree.above, t.state, o.next_due_at as "nextDueAt", ${lightOf('t.state')} as light
  from tree join task t on t.id = tree.id
    left join lateral (
      select min(due_at) as next_due_at, count(*) filter (where due_at <= $2) as overdue
      from obligation where task_id = t.id and state = 'open') o on true
    left join lateral (
      select n.colour from supervision_notice n join obligation ob on ob.id = n.obligation_id
      where ob.task_id = t.id and n.state in ('issued', 'acknowledged', 'answered')
      order by array_position(${GRAVEST_FIRST}, n.colour) limit 1) n on true
  order by tree.id, tree.depth desc`;
