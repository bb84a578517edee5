import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import type { SMTPServer } from 'smtp-server';
import { development } from '../bench/measure';

/** What came in from duban: under which id, to whom, and which messages it holds, where that can be told. */
export interface Came {
  id: string;
  to: string;
  holds: readonly string[];
}

/** A mail server and a program that takes webhooks; each loses an answer now and then, after it has taken the message. */
export class Outside {
  readonly mails: Came[] = [];
  readonly hooks: Came[] = [];
  private readonly http: Server;
  private smtp!: SMTPServer;

  private constructor(private readonly losesAnswer: () => boolean) {
    this.http = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        this.hooks.push({ id: String(request.headers['webhook-id']), ...eventIn(Buffer.concat(parts).toString()) });
        if (this.losesAnswer()) request.socket.destroy();
        else response.writeHead(204).end();
      });
    });
  }

  /** @param losesAnswer asked for each message: whether its answer is lost */
  static async open(losesAnswer: () => boolean): Promise<Outside> {
    const outside = new Outside(losesAnswer);
    outside.http.listen(0, '127.0.0.1');
    await once(outside.http, 'listening');
    const { SMTPServer } = await development('smtp-server', () => import('smtp-server'));
    outside.smtp = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      onData: (stream, session, done) => {
        const parts: Buffer[] = [];
        stream.on('data', (part: Buffer) => parts.push(part));
        stream.on('end', () => {
          outside.takeMail(Buffer.concat(parts).toString());
          if (losesAnswer()) done(Object.assign(new Error('try again'), { responseCode: 451 }));
          else done();
        });
      },
    });
    outside.smtp.on('error', () => undefined);
    await once(outside.smtp.listen(0, '127.0.0.1'), 'listening');
    return outside;
  }

  get smtpUrl(): string {
    const { port } = this.smtp.server.address() as AddressInfo;
    return `smtp://127.0.0.1:${port}`;
  }

  get hookUrl(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/duban`;
  }

  async end(): Promise<void> {
    this.http.closeAllConnections();
    this.http.close();
    await new Promise<void>((done) => this.smtp.close(() => done()));
  }

  private takeMail(source: string): void {
    const [head = ''] = source.split('\r\n\r\n');
    const id = /^message-id:\s*<([^>]+)>/im.exec(head)?.[1] ?? '';
    const to = /^to:\s*(.+)$/im.exec(head)?.[1] ?? '';
    this.mails.push({ id, to, holds: [] });
  }
}

/** Of an event: where it is from, and the messages in it. */
function eventIn(body: string): Pick<Came, 'to' | 'holds'> {
  const { id, source, data } = JSON.parse(body) as {
    id: string;
    source: string;
    data: { items: { notificationId: string }[] };
  };
  return { to: `${source} ${id}`, holds: data.items.map(({ notificationId }) => notificationId) };
}
