import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { refuses } from '../../supervision/test/refuses';
import { Revising } from '../test/revisions';

const ROOFS = '为60栋老旧住宅更换屋面。（牵头单位：市住建局；责任单位：市教育局）';
const SCHOOL = '新建5所小学。（责任单位：市教育局）';
const RIVER = '疏浚东溪河道12公里。（牵头单位：市水务局；责任单位：各区人民政府）';
const FOREST = '在西山植树造林3000亩，6月底前完成。（牵头单位：市发改委）';
const PIPES = '提升供水能力。（改造旧管网〈责任单位：市水务局〉；整治易涝点〈责任单位：市住建局〉）';

describe('A revision of a draft', () => {
  const t = useOffice();
  let office: Office;
  beforeAll(() => {
    office = t.office;
  });

  const revise = async (before: string[], after: string[]): Promise<Revising> =>
    Revising.of(office, await office.draft(planOf(...before)), planOf(...after));
  const tasksOf = ({ planId }: Revising) =>
    office.query<{ id: string; number: string; content: string; version: number }>(
      `select id, number, content, version from task where plan_id = $1 order by position`,
      [planId],
    );
  const eventsOf = ({ planId }: Revising, like: string) =>
    office.query<{ type: string; reason: string | null; before: object; after: object }>(
      `select type, reason, before, after from history_event where plan_id = $1 and type like $2 order by seq`,
      [planId, like],
    );

  it('says what is new, gone, changed and moved, and of what was only renumbered nothing', async () => {
    const revision = await revise(
      [ROOFS, SCHOOL, RIVER, FOREST, PIPES],
      [
        '建设一座体育馆。（牵头单位：市教育局）',
        FOREST,
        ROOFS.replace('60栋', '80栋'),
        RIVER,
        PIPES.replace('整治易涝点〈责任单位：市住建局〉', '整治易涝点〈责任单位：市住建局、市教育局〉'),
      ],
    );
    expect(await revision.said()).toEqual([
      'new ->1',
      'moved 4>2',
      'changed 1>3 content targets',
      'gone 2>-',
      'changed 5>5 parts',
    ]);
    const { renumbered } = await revision.view();
    expect(renumbered.map(({ number }) => [number.before, number.after])).toEqual([
      ['1', '3'],
      ['3', '4'],
    ]);
  });

  it('changes nothing in the plan by itself', async () => {
    const planId = await office.draft(planOf(ROOFS, SCHOOL));
    const before = await office.query(`select * from task where plan_id = $1 order by id`, [planId]);
    await Revising.of(office, planId, planOf(SCHOOL));
    expect(await office.query(`select * from task where plan_id = $1 order by id`, [planId])).toEqual(before);
  });

  it('once taken whole, leaves no difference, whatever it was made of', async () => {
    const after = [FOREST, '建设一座体育馆。（牵头单位：市教育局）', PIPES, ROOFS.replace('60栋', '80栋'), RIVER];
    const revision = await revise([ROOFS, SCHOOL, RIVER, FOREST], after);
    const result = await revision.takeAll();
    expect(result.refused).toEqual([]);
    expect(result.taken).toHaveLength(5);
    await revision.takeNumbers();
    expect(await revision.remains(planOf(...after))).toEqual([]);
    await revision.close();
  });

  it('puts a new task at its place, with its parts, and records it', async () => {
    const revision = await revise([ROOFS, RIVER], [ROOFS, PIPES, RIVER]);
    await revision.take('new', '供水', { reason: '市政府要求' });
    expect((await tasksOf(revision)).map(({ content }) => content)).toEqual([
      expect.stringContaining('屋面'),
      expect.stringContaining('供水'),
      '改造旧管网',
      '整治易涝点',
      expect.stringContaining('疏浚'),
    ]);
    expect(await eventsOf(revision, 'task.added')).toHaveLength(3);
    expect(await eventsOf(revision, 'revision.item_taken')).toMatchObject([
      { reason: '市政府要求', before: { state: 'open' }, after: { state: 'taken' } },
    ]);
  });

  it('makes room once, and then has room', async () => {
    const items = Array.from(
      { length: 8 },
      (_, i) => `建设第${i + 1}处口袋公园，面积${i + 3}00平方米。（牵头单位：市住建局）`,
    );
    const revision = await revise([items[0]!, items[7]!], items);
    await revision.takeAll();
    const placed = await eventsOf(revision, 'task.placed');
    expect(placed.length).toBeLessThanOrEqual(3);
    expect(await revision.remains(planOf(...items))).toEqual([expect.stringMatching(/^order/)]);
    await revision.takeNumbers();
    expect(await revision.remains(planOf(...items))).toEqual([]);
  });

  it('keeps the rows of targets that are still promised', async () => {
    const revision = await revise([ROOFS], [ROOFS.replace('60栋', '80栋')]);
    const [before] = await office.query<{ id: string; value: string }>(
      `select g.id, g.value from target g join task t on t.id = g.task_id where t.plan_id = $1`,
      [revision.planId],
    );
    await revision.take('changed', '屋面');
    const [after] = await office.query(
      `select g.id, g.value from target g join task t on t.id = g.task_id where t.plan_id = $1`,
      [revision.planId],
    );
    expect([before, after]).toEqual([
      { id: before!.id, value: '60' },
      { id: before!.id, value: '80' },
    ]);
    expect(await eventsOf(revision, 'task.revised')).toMatchObject([
      { before: { version: 1, targets: [{ value: 60 }] }, after: { version: 2, targets: [{ value: 80 }] } },
    ]);
  });

  it('takes only the fields that were chosen', async () => {
    const revision = await revise([ROOFS], [ROOFS.replace('60栋', '80栋').replace('市教育局', '市水务局')]);
    await revision.take('changed', '屋面', { fields: ['responsible'] });
    const [task] = await office.query(`select content, drafted_units as units from task where plan_id = $1`, [
      revision.planId,
    ]);
    expect(task).toMatchObject({ content: expect.stringContaining('60栋'), units: { responsible: ['市水务局'] } });
  });

  describe('where a person has edited the task', () => {
    const edited = async (): Promise<Revising> => {
      const planId = await office.draft(planOf(ROOFS));
      const [task] = await office.query<{ id: string }>(`select id from task where plan_id = $1`, [planId]);
      await office.as('officer', (tx, actor, at) =>
        office.drafts.editTask(tx, actor, at, { planId: planId, taskId: task!.id }, { responsible: ['市发改委'] }),
      );
      return Revising.of(office, planId, planOf(ROOFS.replace('60栋', '80栋')));
    };

    it('says which fields, and does not undo them unless they are chosen', async () => {
      const revision = await edited();
      const { fields } = await revision.item('changed', '屋面');
      expect(fields.map(({ field, editedByHand }) => [field, editedByHand])).toEqual([
        ['content', false],
        ['responsible', true],
        ['targets', false],
      ]);
      const error = await refuses(office, 'REVISION.EDITED_BY_HAND', () => revision.take('changed', '屋面'));
      expect(error).toMatchObject({ kind: 'conflict', details: { editedByHand: ['responsible'] } });
      expect((await revision.takeAll()).refused).toMatchObject([{ code: 'REVISION.EDITED_BY_HAND' }]);
      await revision.take('changed', '屋面', { fields: ['content', 'targets'] });
      const [task] = await office.query(`select content, drafted_units as units from task where plan_id = $1`, [
        revision.planId,
      ]);
      expect(task).toMatchObject({ content: expect.stringContaining('80栋'), units: { responsible: ['市发改委'] } });
    });

    it('undoes them where they are chosen, and from then on it is the document that set them', async () => {
      const revision = await edited();
      await revision.take('changed', '屋面', { fields: ['content', 'targets', 'responsible'] });
      await revision.close();
      const next = await Revising.of(office, revision.planId, planOf(ROOFS.replace('市教育局', '市水务局')));
      const { fields } = await next.item('changed', '屋面');
      expect(fields.filter(({ editedByHand }) => editedByHand)).toEqual([]);
    });

    it('compares with the task as it is now, not as it was at the import', async () => {
      const revision = await revise([ROOFS], [ROOFS.replace('60栋', '80栋')]);
      const [task] = await tasksOf(revision);
      const content = '为80栋老旧住宅更换屋面。';
      await office.as('officer', (tx, actor, at) =>
        office.drafts.editTask(tx, actor, at, { planId: revision.planId, taskId: task!.id }, { content }),
      );
      const item = await revision.item('changed', '屋面');
      expect([item.taskVersion, item.fields.map(({ field }) => field)]).toEqual([2, ['targets']]);
      await refuses(office, 'TASK.STALE', () => revision.take('changed', '屋面', { expectedVersion: 1 }));
      await revision.take('changed', '屋面', { expectedVersion: 2 });
    });
  });

  it('takes what is gone out of the draft, and remembers what it was', async () => {
    const revision = await revise([ROOFS, PIPES], [ROOFS]);
    await revision.take('gone', '供水');
    expect(await tasksOf(revision)).toHaveLength(1);
    expect(await eventsOf(revision, 'task.removed')).toHaveLength(3);
  });

  it('changes, adds and drops parts below their task', async () => {
    const after = '提升供水能力。（改造旧管网〈责任单位：市水务局、市住建局〉；新建泵站〈责任单位：市水务局〉）';
    const revision = await revise([PIPES, ROOFS], [after, ROOFS]);
    await revision.take('changed', '供水');
    expect(await revision.remains(planOf(after, ROOFS))).toEqual([]);
    expect((await tasksOf(revision)).map(({ content }) => content).slice(1, 3)).toEqual(['改造旧管网', '新建泵站']);
  });

  it('takes over all numbers, headings and their order in one step, though nothing differs', async () => {
    const head = '溪城市2023年《政府工作报告》目标任务责任分解方案';
    const before = [head, '（一）民生', `1.${ROOFS}`, `2.${SCHOOL}`, '（二）生态', `3.${RIVER}`].join('\n\n');
    const after = [head, '（一）生态', `1.${RIVER}`, '（二）民生', `2.${ROOFS}`, `3.${SCHOOL}`].join('\n\n');
    const revision = await Revising.of(office, await office.draft(before), after);
    expect(await revision.said()).toEqual([]);
    const { renumbered } = await revision.takeNumbers();
    expect(renumbered).toEqual([]);
    expect(await revision.remains(after)).toEqual([]);
    const events = await eventsOf(revision, 'task.renumbered');
    expect(events).toHaveLength(3);
    await revision.takeNumbers();
    expect(await eventsOf(revision, 'task.renumbered')).toHaveLength(3);
  });

  it('can be taken in part, declined in part, and issued between', async () => {
    const revision = await revise([ROOFS, SCHOOL], [ROOFS.replace('60栋', '80栋'), SCHOOL, RIVER]);
    const { id } = await revision.item('changed', '屋面');
    expect(await revision.decline(id, '数目有误')).toMatchObject({ state: 'declined', reason: '数目有误' });
    await refuses(office, 'REVISION.ITEM_DECIDED', () => revision.takeById(id));
    await office.issue(revision.planId);
    expect(await revision.take('new', '疏浚')).toMatchObject({ assignments: 3 });
    expect(await revision.close()).toMatchObject({ state: 'closed' });
  });

  describe('is refused, and nothing is written,', () => {
    it('for the very same document, of the plan or of the revision before', async () => {
      const planId = await office.draft(planOf(ROOFS));
      const importing = (text: string) => () => Revising.of(office, planId, text);
      await refuses(office, 'REVISION.SAME_DOCUMENT', importing(planOf(ROOFS)));
      const revision = await Revising.of(office, planId, planOf(ROOFS, SCHOOL));
      const error = await refuses(office, 'REVISION.SAME_DOCUMENT', importing(planOf(ROOFS, SCHOOL)));
      expect(error).toMatchObject({ kind: 'conflict', details: { revisionId: revision.id } });
      await revision.takeAll();
      await revision.close();
      await refuses(office, 'REVISION.SAME_DOCUMENT', importing(planOf(ROOFS, SCHOOL)));
      expect(await tasksOf(revision)).toHaveLength(2);
    });

    it('while another is open', async () => {
      const revision = await revise([ROOFS], [SCHOOL]);
      const other = () => Revising.of(office, revision.planId, planOf(RIVER));
      await refuses(office, 'REVISION.ALREADY_OPEN', other);
      await refuses(office, 'REVISION.REASON_REQUIRED', () => revision.close());
      expect(await revision.close('发错文件')).toMatchObject({ state: 'abandoned', reason: '发错文件' });
      await other();
      await refuses(office, 'REVISION.NOT_OPEN', () => revision.takeAll());
    });

    it('without a task, for a plan that is none, by somebody else than the office', async () => {
      const planId = await office.draft(planOf(ROOFS));
      await refuses(office, 'PLAN.EMPTY', () => Revising.of(office, planId, '会议通知'));
      await refuses(office, 'PLAN.UNKNOWN', () => Revising.of(office, NOTHING, planOf(SCHOOL)));
      for (const username of ['S03.head', 'leader', 'auditor', 'admin']) {
        await refuses(office, 'RIGHTS.NOT_ALLOWED', () => Revising.of(office, planId, planOf(SCHOOL), username));
      }
    });

    it('for an item of another revision, and for a task that was taken out meanwhile', async () => {
      const revision = await revise([ROOFS, SCHOOL], [ROOFS.replace('60栋', '80栋'), SCHOOL]);
      const other = await revise([ROOFS], [SCHOOL]);
      const { id } = await other.item('new', '小学');
      await refuses(office, 'REVISION.ITEM_UNKNOWN', () => revision.takeById(id));
      const [task] = await tasksOf(revision);
      await office.as('officer', (tx, actor, at) =>
        office.drafts.removeTask(tx, actor, at, { planId: revision.planId, taskId: task!.id }),
      );
      const { items } = await revision.view();
      expect(items).toMatchObject([{ task: null, taskVersion: null }]);
      await refuses(office, 'REVISION.TASK_REMOVED', () => revision.takeById(items[0]!.id));
    });
  });

  it('lets one of two that take the same item win', async () => {
    const revision = await revise([ROOFS], [ROOFS, SCHOOL]);
    const { id } = await revision.item('new', '小学');
    const tries = await Promise.allSettled([revision.takeById(id), revision.takeById(id, {}, 'officer')]);
    expect(tries.map((one) => (one.status === 'rejected' ? one.reason.code : 'taken')).sort()).toEqual([
      'REVISION.ITEM_DECIDED',
      'taken',
    ]);
    expect(await tasksOf(revision)).toHaveLength(2);
  });

  it('lets one of two that import at once win', async () => {
    const planId = await office.draft(planOf(ROOFS));
    const tries = await Promise.allSettled([
      Revising.of(office, planId, planOf(SCHOOL)),
      Revising.of(office, planId, planOf(RIVER), 'office'),
    ]);
    expect(tries.map((one) => (one.status === 'rejected' ? one.reason.code : 'imported')).sort()).toEqual([
      'REVISION.ALREADY_OPEN',
      'imported',
    ]);
  });
});

const NOTHING = '01900000-0000-7000-8000-000000000000';
