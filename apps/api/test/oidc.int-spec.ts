import { describeWithBrowser, freePort, until } from '@duban/testing';
import fc from 'fast-check';
import { generateKeyPair } from 'jose';
import { Contract } from './contract';
import { type Answer, Edge, expectProblem, type Json, useEdge } from './edge';
import { IdentityProvider } from './identity-provider';

const OURS = { 'x-duban-request': '1' };

/** A browser without pages: follows, remembers cookies of both sides, fills in the provider's forms. */
class Visitor {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly duban: string) {}

  async get(url: string, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url);
    const mine = [...this.cookies].filter(([key]) => key.startsWith(`${host} `));
    const cookie = mine.map(([key, value]) => `${key.split(' ')[1]}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie ? { cookie } : {}) };
    const response = await fetch(url, { ...init, redirect: 'manual', headers });
    for (const line of response.headers.getSetCookie()) {
      const [name, value] = line.split(';')[0]!.split('=') as [string, string];
      if (value === '') this.cookies.delete(`${host} ${name}`);
      else this.cookies.set(`${host} ${name}`, value);
    }
    return response;
  }

  /** From duban to the provider and through its forms: the address to which it sends the browser back. */
  async proveAs(login: string, path = '/api/v1/sessions/oidc'): Promise<string> {
    let response = await this.get(this.duban + path);
    for (let i = 0; i < 20; i++) {
      const location = response.headers.get('location');
      if (location !== null) {
        const next = new URL(location, response.url).href;
        if (next.startsWith(`${this.duban}/`)) return next;
        response = await this.get(next);
        continue;
      }
      const page = await response.text();
      const action = /action="([^"]+)"/.exec(page)?.[1];
      if (action === undefined) throw new Error(page);
      const prompt = page.includes('value="login"') ? 'login' : 'consent';
      response = await this.get(action, {
        method: 'POST',
        body: new URLSearchParams({ prompt, login, password: 'any' }),
      });
    }
    throw new Error('the provider leads nowhere');
  }

  async ask(method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
    const response = await this.get(this.duban + path, { method, headers });
    const text = await response.text();
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text,
      body: text.startsWith('{') ? JSON.parse(text) : null,
    };
  }
}

describe('Sign-in by the identity provider', () => {
  const provider = new IdentityProvider();
  let duban = '';
  const edge = useEdge(async (database) => {
    await provider.reserve();
    duban = `http://127.0.0.1:${await freePort()}`;
    const opened = await Edge.open(database, {
      settings: {
        DUBAN_URL: duban,
        OIDC_ISSUER: provider.issuer,
        OIDC_CLIENT_ID: 'duban',
        OIDC_CLIENT_SECRET: provider.clientSecret,
      },
    });
    await opened.app.listen(Number(new URL(duban).port), '127.0.0.1');
    return opened;
  });
  afterAll(() => provider.stop());

  const visitor = (): Visitor => new Visitor(duban);
  const policy = async (change: object): Promise<void> => {
    const security = await edge().as('security');
    const { version, policy: before } = await security.get('/sign-in-policy');
    const next = { ...before, provider: { ...before.provider, ...change } };
    await security.do('PUT', '/sign-in-policy', { json: { expectedVersion: version, policy: next } });
  };
  const signIn = async (login: string, who = visitor()): Promise<Answer> => {
    const back = await who.proveAs(login);
    return who.ask('GET', back.slice(duban.length));
  };
  const failures = (): Promise<Json[]> =>
    edge().query(
      `select type, reason from history_event where type in ('sign_in.failed', 'person.sign_in_failed') order by seq`,
    );
  const ROLES = [
    { role: 'supervision', post: 'officer' },
    { role: 'liaison', post: 'contact' },
    { role: 'chief', post: 'leader' },
  ];

  it('says that the provider is away, while it is, and all the rest goes on', async () => {
    expectProblem(await visitor().ask('GET', '/api/v1/sessions/oidc'), 503, 'OIDC.PROVIDER_AWAY');
    expect((await edge().as('office')).token).not.toBeNull();
    await provider.start(duban);
    expect((await visitor().ask('GET', '/api/v1/sessions/oidc')).status).toBe(302);
  });

  it('is refused to whom nobody has linked, and that is recorded', async () => {
    provider.people['u-100'] = { name: '王芳', preferred_username: 'wang.fang' };
    const answer = await signIn('u-100');
    expectProblem(answer, 403, 'OIDC.NO_ACCOUNT', { subject: 'u-100' });
    expect(answer.headers['set-cookie']).not.toContain('duban_session');
    expect(await failures()).toEqual([{ type: 'sign_in.failed', reason: 'OIDC.NO_ACCOUNT from 127.0.0.1' }]);
  });

  it('opens a cookie session for the account that the security administrator links, by subject', async () => {
    const link = (username: string, by: string, subject: string | null = 'u-100') =>
      edge()
        .as(by)
        .then((caller) => caller.ask('PUT', `/persons/${username}/identity`, { json: { subject } }));
    expectProblem(await link('officer', 'admin'), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await link('security', 'security'), 403, 'RIGHTS.OWN_ACCOUNT');
    expect((await link('officer', 'security')).status).toBe(204);
    expectProblem(await link('leader', 'security'), 409, 'OIDC.SUBJECT_TAKEN', { field: 'subject' });
    const who = visitor();
    const answer = await signIn('u-100', who);
    expect([answer.status, answer.headers['location']]).toEqual([302, '/']);
    const { status, body } = await who.ask('GET', '/api/v1/sessions/current');
    expect([status, body.post]).toEqual([200, 'officer']);
    const { items } = (await who.ask('GET', '/api/v1/sessions')).body;
    expect(items).toMatchObject([{ kind: 'cookie', means: 'provider' }]);
    // Its link is taken away: so is what it opened.
    expect((await link('officer', 'security', null)).status).toBe(204);
    expectProblem(await who.ask('GET', '/api/v1/sessions/current'), 401, 'SESSION.REQUIRED');
  });

  it('makes accounts where the policy says so, with the posts of the claims, and takes those back with them', async () => {
    await policy({ unknownPersons: 'create', roles: ROLES });
    provider.people['u-200'] = {
      name: '李敏',
      preferred_username: 'li.min',
      email: 'li.min@city.example',
      email_verified: true,
      duban_role: ['liaison', 'chief'],
      duban_unit: ['LD01', 'LD02'],
    };
    expect((await signIn('u-200')).status).toBe(302);
    const held = () =>
      edge().query(
        `select post.kind, u.code from post_holding h join post on post.id = h.post_id
         left join unit u on u.id = post.unit_id join person p on p.id = h.person_id
         where p.username = 'li.min' and h.to_on is null order by 1, 2`,
      );
    expect(await held()).toEqual([
      { kind: 'contact', code: 'LD01' },
      { kind: 'contact', code: 'LD02' },
      { kind: 'leader', code: null },
    ]);
    expect(await edge().query(`select display_name, email from person where username = 'li.min'`)).toEqual([
      { display_name: '李敏', email: 'li.min@city.example' },
    ]);
    // A post that people gave is not the provider's to take.
    const grant = { kind: 'grant', username: 'li.min', post: { kind: 'officer' }, reason: '借调' };
    await (await edge().as('security')).post('/post-changes', grant);
    Object.assign(provider.people['u-200'], { duban_role: 'liaison', duban_unit: 'LD02' });
    expect((await signIn('u-200')).status).toBe(302);
    expect(await held()).toEqual([
      { kind: 'contact', code: 'LD02' },
      { kind: 'officer', code: null },
    ]);
  });

  const claims: [name: string, claims: Json, code: string, place: object][] = [
    ['a role that nobody has mapped', { duban_role: 'emperor' }, '403 OIDC.ROLE_UNKNOWN', { value: 'emperor' }],
    ['one such role of two', { duban_role: ['chief', 'emperor'] }, '403 OIDC.ROLE_UNKNOWN', { claim: 'duban_role' }],
    ['no role', {}, '403 OIDC.CLAIM_MISSING', { claim: 'duban_role' }],
    ['a role that is no text', { duban_role: { a: 1 } }, '403 OIDC.CLAIM_UNREADABLE', { claim: 'duban_role' }],
    ['no unit for a post of a unit', { duban_role: 'liaison' }, '403 OIDC.CLAIM_MISSING', { claim: 'duban_unit' }],
    [
      'a unit that is not known',
      { duban_role: 'liaison', duban_unit: 'LD99' },
      '403 OIDC.UNIT_UNKNOWN',
      { value: 'LD99' },
    ],
    ['the name of another account', { duban_role: 'chief', preferred_username: 'office' }, '409 OIDC.NAME_TAKEN', {}],
    ['a name that is none', { duban_role: 'chief', preferred_username: 'a b' }, '403 OIDC.NAME_UNUSABLE', {}],
  ];
  it.each(claims)('changes nothing by %s', async (_, given, expected, place) => {
    provider.people['u-300'] = { preferred_username: 'zhao.lei', ...given };
    const { history_event: _h, ...before } = await edge().written();
    const count = (await failures()).length;
    const [status, code] = expected.split(' ');
    expectProblem(await signIn('u-300'), Number(status), code!, place);
    expect(await edge().written()).toMatchObject(before);
    expect((await failures()).slice(count)).toMatchObject([{ reason: `${code} from 127.0.0.1` }]);
  });

  describe('refuses what comes back', () => {
    beforeEach(() => {
      provider.people['u-400'] = { preferred_username: 'sun.yan', duban_role: 'chief' };
    });
    const path = (back: string): string => back.slice(duban.length);

    it('for the second time: the state is used up, and so is the code', async () => {
      const who = visitor();
      const back = await who.proveAs('u-400');
      expect((await who.ask('GET', path(back))).status).toBe(302);
      expectProblem(await who.ask('GET', path(back)), 401, 'OIDC.STATE_UNKNOWN');
      // The same code with the state of another sign-in.
      const code = new URL(back).searchParams.get('code')!;
      const next = new URL(await who.proveAs('u-400'));
      next.searchParams.set('code', code);
      expectProblem(await who.ask('GET', path(next.href)), 401, 'OIDC.NOT_PROVED', { reason: 'invalid_grant' });
    });

    it('in another browser, with another state, without any', async () => {
      const back = await visitor().proveAs('u-400');
      expectProblem(await visitor().ask('GET', path(back)), 401, 'OIDC.STATE_UNKNOWN');
      const who = visitor();
      const own = new URL(await who.proveAs('u-400'));
      own.searchParams.set('state', 'x'.repeat(43));
      expectProblem(await who.ask('GET', path(own.href)), 401, 'OIDC.STATE_UNKNOWN');
      expectProblem(await who.ask('GET', '/api/v1/sessions/oidc/callback'), 401, 'OIDC.STATE_UNKNOWN');
    });

    it('too late', async () => {
      const who = visitor();
      const back = await who.proveAs('u-400');
      await edge().query(`update provider_flow set expires_at = now()`);
      expectProblem(await who.ask('GET', path(back)), 401, 'OIDC.STATE_UNKNOWN');
    });

    it.each([
      ['nonce', `update provider_flow set nonce = 'another'`, 'OIDC.NOT_PROVED'],
      ['verifier', `update provider_flow set code_verifier = repeat('a', 43)`, 'OIDC.NOT_PROVED'],
    ])('with another %s', async (_, statement, code) => {
      const who = visitor();
      const back = await who.proveAs('u-400');
      await edge().query(statement);
      expectProblem(await who.ask('GET', path(back)), 401, code);
      expect((await failures()).at(-1)).toMatchObject({ reason: `${code} from 127.0.0.1` });
    });

    it('from another issuer', async () => {
      const who = visitor();
      const back = new URL(await who.proveAs('u-400'));
      back.searchParams.set('iss', 'https://evil.example');
      expectProblem(await who.ask('GET', path(back.href)), 401, 'OIDC.NOT_PROVED');
    });

    it('as a refusal of the provider', async () => {
      const who = visitor();
      const back = new URL(await who.proveAs('u-400'));
      back.searchParams.delete('code');
      back.searchParams.set('error', 'access_denied');
      expectProblem(await who.ask('GET', path(back.href)), 401, 'OIDC.REFUSED', { reason: 'access_denied' });
    });

    it('and leads to no other site', async () => {
      for (const returnTo of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
        const query = `?returnTo=${encodeURIComponent(returnTo)}`;
        expectProblem(await visitor().ask('GET', `/api/v1/sessions/oidc${query}`), 400, 'REQUEST.INVALID');
      }
      const who = visitor();
      const back = await who.proveAs('u-400', '/api/v1/sessions/oidc?returnTo=/api/docs');
      expect((await who.ask('GET', path(back))).headers['location']).toBe('/api/docs');
    });
  });

  describe('a logout token', () => {
    const send = (token: string): Promise<Answer> =>
      edge()
        .nobody()
        .ask('POST', '/sessions/oidc/back-channel-logout', {
          raw: new URLSearchParams({ logout_token: token }).toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        });

    const open = async (): Promise<number> =>
      (
        await edge().query(
          `select count(*)::int as n from session s join person_identity i on i.person_id = s.person_id
           where i.subject = 'u-400' and s.ended_at is null and s.means = 'provider'`,
        )
      )[0].n;
    const age = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds;

    it('ends what it names, once', async () => {
      provider.people['u-400'] = { preferred_username: 'sun.yan', duban_role: 'chief' };
      expect((await signIn('u-400')).status).toBe(302);
      expect(await open()).toBeGreaterThan(0);
      const token = await provider.logoutToken({ sub: 'u-400' });
      expect(await send(token)).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
      expect(await open()).toBe(0);
      // Sent again by somebody who has kept it, it ends no later session.
      expect((await signIn('u-400')).status).toBe(302);
      expect((await send(token)).status).toBe(200);
      expect(await open()).toBe(1);
    });

    const wrong: [name: string, make: () => Promise<string>][] = [
      [
        'of another key',
        async () => provider.logoutToken({ sub: 'u-400' }, (await generateKeyPair('RS256')).privateKey),
      ],
      ['of another issuer', () => provider.logoutToken({ sub: 'u-400', iss: 'https://evil.example' })],
      ['for another audience', () => provider.logoutToken({ sub: 'u-400', aud: 'somebody else' })],
      ['that is old', () => provider.logoutToken({ sub: 'u-400', iat: age(3600) })],
      ['that has expired', () => provider.logoutToken({ sub: 'u-400', exp: age(60) })],
      ['that tells of no logout', () => provider.logoutToken({ sub: 'u-400', events: {} })],
      ['with a nonce, as ID tokens have it', () => provider.logoutToken({ sub: 'u-400', nonce: 'x' })],
      ['without an id', () => provider.logoutToken({ sub: 'u-400', jti: undefined })],
      ['that names nobody', () => provider.logoutToken({})],
      ['that is none', () => Promise.resolve('x')],
      ['that is missing', () => Promise.resolve('')],
    ];
    it.each(wrong)('%s ends nothing', async (_, make) => {
      const before = await open();
      expectProblem(await send(await make()), 400, 'OIDC.LOGOUT_TOKEN_WRONG');
      expect(await open()).toBe(before);
    });

    it('is the only form that is taken', async () => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const answer = await edge().nobody().ask('POST', '/sessions', { raw: 'username=a', headers });
      expectProblem(answer, 415, 'REQUEST.UNSUPPORTED_MEDIA_TYPE');
    });
  });

  it('is described in the document, and needs nobody to be signed in but for signing out', async () => {
    const { operations } = await Contract.of(edge());
    const own = operations.filter(({ path }) => path.includes('/oidc') || path.endsWith('/identity'));
    expect(own.map(({ name, document }) => [name, document.security ?? 'signed in'])).toEqual([
      ['GET /sessions/oidc', []],
      ['GET /sessions/oidc/callback', []],
      ['POST /sessions/oidc/logout', 'signed in'],
      ['POST /sessions/oidc/back-channel-logout', []],
      ['PUT /persons/{username}/identity', 'signed in'],
    ]);
    for (const { document } of own) expect(document.responses.default).toBeDefined();
    const office = await edge().signIn('office');
    const answer = await office.ask('POST', '/sessions/oidc/logout');
    const logout = own.find(({ name }) => name.endsWith('/logout'))!;
    expect((await Contract.of(edge())).faultsIn(logout, answer)).toEqual([]);
  });

  it('links an account by nobody but the security administrator', async () => {
    for (const username of ['office', 'officer', 'leader', 'auditor', 'admin', 'LD04.contact', 'LD04.head']) {
      const caller = await edge().as(username);
      const answer = await caller.ask('PUT', '/persons/LD09.head/identity', { json: { subject: 'x' } });
      expectProblem(answer, 403, 'RIGHTS.NOT_ALLOWED');
    }
    const link = async (username: string, subject: unknown): Promise<Answer> =>
      (await edge().as('security')).ask('PUT', `/persons/${username}/identity`, { json: { subject } });
    expectProblem(await link('nobody', 'x'), 404, 'PERSON.UNKNOWN');
    for (const subject of ['', 'x'.repeat(256), '\u0000', 7, undefined]) {
      expectProblem(await link('LD09.head', subject), 400, 'REQUEST.INVALID');
    }
  });

  it('takes whatever comes back for what it is: no sign-in', async () => {
    const word = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('a'.repeat(43), '\u0000', '%zz', duban));
    await fc.assert(
      fc.asyncProperty(
        fc.record({ code: word, state: word, iss: word, error: word, more: word }, { requiredKeys: [] }),
        async (query) => {
          const text = new URLSearchParams(query as Record<string, string>).toString();
          const headers = { cookie: `duban_browser=${encodeURIComponent(query.state ?? '')}` };
          const answer = await edge().nobody().ask('GET', `/sessions/oidc/callback?${text}`, { headers });
          expectProblem(answer, 401, 'OIDC.STATE_UNKNOWN');
          await edge().query(`delete from sign_in_guess`);
        },
      ),
      { numRuns: 60 },
    );
  });

  describeWithBrowser('in a real browser', (browser) => {
    it('signs in there, works here, and signs out on both sides', async () => {
      provider.people['u-500'] = { name: '周岚', preferred_username: 'zhou.lan', duban_role: 'supervision' };
      const context = await browser().newContext();
      const page = await context.newPage();
      await page.goto(`${duban}/api/v1/sessions/oidc?returnTo=/api/docs`);
      expect(page.url()).toContain(provider.issuer);
      await page.fill('input[name=login]', 'u-500');
      await page.fill('input[name=password]', 'any');
      await page.click('button[type=submit]');
      await page.click('button[type=submit]');
      await page.waitForURL(`${duban}/api/docs`);
      const ask = (method: string, path: string, headers: Record<string, string> = {}): Promise<[number, Json]> =>
        page.evaluate(
          async ([m, p, h]) => {
            const response = await fetch(`/api/v1${p}`, {
              method: m,
              headers: JSON.parse(h) as Record<string, string>,
            });
            return [response.status, await response.json()] as [number, unknown];
          },
          [method, path, JSON.stringify(headers)] as const,
        );
      expect(await ask('GET', '/sessions/current')).toMatchObject([200, { name: '周岚', post: 'officer' }]);
      // No script sees the cookie, and a page that forgets the header changes nothing.
      expect(await page.evaluate('document.cookie')).not.toContain('duban_session');
      expect(await ask('DELETE', '/sessions')).toMatchObject([403, { code: 'CSRF.HEADER_MISSING' }]);

      // A second session of the same sign-in at the provider.
      const [status, { location }] = await ask('POST', '/sessions/oidc/logout', OURS);
      expect([status, location]).toEqual([200, expect.stringContaining(provider.issuer)]);
      expect(await ask('GET', '/sessions/current')).toMatchObject([401, { code: 'SESSION.REQUIRED' }]);
      await page.goto(location);
      await page.click('button[name=logout]');
      await page.waitForURL(`${duban}/api/docs`);
      await page.goto(`${duban}/api/v1/sessions/oidc`);
      expect(await page.locator('input[name=login]').count()).toBe(1);
      await context.close();
    }, 60_000);

    it('is signed out here when it signs out there', async () => {
      provider.people['u-600'] = { name: '吴迪', preferred_username: 'wu.di', duban_role: 'supervision' };
      const context = await browser().newContext();
      const page = await context.newPage();
      await page.goto(`${duban}/api/v1/sessions/oidc?returnTo=/api/docs`);
      await page.fill('input[name=login]', 'u-600');
      await page.fill('input[name=password]', 'any');
      await page.click('button[type=submit]');
      await page.click('button[type=submit]');
      await page.waitForURL(`${duban}/api/docs`);
      await page.goto(`${provider.issuer}/session/end`);
      await page.click('button[name=logout]');
      const open = `select count(*)::int as n from session s join person p on p.id = s.person_id
        where p.username = 'wu.di' and s.ended_at is null`;
      await until(async () => (await edge().query(open))[0].n === 0, 10_000, 'the provider to tell of it');
      const told = await edge().query(`select after from history_event where type = 'sign_in.ended_by_provider'`);
      expect(told.at(-1)).toMatchObject({ after: { sessions: 1 } });
      await context.close();
    }, 60_000);
  });
});
