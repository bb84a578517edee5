import { describeWithRedis, type TestRedis, until, useTestDatabase } from '@duban/testing';
import { MailServer } from '../../../libs/notifications/test/mail-server';
import { type DubanProcess, endLeftovers, ensureBuilt, type Environment } from './duban-process';
import { Gate, openGates } from './gate';
import { file, get, post, signIn } from './http';
import { Office, PASSWORD } from './office-year';

const CLEAN = { code: 0, signal: null };
/** A supervisor of processes usually kills after thirty seconds. */
const PATIENCE_MS = 25_000;

// Each starts several processes, one after another, and a gate waits up to a minute.
jest.setTimeout(300_000);

beforeAll(ensureBuilt, 120_000);
afterEach(async () => {
  await openGates();
  await endLeftovers();
});

describe('the server size with its queue on Postgres', () => {
  serverSize({});
});

describeWithRedis('the server size with its queue on Redis', (redis) => {
  serverSize(
    {
      get REDIS_URL() {
        return redis.url;
      },
    },
    redis,
  );
});

function serverSize(queue: Environment, redis?: TestRedis): void {
  const database = useTestDatabase();
  const office = new Office(database, queue);

  beforeAll(async () => {
    const api = office.api();
    await office.issueSample(await office.address(api));
    api.kill('SIGTERM');
    await api.ended;
    expect(office.signing).toBeGreaterThan(200);
  });

  it('follows up once, however often a worker is killed in the middle', async () => {
    await office.makeDue('killed');
    const all = Object.entries(await places('killed'));
    // The places are Postgres's own matter: with the queue on Redis some will do.
    for (const [place, statements] of redis ? all.slice(0, 2) : all) {
      const gate = await Gate.close(database.url, statements);
      const worker = office.worker();
      await gate.isMet();
      worker.kill('SIGKILL');
      expect([place, (await worker.ended).signal]).toEqual([place, 'SIGKILL']);
      await gate.open();
    }
    expect(await office.left('killed')).toBeGreaterThan(0);
    // And at whatever it is just about.
    const worker = office.worker();
    const before = await office.left('killed');
    await until(async () => (await office.left('killed')) < before);
    worker.kill('SIGKILL');
    await worker.ended;

    // Killed after its sweep and before the digests: the next one makes them, and nobody hears of a matter twice. The
    // gate is closed before the sweep: one that is quick would have all of its digests made behind it.
    const gate = await Gate.close(database.url, ['lock table digest in share mode']);
    const last = office.worker();
    await office.isSwept('killed');
    await expectEverythingOnce('killed');
    await office.passHalfAnHour();
    await gate.isMet();
    last.kill('SIGKILL');
    await last.ended;
    await gate.open();
    const next = office.worker();
    await until(async () => (await office.count('from notification where composed_at is null')) === 0);
    expect(await office.toldTwice()).toBe(0);
    next.kill('SIGTERM');
    expect(await next.ended).toEqual(CLEAN);
    expect(errorsOf(next)).toEqual([]);
  });

  it('follows up once with two workers, one of which is killed', async () => {
    await office.makeDue('two');
    const gate = await Gate.close(database.url, [NUMBERS]);
    const [one, other] = [office.worker(), office.worker()];
    await gate.isMet(2);
    one.kill('SIGKILL');
    await one.ended;
    await gate.open();
    await office.isSwept('two');
    await expectEverythingOnce('two');
    other.kill('SIGTERM');
    expect(await other.ended).toEqual(CLEAN);
  });

  it('finishes the sweep in hand when it is asked to end', async () => {
    await office.makeDue('asked');
    const gate = await Gate.close(database.url, [await followUpOf('asked', 700)]);
    const worker = office.worker();
    await gate.isMet();
    expect(await office.left('asked')).toBeLessThan(office.signing * 5);
    worker.kill('SIGTERM');
    await gate.open();
    const asked = Date.now();
    expect(await worker.ended).toEqual(CLEAN);
    expect(Date.now() - asked).toBeLessThan(PATIENCE_MS);
    expect(await office.left('asked')).toBe(0);
    await expectEverythingOnce('asked');
    expect(errorsOf(worker)).toEqual([]);
  });

  it('records a mail that is under way when it is asked to end, and does not send it again', async () => {
    const mail = new MailServer();
    await mail.start();
    try {
      let answer = (): void => undefined;
      let asked = 0;
      mail.onMessage = () => {
        asked++;
        return new Promise((resolve) => (answer = resolve));
      };
      await office.query(`update person set email = 'ld01@example.org' where username = 'LD01.contact'`);
      await office.passHalfAnHour();
      await office.makeDue('mail');
      const worker = office.worker({ SMTP_URL: mail.url });
      await until(() => asked === 1);
      worker.kill('SIGTERM');
      answer();
      expect(await worker.ended).toEqual(CLEAN);
      const deliveries = `select state, attempts, last_error from delivery where channel = 'smtp'`;
      expect(await office.query(deliveries)).toEqual([{ state: 'sent', attempts: 1, last_error: null }]);

      await office.makeDue('later');
      const next = office.worker({ SMTP_URL: mail.url });
      await office.isSwept('later');
      next.kill('SIGTERM');
      expect(await next.ended).toEqual(CLEAN);
      expect([asked, mail.mails.length]).toEqual([1, 1]);
      expect(await office.query(deliveries)).toHaveLength(1);
    } finally {
      await mail.stop();
    }
  });

  it('reads a long document that the api has taken in, even where the job that names it was lost', async () => {
    const api = office.api();
    const url = await office.address(api);
    const token = await signIn(url, 'office', PASSWORD);
    const other = '各有关单位：\n现将近期会议安排通知如下，请准时参加。\n'.repeat(18_000);
    const long = file('long.txt', other + office.document);
    const { id, state } = await post<{ id: string; state: string }>(url, token, '/plans', long);
    expect(state).toBe('queued');
    await redis?.flush();
    const worker = office.worker();
    const asked = (): Promise<{ state: string; planId: string }> => get(url, token, `/plan-imports/${id}`);
    await until(async () => (await asked()).state === 'drafted');
    const plan = await get<{ tasks: object[] }>(url, token, `/plans/${(await asked()).planId}`);
    expect(plan.tasks.length).toBeGreaterThan(30);
    for (const process of [worker, api]) {
      process.kill('SIGTERM');
      expect(await process.ended).toEqual(CLEAN);
      expect(errorsOf(process)).toEqual([]);
    }
  });

  it('answers the request in hand when the api is asked to end', async () => {
    const api = office.api();
    const url = await office.address(api);
    const gate = await Gate.close(database.url, ['lock table session in share mode']);
    const signedIn = signIn(url, 'office', PASSWORD);
    await gate.isMet();
    api.kill('SIGTERM');
    await until(() => refuses(url), 10_000, 'an api that takes no more requests');
    await gate.open();
    expect(await signedIn).toMatch(/\S{20,}/);
    // Although the client would keep its connection.
    await until(() => api.hasEnded, PATIENCE_MS, 'the end of the api');
    expect(await api.ended).toEqual(CLEAN);
  });

  if (redis) {
    it('goes on when Redis forgets everything in the middle, and when it is away', async () => {
      await office.makeDue('flushed');
      let gate = await Gate.close(database.url, [await followUpOf('flushed', 300)]);
      const worker = office.worker();
      await gate.isMet();
      await redis.flush();
      await gate.open();
      await office.isSwept('flushed');
      await office.makeDue('forgotten');
      await office.isSwept('forgotten');

      await office.makeDue('away');
      gate = await Gate.close(database.url, [await followUpOf('away', 300)]);
      await gate.isMet();
      await redis.stop();
      await gate.open();
      await office.isSwept('away');
      await office.makeDue('without');
      await office.isSwept('without');
      for (const name of ['flushed', 'forgotten', 'away', 'without']) await expectEverythingOnce(name);

      worker.kill('SIGTERM');
      expect(await worker.ended).toEqual(CLEAN);
      await redis.start();
    });
  }

  async function expectEverythingOnce(name: string): Promise<void> {
    expect([name, await office.outcome(name)]).toEqual([name, office.everythingOnce]);
    const numbers = await office.noticeNumbers();
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  }

  /** Where a sweep can be stopped: before each of its statements that writes. The first lets one batch pass. */
  async function places(name: string): Promise<Record<string, string[]>> {
    return {
      'between two follow-ups of the second batch': [await followUpOf(name, 300)],
      'before the notices are numbered': [NUMBERS],
      'before the notices are written': ['lock table supervision_notice in share mode'],
      'before the follow-ups': ['lock table follow_up in share mode'],
      'before the history': ['lock table history_event in share mode'],
      'before the notifications': ['lock table notification in share mode'],
    };
  }

  /** The same follow-up as the sweep will write for the duty at a place of its order, as if by another worker. */
  async function followUpOf(name: string, place: number): Promise<string> {
    const [row] = await office.query<{ id: string; rung: string; post: string }>(
      `select o.id, o.next_rung as rung, p.id as post from obligation o
         join post p on p.unit_id = o.unit_id and p.kind = 'contact'
       where o.subject like $1 || ' %' and o.last_rung is null
       order by o.next_rung_at, o.id offset $2 limit 1`,
      [name, place],
    );
    // Without the check of the foreign key, which would lock the duty, and the sweep goes around a locked one.
    return `set local session_replication_role = replica;
      insert into follow_up (id, obligation_id, deadline_version, rung, kind, recipient_post_id, is_copy, planned_at,
        fired_at, collapsed)
      values (gen_random_uuid(), '${row!.id}', 1, '${row!.rung}', 'urge', '${row!.post}', false, now(), now(), '{}')`;
  }
}

/** The row from which the next numbers are taken. */
const NUMBERS = `
  insert into number_series select id, 'supervision_notice.blue', 2026, 0 from jurisdiction
  on conflict (jurisdiction_id, series, year) do update set last = number_series.last`;

async function refuses(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    (response) => response.status === 503,
    () => true,
  );
}

function errorsOf({ stdout, stderr }: DubanProcess): string[] {
  const lines = stdout.split('\n').filter((line) => line !== '');
  return [...lines.filter((line) => (JSON.parse(line) as { level: number }).level >= 50), ...stderr.split('\n')].filter(
    (line) => line !== '',
  );
}
