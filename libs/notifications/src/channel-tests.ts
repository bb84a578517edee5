import { Transactor } from '@duban/database';
import { assertMay, contactColumns } from '@duban/directory';
import { type Actor, HistoryService, systemActor } from '@duban/history';
import { type Clock, conflict, DomainError, invalid, newId, notFound } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { JobProducer } from '@duban/queue';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Channel, ChannelError, type Recipient, type Sent } from './channels/channel';
import { ChannelSet } from './channels/channel-set';
import { DestinationService, lineOfDestination } from './destinations/destination.service';
import type { Line } from './lines/line';
import { lineWorks, takeLine } from './lines/delivery-lines';
import { channelTestMessage } from './templates/channel-test';
import { MESSAGES, type Messages } from './templates/messages';

/** What became of a test message. `expired`: no worker came to it in time. */
export const CHANNEL_TEST_OUTCOMES = [
  'accepted',
  'refused',
  'unreachable',
  'not_configured',
  'no_address',
  'expired',
] as const;
export type ChannelTestOutcome = (typeof CHANNEL_TEST_OUTCOMES)[number];

export interface ChannelTest {
  id: string;
  channel: string;
  destinationId: string | null;
  askedAt: Date;
  /** Null while it is on its way. */
  finishedAt: Date | null;
  outcome: ChannelTestOutcome | null;
  /** What the other side answered: its code, and the beginning of its words; null where it answered nothing. */
  status: number | null;
  answer: string | null;
  /** Why it was not taken. */
  error: string | null;
  tookMs: number | null;
}

/** A channel to people that is configured, and where it reaches whoever asks; null where it does not. */
export interface OwnChannel {
  channel: string;
  address: string | null;
}

interface Held {
  id: string;
  channel: string;
  destinationId: string | null;
  perMinute: number | null;
  destinationName: string | null;
  isOld: boolean;
  /** It waited for a turn over its line. */
  isItsTurn: boolean;
  person: Recipient;
}

/** Longer than any channel takes. */
const LEASE_SECONDS = 60;
/** Whoever asked has gone by then; a message that comes later would only puzzle them. */
const PATIENCE_MINUTES = 10;
/** So many in a minute one person may ask for: a test is a message like any other to whoever gets it. */
const MOST_A_MINUTE = 5;
const KEPT_DAYS = 30;
/** Of an answer this much is kept. */
const MOST_WORDS = 500;
/** Tests that one sweep looks at. */
const BATCH = 20;

/**
 * Test messages (试发): by a channel to whoever asks, or to a destination, over the same channel, line and worker as all
 * others. Tried at once, at any hour and once only; a line that is paused is tried, and one that works again lets what
 * waits go. They are found by the table: a job that names one is a hint.
 */
@Injectable()
export class ChannelTests {
  private readonly logger = new Logger('channel_test');

  constructor(
    private readonly transactor: Transactor,
    private readonly channels: ChannelSet,
    private readonly destinations: DestinationService,
    private readonly history: HistoryService,
    private readonly jobs: JobProducer,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(MESSAGES) private readonly messages: Messages,
  ) {}

  /** The channels to people that there are, for whoever asks. */
  async own(tx: EntityManager, actor: Actor): Promise<OwnChannel[]> {
    assertMay(actor, 'destination.manage');
    const person = await recipient(tx, actor.personId!);
    return this.sending.map((channel) => ({ channel: channel.kind, address: channel.isFor(person) }));
  }

  /**
   * To whoever asks.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, notFound `CHANNEL_TEST.UNKNOWN_CHANNEL`, invalid `CHANNEL_TEST.NO_ADDRESS`,
   *   throttled `CHANNEL_TEST.TOO_OFTEN`
   */
  async ask(tx: EntityManager, actor: Actor, at: Date, kind: string): Promise<ChannelTest> {
    assertMay(actor, 'destination.manage');
    const channel = this.sending.find((one) => one.kind === kind);
    if (!channel) {
      throw notFound('CHANNEL_TEST.UNKNOWN_CHANNEL', `There is no channel ${kind} here that sends to people.`, {
        kind,
      });
    }
    if (channel.isFor(await recipient(tx, actor.personId!)) === null) {
      throw invalid('CHANNEL_TEST.NO_ADDRESS', `Your account has no address for ${kind}. Enter it first.`, { kind });
    }
    return this.begin(tx, actor, at, kind, null);
  }

  /** @throws DomainError as {@link ask}, notFound `DESTINATION.UNKNOWN`, conflict `DESTINATION.ENDED` */
  async askOfDestination(tx: EntityManager, actor: Actor, at: Date, destinationId: string): Promise<ChannelTest> {
    assertMay(actor, 'destination.manage');
    const { channel, endedAt } = await this.destinations.hold(tx, destinationId);
    if (endedAt) throw conflict('DESTINATION.ENDED', 'It has ended. Resume it first.', { id: destinationId });
    return this.begin(tx, actor, at, channel, destinationId);
  }

  /** One's own. @throws DomainError notFound `CHANNEL_TEST.UNKNOWN` */
  async get(tx: EntityManager, actor: Actor, id: string): Promise<ChannelTest> {
    assertMay(actor, 'destination.manage');
    const [test]: ChannelTest[] = await tx.query(`${VIEW} where id = $1 and person_id = $2`, [id, actor.personId]);
    if (!test) throw notFound('CHANNEL_TEST.UNKNOWN', 'There is no such test of yours.', { id });
    return test;
  }

  /** Gives the queue a hint; where its store is away, the sweep finds the test. */
  async hint(id: string, delayMs?: number): Promise<void> {
    await this.jobs.add('notifications', 'channel.test', { testId: id }, { delayMs });
  }

  async dueIds(limit: number): Promise<string[]> {
    const rows: { id: string }[] = await this.transactor.run((tx) =>
      tx.query(`select id from channel_test where ${IS_DUE} order by due_at, id limit $1`, [limit]),
    );
    return rows.map(({ id }) => id);
  }

  /** Sends those whose job was lost. */
  async sendDue(): Promise<void> {
    for (const id of await this.dueIds(BATCH)) {
      await this.send(id).catch((error: Error) => this.logger.warn(`test ${id} waits: ${error.message}`));
    }
  }

  /** Claims, sends and records, each in a transaction of its own. @returns null where there was nothing to do */
  async send(id: string): Promise<ChannelTestOutcome | 'awaits_turn' | null> {
    const claim = await this.transactor.run((tx) => this.claim(tx, id));
    if (claim === null) return null;
    if ('turnInMs' in claim) {
      await this.hint(id, claim.turnInMs);
      return 'awaits_turn';
    }
    const { held, line } = claim;
    const began = performance.now();
    const took = (): number => Math.round(performance.now() - began);
    try {
      const sent = await claim.handOver();
      return await this.finish(held, { outcome: 'accepted', tookMs: took(), answer: sent.answer }, line);
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      const outcome = error.isLineDown && error.answer === null ? 'unreachable' : 'refused';
      return this.finish(held, { outcome, tookMs: took(), answer: error.answer, error: error.message });
    }
  }

  private async begin(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    channel: string,
    destinationId: string | null,
  ): Promise<ChannelTest> {
    const [{ asked }]: [{ asked: number }] = await tx.query(
      `select count(*)::int as asked from channel_test where person_id = $1 and asked_at > now() - interval '1 minute'`,
      [actor.personId],
    );
    if (asked >= MOST_A_MINUTE) {
      throw new DomainError('throttled', 'CHANNEL_TEST.TOO_OFTEN', 'You have tried channels often just now.', {
        retryAfterSeconds: 60,
      });
    }
    const id = newId();
    await tx.query(`insert into channel_test (id, channel, destination_id, person_id) values ($1, $2, $3, $4)`, [
      id,
      channel,
      destinationId,
      actor.personId,
    ]);
    await this.history.append(tx, actor, at, [
      { type: 'channel_test.asked', entity: 'channel_test', entityId: id, after: { id, channel, destinationId } },
    ]);
    return this.get(tx, actor, id);
  }

  private async claim(
    tx: EntityManager,
    id: string,
  ): Promise<{ held: Held; line: Line | undefined; handOver: () => Promise<Sent> } | { turnInMs: number } | null> {
    const [held]: Held[] = await tx.query(HOLD, [id]);
    if (!held) return null;
    if (held.isOld) {
      await this.record(tx, held, { outcome: 'expired' });
      return null;
    }
    const { destinationId, perMinute } = held;
    const line =
      destinationId === null
        ? this.channels.get(held.channel)?.line
        : lineOfDestination({ id: destinationId, perMinute: perMinute! });
    const turnInMs = line ? await waitFor(tx, line, held) : 0;
    if (turnInMs > 0) {
      await tx.query(`update channel_test set due_at = now() + $2 * interval '1 millisecond' where id = $1`, [
        id,
        turnInMs,
      ]);
      return { turnInMs };
    }
    const handOver = await this.ready(tx, held);
    if (typeof handOver === 'string') {
      await this.record(tx, held, { outcome: handOver });
      return null;
    }
    await tx.query(`update channel_test set claimed_until = now() + $2 * interval '1 second' where id = $1`, [
      id,
      LEASE_SECONDS,
    ]);
    return { held, line, handOver };
  }

  /** @returns why it cannot go, or how it goes */
  private async ready(tx: EntityManager, held: Held): Promise<ChannelTestOutcome | (() => Promise<Sent>)> {
    const { id, destinationId, destinationName, person } = held;
    const channelName = destinationName ?? this.messages.channelTest.channels[held.channel] ?? held.channel;
    const words = channelTestMessage(
      { name: person.displayName, by: person.displayName, channel: channelName },
      this.messages,
    );
    if (destinationId === null) {
      const channel = this.sending.find(({ kind }) => kind === held.channel);
      if (!channel) return 'not_configured';
      const address = channel.isFor(person);
      if (address === null) return 'no_address';
      const { subject, text, html, line } = words;
      return () =>
        channel.send!({ id, address, name: person.displayName, subject, text, html, items: [{ text: line }] });
    }
    const channel = this.channels.toDestination(held.channel);
    if (!channel) return 'not_configured';
    const opened = await this.destinations.opened(tx, destinationId).catch((error: unknown) => {
      // DUBAN_SECRET is missing, or another than before.
      if (error instanceof DomainError) return null;
      throw error;
    });
    if (opened === null) return 'not_configured';
    // For programs an event with nothing in it; groups read its subject.
    const subject = `${words.subject}。${words.line}`;
    return () => channel.send({ id, subject, composedAt: this.clock.now(), items: [], ...opened });
  }

  private finish(held: Held, result: Result, line?: Line): Promise<ChannelTestOutcome> {
    return this.transactor.run(async (tx) => {
      await this.record(tx, held, result);
      if (line) await lineWorks(tx, line.name);
      await tx.query(`delete from channel_test where asked_at < now() - $1 * interval '1 day'`, [KEPT_DAYS]);
      return result.outcome;
    });
  }

  private async record(tx: EntityManager, { id, channel, destinationId }: Held, result: Result): Promise<void> {
    const { outcome, answer, error, tookMs } = result;
    const [done]: [object[]] = await tx.query(
      `update channel_test set finished_at = now(), outcome = $2, status = $3, answer = $4, error = $5, took_ms = $6
       where id = $1 and finished_at is null returning id`,
      [
        id,
        outcome,
        answer?.status ?? null,
        answer?.words.slice(0, MOST_WORDS) ?? null,
        error?.slice(0, MOST_WORDS) ?? null,
        tookMs ?? null,
      ],
    );
    if (done.length === 0) return;
    // The words may hold the address: they are in the row alone, which does not stay.
    const after = { id, channel, destinationId, outcome, status: answer?.status ?? null };
    await this.history.append(tx, systemActor(`channel-test-${id}`), this.clock.now(), [
      { type: 'channel_test.finished', entity: 'channel_test', entityId: id, after },
    ]);
  }

  private get sending(): Channel[] {
    return this.channels.all.filter((one) => one.send !== undefined);
  }
}

interface Result {
  outcome: ChannelTestOutcome;
  answer?: { status: number; words: string } | null;
  error?: string;
  tookMs?: number;
}

/** A line that is paused since it failed is tried all the same: that is what a test is for. */
async function waitFor(tx: EntityManager, line: Line, test: Pick<Held, 'id' | 'isItsTurn'>): Promise<number> {
  const [paused]: object[] = await tx.query(
    `select from delivery_line where name = $1 and paused_until > clock_timestamp()`,
    [line.name],
  );
  if (paused) return 0;
  const at = await takeLine(tx, line, test);
  return at === null ? 0 : Math.max(1, at.getTime() - Date.now());
}

async function recipient(tx: EntityManager, personId: string): Promise<Recipient> {
  const [person]: Recipient[] = await tx.query(
    `select p.id as "personId", p.username, p.display_name as "displayName", ${contactColumns('p')} from person p where p.id = $1`,
    [personId],
  );
  return person!;
}

const IS_DUE = `finished_at is null and due_at <= now() and (claimed_until is null or claimed_until < now())`;

const VIEW = `select id, channel, destination_id as "destinationId", asked_at as "askedAt", finished_at as "finishedAt",
  outcome, status, answer, error, took_ms as "tookMs" from channel_test`;

const HOLD = `
  select t.id, t.channel, t.destination_id as "destinationId", o.per_minute as "perMinute", o.name as "destinationName",
    t.asked_at < now() - interval '${PATIENCE_MINUTES} minutes' as "isOld", t.due_at > t.asked_at as "isItsTurn",
    json_build_object('personId', p.id, 'username', p.username, 'displayName', p.display_name, 'email', p.email,
      'mobile', p.mobile, 'accounts', p.accounts) as person
  from channel_test t join person p on p.id = t.person_id left join destination o on o.id = t.destination_id
  where t.id = $1 and ${IS_DUE.replaceAll(/\b(finished_at|due_at|claimed_until)\b/g, 't.$1')}
  for update of t skip locked`;
