import { type Actor, HistoryService, systemActor } from '@duban/history';
import { conflict, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { comparable } from './bounce.recorder';
import type { Page } from '../delivery.reader';

/** An address that gets no messages by one channel. */
export interface SuppressedAddress {
  id: string;
  channel: string;
  address: string;
  /** `hard_bounce`: it is dead. `soft_bounces`: several messages came back. */
  reason: 'hard_bounce' | 'soft_bounces';
  /** What the last report said: a status of RFC 3463, and its words. */
  status: string;
  words: string;
  /** The message that came back. */
  deliveryId: string;
  since: Date;
  /** Who has the address. */
  persons: { id: string; name: string; username: string }[];
  liftedAt: Date | null;
  /** Null where it was lifted by itself, or is not lifted. */
  liftedBy: string | null;
  liftReason: string | null;
}

/** Which to list. What is left out does not restrict. */
export interface SuppressedAddressFilter {
  channel?: string;
  /** Those too that were lifted. */
  all: boolean;
  /** The id of the last one already seen. */
  after?: string | null;
  limit: number;
}

/** Why a message to such an address was not sent. */
export const ADDRESS_SUPPRESSED = 'messages to the address come back';

/** SQL condition: the address of `row` gets nothing by its channel. */
export const IS_SUPPRESSED = (row: string): string => `exists (select from suppressed_address s
  where s.channel = ${row}.channel and s.address = lower(trim(${row}.address)) and s.lifted_at is null)`;

/** What gets nothing just now: whether an address of a channel is among it. */
export async function suppressedNow(tx: EntityManager): Promise<(channel: string, address: string) => boolean> {
  const rows: { channel: string; address: string }[] = await tx.query(
    `select channel, address from suppressed_address where lifted_at is null`,
  );
  const known = new Set(rows.map(({ channel, address }) => `${channel} ${address}`));
  return (channel, address) => known.has(`${channel} ${comparable(address)}`);
}

/** Where a channel leads to a person, as addresses are compared. */
const ADDRESS_OF = (person: string, channel: string): string =>
  `lower(trim(case ${channel} when 'smtp' then ${person}.email when 'sms' then ${person}.mobile else ${person}.accounts->>${channel} end))`;

interface Lifted {
  id: string;
  personId: string | null;
  channel: string;
  address: string;
}

/** Whose message came back: whose address it was then. */
const WHOSE = `(select d.person_id from bounce b join delivery d on d.id = b.delivery_id where b.id = s.bounce_id)`;

/** Addresses that messages came back from, for those who can mend them. */
@Injectable()
export class SuppressedAddresses {
  constructor(private readonly history: HistoryService) {}

  /** Newest first. */
  async list(tx: EntityManager, filter: SuppressedAddressFilter): Promise<Page<SuppressedAddress>> {
    const rows: SuppressedAddress[] = await tx.query(
      `select s.id, s.channel, s.address, s.reason, b.status, b.words, b.delivery_id as "deliveryId", s.since,
         coalesce((select json_agg(json_build_object('id', p.id, 'name', p.display_name, 'username', p.username)
           order by p.username) from person p where ${ADDRESS_OF('p', 's.channel')} = s.address), '[]') as persons,
         s.lifted_at as "liftedAt", s.lifted_by as "liftedBy", s.lift_reason as "liftReason"
       from suppressed_address s join bounce b on b.id = s.bounce_id
       where ($1::text is null or s.channel = $1) and ($2 or s.lifted_at is null) and ($3::uuid is null or s.id < $3)
       order by s.id desc limit $4`,
      [filter.channel ?? null, filter.all, filter.after ?? null, filter.limit + 1],
    );
    const items = rows.slice(0, filter.limit);
    return { items, next: rows.length > filter.limit ? items.at(-1)!.id : null };
  }

  /**
   * Lets an address get messages again.
   * @throws DomainError SUPPRESSED_ADDRESS.UNKNOWN, or SUPPRESSED_ADDRESS.LIFTED where that was done
   */
  async lift(tx: EntityManager, actor: Actor, id: string, reason: string, now: Date): Promise<{ liftedAt: Date }> {
    const [held]: (Lifted & { liftedAt: Date | null })[] = await tx.query(
      `select s.id, ${WHOSE} as "personId", s.channel, s.address, s.lifted_at as "liftedAt"
       from suppressed_address s where s.id = $1 for update`,
      [id],
    );
    if (!held) throw notFound('SUPPRESSED_ADDRESS.UNKNOWN', 'There is no such suppressed address.', { id });
    if (held.liftedAt) throw conflict('SUPPRESSED_ADDRESS.LIFTED', 'It gets messages again already.', { id });
    await tx.query(`update suppressed_address set lifted_at = $2, lifted_by = $3, lift_reason = $4 where id = $1`, [
      id,
      now,
      actor.personId,
      reason,
    ]);
    await this.tellLifted(tx, actor, now, [held], reason);
    return { liftedAt: now };
  }

  /** An address that nobody has any more is no concern: if somebody gets it again, it is tried again. */
  async liftAbandoned(tx: EntityManager, now: Date): Promise<void> {
    const reason = 'nobody has the address any more';
    const [lifted]: [Lifted[]] = await tx.query(
      `update suppressed_address s set lifted_at = $1, lift_reason = $2
       where s.lifted_at is null and not exists (select from person p where ${ADDRESS_OF('p', 's.channel')} = s.address)
       returning s.id, ${WHOSE} as "personId", s.channel, s.address`,
      [now, reason],
    );
    if (lifted.length === 0) return;
    const actor = systemActor(`addresses-${now.toISOString()}`);
    await this.tellLifted(tx, actor, now, lifted, reason);
  }

  private async tellLifted(
    tx: EntityManager,
    actor: Actor,
    now: Date,
    lifted: readonly Lifted[],
    reason: string,
  ): Promise<void> {
    await this.history.append(
      tx,
      actor,
      now,
      lifted.map(({ id, personId, channel, address }) => ({
        type: 'suppressed_address.lifted',
        entity: 'suppressed_address',
        entityId: id,
        reason,
        after: { id, personId, channel, address },
      })),
    );
  }
}
