import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { refuses } from '../../supervision/test/refuses';

const HOUSES = '完成60个老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）';

describe('PlanService', () => {
  const t = useOffice();
  let office: Office;
  beforeAll(() => {
    office = t.office;
  });

  const tasksOf = (planId: string) =>
    office.query<{ id: string; number: string | null; content: string; state: string | null; version: number }>(
      `select id, number, content, state, version from task where plan_id = $1 order by position`,
      [planId],
    );
  const partsOf = (planId: string) =>
    office.query<{ task: string | null; unit: string; role: string; group: string | null; inferred: boolean }>(
      `select coalesce(t.number, t.content) as task, u.code as unit, a.role, g.code as group,
         a.is_lead_inferred as inferred
       from assignment a join task t on t.id = a.task_id join unit u on u.id = a.unit_id
         left join unit_group g on g.id = a.group_id
       where t.plan_id = $1 order by t.position, a.role, u.code`,
      [planId],
    );

  describe('draft', () => {
    it('reads a GB18030 file as it reads UTF-8', async () => {
      const [row] = await office.query<{ bytes: Buffer }>(`select convert_to($1, 'GB18030') as bytes`, [
        planOf(HOUSES),
      ]);
      const planId = await office.draft(row!.bytes);
      expect((await tasksOf(planId)).map((task) => task.content)).toEqual(['完成60个老旧小区改造。']);
    });

    it('keeps from which words of the document each value was read, and not in the history', async () => {
      const planId = await office.draft(planOf(HOUSES));
      const [task] = await office.query<{ marks: { field: string; start: number; end: number }[]; text: string }>(
        `select t.marks, p.source_text as text from task t join plan p on p.id = t.plan_id where p.id = $1`,
        [planId],
      );
      const words = task?.marks.map(({ field, start, end }) => `${field} ${task.text.slice(start, end)}`);
      expect(words).toEqual(
        expect.arrayContaining(['lead 市住建局', 'responsible 市教育局', 'target 完成60个老旧小区改造']),
      );
      const kept = await office.query(`select seq from history_event where plan_id = $1 and after ? 'marks'`, [planId]);
      expect(kept).toEqual([]);
    });

    it.each([
      ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3]), 'DOCUMENT.NOT_A_DOCUMENT'],
      ['an empty file', Buffer.alloc(0), 'BREAKDOWN.EMPTY'],
      ['blanks only', Buffer.from(' \n\n　'), 'BREAKDOWN.EMPTY'],
      ['bytes in no encoding', Buffer.from([0xd6, 0xff, 0xfe, 0x81]), 'BREAKDOWN.UNKNOWN_ENCODING'],
      ['a text without tasks', Buffer.from('会议通知\n\n请准时参加。'), 'PLAN.EMPTY'],
    ])('refuses %s and writes nothing', async (_, bytes, code) => {
      const error = await refuses(office, code, () => office.draft(bytes));
      expect(error).toMatchObject({ kind: 'invalid', details: { field: 'file' } });
    });

    it('is for the office, and of those of the government for nobody else', async () => {
      for (const username of ['leader', 'auditor', 'admin']) {
        await refuses(office, 'RIGHTS.NOT_ALLOWED', () => office.draft(planOf(HOUSES), username));
      }
    });

    it('takes a document of more tasks than one statement has parameters for', async () => {
      const item = (_: unknown, i: number) => `${i + 1}.改造${i + 5}户住房。（责任单位：市住建局）`;
      const section = ['（二）抓好下列工程', ...Array.from({ length: 660 }, item)].join('\n');
      const planId = await office.draft([planOf(), ...Array(5).fill(section)].join('\n'));
      const [counted] = await office.query(
        `select count(*)::int as tasks, (select count(*)::int from target where task_id in
           (select id from task where plan_id = $1)) as targets from task where plan_id = $1`,
        [planId],
      );
      expect(counted).toEqual({ tasks: 3_300, targets: 3_300 });
    });
  });

  describe('issue', () => {
    it('gives each unit one part a task, in its strongest role', async () => {
      const planId = await office.begin(
        planOf(
          '改造水厂。（牵头单位：市住建局；责任单位：市建设局、市水务局、东溪区人民政府；配合单位：市水务局、各区人民政府）',
        ),
      );
      expect(await partsOf(planId)).toEqual([
        { task: '1', unit: 'Q02', role: 'cooperating', group: 'districts', inferred: false },
        { task: '1', unit: 'S03', role: 'lead', group: null, inferred: false },
        { task: '1', unit: 'Q01', role: 'responsible', group: null, inferred: false },
        { task: '1', unit: 'S04', role: 'responsible', group: null, inferred: false },
      ]);
    });

    it('marks the leads that it infers, all of the responsible units, members of a group too', async () => {
      const planId = await office.begin(planOf('整治河道。（责任单位：市水务局，各区人民政府）', HOUSES));
      expect(await partsOf(planId)).toEqual([
        { task: '1', unit: 'Q01', role: 'lead', group: 'districts', inferred: true },
        { task: '1', unit: 'Q02', role: 'lead', group: 'districts', inferred: true },
        { task: '1', unit: 'S04', role: 'lead', group: null, inferred: true },
        { task: '2', unit: 'S03', role: 'lead', group: null, inferred: false },
        { task: '2', unit: 'S02', role: 'responsible', group: null, inferred: false },
      ]);
      const inferred = await office.query(
        `select number, is_lead_inferred as inferred from task where plan_id = $1 order by position`,
        [planId],
      );
      expect(inferred).toEqual([
        { number: '1', inferred: true },
        { number: '2', inferred: false },
      ]);
    });

    it('makes the parts of a task child tasks and hands out nothing of the parent', async () => {
      const planId = await office.draft(
        planOf('提升供水能力。（改造旧管网〈责任单位：市水务局〉；整治易涝点〈责任单位：市住建局、市教育局〉）'),
      );
      expect(await office.issue(planId)).toMatchObject({ tasks: 2, assignments: 3, leads: 3 });
      const tasks = await office.query(
        `select t.content, t.state, parent.number as parent,
           (select count(*)::int from assignment a where a.task_id = t.id) as assignments,
           (select count(*)::int from obligation o where o.task_id = t.id and o.kind = 'completion') as completions
         from task t left join task parent on parent.id = t.parent_id where t.plan_id = $1 order by t.position`,
        [planId],
      );
      expect(tasks).toEqual([
        expect.objectContaining({ state: 'assigned', parent: null, assignments: 0, completions: 0 }),
        { content: '改造旧管网', state: 'assigned', parent: '1', assignments: 1, completions: 1 },
        { content: '整治易涝点', state: 'assigned', parent: '1', assignments: 2, completions: 2 },
      ]);
    });

    it('records the draft as it was and the task as it is', async () => {
      const planId = await office.begin(planOf(HOUSES));
      const events = await office.query(
        `select type, entity, before->>'state' as before, before->>'version' as "beforeVersion", after->>'state' as after,
           after->>'version' as "afterVersion", coalesce((select p.display_name from person p where p.id = actor_person_id), actor_name) as actor
         from history_event where plan_id = $1 and type in ('plan.issued', 'task.issued', 'assignment.assigned')
         order by seq`,
        [planId],
      );
      const actor = '督查室主任';
      expect(events).toEqual([
        {
          type: 'plan.issued',
          entity: 'plan',
          before: 'draft',
          beforeVersion: '1',
          after: 'issued',
          afterVersion: '2',
          actor,
        },
        {
          type: 'task.issued',
          entity: 'task',
          before: null,
          beforeVersion: '1',
          after: 'assigned',
          afterVersion: '2',
          actor,
        },
        ...Array(2).fill({
          type: 'assignment.assigned',
          entity: 'assignment',
          before: null,
          beforeVersion: null,
          after: 'assigned',
          afterVersion: '1',
          actor,
        }),
      ]);
    });

    it('tells the contact of each unit once, with the number of its tasks', async () => {
      const planId = await office.begin(planOf(HOUSES, '改造水厂。（牵头单位：市住建局；责任单位：市水务局）'));
      const told = await office.query(
        `select u.code, p.kind, (n.parameters->>'count')::int as count, n.parameters->>'signForBy' as by
         from notification n join post p on p.id = n.post_id join unit u on u.id = p.unit_id
         where n.plan_id = $1 and n.kind = 'task_issued' order by u.code`,
        [planId],
      );
      expect(told).toEqual([
        { code: 'S02', kind: 'contact', count: 1, by: '2023-01-16' },
        { code: 'S03', kind: 'contact', count: 2, by: '2023-01-16' },
        { code: 'S04', kind: 'contact', count: 1, by: '2023-01-16' },
      ]);
    });

    describe('refuses, and writes nothing,', () => {
      let planId: string;
      beforeAll(async () => {
        planId = await office.draft(planOf(HOUSES));
      });

      it.each([
        ['a day that does not exist', { issuedOn: '2023-02-30' }, 'REQUEST.NO_SUCH_DATE'],
        ['a day of issue after today', { issuedOn: '2023-01-13' }, 'PLAN.ISSUED_IN_FUTURE'],
        ['a year out of range', { year: 1823 }, 'PLAN.YEAR_OUT_OF_RANGE'],
        ['half a year', { year: 2023.5 }, 'PLAN.YEAR_OUT_OF_RANGE'],
        ['an unknown policy', { policy: 'no-such-policy' }, 'POLICY.UNKNOWN'],
      ])('%s', async (_, input, code) => {
        expect(await refuses(office, code, () => office.issue(planId, input))).toMatchObject({ kind: 'invalid' });
      });

      it('who is not of the office', async () => {
        for (const username of ['S03.contact', 'leader', 'auditor', 'admin']) {
          await refuses(office, 'RIGHTS.NOT_ALLOWED', () => office.issue(planId, {}, username));
        }
      });

      it('an unknown plan', async () => {
        await refuses(office, 'PLAN.UNKNOWN', () => office.issue('01900000-0000-7000-8000-000000000000'));
      });

      it('units that the directory does not know, all at once and by their tasks', async () => {
        const draft = await office.draft(planOf('修路。（牵头单位：市公路局；责任单位：市旅游局）', HOUSES));
        const error = await refuses(office, 'PLAN.UNKNOWN_UNIT', () => office.issue(draft));
        expect(error.faults.map(({ code, message }) => [code, message])).toEqual([
          ['UNIT.UNKNOWN', 'task 1: "市公路局" is not in the directory'],
          ['UNIT.UNKNOWN', 'task 1: "市旅游局" is not in the directory'],
        ]);
      });

      it('a group without members: nobody would have the task', async () => {
        const draft = await office.draft(planOf('建设园区。（牵头单位：各开发区管委会；责任单位：市住建局）'));
        const error = await refuses(office, 'PLAN.UNKNOWN_UNIT', () => office.issue(draft));
        expect(error.faults).toMatchObject([{ code: 'UNIT.GROUP_EMPTY' }]);
      });

      it('a task without a unit', async () => {
        const draft = await office.draft(planOf(HOUSES));
        const [task] = await tasksOf(draft);
        await office.as('officer', (tx, actor, at) =>
          office.drafts.editTask(tx, actor, at, { planId: draft, taskId: task!.id }, { lead: [], responsible: [] }),
        );
        const error = await refuses(office, 'PLAN.TASK_WITHOUT_UNIT', () => office.issue(draft));
        expect(error.faults).toMatchObject([{ code: 'TASK.NO_UNIT', field: `tasks.${task!.id}` }]);
      });

      it('a plan without tasks', async () => {
        const [empty] = await office.query<{ id: string }>(
          `insert into plan (id, jurisdiction_id, title, state, file_name, source_text, left_out, warnings, version,
             created_at)
           select gen_random_uuid(), jurisdiction_id, title, 'draft', file_name, '', left_out, warnings, 1, created_at
           from plan where id = $1 returning id`,
          [planId],
        );
        await refuses(office, 'PLAN.EMPTY', () => office.issue(empty!.id));
      });

      it('issuing twice', async () => {
        const issued = await office.begin(planOf(HOUSES));
        const error = await refuses(office, 'PLAN.ALREADY_ISSUED', () => office.issue(issued));
        expect(error).toMatchObject({ kind: 'conflict', details: { issuedOn: '2023-01-12' } });
      });
    });

    it('dates what runs from the issue, for it is not known before', async () => {
      const planId = await office.draft(
        planOf(
          '编制防汛预案，自本方案印发之日起30日内完成。（责任单位：市水务局）',
          '公布收费目录，印发之日起10个工作日内完成。（责任单位：市发改委）',
          '接到通知后5个工作日内办结。（责任单位：市教育局）',
        ),
      );
      const dates = (): Promise<object[]> =>
        office.query(
          `select deadline_due::text as due, due_on::text as "dueOn" from task where plan_id = $1 order by position`,
          [planId],
        );
      expect(await dates()).toEqual(Array(3).fill({ due: null, dueOn: null }));
      await office.issue(planId);
      // From 12 January 2023 over the Spring Festival, 21 to 27 January, with the Saturday and Sunday after it worked.
      expect(await dates()).toEqual([
        { due: '2023-02-11', dueOn: '2023-02-11' },
        { due: '2023-01-31', dueOn: '2023-01-31' },
        { due: null, dueOn: '2023-12-31' },
      ]);
    });

    it('lets one of two that issue at once win, and hands out each task once', async () => {
      const planId = await office.draft(planOf(HOUSES));
      const tries = await Promise.allSettled([office.issue(planId), office.issue(planId, {}, 'officer')]);
      expect(tries.map((one) => (one.status === 'rejected' ? one.reason.code : 'issued')).sort()).toEqual([
        'PLAN.ALREADY_ISSUED',
        'issued',
      ]);
      expect(await partsOf(planId)).toHaveLength(2);
      const events = await office.query(`select 1 from history_event where plan_id = $1 and type = 'plan.issued'`, [
        planId,
      ]);
      expect(events).toHaveLength(1);
    });
  });
});
