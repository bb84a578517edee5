import type { DropReason, WaitReason } from '@duban/domain';
import { newId } from '@duban/kernel';
import type { EntityManager } from 'typeorm';

/** Rows written by one statement. */
const WRITE_BATCH = 5_000;

/** Why a message was not sent, or not yet (未送达原因). What was sent is in the digests. */
export interface Outcome {
  notificationId: string;
  /** Null where nobody is there to whom it could be said. */
  personId: string | null;
  /** The destination for which it was, where it was for one. */
  destinationId?: string;
  /** Null for all of them. */
  channel: string | null;
  /** The unit to whose post it was to be said. */
  unitId: string | null;
  reason: WaitReason | DropReason;
  /** When it is looked at again; null where that is the end of it. */
  until: Date | null;
}

export const channelKey = (notificationId: string, partyId: string, channel: string): string =>
  `${notificationId} ${partyId} ${channel}`;

const TOLD = `
  select i.notification_id as "notificationId", coalesce(g.person_id, g.destination_id) as "partyId", g.channel
  from digest_item i join digest g on g.id = i.digest_id where i.notification_id = any($1::uuid[])`;
const DROPPED = `
  select notification_id, coalesce(person_id, destination_id), channel from message_outcome
  where notification_id = any($1::uuid[]) and until is null and channel is not null`;

/** By which channels notifications were told to whom. */
export const toldBefore = (tx: EntityManager, notificationIds: readonly string[]): Promise<Set<string>> =>
  channelKeys(tx, TOLD, notificationIds);

/** What is settled already of notifications that were looked at before: told to somebody by a channel, or dropped for it. */
export const settledBefore = (tx: EntityManager, notificationIds: readonly string[]): Promise<Set<string>> =>
  channelKeys(tx, `${TOLD} union all ${DROPPED}`, notificationIds);

const READ = `
  select i.notification_id as "notificationId", g.person_id as "partyId", g.channel
  from digest_item i join digest g on g.id = i.digest_id join delivery d on d.digest_id = g.id and d.state = 'read'
  where i.notification_id = any($1::uuid[])`;

/** What was read of notifications that were looked at before, by whom, whatever way it came: `<id> <person>`. */
export async function readBefore(tx: EntityManager, notificationIds: readonly string[]): Promise<Set<string>> {
  const keys = await channelKeys(tx, READ, notificationIds);
  return new Set([...keys].map((key) => key.split(' ', 2).join(' ')));
}

async function channelKeys(tx: EntityManager, query: string, notificationIds: readonly string[]): Promise<Set<string>> {
  if (notificationIds.length === 0) return new Set();
  const rows: { notificationId: string; partyId: string; channel: string }[] = await tx.query(query, [notificationIds]);
  return new Set(rows.map((row) => channelKey(row.notificationId, row.partyId, row.channel)));
}

/**
 * Keeps what was found out of notifications. What they waited for before has ended, unless they wait for it still.
 *
 * @param known those that were looked at before
 */
export async function recordOutcomes(
  tx: EntityManager,
  now: Date,
  known: readonly string[],
  outcomes: readonly Outcome[],
): Promise<void> {
  const knownIds = new Set(known);
  // What was held at first, and went after all with something else, was looked at twice.
  const each = new Map(
    outcomes.map((one) => [
      `${one.notificationId} ${one.personId} ${one.destinationId} ${one.channel} ${one.reason}`,
      one,
    ]),
  );
  const rows = [...each.values()].map((one) => ({
    id: newId(),
    notification_id: one.notificationId,
    person_id: one.personId,
    destination_id: one.destinationId ?? null,
    channel: one.channel,
    unit_id: one.unitId,
    reason: one.reason,
    until: one.until,
  }));
  const again = JSON.stringify(rows.filter((row) => knownIds.has(row.notification_id)));
  if (known.length > 0) {
    await tx.query(END_WAITING, [again, now, known]);
    await tx.query(GO_ON_WAITING, [again]);
    await tx.query(`${INSERT} where not exists (select from message_outcome o where ${SAME})`, [again, now]);
  }
  const fresh = rows.filter((row) => !knownIds.has(row.notification_id));
  for (let i = 0; i < fresh.length; i += WRITE_BATCH) {
    await tx.query(INSERT, [JSON.stringify(fresh.slice(i, i + WRITE_BATCH)), now]);
  }
}

const ROWS = `jsonb_to_recordset($1::jsonb) as r(id uuid, notification_id uuid, person_id uuid, destination_id uuid, channel text, unit_id uuid,
  reason text, until timestamptz)`;
const SAME = `o.notification_id = r.notification_id and o.person_id is not distinct from r.person_id
  and o.destination_id is not distinct from r.destination_id
  and o.channel is not distinct from r.channel and o.unit_id is not distinct from r.unit_id and o.reason = r.reason
  and o.ended_at is null`;
const END_WAITING = `
  update message_outcome o set ended_at = $2
  where o.notification_id = any($3::uuid[]) and o.until is not null and o.ended_at is null
    and not exists (select from ${ROWS} where ${SAME} and r.until is not null)`;
const GO_ON_WAITING = `
  update message_outcome o set until = r.until from ${ROWS} where ${SAME} and r.until is not null and o.until is not null`;
const INSERT = `
  insert into message_outcome (id, notification_id, person_id, destination_id, channel, unit_id, reason, since, until)
  select r.id, r.notification_id, r.person_id, r.destination_id, r.channel, r.unit_id, r.reason, $2, r.until from ${ROWS}`;
