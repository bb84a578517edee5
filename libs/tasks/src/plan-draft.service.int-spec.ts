import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { refuses } from '../../supervision/test/refuses';
import type { PlanDraftService } from './plan-draft.service';
import type { TaskSnapshot } from './snapshots';

const HOUSES = '完成60个老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）';
const TWO = '完成60个老旧小区改造，新建5所学校。（牵头单位：市住建局；责任单位：市教育局、各区人民政府）';
const PARTS = '提升供水能力。（改造旧管网20公里〈责任单位：市水务局〉；整治易涝点8处〈责任单位：市住建局、市教育局〉）';
const RIVER = '整治河道。（责任单位：市水务局，各区人民政府）';

type Input<C extends keyof PlanDraftService> = PlanDraftService[C] extends (...args: infer A) => unknown ? A[4] : never;

describe('PlanDraftService', () => {
  const t = useOffice();
  let office: Office;
  beforeAll(() => {
    office = t.office;
  });

  const tasksOf = (planId: string) =>
    office.query<{ id: string; number: string | null; content: string; version: number }>(
      `select id, number, content, version from task where plan_id = $1 order by position`,
      [planId],
    );
  const idsOf = async (planId: string): Promise<string[]> => (await tasksOf(planId)).map(({ id }) => id);
  /** The draft as history tells it; the property spec compares that with the tables. */
  const view = async (planId: string): Promise<TaskSnapshot[]> => {
    const rows = await office.query<{ after: TaskSnapshot | null }>(
      `select distinct on (entity_id) after from history_event where plan_id = $1 and entity = 'task'
       order by entity_id, seq desc`,
      [planId],
    );
    return rows.flatMap(({ after }) => (after ? [after] : [])).sort((a, b) => a.position - b.position);
  };
  /** Number, content, and what it is a part of. */
  const outline = async (planId: string): Promise<unknown[]> => {
    const tasks = await view(planId);
    const contents = new Map(tasks.map(({ id, content }) => [id, content]));
    return tasks.map(({ number, content, parentId }) => [number, content, parentId && contents.get(parentId)]);
  };

  const splitTask = (planId: string, taskId: string, split: Input<'splitTask'>, expectedVersion?: number) =>
    office.as('officer', (tx, actor, at) =>
      office.drafts.splitTask(tx, actor, at, { planId, taskId, expectedVersion }, split),
    );
  const change =
    <C extends 'mergeTasks' | 'orderTasks' | 'confirmLeads' | 'applyStandingUnits' | 'setDeadlines' | 'addTask'>(
      command: C,
    ) =>
    (planId: string, input: Input<C>, expectedVersion?: number): Promise<void> =>
      office.as('officer', (tx, actor, at) =>
        // What a command takes is checked where it is called.
        office.drafts[command](tx, actor, at, { planId, expectedVersion }, input as never),
      );
  const mergeTasks = change('mergeTasks');
  const orderTasks = change('orderTasks');
  const confirmLeads = change('confirmLeads');
  const applyStandingUnits = change('applyStandingUnits');
  const setDeadlines = change('setDeadlines');
  const addTask = change('addTask');

  describe('editTask', () => {
    let planId: string;
    beforeEach(async () => {
      planId = await office.draft(planOf(HOUSES, '新建5所学校。（责任单位：市教育局）'));
    });
    const edit = (taskId: string, change: object, expectedVersion?: number, plan = planId) =>
      office.as('officer', (tx, actor, at) =>
        office.drafts.editTask(tx, actor, at, { planId: plan, taskId, expectedVersion }, change),
      );

    it('changes what is given, keeps the rest, and records before and after', async () => {
      const [task] = await tasksOf(planId);
      await edit(task!.id, { responsible: ['市水务局'], deadline: { text: '6月底前', due: '2023-06-30' } }, 1);
      const [event] = await office.query<{ before: object; after: object }>(
        `select before, after from history_event where type = 'task.edited' and entity_id = $1`,
        [task!.id],
      );
      expect(event).toMatchObject({
        before: { version: 1, deadline: null, lead: ['市住建局'], responsible: ['市教育局'] },
        after: {
          version: 2,
          content: '完成60个老旧小区改造。',
          deadline: { text: '6月底前', due: '2023-06-30' },
          lead: ['市住建局'],
          responsible: ['市水务局'],
        },
      });
    });

    it('puts targets and milestones right, and counts that as a change of the task', async () => {
      const [task] = await tasksOf(planId);
      const target = { text: '改造80个小区', value: 80, unit: '个', comparator: 'gte' as const };
      await edit(task!.id, { targets: [target], milestones: [{ text: '3月底前', due: '2023-03-31' }] }, 1);
      const targets = await office.query(`select text, value::int, unit, comparator from target where task_id = $1`, [
        task!.id,
      ]);
      expect(targets).toEqual([target]);
      await refuses(office, 'TASK.STALE', () => edit(task!.id, { targets: [] }, 1));
    });

    it('takes a misread task out, and remembers what it was', async () => {
      const [task, other] = await tasksOf(planId);
      const remove = (version?: number) =>
        office.as('officer', (tx, actor, at) =>
          office.drafts.removeTask(tx, actor, at, { planId, taskId: task!.id, expectedVersion: version }),
        );
      await refuses(office, 'TASK.STALE', () => remove(7));
      await remove(1);
      expect(await tasksOf(planId)).toMatchObject([{ id: other!.id }]);
      const [event] = await office.query(
        `select before->>'content' as content, after from history_event where type = 'task.removed' and entity_id = $1`,
        [task!.id],
      );
      expect(event).toEqual({ content: '完成60个老旧小区改造。', after: null });
      await refuses(office, 'TASK.UNKNOWN', () => remove());
    });

    it('refuses an edit of what somebody else has changed since', async () => {
      const [task] = await tasksOf(planId);
      await edit(task!.id, { content: '甲' }, 1);
      const error = await refuses(office, 'TASK.STALE', () => edit(task!.id, { content: '乙' }, 1));
      expect(error).toMatchObject({ kind: 'conflict', details: { version: 2 } });
      expect((await tasksOf(planId))[0]!.content).toBe('甲');
    });

    it('lets one of ten editors of the same version win', async () => {
      const [task] = await tasksOf(planId);
      const tries = await Promise.allSettled(
        Array.from({ length: 10 }, (_, i) => edit(task!.id, { content: `第${i}稿` }, 1)),
      );
      const lost = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
      expect(lost).toEqual(Array(9).fill('TASK.STALE'));
      expect((await tasksOf(planId))[0]!.version).toBe(2);
    });

    it.each(['2023-02-29', '2023-6-30', 'soon'])('refuses %s, which is no date', async (due) => {
      const [task] = await tasksOf(planId);
      const error = await refuses(office, 'REQUEST.NO_SUCH_DATE', () =>
        edit(task!.id, { deadline: { text: '月底前', due } }),
      );
      expect(error).toMatchObject({ kind: 'invalid', details: { field: 'deadline.due' } });
    });

    it('refuses a task of another plan, and an unknown plan', async () => {
      const [foreign] = await tasksOf(await office.draft(planOf(HOUSES)));
      await refuses(office, 'TASK.UNKNOWN', () => edit(foreign!.id, { content: '甲' }));
      await refuses(office, 'PLAN.UNKNOWN', () => edit(foreign!.id, { content: '甲' }, undefined, foreign!.id));
    });

    it('refuses to edit an issued plan', async () => {
      const [task] = await tasksOf(planId);
      await office.issue(planId);
      const error = await refuses(office, 'PLAN.NOT_DRAFT', () => edit(task!.id, { content: '甲' }));
      expect(error.kind).toBe('conflict');
    });
  });

  describe('splitTask', () => {
    it('at offsets: units are copied, targets go with their words, numbers and sources stay', async () => {
      const planId = await office.draft(planOf(TWO, HOUSES));
      const [id] = await idsOf(planId);
      const { content, source } = (await view(planId))[0]!;
      await splitTask(planId, id!, { as: 'tasks', at: [content.indexOf('新建')] }, 1);
      const tasks = await view(planId);
      expect(tasks.map((task) => [task.number, task.content, task.position])).toEqual([
        ['1', '完成60个老旧小区改造，', 0],
        [null, '新建5所学校。', 1],
        ['2', '完成60个老旧小区改造。', 2],
      ]);
      expect(tasks.map(({ targets }) => targets.map((target) => target.value))).toEqual([[60], [5], [60]]);
      for (const task of tasks.slice(0, 2)) {
        expect(task).toMatchObject({ lead: ['市住建局'], responsible: ['市教育局', '各区人民政府'], source });
      }
      expect(tasks[0]).toMatchObject({ id, version: 2 });
      // Who has just read the task behind it loses nothing: it has only moved.
      expect(tasks[2]).toMatchObject({ version: 1 });
      const events = await office.query<{ type: string }>(
        `select type from history_event where plan_id = $1 and type not like '%drafted' order by seq`,
        [planId],
      );
      expect(events.map(({ type }) => type)).toEqual(['plan.edited', 'task.split', 'task.added', 'task.placed']);
    });

    it('into parts with units of their own: the task keeps its words, and what no part promises', async () => {
      const planId = await office.draft(planOf(TWO));
      const [id] = await idsOf(planId);
      await splitTask(planId, id!, {
        as: 'parts',
        pieces: [
          { content: '改造老旧小区', lead: ['市住建局'], responsible: ['市住建局', '市水务局'] },
          { content: '新建5所学校', number: '(2)', deadline: { text: '8月底前', due: '2023-08-31' }, targets: [] },
        ],
      });
      const [task, houses, schools] = await view(planId);
      expect(task).toMatchObject({ id, number: '1', lead: [], responsible: [], leadInferred: false });
      expect(task!.targets).toMatchObject([{ value: 60 }]);
      expect(houses).toMatchObject({ parentId: id, lead: ['市住建局'], responsible: ['市水务局'], path: task!.path });
      expect(schools).toMatchObject({
        parentId: id,
        number: '(2)',
        lead: ['市住建局'],
        responsible: ['市教育局', '各区人民政府'],
        deadline: { due: '2023-08-31' },
        targets: [],
      });
      expect(await office.issue(planId)).toMatchObject({ tasks: 2, leads: 2 });
    });

    it('a part, into parts beside it', async () => {
      const planId = await office.draft(planOf(PARTS));
      const [, part] = await idsOf(planId);
      await splitTask(planId, part!, { as: 'tasks', pieces: [{ content: '改造旧管网' }, { content: '20公里' }] });
      const whole = expect.stringContaining('提升');
      expect(await outline(planId)).toEqual([
        ['1', whole, null],
        [null, '改造旧管网', whole],
        [null, '20公里', whole],
        [null, '整治易涝点8处', whole],
      ]);
    });

    describe('refuses, and writes nothing,', () => {
      let planId: string;
      let ids: string[];
      beforeAll(async () => {
        planId = await office.draft(planOf('建设\u{20000}桥，通车。（责任单位：市住建局）', PARTS));
        ids = await idsOf(planId);
      });
      const at = (...offsets: number[]) => ({ as: 'tasks' as const, at: offsets });
      const pieces = (...contents: string[]) => ({
        as: 'tasks' as const,
        pieces: contents.map((content) => ({ content })),
      });
      const onNoDay = { content: '甲', deadline: { text: '月底', due: '2023-02-30' } };
      it.each<[string, number, Input<'splitTask'>, string, string | undefined]>([
        ['an offset at the beginning', 0, at(0), 'TASK.BAD_OFFSET', 'at[0]'],
        ['an offset at the end', 0, at(9), 'TASK.BAD_OFFSET', 'at[0]'],
        ['an offset behind it', 0, at(2, 900), 'TASK.BAD_OFFSET', 'at[1]'],
        ['an offset below zero', 0, at(-1), 'TASK.BAD_OFFSET', 'at[0]'],
        ['half an offset', 0, at(1.5), 'TASK.BAD_OFFSET', 'at[0]'],
        ['an offset inside a surrogate pair', 0, at(3), 'TASK.BAD_OFFSET', 'at[0]'],
        ['offsets that do not ascend', 0, at(5, 5), 'TASK.BAD_OFFSET', 'at[1]'],
        ['an empty piece', 0, pieces('甲', ' \u3000'), 'TASK.EMPTY_PIECE', 'pieces[1].content'],
        ['one piece', 0, pieces('甲'), 'TASK.SPLIT_HOW', 'pieces'],
        ['neither', 0, { as: 'tasks' }, 'TASK.SPLIT_HOW', 'at'],
        ['both', 0, { ...at(2), ...pieces('甲', '乙') }, 'TASK.SPLIT_HOW', 'pieces'],
        ['a task that has parts', 1, pieces('甲', '乙'), 'TASK.HAS_PARTS', undefined],
        ['a part into parts', 2, { ...pieces('甲', '乙'), as: 'parts' }, 'TASK.PART_OF_PART', 'as'],
        [
          'a day that does not exist',
          0,
          { as: 'tasks', pieces: [{ content: '乙' }, onNoDay] },
          'REQUEST.NO_SUCH_DATE',
          'pieces[1].deadline.due',
        ],
      ])('%s', async (_, which, split, code, field) => {
        const error = await refuses(office, code, () => splitTask(planId, ids[which]!, split));
        expect(error.details).toMatchObject(field === undefined ? {} : { field });
      });

      it('a piece that would be all blanks', async () => {
        const draft = await office.draft(planOf(HOUSES));
        const [taskId] = await idsOf(draft);
        await office.as('officer', (tx, actor, now) =>
          office.drafts.editTask(tx, actor, now, { planId: draft, taskId: taskId! }, { content: '甲  乙' }),
        );
        const error = await refuses(office, 'TASK.EMPTY_PIECE', () => splitTask(draft, taskId!, at(1, 3)));
        expect(error.details).toMatchObject({ field: 'at[0]' });
      });
    });
  });

  describe('mergeTasks', () => {
    it('unites units by role, keeps targets and dates, and the id of the first', async () => {
      const planId = await office.draft(
        planOf(
          '于6月底前改造20个小区。（牵头单位：市住建局；责任单位：市教育局、市水务局）',
          '于9月底前新建5所学校（牵头单位：市教育局；责任单位：市住建局；配合单位：市发改委、市水务局）',
          HOUSES,
        ),
      );
      const [first, second] = await idsOf(planId);
      await mergeTasks(planId, { tasks: [second!, first!] }, 1);
      const [merged, other] = await view(planId);
      expect(merged).toMatchObject({
        id: first,
        number: '1',
        content: '于6月底前改造20个小区。于9月底前新建5所学校',
        lead: ['市住建局', '市教育局'],
        responsible: ['市水务局'],
        cooperating: ['市发改委'],
        deadline: { due: '2023-09-30' },
        milestones: [{ due: '2023-06-30' }],
        version: 2,
      });
      expect(merged!.targets.map(({ value }) => value)).toEqual([20, 5]);
      expect(other).toMatchObject({ number: '3', position: 1, version: 1 });
      const [source] = await office.query<{ words: string }>(
        `select substring(source_text from $2::int + 1 for $3::int) as words from plan where id = $1`,
        [planId, merged!.source.start, merged!.source.end - merged!.source.start],
      );
      expect(source!.words).toMatch(/^1\.于6月底前.*市水务局）$/s);
    });

    it('parts of one task, and tasks with parts, where those without become parts', async () => {
      const planId = await office.draft(planOf(HOUSES, PARTS, RIVER));
      const [houses, water, pipes, flood, river] = await idsOf(planId);
      await mergeTasks(planId, { tasks: [houses!, water!, river!], content: '办好三件事', number: null });
      expect(await outline(planId)).toEqual([
        [null, '办好三件事', null],
        [null, '完成60个老旧小区改造。', '办好三件事'],
        [null, '改造旧管网20公里', '办好三件事'],
        [null, '整治易涝点8处', '办好三件事'],
        [null, '整治河道。', '办好三件事'],
      ]);
      const [task, first] = await view(planId);
      expect(task).toMatchObject({ id: houses, lead: [], responsible: [], targets: [] });
      expect(first).toMatchObject({ lead: ['市住建局'], targets: [{ value: 60 }] });
      await mergeTasks(planId, { tasks: [pipes!, flood!] });
      expect((await view(planId)).slice(2)).toMatchObject([
        { content: '改造旧管网20公里；整治易涝点8处', responsible: ['市水务局', '市住建局', '市教育局'] },
        { content: '整治河道。' },
      ]);
      expect(await office.issue(planId)).toMatchObject({ tasks: 3 });
    });

    it.each<[string, number[], string, string]>([
      ['tasks that are no neighbours', [0, 4], 'TASK.NOT_NEIGHBOURS', 'tasks[1]'],
      ['a task with a part of its own', [1, 2], 'TASK.WITH_OWN_PART', 'tasks[1]'],
      ['a task with a part of another', [0, 2], 'TASK.NOT_NEIGHBOURS', 'tasks[1]'],
      ['a task with itself', [0, 0], 'TASK.TWICE', 'tasks[1]'],
      ['a task of another plan', [0, 9], 'TASK.UNKNOWN', 'tasks[1]'],
    ])('refuses to merge %s', async (_, which, code, field) => {
      const planId = await office.draft(planOf(HOUSES, PARTS, RIVER));
      const ids = await idsOf(planId);
      const [foreign] = await idsOf(await office.draft(planOf(HOUSES)));
      const tasks = which.map((i) => ids[i] ?? foreign!);
      const error = await refuses(office, code, () => mergeTasks(planId, { tasks }));
      expect(error.details).toMatchObject({ field });
    });

    it('refuses what would be too long for one task', async () => {
      const planId = await office.draft(planOf(HOUSES, HOUSES));
      const tasks = await idsOf(planId);
      for (const taskId of tasks) {
        await office.as('officer', (tx, actor, at) =>
          office.drafts.editTask(tx, actor, at, { planId, taskId }, { content: '长'.repeat(10_001) }),
        );
      }
      await refuses(office, 'TASK.TOO_LONG', () => mergeTasks(planId, { tasks }));
    });
  });

  describe('orderTasks', () => {
    let planId: string;
    let ids: string[];
    beforeEach(async () => {
      planId = await office.draft(planOf(HOUSES, PARTS, RIVER));
      ids = await idsOf(planId);
    });
    const numbers = async () => (await view(planId)).map(({ number, version }) => [number, version]);

    it('moves one task with its parts, and leaves numbers and versions', async () => {
      await orderTasks(planId, { move: { taskId: ids[1]!, before: null } }, 1);
      expect(await numbers()).toEqual([
        ['1', 1],
        ['3', 1],
        ['2', 1],
        [null, 1],
        [null, 1],
      ]);
      await orderTasks(planId, { move: { taskId: ids[3]!, before: ids[2]! } }, 2);
      expect((await idsOf(planId)).slice(2)).toEqual([ids[1], ids[3], ids[2]]);
    });

    it('takes the whole order, and numbers anew where that is asked', async () => {
      await orderTasks(planId, { order: [ids[4]!, ids[1]!, ids[0]!], renumber: true });
      expect(await idsOf(planId)).toEqual([ids[4], ids[1], ids[2], ids[3], ids[0]]);
      expect(await numbers()).toEqual([
        ['1', 2],
        ['2', 1],
        [null, 1],
        [null, 1],
        ['3', 2],
      ]);
      await orderTasks(planId, { parentId: ids[1]!, order: [ids[3]!, ids[2]!] });
      expect((await idsOf(planId)).slice(1, 4)).toEqual([ids[1], ids[3], ids[2]]);
    });

    it('writes nothing where all is in its order already', async () => {
      const before = await office.rowCounts();
      await orderTasks(planId, { order: [ids[0]!, ids[1]!, ids[4]!] });
      expect(await office.rowCounts()).toEqual(before);
    });

    it.each<[string, (i: string[]) => Input<'orderTasks'>, string, string]>([
      ['an order that misses a task', (i) => ({ order: [i[0]!, i[1]!] }), 'TASK.MISSING', 'order'],
      ['an order that repeats one', (i) => ({ order: [i[0]!, i[0]!, i[1]!, i[4]!] }), 'TASK.TWICE', 'order[1]'],
      ['an order with a part', (i) => ({ order: [i[0]!, i[2]!] }), 'TASK.OTHER_LEVEL', 'order[1]'],
      ['an order with nothing of the plan', (i) => ({ order: [i[0]!, planId] }), 'TASK.UNKNOWN', 'order[1]'],
      ['parts of no task', () => ({ order: [], parentId: planId }), 'TASK.UNKNOWN', 'parentId'],
      ['a task before itself', (i) => ({ move: { taskId: i[1]!, before: i[1]! } }), 'TASK.CYCLE', 'move.before'],
      ['a task before its own part', (i) => ({ move: { taskId: i[1]!, before: i[2]! } }), 'TASK.CYCLE', 'move.before'],
      ['a part among tasks', (i) => ({ move: { taskId: i[2]!, before: i[0]! } }), 'TASK.OTHER_LEVEL', 'move.before'],
      ['an unknown task', () => ({ move: { taskId: planId, before: null } }), 'TASK.UNKNOWN', 'move.taskId'],
      ['nothing', () => ({}), 'TASK.ORDER_HOW', 'order'],
      ['two things', (i) => ({ order: [], move: { taskId: i[0]!, before: null } }), 'TASK.ORDER_HOW', 'move'],
    ])('refuses %s', async (_, input, code, field) => {
      const error = await refuses(office, code, () => orderTasks(planId, input(ids)));
      expect(error.details).toMatchObject({ field });
    });
  });

  describe('confirmLeads', () => {
    it('of all: who would lead by the rule leads, and is no inference any longer', async () => {
      const planId = await office.draft(planOf(HOUSES, RIVER, PARTS));
      const leads = async () => (await view(planId)).map((task) => [task.lead, task.responsible, task.leadInferred]);
      expect((await leads())[2]).toEqual([[], [], true]);
      await confirmLeads(planId, undefined, 1);
      expect(await leads()).toEqual([
        [['市住建局'], ['市教育局'], false],
        [['市水务局', '各区人民政府'], [], false],
        [[], [], false],
        [['市水务局'], [], false],
        [['市住建局', '市教育局'], [], false],
      ]);
      const before = await office.rowCounts();
      await confirmLeads(planId, undefined);
      expect(await office.rowCounts()).toEqual(before);
    });

    it('of some, or by a choice; what was not confirmed is issued as inferred', async () => {
      const planId = await office.draft(planOf(RIVER, RIVER, PARTS));
      const [one, , task] = await idsOf(planId);
      await confirmLeads(planId, [{ taskId: one!, lead: ['市 水务局'] }, { taskId: task! }]);
      expect((await view(planId)).map(({ lead, leadInferred }) => [lead, leadInferred])).toEqual([
        [['市水务局'], false],
        [[], true],
        [[], false],
        [['市水务局'], false],
        [['市住建局', '市教育局'], false],
      ]);
      await office.issue(planId);
      const inferred = await office.query(
        `select t.position, count(*)::int as n from assignment a join task t on t.id = a.task_id
         where t.plan_id = $1 and a.is_lead_inferred group by 1`,
        [planId],
      );
      expect(inferred).toEqual([{ position: 1, n: 3 }]);
    });

    it('refuses a lead that is named, a unit that is not, a task without units, one given twice', async () => {
      const planId = await office.draft(planOf(HOUSES, RIVER, PARTS));
      const [houses, river, task] = await idsOf(planId);
      const blank = await office.draft(planOf(RIVER));
      const [empty] = await idsOf(blank);
      await office.as('officer', (tx, actor, at) =>
        office.drafts.editTask(tx, actor, at, { planId: blank, taskId: empty! }, { responsible: [] }),
      );
      const cases: [string, { taskId: string; lead?: string[] }[], string, string][] = [
        [planId, [{ taskId: houses! }], 'TASK.LEAD_NAMED', 'tasks[0]'],
        [planId, [{ taskId: river!, lead: ['市教育局'] }], 'TASK.NO_SUCH_NAME', 'tasks[0].lead[0]'],
        [planId, [{ taskId: task!, lead: ['市水务局'] }], 'TASK.HAS_PARTS', 'tasks[0]'],
        [planId, [{ taskId: river! }, { taskId: river! }], 'TASK.TWICE', 'tasks[1]'],
        [planId, [{ taskId: river! }, { taskId: blank }], 'TASK.UNKNOWN', 'tasks[1].taskId'],
        [blank, [{ taskId: empty! }], 'TASK.NO_UNIT', 'tasks[0]'],
      ];
      for (const [plan, choices, code, field] of cases) {
        const error = await refuses(office, code, () => confirmLeads(plan, choices));
        expect(error.details).toMatchObject({ field });
      }
    });
  });

  it('gives units to all tasks from one on that do not name them, and never twice', async () => {
    const planId = await office.draft(
      planOf(HOUSES, PARTS, '整治河道。（牵头单位：市水务局；配合单位：各区人民政府）'),
    );
    const [houses, task, , , river] = await idsOf(planId);
    const standing = { units: ['各区 人民政府', '市水务局'], role: 'responsible' as const };
    const units = async () => (await view(planId)).map((one) => [one.lead, one.responsible, one.cooperating]);
    await applyStandingUnits(planId, { ...standing, from: task! }, 1);
    expect(await units()).toEqual([
      [['市住建局'], ['市教育局'], []],
      [[], [], []],
      [[], ['市水务局', '各区 人民政府'], []],
      [[], ['市住建局', '市教育局', '各区 人民政府', '市水务局'], []],
      [['市水务局'], [], ['各区人民政府']],
    ]);
    const before = await office.rowCounts();
    await applyStandingUnits(planId, { ...standing, from: task! });
    expect(await office.rowCounts()).toEqual(before);
    await applyStandingUnits(planId, { ...standing, role: 'lead', from: houses!, to: houses! });
    expect((await units())[0]).toEqual([['市住建局', '各区 人民政府', '市水务局'], ['市教育局'], []]);
    const backwards = { ...standing, from: river!, to: houses! };
    const error = await refuses(office, 'TASK.STRETCH_BACKWARDS', () => applyStandingUnits(planId, backwards));
    expect(error.details).toMatchObject({ field: 'to' });
    await refuses(office, 'TASK.UNKNOWN', () => applyStandingUnits(planId, { ...standing, from: planId }));
  });

  it('sets the deadline of given tasks, or of all that have none', async () => {
    const planId = await office.draft(planOf('6月底前改造20个小区。（责任单位：市住建局）', PARTS));
    const [first, , part] = await idsOf(planId);
    const days = async () => (await view(planId)).map(({ deadline }) => deadline?.due ?? null);
    await setDeadlines(planId, { deadline: { text: '年底前', due: '2023-12-31' } }, 1);
    expect(await days()).toEqual(['2023-06-30', null, '2023-12-31', '2023-12-31']);
    await setDeadlines(planId, { tasks: [part!, first!], deadline: { text: '持续推进', due: null } });
    expect(await days()).toEqual([null, null, null, '2023-12-31']);
    const wrong: [Input<'setDeadlines'>, string, string][] = [
      [{ deadline: { text: '月底', due: '2023-02-29' } }, 'REQUEST.NO_SUCH_DATE', 'deadline.due'],
      [{ tasks: [planId], deadline: { text: '月底', due: null } }, 'TASK.UNKNOWN', 'tasks[0]'],
      [{ tasks: [first!, first!], deadline: { text: '月底', due: null } }, 'TASK.TWICE', 'tasks[1]'],
    ];
    for (const [input, code, field] of wrong) {
      const error = await refuses(office, code, () => setDeadlines(planId, input));
      expect(error.details).toMatchObject({ field });
    }
  });

  describe('addTask', () => {
    it('adds tasks and parts by hand, where they are wanted, with all that a task has', async () => {
      const planId = await office.draft(planOf(HOUSES, PARTS));
      const [houses, task] = await idsOf(planId);
      const target = { text: '3座', value: 3, unit: '座', comparator: 'gte' as const };
      await addTask(planId, { content: '建桥3座。', lead: ['市住建局'], after: houses!, targets: [target] }, 1);
      await addTask(planId, { content: '清淤', responsible: ['市水务局'], parentId: task! });
      await addTask(planId, { content: '开工动员。', number: '0', after: null, source: { start: 0, end: 3 } });
      const whole = expect.stringContaining('提升');
      expect(await outline(planId)).toEqual([
        ['0', '开工动员。', null],
        ['1', '完成60个老旧小区改造。', null],
        [null, '建桥3座。', null],
        ['2', whole, null],
        [null, '改造旧管网20公里', whole],
        [null, '整治易涝点8处', whole],
        [null, '清淤', whole],
      ]);
      const tasks = await view(planId);
      expect(tasks[2]).toMatchObject({ path: tasks[1]!.path, leadInferred: false, targets: [target] });
      expect(tasks[0]!.source).toEqual({ start: 0, end: 3 });
      expect(tasks[6]).toMatchObject({ leadInferred: true, path: tasks[3]!.path });
    });

    it('refuses what has no place', async () => {
      const planId = await office.draft(planOf(HOUSES, PARTS));
      const [houses, task, part] = await idsOf(planId);
      const cases: [object, string, string][] = [
        [{ parentId: part }, 'TASK.PART_OF_PART', 'parentId'],
        [{ parentId: houses }, 'TASK.HAS_UNITS', 'parentId'],
        [{ parentId: planId }, 'TASK.UNKNOWN', 'parentId'],
        [{ after: part }, 'TASK.OTHER_LEVEL', 'after'],
        [{ after: planId }, 'TASK.UNKNOWN', 'after'],
        [{ parentId: task, after: houses }, 'TASK.OTHER_LEVEL', 'after'],
        [{ source: { start: 5, end: 4 } }, 'TASK.BAD_SOURCE', 'source'],
        [{ source: { start: 0, end: 100_000 } }, 'TASK.BAD_SOURCE', 'source'],
        [{ deadline: { text: '月底', due: '2023-13-01' } }, 'REQUEST.NO_SUCH_DATE', 'deadline.due'],
      ];
      for (const [more, code, field] of cases) {
        const error = await refuses(office, code, () => addTask(planId, { content: '甲', ...more }));
        expect(error.details).toMatchObject({ field });
      }
    });
  });

  describe('of two who change a draft at once', () => {
    it('one wins and the others are told, by the version of the plan', async () => {
      const planId = await office.draft(planOf(HOUSES, HOUSES, RIVER));
      const [first, second] = await idsOf(planId);
      const tries = await Promise.allSettled([
        mergeTasks(planId, { tasks: [first!, second!] }, 1),
        confirmLeads(planId, undefined, 1),
        orderTasks(planId, { move: { taskId: first!, before: null } }, 1),
        setDeadlines(planId, { deadline: { text: '年底', due: null } }, 1),
      ]);
      const lost = tries.flatMap((one) => (one.status === 'rejected' ? [[one.reason.code, one.reason.kind]] : []));
      expect(lost).toEqual(Array(3).fill(['PLAN.STALE', 'conflict']));
      const [plan] = await office.query<{ version: number }>(`select version from plan where id = $1`, [planId]);
      expect(plan!.version).toBe(2);
    });

    it('who splits a task that somebody else has split is told', async () => {
      const planId = await office.draft(planOf(HOUSES));
      const [taskId] = await idsOf(planId);
      const split = { as: 'tasks' as const, at: [4] };
      const tries = await Promise.allSettled([
        splitTask(planId, taskId!, split, 1),
        splitTask(planId, taskId!, split, 1),
      ]);
      expect(tries.map((one) => (one.status === 'rejected' ? one.reason.code : 'split')).sort()).toEqual([
        'TASK.STALE',
        'split',
      ]);
      expect(await idsOf(planId)).toHaveLength(2);
    });
  });

  it('is changed by nobody but the office, and no longer once the plan is issued', async () => {
    const planId = await office.draft(planOf(HOUSES, HOUSES));
    const [one, two] = (await idsOf(planId)) as [string, string];
    const task = { planId, taskId: one };
    const { drafts } = office;
    const commands: Parameters<typeof office.as<void>>[1][] = [
      (tx, actor, at) => drafts.editTask(tx, actor, at, task, { content: '甲' }),
      (tx, actor, at) => drafts.splitTask(tx, actor, at, task, { as: 'tasks', at: [3] }),
      (tx, actor, at) => drafts.removeTask(tx, actor, at, task),
      (tx, actor, at) => drafts.addTask(tx, actor, at, { planId }, { content: '甲' }),
      (tx, actor, at) => drafts.mergeTasks(tx, actor, at, { planId }, { tasks: [one, two] }),
      (tx, actor, at) => drafts.orderTasks(tx, actor, at, { planId }, { order: [two, one] }),
      (tx, actor, at) => drafts.confirmLeads(tx, actor, at, { planId }),
      (tx, actor, at) =>
        drafts.applyStandingUnits(tx, actor, at, { planId }, { units: ['甲'], role: 'lead', from: one }),
      (tx, actor, at) => drafts.setDeadlines(tx, actor, at, { planId }, { deadline: { text: '年底', due: null } }),
    ];
    for (const command of commands) {
      for (const who of ['S03.head', 'S03.contact', 'leader', 'auditor', 'admin']) {
        await refuses(office, 'RIGHTS.NOT_ALLOWED', () => office.as(who, command));
      }
    }
    await office.issue(planId);
    for (const command of commands) await refuses(office, 'PLAN.NOT_DRAFT', () => office.as('officer', command));
  });
});
