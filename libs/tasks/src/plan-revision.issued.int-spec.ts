import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { Owner } from '../../supervision/test/owner';
import { refuses } from '../../supervision/test/refuses';
import { Revising } from '../test/revisions';

const ROOFS = '为60栋老旧住宅更换屋面，6月底前完成。（牵头单位：市住建局；责任单位：市教育局）';
const RIVER = '疏浚东溪河道12公里。（牵头单位：市水务局；责任单位：各区人民政府）';
const LATER = ROOFS.replace('6月底前', '10月底前');
const PIPES = '提升供水能力。（改造旧管网〈责任单位：市水务局〉；整治易涝点〈责任单位：市住建局〉）';

interface Part {
  id: string;
  unit: string;
  role: string;
  state: string;
}

describe('A revision of an issued plan', () => {
  const t = useOffice();
  let office: Office;
  beforeAll(() => {
    office = t.office;
  });

  const revise = async (before: string[], after: string[]): Promise<Revising> =>
    Revising.of(office, await office.begin(planOf(...before)), planOf(...after));
  const partsOf = ({ planId }: Revising, words: string, like = `%${words}%`) =>
    office.query<Part>(
      `select a.id, u.code as unit, a.role, a.state from assignment a join task t on t.id = a.task_id
         join unit u on u.id = a.unit_id
       where t.plan_id = $1 and t.content like $2 order by u.code`,
      [planId, like],
    );
  const said = (parts: Part[]): string[] => parts.map(({ unit, role, state }) => `${unit} ${role} ${state}`);
  const owedBy = async (assignmentId: string): Promise<string[]> =>
    (await office.obligations(assignmentId)).map(({ kind, subject, state, dueOn }) =>
      [kind, subject, state, dueOn].filter((word) => word !== null).join(' '),
    );
  const taskOf = async ({ planId }: Revising, words: string) => {
    const [task] = await office.query<{ id: string; state: string; dueOn: string; number: string; content: string }>(
      `select id, state, due_on::text as "dueOn", number, content from task where plan_id = $1 and content like $2`,
      [planId, `%${words}%`],
    );
    return task!;
  };
  const eventsOf = ({ planId }: Revising, types: string) =>
    office.query<{ line: string }>(
      `select type || ': ' || coalesce(before->>'state', '-') || ' > ' || coalesce(after->>'state', '-')
         || coalesce(' (' || reason || ')', '') as line
       from history_event where plan_id = $1 and type ~ $2 order by seq`,
      [planId, types],
    );
  const toldOf = ({ planId }: Revising) =>
    office.query<{ line: string }>(
      `select u.code || ' ' || p.kind || ' ' || (n.parameters->>'part') || coalesce(' ' || (n.parameters->>'dueOn'), '')
         as line
       from notification n join post p on p.id = n.post_id join unit u on u.id = p.unit_id
       where n.plan_id = $1 and n.kind = 'task_revised' order by 1`,
      [planId],
    );
  const lines = (rows: { line: string }[]): string[] => rows.map(({ line }) => line);

  it('hands a new task out, groups expanded and leads inferred, and tells the units', async () => {
    const revision = await revise([ROOFS], ['整治河道岸线。（责任单位：市水务局，各区人民政府）', ROOFS]);
    const taken = await revision.take('new', '岸线');
    expect(taken).toMatchObject({ assignments: 3, obligations: 3 * 7, skipped: [], item: { state: 'taken' } });
    const parts = await partsOf(revision, '岸线');
    expect(said(parts)).toEqual(['Q01 lead assigned', 'Q02 lead assigned', 'S04 lead assigned']);
    expect(await owedBy(parts[0]!.id)).toEqual([
      'sign_for open 2023-01-16',
      'action_plan open 2023-02-10',
      'progress_report 2023Q1 open 2023-04-20',
      'progress_report 2023Q2 open 2023-07-20',
      'progress_report 2023Q3 open 2023-10-20',
      'completion open 2023-12-31',
      'progress_report 2023Q4 open 2024-01-20',
    ]);
    expect(await taskOf(revision, '岸线')).toMatchObject({ state: 'assigned', dueOn: '2023-12-31' });
    expect(lines(await toldOf(revision))).toEqual([
      'Q01 contact added 2023-12-31',
      'Q02 contact added 2023-12-31',
      'S04 contact added 2023-12-31',
    ]);
    await refuses(office, 'REVISION.ITEM_DECIDED', () => revision.takeById(taken.item.id));
  });

  it('gives a changed deadline a new version, and keeps what was sent about the old one (camunda 18815)', async () => {
    const revision = await revise([ROOFS, RIVER], [LATER, RIVER]);
    const taken = await revision.take('changed', '屋面');
    expect(taken).toMatchObject({ assignments: 0, obligations: 0, rescheduled: 2 });
    const [{ id }] = (await partsOf(revision, '屋面')) as [Part];
    const versions = await office.query(
      `select v.version, v.recorded_on::text as on, v.rule, v.base->>'revisionId' as revision, v.decided_by is not null as decided
       from deadline_version v join obligation o on o.id = v.obligation_id
       where o.assignment_id = $1 and o.kind = 'completion' order by 1`,
      [id],
    );
    const rule = "the task's own deadline";
    expect(versions).toEqual([
      { version: 1, on: '2023-06-30', rule, revision: null, decided: true },
      { version: 2, on: '2023-10-31', rule, revision: revision.id, decided: true },
    ]);
    expect(await office.obligation(id, 'completion')).toMatchObject({
      state: 'open',
      nextRung: 'remind-5',
      nextRungAt: new Date('2023-10-24T01:00:00Z'),
    });
    expect(await taskOf(revision, '屋面')).toMatchObject({ dueOn: '2023-10-31' });
    expect(lines(await toldOf(revision))).toEqual(['S02 contact changed 2023-10-31', 'S03 contact changed 2023-10-31']);
    expect(lines(await eventsOf(revision, 'obligation.rescheduled'))).toEqual(
      Array(2).fill('obligation.rescheduled: open > open'),
    );
  });

  it('gives a unit that is added its part, and keeps those of the others', async () => {
    const revision = await revise([ROOFS], [ROOFS.replace('市教育局', '市教育局、市水务局')]);
    const before = await partsOf(revision, '屋面');
    await office.move('S03.contact', before.find(({ unit }) => unit === 'S03')!.id, 'sign_for');
    expect(await revision.take('changed', '屋面')).toMatchObject({ assignments: 1, cancelled: 0, obligations: 2 });
    const parts = await partsOf(revision, '屋面');
    expect(said(parts)).toEqual(['S02 responsible assigned', 'S03 lead in_progress', 'S04 responsible assigned']);
    expect(parts.slice(0, 2).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(await owedBy(parts[2]!.id)).toEqual(['sign_for open 2023-01-16', 'completion open 2023-06-30']);
  });

  it('cancels the part of a unit that is named no more, and what it owes lapses', async () => {
    const revision = await revise([ROOFS], [ROOFS.replace('；责任单位：市教育局', '')]);
    expect(await revision.take('changed', '屋面', { reason: '市长办公会议定' })).toMatchObject({ cancelled: 1 });
    const [school] = await partsOf(revision, '屋面');
    expect(said([school!])).toEqual(['S02 responsible cancelled']);
    expect(await owedBy(school!.id)).toEqual(['sign_for lapsed 2023-01-16', 'completion lapsed 2023-06-30']);
    expect(lines(await eventsOf(revision, 'assignment.cancelled'))).toEqual([
      'assignment.cancelled: assigned > cancelled (plan_revised: 市长办公会议定)',
    ]);
    expect(lines(await toldOf(revision))).toEqual(['S02 contact removed', 'S03 contact changed']);
  });

  it('moves the lead, with its state, and what each owes follows', async () => {
    const revision = await revise(
      [ROOFS],
      [ROOFS.replace('牵头单位：市住建局；责任单位：市教育局', '牵头单位：市教育局；责任单位：市住建局')],
    );
    const [school, houses] = (await partsOf(revision, '屋面')) as [Part, Part];
    await office.move('S02.contact', school.id, 'sign_for');
    await office.move('S03.contact', houses.id, 'sign_for');
    const plan = await office.obligation(houses.id, 'action_plan');
    await office.submit('S03.contact', houses.id, { obligationId: plan.id, text: '方案' });
    expect(await revision.take('changed', '屋面')).toMatchObject({ assignments: 0, cancelled: 0, obligations: 5 });
    expect(said(await partsOf(revision, '屋面'))).toEqual(['S02 lead in_progress', 'S03 responsible in_progress']);
    expect((await owedBy(school.id)).filter((line) => line.includes('open'))).toHaveLength(6);
    const lapsed = (await owedBy(houses.id)).filter((line) => line.includes('lapsed'));
    expect(lapsed).toHaveLength(4);
    expect(await owedBy(houses.id)).toEqual(
      expect.arrayContaining(['action_plan discharged 2023-02-10', 'completion open 2023-06-30']),
    );
    expect(lines(await toldOf(revision))).toEqual(['S02 contact leads', 'S03 contact supports']);
    await revision.close();

    const back = await Revising.of(office, revision.planId, planOf(`${ROOFS}　`));
    await back.takeAll();
    expect(said(await partsOf(revision, '屋面'))).toEqual(['S02 responsible in_progress', 'S03 lead in_progress']);
    expect(await owedBy(houses.id)).toEqual([
      'sign_for discharged 2023-01-16',
      'action_plan discharged 2023-02-10',
      'progress_report 2023Q1 open 2023-04-20',
      'completion open 2023-06-30',
      'progress_report 2023Q2 open 2023-07-20',
      'progress_report 2023Q3 open 2023-10-20',
      'progress_report 2023Q4 open 2024-01-20',
    ]);
  });

  it('replaces the only lead without a moment in which the task has none', async () => {
    const only = '疏浚西溪河道9公里。（牵头单位：市水务局）';
    const revision = await revise([only], [only.replace('市水务局', '市住建局')]);
    await revision.takeAll();
    expect(said(await partsOf(revision, '西溪'))).toEqual(['S03 lead assigned', 'S04 lead cancelled']);
    expect(await taskOf(revision, '西溪')).toMatchObject({ state: 'assigned' });
    expect(await eventsOf(revision, 'task.moved')).toEqual([]);
  });

  it('cancels what is gone, and keeps its story', async () => {
    const revision = await revise([ROOFS, RIVER, PIPES], [ROOFS]);
    const result = await revision.takeAll();
    expect(result).toMatchObject({ cancelled: 5, refused: [] });
    for (const words of ['疏浚', '供水', '改造旧管网']) {
      expect(await taskOf(revision, words)).toMatchObject({ state: 'cancelled' });
    }
    const [open] = await office.query(
      `select count(*)::int as n from obligation o join task t on t.id = o.task_id
       where t.plan_id = $1 and o.state = 'open' and t.content not like '%屋面%'`,
      [revision.planId],
    );
    expect(open).toEqual({ n: 0 });
    expect(await revision.remains(planOf(ROOFS))).toEqual([]);
    await revision.close();
    const back = await Revising.of(office, revision.planId, planOf(ROOFS, RIVER));
    expect(await back.said()).toEqual(['new ->2']);
  });

  it('moves what stands elsewhere without a word to its units', async () => {
    const head = '溪城市2023年《政府工作报告》目标任务责任分解方案';
    const before = [head, '（一）民生', `1.${ROOFS}`, `2.${PIPES}`, '（二）生态', `3.${RIVER}`].join('\n\n');
    const after = [head, '（一）民生', `1.${ROOFS}`, '（二）生态', `2.${PIPES}`, `3.${RIVER}`].join('\n\n');
    const revision = await Revising.of(office, await office.begin(before), after);
    expect(await revision.said()).toEqual(['moved 2>2']);
    await revision.takeAll();
    expect(await revision.remains(after)).toEqual([]);
    expect(await toldOf(revision)).toEqual([]);
    expect(lines(await eventsOf(revision, '^(assignment|obligation).*(cancelled|lapsed|revised)'))).toEqual([]);
  });

  it('changes parts, and the state of their task is that of the least advanced that is left', async () => {
    const after = '提升供水能力。（改造旧管网〈责任单位：市水务局、市住建局〉；新建泵站〈责任单位：市水务局〉）';
    const revision = await revise([PIPES], [after]);
    const [pipes] = (await partsOf(revision, '改造旧管网')).filter(({ unit }) => unit === 'S04');
    await office.move('S04.contact', pipes!.id, 'sign_for');
    expect(await revision.takeAll()).toMatchObject({ refused: [], assignments: 2, cancelled: 1 });
    expect(await revision.remains(planOf(after))).toEqual([]);
    expect(said(await partsOf(revision, '改造旧管网'))).toEqual(['S03 lead assigned', 'S04 lead in_progress']);
    expect(said(await partsOf(revision, '整治易涝点'))).toEqual(['S03 lead cancelled']);
    expect(await taskOf(revision, '供水')).toMatchObject({ state: 'assigned' });
  });

  it('divides a task into parts, and makes one of them again', async () => {
    const whole = '提升供水能力。（牵头单位：市水务局）';
    const revision = await revise([whole], [PIPES]);
    await revision.takeAll();
    expect(said(await partsOf(revision, '供水'))).toEqual(['S04 lead cancelled']);
    expect(said(await partsOf(revision, '改造旧管网', '改造%'))).toEqual(['S04 lead assigned']);
    expect(await taskOf(revision, '供水')).toMatchObject({ state: 'assigned' });
    await revision.close();
    const other = whole.replace('市水务局', '市住建局');
    const back = await Revising.of(office, revision.planId, planOf(other));
    expect((await back.takeAll()).refused).toEqual([]);
    expect(said(await partsOf(revision, '提升供水能力'))).toEqual(['S03 lead assigned', 'S04 lead cancelled']);
    expect(await taskOf(revision, '改造旧管网')).toMatchObject({ state: 'cancelled' });
    expect(await taskOf(revision, '提升供水能力')).toMatchObject({ state: 'assigned' });
    expect(await back.remains(planOf(other))).toEqual([]);
  });

  it('once taken whole, leaves no difference and no double', async () => {
    const before = [ROOFS, RIVER, PIPES, '新建5所小学。（责任单位：市教育局）'];
    const after = [RIVER.replace('12公里', '15公里'), '建设体育馆一座。（牵头单位：市教育局）', PIPES, LATER];
    const revision = await revise(before, after);
    expect((await revision.takeAll()).refused).toEqual([]);
    await revision.takeNumbers();
    expect(await revision.remains(planOf(...after))).toEqual([]);
    const stands = await office.rowCounts();
    expect((await revision.takeAll()).taken).toEqual([]);
    await revision.close();
    await refuses(office, 'REVISION.SAME_DOCUMENT', () => Revising.of(office, revision.planId, planOf(...after)));
    const { history_event: _, ...rest } = await office.rowCounts();
    expect(stands).toMatchObject(rest);
    const doubles = await office.query(
      `select a.task_id, a.unit_id from assignment a join task t on t.id = a.task_id
       where t.plan_id = $1 group by 1, 2 having count(*) > 1`,
      [revision.planId],
    );
    expect(doubles).toEqual([]);
  });

  describe('leaves alone what is ended:', () => {
    const verified = async (after: string): Promise<{ revision: Revising; lead: Part; helper: Part }> => {
      const revision = await revise([ROOFS], [after]);
      const [helper, lead] = (await partsOf(revision, '屋面')) as [Part, Part];
      const evidence = [{ title: '验收单' }];
      await office.move('S02.contact', helper.id, 'sign_for');
      await office.move('S02.contact', helper.id, 'report', { evidence });
      await office.move('S03.contact', helper.id, 'verify');
      return { revision, lead, helper };
    };

    it('a unit whose part is verified keeps it', async () => {
      const { revision } = await verified(ROOFS.replace('；责任单位：市教育局', '；责任单位：市水务局'));
      const error = await refuses(office, 'REVISION.ASSIGNMENT_ENDED', () => revision.take('changed', '屋面'));
      expect(error).toMatchObject({ kind: 'conflict', details: { state: 'verified' } });
      expect(await revision.takeAll()).toMatchObject({
        taken: [],
        refused: [{ code: 'REVISION.ASSIGNMENT_ENDED' }],
      });
    });

    it('another date reaches only those that have not finished', async () => {
      const { revision, helper, lead } = await verified(LATER);
      expect(await revision.take('changed', '屋面')).toMatchObject({ rescheduled: 1 });
      expect(await owedBy(helper.id)).toContain('completion discharged 2023-06-30');
      expect(await owedBy(lead.id)).toContain('completion open 2023-10-31');
    });

    it('a task that is verified or cancelled stays', async () => {
      const revision = await revise([ROOFS], [LATER]);
      for (const { id } of await partsOf(revision, '屋面')) {
        await office.move('office', id, 'cancel', { cancelReason: 'merged', reason: '并入他项' });
      }
      const error = await refuses(office, 'REVISION.TASK_ENDED', () => revision.take('changed', '屋面'));
      expect(error).toMatchObject({ kind: 'conflict', details: { state: 'cancelled' } });
    });

    it('a target that was measured is not dropped, the other fields can be taken', async () => {
      const revision = await revise(
        [ROOFS],
        ['为老旧住宅更换屋面，6月底前完成。（牵头单位：市住建局；责任单位：市教育局）'],
      );
      const [, lead] = (await partsOf(revision, '屋面')) as [Part, Part];
      await office.move('S03.contact', lead.id, 'sign_for');
      const plan = await office.obligation(lead.id, 'action_plan');
      const [target] = await office.query<{ id: string }>(
        `select g.id from target g join task t on t.id = g.task_id where t.plan_id = $1`,
        [revision.planId],
      );
      await office.submit('S03.contact', lead.id, {
        obligationId: plan.id,
        text: '方案',
        measurements: [{ targetId: target!.id, value: 3 }],
      });
      await refuses(office, 'REVISION.TARGET_MEASURED', () => revision.take('changed', '屋面'));
      await revision.take('changed', '屋面', { fields: ['content'] });
    });
  });

  it('refuses a new task for units that nobody knows, and one for nobody', async () => {
    const revision = await revise([ROOFS], [ROOFS, '建设灯塔。（牵头单位：市灯塔局）']);
    const error = await refuses(office, 'PLAN.UNKNOWN_UNIT', () => revision.take('new', '灯塔'));
    expect(error.faults).toMatchObject([{ code: 'UNIT.UNKNOWN' }]);
  });

  it('is for the office alone', async () => {
    const revision = await revise([ROOFS], [LATER]);
    const { id } = await revision.item('changed', '屋面');
    for (const username of ['S03.head', 'S03.contact', 'leader', 'auditor', 'admin']) {
      await refuses(office, 'RIGHTS.NOT_ALLOWED', () => revision.takeById(id, {}, username));
      await refuses(office, 'RIGHTS.NOT_ALLOWED', () => revision.close('因故', username));
    }
  });

  it('taken by two at once is handed out once', async () => {
    const revision = await revise([ROOFS], [ROOFS, RIVER]);
    const { id } = await revision.item('new', '疏浚');
    const tries = await Promise.allSettled([revision.takeById(id), revision.takeById(id, {}, 'officer')]);
    expect(tries.map((one) => (one.status === 'rejected' ? one.reason.code : 'taken')).sort()).toEqual([
      'REVISION.ITEM_DECIDED',
      'taken',
    ]);
    expect(await partsOf(revision, '疏浚')).toHaveLength(3);
  });

  it('waits for a unit that reports at the same moment, and loses neither', async () => {
    const revision = await revise([ROOFS], [LATER]);
    const [, lead] = (await partsOf(revision, '屋面')) as [Part, Part];
    const { id } = await revision.item('changed', '屋面');
    const both = await Promise.allSettled([revision.takeById(id), office.move('S03.contact', lead.id, 'sign_for')]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(said(await partsOf(revision, '屋面'))).toEqual(['S02 responsible assigned', 'S03 lead in_progress']);
    expect(await owedBy(lead.id)).toEqual(
      expect.arrayContaining(['sign_for discharged 2023-01-16', 'completion open 2023-10-31']),
    );
  });
});

describe('A revision in the course of the year', () => {
  const t = useOffice();
  let office: Office;
  beforeAll(() => {
    office = t.office;
  });
  const followUpsOf = (assignmentId: string) =>
    office.query<{ line: string }>(
      `select f.deadline_version || ' ' || f.rung || ' ' || (f.fired_at at time zone 'Asia/Shanghai')::date as line
       from follow_up f join obligation o on o.id = f.obligation_id
       where o.assignment_id = $1 and o.kind = 'completion' group by 1, f.fired_at order by f.fired_at, 1`,
      [assignmentId],
    );

  it('keeps what was sent about the old date, and reminds of the new one without sending anything twice', async () => {
    const planId = await office.begin(planOf(ROOFS, RIVER));
    await office.passTo('2023-07-07T12:00:00+08:00');
    const school = await office.assignment(planId, '1', 'S02');
    const before = (await followUpsOf(school)).map(({ line }) => line);
    expect(before).toEqual([
      '1 remind-5 2023-06-25',
      '1 remind-1 2023-06-29',
      '1 urge 2023-07-03',
      '1 blue 2023-07-05',
    ]);
    const lights = await office.query(`select number, colour, state from supervision_notice order by number`);

    const revision = await Revising.of(office, planId, planOf(LATER, RIVER, '新建5所小学。（责任单位：市教育局）'));
    expect(await revision.take('changed', '屋面')).toMatchObject({ rescheduled: 2 });
    expect(await office.query(`select number, colour, state from supervision_notice order by number`)).toEqual(lights);
    expect(await revision.take('new', '小学')).toMatchObject({ assignments: 1, obligations: 5 });

    await office.passTo('2023-11-02T12:00:00+08:00');
    expect((await followUpsOf(school)).map(({ line }) => line)).toEqual([
      ...before,
      '2 remind-5 2023-10-24',
      '2 remind-1 2023-10-30',
      '2 urge 2023-11-01',
    ]);
  });

  it('does not make what would have been due before, and says what', async () => {
    const planId = await office.begin(planOf(ROOFS));
    await office.passTo('2023-11-02T12:00:00+08:00');
    const revision = await Revising.of(office, planId, planOf(ROOFS, '建设剧院一座。（牵头单位：市发改委）'));
    const taken = await revision.take('new', '剧院');
    expect(taken.skipped.map(({ kind, subject, dueOn }) => [kind, subject, dueOn])).toEqual([
      ['action_plan', null, '2023-02-10'],
      ['progress_report', '2023Q1', '2023-04-20'],
      ['progress_report', '2023Q2', '2023-07-20'],
      ['progress_report', '2023Q3', '2023-10-20'],
    ]);
    const [sign] = await office.query(
      `select o.due_on::text as on from obligation o join task t on t.id = o.task_id
       where t.content like '%剧院%' and o.kind = 'sign_for'`,
    );
    expect(sign).toEqual({ on: '2023-11-06' });
  });

  it('lets an answer about the old date neither stop nor drive the ladder of the new one', async () => {
    const planId = await office.begin(planOf('修缮文庙，11月10日前完成。（牵头单位：市教育局）'));
    await office.passTo('2023-11-15T12:00:00+08:00');
    const id = await office.assignment(planId, '1', 'S02');
    const notice = async () => {
      const [row] = await office.query<{ id: string; state: string }>(
        `select n.id, n.state from supervision_notice n join obligation o on o.id = n.obligation_id
         where o.assignment_id = $1 and o.kind = 'completion'`,
        [id],
      );
      return row!;
    };
    const revision = await Revising.of(office, planId, planOf('修缮文庙，12月20日前完成。（牵头单位：市教育局）'));
    await revision.takeAll();
    const pointer = async () => (await office.obligation(id, 'completion')).nextRung;
    expect(await pointer()).toBe('remind-5');
    const { id: noticeId } = await notice();
    const move = (username: string, event: string) =>
      office.as(username, (tx, actor, at) =>
        office.notices.transition(tx, actor, at, noticeId, { event, answer: '已在办理。', reason: '不详' }),
      );
    await move('S02.contact', 'answer');
    expect(await pointer()).toBe('remind-5');
    await move('officer', 'reject');
    expect(await pointer()).toBe('remind-5');
  });

  it('waits for a sweep that is at the same obligation, and moves the date from where the sweep left it', async () => {
    const planId = await office.begin(planOf('整修码头，11月30日前完成。（牵头单位：市水务局）'));
    const id = await office.assignment(planId, '1', 'S04');
    office.sleepTo('2023-11-23T09:00:00+08:00');
    const revision = await Revising.of(office, planId, planOf('整修码头，12月25日前完成。（牵头单位：市水务局）'));
    const owner = await Owner.connect(t.database);
    try {
      // The sweep gets its row, and waits to write its follow-ups; the revision then waits for the sweep.
      await owner.run('begin');
      await owner.run('lock table follow_up in share mode');
      const sweeping = office.sweeps.run(office.clock.now());
      await owner.waiting(1);
      const taking = revision.takeAll();
      await owner.waiting(2);
      await owner.release();
      await sweeping;
      expect((await taking).refused).toEqual([]);
    } finally {
      await owner.end();
    }
    expect((await followUpsOf(id)).map(({ line }) => line)).toEqual(['1 remind-5 2023-11-23']);
    expect(await office.obligation(id, 'completion')).toMatchObject({ dueOn: '2023-12-25', nextRung: 'remind-5' });
    await office.passTo('2023-12-19T12:00:00+08:00');
    expect((await followUpsOf(id)).map(({ line }) => line)).toEqual(['1 remind-5 2023-11-23', '2 remind-5 2023-12-18']);
  });
});
