import { type PlanFacts, planMachine, type Policy } from '@duban/domain';
import { insertAll } from '@duban/database';
import { assertMay, type NameReading, UnitDirectory } from '@duban/directory';
import { type Actor, type Change, HistoryService } from '@duban/history';
import {
  conflict,
  type Fault,
  invalid,
  localDateOf,
  type LocalDate,
  newId,
  parseLocalDate,
  WorkingCalendar,
} from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { decide } from '@duban/state-machine';
import { Inject, Injectable } from '@nestjs/common';
import { Any, type EntityManager } from 'typeorm';
import { Assignment } from './assignment.entity';
import { assignedNames, assignmentsOf, completionDay, dateFromIssue, resolvedOf, unitFaults } from './plan-assignments';
import { type ReadPlan, rowsOf } from './plan-draft';
import { lockPlan, planChange, targetsByTask, taskChange } from './plan-records';
import { FigureRegister } from './figure-register';
import { Plan } from './plan.entity';
import { BreakdownTerms } from './breakdown-terms';
import { assertMayWith, TO_ISSUE } from './standing';
import { PolicyService } from './policy.service';
import { assertUnitsNamed } from './restriction.service';
import { assignmentSnapshot, planSnapshot, taskSnapshot } from './snapshots';
import { type SkippedObligation, SupervisionPort } from './supervision.port';
import { Target } from './target.entity';
import { Task } from './task.entity';

export interface PlanIssueInput {
  year: number;
  issuedOn: string;
  /** A rule set (督办规则); by default that of the parts above, or the annual report's. */
  policy?: string;
}

export interface PlanIssueResult {
  /** Tasks and parts that carry assignments. */
  tasks: number;
  assignments: number;
  leads: number;
  obligations: number;
  skipped: SkippedObligation[];
}

/** What a draft hangs under, where it is a unit's own (二级分解): one part, or those of a plan that have the same numbers. */
export interface DraftOptions {
  jurisdiction?: string;
  upperAssignmentId?: string;
  upperPlanId?: string;
}

const USUAL_POLICY = 'annual-report';

/** A draft as it would be handed out. */
export interface IssuePreview {
  /** Tasks and parts that would carry assignments, with the dates that run from the issue. */
  tasks: Task[];
  assignments: Assignment[];
  /** Tasks that name no unit, and names that stand for nobody: with these the plan cannot be issued. */
  faults: Fault[];
}

const isOfUnit = (plan: Plan): plan is Plan & { unitId: string } => plan.unitId !== null;

const FIRST_YEAR = 2000;
const LAST_YEAR = 2100;

@Injectable()
export class PlanService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly supervision: SupervisionPort,
    private readonly figures: FigureRegister,
    private readonly breakdowns: BreakdownTerms,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * Makes a draft (草案) of a document: nothing in it binds anybody until it is issued. A unit's is its own (二级分解).
   * @throws DomainError PLAN.NO_DIRECTORY where no unit is known yet
   */
  async draft(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { fileName, text, breakdown, unitNames }: ReadPlan,
    { jurisdiction, upperAssignmentId, upperPlanId }: DraftOptions = {},
  ): Promise<string> {
    const { unitId } = actor;
    assertMay(actor, unitId === null ? 'plan.draft' : 'breakdown.draft');
    const { id: jurisdictionId } =
      unitId === null
        ? await this.directory.chooseJurisdiction(tx, {
            title: breakdown.title ?? '',
            unitNames,
            ...(jurisdiction === undefined ? {} : { wanted: jurisdiction }),
          })
        : { id: await this.directory.jurisdictionOf(tx, unitId) };
    if (unitId === null && upperPlanId !== undefined) {
      throw invalid('BREAKDOWN.NO_UNITS_PLAN', 'Only a unit’s own plan hangs under another.', { field: 'upperPlanId' });
    }
    const plan = tx.getRepository(Plan).create({
      id: newId(),
      jurisdictionId,
      unitId,
      visibility: 'summary',
      title: breakdown.title ?? fileName,
      documentNumber: breakdown.documentNumber,
      year: breakdown.year,
      state: planMachine.initial,
      issuedOn: null,
      policyId: null,
      policyVersion: null,
      fileName,
      sourceText: text,
      leftOut: breakdown.leftOut,
      warnings: breakdown.warnings,
      columns: breakdown.columns,
      source: 'document',
      matterKind: null,
      createdAt: at,
    });
    await tx.getRepository(Plan).insert(plan);
    const { tasks, targets } = rowsOf(plan, breakdown.tasks, at);
    const numbered =
      unitId === null || upperPlanId === undefined
        ? null
        : await this.breakdowns.numberedUppers(tx, unitId, upperPlanId);
    for (const task of tasks.filter(({ parentId }) => parentId === null)) {
      task.upperAssignmentId = upperAssignmentId ?? numbered?.get(task.number ?? '') ?? null;
    }
    await insertAll(tx, Task, tasks);
    await insertAll(tx, Target, targets);
    const targetsOf = targetsByTask(targets);
    await this.history.append(tx, actor, at, [
      planChange('plan.drafted', plan, null),
      ...tasks.map((task) => taskChange('task.drafted', task, targetsOf.get(task.id) ?? [], null)),
    ]);
    return plan.id;
  }

  /**
   * Makes a draft binding: assignments with groups expanded and inferred leads marked, and the obligations of the
   * policy, all in the caller's transaction.
   */
  async issue(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    input: PlanIssueInput,
  ): Promise<PlanIssueResult> {
    await assertMayWith(tx, actor, planId, TO_ISSUE);
    const plan = await lockPlan(tx, planId);
    const issuedOn = await this.checkedDay(tx, plan, input, at);
    const tasks = await tx.getRepository(Task).find({ where: { planId }, order: { position: 'ASC' } });
    // Not one parameter each: a statement takes 65,535.
    const targets = await tx.getRepository(Target).find({
      where: { taskId: Any(tasks.map((task) => task.id)) },
      order: { position: 'ASC' },
    });
    const targetsOf = targetsByTask(targets);
    const parents = new Set(tasks.map((task) => task.parentId));
    const carrying = tasks.filter((task) => !parents.has(task.id));
    const readings = await this.readUnits(tx, plan, carrying);
    this.decideIssue(plan, carrying, readings);
    const policy = await this.policyFor(tx, tasks, input.policy);
    const units = resolvedOf(readings);

    const before = { ...planSnapshot(plan) };
    Object.assign(plan, {
      state: 'issued',
      year: input.year,
      issuedOn,
      policyId: policy.id,
      policyVersion: policy.version,
    });
    await tx.getRepository(Plan).save(plan);

    const assignments = carrying.flatMap((task) => assignmentsOf(task, units, at));
    const drafted = new Map(tasks.map((task) => [task.id, { ...taskSnapshot(task, targetsOf.get(task.id) ?? []) }]));
    const inferred = new Set(assignments.filter((one) => one.isLeadInferred).map(({ taskId }) => taskId));
    for (const task of tasks) dateFromIssue(task, issuedOn, this.calendar);
    if (isOfUnit(plan)) {
      await this.breakdowns.bindDates(tx, plan, tasks);
      await this.breakdowns.assertUnits(tx, plan, assignments, at);
    } else {
      await this.directory.holdActive(tx, [...new Set(assignments.map((one) => one.unitId))]);
    }
    for (const task of tasks) {
      task.state = 'assigned';
      task.dueOn = completionDay(policy, input.year, issuedOn, task, this.calendar);
      if (!parents.has(task.id)) task.isLeadInferred = inferred.has(task.id);
      task.version++;
    }
    await tx.query(
      `update task set state = 'assigned', deadline_due = r."deadlineDue", milestones = r.milestones, due_on = r."dueOn",
         is_lead_inferred = r."isLeadInferred", version = r.version
       from jsonb_to_recordset($1::jsonb) as r(id uuid, "deadlineDue" date, milestones jsonb, "dueOn" date,
         "isLeadInferred" boolean, version int)
       where task.id = r.id`,
      [
        JSON.stringify(
          tasks.map(({ id, deadlineDue, milestones, dueOn, isLeadInferred, version }) => {
            return { id, deadlineDue, milestones, dueOn, isLeadInferred, version };
          }),
        ),
      ],
    );
    await insertAll(tx, Assignment, assignments);
    const names = await this.directory.namesOf(tx, [...new Set(assignments.map((a) => a.unitId))]);
    await this.history.append(tx, actor, at, [
      planChange('plan.issued', plan, before),
      ...tasks.map((task) => taskChange('task.issued', task, targetsOf.get(task.id) ?? [], drafted.get(task.id)!)),
      ...assignments.map((assignment): Change => ({
        type: 'assignment.assigned',
        entity: 'assignment',
        entityId: assignment.id,
        jurisdictionId: plan.jurisdictionId,
        planId,
        taskId: assignment.taskId,
        after: { ...assignmentSnapshot(assignment, names.get(assignment.unitId) ?? '') },
      })),
    ]);
    await this.figures.link(tx, plan.jurisdictionId, targets);
    await assertUnitsNamed(tx, planId, localDateOf(at, await this.directory.timeZoneOf(tx, plan.jurisdictionId)));
    const made = await this.supervision.makeObligations(tx, {
      actor,
      at,
      plan,
      policy,
      year: input.year,
      issuedOn,
      tasks: carrying,
      assignments,
    });
    return {
      tasks: carrying.length,
      assignments: assignments.length,
      leads: assignments.filter((a) => a.role === 'lead').length,
      ...made,
    };
  }

  /**
   * What a draft would be handed out as if it were issued on a day: nothing is written, and what cannot be handed out
   * yet is told and left out.
   */
  async preview(tx: EntityManager, plan: Plan, issuedOn: LocalDate, at: Date): Promise<IssuePreview> {
    const tasks = await tx.getRepository(Task).find({ where: { planId: plan.id }, order: { position: 'ASC' } });
    const parents = new Set(tasks.map((task) => task.parentId));
    const carrying = tasks.filter((task) => !parents.has(task.id));
    const readings = await this.readUnits(tx, plan, carrying);
    const units = resolvedOf(readings);
    const { without, unknown } = unitFaults(carrying, readings);
    const assignments = carrying.flatMap((task) => assignmentsOf(task, units, at));
    for (const task of carrying) dateFromIssue(task, issuedOn, this.calendar);
    return { tasks: carrying, assignments, faults: [...without, ...unknown] };
  }

  private readUnits(tx: EntityManager, plan: Plan, carrying: readonly Task[]): Promise<Map<string, NameReading>> {
    const names = carrying.flatMap((task) => assignedNames(task.draftedUnits));
    return this.directory.readNames(tx, plan.jurisdictionId, [...new Set(names)], plan.unitId);
  }

  /** A breakdown goes by the very version by which the part above goes, unless its unit chooses another policy. */
  private async policyFor(tx: EntityManager, tasks: readonly Task[], wanted: string | undefined): Promise<Policy> {
    const linked = tasks.find(({ upperAssignmentId }) => upperAssignmentId !== null);
    const upper = wanted === undefined && linked ? await this.breakdowns.upper(tx, linked.upperAssignmentId!) : null;
    return upper
      ? this.policies.version(tx, upper.policyId, upper.policyVersion)
      : this.policies.newest(tx, wanted ?? USUAL_POLICY);
  }

  private async checkedDay(tx: EntityManager, plan: Plan, input: PlanIssueInput, at: Date): Promise<LocalDate> {
    if (!Number.isInteger(input.year) || input.year < FIRST_YEAR || input.year > LAST_YEAR) {
      throw invalid('PLAN.YEAR_OUT_OF_RANGE', `The year lies between ${FIRST_YEAR} and ${LAST_YEAR}.`, {
        field: 'year',
      });
    }
    let issuedOn: LocalDate;
    try {
      issuedOn = parseLocalDate(input.issuedOn);
    } catch {
      throw invalid('REQUEST.NO_SUCH_DATE', `There is no date ${input.issuedOn}; write YYYY-MM-DD.`, {
        field: 'issuedOn',
      });
    }
    const today = localDateOf(at, await this.directory.timeZoneOf(tx, plan.jurisdictionId));
    if (issuedOn > today) {
      throw invalid('PLAN.ISSUED_IN_FUTURE', `The day of issue, ${issuedOn}, is after today, ${today}.`, {
        field: 'issuedOn',
      });
    }
    return issuedOn;
  }

  private decideIssue(plan: Plan, carrying: readonly Task[], readings: ReadonlyMap<string, NameReading>): void {
    const { without, unknown } = unitFaults(carrying, readings);
    const facts: PlanFacts = {
      taskCount: carrying.length,
      tasksWithoutUnit: without.length,
      unknownUnits: unknown.length,
      undecidedTasks: 0,
    };
    const decision = decide(planMachine, plan.state, 'issue', ['office'], facts);
    if (decision.ok) return;
    if (decision.reason === 'guard') {
      const faults = decision.code === 'PLAN.TASK_WITHOUT_UNIT' ? without : unknown;
      throw invalid(decision.code, decision.message, { faults });
    }
    throw conflict('PLAN.ALREADY_ISSUED', 'The plan has been issued already.', {
      planId: plan.id,
      issuedOn: plan.issuedOn,
    });
  }
}
