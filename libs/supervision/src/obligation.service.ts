import {
  type ClimbedTo,
  firstPointer,
  type ObligationKind,
  obligationChanges,
  type PlannedObligation,
  type Policy,
  planObligations,
} from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import { type Actor, type Change, HistoryService } from '@duban/history';
import {
  conflict,
  endOfLocalDay,
  invalid,
  type LocalDate,
  localDateOf,
  newId,
  notFound,
  type WorkingCalendar,
} from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import {
  type AssignmentChange,
  type DischargedObligation,
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
import { type EntityManager, In, IsNull } from 'typeorm';
import { NoticeCloser } from './notice-closer';
import { NotificationWriter, type WantedNotification } from './notification.writer';
import { Obligation, obligationSnapshot, type ObligationState } from './obligation.entity';
import { SupervisionNotice } from './supervision-notice.entity';

type Effect = (tx: EntityManager, change: AssignmentChange) => Promise<void>;

/** What a deadline version records beside the dates. */
interface DeadlineOrigin {
  rule: string;
  base: Readonly<Record<string, string | number>>;
}

/** Completion and what is owed after it was returned: one report discharges either. */
const COMPLETION_KINDS: ObligationKind[] = ['completion', 'rectification'];

/** Makes, settles and takes up again what units owe (应办事项), always in the transaction of what caused it. */
@Injectable()
export class ObligationService extends SupervisionPort {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly notices: NoticeCloser,
    private readonly notifications: NotificationWriter,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {
    super();
  }

  readonly effects: Readonly<Record<SupervisionEffect, Effect>> = {
    discharge_sign_for: (tx, change) => this.settle(tx, change, 'discharged', ['sign_for']),
    discharge_completion: async (tx, change) => {
      await this.settle(tx, change, 'discharged', COMPLETION_KINDS);
      await this.tellVerifiers(tx, change);
    },
    reinstate_completion: (tx, change) => this.reinstate(tx, change),
    require_rectification: (tx, change) => this.requireRectification(tx, change),
    lapse_obligations: async (tx, change) => {
      await this.settle(tx, change, 'lapsed', null);
      if (change.assignment.state === 'verified') await this.tellUnit(tx, change, 'verified', {});
    },
  };

  async makeObligations(
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
      for (const planned of planObligations(policy, issue.year, issue.issuedOn, terms, this.calendar)) {
        const effectiveOn = this.calendar.effectiveDate(planned.recordedOn);
        if (effectiveOn < issue.issuedOn) {
          skipped.push(skippedOf(task, assignment.unitId, planned));
          continue;
        }
        const obligation = this.open(policy, timeZone, at, assignment, { ...planned, dueOn: planned.recordedOn });
        obligations.push(obligation);
        origins.set(obligation.id, planned);
      }
    }
    await this.insert(tx, issue.actor, at, plan.id, 'obligation.opened', obligations, origins);
    await this.tellIssued(tx, issue, timeZone, obligations);
    return { obligations: obligations.length, skipped };
  }

  async reviseObligations(tx: EntityManager, revision: TaskRevision): Promise<RevisedObligations> {
    const { plan, task, before, takenOn } = revision;
    const { year, issuedOn } = plan;
    if (year === null || issuedOn === null) throw new Error(`plan ${plan.id} is not issued`);
    const result: RevisedObligations = { obligations: 0, rescheduled: 0, skipped: [] };
    for (const { assignment, roleBefore } of revision.assignments) {
      const plannedFor = (from: LocalDate, terms: Pick<Task, 'deadlineDue' | 'milestones'>, role: typeof roleBefore) =>
        role === null ? [] : planObligations(revision.policy, year, from, termsOf(terms, role), this.calendar);
      const from = roleBefore === null ? takenOn : issuedOn;
      const changes = obligationChanges(plannedFor(from, before, roleBefore), plannedFor(from, task, assignment.role));
      await this.lapsePlanned(tx, revision, assignment.id, changes.dropped);
      for (const planned of [...changes.added, ...changes.redated]) {
        const done = await this.revise(tx, revision, assignment, planned);
        if (done === 'skipped') result.skipped.push(skippedOf(task, assignment.unitId, planned));
        else if (done !== null) result[done]++;
      }
    }
    await this.tellRevised(tx, revision);
    return result;
  }

  /** Makes what is owed anew, takes up again what had lapsed, gives what is open its new date. */
  private async revise(
    tx: EntityManager,
    revision: TaskRevision,
    assignment: AssignmentChange['assignment'],
    planned: PlannedObligation,
  ): Promise<'obligations' | 'rescheduled' | 'skipped' | null> {
    const { actor, at, plan, policy, takenOn } = revision;
    const { kind, subject } = planned;
    const existing = await tx.getRepository(Obligation).findOne({
      where: { assignmentId: assignment.id, kind, subject: subject ?? IsNull() },
      lock: { mode: 'for_no_key_update' },
    });
    if (existing?.state === 'discharged') return null;
    const isPast = this.calendar.effectiveDate(planned.recordedOn) < takenOn;
    if (existing?.state !== 'open' && isPast) return 'skipped';
    const timeZone = await this.directory.timeZoneOf(tx, plan.jurisdictionId);
    const origin = { rule: planned.rule, base: { ...planned.base, revisionId: revision.revisionId } };
    if (!existing) {
      const obligation = this.open(policy, timeZone, at, assignment, { ...planned, dueOn: planned.recordedOn });
      await this.insert(tx, actor, at, plan.id, 'obligation.opened', [obligation], new Map([[obligation.id, origin]]));
      return 'obligations';
    }
    const wasOpen = existing.state === 'open';
    await this.reschedule(tx, revision, existing, planned.recordedOn, timeZone, origin);
    return wasOpen ? 'rescheduled' : 'obligations';
  }

  /**
   * A new version of the deadline, with the ladder from its first step: what was sent about the date before stays sent,
   * and nothing is sent twice about one date, since every follow-up names the version that it is about.
   */
  private async reschedule(
    tx: EntityManager,
    { actor, at, plan, policy }: TaskRevision,
    obligation: Obligation,
    dueOn: LocalDate,
    timeZone: string,
    origin: DeadlineOrigin,
  ): Promise<void> {
    const before = obligationSnapshot(obligation);
    const effectiveOn = this.calendar.effectiveDate(dueOn);
    const clock = { calendar: this.calendar, timeZone };
    const pointer = firstPointer(policy.ladders[obligation.ladder]!, effectiveOn, at, clock);
    Object.assign(obligation, {
      state: 'open',
      settledAt: null,
      deadlineVersion: obligation.deadlineVersion + 1,
      dueOn,
      effectiveOn,
      dueAt: endOfLocalDay(effectiveOn, timeZone),
      nextRung: pointer?.rung ?? null,
      nextRungAt: pointer?.at ?? null,
      lastRung: null,
    });
    await tx.getRepository(Obligation).save(obligation);
    await this.insertDeadlines(tx, actor, at, [obligation], new Map([[obligation.id, origin]]));
    const type = before.state === 'open' ? 'obligation.rescheduled' : 'obligation.reinstated';
    await this.history.append(tx, actor, at, [change(type, obligation, plan.id, before)]);
  }

  private async lapsePlanned(
    tx: EntityManager,
    revision: TaskRevision,
    assignmentId: string,
    dropped: readonly PlannedObligation[],
  ): Promise<void> {
    if (dropped.length === 0) return;
    const open = await tx.getRepository(Obligation).find({
      where: dropped.map(({ kind, subject }) => ({
        assignmentId,
        state: 'open' as const,
        kind,
        subject: subject ?? IsNull(),
      })),
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    await this.settleEach(tx, revision, 'lapsed', open);
  }

  private async tellRevised(tx: EntityManager, { at, plan, task, before, told }: TaskRevision): Promise<void> {
    const unitIds = [...new Set(told.map(({ unitId }) => unitId))];
    const posts = await this.directory.postsOf(tx, unitIds);
    const names = await this.directory.namesOf(tx, unitIds);
    const timeZone = await this.directory.timeZoneOf(tx, plan.jurisdictionId);
    const taskNumber = await numberOf(tx, task);
    const wanted = told.map(({ unitId, part }): WantedNotification => ({
      jurisdictionId: plan.jurisdictionId,
      postId: posts.get(unitId)!.contact,
      kind: 'task_revised',
      planId: plan.id,
      taskId: task.id,
      parameters: {
        part,
        taskNumber,
        taskContent: excerpt(task.content),
        unitName: names.get(unitId) ?? '',
        dueOn: part === 'removed' || (part !== 'added' && task.deadlineDue === before.deadlineDue) ? null : task.dueOn,
      },
    }));
    await this.notifications.write(tx, at, timeZone, wanted);
  }

  async dischargeByReport(
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
    await this.settleEach(tx, change, 'discharged', [obligation]);
    return { id: obligation.id, kind: obligation.kind };
  }

  private open(
    policy: Policy,
    timeZone: string,
    at: Date,
    assignment: AssignmentChange['assignment'],
    planned: { kind: ObligationKind; subject: string | null; ladder: string; dueOn: LocalDate },
  ): Obligation {
    const effectiveOn = this.calendar.effectiveDate(planned.dueOn);
    const pointer = firstPointer(policy.ladders[planned.ladder]!, effectiveOn, at, {
      calendar: this.calendar,
      timeZone,
    });
    return Object.assign(new Obligation(), {
      id: newId(),
      jurisdictionId: assignment.jurisdictionId,
      taskId: assignment.taskId,
      assignmentId: assignment.id,
      unitId: assignment.unitId,
      kind: planned.kind,
      subject: planned.subject,
      state: 'open',
      ladder: planned.ladder,
      deadlineVersion: 1,
      dueOn: planned.dueOn,
      effectiveOn,
      dueAt: endOfLocalDay(effectiveOn, timeZone),
      nextRung: pointer?.rung ?? null,
      nextRungAt: pointer?.at ?? null,
      lastRung: null,
      settledAt: null,
      version: 1,
      createdAt: at,
    });
  }

  private async insert(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    type: string,
    obligations: readonly Obligation[],
    origins: ReadonlyMap<string, DeadlineOrigin>,
  ): Promise<void> {
    if (obligations.length === 0) return;
    await tx.query(
      `insert into obligation (id, jurisdiction_id, task_id, assignment_id, unit_id, kind, subject, state, ladder,
         deadline_version, due_on, effective_on, due_at, next_rung, next_rung_at, version, created_at)
       select r."id", r."jurisdictionId", r."taskId", r."assignmentId", r."unitId", r.kind, r.subject, r.state, r.ladder,
         r."deadlineVersion", r."dueOn", r."effectiveOn", r."dueAt", r."nextRung", r."nextRungAt", r.version, r."createdAt"
       from jsonb_to_recordset($1::jsonb) as r("id" uuid, "jurisdictionId" uuid, "taskId" uuid, "assignmentId" uuid,
         "unitId" uuid, kind text, subject text, state text, ladder text, "deadlineVersion" int, "dueOn" date,
         "effectiveOn" date, "dueAt" timestamptz, "nextRung" text, "nextRungAt" timestamptz, version int,
         "createdAt" timestamptz)`,
      [JSON.stringify(obligations)],
    );
    await this.insertDeadlines(tx, actor, at, obligations, origins);
    await this.history.append(
      tx,
      actor,
      at,
      obligations.map((obligation) => change(type, obligation, planId, null)),
    );
  }

  private async insertDeadlines(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    obligations: readonly Obligation[],
    origins: ReadonlyMap<string, DeadlineOrigin>,
  ): Promise<void> {
    const versions = obligations.map((o) => ({
      obligation_id: o.id,
      version: o.deadlineVersion,
      recorded_on: o.dueOn,
      effective_on: o.effectiveOn,
      due_at: o.dueAt,
      rule: origins.get(o.id)!.rule,
      base: origins.get(o.id)!.base,
      is_provisional: this.calendar.isProvisional(o.dueOn) || this.calendar.isProvisional(o.effectiveOn),
    }));
    await tx.query(
      `insert into deadline_version (obligation_id, version, recorded_on, effective_on, due_at, rule, base,
         is_provisional, calendar_version, decided_by, recorded_at)
       select r.*, $2, $3, $4 from jsonb_to_recordset($1::jsonb) as r(obligation_id uuid, version int, recorded_on date,
         effective_on date, due_at timestamptz, rule text, base jsonb, is_provisional boolean)`,
      [JSON.stringify(versions), this.calendar.version, actor.personId, at],
    );
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
    await this.settleEach(tx, change, state, open);
  }

  private async settleEach(
    tx: EntityManager,
    { actor, at, plan }: Pick<AssignmentChange, 'actor' | 'at' | 'plan'>,
    state: Exclude<ObligationState, 'open'>,
    obligations: readonly Obligation[],
  ): Promise<void> {
    const changes: Change[] = [];
    for (const obligation of obligations) {
      const before = obligationSnapshot(obligation);
      Object.assign(obligation, { state, settledAt: at, nextRung: null, nextRungAt: null });
      await tx.getRepository(Obligation).save(obligation);
      changes.push(change(`obligation.${state}`, obligation, plan.id, before));
    }
    await this.history.append(tx, actor, at, changes);
    await this.notices.closeOf(tx, actor, at, plan.id, obligations);
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
      state: 'open',
      settledAt: null,
      nextRung: pointer?.rung ?? null,
      nextRungAt: pointer?.at ?? null,
    });
    await tx.getRepository(Obligation).save(obligation);
    await this.history.append(tx, actor, at, [change('obligation.reinstated', obligation, plan.id, before)]);
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
    const obligation = this.open(policy, timeZone, at, assignment, {
      kind: 'rectification',
      subject: String(earlier + 1),
      ladder,
      dueOn,
    });
    const rule = rectifyBy ? 'set when the completion was returned' : `${workingDays} working days after the return`;
    const origins = new Map([[obligation.id, { rule, base: { returnedOn: today } }]]);
    await this.insert(tx, actor, at, plan.id, 'obligation.opened', [obligation], origins);
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
    const counts = new Map<string, number>();
    for (const { unitId } of assignments) counts.set(unitId, (counts.get(unitId) ?? 0) + 1);
    const posts = await this.directory.postsOf(tx, [...counts.keys()]);
    const signForBy = obligations.find((obligation) => obligation.kind === 'sign_for')?.effectiveOn ?? null;
    const wanted: WantedNotification[] = [...counts].map(([unitId, count]) => ({
      jurisdictionId: plan.jurisdictionId,
      postId: posts.get(unitId)!.contact,
      kind: 'task_issued',
      planId: plan.id,
      parameters: { planTitle: plan.title, count, signForBy },
    }));
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

const EXCERPT = 60;

/** As much of a task as a message shows, in characters. */
export const excerpt = (content: string): string => {
  const characters = [...content];
  return characters.length > EXCERPT ? `${characters.slice(0, EXCERPT - 1).join('')}…` : content;
};

const termsOf = ({ deadlineDue, milestones }: Pick<Task, 'deadlineDue' | 'milestones'>, role: string) => ({
  isLead: role === 'lead',
  taskDueOn: deadlineDue,
  milestones: milestones.flatMap(({ text, due }) => (due ? [{ text, due }] : [])),
});

const skippedOf = (
  { number }: Task,
  unitId: string,
  { kind, subject, recordedOn }: PlannedObligation,
): SkippedObligation => ({ taskNumber: number, unitId, kind, subject, dueOn: recordedOn });

/** A part goes by its parent's number. */
async function numberOf(tx: EntityManager, task: Task): Promise<string | null> {
  if (task.number !== null || task.parentId === null) return task.number;
  const [parent]: { number: string | null }[] = await tx.query(`select number from task where id = $1`, [
    task.parentId,
  ]);
  return parent?.number ?? null;
}

const isReportKind = (kind: ObligationKind): kind is ObligationKind & ReportKind =>
  kind !== 'completion' && (REPORT_KINDS as readonly string[]).includes(kind);

const change = (
  type: string,
  obligation: Obligation,
  planId: string,
  before: Record<string, unknown> | null,
): Change => ({
  type,
  entity: 'obligation',
  entityId: obligation.id,
  jurisdictionId: obligation.jurisdictionId,
  planId,
  taskId: obligation.taskId,
  before,
  after: { ...obligationSnapshot(obligation) },
});
