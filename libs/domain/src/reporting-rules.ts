import { DEFAULT_LIGHTS, type LightRules } from './light-rules';
import type { Policy } from './policy';

/** What a policy says of plans and reports, with what holds where it says nothing. */
export interface ReportingRules {
  /** Whose word makes what a unit's contact or handler hands in count. */
  confirmation: 'none' | 'head';
  /** Whether an action plan (办理方案) is done with when it is approved; else when it is handed in. */
  actionPlanApproval: boolean;
  /** Points of share behind the plan: from `yellow` on yellow, above `red` red; above `tolerance` a reason is owed. */
  lights: LightRules;
}

export const reportingRules = ({ confirmation, actionPlanApproval, lights }: Policy): ReportingRules => ({
  confirmation: confirmation ?? 'none',
  actionPlanApproval: actionPlanApproval ?? false,
  lights: lights ?? DEFAULT_LIGHTS,
});
