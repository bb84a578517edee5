import { isAnothers } from '@duban/database';
import { assertInMatter, may } from '@duban/directory';
import {
  type ActionPlanEffect,
  type ActionPlanFacts,
  actionPlanMachine,
  actionPlanMeasureMachine,
  DROPPED_STATES,
  ENDED_STATES,
  type MeasureEffect,
} from '@duban/domain';
import type { Actor } from '@duban/history';
import { conflict, forbidden, invalid, type LocalDate, localDateOf, notFound } from '@duban/kernel';
import { decide } from '@duban/state-machine';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ActionPlan } from './action-plan.entity';
import { ActionPlanMeasure } from './action-plan-measure.entity';
import { actionPlanSnapshot, type ActionPlanSnapshot } from './action-plan.snapshot';
import { ActionPlanWriter } from './action-plan.writer';
import { Assignment } from './assignment.entity';
import { type HeldAssignment, HeldAssignments, placeOf } from './held-assignment';
import { ReportConfirmation } from './report-confirmation.entity';
import { relationsTo } from './standing';
import { type ReportedPart, ReportSupervision } from './report-supervision.port';
import { ReportService } from './report.service';

export interface ActionPlanDecision {
  event: string;
  expectedVersion?: number;
  reason?: string;
  /** For `return`: the day by which it is handed in again; by default the policy's time. */
  by?: LocalDate;
}

export interface MeasureMove {
  event: string;
  expectedVersion?: number;
  text?: string;
}

/** Decides on action plans (办理方案), and closes their measures item by item (逐项销号). */
@Injectable()
export class ActionPlanService {
  constructor(
    private readonly held: HeldAssignments,
    private readonly writer: ActionPlanWriter,
    private readonly reports: ReportService,
    private readonly obligations: ReportSupervision,
  ) {}

  /**
   * Approves or returns a version.
   * @throws DomainError ACTION_PLAN.UNKNOWN, ACTION_PLAN.NOT_YOURS, DELEGATION.OUT_OF_MATTER, ACTION_PLAN.STALE,
   *   ACTION_PLAN.PART_ENDED, ACTION_PLAN.NOT_CONFIRMED, ACTION_PLAN.EVENT_NOT_ALLOWED, ACTION_PLAN.BY_PAST, or a guard's code
   */
  async decide(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    input: ActionPlanDecision,
  ): Promise<ActionPlanSnapshot> {
    const judges = may(actor, 'assignment.judge') || may(actor, 'assignment.judge_led');
    if (!judges) throw notYours();
    const { plan, held } = await this.hold(tx, actor, id);
    const { assignment } = held;
    const relations = await relationsTo(tx, actor, held.plan, assignment);
    // A unit is told that its own plan is its own, not that it is another's.
    const asked = relations.map((relation) => (relation === 'unit' ? 'lead_unit' : relation));
    if (asked.length === 0) throw notYours();
    assertCurrent(plan, input.expectedVersion);
    assertGoesOn(assignment);
    const confirmation = await tx.getRepository(ReportConfirmation).findOneBy({ reportId: plan.reportId });
    if (confirmation && confirmation.state !== 'confirmed') {
      throw conflict('ACTION_PLAN.NOT_CONFIRMED', 'The head of the unit has not confirmed it yet.', {
        state: confirmation.state,
      });
    }
    const facts: ActionPlanFacts = {
      isLead: assignment.role === 'lead',
      hasLead: await this.hasLead(tx, assignment.taskId),
      actsAsOffice: may(actor, 'assignment.judge'),
      isOwn:
        actor.unitId === assignment.unitId ||
        (await this.isOfUnit(tx, plan, actor.unitId)) ||
        [plan.submittedBy, plan.submittedFor].some(
          (person) => person !== null && (person === actor.personId || person === actor.delegation?.personId),
        ),
      reason: input.reason ?? null,
    };
    const decision = decide(actionPlanMachine, plan.state, input.event, asked, facts);
    if (!decision.ok) throw refusal(decision, input.event, plan);
    const before = actionPlanSnapshot(plan, await this.writer.measuresOf(tx, plan));
    Object.assign(plan, {
      state: decision.to,
      decisionReason: input.reason ?? null,
      decidedBy: actor.personId,
      decidedAt: at,
    });
    await tx.getRepository(ActionPlan).save(plan);
    const part = { actor, at, ...held };
    for (const effect of decision.effects) await this.effects[effect](tx, part, plan, input);
    const type = decision.to === 'approved' ? 'action_plan.approved' : 'action_plan.returned';
    const measures = await this.writer.measuresOf(tx, plan);
    return this.writer.append(tx, part, type, plan, measures, before, input.reason ?? null);
  }

  /**
   * Closes a measure of a plan that holds, or opens it again.
   * @throws DomainError ACTION_PLAN.UNKNOWN, ACTION_PLAN.UNKNOWN_MEASURE, ACTION_PLAN.NOT_YOURS,
   *   DELEGATION.OUT_OF_MATTER, ACTION_PLAN.NOT_IN_FORCE, ACTION_PLAN.STALE, ACTION_PLAN.PART_ENDED,
   *   ACTION_PLAN.EVENT_NOT_ALLOWED, or a guard's
   */
  async moveMeasure(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    measureId: string,
    input: MeasureMove,
  ): Promise<ActionPlanSnapshot> {
    if (!may(actor, 'assignment.act') && !may(actor, 'assignment.judge')) throw notYours();
    const { plan, held } = await this.hold(tx, actor, id);
    const relations = await relationsTo(tx, actor, held.plan, held.assignment);
    if (relations.length === 0) throw notYours();
    const measure = await tx.getRepository(ActionPlanMeasure).findOneBy({ id: measureId, actionPlanId: id });
    if (!measure) {
      throw notFound('ACTION_PLAN.UNKNOWN_MEASURE', 'The action plan has no such measure.', { measureId });
    }
    assertCurrent(measure, input.expectedVersion);
    assertGoesOn(held.assignment);
    await this.assertInForce(tx, plan, held);
    const decision = decide(actionPlanMeasureMachine, measure.state, input.event, relations, {
      text: input.text ?? null,
    });
    if (!decision.ok) throw refusal(decision, input.event, measure);
    const before = actionPlanSnapshot(plan, await this.writer.measuresOf(tx, plan));
    const isClosed = decision.to === 'closed';
    Object.assign(measure, {
      state: decision.to,
      closingText: isClosed ? (input.text ?? null) : null,
      closedBy: isClosed ? actor.personId : null,
      closedAt: isClosed ? at : null,
    });
    await tx.getRepository(ActionPlanMeasure).save(measure);
    const part = { actor, at, ...held };
    for (const effect of decision.effects) await this.measureEffects[effect](tx, part, measure);
    const type = isClosed ? 'action_plan.measure_closed' : 'action_plan.measure_reopened';
    const measures = await this.writer.measuresOf(tx, plan);
    return this.writer.append(tx, part, type, plan, measures, before, isClosed ? null : (input.text ?? null));
  }

  /** The versions of a part's plan that the actor may see, the newest first. */
  async list(tx: EntityManager, actor: Actor, assignmentId: string): Promise<ActionPlanSnapshot[]> {
    await this.held.assertReadable(tx, actor, assignmentId);
    const plans = await this.writer.versionsOf(tx, assignmentId);
    const measures = await this.writer.measuresOf(tx, ...plans);
    return plans.map((plan) =>
      actionPlanSnapshot(
        plan,
        measures.filter(({ actionPlanId }) => actionPlanId === plan.id),
      ),
    );
  }

  /** @throws DomainError ACTION_PLAN.UNKNOWN, ACTION_PLAN.NOT_YOURS */
  async get(tx: EntityManager, actor: Actor, id: string): Promise<ActionPlanSnapshot> {
    const plan = await this.find(tx, id);
    await this.held.assertReadable(tx, actor, plan.assignmentId);
    return actionPlanSnapshot(plan, await this.writer.measuresOf(tx, plan));
  }

  private readonly effects: Readonly<
    Record<
      ActionPlanEffect,
      (tx: EntityManager, part: ReportedPart, plan: ActionPlan, input: ActionPlanDecision) => Promise<void>
    >
  > = {
    put_plan_in_force: async (tx, part, plan) => {
      await this.writer.putInForce(tx, part, plan);
      const owed = plan.obligationId && (await this.obligations.owedBy(tx, part, plan.obligationId));
      if (owed && owed.state === 'open') await this.obligations.discharge(tx, part, owed.id);
      await this.obligations.tell(tx, part, 'contact', 'action_plan_approved');
    },
    owe_plan_again: async (tx, part, plan, { reason, by }) => {
      const versions = await this.writer.versionsOf(tx, plan.assignmentId);
      // Where a version holds, its revision was not accepted, and that is all.
      const holds = versions.some(({ state }) => state === 'approved');
      const dueOn =
        plan.obligationId !== null && !holds
          ? await this.obligations.oweAgain(tx, part, plan.obligationId, by ?? null, 'the action plan was returned')
          : null;
      await this.obligations.tell(tx, part, 'contact', 'action_plan_returned', { reason: reason ?? null, by: dueOn });
    },
  };

  private readonly measureEffects: Readonly<
    Record<MeasureEffect, (tx: EntityManager, part: ReportedPart, measure: ActionPlanMeasure) => Promise<void>>
  > = {
    discharge_milestone: async (tx, part, { obligationId }) => {
      const owed = obligationId && (await this.obligations.owedBy(tx, part, obligationId));
      if (owed && owed.state === 'open') await this.obligations.discharge(tx, part, owed.id);
    },
    owe_milestone_again: async (tx, part, { obligationId, dueOn }) => {
      const owed = obligationId && (await this.obligations.owedBy(tx, part, obligationId));
      if (!owed || owed.state === 'open') return;
      const timeZone = await this.held.timeZoneOf(tx, part.assignment);
      // By its own day, or where that has passed, by the policy's time for putting right.
      const by = dueOn > localDateOf(part.at, timeZone) ? dueOn : null;
      await this.obligations.oweAgain(tx, part, owed.id, by, 'the measure was opened again');
    },
  };

  private async hold(tx: EntityManager, actor: Actor, id: string): Promise<{ plan: ActionPlan; held: HeldAssignment }> {
    const { assignmentId } = await this.find(tx, id);
    const held = await this.held.hold(tx, assignmentId);
    assertInMatter(actor, placeOf(held.task));
    // As it is under the lock of the part.
    return { plan: await tx.getRepository(ActionPlan).findOneByOrFail({ id }), held };
  }

  private async find(tx: EntityManager, id: string): Promise<ActionPlan> {
    const plan = await tx.getRepository(ActionPlan).findOneBy({ id });
    if (plan) return plan;
    if (await isAnothers(tx, 'action_plan', id)) throw notYours();
    throw notFound('ACTION_PLAN.UNKNOWN', 'There is no such action plan.', { actionPlanId: id });
  }

  /** Whether a unit handed it in, whose part it may be no longer (机构改革). */
  private async isOfUnit(tx: EntityManager, { reportId }: ActionPlan, unitId: string | null): Promise<boolean> {
    const [reporting]: { unitId: string | null }[] = await tx.query(
      `select p.unit_id as "unitId" from report r join post p on p.id = r.post_id where r.id = $1`,
      [reportId],
    );
    return unitId !== null && reporting?.unitId === unitId;
  }

  private hasLead(tx: EntityManager, taskId: string): Promise<boolean> {
    return tx
      .getRepository(Assignment)
      .createQueryBuilder('a')
      .where(`a.task_id = :taskId and a.role = 'lead' and a.state not in (:...dropped)`, {
        taskId,
        dropped: DROPPED_STATES,
      })
      .getExists();
  }

  /** Where no approval is asked for, what was handed in holds until it is returned. */
  private async assertInForce(tx: EntityManager, plan: ActionPlan, held: HeldAssignment): Promise<void> {
    if (plan.state === 'approved') return;
    const rules = await this.reports.rulesOf(tx, held);
    if (plan.state === 'submitted' && !rules.actionPlanApproval) return;
    throw conflict('ACTION_PLAN.NOT_IN_FORCE', `This version of the plan is ${plan.state}: its measures stand still.`, {
      state: plan.state,
    });
  }
}

const notYours = (): Error =>
  forbidden('ACTION_PLAN.NOT_YOURS', 'This action plan is not yours to decide on; nothing was changed.');

/** Nothing is owed of a part that has ended, and a decision on its plan would owe it again. */
function assertGoesOn({ state }: Assignment): void {
  if (!ENDED_STATES.includes(state)) return;
  throw conflict('ACTION_PLAN.PART_ENDED', `The part is ${state}; its plan is decided on no more.`, { state });
}

function assertCurrent({ version, state }: { version: number; state: string }, expected: number | undefined): void {
  if (expected === undefined || expected === version) return;
  throw conflict('ACTION_PLAN.STALE', 'Somebody has changed it since you read it.', { version, state });
}

function refusal(
  decision: Exclude<ReturnType<typeof decide>, { ok: true }>,
  event: string,
  { state, version }: { state: string; version: number },
): Error {
  if (decision.reason === 'actor_not_allowed') return notYours();
  if (decision.reason === 'guard') return invalid(decision.code, decision.message);
  return conflict('ACTION_PLAN.EVENT_NOT_ALLOWED', `"${event}" is not possible in state ${state}.`, {
    state,
    version,
    allowed: decision.allowed,
  });
}
