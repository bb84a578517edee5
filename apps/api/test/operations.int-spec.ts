import { until } from '@duban/testing';
import { type Answer, Edge, expectProblem, useEdge } from './edge';
import { Proxy } from './proxy';

describe('Operations', () => {
  let proxy: Proxy;
  const edge = useEdge(async (database) => {
    proxy = new Proxy(new URL(database.url));
    await proxy.open();
    const opened = await (await Edge.open(database, { databaseUrl: proxy.url })).issue();
    await opened.passTo('2023-01-20T12:00:00+08:00');
    return opened;
  });
  afterAll(() => proxy.close());
  const get = (path: string): Promise<Answer> => edge().nobody().ask('GET', path);
  const figures = async (): Promise<Map<string, number>> => {
    const { text } = await get('/metrics');
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
  };

  describe('while all is well', () => {
    it('it is alive and ready', async () => {
      expect(await get('/healthz')).toMatchObject({ status: 200, body: { status: 'alive' } });
      const ready = { status: 'ready', checks: { database: 'ok', queue: 'ok', history: 'signed' } };
      expect(await get('/readyz')).toMatchObject({ status: 200, body: ready });
    });

    it('the metrics have their names, and figures that grow with the requests', async () => {
      const [before, office] = [await figures(), await edge().as('office')];
      const { id } = await edge().task('1');
      for (let i = 0; i < 3; i++) await office.get(`/tasks/${id}`);
      await office.ask('GET', '/tasks/17');
      await get('/nowhere/1');
      await get('/nowhere/2');
      const after = await figures();
      const grown = (labels: string): number => {
        const name = `duban_http_request_seconds_count{${labels}}`;
        return (after.get(name) ?? 0) - (before.get(name) ?? 0);
      };
      // One of the fixture itself.
      expect(grown('method="GET",route="/api/v1/tasks/:id",status="200"')).toBe(4);
      expect(grown('method="GET",route="/api/v1/tasks/:id",status="400"')).toBe(1);
      expect(grown('method="GET",route="unknown",status="404"')).toBe(2);
      expect([...after.keys()].filter((name) => name.includes(id) || name.includes('nowhere'))).toEqual([]);
      const { obligations } = await office.get('/dashboard');
      expect(after.get('duban_obligations{state="open"}')).toBe(obligations.open);
      expect(after.get('duban_obligations{state="overdue"}')).toBe(obligations.overdue);
      const delivered = (await office.all('/deliveries')).filter((delivery) => delivery.state === 'delivered');
      expect(after.get('duban_deliveries{channel="inbox",state="delivered"}')).toBe(delivered.length);
      expect(after.get('duban_oldest_due_rung_seconds')).toBe(0);
      expect(after.get('duban_lost_jobs')).toBe(0);
      expect([...after.keys()].some((name) => name.startsWith('duban_jobs{queue='))).toBe(true);
      expect(after.get('process_resident_memory_bytes')).toBeGreaterThan(0);
    });

    it.each(['Forwarded', 'X-Forwarded-For', 'X-Real-IP'])('no proxy hands out the metrics (%s)', async (header) => {
      const answer = await edge()
        .nobody()
        .ask('GET', '/metrics', { headers: { [header]: '203.0.113.7' } });
      expectProblem(answer, 404, 'REQUEST.NO_SUCH_ROUTE');
    });

    it('every answer has the headers of caution', async () => {
      for (const path of ['/healthz', '/api/docs', '/api/openapi.json', '/tasks', '/nowhere', '/metrics']) {
        const { headers } = await get(path);
        expect([path, headers]).toEqual([
          path,
          expect.objectContaining({
            'x-content-type-options': 'nosniff',
            'x-frame-options': 'DENY',
            'referrer-policy': 'no-referrer',
            'content-security-policy': expect.stringMatching(/default-src 'self'.*frame-ancestors 'none'/),
            'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
          }),
        ]);
        expect(headers['content-security-policy']).not.toMatch(/https?:|\*/);
        expect(headers).not.toHaveProperty('x-powered-by');
        expect(headers).not.toHaveProperty('access-control-allow-origin');
      }
    });

    it('the page to try the api on needs nothing from elsewhere', async () => {
      const page = await get('/api/docs');
      expect(page).toMatchObject({ status: 200, headers: { 'content-type': expect.stringContaining('text/html') } });
      const parts = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map((match) => match[1]!);
      expect(parts.length).toBeGreaterThan(4);
      for (const part of parts) {
        const url = new URL(part, 'http://here.test/api/docs');
        expect(url.host).toBe('here.test');
        const answer = await get(url.pathname);
        expect([part, answer.status, answer.text.length > 0]).toEqual([part, 200, true]);
      }
      // The policy allows no script within the page.
      expect(page.text).not.toMatch(/<script>|<script [^>]*>[^<\s]/);
      expect((await get('/api/docs/swagger-ui-init.js')).text).toContain('/api/v1/tasks/{id}');
    });
  });

  describe('while the database is away', () => {
    const expectAway = async (): Promise<void> => {
      // Who waits for the database waits ten seconds and more; a busy machine takes less for either.
      let started = Date.now();
      expect(await get('/healthz')).toMatchObject({ status: 200, body: { status: 'alive' } });
      expect(Date.now() - started).toBeLessThan(8_000);
      started = Date.now();
      expect(await get('/readyz')).toMatchObject({
        status: 503,
        body: { status: 'not_ready', checks: { database: 'away' } },
      });
      expect(Date.now() - started).toBeLessThan(8_000);
    };
    const expectBack = async (): Promise<void> => {
      await until(async () => (await get('/readyz')).status === 200);
      const office = await edge().as('office');
      expect((await office.get('/tasks?limit=1')).items).toHaveLength(1);
    };

    it('and refuses connections, requests are told to come again, and all goes on when it is back', async () => {
      const office = await edge().as('office');
      const { id } = await edge().task('1');
      await proxy.close();
      await expectAway();
      const sign = { json: { event: 'cancel', reason: 'x', cancelReason: 'merged' } };
      for (const answer of [
        await office.ask('GET', '/tasks'),
        await office.ask('GET', `/tasks/${id}/history`),
        await office.ask('POST', `/assignments/${id}/transitions`, sign),
        await edge()
          .nobody()
          .ask('POST', '/sessions', { json: { username: 'office', password: 'x' } }),
      ]) {
        expectProblem(answer, 503, 'SERVICE.DATABASE_AWAY');
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      }
      expectProblem(await get('/nowhere'), 404, 'REQUEST.NO_SUCH_ROUTE');
      const left = await figures();
      expect(left.get('process_resident_memory_bytes')).toBeGreaterThan(0);
      expect(left.get('duban_http_request_seconds_count{method="GET",route="/healthz",status="200"}')).toBeGreaterThan(
        0,
      );
      // Missing, which an alarm can see, and not 0, which says that all is well.
      expect([...left.keys()].filter((name) => /duban_(obligations|oldest|deliveries)/.test(name))).toEqual([]);
      await proxy.open();
      await expectBack();
      expect((await figures()).get('duban_oldest_due_rung_seconds')).toBe(0);
    });

    it('and swallows what it is asked, the probes answer all the same', async () => {
      proxy.swallow();
      await expectAway();
      await proxy.close();
      await proxy.open();
      await expectBack();
    });
  });
});
