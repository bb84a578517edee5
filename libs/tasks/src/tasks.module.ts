import { Global, Module } from '@nestjs/common';
import { AssignmentService } from './assignment.service';
import { Measurements } from './measurements';
import { PlanImportService } from './plan-import.service';
import { PlanService } from './plan.service';
import { PolicyService } from './policy.service';

@Global()
@Module({
  providers: [PlanService, PlanImportService, PolicyService, AssignmentService, Measurements],
  exports: [PlanService, PlanImportService, PolicyService, AssignmentService],
})
export class TasksModule {}
