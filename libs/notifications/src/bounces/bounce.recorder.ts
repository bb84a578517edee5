import type { DeliveryState } from '@duban/domain';
import { HistoryService, systemActor } from '@duban/history';
import { newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { moveDelivery } from '../delivery.move';
import type { DeliveryReport } from './delivery-report';
import { bounceKindOf } from './status';

/** So many messages that came back from an address that may work again, within so many days, and it gets none any more. */
const SOFT_BOUNCES = 3;
const SOFT_DAYS = 30;

interface Held {
  id: string;
  state: DeliveryState;
  personId: string | null;
  channel: string;
  address: string | null;
}

/**
 * Records messages that came back (退信), and suppresses addresses that are dead. That is all that follows: nobody is
 * written to about it, lest a message about a message that came back comes back. The lists say it.
 */
@Injectable()
export class BounceRecorder {
  constructor(private readonly history: HistoryService) {}

  /**
   * @param key the report's own, so that the same report is recorded once
   * @returns whether there was anything to record: a delivery of the id, and no such report of it
   */
  async record(
    tx: EntityManager,
    deliveryId: string,
    report: DeliveryReport,
    key: string,
    now: Date,
  ): Promise<boolean> {
    const [held]: Held[] = await tx.query(
      `select id, state, person_id as "personId", channel, address from delivery where id = $1 for update`,
      [deliveryId],
    );
    if (!held || held.address === null) return false;
    const address = comparable(held.address);
    const kind = report.action === 'delayed' ? 'delayed' : bounceKindOf(report.status);
    const made: { id: string }[] = await tx.query(
      `insert into bounce (id, delivery_id, channel, address, kind, status, words, report_key, received_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
      [newId(), held.id, held.channel, address, kind, report.status, report.words, key, now],
    );
    if (made.length === 0) return false;
    if (kind === 'delayed') return true;
    // One that is to be tried again meanwhile is stopped, or not, by its address.
    if (held.state === 'sending' || held.state === 'sent') {
      await moveDelivery(tx, this.history, actorFor(held), now, held, 'bounce', {
        last_error: `${report.status} ${report.words}`.trim(),
      });
    }
    const reason = kind === 'hard' ? 'hard_bounce' : kind === 'soft' ? 'soft_bounces' : null;
    if (reason !== null && (kind === 'hard' || (await hasBouncedOften(tx, held.channel, address, now)))) {
      await this.suppress(tx, held, address, reason, made[0]!.id, now);
    }
    return true;
  }

  private async suppress(
    tx: EntityManager,
    held: Held,
    address: string,
    reason: 'hard_bounce' | 'soft_bounces',
    bounceId: string,
    now: Date,
  ): Promise<void> {
    const made: { id: string }[] = await tx.query(
      `insert into suppressed_address (id, channel, address, reason, bounce_id, since) values ($1, $2, $3, $4, $5, $6)
       on conflict (channel, address) where lifted_at is null do nothing returning id`,
      [newId(), held.channel, address, reason, bounceId, now],
    );
    if (made.length === 0) return;
    await this.history.append(tx, actorFor(held), now, [
      {
        type: 'suppressed_address.suppressed',
        entity: 'suppressed_address',
        entityId: made[0]!.id,
        reason,
        after: { id: made[0]!.id, personId: held.personId, channel: held.channel, address, reason, bounceId },
      },
    ]);
  }
}

/** Addresses that differ in case alone are one: a server that tells them apart is not known. */
export const comparable = (address: string): string => address.trim().toLowerCase();

const actorFor = ({ id }: Held): ReturnType<typeof systemActor> => systemActor(`delivery-${id}`);

/** A digest counts once, however many reports of it came; what came before an office lifted it is over. */
async function hasBouncedOften(tx: EntityManager, channel: string, address: string, now: Date): Promise<boolean> {
  const [row]: { count: number }[] = await tx.query(
    `select count(distinct b.delivery_id)::int as count from bounce b
     where b.channel = $1 and b.address = $2 and b.kind = 'soft' and b.received_at > $3::timestamptz - $4 * interval '1 day'
       and not exists (select from suppressed_address s
         where s.channel = b.channel and s.address = b.address and s.lifted_at >= b.received_at)`,
    [channel, address, now, SOFT_DAYS],
  );
  return row!.count >= SOFT_BOUNCES;
}
