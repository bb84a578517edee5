import { describeWithRedis } from '@duban/testing';
import type { TestDatabase } from '@duban/testing';
import { Edge, expectProblem, useEdge } from './edge';

const LIMITS = { DUBAN_ADDRESS_PER_MINUTE: '12', DUBAN_PERSON_PER_MINUTE: '10', DUBAN_COSTLY_PER_MINUTE: '3' };
/** Its own proxy, so that a client's address may be said. */
const SETTINGS = { ...LIMITS, DUBAN_TRUSTED_PROXIES: '127.0.0.1' };
const from = (address: string): { headers: Record<string, string> } => ({ headers: { 'x-forwarded-for': address } });

describe('Who asks too often', () => {
  const edge = useEdge((database) => Edge.open(database, { settings: SETTINGS }));

  it('is told when to go on, as a person, while others are served', async () => {
    const [contact, head] = [await edge().as('LD01.contact'), await edge().as('LD01.head')];
    for (let i = 0; i < 10; i++) expect((await contact.ask('GET', '/units?limit=1')).status).toBe(200);
    const refused = await contact.ask('GET', '/inbox');
    expectProblem(refused, 429, 'REQUEST.TOO_MANY', { limit: 'person', perMinute: 10 });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await head.ask('GET', '/inbox')).status).toBe(200);
  });

  it('is counted by person, whatever session they ask by', async () => {
    const first = await edge().as('LD02.contact');
    for (let i = 0; i < 10; i++) await first.get('/inbox');
    const second = await edge().signIn('LD02.contact');
    expectProblem(await second.ask('GET', '/inbox'), 429, 'REQUEST.TOO_MANY', { limit: 'person' });
  });

  it('is refused at a route that is costly sooner than at others', async () => {
    const office = await edge().as('office');
    for (let i = 0; i < 3; i++) expect((await office.ask('GET', '/units/export?format=csv')).status).toBe(200);
    const refused = await office.ask('GET', '/units/export?format=csv');
    expectProblem(refused, 429, 'REQUEST.TOO_MANY', { limit: 'route', perMinute: 3 });
    expect((await office.ask('GET', '/units')).status).toBe(200);
  });

  it('is counted by address where nobody is known, and does not keep out who has signed in', async () => {
    const contact = await edge().as('LD03.contact');
    const nobody = edge().nobody();
    for (let i = 0; i < 12; i++) expect((await nobody.ask('GET', '/inbox', from('203.0.113.7'))).status).toBe(401);
    const refused = await nobody.ask('GET', '/inbox', from('203.0.113.7'));
    expectProblem(refused, 429, 'REQUEST.TOO_MANY', { limit: 'address' });
    expect((await contact.ask('GET', '/inbox', from('203.0.113.7'))).status).toBe(200);
    expect((await nobody.ask('GET', '/inbox', from('203.0.113.8'))).status).toBe(401);
  });

  it('is counted by address with tokens that are none', async () => {
    const guess = (address: string): ReturnType<ReturnType<Edge['nobody']>['ask']> =>
      edge()
        .nobody()
        .ask('GET', '/inbox', {
          headers: { 'x-forwarded-for': address, authorization: `Bearer ${'x'.repeat(43)}` },
        });
    for (let i = 0; i < 12; i++) expect((await guess('203.0.113.9')).status).toBe(401);
    expectProblem(await guess('203.0.113.9'), 429, 'REQUEST.TOO_MANY', { limit: 'address' });
  });

  it('is one, with all the addresses of a network of IPv6', async () => {
    const ask = async (address: string): Promise<number> =>
      (await edge().nobody().ask('GET', '/inbox', from(address))).status;
    const statuses: number[] = [];
    for (let last = 1; last <= 11; last++) statuses.push(await ask(`2001:db8:0:9::${last}`));
    statuses.push(await ask('2001:db8:0:9:3:4:5:6'), await ask('2001:0db8::9:0:0:0:7'), await ask('2001:db8:0:9::8'));
    expect(statuses).toEqual([...Array<number>(12).fill(401), 429, 429]);
    expect(await ask('2001:db8:0:a::1')).toBe(401);
  });

  it('is never a machine that looks how the system is', async () => {
    for (let i = 0; i < 8; i++) expect((await edge().nobody().ask('GET', '/healthz')).status).toBe(200);
  });
});

describeWithRedis('Processes that share a Redis', (redis) => {
  const edges: Edge[] = [];
  const first = useEdge((database: TestDatabase) => open(database));

  async function open(database: TestDatabase): Promise<Edge> {
    const settings = { ...SETTINGS, REDIS_URL: redis.url };
    edges.push(await Edge.open(database, { settings }), await Edge.open(database, { settings }));
    return edges[0]!;
  }

  afterAll(() => edges[1]?.close());

  it('count together, and each for itself while it is away', async () => {
    const callers = [await first().as('LD05.contact'), await edges[1]!.as('LD05.contact')];
    for (let i = 0; i < 10; i++) expect((await callers[i % 2]!.ask('GET', '/inbox')).status).toBe(200);
    for (const caller of callers) {
      expectProblem(await caller.ask('GET', '/inbox'), 429, 'REQUEST.TOO_MANY', { limit: 'person' });
    }
    await redis.stop();
    for (let i = 0; i < 10; i++) {
      for (const caller of callers) expect((await caller.ask('GET', '/inbox')).status).toBe(200);
    }
    expectProblem(await callers[0]!.ask('GET', '/inbox'), 429, 'REQUEST.TOO_MANY', { limit: 'person' });
  });
});
