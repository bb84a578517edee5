import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applicationDataSource, migrate, readings, Standby, standbyDataSource, Transactor } from '@duban/database';
import { type TestDatabase, until } from '@duban/testing';
import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BadLine } from '../../cli/src/chaos/bad-line';
import { DebianPostgres } from '../../cli/src/sizes/debian-postgres';
import { findProgram } from '../../cli/src/sizes/started';
import { CONTROLLERS } from '../src/api.module';
import { routesOf } from '../src/routes';
import { Edge, expectProblem, type Json } from './edge';
import { ASKERS, matterOf, type Matters, openMatters, RELATIONS, requestTo } from './rights-matrix';

/** What grows by being asked, since a restricted matter is in it, or tells of the session that asks. */
const GROWING = new Set(['/history', '/history/extract', '/tasks/{id}/history', '/sessions']);
const QUESTIONS = routesOf([...CONTROLLERS.always, ...CONTROLLERS.withDemonstrationClock]).filter(
  ({ method, needs }) => method === 'GET' && needs !== null,
);
const OFFICE = { personId: null, post: 'office', unitId: null };

const isInstalled = (): boolean => {
  try {
    return Boolean(findProgram('pg_basebackup', 'postgresql'));
  } catch {
    return false;
  }
};
if (!isInstalled()) console.warn('SKIPPED "A standby": needs pg_basebackup (Debian: apt-get install postgresql)');

/** What differs from one asking to the next. */
const steady = (text: string): string =>
  text.replaceAll(/"(requestId|lastUsedAt|token|url|expiresAt)":"[^"]*"/g, '"$1":""');

(isInstalled() ? describe : describe.skip)('A standby that follows the primary', () => {
  const home = mkdtempSync(join(tmpdir(), 'duban-standby-'));
  const close: (() => Promise<unknown>)[] = [];
  const warnings: string[] = [];
  let primary: DebianPostgres;
  let standby: DebianPostgres;
  let line: BadLine;
  let matters: Matters;
  let edge: Edge;

  beforeAll(async () => {
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((words: unknown) => void warnings.push(String(words)));
    primary = await DebianPostgres.begin(home, 'primary');
    close.push(() => primary.end());
    await migrate(primary.url);
    standby = await primary.standby(home, 'standby');
    close.push(() => standby.end());
    line = await BadLine.to(standby.port);
    close.push(() => line.end());
    const database = await databaseAt(primary.url);
    close.push(
      () => database.source.destroy(),
      () => database.applicationSource.destroy(),
    );
    const settings = {
      DATABASE_URL: primary.url,
      DATABASE_READ_URL: standby.url.replace(`:${standby.port}/`, `:${line.port}/`),
    };
    const opened = await openMatters(database, settings);
    edge = opened.edge;
    matters = opened.matters;
    close.push(() => edge.close());
  });
  beforeEach(() => void warnings.splice(0));
  afterAll(async () => {
    for (const one of close.reverse()) await one();
    rmSync(home, { recursive: true, force: true });
    jest.restoreAllMocks();
  });

  const server = (): Standby => edge.app.get(Standby, { strict: false });
  /** How many reads each has answered in the course of some work. */
  const answeredIn = async (work: () => Promise<unknown>): Promise<{ standby: number; primary: number }> => {
    const before = { ...server().answered };
    await work();
    const { standby: there, primary: here } = server().answered;
    return { standby: there - before.standby, primary: here - before.primary };
  };
  const isAnswering = (): Promise<boolean> =>
    until(async () => (await answeredIn(async () => (await edge.as('office')).get('/plans'))).standby > 0, 20_000);
  const name = async (who: string): Promise<Json> => (await edge.as(who)).get('/persons?limit=200');
  const rename = async (to: string): Promise<void> => {
    await (await edge.as('admin')).do('PATCH', '/persons/officer', { json: { displayName: to } });
  };
  const nameOf = async (who: string): Promise<string> =>
    (await name(who)).items.find((person: Json) => person.username === 'officer').displayName;

  it('answers every question as the primary does, to every post, and writes nothing', async () => {
    const alone = await databaseAt(primary.url);
    const other = await Edge.open(alone, {});
    await isAnswering();
    const onPrimary = new Set<string>();
    const differing: string[] = [];
    for (const route of QUESTIONS) {
      const ask = async (): Promise<void> => {
        for (const who of ['office', 'auditor', 'LD04.contact'] satisfies (keyof typeof ASKERS)[]) {
          for (const relation of matterOf(route) ? RELATIONS : [null]) {
            const request = requestTo(route, relation, matters, false, who);
            if (!request) continue;
            const given = await (await edge.as(who)).ask(...request);
            const expected = await (await other.as(who)).ask(...request);
            const isSame = GROWING.has(route.path) || steady(given.text) === steady(expected.text);
            if (given.status !== expected.status || !isSame)
              differing.push(
                `${route.path} ${who} ${relation}: ${given.text.slice(0, 200)} / ${expected.text.slice(0, 200)}`,
              );
          }
        }
      };
      // On a machine that has much to do the standby is behind now and then; what writes is never answered by it.
      onPrimary.add(route.path);
      for (let attempt = 0; attempt < 5 && onPrimary.has(route.path); attempt++) {
        await isAnswering();
        if ((await answeredIn(ask)).primary === 0) onPrimary.delete(route.path);
      }
    }
    await other.close();
    await alone.source.destroy();
    await alone.applicationSource.destroy();
    expect(differing).toEqual([]);
    expect([...onPrimary]).toEqual([]);
    expect(warnings.filter((words) => words.includes('done again'))).toEqual([]);
  });

  it('answers whoever reads after a write with what was written, whoever wrote', async () => {
    const names = Array.from({ length: 20 }, (_, i) => `科员${i}`);
    const told: string[] = [];
    const asked = await answeredIn(async () => {
      for (const given of names) {
        await rename(given);
        expect(await nameOf('admin')).toBe(given);
        told.push(await nameOf('auditor'));
      }
    });
    expect(told).toEqual(names);
    expect(asked.standby).toBeGreaterThan(0);
  });

  it('does not answer while it is behind: the primary does, and nothing goes back in time', async () => {
    await isAnswering();
    await standby.ask('select pg_wal_replay_pause()', [], 'postgres');
    await rename('落后之后');
    const asked = await answeredIn(async () => {
      for (let i = 0; i < 5; i++) for (const who of ['admin', 'auditor']) expect(await nameOf(who)).toBe('落后之后');
    });
    expect(asked).toEqual({ standby: 0, primary: 10 });
    expect((await edge.nobody().ask('GET', '/readyz')).body).toMatchObject({
      status: 'ready',
      checks: { standby: 'behind' },
    });
    const metrics = await edge.nobody().ask('GET', '/metrics');
    expect(metrics.text).toMatch(/^duban_standby_follows 0$/m);
    expect(metrics.text).toMatch(/^duban_reads_total\{server="primary"\} [1-9]/m);

    // What it does not have is refused by the primary, what there is not by whoever answers.
    const [task] = (await (await edge.as('office')).get('/tasks')).items;
    expect(await (await edge.as('office')).get(`/tasks/${task.id}`)).toMatchObject({ id: task.id });
    await standby.ask('select pg_wal_replay_resume()', [], 'postgres');
    await isAnswering();
    expect(await nameOf('auditor')).toBe('落后之后');
    expectProblem(
      await (await edge.as('office')).ask('GET', '/tasks/019b0000-0000-7000-8000-000000000001'),
      404,
      'TASK.UNKNOWN',
    );
    expect((await edge.nobody().ask('GET', '/readyz')).body.checks.standby).toBe('follows');
  });

  it('may be killed while it is asked, and come again: nobody hears of it', async () => {
    await isAnswering();
    let isOver = false;
    const statuses = new Set<number>();
    const asking = Array.from({ length: 8 }, async (_, i) => {
      const office = await edge.as(i % 2 ? 'office' : 'LD04.contact');
      while (!isOver)
        statuses.add((await office.ask('GET', ['/tasks', '/obligations', '/units', '/plans'][i % 4]!)).status);
    });
    try {
      const during = await answeredIn(async () => {
        const since = server().answered.standby;
        await until(() => server().answered.standby > since + 20);
        await standby.end('SIGKILL');
        await until(() => server().state === 'away');
      });
      expect(during.standby).toBeGreaterThan(0);
      expect((await edge.nobody().ask('GET', '/readyz')).body).toMatchObject({
        status: 'ready',
        checks: { standby: 'away' },
      });
      await standby.start();
      await isAnswering();
    } finally {
      isOver = true;
      await Promise.all(asking);
    }
    expect([...statuses]).toEqual([200]);
  });

  it('may fall silent in the midst of an answer: who waits is answered by the primary', async () => {
    await isAnswering();
    const begun = performance.now();
    line.slow(8_000);
    const asked = await answeredIn(async () => {
      const office = await edge.as('office');
      const answers = await Promise.all(Array.from({ length: 6 }, () => office.ask('GET', '/tasks')));
      expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
    });
    expect(asked).toEqual({ standby: 0, primary: 6 });
    expect(performance.now() - begun).toBeLessThan(8_000);
    line.mend();
    line.cut();
    await isAnswering();
  });

  it('does what writes on the primary, and what reads after that', async () => {
    const { transactor, position } = await ground();
    const reading = { isNamed: false, upTo: position };
    const [server1, server2] = await readings.run(reading, async () => {
      const first = await transactor.as(OFFICE, (tx) => tx.query(`select pg_is_in_recovery() as "isStandby"`));
      await transactor.as(OFFICE, (tx) =>
        tx.query(`insert into saved_search (id, person_id, name, filter, created_at)
        select gen_random_uuid(), id, 'a', '{}', now() from person where false`),
      );
      return [first, await transactor.as(OFFICE, (tx) => tx.query(`select pg_is_in_recovery() as "isStandby"`))];
    });
    expect([server1, server2]).toEqual([[{ isStandby: true }], [{ isStandby: false }]]);
    expect(warnings).toEqual([expect.stringContaining('read-only transaction')]);
  });

  it('is no standby where it is another server, or one that was promoted', async () => {
    const another = await DebianPostgres.begin(home, 'another');
    try {
      await migrate(another.url);
      for (const url of [another.url, primary.url]) {
        const { transactor, position, reads } = await ground(url);
        const [row] = await readings.run({ isNamed: false, upTo: position }, () =>
          transactor.as(OFFICE, (tx) => tx.query(`select inet_server_port() as port`)),
        );
        expect(row).toEqual({ port: primary.port });
        expect(reads.state).toBe('not_of_primary');
      }
      await standby.ask('select pg_promote()', [], 'postgres');
      const { transactor, position, reads } = await ground();
      await readings.run({ isNamed: false, upTo: position }, () => transactor.as(OFFICE, (tx) => tx.query('select 1')));
      expect(reads.state).toBe('not_of_primary');
    } finally {
      await another.end();
    }
  });

  /** A process of its own, as it begins a request. */
  async function ground(readUrl = standby.url) {
    const source = await applicationDataSource(primary.url, []).initialize();
    const reads = new Standby(standbyDataSource(readUrl, []));
    close.push(
      () => source.destroy(),
      () => reads.close(),
    );
    const transactor = new Transactor(source, reads);
    return { transactor, reads, position: await transactor.run((tx) => transactor.position(tx)) };
  }
});

async function databaseAt(url: string): Promise<TestDatabase> {
  const applicationSource = await applicationDataSource(url, []).initialize();
  const source = await new DataSource({
    type: 'postgres',
    url,
    poolSize: 5,
    applicationName: 'duban-spec',
    extra: { options: '-c role=duban_system' },
  }).initialize();
  return { url, source, applicationSource, transactor: new Transactor(applicationSource) };
}
