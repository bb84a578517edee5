import type { Urgency } from '@duban/domain';
import { unitScope } from '@duban/directory';
import type { Actor } from '@duban/history';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions, NOT_RESTRICTED } from './conditions';
import { cursorKey, isInstant, isUuid, type Page, pageOf } from './page';

/** What a leader said of a task (领导批示), and which units answer for it. */
export interface InstructionView {
  id: string;
  taskId: string;
  number: number;
  text: string;
  leader: string;
  leaderPostId: string | null;
  urgency: Urgency;
  dueOn: string;
  personId: string;
  forPersonId: string | null;
  postId: string;
  givenAt: string;
  units: { assignmentId: string; unitId: string; unitName: string; obligationId: string }[];
}

export interface InstructionFilter {
  planId?: string;
  taskId?: string;
  unitId?: string;
  /** Of what the units owe for it: something still, or nothing any more. */
  state?: 'open' | 'settled';
  limit: number;
  cursor?: string;
}

export type InstructionRow = Omit<InstructionView, 'units'> & {
  planId: string;
  taskNumber: string | null;
  units: (InstructionView['units'][number] & { state: string; settledAt: string | null })[];
};

/** The instructions that there are: a unit reads those for it, and those in what it leads. */
@Injectable()
export class InstructionReader {
  async list(tx: EntityManager, actor: Actor, filter: InstructionFilter): Promise<Page<InstructionRow>> {
    const unitId = unitScope(actor);
    const where = new Conditions().add(NOT_RESTRICTED).addMatter(actor);
    where.add('t.plan_id = $?', filter.planId).add('i.task_id = $?', filter.taskId);
    if (unitId !== null) where.add('exists (select from instruction_unit iu where iu.instruction_id = i.id)');
    where.add(
      `exists (select from instruction_unit iu join obligation o on o.id = iu.obligation_id
         where iu.instruction_id = i.id and o.unit_id = $?)`,
      filter.unitId,
    );
    if (filter.state !== undefined) where.add(`${filter.state === 'open' ? '' : 'not '}${IS_OPEN}`);
    const key = cursorKey(filter.cursor, [isInstant, isUuid]);
    if (key) where.add('(i.given_at, i.id) < ($?::timestamptz, $?::uuid)', ...key);
    const rows: InstructionRow[] = await tx.query(
      `select ${COLUMNS}, t.plan_id as "planId", coalesce(t.number, parent.number) as "taskNumber",
         coalesce((select jsonb_agg(jsonb_build_object(${UNIT}, 'state', o.state, 'settledAt', o.settled_at) order by iu.id)
           from instruction_unit iu join obligation o on o.id = iu.obligation_id join unit u on u.id = o.unit_id
           where iu.instruction_id = i.id), '[]') as units
       from instruction i join task t on t.id = i.task_id left join task parent on parent.id = t.parent_id
       where ${where} order by i.given_at desc, i.id desc limit ${where.parameter(filter.limit + 1)}`,
      where.parameters,
    );
    return pageOf(rows, filter.limit, (row) => [new Date(row.givenAt).toISOString(), row.id]);
  }
}

/** Those of some tasks, the oldest first. */
export const instructionsOfTasks = (tx: EntityManager, taskIds: readonly string[]): Promise<InstructionView[]> =>
  tx.query(
    `select ${COLUMNS}, coalesce((select jsonb_agg(jsonb_build_object(${UNIT}) order by iu.id)
       from instruction_unit iu join obligation o on o.id = iu.obligation_id join unit u on u.id = o.unit_id
       where iu.instruction_id = i.id), '[]') as units
     from instruction i where i.task_id = any($1) order by i.given_at, i.id`,
    [taskIds],
  );

/** What history keeps of each unit that an instruction goes to: with the instruction, so that the unit can read it there. */
export type InstructedUnit = InstructionView['units'][number] & {
  id: string;
  instruction: Omit<InstructionView, 'units'>;
};

/** The instructions of a past instant, of the units that they went to. */
export function instructionsAt(units: readonly InstructedUnit[]): InstructionView[] {
  const byId = new Map<string, InstructionView>();
  for (const { instruction, assignmentId, unitId, unitName, obligationId } of units) {
    const one = byId.get(instruction.id) ?? { ...instruction, units: [] };
    one.units.push({ assignmentId, unitId, unitName, obligationId });
    byId.set(instruction.id, one);
  }
  return [...byId.values()].sort((a, b) => (a.givenAt + a.id < b.givenAt + b.id ? -1 : 1));
}

const COLUMNS = `i.id, i.task_id as "taskId", i.number, i.text, i.leader_name as leader,
  i.leader_post_id as "leaderPostId", i.urgency, i.due_on::text as "dueOn", i.person_id as "personId",
  i.for_person_id as "forPersonId", i.post_id as "postId", i.given_at as "givenAt"`;

/** The unit that answers for it now: the part may have gone to another. */
const UNIT = `'assignmentId', iu.assignment_id, 'unitId', o.unit_id, 'unitName', u.name, 'obligationId', iu.obligation_id`;

const IS_OPEN = `exists (select from instruction_unit iu join obligation o on o.id = iu.obligation_id
  where iu.instruction_id = i.id and o.state in ('open', 'suspended'))`;
