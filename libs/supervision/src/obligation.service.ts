import { type ClimbedTo, firstPointer, type ObligationKind, obligationsAtIssue, type Policy } from '@duban/domain';
import { consequences } from '@duban/database';
import { UnitDirectory } from '@duban/directory';
import { HistoryService } from '@duban/history';
import { conflict, invalid, localDateOf, notFound, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import {
  type AssignmentChange,
  type DischargedObligation,
  type FailedReorganisation,
  type MovedWork,
  type PlanIssue,
  PolicyService,
  REPORT_KINDS,
  type ReportKind,
  type RevisedObligations,
  type SkippedObligation,
  type SupervisionEffect,
  SupervisionPort,
  type Task,
  type TaskRevision,
} from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { NotificationWriter, type WantedNotification } from './notification.writer';
import { ObligationMover } from './obligation.mover';
import { Obligation, obligationSnapshot, type ObligationState } from './obligation.entity';
import { ObligationReviser } from './obligation.reviser';
import { excerpt, numberOf, skippedOf, termsOf } from './obligation.terms';
import { type DeadlineOrigin, obligationChange, ObligationWriter } from './obligation.writer';
import { SupervisionNotice } from './supervision-notice.entity';

type Effect = (tx: EntityManager, change: AssignmentChange) => Promise<void>;

/** An effect that nobody who acts could see or write themselves. */
const consequence =
  (effect: Effect): Effect =>
  (tx, change) =>
    consequences(tx, () => effect(tx, change));

/** Completion and what is owed after it was returned: one report discharges either. */
const COMPLETION_KINDS: ObligationKind[] = ['completion', 'rectification'];

/**
 * Makes, settles and takes up again what units owe (应办事项), always in the transaction of what caused it, and as a
 * consequence of it: what is owed, and whom it is told, is for nobody who acts to see or write.
 */
@Injectable()
export class ObligationService extends SupervisionPort {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly writer: ObligationWriter,
    private readonly reviser: ObligationReviser,
    private readonly mover: ObligationMover,
    private readonly notifications: NotificationWriter,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {
    super();
  }

  readonly effects: Readonly<Record<SupervisionEffect, Effect>> = {
    discharge_sign_for: consequence((tx, change) => this.settle(tx, change, 'discharged', ['sign_for'])),
    discharge_completion: consequence(async (tx, change) => {
      await this.settle(tx, change, 'discharged', COMPLETION_KINDS);
      await this.tellVerifiers(tx, change);
    }),
    reinstate_completion: consequence((tx, change) => this.reinstate(tx, change)),
    require_rectification: consequence((tx, change) => this.requireRectification(tx, change)),
    lapse_obligations: consequence(async (tx, change) => {
      await this.settle(tx, change, 'lapsed', null);
      if (change.assignment.state === 'verified') await this.tellUnit(tx, change, 'verified', {});
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
    if (issue.reorganisationId === undefined) await this.tellIssued(tx, issue, timeZone, obligations);
    return { obligations: obligations.length, skipped };
  }

  reviseObligations(tx: EntityManager, revision: TaskRevision): Promise<RevisedObligations> {
    return consequences(tx, () => this.reviser.revise(tx, revision));
  }

  moveWork(tx: EntityManager, work: MovedWork): Promise<void> {
    return consequences(tx, () => this.mover.move(tx, work));
  }

  tellFailed(tx: EntityManager, at: Date, failed: FailedReorganisation): Promise<void> {
    return this.mover.tellFailed(tx, at, failed);
  }

  dischargeByReport(
    tx: EntityManager,
    change: Omit<AssignmentChange, 'reason' | 'rectifyBy'>,
    obligationId: string,
  ): Promise<DischargedObligation> {
    return consequences(tx, () => this.discharge(tx, change, obligationId));
  }

  private async discharge(
    tx: EntityManager,
    change: Omit<AssignmentChange, 'reason' | 'rectifyBy'>,
    obligationId: string,
  ): Promise<DischargedObligation> {
    const obligation = await tx.getRepository(Obligation).findOne({
      where: { id: obligationId, assignmentId: change.assignment.id },
      lock: { mode: 'for_no_key_update' },
    });
    if (!obligation) {
      throw notFound('OBLIGATION.UNKNOWN', 'The assignment has no such obligation.', { field: 'obligationId' });
    }
    if (!isReportKind(obligation.kind)) {
      throw invalid(
        'OBLIGATION.NOT_BY_REPORT',
        `A ${obligation.kind} is not discharged by a report of this kind but by an event of the assignment.`,
        { field: 'obligationId', kind: obligation.kind },
      );
    }
    if (obligation.state !== 'open') {
      throw conflict('OBLIGATION.NOT_OPEN', `The obligation is ${obligation.state} already.`, {
        field: 'obligationId',
        state: obligation.state,
      });
    }
    await this.writer.settle(tx, change, 'discharged', [obligation]);
    return { id: obligation.id, kind: obligation.kind };
  }

  /** Ends the open obligations of an assignment, of the given kinds or all. */
  private async settle(
    tx: EntityManager,
    change: AssignmentChange,
    state: Exclude<ObligationState, 'open'>,
    kinds: ObligationKind[] | null,
  ): Promise<void> {
    const open = await tx.getRepository(Obligation).find({
      where: { assignmentId: change.assignment.id, state: 'open', ...(kinds ? { kind: In(kinds) } : {}) },
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    await this.writer.settle(tx, change, state, open);
  }

  /** A withdrawn completion is owed again, by the same date; its ladder goes on after the last rung that fired. */
  private async reinstate(tx: EntityManager, { actor, at, plan, assignment }: AssignmentChange): Promise<void> {
    const obligation = await tx.getRepository(Obligation).findOne({
      where: { assignmentId: assignment.id, state: 'discharged', kind: In(COMPLETION_KINDS) },
      order: { createdAt: 'DESC', id: 'DESC' },
      lock: { mode: 'for_no_key_update' },
    });
    if (!obligation) return;
    const policy = await this.policyOf(tx, plan);
    const timeZone = await this.directory.timeZoneOf(tx, assignment.jurisdictionId);
    const clock = { calendar: this.calendar, timeZone };
    const ladder = policy.ladders[obligation.ladder]!;
    const pointer = firstPointer(ladder, obligation.effectiveOn, at, clock, await this.climbedTo(tx, obligation));
    const before = obligationSnapshot(obligation);
    Object.assign(obligation, {
      // A reorganisation (机构改革) may have given the part to another unit meanwhile.
      unitId: assignment.unitId,
      state: 'open',
      settledAt: null,
      nextRung: pointer?.rung ?? null,
      nextRungAt: pointer?.at ?? null,
    });
    await tx.getRepository(Obligation).save(obligation);
    await this.history.append(tx, actor, at, [obligationChange('obligation.reinstated', obligation, plan.id, before)]);
  }

  private async climbedTo(tx: EntityManager, { id, lastRung, deadlineVersion }: Obligation): Promise<ClimbedTo | null> {
    if (lastRung === null) return null;
    const last = await tx.getRepository(SupervisionNotice).findOne({
      where: { obligationId: id, deadlineVersion },
      order: { issuedAt: 'DESC', id: 'DESC' },
    });
    return { rung: lastRung, answerDueOn: last?.answerDueOn ?? null };
  }

  private async requireRectification(tx: EntityManager, returned: AssignmentChange): Promise<void> {
    const { actor, at, plan, assignment, rectifyBy } = returned;
    const policy = await this.policyOf(tx, plan);
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
    const origins = new Map([[obligation.id, { rule, base: { returnedOn: today } }]]);
    await this.writer.insert(tx, actor, at, plan.id, 'obligation.opened', [obligation], origins);
    await this.tellUnit(tx, returned, 'returned', { reason: returned.reason, rectifyBy: dueOn });
  }

  private policyOf(tx: EntityManager, plan: AssignmentChange['plan']): Promise<Policy> {
    if (plan.policyId === null || plan.policyVersion === null) throw new Error(`plan ${plan.id} has no policy`);
    return this.policies.version(tx, plan.policyId, plan.policyVersion);
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

  /** A lead's completion goes to the office to verify, another unit's to the leads that are left. */
  private async tellVerifiers(tx: EntityManager, { plan, task, assignment, at }: AssignmentChange): Promise<void> {
    const leads: { unitId: string }[] = await tx.query(
      `select unit_id as "unitId" from assignment
       where task_id = $1 and role = 'lead' and state <> 'cancelled' order by id`,
      [task.id],
    );
    const postIds: string[] = [];
    if (assignment.role === 'lead' || leads.length === 0) {
      const { office } = await this.directory.governmentPosts(tx);
      postIds.push(office);
    } else {
      const posts = await this.directory.postsOf(
        tx,
        leads.map((lead) => lead.unitId),
      );
      postIds.push(...leads.map((lead) => posts.get(lead.unitId)!.contact));
    }
    await this.tell(tx, at, plan.id, task, assignment, postIds, 'reported', {});
  }

  private async tellUnit(
    tx: EntityManager,
    { plan, task, assignment, at }: AssignmentChange,
    kind: 'returned' | 'verified',
    parameters: Record<string, unknown>,
  ): Promise<void> {
    const posts = await this.directory.postsOf(tx, [assignment.unitId]);
    await this.tell(tx, at, plan.id, task, assignment, [posts.get(assignment.unitId)!.contact], kind, parameters);
  }

  private async tell(
    tx: EntityManager,
    at: Date,
    planId: string,
    task: Task,
    assignment: AssignmentChange['assignment'],
    postIds: readonly string[],
    kind: WantedNotification['kind'],
    parameters: Record<string, unknown>,
  ): Promise<void> {
    const timeZone = await this.directory.timeZoneOf(tx, assignment.jurisdictionId);
    const names = await this.directory.namesOf(tx, [assignment.unitId]);
    const taskNumber = await numberOf(tx, task);
    const wanted = postIds.map((postId): WantedNotification => ({
      jurisdictionId: assignment.jurisdictionId,
      postId,
      kind,
      planId,
      taskId: task.id,
      parameters: {
        taskNumber,
        taskContent: excerpt(task.content),
        unitName: names.get(assignment.unitId) ?? '',
        ...parameters,
      },
    }));
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

const isReportKind = (kind: ObligationKind): kind is ObligationKind & ReportKind =>
  kind !== 'completion' && (REPORT_KINDS as readonly string[]).includes(kind);
