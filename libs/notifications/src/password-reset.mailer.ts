import { CODE_MINUTES, PasswordResetService } from '@duban/directory';
import { type Config, CONFIG } from '@duban/platform';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ChannelError } from './channels/channel';
import { ChannelSet } from './channels/channel-set';
import { MESSAGES, type Messages } from './templates/messages';
import { passwordResetMail } from './templates/password-reset';

/** What became of one call: `not_due` where another worker has it, or it is done. */
type MailOutcome = 'sent' | 'nobody' | 'too_soon' | 'requeued' | 'failed' | 'not_due';

/** Mails that one sweep looks at; what is left over is found by the next. */
const BATCH = 50;

/**
 * Sends the mails by which passwords are reset (找回密码). They are found by the table: a job that names one is a hint, late,
 * twice or never. Unlike a digest it goes out at any hour, and is in nobody's inbox: who cannot sign in waits for it.
 */
@Injectable()
export class PasswordResetMailer {
  private readonly logger = new Logger('password_reset');

  constructor(
    private readonly resets: PasswordResetService,
    private readonly channels: ChannelSet,
    @Inject(MESSAGES) private readonly messages: Messages,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_URL'>,
  ) {}

  /** Sends one. A worker that dies between sending and recording leaves it to another, whose mail has another code. */
  async send(id: string): Promise<MailOutcome> {
    const claim = await this.resets.claim(id);
    if (typeof claim === 'string') return claim;
    try {
      const channel = this.channels.get('smtp');
      if (!channel?.send) throw new ChannelError('mail is not set up', false);
      const { address, name, code } = claim;
      const mail = passwordResetMail({ name, code, minutes: CODE_MINUTES, url: this.config.DUBAN_URL }, this.messages);
      await channel.send({ id, address, name, items: [], ...mail });
    } catch (error) {
      // The message of an error may hold what the server was sent: only whose fault it is goes to the log.
      const isFinal = error instanceof ChannelError && !error.retryable;
      this.logger.warn(`password reset ${id}: the mail was ${isFinal ? 'refused' : 'not taken yet'}`);
      await this.resets.notSent(claim, isFinal);
      return isFinal ? 'failed' : 'requeued';
    }
    await this.resets.sent(claim);
    return 'sent';
  }

  /** Sends those whose job was lost. */
  async sendDue(): Promise<void> {
    for (const id of await this.resets.dueIds(BATCH)) await this.send(id);
  }
}
