import { DemonstrationClock } from '@duban/database';
import { ReportingModule } from '@duban/reporting';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { ApplicationsController } from './applications/applications.controller';
import { AssignmentsController } from './assignments/assignments.controller';
import { BreakdownsController } from './breakdowns/breakdowns.controller';
import { VerificationsController } from './assignments/verifications.controller';
import { CalendarController } from './calendar/calendar.controller';
import { ClockController } from './clock/clock.controller';
import { CommandRunner } from './command.runner';
import { EvidenceController } from './evidence/evidence.controller';
import { type Ground, GroundModule } from './ground.module';
import { RateLimits } from './limits/rate-limits';
import { SavedSearchesController } from './history/saved-searches.controller';
import { ChangesController } from './history/changes.controller';
import { HistoryController } from './history/history.controller';
import { HistoryProofController } from './history/history-proof.controller';
import { InstructionsController } from './instructions/instructions.controller';
import { MessageRulesController } from './messages/message-rules.controller';
import { MessageTemplatesController } from './messages/message-templates.controller';
import { MessagesController } from './messages/messages.controller';
import { ChannelTestsController } from './messages/channel-tests.controller';
import { DestinationsController } from './messages/destinations.controller';
import { SmsReportsController } from './messages/sms-reports.controller';
import { SuppressedAddressesController } from './messages/suppressed-addresses.controller';
import { MattersController } from './matters/matters.controller';
import { ChangeWatch } from './messages/change-watch';
import { InboxListener } from './messages/inbox-listener';
import { InboxStreams } from './messages/inbox-streams';
import { Presence } from './messages/presence';
import { PresenceController } from './messages/presence.controller';
import { RestrictedReadsInterceptor } from './restricted-reads.interceptor';
import { Metrics } from './operations/metrics';
import { OperationsController } from './operations/operations.controller';
import { DelegationsController } from './persons/delegations.controller';
import { PersonIdentitiesController } from './persons/person-identities.controller';
import { PersonsController } from './persons/persons.controller';
import { PostChangesController } from './persons/post-changes.controller';
import { PlanImportsController } from './plans/plan-imports.controller';
import { DraftController } from './plans/draft.controller';
import { PlanArchiveController } from './plans/plan-archive.controller';
import { BulletinsController } from './bulletins/bulletins.controller';
import { RetentionController } from './retention/retention.controller';
import { PlanCloseController } from './plans/plan-close.controller';
import { PlansController } from './plans/plans.controller';
import { UnresolvedNamesController } from './plans/unresolved-names.controller';
import { ActionPlansController } from './reports/action-plans.controller';
import { BurdenController } from './reports/burden.controller';
import { FiguresController } from './reports/figures.controller';
import { ReportsController } from './reports/reports.controller';
import { ReorganisationsController } from './reorganisations/reorganisations.controller';
import { RevisionsController } from './plans/revisions.controller';
import { PlanPolicyController } from './plans/plan-policy.controller';
import { BackTestController } from './policies/back-test.controller';
import { PoliciesController } from './policies/policies.controller';
import { PolicyDraftsController } from './policies/policy-drafts.controller';
import { RestrictionsController } from './restrictions/restrictions.controller';
import { RequestValidationPipe } from './requests';
import { ApiTokensController } from './sessions/api-tokens.controller';
import { OidcController } from './sessions/oidc.controller';
import { PasswordResetsController } from './sessions/password-resets.controller';
import { SecondFactorController } from './sessions/second-factor.controller';
import { SessionsController } from './sessions/sessions.controller';
import { SignInPolicyController } from './sessions/sign-in-policy.controller';
import { CardsController } from './cards/cards.controller';
import { SatisfactionController } from './satisfaction/satisfaction.controller';
import { QueuesController } from './operations/queues.controller';
import { SelfCheckController } from './operations/self-check.controller';
import { StillSignedIn } from './still-signed-in';
import { SignInGuard } from './sign-in.guard';
import { NoticeDocumentsController } from './supervision/notice-documents.controller';
import { SupervisionController } from './supervision/supervision.controller';
import { SavedViewsController } from './tasks/saved-views.controller';
import { TasksController } from './tasks/tasks.controller';
import { ContributionsController } from './together/contributions.controller';
import { CoordinationsController } from './together/coordinations.controller';
import { GroupCompletionController } from './together/group-completion.controller';
import { HoldingsController } from './together/holdings.controller';
import { UnitPostsController } from './units/unit-posts.controller';
import { UnitsController } from './units/units.controller';

/** All that there are; some only by what the settings say. */
export const CONTROLLERS = {
  always: [
    SessionsController,
    PasswordResetsController,
    SecondFactorController,
    ApiTokensController,
    SignInPolicyController,
    PersonsController,
    PostChangesController,
    DelegationsController,
    HistoryController,
    HistoryProofController,
    ChangesController,
    SavedSearchesController,
    UnitsController,
    UnitPostsController,
    ReorganisationsController,
    DraftController,
    UnresolvedNamesController,
    PlansController,
    PlanArchiveController,
    BulletinsController,
    RetentionController,
    PlanCloseController,
    PlanImportsController,
    RevisionsController,
    RestrictionsController,
    PlanPolicyController,
    BackTestController,
    PoliciesController,
    PolicyDraftsController,
    CalendarController,
    SavedViewsController,
    TasksController,
    MattersController,
    AssignmentsController,
    EvidenceController,
    ActionPlansController,
    ReportsController,
    FiguresController,
    BurdenController,
    BreakdownsController,
    VerificationsController,
    InstructionsController,
    CardsController,
    SatisfactionController,
    ContributionsController,
    CoordinationsController,
    HoldingsController,
    GroupCompletionController,
    ApplicationsController,
    NoticeDocumentsController,
    SupervisionController,
    MessageRulesController,
    MessageTemplatesController,
    MessagesController,
    PresenceController,
    SuppressedAddressesController,
    SmsReportsController,
    DestinationsController,
    ChannelTestsController,
    OperationsController,
    SelfCheckController,
    QueuesController,
  ],
  withProvider: [OidcController, PersonIdentitiesController],
  withDemonstrationClock: [ClockController],
};

/** The HTTP api: produces jobs, runs none. */
@Module({})
export class ApiModule {
  static forRoot(ground: Ground): DynamicModule {
    return {
      module: ApiModule,
      imports: [GroundModule.forRoot(ground), ReportingModule],
      controllers: [
        ...(ground.config.OIDC_ISSUER ? CONTROLLERS.withProvider : []),
        ...CONTROLLERS.always,
        ...(ground.clock instanceof DemonstrationClock ? CONTROLLERS.withDemonstrationClock : []),
      ],
      providers: [
        CommandRunner,
        Metrics,
        StillSignedIn,
        RateLimits,
        ChangeWatch,
        InboxStreams,
        Presence,
        { provide: InboxListener, useFactory: () => new InboxListener(ground.databaseUrl) },
        { provide: APP_GUARD, useClass: SignInGuard },
        { provide: APP_INTERCEPTOR, useClass: RestrictedReadsInterceptor },
        { provide: APP_PIPE, useClass: RequestValidationPipe },
      ],
    };
  }
}
