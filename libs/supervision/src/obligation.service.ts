import { type ObligationKind, obligationsAtIssue } from '@duban/domain';
import { consequences } from '@duban/database';
import { UnitDirectory } from '@duban/directory';
import { invalid, type LocalDate, localDateOf, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import {
  type ActedPart,
  type AssignmentChange,
  type FailedReorganisation,
  type Instructed,
  type MovedWork,
  type PlanIssue,
  PolicyService,
  type RevisedObligations,
  type SkippedObligation,
  type SupervisionEffect,
  SupervisionPort,
  type TaskRevision,
  type TogetherMessage,
  type Unsatisfied,
  type UpperMoved,
} from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { BreakdownTeller } from './breakdown-teller';
import { InstructionDuties } from './instruction-duties';
import { ApplicationCloser } from './application-closer';
import { NotificationWriter, type WantedNotification } from './notification.writer';
import { ObligationMover } from './obligation.mover';
import { COMPLETION_KINDS, ObligationClock } from './obligation.clock';
import { Obligation, OWED } from './obligation.entity';
import { ObligationReviser } from './obligation.reviser';
import { excerpt, numberOf, skippedOf, termsOf } from './obligation.terms';
import { type DeadlineOrigin, ObligationWriter } from './obligation.writer';
import { PartMessages } from './part-messages';

type Effect = (tx: EntityManager, change: AssignmentChange) => Promise<void>;

/** An effect that nobody who acts could see or write themselves. */
const consequence =
  (effect: Effect): Effect =>
  (tx, change) =>
    consequences(tx, () => effect(tx, change));

/**
 * Makes, settles and takes up again what units owe (应办事项), always in the transaction of what caused it, and as a
 * consequence of it: what is owed, and whom it is told, is for nobody who acts to see or write.
 */
@Injectable()
export class ObligationService extends SupervisionPort {
  constructor(
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly writer: ObligationWriter,
    private readonly reviser: ObligationReviser,
    private readonly mover: ObligationMover,
    private readonly obligationClock: ObligationClock,
    private readonly messages: PartMessages,
    private readonly breakdowns: BreakdownTeller,
    private readonly instructions: InstructionDuties,
    private readonly applications: ApplicationCloser,
    private readonly notifications: NotificationWriter,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {
    super();
  }

  readonly effects: Readonly<Record<SupervisionEffect, Effect>> = {
    discharge_sign_for: consequence((tx, change) => this.settle(tx, change, 'discharged', ['sign_for'])),
    discharge_completion: consequence(async (tx, change) => {
      await this.settle(tx, change, 'discharged', COMPLETION_KINDS);
      await this.withdrawApplications(tx, change, ['review']);
      await this.messages.toVerifiers(tx, change);
    }),
    reinstate_completion: consequence((tx, change) => this.obligationClock.reinstate(tx, change)),
    require_rectification: consequence((tx, change) => this.requireRectification(tx, change)),
    restore_completion: consequence(async (tx, change) => {
      await this.settle(tx, change, 'lapsed', ['rectification']);
      await this.messages.toVerifiers(tx, change);
    }),
    lapse_obligations: consequence(async (tx, change) => {
      await this.settle(tx, change, 'lapsed', null);
      await this.withdrawApplications(tx, change, ['review', 'close_unimplemented']);
    }),
    stop_clock: consequence((tx, change) => this.obligationClock.stop(tx, change)),
    start_clock: consequence((tx, change) => this.obligationClock.start(tx, change)),
    reopen_obligations: consequence(async (tx, change) => {
      const { dueOn } = await this.obligationClock.reopen(tx, change);
      await this.messages.toUnit(tx, change, 'reopened', { reason: change.reason, dueOn });
    }),
    hand_over: consequence(async (tx, change) => {
      const { signForBy } = await this.obligationClock.handOver(tx, change);
      await this.messages.ofTransfer(tx, change, signForBy);
    }),
    tell_verified: consequence((tx, change) =>
      this.messages.toUnit(tx, change, 'verified', { conclusion: change.conclusion }),
    ),
    tell_objection: consequence((tx, change) => this.messages.ofObjection(tx, change)),
    tell_settled: consequence((tx, change) =>
      this.messages.toUnit(tx, change, 'objection_settled', { outcome: change.outcome, reason: change.reason }),
    ),
    tell_suspended: consequence((tx, change) =>
      this.messages.toUnit(tx, change, 'suspended', { reason: change.reason, resumeOn: change.assignment.resumeOn }),
    ),
    tell_resumed: consequence((tx, change) => this.messages.toUnit(tx, change, 'resumed', {})),
    tell_ended: consequence(async (tx, change) => {
      if (change.isToldElsewhere) return;
      const { state } = change.assignment;
      await this.messages.toUnit(tx, change, 'ended', { state, reason: change.reason });
    }),
  };

  makeObligations(tx: EntityManager, issue: PlanIssue): Promise<{ obligations: number; skipped: SkippedObligation[] }> {
    return consequences(tx, () => this.make(tx, issue));
  }

  private async make(
    tx: EntityManager,
    issue: PlanIssue,
  ): Promise<{ obligations: number; skipped: SkippedObligation[] }> {
    const { plan, policy, tasks, at } = issue;
    const timeZone = await this.directory.timeZoneOf(tx, plan.jurisdictionId);
    const taskById = new Map(tasks.map((task) => [task.id, task]));
    const obligations: Obligation[] = [];
    const origins = new Map<string, DeadlineOrigin>();
    const skipped: SkippedObligation[] = [];
    for (const assignment of issue.assignments) {
      const task = taskById.get(assignment.taskId)!;
      const terms = termsOf(task, assignment.role);
      const due = obligationsAtIssue(policy, issue.year, issue.issuedOn, terms, this.calendar);
      skipped.push(...due.skipped.map((planned) => skippedOf(task, assignment.unitId, planned)));
      for (const planned of due.made) {
        const obligation = this.writer.open(policy, timeZone, at, assignment, {
          ...planned,
          dueOn: planned.recordedOn,
        });
        obligations.push(obligation);
        const { reorganisationId } = issue;
        const base = { ...planned.base, ...(reorganisationId === undefined ? {} : { reorganisationId }) };
        origins.set(obligation.id, { rule: planned.rule, base });
      }
    }
    await this.writer.insert(tx, issue.actor, at, plan.id, 'obligation.opened', obligations, origins);
    if (issue.reorganisationId === undefined) {
      if (plan.source === 'register') await this.tellRegistered(tx, issue, timeZone, obligations);
      else await this.tellIssued(tx, issue, timeZone, obligations);
    }
    return { obligations: obligations.length, skipped };
  }

  reviseObligations(tx: EntityManager, revision: TaskRevision): Promise<RevisedObligations> {
    return consequences(tx, () => this.reviser.revise(tx, revision));
  }

  moveWork(tx: EntityManager, work: MovedWork): Promise<void> {
    return consequences(tx, () => this.mover.move(tx, work));
  }

  async completionDays(tx: EntityManager, assignmentIds: readonly string[]): Promise<Map<string, LocalDate>> {
    const owed = await tx.getRepository(Obligation).find({
      where: { assignmentId: In([...assignmentIds]), kind: 'completion', state: 'open' },
      order: { createdAt: 'ASC', id: 'ASC' },
    });
    return new Map(owed.map(({ assignmentId, dueOn }) => [assignmentId, dueOn]));
  }

  tellBelow(tx: EntityManager, moved: UpperMoved): Promise<void> {
    return this.breakdowns.tell(tx, moved);
  }

  tell(tx: EntityManager, message: TogetherMessage): Promise<void> {
    return consequences(tx, () => this.messages.together(tx, message));
  }

  tellFailed(tx: EntityManager, at: Date, failed: FailedReorganisation): Promise<void> {
    return this.mover.tellFailed(tx, at, failed);
  }

  instruct(tx: EntityManager, part: ActedPart, instructed: Instructed): Promise<{ obligationId: string }> {
    return consequences(tx, () => this.instructions.instruct(tx, part, instructed));
  }

  tellUnsatisfied(tx: EntityManager, unsatisfied: Unsatisfied): Promise<void> {
    return consequences(tx, () => this.messages.ofUnsatisfied(tx, unsatisfied));
  }

  /** Ends the open obligations of an assignment, of the given kinds or all. */
  private async settle(
    tx: EntityManager,
    change: AssignmentChange,
    state: 'discharged' | 'lapsed',
    kinds: ObligationKind[] | null,
  ): Promise<void> {
    const open = await tx.getRepository(Obligation).find({
      where: { assignmentId: change.assignment.id, state: In([...OWED]), ...(kinds ? { kind: In(kinds) } : {}) },
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    await this.writer.settle(tx, change, state, open);
  }

  private withdrawApplications(
    tx: EntityManager,
    { actor, at, plan, assignment }: AssignmentChange,
    kinds: readonly ('close_unimplemented' | 'review')[],
  ): Promise<void> {
    return this.applications.closeOfPart(tx, actor, at, plan.id, assignment.id, kinds);
  }

  private async requireRectification(tx: EntityManager, returned: AssignmentChange): Promise<void> {
    const { actor, at, plan, assignment, rectifyBy } = returned;
    const policy = await this.policies.ofPlan(tx, plan);
    const timeZone = await this.directory.timeZoneOf(tx, assignment.jurisdictionId);
    const today = localDateOf(at, timeZone);
    if (rectifyBy !== null && rectifyBy <= today) {
      throw invalid('ASSIGNMENT.RECTIFY_BY_PAST', `"rectifyBy" lies after today, ${today}.`, { field: 'rectifyBy' });
    }
    const { workingDays, ladder } = policy.rectification;
    const dueOn = rectifyBy ?? this.calendar.addWorkingDays(today, workingDays);
    const earlier = await tx.getRepository(Obligation).countBy({ assignmentId: assignment.id, kind: 'rectification' });
    const obligation = this.writer.open(policy, timeZone, at, assignment, {
      kind: 'rectification',
      subject: String(earlier + 1),
      ladder,
      dueOn,
    });
    const rule = rectifyBy ? 'set when the completion was returned' : `${workingDays} working days after the return`;
    // Whoever set the date grants an extension of it: a lead, or else the office.
    const setBy: Record<string, string> =
      rectifyBy !== null && actor.unitId !== null ? { setByUnit: actor.unitId } : {};
    const counted: Record<string, number> = rectifyBy === null ? { workingDays } : {};
    const origins = new Map([[obligation.id, { rule, base: { returnedOn: today, ...counted, ...setBy } }]]);
    await this.writer.insert(tx, actor, at, plan.id, 'obligation.opened', [obligation], origins);
    const { reason, conclusion } = returned;
    await this.messages.toUnit(tx, returned, 'returned', { reason, conclusion, rectifyBy: dueOn });
  }

  private async tellIssued(
    tx: EntityManager,
    { plan, at, assignments }: PlanIssue,
    timeZone: string,
    obligations: readonly Obligation[],
  ): Promise<void> {
    const restricted = await restrictedTasks(tx, plan.id);
    const counts = new Map<string, number>();
    for (const { unitId, taskId } of assignments) {
      if (!restricted.has(taskId)) counts.set(unitId, (counts.get(unitId) ?? 0) + 1);
    }
    const posts = await this.directory.postsOf(tx, [...new Set(assignments.map(({ unitId }) => unitId))]);
    const signForBy = obligations.find((obligation) => obligation.kind === 'sign_for')?.effectiveOn ?? null;
    const wanted: WantedNotification[] = [...counts].map(([unitId, count]) => ({
      jurisdictionId: plan.jurisdictionId,
      postId: posts.get(unitId)!.contact,
      kind: 'task_issued',
      planId: plan.id,
      parameters: { planTitle: plan.title, count, signForBy },
    }));
    // Nobody who is not named counts them either.
    for (const { unitId, taskId } of assignments.filter((one) => restricted.has(one.taskId))) {
      wanted.push({
        jurisdictionId: plan.jurisdictionId,
        postId: posts.get(unitId)!.contact,
        kind: 'task_issued',
        planId: plan.id,
        taskId,
        parameters: { planTitle: plan.title, count: 1, signForBy },
      });
    }
    await this.notifications.write(tx, at, timeZone, wanted);
  }

  /** Each matter by itself, with its number, and by when it is to be done. */
  private async tellRegistered(
    tx: EntityManager,
    { plan, at, tasks, assignments }: PlanIssue,
    timeZone: string,
    obligations: readonly Obligation[],
  ): Promise<void> {
    const unitIds = [...new Set(assignments.map(({ unitId }) => unitId))];
    const posts = await this.directory.postsOf(tx, unitIds);
    const names = await this.directory.namesOf(tx, unitIds);
    const wanted: WantedNotification[] = [];
    for (const { id, taskId, unitId } of assignments) {
      const task = tasks.find((one) => one.id === taskId)!;
      const dueOf = (kind: ObligationKind) =>
        obligations.find((one) => one.assignmentId === id && one.kind === kind)?.effectiveOn ?? null;
      wanted.push({
        jurisdictionId: plan.jurisdictionId,
        postId: posts.get(unitId)!.contact,
        kind: 'matter_registered',
        planId: plan.id,
        taskId,
        parameters: {
          taskNumber: await numberOf(tx, task),
          taskContent: excerpt(task.content),
          unitName: names.get(unitId) ?? '',
          signForBy: dueOf('sign_for'),
          dueOn: dueOf('completion'),
        },
      });
    }
    await this.notifications.write(tx, at, timeZone, wanted);
  }
}

/** Tasks and parts of a plan that are restricted by themselves (限知事项), apart from the plan. */
async function restrictedTasks(tx: EntityManager, planId: string): Promise<Set<string>> {
  const rows: { id: string }[] = await tx.query(
    `select distinct t.id from named_person n join task t on n.task_id in (t.id, t.parent_id) where t.plan_id = $1`,
    [planId],
  );
  return new Set(rows.map(({ id }) => id));
}
