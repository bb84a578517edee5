import { type DeliveryEvent, deliveryMachine, type DeliveryState } from '@duban/domain';
import { conflict } from '@duban/kernel';
import { decide } from '@duban/state-machine';

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
