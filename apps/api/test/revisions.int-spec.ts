import { type Case, fault, NOTHING, refuseAll, type Request } from './cases';
import { Edge, formOf, ISSUE, type Json, useEdge } from './edge';

const HEAD = '临澜市2023年《政府工作报告》目标任务责任分解方案\n\n（一）办好民生实事\n\n';
const BRIDGE = '建成跨江大桥1座，10月底前通车。（牵头单位：市工信局；责任单位：市发改委）';
const ROAD = '修建环湖道路20公里。（牵头单位：市发改委）';
const MUSEUM = '建设博物馆一座。（牵头单位：市文旅局）';
const documentOf = (...items: string[]): string => HEAD + items.map((item, i) => `　　${i + 1}.${item}\n\n`).join('');

describe('A revised document', () => {
  const edge = useEdge((database) => Edge.open(database));

  const planOf = async (...items: string[]): Promise<Json> => edge().draft(documentOf(...items));
  const issued = async (...items: string[]): Promise<Json> => {
    const plan = await planOf(...items);
    await (await edge().as('office')).post(`/plans/${plan.id}/issue`, ISSUE);
    return plan;
  };
  const revise = async (plan: Json, ...items: string[]): Promise<Json> =>
    (await edge().as('office')).do('POST', `/plans/${plan.id}/revisions`, { form: formOf(documentOf(...items)) });

  it('is taken item by item into an issued plan, numbers at last, and then is the plan', async () => {
    const office = await edge().as('office');
    const plan = await issued(BRIDGE, ROAD);
    const revision = await revise(plan, MUSEUM, BRIDGE.replace('10月底', '11月底'), ROAD);
    expect(revision.items.map((item: Json) => [item.kinds, item.task?.number ?? null, item.draft.number])).toEqual([
      [['new'], null, '1'],
      [['changed'], '1', '2'],
    ]);
    expect(revision.renumbered.map(({ number }: Json) => number)).toEqual([
      { before: '1', after: '2' },
      { before: '2', after: '3' },
    ]);
    const path = `/plans/${plan.id}/revisions/${revision.id}`;
    const [museum, bridge] = revision.items;
    const added = await office.post(`${path}/items/${museum.id}/take`, { reason: '市长办公会议定' });
    expect(added).toMatchObject({ assignments: 1, obligations: 7, item: { state: 'taken', reason: '市长办公会议定' } });
    const input = { expectedVersion: bridge.taskVersion, fields: ['content', 'deadline'] };
    expect(await office.post(`${path}/items/${bridge.id}/take`, input)).toMatchObject({ rescheduled: 2 });
    await office.do('POST', `${path}/numbers/take`);
    const { tasks } = await office.get(`/plans/${plan.id}`);
    expect(tasks.map((task: Json) => [task.number, task.state, task.dueOn, task.sourceRevisionId])).toEqual([
      ['1', 'assigned', '2023-12-31', revision.id],
      ['2', 'assigned', '2023-11-30', revision.id],
      ['3', 'assigned', '2023-12-31', null],
    ]);
    expect(await office.post(`${path}/close`, {})).toMatchObject({ state: 'closed', renumbered: [] });
    const { items } = await office.get(`/plans/${plan.id}/revisions`);
    expect(items).toMatchObject([{ id: revision.id, state: 'closed', items: 2, undecided: 0 }]);
    const { items: events } = await office.get(`/tasks/${tasks[1].id}/history?limit=200`);
    expect(events.map((event: Json) => event.type)).toEqual(
      expect.arrayContaining(['task.revised', 'obligation.rescheduled', 'task.renumbered', 'revision.item_taken']),
    );
  });

  it('does nothing twice for one Idempotency-Key, and refuses another try without', async () => {
    const office = await edge().as('office');
    const plan = await issued(BRIDGE);
    const revision = await revise(plan, BRIDGE, MUSEUM);
    const path = `/plans/${plan.id}/revisions/${revision.id}/items/${revision.items[0].id}/take`;
    const key = { 'idempotency-key': 'take-museum' };
    const first = await office.post(path, {}, key);
    expect(await office.post(path, {}, key)).toEqual(first);
    expect((await office.get(`/plans/${plan.id}`)).tasks).toHaveLength(2);
  });

  it('is where the line of a warning is counted, once its words are in the draft', async () => {
    const office = await edge().as('office');
    const plan = await planOf(BRIDGE);
    const revision = await revise(plan, ROAD, BRIDGE, '建灯塔一座。（牵头单位：市灯塔局）');
    await office.post(`/plans/${plan.id}/revisions/${revision.id}/take`, {});
    const { warnings } = await office.get(`/plans/${plan.id}`);
    expect(warnings.filter((one: Json) => one.code === 'unknown_unit')).toMatchObject([
      { line: 9, message: expect.stringContaining('市灯塔局') },
    ]);
  });

  describe('is refused', () => {
    let world: { plan: Json; revision: Json; other: Json; otherRevision: Json };
    beforeAll(async () => {
      const plan = await planOf(BRIDGE, ROAD);
      const other = await planOf(BRIDGE);
      world = {
        plan,
        revision: await revise(plan, BRIDGE.replace('1座', '2座'), ROAD),
        other,
        otherRevision: await revise(other, BRIDGE, MUSEUM),
      };
    });
    const upload = (form: FormData, username = 'office', plan = world.plan.id): Request => [
      username,
      'POST',
      `/plans/${plan}/revisions`,
      { form },
    ];
    const post = (path: string, json: unknown = {}): Request => [
      'office',
      'POST',
      `/plans/${world.plan.id}/revisions${path}`,
      { json },
    ];
    const own = (): string => `/${world.revision.id}`;
    const item = (): string => `${own()}/items/${world.revision.items[0].id}`;
    const cases: Case[] = [
      ['without a form', () => post(''), '415 REQUEST.NOT_MULTIPART'],
      ['without a file', () => upload(new FormData()), '400 REQUEST.NO_FILE', { field: 'file' }],
      ['as a picture', () => upload(formOf(Buffer.from('\x89PNG\0', 'latin1'))), '422 DOCUMENT.NOT_A_DOCUMENT'],
      ['without a task', () => upload(formOf('会议通知\n')), '422 PLAN.EMPTY', { field: 'file' }],
      ['beside a field', () => upload(formOf('x', 'a', 'file', { year: '1' })), '400 REQUEST.UNKNOWN_FIELD'],
      ['for a plan that is none', () => upload(formOf(documentOf(ROAD)), 'office', NOTHING), '404 PLAN.UNKNOWN'],
      ['of a unit', () => upload(formOf(documentOf(ROAD)), 'LD04.head'), '403 RIGHTS.NOT_ALLOWED'],
      ['while another is open', () => upload(formOf(documentOf(ROAD))), '409 REVISION.ALREADY_OPEN'],
      [
        'sent again',
        () => upload(formOf(documentOf(BRIDGE.replace('1座', '2座'), ROAD))),
        '409 REVISION.SAME_DOCUMENT',
        { field: 'file' },
      ],
      ['of another plan', () => post(`/${world.otherRevision.id}/take`), '404 REVISION.UNKNOWN'],
      [
        'by an item of another one',
        () => post(`${own()}/items/${world.otherRevision.items[0].id}/take`),
        '404 REVISION.ITEM_UNKNOWN',
      ],
      ['by an item that is no id', () => post(`${own()}/items/1/take`), '400 REQUEST.INVALID', fault('itemId')],
      ['of a stale version', () => post(`${item()}/take`, { expectedVersion: 7 }), '409 TASK.STALE', { version: 1 }],
      ['by an unknown field', () => post(`${item()}/take`, { fields: ['colour'] }), '400 REQUEST.INVALID'],
      ['without a reason to decline', () => post(`${item()}/decline`), '400 REQUEST.INVALID', fault('reason')],
      ['with no item named', () => post(`${own()}/take`, { itemIds: [] }), '400 REQUEST.INVALID', fault('itemIds')],
      [
        'to be closed undecided without a reason',
        () => post(`${own()}/close`),
        '422 REVISION.REASON_REQUIRED',
        { field: 'reason', open: 1 },
      ],
    ];
    refuseAll(edge, () => undefined, cases);
  });
});
