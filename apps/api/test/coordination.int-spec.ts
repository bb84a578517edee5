import { type Part, refuseAll, toldTo } from './cases';
import { Edge, expectProblem, formOf, ISSUE, type Json, useEdge } from './edge';

const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.改造滨河路地下管网。（牵头单位：市工信局；责任单位：市发改委、市财政局）

　　2.整治背街小巷。（牵头单位：市工信局；责任单位：市教育局）
`;

describe('A disagreement that the office settles (协调)', () => {
  let lead: Part;
  let helper: Part;
  let objector: Part;
  let taskId: string;
  let raised: Json;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const office = await opened.as('office');
    const { id, tasks } = await office.do('POST', '/plans', { form: formOf(PLAN) });
    opened.planId = id;
    taskId = tasks[0].id;
    await office.post(`/plans/${id}/issue`, ISSUE);
    [lead, helper, objector] = await Promise.all([
      opened.part('1', 'LD04'),
      opened.part('1', 'LD01'),
      opened.part('2', 'LD02'),
    ]);
    for (const [code, part] of [
      ['LD04', lead],
      ['LD01', helper],
    ] as const) {
      await (await opened.as(`${code}.contact`)).post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    }
    await opened.passTo('2023-01-13T10:00:00+08:00');
    return opened;
  });
  const raise = async (by: string, json: object) =>
    (await edge().as(by)).ask('POST', `/tasks/${taskId}/coordinations`, { json });
  const move = async (by: string, json: object, id: string = raised.id) =>
    (await edge().as(by)).ask('POST', `/coordinations/${id}/transitions`, { json });
  const linesOf = async (username: string, mark: string): Promise<{ at: string; line: string }[]> =>
    (await toldTo(edge(), username)).flatMap(({ at, lines }) =>
      lines.filter((line) => line.startsWith(`【${mark}】`)).map((line) => ({ at, line })),
    );
  const DISPUTE = { about: '管线迁改费用', with: ['LD04', '市财政局'], reason: '三家均未列入预算' };

  it('is raised by a unit of the task, with the day by which the office settles it', async () => {
    const answer = await raise('LD01.contact', DISPUTE);
    expect(answer.status).toBe(201);
    raised = answer.body;
    expect(raised).toMatchObject({ state: 'raised', dueOn: '2023-01-20', about: '管线迁改费用', decision: null });
    expectProblem(await raise('LD01.head', DISPUTE), 409, 'COORDINATION.ALREADY_RAISED', { coordinationId: raised.id });
    await edge().passTo('2023-01-13T12:00:00+08:00');
    const line =
      '【协调】市发改委就第1项“改造滨河路地下管网。”提请协调“管线迁改费用”：三家均未列入预算，请督查室于1月20日前协调。';
    for (const who of ['office', 'LD04.contact', 'LD07.contact']) {
      expect((await linesOf(who, '协调')).map((one) => one.line)).toEqual([line]);
    }
  });

  it('is seen by those between whom it is, the lead and the government, and by no other unit', async () => {
    for (const [who, count] of [
      ['office', 1],
      ['auditor', 1],
      ['LD01.head', 1],
      ['LD04.contact', 1],
      ['LD07.contact', 1],
      ['LD02.contact', 0],
    ] as const) {
      const { items } = await (await edge().as(who)).get('/coordinations?state=raised');
      expect([who, items.length]).toEqual([who, count]);
    }
    const { items } = await (await edge().as('office')).get('/coordinations');
    expect(items[0]).toMatchObject({ unitName: '市发改委', withUnitNames: ['市工信局', '市财政局'].toSorted() });
  });

  describe('is refused', () => {
    const from = (by: string, json: object) => () =>
      [by, 'POST', `/tasks/${taskId}/coordinations`, { json }] as [string, 'POST', string, object];
    refuseAll<void>(edge, () => undefined, [
      ['by a unit without a part', from('LD02.contact', DISPUTE), '403 TASK.NOT_YOURS'],
      ['by the office itself', from('office', DISPUTE), '403 RIGHTS.NOT_ALLOWED'],
      [
        'with a unit that nobody knows',
        from('LD01.contact', { ...DISPUTE, with: ['市无此局'] }),
        '422 COORDINATION.UNKNOWN_UNIT',
        { field: 'with[0]' },
      ],
      [
        'with a unit of another task, and with oneself',
        from('LD01.contact', { ...DISPUTE, with: ['LD04', 'LD02'] }),
        '422 COORDINATION.NOT_IN_TASK',
        { field: 'with[1]' },
      ],
      ['with nobody', from('LD01.contact', { ...DISPUTE, with: [] }), '400 REQUEST.INVALID'],
    ]);
  });

  it('is settled by the office alone, withdrawn by who raised it alone, and with a decision', async () => {
    expectProblem(await move('LD04.contact', { event: 'settle', decision: '我定' }), 403, 'COORDINATION.NOT_YOURS');
    expectProblem(await move('LD04.contact', { event: 'withdraw' }), 403, 'COORDINATION.NOT_YOURS');
    expectProblem(await move('LD02.contact', { event: 'withdraw' }), 404, 'COORDINATION.UNKNOWN');
    expectProblem(await move('officer', { event: 'withdraw' }), 403, 'COORDINATION.NOT_YOURS');
    expectProblem(await move('officer', { event: 'settle' }), 422, 'COORDINATION.DECISION_REQUIRED');
    expectProblem(
      await move('officer', { event: 'settle', decision: '可', expectedVersion: 9 }),
      409,
      'COORDINATION.STALE',
    );
  });

  it('reminds the office on its day and urges it the working day after, once each, of an objection too', async () => {
    const contact = await edge().as('LD02.contact');
    // Handed out on Thursday the 12th, with five working days to object; whoever may see the part alone is told.
    const { items: own } = await contact.get('/obligations?kind=sign_for');
    const { objectionDays } = await contact.get(`/tasks/${own[0].taskId}`);
    expect(objectionDays).toEqual([{ assignmentId: objector.id, lastOn: '2023-01-19' }]);
    const objected = await contact.post(`/assignments/${objector.id}/transitions`, {
      event: 'object',
      reason: '不属本单位职责',
    });
    expect(objected.marks).toEqual(['objected']);
    const { items } = await (await edge().as('office')).get('/objections?state=open');
    const ofTask = { taskNumber: '2', taskContent: '整治背街小巷。' };
    expect(items).toMatchObject([
      { ...ofTask, unitName: '市教育局', answerDueOn: '2023-01-20', state: 'open', outcome: null },
    ]);
    expect((await (await edge().as('LD02.contact')).get('/objections')).items).toHaveLength(1);
    expect((await (await edge().as('LD01.contact')).get('/objections')).items).toEqual([]);
    await edge().passTo('2023-02-02T09:00:00+08:00');
    const reminded = await linesOf('office', '待答复');
    const urged = await linesOf('office', '逾期未答复');
    expect(reminded.map(({ line }) => line).toSorted()).toEqual([
      '【待答复】市发改委就第1项“改造滨河路地下管网。”提出的协调“管线迁改费用”应于1月20日前答复，今日到期。',
      '【待答复】市教育局就第2项“整治背街小巷。”提出的异议“不属本单位职责”应于1月20日前答复，今日到期。',
    ]);
    // The holidays of 21 to 27 January lie between; the Saturday after them is worked.
    expect(new Set(reminded.map(({ at }) => at.slice(0, 10)))).toEqual(new Set(['2023-01-20']));
    expect(urged.map(({ line }) => line)).toEqual([
      expect.stringContaining('应于1月20日前答复，已逾期8天，请尽快答复。'),
      expect.stringContaining('应于1月20日前答复，已逾期8天，请尽快答复。'),
    ]);
    expect(new Set(urged.map(({ at }) => at.slice(0, 10)))).toEqual(new Set(['2023-01-28']));
    const events = await (await edge().as('auditor')).all(`/history?entity=coordination&entityId=${raised.id}`);
    expect(events.map(({ type }) => type).toReversed()).toEqual([
      'coordination.raised',
      'coordination.reminded',
      'coordination.urged',
    ]);
  });

  it('is settled, told to all whom it concerns, and nothing is said to the office any more', async () => {
    const settled = await move('officer', { event: 'settle', decision: '费用由市财政局统筹' });
    expect(settled.body).toMatchObject({ state: 'settled', decision: '费用由市财政局统筹' });
    expectProblem(await move('office', { event: 'settle', decision: '另议' }), 409, 'COORDINATION.EVENT_NOT_ALLOWED');
    expectProblem(await move('LD01.contact', { event: 'withdraw' }), 409, 'COORDINATION.EVENT_NOT_ALLOWED');
    const office = await edge().as('office');
    await office.post(`/assignments/${objector.id}/transitions`, {
      event: 'settle_objection',
      outcome: 'rejected',
      reason: '属其职责',
    });
    expect((await office.get('/objections?state=settled')).items).toMatchObject([
      { outcome: 'rejected', answer: '属其职责' },
    ]);
    await edge().passTo('2023-02-06T12:00:00+08:00');
    for (const code of ['LD01', 'LD04', 'LD07']) {
      expect((await linesOf(`${code}.contact`, '协调结果')).map(({ line }) => line)).toEqual([
        '【协调结果】第1项“改造滨河路地下管网。”“管线迁改费用”：费用由市财政局统筹',
      ]);
    }
    expect(await linesOf('office', '逾期未答复')).toHaveLength(2);
  });

  it('that is withdrawn in time is not followed up', async () => {
    const { body } = await raise('LD04.contact', { ...DISPUTE, with: ['LD01'], about: '施工时序' });
    expect((await move('LD04.head', { event: 'withdraw' }, body.id)).body.state).toBe('withdrawn');
    await edge().passTo('2023-02-20T12:00:00+08:00');
    expect((await linesOf('office', '待答复')).filter(({ line }) => line.includes('施工时序'))).toEqual([]);
  });
});
