import { until, useTestDatabase } from '@duban/testing';
import { Client } from 'pg';
import type { EntityManager } from 'typeorm';
import { isDatabaseAway } from './away';
import { postgresCode } from './transactor';

describe('Transactor', () => {
  const database = useTestDatabase();
  const IDS = ['alpha', 'beta'] as const;
  beforeAll(async () => {
    for (const id of IDS) {
      await database.source.query(
        `insert into jurisdiction (id, name, time_zone, created_at) values (gen_random_uuid(), $1, '0', now())`,
        [id],
      );
    }
  });
  const count = (tx: Pick<EntityManager, 'query'>, id: string) =>
    tx.query(`update jurisdiction set time_zone = (time_zone::int + 1)::text where name = $1`, [id]);
  const counts = async () => {
    const rows: { n: number }[] = await database.source.query(
      `select time_zone::int as n from jurisdiction order by name`,
    );
    return rows.map(({ n }) => n);
  };

  it('has nothing compiled, which took half a second of each short statement among many tasks', async () => {
    expect(await database.transactor.run((tx) => tx.query('show jit'))).toEqual([{ jit: 'off' }]);
  });

  it('commits all of the work or nothing', async () => {
    const work = database.transactor.run(async (tx) => {
      await count(tx, 'alpha');
      throw new Error('half-way');
    });
    await expect(work).rejects.toThrow('half-way');
    expect(await counts()).toEqual([0, 0]);
  });

  it.each([
    ['while a statement runs', (tx: EntityManager) => tx.query('select pg_sleep(20)')],
    ['between two statements, as others take for a fault of their own', ended],
    ['before the commit', ended],
  ])('says that the database is away where a connection ends %s', async (when, work) => {
    const owner = new Client(database.url);
    await owner.connect();
    const failure = database.transactor
      .run(async (tx) => {
        const [{ pid }] = await tx.query('select pg_backend_pid() as pid');
        await Promise.all([work(tx), owner.query('select pg_terminate_backend($1)', [pid])]);
        if (when.startsWith('between')) await tx.query('select 1');
      })
      .catch((reason: unknown) => reason);
    const error = await failure;
    await owner.end();
    expect([error, isDatabaseAway(error)]).toEqual([expect.any(Error), true]);
  });
  /** Until the connection's end has come to be known here. */
  async function ended(tx: EntityManager): Promise<void> {
    await until(() => tx.queryRunner!.isReleased);
  }

  it("runs a deadlock's victim again, whole, and once only", async () => {
    let tries = 0;
    let arrived = 0;
    let bothArrived = (): void => undefined;
    const both = new Promise<void>((resolve) => (bothArrived = resolve));
    const inOrder = (first: string, second: string) =>
      database.transactor.run(async (tx) => {
        tries++;
        await count(tx, first);
        if (++arrived === 2) bothArrived();
        await both;
        await count(tx, second);
      });
    await Promise.all([inOrder('alpha', 'beta'), inOrder('beta', 'alpha')]);
    expect(tries).toBe(3);
    expect(await counts()).toEqual([2, 2]);
  });

  it.each([
    ['40001', 4],
    ['40P01', 4],
    ['23505', 1],
    ['55P03', 1],
  ])('tries work that always fails by %s %i times in all', async (code, times) => {
    let tries = 0;
    const work = database.transactor.run((tx) => {
      tries++;
      return tx.query(`do $$ begin raise exception 'no' using errcode = '${code}'; end $$`);
    });
    const error = await work.catch((reason: unknown) => reason);
    expect(postgresCode(error)).toBe(code);
    expect(tries).toBe(times);
  });

  it('gives up at once on an error of the work itself, whatever its code', async () => {
    let tries = 0;
    const refusal = Object.assign(new Error('refused'), { code: '40001' });
    const work = database.transactor.run(() => {
      tries++;
      return Promise.reject(refusal);
    });
    await expect(work).rejects.toBe(refusal);
    expect(tries).toBe(1);
  });

  it('works as a role that owns nothing', async () => {
    const [row] = await database.transactor.run((tx) =>
      tx.query(
        `select current_user as role, rolsuper as super,
           (select count(*)::int from pg_tables where tableowner = current_user) as tables
         from pg_roles where rolname = current_user`,
      ),
    );
    expect(row).toEqual({ role: 'duban_system', super: false, tables: 0 });
  });
});
