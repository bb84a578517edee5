import { Global, Module } from '@nestjs/common';
import { ArchiveMaker } from './archive/archive-maker';
import { ArchivePackages } from './archive/archive-packages';
import { PackageContent } from './archive/package-content';
import { DisposalCarrier } from './retention/disposal-carrier';
import { DisposalHoldService } from './retention/disposal-hold.service';
import { DisposalReader } from './retention/disposal.reader';
import { DisposalService } from './retention/disposal.service';
import { RetentionService } from './retention/retention.service';
import { BackTestReader } from './back-test.reader';
import { BurdenReader } from './burden.reader';
import { BreakdownReader } from './breakdown.reader';
import { InstructionReader } from './instruction.reader';
import { SatisfactionReader } from './satisfaction.reader';
import { VerificationReader } from './verification.reader';
import { ApplicationReader } from './application.reader';
import { ChangesReader } from './changes.reader';
import { Bulletins } from './bulletins/bulletins';
import { CardReader } from './card.reader';
import { DashboardReader } from './dashboard.reader';
import { MatterReader } from './matter.reader';
import { GroupsReader } from './groups.reader';
import { HistoryExtract } from './history-extract/history-extract';
import { HistoryReader } from './history.reader';
import { HoldingsReader } from './holdings.reader';
import { PlanReader } from './plan.reader';
import { QueueKeeper } from './queue-keeper';
import { ReportReader } from './report.reader';
import { RevisionReader } from './revision.reader';
import { SelfCheckReader } from './self-check.reader';
import { SimulationReader } from './simulation.reader';
import { SupervisionReader } from './supervision.reader';
import { TaskReader } from './task.reader';
import { TogetherReader } from './together.reader';
import { UnresolvedNamesReader } from './unresolved-names.reader';

const READERS = [
  PlanReader,
  TaskReader,
  MatterReader,
  UnresolvedNamesReader,
  SupervisionReader,
  DashboardReader,
  RevisionReader,
  SimulationReader,
  BackTestReader,
  ReportReader,
  BreakdownReader,
  BurdenReader,
  VerificationReader,
  InstructionReader,
  SatisfactionReader,
  TogetherReader,
  HoldingsReader,
  HistoryReader,
  HistoryExtract,
  GroupsReader,
  ApplicationReader,
  SelfCheckReader,
  QueueKeeper,
  CardReader,
  Bulletins,
  ChangesReader,
  PackageContent,
  ArchiveMaker,
  ArchivePackages,
  RetentionService,
  DisposalHoldService,
  DisposalReader,
  DisposalCarrier,
  DisposalService,
];

@Global()
@Module({ providers: READERS, exports: READERS })
export class ReportingModule {}
