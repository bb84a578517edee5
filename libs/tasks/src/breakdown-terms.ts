import { consequences } from '@duban/database';
import { UnitDirectory } from '@duban/directory';
import { MOST_PLAN_LEVELS } from '@duban/domain';
import { conflict, type Fault, invalid, type LocalDate, localDateOf, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Assignment } from './assignment.entity';
import type { Plan } from './plan.entity';
import { SupervisionPort } from './supervision.port';
import type { Task } from './task.entity';

/** A part of the level above, as far as what is broken down under it goes by it. */
export interface UpperPart {
  id: string;
  unitId: string;
  state: string;
  planId: string;
  number: string | null;
  content: string;
  year: number;
  policyId: string;
  policyVersion: number;
  /** Of its task. */
  dueOn: LocalDate | null;
  isRestricted: boolean;
}

/** States in which a part is carried out, and so can be broken down. */
const OPEN = ['assigned', 'in_progress'];

const UPPER = `
  select a.id, a.unit_id as "unitId", a.state, t.plan_id as "planId", coalesce(t.number, parent.number) as number,
    t.content, p.year, p.policy_id as "policyId", p.policy_version as "policyVersion", t.due_on::text as "dueOn",
    exists (select from named_person n where n.plan_id = t.plan_id or n.task_id in (t.id, t.parent_id)) as "isRestricted"
  from assignment a join task t on t.id = a.task_id left join task parent on parent.id = t.parent_id
    join plan p on p.id = t.plan_id and p.state = 'issued'`;

interface LateDate {
  field: string;
  dueOn: string;
  upperDueOn: LocalDate;
}

function refuseLate(late: readonly LateDate[]): void {
  const [first] = late;
  if (!first) return;
  const { dueOn, upperDueOn } = first;
  const faults = late.map((date): Fault & LateDate => ({
    ...date,
    code: 'BREAKDOWN.DUE_AFTER_UPPER',
    message: `${date.dueOn} is after the part above it, which is due on ${date.upperDueOn}.`,
  }));
  throw invalid(
    'BREAKDOWN.DUE_AFTER_UPPER',
    `Something is due on ${dueOn}, and the part above it on ${upperDueOn}: it cannot be due later.`,
    { faults, ...first },
  );
}

/** What holds between a second-level breakdown (二级分解) and the parts above it. */
@Injectable()
export class BreakdownTerms {
  constructor(
    private readonly directory: UnitDirectory,
    private readonly supervision: SupervisionPort,
  ) {}

  /**
   * The parts above that tasks of a plan name, each the plan's own unit's and open.
   * @throws DomainError BREAKDOWN.NO_UNITS_PLAN, BREAKDOWN.PART_LINKED, BREAKDOWN.UPPER_UNKNOWN, BREAKDOWN.UPPER_ENDED,
   *   BREAKDOWN.RESTRICTED, each with the field
   */
  async uppersOf(
    tx: EntityManager,
    { unitId }: Pick<Plan, 'unitId'>,
    tasks: readonly Pick<Task, 'id' | 'parentId' | 'upperAssignmentId'>[],
    fieldOf: (task: Pick<Task, 'id'>) => string = () => 'upperAssignmentId',
  ): Promise<Map<string, UpperPart>> {
    const linked = tasks.filter(({ upperAssignmentId }) => upperAssignmentId);
    const uppers = await this.uppers(tx, [...new Set(linked.map(({ upperAssignmentId }) => upperAssignmentId!))]);
    for (const task of linked) {
      const place = { field: fieldOf(task), upperAssignmentId: task.upperAssignmentId };
      if (unitId === null) {
        throw invalid('BREAKDOWN.NO_UNITS_PLAN', 'Only tasks of a unit’s own plan carry out a part above.', place);
      }
      if (task.parentId !== null) {
        throw invalid('BREAKDOWN.PART_LINKED', 'A part goes with its task: link the task itself.', place);
      }
      const upper = uppers.get(task.upperAssignmentId!);
      if (!upper || upper.unitId !== unitId) {
        throw notFound('BREAKDOWN.UPPER_UNKNOWN', 'Your unit has no such part of an issued plan.', place);
      }
      assertCanBreakDown(upper, place);
    }
    return uppers;
  }

  /** One part above. As a consequence: whether it is restricted is not for the unit to see. */
  async upper(tx: EntityManager, assignmentId: string): Promise<UpperPart | null> {
    return (await this.uppers(tx, [assignmentId])).get(assignmentId) ?? null;
  }

  private async uppers(tx: EntityManager, ids: readonly string[]): Promise<Map<string, UpperPart>> {
    if (ids.length === 0) return new Map();
    const rows: UpperPart[] = await consequences(tx, () =>
      tx.query(`${UPPER} where a.id = any($1::uuid[]) order by a.id for no key update of a`, [ids]),
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /**
   * The unit's open parts of a plan above by their numbers; a number of several is left out, since nobody knows which.
   * @throws DomainError BREAKDOWN.UPPER_PLAN_UNKNOWN
   */
  async numberedUppers(tx: EntityManager, unitId: string, planId: string): Promise<Map<string, string>> {
    const rows: UpperPart[] = await consequences(tx, () =>
      tx.query(`${UPPER} where t.plan_id = $1 and a.unit_id = $2 order by a.id`, [planId, unitId]),
    );
    if (rows.length === 0) {
      throw notFound('BREAKDOWN.UPPER_PLAN_UNKNOWN', 'Your unit has no part in such a plan.', { field: 'upperPlanId' });
    }
    const open = rows.filter(({ state, isRestricted }) => OPEN.includes(state) && !isRestricted);
    const counts = new Map<string, number>();
    for (const { number } of open) counts.set(number ?? '', (counts.get(number ?? '') ?? 0) + 1);
    return new Map(
      open.flatMap(({ id, number }) => (number !== null && counts.get(number) === 1 ? [[number, id]] : [])),
    );
  }

  /**
   * What is asked of a unit's plan before it binds: the parts above are open, the chain has an end, and nothing is due
   * later than above; what has no date takes that of the part above.
   * @param tasks with the dates that run from the issue; changed in place
   * @throws DomainError as {@link uppersOf}, and BREAKDOWN.TOO_DEEP, BREAKDOWN.DUE_AFTER_UPPER
   */
  async bindDates(tx: EntityManager, plan: Plan, tasks: readonly Task[]): Promise<void> {
    const uppers = await this.uppersOf(tx, plan, tasks, ({ id }) => `tasks.${id}.upperAssignmentId`);
    await this.assertDepth(tx, [...uppers.keys()]);
    const days = await consequences(tx, () => this.supervision.completionDays(tx, [...uppers.keys()]));
    const topOf = new Map(tasks.map((task) => [task.id, task]));
    const late: LateDate[] = [];
    for (const task of tasks) {
      const top = task.parentId === null ? task : topOf.get(task.parentId)!;
      const upper = uppers.get(top.upperAssignmentId ?? '');
      const upperDueOn = upper && (days.get(upper.id) ?? upper.dueOn);
      if (!upperDueOn) continue;
      task.deadlineDue ??= upperDueOn;
      const dates = [task.deadlineDue, ...task.milestones.map(({ due }) => due)].filter((due) => due !== null);
      const field = `tasks.${task.id}`;
      late.push(...dates.filter((due) => due > upperDueOn).map((dueOn) => ({ field, dueOn, upperDueOn })));
    }
    refuseLate(late);
  }

  /**
   * Says of dates that somebody writes down under one part, by the fields in which they stand, that they are not later.
   * @throws DomainError BREAKDOWN.DUE_AFTER_UPPER
   */
  async assertWithin(
    tx: EntityManager,
    upper: UpperPart,
    dates: readonly { field: string; dueOn: string }[],
  ): Promise<void> {
    const days = await consequences(tx, () => this.supervision.completionDays(tx, [upper.id]));
    const upperDueOn = days.get(upper.id) ?? upper.dueOn;
    if (!upperDueOn) return;
    refuseLate(dates.filter(({ dueOn }) => dueOn > upperDueOn).map((date) => ({ ...date, upperDueOn })));
  }

  /**
   * Whom a unit hands its tasks to: units below it alone, each with somebody to whom it can be said. They are held until
   * the transaction ends.
   * @throws DomainError BREAKDOWN.UNIT_NOT_BELOW, BREAKDOWN.NO_CONTACT; UNIT.ENDED
   */
  async assertUnits(
    tx: EntityManager,
    plan: Plan & { unitId: string },
    assignments: readonly Assignment[],
    at: Date,
  ): Promise<void> {
    const fieldOf = new Map(assignments.map(({ unitId, taskId }) => [unitId, `tasks.${taskId}`]));
    const unitIds = [...fieldOf.keys()];
    const names = await this.directory.namesOf(tx, unitIds);
    const below = await this.directory.unitsBelow(tx, plan.unitId);
    const refuse = (code: string, message: string, why: string, found: readonly string[]): void => {
      if (found.length === 0) return;
      const faults = found.map((id): Fault => ({
        code,
        message: `${names.get(id) ?? id} ${why}`,
        field: fieldOf.get(id),
      }));
      throw invalid(code, message, { faults, field: faults[0]!.field });
    };
    refuse(
      'BREAKDOWN.UNIT_NOT_BELOW',
      'A unit hands its tasks to its own sections and subordinate units only.',
      'is not below the unit that issues the plan',
      unitIds.filter((id) => !below.has(id)),
    );
    const posts = await this.directory.postsOf(tx, unitIds);
    const day = localDateOf(at, await this.directory.timeZoneOf(tx, plan.jurisdictionId));
    const contacts = [...posts.values()].map(({ contact }) => contact);
    const held = new Set((await this.directory.holders(tx, contacts, day)).map(({ postId }) => postId));
    refuse(
      'BREAKDOWN.NO_CONTACT',
      'Some units have no contact (联络员) who could be told; have somebody given the post first.',
      'has no contact',
      unitIds.filter((id) => !held.has(posts.get(id)?.contact ?? '')),
    );
    await consequences(tx, () => this.directory.holdActive(tx, unitIds));
  }

  /** City, district, bureau, section: a chain that goes on is refused. */
  private async assertDepth(tx: EntityManager, uppers: readonly string[]): Promise<void> {
    if (uppers.length === 0) return;
    const [row]: { depth: number }[] = await consequences(tx, () =>
      tx.query(
        `with recursive up(id, depth) as (
           select id, 1 from unnest($1::uuid[]) u(id)
           union all
           select top.upper_assignment_id, up.depth + 1
           from up join assignment a on a.id = up.id join task t on t.id = a.task_id
             join task top on top.id = coalesce(t.parent_id, t.id)
           where top.upper_assignment_id is not null and up.depth <= $2)
         select max(depth)::int as depth from up`,
        [uppers, MOST_PLAN_LEVELS],
      ),
    );
    if ((row?.depth ?? 0) < MOST_PLAN_LEVELS) return;
    throw conflict(
      'BREAKDOWN.TOO_DEEP',
      `No more than ${MOST_PLAN_LEVELS} plans hang one under another: those of city, district and bureau.`,
      { levels: MOST_PLAN_LEVELS },
    );
  }
}

/** @throws DomainError BREAKDOWN.UPPER_ENDED, BREAKDOWN.RESTRICTED */
export function assertCanBreakDown({ state, isRestricted }: UpperPart, place: Record<string, unknown>): void {
  if (isRestricted) {
    throw conflict(
      'BREAKDOWN.RESTRICTED',
      'The part is of a restricted matter (限知事项), which is not broken down: others would know of it.',
      place,
    );
  }
  if (!OPEN.includes(state)) {
    throw conflict('BREAKDOWN.UPPER_ENDED', `The part above is ${state}; it is not broken down any more.`, {
      ...place,
      state,
    });
  }
}
