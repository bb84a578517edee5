import { Transactor } from '@duban/database';
import { type DeliveryEvent, type DeliveryState, openFrom } from '@duban/domain';
import { HistoryService, systemActor } from '@duban/history';
import { type Clock, DomainError, localDateOf, newId, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR, CLOCK, type Config, CONFIG } from '@duban/platform';
import { currentMessageRules } from '@duban/supervision';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BounceRecorder } from './bounces/bounce.recorder';
import { bounceKindOf } from './bounces/status';
import { ADDRESS_SUPPRESSED, IS_SUPPRESSED } from './bounces/suppressed-addresses';
import {
  ChannelError,
  type DestinationItem,
  type DestinationMessage,
  type KeptAnswer,
  type Message,
  type Sent,
} from './channels/channel';
import { ChannelSet } from './channels/channel-set';
import { type DeliveryValues, moved, moveDelivery } from './delivery.move';
import { DestinationService, lineOfDestination } from './destinations/destination.service';
import { lineFailed, lineWorks, takeLine } from './lines/delivery-lines';
import { MessageTemplates } from './message-templates.service';
import { OVERTAKEN, READ_ELSEWHERE } from './overtaken';
import { ASK_AT } from './receipts/receipt.asker';
import { ReceiptRecorder } from './receipts/receipt.recorder';
import { mailBody, subjectOf, type WrittenLine } from './templates/digest';
import { lineFor } from './templates/line';
import { MESSAGES, type Messages } from './templates/messages';
import { MOST_ATTEMPTS, retryAt } from './timing';

/** Longer than any channel takes; after it another worker may take the delivery. */
const LEASE_SECONDS = 60;

/**
 * What became of one call: `not_due` where there was nothing to do (another worker has it, it is done, its time has
 * not come), `postponed` to working hours, `awaits_turn` where its line takes no more just now, `requeued` for a later
 * attempt.
 */
export type SendOutcome =
  'sent' | 'delivered' | 'requeued' | 'bounced' | 'failed' | 'suppressed' | 'postponed' | 'awaits_turn' | 'not_due';

interface Held {
  id: string;
  state: DeliveryState;
  attempts: number;
  channel: string;
  address: string | null;
  /** Null of a delivery to a person. */
  destinationId: string | null;
  perMinute: number | null;
  isEnded: boolean;
  isPaused: boolean;
  composedAt: Date;
  items: DestinationItem[];
  name: string;
  subject: string;
  isDue: boolean;
  /** It waited for a turn over its line. */
  isItsTurn: boolean;
  isActive: boolean;
  isOvertaken: boolean;
  /** Nothing of it is left to be said: it was overtaken, or read elsewhere. */
  isLeftOut: boolean;
  /** All of its lines are urgent (急件). */
  isUrgent: boolean;
  isSuppressed: boolean;
  taskIds: string[];
  planIds: string[];
  timeZone: string;
  /** What is left to be said. */
  lines: WrittenLine[] | null;
  overtakenIds: string[] | null;
  /** What the person has read by another way meanwhile, other than what is overtaken. */
  readIds: string[] | null;
}

/** A delivery that this worker has claimed, ready to be handed over. */
interface Claim {
  handOver: () => Promise<Sent>;
  attempt: number;
}

/** Sends deliveries (投递). They are found by the table: a job that names one is a hint, late, twice or never. */
@Injectable()
export class DeliveryService {
  private readonly logger = new Logger('notifications');

  constructor(
    private readonly transactor: Transactor,
    private readonly channels: ChannelSet,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
    @Inject(MESSAGES) private readonly messages: Messages,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_URL'>,
    private readonly history: HistoryService,
    private readonly bounces: BounceRecorder,
    private readonly destinations: DestinationService,
    private readonly receipts: ReceiptRecorder,
    private readonly templates: MessageTemplates,
  ) {}

  /** Deliveries to be sent at `now`, those among them whose worker died; the longest waiting first. */
  async dueIds(tx: EntityManager, now: Date, limit: number): Promise<string[]> {
    const rows: { id: string }[] = await tx.query(
      `select id from delivery d where state in ('queued', 'sending') and ${IS_DUE} order by next_attempt_at, id limit $2`,
      [now, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** In how many milliseconds a delivery has its turn; null where it waits for none. */
  async turnIn(id: string): Promise<number | null> {
    const rows: { ms: number }[] = await this.transactor.run((tx) =>
      tx.query(
        `select ceil(extract(epoch from turn_at - clock_timestamp()) * 1000)::float8 as ms from delivery
         where id = $1 and state = 'queued' and turn_at is not null`,
        [id],
      ),
    );
    return rows[0] ? Math.max(0, rows[0].ms) : null;
  }

  /**
   * Claims, sends and records, each in a transaction of its own, so that nothing is locked while a mail server thinks.
   * A worker that dies between sending and recording leaves the claim to expire; the repeat carries the same id.
   */
  async send(deliveryId: string): Promise<SendOutcome> {
    const now = this.clock.now();
    // model: claim-delivery
    const claim = await this.transactor.run((tx) => this.claim(tx, deliveryId, now));
    if (typeof claim === 'string') return claim;
    const began = performance.now();
    const took = (): number => Math.round(performance.now() - began);
    try {
      // model: hand-over
      const sent = await claim.handOver();
      return await this.recordSuccess(deliveryId, sent, now, took());
    } catch (error) {
      if (!(error instanceof ChannelError)) {
        this.logger.error(`delivery ${deliveryId} could not be sent or recorded: ${String(error)}`);
        throw error;
      }
      return this.recordFailure(deliveryId, claim.attempt, error, now, took());
    }
  }

  private async claim(tx: EntityManager, id: string, now: Date): Promise<Claim | SendOutcome> {
    const [held]: Held[] = await tx.query(HOLD, [now, id]);
    if (!held?.isDue) return 'not_due';
    const reason = this.reasonNotToSend(held);
    if (reason !== null) {
      await recordLeftOut(tx, held, now);
      await this.record(tx, held, 'suppress', { last_error: reason });
      return 'suppressed';
    }
    const { rules } = await currentMessageRules(tx);
    const opens = openFrom(now, held.isUrgent, rules, this.calendar, held.timeZone);
    if (opens > now) {
      await tx.query(`update delivery set next_attempt_at = $2 where id = $1`, [id, opens]);
      return 'postponed';
    }
    // The last worker died before it could say what came of its attempt.
    const events: DeliveryEvent[] = held.state === 'sending' ? ['retry'] : [];
    if (held.attempts >= MOST_ATTEMPTS) {
      await this.record(tx, held, 'fail', { last_error: 'no worker lived to record the last attempt' });
      return 'failed';
    }
    if (held.isPaused) {
      // It has its turn when somebody resumes it.
      await tx.query(`update delivery set turn_at = 'infinity' where id = $1`, [id]);
      return 'awaits_turn';
    }
    const line =
      held.destinationId === null
        ? this.channels.get(held.channel)?.line
        : lineOfDestination({ id: held.destinationId, perMinute: held.perMinute! });
    if (line && (await takeLine(tx, line, held)) !== null) return 'awaits_turn';
    await tx.query(
      `update delivery set state = $2, attempts = attempts + 1, turn_at = null,
         claimed_until = now() + $3 * interval '1 second'
       where id = $1`,
      [id, moved(held.state, [...events, 'claim']), LEASE_SECONDS],
    );
    await recordLeftOut(tx, held, now);
    const isWhole = held.overtakenIds === null && held.readIds === null;
    const subject = isWhole ? held.subject : await this.subjectOfRest(tx, held, now);
    return { handOver: await this.ready(tx, { ...held, subject }), attempt: held.attempts + 1 };
  }

  private async ready(tx: EntityManager, held: Held): Promise<() => Promise<Sent>> {
    if (held.destinationId === null) {
      const channel = this.channels.get(held.channel)!;
      const message = this.messageOf(held);
      return () => channel.send!(message);
    }
    const channel = this.channels.toDestination(held.channel)!;
    const { id, subject, composedAt, items } = held;
    let opened: Pick<DestinationMessage, 'address' | 'secrets'>;
    try {
      opened = await this.destinations.opened(tx, held.destinationId);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const failure = new ChannelError('DUBAN_SECRET is missing, or another than before', true, null, {
        isLineDown: true,
      });
      return () => Promise.reject(failure);
    }
    return () => channel.send({ id, subject, composedAt, items: items ?? [], ...opened });
  }

  /** The subject counts the lines, and some of them are left out: it counts the others. */
  private async subjectOfRest(
    tx: EntityManager,
    { id, overtakenIds, readIds, timeZone }: Held,
    now: Date,
  ): Promise<string> {
    const rows: { kind: string; parameters: unknown }[] = await tx.query(
      `select n.kind, n.parameters from delivery d join digest_item i on i.digest_id = d.digest_id
         join notification n on n.id = i.notification_id
       where d.id = $1 and n.id <> all($2::uuid[]) order by i.position`,
      [id, [...(overtakenIds ?? []), ...(readIds ?? [])]],
    );
    const today = localDateOf(now, timeZone);
    const lines = rows.map(({ kind, parameters }) => lineFor(kind, parameters, this.messages, today));
    return subjectOf(lines, await this.templates.inForce(tx));
  }

  private reasonNotToSend(held: Held): string | null {
    const { channel, address, isActive, isSuppressed, isOvertaken, isLeftOut, destinationId, isEnded } = held;
    const isThere =
      destinationId === null
        ? this.channels.get(channel)?.send !== undefined
        : this.channels.toDestination(channel) !== undefined;
    if (!isThere) return `channel ${channel} is not configured`;
    if (isEnded) return 'the destination has ended';
    if (address === null) return 'there is no address';
    if (!isActive) return 'the person is not active any more';
    if (isSuppressed) return ADDRESS_SUPPRESSED;
    if (isOvertaken) return 'everything it reminds of is done or has another deadline';
    return isLeftOut ? 'the person has read it by another way before' : null;
  }

  private messageOf({ id, address, name, subject, lines, taskIds, planIds }: Held): Message {
    const thread = threadOf(taskIds, planIds);
    const body = mailBody({ name, subject, lines: lines ?? [], url: this.config.DUBAN_URL }, this.messages);
    return { id, address: address!, name, subject, thread, items: lines ?? [], ...body };
  }

  /** Whoever else may have claimed it since: the message is out, and so it is recorded. */
  private async recordSuccess(id: string, sent: Sent, now: Date, tookMs: number): Promise<SendOutcome> {
    const { state, answer, remoteId } = sent;
    // model: record
    await this.transactor.run(async (tx) => {
      const held = await sending(tx, id);
      if (!held) return;
      await this.record(tx, held, state === 'sent' ? 'send' : 'deliver', {
        sent_at: now,
        last_error: null,
      });
      if (held.line !== null) await lineWorks(tx, held.line);
      await recordAttempt(tx, held, { at: now, tookMs, answer });
      if (remoteId !== undefined) await this.recordRemoteId(tx, held, remoteId, now);
    });
    return state;
  }

  /** What becomes of it is reported by that, or asked: it may have been reported already. */
  private async recordRemoteId(
    tx: EntityManager,
    { id, channel }: Sending,
    remoteId: string,
    now: Date,
  ): Promise<void> {
    const isAsked = this.channels.get(channel)?.ask !== undefined;
    await tx.query(`update delivery set remote_id = $2, ask_at = case when $3 then ${ASK_AT('0')} end where id = $1`, [
      id,
      remoteId,
      isAsked,
    ]);
    await this.receipts.takeEarlier(tx, { id, channel, remoteId }, now);
  }

  private async recordFailure(
    id: string,
    attempt: number,
    error: ChannelError,
    now: Date,
    tookMs: number,
  ): Promise<SendOutcome> {
    return this.transactor.run(async (tx) => {
      const held = await sending(tx, id);
      // Another worker has taken it over: what becomes of it is for that one to say.
      if (held?.attempts !== attempt) return 'not_due';
      // Who refuses a message can be reached.
      if (held.line !== null) await (error.isLineDown ? lineFailed(tx, held.line, error) : lineWorks(tx, held.line));
      if (!error.retryable || attempt >= MOST_ATTEMPTS) {
        this.logger.warn(`delivery ${id} failed: ${error.message}`);
        if (error.refusal && bounceKindOf(error.refusal.status) !== 'other') {
          const report = { action: 'failed', ...error.refusal } as const;
          await this.bounces.record(tx, id, report, `attempt ${attempt}`, now);
          return 'bounced';
        }
        await this.record(tx, held, 'fail', { last_error: error.message });
        await recordAttempt(tx, held, { at: now, tookMs, answer: error.answer, error: error.message });
        if (error.isGone && held.destinationId !== null) await this.destinations.endGone(tx, held.destinationId, now);
        return 'failed';
      }
      const next_attempt_at = retryAt(now, attempt, Math.random());
      await this.record(tx, held, 'retry', { next_attempt_at, last_error: error.message });
      await recordAttempt(tx, held, { at: now, tookMs, answer: error.answer, error: error.message });
      return 'requeued';
    });
  }

  private async record(
    tx: EntityManager,
    held: Pick<Held, 'id' | 'state'>,
    event: DeliveryEvent,
    values: DeliveryValues,
  ): Promise<void> {
    await moveDelivery(tx, this.history, systemActor(`delivery-${held.id}`), this.clock.now(), held, event, values);
  }
}

/**
 * What was overtaken (情况已变) while its digest was on the way, to a worker or to another try, is left out of it, and so is
 * what the person has read elsewhere.
 */
async function recordLeftOut(tx: EntityManager, { id, overtakenIds, readIds }: Held, now: Date): Promise<void> {
  if (overtakenIds === null && readIds === null) return;
  await tx.query(
    `insert into message_outcome (id, notification_id, person_id, destination_id, channel, unit_id, reason, since)
     select gen_random_uuid(), n.id, d.person_id, d.destination_id, d.channel, p.unit_id, l.reason, $4
     from delivery d,
       (select unnest($2::uuid[]) as id, 'overtaken' as reason union all select unnest($3::uuid[]), 'read_before') l
       join notification n on n.id = l.id join post p on p.id = n.post_id
     where d.id = $1 and not exists (select from message_outcome o
       where o.notification_id = n.id and o.person_id is not distinct from d.person_id
         and o.destination_id is not distinct from d.destination_id and o.channel = d.channel and o.reason = l.reason)`,
    [id, overtakenIds, readIds, now],
  );
}

/**
 * Mails about one task stand together in a mail program, and those about several of one plan. What is about more stands
 * by itself (adr/0001).
 */
function threadOf(taskIds: readonly string[], planIds: readonly string[]): string | undefined {
  if (taskIds.length === 1) return `task-${taskIds[0]}`;
  return planIds.length === 1 ? `plan-${planIds[0]}` : undefined;
}

type Sending = Pick<Held, 'id' | 'state' | 'attempts' | 'destinationId' | 'channel'> & { line: string | null };

async function sending(tx: EntityManager, id: string): Promise<Sending | undefined> {
  const [held]: Sending[] = await tx.query(
    `select id, state, attempts, channel, destination_id as "destinationId", line from delivery where id = $1 and state = 'sending' for update`,
    [id],
  );
  return held;
}

/** What was answered at a destination, or why nothing was, and what follows: a mail server's words stand in the delivery. */
async function recordAttempt(
  tx: EntityManager,
  { id, destinationId }: Sending,
  { at, tookMs, answer, error }: { at: Date; tookMs: number; answer?: KeptAnswer | null; error?: string },
): Promise<void> {
  if (destinationId === null) return;
  await tx.query(
    `insert into delivery_attempt (id, delivery_id, destination_id, at, took_ms, status, answer, error, then_state, next_attempt_at)
     select $1, d.id, d.destination_id, $3, $4, $5, $6, $7, d.state,
       case when d.state = 'queued' then greatest(d.next_attempt_at, $3::timestamptz + (l.paused_until - clock_timestamp())) end
     from delivery d left join delivery_line l on l.name = d.line where d.id = $2`,
    [newId(), id, at, tookMs, answer?.status ?? null, answer?.words ?? null, error ?? null],
  );
}

/** By the business clock $1, and for a claim or a turn by the database's: they measure machines. */
// model: expire
const IS_DUE = `d.next_attempt_at <= $1 and (d.turn_at is null or d.turn_at <= now())
  and (d.state = 'queued' or d.claimed_until < now())`;

const LEFT_OUT = `${OVERTAKEN} or ${READ_ELSEWHERE}`;

const HOLD = `
  select d.id, d.state, d.attempts, d.channel, d.address, coalesce(p.display_name, destination.name) as name, g.subject,
    d.destination_id as "destinationId", destination.per_minute as "perMinute", destination.ended_at is not null as "isEnded",
    destination.paused_at is not null as "isPaused", g.composed_at as "composedAt",
    d.state in ('queued', 'sending') and ${IS_DUE} as "isDue", d.turn_at is not null as "isItsTurn", coalesce(p.is_active, true) as "isActive", g.is_urgent as "isUrgent",
    ${IS_SUPPRESSED('d')} as "isSuppressed", of_items.*
  from delivery d
    left join person p on p.id = d.person_id
    left join destination on destination.id = d.destination_id
    join digest g on g.id = d.digest_id
    cross join lateral (
      select bool_and(${OVERTAKEN}) as "isOvertaken", bool_and(${LEFT_OUT}) as "isLeftOut", min(j.time_zone) as "timeZone",
        array_agg(n.id) filter (where ${OVERTAKEN}) as "overtakenIds",
        array_agg(n.id) filter (where not ${OVERTAKEN} and ${READ_ELSEWHERE}) as "readIds",
        jsonb_agg(jsonb_build_object('text', i.text, 'sort', coalesce(n.parameters->>'followUpKind', n.kind),
            'isCopy', coalesce((n.parameters->>'isCopy')::boolean, false)) order by i.position)
          filter (where not (${LEFT_OUT})) as lines,
        array_agg(distinct coalesce(n.task_id, n.id)) as "taskIds",
        array_agg(distinct coalesce(n.plan_id, t.plan_id, n.id)) as "planIds",
        case when d.destination_id is not null then json_agg(json_build_object('notificationId', n.id,
          'kind', case when n.kind = 'follow_up' then n.parameters->>'followUpKind' else n.kind end, 'text', i.text,
          'unitCode', u.code, 'planId', coalesce(n.plan_id, t.plan_id), 'taskId', n.task_id,
          'obligationId', n.obligation_id, 'followUpId', n.follow_up_id) order by i.position)
          filter (where not (${LEFT_OUT})) end as items
      from digest_item i
        join notification n on n.id = i.notification_id
        join jurisdiction j on j.id = n.jurisdiction_id
        join post on post.id = n.post_id
        left join unit u on u.id = post.unit_id
        left join task t on t.id = n.task_id
        left join obligation o on o.id = n.obligation_id
        left join follow_up f on f.id = n.follow_up_id
      where i.digest_id = g.id) of_items
  where d.id = $2
  for update of d skip locked`;
