import { appoint, makeAccount, postOf, refuseAll, toldTo } from './cases';
import { Edge, expectProblem, type Json, useEdge } from './edge';

describe('The posts of a unit', () => {
  const edge = useEdge((database) => Edge.open(database));
  const posts = async (code = 'LD04', on = ''): Promise<Json[]> =>
    (await (await edge().as('LD04.contact')).get(`/units/${code}/posts${on === '' ? '' : `?on=${on}`}`)).items;
  const make = async (json: object, code = 'LD04', by = 'office') =>
    (await edge().as(by)).ask('POST', `/units/${code}/posts`, { json });

  beforeAll(async () => {
    await makeAccount(edge(), 'zhang.wei', '张伟');
    await makeAccount(edge(), 'wang.fang', '王芳');
  });

  it('are head and contact, and as many deputies and handlers as it has use for, told apart by titles', async () => {
    expect((await posts()).map(({ kind, title }) => [kind, title])).toEqual([
      ['head', null],
      ['contact', null],
    ]);
    for (const [by, kind, title] of [
      ['office', 'deputy', '分管工业'],
      ['officer', 'deputy', ' 分管信息化 '],
      ['admin', 'handler', '综合科'],
    ] as const) {
      const answer = await make({ kind, title }, 'LD04', by);
      expect([answer.status, answer.body.title, answer.body.closedOn]).toEqual([201, title.trim(), null]);
    }
    expect((await posts()).map(({ kind, title }) => [kind, title])).toEqual([
      ['head', null],
      ['deputy', '分管信息化'],
      ['deputy', '分管工业'],
      ['contact', null],
      ['handler', '综合科'],
    ]);
    expectProblem(await make({ kind: 'deputy', title: '分管工业' }), 409, 'POST.TITLE_TAKEN', { field: 'title' });
    // The same title elsewhere is another post.
    expect((await make({ kind: 'deputy', title: '分管工业' }, 'LD03')).status).toBe(201);
  });

  it('are given by kind and title, and do what the contact does', async () => {
    await appoint(edge(), 'zhang.wei', { kind: 'handler', unitCode: 'LD04', title: '综合科' });
    await appoint(edge(), 'wang.fang', { kind: 'deputy', unitCode: 'LD04', title: '分管工业' });
    const held = (await posts()).filter(({ holders }) => holders.length > 0);
    expect(held.map(({ kind, title, holders }) => [kind, title, holders[0].username, holders[0].fromOn])).toEqual([
      ['head', null, 'LD04.head', '2023-01-12'],
      ['deputy', '分管工业', 'wang.fang', '2023-01-12'],
      ['contact', null, 'LD04.contact', '2023-01-12'],
      ['handler', '综合科', 'zhang.wei', '2023-01-12'],
    ]);
    await edge().issue();
    const [own, other] = [await edge().part('1', 'LD04'), await edge().part('1', 'LD03')];
    const handler = await edge().as('zhang.wei');
    expect((await handler.post(`/assignments/${own.id}/transitions`, { event: 'sign_for' })).state).toBe('in_progress');
    const json = { event: 'sign_for' };
    expectProblem(
      await handler.ask('POST', `/assignments/${other.id}/transitions`, { json }),
      403,
      'ASSIGNMENT.NOT_YOURS',
    );
    expect((await (await edge().as('wang.fang')).get('/tasks')).items.length).toBeGreaterThan(0);
  });

  it('are closed when nobody holds them, opened again by the same title, and history has both', async () => {
    const office = await edge().as('office');
    const [handler, deputy] = [
      await postOf(edge(), 'LD04', 'handler', '综合科'),
      await postOf(edge(), 'LD04', 'deputy', '分管信息化'),
    ];
    expectProblem(await office.ask('DELETE', `/units/LD04/posts/${handler}`), 409, 'POST.HELD', {
      holder: 'zhang.wei',
    });
    // One that is given from a day on is held, too, and one that is closed is no longer given.
    await appoint(
      edge(),
      'zhang.wei',
      { kind: 'deputy', unitCode: 'LD04', title: '分管信息化' },
      { fromOn: '2023-06-01' },
    );
    expectProblem(await office.ask('DELETE', `/units/LD04/posts/${deputy}`), 409, 'POST.HELD');
    const take = {
      kind: 'take',
      username: 'zhang.wei',
      post: { kind: 'deputy', unitCode: 'LD04', title: '分管信息化' },
    };
    await (await edge().as('security')).post('/post-changes', { ...take, reason: '不再设' });
    const admin = await edge().as('admin');
    const proposal = { ...take, kind: 'grant', reason: '任命' };
    const { id } = await admin.post('/post-changes', proposal);
    expect((await office.ask('DELETE', `/units/LD04/posts/${deputy}`)).status).toBe(204);
    expect((await posts()).map(({ title }) => title)).not.toContain('分管信息化');
    expect((await posts('LD04', '2023-01-11')).map(({ title }) => title)).toContain('分管信息化');
    const decision = { ids: [id], event: 'confirm' };
    expectProblem(
      await (await edge().as('security')).ask('POST', '/post-changes/decisions', { json: decision }),
      409,
      'POST.CLOSED',
    );
    expectProblem(await admin.ask('POST', '/post-changes', { json: proposal }), 422, 'POST.UNKNOWN');
    expectProblem(await office.ask('DELETE', `/units/LD04/posts/${deputy}`), 404, 'POST.UNKNOWN');
    expect((await make({ kind: 'deputy', title: '分管信息化' })).body.id).toBe(deputy);
    const events = await (await edge().as('auditor')).all(`/history?entity=post&entityId=${deputy}`);
    expect(events.map(({ type }) => type)).toEqual(['post.opened_again', 'post.closed', 'post.created']);
  });

  describe('are not', () => {
    refuseAll<void>(edge, () => undefined, [
      [
        'made by an auditor',
        () => ['auditor', 'POST', '/units/LD04/posts', { json: { kind: 'handler', title: 'x' } }],
        '403 RIGHTS.NOT_ALLOWED',
      ],
      [
        'made by the unit itself',
        () => ['LD04.head', 'POST', '/units/LD04/posts', { json: { kind: 'handler', title: 'x' } }],
        '403 RIGHTS.NOT_ALLOWED',
      ],
      [
        'made in no unit',
        () => ['office', 'POST', '/units/LD99/posts', { json: { kind: 'handler', title: 'x' } }],
        '404 UNIT.UNKNOWN',
      ],
      [
        'made without a title',
        () => ['office', 'POST', '/units/LD04/posts', { json: { kind: 'handler' } }],
        '400 REQUEST.INVALID',
      ],
      [
        'made a second contact',
        () => ['office', 'POST', '/units/LD04/posts', { json: { kind: 'contact', title: 'x' } }],
        '400 REQUEST.INVALID',
      ],
      ['listed of no unit', () => ['office', 'GET', '/units/LD%00/posts'], '404 UNIT.UNKNOWN'],
      ['listed of no day', () => ['office', 'GET', '/units/LD04/posts?on=2023-02-30'], '400 REQUEST.INVALID'],
    ]);

    it('closed where every unit has them, or in another unit', async () => {
      const office = await edge().as('office');
      const contact = await postOf(edge(), 'LD04', 'contact');
      expectProblem(await office.ask('DELETE', `/units/LD04/posts/${contact}`), 422, 'POST.EVERY_UNIT_HAS_IT');
      const handler = await postOf(edge(), 'LD04', 'handler', '综合科');
      expectProblem(await office.ask('DELETE', `/units/LD03/posts/${handler}`), 404, 'POST.UNKNOWN');
    });
  });
});

describe('A term of office (任期)', () => {
  const edge = useEdge((database) => Edge.open(database));
  const CONTACT = { kind: 'contact', unitCode: 'LD01' };
  const ask = async (json: object, by = 'security') => (await edge().as(by)).ask('POST', '/post-changes', { json });
  const grant = (username: string, more: object = {}) => ({
    kind: 'grant',
    username,
    post: CONTACT,
    reason: '任命',
    ...more,
  });
  const terms = async (username: string): Promise<Json[]> => {
    const { items } = await (await edge().as('security')).get('/persons?limit=200');
    const { posts } = items.find((person: Json) => person.username === username);
    return posts.map(({ kind, fromOn, toOn }: Json) => [kind, fromOn, toOn]);
  };

  beforeAll(async () => {
    for (const [username, name] of [
      ['li.na', '李娜'],
      ['liu.yang', '刘洋'],
      ['chen.jing', '陈静'],
    ] as const) {
      await makeAccount(edge(), username, name);
    }
  });

  it('is not held by two at once: who holds the post, and until when, is said', async () => {
    expectProblem(await ask(grant('li.na')), 409, 'POST.TERM_OVERLAPS', {
      holder: 'LD01.contact',
      holderName: '市发改委联络员',
      fromOn: '2023-01-12',
      toOn: null,
    });
    // Of these posts there are several holders.
    for (const kind of ['officer', 'leader']) {
      expect((await ask(grant('li.na', { post: { kind } }))).body.state).toBe('confirmed');
    }
    expectProblem(await ask(grant('li.na', { post: { kind: 'office' } })), 409, 'POST.TERM_OVERLAPS', {
      holder: 'office',
    });
  });

  it('ends on its day, and the next may begin on it', async () => {
    await ask({ ...grant('LD01.contact'), kind: 'take', fromOn: '2023-02-01' });
    expectProblem(await ask(grant('li.na', { fromOn: '2023-01-31' })), 409, 'POST.TERM_OVERLAPS', {
      toOn: '2023-02-01',
    });
    const given = await ask(grant('li.na', { fromOn: '2023-02-01', toOn: '2023-03-01' }));
    expect(given.body).toMatchObject({ state: 'confirmed', fromOn: '2023-02-01', toOn: '2023-03-01', succeeds: false });
    expectProblem(await ask(grant('liu.yang', { fromOn: '2023-02-28' })), 409, 'POST.TERM_OVERLAPS', {
      holder: 'li.na',
    });
    expect((await ask(grant('liu.yang', { fromOn: '2023-03-01' }))).status).toBe(201);
    // Before what has been given, too.
    expectProblem(
      await ask(grant('chen.jing', { fromOn: '2023-02-10', toOn: '2023-02-11' })),
      409,
      'POST.TERM_OVERLAPS',
    );
    expect(await terms('li.na')).toContainEqual(['contact', '2023-02-01', '2023-03-01']);
    expect(await terms('LD01.contact')).toEqual([['contact', '2023-01-12', '2023-02-01']]);
  });

  it.each([
    ['empty', grant('chen.jing', { fromOn: '2023-02-01', toOn: '2023-02-01' }), 'POST_CHANGE.TERM_EMPTY', 'toOn'],
    ['reversed', grant('chen.jing', { fromOn: '2023-02-02', toOn: '2023-02-01' }), 'POST_CHANGE.TERM_EMPTY', 'toOn'],
    ['over before today', grant('chen.jing', { toOn: '2023-01-12' }), 'POST_CHANGE.TERM_EMPTY', 'toOn'],
    [
      'in the past',
      grant('chen.jing', { fromOn: '2023-01-11', toOn: '2023-05-01' }),
      'POST_CHANGE.IN_THE_PAST',
      'fromOn',
    ],
    [
      'of a post that is taken',
      { ...grant('li.na', { toOn: '2023-05-01' }), kind: 'take' },
      'POST_CHANGE.NOT_A_GRANT',
      'toOn',
    ],
    [
      'succeeded by taking',
      { ...grant('li.na', { succeeds: true }), kind: 'take' },
      'POST_CHANGE.NOT_A_GRANT',
      'succeeds',
    ],
    [
      'succeeded where several hold the post',
      grant('chen.jing', { post: { kind: 'officer' }, succeeds: true }),
      'POST_CHANGE.SEVERAL_HOLDERS',
      'succeeds',
    ],
  ])('is not %s', async (_, json, code, field) => {
    const before = await edge().written();
    expectProblem(await ask(json), 422, code, { field });
    expect(await edge().written()).toEqual(before);
  });

  it('is not confirmed when it would be over, nor when another has got the post meanwhile', async () => {
    const post = { kind: 'head', unitCode: 'LD01' };
    await ask({ ...grant('LD01.head', { post }), kind: 'take', fromOn: '2023-01-13' });
    const admin = await edge().as('admin');
    const propose = (username: string, toOn?: string): Promise<Json> =>
      admin.post('/post-changes', grant(username, { post, fromOn: '2023-01-13', toOn }));
    const [short, other] = [await propose('chen.jing', '2023-01-14'), await propose('liu.yang')];
    await edge().passTo('2023-01-14T10:00:00+08:00');
    const decide = async ({ id }: Json) =>
      (await edge().as('security')).ask('POST', '/post-changes/decisions', { json: { ids: [id], event: 'confirm' } });
    expectProblem(await decide(short), 409, 'POST_CHANGE.TERM_PASSED');
    expect((await ask(grant('li.na', { post }))).status).toBe(201);
    expectProblem(await decide(other), 409, 'POST.TERM_OVERLAPS', { holder: 'li.na' });
  });

  it('is not ended by a successor whom its holder gives the post, or whom another term follows', async () => {
    const post = { kind: 'handler', unitCode: 'LD02', title: '综合科' };
    await (await edge().as('office')).post('/units/LD02/posts', { kind: 'handler', title: '综合科' });
    // The security administrator happens to hold a post in a unit.
    await edge().query(
      `insert into post_holding (id, post_id, person_id, from_on)
       select gen_random_uuid(), post.id, p.id, '2023-01-12' from post, person p
       where post.title = '综合科' and p.username = 'security'`,
    );
    expectProblem(await ask(grant('chen.jing', { post, succeeds: true })), 403, 'RIGHTS.OWN_ACCOUNT');
    const later = grant('chen.jing', { fromOn: '2023-02-15', succeeds: true });
    expectProblem(await ask(later), 409, 'POST.TERM_OVERLAPS', { holder: 'liu.yang', fromOn: '2023-03-01' });
    expect((await ask({ ...later, toOn: '2023-03-01' })).status).toBe(201);
    expect(await terms('li.na')).toContainEqual(['contact', '2023-02-01', '2023-02-15']);
  });
});

describe('A successor (接任)', () => {
  const edge = useEdge(async (database) => (await Edge.open(database)).issue());
  const contactOf = async (username: string) => edge().as(username);

  it('has every duty of the post from the day on, and nothing is handed out anew', async () => {
    await makeAccount(edge(), 'wang.fang', '王芳');
    const part = await edge().part('1', 'LD04');
    const old = await contactOf('LD04.contact');
    await old.post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    const post = { kind: 'contact', unitCode: 'LD04' };
    const change = await appoint(edge(), 'wang.fang', post, { fromOn: '2023-02-01', succeeds: true });
    expect(change).toMatchObject({ state: 'confirmed', fromOn: '2023-02-01', toOn: null, succeeds: true });
    const successor = await contactOf('wang.fang');
    expectProblem(await successor.ask('GET', '/tasks'), 403, 'SESSION.NO_POST');
    expect((await old.get('/sessions/current')).post).toBe('contact');

    // Until the day, the old contact is told, who has signed for one task and not for the others.
    await edge().passTo('2023-01-31T18:00:00+08:00');
    const before = await toldTo(edge(), 'LD04.contact');
    expect(before.length).toBeGreaterThan(2);
    expect(await toldTo(edge(), 'wang.fang')).toEqual([]);
    const assignments = await edge().query(`select count(*)::int as n from assignment`);
    const obligations = await edge().query(`select count(*)::int as n from obligation`);

    await edge().passTo('2023-02-03T12:00:00+08:00');
    expectProblem(await old.ask('GET', '/tasks'), 403, 'SESSION.NO_POST');
    expectProblem(
      await old.ask('POST', `/assignments/${part.id}/transitions`, { json: { event: 'withdraw' } }),
      403,
      'SESSION.NO_POST',
    );
    expect(await toldTo(edge(), 'LD04.contact')).toEqual(before);

    // In the first working hour what is open is in the inbox, each matter once; then what comes by the calendar.
    const [handover, ...more] = await toldTo(edge(), 'wang.fang');
    expect(handover!.at).toBe('2023-02-01T01:00:00.000Z');
    const open = await edge().query(
      `select o.id from obligation o join unit u on u.id = o.unit_id
       where u.code = 'LD04' and o.kind = 'sign_for' and o.state = 'open'`,
    );
    expect(open.length).toBeGreaterThan(1);
    expect(handover!.lines).toHaveLength(open.length);
    expect(more.flatMap(({ lines }) => lines).some((line) => line.includes('办理方案'))).toBe(true);

    const plan = part.obligations.find((o) => o.kind === 'action_plan');
    await successor.post(`/assignments/${part.id}/reports`, { obligationId: plan.id, text: '办理方案。' });
    expect(await edge().query(`select count(*)::int as n from assignment`)).toEqual(assignments);
    expect(await edge().query(`select count(*)::int as n from obligation`)).toEqual(obligations);
  });

  it('leaves no open matter with the person before (Expensify 94160, opensupports 131)', async () => {
    const successor = await contactOf('wang.fang');
    const notices = await successor.all('/notices');
    const open = notices.filter(({ state }) => state === 'issued');
    expect(open.length).toBeGreaterThan(0);
    for (const { id } of open) {
      const json = { event: 'answer', answer: '已安排签收。' };
      expect((await successor.post(`/notices/${id}/transitions`, json)).state).toBe('answered');
    }
    const { posts } = await (
      await edge().as('security')
    )
      .all('/persons')
      .then((all) => all.find(({ username }) => username === 'LD04.contact'));
    expect(posts).toMatchObject([{ kind: 'contact', fromOn: '2023-01-12', toOn: '2023-02-01' }]);
  });

  it('does not rename what was done before: history names each at their time', async () => {
    const { id } = await edge().task('1');
    const events = await (await edge().as('office')).all(`/tasks/${id}/history`);
    const by = (type: string): Json[] =>
      events
        .filter((event) => event.type === type && event.actor.post === 'contact')
        .map(({ actor }) => [actor.name, actor.onBehalfOf]);
    expect(by('assignment.signed_for')).toEqual([['市工信局联络员', null]]);
    expect(by('report.submitted')).toEqual([['王芳', null]]);
    const changed = (await (await edge().as('auditor')).all('/history?entity=person')).filter(
      ({ type }) => type === 'person.posts_changed',
    );
    expect(changed.map(({ after }) => [after.username, after.posts[0].fromOn, after.posts[0].toOn]).toSorted()).toEqual(
      [
        ['LD04.contact', '2023-01-12', '2023-02-01'],
        ['wang.fang', '2023-02-01', null],
      ],
    );
    // One decision, so one request.
    expect(new Set(changed.map(({ requestId }) => requestId)).size).toBe(1);
  });
});

describe('Whoever has several posts', () => {
  const edge = useEdge(async (database) => (await Edge.open(database)).issue());
  let posts: { contact: string; head: string };

  beforeAll(async () => {
    await makeAccount(edge(), 'zhou.min', '周敏');
    const free = (unitCode: string, kind: string) => ({ post: { kind, unitCode }, succeeds: true });
    await appoint(edge(), 'zhou.min', { kind: 'contact', unitCode: 'LD04' }, free('LD04', 'contact'));
    await appoint(edge(), 'zhou.min', { kind: 'head', unitCode: 'LD03' }, free('LD03', 'head'));
    posts = { contact: await postOf(edge(), 'LD04', 'contact'), head: await postOf(edge(), 'LD03', 'head') };
  });

  it('acts in the first, or in the one that the header names', async () => {
    const person = await edge().as('zhou.min');
    const first = await person.get('/sessions/current');
    expect(first).toMatchObject({ post: 'head', postId: posts.head, onBehalfOf: null });
    expect(first.posts.map(({ kind, unitCode, onBehalfOf }: Json) => [kind, unitCode, onBehalfOf])).toEqual([
      ['head', 'LD03', null],
      ['contact', 'LD04', null],
    ]);
    expect(await person.in(posts.contact).get('/sessions/current')).toMatchObject({
      post: 'contact',
      posts: first.posts,
    });
    expect(await person.in(posts.contact.toUpperCase()).get('/sessions/current')).toMatchObject({ post: 'contact' });

    const part = await edge().part('1', 'LD04');
    const json = { event: 'sign_for' };
    const path = `/assignments/${part.id}/transitions`;
    expectProblem(await person.ask('POST', path, { json }), 403, 'ASSIGNMENT.NOT_YOURS');
    expect((await person.in(posts.contact).post(path, json)).state).toBe('in_progress');
    const seen = async (postId: string): Promise<string[]> =>
      (await person.in(postId).all('/obligations')).map(({ unitName }) => unitName);
    expect(new Set(await seen(posts.head))).toEqual(new Set(['市科技局']));
    expect(new Set(await seen(posts.contact))).toEqual(new Set(['市工信局']));
  });

  it('is refused a post that is not theirs, was, or is not one', async () => {
    const person = await edge().as('zhou.min');
    const foreign = await postOf(edge(), 'LD05', 'head');
    for (const postId of [foreign, 'none', '', '0'.repeat(5000)]) {
      expectProblem(await person.in(postId).ask('GET', '/tasks'), 403, 'SESSION.NOT_YOUR_POST');
    }
    // Who had the post before holds it no more.
    const former = await edge().as('LD04.contact');
    expectProblem(await former.in(posts.contact).ask('GET', '/tasks'), 403, 'SESSION.NOT_YOUR_POST');
    expectProblem(await edge().nobody().in(posts.contact).ask('GET', '/tasks'), 401, 'SESSION.REQUIRED');
  });

  it('has tokens that act in the first post, and in no other', async () => {
    const person = await edge().as('zhou.min');
    const json = { name: '导出', purpose: '导出', scopes: ['read.own'], days: 1 };
    const { token } = await person.in(posts.contact).post('/api-tokens', json);
    const ask = (headers: Record<string, string>) =>
      edge()
        .nobody()
        .ask('GET', '/sessions/current', { headers: { authorization: `Bearer ${token}`, ...headers } });
    expect((await ask({})).body).toMatchObject({ post: 'head', posts: [{ kind: 'head' }] });
    expect((await ask({ 'duban-post': posts.head })).status).toBe(200);
    expectProblem(await ask({ 'duban-post': posts.contact }), 403, 'SESSION.NOT_YOUR_POST');
  });

  it('does not get the answer of one post in another by the same Idempotency-Key', async () => {
    const person = await edge().as('zhou.min');
    const part = await edge().part('3', 'LD04');
    const sent = { json: { event: 'sign_for' }, headers: { 'idempotency-key': 'sign-3' } };
    const path = `/assignments/${part.id}/transitions`;
    expect((await person.in(posts.contact).ask('POST', path, sent)).status).toBe(200);
    expect((await person.in(posts.contact).ask('POST', path, sent)).status).toBe(200);
    expectProblem(await person.in(posts.head).ask('POST', path, sent), 422, 'IDEMPOTENCY.KEY_REUSED');
  });

  it('finds the header in the document of every operation that asks who one is', async () => {
    const { paths } = await edge().nobody().get('/api/openapi.json');
    const names = (path: string, method: string): string[] =>
      (paths[path][method].parameters ?? []).map(({ name }: Json) => name);
    expect(names('/api/v1/tasks', 'get')).toContain('duban-post');
    expect(names('/api/v1/assignments/{id}/transitions', 'post')).toContain('duban-post');
    expect(names('/api/v1/sessions', 'post')).not.toContain('duban-post');
  });
});
