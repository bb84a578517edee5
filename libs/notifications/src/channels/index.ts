import type { Config } from '@duban/platform';
import { BounceAddress } from '../bounces/bounce-address';
import { Networks } from '../destinations/networks';
import type { OutboundOptions } from '../destinations/outbound';
import { LANGUAGES } from '../templates';
import type { Messages } from '../templates/messages';
import type { TokenKeeper } from './access-tokens';
import type { Channel, DestinationChannel } from './channel';
import { ChannelSet } from './channel-set';
import { InboxChannel } from './inbox.channel';
import { DingtalkChannel } from './dingtalk.channel';
import { DingtalkRobotChannel } from './dingtalk-robot.channel';
import { FeishuChannel } from './feishu.channel';
import { FeishuRobotChannel } from './feishu-robot.channel';
import { SmsChannel } from './sms.channel';
import { SmtpChannel } from './smtp.channel';
import { WebhookChannel } from './webhook.channel';
import { WecomChannel } from './wecom.channel';
import { WecomRobotChannel } from './wecom-robot.channel';

type ChannelConfig = Pick<Config, 'SMTP_URL' | 'SMTP_FROM'> &
  Partial<
    Pick<
      Config,
      | 'SMS_URL'
      | 'SMS_PER_MINUTE'
      | 'WECOM_URL'
      | 'DINGTALK_URL'
      | 'FEISHU_URL'
      | 'DUBAN_LANGUAGE'
      | 'SMTP_PER_MINUTE'
      | 'BOUNCE_ADDRESS'
      | 'DUBAN_SECRET'
      | 'DUBAN_URL'
      | 'DUBAN_DESTINATION_NETWORKS'
    >
  >;

type Makers<C> = Readonly<Record<string, (config: ChannelConfig, tokens: TokenKeeper) => C | null>>;

/** Every channel there is, one line each; null where the configuration does not ask for it. */
const CHANNELS: Makers<Channel> = {
  inbox: () => new InboxChannel(),
  smtp: (config) =>
    config.SMTP_URL
      ? new SmtpChannel(config.SMTP_URL, config.SMTP_FROM, bounceAddressOf(config), config.SMTP_PER_MINUTE ?? null)
      : null,
  sms: (config) =>
    config.SMS_URL ? new SmsChannel(new URL(config.SMS_URL), messagesOf(config), config.SMS_PER_MINUTE ?? null) : null,
  wecom: (config, tokens) =>
    config.WECOM_URL ? new WecomChannel(new URL(config.WECOM_URL), tokens, messagesOf(config)) : null,
  dingtalk: (config, tokens) =>
    config.DINGTALK_URL ? new DingtalkChannel(new URL(config.DINGTALK_URL), tokens, messagesOf(config)) : null,
  feishu: (config, tokens) =>
    config.FEISHU_URL ? new FeishuChannel(new URL(config.FEISHU_URL), tokens, messagesOf(config)) : null,
};

/** Every channel to destinations there is, one line each. */
const TO_DESTINATIONS: Makers<DestinationChannel> = {
  webhook: (config) => new WebhookChannel(config.DUBAN_URL ?? 'urn:duban', outboundOf(config)),
  wecom_robot: (config) => new WecomRobotChannel(outboundOf(config), messagesOf(config)),
  dingtalk_robot: (config) => new DingtalkRobotChannel(outboundOf(config), messagesOf(config)),
  feishu_robot: (config) => new FeishuRobotChannel(outboundOf(config), messagesOf(config)),
};

const outboundOf = (config: ChannelConfig): OutboundOptions => ({
  networks: new Networks(config.DUBAN_DESTINATION_NETWORKS),
});

const messagesOf = ({ DUBAN_LANGUAGE }: ChannelConfig): Messages => LANGUAGES[DUBAN_LANGUAGE ?? 'zh'];

const bounceAddressOf = ({ BOUNCE_ADDRESS, DUBAN_SECRET }: ChannelConfig): BounceAddress | null =>
  BOUNCE_ADDRESS && DUBAN_SECRET ? new BounceAddress(BOUNCE_ADDRESS, DUBAN_SECRET) : null;

/**
 * The channels that the configuration asks for.
 * @throws Error where a channel would not find its own deliveries again
 */
export const createChannels = (
  config: ChannelConfig,
  tokens: TokenKeeper,
  makers = CHANNELS,
  toDestinations = TO_DESTINATIONS,
): ChannelSet => new ChannelSet(made(config, tokens, makers), made(config, tokens, toDestinations));

function made<C extends { kind: string }>(
  config: ChannelConfig,
  tokens: TokenKeeper,
  makers: Makers<C>,
): Map<string, C> {
  const channels = new Map<string, C>();
  for (const [kind, make] of Object.entries(makers)) {
    const channel = make(config, tokens);
    if (!channel) continue;
    if (channel.kind !== kind) throw new Error(`channel ${kind} has no handler: the one listed is for ${channel.kind}`);
    channels.set(kind, channel);
  }
  return channels;
}
