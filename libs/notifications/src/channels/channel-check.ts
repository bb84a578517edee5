import { Transactor } from '@duban/database';
import { currentMessageRules } from '@duban/supervision';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ChannelSet } from './channel-set';

/** When the process starts: whether there is a way to wherever messages are to go. */
@Injectable()
export class ChannelCheck implements OnApplicationBootstrap {
  private readonly logger = new Logger('notifications');

  constructor(
    private readonly transactor: Transactor,
    private readonly channels: ChannelSet,
  ) {}

  /** @throws Error where a destination is set up for a channel that this version has not */
  async onApplicationBootstrap(): Promise<void> {
    const { kindsToDestinations } = this.channels;
    const kinds = [...this.channels.all.map(({ kind }) => kind), ...kindsToDestinations];
    await this.transactor.run(async (tx) => {
      const configured: { channel: string; names: string }[] = await tx.query(
        `select channel, string_agg(name, ', ' order by name) as names from destination
         where ended_at is null and not (channel = any($1::text[])) group by channel order by channel`,
        [kindsToDestinations],
      );
      if (configured.length > 0) {
        const all = configured.map(({ channel, names }) => `${channel} (${names})`);
        throw new Error(`destinations are set up for channels that have no handler here: ${all.join('; ')}`);
      }
      const orphaned: { channel: string; count: number }[] = await tx.query(
        `select channel, count(*)::int as count from delivery
         where state in ('queued', 'sending') and not (channel = any($1::text[])) group by channel order by channel`,
        [kinds],
      );
      for (const { channel, count } of orphaned) {
        this.logger.warn(`channel ${channel} is not configured: ${count} messages that wait for it will not be sent`);
      }
      const { rules } = await currentMessageRules(tx);
      for (const channel of rules.escalation.channels.filter((kind) => !kinds.includes(kind))) {
        this.logger.warn(`the rules of messages name channel ${channel}, which is not configured: nothing goes by it`);
      }
    });
  }
}
