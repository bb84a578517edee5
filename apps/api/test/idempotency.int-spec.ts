import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import {
  type Answer,
  type Caller,
  Edge,
  expectProblem,
  formOf,
  ISSUE,
  type Json,
  sample,
  type Sent,
  untilWaitedFor,
  useEdge,
} from './edge';

describe('An Idempotency-Key', () => {
  let url: string;
  let office: Caller;
  const edge = useEdge(async (database) => {
    url = database.url;
    const opened = await (await Edge.open(database)).issue();
    office = await opened.as('office');
    return opened;
  });
  const withKey = (key: string, sent: Sent = {}): Sent => ({ ...sent, headers: { 'idempotency-key': key } });
  const sign = async (unitCode: string, number: string): Promise<(key: string, json?: object) => Promise<Answer>> => {
    const part = await edge().part(number, unitCode);
    const contact = await edge().as(`${unitCode}.contact`);
    return (key, json = { event: 'sign_for' }) =>
      contact.ask('POST', `/assignments/${part.id}/transitions`, withKey(key, { json }));
  };

  it('sent again with the same request gets the first answer, and nothing is done twice', async () => {
    const move = await sign('LD04', '1');
    const first = await move('sign-1');
    expect(first.status).toBe(200);
    const before = await edge().written();
    const again = await move('sign-1');
    expect([again.status, again.body]).toEqual([first.status, first.body]);
    expect(await edge().written()).toEqual(before);
    // Without the key it is another request, and no longer possible.
    expectProblem(await move('sign-1b'), 409, 'ASSIGNMENT.EVENT_NOT_ALLOWED');
  });

  it('keeps the answer of each kind of write: created, changed, a file', async () => {
    const [admin, lead] = [await edge().as('admin'), await edge().as('LD04.contact')];
    const part = await edge().part('1', 'LD04');
    const obligationId = part.obligations.find((o) => o.kind === 'action_plan').id;
    const draft = await edge().draft();
    const writes: [caller: Caller, method: 'POST' | 'PATCH', path: string, sent: () => Sent][] = [
      [office, 'POST', '/plans', () => ({ form: formOf(sample.plan) })],
      [admin, 'POST', '/units/import', () => ({ form: formOf(sample.units) })],
      [office, 'PATCH', `/plans/${draft.id}/tasks/${draft.tasks[0].id}`, () => ({ json: { number: '1-1' } })],
      [office, 'POST', `/plans/${draft.id}/issue`, () => ({ json: ISSUE })],
      [lead, 'POST', `/assignments/${part.id}/reports`, () => ({ json: { obligationId, text: '方案。' } })],
    ];
    for (const [caller, method, path, sent] of writes) {
      const first = await caller.ask(method, path, withKey(`each ${path}`.replaceAll(' ', '-'), sent()));
      expect([path, first.status < 300, first.text]).toEqual([path, true, first.text]);
      const before = await edge().written();
      const again = await caller.ask(method, path, withKey(`each ${path}`.replaceAll(' ', '-'), sent()));
      expect([path, again.status, again.body]).toEqual([path, first.status, first.body]);
      expect(await edge().written()).toEqual(before);
    }
  });

  it('with another request is refused, and nothing is done', async () => {
    const draft = await edge().draft();
    const [first, second] = draft.tasks as [Json, Json];
    const edit = (taskId: string, json: object): Promise<Answer> =>
      office.ask('PATCH', `/plans/${draft.id}/tasks/${taskId}`, withKey('edit', { json }));
    expect((await edit(first.id, { number: '1-1' })).status).toBe(200);
    const before = await edge().written();
    expectProblem(await edit(first.id, { number: '1-2' }), 422, 'IDEMPOTENCY.KEY_REUSED');
    expectProblem(await edit(second.id, { number: '1-1' }), 422, 'IDEMPOTENCY.KEY_REUSED');
    const issue = withKey('edit', { json: ISSUE });
    expectProblem(await office.ask('POST', `/plans/${draft.id}/issue`, issue), 422, 'IDEMPOTENCY.KEY_REUSED');
    expect(await edge().written()).toEqual(before);
  });

  it('with another file, another name or another field beside it is refused', async () => {
    const draft = (form: FormData): Promise<Answer> => office.ask('POST', '/plans', withKey('file', { form }));
    const beside = { jurisdiction: '临澜市' };
    expect((await draft(formOf(sample.plan, 'a.txt'))).status).toBe(201);
    const before = await edge().written();
    expectProblem(await draft(formOf(`${sample.plan} `, 'a.txt')), 422, 'IDEMPOTENCY.KEY_REUSED');
    expectProblem(await draft(formOf(sample.plan, 'b.txt')), 422, 'IDEMPOTENCY.KEY_REUSED');
    expectProblem(await draft(formOf(sample.plan, 'a.txt', 'file', beside)), 422, 'IDEMPOTENCY.KEY_REUSED');
    expect(await edge().written()).toEqual(before);
    expect((await draft(formOf(sample.plan, 'a.txt'))).status).toBe(201);
    expect(await edge().written()).toEqual(before);
  });

  it('of a request that was refused is free: the next one does the work', async () => {
    const move = await sign('LD03', '1');
    expectProblem(await move('try', { event: 'report' }), 409, 'ASSIGNMENT.EVENT_NOT_ALLOWED');
    expect((await move('try')).status).toBe(200);
  });

  it('of another person is another key', async () => {
    const [draft, officer] = [await edge().draft(), await edge().as('officer')];
    const path = `/plans/${draft.id}/tasks/${draft.tasks[0].id}`;
    const edit = (caller: Caller, number: string): Promise<Answer> =>
      caller.ask('PATCH', path, withKey('mine', { json: { number } }));
    expect((await edit(office, '1-1')).status).toBe(200);
    const other = await edit(officer, '1-2');
    expect([other.status, other.body.tasks[0].number]).toEqual([200, '1-2']);
  });

  it('of a request that is being worked on is refused until that has ended', async () => {
    const draft = await edge().draft();
    const issue = (): Promise<Answer> =>
      office.ask('POST', `/plans/${draft.id}/issue`, withKey('slow', { json: ISSUE }));
    const other = new Client({ connectionString: url });
    await other.connect();
    try {
      await other.query('begin');
      await other.query('select from plan where id = $1 for update', [draft.id]);
      const first = issue();
      await untilWaitedFor(other);
      expectProblem(await issue(), 409, 'IDEMPOTENCY.IN_PROGRESS');
      await other.query('commit');
      const answer = await first;
      expect(answer.status).toBe(200);
      expect((await issue()).body).toEqual(answer.body);
    } finally {
      await other.end();
    }
  });

  it('of ten requests at once does the work once', async () => {
    const move = await sign('LD15', '1');
    const answers = await Promise.all(Array.from({ length: 10 }, () => move('ten')));
    const good = answers.filter((answer) => answer.status === 200);
    expect(good.length).toBeGreaterThan(0);
    expect(good.every((answer) => isDeepStrictEqual(answer.body, good[0]!.body))).toBe(true);
    for (const answer of answers) {
      if (answer.status !== 200) expectProblem(answer, 409, 'IDEMPOTENCY.IN_PROGRESS');
    }
    const { id } = good[0]!.body;
    const events = await edge().query(`select type from history_event where entity_id = $1 order by seq`, [id]);
    expect(events.map((event) => event.type)).toEqual(['assignment.assigned', 'assignment.signed_for']);
  });

  it.each(['', 'a b', 'ü', 'x'.repeat(201)])('%j is none', async (key) => {
    const before = await edge().written();
    const answer = await office.ask('POST', '/plans', withKey(key, { form: formOf(sample.plan) }));
    expectProblem(answer, 400, 'IDEMPOTENCY.BAD_KEY');
    expect(await edge().written()).toEqual(before);
  });

  it('is not kept for longer than it may be used', async () => {
    const [draft, keys] = [await edge().draft(), `select key from idempotency_key where key like 'old%'`];
    const path = `/plans/${draft.id}/tasks/${draft.tasks[0].id}`;
    const edit = (key: string): Promise<Answer> => office.ask('PATCH', path, withKey(key, { json: { number: key } }));
    await edit('old-1');
    await edge().query(`update idempotency_key set created_at = now() - interval '49 hours' where key = 'old-1'`);
    await edit('old-2');
    expect(await edge().query(keys)).toEqual([{ key: 'old-2' }]);
  });
});
