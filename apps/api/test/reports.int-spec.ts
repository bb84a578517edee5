import { toldTo } from './cases';
import { type Caller, Edge, expectProblem, ISSUE, type Json, useEdge } from './edge';

const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.改造老旧小区100个，办理时限压缩至4个月以内。（牵头单位：市工信局；责任单位：市公安局）

　　2.改造老旧小区60个以上。（牵头单位：市工信局）
`;
const OTHER_PLAN = `临澜市2023年十件民生实事责任分解方案

（一）民生实事

　　1.改造老旧小区200个。（牵头单位：市工信局）

　　2.改造老旧小区30个。（牵头单位：市民政局）
`;
const SIGNED = '2023-01-13T09:00:00+08:00';

/** The parts of a unit in a plan, by task number, signed for. */
async function partsOf(edge: Edge, planId: string, names: Record<string, string>): Promise<Record<string, Json>> {
  const office = await edge.as('office');
  const plan = await office.get(`/plans/${planId}`);
  const parts: Record<string, Json> = {};
  for (const task of plan.tasks) {
    for (const assignment of task.assignments) {
      const code = names[assignment.unitName]!;
      const contact = await edge.as(`${code}.contact`);
      await contact.post(`/assignments/${assignment.id}/transitions`, { event: 'sign_for' });
      parts[`${task.number} ${code}`] = { ...assignment, task };
    }
  }
  return parts;
}
const UNITS = { 市工信局: 'LD04', 市公安局: 'LD05', 市民政局: 'LD06' };

async function codes(edge: Edge): Promise<Record<string, string>> {
  const rows = await edge.query(`select code, name from unit where name = any($1)`, [Object.keys(UNITS)]);
  return Object.fromEntries(rows.map(({ code, name }) => [name, code]));
}

/** An issued plan by the annual report's policy with some rules of its own. */
async function issued(edge: Edge, text: string, rules: object | null = null, id = 'strict'): Promise<string> {
  const draft = await edge.draft(text);
  if (rules) {
    await edge.query(
      `insert into policy (id, version, body) select $1, 1, body || jsonb_build_object('id', $1::text, 'version', 1) || $2::jsonb
       from policy where id = 'annual-report' and version = 1 on conflict do nothing`,
      [id, JSON.stringify(rules)],
    );
  }
  await (await edge.as('office')).post(`/plans/${draft.id}/issue`, rules ? { ...ISSUE, policy: id } : ISSUE);
  return draft.id;
}

const owed = async (caller: Caller, { task, id }: Json, kind: string, subject?: string): Promise<Json> => {
  const { obligations } = await caller.get(`/tasks/${task.id}`);
  return obligations.find(
    (one: Json) => one.assignmentId === id && one.kind === kind && (subject === undefined || one.subject === subject),
  );
};

const MEASURES = [
  { text: '完成摸底', by: '2023-03-31', person: '科长', section: '城建科', milestone: true },
  { text: '完成招标', by: '2023-05-31', person: '李工' },
];
const ACTION_PLAN = { goals: '年底前全部改造完成', leaderInCharge: '分管副局长', measures: MEASURES };

describe('Action plans (办理方案)', () => {
  let parts: Record<string, Json>;
  let lead: Json;
  let helper: Json;
  let unit: string;
  let second: string;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const names = await codes(opened);
    const planId = await issued(opened, PLAN, { actionPlanApproval: true });
    await opened.passTo(SIGNED);
    parts = await partsOf(opened, planId, names);
    [unit, second] = [names['市工信局']!, names['市公安局']!];
    lead = parts[`1 ${unit}`];
    helper = parts[`1 ${second}`];
    return opened;
  });
  const handIn = async (part: Json, actionPlan: object, username = `${unit}.contact`): Promise<Json> => {
    const caller = await edge().as(username);
    const obligation = await owed(caller, part, 'action_plan');
    return caller.ask('POST', `/assignments/${part.id}/reports`, {
      json: { obligationId: obligation.id, text: '办理方案见附件。', actionPlan },
    });
  };
  const plansOf = async (part: Json): Promise<Json[]> =>
    (await (await edge().as('office')).get(`/assignments/${part.id}/action-plans`)).items;
  const decide = async (username: string, id: string, json: object): Promise<Json> =>
    (await edge().as(username)).ask('POST', `/action-plans/${id}/transitions`, { json });

  it.each([
    [
      'after the task is due',
      [{ ...MEASURES[0], by: '2024-01-01' }],
      'ACTION_PLAN.MEASURE_AFTER_DUE',
      'actionPlan.measures[0].by',
    ],
    ['twice', [MEASURES[0], MEASURES[0]], 'ACTION_PLAN.MEASURE_TWICE', 'actionPlan.measures[1].text'],
  ])('has no measure %s', async (_, measures, code, field) => {
    const answer = await handIn(lead, { ...ACTION_PLAN, measures });
    expectProblem(answer, 422, code, { field });
    expect(await plansOf(lead)).toEqual([]);
  });

  it('is kept with its measures, and is owed until it is approved, though nobody is urged meanwhile', async () => {
    expect((await handIn(lead, ACTION_PLAN)).status).toBe(201);
    const [plan] = await plansOf(lead);
    expect(plan).toMatchObject({
      number: 1,
      state: 'submitted',
      goals: ACTION_PLAN.goals,
      leaderInCharge: ACTION_PLAN.leaderInCharge,
      measures: MEASURES.map(({ text, by, person }) => ({ text, by, person, state: 'open', obligationId: null })),
    });
    const obligation = await owed(await edge().as('office'), lead, 'action_plan');
    expect(obligation.state).toBe('open');
    const [row] = await edge().query(`select next_rung_at from obligation where id = $1`, [obligation.id]);
    expect(row.next_rung_at).toBeNull();
  });

  it.each([
    ['its own head', 'head', 'ACTION_PLAN.OWN', 422],
    ['its own contact', 'contact', 'ACTION_PLAN.OWN', 422],
  ])('is approved by nobody of its unit: %s', async (_, post, code, status) => {
    const [plan] = await plansOf(lead);
    expectProblem(await decide(`${unit}.${post}`, plan.id, { event: 'approve' }), status, code);
  });

  it('is returned with a reason only, and owed again by another day', async () => {
    const [plan] = await plansOf(lead);
    expectProblem(await decide('office', plan.id, { event: 'return' }), 422, 'ACTION_PLAN.REASON_REQUIRED');
    const past = { event: 'return', reason: '措施过粗', by: '2023-01-13' };
    expectProblem(await decide('office', plan.id, past), 422, 'ACTION_PLAN.BY_PAST', { field: 'by' });
    const returned = await decide('office', plan.id, { ...past, by: '2023-02-03' });
    expect(returned.body).toMatchObject({ state: 'returned', decisionReason: '措施过粗' });
    const obligation = await owed(await edge().as('office'), lead, 'action_plan');
    expect(obligation).toMatchObject({ state: 'open', dueOn: '2023-02-03', deadlineVersion: 2 });
    expectProblem(await decide('office', plan.id, { event: 'approve' }), 409, 'ACTION_PLAN.EVENT_NOT_ALLOWED');
  });

  it('is handed in again as the next version, and owes its milestones when it is approved', async () => {
    await handIn(lead, ACTION_PLAN);
    const [plan, first] = await plansOf(lead);
    expect([plan.number, first.state]).toEqual([2, 'returned']);
    expectProblem(await decide('office', plan.id, { event: 'approve', expectedVersion: 9 }), 409, 'ACTION_PLAN.STALE');
    // Of ten that approve at once, one does; the others hear that it is done.
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => decide('office', plan.id, { event: 'approve' })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, ...Array<number>(9).fill(409)]);
    const { body } = answers.find(({ status }) => status === 200);
    expect(body).toMatchObject({ state: 'approved' });
    const milestone = await owed(await edge().as('office'), lead, 'milestone', '完成摸底');
    expect(milestone).toMatchObject({ state: 'open', dueOn: '2023-03-31' });
    expect(body.measures[0].obligationId).toBe(milestone.id);
    expect((await owed(await edge().as('office'), lead, 'action_plan')).state).toBe('discharged');
  });

  it('is closed measure by measure, with the milestone that is one', async () => {
    const [plan] = await plansOf(lead);
    const move = async (username: string, i: number, json: object): Promise<Json> =>
      (await edge().as(username)).ask('POST', `/action-plans/${plan.id}/measures/${plan.measures[i].id}/transitions`, {
        json,
      });
    expectProblem(await move(`${unit}.contact`, 0, { event: 'close' }), 422, 'ACTION_PLAN.TEXT_REQUIRED');
    expectProblem(await move('office', 0, { event: 'close', text: '好' }), 403, 'ACTION_PLAN.NOT_YOURS');
    const closed = await move(`${unit}.contact`, 0, { event: 'close', text: '已摸底36个小区' });
    expect(closed.body.measures[0]).toMatchObject({ state: 'closed', closingText: '已摸底36个小区' });
    const milestone = (): Promise<Json> =>
      edge()
        .as('office')
        .then((office) => owed(office, lead, 'milestone'));
    expect((await milestone()).state).toBe('discharged');
    expect((await move('office', 0, { event: 'reopen', text: '底数不清' })).status).toBe(200);
    expect(await milestone()).toMatchObject({ state: 'open', dueOn: '2023-03-31' });
  });

  it('is revised: the approved version holds until the next one is approved, which drops and keeps milestones', async () => {
    const contact = await edge().as(`${unit}.contact`);
    const [held] = await plansOf(lead);
    const close = `/action-plans/${held.id}/measures/${held.measures[1].id}/transitions`;
    await contact.post(close, { event: 'close', text: '已定标' });
    const measures = [MEASURES[1], { text: '开工一半', by: '2023-06-30', person: '王工', milestone: true }];
    const revision = { actionPlan: { ...ACTION_PLAN, measures }, reason: '按新部署调整' };
    await contact.post(`/assignments/${lead.id}/action-plans`, revision);
    const [plan, before] = await plansOf(lead);
    expect([plan.state, before.state, plan.revisionReason]).toEqual(['submitted', 'approved', '按新部署调整']);
    // What was closed stays closed.
    expect(plan.measures.map(({ state }: Json) => state)).toEqual(['closed', 'open']);
    const office = await edge().as('office');
    expect(await owed(office, lead, 'milestone', '开工一半')).toBeUndefined();
    await decide('office', plan.id, { event: 'approve' });
    expect((await plansOf(lead)).map(({ state }) => state)).toEqual(['approved', 'superseded', 'returned']);
    expect((await owed(office, lead, 'milestone', '完成摸底')).state).toBe('lapsed');
    expect(await owed(office, lead, 'milestone', '开工一半')).toMatchObject({ state: 'open', dueOn: '2023-06-30' });
  });

  it('closes the measure whose milestone is reported', async () => {
    const contact = await edge().as(`${unit}.contact`);
    const { id } = await owed(contact, lead, 'milestone', '开工一半');
    await contact.post(`/assignments/${lead.id}/reports`, { obligationId: id, text: '已开工52个' });
    const [plan] = await plansOf(lead);
    expect(plan.measures[1]).toMatchObject({ state: 'closed', closingText: '已开工52个' });
  });

  it('is told to who decides, and to whose it is', async () => {
    await edge().passTo('2023-01-16T12:00:00+08:00');
    const lines = async (username: string): Promise<string> =>
      (await toldTo(edge(), username)).flatMap((message) => message.lines).join('\n');
    expect(await lines('office')).toContain('办理方案，请审定');
    const told = await lines(`${unit}.contact`);
    expect(told).toContain('【方案退回】');
    expect(told).toContain('措施过粗');
    expect(told).toContain('【方案通过】');
  });

  it('is seen by the lead and its unit, not by others', async () => {
    const [plan] = await plansOf(lead);
    const other = await edge().as(`${second}.contact`);
    expectProblem(await other.ask('GET', `/assignments/${lead.id}/action-plans`), 403, 'ASSIGNMENT.NOT_YOURS');
    expectProblem(await other.ask('GET', `/action-plans/${plan.id}`), 403, 'ACTION_PLAN.NOT_YOURS');
    expectProblem(
      await other.ask('POST', `/action-plans/${plan.id}/transitions`, { json: { event: 'approve' } }),
      403,
      'ACTION_PLAN.NOT_YOURS',
    );
    expect((await (await edge().as(`${unit}.head`)).get(`/assignments/${helper.id}/action-plans`)).items).toEqual([]);
  });

  it('leaves every step in history', async () => {
    const events = await edge().query(`select type from history_event where entity = 'action_plan' order by seq`);
    expect(events.map(({ type }) => type)).toEqual([
      'action_plan.submitted',
      'action_plan.returned',
      'action_plan.submitted',
      'action_plan.approved',
      'action_plan.measure_closed',
      'action_plan.measure_reopened',
      'action_plan.measure_closed',
      'action_plan.submitted',
      'action_plan.superseded',
      'action_plan.approved',
      'action_plan.measure_closed',
    ]);
  });
});

describe('Periodic reports (报送) and the plan they are held against (序时进度)', () => {
  let lead: Json;
  let unit: string;
  let second: string;
  let targets: Json[];
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const names = await codes(opened);
    const planId = await issued(opened, PLAN);
    await opened.passTo(SIGNED);
    const parts = await partsOf(opened, planId, names);
    [unit, second] = [names['市工信局']!, names['市公安局']!];
    lead = parts[`1 ${unit}`];
    ({ targets } = lead.task);
    return opened;
  });
  const report = async (period: string, json: object, username = `${unit}.contact`): Promise<Json> => {
    const caller = await edge().as(username);
    const obligation = await owed(caller, lead, 'progress_report', period);
    return caller.ask('POST', `/assignments/${lead.id}/reports`, {
      json: { obligationId: obligation.id, text: `${period}进展`, ...json },
    });
  };
  const figures = (homes: number, months: number): object => ({
    measurements: [
      { targetId: targets[0].id, value: homes },
      { targetId: targets[1].id, value: months },
    ],
  });
  const setCurve = async (points: object[], username = 'office', more: object = {}): Promise<Json> =>
    (await edge().as(username)).ask('PUT', `/targets/${targets[0].id}/curve`, { json: { points, ...more } });

  it('are planned by steps that the office sets, monotone and ending at the target', async () => {
    const falls = await setCurve([
      { on: '2023-03-31', value: 20 },
      { on: '2023-06-30', value: 10 },
    ]);
    expectProblem(falls, 422, 'TARGET.CURVE_INVALID');
    expect(falls.body.faults.map(({ field }: Json) => field)).toEqual(['points[1]', 'points[1]']);
    expectProblem(await setCurve([], `${unit}.head`), 403, 'RIGHTS.NOT_ALLOWED');
    const steps = [
      { on: '2023-03-31', value: 20 },
      { on: '2023-09-30', value: 60 },
      { on: '2023-12-31', value: 100 },
    ];
    expect((await setCurve(steps)).body).toMatchObject({
      number: 1,
      from: '2023-01-12',
      to: '2023-12-31',
      points: steps,
    });
    expectProblem(await setCurve(steps, 'office', { expectedNumber: 0 }), 409, 'TARGET.CURVE_STALE');
  });

  it('owe a reason where a figure is behind by more than the policy tolerates', async () => {
    await edge().passTo('2023-04-10T09:00:00+08:00');
    const behind = await report('2023Q1', figures(9, 4));
    expectProblem(behind, 422, 'REPORT.BEHIND_REASON_REQUIRED', { field: 'behindReason' });
    expect(behind.body.targets).toEqual([
      { targetId: targets[0].id, text: targets[0].text, planned: 20, actual: 9, plannedShare: 20, actualShare: 9 },
    ]);
    // Ten points are yellow, and tolerated.
    const good = await report('2023Q1', figures(10, 4));
    expect(good.status).toBe(201);
    expect(good.body.measurements).toMatchObject([
      { value: 10, planned: 20, behind: 10, light: 'yellow', asOf: '2023-03-31' },
      { value: 4, planned: 4, behind: 0, light: 'green' },
    ]);
  });

  it('are of a period once, and it is told when and by whom', async () => {
    const again = await report('2023Q1', figures(30, 4), `${unit}.head`);
    expectProblem(again, 409, 'REPORT.PERIOD_REPORTED', { period: '2023Q1', reportedAt: '2023-04-10T01:00:00.000Z' });
    expect(again.body.reportedBy).toMatch(/\S/);
  });

  it('are corrected by another version, within the period; both are kept', async () => {
    const contact = await edge().as(`${unit}.contact`);
    const [first] = (await contact.get(`/assignments/${lead.id}/reports`)).items;
    const correct = (id: string, json: object): Promise<Json> =>
      contact.ask('POST', `/reports/${id}/corrections`, { json });
    expectProblem(await correct(first.id, { text: '更正' }), 400, 'REQUEST.INVALID');
    const other = await edge().as(`${second}.contact`);
    const foreign = await other.ask('POST', `/reports/${first.id}/corrections`, {
      json: { text: '更正', reason: '误' },
    });
    expectProblem(foreign, 403, 'ASSIGNMENT.NOT_YOURS');
    const corrected = await correct(first.id, { text: '更正', reason: '漏报两个小区', ...figures(12, 4) });
    expect(corrected.body).toMatchObject({ correctsId: first.id, correctionReason: '漏报两个小区', period: '2023Q1' });
    expectProblem(await correct(first.id, { text: '再更正', reason: '误' }), 409, 'REPORT.CORRECTED_ALREADY');
    const { items } = await contact.get(`/assignments/${lead.id}/reports`);
    expect(items.map((one: Json) => one.correctedBy)).toEqual([corrected.body.id, null]);
  });

  it('keep what was planned then, whatever becomes of the curve', async () => {
    expect((await setCurve([])).body).toMatchObject({ number: 2, points: null });
    const office = await edge().as('office');
    const { targets: courses } = await office.get(`/tasks/${lead.task.id}/progress`);
    expect(courses[0].curve.points).toBeNull();
    expect(courses[0].series).toMatchObject([
      { period: '2023Q1', planned: 20, actual: 12, light: 'green', asOf: '2023-03-31' },
    ]);
    const { periods } = await office.get(`/tasks/${lead.task.id}`);
    expect(periods[0]).toMatchObject({
      period: '2023Q1',
      light: 'green',
      figures: [{ value: 12, planned: 20 }, { value: 4 }],
    });
  });

  it('are red where they are missing when due, and stand beside the period before', async () => {
    await edge().passTo('2023-07-21T09:00:00+08:00');
    const office = await edge().as('office');
    const lights = async (): Promise<Json> =>
      Object.fromEntries(
        (await office.get(`/tasks/${lead.task.id}`)).periods.map((one: Json) => [one.period, one.light]),
      );
    expect(await lights()).toEqual({ '2023Q1': 'green', '2023Q2': 'red', '2023Q3': null, '2023Q4': null });
    const { targets: courses } = await office.get(`/tasks/${lead.task.id}/progress`);
    expect(courses[0].series[1]).toMatchObject({ period: '2023Q2', actual: null, light: 'red', asOf: '2023-06-30' });
    expect((await report('2023Q2', { ...figures(15, 6), behindReason: '拆迁受阻' })).status).toBe(201);
    expect(await lights()).toMatchObject({ '2023Q2': 'red' });
    const { items } = await office.get(`/assignments/${lead.id}/reports`);
    expect(items.at(-1)).toMatchObject({
      period: '2023Q2',
      behindReason: '拆迁受阻',
      figures: [
        { value: 15, previousValue: 12, change: 3 },
        { value: 6, previousValue: 4, change: 2, light: 'red' },
      ],
      previous: { period: '2023Q1', text: '更正' },
    });
  });

  it('are not corrected once a later period is reported', async () => {
    const contact = await edge().as(`${unit}.contact`);
    const { items } = await contact.get(`/assignments/${lead.id}/reports`);
    const path = `/reports/${items[1].id}/corrections`;
    const late = await contact.ask('POST', path, { json: { text: '又更正', reason: '误' } });
    expectProblem(late, 409, 'REPORT.PERIOD_CLOSED', { period: '2023Q1' });
  });

  it('refuse a figure without a value, and a target that the task has not', async () => {
    await edge().passTo('2023-10-09T09:00:00+08:00');
    const none = await report('2023Q3', { measurements: [{ targetId: targets[0].id }] });
    expectProblem(none, 422, 'REPORT.VALUE_REQUIRED', { field: 'measurements[0].value' });
    const unknown = await report('2023Q3', { measurements: [{ targetId: lead.id, value: 1 }] });
    expectProblem(unknown, 422, 'REPORT.UNKNOWN_TARGET', { field: 'measurements[0].targetId' });
    const plan = await report('2023Q3', { actionPlan: ACTION_PLAN });
    expectProblem(plan, 422, 'REPORT.NO_ACTION_PLAN', { field: 'actionPlan' });
  });

  it('show the past as it was', async () => {
    const office = await edge().as('office');
    const { periods } = await office.get(`/tasks/${lead.task.id}?asOf=2023-04-11`);
    expect(periods.map((one: Json) => one.light)).toEqual(['green', null, null, null]);
  });
});

describe('Reports that wait for the head of the unit (负责人审签)', () => {
  let lead: Json;
  let second: Json;
  let unit: string;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const names = await codes(opened);
    const planId = await issued(opened, PLAN, { confirmation: 'head' }, 'confirmed');
    await opened.passTo(SIGNED);
    const parts = await partsOf(opened, planId, names);
    unit = names['市工信局']!;
    lead = parts[`1 ${unit}`];
    second = parts[`2 ${unit}`];
    return opened;
  });
  const as = (post: string): Promise<Caller> => edge().as(post === 'office' ? 'office' : `${unit}.${post}`);
  const report = async (post: string, period: string): Promise<Json> => {
    const caller = await as(post);
    const { id } = await owed(caller, lead, 'progress_report', period);
    return caller.ask('POST', `/assignments/${lead.id}/reports`, { json: { obligationId: id, text: `${period}进展` } });
  };
  const decide = async (post: string, id: string, json: object): Promise<Json> =>
    (await as(post)).ask('POST', `/reports/${id}/transitions`, { json });
  const state = async (period: string): Promise<string> =>
    (await owed(await as('office'), lead, 'progress_report', period)).state;

  /** What the head of the unit is shown to decide on. */
  const waiting = async (period: string): Promise<unknown> => {
    const owedByUnit = await (await as('head')).all(`/obligations?taskId=${lead.task.id}&kind=progress_report`);
    return owedByUnit.find((one: Json) => one.assignmentId === lead.id && one.subject === period)!.waitingReportId;
  };

  it('discharge nothing until then', async () => {
    const { body } = await report('contact', '2023Q1');
    expect(body.state).toBe('submitted');
    expect(await state('2023Q1')).toBe('open');
    expect(await waiting('2023Q1')).toBe(body.id);
    expect(await waiting('2023Q2')).toBeNull();
    expectProblem(await report('contact', '2023Q1'), 409, 'REPORT.PERIOD_REPORTED');
    expectProblem(await decide('contact', body.id, { event: 'confirm' }), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await decide('office', body.id, { event: 'confirm' }), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await decide('head', body.id, { event: 'send_back' }), 422, 'REPORT.REASON_REQUIRED');
    expect((await decide('head', body.id, { event: 'send_back', reason: '数据有误' })).body.state).toBe('sent_back');
    expectProblem(await decide('head', body.id, { event: 'confirm' }), 409, 'REPORT.EVENT_NOT_ALLOWED');
    const again = await report('contact', '2023Q1');
    expect(again.status).toBe(201);
    expect((await decide('head', again.body.id, { event: 'confirm' })).body.state).toBe('confirmed');
    expect(await state('2023Q1')).toBe('discharged');
    expect(await waiting('2023Q1')).toBeNull();
  });

  it('are corrected while they wait, and not by the contact once they are confirmed', async () => {
    const contact = await as('contact');
    const { items } = await contact.get(`/assignments/${lead.id}/reports`);
    const json = { text: '更正', reason: '误' };
    expectProblem(await contact.ask('POST', `/reports/${items[1].id}/corrections`, { json }), 409, 'REPORT.DECIDED');
    const { body } = await report('contact', '2023Q2');
    const corrected = await contact.post(`/reports/${body.id}/corrections`, json);
    expect(corrected.state).toBe('submitted');
    expectProblem(await decide('head', body.id, { event: 'confirm' }), 409, 'REPORT.EVENT_NOT_ALLOWED');
    expect((await decide('head', corrected.id, { event: 'confirm' })).status).toBe(200);
    expect(await state('2023Q2')).toBe('discharged');
  });

  it('give way to what the head hands in, which counts at once', async () => {
    const waiting = await report('contact', '2023Q3');
    const own = await report('head', '2023Q3');
    expect([own.status, own.body.state]).toEqual([201, null]);
    expect(await state('2023Q3')).toBe('discharged');
    expectProblem(await decide('head', waiting.body.id, { event: 'confirm' }), 409, 'REPORT.EVENT_NOT_ALLOWED');
    expectProblem(await decide('head', own.body.id, { event: 'confirm' }), 409, 'REPORT.NOTHING_WAITS');
  });

  it('move the part when a completion is confirmed, and not before', async () => {
    const contact = await as('contact');
    const [target] = second.task.targets;
    const completion = {
      event: 'report',
      text: '已完成',
      evidence: [{ title: '验收意见' }],
      measurements: [{ targetId: target.id, value: 60 }],
    };
    const move = (json: object): Promise<Json> =>
      contact.ask('POST', `/assignments/${second.id}/transitions`, { json });
    expect((await move(completion)).body.state).toBe('in_progress');
    expectProblem(await move(completion), 409, 'REPORT.AWAITS_CONFIRMATION');
    const { items } = await contact.get(`/assignments/${second.id}/reports`);
    expect((await decide('head', items[0].id, { event: 'confirm' })).body).toMatchObject({
      state: 'confirmed',
      kind: 'completion',
    });
    const task = await (await as('office')).get(`/tasks/${second.task.id}`);
    expect(task.state).toBe('reported');
    expect(task.obligations.find((one: Json) => one.kind === 'completion').state).toBe('discharged');
    expect(task.reports).toHaveLength(1);
  });

  it('have a plan decided on only after the head of its unit has confirmed it', async () => {
    const contact = await as('contact');
    const { id: obligationId } = await owed(contact, lead, 'action_plan');
    const json = { obligationId, text: '方案', actionPlan: ACTION_PLAN };
    const { id } = await contact.post(`/assignments/${lead.id}/reports`, json);
    const [plan] = (await contact.get(`/assignments/${lead.id}/action-plans`)).items;
    const office = await as('office');
    const approve = { json: { event: 'approve' } };
    expectProblem(
      await office.ask('POST', `/action-plans/${plan.id}/transitions`, approve),
      409,
      'ACTION_PLAN.NOT_CONFIRMED',
    );
    await decide('head', id, { event: 'confirm' });
    expect((await owed(office, lead, 'action_plan')).state).toBe('discharged');
    expect((await office.ask('POST', `/action-plans/${plan.id}/transitions`, approve)).status).toBe(200);
  });

  it('are told to the head, and what was sent back to the contact', async () => {
    await edge().passTo('2023-01-16T12:00:00+08:00');
    const lines = async (username: string): Promise<string> =>
      (await toldTo(edge(), username)).flatMap((message) => message.lines).join('\n');
    expect(await lines(`${unit}.head`)).toContain('【待审签】');
    expect(await lines(`${unit}.contact`)).toContain('数据有误');
  });
});

describe('Figures that are given once (数据一次填报)', () => {
  let parts: Record<string, Json>;
  let others: Record<string, Json>;
  let own: string;
  let other: string;
  let plans: string[];
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const names = await codes(opened);
    plans = [await issued(opened, PLAN), await issued(opened, OTHER_PLAN)];
    await opened.passTo(SIGNED);
    [own, other] = [names['市工信局']!, names['市民政局']!];
    [parts, others] = [await partsOf(opened, plans[0]!, names), await partsOf(opened, plans[1]!, names)];
    await opened.passTo('2023-04-03T09:00:00+08:00');
    return opened;
  });
  const report = async (code: string, part: Json, measurement: object): Promise<Json> => {
    const contact = await edge().as(`${code}.contact`);
    const { id } = await owed(contact, part, 'progress_report', '2023Q1');
    const json = { obligationId: id, text: '进展', measurements: [measurement] };
    return contact.ask('POST', `/assignments/${part.id}/reports`, { json });
  };
  const given = async (username: string, part: Json, query = '?period=2023Q1'): Promise<Json[]> =>
    (await (await edge().as(username)).get(`/assignments/${part.id}/figures${query}`)).items;
  const targetOf = ({ task }: Json, i = 0): string => task.targets[i].id;

  it('are asked for several times, which is told to the office', async () => {
    const office = await edge().as('office');
    const burden = await office.get('/figures/burden?period=2023Q1');
    expect(burden).toMatchObject({ units: 1, figures: 1 });
    expect(burden.items).toMatchObject([
      { name: '改造老旧小区', unit: '个', period: '2023Q1', unitName: '市工信局', times: 3 },
    ]);
    expect(burden.items[0].asked.map(({ text }: Json) => text)).toHaveLength(3);
    expect((await office.get(`/figures/burden?planId=${plans[1]}`)).items).toHaveLength(4);
    expectProblem(
      await office.ask('GET', `/figures/burden?planId=${own && parts[`1 ${own}`].id}`),
      404,
      'PLAN.UNKNOWN',
    );
  });

  it('are offered wherever they are asked for again, to those who may see them', async () => {
    const first = parts[`1 ${own}`];
    expect((await given(`${own}.contact`, parts[`2 ${own}`]))[0].given).toEqual([]);
    const measurement = { targetId: targetOf(first), value: 40 };
    expect((await report(own, first, measurement)).status).toBe(201);
    const [asked] = await given(`${own}.contact`, parts[`2 ${own}`]);
    expect(asked).toMatchObject({
      name: '改造老旧小区',
      given: [{ value: 40, asOf: '2023-03-31', unitName: '市工信局', taskNumber: '1', period: '2023Q1' }],
    });
    expect((await given(`${own}.contact`, others[`1 ${own}`]))[0].given).toHaveLength(1);
    expect((await given(`${own}.contact`, others[`1 ${own}`], '?period=2023Q2'))[0].given).toEqual([]);
    // Another unit sees nothing of it, though it is asked for the same; the office does.
    expect((await given(`${other}.contact`, others[`2 ${other}`]))[0].given).toEqual([]);
    expect((await given('office', others[`2 ${other}`]))[0].given).toHaveLength(1);
  });

  it('are taken over by reference, with where they come from', async () => {
    const [asked] = await given(`${own}.contact`, others[`1 ${own}`]);
    const [{ figureId }] = asked.given;
    const targetId = targetOf(others[`1 ${own}`]);
    const differs = await report(own, others[`1 ${own}`], { targetId, figureId, value: 41 });
    expectProblem(differs, 422, 'REPORT.FIGURE_DIFFERS', { field: 'measurements[0].value' });
    const month = targetOf(parts[`1 ${own}`], 1);
    expectProblem(await report(own, parts[`2 ${own}`], { targetId: month, figureId }), 422, 'REPORT.UNKNOWN_TARGET');
    const strange = await report(other, others[`2 ${other}`], { targetId: targetOf(others[`2 ${other}`]), figureId });
    expectProblem(strange, 422, 'REPORT.UNKNOWN_FIGURE', { field: 'measurements[0].figureId' });
    const taken = await report(own, others[`1 ${own}`], { targetId, figureId });
    expect(taken.body.measurements).toMatchObject([{ value: 40, sourceId: figureId }]);
  });

  it('are not taken over for what is known by another name', async () => {
    const contact = await edge().as(`${own}.contact`);
    const { id } = await owed(contact, parts[`1 ${own}`], 'progress_report', '2023Q2');
    const [{ given: known }] = await given(`${own}.contact`, parts[`2 ${own}`]);
    const measurements = [{ targetId: targetOf(parts[`1 ${own}`], 1), figureId: known[0].figureId }];
    const json = { obligationId: id, text: '进展', measurements };
    const answer = await contact.ask('POST', `/assignments/${parts[`1 ${own}`].id}/reports`, { json });
    expectProblem(answer, 422, 'REPORT.OTHER_FIGURE', { field: 'measurements[0].figureId' });
  });
});
