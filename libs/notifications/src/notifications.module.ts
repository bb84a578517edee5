import { CONFIG, type Config } from '@duban/platform';
import { type DynamicModule, Module } from '@nestjs/common';
import { BounceMailbox } from './bounces/bounce-mailbox';
import { BounceRecorder } from './bounces/bounce.recorder';
import { SuppressedAddresses } from './bounces/suppressed-addresses';
import { createChannels } from './channels';
import { AccessTokens } from './channels/access-tokens';
import { ChannelCheck } from './channels/channel-check';
import { ChannelSet } from './channels/channel-set';
import { ChannelTests } from './channel-tests';
import { CheckpointMailer } from './checkpoint.mailer';
import { DigestWriter } from './composing/digest.writer';
import { Recipients } from './composing/recipients';
import { DeliveryReader } from './delivery.reader';
import { DeliveryService } from './delivery.service';
import { DigestService } from './digest.service';
import { DestinationService } from './destinations/destination.service';
import { Dispatcher } from './dispatcher';
import { MessageRecordReader } from './message-record.reader';
import { MessageRulesService } from './message-rules.service';
import { MessageTemplates } from './message-templates.service';
import { PasswordResetMailer } from './password-reset.mailer';
import { QueueRebuilder } from './queue-rebuilder';
import { ReceiptAsker } from './receipts/receipt.asker';
import { ReceiptRecorder } from './receipts/receipt.recorder';
import { Round } from './round';
import { LANGUAGES } from './templates';
import { MESSAGES } from './templates/messages';

const SERVICES = [
  DestinationService,
  DigestService,
  DeliveryService,
  DeliveryReader,
  BounceMailbox,
  SuppressedAddresses,
  Dispatcher,
  MessageRulesService,
  MessageTemplates,
  MessageRecordReader,
  PasswordResetMailer,
  ChannelTests,
  CheckpointMailer,
  Round,
  QueueRebuilder,
  ReceiptAsker,
  ReceiptRecorder,
];

/**
 * Digests, deliveries and their channels. Needs the modules of platform, database, directory, queue and supervision.
 */
@Module({})
export class NotificationsModule {
  static forRoot(): DynamicModule {
    return {
      module: NotificationsModule,
      global: true,
      providers: [
        { provide: MESSAGES, inject: [CONFIG], useFactory: (config: Config) => LANGUAGES[config.DUBAN_LANGUAGE] },
        AccessTokens,
        {
          provide: ChannelSet,
          inject: [CONFIG, AccessTokens],
          useFactory: (config: Config, tokens: AccessTokens) => createChannels(config, tokens),
        },
        Recipients,
        DigestWriter,
        BounceRecorder,
        ChannelCheck,
        ...SERVICES,
      ],
      exports: SERVICES,
    };
  }
}
