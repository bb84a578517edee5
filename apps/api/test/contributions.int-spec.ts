import { NOTHING, type Part, refuseAll, toldTo } from './cases';
import { Edge, expectProblem, formOf, ISSUE, type Json, useEdge } from './edge';

const PLAN = `临澜市2023年《政府工作报告》目标任务责任分解方案

（一）办好民生实事

　　1.建设智慧农贸市场。（牵头单位：市工信局；责任单位：市发改委、市科技局、市财政局）

　　2.改造社区食堂。（牵头单位：市工信局；责任单位：市教育局）
`;
const UNITS = ['LD04', 'LD01', 'LD03', 'LD07'] as const;

describe('A report that a lead composes of what three co-units contribute (供稿)', () => {
  let parts: Record<(typeof UNITS)[number], Part>;
  let other: Part;
  let asked: Json[];
  let reportId: string;
  const edge = useEdge(async (database) => {
    const opened = await Edge.open(database);
    const office = await opened.as('office');
    const { id } = await office.do('POST', '/plans', { form: formOf(PLAN) });
    opened.planId = id;
    await office.post(`/plans/${id}/issue`, ISSUE);
    const partOf = (code: string, number = '1'): Promise<Part> => opened.part(number, code);
    parts = Object.fromEntries(
      await Promise.all(UNITS.map(async (code) => [code, await partOf(code)] as const)),
    ) as typeof parts;
    other = await partOf('LD04', '2');
    for (const [code, part] of [
      ...Object.entries(parts),
      ['LD04', other],
      ['LD02', await partOf('LD02', '2')],
    ] as const) {
      await (await opened.as(`${code}.contact`)).post(`/assignments/${part.id}/transitions`, { event: 'sign_for' });
    }
    await opened.passTo('2023-04-03T09:00:00+08:00');
    return opened;
  });
  const owed = (part: Part, subject: string): string => part.obligations.find((o) => o.subject === subject).id;
  const ask =
    (json: object, by = 'LD04.contact', part: Part = parts.LD04) =>
    async () =>
      (await edge().as(by)).ask('POST', `/assignments/${part.id}/contributions`, { json });
  const of = (code: (typeof UNITS)[number]): string => asked.find((one) => one.assignmentId === parts[code].id).id;
  const move = async (by: string, id: string, json: object) =>
    (await edge().as(by)).ask('POST', `/contributions/${id}/transitions`, { json });
  const listed = async (by: string, query = ''): Promise<Json[]> =>
    (await (await edge().as(by)).get(`/contributions?limit=50${query}`)).items;
  const report = async (json: object) =>
    (await edge().as('LD04.contact')).ask('POST', `/assignments/${parts.LD04.id}/reports`, {
      json: { obligationId: owed(parts.LD04, '2023Q1'), ...json },
    });

  it('is asked of all of them, by default some working days before its own date, once', async () => {
    const answer = await ask({ subject: '2023Q1', question: '本季度完成情况' })();
    expect(answer.status).toBe(201);
    asked = answer.body.items;
    expect(asked.map(({ state, dueOn, subject }) => [state, dueOn, subject])).toEqual(
      Array.from({ length: 3 }, () => ['asked', '2023-04-13', '2023Q1']),
    );
    expect(new Set(asked.map(({ obligationId }) => obligationId))).toEqual(new Set([owed(parts.LD04, '2023Q1')]));
    const again = await ask({ obligationId: owed(parts.LD04, '2023Q1') })();
    expect([again.body.items, again.body.alreadyAsked.length]).toEqual([[], 3]);
    await edge().passTo('2023-04-04T11:00:00+08:00');
    const told = (await toldTo(edge(), 'LD01.contact')).flatMap(({ lines }) => lines);
    expect(told.filter((line) => line.startsWith('【约稿】'))).toEqual([
      '【约稿】市工信局为第1项“建设智慧农贸市场。”向贵单位约稿（2023年第一季度）：本季度完成情况，请于4月13日前提交。',
    ]);
  });

  it('is seen by the lead, the co-unit and the government, and by no other co-unit', async () => {
    expect(await listed('LD04.contact')).toHaveLength(3);
    expect(await listed('auditor', `&assignmentId=${parts.LD04.id}`)).toHaveLength(3);
    expect((await listed('LD01.contact')).map(({ unitName }) => unitName)).toEqual(['市发改委']);
    expect(await listed('LD02.contact')).toEqual([]);
    expectProblem(
      await move('LD03.contact', of('LD01'), { event: 'submit', text: '代写。' }),
      404,
      'CONTRIBUTION.UNKNOWN',
    );
  });

  it('comes back to its co-unit with a reason, and is handed in again', async () => {
    const first = await move('LD01.contact', of('LD01'), { event: 'submit', text: '已完工3处。其余在建！\n资金到位' });
    expect(first.body).toMatchObject({ state: 'submitted', sentences: ['已完工3处。', '其余在建！', '资金到位'] });
    expectProblem(await move('LD04.contact', of('LD01'), { event: 'return' }), 422, 'CONTRIBUTION.REASON_REQUIRED');
    expectProblem(await move('LD01.contact', of('LD01'), { event: 'accept' }), 403, 'CONTRIBUTION.NOT_YOURS');
    const returned = await move('LD04.contact', of('LD01'), { event: 'return', reason: '请写明资金数额' });
    expect(returned.body).toMatchObject({ state: 'returned', reason: '请写明资金数额' });
    expect(await listed('LD01.head', '&state=returned')).toMatchObject([{ reason: '请写明资金数额' }]);
    const sentences = ['已完工3处。', '到位资金2600万元。'];
    const second = await move('LD01.contact', of('LD01'), { event: 'submit', sentences, expectedVersion: 3 });
    expect(second.body).toMatchObject({ state: 'submitted', submission: 2, sentences, reason: null, version: 4 });
    expectProblem(
      await move('LD04.contact', of('LD01'), { event: 'accept', expectedVersion: 3 }),
      409,
      'CONTRIBUTION.STALE',
    );
    expect((await move('LD04.contact', of('LD01'), { event: 'accept' })).body.state).toBe('accepted');
    const events = await (await edge().as('auditor')).all(`/history?entity=contribution&entityId=${of('LD01')}`);
    expect(events.map(({ type, actor, reason }) => [type, actor.name, reason]).toReversed()).toMatchObject([
      ['contribution.asked', expect.anything(), '本季度完成情况'],
      ['contribution.submitted', expect.anything(), expect.anything()],
      ['contribution.returned', expect.anything(), '请写明资金数额'],
      ['contribution.submitted', expect.anything(), expect.anything()],
      ['contribution.accepted', expect.anything(), expect.anything()],
    ]);
  });

  it('once accepted is seen by all units of the task, and is nobody else’s to move', async () => {
    expect((await listed('LD03.contact', '&state=accepted')).map(({ id }) => id)).toEqual([of('LD01')]);
    expectProblem(await move('LD03.contact', of('LD01'), { event: 'withdraw' }), 403, 'CONTRIBUTION.NOT_YOURS');
    expectProblem(
      await move('LD01.contact', of('LD01'), { event: 'submit', text: '另写。' }),
      409,
      'CONTRIBUTION.EVENT_NOT_ALLOWED',
    );
  });

  describe('is refused', () => {
    refuseAll<void>(edge, () => undefined, [
      [
        'when a co-unit asks',
        () => ['LD01.contact', 'POST', `/assignments/${parts.LD01.id}/contributions`, { json: { subject: '进度' } }],
        '403 CONTRIBUTION.NOT_LEAD',
      ],
      [
        'when another unit asks',
        () => ['LD02.contact', 'POST', `/assignments/${parts.LD04.id}/contributions`, { json: { subject: '进度' } }],
        '403 ASSIGNMENT.NOT_YOURS',
      ],
      [
        'when it is about nothing',
        () => ['LD04.contact', 'POST', `/assignments/${parts.LD04.id}/contributions`, { json: {} }],
        '422 CONTRIBUTION.SUBJECT_REQUIRED',
        { field: 'subject' },
      ],
      [
        'when it was due before it is asked for',
        () => [
          'LD04.contact',
          'POST',
          `/assignments/${parts.LD04.id}/contributions`,
          { json: { subject: '进度', dueOn: '2023-04-04' } },
        ],
        '422 CONTRIBUTION.DUE_PAST',
        { field: 'dueOn' },
      ],
      [
        'of a part of another task, and of the lead’s own',
        () => [
          'LD04.contact',
          'POST',
          `/assignments/${parts.LD04.id}/contributions`,
          { json: { subject: '进度', from: [parts.LD01.id, other.id] } },
        ],
        '422 CONTRIBUTION.NOT_A_CO_UNIT',
        { field: 'from[1]' },
      ],
      [
        'for what the lead does not owe',
        () => [
          'LD04.contact',
          'POST',
          `/assignments/${parts.LD04.id}/contributions`,
          { json: { obligationId: NOTHING } },
        ],
        '404 OBLIGATION.UNKNOWN',
      ],
      [
        'when nothing is handed in',
        () => ['LD03.contact', 'POST', `/contributions/${of('LD03')}/transitions`, { json: { event: 'submit' } }],
        '422 CONTRIBUTION.TEXT_REQUIRED',
      ],
      [
        'with a figure for a target that there is not',
        () => [
          'LD03.contact',
          'POST',
          `/contributions/${of('LD03')}/transitions`,
          { json: { event: 'submit', text: '好。', figures: [{ targetId: NOTHING, value: 1 }] } },
        ],
        '422 CONTRIBUTION.UNKNOWN_TARGET',
      ],
      [
        'in a report before it is accepted',
        () => [
          'LD04.contact',
          'POST',
          `/assignments/${parts.LD04.id}/reports`,
          {
            json: {
              obligationId: owed(parts.LD04, '2023Q1'),
              contents: [{ contributionId: of('LD03'), sentence: 1 }],
            },
          },
        ],
        '409 CONTRIBUTION.NOT_ACCEPTED',
        { field: 'contents[0].contributionId' },
      ],
      [
        'in a report on another task',
        () => [
          'LD04.contact',
          'POST',
          `/assignments/${other.id}/reports`,
          {
            json: {
              obligationId: owed(other, '2023Q1'),
              contents: [{ text: '先说一句。' }, { contributionId: of('LD01'), sentence: 1 }],
            },
          },
        ],
        '422 CONTRIBUTION.OTHER_TASK',
        { field: 'contents[1].contributionId' },
      ],
      [
        'in a report by a sentence that it has not',
        () => [
          'LD04.contact',
          'POST',
          `/assignments/${parts.LD04.id}/reports`,
          {
            json: {
              obligationId: owed(parts.LD04, '2023Q1'),
              contents: [{ contributionId: of('LD01'), sentence: 3 }],
            },
          },
        ],
        '422 CONTRIBUTION.NO_SUCH_SENTENCE',
      ],
      [
        'beside a text',
        () => [
          'LD04.contact',
          'POST',
          `/assignments/${parts.LD04.id}/reports`,
          { json: { obligationId: owed(parts.LD04, '2023Q1'), text: '完成。', contents: [{ text: '完成。' }] } },
        ],
        '422 REPORT.TEXT_AND_CONTENTS',
        { field: 'contents' },
      ],
    ]);
  });

  it('keeps of each sentence who wrote it, and of an edited one what it was', async () => {
    await move('LD03.contact', of('LD03'), { event: 'submit', text: '研发平台1个。' });
    await move('LD04.contact', of('LD03'), { event: 'accept' });
    await edge().passTo('2023-04-19T10:00:00+08:00');
    // The third is late.
    expect((await listed('LD07.contact', '&state=asked')).map(({ isOverdue }) => isOverdue)).toEqual([true]);
    const answer = await report({
      contents: [
        { text: '一季度进展顺利。各单位情况如下' },
        { contributionId: of('LD01'), sentence: 2 },
        { contributionId: of('LD03'), sentence: 1, text: '已建研发平台1个。' },
      ],
    });
    expect(answer.status).toBe(201);
    reportId = answer.body.id;
    expect(answer.body.text).toBe('一季度进展顺利。各单位情况如下\n到位资金2600万元。已建研发平台1个。');
    const { items } = await (await edge().as('LD04.head')).get(`/reports/${reportId}/sentences`);
    expect(
      items.map(({ text, unitName, sentence, submission, isEdited, original }: Json) => [
        text,
        unitName,
        sentence,
        submission,
        isEdited,
        original,
      ]),
    ).toEqual([
      ['一季度进展顺利。', '市工信局', null, null, false, null],
      ['各单位情况如下', '市工信局', null, null, false, null],
      ['到位资金2600万元。', '市发改委', 2, 2, false, null],
      ['已建研发平台1个。', '市科技局', 1, 1, true, '研发平台1个。'],
    ]);
    const [row] = await edge().query(`select display_name as name from person where username = 'LD01.contact'`);
    expect(items[2].personName).toBe(row!.name);
    const task = await edge().task('1');
    expect(task.reports.map(({ text }: Json) => text)).toEqual([answer.body.text]);
  });

  it('is not shown to a unit that may not read the report, and one that was not composed is its author’s', async () => {
    expectProblem(
      await (await edge().as('LD02.contact')).ask('GET', `/reports/${reportId}/sentences`),
      404,
      'REPORT.UNKNOWN',
    );
    const [plain] = await edge().query(`select id from report where id <> $1 limit 1`, [reportId]);
    const id =
      plain?.id ??
      (
        await (
          await edge().as('LD04.contact')
        ).post(`/assignments/${parts.LD04.id}/reports`, {
          obligationId: parts.LD04.obligations.find((o) => o.kind === 'action_plan').id,
          text: '先行试点。再行推广。',
        })
      ).id;
    const { items } = await (await edge().as('auditor')).get(`/reports/${id}/sentences`);
    expect(items.map(({ text, unitName, contributionId }: Json) => [text, unitName, contributionId])).toEqual([
      ['先行试点。', '市工信局', null],
      ['再行推广。', '市工信局', null],
    ]);
  });

  it('of which the words were recorded once can be changed by nobody, not even by the system', async () => {
    const owner = edge().query(`update report_sentence set text = '改' where report_id = $1`, [reportId]);
    await expect(owner).rejects.toThrow(/permission denied|report_sentence/);
  });

  it('is accepted or returned by one of two that do so at once', async () => {
    const { body } = await ask({ subject: '经验做法', from: [parts.LD03.id] })();
    const [{ id }] = body.items;
    await move('LD03.contact', id, { event: 'submit', text: '一网通办。' });
    const answers = await Promise.all([
      move('LD04.contact', id, { event: 'accept' }),
      move('LD04.head', id, { event: 'return', reason: '太短' }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  });

  it('may ask for more, and take the question back', async () => {
    const { body } = await ask({ subject: '宣传素材', from: [parts.LD07.id] })();
    const [one] = body.items;
    expect([one.obligationId, one.dueOn]).toEqual([null, '2023-04-25']);
    expectProblem(await move('LD07.contact', one.id, { event: 'withdraw' }), 403, 'CONTRIBUTION.NOT_YOURS');
    expect((await move('LD04.contact', one.id, { event: 'withdraw' })).body.state).toBe('withdrawn');
    // What was withdrawn may be asked for anew.
    expect((await ask({ subject: '宣传素材', from: [parts.LD07.id] })()).body.items).toHaveLength(1);
  });

  it('is late, and the delay is charged to the co-unit that kept the lead waiting', async () => {
    const { id: taskId } = await edge().task('1');
    const second = owed(parts.LD04, '2023Q2');
    const { body } = await ask({ obligationId: second })();
    const of2 = (code: (typeof UNITS)[number]): string =>
      body.items.find((one: Json) => one.assignmentId === parts[code].id).id;
    // Due on Thursday, 13 July, for the report of 20 July.
    expect(body.items[0].dueOn).toBe('2023-07-13');
    for (const code of ['LD01', 'LD03'] as const) {
      await move(`${code}.contact`, of2(code), { event: 'submit', text: '进展顺利。' });
    }
    await edge().passTo('2023-07-21T10:00:00+08:00');
    await move('LD07.contact', of2('LD07'), { event: 'submit', text: '资金已拨付。' });
    await edge().passTo('2023-07-25T10:00:00+08:00');
    await report({ obligationId: second, text: '二季度进展顺利。' });
    const office = await edge().as('office');
    const { intervals, delays, sums } = await office.get(`/tasks/${taskId}/holdings`);
    const ofLead = intervals.filter((one: Json) => one.assignmentId === parts.LD04.id);
    expect(ofLead.map(({ unitName, why }: Json) => [unitName, why])).toEqual(
      expect.arrayContaining([['市财政局', 'contributing']]),
    );
    ofLead.slice(1).forEach((one: Json, i: number) => expect(one.from).toBe(ofLead[i].to));
    const delay = delays.find((one: Json) => one.obligationId === second);
    // Friday, Monday and Tuesday.
    expect(delay).toMatchObject({ unitName: '市工信局', workingDays: 3 });
    expect(delay.charged.map(({ kind, unitName, workingDays }: Json) => [kind, unitName, workingDays])).toEqual([
      ['co_unit', '市财政局', 3],
    ]);
    expect(sums.find((one: Json) => one.unitName === '市财政局').workingDays).toBeGreaterThan(6);
    const { items } = await office.get(`/holdings?planId=${edge().planId}`);
    expect(items.find((one: Json) => one.unitName === '市财政局').delayDays).toBeGreaterThanOrEqual(3);
    // The co-unit sees that it is charged; another sees nothing of it.
    const seen = await (await edge().as('LD07.contact')).get(`/tasks/${taskId}/holdings`);
    expect(seen.delays.find((one: Json) => one.obligationId === second).charged).toHaveLength(1);
    expect(new Set(seen.intervals.map((one: Json) => one.unitName))).toContain('市财政局');
    const hidden = await (await edge().as('LD01.contact')).get(`/tasks/${taskId}/holdings`);
    expect(JSON.stringify(hidden)).not.toContain('市财政局');
    expect((await (await edge().as('LD07.contact')).get(`/holdings?planId=${edge().planId}`)).items).toHaveLength(1);
  });

  it('is written by whoever has the part since, where it was transferred', async () => {
    const { body } = await ask({ subject: '下步打算', from: [parts.LD07.id] })();
    const [{ id }] = body.items;
    await (
      await edge().as('officer')
    ).post(`/assignments/${parts.LD07.id}/transitions`, { event: 'transfer', toUnit: 'LD02', reason: '职责调整' });
    expectProblem(await move('LD07.contact', id, { event: 'submit', text: '我来。' }), 404, 'CONTRIBUTION.UNKNOWN');
    expect((await listed('LD02.contact', '&state=asked')).map((one) => [one.id, one.unitName])).toContainEqual([
      id,
      '市教育局',
    ]);
    const { unitId } = (await move('LD02.contact', id, { event: 'submit', text: '接续推进。' })).body;
    const [row] = await edge().query(`select code from unit where id = $1`, [unitId]);
    expect(row!.code).toBe('LD02');
  });
});
