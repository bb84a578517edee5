import { ActionPlan } from './action-plan.entity';
import { ActionPlanMeasure } from './action-plan-measure.entity';
import { Assignment } from './assignment.entity';
import { Contribution } from './contribution.entity';
import { Coordination } from './coordination.entity';
import { GroupCompletion } from './group-completion.entity';
import { PlanImport } from './plan-import.entity';
import { Objection } from './objection.entity';
import { Petitioner, RegisteredMatter } from './matter.entity';
import { Plan } from './plan.entity';
import { PlanRevision } from './plan-revision.entity';
import { PlanRevisionItem } from './plan-revision-item.entity';
import { PolicyDraft } from './policy-draft.entity';
import { PolicyVersion } from './policy.entity';
import { Reorganisation } from './reorganisation.entity';
import { Report } from './report.entity';
import { ReportConfirmation } from './report-confirmation.entity';
import { ReportSentence } from './report-sentence.entity';
import { Target } from './target.entity';
import { Task } from './task.entity';
import { Instruction, InstructionUnit } from './instruction.entity';
import { Satisfaction } from './satisfaction.entity';
import { Verification } from './verification.entity';

export { Assignment, type Role, ROLES } from './assignment.entity';
export { AssignmentService } from './assignment.service';
export { type MatterCorrection, MatterCorrections } from './matter-corrections.service';
export type { NearTask } from './matter-duplicates';
export type { MatterInput, PetitionerInput } from './matter-input';
export { type MatterSnapshot, matterSnapshot } from './matter-records';
export { Petitioner, RegisteredMatter } from './matter.entity';
export { MatterService, type Registered } from './matter.service';
export { takeNumbers } from './number-series';
export type { MeasuredFigure, MeasurementInput } from './measurements';
export { type AskedFigure, type Burden, FigureService } from './figures.service';
export { type HeldAssignment, HeldAssignments } from './held-assignment';
export { type GivenInstruction, InstructionService, type NewInstruction } from './instruction.service';
export { type NewSatisfaction, SatisfactionService } from './satisfaction.service';
export type { ContributionSnapshot } from './contribution.entity';
export {
  type AskedContributions,
  type ContributionInput,
  type ContributionRequest,
  ContributionService,
} from './contribution.service';
export type { CoordinationSnapshot } from './coordination.entity';
export { type CoordinationInput, CoordinationService, type NewCoordination } from './coordination.service';
export { GroupCompletionService, type GroupStanding } from './group-completion.service';
export type { OfficeStep } from './coordination.entity';
export { ObjectionDays } from './objection-days';
export { NO_STEP, OfficeSteps } from './office-steps';
export { assignedNames } from './plan-assignments';
export { type PlanFile, readPlanFile, type ReadPlan, refuseSecretFile, type TaskEdit } from './plan-draft';
export { PlanImport, type PlanImportOptions, type PlanImportProblem } from './plan-import.entity';
export { PlanImportService, type ReadOutcome } from './plan-import.service';
export { type DraftAction, PlanDraftService, type TaskAction } from './plan-draft.service';
export { Plan, PLAN_SOURCES, type PlanSource, type PlanWarning, VISIBILITIES, type Visibility } from './plan.entity';
export { type BreakdownInput, BreakdownService } from './breakdown.service';
export { lowerTasksOf } from './breakdown-below';
export { standsAsOffice } from './standing';
export { PlanRevisionService } from './plan-revision.service';
export { RevisionDecisions, type TakenItem, type TakenItems } from './revision-decisions.service';
export {
  type DraftOptions,
  type IssuePreview,
  type PlanIssueInput,
  type PlanIssueResult,
  PlanService,
} from './plan.service';
export { type ClosedPlan, type PlanClosing, PlanCloseService } from './plan-close.service';
export { assertPlanOpen, planChange } from './plan-records';
export { holdPlan } from './revision-hold';
export { planSnapshot } from './snapshots';
export { readSource } from './plan-source';
export {
  type EnableInput,
  type NewPolicyDraft,
  type PolicyDraftInput,
  PolicyDraftService,
  type PolicyDraftView,
  type TriedSource,
} from './policy-draft.service';
export { PolicyService, type PolicySummary, type PolicyView } from './policy.service';
export type { ReorganisationTerms, WorkMove } from './reorganisation.terms';
export type { PartEffect, ReorganisationPreview } from './reorganisation.preview';
export { type NewReorganisation, ReorganisationService, type ReorganisationView } from './reorganisation.service';
export { RestrictedReads } from './restricted-reads';
export { type Matter, type NamedPerson, RestrictionService } from './restriction.service';
export type { RevisionItemView, RevisionView } from './revision-view';
export { type Evidence, REPORT_KINDS, type ReportKind } from './report.entity';
export { type ActionPlanDecision, ActionPlanService, type MeasureMove } from './action-plan.service';
export type { ActionPlanSnapshot } from './action-plan.snapshot';
export type { ActionPlanInput } from './action-plan.writer';
export { type ConfirmationInput, ReportConfirmations } from './report-confirmations';
export { type CorrectionInput, type ReportInput, ReportService, type RevisionInput } from './report.service';
export { PartProgressReader } from './part-progress';
export {
  CURVE_SHAPES,
  type CurveInput,
  type KeptCurve,
  type TargetCurve,
  TargetCurves,
  UNSET_CURVE,
} from './target-curves';
export * from './report-supervision.port';
export * from './snapshots';
export { isStandingApplied, type StandingOffer, standingOffer } from './standing-offer';
export * from './supervision.port';
export { SuspensionService } from './suspension.service';
export { Target } from './target.entity';
export { Task } from './task.entity';
export { redateTask } from './task-states';
export { TasksModule } from './tasks.module';
export type { TransitionInput } from './transition-input';

/** The tables that this library owns. */
export const TASKS_ENTITIES = [
  PlanImport,
  Plan,
  PlanRevision,
  PlanRevisionItem,
  PolicyVersion,
  PolicyDraft,
  Task,
  Target,
  Assignment,
  Objection,
  Reorganisation,
  Report,
  RegisteredMatter,
  Petitioner,
  ReportConfirmation,
  ActionPlan,
  ActionPlanMeasure,
  Verification,
  Instruction,
  InstructionUnit,
  Satisfaction,
  Contribution,
  ReportSentence,
  Coordination,
  GroupCompletion,
];
