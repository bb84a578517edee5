import { useTestDatabase } from '@duban/testing';
import type { EntityManager } from 'typeorm';
import { applicationDataSource, ownerDataSource } from './data-source';
import { Transactor } from './transactor';

const BUREAUS = ['019b0000-0000-7000-8000-00000000000a', '019b0000-0000-7000-8000-00000000000b'] as const;

describe('a connection that keeps statements', () => {
  const database = useTestDatabase();
  // One connection alone, so that each transaction meets what the one before has left on it.
  let transactor: Transactor;
  let close: () => Promise<unknown>;
  let asOwner: (statement: string, values?: unknown[]) => Promise<unknown>;

  beforeAll(async () => {
    const source = await applicationDataSource(database.url, [], 1).initialize();
    transactor = new Transactor(source);
    const owner = await ownerDataSource(database.url).initialize();
    asOwner = (statement, values) => owner.query(statement, values);
    close = () => Promise.all([source.destroy(), owner.destroy()]);
    await asOwner(
      `create table kept (unit_id uuid, word text);
       alter table kept enable row level security;
       create policy own on kept to duban_unit using (unit_id::text = current_setting('duban.unit'));
       create policy all_of_it on kept to duban_office, duban_system using (true);
       grant select, insert on kept to duban_unit, duban_office, duban_system`,
    );
    for (const id of BUREAUS)
      await asOwner(`insert into kept values ($1::uuid, 'a word of ' || right($1::uuid::text, 1))`, [id]);
  });
  afterAll(() => close());

  const keptOf = (tx: EntityManager, text: string): Promise<{ name: string }[]> =>
    tx.query(`select name from pg_prepared_statements where statement = '${text.replaceAll("'", "''")}'`);
  const WORDS = 'select word from kept where word like $1 order by word';
  const wordsAs = (post: string, unitId: string | null): Promise<{ word: string }[]> =>
    transactor.as({ personId: null, post, unitId }, (tx) => tx.query(WORDS, ['a word%']));

  it('shows each unit its own by the same kept statement, and the office all', async () => {
    for (let round = 0; round < 8; round++) {
      expect(await wordsAs('contact', BUREAUS[0])).toEqual([{ word: 'a word of a' }]);
      expect(await wordsAs('contact', BUREAUS[1])).toEqual([{ word: 'a word of b' }]);
      expect(await wordsAs('office', null)).toHaveLength(2);
    }
    // One for each role.
    expect(await transactor.run((tx) => keptOf(tx, WORDS))).toHaveLength(2);
  });

  it('keeps what comes often, and no statement that came twice, or has no parameters', async () => {
    const ask = (text: string, values: unknown[]) => transactor.run((tx) => tx.query(text, values));
    const OFTEN = 'select $1::int + 1 as often';
    const TWICE = 'select $1::int + 2 as twice';
    const BARE = 'select 3 as bare';
    for (let time = 0; time < 5; time++) expect(await ask(OFTEN, [time])).toEqual([{ often: time + 1 }]);
    for (let time = 0; time < 2; time++) await ask(TWICE, [time]);
    for (let time = 0; time < 5; time++) await ask(BARE, []);
    const kept = async (text: string): Promise<number> => (await transactor.run((tx) => keptOf(tx, text))).length;
    expect([await kept(OFTEN), await kept(TWICE), await kept(BARE)]).toEqual([1, 0, 0]);
  });

  it('keeps no more than the server has room for, however many statements there are', async () => {
    await transactor.run(async (tx) => {
      for (let number = 0; number < 400; number++)
        for (let time = 0; time < 3; time++) await tx.query(`select $1::int as column_${number}`, [time]);
    });
    const [row]: { n: number }[] = await transactor.run((tx) =>
      tx.query('select count(*)::int as n from pg_prepared_statements'),
    );
    expect(row?.n).toBeGreaterThan(100);
    expect(row?.n).toBeLessThanOrEqual(300);
    expect(await transactor.run((tx) => tx.query('select $1::int as still', [1]))).toEqual([{ still: 1 }]);
  });

  it('goes on when a migration changes a table under a statement that it has kept', async () => {
    const source = await applicationDataSource(database.url, [], 1).initialize();
    const other = new Transactor(source);
    const ALL = 'select * from kept where word like $1 order by word';
    let tries = 0;
    const ask = (): Promise<Record<string, unknown>[]> =>
      other.run((tx) => {
        tries++;
        return tx.query(ALL, ['a word%']);
      });
    for (let time = 0; time < 6; time++) await ask();
    await asOwner('alter table kept add column later int');
    tries = 0;
    expect((await ask())[0]).toMatchObject({ later: null });
    expect(tries).toBe(2);
    await source.destroy();
  });
});
