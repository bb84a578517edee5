import { annualReport } from '@duban/domain';
import { type Case, COMPLETION, fault, NOTHING, refuseAll, type Request, toldTo } from './cases';
import { Edge, ISSUE, type Json, useEdge } from './edge';

/** LD04 leads, LD01 and LD02 have parts in it. */
const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.疏浚青石河。（牵头单位：市工信局；责任单位：市发改委、市教育局）

　　2.修缮白鹭桥。（牵头单位：市工信局；责任单位：市发改委、市教育局）

　　3.筹建听雨亭。（牵头单位：市工信局；责任单位：市发改委、市教育局）
`;
const CHECKLIST = [
  { zh: '资料齐全', en: 'papers complete' },
  { zh: '现场属实', en: 'as found on the spot' },
];
const PASSED = CHECKLIST.map(({ zh }) => ({ item: zh, passed: true }));
const VERIFICATION = {
  method: 'visit',
  checklist: PASSED,
  conclusion: '现场查看，情况属实。',
  place: '青石河',
  on: '2023-01-12',
};

type Parts = Record<'lead' | 'first' | 'second', string>;

/** The parts of a task by who has them. */
async function partsOf(edge: Edge, taskId: string): Promise<Parts> {
  const { assignments } = await (await edge.as('office')).get(`/tasks/${taskId}`);
  const of = (name: string): string => assignments.find(({ unitName }: Json) => unitName === name).id;
  return { lead: of('市工信局'), first: of('市发改委'), second: of('市教育局') };
}
const move = async (edge: Edge, username: string, id: string, json: object): Promise<Json> =>
  (await edge.as(username)).post(`/assignments/${id}/transitions`, json);

/** All report, the lead last. */
async function reportAll(edge: Edge, { lead, first, second }: Parts): Promise<void> {
  for (const [unit, id] of [
    ['LD01', first],
    ['LD02', second],
    ['LD04', lead],
  ] as const) {
    await move(edge, `${unit}.contact`, id, { event: 'sign_for' });
    await move(edge, `${unit}.contact`, id, COMPLETION);
  }
}

async function openPlan(edge: Edge, policy: string): Promise<{ planId: string; tasks: string[] }> {
  const { id } = await edge.draft(PLAN);
  const office = await edge.as('office');
  await office.post(`/plans/${id}/issue`, { ...ISSUE, policy });
  const { tasks } = await office.get(`/plans/${id}`);
  return { planId: id, tasks: tasks.map((task: Json) => task.id) };
}

interface World {
  tasks: string[];
  parts: Parts[];
}

describe('judging', () => {
  let world: World;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const strict = {
      ...annualReport,
      id: 'with-checklist',
      verification: { required: true, checklist: CHECKLIST, methods: ['documents', 'sample', 'visit'] },
    };
    await opened.query(`insert into policy (id, version, body) values ($1, 1, $2)`, [strict.id, strict]);
    const { tasks } = await openPlan(opened, strict.id);
    const parts = [];
    for (const id of tasks) parts.push(await partsOf(opened, id));
    for (const one of parts.slice(0, 2)) await reportAll(opened, one);
    world = { tasks, parts };
    return opened;
  });
  const lead = (w: World): string => w.parts[0]!.lead;

  describe('a verification that does not hold', () => {
    const judge = (json: object, username = 'officer', part = lead): ((w: World) => Request) => {
      return (w) => [username, 'POST', `/assignments/${part(w)}/transitions`, { json }];
    };
    const verify = (change: object): ((w: World) => Request) =>
      judge({ event: 'verify', verification: { ...VERIFICATION, ...change } });
    const at = (field: string): object => ({ field });
    const cases: Case<World>[] = [
      ['is left out', judge({ event: 'verify' }), '422 VERIFICATION.REQUIRED', at('verification')],
      ['is left out of a return', judge({ event: 'return', reason: '不实' }), '422 VERIFICATION.REQUIRED'],
      [
        'leaves an item out',
        verify({ checklist: PASSED.slice(1) }),
        '422 VERIFICATION.ITEM_MISSING',
        { field: 'verification.checklist', items: ['资料齐全'] },
      ],
      [
        'has an item not passed',
        verify({ checklist: [...PASSED, { item: '台账', passed: false }] }),
        '422 VERIFICATION.ITEM_FAILED',
        { items: ['台账'] },
      ],
      ['has an item twice', verify({ checklist: [...PASSED, ...PASSED] }), '422 VERIFICATION.ITEM_TWICE'],
      ['goes by another method', verify({ method: 'call_back' }), '422 VERIFICATION.METHOD_NOT_ALLOWED'],
      [
        'goes by a method that is none',
        verify({ method: 'guess' }),
        '400 REQUEST.INVALID',
        fault('verification.method'),
      ],
      ['was made tomorrow', verify({ on: '2023-01-13' }), '422 VERIFICATION.ON_FUTURE', at('verification.on')],
      ['was made on no day', verify({ on: '2023-02-30' }), '400 REQUEST.INVALID', fault('verification.on')],
      ['has no sample', verify({ method: 'sample' }), '422 VERIFICATION.SAMPLE_REQUIRED', at('verification.sample')],
      [
        'checked more than its sample',
        verify({ sample: { size: 3, checked: 4, found: 0 } }),
        '422 VERIFICATION.SAMPLE_WRONG',
        at('verification.sample.checked'),
      ],
      [
        'found more than it checked',
        verify({ sample: { size: 3, checked: 1, found: 2 } }),
        '422 VERIFICATION.SAMPLE_WRONG',
        at('verification.sample.found'),
      ],
      ['concludes nothing', verify({ conclusion: ' ' }), '400 REQUEST.INVALID', fault('verification.conclusion')],
      ['is secret', verify({ conclusion: '机密★1年' }), '422 PLAN.SECRET', at('verification')],
      [
        'comes with another event',
        judge({ event: 'suspend', reason: '停', resumeOn: '2023-02-01', verification: VERIFICATION }),
        '422 VERIFICATION.NOT_FOR_EVENT',
        at('verification'),
      ],
      ['is by a leader', judge({ event: 'verify', verification: VERIFICATION }, 'leader'), '403 RIGHTS.NOT_ALLOWED'],
      [
        'is of the office, of a part that the lead judges',
        judge({ event: 'verify', verification: VERIFICATION }, 'officer', (w) => w.parts[0]!.first),
        '422 ASSIGNMENT.WRONG_VERIFIER',
      ],
      [
        'is of a whole that is another unit’s part',
        judge({ event: 'return', whole: true, reason: '不实' }, 'office', (w) => w.parts[0]!.first),
        '422 ASSIGNMENT.WHOLE_FROM_LEAD',
      ],
      [
        'is of a whole, by the lead',
        judge({ event: 'return', whole: true, reason: '不实' }, 'LD04.head', (w) => w.parts[0]!.first),
        '422 ASSIGNMENT.WHOLE_FROM_LEAD',
      ],
      [
        'is of a whole, without a reason',
        judge({ event: 'return', whole: true, verification: VERIFICATION }),
        '422 ASSIGNMENT.REASON_REQUIRED',
      ],
      [
        'is of a whole, to be put right yesterday',
        judge({ event: 'return', whole: true, reason: '不实', rectifyBy: '2023-01-11', verification: VERIFICATION }),
        '422 ASSIGNMENT.RECTIFY_BY_PAST',
        at('rectifyBy'),
      ],
      [
        'of a part that is none is read',
        () => ['office', 'GET', `/assignments/${NOTHING}/verifications`],
        '404 ASSIGNMENT.UNKNOWN',
      ],
      [
        'is read by a fellow unit',
        (w) => ['LD02.contact', 'GET', `/assignments/${w.parts[0]!.first}/verifications`],
        '403 ASSIGNMENT.NOT_YOURS',
      ],
      [
        'is read by a unit without a part',
        (w) => ['LD09.contact', 'GET', `/assignments/${w.parts[0]!.first}/checklist`],
        '403 ASSIGNMENT.NOT_YOURS',
      ],
    ];
    refuseAll(edge, () => world, cases);
  });

  it('shows the checklist of a lead’s part, and none of a part that the lead judges', async () => {
    const { lead: id, first } = world.parts[0]!;
    const terms = { required: true, checklist: CHECKLIST, methods: ['documents', 'sample', 'visit'] };
    expect(await (await edge().as('LD04.contact')).get(`/assignments/${id}/checklist`)).toEqual({
      assignmentId: id,
      ...terms,
    });
    expect(await (await edge().as('LD01.head')).get(`/assignments/${first}/checklist`)).toMatchObject({
      required: false,
      checklist: [],
    });
  });

  it('keeps how a lead’s part was verified, and tells the unit the conclusion', async () => {
    const { lead: id, first, second } = world.parts[0]!;
    for (const other of [first, second]) await move(edge(), 'LD04.head', other, { event: 'verify' });
    await move(edge(), 'officer', id, { event: 'verify', verification: VERIFICATION });
    const { items } = await (await edge().as('LD04.contact')).get(`/assignments/${id}/verifications`);
    expect(items).toEqual([
      expect.objectContaining({ ...VERIFICATION, event: 'verify', assignmentId: id, sample: null, forPersonId: null }),
    ]);
    const task = await edge()
      .as('office')
      .then((office) => office.get(`/tasks/${world.tasks[0]}`));
    expect(task).toMatchObject({ state: 'verified', verifications: items });
    // To a fellow unit it is not shown, to the lead it is.
    expect((await (await edge().as('LD01.head')).get(`/tasks/${world.tasks[0]}`)).verifications).toEqual([]);
    const office = await edge().as('office');
    const past = await office.get(`/tasks/${world.tasks[0]}?asOf=2023-01-12`);
    expect(past.verifications).toEqual(items);
    await edge().passTo('2023-01-12T10:00:00+08:00');
    const lines = (await toldTo(edge(), 'LD04.contact')).flatMap((digest) => digest.lines);
    expect(lines).toContainEqual(expect.stringMatching(/【办结】.*核查结论：现场查看，情况属实/));
    const { items: events } = await office.get(`/tasks/${world.tasks[0]}/history?limit=200`);
    expect(events.filter(({ entity }: Json) => entity === 'verification')).toMatchObject([
      { type: 'verification.recorded', reason: VERIFICATION.conclusion, after: { method: 'visit', on: '2023-01-12' } },
    ]);
  });

  it('returns the whole: the reported parts go back, the verified ones are reopened, by one day', async () => {
    const { lead: id, first, second } = world.parts[1]!;
    await move(edge(), 'LD04.head', first, { event: 'verify' });
    const verification = {
      method: 'sample',
      checklist: [{ item: '现场属实', passed: false }],
      sample: { size: 8, checked: 3, found: 2 },
      conclusion: '两处未完工。',
    };
    const returned = { event: 'return', whole: true, reason: '两处未完工', rectifyBy: '2023-02-03', verification };
    expect(await move(edge(), 'office', id, returned)).toMatchObject({ id, state: 'in_progress' });
    const task = await (await edge().as('office')).get(`/tasks/${world.tasks[1]}`);
    expect(task.state).toBe('in_progress');
    expect(task.assignments.map(({ state }: Json) => state)).toEqual(['in_progress', 'in_progress', 'in_progress']);
    const owed = task.obligations
      .filter((one: Json) => one.state === 'open' && (one.kind === 'rectification' || one.assignmentId === first))
      .filter((one: Json) => one.dueOn === '2023-02-03')
      .map((one: Json) => [one.assignmentId, one.kind]);
    expect(new Map(owed)).toEqual(
      new Map([
        [id, 'rectification'],
        [second, 'rectification'],
        [first, 'completion'],
      ]),
    );
    expect(task.verifications).toMatchObject([{ assignmentId: id, event: 'return', sample: { found: 2 } }]);
    const { items } = await (await edge().as('office')).get(`/tasks/${world.tasks[1]}/history?limit=200`);
    const events = items.filter(
      ({ entityId, reason }: Json) => [id, first, second].includes(entityId) && reason !== null,
    );
    expect(events.map(({ type, entityId, reason }: Json) => [type, entityId, reason])).toEqual(
      expect.arrayContaining([
        ['assignment.returned', id, '两处未完工'],
        ['assignment.returned', second, '两处未完工'],
        ['assignment.reopened', first, 'new_date: 两处未完工'],
      ]),
    );
  });

  it('lets the office return another unit’s part, and the lead as well', async () => {
    const { lead: id, first, second } = world.parts[2]!;
    for (const [unit, part] of [
      ['LD01', first],
      ['LD02', second],
    ] as const) {
      await move(edge(), `${unit}.contact`, part, { event: 'sign_for' });
      await move(edge(), `${unit}.contact`, part, COMPLETION);
    }
    await move(edge(), 'LD04.contact', id, { event: 'sign_for' });
    expect(await move(edge(), 'officer', first, { event: 'return', reason: '数据不符' })).toMatchObject({
      state: 'in_progress',
    });
    expect(await move(edge(), 'LD04.head', second, { event: 'return', reason: '缺照片' })).toMatchObject({
      state: 'in_progress',
    });
    await edge().passTo('2023-01-12T11:00:00+08:00');
    const lines = (await toldTo(edge(), 'LD01.contact')).flatMap((digest) => digest.lines);
    expect(lines).toContainEqual(expect.stringMatching(/【退回】.*数据不符/));
  });

  it('is not asked for where the policy does not, and kept where it is given', async () => {
    const { tasks } = await openPlan(edge(), 'annual-report');
    const parts = await partsOf(edge(), tasks[0]!);
    await reportAll(edge(), parts);
    expect(await move(edge(), 'officer', parts.lead, { event: 'verify' })).toMatchObject({ state: 'verified' });
    const verification = { method: 'call_back', checklist: [], conclusion: '已回访。' };
    await move(edge(), 'LD04.contact', parts.first, { event: 'verify', verification });
    const task = await (await edge().as('LD01.contact')).get(`/tasks/${tasks[0]}`);
    expect(task.verifications).toMatchObject([{ assignmentId: parts.first, conclusion: '已回访。' }]);
  });
});
