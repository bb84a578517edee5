import { firstPointer, type ObligationKind, type Policy } from '@duban/domain';
import { consequences } from '@duban/database';
import { UnitDirectory } from '@duban/directory';
import { HistoryService } from '@duban/history';
import {
  conflict,
  endOfLocalDay,
  invalid,
  type LocalDate,
  localDateOf,
  notFound,
  type WorkingCalendar,
} from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import {
  type OwedMilestone,
  type OwedReport,
  PolicyService,
  REPORT_KINDS,
  type ReportedPart,
  type ReportHearer,
  type ReportKind,
  type ReportMessage,
  ReportSupervision,
} from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { termBy } from './ladder-term';
import { NotificationWriter, type WantedNotification } from './notification.writer';
import { Obligation, obligationSnapshot } from './obligation.entity';
import { excerpt, numberOf } from './obligation.terms';
import { type CountedReport, PeriodLights } from './period-lights';
import { type DeadlineOrigin, ladderOf, obligationChange, ObligationWriter } from './obligation.writer';

/** What units owe (应办事项) as far as plans and reports are concerned; always as a consequence of them. */
@Injectable()
export class ReportObligations extends ReportSupervision {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly writer: ObligationWriter,
    private readonly notifications: NotificationWriter,
    private readonly lights: PeriodLights,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {
    super();
  }

  owedBy(tx: EntityManager, part: ReportedPart, obligationId: string): Promise<OwedReport> {
    return consequences(tx, async () => {
      const { id, kind, subject, state, dueOn } = await this.lock(tx, part, obligationId);
      if (!isReportKind(kind)) {
        throw invalid(
          'OBLIGATION.NOT_BY_REPORT',
          `A ${kind} is not discharged by a report of this kind but by an event of the assignment.`,
          { field: 'obligationId', kind },
        );
      }
      return { id, kind, subject, state, dueOn };
    });
  }

  discharge(tx: EntityManager, part: ReportedPart, obligationId: string): Promise<void> {
    return consequences(tx, async () => {
      const obligation = openOnly(await this.lock(tx, part, obligationId));
      await this.writer.settle(tx, part, 'discharged', [obligation]);
    });
  }

  hold(tx: EntityManager, part: ReportedPart, obligationId: string): Promise<void> {
    return consequences(tx, async () => {
      const obligation = openOnly(await this.lock(tx, part, obligationId));
      Object.assign(obligation, { nextRung: null, nextRungAt: null });
      await tx.getRepository(Obligation).save(obligation);
    });
  }

  oweAgain(
    tx: EntityManager,
    part: ReportedPart,
    obligationId: string,
    by: LocalDate | null,
    rule: string,
  ): Promise<LocalDate> {
    return consequences(tx, async () => {
      const { at, plan, assignment } = part;
      const timeZone = await this.directory.timeZoneOf(tx, assignment.jurisdictionId);
      const today = localDateOf(at, timeZone);
      if (by !== null && by <= today) {
        throw invalid('ACTION_PLAN.BY_PAST', `"by" lies after today, ${today}.`, { field: 'by' });
      }
      const policy = await this.policyOf(tx, plan);
      const dueOn = by ?? this.calendar.addWorkingDays(today, policy.rectification.workingDays);
      const obligation = await this.lock(tx, part, obligationId);
      const { workingDays } = policy.rectification;
      const base = { decidedOn: today, ...(by === null ? { workingDays } : {}) };
      await this.redate(tx, part, timeZone, obligation, dueOn, { rule, base });
      return dueOn;
    });
  }

  oweMilestones(
    tx: EntityManager,
    part: ReportedPart,
    milestones: readonly OwedMilestone[],
  ): Promise<Map<string, string>> {
    return consequences(tx, async () => {
      const { actor, at, plan, assignment } = part;
      const timeZone = await this.directory.timeZoneOf(tx, assignment.jurisdictionId);
      const policy = await this.policyOf(tx, plan);
      const ladder =
        policy.obligations.find((rule) => rule.kind === 'milestone')?.ladder ?? policy.rectification.ladder;
      const origin: DeadlineOrigin = { rule: 'a milestone of the action plan', base: {} };
      const existing = await tx.getRepository(Obligation).find({
        where: { assignmentId: assignment.id, kind: 'milestone' },
        order: { id: 'ASC' },
        lock: { mode: 'for_no_key_update' },
      });
      const owed = new Map<string, string>();
      for (const { measureId, text, dueOn, obligationId } of milestones) {
        const known = existing.find(({ id, subject }) => id === obligationId || subject === text);
        // The document's own milestone of the same words is this one, and what is reached stays reached.
        if (known) {
          const isOther = known.state === 'lapsed' || (known.state === 'open' && known.dueOn !== dueOn);
          if (isOther) await this.redate(tx, part, timeZone, known, dueOn, origin);
          owed.set(measureId, known.id);
          continue;
        }
        const planned = { kind: 'milestone', subject: text, ladder, dueOn } as const;
        const obligation = this.writer.open(policy, timeZone, at, assignment, planned);
        const origins = new Map([[obligation.id, origin]]);
        await this.writer.insert(tx, actor, at, plan.id, 'obligation.opened', [obligation], origins);
        existing.push(obligation);
        owed.set(measureId, obligation.id);
      }
      return owed;
    });
  }

  lapse(tx: EntityManager, part: ReportedPart, obligationIds: readonly string[]): Promise<void> {
    return consequences(tx, async () => {
      if (obligationIds.length === 0) return;
      const open = await tx.getRepository(Obligation).find({
        where: { id: In([...obligationIds]), assignmentId: part.assignment.id, state: 'open' },
        order: { id: 'ASC' },
        lock: { mode: 'for_no_key_update' },
      });
      await this.writer.settle(tx, part, 'lapsed', open);
    });
  }

  light(tx: EntityManager, { actor, at }: ReportedPart, report: CountedReport): Promise<void> {
    return consequences(tx, () => this.lights.ofReport(tx, actor, at, report));
  }

  tell(
    tx: EntityManager,
    part: ReportedPart,
    hearer: ReportHearer,
    message: ReportMessage,
    parameters: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    return consequences(tx, async () => {
      const { at, plan, task, assignment } = part;
      const timeZone = await this.directory.timeZoneOf(tx, assignment.jurisdictionId);
      const names = await this.directory.namesOf(tx, [assignment.unitId]);
      const taskNumber = await numberOf(tx, task);
      const postIds = await this.postsOf(tx, part, hearer);
      const wanted = postIds.map((postId): WantedNotification => ({
        jurisdictionId: assignment.jurisdictionId,
        postId,
        kind: message,
        planId: plan.id,
        taskId: task.id,
        parameters: {
          taskNumber,
          taskContent: excerpt(task.content),
          unitName: names.get(assignment.unitId) ?? '',
          ...parameters,
        },
      }));
      await this.notifications.write(tx, at, timeZone, wanted);
    });
  }

  private async postsOf(
    tx: EntityManager,
    { task, assignment }: ReportedPart,
    hearer: ReportHearer,
  ): Promise<string[]> {
    if (hearer === 'contact' || hearer === 'head') {
      const posts = await this.directory.postsOf(tx, [assignment.unitId]);
      return [posts.get(assignment.unitId)![hearer]];
    }
    const leads: { unitId: string }[] = await tx.query(
      `select unit_id as "unitId" from assignment
       where task_id = $1 and role = 'lead' and state <> 'cancelled' order by id`,
      [task.id],
    );
    if (hearer === 'office' || leads.length === 0) return [(await this.directory.governmentPosts(tx)).office];
    const posts = await this.directory.postsOf(
      tx,
      leads.map(({ unitId }) => unitId),
    );
    return leads.map(({ unitId }) => posts.get(unitId)!.contact);
  }

  private async lock(tx: EntityManager, { assignment }: ReportedPart, id: string): Promise<Obligation> {
    const obligation = await tx.getRepository(Obligation).findOne({
      where: { id, assignmentId: assignment.id },
      lock: { mode: 'for_no_key_update' },
    });
    if (!obligation) {
      throw notFound('OBLIGATION.UNKNOWN', 'The assignment has no such obligation.', { field: 'obligationId' });
    }
    return obligation;
  }

  /** Another version of the deadline, with the ladder from its first step. */
  private async redate(
    tx: EntityManager,
    { actor, at, plan, assignment }: ReportedPart,
    timeZone: string,
    obligation: Obligation,
    dueOn: LocalDate,
    origin: DeadlineOrigin,
  ): Promise<void> {
    const before = obligationSnapshot(obligation);
    const effectiveOn = this.calendar.effectiveDate(dueOn);
    const clock = { calendar: this.calendar, timeZone };
    const ladder = await ladderOf(tx, this.policies, obligation);
    const term = termBy(obligation, effectiveOn, origin, timeZone, this.calendar);
    const pointer = firstPointer(ladder, term, at, clock);
    Object.assign(obligation, {
      unitId: assignment.unitId,
      state: 'open',
      settledAt: null,
      deadlineVersion: obligation.deadlineVersion + 1,
      ladderSince: obligation.deadlineVersion + 1,
      calendarPosition: this.calendar.position,
      dueOn,
      effectiveOn,
      dueAt: endOfLocalDay(effectiveOn, timeZone),
      nextRung: pointer?.rung ?? null,
      nextRungAt: pointer?.at ?? null,
      lastRung: null,
    });
    await tx.getRepository(Obligation).save(obligation);
    await this.writer.insertDeadlines(tx, actor, at, [obligation], new Map([[obligation.id, origin]]));
    const type = before.state === 'open' ? 'obligation.rescheduled' : 'obligation.reinstated';
    await this.history.append(tx, actor, at, [obligationChange(type, obligation, plan.id, before)]);
  }

  private policyOf(tx: EntityManager, { id, policyId, policyVersion }: ReportedPart['plan']): Promise<Policy> {
    if (policyId === null || policyVersion === null) throw new Error(`plan ${id} has no policy`);
    return this.policies.version(tx, policyId, policyVersion);
  }
}

function openOnly(obligation: Obligation): Obligation {
  if (obligation.state === 'open') return obligation;
  throw conflict('OBLIGATION.NOT_OPEN', `The obligation is ${obligation.state} already.`, {
    field: 'obligationId',
    state: obligation.state,
  });
}

const isReportKind = (kind: ObligationKind): kind is ObligationKind & ReportKind =>
  kind !== 'completion' && (REPORT_KINDS as readonly string[]).includes(kind);
