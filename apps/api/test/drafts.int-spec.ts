import { type Case, fault, NOTHING, refuseAll, type Request } from './cases';
import { type Caller, Edge, expectProblem, formOf, ISSUE, type Json, type Method, useEdge } from './edge';

const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.建成一座大桥，修路5公里。（责任单位：市发改委、市造桥局。以下均需各区政府、市造桥局落实，不再列出）

　　2.整治河道。（牵头单位：临澜市水利局；责任单位：云汀、澜东区政府）

　　3.清淤20公里。

　　4.种树3万株。（牵头单位：市 水利局；责任单位：各县（市、区））
`;

describe('A draft under review', () => {
  let office: Caller;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    office = await opened.as('officer');
    return opened;
  });
  const unit = async (code: string): Promise<Json> => (await office.all('/units')).find((one) => one.code === code);
  const codesOf = (plan: Json): string[] => plan.warnings.map(({ code }: Json) => code);
  const warningOf = (plan: Json, code: string): Json => plan.warnings.find((one: Json) => one.code === code);

  it('shows each task beside its words, and the warnings at their place', async () => {
    const plan = await edge().draft(PLAN);
    const source = await office.get(`/plans/${plan.id}/source`);
    expect(source).toMatchObject({ fileName: 'plan.txt', text: PLAN });
    const words = ({ start, end }: Json): string => source.text.slice(start, end);
    expect(words(plan.tasks[2].source)).toBe('3.清淤20公里。');
    expect(words(plan.tasks[0].source)).toMatch(/^1\.建成.*不再列出）$/);
    const [first, , third] = plan.tasks;
    expect(warningOf(plan, 'lead_inferred')).toMatchObject({ taskId: first.id, settled: false, offer: null });
    expect(warningOf(plan, 'no_units')).toMatchObject({ taskId: third.id, settled: false });
    expect(warningOf(plan, 'unknown_unit')).toMatchObject({ taskId: first.id, line: 5, settled: false });
    expect(warningOf(plan, 'standing_units')).toMatchObject({
      taskId: first.id,
      settled: false,
      offer: { units: ['各区政府', '市造桥局'], role: 'responsible', from: first.id },
    });
  });

  it('settles warnings by what is done, from the unknown name to the issue', async () => {
    const { id, tasks, warnings } = await edge().draft(PLAN);
    const post = (path: string, json: object): Promise<Json> => office.post(`/plans/${id}${path}`, json);
    const { offer } = warnings.find(({ code }: Json) => code === 'standing_units');
    let plan = await post('/standing-units', { ...offer, expectedVersion: 1 });
    expect(plan.version).toBe(2);
    expect(warningOf(plan, 'standing_units')).toMatchObject({ settled: true });
    expect(warningOf(plan, 'no_units')).toMatchObject({ settled: true });
    expect(plan.tasks[2]).toMatchObject({ responsible: ['各区政府', '市造桥局'], leadInferred: true });

    plan = await post('/confirm-leads', { tasks: [{ taskId: tasks[0].id, lead: ['市发改委'] }] });
    expect(plan.tasks[0]).toMatchObject({ lead: ['市发改委'], leadInferred: false });
    expect(warningOf(plan, 'lead_inferred')).toMatchObject({ settled: true });

    plan = await post(`/tasks/${tasks[0].id}/split`, { at: [tasks[0].content.indexOf('修路')] });
    expect(plan.tasks.map(({ content }: Json) => content).slice(0, 2)).toEqual(['建成一座大桥，', '修路5公里。']);
    plan = await post('/deadlines', { deadline: { text: '11月底前', due: '2023-11-30' } });
    expect(plan.tasks.every(({ deadline }: Json) => deadline.due === '2023-11-30')).toBe(true);

    expectProblem(await office.ask('POST', `/plans/${id}/issue`, { json: ISSUE }), 422, 'PLAN.UNKNOWN_UNIT');
    const { items } = await office.get(`/plans/${id}/unresolved-names`);
    expect(items).toMatchObject([{ name: '市造桥局', reason: 'unknown', uses: 5 }]);
    const meaning = { name: '市造桥局', unitId: (await unit('LD12')).id, expectedVersion: plan.version };
    plan = await office.do('PUT', `/plans/${id}/unresolved-names`, { json: meaning });
    expect(codesOf(plan)).not.toContain('unknown_unit');
    expect(await office.get(`/plans/${id}/unresolved-names`)).toEqual({ items: [], next: null });
    // The next document is read with the answer, too.
    expect(codesOf(await edge().draft(PLAN))).not.toContain('unknown_unit');
    expect(await unit('LD12')).toMatchObject({ settledNames: ['市造桥局'] });

    expect(await post('/issue', ISSUE)).toMatchObject({ tasks: 5 });
    const issued = await office.get(`/plans/${id}`);
    const unitsOf = (task: Json): string[] => task.assignments.map(({ unitName }: Json) => unitName);
    expect(unitsOf(issued.tasks[2])).toEqual(expect.arrayContaining(['市水利局', '云汀区人民政府', '澜东区人民政府']));
    expect(unitsOf(issued.tasks[4]).filter((name) => name.endsWith('人民政府'))).toHaveLength(9);
    const past = await office.get(`/plans/${id}?asOf=2023-01-12`);
    expect(past.tasks.map(({ content }: Json) => content)).toEqual(issued.tasks.map(({ content }: Json) => content));
  });

  it('guesses whom a name may mean, page by page, and says where a name is ambiguous', async () => {
    const units = [
      { code: 'ZZ1', name: '芦洲区人民政府', kind: 'district' },
      { code: 'ZZ2', name: '芦洲县人民政府', kind: 'district' },
    ];
    const form = formOf(JSON.stringify({ jurisdiction: '临澜市', units }), 'units.json');
    await office.do('POST', '/units/import', { form });
    const text = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.修路。（牵头单位：市教育体育局；责任单位：芦洲、相关乡镇办）

　　2.修桥。（牵头单位：市教育体育局；责任单位：市发改委）
`;
    const { id, tasks, ...plan } = await edge().draft(text);
    expect(codesOf(plan)).toEqual(expect.arrayContaining(['unknown_unit', 'ambiguous_unit']));
    const names = await office.all(`/plans/${id}/unresolved-names`, 1);
    expect(names.map(({ name, reason, uses }) => [name, reason, uses])).toEqual([
      ['市教育体育局', 'unknown', 2],
      ['芦洲', 'ambiguous', 1],
      ['相关乡镇办', 'unknown', 1],
    ]);
    expect(names[0].tasks).toEqual(tasks.map((task: Json) => ({ taskId: task.id, number: task.number, role: 'lead' })));
    expect(names[0].guesses.map(({ name }: Json) => name)).toEqual(expect.arrayContaining(['市教育局', '市体育局']));
    expect(names[1].guesses.slice(0, 2)).toMatchObject([
      { name: '芦洲区人民政府', score: 1, reason: 'candidate' },
      { name: '芦洲县人民政府', score: 1, reason: 'candidate' },
    ]);
    const answer = await office.ask('POST', `/plans/${id}/issue`, { json: ISSUE });
    expectProblem(answer, 422, 'PLAN.UNKNOWN_UNIT', fault(`tasks.${tasks[0].id}`, 'UNIT.AMBIGUOUS'));
  });

  it('does a command once for an Idempotency-Key', async () => {
    const { id, tasks } = await edge().draft(PLAN);
    const json = { tasks: [tasks[1].id, tasks[2].id] };
    const headers = { 'idempotency-key': 'merge-once' };
    const first = await office.ask('POST', `/plans/${id}/merge`, { json, headers });
    expect(first.status).toBe(200);
    const again = await office.ask('POST', `/plans/${id}/merge`, { json, headers });
    expect(again.body).toEqual(first.body);
    expect((await office.get(`/plans/${id}`)).version).toBe(2);
  });

  it('shows nothing of itself to a unit, and takes nothing from it', async () => {
    const { id, tasks } = await edge().draft(PLAN);
    for (const name of ['LD01.contact', 'LD01.head']) {
      const own = await edge().as(name);
      expectProblem(await own.ask('GET', `/plans/${id}`), 404, 'PLAN.UNKNOWN');
      expectProblem(await own.ask('GET', `/plans/${id}/source`), 403, 'RIGHTS.NOT_ALLOWED');
      expectProblem(await own.ask('GET', `/plans/${id}/unresolved-names`), 403, 'RIGHTS.NOT_ALLOWED');
      const json = { at: [2] };
      const path = `/plans/${id}/tasks/${tasks[0].id}/split`;
      expectProblem(await own.ask('POST', path, { json }), 403, 'RIGHTS.NOT_ALLOWED');
    }
  });

  describe('refuses, and writes nothing,', () => {
    interface World {
      plan: Json;
      foreign: Json;
      issued: Json;
    }
    let world: World;
    beforeAll(async () => {
      const issued = await edge().draft(PLAN.replaceAll('市造桥局', '市发改委').replace('3.清淤20公里。', ''));
      await office.post(`/plans/${issued.id}/issue`, ISSUE);
      world = {
        plan: await edge().draft(PLAN),
        foreign: (await edge().draft(PLAN)).tasks[0],
        issued: await office.get(`/plans/${issued.id}`),
      };
    });
    const on =
      (method: Method, path: (w: World) => string, json: (w: World) => unknown) =>
      (w: World): Request => ['officer', method, `/plans/${w.plan.id}${path(w)}`, { json: json(w) }];
    const split = (json: object) =>
      on(
        'POST',
        (w) => `/tasks/${w.plan.tasks[0].id}/split`,
        () => json,
      );
    const merge = (json: (w: World) => object) => on('POST', () => '/merge', json);
    const order = (json: (w: World) => object) => on('PUT', () => '/order', json);
    const leads = (json: (w: World) => object) => on('POST', () => '/confirm-leads', json);
    const standing = (json: (w: World) => object) => on('POST', () => '/standing-units', json);
    const deadlines = (json: (w: World) => object) => on('POST', () => '/deadlines', json);
    const add = (json: (w: World) => object) => on('POST', () => '/tasks', json);
    const name = (json: (w: World) => object) => on('PUT', () => '/unresolved-names', json);
    const task = (w: World, i: number): string => w.plan.tasks[i].id;
    const long = '长'.repeat(501);
    const cases: Case<World>[] = [
      ['a split at no number', split({ at: ['2'] }), '400 REQUEST.INVALID', fault('at.0')],
      ['a split at nothing', split({ at: [] }), '400 REQUEST.INVALID', fault('at')],
      ['a split far behind', split({ at: [1e9] }), '400 REQUEST.INVALID', fault('at.0')],
      ['a split at the end', split({ at: [900] }), '422 TASK.BAD_OFFSET', { field: 'at[0]' }],
      ['one piece', split({ pieces: [{ content: '甲' }] }), '400 REQUEST.INVALID', fault('pieces')],
      [
        'an empty piece',
        split({ pieces: [{ content: '甲' }, { content: ' ' }] }),
        '400 REQUEST.INVALID',
        fault('pieces.1.content'),
      ],
      [
        'a name too long in a piece',
        split({ pieces: [{ content: '甲' }, { content: '乙', lead: [long] }] }),
        '400 REQUEST.INVALID',
        fault('pieces.1.lead.0'),
      ],
      ['a field that is none', split({ at: [2], where: 1 }), '400 REQUEST.INVALID', fault('where', 'FIELD.UNKNOWN')],
      ['a stale task', split({ at: [2], expectedVersion: 9 }), '409 TASK.STALE', { version: 1 }],
      [
        'a task of another plan',
        on(
          'POST',
          (w) => `/tasks/${w.foreign.id}/split`,
          () => ({ at: [2] }),
        ),
        '404 TASK.UNKNOWN',
        { field: 'taskId' },
      ],
      ['one task to merge', merge((w) => ({ tasks: [task(w, 0)] })), '400 REQUEST.INVALID', fault('tasks')],
      [
        'tasks that are no neighbours',
        merge((w) => ({ tasks: [task(w, 0), task(w, 2)] })),
        '409 TASK.NOT_NEIGHBOURS',
        { field: 'tasks[1]' },
      ],
      [
        'a stale plan',
        merge((w) => ({ tasks: [task(w, 0), task(w, 1)], expectedVersion: 7 })),
        '409 PLAN.STALE',
        { version: 1 },
      ],
      ['an order that misses tasks', order((w) => ({ order: [task(w, 0)] })), '422 TASK.MISSING', { field: 'order' }],
      ['no order', order(() => ({})), '422 TASK.ORDER_HOW', { field: 'order' }],
      [
        'a task before itself',
        order((w) => ({ move: { taskId: task(w, 0), before: task(w, 0) } })),
        '409 TASK.CYCLE',
        { field: 'move.before' },
      ],
      [
        'the confirmation of a lead that is named',
        leads((w) => ({ tasks: [{ taskId: task(w, 1) }] })),
        '409 TASK.LEAD_NAMED',
        { field: 'tasks[0]' },
      ],
      [
        'nobody to lead',
        leads((w) => ({ tasks: [{ taskId: task(w, 0), lead: [] }] })),
        '400 REQUEST.INVALID',
        fault('tasks.0.lead'),
      ],
      ['no standing unit', standing((w) => ({ units: [], from: task(w, 0) })), '400 REQUEST.INVALID', fault('units')],
      [
        'a role that is none',
        standing((w) => ({ units: ['甲'], role: 'supervising', from: task(w, 0) })),
        '400 REQUEST.INVALID',
        fault('role'),
      ],
      ['standing units from nowhere', standing(() => ({ units: ['甲'] })), '400 REQUEST.INVALID', fault('from')],
      [
        'a date that does not exist',
        deadlines(() => ({ deadline: { text: '月底', due: '2023-02-30' } })),
        '400 REQUEST.INVALID',
        fault('deadline.due'),
      ],
      [
        'a deadline of an unknown task',
        deadlines((w) => ({ tasks: [task(w, 0), w.foreign.id], deadline: { text: '月底', due: null } })),
        '404 TASK.UNKNOWN',
        { field: 'tasks[1]' },
      ],
      ['a task without words', add(() => ({ content: '' })), '400 REQUEST.INVALID', fault('content')],
      [
        'words that are not in the document',
        add(() => ({ content: '甲', source: { start: 3, end: 9_999_999 } })),
        '422 TASK.BAD_SOURCE',
        { field: 'source' },
      ],
      [
        'a part of a task that units have as a whole',
        add((w) => ({ content: '甲', parentId: task(w, 0) })),
        '409 TASK.HAS_UNITS',
        { field: 'parentId' },
      ],
      [
        'a name that no task uses',
        name(() => ({ name: '市某局', unitId: NOTHING })),
        '404 NAME.NOT_USED',
        { field: 'name' },
      ],
      [
        'a name of the directory',
        name((w) => ({ name: '市发改委', unitId: w.issued.tasks[0].assignments[0].unitId })),
        '409 NAME.TAKEN',
        { field: 'name' },
      ],
      ['an unknown unit', name(() => ({ name: '市发改委', unitId: NOTHING })), '404 UNIT.UNKNOWN', { field: 'unitId' }],
      ['no meaning', name(() => ({ name: '市发改委' })), '422 NAME.ONE_MEANING', { field: 'unitId' }],
      [
        'two meanings',
        name(() => ({ name: '市发改委', unitId: NOTHING, groupId: NOTHING })),
        '422 NAME.ONE_MEANING',
        { field: 'groupId' },
      ],
      [
        'an unknown group',
        name(() => ({ name: '市发改委', groupId: NOTHING })),
        '404 UNIT.GROUP_UNKNOWN',
        { field: 'groupId' },
      ],
      ['no units', name(() => ({ name: '市发改委', unitIds: [] })), '400 REQUEST.INVALID', fault('unitIds')],
      ['a name too long', name(() => ({ name: long, unitId: NOTHING })), '400 REQUEST.INVALID', fault('name')],
      [
        'an answer on a stale plan',
        name(() => ({ name: '市发改委', unitId: NOTHING, expectedVersion: 5 })),
        '409 PLAN.STALE',
        { version: 1 },
      ],
      [
        'what is issued',
        (w) => ['officer', 'PUT', `/plans/${w.issued.id}/order`, { json: { renumber: true } }],
        '409 PLAN.NOT_DRAFT',
      ],
      [
        'a plan that is none',
        () => ['officer', 'POST', `/plans/${NOTHING}/confirm-leads`, { json: {} }],
        '404 PLAN.UNKNOWN',
      ],
    ];
    refuseAll(edge, () => world, cases);
  });
});
