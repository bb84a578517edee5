import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { DraftTask } from './breakdown.types';
import { compareDrafts, type Difference } from './differences';
import { readBreakdown } from './read-breakdown';

const HEADINGS = ['（一）修好水渠', '（二）种好山林', '（三）办好学校'];
const CHARACTERS = [
  ...'修水渠种山林办学校建桥路通电改房屋清河道养护古树设诊所开集市引技术培农人护湖泊筑堤坝治沙土扩粮仓联网络展文艺强体魄育幼童助老者安居乐业扶残济困防火抗旱排涝减灾查隐患',
];

const draft = (task: Partial<DraftTask> = {}): DraftTask => ({
  number: '1',
  path: [HEADINGS[0]!],
  content: '修复东溪灌区水渠，新增灌溉面积3000亩。',
  lead: ['市水务局'],
  responsible: ['市财政局', '东溪区人民政府'],
  cooperating: [],
  supervising: [],
  leaders: [],
  openEnded: null,
  deadline: null,
  milestones: [],
  targets: [],
  subtasks: [],
  leadInferred: false,
  source: { start: 0, end: 1 },
  marks: [],
  ...task,
});

const numbered = (tasks: readonly DraftTask[], from = 1): DraftTask[] =>
  tasks.map((task, i) => ({ ...task, number: String(from + i) }));

/** Tasks that say different things, under headings in the order of the document. */
const document = (minLength = 1, maxLength = 30): fc.Arbitrary<DraftTask[]> =>
  fc
    .uniqueArray(fc.array(fc.constantFrom(...CHARACTERS), { minLength: 14, maxLength: 40 }), {
      minLength,
      maxLength,
      selector: (characters) => characters.join(''),
      // Two that chance made alike are one task to any reader.
      comparator: (one, other) => sharedPairs(one, other) > 0.25,
    })
    .map((contents) =>
      numbered(
        contents.map((characters, i) =>
          draft({
            content: `${characters.join('')}。`,
            path: [HEADINGS[Math.floor((i * HEADINGS.length) / contents.length)]!],
          }),
        ),
      ),
    );

function sharedPairs(one: string, other: string): number {
  const pairs = (text: string) => new Set(Array.from({ length: text.length - 1 }, (_, i) => text.slice(i, i + 2)));
  const [a, b] = [pairs(one), pairs(other)];
  return (2 * [...a].filter((pair) => b.has(pair)).length) / (a.size + b.size);
}

type Found = Difference<DraftTask, DraftTask>;
const differing = (before: readonly DraftTask[], after: readonly DraftTask[]): Found[] =>
  compareDrafts(before, after).filter(({ kinds }) => !kinds.includes('same'));
const said = (found: readonly Found[]): string[] =>
  found.map(({ kinds, before, after, fields }) => {
    const what = fields.length > 0 ? ` ${fields.map(({ field }) => field).join(',')}` : '';
    return `${kinds.join('+')} ${before?.content ?? '-'} > ${after?.content ?? '-'}${what}`;
  });

describe('compareDrafts', () => {
  it('finds nothing between a document and itself', () => {
    fc.assert(
      fc.property(document(), (tasks) => {
        expect(compareDrafts(tasks, tasks).map(({ kinds, before, after }) => [kinds, before === after])).toEqual(
          tasks.map(() => [['same'], true]),
        );
      }),
    );
  });

  it('finds exactly what was put in, taken out, reworded, and nothing in the new numbers', () => {
    fc.assert(
      fc.property(document(4), document(1, 6), fc.infiniteStream(fc.nat(99)), (tasks, others, chance) => {
        const pick = (): number => chance.next().value!;
        const expected: string[] = [];
        const after = tasks.flatMap((task): DraftTask[] => {
          const what = pick() % 6;
          if (what === 0) {
            expected.push(`gone ${task.content} > -`);
            return [];
          }
          if (what === 1) {
            const content = `${task.content.slice(0, 5)}并且${task.content.slice(5)}`;
            expected.push(`changed ${task.content} > ${content} content`);
            return [{ ...task, content }];
          }
          if (what === 2) {
            expected.push(`changed ${task.content} > ${task.content} responsible`);
            return [{ ...task, responsible: ['市林业局'] }];
          }
          return [task];
        });
        const known = new Set(tasks.map((task) => task.content));
        for (const other of others) {
          if ([...known].some((content) => sharedPairs(content, other.content) > 0.25)) continue;
          const at = pick() % (after.length + 1);
          const path = (after[at] ?? after[at - 1] ?? other).path;
          after.splice(at, 0, { ...other, path });
          known.add(other.content);
          expected.push(`new - > ${other.content}`);
        }
        expect(said(differing(tasks, numbered(after, 3))).sort()).toEqual(expected.sort());
      }),
      { numRuns: Number(process.env.DIFFERENCE_RUNS ?? 40) },
    );
  });

  it('finds the one task that went to another place, however the others shifted', () => {
    fc.assert(
      fc.property(document(5), fc.nat(), fc.nat(), (tasks, from, to) => {
        const path = [HEADINGS[0]!];
        const before = tasks.map((task) => ({ ...task, path }));
        const after = [...before];
        const [moved] = after.splice(from % before.length, 1);
        const at = to % before.length;
        after.splice(at, 0, moved!);
        const found = said(differing(before, numbered(after)));
        // Two neighbours that change places are explained by either.
        const isFar = Math.abs(at - (from % before.length)) > 1;
        if (isFar) expect(found).toEqual([`moved ${moved!.content} > ${moved!.content}`]);
        else expect(found).toHaveLength(at === from % before.length ? 0 : 1);
      }),
    );
  });

  it('calls as few moved as explain any order', () => {
    fc.assert(
      fc.property(
        document(2, 12).chain((tasks) =>
          fc.tuple(
            fc.constant(tasks),
            fc.shuffledSubarray(
              tasks.map((_, i) => i),
              { minLength: tasks.length },
            ),
          ),
        ),
        ([tasks, order]) => {
          const path = [HEADINGS[0]!];
          const before = tasks.map((task) => ({ ...task, path }));
          const found = differing(
            before,
            order.map((i) => before[i]!),
          );
          expect(found.every(({ kinds }) => kinds.join() === 'moved')).toBe(true);
          expect(found).toHaveLength(tasks.length - longest(order));
        },
      ),
    );
  });

  it('says of documents exchanged the same the other way round', () => {
    const mixed = fc.tuple(document(3), document(0, 3), fc.nat(), fc.nat());
    fc.assert(
      fc.property(mixed, ([tasks, others, drop, turn]) => {
        const after = [...tasks.slice(turn % tasks.length), ...others, ...tasks.slice(0, turn % tasks.length)];
        after.splice(drop % after.length, 1);
        const turned: Record<string, string> = { new: 'gone', gone: 'new' };
        const key = (one: DraftTask | null, other: DraftTask | null, kinds: readonly string[]) =>
          `${kinds.join('+')} ${one?.number} ${one?.content} > ${other?.number} ${other?.content}`;
        const there = compareDrafts(tasks, after).map((d) => key(d.before, d.after, d.kinds));
        const back = compareDrafts(after, tasks).map((d) =>
          key(
            d.after,
            d.before,
            d.kinds.map((kind) => turned[kind] ?? kind),
          ),
        );
        expect(back.sort()).toEqual(there.sort());
      }),
    );
  });

  it('finds a task again by its words under a new heading, and calls it moved', () => {
    const [one, two] = [draft(), draft({ number: '2', content: '植树一万株。' })];
    expect(said(differing([one, two], [one, { ...two, path: [HEADINGS[1]!] }]))).toEqual([
      'moved 植树一万株。 > 植树一万株。',
    ]);
  });

  it('takes a heading with another label or other words for the same as long as its tasks stay', () => {
    const tasks = numbered([
      draft(),
      draft({ content: '植树一万株。' }),
      draft({ content: '建校舍。', path: ['（二）办学'] }),
    ]);
    const relabelled = tasks.map((task) => ({ ...task, path: [task.path[0]!.replace('（', '（十')] }));
    expect(differing(tasks, relabelled)).toEqual([]);
    const renamed = tasks.map((task) => (task.path[0] === HEADINGS[0] ? { ...task, path: ['（一）兴修水利'] } : task));
    expect(differing(tasks, renamed)).toEqual([]);
    const exchanged = [tasks[2]!, tasks[0]!, tasks[1]!];
    expect(differing(tasks, exchanged)).toEqual([]);
  });

  it.each([
    ['blanks', '修复 东溪\u3000灌区水渠，\n新增灌溉面积3000亩。'],
    ['widths', '修复东溪灌区水渠,新增灌溉面积３０００亩.'],
    ['punctuation', '修复“东溪”灌区水渠；新增灌溉面积3000亩'],
    ['the comma of thousands', '修复东溪灌区水渠，新增灌溉面积3,000亩。'],
  ])('takes no notice of %s', (_, content) => {
    expect(differing([draft()], [draft({ content })])).toEqual([]);
  });

  it.each([
    ['a decimal point', '投入1.5亿元修渠', '投入15亿元修渠'],
    ['a range', '建设3—5座水库', '建设35座水库'],
    ['a percent sign', '水质提高5%', '水质提高5'],
    ['a figure', '修渠20公里', '修渠30公里'],
  ])('takes notice of %s', (_, before, after) => {
    expect(said(differing([draft({ content: before })], [draft({ content: after })]))).toEqual([
      `changed ${before} > ${after} content`,
    ]);
  });

  it.each<[string, Partial<DraftTask>]>([
    ['lead', { lead: ['市财政局'] }],
    ['responsible', { responsible: ['市财政局'] }],
    ['cooperating', { cooperating: ['市林业局'] }],
    ['supervising', { supervising: ['市督查室'] }],
    ['leaders', { leaders: ['江河'] }],
    ['openEnded', { openEnded: '等相关部门' }],
    ['deadline', { deadline: { text: '10月底前', due: '2031-10-31' } }],
    ['milestones', { milestones: [{ text: '6月底前', due: '2031-06-30' }] }],
    ['targets', { targets: [{ text: '3000亩', value: 3000, unit: '亩', comparator: 'gte' }] }],
    ['parts', { subtasks: [draft({ number: null, path: [], content: '衬砌渠道' })] }],
  ])('names %s as what differs, with before and after', (field, change) => {
    const key = (field === 'parts' ? 'subtasks' : field) as keyof DraftTask;
    const [found] = differing([draft()], [draft(change)]);
    expect(found).toMatchObject({
      kinds: ['changed'],
      fields: [{ field, before: draft()[key], after: draft(change)[key] }],
    });
  });

  it('takes no notice of the order of units', () => {
    expect(differing([draft()], [draft({ responsible: ['东溪区人民政府', '市财政局'] })])).toEqual([]);
  });

  it('says which part of a task differs', () => {
    const part = (content: string, more: Partial<DraftTask> = {}) =>
      draft({ number: null, path: [], content, ...more });
    const before = draft({ subtasks: [part('改造旧管网'), part('整治易涝点'), part('新建泵站')] });
    const after = draft({
      subtasks: [part('改造旧管网', { lead: ['市住建局'] }), part('新建泵站'), part('清理排水口')],
    });
    const [found] = differing([before], [after]);
    expect(said(found!.parts)).toEqual([
      'changed 改造旧管网 > 改造旧管网 lead',
      'gone 整治易涝点 > -',
      'new - > 清理排水口',
    ]);
  });

  it('says changed and moved of one task', () => {
    const tasks = numbered(['甲乙丙丁戊己庚', '子丑寅卯辰巳午', '天地玄黄宇宙洪'].map((content) => draft({ content })));
    const after = [{ ...tasks[2]!, lead: ['市林业局'] }, tasks[0]!, tasks[1]!];
    expect(said(differing(tasks, after))).toEqual(['changed+moved 天地玄黄宇宙洪 > 天地玄黄宇宙洪 lead']);
  });

  it('finds a reworded task by the best of all pairings, not by the first that fits', () => {
    const before = ['改造城东老旧小区供水管网', '改造城西老旧小区供水管网'].map((content) => draft({ content }));
    const after = ['改造城西老旧小区供水管网和泵站', '改造城东老旧小区供水管网与阀门'].map((content) =>
      draft({ content }),
    );
    const pairs = compareDrafts(before, after).map((d) => `${d.before?.content} > ${d.after?.content}`);
    expect(pairs.sort()).toEqual([
      '改造城东老旧小区供水管网 > 改造城东老旧小区供水管网与阀门',
      '改造城西老旧小区供水管网 > 改造城西老旧小区供水管网和泵站',
    ]);
  });

  describe('of a hundred tasks that say the same', () => {
    const hundred = numbered(Array.from({ length: 100 }, () => draft()));
    it('pairs all of them', () => expect(differing(hundred, numbered(hundred, 7))).toEqual([]));

    it('finds the number that is missing', () => {
      const found = differing(hundred, [...hundred.slice(0, 41), ...hundred.slice(42)]);
      expect(found.map(({ kinds, before }) => [kinds, before?.number])).toEqual([[['gone'], '42']]);
    });

    it('finds the one with other units, and one added', () => {
      const other = draft({ lead: ['市林业局'], number: '11' });
      const after = [...hundred.slice(0, 10), other, ...hundred.slice(11)];
      const kindsOf = (to: DraftTask[]) =>
        differing(hundred, to).map(({ kinds, before, after: a }) => [kinds.join(), before?.number, a?.number]);
      expect(kindsOf(after)).toEqual([['changed', '11', '11']]);
      expect(kindsOf([...hundred, other])).toEqual([['new', undefined, '11']]);
    });
  });

  it('compares the sample with its own revision', () => {
    const text = readFileSync(join(__dirname, '../../../apps/cli/sample/plan.txt'), 'utf8').replaceAll(
      '{{year}}',
      '2031',
    );
    const { tasks } = readBreakdown(text);
    const after = numbered(tasks.filter((_, i) => i !== 7));
    expect(said(differing(tasks, after))).toEqual([`gone ${tasks[7]!.content} > -`]);
  });

  const thousands = (count: number, chance: () => number): DraftTask[] =>
    numbered(
      Array.from({ length: count }, () =>
        draft({ content: Array.from({ length: 60 }, () => CHARACTERS[chance() % CHARACTERS.length]).join('') }),
      ),
    );

  it.each<[string, (i: number, content: string) => string]>([
    ['5,000 reworded tasks', (i, content) => `${content.slice(0, 20)}以及${content.slice(25)}`],
    ['5,000 tasks that differ by a number', (i) => `按照统一部署改造老旧小区第${i}号楼并完善配套设施`],
    ['5,000 tasks with nothing in common', (_, content) => [...content].reverse().join('')],
  ])('compares %s without trying each with each', (_, reword) => {
    let seed = 1;
    const next = (): number => (seed = (seed * 48_271) % 2_147_483_647);
    const before = thousands(5_000, next).map((task, i) =>
      reword(i, 'x').startsWith('按照') ? { ...task, content: `${reword(i, '')}。` } : task,
    );
    const after = before.map((task, i) => ({ ...task, content: reword(i + 1, task.content) }));
    const found = compareDrafts(before, after);
    expect(found.length).toBeGreaterThanOrEqual(5_000);
    expect(found.filter(({ before: b, after: a }) => b && a).length).toBeLessThanOrEqual(5_000);
  });
});

/** Length of a longest ascending subsequence, the slow way. */
function longest(list: readonly number[]): number {
  const ending = list.map(() => 1);
  list.forEach((value, i) => {
    for (let j = 0; j < i; j++) if (list[j]! < value) ending[i] = Math.max(ending[i]!, ending[j]! + 1);
  });
  return Math.max(...ending);
}
