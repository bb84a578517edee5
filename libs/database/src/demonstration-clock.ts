import { type Clock, SteppedClock } from '@duban/kernel';
import { Client } from 'pg';
import type { EntityManager } from 'typeorm';

/**
 * A clock that stands until an admin moves it forwards; its instant is a row, so that all processes have the same.
 * Processes read it when they begin something, not while they are at it.
 */
export class DemonstrationClock implements Clock {
  private constructor(private readonly clock: SteppedClock) {}

  /** Starts at `instant`, or where the database's clock stands already if that is later: it never goes back. */
  static async open(databaseUrl: string, instant: Date): Promise<DemonstrationClock> {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      const { rows } = await client.query<{ instant: Date }>(
        `insert into demonstration_clock (id, instant) values (1, $1)
         on conflict (id) do update set instant = greatest(demonstration_clock.instant, excluded.instant)
         returning instant`,
        [instant],
      );
      return new DemonstrationClock(new SteppedClock(rows[0]!.instant));
    } finally {
      await client.end();
    }
  }

  now(): Date {
    return this.clock.now();
  }

  /** Takes over what another process has set. */
  async refresh(tx: EntityManager): Promise<void> {
    const [row]: { instant: Date }[] = await tx.query(`select instant from demonstration_clock`);
    if (row && row.instant > this.clock.now()) this.clock.moveTo(row.instant);
  }

  /** @throws RangeError when `to` lies before the present instant */
  async moveTo(tx: EntityManager, to: Date): Promise<void> {
    this.clock.moveTo(to);
    await tx.query(`update demonstration_clock set instant = greatest(instant, $1)`, [to]);
  }
}
