import { Global, Module } from '@nestjs/common';
import { AssignmentService } from './assignment.service';
import { Measurements } from './measurements';
import { PlanService } from './plan.service';
import { PolicyService } from './policy.service';

@Global()
@Module({
  providers: [PlanService, PolicyService, AssignmentService, Measurements],
  exports: [PlanService, PolicyService, AssignmentService],
})
export class TasksModule {}
