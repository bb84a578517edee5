import { freePort, type TestDatabase } from '@duban/testing';
import { type Answer, Edge } from './edge';
import type { IdentityProvider } from './identity-provider';

/** A browser without pages: follows, remembers cookies of both sides, fills in the provider's forms. */
export class Visitor {
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
      bytes: Buffer.from(text),
      body: text.startsWith('{') ? JSON.parse(text) : null,
    };
  }
}

/** An api that listens where the provider is told that it does. */
export async function openBeside(
  database: TestDatabase,
  provider: IdentityProvider,
): Promise<{ edge: Edge; duban: string }> {
  await provider.reserve();
  const duban = `http://127.0.0.1:${await freePort()}`;
  const edge = await Edge.open(database, {
    settings: {
      DUBAN_URL: duban,
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: 'duban',
      OIDC_CLIENT_SECRET: provider.clientSecret,
      OIDC_TWOFOLD_ACR: 'loa3',
    },
  });
  await edge.app.listen(Number(new URL(duban).port), '127.0.0.1');
  return { edge, duban };
}

/** What the provider's roles give, and whether it may bring new people: the security administrator says so. */
export async function setProviderPolicy(edge: Edge, change: object): Promise<void> {
  const security = await edge.as('security');
  const { version, policy } = await security.get('/sign-in-policy');
  const next = { ...policy, provider: { ...policy.provider, ...change } };
  await security.do('PUT', '/sign-in-policy', { json: { expectedVersion: version, policy: next } });
}

export const CREATING = {
  unknownPersons: 'create',
  roles: [
    { role: 'supervision', post: 'officer' },
    { role: 'liaison', post: 'contact' },
    { role: 'chief', post: 'leader' },
  ],
};
export const REFUSING = { unknownPersons: 'refuse', roles: [] };
