import { newId } from '@duban/kernel';
import { hash } from '@node-rs/argon2';
import { actorOf, DEMO_PASSWORD, useDirectory } from '../test/directory-fixture';
import { sampleUnits } from '../test/sample-units';

describe('SessionService', () => {
  const t = useDirectory();
  const at = t.clock.now();

  const signIn = (username: string, password: string) => t.signIn(username, password);
  const authenticate = (token: string) => t.run((tx) => t.sessions.authenticate(tx, token, 'request-7'));

  beforeAll(async () => {
    await t.run((tx) => t.accounts.ensureGovernmentAccounts(tx, at));
    await t.run((tx) => t.imports.import(tx, actorOf('admin'), at, sampleUnits()));
  });

  it('signs in for twelve hours of the database, whatever the clock of the supervision shows', async () => {
    const { token, expiresAt, person } = await signIn('office', DEMO_PASSWORD);
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(person).toEqual({ id: expect.any(String), username: 'office', displayName: '督查室主任' });
    const hours = (expiresAt.getTime() - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(11.9);
    expect(hours).toBeLessThan(12.1);
  });

  it('says who acts, in which post, by which request', async () => {
    const office = await signIn('office', DEMO_PASSWORD);
    expect(await authenticate(office.token)).toEqual({
      personId: office.person.id,
      name: '督查室主任',
      post: 'office',
      postId: expect.any(String),
      unitId: null,
      requestId: 'request-7',
    });
    const [unit] = await t.query(`select id from unit where code = 'Y01'`);
    const { token } = await signIn(' Ｙ01.contact', DEMO_PASSWORD);
    expect(await authenticate(token)).toMatchObject({ post: 'contact', unitId: unit.id, name: '市教育局联络员' });
  });

  it('stores no token', async () => {
    const { token } = await signIn('office', DEMO_PASSWORD);
    const rows: { row: string }[] = await t.query(`select session::text as row from session`);
    expect(rows.some(({ row }) => row.includes(token))).toBe(false);
    expect(rows.some(({ row }) => row.includes(Buffer.from(token, 'base64url').toString('hex')))).toBe(false);
  });

  it.each([
    ['an unknown user', 'nobody', DEMO_PASSWORD],
    ['a wrong password', 'officer', 'wrong password'],
    ['an account without password', 'leader', ''],
    ['an account that is closed', 'auditor', DEMO_PASSWORD],
    ['a username that Postgres would refuse', 'off\u0000icer', DEMO_PASSWORD],
    ['nothing', '', ''],
  ])('gives the same answer for %s', async (_, username, password) => {
    await t.query(`update person set password_hash = null where username = 'leader'`);
    await t.query(`update person set is_active = false where username = 'auditor'`);
    const error = await signIn(username, password).catch((reason) => reason);
    expect({ ...error, message: error.message }).toEqual({
      name: 'DomainError',
      kind: 'unauthenticated',
      code: 'SESSION.WRONG_CREDENTIALS',
      message: 'The username or the password is wrong. Check both and try again.',
      details: {},
      faults: [],
    });
  });

  it('hashes a password anew that was hashed by weaker settings, for whoever signs in by it', async () => {
    const password = 'an old and long one';
    const weak = await hash(password, { memoryCost: 8192, timeCost: 1 });
    const hashes = (): Promise<{ hash: string }[]> =>
      t.query(`select password_hash as hash from person where username = 'admin'
               union all select password_hash from password_history`);
    const [[{ id }]]: [[{ id: string }]] = await t.query(
      `update person set password_hash = $1 where username = 'admin' returning id`,
      [weak],
    );
    await t.query(`insert into password_history (id, person_id, password_hash) values ($1, $2, $3)`, [
      newId(),
      id,
      weak,
    ]);
    const before = (await t.events()).length;
    await expect(signIn('admin', 'an old and wrong one')).rejects.toMatchObject({ code: 'SESSION.WRONG_CREDENTIALS' });
    expect((await hashes()).map((one) => one.hash)).toEqual([weak, weak]);

    // Of several at once one hashes it, and all are let in.
    await Promise.all([1, 2, 3].map(() => signIn('admin', password)));
    const [now, remembered] = await hashes();
    expect(now!.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(remembered).toEqual(now);
    await signIn('admin', password);
    expect((await hashes())[0]).toEqual(now);
    expect((await t.events()).slice(before).map(({ type }) => type)).toEqual(['person.sign_in_failed']);
  });

  it('refuses an eleventh try within five minutes, known username or not, right password or not', async () => {
    for (const username of ['Y01.head', 'unknown.head']) {
      const tries = await Promise.allSettled(Array.from({ length: 12 }, () => signIn(username, 'wrong password')));
      const codes = tries.map((outcome) => (outcome.status === 'rejected' ? outcome.reason.code : 'signed in'));
      expect(codes.filter((code) => code === 'SESSION.WRONG_CREDENTIALS')).toHaveLength(10);
      expect(codes.filter((code) => code === 'SESSION.TOO_MANY_TRIES')).toHaveLength(2);
      await expect(signIn(username, DEMO_PASSWORD)).rejects.toMatchObject({
        kind: 'throttled',
        code: 'SESSION.TOO_MANY_TRIES',
      });
    }
    expect(await signIn('Y02.head', DEMO_PASSWORD)).toBeDefined();
  });

  it('records a failure, of somebody with whose it was, of nobody without the name that was typed', async () => {
    const before = (await t.events()).length;
    for (const username of [' officer', 'nobody', '\u0000']) {
      await expect(signIn(username, 'a guess')).rejects.toMatchObject({ code: 'SESSION.WRONG_CREDENTIALS' });
    }
    const events = (await t.events()).slice(before);
    expect(events).toHaveLength(3);
    expect(events[0]).toMatchObject({
      type: 'person.sign_in_failed',
      entity: 'person',
      actor: 'duban',
      after: { username: 'officer', hasPassword: true, posts: [{ kind: 'officer' }] },
    });
    for (const event of events.slice(1)) {
      expect(event).toMatchObject({ type: 'sign_in.failed', after: { code: 'SESSION.WRONG_CREDENTIALS' } });
    }
    expect(JSON.stringify(events)).not.toMatch(/argon2|nobody/);
  });

  it('is not brought back by a step that was under way when it ended', async () => {
    const { token } = await signIn('office', DEMO_PASSWORD);
    const { session } = await t.run((tx) => t.sessions.identify(tx, token, 'r'));
    await t.run((tx) => t.sessions.end(tx, token));
    await expect(t.run((tx) => t.sessions.renew(tx, session.id, 'passed'))).rejects.toMatchObject({
      code: 'SESSION.REQUIRED',
    });
  });

  it('asks to sign in without a session, and after its end', async () => {
    const required = { kind: 'unauthenticated', code: 'SESSION.REQUIRED' };
    await expect(authenticate('')).rejects.toMatchObject(required);
    await expect(authenticate('\u0000')).rejects.toMatchObject(required);
    const { token } = await signIn('office', DEMO_PASSWORD);
    const other = await signIn('office', DEMO_PASSWORD);
    await t.run((tx) => t.sessions.end(tx, token));
    await t.run((tx) => t.sessions.end(tx, token));
    await expect(authenticate(token)).rejects.toMatchObject(required);
    expect(await authenticate(other.token)).toMatchObject({ post: 'office' });
  });

  it('tells an expired session from none, for a week', async () => {
    const { token, person } = await signIn('Q01.head', DEMO_PASSWORD);
    const expire = (ago: string) =>
      t.query(`update session set expires_at = now() - $2::interval where person_id = $1`, [person.id, ago]);
    await expire('0 seconds');
    await expect(authenticate(token)).rejects.toMatchObject({ kind: 'unauthenticated', code: 'SESSION.EXPIRED' });
    await expire('8 days');
    await signIn('Q01.head', DEMO_PASSWORD);
    expect(await t.query(`select 1 from session where person_id = $1`, [person.id])).toHaveLength(1);
    await expect(authenticate(token)).rejects.toMatchObject({ code: 'SESSION.REQUIRED' });
  });

  it('shuts out at once whose account is closed', async () => {
    const { token } = await signIn('Q02.contact', DEMO_PASSWORD);
    await t.query(`update person set is_active = false where username = 'Q02.contact'`);
    await expect(authenticate(token)).rejects.toMatchObject({ code: 'SESSION.REQUIRED' });
  });

  it('goes by the posts held on the day of the supervision, and the first of several', async () => {
    const { token, person } = await signIn('Y02.contact', DEMO_PASSWORD);
    const hold = (kind: string, code: string | null, from: string) =>
      t.query(
        `insert into post_holding (id, post_id, person_id, from_on)
         select $1, post.id, $2, $5 from post left join unit u on u.id = post.unit_id
         where post.kind = $3 and u.code is not distinct from $4`,
        [newId(), person.id, kind, code, from],
      );
    await hold('head', 'Q01', '2031-01-06');
    await hold('head', 'Y01', '2031-01-06');
    await hold('officer', null, '2031-01-07');
    const [first] = await t.query(`select id from unit where code = 'Y01'`);
    expect(await authenticate(token)).toMatchObject({ post: 'head', unitId: first.id });

    t.clock.moveTo(new Date('2031-01-07T00:00:00+08:00'));
    expect(await authenticate(token)).toMatchObject({ post: 'officer', unitId: null });
    await t.query(`update post_holding set to_on = '2031-01-08' where person_id = $1`, [person.id]);
    t.clock.moveTo(new Date('2031-01-07T23:59:59+08:00'));
    expect(await authenticate(token)).toMatchObject({ post: 'officer' });
    t.clock.moveTo(new Date('2031-01-08T00:00:00+08:00'));
    await expect(authenticate(token)).rejects.toMatchObject({ kind: 'forbidden', code: 'SESSION.NO_POST' });
  });
});
