import { Readable } from 'node:stream';
import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { DomainError } from '@duban/kernel';
import { DeliveryReader } from '@duban/notifications';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { ChangeWatch } from './change-watch';
import { InboxListener } from './inbox-listener';
import { Presence } from './presence';

/** Messages read at a time. */
const BATCH = 50;
/** Bytes that wait for a slow client; more are not read for it until it has taken these. */
const MOST_BUFFERED = 256 * 1024;

/** Asked again and again: who the stream is for, as of now. @throws DomainError where they may not read on */
export type StillThere = () => Promise<Actor>;

/**
 * The inboxes (收件箱) that are watched just now. What is sent is read from the rows by a number that grows by one with each
 * message, as the one who watches; a hint only says when to look. So nothing is lost by a connection that breaks, a hint
 * that does not come, or a process that ends.
 */
@Injectable()
export class InboxStreams implements OnModuleDestroy, BeforeApplicationShutdown {
  /** How often is looked without a hint, a sign of life sent, and asked whether the session still counts. */
  readonly heartbeatMs: number = 15_000;
  readonly mostOfOne: number = 6;
  readonly mostInAll: number = 1_000;
  private readonly streams = new Map<string, Set<InboxStream>>();
  private readonly logger = new Logger('inbox');
  private timer: NodeJS.Timeout | undefined;
  private count = 0;
  private isClosing = false;

  constructor(
    private readonly transactor: Transactor,
    private readonly reader: DeliveryReader,
    private readonly listener: InboxListener,
    private readonly changes: ChangeWatch,
    private readonly presence: Presence,
  ) {}

  /**
   * @param after the last number that the client has, by `Last-Event-ID`; null for what comes from now on
   * @throws DomainError unavailable `INBOX.TOO_MANY_STREAMS`, throttled `INBOX.TOO_MANY_OF_YOURS`
   */
  async open(actor: Actor, after: number | null, stillThere: StillThere): Promise<Readable> {
    const personId = actor.personId!;
    this.assertRoom(personId);
    const { last, unread } = await this.transactor.as(actor, (tx) => this.reader.inboxState(tx, personId));
    this.assertRoom(personId);
    // A number from before a backup was restored would have it wait for long.
    const position = after === null ? last : Math.min(after, last);
    const stream = new InboxStream(
      { message: position, change: this.changes.last },
      unread,
      (from) => this.look(personId, stillThere, from),
      this.logger,
    );
    const own = this.streams.get(personId) ?? new Set();
    this.streams.set(personId, own.add(stream));
    this.count++;
    stream.body.once('close', () => {
      this.count--;
      own.delete(stream);
      if (own.size === 0 && this.streams.get(personId) === own) this.streams.delete(personId);
    });
    this.timer ??= setInterval(() => this.beat(), this.heartbeatMs).unref();
    this.listen();
    this.changes.start(
      () => this.wake(null),
      () => this.count > 0,
    );
    stream.begin(after === null);
    return stream.body;
  }

  /** Hears from now on what other processes say; once is enough. */
  listen(): void {
    this.listener.start({ inboxes: (personIds) => this.wake(personIds), forms: (said) => void this.tellOfForm(said) });
  }

  /** What has come since, as events, and no more. */
  async since(actor: Actor, after: number | null): Promise<string> {
    const personId = actor.personId!;
    return this.transactor.as(actor, async (tx) => {
      const { last, unread } = await this.reader.inboxState(tx, personId);
      const from = Math.min(after ?? last, last);
      const found = await this.reader.arrivedSince(tx, personId, from, BATCH);
      return ready(unread, found.length === 0 ? last : null) + found.map(eventOf).join('');
    });
  }

  /** At once: an answer that never ends would keep the process from ending. */
  onModuleDestroy(): void {
    this.close();
  }

  beforeApplicationShutdown(): void {
    this.close();
  }

  private close(): void {
    this.isClosing = true;
    clearInterval(this.timer);
    for (const own of this.streams.values()) for (const stream of own) stream.end();
  }

  private assertRoom(personId: string): void {
    if ((this.streams.get(personId)?.size ?? 0) >= this.mostOfOne) {
      throw new DomainError(
        'throttled',
        'INBOX.TOO_MANY_OF_YOURS',
        'You watch your inbox in too many places already.',
        {
          retryAfterSeconds: 60,
        },
      );
    }
    if (this.isClosing || this.count >= this.mostInAll) {
      throw new DomainError('unavailable', 'INBOX.TOO_MANY_STREAMS', 'Too many inboxes are watched; try again.');
    }
  }

  private wake(personIds: readonly string[] | null): void {
    for (const id of personIds ?? this.streams.keys()) for (const stream of this.streams.get(id) ?? []) stream.look();
  }

  /** To those who have the same form open, who else has. They saw the task when they said so, which is not long ago. */
  private async tellOfForm(said: string): Promise<void> {
    const news = this.presence.hear(said);
    const watching = news?.personIds.filter((id) => this.streams.has(id)) ?? [];
    if (!news || watching.length === 0) return;
    try {
      await this.transactor.run(async (tx) => {
        for (const id of watching) {
          const others = await this.presence.others(tx, news.of, id);
          const event = `event: form\ndata: ${JSON.stringify({ ...news.of, others })}\n\n`;
          for (const stream of this.streams.get(id) ?? []) stream.tell(event);
        }
      });
    } catch (error) {
      this.logger.warn(`who has a form open could not be told: ${String(error)}`);
    }
  }

  private beat(): void {
    for (const own of this.streams.values()) for (const stream of own) stream.beat();
  }

  private async look(personId: string, stillThere: StillThere, from: Position): Promise<Look> {
    const actor = await stillThere();
    return this.transactor.as(actor, async (tx) => {
      const { last } = this.changes;
      const found = await this.reader.arrivedSince(tx, personId, from.message, BATCH);
      const changedTasks = await this.changes.visibleSince(tx, from.change);
      return { found, unread: (await this.reader.inboxState(tx, personId)).unread, changedTasks, change: last };
    });
  }
}

/** How far a client has been told. */
interface Position {
  /** Of its messages. */
  message: number;
  /** Of what others have changed. */
  change: number;
}

interface Look {
  found: Awaited<ReturnType<DeliveryReader['arrivedSince']>>;
  unread: number;
  /** Tasks that the client may see, and that have changed. */
  changedTasks: string[];
  change: number;
}

/** One client that watches. */
class InboxStream {
  readonly body: Readable;
  private isLooking = false;
  private hasMore = false;
  private isEnded = false;

  constructor(
    private readonly position: Position,
    private unread: number,
    private readonly read: (from: Position) => Promise<Look>,
    private readonly logger: Logger,
  ) {
    this.body = new Readable({ read: () => this.hasMore && this.look(), highWaterMark: MOST_BUFFERED });
  }

  /** @param isNew the client has nothing yet: from here it would go on */
  begin(isNew: boolean): void {
    this.body.push(`retry: 3000\n\n${ready(this.unread, isNew ? this.position.message : null)}`);
    this.look();
  }

  beat(): void {
    // Whoever took nothing of what waits since the last beat is not there any more, or will come again.
    if (this.body.readableLength >= MOST_BUFFERED) this.body.destroy();
    else this.body.push(': still here\n\n');
    this.look();
  }

  /** A hint, which is no loss to a client that is too slow for it. */
  tell(event: string): void {
    if (!this.isEnded && !this.body.destroyed && this.body.readableLength < MOST_BUFFERED) this.body.push(event);
  }

  /** Sends what has come; a hint that comes meanwhile is looked into afterwards. */
  look(): void {
    this.hasMore = true;
    if (!this.isLooking) void this.lookAll();
  }

  end(): void {
    this.isEnded = true;
    if (!this.body.readableEnded && !this.body.destroyed) this.body.push(null);
  }

  private async lookAll(): Promise<void> {
    this.isLooking = true;
    try {
      while (this.hasMore && !this.body.destroyed && this.body.readableLength < MOST_BUFFERED) {
        this.hasMore = false;
        const { found, unread, changedTasks, change } = await this.read({ ...this.position });
        for (const one of found) {
          this.body.push(eventOf(one));
          this.position.message = one.position;
        }
        if (unread !== this.unread) this.body.push(`event: unread\ndata: ${JSON.stringify({ unread })}\n\n`);
        this.unread = unread;
        this.position.change = change;
        if (changedTasks.length > 0)
          this.body.push(`event: changed\ndata: ${JSON.stringify({ taskIds: changedTasks })}\n\n`);
        if (found.length === BATCH) this.hasMore = true;
      }
    } catch (error) {
      // Signed out, no longer in office, or the database is away: the client comes again, and hears which.
      if (!(error instanceof DomainError)) this.logger.warn(`an inbox could not be read on: ${String(error)}`);
      this.end();
    } finally {
      this.isLooking = false;
    }
  }
}

const ready = (unread: number, position: number | null): string =>
  `${position === null ? '' : `id: ${position}\n`}event: ready\ndata: ${JSON.stringify({ unread })}\n\n`;

const eventOf = ({ position, message }: Look['found'][number]): string =>
  `id: ${position}\nevent: message\ndata: ${JSON.stringify(message)}\n\n`;
