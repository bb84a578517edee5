import { Client } from 'pg';

/** Two at once, as two workers would. */
const CONNECTIONS = 2;
/** So many in a transaction that there are about as many commits as a sweep has, which writes all tables in one. */
const AT_ONCE = 2_500;

/** Rows of one table, by the columns that whoever writes them gives. */
export interface KeptTable {
  table: string;
  /** Where they are read from, if that is another relation. */
  from?: string;
  /** All of the table, where it is not said. */
  columns?: readonly string[];
}

/** As the appending of history gives them; the rest is made by the table itself. */
export const HISTORY_ROWS: KeptTable = {
  table: 'history_entry',
  from: 'history_event',
  columns: (
    'id jurisdiction_id plan_id task_id entity entity_id type reason before after ' +
    'actor_name actor_post request_id occurred_at'
  ).split(' '),
};

/** A change of rows that are there, to how they were when it was kept. */
export interface KeptChange {
  table: string;
  columns: readonly string[];
  /** Which rows have changed. */
  where: string;
}

/**
 * Rows that were written, kept beside in order: Postgres alone writes them again, from its own tables into its own
 * tables, with their keys, references and triggers. Nothing that writes the same rows can be quicker.
 */
export class SameRows {
  private constructor(
    private readonly clients: readonly Client[],
    private readonly steps: readonly { name: string; text: string; batches: number }[],
  ) {}

  /**
   * @param url as the owner of the database
   * @param tables such that each refers to those before it alone
   */
  static async keep(url: string, tables: readonly KeptTable[], changes: readonly KeptChange[]): Promise<SameRows> {
    const clients = Array.from({ length: CONNECTIONS }, () => new Client({ connectionString: url }));
    for (const client of clients) await client.connect();
    const [client] = clients;
    await client!.query(`create schema kept; grant usage on schema kept to duban_system`);
    const steps = [];
    for (const { table, columns, where } of changes) {
      const batches = await keepOne(client!, table, `select id, ${columns.join(', ')} from ${table} where ${where}`);
      const set = columns.map((column) => `${column} = k.${column}`).join(', ');
      const text = `update ${table} t set ${set} from kept.${table} k where k.id = t.id and k.batch = $1`;
      steps.push({ name: table, text, batches });
    }
    for (const { table, from = table, columns: given } of tables) {
      const columns = (given ?? (await columnsIn(client!, table))).join(', ');
      const batches = await keepOne(client!, table, `select ${columns} from ${from}`);
      const text = `insert into ${table} (${columns}) select ${columns} from kept.${table} where batch = $1`;
      steps.push({ name: table, text, batches });
    }
    await client!.query('vacuum analyze');
    for (const one of clients) await one.query('set role duban_system');
    return new SameRows(clients, steps);
  }

  async write(): Promise<void> {
    for (const { name, text, batches } of this.steps) {
      await Promise.all(
        this.clients.map(async (client, place) => {
          for (let batch = place; batch < batches; batch += CONNECTIONS)
            await client.query({ name, text, values: [batch] });
        }),
      );
    }
  }

  async end(): Promise<void> {
    for (const client of this.clients) await client.end();
  }
}

/** @returns how many batches there are of it */
async function keepOne(client: Client, table: string, select: string): Promise<number> {
  await client.query(
    `create table kept.${table} as select (row_number() over () - 1) / ${AT_ONCE} as batch, r.* from (${select}) r`,
  );
  await client.query(`create index on kept.${table} (batch)`);
  await client.query(`grant select on kept.${table} to duban_system`);
  const { rows } = await client.query<{ batches: number }>(
    `select coalesce(max(batch) + 1, 0)::int as batches from kept.${table}`,
  );
  if (rows[0]!.batches === 0) throw new Error(`${table} has no rows to keep: the times would say nothing.`);
  return rows[0]!.batches;
}

async function columnsIn(client: Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns
     where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER' and is_identity = 'NO'
     order by ordinal_position`,
    [table],
  );
  return rows.map(({ name }) => name);
}
