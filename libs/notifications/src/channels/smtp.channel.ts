import { limitOf } from '@duban/domain';
import { createTransport, type Transporter } from 'nodemailer';
import type { BounceAddress } from '../bounces/bounce-address';
import { type Refusal, refusalOf } from '../bounces/status';
import type { Line } from '../lines/line';
import { type Channel, ChannelError, type Message, type Recipient, type Sent } from './channel';

/** Shorter in all than a claim, so that nobody else takes the delivery meanwhile. */
const CONNECT_MS = 10_000;
const SEND_MS = 45_000;

/** Mail by SMTP, over a few connections that stay open. */
export class SmtpChannel implements Channel {
  readonly kind = 'smtp';
  readonly line: Line;
  private readonly transport: Transporter;
  private readonly domain: string;

  /**
   * @param url `smtp://user:password@host:port`, or `smtps://` for TLS from the start
   * @param bounces where servers report what they cannot deliver; null: nowhere, then they say nothing at all
   * @param perMinute how many mails the server takes in a minute; null: as many as there are
   * @param sendMs how long one message may take in all; less than a claim lasts
   */
  constructor(
    url: string,
    private readonly from: string,
    private readonly bounces: BounceAddress | null = null,
    perMinute: number | null = null,
    private readonly sendMs = SEND_MS,
  ) {
    this.line = {
      name: `smtp ${new URL(url).host}`,
      limit: perMinute === null ? null : limitOf(perMinute),
      atOnce: null,
    };
    this.domain = /@([^\s<>]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
    this.transport = createTransport({
      url,
      pool: true,
      maxConnections: 5,
      // A lost connection is the delivery's to repeat: it counts the attempts.
      maxRequeues: 0,
      connectionTimeout: CONNECT_MS,
      greetingTimeout: CONNECT_MS,
      dnsTimeout: CONNECT_MS,
      socketTimeout: SEND_MS,
    });
  }

  isFor(person: Recipient): string | null {
    return person.email;
  }

  async send(message: Message): Promise<Sent> {
    const thread = message.thread === undefined ? undefined : `<${message.thread}@${this.domain}>`;
    try {
      const { response } = (await this.transport.sendMail({
        from: this.from,
        to: { name: message.name, address: message.address },
        envelope: { from: this.bounces?.of(message.id) ?? '', to: message.address },
        // A report of what failed, without the whole of what was sent.
        dsn: this.bounces
          ? { id: message.id, return: 'headers', notify: 'failure', recipient: message.address }
          : undefined,
        subject: message.subject,
        text: message.text,
        html: message.html,
        messageId: `<delivery-${message.id}@${this.domain}>`,
        inReplyTo: thread,
        references: thread,
        headers: {
          // Neither an answering machine nor a list server may answer: that makes loops.
          'Auto-Submitted': 'auto-generated',
          'X-Auto-Response-Suppress': 'All',
          Precedence: 'list',
          'List-Id': `duban <digest.${this.domain}>`,
        },
        signal: AbortSignal.timeout(this.sendMs),
      })) as { response: string };
      return { state: 'sent', answer: { status: Number.parseInt(response, 10) || 250, words: response } };
    } catch (error) {
      throw channelErrorOf(error);
    }
  }

  close(): void {
    this.transport.close();
  }
}

/**
 * What a failure means for the delivery. 4xx asks to come again, 5xx refuses; an address that cannot be used stays so.
 * A refused password is the installation's fault, not the message's: it is mended while the message waits. Where the
 * server does not come to speak of the message, the way to it is broken.
 */
export function channelErrorOf(error: unknown): ChannelError {
  const { code, responseCode, response } = error as SmtpError;
  const message = error instanceof Error ? error.message : String(error);
  const isRefused = responseCode === undefined ? code === 'EENVELOPE' : responseCode >= 500;
  const isLineDown = code === 'EAUTH' || (responseCode === undefined && code !== 'EENVELOPE');
  return new ChannelError(message, !isRefused || code === 'EAUTH', refusalIn(error as SmtpError, message), {
    isLineDown,
    ...(responseCode === undefined ? {} : { answer: { status: responseCode, words: response ?? message } }),
  });
}

interface SmtpError {
  code?: string;
  /** Of what was answered, and to which command. */
  responseCode?: number;
  response?: string;
  command?: string;
}

/** What is refused before or after the address is named does not speak of it. */
function refusalIn({ code, responseCode, response, command }: SmtpError, message: string): Refusal | null {
  if (command === 'RCPT TO' && responseCode !== undefined) return refusalOf(responseCode, response ?? message);
  // Not even written like one.
  return code === 'EENVELOPE' && responseCode === undefined ? { status: '5.1.3', words: message } : null;
}
