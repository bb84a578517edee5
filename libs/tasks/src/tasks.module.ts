import { Global, Module } from '@nestjs/common';
import { AssignmentService } from './assignment.service';
import { DraftWriter } from './draft-writer';
import { Measurements } from './measurements';
import { PlanImportService } from './plan-import.service';
import { PlanDraftService } from './plan-draft.service';
import { PlanService } from './plan.service';
import { PolicyService } from './policy.service';

@Global()
@Module({
  providers: [
    PlanService,
    PlanDraftService,
    PlanImportService,
    DraftWriter,
    PolicyService,
    AssignmentService,
    Measurements,
  ],
  exports: [PlanService, PlanDraftService, PlanImportService, PolicyService, AssignmentService],
})
export class TasksModule {}
