import { holdCalendar } from '@duban/database';
import type { ObjectionOutcome } from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import { type Actor, type Change, type EventType, HistoryService } from '@duban/history';
import { type LocalDate, localDateOf, newId, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import type { Assignment } from './assignment.entity';
import { Objection } from './objection.entity';
import { NO_STEP, OfficeSteps } from './office-steps';
import type { Plan } from './plan.entity';
import { PolicyService } from './policy.service';

/** The part that is objected to, held by the caller. */
interface Objected {
  plan: Plan;
  assignment: Assignment;
}

/** Keeps what units say of matters that are not their own (异议), and what the office answered. */
@Injectable()
export class Objections {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly steps: OfficeSteps,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  async raise(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { plan, assignment }: Objected,
    reason: string,
  ): Promise<void> {
    if (actor.personId === null) throw new Error('an objection is raised by a person');
    const { answerWithin } = (await this.policies.ofPlan(tx, plan)).objection;
    await holdCalendar(tx, this.calendar);
    const answerDueOn = this.calendar.addWorkingDays(await this.dayOf(tx, plan, at), answerWithin);
    const objection = tx.getRepository(Objection).create({
      id: newId(),
      assignmentId: assignment.id,
      unitId: assignment.unitId,
      reason,
      raisedBy: actor.personId,
      raisedAt: at,
      answerDueOn,
      outcome: null,
      answer: null,
      settledBy: null,
      settledAt: null,
      ...(await this.steps.first(tx, plan.jurisdictionId, answerDueOn)),
    });
    await tx.getRepository(Objection).insert(objection);
    await this.history.append(tx, actor, at, [changeOf('objection.raised', objection, plan, assignment, null)]);
  }

  /** Whoever moves the part holds it, so one of two that answer at once finds it settled. */
  async settle(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { plan, assignment }: Objected,
    outcome: ObjectionOutcome | 'withdrawn',
    answer: string | null,
  ): Promise<void> {
    const objection = await tx
      .getRepository(Objection)
      .findOneByOrFail({ assignmentId: assignment.id, outcome: IsNull() });
    const before = { ...snapshotOf(objection) };
    Object.assign(objection, { outcome, answer, settledBy: actor.personId, settledAt: at, ...NO_STEP });
    await tx.getRepository(Objection).save(objection);
    const type = outcome === 'withdrawn' ? 'objection.withdrawn' : 'objection.settled';
    await this.history.append(tx, actor, at, [changeOf(type, objection, plan, assignment, before)]);
  }

  private async dayOf(tx: EntityManager, { jurisdictionId }: Plan, at: Date): Promise<LocalDate> {
    return localDateOf(at, await this.directory.timeZoneOf(tx, jurisdictionId));
  }
}

/** What the office is told next follows from the rest. */
const snapshotOf = ({ nextStep: _step, nextStepAt: _stepAt, ...objection }: Objection): Record<string, unknown> => ({
  ...objection,
  raisedAt: objection.raisedAt.toISOString(),
  settledAt: objection.settledAt?.toISOString() ?? null,
});

const changeOf = (
  type: EventType,
  objection: Objection,
  plan: Plan,
  assignment: Assignment,
  before: Record<string, unknown> | null,
): Change => ({
  type,
  entity: 'objection',
  entityId: objection.id,
  jurisdictionId: assignment.jurisdictionId,
  planId: plan.id,
  taskId: assignment.taskId,
  reason: objection.answer ?? objection.reason,
  before,
  after: snapshotOf(objection),
});
