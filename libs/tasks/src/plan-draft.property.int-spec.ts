import { nameKey } from '@duban/directory';
import { HistoryService } from '@duban/history';
import { DomainError } from '@duban/kernel';
import fc from 'fast-check';
import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { type PlanSnapshot, type TaskSnapshot, taskSnapshot } from './snapshots';
import { Plan } from './plan.entity';
import { Target } from './target.entity';
import { Task } from './task.entity';

const PLAN = planOf(
  '完成60个老旧小区改造，新建5所学校。（牵头单位：市住建局；责任单位：市教育局）',
  '整治河道12公里。（责任单位：市水务局，各区人民政府）',
  '提升供水能力。（改造旧管网20公里〈责任单位：市水务局〉；整治易涝点8处〈责任单位：市住建局、市教育局〉）',
  '6月底前开通3条公交线路，年底前再开通2条。（责任单位：市发改委；配合单位：市住建局、东溪区人民政府）',
  '建成\u{20000}园。（牵头单位：市发改委、市水务局）',
);
const UNITS = ['市住建局', '市教育局', '市 水务局', '市发改委', '各区人民政府', '东溪区人民政府'];

const KINDS = ['split', 'merge', 'move', 'order', 'leads', 'standing', 'deadlines', 'remove', 'add', 'edit'] as const;

/** What somebody does next; numbers pick tasks, offsets and units. */
interface Step {
  do: (typeof KINDS)[number];
  a: number;
  b: number;
  c: number;
  flag: boolean;
  units: string[];
  isStale: boolean;
}
const step = (what: fc.Arbitrary<Step['do']>): fc.Arbitrary<Step> =>
  fc.record({
    do: what,
    a: fc.nat(30),
    b: fc.nat(30),
    c: fc.nat(30),
    flag: fc.boolean(),
    units: fc.uniqueArray(fc.constantFrom(...UNITS), { minLength: 1, maxLength: 3 }),
    isStale: fc.nat(15).map((n) => n === 0),
  });
/** Splitting and merging lose things most easily. */
const steps = fc.array(step(fc.constantFrom('split', 'merge', 'split', 'merge', ...KINDS)), {
  minLength: 8,
  maxLength: 16,
});
/** Each kind as it succeeds on the plan as it is, so that none depends on luck. */
const ONCE_EACH: Step[] = KINDS.map((kind) => ({
  do: kind,
  a: 1,
  b: 3,
  c: 2,
  flag: kind === 'move' || kind === 'leads',
  units: ['市发改委'],
  isStale: false,
}));

interface State {
  plan: Plan;
  tasks: TaskSnapshot[];
}

const leavesOf = (tasks: readonly TaskSnapshot[]): TaskSnapshot[] =>
  tasks.filter(({ id }) => !tasks.some(({ parentId }) => parentId === id));

/** How often each of some things is there. */
function countsOf(things: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return counts;
}
const lost = (before: readonly string[], after: readonly string[]): string[] => {
  const left = countsOf(after);
  return [...countsOf(before)].filter(([thing, n]) => n > (left.get(thing) ?? 0)).map(([thing]) => thing);
};
const charactersOf = (tasks: readonly TaskSnapshot[]): string[] =>
  tasks.flatMap(({ content }) => [...content].filter((character) => character.trim() !== ''));
const promisesOf = (tasks: readonly TaskSnapshot[]): string[] =>
  tasks.flatMap(({ targets }) => targets.map(({ id, value }) => `${id} ${value}`));

describe('A draft, whatever is done to it,', () => {
  const t = useOffice();
  let office: Office;
  beforeAll(() => {
    office = t.office;
  });

  const stateOf = (planId: string): Promise<State> =>
    office.transactor.run(async (tx) => {
      const tasks = await tx.find(Task, { where: { planId }, order: { position: 'ASC' } });
      const targets = await tx.find(Target, { order: { position: 'ASC' } });
      return {
        plan: await tx.findOneByOrFail(Plan, { id: planId }),
        tasks: tasks.map((task) =>
          taskSnapshot(
            task,
            targets.filter(({ taskId }) => taskId === task.id),
          ),
        ),
      };
    });

  function act(planId: string, { tasks, plan }: State, step: Step): Promise<void> {
    const pick = (n: number): TaskSnapshot => tasks[n % tasks.length]!;
    const top = tasks.filter(({ parentId }) => parentId === null);
    const whole = { planId, expectedVersion: step.isStale ? plan.version - 1 : plan.version };
    const [one, other] = [pick(step.a), pick(step.b)];
    const { version } = one;
    const single = { planId, taskId: one.id, expectedVersion: step.isStale ? version + 1 : version };
    const { drafts } = office;
    return office.as('officer', (tx, actor, at) => {
      switch (step.do) {
        case 'split': {
          const cut = 1 + (step.b % Math.max(1, one.content.length));
          const pieces = [one.content.slice(0, cut), one.content.slice(cut)].map((content) => ({ content }));
          const as = step.flag ? 'parts' : 'tasks';
          const isInsidePair = /[\uD800-\uDBFF]$/.test(pieces[0]!.content);
          const split = step.c % 2 === 0 || isInsidePair ? { as, at: [cut] } : { as, pieces };
          return drafts.splitTask(tx, actor, at, single, split as Parameters<typeof drafts.splitTask>[4]);
        }
        case 'merge': {
          const level = tasks.filter(({ parentId }) => parentId === one.parentId);
          const start = step.flag ? level.indexOf(one) : step.c;
          const chosen = level.slice(start, start + 2 + (step.c % 2)).map(({ id }) => id);
          return drafts.mergeTasks(tx, actor, at, whole, { tasks: chosen.length > 1 ? chosen : [one.id, other.id] });
        }
        case 'move':
          return drafts.orderTasks(tx, actor, at, whole, {
            move: { taskId: one.id, before: step.flag ? null : other.id },
          });
        case 'order': {
          const ids = top.map(({ id }) => id);
          const turned = [...ids.slice(step.a % ids.length), ...ids.slice(0, step.a % ids.length)];
          return drafts.orderTasks(tx, actor, at, whole, {
            order: step.c === 0 ? turned.slice(1) : turned,
            renumber: step.flag,
          });
        }
        case 'leads':
          return drafts.confirmLeads(tx, actor, at, whole, step.flag ? undefined : [{ taskId: one.id }]);
        case 'standing':
          return drafts.applyStandingUnits(tx, actor, at, whole, {
            units: step.units,
            role: step.flag ? 'cooperating' : 'responsible',
            from: one.id,
          });
        case 'deadlines':
          return drafts.setDeadlines(tx, actor, at, whole, { deadline: { text: '11月底前', due: '2023-11-30' } });
        case 'remove':
          return drafts.removeTask(tx, actor, at, single);
        case 'add':
          return drafts.addTask(tx, actor, at, whole, {
            content: `新增${step.c}件。`,
            responsible: step.units,
            ...(step.flag ? { parentId: one.id } : { after: step.c === 0 ? null : other.id }),
          });
        case 'edit':
          return drafts.editTask(tx, actor, at, single, { leaders: [`第${step.b}人`], number: step.flag ? '7' : null });
      }
    });
  }

  function checkShape({ tasks }: State): void {
    expect(tasks.map(({ position }) => position)).toEqual(tasks.map((_, i) => i));
    let parent: string | null = null;
    for (const { id, parentId } of tasks) {
      if (parentId === null) parent = id;
      // Behind its parent, with nothing between them but other parts of it.
      else expect(parentId).toBe(parent);
    }
    for (const task of tasks) {
      const assigned = [...task.lead, ...task.responsible, ...task.cooperating].map(nameKey);
      expect(new Set(assigned).size).toBe(assigned.length);
      const parts = tasks.filter(({ parentId }) => parentId === task.id);
      const isInferred: boolean = task.lead.length === 0 && parts.every((part) => part.leadInferred);
      expect(task.leadInferred).toBe(isInferred);
    }
  }

  function checkNothingLost(before: State, after: State, { do: what }: Step): void {
    const kept = new Set(after.tasks.map(({ id }) => id));
    const removed = (task: TaskSnapshot): boolean => what === 'remove' && !kept.has(task.id);
    const leaves = leavesOf(before.tasks).filter((task) => !removed(task));
    expect(lost(charactersOf(leaves), charactersOf(leavesOf(after.tasks)))).toEqual([]);
    const promised = promisesOf(before.tasks.filter((task) => !removed(task)));
    expect(lost(promised, promisesOf(after.tasks))).toEqual([]);
    expect(new Set(promisesOf(after.tasks)).size).toBe(promisesOf(after.tasks).length);
    if (what === 'add') expect(after.tasks.length).toBe(before.tasks.length + 1);
  }

  async function checkHistory(planId: string, now: State): Promise<void> {
    await office.transactor.run(async (tx) => {
      const history = office.get(HistoryService);
      const at = office.clock.now();
      const tasks = await history.statesAt<TaskSnapshot>(tx, { planId }, 'task', at);
      expect(tasks.sort((a, b) => a.position - b.position)).toEqual(JSON.parse(JSON.stringify(now.tasks)));
      const [plan] = await history.statesAt<PlanSnapshot>(tx, { planId }, 'plan', at);
      expect(plan!.version).toBe(now.plan.version);
    });
  }

  it('keeps its words, its order, its units once each, and a history that tells it', async () => {
    const done = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const planId = await office.draft(PLAN);
        let before = await stateOf(planId);
        for (const step of list) {
          if (before.tasks.length === 0) break;
          const rows = await office.rowCounts();
          const refusal = await act(planId, before, step).then(
            () => null,
            (error: unknown) => error,
          );
          const after = await stateOf(planId);
          if (refusal !== null) {
            if (!(refusal instanceof DomainError)) throw refusal;
            expect(refusal.code).toMatch(/^(TASK|PLAN)\./);
            expect(await office.rowCounts()).toEqual(rows);
            expect(after).toEqual(before);
          } else {
            done.set(step.do, (done.get(step.do) ?? 0) + 1);
            expect(step.isStale).toBe(false);
            checkShape(after);
            checkNothingLost(before, after, step);
          }
          before = after;
        }
        await checkHistory(planId, before);
      }),
      { numRuns: Number(process.env.DRAFT_RUNS ?? 1), endOnFailure: true, examples: [[ONCE_EACH]] },
    );
    expect([...done.keys()].toSorted()).toEqual(KINDS.toSorted());
  });
});
