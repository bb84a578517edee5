import { type Case, fault, NOTHING, refuseAll, type Request, toldTo } from './cases';
import { type Caller, Edge, expectProblem, type Json, useEdge } from './edge';

const INSTRUCTION = {
  kind: 'leader_instruction',
  title: '农贸市场改造',
  content: '抓紧推进东门农贸市场改造，雨季前完成屋面防水。',
  units: { lead: ['LD04'], cooperating: ['市发改委'] },
  source: { leader: '周某' },
  level: 'urgent',
};

describe('Matters from elsewhere (事项登记)', () => {
  const edge = useEdge(async (database) => (await Edge.open(database)).issue());
  let office: Caller;
  let first: Json;
  beforeAll(async () => {
    office = await edge().as('officer');
    first = await office.post('/matters', INSTRUCTION);
  });

  it('are numbered and handed out at once, with what is owed by their level', () => {
    expect(first).toMatchObject({
      number: '批示〔2023〕1号',
      content: INSTRUCTION.content,
      state: 'assigned',
      level: 'urgent',
      receivedOn: '2023-01-12',
      dueOn: '2023-01-17',
      skipped: [],
      matter: { kind: 'leader_instruction', kindName: '领导批示', source: { leader: '周某' }, serial: 1, sameAs: null },
    });
    expect(first.assignments.map(({ unitName, role }: Json) => [unitName, role])).toEqual([
      ['市工信局', 'lead'],
      ['市发改委', 'cooperating'],
    ]);
    expect(first.obligations.map(({ kind, dueOn }: Json) => `${kind} ${dueOn}`).toSorted()).toEqual([
      'completion 2023-01-17',
      'completion 2023-01-17',
      'sign_for 2023-01-13',
      'sign_for 2023-01-13',
    ]);
  });

  it('are on the board, in the lists and at a past instant as others are, with their kind and source', async () => {
    const [row] = await office.all(`/tasks?matterKind=leader_instruction`);
    expect(row).toMatchObject({
      id: first.id,
      source: 'register',
      matterKind: 'leader_instruction',
      leads: ['市工信局'],
    });
    const all = await office.all('/tasks');
    expect(all.filter(({ source }) => source === 'document')).toHaveLength(all.length - 1);
    await edge().passTo('2023-01-13T12:00:00+08:00');
    const past = await office.all('/tasks?matterKind=leader_instruction&asOf=2023-01-12');
    expect(past).toEqual([expect.objectContaining({ id: first.id, source: 'register', content: INSTRUCTION.content })]);
    const before = await office.get(`/tasks/${first.id}?asOf=2023-01-12`);
    expect(before).toMatchObject({ receivedOn: '2023-01-12', matter: first.matter });
    const { items } = await office.get('/plans?source=register');
    expect(items).toEqual([
      expect.objectContaining({ title: '领导批示台账（2023年）', tasks: 1, policyId: 'leader-instruction' }),
    ]);
    const plan = await office.get(`/plans/${items[0].id}`);
    expect(plan).toMatchObject({ source: 'register', tasks: [{ id: first.id }], warnings: [] });
    expect(await office.get(`/dashboard?planId=${items[0].id}`)).toMatchObject({ tasks: { assigned: 1 } });
    const [history] = (await office.get(`/tasks/${first.id}/history`)).items;
    expect(history).toMatchObject({ type: 'task.registered', actor: { post: 'officer' } });
  });

  it('are a unit’s where it has a part, and are answered by it', async () => {
    const [own, other] = [await edge().as('LD04.contact'), await edge().as('LD05.contact')];
    expect((await own.get('/matters')).items).toEqual([expect.objectContaining({ taskId: first.id })]);
    expect((await other.get('/matters')).items).toEqual([]);
    expectProblem(await other.ask('GET', `/tasks/${first.id}`), 403, 'TASK.NOT_YOURS');
    expect((await own.get(`/tasks/${first.id}`)).matter).toMatchObject({ number: first.number });
    const seen = await (await edge().as('LD01.contact')).get(`/tasks/${first.id}`);
    expect(seen.matter).toMatchObject({ number: first.number });
    const part = first.assignments[0];
    const signed = await own.post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    expect(signed.state).toBe('in_progress');
    const messages = (await toldTo(edge(), 'LD04.contact')).flatMap(({ lines }) => lines).join();
    expect(messages).toContain('批示〔2023〕1号“抓紧推进');
    expect(messages).toContain('于1月17日前办结');
  });

  it('are registered once for an Idempotency-Key, however often it is sent', async () => {
    const json = {
      kind: 'media',
      content: '回应早高峰拥堵报道，优化信号配时。',
      units: { lead: ['LD07'] },
      source: { medium: '晨报' },
    };
    const headers = { 'idempotency-key': 'media-1' };
    const sent = await Promise.all(Array.from({ length: 3 }, () => office.ask('POST', '/matters', { json, headers })));
    const ids = sent.filter(({ status }) => status === 201).map(({ body }) => body.id);
    expect(new Set(ids).size).toBe(1);
    const again = await office.post('/matters', json, headers);
    expect([again.id, again.number]).toEqual([ids[0], '媒体〔2023〕1号']);
  });

  it('that are much the same are shown, and registered when it is confirmed that they are others', async () => {
    const json = { ...INSTRUCTION, kind: 'key_matter', source: {}, level: 'ordinary' };
    const refused = await office.ask('POST', '/matters', { json });
    expectProblem(refused, 409, 'MATTER.LIKELY_DUPLICATE', { field: 'confirmDuplicates' });
    expect(refused.body.duplicates).toEqual([
      expect.objectContaining({ taskId: first.id, number: first.number, score: 1, leads: ['市工信局'] }),
    ]);
    const { items } = await office.post('/matters/duplicates', { content: INSTRUCTION.content });
    expect(items[0]).toMatchObject({ taskId: first.id, likely: true });
    const made = await office.post('/matters', { ...json, confirmDuplicates: [first.id] });
    const linked = await office.post(`/matters/${made.id}/same-as`, { taskId: first.id });
    expect(linked).toMatchObject({ state: 'cancelled', matter: { sameAs: first.id } });
  });

  it('have who asked for them apart: masked in answers and lists, in full for the office and the lead', async () => {
    const petitioner = { name: '顾念慈', phone: '13700000002' };
    const made = await office.ask('POST', '/matters', {
      json: {
        kind: 'petition',
        content: '反映小区停车收费不透明。',
        units: { lead: ['LD05'], responsible: ['LD07'] },
        petitioner,
      },
    });
    expect(made.status).toBe(201);
    const { id } = made.body;
    const list = await office.ask('GET', '/matters?kind=petition');
    const told = [made, list, await office.ask('GET', `/tasks/${id}`), await office.ask('GET', `/tasks/${id}/history`)];
    for (const { text } of told) {
      expect(text).not.toContain('念慈');
      expect(text).not.toContain(petitioner.phone);
    }
    expect(list.body.items[0]).toMatchObject({ petitioner: '顾**' });
    const of = async (username: string) => (await edge().as(username)).ask('GET', `/matters/${id}/petitioner`);
    for (const username of ['office', 'officer', 'LD05.head', 'LD05.contact']) {
      expect((await of(username)).body).toEqual(petitioner);
    }
    expectProblem(await of('LD07.contact'), 404, 'MATTER.NO_PETITIONER');
    expectProblem(await of('LD04.contact'), 404, 'MATTER.UNKNOWN');
    for (const username of ['leader', 'auditor', 'admin']) expectProblem(await of(username), 403, 'RIGHTS.NOT_ALLOWED');
  });

  it('are put right, with a new version of the deadline and a reason in history', async () => {
    const made = await office.post('/matters', {
      kind: 'higher_document',
      content: '贯彻全省春季绿化部署。',
      units: { lead: ['LD04'] },
      source: { issuer: '省绿化委' },
    });
    const corrected = await office.do('PATCH', `/matters/${made.id}`, {
      json: { reason: '来文另有时限', dueOn: '2023-02-01', dueReason: '来文要求2月1日前报送', expectedVersion: 1 },
    });
    expect(corrected).toMatchObject({ dueOn: '2023-02-01', matter: { version: 2, dueReason: '来文要求2月1日前报送' } });
    const completion = corrected.obligations.find(({ kind }: Json) => kind === 'completion');
    expect(completion).toMatchObject({ dueOn: '2023-02-01', deadlineVersion: 2 });
    const { items } = await office.get(`/tasks/${made.id}/history?limit=200`);
    expect(items.filter(({ type }: Json) => type.endsWith('.corrected')).map(({ reason }: Json) => reason)).toEqual([
      '来文另有时限',
      '来文另有时限',
    ]);
    const stale = { json: { reason: '再改', title: '题', expectedVersion: 1 } };
    expectProblem(await office.ask('PATCH', `/matters/${made.id}`, stale), 409, 'MATTER.STALE');
  });

  it('are listed page by page, by kind, year, level, words of their source and number', async () => {
    const all = await office.all('/matters', 2);
    expect(all.map(({ registeredAt }) => registeredAt)).toEqual(
      all
        .map(({ registeredAt }) => registeredAt)
        .toSorted()
        .toReversed(),
    );
    expect(new Set(all.map(({ taskId }) => taskId)).size).toBe(all.length);
    const numbersFor = async (query: string) => (await office.all(`/matters?${query}`)).map(({ number }) => number);
    expect(await numbersFor('kind=leader_instruction&year=2023')).toEqual([first.number]);
    expect(await numbersFor('year=2022')).toEqual([]);
    expect(await numbersFor('level=urgent')).toEqual([first.number]);
    expect(await numbersFor(`q=${encodeURIComponent('周某')}`)).toEqual([first.number]);
    expect(await numbersFor(`q=${encodeURIComponent(first.number)}`)).toEqual([first.number]);
    expect(await numbersFor(`q=${encodeURIComponent('屋面防水')}&state=in_progress`)).toEqual([first.number]);
  });

  it('have kinds with their policy, levels and what is asked of their source, for a form', async () => {
    const { items } = await office.get('/matters/kinds');
    expect(items.find(({ id }: Json) => id === 'key_matter')).toMatchObject({
      name: { zh: '重点督办' },
      policy: { id: 'shanxi-13710', version: 1 },
      levels: [{ id: 'ordinary' }, { id: 'major' }],
    });
    const policies = new Set((await office.get('/policies')).items.map(({ id }: Json) => id));
    expect(items.filter(({ policy }: Json) => !policies.has(policy.id))).toEqual([]);
  });

  it('leave what other rules would send as it is: their registers have rules of their own', async () => {
    const span = { from: '2023-01-13', to: '2023-03-31', limit: 200 };
    const annual = await office.post('/policies/annual-report/simulate', span);
    expect(annual.plans.map(({ id }: Json) => id)).toEqual([edge().planId]);
    const register = (await office.get('/plans?source=register')).items.find(
      ({ matterKind }: Json) => matterKind === 'leader_instruction',
    );
    const own = await office.post('/policies/leader-instruction/simulate', { ...span, planId: register.id });
    expect(own.plans).toEqual([expect.objectContaining({ basis: 'goes_by_it' })]);
    expect(own.items.some(({ taskId, dueOn }: Json) => taskId === first.id && dueOn === '2023-01-17')).toBe(true);
    const named = await office.post('/policies/petition/simulate', { ...span, planId: register.id });
    expect(named.plans).toEqual([expect.objectContaining({ basis: 'would_take_it_over' })]);
    expect(named.items.some(({ dueOn }: Json) => dueOn === '2023-03-13')).toBe(true);
  });

  it('go into a register that is no document: it is neither revised nor restricted as a whole', async () => {
    const [register] = (await office.get('/plans?source=register')).items;
    const head = await edge().as('office');
    const named = { json: { usernames: ['office'] } };
    expectProblem(await head.ask('PUT', `/plans/${register.id}/restrictions`, named), 409, 'PLAN.IS_REGISTER');
    expectProblem(
      await head.ask('PATCH', `/plans/${register.id}/tasks/${first.id}`, { json: { content: 'x' } }),
      409,
      'PLAN.NOT_DRAFT',
    );
  });

  describe('that cannot be registered', () => {
    const post = (json: object) => (): Request => [
      'officer',
      'POST',
      '/matters',
      { json: { ...INSTRUCTION, ...json } },
    ];
    const cases: Case[] = [
      ['of no kind', post({ kind: 'rumour' }), '400 REQUEST.INVALID', fault('kind')],
      ['with a field that is none', post({ urgency: 1 }), '400 REQUEST.INVALID', fault('urgency', 'FIELD.UNKNOWN')],
      ['from tomorrow', post({ receivedOn: '2023-01-14' }), '422 MATTER.RECEIVED_IN_FUTURE', { field: 'receivedOn' }],
      ['from 30 February', post({ receivedOn: '2023-02-30' }), '400 REQUEST.INVALID', fault('receivedOn')],
      [
        'for a unit that there is not',
        post({ units: { lead: ['市月球局'] } }),
        '422 UNIT.UNKNOWN',
        fault('units.lead[0]', 'UNIT.UNKNOWN'),
      ],
      ['for nobody', post({ units: {} }), '422 MATTER.NO_UNIT', { field: 'units' }],
      [
        'at a level that the kind has not',
        post({ level: 'major' }),
        '422 MATTER.UNKNOWN_LEVEL',
        { field: 'level', known: ['ordinary', 'urgent', 'hard'] },
      ],
      [
        'due before they came',
        post({ receivedOn: '2023-01-10', dueOn: '2023-01-09', dueReason: 'x' }),
        '422 MATTER.DUE_BEFORE_RECEIPT',
        { field: 'dueOn' },
      ],
      ['that are secret', post({ content: '绝密★长期\n某事' }), '422 PLAN.SECRET', { field: 'content' }],
      ['without their leader', post({ source: {} }), '422 MATTER.SOURCE', fault('source.leader', 'MATTER.SOURCE')],
      ['of a jurisdiction that is none', post({ jurisdiction: '月球' }), '422 PLAN.UNKNOWN_JURISDICTION'],
      ['by a unit', () => ['LD04.head', 'POST', '/matters', { json: INSTRUCTION }], '403 RIGHTS.NOT_ALLOWED'],
      [
        'nor corrected, where there is none',
        () => ['officer', 'PATCH', `/matters/${NOTHING}`, { json: { reason: 'x', title: '题' } }],
        '404 MATTER.UNKNOWN',
      ],
      [
        'nor corrected without a reason',
        () => ['officer', 'PATCH', `/matters/${first.id}`, { json: { title: '题' } }],
        '400 REQUEST.INVALID',
        fault('reason'),
      ],
    ];
    refuseAll(edge, () => undefined, cases);
  });
});
