import { Application } from './application.entity';
import { Obligation } from './obligation.entity';
import { SupervisionNotice } from './supervision-notice.entity';

export { type ApplicationDecision, type ApplicationInput, ApplicationService } from './application.service';
export type { ApplicationSnapshot } from './application.entity';
export {
  type CalendarChange,
  type CalendarPaperView,
  CalendarPapers,
  type CalendarYear,
} from './calendar-papers.service';
export { DeadlineRecount, RECOUNT_DUE_AT } from './deadline-recount';
export { Cards, type CardSnapshot } from './cards';
export { PeriodLights } from './period-lights';
export { type NoticeInput, NoticeService } from './notice.service';
export {
  PAPER_FORMATS,
  NoticeDocuments,
  type PaperFormat,
  type NoticePaper,
  writeNotice,
} from './notice-documents/notice-documents';
export { dutyIn, NOTICE_FIELD_LIST } from './notice-documents/fields';
export { NOTICE_WORDS, type NoticeLanguage } from './notice-documents/words';
export { sampleFacts } from './notice-documents/sample-facts';
export { NoticeTemplates, type NoticeTemplateVersion } from './notice-documents/notice-templates';
export { currentMessageRules, type MessageRulesVersion } from './message-rules.reader';
export { lockWaiting, NotificationWriter } from './notification.writer';
export {
  type ChangedObligation,
  CLIMBED,
  CLIMBED_FROM,
  OPEN_UNDER_CHANGE,
  type OpenUnderChange,
  type PlanPolicyPreview,
  PlanPolicyService,
  type PlanPolicyWish,
} from './plan-policy.service';
export { OfficeDues } from './office-dues.service';
export { type ObligationSnapshot, readObligations } from './obligation.entity';
export { termsOf } from './obligation.terms';
export { ObligationWriter } from './obligation.writer';
export type { NoticeSnapshot } from './supervision-notice.entity';
export { asShown, type Shown } from './stopped-parts';
export { SupervisionModule } from './supervision.module';
export { oldestDueSeconds } from './sweep-alarm';
export { type SweepResult, SweepService } from './sweep.service';

/** The tables that this library maps; follow-ups, deadline versions and notifications are written as sets. */
export const SUPERVISION_ENTITIES = [Obligation, SupervisionNotice, Application];
