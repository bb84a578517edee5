import { columnsOf } from '@duban/database';
import { HistoryService, systemActor } from '@duban/history';
import { newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { ADDRESS_SUPPRESSED, suppressedNow } from '../bounces/suppressed-addresses';
import { ChannelSet } from '../channels/channel-set';
import { moved, recordMade } from '../delivery.move';
import { hintInboxes } from '../inbox-hints';
import { arrange, subjectOf } from '../templates/digest';
import type { Line } from '../templates/line';
import type { Messages } from '../templates/messages';
import { windowStart } from '../timing';
import { type Party, waysTo } from './party';

/** Rows written by one statement. */
const WRITE_BATCH = 5_000;

/** One line for a party. */
export type Item = Line & {
  notificationId: string;
  isUrgent: boolean;
  /** The digest that was not read, where this comes by the next channel for that. */
  escalatedFrom: string | null;
};

/** What a party is to be told, by channel. */
export interface Told {
  party: Party;
  items: Map<string, Item[]>;
}

/** A line that says what another of the same digest says. */
export interface SaidAlready {
  party: Party;
  channel: string;
  notificationId: string;
}

/** Writes digests (消息汇总) with their deliveries (投递). */
@Injectable()
export class DigestWriter {
  constructor(
    private readonly channels: ChannelSet,
    private readonly history: HistoryService,
  ) {}

  /**
   * One digest a party and channel. What goes to the inbox is delivered with that.
   *
   * @param words in which subjects are said
   * @param told `isFollowed`: who does not read it by `readBy` gets it by the next channel
   * @returns how many, the deliveries that are now to be sent, and what needed no line of its own
   */
  async write(
    tx: EntityManager,
    now: Date,
    words: Messages,
    told: Iterable<Told & { isFollowed: boolean }>,
    readBy: Date,
  ): Promise<{ digests: number; deliveryIds: string[]; saidAlready: SaidAlready[] }> {
    const isSuppressed = await suppressedNow(tx);
    const digests: object[] = [];
    const items: {
      digest_id: string;
      position: number;
      notification_id: string;
      text: string;
      escalated_from: string | null;
    }[] = [];
    const deliveries: { id: string }[] = [];
    const deliveryIds: string[] = [];
    const saidAlready: SaidAlready[] = [];
    const inboxes = new Set<string>();
    for (const { party, items: all, isFollowed } of told) {
      for (const { channel, address, isStoredThere } of waysTo(party, this.channels)) {
        const wanted = all.get(channel) ?? [];
        if (wanted.length === 0) continue;
        const lines = arrange(wanted);
        const written = new Set(lines.map((line) => line.notificationId));
        for (const { notificationId } of wanted) {
          if (!written.has(notificationId)) saidAlready.push({ party, channel, notificationId });
        }
        const of = { [COLUMNS[party.kind]]: party.id, channel };
        const digest_id = newId();
        const delivery_id = newId();
        digests.push({
          id: digest_id,
          ...of,
          subject: subjectOf(lines, words),
          is_urgent: lines.every(({ isUrgent }) => isUrgent),
          // The inbox stands for all that go with it.
          escalate_at: isFollowed && isStoredThere && !lines.every(({ isUrgent }) => isUrgent) ? readBy : null,
        });
        lines.forEach(({ notificationId, text, escalatedFrom }, i) =>
          items.push({
            digest_id,
            position: i + 1,
            notification_id: notificationId,
            text,
            escalated_from: escalatedFrom,
          }),
        );
        // A row all the same: it says why nothing was sent.
        const isDead = isSuppressed(channel, address);
        const state = isDead ? moved('queued', ['suppress']) : isStoredThere ? ARRIVED : 'queued';
        deliveries.push({
          id: delivery_id,
          digest_id,
          ...of,
          address,
          state,
          next_attempt_at: state === 'queued' ? now : null,
          sent_at: state === ARRIVED ? now : null,
          last_error: isDead ? ADDRESS_SUPPRESSED : null,
        } as { id: string });
        if (channel === INBOX && party.kind === 'person') inboxes.add(party.id);
        if (state === 'queued') deliveryIds.push(delivery_id);
      }
    }
    await insertAll(tx, INSERT_DIGESTS, digests, [windowStart(now), now]);
    for (let i = 0; i < items.length; i += WRITE_BATCH) {
      const { from, parameters } = columnsOf(items.slice(i, i + WRITE_BATCH), ITEM_COLUMNS, 1);
      await tx.query(
        `insert into digest_item (digest_id, position, notification_id, text, escalated_from) select * from ${from}`,
        parameters,
      );
    }
    await insertAll(tx, INSERT_DELIVERIES, deliveries, [now]);
    await hintInboxes(tx, [...inboxes]);
    for (let i = 0; i < deliveries.length; i += WRITE_BATCH) {
      const ids = deliveries.slice(i, i + WRITE_BATCH).map(({ id }) => id);
      await recordMade(tx, this.history, systemActor(`digest-${now.toISOString()}`), now, ids);
    }
    return { digests: digests.length, deliveryIds, saidAlready };
  }
}

const INBOX = 'inbox';
/** What is stored in the inbox is there. */
const ARRIVED = moved('queued', ['claim', 'deliver']);

/** The column of a digest and of a delivery that names a party of a kind. */
const COLUMNS: Readonly<Record<Party['kind'], string>> = { person: 'person_id', destination: 'destination_id' };

async function insertAll(
  tx: EntityManager,
  statement: string,
  rows: readonly object[],
  more: readonly unknown[] = [],
): Promise<void> {
  for (let i = 0; i < rows.length; i += WRITE_BATCH) {
    await tx.query(statement, [JSON.stringify(rows.slice(i, i + WRITE_BATCH)), ...more]);
  }
}

const INSERT_DIGESTS = `
  insert into digest (id, person_id, destination_id, channel, window_start, subject, is_urgent, escalate_at, composed_at)
  select r.id, r.person_id, r.destination_id, r.channel, $2, r.subject, r.is_urgent, r.escalate_at, $3
  from jsonb_to_recordset($1::jsonb) as r(id uuid, person_id uuid, destination_id uuid, channel text, subject text, is_urgent boolean,
    escalate_at timestamptz)`;

const ITEM_COLUMNS = {
  digest_id: 'uuid',
  position: 'int',
  notification_id: 'uuid',
  text: 'text',
  escalated_from: 'uuid',
} as const;

/** The numbers in an inbox follow one another: composers wait for one another, and a person gets one at a time. */
const INSERT_DELIVERIES = `
  insert into delivery (id, digest_id, person_id, destination_id, channel, address, state, attempts, next_attempt_at, sent_at, last_error,
    inbox_position, created_at)
  select r.id, r.digest_id, r.person_id, r.destination_id, r.channel, r.address, r.state, 0, r.next_attempt_at, r.sent_at, r.last_error,
    case when r.channel = '${INBOX}' then 1 + coalesce((select max(d.inbox_position) from delivery d
      where d.person_id = r.person_id), 0) end, $2
  from jsonb_to_recordset($1::jsonb) as r(id uuid, digest_id uuid, person_id uuid, destination_id uuid, channel text, address text,
    state text, next_attempt_at timestamptz, sent_at timestamptz, last_error text)`;
