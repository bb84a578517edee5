import { once } from 'node:events';
import { freePort } from '@duban/testing';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

type Refusal = Error & { responseCode: number };

/** A refusal by the server, in its own words. */
export const refusal = (responseCode: number, words: string): Refusal =>
  Object.assign(new Error(words), { responseCode });

/** A real SMTP server on a port of its own; what it answers is the spec's to say. */
export class MailServer {
  readonly mails: ParsedMail[] = [];
  /** Whom the envelope of each names as its sender; empty for the null sender. */
  readonly senders: string[] = [];
  /** Asked for each recipient; null accepts. */
  onRecipient: () => Error | null = () => null;
  /** Asked when a whole message has come. */
  onMessage: () => Promise<void> = () => Promise.resolve();
  private port = 0;
  private server: SMTPServer | undefined;

  /** @param tls a key and a certificate: then it speaks TLS from the start, and is trusted by that */
  constructor(private readonly tls?: { key: string; cert: string }) {}

  get url(): string {
    const { port, tls } = this;
    return tls ? `smtps://127.0.0.1:${port}?tls.ca=${encodeURIComponent(tls.cert)}` : `smtp://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    this.port ||= await freePort();
    this.server = new SMTPServer({
      ...(this.tls ? { secure: true, ...this.tls } : {}),
      disabledCommands: ['AUTH', 'STARTTLS'],
      onRcptTo: (_address, _session, done) => done(this.onRecipient()),
      onData: (stream, session, done) => {
        const { mailFrom } = session.envelope;
        void this.receive(stream, mailFrom === false ? '' : mailFrom.address).then(() => done(), done);
      },
    } satisfies SMTPServerOptions);
    this.server.on('error', () => undefined);
    await once(this.server.listen(this.port, '127.0.0.1'), 'listening');
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private async receive(stream: Parameters<typeof simpleParser>[0], sender: string): Promise<void> {
    const mail = await simpleParser(stream);
    await this.onMessage();
    this.mails.push(mail);
    this.senders.push(sender);
  }
}
