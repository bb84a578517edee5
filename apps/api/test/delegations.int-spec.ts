import { appoint, makeAccount, postOf, toldTo } from './cases';
import { Edge, expectProblem, ISSUE, type Json, useEdge } from './edge';

const SECOND_PLAN = `临澜市2023年民生实事分解方案

（一）办好民生实事

　　1.建成一座大桥。（牵头单位：市工信局；责任单位：市发改委）

　　2.修建一条道路。（牵头单位：市工信局）
`;

/** A unit with a handler beside its contact, two plans in which it has a part, and the posts that both hold. */
async function open(edge: Edge): Promise<{ contact: string; handler: string; head: string; second: Json }> {
  const office = await edge.as('office');
  await office.post('/units/LD04/posts', { kind: 'handler', title: '综合科' });
  await makeAccount(edge, 'zhang.wei', '张伟');
  await appoint(edge, 'zhang.wei', { kind: 'handler', unitCode: 'LD04', title: '综合科' });
  const second = await edge.draft(SECOND_PLAN);
  await office.post(`/plans/${second.id}/issue`, ISSUE);
  return {
    contact: await postOf(edge, 'LD04', 'contact'),
    handler: await postOf(edge, 'LD04', 'handler', '综合科'),
    head: await postOf(edge, 'LD04', 'head'),
    second: await office.get(`/plans/${second.id}`),
  };
}

describe('Leave (请假期间代行)', () => {
  let posts: Awaited<ReturnType<typeof open>>;
  let delegation: Json;
  const edge = useEdge(async (database) => {
    const opened = await (await Edge.open(database)).issue();
    posts = await open(opened);
    return opened;
  });
  /** The unit's part in a task of the second plan. */
  const secondPart = (number: string): string => {
    const task = posts.second.tasks.find((one: Json) => one.number === number);
    return task.assignments.find((one: Json) => one.unitName === '市工信局').id;
  };
  const actorsOf = async (taskId: string, type: string): Promise<Json[]> => {
    const events = await (await edge().as('office')).all(`/tasks/${taskId}/history`);
    return events.filter((event) => event.type === type && event.actor.unitId !== null).map(({ actor }) => actor);
  };

  it('is arranged by the contact, for two weeks and one plan', async () => {
    const json = {
      postId: posts.contact,
      to: 'zhang.wei',
      from: '2023-01-16',
      until: '2023-01-29',
      planIds: [edge().planId],
      reason: '年休假',
    };
    const contact = await edge().as('LD04.contact');
    delegation = await contact.post('/delegations', json);
    expect(delegation).toMatchObject({
      state: 'standing',
      isInForce: false,
      username: 'LD04.contact',
      delegateName: '张伟',
      planIds: [edge().planId],
      taskIds: [],
    });
    // Not before its day.
    const handler = await edge().as('zhang.wei');
    expectProblem(await handler.in(posts.contact).ask('GET', '/tasks'), 403, 'SESSION.NOT_YOUR_POST');
    for (const username of ['zhang.wei', 'LD04.head', 'office', 'auditor']) {
      expect((await (await edge().as(username)).all('/delegations')).map(({ id }) => id)).toEqual([delegation.id]);
    }
    expect(await (await edge().as('LD05.head')).all('/delegations')).toEqual([]);
  });

  it('has whoever stands in told of that plan, and the contact in the inbox only (powercat 60/202)', async () => {
    await edge().passTo('2023-01-16T12:00:00+08:00');
    const [told] = (await toldTo(edge(), 'zhang.wei')).slice(-1);
    expect(told!.at).toBe('2023-01-16T01:00:00.000Z');
    const own = (await toldTo(edge(), 'LD04.contact')).find(({ at }) => at === told!.at);
    // What is of the other plan stays the contact's alone.
    expect(told!.lines.some((line) => line.includes('链长'))).toBe(true);
    expect(told!.lines.some((line) => line.includes('大桥'))).toBe(false);
    expect(own!.lines.some((line) => line.includes('大桥'))).toBe(true);
    expect(own!.lines).toEqual(expect.arrayContaining(told!.lines));
  });

  it('lists the post, and for whom, among those in which one may act', async () => {
    const handler = await edge().as('zhang.wei');
    const current = await handler.get('/sessions/current');
    expect(current).toMatchObject({ post: 'handler', onBehalfOf: null });
    expect(current.posts).toMatchObject([
      { kind: 'handler', title: '综合科', onBehalfOf: null },
      {
        kind: 'contact',
        postId: posts.contact,
        onBehalfOf: {
          delegationId: delegation.id,
          name: '市工信局联络员',
          matter: { planIds: [edge().planId], taskIds: [] },
        },
      },
    ]);
    expect(await handler.in(posts.contact).get('/sessions/current')).toMatchObject({
      post: 'contact',
      name: '张伟',
      onBehalfOf: { name: '市工信局联络员' },
    });
  });

  it('lets whoever stands in sign for and report, and history keeps both names (zammad 263, documenso 3087)', async () => {
    const acting = (await edge().as('zhang.wei')).in(posts.contact);
    const part = await edge().part('1', 'LD04');
    await acting.post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    const { id: obligationId } = part.obligations.find((o) => o.kind === 'action_plan');
    const report = await acting.post(`/assignments/${part.id}/reports`, { obligationId, text: '办理方案。' });
    const task = await edge().task('1');
    expect(report.forPersonId).toBe(delegation.personId);
    expect(report.personId).toBe(delegation.delegateId);
    expect(task.reports.map(({ forPersonId }: Json) => forPersonId)).toEqual([delegation.personId]);
    for (const type of ['assignment.signed_for', 'report.submitted']) {
      expect(await actorsOf(task.id, type)).toMatchObject([
        {
          name: '张伟',
          personId: delegation.delegateId,
          post: 'contact',
          onBehalfOf: { name: '市工信局联络员', personId: delegation.personId, delegationId: delegation.id },
        },
      ]);
    }
  });

  it('is of that plan only: nothing of another is done, seen or counted', async () => {
    const acting = (await edge().as('zhang.wei')).in(posts.contact);
    const part = secondPart('1');
    const before = await edge().written();
    const json = { event: 'sign_for' };
    expectProblem(
      await acting.ask('POST', `/assignments/${part}/transitions`, { json }),
      403,
      'DELEGATION.OUT_OF_MATTER',
    );
    const [{ id: obligationId }] = await edge().query(
      `select id from obligation where assignment_id = $1 and kind = 'action_plan'`,
      [part],
    );
    const report = { obligationId, text: '方案。' };
    expectProblem(
      await acting.ask('POST', `/assignments/${part}/reports`, { json: report }),
      403,
      'DELEGATION.OUT_OF_MATTER',
    );
    expect(await edge().written()).toEqual(before);
    const taskId = posts.second.tasks[0].id;
    expectProblem(await acting.ask('GET', `/tasks/${taskId}`), 403, 'DELEGATION.OUT_OF_MATTER');
    expectProblem(await acting.ask('GET', `/tasks/${taskId}/history`), 403, 'DELEGATION.OUT_OF_MATTER');
    expectProblem(await acting.ask('GET', `/plans/${posts.second.id}`), 404, 'PLAN.UNKNOWN');
    const contact = await edge().as('LD04.contact');
    for (const list of ['/tasks', '/obligations', '/follow-ups', '/notices'] as const) {
      const all = await contact.all(list);
      const own = all.filter(({ planId }) => planId === edge().planId).map(({ id }) => id);
      expect([list, (await acting.all(list)).map(({ id }) => id)]).toEqual([list, own]);
      if (list !== '/notices') expect(all.length).toBeGreaterThan(own.length);
    }
    expect((await acting.all('/plans')).map(({ id }) => id)).toEqual([edge().planId]);
    const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);
    const [all, some] = [await contact.get('/dashboard'), await acting.get('/dashboard')];
    expect(sum(all.assignments) - sum(some.assignments)).toBe(2);
    // The handler's own post is not confined by it.
    expect((await (await edge().as('zhang.wei')).post(`/assignments/${part}/transitions`, json)).state).toBe(
      'in_progress',
    );
  });

  it('may be asked of notices too, within the matter', async () => {
    await edge().passTo('2023-01-20T12:00:00+08:00');
    const acting = (await edge().as('zhang.wei')).in(posts.contact);
    const contact = await edge().as('LD04.contact');
    const notices = await contact.all('/notices?state=issued');
    const [own, other] = [true, false].map((isOwn) =>
      notices.find(({ planId }) => (planId === edge().planId) === isOwn),
    ) as [Json, Json];
    const json = { event: 'acknowledge' };
    expect((await acting.post(`/notices/${own.id}/transitions`, json)).state).toBe('acknowledged');
    expectProblem(
      await acting.ask('POST', `/notices/${other.id}/transitions`, { json }),
      403,
      'DELEGATION.OUT_OF_MATTER',
    );
  });

  it('is over on the day after its last one, and the contact goes on', async () => {
    await edge().passTo('2023-01-29T17:00:00+08:00');
    const acting = (await edge().as('zhang.wei')).in(posts.contact);
    expect((await acting.ask('GET', '/tasks')).status).toBe(200);
    await edge().passTo('2023-01-30T12:00:00+08:00');
    expectProblem(await acting.ask('GET', '/tasks'), 403, 'SESSION.NOT_YOUR_POST');
    expect(await (await edge().as('zhang.wei')).get('/sessions/current')).toMatchObject({
      posts: [{ kind: 'handler' }],
    });
    const told = await toldTo(edge(), 'zhang.wei');
    await edge().passTo('2023-02-10T12:00:00+08:00');
    expect(await toldTo(edge(), 'zhang.wei')).toEqual(told);

    // What the other has begun is theirs to go on with.
    const part = await edge().part('1', 'LD04');
    const { id: obligationId } = part.obligations.find((o) => o.subject === '2023Q1');
    const contact = await edge().as('LD04.contact');
    await contact.post(`/assignments/${part.id}/reports`, { obligationId, text: '一季度进展。' });
    const { id } = await edge().task('1');
    expect(
      (await actorsOf(id, 'report.submitted')).map(({ name, onBehalfOf }) => [name, onBehalfOf?.name ?? null]),
    ).toEqual([
      ['张伟', '市工信局联络员'],
      ['市工信局联络员', null],
    ]);
    const inbox = await contact.all('/inbox');
    expect(inbox.some(({ createdAt }) => createdAt > '2023-01-16' && createdAt < '2023-01-29')).toBe(true);
  });
});

describe('A delegation (代行)', () => {
  let posts: Awaited<ReturnType<typeof open>>;
  const edge = useEdge(async (database) => {
    const opened = await (await Edge.open(database)).issue();
    posts = await open(opened);
    return opened;
  });
  const wanted = (more: object = {}): Json => ({
    postId: posts.contact,
    to: 'zhang.wei',
    from: '2023-01-12',
    until: '2023-01-20',
    reason: '休假',
    ...more,
  });
  const ask = async (by: string, more: object = {}) =>
    (await edge().as(by)).ask('POST', '/delegations', { json: wanted(more) });
  const end = async (by: string, { id }: Json, json = {}) =>
    (await edge().as(by)).ask('POST', `/delegations/${id}/end`, { json });
  const mayAct = async (username: string, postId: string): Promise<boolean> =>
    (await (await edge().as(username)).in(postId).ask('GET', '/units')).status === 200;
  const made = async (by: string, more: object = {}): Promise<Json> => {
    const answer = await ask(by, more);
    expect([answer.status, answer.text]).toEqual([201, answer.text]);
    return answer.body;
  };

  describe('is not made', () => {
    const cases: [name: string, by: string, more: (p: typeof posts) => object, answer: string, place?: object][] = [
      ['in the past', 'LD04.contact', () => ({ from: '2023-01-11' }), '422 DELEGATION.IN_THE_PAST', { field: 'from' }],
      [
        'the wrong way round',
        'LD04.contact',
        () => ({ until: '2023-01-11' }),
        '422 DELEGATION.TERM_REVERSED',
        { field: 'until' },
      ],
      ['for 93 days', 'LD04.contact', () => ({ until: '2023-04-14' }), '422 DELEGATION.TOO_LONG', { mostDays: 92 }],
      ['without an end', 'LD04.contact', () => ({ until: undefined }), '400 REQUEST.INVALID'],
      ['to oneself', 'LD04.contact', () => ({ to: 'LD04.contact' }), '422 DELEGATION.TO_ONESELF', { field: 'to' }],
      ['to whoever makes it', 'LD04.head', () => ({ to: 'LD04.head' }), '422 DELEGATION.TO_ONESELF', { field: 'to' }],
      ['to nobody', 'LD04.contact', () => ({ to: 'nobody' }), '404 PERSON.UNKNOWN'],
      [
        'to another unit',
        'LD04.contact',
        () => ({ to: 'LD05.contact' }),
        '422 DELEGATION.NOT_OF_THE_UNIT',
        { field: 'to' },
      ],
      ['from a unit to the office', 'LD04.contact', () => ({ to: 'officer' }), '422 DELEGATION.NOT_OF_THE_UNIT'],
      ['to an administrator', 'LD04.contact', () => ({ to: 'admin' }), '422 DELEGATION.TO_ADMINISTRATOR'],
      ['by another contact', 'LD05.contact', () => ({}), '403 DELEGATION.NOT_YOURS'],
      ['by another head', 'LD05.head', () => ({}), '403 DELEGATION.NOT_YOURS'],
      ['by the system administrator', 'admin', () => ({}), '403 DELEGATION.NOT_YOURS'],
      ['of no post', 'LD04.contact', () => ({ postId: '00000000-0000-4000-8000-000000000000' }), '404 POST.UNKNOWN'],
      [
        'for a plan that is none',
        'LD04.contact',
        () => ({ planIds: ['00000000-0000-4000-8000-000000000000'] }),
        '422 DELEGATION.MATTER_UNKNOWN',
        { field: 'planIds' },
      ],
      ['for no plan', 'LD04.contact', () => ({ planIds: [] }), '400 REQUEST.INVALID'],
      [
        'for somebody who does not hold the post',
        'LD04.head',
        () => ({ holder: 'LD04.head' }),
        '422 DELEGATION.WHOSE',
        { field: 'holder' },
      ],
    ];
    it.each(cases)('%s', async (_, by, more, expected, place = {}) => {
      const before = await edge().written();
      const [status, code] = expected.split(' ');
      expectProblem(await ask(by, more(posts)), Number(status), code!, place);
      expect(await edge().written()).toEqual(before);
    });

    it.each(['admin', 'security', 'auditor'])('for the three administrators: %s', async (username) => {
      const { postId } = await (await edge().as(username)).get('/sessions/current');
      expectProblem(await ask(username, { postId, to: 'officer' }), 422, 'DELEGATION.NOT_DELEGABLE');
    });

    it('for a task in which the unit has no part: of others’ matters nothing is learned', async () => {
      const [foreign] = await edge().query(
        `select t.id from task t where t.parent_id is null and t.plan_id = $1 and not exists (
           select from assignment a join unit u on u.id = a.unit_id join task part on part.id = a.task_id
           where u.code = 'LD04' and t.id in (part.id, part.parent_id)) limit 1`,
        [edge().planId],
      );
      expectProblem(await ask('LD04.contact', { taskIds: [foreign.id] }), 422, 'DELEGATION.MATTER_UNKNOWN', {
        field: 'taskIds',
        id: foreign.id,
      });
    });

    it('to a closed account, nor by an API token', async () => {
      const admin = await edge().as('admin');
      await makeAccount(edge(), 'wu.di', '吴迪');
      await admin.do('PATCH', '/persons/wu.di', { json: { isActive: false } });
      expectProblem(await ask('LD04.contact', { to: 'wu.di' }), 422, 'DELEGATION.ACCOUNT_CLOSED');
      const json = { name: '接口', purpose: '接口', scopes: ['read.own'], days: 1 };
      const { token } = await (await edge().as('LD04.contact')).post('/api-tokens', json);
      const headers = { authorization: `Bearer ${token}` };
      expectProblem(
        await edge().nobody().ask('POST', '/delegations', { json: wanted(), headers }),
        403,
        'API_TOKEN.NOT_FOR_THIS',
      );
    });
  });

  it('is not made twice for one matter at one time: who stands in already is said', async () => {
    const first = await made('LD04.contact', { planIds: [edge().planId] });
    const [{ id: taskId }] = await edge().query(`select id from task where plan_id = $1 and number = '1'`, [
      edge().planId,
    ]);
    const to = 'LD04.head';
    for (const matter of [{}, { planIds: [edge().planId] }, { taskIds: [taskId] }]) {
      expectProblem(
        await ask('LD04.contact', { to, from: '2023-01-20', until: '2023-02-01', ...matter }),
        409,
        'DELEGATION.OVERLAPS',
        {
          delegationId: first.id,
          untilOn: '2023-01-20',
        },
      );
    }
    // Another matter, or another time, is somebody else's to take; one person has one delegation of a post at a time.
    const other = await made('LD04.contact', { to, planIds: [posts.second.id] });
    expectProblem(await ask('LD04.contact', { planIds: [posts.second.id] }), 409, 'DELEGATION.OVERLAPS');
    const later = await made('LD04.contact', { to, from: '2023-01-21', until: '2023-01-22' });
    for (const one of [first, other, later]) expect((await end('LD04.contact', one)).status).toBe(200);
  });

  it('is neither passed on, renewed nor prolonged by whoever has it (objectstack 3235, 2764)', async () => {
    await makeAccount(edge(), 'he.ping', '何平');
    await (await edge().as('office')).post('/units/LD04/posts', { kind: 'handler', title: '办公室' });
    await appoint(edge(), 'he.ping', { kind: 'handler', unitCode: 'LD04', title: '办公室' });
    const given = await made('LD04.contact');
    const delegate = await edge().as('zhang.wei');
    for (const caller of [delegate, delegate.in(posts.contact)]) {
      for (const to of ['zhang.wei', 'he.ping']) {
        const json = wanted({ to, from: '2023-01-21', until: '2023-01-31' });
        expectProblem(await caller.ask('POST', '/delegations', { json }), 403, 'DELEGATION.BY_DELEGATE');
      }
    }
    expectProblem(await end('zhang.wei', given), 403, 'DELEGATION.NOT_YOURS');
    // The chain is of one link: what the delegate's own post is told goes to who stands in for that, and no further.
    const own = (await delegate.ask('POST', '/delegations', { json: wanted({ postId: posts.handler, to: 'he.ping' }) }))
      .body;
    expect(await mayAct('he.ping', posts.handler)).toBe(true);
    expect(await mayAct('he.ping', posts.contact)).toBe(false);
    // Who stands in for the head does not appoint stand-ins either.
    const head = await made('LD04.head', { postId: posts.head, to: 'he.ping' });
    const json = wanted({ from: '2023-01-21', until: '2023-01-31' });
    expectProblem(
      await (await edge().as('he.ping')).in(posts.head).ask('POST', '/delegations', { json }),
      403,
      'DELEGATION.NOT_YOURS',
    );
    expect((await end('zhang.wei', own)).status).toBe(200);
    expect((await end('LD04.head', head)).status).toBe(200);
    expect((await end('LD04.contact', given, { reason: '提前返岗' })).body).toMatchObject({
      state: 'ended',
      isInForce: false,
      endReason: '提前返岗',
    });
  });

  it.each(['LD04.head', 'office', 'security'])(
    'is made for the contact by %s, and ended by the contact',
    async (by) => {
      const given = await made(by);
      expect(await mayAct('zhang.wei', posts.contact)).toBe(true);
      expectProblem(await end('LD05.head', given), 404, 'DELEGATION.UNKNOWN');
      expectProblem(await end('officer', given), 403, 'DELEGATION.NOT_YOURS');
      expect((await end('LD04.contact', given)).status).toBe(200);
      expect(await mayAct('zhang.wei', posts.contact)).toBe(false);
      expectProblem(await end('LD04.contact', given), 409, 'DELEGATION.ENDED');
      const events = await (await edge().as('auditor')).all(`/history?entity=delegation&entityId=${given.id}`);
      expect(events.map(({ type, actor }) => [type, actor.post])).toEqual([
        ['delegation.ended', 'contact'],
        ['delegation.made', by.replace('LD04.', '')],
      ]);
    },
  );

  it('is of the office, too: whose rights go with it but to draft for some plans, or to delegate', async () => {
    await makeAccount(edge(), 'sun.li', '孙立');
    await appoint(edge(), 'sun.li', { kind: 'leader' });
    const { postId } = await (await edge().as('officer')).get('/sessions/current');
    const given = await made('officer', { postId, to: 'sun.li', planIds: [posts.second.id] });
    const acting = (await edge().as('sun.li')).in(postId);
    expect((await acting.all('/plans')).map(({ id }) => id)).toEqual([posts.second.id]);
    expect((await acting.get(`/plans/${posts.second.id}`)).tasks).toHaveLength(2);
    expect((await acting.ask('GET', `/plans/${posts.second.id}/source`)).status).toBe(200);
    for (const path of ['', '/source', '/revisions', '/unresolved-names']) {
      const refused = await acting.ask('GET', `/plans/${edge().planId}${path}`);
      expectProblem(refused, path === '' ? 404 : 403, path === '' ? 'PLAN.UNKNOWN' : 'DELEGATION.OUT_OF_MATTER');
    }
    expectProblem(await acting.ask('GET', '/deliveries'), 403, 'DELEGATION.OUT_OF_MATTER');
    expectProblem(
      await acting.ask('POST', `/plans/${posts.second.id}/issue`, { json: ISSUE }),
      403,
      'DELEGATION.OUT_OF_MATTER',
    );
    const part = await edge().part('1', 'LD03');
    const json = { event: 'cancel', cancelReason: 'duplicate', reason: '重复' };
    expectProblem(
      await acting.ask('POST', `/assignments/${part.id}/transitions`, { json }),
      403,
      'DELEGATION.OUT_OF_MATTER',
    );
    const tokens = { name: '接口', purpose: '接口', scopes: ['read.own'], days: 1 };
    expectProblem(await acting.ask('POST', '/api-tokens', { json: tokens }), 403, 'DELEGATION.NOT_FOR_THIS');
    expect((await end('officer', given)).status).toBe(200);
  });

  it('makes a report one’s own for both: neither who stood in nor for whom it was judges it', async () => {
    const given = await made('LD04.contact');
    const part = await edge().part('4', 'LD04');
    const acting = (await edge().as('zhang.wei')).in(posts.contact);
    const move = (json: object) => acting.post(`/assignments/${part.id}/transitions`, json);
    await move({ event: 'sign_for' });
    await move({ event: 'report', text: '已完成。', evidence: [{ title: '验收意见' }] });
    // Each gets a post in the unit that leads, whose part it would be to judge.
    const lead = { kind: 'handler', unitCode: 'LD03', title: '规划科' };
    const office = await edge().as('office');
    for (const [i, username] of ['zhang.wei', 'LD04.contact', 'he.ping'].entries()) {
      const title = `${lead.title}${i}`;
      await office.post('/units/LD03/posts', { kind: 'handler', title });
      await appoint(edge(), username, { ...lead, title });
      const postId = await postOf(edge(), 'LD03', 'handler', title);
      const judge = (await edge().as(username)).in(postId);
      const json = { event: 'verify' };
      const answer = await judge.ask('POST', `/assignments/${part.id}/transitions`, { json });
      if (username === 'he.ping') expect([answer.status, answer.text]).toEqual([200, answer.text]);
      else expectProblem(answer, 422, 'ASSIGNMENT.OWN_REPORT');
    }
    expect((await end('LD04.contact', given)).status).toBe(200);
  });

  it('asks for the second factor that the post asks for', async () => {
    const security = await edge().as('security');
    const { version, policy } = await security.get('/sign-in-policy');
    const put = (expectedVersion: number, posts: string[]) =>
      security.do('PUT', '/sign-in-policy', {
        json: { expectedVersion, policy: { ...policy, secondFactor: { posts } } },
      });
    const needs = async (): Promise<string | null> =>
      (await (await edge().signIn('zhang.wei')).get('/sessions/current')).needs;
    await put(version, ['head']);
    expect(await needs()).toBeNull();
    const given = await made('LD04.head', { postId: posts.head });
    expect(await needs()).toBe('enrolment');
    expect((await end('LD04.head', given)).status).toBe(200);
    expect(await needs()).toBeNull();
    await put(version + 1, []);
  });

  it('is over when an account is closed, and does not come back with it', async () => {
    const given = await made('LD04.contact');
    expect(await mayAct('zhang.wei', posts.contact)).toBe(true);
    const admin = await edge().as('admin');
    await admin.do('PATCH', '/persons/LD04.contact', { json: { isActive: false } });
    expect(await mayAct('zhang.wei', posts.contact)).toBe(false);
    await admin.do('PATCH', '/persons/LD04.contact', { json: { isActive: true } });
    await edge().signInAgain('LD04.contact');
    expect(await mayAct('zhang.wei', posts.contact)).toBe(false);
    const [{ state, end_reason }] = await edge().query(`select state, end_reason from delegation where id = $1`, [
      given.id,
    ]);
    expect([state, end_reason]).toEqual(['ended', 'an account was closed']);
  });

  it('is over when the delegate becomes an administrator, or leaves the unit', async () => {
    await made('LD04.head', { postId: posts.head });
    expect(await mayAct('zhang.wei', posts.head)).toBe(true);
    await appoint(edge(), 'zhang.wei', { kind: 'auditor' });
    expect(await mayAct('zhang.wei', posts.head)).toBe(false);
    const take = async (post: object): Promise<Json> =>
      (await edge().as('security')).post('/post-changes', {
        kind: 'take',
        username: 'zhang.wei',
        post,
        reason: '调离',
      });
    await take({ kind: 'auditor' });
    expect(await mayAct('zhang.wei', posts.head)).toBe(true);
    await take({ kind: 'handler', unitCode: 'LD04', title: '综合科' });
    expect(await mayAct('zhang.wei', posts.head)).toBe(false);
    await appoint(edge(), 'zhang.wei', { kind: 'handler', unitCode: 'LD04', title: '综合科' });
  });

  it('does not bind a successor, nor come back with another term of the same person', async () => {
    await made('LD04.head', { to: 'zhang.wei', until: '2023-03-31' });
    expect(await mayAct('zhang.wei', posts.contact)).toBe(true);
    const contact = { kind: 'contact', unitCode: 'LD04' };
    await makeAccount(edge(), 'fang.yu', '方宇');
    await appoint(edge(), 'fang.yu', contact, { fromOn: '2023-01-16', toOn: '2023-01-17', succeeds: true });
    await appoint(edge(), 'LD04.contact', contact, { fromOn: '2023-01-17' });
    expect(await mayAct('zhang.wei', posts.contact)).toBe(true);
    await edge().passTo('2023-01-16T12:00:00+08:00');
    expect(await mayAct('zhang.wei', posts.contact)).toBe(false);
    const at = '2023-01-16T01:00:00.000Z';
    expect((await toldTo(edge(), 'fang.yu')).map((told) => told.at)).toContain(at);
    expect((await toldTo(edge(), 'zhang.wei')).map((told) => told.at)).not.toContain(at);
    await edge().passTo('2023-01-17T12:00:00+08:00');
    expect(await mayAct('LD04.contact', posts.contact)).toBe(true);
    expect(await mayAct('zhang.wei', posts.contact)).toBe(false);
  });
});
