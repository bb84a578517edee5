import { coordinationMachine, type CoordinationRelation, ENDED_STATES } from '@duban/domain';
import { holdCalendar, isAnothers } from '@duban/database';
import { assertInMatter, assertMay, may, UnitDirectory } from '@duban/directory';
import { type Actor, type EventType, HistoryService } from '@duban/history';
import { conflict, forbidden, invalid, localDateOf, newId, notFound, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { decide } from '@duban/state-machine';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In, Not } from 'typeorm';
import { holdTask } from './acted-part';
import { Assignment } from './assignment.entity';
import { Coordination, type CoordinationSnapshot, coordinationSnapshot } from './coordination.entity';
import { NO_STEP, OfficeSteps } from './office-steps';
import { refuseSecretWords } from './plan-draft';
import { PolicyService } from './policy.service';
import { SupervisionPort } from './supervision.port';
import { Task } from './task.entity';

export interface NewCoordination {
  about: string;
  /** The units with which there is a disagreement, by code or name. */
  with: readonly string[];
  reason: string;
}

export interface CoordinationInput {
  event: string;
  expectedVersion?: number;
  decision?: string;
}

/** Disagreements between the units of a task go to the office, which settles them by a day (协调). */
@Injectable()
export class CoordinationService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly steps: OfficeSteps,
    private readonly supervision: SupervisionPort,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * @throws DomainError TASK.UNKNOWN, TASK.NOT_YOURS, COORDINATION.UNKNOWN_UNIT, COORDINATION.NOT_IN_TASK,
   *   COORDINATION.ALREADY_RAISED
   */
  async raise(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    taskId: string,
    input: NewCoordination,
  ): Promise<CoordinationSnapshot> {
    if (!(await tx.getRepository(Task).existsBy({ id: taskId }))) {
      if (await isAnothers(tx, 'task', taskId)) throw notYours(taskId);
      throw notFound('TASK.UNKNOWN', 'There is no such task.', { taskId });
    }
    assertMay(actor, 'assignment.act');
    const { plan, task } = await holdTask(tx, actor, taskId);
    const parts = await tx.getRepository(Assignment).findBy({ taskId, state: Not(In([...ENDED_STATES])) });
    const own = parts.find(({ unitId }) => unitId === actor.unitId);
    if (!own || actor.personId === null) throw notYours(taskId);
    refuseSecretWords(`${input.about}\n${input.reason}`, 'about');
    const withUnitIds: string[] = [];
    for (const [i, name] of input.with.entries()) {
      const unitId = await this.directory.find(tx, plan.jurisdictionId, name);
      if (!unitId) {
        throw invalid('COORDINATION.UNKNOWN_UNIT', `There is no unit "${name}".`, { field: `with[${i}]` });
      }
      if (unitId === own.unitId || !parts.some((part) => part.unitId === unitId)) {
        throw invalid('COORDINATION.NOT_IN_TASK', `"${name}" has no open part in the task beside yours.`, {
          field: `with[${i}]`,
        });
      }
      if (!withUnitIds.includes(unitId)) withUnitIds.push(unitId);
    }
    const open = await tx
      .getRepository(Coordination)
      .findOneBy({ taskId, assignmentId: own.id, about: input.about, state: 'raised' });
    if (open) {
      throw conflict('COORDINATION.ALREADY_RAISED', 'Your unit has raised this already; the office has it.', {
        coordinationId: open.id,
        dueOn: open.dueOn,
      });
    }
    const { workingDays } = (await this.policies.ofPlan(tx, plan)).coordination;
    const today = localDateOf(at, await this.directory.timeZoneOf(tx, plan.jurisdictionId));
    await holdCalendar(tx, this.calendar);
    const dueOn = this.calendar.addWorkingDays(today, workingDays);
    const coordination = tx.getRepository(Coordination).create({
      id: newId(),
      jurisdictionId: task.jurisdictionId,
      taskId,
      assignmentId: own.id,
      unitId: own.unitId,
      withUnitIds,
      about: input.about,
      reason: input.reason,
      state: coordinationMachine.initial,
      dueOn,
      decision: null,
      raisedBy: actor.personId,
      raisedAt: at,
      settledBy: null,
      settledAt: null,
      ...(await this.steps.first(tx, plan.jurisdictionId, dueOn)),
      version: 1,
    });
    await tx.getRepository(Coordination).insert(coordination);
    const after = coordinationSnapshot(coordination);
    await this.history.append(tx, actor, at, [
      changeOf('coordination.raised', coordination, plan.id, null, input.reason),
    ]);
    const message = {
      at,
      planId: plan.id,
      task,
      assignment: own,
      kind: 'coordination_raised',
      parameters: { about: input.about, reason: input.reason, dueOn },
    } as const;
    await this.supervision.tell(tx, { ...message, to: 'office' });
    await this.supervision.tell(tx, { ...message, to: withUnitIds });
    return after;
  }

  /**
   * One event of the machine: the office settles, who raised it withdraws.
   * @throws DomainError COORDINATION.UNKNOWN, COORDINATION.NOT_YOURS, COORDINATION.STALE,
   *   COORDINATION.EVENT_NOT_ALLOWED, COORDINATION.DECISION_REQUIRED
   */
  async transition(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    input: CoordinationInput,
  ): Promise<CoordinationSnapshot> {
    if (!may(actor, 'assignment.judge') && !may(actor, 'assignment.act')) throw notYoursToMove();
    const repository = tx.getRepository(Coordination);
    const found = await repository.findOneBy({ id });
    if (!found) throw notFound('COORDINATION.UNKNOWN', 'There is no such coordination.', { coordinationId: id });
    const { plan, task } = await holdTask(tx, actor, found.taskId);
    const coordination = await repository.findOne({ where: { id }, lock: { mode: 'for_no_key_update' } });
    if (!coordination) throw notYoursToMove();
    const assignment = await tx.getRepository(Assignment).findOneByOrFail({ id: coordination.assignmentId });
    assertInMatter(actor, { planId: task.planId, taskId: task.id, parentId: task.parentId });
    const relations: CoordinationRelation[] = [
      ...(may(actor, 'assignment.judge') ? (['office'] as const) : []),
      ...(may(actor, 'assignment.act', coordination.unitId) ? (['raising_unit'] as const) : []),
    ];
    if (relations.length === 0) throw notYoursToMove();
    if (input.expectedVersion !== undefined && input.expectedVersion !== coordination.version) {
      throw conflict('COORDINATION.STALE', 'Somebody has changed it since you read it.', {
        version: coordination.version,
        state: coordination.state,
      });
    }
    const facts = { decision: input.decision ?? null };
    const decision = decide(coordinationMachine, coordination.state, input.event, relations, facts);
    if (!decision.ok) {
      if (decision.reason === 'actor_not_allowed') throw notYoursToMove();
      if (decision.reason === 'guard') throw invalid(decision.code, decision.message, { field: 'decision' });
      throw conflict(
        'COORDINATION.EVENT_NOT_ALLOWED',
        `"${input.event}" is not possible in state ${coordination.state}.`,
        { state: coordination.state, version: coordination.version, allowed: decision.allowed },
      );
    }
    const before = coordinationSnapshot(coordination);
    const settles = decision.to === 'settled';
    if (settles) refuseSecretWords(input.decision!, 'decision');
    Object.assign(coordination, {
      state: decision.to,
      settledBy: actor.personId,
      settledAt: at,
      ...(settles ? { decision: input.decision } : {}),
      ...NO_STEP,
    });
    await repository.save(coordination);
    const type = settles ? 'coordination.settled' : 'coordination.withdrawn';
    await this.history.append(tx, actor, at, [
      changeOf(type, coordination, plan.id, before, coordination.decision ?? coordination.reason),
    ]);
    if (settles) {
      await this.supervision.tell(tx, {
        at,
        planId: plan.id,
        task,
        assignment,
        to: [coordination.unitId, ...coordination.withUnitIds],
        kind: 'coordination_settled',
        parameters: { about: coordination.about, decision: coordination.decision },
      });
    }
    return coordinationSnapshot(coordination);
  }
}

const notYours = (taskId: string): Error =>
  forbidden('TASK.NOT_YOURS', 'Your unit has no open part in this task.', { taskId });
const notYoursToMove = (): Error =>
  forbidden('COORDINATION.NOT_YOURS', 'This is not yours to settle or withdraw; nothing was changed.');

const changeOf = (
  type: EventType,
  coordination: Coordination,
  planId: string,
  before: CoordinationSnapshot | null,
  reason: string,
) =>
  ({
    type,
    entity: 'coordination',
    entityId: coordination.id,
    jurisdictionId: coordination.jurisdictionId,
    planId,
    taskId: coordination.taskId,
    reason,
    before: before === null ? null : { ...before },
    after: { ...coordinationSnapshot(coordination) },
  }) as const;
