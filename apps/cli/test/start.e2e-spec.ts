import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithRedis, until, useTestDatabase } from '@duban/testing';
import { Redis } from 'ioredis';
import {
  duban,
  DubanProcess,
  endLeftovers,
  ensureBuilt,
  type Environment,
  processesOf,
  ROOT,
} from '../../worker/test/duban-process';
import { get, list, signIn } from '../../worker/test/http';

const READY = /^duban ready (http\S+)$/m;
const NOBODY = 65534;
const CLEAN = { code: 0, signal: null };

interface Dashboard {
  tasks: Record<string, number>;
  obligations: { open: number; overdue: number; dueWithin7Days: number; discharged: number };
  standingNotices: Record<string, number>;
}

const folder = mkdtempSync(join(tmpdir(), 'duban-start-'));
const start = (home: string, env: Environment = {}, args: string[] = []): DubanProcess =>
  duban(['start', ...args], { PORT: '0', DUBAN_HOME: home, ...env });
const nothingRunsIn = (home: string): Promise<boolean> =>
  until(() => processesOf(home).length === 0, 15_000, `the end of ${processesOf(home).join('; ')}`);

beforeAll(ensureBuilt, 120_000);
afterEach(endLeftovers);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('npm start', () => {
  it('plays the sample whole or not at all, once, and keeps what there is', async () => {
    const home = join(folder, 'whole');
    const env = { DUBAN_CLOCK: '2026-06-25T10:30:00+08:00' };
    const killed = start(home, env);
    await killed.says('  2026-02');
    killed.kill('SIGKILL');
    await killed.ended;
    await nothingRunsIn(home);

    const first = start(home, env);
    const url = await first.says(READY, 120_000);
    expect(first.stdout).toContain(
      'throwing away a sample that was not played to its end\nimporting the sample plan of 2026',
    );
    const password = /^Accounts, all with the password (\S+)$/m.exec(first.stdout)![1]!;
    const office = await signIn(url, 'office', password);
    const board = await get<Dashboard>(url, office, '/dashboard');
    for (const count of [
      board.tasks.verified,
      board.obligations.discharged,
      board.obligations.dueWithin7Days,
      board.obligations.overdue,
      board.standingNotices.red,
    ]) {
      expect(count).toBeGreaterThan(0);
    }
    expect(await list(url, office, '/plans')).toHaveLength(1);
    const followUps = await list<{ obligationId: string; rung: string; recipient: object }>(url, office, '/follow-ups');
    const distinct = followUps.map(({ obligationId, rung, recipient }) =>
      JSON.stringify([obligationId, rung, recipient]),
    );
    expect(new Set(distinct).size).toBe(followUps.length);
    expect(followUps.length).toBeGreaterThan(500);

    // Neither the home nor the port can be had twice.
    const port = new URL(url).port;
    const other = join(folder, 'other');
    await Promise.all([
      refuses(
        start(home, env),
        new RegExp(`^Another duban \\(process ${first.pid}\\) is using ${home}: stop it, or set DUBAN_HOME`),
      ),
      refuses(start(other, { ...env, PORT: port }), new RegExp(`^Port ${port} is in use: set PORT`)),
    ]);
    expect(existsSync(other)).toBe(false);

    first.kill('SIGTERM');
    expect(await first.ended).toEqual(CLEAN);
    expect(first.stderr).toBe('');
    await nothingRunsIn(home);
    expectStoppedInOrder(home);

    // Later, with a password of somebody's choice.
    const second = start(home, { ...env, DUBAN_DEMO_PASSWORD: 'chosen-later' });
    const again = await second.says(READY);
    expect(second.stdout).not.toMatch(/importing|throwing/);
    const signedIn = await signIn(again, 'LD01.contact', 'chosen-later');
    expect(signedIn).not.toBe('');
    await expect(signIn(again, 'office', password)).rejects.toThrow('401');
    const officeAgain = await signIn(again, 'office', 'chosen-later');
    expect(await get<Dashboard>(again, officeAgain, '/dashboard')).toEqual(board);
    expect(await list(again, officeAgain, '/follow-ups')).toHaveLength(followUps.length);
    // Ctrl-C in a terminal comes twice, from the terminal and from npm.
    second.kill('SIGINT');
    second.kill('SIGINT');
    expect(await second.ended).toEqual(CLEAN);
    expect(second.stderr).toBe('');
    await nothingRunsIn(home);
    expectStoppedInOrder(home);
  }, 420_000);

  it('leaves nothing behind when it is ended during its first start, and starts after that', async () => {
    const home = join(folder, 'ended');
    const env = { DUBAN_CLOCK: '2026-01-22T10:30:00+08:00' };
    const exists = (file: string) => (): boolean => existsSync(join(home, file));
    const says = (words: string) => (running: DubanProcess) => running.stdout.includes(words);
    const atRandom = (most: number): ((running: DubanProcess) => boolean) => {
      const at = Date.now() + Math.random() * most;
      return () => Date.now() > at;
    };
    const moments: [NodeJS.Signals, string, () => (running: DubanProcess) => boolean][] = [
      ['SIGTERM', 'in the first half second', () => atRandom(500)],
      ['SIGINT', 'while the database is made', () => exists('postgres-password')],
      ['SIGTERM', 'while the database starts', () => exists('postgres/postmaster.pid')],
      ['SIGINT', 'while the schema is made', () => exists('duban.log')],
      ['SIGTERM', 'at the import', () => says('importing')],
      ['SIGINT', 'in the middle of the year', () => says('  2026-01')],
      ['SIGTERM', 'at any moment', () => atRandom(4_000)],
    ];
    for (const [signal, moment, isNow] of moments) {
      const running = start(home, env);
      const condition = isNow();
      await until(() => condition(running), 60_000, moment);
      running.kill(signal);
      const { code } = await running.ended;
      // Before it listens for signals a process ends of them.
      expect([moment, [null, 0, 130, 143].includes(code), running.stderr]).toEqual([moment, true, '']);
      await nothingRunsIn(home);
    }
    const last = start(home, env);
    const url = await last.says(READY);
    const office = await signIn(url, 'office', /^Accounts, all with the password (\S+)$/m.exec(last.stdout)![1]!);
    expect(await list(url, office, '/plans')).toHaveLength(1);
    expect((await list<{ kind: string }>(url, office, '/obligations')).length).toBeGreaterThan(600);
    last.kill('SIGTERM');
    expect(await last.ended).toEqual(CLEAN);
    await nothingRunsIn(home);
  }, 420_000);

  it('says in one sentence what is wrong, and leaves no process', async () => {
    const home = join(folder, 'wrong');
    const file = join(folder, 'a file');
    writeFileSync(file, '');
    const DATABASE_URL = 'postgres://nobody@127.0.0.1:1/none';
    const cases: [Environment, RegExp][] = [
      [{ DATABASE_URL }, /^The database at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/],
      [{ DATABASE_URL: 'mysql://somewhere' }, /DATABASE_URL/],
      [{ DATABASE_URL, REDIS_URL: 'http://somewhere' }, /REDIS_URL/],
      [{ DATABASE_URL, DUBAN_CLOCK: 'tomorrow' }, /DUBAN_CLOCK/],
      [{ DATABASE_URL, PORT: '99999' }, /PORT/],
      [{ DATABASE_URL, HOST: '203.0.113.1' }, /^Nobody can listen on 203\.0\.113\.1 \(EADDRNOTAVAIL\): set HOST/],
      [{ DATABASE_URL, DUBAN_DEMO_PASSWORD: 'short' }, /DUBAN_DEMO_PASSWORD/],
      [{ DATABASE_URL, DUBAN_HOME: join(file, 'home') }, /cannot be written .* set DUBAN_HOME/],
      [{ DUBAN_HOME: join(file, 'home') }, /cannot be written .* set DUBAN_HOME/],
    ];
    await Promise.all(cases.map(([env, words]) => refuses(start(home, env), words)));
    await nothingRunsIn(folder);
  });

  it('runs as an ordinary user, and before the day of issue the plan is a draft', async () => {
    if (process.getuid?.() !== 0) {
      console.warn('SKIPPED "runs as an ordinary user": only root can become somebody else, and you are one already');
      return;
    }
    const own = mkdtempSync(join(tmpdir(), 'duban-nobody-'));
    try {
      chownSync(own, NOBODY, NOBODY);
      const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--'];
      const bootstrap = join(ROOT, 'apps/cli/bootstrap.mjs');
      const command = [...asNobody, process.execPath, bootstrap];
      const canRead = new DubanProcess([...command, '--help'], { HOME: own });
      if ((await canRead.ended).code !== 0) {
        console.warn(`SKIPPED "runs as an ordinary user": nobody may not read this project: ${canRead.stderr}`);
        return;
      }
      const env = {
        HOME: own,
        PORT: '0',
        DUBAN_CLOCK: '2026-01-05T10:00:00+08:00',
        DUBAN_DEMO_PASSWORD: 'password-of-nobody',
      };
      const home = join(own, 'home');
      const running = new DubanProcess([...command, 'start'], { ...env, DUBAN_HOME: home });
      const url = await running.says(READY);
      expect(statSync(join(home, 'postgres')).uid).toBe(NOBODY);
      expect(running.stdout).toContain('importing');
      expect(running.stdout).not.toContain('issued');
      const office = await signIn(url, 'office', 'password-of-nobody');
      expect(await list(url, office, '/plans')).toMatchObject([{ state: 'draft' }]);

      const foreign = join(own, 'foreign');
      mkdirSync(foreign, { mode: 0o755 });
      const refused = new DubanProcess([...command, 'start'], { ...env, DUBAN_HOME: foreign });
      await refuses(refused, /cannot be written .* set DUBAN_HOME/);

      running.kill('SIGTERM');
      expect(await running.ended).toEqual(CLEAN);
      await nothingRunsIn(own);
    } finally {
      chmodSync(own, 0o700);
      rmSync(own, { recursive: true, force: true });
    }
  });
});

describe('npm start with a database of somebody’s own', () => {
  const database = useTestDatabase();

  it('makes its home, and leaves the sample out when it is told to', async () => {
    const home = join(folder, 'not there yet', 'home');
    const running = start(home, { DATABASE_URL: database.url, DUBAN_DEMO_PASSWORD: 'password-of-own' }, ['--empty']);
    const url = await running.says(READY);
    const office = await signIn(url, 'office', 'password-of-own');
    expect(await list(url, office, '/units')).toEqual([]);
    expect(await list(url, office, '/plans')).toEqual([]);
    expect(running.stdout).not.toContain('importing');
    running.kill('SIGINT');
    expect(await running.ended).toEqual(CLEAN);
    expect(running.stderr).toBe('');
  });
});

describeWithRedis('npm start with Redis', (redis) => {
  const database = useTestDatabase();

  it('refuses one that would drop jobs, before it plays anything', async () => {
    const client = new Redis(redis.url);
    await client.config('SET', 'maxmemory-policy', 'volatile-lru');
    client.disconnect();
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url };
    await refuses(start(join(folder, 'redis'), env), /^Redis evicts keys .* set maxmemory-policy to noeviction\.$/);
    expect(await database.source.query('select from unit')).toEqual([]);
  });
});

/** Ends with 1 and one sentence on standard error. */
async function refuses(running: DubanProcess, words: RegExp): Promise<void> {
  expect(await running.ended).toEqual({ code: 1, signal: null });
  const said = running.stderr;
  expect(said).toMatch(/^[^\n]*\.\n$/);
  expect(said.trim()).toMatch(words);
}

function expectStoppedInOrder(home: string): void {
  expect(readFileSync(join(home, 'postgres.log'), 'utf8').trim().split('\n').at(-1)).toContain(
    'database system is shut down',
  );
  expect(existsSync(join(home, 'duban.lock'))).toBe(false);
}
