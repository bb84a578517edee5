import { Client } from 'pg';
import { Caller, Edge, expectProblem, type Json, PASSWORD, untilWaitedFor, useEdge } from './edge';
import { codeOf, enrol, useStandingCodes } from './sign-in-parts';

describe('A second factor', () => {
  const edge = useEdge((database) => Edge.open(database));
  useStandingCodes();
  const begin = async (username: string): Promise<Caller> => {
    const { token, needs } = await edge().nobody().post('/sessions', { username, password: PASSWORD });
    expect(needs).toBe('second_factor');
    return new Caller(edge().app, token);
  };
  const give = (caller: Caller, code: string) =>
    caller.ask('POST', '/sessions/current/second-factor', { json: { code } });
  const types = async (): Promise<string[]> =>
    (await edge().query(`select type from history_event where type like '%second_factor%' order by seq`)).map(
      (event: Json) => event.type,
    );

  it('is set up by a code, and then asked for: signing in has two steps', async () => {
    const { secret } = await enrol(edge(), 'LD01.head');
    const half = await begin('LD01.head');
    expectProblem(await half.ask('GET', '/tasks'), 403, 'SESSION.SECOND_FACTOR_REQUIRED');
    expectProblem(await half.ask('POST', '/second-factor', { json: {} }), 403, 'SESSION.SECOND_FACTOR_REQUIRED');
    // Who has but the password does not read where the person is reached.
    expect(await half.get('/sessions/current')).toMatchObject({ needs: 'second_factor', contact: null });
    // As an input method for Chinese types it.
    const fullWidth = codeOf(secret).replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    const { status, body } = await give(half, fullWidth);
    expect([status, body.needs]).toEqual([201, null]);
    // The token of the first step is worth nothing any more.
    expectProblem(await half.ask('GET', '/sessions/current'), 401, 'SESSION.REQUIRED');
    const whole = new Caller(edge().app, body.token);
    expect((await whole.ask('GET', '/tasks')).status).toBe(200);
    expectProblem(await give(whole, codeOf(secret, 1)), 409, 'SECOND_FACTOR.NOT_WANTED');
    expect(await types()).toEqual(['person.second_factor_set']);
  });

  it('gives codes that work once', async () => {
    const { secret } = await enrol(edge(), 'LD02.head');
    const code = codeOf(secret);
    expect((await give(await begin('LD02.head'), code)).status).toBe(201);
    expectProblem(await give(await begin('LD02.head'), code), 422, 'SECOND_FACTOR.WRONG_CODE', { field: 'code' });
    // Nor one from before it.
    expectProblem(await give(await begin('LD02.head'), codeOf(secret, -1)), 422, 'SECOND_FACTOR.WRONG_CODE');
    expect(await types()).toContain('person.second_factor_failed');
  });

  it('gives a code to one of two who use it at once', async () => {
    const { secret } = await enrol(edge(), 'LD03.head');
    const halves = [await begin('LD03.head'), await begin('LD03.head')];
    const answers = await Promise.all(halves.map((half) => give(half, codeOf(secret))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 422]);
  });

  it('has recovery codes for the day without it, each for once', async () => {
    const { recoveryCodes, caller } = await enrol(edge(), 'LD04.head');
    expect(recoveryCodes).toHaveLength(10);
    expect(new Set(recoveryCodes).size).toBe(10);
    const [code] = recoveryCodes as [string];
    expect((await give(await begin('LD04.head'), ` ${code.toLowerCase().replaceAll('-', ' ')}`)).status).toBe(201);
    expectProblem(await give(await begin('LD04.head'), code), 422, 'SECOND_FACTOR.WRONG_CODE');
    expect(await caller.get('/second-factor')).toEqual({ isEnrolled: true, recoveryCodesLeft: 9 });
    const renewed = await caller.post('/second-factor/recovery-codes', { code: recoveryCodes[1] });
    expect(renewed.recoveryCodes).not.toContain(recoveryCodes[2]);
    expectProblem(await give(await begin('LD04.head'), recoveryCodes[2]!), 422, 'SECOND_FACTOR.WRONG_CODE');
  });

  it('is replaced only by who has it', async () => {
    const { caller, secret } = await enrol(edge(), 'LD05.head');
    expectProblem(await caller.ask('POST', '/second-factor', { json: {} }), 409, 'SECOND_FACTOR.CODE_REQUIRED');
    const again = await caller.post('/second-factor', { code: codeOf(secret) });
    // The new one counts when it is confirmed, the old one until then.
    expectProblem(
      await caller.ask('POST', '/second-factor/confirm', { json: { code: codeOf(secret, 1) } }),
      422,
      'SECOND_FACTOR.WRONG_CODE',
    );
    await caller.post('/second-factor/confirm', { code: codeOf(again.secret) });
    expectProblem(await give(await begin('LD05.head'), codeOf(secret, 1)), 422, 'SECOND_FACTOR.WRONG_CODE');
    expect((await give(await begin('LD05.head'), codeOf(again.secret, 1))).status).toBe(201);
  });

  it('is set up by one of two sessions that do so at once; the other has to know its code', async () => {
    const sessions = [await edge().signIn('LD09.head'), await edge().signIn('LD09.head')];
    const [one, other] = sessions as [Caller, Caller];
    const { secret } = await one.post('/second-factor', {});
    const client = new Client({ connectionString: edge().databaseUrl });
    await client.connect();
    await client.query('begin');
    await client.query(`select from second_factor for update`);
    // It has seen that there is none yet, and waits to write its own secret; meanwhile the first is confirmed.
    const late = other.ask('POST', '/second-factor', { json: {} });
    await untilWaitedFor(client);
    await client.query(`update second_factor set secret = pending_secret, pending_secret = null, confirmed_at = now()
      where person_id = (select id from person where username = 'LD09.head')`);
    await client.query('commit');
    await client.end();
    expectProblem(await late, 409, 'SECOND_FACTOR.CODE_REQUIRED', { field: 'code' });
    expect((await give(await begin('LD09.head'), codeOf(secret))).status).toBe(201);
  });

  it('is not found by trying: after ten wrong codes no code is looked at', async () => {
    const { secret } = await enrol(edge(), 'LD06.head');
    const half = await begin('LD06.head');
    // None of them digits of the right number, in whatever script they look like six.
    const wrong = [
      '000000',
      '12345',
      '一二三四五六',
      '⇶ᐢꃀ🅨諭',
      '١٢٣٤٥٦',
      '12345a',
      '-12345',
      '000000',
      '000000',
      '000000',
    ];
    for (const code of wrong) expectProblem(await give(half, code), 422, 'SECOND_FACTOR.WRONG_CODE');
    expectProblem(await give(half, codeOf(secret)), 429, 'SECOND_FACTOR.TOO_MANY_TRIES');
    await (await edge().as('security')).do('POST', '/persons/LD06.head/unlock');
    expect((await give(half, codeOf(secret))).status).toBe(201);
  });

  it('is taken away by the security administrator, not by the admin', async () => {
    const { caller } = await enrol(edge(), 'LD07.head');
    const take = async (username: string) =>
      (await edge().as(username)).ask('DELETE', '/persons/LD07.head/second-factor');
    expectProblem(await take('admin'), 403, 'RIGHTS.NOT_ALLOWED');
    expect((await take('security')).status).toBe(204);
    expectProblem(await caller.ask('GET', '/tasks'), 401, 'SESSION.REQUIRED');
    expect((await edge().nobody().post('/sessions', { username: 'LD07.head', password: PASSWORD })).needs).toBeNull();
  });

  it('is needed where the policy says so: whoever has none sets one up first', async () => {
    const security = await edge().as('security');
    const { version, policy } = await security.get('/sign-in-policy');
    const strict = { ...policy, secondFactor: { posts: ['auditor'] } };
    await security.do('PUT', '/sign-in-policy', { json: { expectedVersion: version, policy: strict } });
    const { token, needs } = await edge().nobody().post('/sessions', { username: 'auditor', password: PASSWORD });
    expect(needs).toBe('enrolment');
    const half = new Caller(edge().app, token);
    expectProblem(await half.ask('GET', '/history'), 403, 'SESSION.ENROLMENT_REQUIRED');
    const { secret } = await half.post('/second-factor', {});
    const { session } = await half.post('/second-factor/confirm', { code: codeOf(secret) });
    expect(session.needs).toBeNull();
    expect((await new Caller(edge().app, session.token).ask('GET', '/history')).status).toBe(200);
    expect((await edge().nobody().post('/sessions', { username: 'office', password: PASSWORD })).needs).toBeNull();
  });

  it('leaves no secret in the database, nor in history', async () => {
    const caller = await edge().signIn('LD08.head');
    const { secret, uri } = await caller.post('/second-factor', {});
    expect(uri).toMatch(/^otpauth:\/\/totp\/duban:LD08\.head\?/);
    const { recoveryCodes } = await caller.post('/second-factor/confirm', { code: codeOf(secret) });
    const rows = await edge().query(
      `select second_factor::text as row from second_factor union all select recovery_code::text from recovery_code
       union all select concat(reason, before, after) from history_event`,
    );
    const all = rows.map(({ row }) => row).join('\n');
    expect(all).not.toContain(secret);
    for (const code of recoveryCodes) expect(all).not.toContain(code);
  });
});

describe('A second factor without a key', () => {
  const edge = useEdge((database) => Edge.open(database, { settings: { DUBAN_SECRET: '' } }));

  it('cannot be set up, and says who can mend that', async () => {
    const caller = await edge().as('office');
    expectProblem(await caller.ask('POST', '/second-factor', { json: {} }), 503, 'SECOND_FACTOR.NO_KEY');
    // Asked for nonetheless, it would shut everybody out who could take that back.
    const security = await edge().as('security');
    const { version, policy } = await security.get('/sign-in-policy');
    const strict = { expectedVersion: version, policy: { ...policy, secondFactor: { posts: ['security'] } } };
    expectProblem(await security.ask('PUT', '/sign-in-policy', { json: strict }), 422, 'SIGN_IN_POLICY.NO_KEY', {
      field: 'policy.secondFactor.posts',
    });
  });
});
