import { Transactor } from '@duban/database';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { JobProducer } from '@duban/queue';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { SuppressedAddresses } from './bounces/suppressed-addresses';
import { DeliveryService, type SendOutcome } from './delivery.service';
import { type ComposeResult, DigestService } from './digest.service';

/** Due deliveries looked at in one go; what is left over is found by the next. */
const BATCH = 1_000;
/** Deliveries sent at a time where no queue spreads them. */
const AT_ONCE = 5;
/** A turn that comes sooner is not left to the sweep. */
const SOON_MS = 10 * 60_000;

/** From waiting notifications to messages under way. */
@Injectable()
export class Dispatcher {
  private readonly logger = new Logger('notifications');

  constructor(
    private readonly transactor: Transactor,
    private readonly digests: DigestService,
    private readonly deliveries: DeliveryService,
    private readonly addresses: SuppressedAddresses,
    private readonly jobs: JobProducer,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Composes what is waiting and adds a job for every due delivery, new or not. Where the queue's store is away they
   * are sent here.
   */
  async dispatch(): Promise<ComposeResult> {
    const composed = await this.compose();
    const due = await this.due();
    // The minute keeps a delivery that waits for its turn from being added again at every sweep, and no longer.
    const minute = Math.floor(Date.now() / 60_000);
    for (const [i, deliveryId] of due.entries()) {
      const jobId = `delivery-${deliveryId}-${minute}`;
      if (await this.jobs.add('notifications', 'delivery.send', { deliveryId }, { jobId })) continue;
      await this.sendAll(due.slice(i));
      break;
    }
    return composed;
  }

  /** Sends one that is due, or has it looked at again when it has its turn. */
  async send(deliveryId: string): Promise<SendOutcome> {
    const outcome = await this.deliveries.send(deliveryId);
    const turnIn = outcome === 'awaits_turn' ? await this.deliveries.turnIn(deliveryId) : null;
    // What has to wait for longer is found by the sweep.
    if (turnIn !== null && turnIn < SOON_MS) {
      await this.jobs.add('notifications', 'delivery.send', { deliveryId }, { delayMs: turnIn });
    }
    return outcome;
  }

  /** Composes and sends everything here and now, without the queue: for a clock that is moved. */
  async dispatchHere(): Promise<ComposeResult> {
    const composed = await this.compose();
    // What another worker holds, or cannot be moved on, is not waited for.
    while ((await this.sendAll(await this.due())) > 0);
    return composed;
  }

  private compose(): Promise<ComposeResult> {
    const now = this.clock.now();
    // model: compose
    return this.transactor.run(async (tx) => {
      await this.addresses.liftAbandoned(tx, now);
      return this.digests.compose(tx, now);
    });
  }

  private due(): Promise<string[]> {
    const now = this.clock.now();
    return this.transactor.run((tx) => this.deliveries.dueIds(tx, now, BATCH));
  }

  /** @returns how many were moved on; one that fails holds up no other */
  private async sendAll(ids: readonly string[]): Promise<number> {
    const left = [...ids];
    let movedOn = 0;
    const sendNext = async (): Promise<void> => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) {
        try {
          if ((await this.deliveries.send(id)) !== 'not_due') movedOn++;
        } catch (error) {
          this.logger.error(`delivery ${id}: ${String(error)}`);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sendNext));
    return movedOn;
  }
}
