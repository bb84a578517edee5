import { type Case, fault, NOTHING, refuseAll, type Request, send } from './cases';
import { Edge, expectProblem, ISSUE, type Json, type Sent, useEdge } from './edge';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const raw = (body: string | Buffer, type = 'application/json'): Sent => ({
  raw: body,
  headers: { 'content-type': type },
});

describe('A bad request', () => {
  let draft: Json;
  let messageOfSomebody: string;
  const edge = useEdge(async (database) => {
    const opened = await (await Edge.open(database)).issue();
    draft = await opened.draft();
    await opened.passTo('2023-01-20T12:00:00+08:00');
    const [{ id }] = (await (await opened.as('LD05.contact')).get('/inbox')).items;
    messageOfSomebody = id;
    return opened;
  });
  const refuses = (cases: Case[]): void => refuseAll(edge, () => undefined, cases);

  describe('with a body', () => {
    const issue = (sent: Sent): Request => ['office', 'POST', `/plans/${draft.id}/issue`, sent];
    const issueOf = (json: unknown): Request => issue({ json });
    const edit = (json: unknown): Request => {
      return ['office', 'PATCH', `/plans/${draft.id}/tasks/${draft.tasks[0].id}`, { json }];
    };
    const move = (json: unknown): Request => ['office', 'POST', `/assignments/${NOTHING}/transitions`, { json }];
    const polluted = '{"year":2023,"issuedOn":"2023-01-12","__proto__":{"isAdmin":true}}';
    const form = 'application/x-www-form-urlencoded';
    refuses([
      ['that is no JSON', () => issue(raw('{"year": 2023,')), '400 REQUEST.NOT_JSON'],
      ['that is empty', () => issue(raw('')), '400 REQUEST.NOT_JSON'],
      ['that is missing', () => issue({}), '400 REQUEST.INVALID'],
      ['of another media type', () => issue(raw('<a/>', 'application/xml')), '415 REQUEST.UNSUPPORTED_MEDIA_TYPE'],
      ['of plain text', () => issue(raw('{}', 'text/plain')), '415 REQUEST.UNSUPPORTED_MEDIA_TYPE'],
      ['of a form', () => [null, 'POST', '/sessions', raw('username=a', form)], '415 REQUEST.UNSUPPORTED_MEDIA_TYPE'],
      ['over 1 MiB', () => issueOf({ policy: 'x'.repeat(1024 * 1024) }), '413 REQUEST.TOO_LARGE'],
      ['in another encoding', () => issue(raw(Buffer.from('{"x":"\xc4\xea"}', 'latin1'))), '400 REQUEST.NOT_UTF8'],
      ['that is null', () => issue(raw('null')), '400 REQUEST.INVALID'],
      ['that is a list', () => issueOf([ISSUE]), '400 REQUEST.INVALID'],
      [
        'with an unknown field',
        () => issueOf({ ...ISSUE, yaer: 1 }),
        '400 REQUEST.INVALID',
        fault('yaer', 'FIELD.UNKNOWN'),
      ],
      [
        'with an unknown field inside',
        () => move({ event: 'report', evidence: [{ title: 'x', url: 'y' }] }),
        '400 REQUEST.INVALID',
        fault('evidence.0.url', 'FIELD.UNKNOWN'),
      ],
      ['without a field', () => issueOf({ year: 2023 }), '400 REQUEST.INVALID', fault('issuedOn')],
      [
        'with several faults, all named',
        () => issueOf({ year: '2023', issuedOn: '2023-1-1', x: 0 }),
        '400 REQUEST.INVALID',
        { faults: ['year', 'issuedOn', 'x'].map((field) => expect.objectContaining({ field })) },
      ],
      ['with text for a number', () => issueOf({ ...ISSUE, year: '2023' }), '400 REQUEST.INVALID', fault('year')],
      ['with a fraction', () => issueOf({ ...ISSUE, year: 2023.5 }), '400 REQUEST.INVALID', fault('year')],
      ['with an enormous number', () => issue(raw('{"year":1e999}')), '400 REQUEST.INVALID', fault('year')],
      ['of 30 February', () => issueOf({ ...ISSUE, issuedOn: '2023-02-30' }), '400 REQUEST.INVALID', fault('issuedOn')],
      ['of the year 0', () => issueOf({ ...ISSUE, issuedOn: '0000-01-01' }), '400 REQUEST.INVALID', fault('issuedOn')],
      [
        'of the year 0, to put right by',
        () => move({ event: 'return', reason: 'x', rectifyBy: '0000-01-01' }),
        '400 REQUEST.INVALID',
        fault('rectifyBy'),
      ],
      [
        'of the last day of all, to put right by',
        () => move({ event: 'return', reason: 'x', rectifyBy: '9999-12-31' }),
        '400 REQUEST.INVALID',
        fault('rectifyBy'),
      ],
      [
        'of the last day of all, for a deadline',
        () => edit({ deadline: { text: 'x', due: '9999-12-31' } }),
        '400 REQUEST.INVALID',
        fault('deadline.due'),
      ],
      ['with a NUL', () => edit({ content: 'a\u0000b' }), '400 REQUEST.INVALID', fault('content')],
      ['with half a surrogate pair', () => edit({ content: 'a\ud83db' }), '400 REQUEST.INVALID', fault('content')],
      [
        'with another half in a list',
        () => edit({ lead: ['市发改委', '\udc00'] }),
        '400 REQUEST.INVALID',
        fault('lead.1'),
      ],
      ['with blanks for a text', () => edit({ content: ' 　\t' }), '400 REQUEST.INVALID', fault('content')],
      ['with a text too long', () => edit({ content: 'x'.repeat(20_001) }), '400 REQUEST.INVALID', fault('content')],
      ['with a list too long', () => edit({ lead: Array(501).fill('x') }), '400 REQUEST.INVALID', fault('lead')],
      ['nested 100,000 deep', () => issue(raw(`{"year":${nested(100_000)}}`)), '400 REQUEST.INVALID', fault('year')],
      ['with a key __proto__', () => issue(raw(polluted)), '400 REQUEST.NOT_JSON'],
      ['with a key constructor', () => issue(raw('{"constructor":{"prototype":{}}}')), '400 REQUEST.NOT_JSON'],
    ]);
  });

  describe('to simulate', () => {
    const ask =
      (json: object, id = 'annual-report') =>
      (): Request => {
        return [
          'office',
          'POST',
          `/policies/${id}/simulate`,
          { json: { from: '2023-01-12', to: '2023-12-31', ...json } },
        ];
      };
    refuses([
      ['from 30 February', ask({ from: '2023-02-30' }), '400 REQUEST.INVALID', fault('from')],
      ['to a year beyond all', ask({ to: '2101-01-01' }), '400 REQUEST.INVALID', fault('to')],
      ['with no end', ask({ to: undefined }), '400 REQUEST.INVALID', fault('to')],
      ['what nobody assumes', ask({ assume: 'all_are_ill' }), '400 REQUEST.INVALID', fault('assume')],
      ['a version that is none', ask({ version: 0 }), '400 REQUEST.INVALID', fault('version')],
      ['what is not asked for', ask({ rungs: [] }), '400 REQUEST.INVALID', fault('rungs', 'FIELD.UNKNOWN')],
      ['backwards', ask({ to: '2023-01-11' }), '422 SIMULATION.FROM_AFTER_TO', { field: 'from' }],
      ['for ever', ask({ to: '2025-01-13' }), '422 SIMULATION.SPAN_TOO_LONG', { field: 'to' }],
      ['by no policy', ask({}, 'none'), '404 POLICY.UNKNOWN', { field: 'id' }],
      ['by no version', ask({ version: 2 }), '404 POLICY.UNKNOWN_VERSION', { field: 'version' }],
      ['no plan', ask({ planId: NOTHING }), '404 PLAN.UNKNOWN', { field: 'planId' }],
      ['no unit', ask({ unitId: NOTHING }), '404 UNIT.UNKNOWN', { field: 'unitId' }],
      [
        'an issue without a draft',
        ask({ issuedOn: '2023-02-01' }),
        '422 SIMULATION.NOT_A_DRAFT',
        { field: 'issuedOn' },
      ],
    ]);
  });

  describe('to an address', () => {
    const sign = { json: { event: 'sign_for' } };
    refuses([
      ['with a UUID that is none', () => ['office', 'GET', '/plans/17'], '400 REQUEST.INVALID', fault('id')],
      ['with a UUID and more', () => ['office', 'GET', `/tasks/${NOTHING}'--`], '400 REQUEST.INVALID', fault('id')],
      ['that is badly encoded', () => ['office', 'GET', '/tasks/%zz'], '400 REQUEST.BAD_ADDRESS'],
      ['with a part too long', () => ['office', 'GET', `/tasks/${'x'.repeat(500)}`], '414 REQUEST.BAD_ADDRESS'],
      ['that is none', () => ['office', 'GET', '/takss'], '404 REQUEST.NO_SUCH_ROUTE'],
      ['that is none, outside the api', () => [null, 'GET', '/api/nothing'], '404 REQUEST.NO_SUCH_ROUTE'],
      ['that has no such method', () => ['office', 'DELETE', '/plans'], '404 REQUEST.NO_SUCH_ROUTE'],
      ['of no plan', () => ['office', 'GET', `/plans/${NOTHING}`], '404 PLAN.UNKNOWN'],
      ['of no task', () => ['office', 'GET', `/tasks/${NOTHING}`], '404 TASK.UNKNOWN'],
      ['of no task, its history', () => ['office', 'GET', `/tasks/${NOTHING}/history`], '404 TASK.UNKNOWN'],
      ['of no part', () => ['office', 'POST', `/assignments/${NOTHING}/transitions`, sign], '404 ASSIGNMENT.UNKNOWN'],
      [
        'of no notice',
        () => ['office', 'POST', `/notices/${NOTHING}/transitions`, { json: { event: 'accept' } }],
        '404 NOTICE.UNKNOWN',
      ],
      ['of no message', () => ['LD04.contact', 'POST', `/inbox/${NOTHING}/read`], '404 DELIVERY.UNKNOWN'],
      [
        'of a message of somebody else',
        () => ['LD04.contact', 'POST', `/inbox/${messageOfSomebody}/read`],
        '404 DELIVERY.UNKNOWN',
      ],
    ]);
  });

  describe('with a query', () => {
    const lists = ['/tasks', '/obligations', '/follow-ups', '/notices', '/plans', '/units', '/deliveries', '/inbox'];
    const limits = ['0', '201', 'abc', '', '-1', '1.5', '1e999'];
    const get = (path: string) => (): Request => ['office', 'GET', path];
    const by = (...key: unknown[]): string => `cursor=${Buffer.from(JSON.stringify(key)).toString('base64url')}`;
    const cursors: [name: string, path: string][] = [
      ...lists.map((list): [string, string] => [`${list} by a cursor that is none`, `${list}?cursor=abc`]),
      ...lists.map((list): [string, string] => [`${list} by the cursor of another list`, `${list}?${by(1, 2, 3)}`]),
      ['/tasks by a position that no column holds', `/tasks?${by(NOTHING, 1e15)}`],
      ['/tasks by a date that does not exist', `/tasks?sort=due&${by('2023-02-30', NOTHING)}`],
      ['/tasks by the cursor of another order', `/tasks?sort=due&${by(NOTHING, 1)}`],
      ['/plans by an instant that JavaScript reads and Postgres does not', `/plans?${by('1', NOTHING)}`],
      ['/obligations by a day that does not exist', `/obligations?${by('2023-02-30T00:00:00.000Z', NOTHING)}`],
      ['/notices by an instant of another form', `/notices?${by('Mon, 1 Jan 2023', NOTHING)}`],
      ['/units by a unit that is none', `/units?${by(NOTHING)}`],
      ['/tasks by a day of the year 0', `/tasks?sort=due&${by('0000-01-01', NOTHING)}`],
      ['/bulletins by a year that no column holds', `/bulletins?${by(1e274, 1)}`],
    ];
    const past = (asOf: string) => (): Request => ['office', 'GET', `/plans/${edge().planId}?asOf=${asOf}`];
    refuses([
      ...cursors.map(([name, path]): Case => [name, get(path), '400 REQUEST.BAD_CURSOR', { field: 'cursor' }]),
      [
        '/tasks/:id/history by a cursor that is none',
        () => ['office', 'GET', `/tasks/${draft.tasks[0].id}/history?cursor=abc`],
        '400 REQUEST.BAD_CURSOR',
        { field: 'cursor' },
      ],
      ...lists.flatMap((list) =>
        limits.map((limit): Case => {
          return [`${list} by limit "${limit}"`, get(`${list}?limit=${limit}`), '400 REQUEST.INVALID', fault('limit')];
        }),
      ),
      ...[...lists, '/dashboard'].map((list): Case => {
        const place = fault('colou', 'FIELD.UNKNOWN');
        return [`${list} by a parameter that is none`, get(`${list}?colou=red`), '400 REQUEST.INVALID', place];
      }),
      ['that says one thing twice', get('/tasks?limit=1&limit=2'), '400 REQUEST.INVALID', fault('limit')],
      ['by a light that is none', get('/tasks?light=blue'), '400 REQUEST.INVALID', fault('light')],
      ['by an order that is none', get('/tasks?sort=content;drop'), '400 REQUEST.INVALID', fault('sort')],
      [
        'by an instant of the year 0',
        get('/units/LA01/posts?asOf=0000-01-01T00:00:00Z'),
        '400 REQUEST.INVALID',
        fault('asOf'),
      ],
      [
        'by an instant of the year 10000',
        get('/tasks?dueBefore=9999-12-31T23:59:59-08:00'),
        '400 REQUEST.INVALID',
        fault('dueBefore'),
      ],
      ['by a time of no zone', get('/tasks?dueBefore=2023-01-12T09:00:00'), '400 REQUEST.INVALID', fault('dueBefore')],
      ['for words with a NUL', get('/tasks?q=a%00b'), '400 REQUEST.INVALID', fault('q')],
      ['for a rung with a NUL', get('/follow-ups?rung=%00'), '400 REQUEST.INVALID', fault('rung')],
      ['for a channel with a NUL', get('/deliveries?channel=%00'), '400 REQUEST.INVALID', fault('channel')],
      ['for the board of the future', get('/tasks?asOf=2023-01-21'), '422 REQUEST.AS_OF_IN_FUTURE', { field: 'asOf' }],
      ['for the board of a day that is none', get('/tasks?asOf=2023-02-29'), '400 REQUEST.INVALID', fault('asOf')],
      ['for the past, malformed', past('yesterday'), '400 REQUEST.INVALID', fault('asOf')],
      ['for the past, on 29 February of no leap year', past('2023-02-29'), '400 REQUEST.INVALID', fault('asOf')],
      ['for the past, in the year 0', past('0000-01-01'), '400 REQUEST.INVALID', fault('asOf')],
      ['for the last day of all', past('9999-12-31'), '400 REQUEST.INVALID', fault('asOf')],
      ['for the next second', past('2023-01-20T04:00:01Z'), '422 REQUEST.AS_OF_IN_FUTURE', { field: 'asOf' }],
      ['for tomorrow', past('2023-01-21'), '422 REQUEST.AS_OF_IN_FUTURE', { field: 'asOf' }],
      ['for the time before there was a plan', past('2022-12-31'), '404 PLAN.UNKNOWN'],
    ]);
  });

  describe('of nobody who is signed in', () => {
    const by = (authorization: string): Request => [null, 'GET', '/tasks', { headers: { authorization } }];
    const signIn = (json: object): Request => [null, 'POST', '/sessions', { json }];
    const issue = (json: object): Request => [null, 'POST', `/plans/${draft.id}/issue`, { json }];
    refuses([
      ['to read', () => [null, 'GET', '/tasks'], '401 SESSION.REQUIRED'],
      ['to write', () => issue(ISSUE), '401 SESSION.REQUIRED'],
      ['to write what is bad besides', () => issue({}), '401 SESSION.REQUIRED'],
      ['by a token that is none', () => by('Bearer abc'), '401 SESSION.REQUIRED'],
      ['by a token that nobody was given', () => by(`Bearer ${'x'.repeat(43)}`), '401 SESSION.REQUIRED'],
      ['by another scheme', () => by('Basic b2ZmaWNlOng='), '401 SESSION.REQUIRED'],
      ['without a password', () => signIn({ username: 'office' }), '400 REQUEST.INVALID', fault('password')],
    ]);

    it('is told how to sign in', async () => {
      const answer = await edge().nobody().ask('GET', '/tasks');
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    });

    it('any more', async () => {
      const caller = await edge().signIn('officer');
      await caller.get('/sessions/current');
      await caller.do('DELETE', '/sessions/current');
      expectProblem(await caller.ask('GET', '/tasks'), 401, 'SESSION.REQUIRED');
      expectProblem(await caller.ask('DELETE', '/sessions/current'), 401, 'SESSION.REQUIRED');
    });

    it('by a wrong password stands in history, and opens nothing', async () => {
      const sessions = (): Promise<Json[]> => edge().query(`select count(*) from session`);
      const [before, { history_event: _, ...tables }] = [await sessions(), await edge().written()];
      const sent = { json: { username: 'leader', password: 'guess' }, headers: { 'x-request-id': 'guess-1' } };
      expectProblem(await send(edge(), [null, 'POST', '/sessions', sent]), 401, 'SESSION.WRONG_CREDENTIALS');
      expect(await edge().written()).toMatchObject(tables);
      expect(await sessions()).toEqual(before);
      expect(await edge().query(`select type, request_id from history_event order by seq desc limit 1`)).toEqual([
        { type: 'person.sign_in_failed', request_id: 'guess-1' },
      ]);
    });

    it('by a name that is none stands in history without the name', async () => {
      const json = { username: 'x\u0000', password: 'x' };
      expectProblem(await send(edge(), [null, 'POST', '/sessions', { json }]), 401, 'SESSION.WRONG_CREDENTIALS');
      const [event] = await edge().query(`select type, after from history_event order by seq desc limit 1`);
      expect(event).toEqual({ type: 'sign_in.failed', after: { code: 'SESSION.WRONG_CREDENTIALS' } });
    });

    it('by the eleventh wrong password is not looked at', async () => {
      const guess: Request = [null, 'POST', '/sessions', { json: { username: 'LD23.head', password: 'guess' } }];
      for (let i = 0; i < 10; i++) expectProblem(await send(edge(), guess), 401, 'SESSION.WRONG_CREDENTIALS');
      const answer = await send(edge(), guess);
      expectProblem(answer, 429, 'SESSION.TOO_MANY_TRIES');
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    });

    it('is none where the scheme is in small letters', async () => {
      const { token } = await edge().as('officer');
      const sent = { headers: { authorization: `bearer ${token}` } };
      expect((await send(edge(), [null, 'GET', '/sessions/current', sent])).status).toBe(200);
    });
  });

  describe('has an id', () => {
    it('that was sent: it comes back, and stands in history', async () => {
      const office = await edge().as('office');
      const path = `/tasks/${draft.tasks[1].id}`;
      const sent = { json: { number: '2-1' }, headers: { 'x-request-id': 'proxy:7.a-b_c' } };
      const answer = await office.ask('PATCH', `/plans/${draft.id}${path}`, sent);
      expect(answer.headers['x-request-id']).toBe('proxy:7.a-b_c');
      const events = await office.all(`${path}/history`);
      expect(events.at(-1)).toMatchObject({ type: 'task.edited', requestId: 'proxy:7.a-b_c' });
    });

    it.each(['', 'a b', 'x'.repeat(101), '<script>', '要'])('of our own instead of %j', async (id) => {
      const answer = await edge()
        .nobody()
        .ask('GET', '/takss', { headers: { 'x-request-id': id } });
      expectProblem(answer, 404, 'REQUEST.NO_SUCH_ROUTE');
      expect(answer.body.requestId).toMatch(/^[0-9a-f-]{36}$/);
    });
  });
});
