import { migrate } from '@duban/database';
import { systemClock } from '@duban/kernel';
import { loadConfig } from '@duban/platform';
import { until, useTestDatabase } from '@duban/testing';
import { Client } from 'pg';
import type { Ground } from '../../../api/src/ground.module';
import { playOnce } from './play-once';

const UNIT = `insert into jurisdiction (id, name, time_zone, created_at)
    values ('019b0000-0000-7000-8000-000000000001', '临澜市', 'Asia/Shanghai', now());
  insert into unit (id, jurisdiction_id, code, name, official_name, kind, position, from_on, created_at)
    values ('019b0000-0000-7000-8000-000000000002', '019b0000-0000-7000-8000-000000000001', 'LD01', '市发改委',
      '临澜市发展和改革委员会', 'department', 1, current_date, now())`;

describe('playOnce', () => {
  let client: Client;
  // Before the database is dropped.
  afterAll(() => client.end());
  const database = useTestDatabase();
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  const open = async (): Promise<Ground> => {
    await migrate(database.url);
    return { config: loadConfig({}), clock: systemClock, databaseUrl: database.url };
  };
  const units = async (): Promise<number> => (await client.query('select from unit')).rows.length;

  beforeAll(async () => {
    client = new Client({ connectionString: database.url });
    await client.connect();
  });

  it('throws away what one that was killed has left, and plays again from nothing', async () => {
    const killed = playOnce(
      database.url,
      open,
      async () => {
        await client.query(UNIT);
        throw new Error('killed');
      },
      say,
    );
    await expect(killed).rejects.toThrow('killed');
    expect(await units()).toBe(1);

    let found = -1;
    await playOnce(
      database.url,
      open,
      async () => {
        found = await units();
        await client.query(UNIT);
      },
      say,
    );
    expect(found).toBe(0);
    expect(said).toEqual(['throwing away a sample that was not played to its end']);
  });

  it('plays nothing into a database that is in use, and takes nothing out of it', async () => {
    let plays = 0;
    await playOnce(database.url, open, async () => void plays++, say);
    expect([plays, await units()]).toEqual([0, 1]);
  });

  it('plays nothing beside the accounts that a start without the sample has made', async () => {
    await client.query('delete from unit');
    await client.query(
      `insert into person (id, username, display_name, created_at)
       values ('019b0000-0000-7000-8000-000000000003', 'office', '督查室主任', now())`,
    );
    let plays = 0;
    await playOnce(database.url, open, async () => void plays++, say);
    expect(plays).toBe(0);
  });

  it('lets a second start wait for the first, and does not throw away what that one is playing', async () => {
    await client.query('drop schema public cascade; create schema public');
    said.length = 0;
    let plays = 0;
    const play = async (): Promise<void> => {
      plays++;
      await client.query(UNIT);
      await until(() => said.length > 0);
    };
    await Promise.all([playOnce(database.url, open, play, say), playOnce(database.url, open, play, say)]);
    expect([plays, await units()]).toEqual([1, 1]);
    expect(said).toEqual(['waiting for another duban that is playing the sample into this database']);
  });
});
