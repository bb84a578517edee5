import { consequences } from '@duban/database';
import { type ActionPlanFacts, actionPlanMachine, actionPlanMeasureMachine } from '@duban/domain';
import { type EventType, HistoryService } from '@duban/history';
import { invalid, type LocalDate, newId, parseLocalDate } from '@duban/kernel';
import { decide } from '@duban/state-machine';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { ActionPlan } from './action-plan.entity';
import { ActionPlanMeasure } from './action-plan-measure.entity';
import { actionPlanSnapshot, type ActionPlanSnapshot } from './action-plan.snapshot';
import { refuseSecretWords } from './plan-draft';
import { type ReportedPart, ReportSupervision } from './report-supervision.port';

export interface MeasureInput {
  text: string;
  /** The day by which it is taken. */
  by: string;
  /** Who is responsible (责任人), by name or post. */
  person: string;
  /** The section responsible (责任科室). */
  section?: string;
  milestone?: boolean;
}

export interface ActionPlanInput {
  goals: string;
  measures: MeasureInput[];
  /** The leader in charge (责任领导). */
  leaderInCharge?: string;
}

/** By what a version was handed in, and for what. */
interface Submission {
  reportId: string;
  obligationId: string | null;
  revisionReason: string | null;
}

/** Writes versions of action plans (办理方案) with their measures (措施) and what follows from them. */
@Injectable()
export class ActionPlanWriter {
  constructor(
    private readonly history: HistoryService,
    private readonly obligations: ReportSupervision,
  ) {}

  /**
   * The next version. One that nobody has decided on gives way to it; one that was approved holds until this one is.
   * @throws DomainError ACTION_PLAN.MEASURE_AFTER_DUE, ACTION_PLAN.MEASURE_TWICE
   */
  async submit(tx: EntityManager, part: ReportedPart, submission: Submission, input: ActionPlanInput): Promise<void> {
    const { actor, at, task, assignment } = part;
    if (actor.personId === null) throw new Error('an action plan is handed in by a person');
    const days = daysOf(input, task.dueOn);
    const [last] = await this.versionsOf(tx, assignment.id);
    if (last?.state === 'submitted') await this.supersede(tx, part, last);
    const plan = tx.getRepository(ActionPlan).create({
      id: newId(),
      jurisdictionId: assignment.jurisdictionId,
      taskId: task.id,
      assignmentId: assignment.id,
      ...submission,
      number: (last?.number ?? 0) + 1,
      goals: input.goals,
      leaderInCharge: input.leaderInCharge ?? null,
      state: actionPlanMachine.initial,
      submittedBy: actor.personId,
      submittedFor: actor.delegation?.personId ?? null,
      submittedAt: at,
      decisionReason: null,
      decidedBy: null,
      decidedAt: null,
    });
    await tx.getRepository(ActionPlan).insert(plan);
    const known = new Map((last ? await this.measuresOf(tx, last) : []).map((measure) => [measure.text, measure]));
    const measures = input.measures.map(({ text, person, section, milestone }, position) => {
      const before = known.get(text);
      // What was closed is not done anew since the plan around it was revised.
      const isClosed = before?.state === 'closed';
      return tx.getRepository(ActionPlanMeasure).create({
        id: newId(),
        actionPlanId: plan.id,
        position,
        text,
        dueOn: days[position]!,
        person,
        section: section ?? null,
        isMilestone: milestone ?? false,
        obligationId: null,
        state: isClosed ? 'closed' : actionPlanMeasureMachine.initial,
        closingText: isClosed ? before.closingText : null,
        closedBy: isClosed ? before.closedBy : null,
        closedAt: isClosed ? before.closedAt : null,
      });
    });
    if (measures.length > 0) await tx.getRepository(ActionPlanMeasure).insert(measures);
    await this.append(tx, part, 'action_plan.submitted', plan, measures, null, submission.revisionReason);
  }

  /** Tells who decides on a plan that it is there. */
  async tellSubmitted(tx: EntityManager, part: ReportedPart): Promise<void> {
    const hearer = part.assignment.role === 'lead' ? 'office' : 'leads';
    await this.obligations.tell(tx, part, hearer, 'action_plan_submitted');
  }

  /** The version that holds now takes the place of the one before: its milestones are owed, others no more. */
  async putInForce(tx: EntityManager, part: ReportedPart, plan: ActionPlan): Promise<void> {
    const versions = await this.versionsOf(tx, plan.assignmentId);
    const before = versions.find(({ id, state }) => id !== plan.id && state === 'approved') ?? null;
    const held = before ? await this.measuresOf(tx, before) : [];
    if (before) await this.supersede(tx, part, before);
    const measures = await this.measuresOf(tx, plan);
    const earlier = new Map(held.map((measure) => [measure.text, measure]));
    await consequences(tx, async () => {
      for (const measure of measures) {
        const was = earlier.get(measure.text);
        // Closed in the version that held while this one was looked at.
        if (was?.state === 'closed' && measure.state === 'open') {
          const { state, closingText, closedBy, closedAt } = was;
          Object.assign(measure, { state, closingText, closedBy, closedAt });
        }
        if (was && measure.isMilestone) measure.obligationId = was.obligationId;
      }
      const owing = measures.filter(({ isMilestone, state }) => isMilestone && state === 'open');
      const owed = await this.obligations.oweMilestones(
        tx,
        part,
        owing.map(({ id, text, dueOn, obligationId }) => ({ measureId: id, text, dueOn, obligationId })),
      );
      for (const measure of owing) measure.obligationId = owed.get(measure.id) ?? null;
      await tx.getRepository(ActionPlanMeasure).save(measures);
      const kept = new Set(measures.map(({ obligationId }) => obligationId));
      const dropped = held.flatMap(({ obligationId }) =>
        obligationId && !kept.has(obligationId) ? [obligationId] : [],
      );
      await this.obligations.lapse(tx, part, dropped);
    });
  }

  /** A milestone that was reported is a measure that is closed. */
  async closeByReport(tx: EntityManager, part: ReportedPart, obligationId: string, text: string): Promise<void> {
    const { actor, at } = part;
    const [measure] = await tx.getRepository(ActionPlanMeasure).find({
      where: { obligationId, state: 'open' },
      order: { id: 'DESC' },
    });
    if (!measure) return;
    const plan = await tx.getRepository(ActionPlan).findOneByOrFail({ id: measure.actionPlanId });
    const decision = decide(actionPlanMeasureMachine, measure.state, 'close', ['unit'], { text });
    if (plan.state !== 'approved' || !decision.ok) return;
    const before = actionPlanSnapshot(plan, await this.measuresOf(tx, plan));
    Object.assign(measure, { state: decision.to, closingText: text, closedBy: actor.personId, closedAt: at });
    await tx.getRepository(ActionPlanMeasure).save(measure);
    await this.append(tx, part, 'action_plan.measure_closed', plan, await this.measuresOf(tx, plan), before, null);
  }

  /** Ends a version that another takes the place of. */
  async supersede(tx: EntityManager, part: ReportedPart, plan: ActionPlan): Promise<void> {
    const measures = await this.measuresOf(tx, plan);
    const before = actionPlanSnapshot(plan, measures);
    const decision = decide(actionPlanMachine, plan.state, 'supersede', ['system'], NOBODY_DECIDES);
    if (!decision.ok) throw new Error(`a plan that is ${plan.state} gives way to none`);
    plan.state = decision.to;
    await tx.getRepository(ActionPlan).save(plan);
    await this.append(tx, part, 'action_plan.superseded', plan, measures, before, null);
  }

  /** The newest first. */
  versionsOf(tx: EntityManager, assignmentId: string): Promise<ActionPlan[]> {
    return tx.getRepository(ActionPlan).find({ where: { assignmentId }, order: { number: 'DESC' } });
  }

  measuresOf(tx: EntityManager, ...plans: readonly ActionPlan[]): Promise<ActionPlanMeasure[]> {
    return tx.getRepository(ActionPlanMeasure).find({
      where: { actionPlanId: In(plans.map(({ id }) => id)) },
      order: { actionPlanId: 'ASC', position: 'ASC' },
    });
  }

  async append(
    tx: EntityManager,
    { actor, at, plan: { id: planId } }: ReportedPart,
    type: EventType,
    plan: ActionPlan,
    measures: readonly ActionPlanMeasure[],
    before: ActionPlanSnapshot | null,
    reason: string | null,
  ): Promise<ActionPlanSnapshot> {
    const after = actionPlanSnapshot(plan, measures);
    await this.history.append(tx, actor, at, [
      {
        type,
        entity: 'action_plan',
        entityId: plan.id,
        jurisdictionId: plan.jurisdictionId,
        planId,
        taskId: plan.taskId,
        reason,
        before: before && { ...before },
        after: { ...after },
      },
    ]);
    return after;
  }
}

/** It follows from another version, so nobody's judgement is asked. */
const NOBODY_DECIDES: ActionPlanFacts = {
  isLead: true,
  hasLead: false,
  actsAsOffice: true,
  isOwn: false,
  reason: null,
};

/** The days of the measures. Each is named once, since it is by its words that a later version goes on with it. */
function daysOf({ goals, measures, leaderInCharge }: ActionPlanInput, dueOn: LocalDate | null): LocalDate[] {
  const words = measures.flatMap(({ text, person, section }) => [text, person, section]);
  refuseSecretWords([goals, leaderInCharge, ...words].filter(Boolean).join('\n'), 'actionPlan');
  return measures.map(({ text, by }, i) => {
    const field = `actionPlan.measures[${i}]`;
    if (measures.findIndex((other) => other.text === text) !== i) {
      throw invalid('ACTION_PLAN.MEASURE_TWICE', `"${text}" is there twice.`, { field: `${field}.text` });
    }
    const day = parseLocalDate(by);
    if (dueOn !== null && day > dueOn) {
      throw invalid('ACTION_PLAN.MEASURE_AFTER_DUE', `${by} is after ${dueOn}, when the task is due.`, {
        field: `${field}.by`,
        dueOn,
      });
    }
    return day;
  });
}
