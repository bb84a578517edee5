export { checkArchive } from './archive/archive-check';
export type { ArchiveVerdict, CriterionResult } from './archive/findings';
export { UnreadablePackage } from './archive/opened-package';
export type { Outside as ArchiveOutside } from './archive/outside';
export { type Check as ArchiveCheck, CHECKS } from './archive/archive-criteria';
export { ArchiveMaker, type MadeArchive } from './archive/archive-maker';
export { ARCHIVE_PACKAGE_STATES, type ArchivePackage, ArchivePackages } from './archive/archive-packages';
export { DisposalCarrier } from './retention/disposal-carrier';
export { DisposalHoldService, type Hold } from './retention/disposal-hold.service';
export {
  type Disposal,
  DISPOSAL_DECISIONS,
  type DisposalDecision,
  DisposalReader,
  type DisposalRegister,
  type DuePlan,
} from './retention/disposal.reader';
export { DisposalService } from './retention/disposal.service';
export { RetentionService, type RetentionVersion } from './retention/retention.service';
export { type BackTest, type BackTestInput, BackTestReader } from './back-test.reader';
export { BreakdownReader, type BreakdownView } from './breakdown.reader';
export { BurdenReader, type UnitBurden } from './burden.reader';
export { ApplicationReader } from './application.reader';
export { type Changes, ChangesReader, COMPARED } from './changes.reader';
export type { BulletinContent } from './bulletins/bulletin-content';
export { type Bulletin, type BulletinHead, Bulletins } from './bulletins/bulletins';
export { writeBulletin } from './bulletins/bulletin-document';
export { CardReader } from './card.reader';
export { DashboardReader } from './dashboard.reader';
export { type MatterFilter, MatterReader } from './matter.reader';
export { PlanReader, type PlanSource, type PlanView } from './plan.reader';
export { ReportingModule } from './reporting.module';
export { type FailedJobView, QueueKeeper, type Queues, type QueueView } from './queue-keeper';
export { type ReportBeside, ReportReader, type TargetCourse } from './report.reader';
export { RevisionReader } from './revision.reader';
export { type SelfCheckFinding, SelfCheckReader } from './self-check.reader';
export { SELF_CHECKS } from './self-checks';
export { type Simulation, type SimulationInput, SimulationReader } from './simulation.reader';
export { type DeadlineVersionRow, type SupervisionFilter, SupervisionReader } from './supervision.reader';
export { LIGHTS, TASK_SORTS, type TaskFilter } from './board';
export { BOARD_FILE_FORMATS, BOARD_FILE_LANGUAGES } from './board-file';
export { GroupsReader } from './groups.reader';
export {
  EXTRACT_FORMATS,
  EXTRACT_LANGUAGES,
  type ExtractFormat,
  HistoryExtract,
  MOST_EXTRACTED,
} from './history-extract/history-extract';
export { type FoundEvent, type HistoryFilter, HistoryReader } from './history.reader';
export { HoldingsReader } from './holdings.reader';
export { TogetherReader } from './together.reader';
export { TaskReader } from './task.reader';
export { badCursor, cursorKey, isUuid, type Page, pageOf } from './page';
export { type UnresolvedName, UnresolvedNamesReader } from './unresolved-names.reader';
export { InstructionReader } from './instruction.reader';
export { SatisfactionReader } from './satisfaction.reader';
export { VerificationReader } from './verification.reader';
