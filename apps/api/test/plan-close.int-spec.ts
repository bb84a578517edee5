import { COMPLETION, NOTHING, type Request, send, toldTo } from './cases';
import { Edge, expectProblem, formOf, ISSUE, type Json, useEdge } from './edge';

const planOf = (year: number, ...tasks: string[]): string =>
  `临澜市${year}年《政府工作报告》目标任务责任分解方案\n\n（一）办好民生实事\n\n${tasks.map((task, i) => `　　${i + 1}.${task}\n`).join('\n')}`;
const OLD = planOf(
  2023,
  '新建口袋公园12座。（牵头单位：市工信局；责任单位：市发改委）',
  '修缮钟楼。（牵头单位：市发改委）',
  '迁建货站。（牵头单位：市民政局）',
  '开通观光专线。（责任单位：市公安局、市教育局）',
);

/** Plans of 2023, of 2024 (issued) and of 2025 (a draft). LD04 is 市工信局, LD01 市发改委, LD06 市民政局. */
const usePlans = () => {
  const plans = { next: '', later: '' };
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const office = await opened.as('office');
    const old = await office.do('POST', '/plans', { form: formOf(OLD) });
    opened.planId = old.id;
    await office.post(`/plans/${old.id}/issue`, ISSUE);
    const part = await opened.part('2', 'LD01');
    const contact = await opened.as('LD01.contact');
    await contact.post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    await contact.post(`/assignments/${part.id}/transitions`, COMPLETION);
    await office.post(`/assignments/${part.id}/transitions`, { event: 'verify' });
    await opened.passTo('2023-01-20T12:00:00+08:00');
    const { id: next } = await office.do('POST', '/plans', {
      form: formOf(planOf(2024, '种树。（牵头单位：市水利局）')),
    });
    await office.post(`/plans/${next}/issue`, { year: 2024, issuedOn: '2023-01-20' });
    const { id: later } = await office.do('POST', '/plans', {
      form: formOf(planOf(2025, '清淤。（牵头单位：市水利局）')),
    });
    Object.assign(plans, { next, later });
    return opened;
  });
  return { plans, edge };
};

describe('Closing a plan at the year’s end (年终结转)', () => {
  const { plans, edge } = usePlans();
  const preview = async (): Promise<Json> => (await edge().as('office')).get(`/plans/${edge().planId}/close`);
  const idOf = (closing: Json, number: string): string =>
    closing.tasks.find((task: Json) => task.number === number).taskId;
  const close = (closing: Json, decisions: object[], who = 'office'): Request => [
    who,
    'POST',
    `/plans/${edge().planId}/close`,
    { json: { digest: closing.digest, decisions } },
  ];
  const all = (closing: Json): object[] => [
    { taskId: idOf(closing, '1'), decision: 'carry_over', toPlanId: plans.next, reason: '跨年项目。' },
    { taskId: idOf(closing, '3'), decision: 'give_up', unimplementedReason: 'funds_withdrawn', reason: '资金收回。' },
    { taskId: idOf(closing, '4'), decision: 'carry_over', toPlanId: plans.later, reason: '暂缓。' },
  ];
  let carriedFrom: string;

  it('shows the head of the office what is done and what is open, by task', async () => {
    const closing = await preview();
    expect(closing).toMatchObject({ year: 2023, verified: 1, ended: 0, open: 3 });
    expect(closing.tasks.map(({ number, isOpen }: Json) => [number, isOpen])).toEqual([
      ['1', true],
      ['2', false],
      ['3', true],
      ['4', true],
    ]);
    const answer = await send(edge(), ['officer', 'GET', `/plans/${edge().planId}/close`]);
    expectProblem(answer, 403, 'RIGHTS.NOT_ALLOWED');
  });

  it('wants a decision on every open task, and names those that have none', async () => {
    const closing = await preview();
    const [first, ...rest] = all(closing);
    const answer = await send(edge(), close(closing, [first!]));
    expectProblem(answer, 422, 'PLAN.UNDECIDED', {
      faults: rest.map(({ taskId }: Json) => expect.objectContaining({ field: `tasks.${taskId}` })),
    });
    const refused = async (decision: object, code: string): Promise<void> => {
      expectProblem(await send(edge(), close(closing, [...rest, { ...first, ...decision }])), 422, code);
    };
    await refused({ toPlanId: undefined }, 'PLAN.CARRY_TO_REQUIRED');
    await refused({ toPlanId: edge().planId }, 'PLAN.CARRY_TO_EARLIER');
    await refused({ decision: 'give_up' }, 'PLAN.UNIMPLEMENTED_REASON_REQUIRED');
    await refused({ taskId: idOf(closing, '2') }, 'PLAN.TASK_NOT_OPEN');
    await refused({ taskId: NOTHING }, 'PLAN.TASK_NOT_OPEN');
  });

  it('is refused where something has changed since it was looked at', async () => {
    const closing = await preview();
    const part = await edge().part('1', 'LD01');
    await (await edge().as('LD01.contact')).post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    const { digest } = await preview();
    expect(digest).not.toBe(closing.digest);
    expectProblem(await send(edge(), close(closing, all(closing))), 409, 'PLAN.CLOSE_STALE', { digest });
  });

  it('is done once by two at once', async () => {
    const closing = await preview();
    carriedFrom = idOf(closing, '1');
    const answers = await Promise.all([1, 2].map(() => send(edge(), close(closing, all(closing)))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expectProblem(
      answers.find(({ status }) => status === 409)!,
      409,
      'PLAN.CLOSED',
    );
    const { body } = answers.find(({ status }) => status === 200)!;
    expect(body.carriedOver).toHaveLength(2);
    expect(body.givenUp).toEqual([idOf(closing, '3')]);
    expect(body.obligations).toBeGreaterThan(0);
    expect(await edge().query(`select state from plan where id = $1`, [edge().planId])).toEqual([{ state: 'closed' }]);
  });

  it('hands the task out in the next plan with its words, targets and units, by the dates of that plan', async () => {
    const office = await edge().as('office');
    const old = await office.get(`/tasks/${carriedFrom}`);
    expect(old).toMatchObject({
      state: 'cancelled',
      carriedFrom: null,
      carriedTo: [{ planId: plans.next, year: 2024 }],
    });
    expect(old.obligations.filter((o: Json) => ['open', 'suspended'].includes(o.state))).toEqual([]);
    const task = await office.get(`/tasks/${old.carriedTo[0].taskId}`);
    expect(task).toMatchObject({
      content: old.content,
      lead: ['市工信局'],
      responsible: ['市发改委'],
      state: 'assigned',
      dueOn: '2024-12-31',
      carriedFrom: { taskId: carriedFrom, planId: edge().planId, year: 2023 },
      targets: old.targets.map(({ text, value }: Json) => expect.objectContaining({ text, value })),
    });
    expect(task.targets.map(({ id }: Json) => id)).not.toContain(old.targets[0].id);
    expect(task.assignments.map(({ unitName, role, state }: Json) => [unitName, role, state])).toEqual([
      ['市工信局', 'lead', 'assigned'],
      ['市发改委', 'responsible', 'assigned'],
    ]);
    const owed = task.obligations.filter((o: Json) => o.unitId === task.assignments[0].unitId);
    expect(owed.map((o: Json) => o.kind)).toEqual(expect.arrayContaining(['sign_for', 'completion']));
    const contact = await edge().as('LD04.contact');
    expect((await contact.get(`/tasks/${task.id}`)).carriedFrom.taskId).toBe(carriedFrom);
    await edge().passTo('2023-01-30T12:00:00+08:00');
    const lines = (await toldTo(edge(), 'LD04.contact')).flatMap((digest) => digest.lines);
    expect(lines).toContainEqual(expect.stringContaining('2024年'));
  });

  it('puts it into a draft as a task like others, with the leads inferred as they were', async () => {
    const draft = await (await edge().as('office')).get(`/plans/${plans.later}`);
    expect(draft.tasks.map(({ content, state }: Json) => [content, state])).toEqual([
      [expect.stringContaining('清淤'), null],
      [expect.stringContaining('观光专线'), null],
    ]);
    expect(draft.tasks[1]).toMatchObject({ lead: [], responsible: ['市公安局', '市教育局'], leadInferred: true });
  });

  it('keeps the old year’s history, which links both', async () => {
    const { items } = await (await edge().as('office')).get(`/tasks/${carriedFrom}/history?limit=200`);
    expect(items.map(({ type }: Json) => type)).toEqual(expect.arrayContaining(['assignment.cancelled', 'task.moved']));
    expect(items.at(-1)).toMatchObject({
      type: 'task.carried_over',
      reason: '跨年项目。',
      after: { carriedToTaskId: expect.any(String) },
    });
    const { body } = await send(edge(), ['office', 'GET', `/tasks/${carriedFrom}?asOf=2023-01-20T12:00:00%2B08:00`]);
    expect(body).toMatchObject({ asOf: expect.any(String), carriedFrom: null });
  });

  it('gives up what is given up as not implemented', async () => {
    expect(await edge().task('3')).toMatchObject({ state: 'not_implemented', carriedTo: [] });
  });

  it('lets the closed plan take no more changes', async () => {
    const part = await edge().part('2', 'LD01');
    const requests: Request[] = [
      [
        'office',
        'POST',
        `/assignments/${part.id}/transitions`,
        { json: { event: 'reopen', reason: 'x', clock: 'same_date' } },
      ],
      ['LD01.contact', 'POST', `/assignments/${part.id}/applications`, { json: { kind: 'review', reason: 'x' } }],
      ['office', 'POST', `/plans/${edge().planId}/revisions`, { form: formOf(OLD) }],
      ['office', 'GET', `/plans/${edge().planId}/close`],
    ];
    for (const request of requests) expectProblem(await send(edge(), request), 409, 'PLAN.CLOSED');
    const [{ taskId }] = part.obligations;
    expect((await (await edge().as('auditor')).get(`/tasks/${taskId}`)).state).toBe('verified');
  });
});

describe('Closing a plan with a restricted task (限知事项)', () => {
  const { plans, edge } = usePlans();

  it('keeps it from the others in the next plan, too', async () => {
    const office = await edge().as('office');
    const { id: restricted } = await edge().task('3');
    const usernames = ['office', 'LD06.head'];
    await office.do('PUT', `/tasks/${restricted}/restrictions`, { json: { usernames } });
    const closing = await office.get(`/plans/${edge().planId}/close`);
    const decisions = closing.tasks
      .filter((task: Json) => task.isOpen)
      .map(({ taskId }: Json) => ({ taskId, decision: 'carry_over', toPlanId: plans.next, reason: '结转。' }));
    const { carriedOver } = await office.post(`/plans/${edge().planId}/close`, { digest: closing.digest, decisions });
    const { toTaskId } = carriedOver.find(({ fromTaskId }: Json) => fromTaskId === restricted);
    expectProblem(await send(edge(), ['officer', 'GET', `/tasks/${toTaskId}`]), 404, 'TASK.UNKNOWN');
    expectProblem(await send(edge(), ['LD06.contact', 'GET', `/tasks/${toTaskId}`]), 404, 'TASK.UNKNOWN');
    expect((await (await edge().as('LD06.head')).get(`/tasks/${toTaskId}`)).id).toBe(toTaskId);
    const named = await office.get(`/tasks/${toTaskId}/restrictions`);
    expect(JSON.stringify(named)).toContain('LD06.head');
  });

  it('carries parts over below the task that they are parts of, by one decision on it or one on each', async () => {
    const office = await edge().as('office');
    const form = formOf(planOf(2023, '建设东站。建设西站。建设南站。（牵头单位：市发改委）'));
    const draft = await office.do('POST', '/plans', { form });
    const { id: taskId } = draft.tasks[0];
    const pieces = ['建设东站。', '建设西站。', '建设南站。'].map((content) => ({ content, lead: ['市发改委'] }));
    await office.post(`/plans/${draft.id}/tasks/${taskId}/split`, { as: 'parts', pieces });
    await office.post(`/plans/${draft.id}/issue`, { ...ISSUE, issuedOn: '2023-01-20' });
    const closing = await office.get(`/plans/${draft.id}/close`);
    expect(closing.tasks.map(({ parentId }: Json) => parentId)).toEqual([taskId, taskId, taskId]);
    const { carriedOver, givenUp } = await office.post(`/plans/${draft.id}/close`, {
      digest: closing.digest,
      decisions: [
        { taskId, decision: 'carry_over', toPlanId: plans.next, reason: '结转。' },
        {
          taskId: closing.tasks[1].taskId,
          decision: 'give_up',
          unimplementedReason: 'not_feasible',
          reason: '线路调整。',
        },
      ],
    });
    expect(givenUp).toEqual([closing.tasks[1].taskId]);
    expect(carriedOver).toHaveLength(2);
    const next = await office.get(`/plans/${plans.next}`);
    const carried = next.tasks.find(({ carriedFromTaskId }: Json) => carriedFromTaskId === taskId);
    expect(carried).toMatchObject({ state: 'assigned', assignments: [] });
    expect(carried.subtasks.map(({ content, state }: Json) => [content, state])).toEqual([
      ['建设东站。', 'assigned'],
      ['建设南站。', 'assigned'],
    ]);
  });
});
