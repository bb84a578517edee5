import { DemonstrationClock, Transactor } from '@duban/database';
import { EvidenceSweeper } from '@duban/evidence';
import { CheckpointHandout, CheckpointMail, CheckpointService, HistoryParts } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { PlanImportService } from '@duban/tasks';
import {
  BounceMailbox,
  ChannelTests,
  CheckpointMailer,
  Dispatcher,
  PasswordResetMailer,
  ReceiptAsker,
  Round,
} from '@duban/notifications';
import { CLOCK } from '@duban/platform';
import { ArchivePackages, DisposalCarrier, ReportingModule } from '@duban/reporting';
import {
  assertEveryQueueHasAProcessor,
  BaseProcessor,
  type JobHandlers,
  JobProducer,
  QueueBackend,
  SweepTicker,
} from '@duban/queue';
import { type DynamicModule, Inject, Injectable, Logger, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { type Ground, GroundModule } from '../../api/src/ground.module';

/** A worker's clock: read afresh at the beginning of each job, since another process may have moved it. */
@Injectable()
class JobClock {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly transactor: Transactor,
  ) {}

  async refresh(): Promise<void> {
    const { clock } = this;
    if (clock instanceof DemonstrationClock) await this.transactor.run((tx) => clock.refresh(tx));
  }
}

/** Wakes the sweep (巡检). */
@Injectable()
class SweepProcessor extends BaseProcessor<'sweep'> {
  protected readonly handlers: JobHandlers<'sweep'> = { 'sweep.run': () => this.ticker.sweep() };

  constructor(
    backend: QueueBackend,
    private readonly ticker: SweepTicker,
  ) {
    super('sweep', backend);
  }
}

/** Composes digests, sends deliveries and the mails by which passwords are reset. */
@Injectable()
class NotificationsProcessor extends BaseProcessor<'notifications'> {
  protected readonly handlers: JobHandlers<'notifications'> = {
    'digest.compose': async () => {
      await this.clock.refresh();
      return this.dispatcher.dispatch();
    },
    'delivery.send': async ({ deliveryId }) => {
      await this.clock.refresh();
      return this.dispatcher.send(deliveryId);
    },
    // Of machines, not of duties: the database's clock says when.
    'reset.send': ({ resetId }) => this.resets.send(resetId),
    'channel.test': ({ testId }) => this.tests.send(testId),
  };

  constructor(
    backend: QueueBackend,
    private readonly dispatcher: Dispatcher,
    private readonly resets: PasswordResetMailer,
    private readonly tests: ChannelTests,
    private readonly clock: JobClock,
  ) {
    super('notifications', backend);
  }
}

/** Reads documents into drafts. */
@Injectable()
class ImportsProcessor extends BaseProcessor<'imports'> {
  protected readonly handlers: JobHandlers<'imports'> = {
    'document.read': async ({ importId }) => {
      await this.clock.refresh();
      return this.imports.read(importId);
    },
  };

  constructor(
    backend: QueueBackend,
    private readonly imports: PlanImportService,
    private readonly jobs: JobProducer,
    private readonly clock: JobClock,
  ) {
    super('imports', backend);
  }

  /** Gives documents whose job was lost another one; where the queue's store is away, reads one here. */
  async wake(): Promise<void> {
    const minute = Math.floor(Date.now() / 60_000);
    for (const importId of await this.imports.dueIds(WOKEN)) {
      const jobId = `import-${importId}-${minute}`;
      if (await this.jobs.add('imports', 'document.read', { importId }, { jobId })) continue;
      await this.imports.read(importId);
      break;
    }
  }
}

/** Makes archive packages (归档信息包). */
@Injectable()
class ArchivesProcessor extends BaseProcessor<'archives'> {
  protected readonly handlers: JobHandlers<'archives'> = {
    'package.make': async ({ packageId }) => {
      await this.clock.refresh();
      return this.packages.make(packageId);
    },
  };

  constructor(
    backend: QueueBackend,
    private readonly packages: ArchivePackages,
    private readonly jobs: JobProducer,
    private readonly clock: JobClock,
  ) {
    super('archives', backend);
  }

  /** As with documents; and takes out of the store what was kept long enough. */
  async wake(): Promise<void> {
    const minute = Math.floor(Date.now() / 60_000);
    for (const packageId of await this.packages.dueIds(WOKEN)) {
      const jobId = `package-${packageId}-${minute}`;
      if (await this.jobs.add('archives', 'package.make', { packageId }, { jobId })) continue;
      // What went wrong is in the log, and the rest of the sweep goes on.
      await this.packages.make(packageId).catch(() => undefined);
      break;
    }
    await this.packages.removeOld().catch((error: Error) => this.log.warn(`old packages wait: ${error.message}`));
  }

  private readonly log = new Logger('archive_package');
}

/** Documents and packages that one sweep looks at; what is left over is found by the next. */
const WOKEN = 100;

/** Runs the jobs; any number of workers may. */
@Module({})
export class WorkerModule implements OnApplicationBootstrap {
  constructor(
    private readonly ticker: SweepTicker,
    private readonly round: Round,
    private readonly clock: JobClock,
    private readonly resets: PasswordResetMailer,
    private readonly tests: ChannelTests,
    private readonly bounces: BounceMailbox,
    private readonly receipts: ReceiptAsker,
    private readonly checkpoints: CheckpointService,
    private readonly handout: CheckpointHandout,
    private readonly parts: HistoryParts,
    private readonly evidence: EvidenceSweeper,
    sweep: SweepProcessor,
    notifications: NotificationsProcessor,
    private readonly imports: ImportsProcessor,
    private readonly archives: ArchivesProcessor,
    private readonly disposals: DisposalCarrier,
  ) {
    assertEveryQueueHasAProcessor([sweep, notifications, imports, archives]);
  }

  static forRoot(ground: Ground): DynamicModule {
    return {
      module: WorkerModule,
      imports: [GroundModule.forRoot(ground), ReportingModule],
      providers: WORKER_PROVIDERS,
    };
  }

  /** For a process that has the ground already, as the one of the embedded size. */
  static beside(): DynamicModule {
    return { module: WorkerModule, imports: [ReportingModule], providers: WORKER_PROVIDERS };
  }

  onApplicationBootstrap(): void {
    this.checkpoints.warnWithoutKey();
    this.ticker.start(async () => {
      await this.clock.refresh();
      await this.round.run();
      await this.imports.wake();
      await this.resets.sendDue();
      await this.tests.sendDue();
      this.bounces.wake();
      this.receipts.wake();
      // Of machines, not of duties: signed by the database's clock, wherever the demonstration's stands.
      await this.checkpoints.run();
      this.handout.start();
      await this.parts.keepAhead();
      await this.disposals.carryOutDue();
      await this.evidence.run();
      await this.archives.wake();
    });
  }
}

const WORKER_PROVIDERS = [
  CheckpointHandout,
  { provide: CheckpointMail, useExisting: CheckpointMailer },
  JobClock,
  SweepProcessor,
  NotificationsProcessor,
  ImportsProcessor,
  ArchivesProcessor,
];
