import { until } from '@duban/testing';
import { Client } from 'pg';

const closed = new Set<Gate>();

/** Opens what a failed test has left closed. */
export async function openGates(): Promise<void> {
  for (const gate of closed) await gate.open();
}

/**
 * Holds a lock that a process runs into, so that it stands still in the middle of what it is doing; no row of the
 * sweep's own is locked, since the sweep goes around those.
 */
export class Gate {
  private constructor(
    private readonly client: Client,
    /** A session of its own: inside a transaction Postgres tells of the others as they were at its first question. */
    private readonly watcher: Client,
  ) {}

  static async close(databaseUrl: string, statements: readonly string[]): Promise<Gate> {
    const [client, watcher] = [1, 2].map(() => new Client({ connectionString: databaseUrl })) as [Client, Client];
    await Promise.all([client.connect(), watcher.connect()]);
    const gate = new Gate(client, watcher);
    closed.add(gate);
    await client.query('begin');
    for (const statement of statements) await client.query(statement);
    return gate;
  }

  /** Until so many sessions stand before it, those who wait for one that waits among them. */
  async isMet(sessions = 1): Promise<void> {
    const [own] = (await this.client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
    await until(
      async () => {
        const { rows } = await this.watcher.query<{ count: number }>(
          `with recursive held(pid) as (
             select $1::int
             union select a.pid from pg_stat_activity a join held on held.pid = any(pg_blocking_pids(a.pid)))
           select count(*)::int - 1 as count from held`,
          [own!.pid],
        );
        return rows[0]!.count >= sessions;
      },
      120_000,
      'a process that stands before the gate',
    );
  }

  /** What was done to close it is undone. */
  async open(): Promise<void> {
    closed.delete(this);
    await this.client.query('rollback');
    await Promise.all([this.client.end(), this.watcher.end()]);
  }
}
