import type { DeliveryState } from '@duban/domain';
import { HistoryService, systemActor } from '@duban/history';
import { newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BounceRecorder, comparable } from '../bounces/bounce.recorder';
import type { Receipt } from '../channels/channel';
import { moveDelivery } from '../delivery.move';

/** What the other side says of one of its messages. */
export interface RemoteReceipt {
  /** What it calls the message. */
  remoteId: string;
  address: string;
  /** In its own words; the same again is the same receipt. */
  said: string;
  receipt: Receipt;
}

/**
 * Records what becomes of messages after they were handed over (回执): twice, out of order and of what is not known, without
 * harm. What comes before it is known what the other side calls a message waits as a row until it is.
 */
@Injectable()
export class ReceiptRecorder {
  constructor(
    private readonly history: HistoryService,
    private readonly bounces: BounceRecorder,
  ) {}

  /** @returns how many were new */
  async take(tx: EntityManager, channel: string, receipts: readonly RemoteReceipt[], now: Date): Promise<number> {
    let taken = 0;
    for (const { remoteId, address, said, receipt } of receipts) {
      const { outcome, words } = rowOf(receipt);
      const made: { id: string }[] = await tx.query(
        `insert into delivery_receipt (id, channel, remote_id, address, said, outcome, words, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning id`,
        [newId(), channel, remoteId, comparable(address), said, outcome, words, now],
      );
      if (made.length === 0) continue;
      taken++;
      const deliveries: { id: string }[] = await tx.query(
        `select id from delivery where channel = $1 and remote_id = $2 and lower(trim(address)) = $3 order by id`,
        [channel, remoteId, comparable(address)],
      );
      for (const { id } of deliveries) await this.settle(tx, id, receipt, said, now);
    }
    return taken;
  }

  /** Of a delivery of which it is just known what the other side calls it: what was reported before that. */
  async takeEarlier(
    tx: EntityManager,
    { id, channel, remoteId }: { id: string; channel: string; remoteId: string },
    now: Date,
  ): Promise<void> {
    const rows: { said: string; outcome: string; words: string | null }[] = await tx.query(
      `select r.said, r.outcome, r.words from delivery d join delivery_receipt r on r.channel = d.channel and r.remote_id = $3
         and r.address = lower(trim(d.address))
       where d.id = $1 and d.channel = $2 order by r.received_at, r.id`,
      [id, channel, remoteId],
    );
    for (const { said, outcome, words } of rows) {
      const isGood = outcome === 'delivered' || outcome === 'read';
      await this.settle(tx, id, isGood ? outcome : { status: outcome, words: words ?? '' }, said, now);
    }
  }

  /** What first says that a message arrived, or that it did not, counts. */
  async settle(tx: EntityManager, deliveryId: string, receipt: Receipt, key: string, now: Date): Promise<void> {
    if (typeof receipt === 'object') {
      await this.bounces.record(tx, deliveryId, { action: 'failed', ...receipt }, key, now);
      return;
    }
    const [held]: { id: string; state: DeliveryState }[] = await tx.query(
      `select id, state from delivery where id = $1 for update`,
      [deliveryId],
    );
    const actor = systemActor(`delivery-${deliveryId}`);
    if (receipt === 'delivered' && held?.state === 'sent')
      await moveDelivery(tx, this.history, actor, now, held, 'deliver');
    if (receipt === 'read' && (held?.state === 'sent' || held?.state === 'delivered')) {
      await moveDelivery(tx, this.history, actor, now, held, 'read', { read_at: now });
    }
  }
}

const rowOf = (receipt: Receipt): { outcome: string; words: string | null } =>
  typeof receipt === 'object' ? { outcome: receipt.status, words: receipt.words } : { outcome: receipt, words: null };
