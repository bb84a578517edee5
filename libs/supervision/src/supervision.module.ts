import { ReportSupervision, SupervisionPort } from '@duban/tasks';
import { Global, Module } from '@nestjs/common';
import { BreakdownTeller } from './breakdown-teller';
import { InstructionDuties } from './instruction-duties';
import { ApplicationCloser } from './application-closer';
import { Cards } from './cards';
import { PeriodLights } from './period-lights';
import { ApplicationService } from './application.service';
import { CalendarPapers } from './calendar-papers.service';
import { DayRecount } from './day-recount';
import { DeadlineRecount } from './deadline-recount';
import { NoticeCloser } from './notice-closer';
import { NoticeService } from './notice.service';
import { NoticeDocuments } from './notice-documents/notice-documents';
import { NoticeTemplates } from './notice-documents/notice-templates';
import { NotificationWriter } from './notification.writer';
import { ObligationClock } from './obligation.clock';
import { ObligationMover } from './obligation.mover';
import { ObligationReviser } from './obligation.reviser';
import { ObligationService } from './obligation.service';
import { ObligationWriter } from './obligation.writer';
import { PlanPolicyService } from './plan-policy.service';
import { OfficeDues } from './office-dues.service';
import { PartMessages } from './part-messages';
import { ReportObligations } from './report-obligations';
import { SweepAlarm } from './sweep-alarm';
import { RungEffects } from './rung-effects';
import { SweepService } from './sweep.service';

/** Fills in what the library of tasks needs done in its transactions, so it is global. */
@Global()
@Module({
  providers: [
    ObligationService,
    ApplicationService,
    ApplicationCloser,
    ObligationReviser,
    ObligationMover,
    ObligationClock,
    PartMessages,
    InstructionDuties,
    ObligationWriter,
    BreakdownTeller,
    { provide: SupervisionPort, useExisting: ObligationService },
    ReportObligations,
    { provide: ReportSupervision, useExisting: ReportObligations },
    SweepService,
    SweepAlarm,
    CalendarPapers,
    DayRecount,
    DeadlineRecount,
    NoticeService,
    NoticeCloser,
    NoticeTemplates,
    NoticeDocuments,
    OfficeDues,
    PlanPolicyService,
    PeriodLights,
    RungEffects,
    Cards,
    NotificationWriter,
  ],
  exports: [
    NotificationWriter,
    SupervisionPort,
    ReportSupervision,
    SweepService,
    NoticeService,
    NoticeDocuments,
    NoticeTemplates,
    CalendarPapers,
    DeadlineRecount,
    OfficeDues,
    ApplicationService,
    PlanPolicyService,
    PeriodLights,
    Cards,
  ],
})
export class SupervisionModule {}
