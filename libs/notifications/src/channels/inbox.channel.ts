import type { Channel, Recipient } from './channel';

/** The inbox (收件箱) of everybody who can sign in: the stored digest is the message. */
export class InboxChannel implements Channel {
  readonly kind = 'inbox';

  isFor(person: Recipient): string {
    return person.username;
  }
}
