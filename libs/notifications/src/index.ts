export { CheckpointMailer } from './checkpoint.mailer';
export { type DeliveryFilter, DeliveryReader, type DeliveryView, type DigestLine, type Page } from './delivery.reader';
export { DeliveryService, type SendOutcome } from './delivery.service';
export { Dispatcher } from './dispatcher';
export { NotificationsModule } from './notifications.module';
export { PasswordResetMailer } from './password-reset.mailer';
export { QueueRebuilder } from './queue-rebuilder';
export { Round } from './round';
