export { BounceMailbox } from './bounces/bounce-mailbox';
export { type SuppressedAddress, SuppressedAddresses } from './bounces/suppressed-addresses';
export { CHANNEL_TEST_OUTCOMES, type ChannelTest, ChannelTests, type OwnChannel } from './channel-tests';
export { CheckpointMailer } from './checkpoint.mailer';
export { type DeliveryAttempt, DestinationService, type DestinationView } from './destinations/destination.service';
export { type DeliveryFilter, DeliveryReader, type DeliveryView, type DigestLine, type Page } from './delivery.reader';
export { Dispatcher } from './dispatcher';
export { INBOX_CHANGED } from './inbox-hints';
export { type HeldMessage, type MessageRecord, MessageRecordReader } from './message-record.reader';
export { MessageRulesService, type PreferenceVersion } from './message-rules.service';
export {
  type MessageTemplate,
  MessageTemplates,
  type TemplateKind,
  type TemplatePreview,
} from './message-templates.service';
export { TEMPLATES_ABOUT } from './templates/messages';
export { NotificationsModule } from './notifications.module';
export { PasswordResetMailer } from './password-reset.mailer';
export { QueueRebuilder } from './queue-rebuilder';
export { ReceiptAsker } from './receipts/receipt.asker';
export { ReceiptRecorder } from './receipts/receipt.recorder';
export { bareMobile, smsReceipt, type SmsReport } from './channels/sms.channel';
export { Round } from './round';
