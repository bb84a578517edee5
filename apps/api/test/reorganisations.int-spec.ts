import { type Case, fault, NOTHING, refuseAll, type Request } from './cases';
import { Edge, ISSUE, type Json, useEdge } from './edge';

const HEAD = '临澜市2023年《政府工作报告》目标任务责任分解方案\n\n（一）办好民生实事\n\n';
const documentOf = (...items: string[]): string => HEAD + items.map((item, i) => `　　${i + 1}.${item}\n\n`).join('');
const LABS = '新建青少年科学实验室30间。（牵头单位：市科技局；责任单位：市教育局）';
const SCHOOLS = '新增公办学位2万个。（牵头单位：市教育局；责任单位：各区人民政府）';
const ROUTES = '优化上学公交线路12条。（牵头单位：市交通运输局；责任单位：市教育局）';
const PLAN = documentOf(LABS, SCHOOLS, ROUTES);
const DAY = '2023-06-20';
const EVENING = '2023-06-19T18:00:00+08:00';

interface Row {
  number: string;
  unit: string;
  role: string;
  state: string;
}

describe('A reorganisation in the middle of a year (机构改革)', () => {
  const edge = useEdge((database) => Edge.open(database));
  let planId: string;
  let district: Json;
  /** Of before: parts, events, and how the plan and its tasks read. */
  let before: { parts: Row[]; events: Json[]; plan: Json; labs: Json };
  let merger: Json;
  let split: Json;
  let labsId: string;

  const parts = (): Promise<Row[]> =>
    edge().query(
      `select t.number, u.code as unit, a.role, a.state from assignment a join task t on t.id = a.task_id
         join unit u on u.id = a.unit_id where t.plan_id = $1 order by t.position, u.code, a.state`,
      [planId],
    );
  const open = (rows: Row[]): Row[] => rows.filter(({ state }) => state !== 'cancelled' && state !== 'verified');
  const events = (): Promise<Json[]> =>
    edge().query(`select seq::text, md5(h::text) as sum from history_event h where plan_id = $1 order by h.seq`, [
      planId,
    ]);
  const partId = async (number: string, code: string): Promise<string> => {
    const [row] = await edge().query(
      `select a.id from assignment a join task t on t.id = a.task_id join unit u on u.id = a.unit_id
       where t.plan_id = $1 and t.number = $2 and u.code = $3 and a.state not in ('verified', 'cancelled')`,
      [planId, number, code],
    );
    return row!.id;
  };

  beforeAll(async () => {
    const office = await edge().as('office');
    const { items: units } = await office.get('/units?limit=200');
    district = units.find(({ code }: Json) => code === 'LQ01');
    const plan = await edge().draft(PLAN);
    planId = plan.id;
    labsId = plan.tasks[0].id;
    await office.post(`/plans/${planId}/issue`, ISSUE);
    const sign = async (number: string, code: string): Promise<void> => {
      await (
        await edge().as(`${code}.contact`)
      ).post(`/assignments/${await partId(number, code)}/transitions`, {
        event: 'sign_for',
      });
    };
    await sign('1', 'LD03');
    await sign('3', 'LD02');
    await edge().passTo('2023-04-24T10:00:00+08:00');

    merger = await office.post('/reorganisations', {
      kind: 'merge',
      effectiveOn: DAY,
      reason: '机构改革方案',
      documentNumber: '临澜政发〔2023〕9号',
      units: ['LD02', 'LD03'],
      successors: [{ code: 'LD90', name: '市教育科技局', officialName: '临澜市教育科技局' }],
    });
    split = await office.post('/reorganisations', {
      kind: 'split',
      effectiveOn: DAY,
      units: ['LQ01'],
      successors: [
        { code: 'LQ91', name: '东汀区人民政府' },
        { code: 'LQ92', name: '西汀区人民政府' },
      ],
      moves: [{ planIds: [planId], to: ['LQ91', 'LQ92'] }],
      default: 'LQ91',
    });
    for (const { id, preview } of [merger, split]) {
      const confirmed = await office.post(`/reorganisations/${id}/confirm`, { expectedDigest: preview.digest });
      expect(confirmed).toMatchObject({ state: 'confirmed', dueAt: '2023-06-19T16:00:00.000Z' });
    }
    await edge().passTo(EVENING);
    before = {
      parts: await parts(),
      events: await events(),
      plan: await office.get(`/plans/${planId}`),
      labs: await office.get(`/tasks/${labsId}`),
    };
    await edge().passTo('2023-06-20T09:30:00+08:00');
  });

  it('is seen before it is bound: who ends, who comes, and whose each open part is to be', () => {
    expect(merger.preview.units).toMatchObject({
      created: [{ code: 'LD90', accounts: ['LD90.head', 'LD90.contact'] }],
      ended: [{ code: 'LD02' }, { code: 'LD03' }],
    });
    expect(
      merger.preview.parts.map(({ change, taskNumber, from, to }: Json) => [change, taskNumber, from, to]),
    ).toEqual([
      ['merged', '1', 'LD02', 'LD90'],
      ['moves', '1', 'LD03', 'LD90'],
      ['moves', '2', 'LD02', 'LD90'],
      ['moves', '3', 'LD02', 'LD90'],
    ]);
    expect(split.preview.counts).toMatchObject({ moves: 1, added: 1, merged: 0, cancelled: 0 });
    expect(split.preview.units.groups.map(({ code, in: members }: Json) => [code, members])).toEqual(
      expect.arrayContaining([['districts', ['LQ91', 'LQ92']]]),
    );
  });

  it('is carried out when its day begins, and loses nothing: every open part is somebody’s', async () => {
    const office = await edge().as('office');
    for (const { id } of [merger, split]) {
      expect(await office.get(`/reorganisations/${id}`)).toMatchObject({
        state: 'carried_out',
        carriedOutAt: '2023-06-19T16:00:00.000Z',
      });
    }
    const after = await parts();
    // One became one with another, one of the district's became two.
    expect(after.length).toBe(before.parts.length + 1);
    expect(open(after).length).toBe(open(before.parts).length - 1 + 1);
    expect(after.filter(({ unit }) => /^LD|^LQ9/.test(unit))).toEqual([
      { number: '1', unit: 'LD02', role: 'responsible', state: 'cancelled' },
      { number: '1', unit: 'LD90', role: 'lead', state: 'in_progress' },
      { number: '2', unit: 'LD90', role: 'lead', state: 'assigned' },
      { number: '2', unit: 'LQ91', role: 'responsible', state: 'assigned' },
      { number: '2', unit: 'LQ92', role: 'responsible', state: 'assigned' },
      { number: '3', unit: 'LD12', role: 'lead', state: 'assigned' },
      { number: '3', unit: 'LD90', role: 'responsible', state: 'in_progress' },
    ]);
    const [stray] = await edge().query(
      `select count(*)::int as n from obligation o join unit u on u.id = o.unit_id
       where o.state = 'open' and u.to_on is not null`,
    );
    expect(stray!.n).toBe(0);
  });

  it('leaves the history of before as it was, and its past states with the old names', async () => {
    const after = await events();
    expect(after.slice(0, before.events.length)).toEqual(before.events);
    const office = await edge().as('office');
    const asOf = encodeURIComponent(EVENING);
    const plan = await office.get(`/plans/${planId}?asOf=${asOf}`);
    const said = (view: Json): string[] =>
      view.tasks.flatMap((task: Json) =>
        task.assignments.map(({ unitId, unitName, state }: Json) => `${task.number} ${unitId} ${unitName} ${state}`),
      );
    expect(said(plan).toSorted()).toEqual(said(before.plan).toSorted());
    const labs = await office.get(`/tasks/${labsId}?asOf=${asOf}`);
    expect(labs.assignments.map(({ unitName }: Json) => unitName).toSorted()).toEqual(
      ['市教育局', '市科技局'].toSorted(),
    );
    expect(labs.obligations.map(({ id, unitId }: Json) => [id, unitId]).toSorted()).toEqual(
      before.labs.obligations.map(({ id, unitId }: Json) => [id, unitId]).toSorted(),
    );
    const now = await office.get(`/tasks/${labsId}`);
    expect(now.assignments.find(({ role }: Json) => role === 'lead')).toMatchObject({
      unitName: '市教育科技局',
      reorganisationId: merger.id,
    });
    const { items } = await office.get(`/tasks/${labsId}/history?limit=200`);
    const [moved] = items.filter(({ type }: Json) => type === 'assignment.moved');
    expect(moved).toMatchObject({
      reason: '机构改革方案（临澜政发〔2023〕9号）',
      before: { unitName: '市科技局' },
      after: { unitName: '市教育科技局', reorganisationId: merger.id },
      occurredAt: '2023-06-19T16:00:00.000Z',
    });
  });

  it('has notices that stand answered by the successor, not by those who had them', async () => {
    const contact = await edge().as('LD90.contact');
    const { items } = await contact.get('/notices?limit=200');
    const notice = items.find(({ state }: Json) => state === 'issued');
    expect(notice.unitName).toBe('市教育科技局');
    const path = `/notices/${notice.id}/transitions`;
    const json = { event: 'answer', answer: '已接续办理，本月内报送。' };
    const former = await (await edge().as('LD02.contact')).ask('POST', path, { json });
    expect(former.status).toBe(403);
    expect(await contact.post(path, json)).toMatchObject({ state: 'answered' });
    // The whole of what it took over is before it.
    const { items: history } = await contact.get(`/tasks/${labsId}/history?limit=200`);
    expect(history.map(({ type }: Json) => type)).toContain('assignment.assigned');
  });

  it('sends what comes after to the posts and people of the successors', async () => {
    await edge().passTo('2023-07-26T10:00:00+08:00');
    const fired: Json[] = await edge().query(
      `select distinct u.code from follow_up f join post p on p.id = f.recipient_post_id join unit u on u.id = p.unit_id
         join obligation o on o.id = f.obligation_id join task t on t.id = o.task_id
       where t.plan_id = $1 and f.fired_at > '2023-06-20T00:00:00+08:00' order by 1`,
      [planId],
    );
    const codes = fired.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(['LD90', 'LQ92']));
    expect(codes).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(LD02|LD03|LQ01)$/)]));
    const { items } = await (await edge().as('LQ92.contact')).get('/inbox?limit=200');
    const lines = items.flatMap((item: Json) => JSON.stringify(item));
    expect(lines.join()).toContain('西汀区人民政府');
    const taken = (await (await edge().as('LD90.head')).get('/inbox?limit=200')).items;
    expect(JSON.stringify(taken)).toContain('原由市教育局、市科技局承担的3项任务由贵单位承担');
  });

  it('has documents read that still use the old names', async () => {
    const later = await edge().draft(
      documentOf(
        '办好科技周。（牵头单位：市科技局；责任单位：临澜市教育局、市交通运输局）',
        `整治河道。（牵头单位：${district.name}）`,
      ),
    );
    const unknown = later.warnings.filter(({ code }: Json) => code.endsWith('_unit'));
    expect(unknown.map(({ code }: Json) => code)).toEqual(['ambiguous_unit']);
    const office = await edge().as('office');
    const { items } = await office.get(`/plans/${later.id}/unresolved-names`);
    expect(JSON.stringify(items)).toContain('东汀区人民政府');
    expect(JSON.stringify(items)).toContain('西汀区人民政府');
    await office.do('PUT', `/plans/${later.id}/unresolved-names`, {
      json: { name: district.name, unitId: await unitId('LQ92') },
    });
    await office.post(`/plans/${later.id}/issue`, { ...ISSUE, issuedOn: '2023-07-26' });
    const issued = await office.get(`/plans/${later.id}`);
    expect(issued.tasks.flatMap((task: Json) => task.assignments.map((a: Json) => a.unitName))).toEqual([
      '市教育科技局',
      '市交通运输局',
      '西汀区人民政府',
    ]);
  });

  const unitId = async (code: string): Promise<string> =>
    (await edge().query(`select id from unit where code = $1`, [code]))[0]!.id;

  describe('refuses', () => {
    const propose = (json: object): (() => Request) => {
      return () => ['office', 'POST', '/reorganisations', { json: { effectiveOn: '2023-12-01', ...json } }];
    };
    const CASES: Case[] = [
      ['no kind', propose({ units: ['LD01'] }), '400 REQUEST.INVALID', fault('kind')],
      ['no unit', propose({ kind: 'rename', units: [], name: '市新局' }), '400 REQUEST.INVALID', fault('units')],
      [
        'a code with a blank',
        propose({ kind: 'merge', units: ['LD01'], successors: [{ code: 'LD 1' }] }),
        '400 REQUEST.INVALID',
        fault('successors.0.code'),
      ],
      [
        'a move of nothing',
        propose({ kind: 'abolish', units: ['LD01'], moves: [{ to: ['LD04'] }] }),
        '400 REQUEST.INVALID',
        fault('moves.0'),
      ],
      [
        'a day that does not exist',
        propose({ kind: 'abolish', units: ['LD01'], effectiveOn: '2023-02-30' }),
        '400 REQUEST.INVALID',
        fault('effectiveOn'),
      ],
      [
        'what a merger does not take',
        propose({ kind: 'merge', units: ['LD01'], successors: [] }),
        '422 REORGANISATION.NOT_OF_KIND',
        { field: 'successors' },
      ],
      [
        'a unit that is gone',
        propose({ kind: 'abolish', units: ['LD02'] }),
        '409 UNIT.ENDED',
        { field: 'units[0]', code: 'UNIT.ENDED' },
      ],
      [
        'to confirm what is done',
        () => [
          'office',
          'POST',
          `/reorganisations/${merger.id}/confirm`,
          { json: { expectedDigest: merger.preview.digest } },
        ],
        '409 REORGANISATION.EVENT_NOT_ALLOWED',
      ],
      [
        'to withdraw nothing',
        () => ['office', 'POST', `/reorganisations/${NOTHING}/withdraw`, { json: {} }],
        '404 REORGANISATION.UNKNOWN',
      ],
    ];
    refuseAll(edge, () => undefined, CASES);
  });

  it('is proposed once for one Idempotency-Key', async () => {
    const office = await edge().as('office');
    const json = { kind: 'rename', effectiveOn: '2023-12-01', units: ['LD01'], name: '市发展改革局' };
    const headers = { 'idempotency-key': 'rename-1' };
    const first = await office.post('/reorganisations', json, headers);
    expect(await office.post('/reorganisations', json, headers)).toEqual(first);
    const { items } = await office.get('/reorganisations?state=proposed');
    expect(items.map(({ id }: Json) => id)).toEqual([first.id]);
  });

  it('leaves posts of an admin’s word to the security administrator, as an import does (三员分立)', async () => {
    const security = await edge().as('security');
    const current = await security.get('/sign-in-policy');
    const policy = { ...current.policy, confirmImportedPosts: true };
    await security.do('PUT', '/sign-in-policy', { json: { expectedVersion: current.version, policy } });
    const admin = await edge().as('admin');
    const proposed = await admin.post('/reorganisations', {
      kind: 'split',
      effectiveOn: '2023-07-26',
      units: ['LD20'],
      continues: true,
      successors: [{ code: 'LD93', name: '市竞技体育局' }],
    });
    await admin.post(`/reorganisations/${proposed.id}/confirm`, { expectedDigest: proposed.preview.digest });
    const { items } = await security.get('/post-changes?state=proposed');
    expect(items.map(({ username }: Json) => username).toSorted()).toEqual(['LD93.contact', 'LD93.head']);
  });
});
