import type { ListedCheckpoint } from '../checkpoint.service';
import type { CheckpointMail, CheckpointPlace } from './checkpoint-place';

const DAY_MS = 86_400_000;

/** Somebody's mailbox, once a day: what is in it is out of reach, and dated by the mail's way. */
export class MailPlace implements CheckpointPlace {
  readonly everyMs = DAY_MS;

  constructor(
    private readonly address: string,
    private readonly mail: CheckpointMail,
  ) {}

  get name(): string {
    return `mailto:${this.address}`;
  }

  hand(checkpoint: ListedCheckpoint): Promise<void> {
    return this.mail.send(this.address, checkpoint);
  }
}
