import { consequences, insertAll } from '@duban/database';
import { UnitDirectory } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { type LocalDate, newId, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { DROPPED_STATES } from '@duban/domain';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In, Not } from 'typeorm';
import { Assignment } from './assignment.entity';
import { BreakdownTerms } from './breakdown-terms';
import { assignmentsOf, completionDay } from './plan-assignments';
import { assignmentChange, countEdit, taskChange } from './plan-records';
import type { Plan } from './plan.entity';
import { PolicyService } from './policy.service';
import { assertUnitsNamed, RestrictionService } from './restriction.service';
import { type SkippedObligation, SupervisionPort } from './supervision.port';
import { Target } from './target.entity';
import { type DraftedUnits, Task } from './task.entity';

/** Tasks on their way from a plan that is closed into one of a later year. */
export interface Carrying {
  actor: Actor;
  at: Date;
  source: Plan;
  target: Plan;
  today: LocalDate;
  /** Tasks of the source that have parts, with what stands for them in the target. */
  parents: Map<string, Task>;
  tasks: Task[];
  assignments: Assignment[];
}

/**
 * Carries tasks over into the next year's plan (结转): the same words, targets and units as they are now, by the policy and
 * the dates of that plan. Into a draft they come as if somebody had written them down there.
 */
@Injectable()
export class TaskCarrier {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly restrictions: RestrictionService,
    private readonly breakdowns: BreakdownTerms,
    private readonly supervision: SupervisionPort,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  begin(actor: Actor, at: Date, source: Plan, target: Plan, today: LocalDate): Carrying {
    return { actor, at, source, target, today, parents: new Map(), tasks: [], assignments: [] };
  }

  /** Both plans are held. A part comes with the task above it, once. @returns what stands for the task there */
  async carry(tx: EntityManager, into: Carrying, taskId: string, reason: string): Promise<Task> {
    const old = await tx.getRepository(Task).findOneByOrFail({ id: taskId });
    const parent = old.parentId === null ? null : await this.parentOf(tx, into, old.parentId, reason);
    const parts = await tx.getRepository(Assignment).find({
      where: { taskId, state: Not(In([...DROPPED_STATES])) },
      order: { id: 'ASC' },
    });
    const gone = await this.directory.goneAmong(
      tx,
      parts.map(({ unitId }) => unitId),
    );
    const going = parts.filter(({ unitId }) => !gone.has(unitId));
    const names = await this.directory.namesOf(
      tx,
      going.map(({ unitId }) => unitId),
    );
    const task = await this.insert(tx, into, old, parent, unitsOf(going, names, old.draftedUnits), reason);
    into.tasks.push(task);
    if (into.target.state !== 'issued') return task;
    const known = new Map(
      going.map(({ unitId, groupId }) => [
        names.get(unitId)!,
        { name: names.get(unitId)!, unitIds: [unitId], groupId },
      ]),
    );
    const assignments = assignmentsOf(task, known, into.at);
    await this.holdUnits(tx, into, assignments);
    await insertAll(tx, Assignment, assignments);
    await this.history.append(
      tx,
      into.actor,
      into.at,
      assignments.map((one) =>
        assignmentChange('assignment.assigned', one, into.target.id, names.get(one.unitId)!, null, reason),
      ),
    );
    into.assignments.push(...assignments);
    return task;
  }

  /** What the units owe by the policy of their new plan, from today on. */
  async finish(
    tx: EntityManager,
    { actor, at, target, today, tasks, assignments }: Carrying,
  ): Promise<{ obligations: number; skipped: SkippedObligation[] }> {
    if (target.state !== 'issued') {
      await countEdit(tx, this.history, actor, at, target);
      return { obligations: 0, skipped: [] };
    }
    await assertUnitsNamed(tx, target.id, today);
    const policy = await this.policies.ofPlan(tx, target);
    const { year } = target;
    return this.supervision.makeObligations(tx, {
      actor,
      at,
      plan: target,
      policy,
      year: year!,
      issuedOn: today,
      tasks,
      assignments,
    });
  }

  /** Units to which tasks go at once, until the transaction ends. */
  private async holdUnits(
    tx: EntityManager,
    { target, at }: Carrying,
    assignments: readonly Assignment[],
  ): Promise<void> {
    const { unitId } = target;
    if (unitId !== null) {
      await this.breakdowns.assertUnits(tx, Object.assign(target, { unitId }), assignments, at);
      return;
    }
    await this.directory.holdActive(
      tx,
      assignments.map((one) => one.unitId),
    );
  }

  private async parentOf(tx: EntityManager, into: Carrying, id: string, reason: string): Promise<Task> {
    const known = into.parents.get(id);
    if (known) return known;
    const old = await tx.getRepository(Task).findOneByOrFail({ id });
    const parent = await this.insert(tx, into, old, null, old.draftedUnits, reason);
    into.parents.set(id, parent);
    return parent;
  }

  private async insert(
    tx: EntityManager,
    into: Carrying,
    old: Task,
    parent: Task | null,
    draftedUnits: DraftedUnits,
    reason: string,
  ): Promise<Task> {
    const { actor, at, target, today } = into;
    const isToCome = (due: LocalDate | null): boolean => due !== null && due > today;
    const [place]: { position: number; end: number }[] = await tx.query(
      `select coalesce(max(position), -1) + 1 as position,
         coalesce(max(source_end) filter (where source_revision_id is null), 0) as end
       from task where plan_id = $1`,
      [target.id],
    );
    const hasDate = isToCome(old.deadlineDue);
    const task: Task = Object.assign(new Task(), old, {
      id: newId(),
      planId: target.id,
      parentId: parent?.id ?? null,
      // Numbers are the target's own.
      number: null,
      position: place!.position,
      draftedUnits,
      isLeadInferred: draftedUnits.lead.length === 0,
      deadlineText: hasDate ? old.deadlineText : null,
      deadlineDue: hasDate ? old.deadlineDue : null,
      dueOn: null,
      milestones: old.milestones.filter(({ due }) => isToCome(due)),
      marks: [],
      carriedFromTaskId: old.id,
      // The part above is of the old year, and ends with that.
      upperAssignmentId: null,
      sourceRevisionId: null,
      sourceStart: place!.end,
      sourceEnd: place!.end,
      state: target.state === 'issued' ? 'assigned' : null,
      version: 1,
      createdAt: at,
    });
    if (target.state === 'issued') {
      task.dueOn = completionDay(await this.policies.ofPlan(tx, target), target.year!, today, task, this.calendar);
    }
    const targets = (
      await tx.getRepository(Target).find({ where: { taskId: old.id }, order: { position: 'ASC' } })
    ).map((one) => Object.assign(new Target(), one, { id: newId(), taskId: task.id }));
    await insertAll(tx, Task, [task]);
    await insertAll(tx, Target, targets);
    // Who is named goes with the matter, whoever carries it over.
    await consequences(tx, () => this.restrictions.carryOver(tx, actor, at, old, task));
    await this.history.append(tx, actor, at, [taskChange('task.carried_over', task, targets, null, reason)]);
    return task;
  }
}

/** Units as they have it now, in the roles of the document: inferred leads are the responsible units that they were. */
function unitsOf(
  parts: readonly Assignment[],
  names: ReadonlyMap<string, string>,
  { supervising }: DraftedUnits,
): DraftedUnits {
  const named = (test: (part: Assignment) => boolean): string[] => [
    ...new Set(parts.filter(test).map(({ unitId }) => names.get(unitId)!)),
  ];
  return {
    lead: named(({ role, isLeadInferred }) => role === 'lead' && !isLeadInferred),
    responsible: named(({ role, isLeadInferred }) => role === 'responsible' || (role === 'lead' && isLeadInferred)),
    cooperating: named(({ role }) => role === 'cooperating'),
    supervising,
  };
}
