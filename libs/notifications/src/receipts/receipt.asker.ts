import { Transactor } from '@duban/database';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ChannelError } from '../channels/channel';
import { ChannelSet } from '../channels/channel-set';
import { ReceiptRecorder } from './receipt.recorder';

/** Asked about in one go; what is left over is asked about by the next. */
const BATCH = 100;
/** Minutes before it is asked first, and then again: whether it was read is to be known within a day. */
const ASK_AFTER = [1, 5, 30, 120, 480, 720];

/** SQL: when a message is asked about that was asked about so often; null where that was often enough. */
export const ASK_AT = (asked: string): string =>
  `now() + (array[${ASK_AFTER.join(', ')}])[${asked} + 1] * interval '1 minute'`;

interface Due {
  id: string;
  channel: string;
  address: string;
  remoteId: string;
}

/** Asks what became of messages (回执), of those that do not say so by themselves. */
@Injectable()
export class ReceiptAsker implements OnModuleDestroy {
  private readonly logger = new Logger('notifications');
  private running: Promise<unknown> | undefined;

  constructor(
    private readonly transactor: Transactor,
    private readonly channels: ChannelSet,
    private readonly receipts: ReceiptRecorder,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Asks what is due, unless it is at it. Nobody waits for it: the other side may hang. */
  wake(): void {
    this.running ??= this.askDue()
      .catch((error: unknown) => this.logger.error(`receipts could not be asked for: ${String(error)}`))
      .finally(() => (this.running = undefined));
  }

  async onModuleDestroy(): Promise<void> {
    await this.running;
  }

  /** @returns about how many was asked */
  async askDue(): Promise<number> {
    const kinds = this.channels.all.filter((channel) => channel.ask !== undefined).map(({ kind }) => kind);
    if (kinds.length === 0) return 0;
    const [due]: [Due[]] = await this.transactor.run((tx) =>
      tx.query(
        `update delivery d set asked = d.asked + 1, ask_at = ${ASK_AT('d.asked + 1')}
         where d.id in (select id from delivery where ask_at <= now() and channel = any($1::text[])
           order by ask_at limit ${BATCH} for update skip locked)
         returning d.id, d.channel, d.address, d.remote_id as "remoteId"`,
        [kinds],
      ),
    );
    for (const one of due) await this.ask(one);
    return due.length;
  }

  private async ask({ id, channel, address, remoteId }: Due): Promise<void> {
    try {
      const receipt = await this.channels.get(channel)!.ask!(remoteId, address);
      if (receipt === null) return;
      const key = `asked ${typeof receipt === 'object' ? receipt.status : receipt}`;
      await this.transactor.run(async (tx) => {
        await this.receipts.settle(tx, id, receipt, key, this.clock.now());
        if (receipt !== 'delivered') await tx.query(`update delivery set ask_at = null where id = $1`, [id]);
      });
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      this.logger.warn(`${channel} does not say what became of delivery ${id}: ${error.message}`);
    }
  }
}
