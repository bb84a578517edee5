import { Caller, Edge, expectProblem, type Json, PASSWORD, type Sent, useEdge } from './edge';

const COOKIE = 'duban_session';

/** A browser: keeps the cookie, and sends what a page of ours would. */
class Browser {
  private cookie = '';

  constructor(private readonly edge: Edge) {}

  async ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, sent: Sent = {}) {
    const headers = { ...(this.cookie ? { cookie: this.cookie } : {}), 'user-agent': 'Spec/1.0', ...sent.headers };
    const answer = await this.edge.nobody().ask(method, path, { ...sent, headers });
    const set = [answer.headers['set-cookie'] ?? []].flat().join('\n');
    const value = new RegExp(`${COOKIE}=([^;]*)`).exec(set)?.[1];
    if (value !== undefined) this.cookie = value === '' ? '' : `${COOKIE}=${value}`;
    return { ...answer, set };
  }

  async signIn(username: string): Promise<this> {
    const { body } = await this.ask('POST', '/sessions', { json: { username, password: PASSWORD, cookie: true } });
    expect(body).toMatchObject({ token: null, needs: null });
    return this;
  }

  get held(): string {
    return this.cookie;
  }
}

const OURS = { headers: { 'x-duban-request': '1' } };

describe('A session', () => {
  const edge = useEdge((database) => Edge.open(database));
  const browser = (): Browser => new Browser(edge());
  const events = (type: string): Promise<Json[]> =>
    edge().query(
      `select reason, coalesce((select p.display_name from person p where p.id = actor_person_id), actor_name) as name from history_event where type = $1 order by seq`,
      [type],
    );

  const policy = async (password: object): Promise<void> => {
    const security = await edge().as('security');
    const { version, policy: before } = await security.get('/sign-in-policy');
    const next = { ...before, password: { ...before.password, ...password } };
    await security.do('PUT', '/sign-in-policy', { json: { expectedVersion: version, policy: next } });
  };

  describe('in a cookie', () => {
    it('is kept from scripts and from other sites, and by TLS alone where there is TLS', async () => {
      const plain = await browser().ask('POST', '/sessions', {
        json: { username: 'office', password: PASSWORD, cookie: true },
      });
      expect(plain.set).toMatch(/HttpOnly/);
      expect(plain.set).toMatch(/SameSite=Lax/);
      expect(plain.set).toMatch(/Path=\/api/);
      expect(plain.set).not.toMatch(/Secure/);
      expect(plain.text).not.toMatch(/[\w-]{43}/);
    });

    it('signs in, changes things from our own page, and signs out', async () => {
      const one = await browser().signIn('officer');
      expect(await one.ask('GET', '/sessions/current')).toMatchObject({ status: 200, body: { post: 'officer' } });
      const read = await one.ask('POST', '/inbox/00000000-0000-4000-8000-000000000000/read', OURS);
      expectProblem(read, 404, 'DELIVERY.UNKNOWN');
      expect((await one.ask('DELETE', '/sessions/current', OURS)).status).toBe(204);
      expect(one.held).toBe('');
    });

    const foreign: [name: string, headers: Record<string, string>, code: string][] = [
      ['without the header that other sites cannot set', {}, 'CSRF.HEADER_MISSING'],
      [
        'from a page of another site',
        { ...OURS.headers, origin: 'https://evil.example', host: 'duban.test' },
        'CSRF.FOREIGN_ORIGIN',
      ],
      ['from a page without an origin', { ...OURS.headers, origin: 'null' }, 'CSRF.FOREIGN_ORIGIN'],
      ['that the browser calls foreign', { ...OURS.headers, 'sec-fetch-site': 'cross-site' }, 'CSRF.FOREIGN_ORIGIN'],
    ];
    it.each(foreign)('changes nothing %s, and it is recorded', async (_, headers, code) => {
      const one = await browser().signIn('office');
      const [{ history_event: _h, ...before }, recorded] = [
        await edge().written(),
        (await events('person.request_refused')).length,
      ];
      expectProblem(await one.ask('DELETE', '/sessions', { headers }), 403, code);
      expect(await edge().written()).toMatchObject(before);
      const refused = await events('person.request_refused');
      expect(refused.slice(recorded)).toEqual([{ reason: code, name: '督查室主任' }]);
      // To look is free: nobody else can read the answer.
      expect((await one.ask('GET', '/sessions/current', { headers })).status).toBe(200);
    });

    it('is not opened for a page of another site', async () => {
      const json = { username: 'office', password: PASSWORD, cookie: true };
      const answer = await browser().ask('POST', '/sessions', { json, headers: { origin: 'https://evil.example' } });
      expectProblem(answer, 403, 'CSRF.FOREIGN_ORIGIN');
      expect(answer.set).toBe('');
    });

    it('beside a bearer token is neither', async () => {
      const one = await browser().signIn('office');
      const { token } = await edge().as('officer');
      const answer = await one.ask('GET', '/sessions/current', { headers: { authorization: `Bearer ${token}` } });
      expectProblem(answer, 400, 'SESSION.TWO_CREDENTIALS');
    });

    it('is no bearer token, nor the other way round', async () => {
      const one = await browser().signIn('office');
      expectProblem(
        await new Caller(edge().app, one.held.split('=')[1]!).ask('GET', '/tasks'),
        401,
        'SESSION.REQUIRED',
      );
      const { token } = await edge().as('office');
      const headers = { cookie: `${COOKIE}=${token}` };
      expectProblem(await edge().nobody().ask('GET', '/tasks', { headers }), 401, 'SESSION.REQUIRED');
    });
  });

  describe('of mine', () => {
    it('is listed with device and address, and ended: one, or all others', async () => {
      const [here, there] = [await browser().signIn('LD01.head'), await browser().signIn('LD01.head')];
      const bearer = await edge().signIn('LD01.head');
      const { items } = (await here.ask('GET', '/sessions')).body;
      expect(items).toHaveLength(3);
      expect(items.filter((one: Json) => one.isCurrent)).toMatchObject([
        { kind: 'cookie', means: 'password', device: 'Spec/1.0', address: '127.0.0.1' },
      ]);
      const { items: seen } = await bearer.get('/sessions');
      const own = seen.find((one: Json) => one.isCurrent);
      expect((await here.ask('DELETE', `/sessions/${own.id}`, OURS)).status).toBe(204);
      expectProblem(await bearer.ask('GET', '/sessions'), 401, 'SESSION.REQUIRED');
      expectProblem(await here.ask('DELETE', `/sessions/${own.id}`, OURS), 404, 'SESSION.UNKNOWN');
      expect((await here.ask('DELETE', '/sessions', OURS)).body).toEqual({ ended: 1 });
      expectProblem(await there.ask('GET', '/sessions'), 401, 'SESSION.REQUIRED');
      expect((await here.ask('GET', '/sessions')).body.items).toHaveLength(1);
    });

    it('is not somebody else’s to end', async () => {
      const [{ id }] = await edge().query(
        `select s.id from session s join person p on p.id = s.person_id where p.username = 'admin' limit 1`,
      );
      expectProblem(await (await edge().as('office')).ask('DELETE', `/sessions/${id}`), 404, 'SESSION.UNKNOWN');
    });

    it('slides with its use, at most once a minute, and ends when it is not used', async () => {
      const caller = await edge().signIn('LD02.head');
      const of = `where person_id = (select id from person where username = 'LD02.head')`;
      const ago = (time: string) =>
        edge().query(`update session set last_used_at = now() - $1::interval ${of}`, [time]);
      const used = async (): Promise<Json> =>
        (await edge().query(`select last_used_at as at from session ${of}`))[0].at;
      const first = await used();
      await caller.get('/units');
      expect(await used()).toEqual(first);
      await ago('119 minutes');
      await caller.get('/units');
      expect(Date.now() - (await used()).getTime()).toBeLessThan(60_000);
      await ago('121 minutes');
      expectProblem(await caller.ask('GET', '/units'), 401, 'SESSION.IDLE');
      await ago('0 minutes');
      await edge().query(`update session set expires_at = now() ${of}`);
      expectProblem(await caller.ask('GET', '/units'), 401, 'SESSION.EXPIRED');
    });

    it('ends with a new password, with the closing of the account, and by the security administrator', async () => {
      const [admin, security] = [await edge().as('admin'), await edge().as('security')];
      const ending: (() => Promise<unknown>)[] = [
        () => admin.do('PATCH', '/persons/LD03.head', { json: { password: 'set by the admin' } }),
        () => security.do('DELETE', '/persons/LD03.contact/sessions'),
        () => admin.do('PATCH', '/persons/LD03.contact', { json: { isActive: false } }),
      ];
      for (const [i, end] of ending.entries()) {
        const caller = await edge().signIn(i === 0 ? 'LD03.head' : 'LD03.contact');
        await caller.get('/units');
        await end();
        expectProblem(await caller.ask('GET', '/units'), 401, 'SESSION.REQUIRED');
      }
      const closed = { json: { username: 'LD03.contact', password: PASSWORD } };
      expectProblem(await edge().nobody().ask('POST', '/sessions', closed), 401, 'SESSION.WRONG_CREDENTIALS');
      await admin.do('PATCH', '/persons/LD03.contact', { json: { isActive: true } });
      await edge().signIn('LD03.contact');
    });

    it('goes on, by another token, after a password of my own choice; the others end', async () => {
      const [here, other] = [await browser().signIn('LD05.head'), await edge().signIn('LD05.head')];
      const before = here.held;
      const put = (currentPassword: string, password = 'my own password') =>
        here.ask('PUT', '/sessions/current/password', { ...OURS, json: { currentPassword, password } });
      expectProblem(await put('not mine'), 422, 'SESSION.WRONG_PASSWORD', { field: 'currentPassword' });
      expectProblem(await put(PASSWORD, 'password'), 422, 'PERSON.PASSWORD_TOO_COMMON');
      await policy({ remembered: 3 });
      expectProblem(await put(PASSWORD, PASSWORD), 422, 'PERSON.PASSWORD_USED_BEFORE');
      await other.get('/units');
      expect(await put(PASSWORD)).toMatchObject({ status: 200, body: { token: null, needs: null } });
      expect(here.held).not.toBe(before);
      expect((await here.ask('GET', '/units')).status).toBe(200);
      expectProblem(await other.ask('GET', '/units'), 401, 'SESSION.REQUIRED');
    });
  });

  it('whose password somebody else chose can do nothing but choose another', async () => {
    await policy({ changeWhenSetByAdministrator: true });
    const admin = await edge().as('admin');
    await admin.do('PATCH', '/persons/LD06.head', { json: { password: 'set by the admin' } });
    const nobody = edge().nobody();
    const { token, needs } = await nobody.post('/sessions', { username: 'LD06.head', password: 'set by the admin' });
    expect(needs).toBe('password');
    const caller = new Caller(edge().app, token);
    expectProblem(await caller.ask('GET', '/tasks'), 403, 'SESSION.PASSWORD_CHANGE_REQUIRED');
    expect((await caller.get('/sessions/current')).needs).toBe('password');
    const chosen = { currentPassword: 'set by the admin', password: 'my own password' };
    const next = await caller.do('PUT', '/sessions/current/password', { json: chosen });
    expect(next.needs).toBeNull();
    expect((await new Caller(edge().app, next.token).ask('GET', '/tasks')).status).toBe(200);
  });
});

describe('A session behind TLS', () => {
  const edge = useEdge((database) => Edge.open(database, { settings: { DUBAN_URL: 'https://duban.city.example' } }));

  it('is sent by TLS alone, from this very host alone, and only our own address is our page', async () => {
    const json = { username: 'office', password: PASSWORD, cookie: true };
    const nobody = edge().nobody();
    const signIn = (origin: string) => nobody.ask('POST', '/sessions', { json, headers: { origin, host: '10.0.0.5' } });
    const answer = await signIn('https://duban.city.example');
    const set = [answer.headers['set-cookie']].flat().join();
    // What browsers ask of a name that begins so.
    expect(set).toMatch(/^__Host-duban_session=[\w-]{43};/);
    expect(set).toMatch(/; Secure/);
    expect(set).toMatch(/; Path=\/;/);
    expect(set).not.toMatch(/Domain/);
    expectProblem(await signIn('http://10.0.0.5'), 403, 'CSRF.FOREIGN_ORIGIN');
    const token = /=([^;]*)/.exec(set)![1];
    const current = (cookie: string) => nobody.ask('GET', '/sessions/current', { headers: { cookie } });
    expect((await current(`__Host-duban_session=${token}`)).status).toBe(200);
    // A neighbour of the domain could set one without the prefix.
    expectProblem(await current(`duban_session=${token}`), 401, 'SESSION.REQUIRED');
    const left = await nobody.ask('DELETE', '/sessions/current', {
      headers: { cookie: `__Host-duban_session=${token}`, 'x-duban-request': '1' },
    });
    expect(left.status).toBe(204);
    expect(left.headers['set-cookie']).toMatch(/^__Host-duban_session=;.*Path=\/;.*Secure/);
  });
});
