import { until } from '@duban/testing';
import fc from 'fast-check';
import { Client } from 'pg';
import { actorOf, DEMO_PASSWORD, useDirectory } from '../../test/directory-fixture';
import { sampleUnits } from '../../test/sample-units';
import { accountSubject, lockSeconds } from './lock-out';
import { presetPolicy } from './sign-in-policy';

const { lockOut } = presetPolicy(false);
const WAITING = `select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`;
const HERE = { kind: 'bearer', address: '10.0.0.7', device: null } as const;

describe('lockSeconds', () => {
  it('is none for ten failures but the last of them, five minutes for that, then twice as long each time', () => {
    const minutes = [8, 9, 10, 11, 12, 13, 14, 15, 1000].map((n) => lockSeconds(n, lockOut.tries, lockOut) / 60);
    expect(minutes).toEqual([0, 0, 5, 10, 20, 40, 60, 60, 60]);
  });

  it('never falls, and never passes the limit', () => {
    fc.assert(
      fc.property(fc.nat(10_000), fc.integer({ min: 3, max: 100 }), (failures, tries) => {
        const [now, next] = [failures, failures + 1].map((n) => lockSeconds(n, tries, lockOut)) as [number, number];
        expect(next).toBeGreaterThanOrEqual(now);
        expect(next).toBeLessThanOrEqual(lockOut.mostMinutes * 60);
      }),
    );
  });
});

describe('a lock-out', () => {
  const t = useDirectory();
  const wrong = { code: 'SESSION.WRONG_CREDENTIALS' };
  const locked = { kind: 'throttled', code: 'SESSION.TOO_MANY_TRIES' };
  // A service of its own each time: one process knows nothing of another.
  const guess = (username: string, password = 'a guess', origin = { ...HERE, address: null as string | null }) =>
    t.signIns().signIn(username, password, 'request-9', origin);
  const expire = (username: string) =>
    t.query(`update sign_in_guess set locked_until = now() where subject = $1`, [accountSubject(username)]);

  beforeAll(async () => {
    await t.run((tx) => t.accounts.ensureGovernmentAccounts(tx, t.clock.now()));
    await t.run((tx) => t.imports.import(tx, actorOf('admin'), t.clock.now(), sampleUnits()));
  });

  it('holds over all processes, whoever counts, and is recorded once', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 14 }, () => guess('Y01.head')));
    const codes = tries.map((one) => (one.status === 'rejected' ? one.reason.code : 'signed in'));
    expect(codes.filter((code) => code === wrong.code)).toHaveLength(10);
    expect(codes.filter((code) => code === locked.code)).toHaveLength(4);
    await expect(guess('Y01.head', DEMO_PASSWORD)).rejects.toMatchObject({
      ...locked,
      details: { retryAfterSeconds: expect.any(Number) },
    });
    const events = (await t.events()).filter(({ after }) => after?.['username'] === 'Y01.head');
    expect(events.filter(({ type }) => type === 'person.sign_in_failed')).toHaveLength(10);
    expect(events.filter(({ type }) => type === 'person.locked')).toMatchObject([{ reason: 'for 300 seconds' }]);
  });

  it('is longer the next time, and forgotten by a success', async () => {
    await expire('Y01.head');
    await expect(guess('Y01.head')).rejects.toMatchObject(wrong);
    const [{ minutes }] = await t.query(
      `select round(extract(epoch from locked_until - now()) / 60)::int as minutes from sign_in_guess where subject = $1`,
      [accountSubject('Y01.head')],
    );
    expect(minutes).toBe(10);
    await expire('Y01.head');
    expect(await guess('Y01.head', DEMO_PASSWORD)).toMatchObject({ needs: null });
    for (let i = 0; i < 9; i++) await expect(guess('Y01.head')).rejects.toMatchObject(wrong);
    expect(await guess('Y01.head', DEMO_PASSWORD)).toBeDefined();
  });

  it('is not told from that of nobody', async () => {
    for (let i = 0; i < 10; i++) await expect(guess('nobody.here')).rejects.toMatchObject(wrong);
    await expect(guess('nobody.here')).rejects.toMatchObject(locked);
  });

  it('of an address holds for every account, and lets others in', async () => {
    await t.query(`insert into sign_in_guess (subject, failures) values ('address 10.0.0.7', 99)`);
    await expect(guess('Y02.head', 'a guess', HERE)).rejects.toMatchObject(wrong);
    await expect(guess('Q01.head', DEMO_PASSWORD, HERE)).rejects.toMatchObject(locked);
    expect(await guess('Q01.head', DEMO_PASSWORD, { ...HERE, address: '10.0.0.8' })).toBeDefined();
  });

  it('does not keep out those who sign in rightly at the same time', async () => {
    const all = await Promise.all(
      Array.from({ length: 25 }, () => guess('Q02.head', DEMO_PASSWORD, { ...HERE, address: '10.0.0.10' })),
    );
    expect(all).toHaveLength(25);
  });

  it('holds for a right guess among many wrong ones that are made at once', async () => {
    await t.query(`insert into sign_in_guess (subject, failures) values ($1, 9)`, [accountSubject('Q02.contact')]);
    // It has been looked at when the tenth failure is counted, and is let in no more than if it had come later.
    const locker = new Client({ connectionString: t.database.url });
    await locker.connect();
    await locker.query('begin');
    await locker.query(`select from person where username = 'Q02.contact' for update`);
    const right = guess('Q02.contact', DEMO_PASSWORD);
    const refused = right.catch((error: unknown) => error);
    await until(async () => (await locker.query(WAITING)).rows.length > 0);
    await expect(guess('Q02.contact')).rejects.toMatchObject(wrong);
    await locker.query('commit');
    expect(await refused).toMatchObject(locked);
    await locker.end();
  });

  it('of an address is forgiven by time: in an office somebody mistypes every day', async () => {
    await t.query(
      `insert into sign_in_guess (subject, failures, last_failed_at)
       values ('address 10.0.0.9', 99, now() - interval '30 minutes')`,
    );
    await expect(guess('Y02.contact', 'a guess', { ...HERE, address: '10.0.0.9' })).rejects.toMatchObject(wrong);
    const [row] = await t.query(`select failures, locked_until from sign_in_guess where subject = 'address 10.0.0.9'`);
    expect(row.locked_until).toBeNull();
    expect(row.failures).toBeGreaterThan(45);
    expect(row.failures).toBeLessThan(51);
  });

  it('keeps no name that was typed', async () => {
    await expect(guess('my secret by mistake')).rejects.toMatchObject(wrong);
    expect(JSON.stringify(await t.query(`select * from sign_in_guess`))).not.toContain('mistake');
  });
});
