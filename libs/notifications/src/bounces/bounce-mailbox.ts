import { Transactor } from '@duban/database';
import type { Clock } from '@duban/kernel';
import { CLOCK, type Config, CONFIG } from '@duban/platform';
import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ImapFlow } from 'imapflow';
import { BounceAddress } from './bounce-address';
import { BounceRecorder } from './bounce.recorder';
import { readReturnedMail } from './delivery-report';

/** What became of a mail: `repeated` is known already, `ignored` reports no failure of a message of ours. */
export type MailOutcome = 'recorded' | 'repeated' | 'ignored';

/** Mails read in one go; what is left over is found by the next. */
const BATCH = 200;
/** Bytes of one: the report comes before what was sent. */
const MOST_BYTES = 256 * 1024;
/** How often the mailbox is looked into, by each process that does. */
const EVERY_MS = 60_000;
const TIMEOUT_MS = 20_000;
/** Where mails go that report no failure of ours: whoever looks after the mailbox may look at them. */
const OTHERS = 'duban-other';

/**
 * The mailbox to which mail servers report what they could not deliver. It is emptied: what was recorded is deleted, the
 * rest is put aside. So a mail that is read twice, or by two workers, is recorded once, and one whose worker died is
 * still there. Nothing that comes is ever answered.
 */
@Injectable()
export class BounceMailbox implements OnModuleDestroy {
  private readonly logger = new Logger('bounces');
  private readonly address: BounceAddress | null;
  private readonly url: URL | null;
  private client: ImapFlow | undefined;
  private running: Promise<void> | undefined;
  /** By the machine's monotonic clock: this measures machines, not duties. */
  private lookedAt = -EVERY_MS;
  private isClosed = false;

  constructor(
    private readonly transactor: Transactor,
    private readonly recorder: BounceRecorder,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG)
    { BOUNCE_ADDRESS, DUBAN_SECRET, IMAP_URL }: Pick<Config, 'BOUNCE_ADDRESS' | 'DUBAN_SECRET' | 'IMAP_URL'>,
  ) {
    this.address = BOUNCE_ADDRESS && DUBAN_SECRET ? new BounceAddress(BOUNCE_ADDRESS, DUBAN_SECRET) : null;
    this.url = IMAP_URL ? new URL(IMAP_URL) : null;
  }

  /** Looks into the mailbox if that was not done of late; does not wait for it, since its server may hang. */
  wake(): void {
    if (this.url === null || this.running || performance.now() - this.lookedAt < EVERY_MS) return;
    this.lookedAt = performance.now();
    this.running = this.empty()
      .then(
        () => undefined,
        (error) => this.logger.warn(`the mailbox of bounces could not be read, it is tried again: ${messageOf(error)}`),
      )
      .finally(() => (this.running = undefined));
  }

  async onModuleDestroy(): Promise<void> {
    this.isClosed = true;
    this.client?.close();
    await this.running;
  }

  /**
   * Reads what is there.
   * @returns how many mails became what
   * @throws Error where the server is away, refuses or hangs: what was read by then is recorded
   */
  async empty(): Promise<Record<MailOutcome, number>> {
    const counts = { recorded: 0, repeated: 0, ignored: 0 };
    if (this.url === null) return counts;
    const client = this.open(this.url);
    try {
      await client.connect();
      const lock = await client.getMailboxLock(folderOf(this.url));
      try {
        for (let left = true; left && !this.isClosed;) left = await this.emptySome(client, counts);
      } finally {
        lock.release();
      }
      await client.logout();
    } finally {
      client.close();
      this.client = undefined;
    }
    return counts;
  }

  /** Records one mail, whatever way it came. */
  async receive(source: Buffer): Promise<MailOutcome> {
    const { addressees, key, report } = await readReturnedMail(source);
    const deliveryId = this.address?.idIn(addressees) ?? null;
    if (report === null || deliveryId === null) return 'ignored';
    const now = this.clock.now();
    const isNew = await this.transactor.run((tx) => this.recorder.record(tx, deliveryId, report, key, now));
    return isNew ? 'recorded' : 'repeated';
  }

  /** @returns whether there may be more */
  private async emptySome(client: ImapFlow, counts: Record<MailOutcome, number>): Promise<boolean> {
    const found = (await client.search({ all: true }, { uid: true })) || [];
    const uids = found.slice(0, BATCH);
    if (uids.length === 0) return false;
    const done: number[] = [];
    const others: number[] = [];
    try {
      for await (const mail of client.fetch(uids, { source: { maxLength: MOST_BYTES } }, { uid: true })) {
        const outcome = await this.receive(mail.source ?? Buffer.alloc(0));
        counts[outcome]++;
        (outcome === 'ignored' ? others : done).push(mail.uid);
      }
    } finally {
      if (done.length > 0) await client.messageDelete(done, { uid: true });
      if (others.length > 0) await this.putAside(client, others);
    }
    return done.length + others.length > 0 && found.length > BATCH;
  }

  private async putAside(client: ImapFlow, uids: number[]): Promise<void> {
    await client.mailboxCreate(OTHERS);
    await client.messageMove(uids, OTHERS, { uid: true });
  }

  private open({ protocol, hostname, port, username, password }: URL): ImapFlow {
    const secure = protocol === 'imaps:';
    const client = new ImapFlow({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (secure ? 993 : 143) : Number(port),
      secure,
      auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
      logger: false,
      disableAutoIdle: true,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    });
    // An 'error' without a listener would end the process; whoever waits for the connection is told, too.
    client.on('error', () => undefined);
    this.client = client;
    return client;
  }
}

/** `imaps://…/folder`; the inbox where none is named. */
const folderOf = ({ pathname }: URL): string => decodeURIComponent(pathname.slice(1)) || 'INBOX';

/** What the library throws says "Command failed", and the server's words beside. */
function messageOf(error: unknown): string {
  const { message, responseText } = error as { message?: string; responseText?: string };
  return responseText ?? message ?? String(error);
}
