import type { Config } from '@duban/platform';
import { BounceAddress } from '../bounces/bounce-address';
import type { Channel } from './channel';
import { ChannelSet } from './channel-set';
import { InboxChannel } from './inbox.channel';
import { SmtpChannel } from './smtp.channel';

type ChannelConfig = Pick<Config, 'SMTP_URL' | 'SMTP_FROM'> &
  Partial<Pick<Config, 'SMTP_PER_MINUTE' | 'BOUNCE_ADDRESS' | 'DUBAN_SECRET'>>;

/** Every channel there is, one line each; null where the configuration does not ask for it. */
const CHANNELS: Readonly<Record<string, (config: ChannelConfig) => Channel | null>> = {
  inbox: () => new InboxChannel(),
  smtp: (config) =>
    config.SMTP_URL
      ? new SmtpChannel(config.SMTP_URL, config.SMTP_FROM, bounceAddressOf(config), config.SMTP_PER_MINUTE ?? null)
      : null,
};

const bounceAddressOf = ({ BOUNCE_ADDRESS, DUBAN_SECRET }: ChannelConfig): BounceAddress | null =>
  BOUNCE_ADDRESS && DUBAN_SECRET ? new BounceAddress(BOUNCE_ADDRESS, DUBAN_SECRET) : null;

/**
 * The channels that the configuration asks for.
 * @throws Error where a channel would not find its own deliveries again
 */
export function createChannels(config: ChannelConfig, makers = CHANNELS): ChannelSet {
  const channels = new Map<string, Channel>();
  for (const [kind, make] of Object.entries(makers)) {
    const channel = make(config);
    if (!channel) continue;
    if (channel.kind !== kind) throw new Error(`channel ${kind} has no handler: the one listed is for ${channel.kind}`);
    channels.set(kind, channel);
  }
  return new ChannelSet(channels);
}
