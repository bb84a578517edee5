import { type Policy, PRESETS } from '@duban/domain';
import { PeriodLights } from '@duban/supervision';
import { toldTo } from './cases';
import { type Caller, Edge, expectProblem, ISSUE, type Json, useEdge } from './edge';

const PLAN = `临澜市2023年重点项目责任分解方案

（一）重点项目

　　1.改造老旧小区100个。（牵头单位：市工信局）

　　2.新建口袋公园100个。（牵头单位：市工信局）
`;
const SIGNED = '2023-01-13T09:00:00+08:00';
/** A tenth a month is asked in the first two, the rest at the year's end. */
const STEPS = [
  { on: '2023-01-31', value: 10 },
  { on: '2023-02-28', value: 20 },
  { on: '2023-03-31', value: 50 },
  { on: '2023-12-31', value: 100 },
];

/** A plan by one of the sets of rules, its two parts signed for. */
class World {
  private constructor(
    readonly edge: Edge,
    readonly planId: string,
    readonly unit: string,
    readonly parts: readonly Json[],
  ) {}

  static async open(database: Parameters<typeof Edge.open>[0], policy: Policy): Promise<World> {
    const edge = await Edge.open(database);
    await edge.query(`insert into policy (id, version, body) values ($1, $2, $3) on conflict do nothing`, [
      policy.id,
      policy.version,
      JSON.stringify(policy),
    ]);
    const office = await edge.as('office');
    const draft = await edge.draft(PLAN);
    await office.post(`/plans/${draft.id}/issue`, { ...ISSUE, policy: policy.id });
    await edge.passTo(SIGNED);
    const [row] = await edge.query(`select code from unit where name = '市工信局'`);
    const { tasks } = await office.get(`/plans/${draft.id}`);
    const contact = await edge.as(`${row.code}.contact`);
    const parts: Json[] = [];
    for (const task of tasks) {
      const [assignment] = task.assignments;
      await contact.post(`/assignments/${assignment.id}/transitions`, { event: 'sign_for' });
      await office.do('PUT', `/targets/${task.targets[0].id}/curve`, { json: { points: STEPS } });
      parts.push({ ...assignment, task });
    }
    return new World(edge, draft.id, row.code, parts);
  }

  async owed(part: Json, period: string): Promise<Json> {
    const { obligations } = await (await this.edge.as('office')).get(`/tasks/${part.task.id}`);
    return obligations.find((one: Json) => one.kind === 'progress_report' && one.subject === period);
  }

  async report(part: Json, period: string, value: number): Promise<Json> {
    const contact: Caller = await this.edge.as(`${this.unit}.contact`);
    return contact.post(`/assignments/${part.id}/reports`, {
      obligationId: (await this.owed(part, period)).id,
      text: `${period}进展`,
      measurements: [{ targetId: part.task.targets[0].id, value }],
      behindReason: '雨天停工。',
    });
  }

  /** Of each period with a light: as given, as it is now, and what brought each version. */
  async lights(part: Json, username = 'office'): Promise<Record<string, string>> {
    const { periods } = await (await this.edge.as(username)).get(`/tasks/${part.task.id}/progress`);
    return Object.fromEntries(
      periods.map(({ period, asGiven, now, versions }: Json) => [
        period,
        `${asGiven}→${now}: ${versions.map(({ light, cause }: Json) => `${light} ${cause}`).join(', ')}`,
      ]),
    );
  }
}

const rules = (id: string): Policy => PRESETS.find((one) => one.id === id)!;

describe('Lights of periods (亮灯), by the rules of 瓯海', () => {
  let world: World;
  const edge = useEdge(async (database) => {
    world = await World.open(database, rules('lights-ouhai'));
    return world.edge;
  });

  it('of a missing report are given once, though several processes look at the same moment', async () => {
    const lights = edge().app.get(PeriodLights);
    // Due on Sunday 5 February, which takes effect at the end of Monday.
    const at = new Date('2023-02-06T16:00:00Z');
    expect(await lights.run(new Date(at.getTime() - 1))).toEqual({ lights: 0, failed: 0 });
    const runs = await Promise.all([lights.run(at), lights.run(at), lights.run(at)]);
    expect(runs.reduce((sum, { lights: given }) => sum + given, 0)).toBe(2);
    expect(await lights.run(at)).toEqual({ lights: 0, failed: 0 });
    await edge().passTo('2023-02-08T09:00:00+08:00');
    expect(await world.lights(world.parts[0])).toEqual({ '2023M01': 'red→red: red missing' });
    const events = await edge().query(`select type from history_event where entity = 'period_light'`);
    expect(events.map(({ type }) => type)).toEqual(['period_light.given', 'period_light.given']);
  });

  it('become yellow when the month is caught up with, and the current month is green', async () => {
    await world.report(world.parts[0], '2023M01', 10);
    expect(await world.lights(world.parts[0])).toEqual({ '2023M01': 'red→yellow: red missing, yellow caught_up' });
    await edge().passTo('2023-03-02T09:00:00+08:00');
    await world.report(world.parts[0], '2023M02', 20);
    expect(await world.lights(world.parts[0])).toEqual({
      '2023M01': 'red→yellow: red missing, yellow caught_up',
      '2023M02': 'green→green: green reported',
    });
    // The task shows what holds now.
    const { periods } = await (await edge().as('office')).get(`/tasks/${world.parts[0].task.id}`);
    const shown = periods.filter(({ light }: Json) => light !== null);
    expect(shown.map(({ period, light }: Json) => [period, light])).toEqual([
      ['2023M01', 'yellow'],
      ['2023M02', 'green'],
    ]);
  });

  it('say from which figures they came, by which rules, and why', async () => {
    const { periods } = await (await edge().as(`${world.unit}.head`)).get(`/tasks/${world.parts[0].task.id}/progress`);
    expect(periods[0].versions[0]).toMatchObject({
      number: 1,
      light: 'red',
      rule: 'missing',
      why: { zh: '红灯：到期未报送', en: 'red: not reported when it was due' },
      figures: [],
      policyId: 'lights-ouhai',
      policyVersion: 1,
      deadlineVersion: 1,
      recordedAt: '2023-02-06T16:00:00.000Z',
    });
    expect(periods[1].versions[0]).toMatchObject({
      figures: [{ value: 20, planned: 20, behind: 0, behindDays: 0, light: 'green' }],
      achieved: 100,
    });
  });

  it('of a report that comes late are red first even where no process has looked since', async () => {
    const second = world.parts[1];
    const { id } = await world.owed(second, '2023M02');
    // As if the worker had stood still from the day on.
    await edge().query(`update obligation set next_light_at = '2023-12-01' where id = $1`, [id]);
    await edge().passTo('2023-03-08T09:00:00+08:00');
    expect((await world.lights(second))['2023M02']).toBeUndefined();
    await world.report(second, '2023M02', 20);
    expect((await world.lights(second))['2023M02']).toBe('red→yellow: red missing, yellow caught_up');
  });

  it('of a corrected report get another version, and none is changed', async () => {
    const [first] = world.parts;
    const [before] = await edge().query(
      `select jsonb_agg(l order by l.obligation_id, l.number) as rows from period_light l`,
    );
    const { items } = await (await edge().as('office')).get(`/assignments/${first.id}/reports`);
    const contact = await edge().as(`${world.unit}.contact`);
    const last = items.at(-1);
    await contact.post(`/reports/${last.id}/corrections`, {
      text: '更正',
      reason: '数据有误',
      measurements: [{ targetId: first.task.targets[0].id, value: 15 }],
    });
    expect((await world.lights(first))['2023M02']).toBe('green→red: green reported, red corrected');
    const [after] = await edge().query(
      `select jsonb_agg(l order by l.obligation_id, l.number) as rows from period_light l`,
    );
    expect(after.rows).toEqual(expect.arrayContaining(before.rows));
    expect(after.rows).toHaveLength(before.rows.length + 1);
    await expect(edge().query(`set role duban_system; update period_light set light = 'green'`)).rejects.toThrow();
  });

  it('are cleared by an extension (延期), which erases nothing (righttoknow#102)', async () => {
    const second = world.parts[1];
    await edge().passTo('2023-04-03T09:00:00+08:00');
    const { id } = await world.owed(second, '2023M03');
    const contact = await edge().as(`${world.unit}.contact`);
    const application = await contact.post(`/assignments/${second.id}/applications`, {
      kind: 'extension',
      obligationId: id,
      dueOn: '2023-04-20',
      reason: '汇总系统检修',
      progress: '已完成四成',
    });
    await edge().passTo('2023-04-11T09:00:00+08:00');
    expect((await world.lights(second))['2023M03']).toBe('red→red: red missing');
    await (
      await edge().as('office')
    ).post(`/applications/${application.id}/transitions`, {
      event: 'approve',
      dueOn: '2023-04-20',
      reason: '同意',
    });
    expect((await world.lights(second))['2023M03']).toBe('red→null: red missing, null redated');
    await world.report(second, '2023M03', 50);
    expect((await world.lights(second))['2023M03']).toBe('red→green: red missing, null redated, green reported');
  });

  it('are for whom the reports are: another unit sees none', async () => {
    const [row] = await edge().query(`select code from unit where name = '市公安局'`);
    const other = await edge().as(`${row.code}.contact`);
    const answer = await other.ask('GET', `/tasks/${world.parts[0].task.id}/progress`);
    expectProblem(answer, 403, 'TASK.NOT_YOURS');
  });
});

describe('Courses of targets (序时进度)', () => {
  let world: World;
  const edge = useEdge(async (database) => {
    world = await World.open(database, rules('lights-shenzhen'));
    return world.edge;
  });
  const set = async (json: object): Promise<Json> =>
    (await edge().as('office')).ask('PUT', `/targets/${world.parts[0].task.targets[0].id}/curve`, { json });

  it.each<[string, object, string]>([
    ['a curve that falls', { points: [STEPS[1], { on: '2023-03-31', value: 5 }, STEPS[3]] }, 'points[1]'],
    ['milestones that are not there', { shape: 'milestones' }, 'shape'],
    ['a season of 90 percent', { shape: 'seasonal', shares: [30, 30, 30, 0] }, 'shares'],
    ['a season that the policy does not have', { shape: 'seasonal', season: 'tropical' }, 'season'],
    ['shares of steps', { points: STEPS, shares: [100, 0, 0, 0] }, 'shares'],
  ])('refuse %s, at its field, and change nothing', async (_, json, field) => {
    const { body, status } = await set(json);
    expect([status, body.code]).toEqual([422, 'TARGET.CURVE_INVALID']);
    expect(body.field ?? body.faults[0].field).toBe(field);
    const { targets } = await (await edge().as('office')).get(`/tasks/${world.parts[0].task.id}/progress`);
    expect(targets[0].curve).toMatchObject({ shape: 'steps', points: STEPS });
  });

  it('by a season of the policy, and by 深圳 the light goes by working days', async () => {
    const { status, body } = await set({ shape: 'seasonal', season: 'northern-building' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ shape: 'seasonal', season: 'northern-building', points: null });
    expect(body.shares).toHaveLength(12);
    await edge().passTo('2023-04-04T09:00:00+08:00');
    // 2.9 of March’s 6 were asked by the 15th; from the 16th to the 31st are 12 working days.
    await world.report(world.parts[0], '2023M03', 2.95);
    const { periods, targets } = await (await edge().as('office')).get(`/tasks/${world.parts[0].task.id}/progress`);
    const march = periods.find(({ period }: Json) => period === '2023M03');
    expect(march).toMatchObject({ now: 'orange', versions: [{ behindDays: 12 }] });
    expect(targets[0].series.find(({ period }: Json) => period === '2023M03')).toMatchObject({
      planned: 6,
      behindDays: 12,
      light: 'orange',
    });
  });
});

describe('Cards (督办牌), by the rules of 广元', () => {
  let world: World;
  const edge = useEdge(async (database) => {
    world = await World.open(database, rules('cards-guangyuan'));
    return world.edge;
  });
  const cards = async (query = '', username = 'office'): Promise<Json[]> =>
    (await (await edge().as(username)).get(`/cards?planId=${world.planId}${query}`)).items;
  const points = async (): Promise<Json[]> =>
    (await (await edge().as('office')).get(`/cards/points?planId=${world.planId}`)).items;
  const withdraw = async (username: string, id: string): Promise<Json> =>
    (await edge().as(username)).ask('POST', `/cards/${id}/withdrawal`, { json: { reason: '数据核实有误' } });

  it('come with the second yellow light of one item, in the same transaction', async () => {
    const [first] = world.parts;
    await (
      await edge().as('office')
    ).do('PUT', `/targets/${first.task.targets[0].id}/curve`, {
      json: {
        points: [
          { on: '2023-01-31', value: 30 },
          { on: '2023-12-31', value: 100 },
        ],
      },
    });
    await edge().passTo('2023-02-02T09:00:00+08:00');
    await world.report(world.parts[1], '2023M01', 10);
    await world.report(first, '2023M01', 10);
    expect(await cards()).toEqual([]);
    await edge().passTo('2023-03-02T09:00:00+08:00');
    await world.report(world.parts[1], '2023M02', 20);
    await world.report(first, '2023M02', 10);
    const [card, ...others] = await cards();
    expect(others).toEqual([]);
    expect(card).toMatchObject({
      taskNumber: '1',
      period: '2023M02',
      rule: 'two-yellow',
      colour: 'yellow',
      points: -1,
      measures: ['letter'],
      why: { zh: '同一事项累计2次黄灯', en: '2 yellow lights on one item' },
      withdrawal: null,
    });
    expect(await points()).toMatchObject([{ unitCode: world.unit, yellow: 1, red: 0, points: -1 }]);
    const [light] = await edge().query(
      `select count(*)::int as same from history_event l join history_event c on c.occurred_at = l.occurred_at
       where l.type = 'period_light.given' and c.type = 'card.given'`,
    );
    expect(light.same).toBeGreaterThan(0);
  });

  it('are told to the head and the contact of the unit', async () => {
    await edge().passTo('2023-03-03T12:00:00+08:00');
    for (const post of ['head', 'contact']) {
      const lines = (await toldTo(edge(), `${world.unit}.${post}`)).flatMap((message) => message.lines);
      expect(lines.filter((line) => line.startsWith('【黄牌】'))).toEqual([
        expect.stringContaining('同一事项累计2次黄灯（发提醒函、扣1分）'),
      ]);
    }
  });

  it('are seen by the unit itself, and not by another', async () => {
    expect(await cards('', `${world.unit}.contact`)).toHaveLength(1);
    const [row] = await edge().query(`select code from unit where name = '市公安局'`);
    expect(await cards('', `${row.code}.contact`)).toEqual([]);
  });

  it('are withdrawn by the head of the office alone, once, with a reason, and erase nothing', async () => {
    const [card] = await cards();
    expectProblem(await withdraw('officer', card.id), 403, 'RIGHTS.NOT_ALLOWED');
    expectProblem(await withdraw(`${world.unit}.head`, card.id), 403, 'RIGHTS.NOT_ALLOWED');
    const answers = await Promise.all([withdraw('office', card.id), withdraw('office', card.id)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expectProblem(await withdraw('office', card.id), 409, 'CARD.WITHDRAWN');
    expect(await cards()).toMatchObject([{ id: card.id, withdrawal: { reason: '数据核实有误' } }]);
    expect(await cards('&standing=true')).toEqual([]);
    expect(await points()).toEqual([]);
    const events = await edge().query(`select type from history_event where entity = 'card' order by seq`);
    expect(events.map(({ type }) => type)).toEqual(['card.given', 'card.withdrawn']);
  });

  it('are red at once for a report that is missing, one for each item', async () => {
    await edge().passTo('2023-04-07T09:00:00+08:00');
    const given = await cards('&colour=red');
    expect(given.map(({ period, points: taken, measures }) => [period, taken, measures])).toEqual([
      ['2023M03', -2, ['talk']],
      ['2023M03', -2, ['talk']],
    ]);
  });
});

describe('What a rung does beside what it sends', () => {
  let world: World;
  const edge = useEdge(async (database) => {
    const base = rules('cards-longchang');
    const { 'three-colour': ladder, 'sign-for': other } = base.ladders;
    const rungs = ladder!.rungs.map((rung) =>
      rung.id === 'urge'
        ? {
            ...rung,
            effects: [
              { effect: 'light' as const, colour: 'yellow' as const },
              { effect: 'card' as const, colour: 'yellow' as const },
              { effect: 'points' as const, points: -0.5 },
              { effect: 'bulletin' as const },
            ],
          }
        : rung,
    );
    world = await World.open(database, {
      ...base,
      id: 'with-effects',
      ladders: { 'three-colour': { ...ladder!, rungs }, 'sign-for': other! },
      instruction: { ...base.instruction, ladder: 'sign-for' },
      lights: { yellow: 10, red: 30, tolerance: 10, missing: [{ afterMonths: 1, light: 'red' }] },
    });
    return world.edge;
  });

  it('is done once, in the sweep’s transaction, and a worse light follows', async () => {
    const [first] = world.parts;
    await edge().passTo('2023-02-08T09:00:00+08:00');
    expect(await world.lights(first)).toEqual({ '2023M01': 'yellow→yellow: yellow rung' });
    const list = async (): Promise<Json[]> =>
      (await (await edge().as('office')).get(`/cards?planId=${world.planId}&taskId=${first.task.id}`)).items;
    expect(await list()).toMatchObject([
      { rule: 'urge', colour: 'yellow', points: -0.5, measures: ['bulletin'], period: '2023M01' },
    ]);
    await edge().passTo('2023-03-08T09:00:00+08:00');
    expect((await world.lights(first))['2023M01']).toBe('yellow→red: yellow rung, red missing');
    expect((await list()).map(({ rule, period }) => [rule, period])).toEqual([
      ['urge', '2023M01'],
      ['red', '2023M01'],
      ['urge', '2023M02'],
    ]);
  });
});
