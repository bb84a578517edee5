import type { DeliveryState } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { moveDelivery } from './delivery.move';
import { hintInboxes } from './inbox-hints';

/** One line of a digest, with what it is about. */
export interface DigestLine {
  notificationId: string;
  kind: string;
  text: string;
  planId: string | null;
  taskId: string | null;
  obligationId: string | null;
  followUpId: string | null;
}

/** A delivery (投递) with its digest. */
export interface DeliveryView {
  id: string;
  digestId: string;
  /** Null of what goes to a destination. */
  personId: string | null;
  personName: string | null;
  destinationId: string | null;
  destinationName: string | null;
  channel: string;
  address: string | null;
  /** What the other side calls the message, by which its records know it; null where it does not say. */
  remoteId: string | null;
  state: DeliveryState;
  attempts: number;
  /** When it is tried next; null when it is not. */
  nextAttemptAt: Date | null;
  /** What happened at the last attempt, in the words of the other side. */
  lastError: string | null;
  subject: string;
  items: DigestLine[];
  createdAt: Date;
  sentAt: Date | null;
  readAt: Date | null;
}

/** Which deliveries to list. What is left out does not restrict. */
export interface DeliveryFilter {
  personId?: string;
  taskId?: string;
  state?: DeliveryState;
  channel?: string;
  ids?: readonly string[];
  /** The id of the last one already seen. */
  after?: string | null;
  limit: number;
}

/** A page, newest first; `next` is the `after` of the page that follows, null on the last. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** What people see of their messages, and the office of everybody's. */
@Injectable()
export class DeliveryReader {
  constructor(private readonly history: HistoryService) {}

  /** Everybody's deliveries, newest first. */
  async list(tx: EntityManager, filter: DeliveryFilter): Promise<Page<DeliveryView>> {
    const rows: DeliveryView[] = await tx.query(
      `select * from (
         select d.id, d.digest_id as "digestId", d.person_id as "personId", p.display_name as "personName",
           d.destination_id as "destinationId", o.name as "destinationName", d.channel,
           d.address, d.remote_id as "remoteId", d.state, d.attempts, d.next_attempt_at as "nextAttemptAt", d.last_error as "lastError",
           g.subject, d.created_at as "createdAt", d.sent_at as "sentAt", d.read_at as "readAt"
         from delivery d left join person p on p.id = d.person_id left join destination o on o.id = d.destination_id
           join digest g on g.id = d.digest_id
         where ($1::uuid is null or d.person_id = $1)
           and ($2::text is null or d.state = $2)
           and ($3::text is null or d.channel = $3)
           and ($4::uuid is null or d.id < $4)
           and ($7::uuid[] is null or d.id = any($7))
           and ($5::uuid is null or exists (select from digest_item i join notification n on n.id = i.notification_id
             where i.digest_id = d.digest_id and n.task_id = $5))
         order by d.id desc limit $6) d,
         lateral (
           select coalesce(json_agg(json_build_object('notificationId', n.id, 'kind', n.kind, 'text', i.text,
             'planId', n.plan_id, 'taskId', n.task_id, 'obligationId', n.obligation_id, 'followUpId', n.follow_up_id)
             order by i.position), '[]') as items
           from digest_item i join notification n on n.id = i.notification_id where i.digest_id = d."digestId") i
       order by d.id desc`,
      [
        filter.personId ?? null,
        filter.state ?? null,
        filter.channel ?? null,
        filter.after ?? null,
        filter.taskId ?? null,
        // One more than asked for tells whether another page follows.
        filter.limit + 1,
        filter.ids ?? null,
      ],
    );
    const items = rows.slice(0, filter.limit);
    return { items, next: rows.length > filter.limit ? items.at(-1)!.id : null };
  }

  /** One person's inbox (收件箱), newest first. */
  async inbox(
    tx: EntityManager,
    personId: string,
    { unreadOnly, limit, after }: { unreadOnly?: boolean; limit: number; after?: string | null },
  ): Promise<Page<DeliveryView>> {
    const state = unreadOnly ? 'delivered' : undefined;
    return this.list(tx, { personId, channel: 'inbox', state, limit, after });
  }

  /** The number of the newest message in the inbox, 0 where there is none; how many are not read. */
  async inboxState(tx: EntityManager, personId: string): Promise<{ last: number; unread: number }> {
    const [row]: { last: number; unread: number }[] = await tx.query(
      `select coalesce(max(inbox_position), 0) as last, count(*) filter (where state = 'delivered')::int as unread
       from delivery where person_id = $1 and inbox_position is not null`,
      [personId],
    );
    return row!;
  }

  /** What has come into the inbox after a number, in order, each with its own. */
  async arrivedSince(
    tx: EntityManager,
    personId: string,
    position: number,
    limit: number,
  ): Promise<{ position: number; message: DeliveryView }[]> {
    const found: { id: string; position: number }[] = await tx.query(
      `select id, inbox_position as position from delivery
       where person_id = $1 and inbox_position > $2 order by inbox_position limit $3`,
      [personId, position, limit],
    );
    if (found.length === 0) return [];
    const ids = found.map(({ id }) => id);
    const { items } = await this.list(tx, { personId, ids, limit: ids.length });
    return found.map((one) => ({ position: one.position, message: items.find(({ id }) => id === one.id)! }));
  }

  /**
   * Marks a message as read; again does nothing.
   * @throws DomainError DELIVERY.UNKNOWN for one that is not the person's own, DELIVERY.EVENT_NOT_ALLOWED for one that
   *   has not arrived
   */
  async read(tx: EntityManager, actor: Actor, deliveryId: string, now: Date): Promise<{ readAt: Date }> {
    const [held]: { id: string; state: DeliveryState; readAt: Date | null }[] = await tx.query(
      `select id, state, read_at as "readAt" from delivery where id = $1 and person_id = $2 for update`,
      [deliveryId, actor.personId],
    );
    if (!held) throw notFound('DELIVERY.UNKNOWN', 'There is no such message among yours.', { deliveryId });
    if (held.readAt) return { readAt: held.readAt };
    await moveDelivery(tx, this.history, actor, now, held, 'read', { read_at: now });
    await hintInboxes(tx, [actor.personId!]);
    return { readAt: now };
  }
}
