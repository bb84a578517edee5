import {
  type ApplicationEvent,
  type ApplicationFacts,
  type ApplicationKind,
  applicationMachine,
  type ApplicationRelation,
  ENDED_STATES,
  extensionRefusal,
  isBeyondOfficer,
  type UnimplementedReason,
} from '@duban/domain';
import { consequences, holdCalendar } from '@duban/database';
import { assertInMatter, assertMay, may, UnitDirectory } from '@duban/directory';
import { type Actor, type EventType, HistoryService } from '@duban/history';
import {
  conflict,
  forbidden,
  invalid,
  type LocalDate,
  localDateOf,
  newId,
  notFound,
  type WorkingCalendar,
} from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { decide } from '@duban/state-machine';
import {
  assertPlanOpen,
  AssignmentService,
  type HeldAssignment,
  HeldAssignments,
  NO_STEP,
  OfficeSteps,
  PolicyService,
} from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { presentLead } from './application-lead';
import { applicationChange } from './application-closer';
import { Application, applicationSnapshot, type ApplicationSnapshot } from './application.entity';
import { ObligationClock } from './obligation.clock';
import { Obligation } from './obligation.entity';
import { PartMessages } from './part-messages';

/** What a unit, or an officer, applies for. */
export type ApplicationInput =
  | { kind: 'extension'; reason: string; obligationId: string; dueOn: LocalDate; progress: string }
  | { kind: 'close_unimplemented'; reason: string; unimplementedReason: UnimplementedReason }
  | { kind: 'review'; reason: string };

export interface ApplicationDecision {
  event: ApplicationEvent;
  reason?: string;
  /** The exact new date that is granted, where it is not the one that was asked for. */
  dueOn?: LocalDate;
  expectedVersion?: number;
}

/** The last return of a completion. */
interface Return {
  at: Date;
  people: string[];
}

/** Takes applications (申请) of units in, has them decided by whoever may, and does what was approved at once. */
@Injectable()
export class ApplicationService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly assignments: AssignmentService,
    private readonly held: HeldAssignments,
    private readonly obligationClock: ObligationClock,
    private readonly messages: PartMessages,
    private readonly steps: OfficeSteps,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * While an application waits, dates and ladders go on.
   * @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.NOT_YOURS, DELEGATION.OUT_OF_MATTER, PLAN.CLOSED,
   *   APPLICATION.PART_ENDED, APPLICATION.SUSPENDED, APPLICATION.OPEN_ALREADY, APPLICATION.HEAD_ASKS, OBLIGATION.UNKNOWN,
   *   the codes EXTENSION.…, REVIEW.…
   */
  async make(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    assignmentId: string,
    input: ApplicationInput,
  ): Promise<ApplicationSnapshot> {
    assertMay(actor, 'application.make');
    const held = await this.held.hold(tx, assignmentId);
    const { assignment, task, plan } = held;
    if (!may(actor, 'application.make', assignment.unitId)) throw notYours();
    assertInMatter(actor, { planId: task.planId, taskId: task.id, parentId: task.parentId });
    this.assertMayAsk(actor, input.kind);
    if (plan.unitId !== null) {
      throw conflict('APPLICATION.OF_A_UNITS_PLAN', 'In a unit’s own plan (二级分解) its head decides; ask there.', {
        planId: plan.id,
      });
    }
    assertGoesOn(held);
    const terms = await consequences(tx, () => this.termsOf(tx, at, held, input));
    const decideBy = await this.decideBy(tx, at, held, input.kind);
    const application = tx.getRepository(Application).create({
      id: newId(),
      jurisdictionId: assignment.jurisdictionId,
      taskId: task.id,
      assignmentId,
      unitId: assignment.unitId,
      kind: input.kind,
      state: applicationMachine.initial,
      reason: input.reason,
      ...terms,
      grantedDueOn: null,
      askedByUnitId: actor.unitId,
      requestedBy: actor.personId!,
      requestedFor: actor.delegation?.personId ?? null,
      requestedAt: at,
      decidedBy: null,
      decidedAt: null,
      decision: null,
      decideBy,
      ...(await this.steps.first(tx, assignment.jurisdictionId, decideBy)),
      version: 1,
    });
    await tx.getRepository(Application).insert(application);
    await this.history.append(tx, actor, at, [applicationChange('application.made', application, plan.id, null)]);
    await consequences(tx, () => this.messages.ofApplication(tx, { actor, at, plan, task, assignment }, application));
    return applicationSnapshot(application);
  }

  /**
   * Of two who decide at once the second finds it decided, and hears by whom.
   * @throws DomainError APPLICATION.UNKNOWN, APPLICATION.NOT_YOURS, DELEGATION.OUT_OF_MATTER, PLAN.CLOSED,
   *   APPLICATION.STALE, APPLICATION.DECIDED, EXTENSION.NOT_OPEN, or the code of the guard that refused
   */
  async transition(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    input: ApplicationDecision,
  ): Promise<ApplicationSnapshot> {
    if (!may(actor, 'application.make') && !may(actor, 'application.decide')) throw notYours();
    const found = await tx.getRepository(Application).findOneBy({ id });
    if (!found) throw notFound('APPLICATION.UNKNOWN', 'There is no such application.', { applicationId: id });
    const held = await this.held.hold(tx, found.assignmentId);
    const { assignment, task, plan } = held;
    const obligation = await consequences(tx, () => holdObligation(tx, found.obligationId));
    const application = await tx
      .getRepository(Application)
      .findOne({ where: { id }, lock: { mode: 'for_no_key_update' } });
    if (!application) throw notYours();
    const relations = await consequences(tx, () => this.relations(tx, actor, held, application));
    if (relations.length === 0) throw notYours();
    assertInMatter(actor, { planId: task.planId, taskId: task.id, parentId: task.parentId });
    const facts = await consequences(tx, () => this.factsOf(tx, actor, held, application, obligation, input));
    const isStale = input.expectedVersion !== undefined && input.expectedVersion !== application.version;
    const decision = decide(applicationMachine, application.state, input.event, relations, facts);
    if (isStale || (!decision.ok && decision.reason === 'event_not_allowed')) {
      throw conflict(
        isStale ? 'APPLICATION.STALE' : 'APPLICATION.DECIDED',
        isStale ? 'Somebody has changed the application since you read it.' : `It is ${application.state} already.`,
        {
          state: application.state,
          version: application.version,
          last: await consequences(tx, () => this.history.lastOf(tx, id)),
        },
      );
    }
    if (!decision.ok) {
      if (decision.reason === 'guard') throw invalid(decision.code, decision.message);
      throw notYours();
    }
    if (input.event === 'approve') assertGoesOn(held);
    if (input.event === 'approve' && obligation && obligation.state !== 'open') {
      throw conflict('EXTENSION.NOT_OPEN', `The obligation is ${obligation.state}; there is no date to extend.`, {
        state: obligation.state,
      });
    }
    const before = { ...applicationSnapshot(application) };
    const granted = input.event === 'approve' ? (input.dueOn ?? application.askedDueOn) : null;
    Object.assign(application, {
      state: decision.to,
      decidedBy: actor.personId,
      decidedAt: at,
      decision: input.reason ?? null,
      grantedDueOn: application.kind === 'extension' ? granted : null,
      ...NO_STEP,
    });
    await tx.getRepository(Application).save(application);
    await this.history.append(tx, actor, at, [
      applicationChange(EVENT_NAMES[input.event], application, plan.id, before),
    ]);
    const part = { actor, at, plan, task, assignment };
    if (input.event === 'approve') await this.carryOut(tx, part, application, obligation);
    if (input.event !== 'withdraw') {
      // Of a part that ended its unit is told by that.
      const isToldOtherwise = input.event === 'approve' && application.kind === 'close_unimplemented';
      if (!isToldOtherwise) await consequences(tx, () => this.messages.ofDecision(tx, part, application));
    }
    return applicationSnapshot(application);
  }

  /** The day by which it is decided: of whoever decides, it is owed like anything else. */
  private async decideBy(
    tx: EntityManager,
    at: Date,
    { plan, assignment }: HeldAssignment,
    kind: ApplicationKind,
  ): Promise<LocalDate> {
    await holdCalendar(tx, this.calendar);
    const today = localDateOf(at, await this.directory.timeZoneOf(tx, assignment.jurisdictionId));
    return this.calendar.addWorkingDays(today, (await this.policies.ofPlan(tx, plan)).decideWithin[kind]);
  }

  private async carryOut(
    tx: EntityManager,
    part: Parameters<ObligationClock['extend']>[1],
    application: Application,
    obligation: Obligation | null,
  ): Promise<void> {
    const { actor, at, assignment } = part;
    const reason = application.decision ?? application.reason;
    if (application.kind === 'close_unimplemented') {
      const { unimplementedReason } = application;
      await this.assignments.transition(tx, actor, at, assignment.id, {
        event: 'close_unimplemented',
        unimplementedReason: unimplementedReason!,
        reason,
      });
      return;
    }
    if (application.kind === 'review') {
      await this.assignments.restore(tx, actor, at, assignment.id, reason);
      return;
    }
    await consequences(tx, () =>
      this.obligationClock.extend(tx, part, obligation!, application.grantedDueOn!, {
        rule: 'extension granted on application',
        base: {
          applicationId: application.id,
          extendedFrom: obligation!.deadlineVersion,
          effectiveOn: obligation!.effectiveOn,
          ...(application.approverUnitId === null ? {} : { setByUnit: application.approverUnitId }),
        },
      }),
    );
  }

  /** That its unit ends without success is for the head of the unit to ask, or for the office. */
  private assertMayAsk(actor: Actor, kind: ApplicationKind): void {
    if (kind !== 'close_unimplemented') {
      if (actor.unitId !== null) return;
      throw invalid('APPLICATION.UNIT_ASKS', 'The unit whose part it is asks for that itself.', { field: 'kind' });
    }
    if (actor.unitId === null || actor.post === 'head') return;
    throw forbidden('APPLICATION.HEAD_ASKS', 'The head of the unit asks to end a part without success.');
  }

  private async termsOf(
    tx: EntityManager,
    at: Date,
    held: HeldAssignment,
    input: ApplicationInput,
  ): Promise<
    Pick<
      Application,
      'obligationId' | 'progress' | 'presentDueOn' | 'askedDueOn' | 'unimplementedReason' | 'approverUnitId'
    >
  > {
    const none = {
      obligationId: null,
      progress: null,
      presentDueOn: null,
      askedDueOn: null,
      unimplementedReason: null,
      approverUnitId: null,
    };
    const { assignment } = held;
    if (input.kind === 'extension') {
      const obligation = await holdObligation(tx, input.obligationId);
      if (obligation?.assignmentId !== assignment.id) {
        throw notFound('OBLIGATION.UNKNOWN', 'The assignment has no such obligation.', { field: 'obligationId' });
      }
      const hasOpen = await tx
        .getRepository(Application)
        .existsBy({ obligationId: obligation.id, kind: 'extension', state: 'requested' });
      const refusal = extensionRefusal({
        state: obligation.state,
        isPastDue: at >= obligation.dueAt,
        presentOn: obligation.effectiveOn,
        askedOn: input.dueOn,
        hasOpen,
      });
      if (refusal) {
        const { code, message, field } = refusal;
        throw code === 'EXTENSION.NOT_LATER' ? invalid(code, message, { field }) : conflict(code, message, { field });
      }
      const { setByUnit } = await this.obligationClock.originOf(tx, obligation.id);
      return {
        ...none,
        obligationId: obligation.id,
        progress: input.progress,
        presentDueOn: obligation.effectiveOn,
        askedDueOn: input.dueOn,
        approverUnitId: setByUnit === null ? null : await presentLead(tx, this.directory, held, setByUnit),
      };
    }
    const isOpen = { assignmentId: assignment.id, kind: input.kind, state: 'requested' as const };
    if (await tx.getRepository(Application).existsBy(isOpen)) {
      throw conflict('APPLICATION.OPEN_ALREADY', 'The same is asked for already; withdraw that first.');
    }
    if (input.kind === 'close_unimplemented') return { ...none, unimplementedReason: input.unimplementedReason };
    await this.assertReviewable(tx, at, held);
    return none;
  }

  /** @throws DomainError REVIEW.NOT_RETURNED, REVIEW.TOO_LATE, REVIEW.DECIDED */
  private async assertReviewable(tx: EntityManager, at: Date, { plan, assignment }: HeldAssignment): Promise<void> {
    const returned = assignment.state === 'in_progress' ? await lastReturn(tx, assignment.id) : null;
    if (!returned) throw conflict('REVIEW.NOT_RETURNED', 'No completion of this part was returned last.');
    const timeZone = await this.directory.timeZoneOf(tx, assignment.jurisdictionId);
    const { workingDays } = (await this.policies.ofPlan(tx, plan)).review;
    const lastDay = this.calendar.addWorkingDays(localDateOf(returned.at, timeZone), workingDays);
    if (localDateOf(at, timeZone) > lastDay) {
      throw conflict('REVIEW.TOO_LATE', `A review of this return could be asked for until ${lastDay}.`, { lastDay });
    }
    const [earlier]: { id: string }[] = await tx.query(
      `select id from application
       where assignment_id = $1 and kind = 'review' and state = 'denied' and requested_at >= $2 limit 1`,
      [assignment.id, returned.at],
    );
    if (earlier) {
      throw conflict('REVIEW.DECIDED', 'A review of this return was decided already.', { applicationId: earlier.id });
    }
  }

  /** The office decides, or the lead that set the date as long as it leads; how a part ends, and reviews, the head alone. */
  private async relations(
    tx: EntityManager,
    actor: Actor,
    held: HeldAssignment,
    application: Application,
  ): Promise<ApplicationRelation[]> {
    const relations: ApplicationRelation[] = [];
    const isOfOffice = actor.unitId === null;
    const asked = application.askedByUnitId === null ? isOfOffice : actor.unitId === held.assignment.unitId;
    if (asked && may(actor, 'application.make', held.assignment.unitId)) relations.push('applicant');
    if (!may(actor, 'application.decide')) return relations;
    const lead =
      application.approverUnitId === null
        ? null
        : await presentLead(tx, this.directory, held, application.approverUnitId);
    const isHeads = application.kind !== 'extension';
    const decides =
      lead === null ? isOfOffice && (!isHeads || may(actor, 'assignment.approve')) : lead === actor.unitId;
    if (decides) relations.push('approver');
    return relations;
  }

  private async factsOf(
    tx: EntityManager,
    actor: Actor,
    { plan, assignment }: HeldAssignment,
    application: Application,
    obligation: Obligation | null,
    input: ApplicationDecision,
  ): Promise<ApplicationFacts> {
    const people = [actor.personId, actor.delegation?.personId].filter((id) => id !== null && id !== undefined);
    const isOneOf = (ids: readonly (string | null)[]): boolean => ids.some((id) => id !== null && people.includes(id));
    const returned = application.kind === 'review' ? await lastReturn(tx, assignment.id) : null;
    const dueOn = input.dueOn ?? application.askedDueOn;
    const facts: ApplicationFacts = {
      kind: application.kind,
      isOwn:
        isOneOf([application.requestedBy, application.requestedFor]) ||
        (actor.unitId !== null && [application.unitId, assignment.unitId].includes(actor.unitId)),
      isOwnReturn: returned !== null && isOneOf(returned.people),
      isBeyondOfficer: false,
      reason: input.reason ?? null,
      isLater: dueOn !== null && obligation !== null && dueOn > obligation.effectiveOn,
    };
    const isOfficers = actor.unitId === null && !may(actor, 'assignment.approve');
    if (!isOfficers || dueOn === null || !obligation || !facts.isLater) return facts;
    const grantedBefore = await tx
      .getRepository(Application)
      .countBy({ obligationId: obligation.id, kind: 'extension', state: 'approved' });
    const extension = { grantedBefore, presentOn: obligation.effectiveOn, grantedOn: dueOn };
    return { ...facts, isBeyondOfficer: isBeyondOfficer(await this.policies.ofPlan(tx, plan), extension) };
  }
}

const EVENT_NAMES: Readonly<Record<ApplicationEvent, EventType>> = {
  approve: 'application.approved',
  deny: 'application.denied',
  withdraw: 'application.withdrawn',
};

function assertGoesOn({ plan, assignment }: HeldAssignment): void {
  assertPlanOpen(plan);
  if (ENDED_STATES.includes(assignment.state)) {
    throw conflict('APPLICATION.PART_ENDED', `The part is ${assignment.state}.`, { state: assignment.state });
  }
  if (assignment.marks.includes('suspended')) {
    throw conflict('APPLICATION.SUSPENDED', `The part is suspended until ${assignment.resumeOn}.`, {
      resumeOn: assignment.resumeOn,
    });
  }
}

const holdObligation = (tx: EntityManager, id: string | null): Promise<Obligation | null> =>
  id === null
    ? Promise.resolve(null)
    : tx.getRepository(Obligation).findOne({ where: { id }, lock: { mode: 'for_no_key_update' } });

/** The return after which nothing else became of the part; null where there is none. */
async function lastReturn(tx: EntityManager, assignmentId: string): Promise<Return | null> {
  const [last]: { type: string; at: Date; people: string[] }[] = await tx.query(
    `select type, occurred_at as at, array_remove(array[actor_person_id, actor_for_person_id], null) as people
     from history_event where entity = 'assignment' and entity_id = $1
       and before->>'state' is distinct from after->>'state' order by seq desc limit 1`,
    [assignmentId],
  );
  return last?.type === 'assignment.returned' ? { at: last.at, people: last.people } : null;
}

const notYours = (): Error =>
  forbidden('APPLICATION.NOT_YOURS', 'This is not yours to ask for, or to decide; nothing was changed.');
