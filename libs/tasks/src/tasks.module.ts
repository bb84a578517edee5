import { Global, Module } from '@nestjs/common';
import { AssignmentFactsLoader } from './assignment-facts';
import { AssignmentService } from './assignment.service';
import { BreakdownService } from './breakdown.service';
import { BreakdownTerms } from './breakdown-terms';
import { DraftWriter } from './draft-writer';
import { MatterCorrections } from './matter-corrections.service';
import { MatterRegisters } from './matter-register';
import { MatterService } from './matter.service';
import { ActionPlanService } from './action-plan.service';
import { ActionPlanWriter } from './action-plan.writer';
import { FigureService } from './figures.service';
import { FigureRegister } from './figure-register';
import { HeldAssignments } from './held-assignment';
import { InstructionService } from './instruction.service';
import { Measurements } from './measurements';
import { ObjectionDays } from './objection-days';
import { Objections } from './objections';
import { Verifications } from './verifications';
import { SatisfactionService } from './satisfaction.service';
import { ContributionService } from './contribution.service';
import { CoordinationService } from './coordination.service';
import { GroupCompletionService } from './group-completion.service';
import { OfficeSteps } from './office-steps';
import { ReportSentences } from './report-sentences';
import { SuspensionService } from './suspension.service';
import { PartProgressReader } from './part-progress';
import { PlanCloseService } from './plan-close.service';
import { PlanImportService } from './plan-import.service';
import { PlanDraftService } from './plan-draft.service';
import { PlanRevisionService } from './plan-revision.service';
import { PlanService } from './plan.service';
import { PolicyDraftService } from './policy-draft.service';
import { PolicyService } from './policy.service';
import { ReorganisationService } from './reorganisation.service';
import { ReorganisedWork } from './reorganised-work';
import { ReportConfirmations } from './report-confirmations';
import { ReportService } from './report.service';
import { RestrictedReads } from './restricted-reads';
import { RestrictionService } from './restriction.service';
import { RevisionDecisions } from './revision-decisions.service';
import { RevisionHandout } from './revision-handout';
import { RevisionTaker } from './revision-taker';
import { TargetCurves } from './target-curves';
import { TaskCarrier } from './task-carrier';

@Global()
@Module({
  providers: [
    PlanService,
    PlanDraftService,
    PlanImportService,
    DraftWriter,
    PlanRevisionService,
    RevisionDecisions,
    RevisionTaker,
    RevisionHandout,
    ReorganisationService,
    ReorganisedWork,
    PolicyService,
    PolicyDraftService,
    AssignmentService,
    AssignmentFactsLoader,
    ObjectionDays,
    Objections,
    Verifications,
    InstructionService,
    SatisfactionService,
    OfficeSteps,
    ReportSentences,
    ContributionService,
    CoordinationService,
    GroupCompletionService,
    SuspensionService,
    RestrictionService,
    RestrictedReads,
    HeldAssignments,
    Measurements,
    MatterRegisters,
    MatterService,
    MatterCorrections,
    ReportService,
    ReportConfirmations,
    ActionPlanService,
    ActionPlanWriter,
    TargetCurves,
    PartProgressReader,
    FigureRegister,
    FigureService,
    BreakdownTerms,
    BreakdownService,
    PlanCloseService,
    TaskCarrier,
  ],
  exports: [
    BreakdownService,
    PlanService,
    PlanDraftService,
    PlanImportService,
    PlanRevisionService,
    RevisionDecisions,
    ReorganisationService,
    PolicyService,
    PolicyDraftService,
    AssignmentService,
    SuspensionService,
    InstructionService,
    SatisfactionService,
    RestrictionService,
    RestrictedReads,
    MatterService,
    MatterCorrections,
    ReportService,
    ReportConfirmations,
    ActionPlanService,
    TargetCurves,
    PartProgressReader,
    HeldAssignments,
    FigureService,
    ContributionService,
    CoordinationService,
    GroupCompletionService,
    ObjectionDays,
    OfficeSteps,
    PlanCloseService,
  ],
})
export class TasksModule {}
