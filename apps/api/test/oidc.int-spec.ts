import { generateKeyPair } from 'jose';
import fc from 'fast-check';
import { Contract } from './contract';
import { type Answer, expectProblem, type Json, useEdge } from './edge';
import { IdentityProvider } from './identity-provider';
import { CREATING, openBeside, REFUSING, setProviderPolicy, Visitor } from './oidc-visitor';

describe('While the identity provider is away', () => {
  const provider = new IdentityProvider();
  let duban = '';
  const edge = useEdge(async (database) => {
    const opened = await openBeside(database, provider);
    duban = opened.duban;
    return opened.edge;
  });
  afterAll(() => provider.stop());

  it('all the rest goes on, and it is found when it is back', async () => {
    const begin = (): Promise<Answer> => new Visitor(duban).ask('GET', '/api/v1/sessions/oidc');
    expectProblem(await begin(), 503, 'OIDC.PROVIDER_AWAY');
    expect((await edge().as('office')).token).not.toBeNull();
    await provider.start(duban);
    expect((await begin()).status).toBe(302);
  });
});

describe('Sign-in by the identity provider', () => {
  const provider = new IdentityProvider();
  let duban = '';
  const edge = useEdge(async (database) => {
    const opened = await openBeside(database, provider);
    duban = opened.duban;
    await provider.start(duban);
    return opened.edge;
  });
  afterAll(() => provider.stop());

  const visitor = (): Visitor => new Visitor(duban);
  const policy = (change: object): Promise<void> => setProviderPolicy(edge(), change);
  const signIn = async (login: string, who = visitor()): Promise<Answer> => {
    const back = await who.proveAs(login);
    return who.ask('GET', back.slice(duban.length));
  };
  const failures = (): Promise<Json[]> =>
    edge().query(
      `select type, reason from history_event where type in ('sign_in.failed', 'person.sign_in_failed') order by seq`,
    );
  it('is refused to whom nobody has linked, and that is recorded', async () => {
    await policy(REFUSING);
    provider.people['u-100'] = { name: '王芳', preferred_username: 'wang.fang' };
    const answer = await signIn('u-100');
    expectProblem(answer, 403, 'OIDC.NO_ACCOUNT', { subject: 'u-100' });
    expect(answer.headers['set-cookie']).not.toContain('duban_session');
    expect((await failures()).at(-1)).toEqual({
      type: 'sign_in.failed',
      reason: 'OIDC.NO_ACCOUNT from 127.0.0.1',
    });
  });

  it('opens a cookie session for the account that the security administrator links, by subject', async () => {
    await policy(REFUSING);
    provider.people['u-101'] = { name: '王芳', preferred_username: 'wang.fang' };
    const link = (username: string, by: string, subject: string | null = 'u-101') =>
      edge()
        .as(by)
        .then((caller) => caller.ask('PUT', `/persons/${username}/identity`, { json: { subject } }));
    expectProblem(await link('officer', 'admin'), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await link('security', 'security'), 403, 'RIGHTS.OWN_ACCOUNT');
    expect((await link('officer', 'security')).status).toBe(204);
    expectProblem(await link('leader', 'security'), 409, 'OIDC.SUBJECT_TAKEN', { field: 'subject' });
    const who = visitor();
    const answer = await signIn('u-101', who);
    expect([answer.status, answer.headers['location']]).toEqual([302, '/']);
    const { status, body } = await who.ask('GET', '/api/v1/sessions/current');
    expect([status, body.post]).toEqual([200, 'officer']);
    const { items } = (await who.ask('GET', '/api/v1/sessions')).body;
    expect(items).toMatchObject([{ kind: 'cookie', means: 'provider' }]);
    // Its link is taken away: so is what it opened.
    expect((await link('officer', 'security', null)).status).toBe(204);
    expectProblem(await who.ask('GET', '/api/v1/sessions/current'), 401, 'SESSION.REQUIRED');
  });

  it('is for no administrator: whoever links accounts would choose who is one', async () => {
    const security = await edge().as('security');
    const link = (username: string, subject: string | null) =>
      security.ask('PUT', `/persons/${username}/identity`, { json: { subject } });
    for (const username of ['admin', 'auditor']) {
      expectProblem(await link(username, 'u-102'), 403, 'RIGHTS.ADMINISTRATORS_APART', { post: username });
    }
    expect((await link('LD08.head', 'u-102')).status).toBe(204);
    const json = { kind: 'grant', username: 'LD08.head', post: { kind: 'admin' }, reason: 'x' };
    expectProblem(await security.ask('POST', '/post-changes', { json }), 422, 'POST.ADMINISTRATOR_LINKED');
    expect((await link('LD08.head', null)).status).toBe(204);
  });

  it('makes accounts where the policy says so, with the posts of the claims, and takes those back with them', async () => {
    await policy(CREATING);
    provider.people['u-200'] = {
      name: '李敏',
      preferred_username: 'li.min',
      email: 'li.min@city.example',
      email_verified: true,
      duban_role: ['liaison', 'chief'],
      duban_unit: ['LD01', 'LD02'],
    };
    // A post that somebody holds is not taken from them by somebody else's sign-in.
    const security = await edge().as('security');
    const vacate = (unitCode: string) =>
      security.post('/post-changes', {
        kind: 'take',
        username: `${unitCode}.contact`,
        post: { kind: 'contact', unitCode },
        reason: '离任',
      });
    await vacate('LD01');
    expectProblem(await signIn('u-200'), 409, 'POST.TERM_OVERLAPS', { holder: 'LD02.contact' });
    await vacate('LD02');
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

  it.each([
    ['its class says so', { acr: 'loa3' }, null],
    ['its methods say so', { amr: ['pwd', 'mfa'] }, null],
    ['it says nothing', {}, 'enrolment'],
    ['it says less', { acr: 'loa1', amr: ['otp'] }, 'enrolment'],
  ])('asks for two factors, and counts the provider’s where %s', async (_, said, needs) => {
    const security = await edge().as('security');
    const demand = async (posts: string[]): Promise<void> => {
      const { version, policy: before } = await security.get('/sign-in-policy');
      const next = { ...before, secondFactor: { posts } };
      await security.do('PUT', '/sign-in-policy', { json: { expectedVersion: version, policy: next } });
    };
    await policy(CREATING);
    await demand(['leader']);
    provider.people['u-500'] = { preferred_username: 'qian.yu', duban_role: 'chief' };
    const who = visitor();
    const begun = await who.get(`${duban}/api/v1/sessions/oidc`);
    expect(new URL(begun.headers.get('location')!).searchParams.get('acr_values')).toBe('loa3');
    const back = await who.proveAs('u-500');
    provider.forge = { claims: said };
    const answer = await who.ask('GET', back.slice(duban.length));
    provider.forge = null;
    expect(answer.status).toBe(302);
    const current = await who.ask('GET', '/api/v1/sessions/current');
    expect([current.status, current.body.needs]).toEqual([200, needs]);
    await demand([]);
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
    await policy(CREATING);
    provider.people['u-300'] = { preferred_username: 'zhao.lei', ...given };
    const { history_event: _h, ...before } = await edge().written();
    const count = (await failures()).length;
    const [status, code] = expected.split(' ');
    expectProblem(await signIn('u-300'), Number(status), code!, place);
    expect(await edge().written()).toMatchObject(before);
    expect((await failures()).slice(count)).toMatchObject([{ reason: `${code} from 127.0.0.1` }]);
  });

  describe('refuses what comes back', () => {
    beforeEach(async () => {
      await policy(CREATING);
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

    const now = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;
    const forged: [name: string, forge: () => Promise<NonNullable<IdentityProvider['forge']>>][] = [
      ['of another issuer', async () => ({ claims: { iss: 'https://evil.example' } })],
      ['for another audience', async () => ({ claims: { aud: 'somebody else' } })],
      ['for several, by somebody else', async () => ({ claims: { aud: ['duban', 'x'], azp: 'x' } })],
      ['that has expired', async () => ({ claims: { exp: now(-3600), iat: now(-7200) } })],
      ['with the nonce of another', async () => ({ claims: { nonce: 'another' } })],
      ['of another person than the rest of the answer', async () => ({ claims: { sub: 'u-100' } })],
      [
        'signed by what both sides know',
        async () => ({ claims: {}, alg: 'HS256', key: Buffer.from(provider.clientSecret.padEnd(32, '.')) }),
      ],
      ['signed by nobody', async () => ({ claims: {}, key: (await generateKeyPair('RS256')).privateKey })],
    ];
    it.each(forged)('with an ID token %s', async (_, forge) => {
      const who = visitor();
      const back = await who.proveAs('u-400');
      provider.forge = await forge();
      const answer = await who.ask('GET', path(back));
      provider.forge = null;
      expectProblem(answer, 401, 'OIDC.NOT_PROVED');
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

  // More than an address may fail: any page could have its visitors send such, and lock a whole office out.
  it('takes whatever comes back for what it is: no sign-in, and no failure of whoever was made to send it', async () => {
    const word = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('a'.repeat(43), '\u0000', '%zz', duban));
    await fc.assert(
      fc.asyncProperty(
        fc.record({ code: word, state: word, iss: word, error: word, more: word }, { requiredKeys: [] }),
        async (query) => {
          const text = new URLSearchParams(query as Record<string, string>).toString();
          const headers = { cookie: `duban_browser=${encodeURIComponent(query.state ?? '')}` };
          const answer = await edge().nobody().ask('GET', `/sessions/oidc/callback?${text}`, { headers });
          expectProblem(answer, 401, 'OIDC.STATE_UNKNOWN');
        },
      ),
      { numRuns: 120 },
    );
  });
});
