import { assertMay } from '@duban/directory';
import type { DeliveryState, DropReason, WaitReason } from '@duban/domain';
import type { Actor } from '@duban/history';
import { atLocalTime, endOfLocalDay, type LocalDate, localDateOf, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { LANGUAGES } from './templates';
import { MessageTemplates } from './message-templates.service';
import { lineFor } from './templates/line';
import type { Messages } from './templates/messages';

/** How far a message came to somebody by a channel, or why it did not. */
export type MessageOutcome = DeliveryState | WaitReason | DropReason;

export interface MessageWay {
  /** Null: by none of them. */
  channel: string | null;
  outcome: MessageOutcome;
  words: { zh: string; en: string };
  /** When the digest was made, or from when on it waited. */
  at: Date;
  /** When it is looked at again, of what waits. */
  until: Date | null;
  /** When it waited no longer. */
  endedAt: Date | null;
  deliveryId: string | null;
  /** The digest that was not read in time, where this channel was taken for that. */
  escalatedFrom: string | null;
  address: string | null;
  sentAt: Date | null;
  readAt: Date | null;
  /** What happened at the last attempt, in the words of the other side. */
  lastError: string | null;
}

export interface RecordedMessage {
  notificationId: string;
  kind: string;
  /** Null where it cannot be put into words. */
  text: string | null;
  planId: string | null;
  taskId: string | null;
  obligationId: string | null;
  wantedAt: Date;
  /** When the unit to which it was said signed for its part (签收), if it did. */
  signedForAt: Date | null;
  ways: MessageWay[];
}

/** What was said to somebody on a day and what was not (消息记录). */
export interface MessageRecord {
  personId: string;
  personName: string;
  day: LocalDate;
  items: RecordedMessage[];
}

/** Something that the cap of a unit holds. */
export interface HeldMessage {
  notificationId: string;
  kind: string;
  text: string | null;
  planId: string | null;
  taskId: string | null;
  wantedAt: Date;
  heldSince: Date;
  until: Date;
  /** For whom. */
  persons: { personId: string; personName: string }[];
}

type Told = Omit<RecordedMessage, 'ways' | 'text'> &
  Omit<MessageWay, 'words'> & { parameters: unknown; text: string | null };

/** Why, or how far, in the languages that there are. */
const outcomeWords = (outcome: MessageOutcome): MessageWay['words'] => ({
  zh: LANGUAGES.zh.outcomes[outcome],
  en: LANGUAGES.en.outcomes[outcome],
});

/** Shows for any person and day what reached them and what did not, and what a unit's cap holds. */
@Injectable()
export class MessageRecordReader {
  constructor(private readonly templates: MessageTemplates) {}

  /**
   * Of oneself, or, for who reads everybody's deliveries, of anybody.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, notFound `PERSON.UNKNOWN`
   */
  async ofPerson(tx: EntityManager, actor: Actor, username: string, day: LocalDate): Promise<MessageRecord> {
    const [person]: { id: string; name: string }[] = await tx.query(
      `select id, display_name as name from person where username = $1`,
      [username],
    );
    if (person?.id !== actor.personId) assertMay(actor, 'delivery.read_all');
    if (!person) throw notFound('PERSON.UNKNOWN', 'There is no such person.', { username });
    const personId = person.id;
    const [zone]: { timeZone: string }[] = await tx.query(
      `select j.time_zone as "timeZone" from jurisdiction j
       order by exists (select from post_holding h join post on post.id = h.post_id join unit u on u.id = post.unit_id
         where h.person_id = $1 and u.jurisdiction_id = j.id) desc, j.created_at, j.id limit 1`,
      [personId],
    );
    const timeZone = zone?.timeZone ?? 'Asia/Shanghai';
    const rows: Told[] = await tx.query(OF_DAY, [
      personId,
      atLocalTime(day, '00:00', timeZone),
      endOfLocalDay(day, timeZone),
      day,
    ]);
    const words = await this.templates.inForce(tx);
    return { personId, personName: person.name, day, items: messagesOf(rows, timeZone, words) };
  }

  /** @throws DomainError `RIGHTS.NOT_ALLOWED`, notFound `UNIT.UNKNOWN` */
  async heldOf(tx: EntityManager, actor: Actor, code: string): Promise<{ items: HeldMessage[] }> {
    assertMay(actor, 'read.own');
    const [unit]: { id: string; timeZone: string }[] = await tx.query(
      `select u.id, j.time_zone as "timeZone" from unit u join jurisdiction j on j.id = u.jurisdiction_id
       where u.code = $1 order by u.to_on desc nulls first limit 1`,
      [code],
    );
    if (!unit) throw notFound('UNIT.UNKNOWN', 'There is no such unit.', { code });
    assertMay(actor, 'read.own', unit.id);
    const rows: (HeldMessage & { parameters: unknown })[] = await tx.query(HELD, [unit.id]);
    const words = await this.templates.inForce(tx);
    return {
      items: rows.map(({ parameters, ...row }) => ({
        ...row,
        text: inWords(row.kind, parameters, localDateOf(row.heldSince, unit.timeZone), words),
      })),
    };
  }
}

function messagesOf(rows: readonly Told[], timeZone: string, words: Messages): RecordedMessage[] {
  const messages = new Map<string, RecordedMessage>();
  for (const row of rows) {
    const { notificationId, kind, planId, taskId, obligationId, wantedAt, signedForAt, parameters, text, ...way } = row;
    const message = messages.get(notificationId) ?? {
      notificationId,
      kind,
      text: text ?? inWords(kind, parameters, localDateOf(row.at, timeZone), words),
      planId,
      taskId,
      obligationId,
      wantedAt,
      signedForAt,
      ways: [],
    };
    message.ways.push({ ...way, words: outcomeWords(way.outcome) });
    messages.set(notificationId, message);
  }
  return [...messages.values()];
}

/** As the next digest would say it. */
function inWords(kind: string, parameters: unknown, day: LocalDate, words: Messages): string | null {
  try {
    return lineFor(kind, parameters, words, day).text;
  } catch {
    return null;
  }
}

/** What is known of the message `n` to somebody of the post `p`. */
const MESSAGE = `
  n.id as "notificationId", n.kind, n.parameters, n.plan_id as "planId", n.task_id as "taskId",
  n.obligation_id as "obligationId", n.wanted_at as "wantedAt",
  (select min(o.settled_at) from obligation o where o.kind = 'sign_for' and o.state = 'discharged'
     and o.task_id = n.task_id and o.unit_id = p.unit_id) as "signedForAt"`;

/** Of the person $1, from $2, included, to $3, excluded, the day $4. */
const OF_DAY = `
  select * from (
    select ${MESSAGE}, i.text, g.channel, d.state as outcome, g.composed_at as at, null::timestamptz as until,
      null::timestamptz as "endedAt", d.id as "deliveryId", i.escalated_from as "escalatedFrom", d.address, d.sent_at as "sentAt", d.read_at as "readAt",
      d.last_error as "lastError"
    from digest g join delivery d on d.digest_id = g.id join digest_item i on i.digest_id = g.id
      join notification n on n.id = i.notification_id join post p on p.id = n.post_id
    where g.person_id = $1 and g.composed_at >= $2 and g.composed_at < $3
    union all
    select ${MESSAGE}, null, o.channel, o.reason, o.since, o.until, o.ended_at, null, null, null, null, null, null
    from message_outcome o join notification n on n.id = o.notification_id join post p on p.id = n.post_id
    where o.person_id = $1 and o.since < $3
      and case when o.until is null then o.since >= $2 else coalesce(o.ended_at, 'infinity') >= $2 end
    union all
    -- Nobody has looked at it yet: it was wanted when nothing is sent.
    select ${MESSAGE}, null, null, 'outside_hours', n.wanted_at, n.send_from, null, null, null, null, null, null, null
    from notification n join post p on p.id = n.post_id
      join post_holding h on h.post_id = n.post_id and h.person_id = $1
        and h.from_on <= $4::date and (h.to_on is null or h.to_on > $4::date)
    where n.composed_at is null and n.looked_at is null and n.wanted_at < $3
    union all
    select ${MESSAGE}, i.text, g.channel, 'outside_hours', n.wanted_at, null, g.composed_at, null, null, null, null, null, null
    from digest g join digest_item i on i.digest_id = g.id join notification n on n.id = i.notification_id
      join post p on p.id = n.post_id
    where g.person_id = $1 and n.wanted_at >= $2 and n.wanted_at < $3 and g.composed_at >= $3
      and not exists (select from message_outcome o where o.notification_id = n.id and o.person_id = $1
        and coalesce(o.channel, g.channel) = g.channel and o.since < $3)
  ) record
  order by "wantedAt", "notificationId", at, channel nulls first`;

const HELD = `
  select n.id as "notificationId", n.kind, n.parameters, n.plan_id as "planId", n.task_id as "taskId",
    n.wanted_at as "wantedAt", min(o.since) as "heldSince", min(o.until) as until,
    jsonb_agg(jsonb_build_object('personId', p.id, 'personName', p.display_name) order by p.display_name, p.id) as persons
  from message_outcome o join notification n on n.id = o.notification_id join person p on p.id = o.person_id
  where o.unit_id = $1 and o.reason = 'cap' and o.ended_at is null
  group by n.id order by n.wanted_at, n.id`;
