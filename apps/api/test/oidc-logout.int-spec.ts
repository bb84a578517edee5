import { describeWithBrowser, until } from '@duban/testing';
import { generateKeyPair } from 'jose';
import { type Answer, expectProblem, type Json, useEdge } from './edge';
import { IdentityProvider } from './identity-provider';
import { CREATING, openBeside, setProviderPolicy, Visitor } from './oidc-visitor';

const OURS = { 'x-duban-request': '1' };

describe('Sign-out by the identity provider', () => {
  const provider = new IdentityProvider();
  let duban = '';
  const edge = useEdge(async (database) => {
    const opened = await openBeside(database, provider);
    duban = opened.duban;
    await provider.start(duban);
    await setProviderPolicy(opened.edge, CREATING);
    return opened.edge;
  });
  afterAll(() => provider.stop());
  const signIn = async (login: string, who = new Visitor(duban)): Promise<Answer> => {
    const back = await who.proveAs(login);
    return who.ask('GET', back.slice(duban.length));
  };

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
      await page.waitForURL(`${duban}/`);
      await page.goto(`${duban}/api/v1/sessions/oidc`);
      expect(await page.locator('input[name=login]').count()).toBe(1);
      await context.close();
    });

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
      await until(async () => (await edge().query(open))[0].n === 0, 30_000, 'the provider to tell of it');
      const told = await edge().query(`select after from history_event where type = 'sign_in.ended_by_provider'`);
      expect(told.at(-1)).toMatchObject({ after: { sessions: 1 } });
      await context.close();
    });
  });
});
