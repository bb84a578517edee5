import { DemonstrationClock } from '@duban/database';
import { ReportingModule } from '@duban/reporting';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AssignmentsController } from './assignments/assignments.controller';
import { ClockController } from './clock/clock.controller';
import { CommandRunner } from './command.runner';
import { type Ground, GroundModule } from './ground.module';
import { MessagesController } from './messages/messages.controller';
import { Metrics } from './operations/metrics';
import { OperationsController } from './operations/operations.controller';
import { PersonsController } from './persons/persons.controller';
import { PlanImportsController } from './plans/plan-imports.controller';
import { DraftController } from './plans/draft.controller';
import { PlansController } from './plans/plans.controller';
import { UnresolvedNamesController } from './plans/unresolved-names.controller';
import { RevisionsController } from './plans/revisions.controller';
import { RequestValidationPipe } from './requests';
import { SessionsController } from './sessions/sessions.controller';
import { SignInGuard } from './sign-in.guard';
import { SupervisionController } from './supervision/supervision.controller';
import { TasksController } from './tasks/tasks.controller';
import { UnitsController } from './units/units.controller';

/** The HTTP api: produces jobs, runs none. */
@Module({})
export class ApiModule {
  static forRoot(ground: Ground): DynamicModule {
    return {
      module: ApiModule,
      imports: [GroundModule.forRoot(ground), ReportingModule],
      controllers: [
        SessionsController,
        PersonsController,
        UnitsController,
        DraftController,
        UnresolvedNamesController,
        PlansController,
        PlanImportsController,
        RevisionsController,
        TasksController,
        AssignmentsController,
        SupervisionController,
        MessagesController,
        OperationsController,
        ...(ground.clock instanceof DemonstrationClock ? [ClockController] : []),
      ],
      providers: [
        CommandRunner,
        Metrics,
        { provide: APP_GUARD, useClass: SignInGuard },
        { provide: APP_PIPE, useClass: RequestValidationPipe },
      ],
    };
  }
}
