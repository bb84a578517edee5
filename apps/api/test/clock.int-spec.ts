import { systemClock } from '@duban/kernel';
import { type TestDatabase, useTestDatabase } from '@duban/testing';
import { Client } from 'pg';
import { fault } from './cases';
import { type Answer, type Caller, Edge, expectProblem, type Json, START, untilWaitedFor, useEdge } from './edge';

describe('The clock', () => {
  describe('of a demonstration', () => {
    let database: TestDatabase;
    let admin: Caller;
    const edge = useEdge(async (made) => {
      database = made;
      const opened = await (await Edge.open(database)).issue();
      admin = await opened.as('admin');
      return opened;
    });
    const moveTo = (now: unknown, caller = admin): Promise<Answer> => caller.ask('PUT', '/clock', { json: { now } });

    it('stands until an admin moves it, and does what is due on the way at its own time', async () => {
      expect(await admin.get('/clock')).toEqual({ now: new Date(START).toISOString() });
      const answer = await moveTo('2023-01-17T18:00:00+08:00');
      expect([answer.status, answer.body]).toEqual([200, { now: '2023-01-17T10:00:00.000Z' }]);
      const office = await edge().as('office');
      const fired = new Set((await office.all('/follow-ups')).map((f: Json) => f.firedAt));
      expect([...fired]).toEqual(['2023-01-16T01:00:00.000Z', '2023-01-17T01:00:00.000Z']);
      expect((await office.get('/dashboard')).now).toBe('2023-01-17T10:00:00.000Z');
    });

    it('may be moved to where it stands', async () => {
      const { now } = await admin.get('/clock');
      expect((await moveTo(now)).status).toBe(200);
    });

    it.each([
      ['back', '2023-01-17T09:59:59Z', 422, 'CLOCK.BACKWARDS', { field: 'now' }],
      ['beyond all plans', '2102-01-01T00:00:00Z', 422, 'CLOCK.TOO_FAR', { field: 'now' }],
      ['to the end of all days', '9999-12-31T23:59:59Z', 422, 'CLOCK.TOO_FAR', { field: 'now' }],
      ['to a day that does not exist', '2023-02-30T00:00:00Z', 400, 'REQUEST.INVALID', fault('now')],
      ['to a time of no zone', '2023-02-03T00:00:00', 400, 'REQUEST.INVALID', fault('now')],
      ['to nothing', null, 400, 'REQUEST.INVALID', fault('now')],
    ])('is not moved %s', async (_, now, status, code, place) => {
      const before = await edge().written();
      expectProblem(await moveTo(now), status, code, place);
      expect(await edge().written()).toEqual(before);
    });

    it.each(['office', 'auditor', 'LD04.head'])('is not moved by %s', async (username) => {
      expectProblem(await moveTo('2023-02-01T00:00:00Z', await edge().as(username)), 403, 'RIGHTS.NOT_ALLOWED');
    });

    it('is moved by one at a time, in any process, and all processes have the same', async () => {
      const second = await Edge.open(database);
      const other = await second.as('admin');
      const client = new Client({ connectionString: database.url });
      await client.connect();
      try {
        // Nobody can move it on while the row is held, so the first is still at it when the others come.
        await client.query('begin');
        await client.query('select from demonstration_clock for update');
        const first = moveTo('2023-01-18T00:00:00Z');
        await untilWaitedFor(client);
        expectProblem(await moveTo('2023-01-19T00:00:00Z'), 409, 'CLOCK.MOVING');
        expectProblem(await moveTo('2023-01-19T00:00:00Z', other), 409, 'CLOCK.MOVING');
        await client.query('commit');
        expect((await first).status).toBe(200);
        expect(await other.get('/clock')).toEqual({ now: '2023-01-18T00:00:00.000Z' });
        expectProblem(await moveTo('2023-01-17T23:00:00Z', other), 422, 'CLOCK.BACKWARDS');
        expect((await moveTo('2023-01-19T02:00:00Z', other)).status).toBe(200);
        expect(await admin.get('/clock')).toEqual({ now: '2023-01-19T02:00:00.000Z' });
        const moves = `select after ->> 'now' as now from history_event where type = 'clock.moved' order by seq desc limit 2`;
        expect(await edge().query(moves)).toEqual([
          { now: '2023-01-19T02:00:00.000Z' },
          { now: '2023-01-18T00:00:00.000Z' },
        ]);
      } finally {
        await client.end();
        await second.close();
      }
    });
  });

  describe('of the machine', () => {
    const database = useTestDatabase();
    let edge: Edge;
    beforeAll(async () => {
      edge = await Edge.open(database, { clock: systemClock });
    });
    afterAll(() => edge.close());

    it('has no routes, neither to read nor to move', async () => {
      const admin = await edge.as('admin');
      expectProblem(await admin.ask('GET', '/clock'), 404, 'REQUEST.NO_SUCH_ROUTE');
      const now = new Date(Date.now() + 60_000).toISOString();
      expectProblem(await admin.ask('PUT', '/clock', { json: { now } }), 404, 'REQUEST.NO_SUCH_ROUTE');
      expectProblem(await edge.nobody().ask('PUT', '/clock', { json: { now } }), 404, 'REQUEST.NO_SUCH_ROUTE');
      const { paths } = await edge.nobody().get('/api/openapi.json');
      expect(Object.keys(paths).filter((path) => path.includes('clock'))).toEqual([]);
    });

    it('is told by the dashboard', async () => {
      const { now } = await (await edge.as('office')).get('/dashboard');
      expect(Math.abs(Date.parse(now) - Date.now())).toBeLessThan(60_000);
    });
  });
});
