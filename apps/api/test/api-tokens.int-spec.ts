import { Caller, Edge, expectProblem, type Json, useEdge } from './edge';

describe('An API token', () => {
  const edge = useEdge(async (database) => (await Edge.open(database)).issue());
  const make = async (username: string, scopes: string[], more: object = {}): Promise<Json> =>
    (await edge().as(username)).post('/api-tokens', { name: '周报', purpose: '每周导出', scopes, days: 30, ...more });
  const by = ({ token }: Json): Caller => new Caller(edge().app, token);

  it('is shown once, and stored as its hash alone', async () => {
    const made = await make('office', ['read.all']);
    expect(made.token).toMatch(/^duban_[\w-]{43}$/);
    const office = await edge().as('office');
    const { items, scopes } = await office.get('/api-tokens');
    expect(scopes).toContainEqual({ scope: 'plan.issue', zh: '印发方案', en: expect.any(String) });
    expect(scopes.map(({ scope }: Json) => scope)).not.toContain('account.edit');
    expect(items[0]).toMatchObject({
      id: made.id,
      name: '周报',
      scopes: ['read.all'],
      lastUsedAt: null,
      endedAt: null,
    });
    expect(JSON.stringify(items)).not.toContain(made.token);
    const rows = await edge().query(
      `select t::text as row from api_token t union all select concat(before, after) from history_event
       union all select response::text from idempotency_key`,
    );
    expect(rows.map(({ row }) => row).join()).not.toContain(made.token);
  });

  it('does what its scopes say, and no more', async () => {
    const reader = by(await make('office', ['read.all']));
    expect((await reader.get('/tasks')).items.length).toBeGreaterThan(0);
    const issue = { json: { year: 2023, issuedOn: '2023-01-12' } };
    expectProblem(await reader.ask('POST', `/plans/${edge().planId}/issue`, issue), 403, 'RIGHTS.NOT_IN_SCOPE');
    for (const path of ['/units', '/inbox', '/clock', '/deliveries']) {
      expectProblem(await reader.ask('GET', path), 403, 'RIGHTS.NOT_IN_SCOPE');
    }
    expect(await reader.get('/sessions/current')).toMatchObject({
      username: 'office',
      contact: null,
      apiToken: { name: '周报', scopes: ['read.all'] },
    });
  });

  it('has no scope that its person has not, also later', async () => {
    const contact = await edge().as('LD04.contact');
    const wanted = { name: 'x', purpose: 'y', scopes: ['read.own', 'plan.issue'], days: 1 };
    expectProblem(await contact.ask('POST', '/api-tokens', { json: wanted }), 422, 'API_TOKEN.SCOPE_NOT_YOURS', {
      field: 'scopes',
      scopes: ['plan.issue'],
    });
    const made = await make('officer', ['plan.draft']);
    const of = `from post where kind = 'officer'`;
    await edge().query(`update post_holding set post_id = (select id from post where kind = 'leader')
      where post_id = (select id ${of})`);
    expectProblem(await by(made).ask('POST', '/plans'), 403, 'RIGHTS.NOT_ALLOWED');
    await edge().query(`update post_holding h set post_id = (select id ${of})
      from person p where p.id = h.person_id and p.username = 'officer'`);
  });

  it.each([
    ['a name', { name: ' ' }],
    ['a purpose', { purpose: '' }],
    ['scopes', { scopes: [] }],
    ['scopes that exist', { scopes: ['plan.burn'] }],
    ['an end', { days: 0 }],
    ['an end within a year', { days: 366 }],
  ])('needs %s', async (_, wrong) => {
    const json = { name: 'x', purpose: 'y', scopes: ['read.all'], days: 1, ...wrong };
    expectProblem(await (await edge().as('office')).ask('POST', '/api-tokens', { json }), 400, 'REQUEST.INVALID');
  });

  it('makes history name both the person and the token', async () => {
    const made = await make('office', ['plan.draft', 'plan.edit', 'read.all']);
    const draft = await edge().draft();
    const [task] = draft.tasks;
    await by(made).do('PATCH', `/plans/${draft.id}/tasks/${task.id}`, { json: { number: '1-1' } });
    const events = await (await edge().as('office')).all(`/tasks/${task.id}/history`);
    expect(events.at(-1)).toMatchObject({
      type: 'task.edited',
      actor: { name: '督查室主任', post: 'office', token: { id: made.id, name: '周报' } },
    });
    expect(events.at(0).actor.token).toBeNull();
  });

  it('is used, which is written at most once a minute; ends by its owner, by time, with the account', async () => {
    const [made, other] = [await make('LD05.head', ['unit.read']), await make('LD05.head', ['unit.read'])];
    const used = async (): Promise<Json> =>
      (await edge().query(`select last_used_at as at from api_token where id = $1`, [made.id]))[0].at;
    await by(made).get('/units');
    const first = await used();
    await by(made).get('/units');
    expect(await used()).toEqual(first);
    const owner = await edge().as('LD05.head');
    await owner.do('DELETE', `/api-tokens/${made.id}`);
    expectProblem(await owner.ask('DELETE', `/api-tokens/${made.id}`), 404, 'API_TOKEN.UNKNOWN');
    expectProblem(await by(made).ask('GET', '/units'), 401, 'SESSION.REQUIRED');
    await edge().query(`update api_token set expires_at = now() where id = $1`, [other.id]);
    expectProblem(await by(other).ask('GET', '/units'), 401, 'API_TOKEN.EXPIRED');
    const last = await make('LD05.head', ['unit.read']);
    await (await edge().as('security')).do('DELETE', '/persons/LD05.head/sessions');
    expectProblem(await by(last).ask('GET', '/units'), 401, 'SESSION.REQUIRED');
  });

  it('is not somebody else’s to end, and makes no other, no session, no password', async () => {
    const made = await make('admin', ['account.edit']);
    expectProblem(await (await edge().as('office')).ask('DELETE', `/api-tokens/${made.id}`), 404, 'API_TOKEN.UNKNOWN');
    const json = { name: 'x', purpose: 'y', scopes: ['account.edit'], days: 365 };
    for (const [method, path, sent] of [
      ['POST', '/api-tokens', { json }],
      ['GET', '/sessions', {}],
      ['DELETE', '/sessions/current', {}],
      ['POST', '/second-factor', { json: {} }],
    ] as const) {
      expectProblem(await by(made).ask(method, path, sent), 403, 'API_TOKEN.NOT_FOR_THIS');
    }
    const own = by(await make('LD06.head', ['read.own']));
    const edit = { json: { password: 'taken over by it' } };
    expectProblem(await own.ask('PATCH', '/persons/LD06.head', edit), 403, 'RIGHTS.NOT_ALLOWED');
    const refused = await edge().query(`select reason from history_event where type = 'person.request_refused'`);
    expect(refused).toHaveLength(4);
  });

  it('takes nobody over: no password, no administrator’s address', async () => {
    const token = by(await make('admin', ['account.edit']));
    const edit = (username: string, json: object) => token.ask('PATCH', `/persons/${username}`, { json });
    for (const username of ['LD06.head', 'admin']) {
      expectProblem(await edit(username, { password: 'taken over by it' }), 403, 'API_TOKEN.NOT_FOR_THIS');
    }
    for (const username of ['admin', 'security', 'auditor']) {
      expectProblem(await edit(username, { email: 'me@example.org' }), 403, 'RIGHTS.ADMINISTRATORS_APART');
    }
    expect((await edit('LD06.head', { email: 'head@example.org' })).status).toBe(200);
  });

  it('does not come back with an account that was closed', async () => {
    const token = by(await make('LD07.head', ['unit.read']));
    const admin = await edge().as('admin');
    for (const isActive of [false, true]) await admin.do('PATCH', '/persons/LD07.head', { json: { isActive } });
    expectProblem(await token.ask('GET', '/units'), 401, 'SESSION.REQUIRED');
  });

  it('may be a cookie’s neither', async () => {
    const { token } = await make('office', ['read.all']);
    const headers = { cookie: `duban_session=${token}` };
    expectProblem(await edge().nobody().ask('GET', '/tasks', { headers }), 401, 'SESSION.REQUIRED');
  });
});
