import { COMPLETION, refuseAll, toldTo } from './cases';
import { Edge, expectProblem, formOf, ISSUE, type Json, useEdge } from './edge';

const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.开展便民服务进社区。（牵头单位：市工信局；责任单位：市发改委、各区人民政府）

　　2.推广智慧停车。（牵头单位：市工信局；责任单位：各区人民政府）

　　3.清理占道杂物。（牵头单位：市工信局；责任单位：各区人民政府）
`;

describe('A task of a group that completes with some of its members (集合单位完成规则)', () => {
  let tasks: Json[];
  let districts: string[];
  let groupId: string;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const office = await opened.as('office');
    const { id, tasks: drafted } = await office.do('POST', '/plans', { form: formOf(PLAN) });
    opened.planId = id;
    await office.post(`/plans/${id}/issue`, ISSUE);
    tasks = await Promise.all(drafted.map((task: Json) => office.get(`/tasks/${task.id}`)));
    const { items } = await office.get('/units?limit=200');
    const codeOf = new Map(items.map((unit: Json) => [unit.id, unit.code]));
    const members = tasks[0].assignments.filter((one: Json) => one.groupId !== null);
    groupId = members[0].groupId;
    districts = members.map((one: Json) => codeOf.get(one.unitId));
    return opened;
  });
  const partId = async (task: number, code: string): Promise<string> => {
    const [row] = await edge().query(
      `select a.id from assignment a join unit u on u.id = a.unit_id where a.task_id = $1 and u.code = $2
         and a.state not in ('verified', 'cancelled')`,
      [tasks[task].id, code],
    );
    return row!.id;
  };
  const ask = async (by: string, task: number, code: string, json: object) =>
    (await edge().as(by)).ask('POST', `/assignments/${await partId(task, code)}/transitions`, { json });
  const move = async (by: string, task: number, code: string, json: object): Promise<Json> => {
    const answer = await ask(by, task, code, json);
    if (answer.status >= 400) throw new Error(`${by} ${JSON.stringify(json)}: ${answer.text}`);
    return answer.body;
  };
  const complete = async (task: number, code: string): Promise<void> => {
    await move(`${code}.contact`, task, code, { event: 'sign_for' });
    await move(`${code}.contact`, task, code, COMPLETION);
  };
  const set = async (task: number, rule: unknown, more: object = {}) =>
    (await edge().as('officer')).ask('PUT', `/tasks/${tasks[task].id}/group-completion`, {
      json: { groupId, rule, ...more },
    });
  const standing = async (task: number): Promise<Json> =>
    (await (await edge().as('LD04.contact')).get(`/tasks/${tasks[task].id}/group-completion`)).items[0];
  const states = async (task: number): Promise<Record<string, string>> => {
    const rows = await edge().query(
      `select u.code, a.state from assignment a join unit u on u.id = a.unit_id where a.task_id = $1 order by a.id`,
      [tasks[task].id],
    );
    return Object.fromEntries(rows.map(({ code, state }) => [code, state]));
  };

  it('waits for all of them where nobody says otherwise', async () => {
    expect(await standing(0)).toMatchObject({ groupId, rule: 'all', members: districts.length, done: 0, version: 0 });
    await move('LD04.contact', 0, 'LD04', { event: 'sign_for' });
    await complete(0, 'LD01');
    await complete(0, districts[0]!);
    expectProblem(await ask('LD04.contact', 0, 'LD04', COMPLETION), 422, 'ASSIGNMENT.UNITS_NOT_READY');
  });

  it('with any one: the lead reports without the rest, and once verified the rest is cancelled and told', async () => {
    const answer = await set(0, 'any', { expectedVersion: 0 });
    expect([answer.status, answer.body]).toEqual([
      200,
      expect.objectContaining({ rule: 'any', done: 1, isComplete: true, version: 1 }),
    ]);
    await move('LD04.contact', 0, 'LD04', COMPLETION);
    await move('officer', 0, 'LD04', { event: 'verify' });
    const after = await states(0);
    expect(after[districts[0]!]).toBe('reported');
    expect(districts.slice(1).map((code) => after[code])).toEqual(districts.slice(1).map(() => 'cancelled'));
    const history = await (await edge().as('office')).get(`/tasks/${tasks[0].id}/history?limit=200`);
    const cancelled = history.items.filter(({ type }: Json) => type === 'assignment.cancelled');
    expect(cancelled).toHaveLength(districts.length - 1);
    expect(cancelled[0].reason).toBe('group_completed: 集合单位已按规则完成');
    await edge().passTo('2023-01-12T15:00:00+08:00');
    const told = (await toldTo(edge(), `${districts[1]}.contact`)).flatMap(({ lines }) => lines);
    expect(told.filter((line) => line.includes('便民服务') && line.startsWith('【撤销】'))).toHaveLength(1);
    expectProblem(await set(0, 'all'), 409, 'GROUP_COMPLETION.TASK_ENDED');
  });

  it('with n of m: not before the n-th', async () => {
    expect((await set(1, { atLeast: 2 })).body).toMatchObject({ rule: { atLeast: 2 }, isComplete: false });
    await move('LD04.contact', 1, 'LD04', { event: 'sign_for' });
    await complete(1, districts[0]!);
    expectProblem(await ask('LD04.contact', 1, 'LD04', COMPLETION), 422, 'ASSIGNMENT.UNITS_NOT_READY');
    await complete(1, districts[1]!);
    expect(await standing(1)).toMatchObject({ done: 2, isComplete: true });
    await move('LD04.contact', 1, 'LD04', COMPLETION);
  });

  it('is looked at anew when a member leaves (pneumaticworkflow 257, initiative 1055: “all” went wrong for groups)', async () => {
    await move('LD04.contact', 2, 'LD04', { event: 'sign_for' });
    const [gone, last, ...others] = districts as [string, string, ...string[]];
    for (const code of others) await complete(2, code);
    expectProblem(await ask('LD04.contact', 2, 'LD04', COMPLETION), 422, 'ASSIGNMENT.UNITS_NOT_READY');
    // Cancelled, it is waited for no more; of those that are left, all.
    await move('office', 2, gone, { event: 'cancel', cancelReason: 'duplicate', reason: '重复' });
    expect(await standing(2)).toMatchObject({ members: others.length + 1, done: others.length, isComplete: false });
    // Transferred, it has left the group: whoever has it is waited for by itself, whatever the group's rule.
    await move('office', 2, last, { event: 'transfer', toUnit: 'LD02', reason: '职责调整' });
    expect(await standing(2)).toMatchObject({ members: others.length, done: others.length, isComplete: true });
    await set(2, 'any');
    expectProblem(await ask('LD04.contact', 2, 'LD04', COMPLETION), 422, 'ASSIGNMENT.UNITS_NOT_READY');
    await complete(2, 'LD02');
    await move('LD04.contact', 2, 'LD04', COMPLETION);
    await move('officer', 2, 'LD04', { event: 'verify' });
    expect((await states(2))['LD02']).toBe('reported');
  });

  describe('is not set', () => {
    const put =
      (by: string, json: object, task = 1) =>
      () =>
        [by, 'PUT', `/tasks/${tasks[task].id}/group-completion`, { json }] as [string, 'PUT', string, object];
    refuseAll<void>(edge, () => undefined, [
      ['by the lead', () => put('LD04.contact', { groupId, rule: 'any' })(), '403 RIGHTS.NOT_ALLOWED'],
      [
        'for a group that has no part',
        () => put('office', { groupId: tasks[1].id, rule: 'any' })(),
        '422 GROUP_COMPLETION.NOT_IN_TASK',
        { field: 'groupId' },
      ],
      [
        'for more members than there are',
        () => put('office', { groupId, rule: { atLeast: 99 } })(),
        '422 GROUP_COMPLETION.TOO_MANY',
        { field: 'rule.atLeast' },
      ],
      [
        'over what somebody has set meanwhile',
        () => put('office', { groupId, rule: 'any', expectedVersion: 0 })(),
        '409 GROUP_COMPLETION.STALE',
      ],
      ['to a rule that there is not', () => put('office', { groupId, rule: 'most' })(), '400 REQUEST.INVALID'],
    ]);
  });
});
