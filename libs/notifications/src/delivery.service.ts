import { Transactor } from '@duban/database';
import { type DeliveryEvent, type DeliveryState, openFrom } from '@duban/domain';
import { HistoryService, systemActor } from '@duban/history';
import { type Clock, localDateOf, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR, CLOCK, type Config, CONFIG } from '@duban/platform';
import { currentMessageRules } from '@duban/supervision';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BounceRecorder } from './bounces/bounce.recorder';
import { bounceKindOf } from './bounces/status';
import { ADDRESS_SUPPRESSED, IS_SUPPRESSED } from './bounces/suppressed-addresses';
import { type Channel, ChannelError, type Message } from './channels/channel';
import { ChannelSet } from './channels/channel-set';
import { type DeliveryValues, moved, moveDelivery } from './delivery.move';
import { lineFailed, lineWorks, takeLine } from './lines/delivery-lines';
import { OVERTAKEN } from './overtaken';
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
  name: string;
  subject: string;
  isDue: boolean;
  /** It waited for a turn over its line. */
  isItsTurn: boolean;
  isActive: boolean;
  isOvertaken: boolean;
  /** All of its lines are urgent (急件). */
  isUrgent: boolean;
  isSuppressed: boolean;
  taskIds: string[];
  planIds: string[];
  timeZone: string;
  /** What is not overtaken. */
  lines: WrittenLine[] | null;
  overtakenIds: string[] | null;
}

/** A delivery that this worker has claimed, ready to be handed over. */
interface Claim {
  channel: Required<Pick<Channel, 'send'>>;
  message: Message;
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
    try {
      // model: hand-over
      const { state } = await claim.channel.send(claim.message);
      return await this.recordSuccess(deliveryId, state, now);
    } catch (error) {
      if (!(error instanceof ChannelError)) {
        this.logger.error(`delivery ${deliveryId} could not be sent or recorded: ${String(error)}`);
        throw error;
      }
      return this.recordFailure(deliveryId, claim.attempt, error, now);
    }
  }

  private async claim(tx: EntityManager, id: string, now: Date): Promise<Claim | SendOutcome> {
    const [held]: Held[] = await tx.query(HOLD, [now, id]);
    if (!held?.isDue) return 'not_due';
    const reason = this.reasonNotToSend(held);
    if (reason !== null) {
      await recordOvertakenLines(tx, held, now);
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
    const { line } = this.channels.get(held.channel)!;
    if (line && (await takeLine(tx, line, held)) !== null) return 'awaits_turn';
    await tx.query(
      `update delivery set state = $2, attempts = attempts + 1, turn_at = null,
         claimed_until = now() + $3 * interval '1 second'
       where id = $1`,
      [id, moved(held.state, [...events, 'claim']), LEASE_SECONDS],
    );
    await recordOvertakenLines(tx, held, now);
    const channel = this.channels.get(held.channel) as Claim['channel'];
    const subject = held.overtakenIds === null ? held.subject : await this.subjectOfRest(tx, held, now);
    return { channel, message: this.messageOf({ ...held, subject }), attempt: held.attempts + 1 };
  }

  /** The subject counts the lines, and some of them are left out: it counts the others. */
  private async subjectOfRest(tx: EntityManager, { id, overtakenIds, timeZone }: Held, now: Date): Promise<string> {
    const rows: { kind: string; parameters: unknown }[] = await tx.query(
      `select n.kind, n.parameters from delivery d join digest_item i on i.digest_id = d.digest_id
         join notification n on n.id = i.notification_id
       where d.id = $1 and n.id <> all($2::uuid[]) order by i.position`,
      [id, overtakenIds],
    );
    const today = localDateOf(now, timeZone);
    const lines = rows.map(({ kind, parameters }) => lineFor(kind, parameters, this.messages, today));
    return subjectOf(lines, this.messages);
  }

  private reasonNotToSend({ channel, address, isActive, isSuppressed, isOvertaken }: Held): string | null {
    if (!this.channels.get(channel)?.send) return `channel ${channel} is not configured`;
    if (address === null) return 'there is no address';
    if (!isActive) return 'the person is not active any more';
    if (isSuppressed) return ADDRESS_SUPPRESSED;
    return isOvertaken ? 'everything it reminds of is done or has another deadline' : null;
  }

  private messageOf({ id, address, name, subject, lines, taskIds, planIds }: Held): Message {
    const thread = threadOf(taskIds, planIds);
    const body = mailBody({ name, subject, lines: lines ?? [], url: this.config.DUBAN_URL }, this.messages);
    return { id, address: address!, name, subject, thread, ...body };
  }

  /** Whoever else may have claimed it since: the message is out, and so it is recorded. */
  private async recordSuccess(id: string, state: 'sent' | 'delivered', now: Date): Promise<SendOutcome> {
    // model: record
    await this.transactor.run(async (tx) => {
      const held = await sending(tx, id);
      if (!held) return;
      await this.record(tx, held, state === 'sent' ? 'send' : 'deliver', {
        sent_at: now,
        last_error: null,
      });
      if (held.line !== null) await lineWorks(tx, held.line);
    });
    return state;
  }

  private async recordFailure(id: string, attempt: number, error: ChannelError, now: Date): Promise<SendOutcome> {
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
        return 'failed';
      }
      const next_attempt_at = retryAt(now, attempt, Math.random());
      await this.record(tx, held, 'retry', { next_attempt_at, last_error: error.message });
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

/** What was overtaken (情况已变) while its digest was on the way, to a worker or to another try, is left out of it. */
async function recordOvertakenLines(tx: EntityManager, { id, overtakenIds }: Held, now: Date): Promise<void> {
  if (overtakenIds === null) return;
  await tx.query(
    `insert into message_outcome (id, notification_id, person_id, channel, unit_id, reason, since)
     select gen_random_uuid(), n.id, d.person_id, d.channel, p.unit_id, 'overtaken', $3
     from delivery d, notification n join post p on p.id = n.post_id
     where d.id = $1 and n.id = any($2::uuid[]) and not exists (select from message_outcome o
       where o.notification_id = n.id and o.person_id = d.person_id and o.channel = d.channel and o.reason = 'overtaken')`,
    [id, overtakenIds, now],
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

type Sending = Pick<Held, 'id' | 'state' | 'attempts'> & { line: string | null };

async function sending(tx: EntityManager, id: string): Promise<Sending | undefined> {
  const [held]: Sending[] = await tx.query(
    `select id, state, attempts, line from delivery where id = $1 and state = 'sending' for update`,
    [id],
  );
  return held;
}

/** By the business clock $1, and for a claim or a turn by the database's: they measure machines. */
// model: expire
const IS_DUE = `d.next_attempt_at <= $1 and (d.turn_at is null or d.turn_at <= now())
  and (d.state = 'queued' or d.claimed_until < now())`;

const HOLD = `
  select d.id, d.state, d.attempts, d.channel, d.address, p.display_name as name, g.subject,
    d.state in ('queued', 'sending') and ${IS_DUE} as "isDue", d.turn_at is not null as "isItsTurn", p.is_active as "isActive", g.is_urgent as "isUrgent",
    ${IS_SUPPRESSED('d')} as "isSuppressed", of_items.*
  from delivery d
    join person p on p.id = d.person_id
    join digest g on g.id = d.digest_id
    cross join lateral (
      select bool_and(${OVERTAKEN}) as "isOvertaken", min(j.time_zone) as "timeZone",
        array_agg(n.id) filter (where ${OVERTAKEN}) as "overtakenIds",
        jsonb_agg(jsonb_build_object('text', i.text, 'sort', coalesce(n.parameters->>'followUpKind', n.kind),
            'isCopy', coalesce((n.parameters->>'isCopy')::boolean, false)) order by i.position)
          filter (where not ${OVERTAKEN}) as lines,
        array_agg(distinct coalesce(n.task_id, n.id)) as "taskIds",
        array_agg(distinct coalesce(n.plan_id, t.plan_id, n.id)) as "planIds"
      from digest_item i
        join notification n on n.id = i.notification_id
        join jurisdiction j on j.id = n.jurisdiction_id
        left join task t on t.id = n.task_id
        left join obligation o on o.id = n.obligation_id
        left join follow_up f on f.id = n.follow_up_id
      where i.digest_id = g.id) of_items
  where d.id = $2
  for update of d skip locked`;
