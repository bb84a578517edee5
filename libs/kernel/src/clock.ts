/**
 * The instant at which the supervision acts: due dates, follow-ups and history go by it. Leases, sessions and
 * time-outs, which measure machines and not duties, go by the database's own clock instead.
 */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };

/** A clock that stands still until it is moved forwards: for tests, for playing the sample's year, for demonstrations. */
export class SteppedClock implements Clock {
  private instant: Date;

  /** @throws RangeError when `start` is no instant */
  constructor(start: Date) {
    this.instant = copyOf(start);
  }

  now(): Date {
    return new Date(this.instant);
  }

  /** @throws RangeError when `to` is no instant, or lies before the present one: what history has seen is not unseen. */
  moveTo(to: Date): void {
    const next = copyOf(to);
    if (next < this.instant) {
      throw new RangeError(
        `the clock stands at ${this.instant.toISOString()} and cannot go back to ${next.toISOString()}`,
      );
    }
    this.instant = next;
  }
}

/** A Date can be changed by whoever holds it, and an invalid one compares as neither before nor after. */
function copyOf(instant: Date): Date {
  if (Number.isNaN(instant.getTime())) throw new RangeError('an invalid Date is not an instant');
  return new Date(instant);
}
