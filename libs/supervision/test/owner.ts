import { type TestDatabase, until } from '@duban/testing';
import { Client } from 'pg';

/** The schema's owner in a session beside the application's: holds rows that others then wait for. */
export class Owner {
  private constructor(private readonly client: Client) {}

  static async connect(database: TestDatabase): Promise<Owner> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    return new Owner(client);
  }

  async run(statement: string, parameters: unknown[] = []): Promise<void> {
    await this.client.query(statement, parameters);
  }

  /** Holds what a `select … for update` finds, until `release`. */
  async holdRows(select: string, parameters: unknown[] = []): Promise<void> {
    await this.client.query('begin');
    const { rowCount } = await this.client.query(select, parameters);
    if (rowCount === 0) throw new Error('there is no such row to hold');
  }

  async release(): Promise<void> {
    await this.client.query('commit');
  }

  /** Waits until so many sessions of the application wait for a lock, and gives their process ids. */
  waiting(count: number): Promise<number[]> {
    return until(
      async () => {
        // Within a transaction, what was seen once would be seen again.
        await this.client.query(`select pg_stat_clear_snapshot()`);
        const { rows } = await this.client.query<{ pid: number }>(
          `select pid from pg_stat_activity
           where datname = current_database() and application_name = 'duban' and wait_event_type = 'Lock'`,
        );
        return rows.length === count && rows.map(({ pid }) => pid);
      },
      10_000,
      `${count} sessions that wait for a lock`,
    ) as Promise<number[]>;
  }

  async end(): Promise<void> {
    await this.client.end();
  }
}
