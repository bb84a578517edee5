import { Transactor } from '@duban/database';
import { PasswordResetService } from '@duban/directory';
import type { Clock } from '@duban/kernel';
import { CLOCK, type Config, CONFIG } from '@duban/platform';
import { JobProducer } from '@duban/queue';
import { PlanImportService } from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { ChannelTests } from './channel-tests';
import { DeliveryService } from './delivery.service';

/** More than are ever due at once. What should lie beyond is found by the sweeps. */
const MOST = 100_000;

/** How many hints of each kind were given. */
export interface RebuiltQueue {
  schedules: number;
  digests: number;
  deliveries: number;
  documents: number;
  passwordResets: number;
  channelTests: number;
}

/**
 * Gives the queue anew every hint that follows from the tables: Postgres is the truth. After the queue's store has lost
 * its memory each worker does the same by itself, within a minute and a sweep; this does it now, and says what there was.
 * Hints that are there already are given again, which does no harm.
 */
@Injectable()
export class QueueRebuilder {
  constructor(
    private readonly transactor: Transactor,
    private readonly jobs: JobProducer,
    private readonly deliveries: DeliveryService,
    private readonly imports: PlanImportService,
    private readonly resets: PasswordResetService,
    private readonly tests: ChannelTests,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'SWEEP_SECONDS'>,
  ) {}

  /** @throws Error with one sentence where the queue's store does not answer */
  async rebuild(): Promise<RebuiltQueue> {
    if (!(await this.jobs.schedule('sweep', 'sweep.run', {}, this.config.SWEEP_SECONDS * 1_000))) throw away();
    await given(this.jobs.add('notifications', 'digest.compose', {}));
    const now = this.clock.now();
    const deliveries = await this.transactor.run((tx) => this.deliveries.dueIds(tx, now, MOST));
    for (const deliveryId of deliveries) await given(this.jobs.add('notifications', 'delivery.send', { deliveryId }));
    const documents = await this.imports.dueIds(MOST);
    for (const importId of documents) await given(this.jobs.add('imports', 'document.read', { importId }));
    const resets = await this.resets.dueIds(MOST);
    for (const resetId of resets) await given(this.jobs.add('notifications', 'reset.send', { resetId }));
    const tests = await this.tests.dueIds(MOST);
    for (const testId of tests) await given(this.jobs.add('notifications', 'channel.test', { testId }));
    return {
      schedules: 1,
      digests: 1,
      deliveries: deliveries.length,
      documents: documents.length,
      passwordResets: resets.length,
      channelTests: tests.length,
    };
  }
}

async function given(added: Promise<boolean>): Promise<void> {
  if (!(await added)) throw away();
}

const away = (): Error =>
  new Error(
    'The queue’s store does not answer: start it, or mend REDIS_URL. Nothing is lost, the sweep finds the work.',
  );
