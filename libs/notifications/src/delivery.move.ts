import { type DeliveryEvent, deliveryMachine, type DeliveryState } from '@duban/domain';
import type { Actor, HistoryService } from '@duban/history';
import { conflict } from '@duban/kernel';
import { decide } from '@duban/state-machine';
import type { EntityManager } from 'typeorm';

/**
 * The state of a delivery after events, one after the other.
 * @throws DomainError DELIVERY.EVENT_NOT_ALLOWED
 */
export function moved(
  state: DeliveryState,
  events: readonly DeliveryEvent[],
  actor: 'system' | 'person' = 'system',
): DeliveryState {
  return events.reduce((from, event) => {
    const decision = decide(deliveryMachine, from, event, [actor], undefined);
    if (!decision.ok) {
      throw conflict('DELIVERY.EVENT_NOT_ALLOWED', `A delivery that is ${from} cannot ${event}.`, {
        state: from,
        event,
      });
    }
    return decision.to;
  }, state);
}

/** What a move changes beside the state; what is left out stays, but for the claim, which ends with it. */
export interface DeliveryValues {
  last_error?: string | null;
  next_attempt_at?: Date | null;
  sent_at?: Date;
  read_at?: Date;
}

/** Moves a delivery that the transaction holds, and tells history. */
export async function moveDelivery(
  tx: EntityManager,
  history: HistoryService,
  actor: Actor,
  at: Date,
  { id, state }: { id: string; state: DeliveryState },
  event: DeliveryEvent,
  values: DeliveryValues = {},
): Promise<DeliveryState> {
  const to = moved(state, [event], actor.post === 'system' ? 'system' : 'person');
  const [[kept]]: [{ before: RecordedDelivery; after: RecordedDelivery }[]] = await tx.query(
    `update delivery d set state = $2, claimed_until = null, last_error = $3, next_attempt_at = $4,
       sent_at = coalesce($5, d.sent_at), read_at = coalesce($6, d.read_at)
     from delivery was where d.id = $1 and was.id = d.id
     returning ${SNAPSHOT('was')} as before, ${SNAPSHOT('d')} as after`,
    [id, to, values.last_error ?? null, values.next_attempt_at ?? null, values.sent_at ?? null, values.read_at ?? null],
  );
  await history.append(tx, actor, at, [
    {
      type: `delivery.${PAST_TENSE[event]}`,
      entity: 'delivery',
      entityId: id,
      // A mail server's words name the address: of a person they stand in the state, where they are sealed.
      reason: kept!.after.personId === null ? (values.last_error ?? null) : null,
      ...kept!,
    },
  ]);
  return to;
}

/** As far as it is looked at here. */
interface RecordedDelivery {
  [field: string]: unknown;
  id: string;
  personId: string | null;
  address: string | null;
  state: DeliveryState;
  lastError: string | null;
}

/** The whole of a delivery, as history keeps it. Claims are the machines' own business. */
const SNAPSHOT = (row: string): string =>
  `jsonb_build_object('id', ${row}.id, 'digestId', ${row}.digest_id, 'personId', ${row}.person_id,
     'destinationId', ${row}.destination_id, 'channel', ${row}.channel,
     'address', ${row}.address, 'state', ${row}.state, 'attempts', ${row}.attempts, 'nextAttemptAt', ${row}.next_attempt_at,
     'lastError', ${row}.last_error, 'sentAt', ${row}.sent_at, 'readAt', ${row}.read_at)`;

/** What came of it, as history tells it. */
const PAST_TENSE = {
  claim: 'claimed',
  retry: 'put_off',
  send: 'sent',
  deliver: 'delivered',
  read: 'read',
  bounce: 'bounced',
  fail: 'failed',
  suppress: 'suppressed',
  replay: 'replayed',
} as const satisfies Record<DeliveryEvent, string>;

/** Tells history of deliveries that were just made, by their rows. */
export async function recordMade(
  tx: EntityManager,
  history: HistoryService,
  actor: Actor,
  at: Date,
  ids: readonly string[],
): Promise<void> {
  const rows: { made: RecordedDelivery }[] = await tx.query(
    `select ${SNAPSHOT('d')} as made from delivery d where id = any($1::uuid[]) order by id`,
    [ids],
  );
  await history.append(
    tx,
    actor,
    at,
    rows.map(({ made }) => ({ type: `delivery.${made.state}`, entity: 'delivery', entityId: made.id, after: made })),
  );
}
