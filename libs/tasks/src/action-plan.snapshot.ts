import type { ActionPlan } from './action-plan.entity';
import type { ActionPlanMeasure } from './action-plan-measure.entity';

type MeasureSnapshot = Omit<ActionPlanMeasure, 'actionPlanId' | 'position' | 'dueOn' | 'isMilestone' | 'closedAt'> & {
  by: string;
  milestone: boolean;
  closedAt: string | null;
};

/** A version of an action plan (办理方案) with its measures, as history keeps it and the API shows it. */
export type ActionPlanSnapshot = Omit<ActionPlan, 'jurisdictionId' | 'submittedAt' | 'decidedAt'> & {
  submittedAt: string;
  decidedAt: string | null;
  measures: MeasureSnapshot[];
};

export function actionPlanSnapshot(plan: ActionPlan, measures: readonly ActionPlanMeasure[]): ActionPlanSnapshot {
  const { id, taskId, assignmentId, obligationId, reportId, number, goals, leaderInCharge, revisionReason } = plan;
  const { state, submittedBy, submittedFor, decisionReason, decidedBy, version } = plan;
  return {
    id,
    taskId,
    assignmentId,
    obligationId,
    reportId,
    number,
    goals,
    leaderInCharge,
    revisionReason,
    state,
    submittedBy,
    submittedFor,
    submittedAt: plan.submittedAt.toISOString(),
    decisionReason,
    decidedBy,
    decidedAt: plan.decidedAt?.toISOString() ?? null,
    version,
    measures: measures
      .toSorted((a, b) => a.position - b.position)
      .map((measure) => ({
        id: measure.id,
        text: measure.text,
        by: measure.dueOn,
        person: measure.person,
        section: measure.section,
        milestone: measure.isMilestone,
        obligationId: measure.obligationId,
        state: measure.state,
        closingText: measure.closingText,
        closedBy: measure.closedBy,
        closedAt: measure.closedAt?.toISOString() ?? null,
        version: measure.version,
      })),
  };
}
