import { randomBytes } from 'node:crypto';
import { useTestDatabase } from '@duban/testing';
import { Client } from 'pg';
import { applicationDataSource, ownerDataSource } from './data-source';
import { migrate } from './migrate';
import { MIGRATIONS } from './migrations';
import { ROLES } from './security/acting';
import { Transactor } from './transactor';

const NAMES = MIGRATIONS.map((migration) => migration.name);

/** All that a migration makes, by name and definition. */
const SCHEMA = `
  select 'column' as kind, table_name || '.' || column_name as name,
    data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') as definition
  from information_schema.columns where table_schema = 'public'
  union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'public'::regnamespace
  union all select 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid)
  from pg_index where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
  union all select 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
  union all select 'right', relname, coalesce(relacl::text, '') from pg_class
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'S') and relname not like '%migrations%'
  order by 1, 2`;

describe('migrate', () => {
  const database = useTestDatabase();
  const made: string[] = [];

  async function onServer(statement: string): Promise<void> {
    const client = new Client({ connectionString: database.url });
    await client.connect();
    await client.query(statement);
    await client.end();
  }
  async function emptyDatabase(): Promise<string> {
    const url = new URL(database.url);
    const name = `${url.pathname.slice(1)}_${made.length}`;
    made.push(name);
    await onServer(`create database ${name} template template0 encoding 'UTF8'`);
    url.pathname = `/${name}`;
    return url.toString();
  }
  async function schemaOf(url: string): Promise<{ kind: string; name: string }[]> {
    const owner = await ownerDataSource(url).initialize();
    try {
      return await owner.query(SCHEMA);
    } finally {
      await owner.destroy();
    }
  }
  // Before the spec's own database goes, which is the way to the server.
  afterEach(async () => {
    for (const name of made.splice(0)) await onServer(`drop database if exists ${name} with (force)`);
  });

  it('is done once by processes that start together, and all of them wait for it', async () => {
    const url = await emptyDatabase();
    const runs = await Promise.all(Array.from({ length: 4 }, () => migrate(url)));
    expect(runs.sort((a, b) => b.length - a.length)).toEqual([NAMES, [], [], []]);
    expect(await schemaOf(url)).toEqual(await schemaOf(database.url));
  });

  it('is done by an owner who is no superuser and was given the roles, twice, and rights hold there as well', async () => {
    const owner = `owner_${randomBytes(4).toString('hex')}`;
    await onServer(`create role ${owner} login password 'spec'`);
    try {
      for (const role of ['duban_app', ...ROLES]) await onServer(`grant ${role} to ${owner}`);
      const url = new URL(await emptyDatabase());
      await onServer(`alter database ${url.pathname.slice(1)} owner to ${owner}`);
      Object.assign(url, { username: owner, password: 'spec' });
      expect(await migrate(url.toString())).toEqual(NAMES);
      const session = await ownerDataSource(url.toString()).initialize();
      await session.query(`update table_security set digest = 'of before'`);
      await session.destroy();
      expect(await migrate(url.toString())).toEqual([]);
      const source = await applicationDataSource(url.toString(), []).initialize();
      try {
        await expect(source.query(`select from task`)).rejects.toThrow('permission denied');
        const transactor = new Transactor(source);
        expect(await transactor.run((tx) => tx.query(`select from task`))).toEqual([]);
        const contact = { personId: null, post: 'contact', unitId: null };
        await expect(transactor.as(contact, (tx) => tx.query(`update obligation set state = ''`))).rejects.toThrow(
          'permission denied',
        );
      } finally {
        await source.destroy();
      }
      for (const name of made.splice(0)) await onServer(`drop database ${name} with (force)`);
    } finally {
      await onServer(`drop role if exists ${owner}`);
    }
  });

  it('does nothing the second time', async () => {
    const url = await emptyDatabase();
    expect(await migrate(url)).toEqual(NAMES);
    const before = await schemaOf(url);
    expect(await migrate(url)).toEqual([]);
    expect(await schemaOf(url)).toEqual(before);
  });

  it('takes its turn between the transactions of processes that serve, and breaks none of them', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const serving = new Client({ connectionString: url });
    const looking = new Client({ connectionString: url });
    await Promise.all([serving.connect(), looking.connect()]);
    try {
      await looking.query(`update table_security set digest = 'of before'`);
      await serving.query('begin');
      await serving.query('select from task');
      const migrating = migrate(url);
      // Before it has come to the table, and while it waits for it and begins again, the others are free.
      const seen = new Set<string>();
      for (let round = 0; seen.size < 2 || round < 5; round++) {
        const { rows } = await looking.query<{ transaction: string }>(
          `select l.virtualtransaction as transaction from pg_locks l join pg_stat_activity a using (pid)
           where not l.granted and l.relation is not null and a.datname = current_database()`,
        );
        rows.forEach(({ transaction }) => seen.add(transaction));
        for (const table of ['application', 'assignment', 'obligation', 'unit']) {
          await serving.query(`select from ${table}`);
        }
      }
      await serving.query('commit');
      expect(await migrating).toEqual([]);
      const { rows } = await looking.query(`select from table_security where digest <> 'of before'`);
      expect(rows).toHaveLength(1);
    } finally {
      await Promise.all([serving.end(), looking.end()]);
    }
  });

  it('by an earlier version leaves the rights of a later one as they are', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const owner = await ownerDataSource(url).initialize();
    try {
      await owner.query(`insert into migrations (timestamp, name) values (9999999999999, 'OfLater9999999999999')`);
      await owner.query(`create table of_later (id int)`);
      await owner.query(`grant select on of_later to duban_system`);
      await owner.query(`update table_security set digest = 'of later'`);
      expect(await migrate(url)).toEqual([]);
      const [{ digest, sees }] = await owner.query(
        `select digest, has_table_privilege('duban_system', 'of_later', 'select') as sees from table_security`,
      );
      expect([digest, sees]).toEqual(['of later', true]);
    } finally {
      await owner.destroy();
    }
  });

  it('goes up, down and up again to the same schema', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const first = await schemaOf(url);
    expect(first.length).toBeGreaterThan(200);
    const owner = await ownerDataSource(url).initialize();
    try {
      for (const _ of MIGRATIONS) await owner.undoLastMigration();
    } finally {
      await owner.destroy();
    }
    const left = (await schemaOf(url)).filter((one) => !JSON.stringify(one).includes('migrations'));
    expect(left).toEqual([]);
    expect(await migrate(url)).toEqual(NAMES);
    expect(await schemaOf(url)).toEqual(first);
  });

  it('is never renamed or taken out once it has landed: names are unique and in the order of their stamps', () => {
    const stamps = NAMES.map((name) => Number(/\d{13}$/.exec(name)?.[0]));
    expect(stamps).toEqual([...new Set(stamps)].sort());
  });
});
