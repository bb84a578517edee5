import fc from 'fast-check';
import type { DraftTask } from '../src/breakdown.types';

/** One item of a plan before it is written down. The first unit leads where a family can say so. */
export interface Item {
  work: { words: string; target: string };
  units: string[];
  partners: string[];
  leader: string;
  month: number;
}
export interface Dress {
  number(at: number): string;
  heading(at: number): string;
  open: string;
  close: string;
  colon: string;
  comma: string;
  semicolon: string;
  stop: string;
  gap: string;
}
/** What a family tells of an item, in the order of {@link told}. */
export type Told = Partial<Record<'lead' | 'responsible' | 'cooperating' | 'leaders' | 'due' | 'target', string>>;
export interface Family {
  name: string;
  write(item: Item, dress: Dress): string;
  tells(item: Item): Told;
  /** The heading of a section, where it says something of its tasks. */
  heading?(items: readonly Item[]): string;
}

const UNITS = [
  '市水务局',
  '市财政局',
  '市住房和城乡建设局',
  '市规划和自然资源局',
  '市工业和信息化局',
  '市委组织部',
  '市总工会',
  '团市委',
  '市残联',
  '国网云溪供电公司',
  '云溪海关',
  '市城投集团',
  '市公安局交警支队',
  '云溪高新区管委会',
  '市政务服务中心',
];
const GROUPS = ['各区人民政府', '各县（市、区）人民政府', '各乡镇人民政府', '各市、州、县人民政府', '市直有关部门'];
const LEADERS = ['王七星', '李四光', '周八八', '孙九九', '钱一鸣'];
const WORKS = [
  (n: number) => ({ words: `修复水渠${n}公里`, target: `${n}公里eq` }),
  (n: number) => ({ words: `新建泵站${n}座以上`, target: `${n}座gte` }),
  (n: number) => ({ words: `灌溉面积达到${n}万亩`, target: `${n * 10_000}亩gte` }),
  (n: number) => ({ words: `培训管护人员不少于${n}人次`, target: `${n}人次gte` }),
  (n: number) => ({ words: `节水器具普及率提高到${n % 100 || 1}%左右`, target: `${n % 100 || 1}%approx` }),
  (n: number) => ({ words: `推进“一张网”建设，争取资金超${n}亿元`, target: `${n * 100_000_000}元gt` }),
  (n: number) => ({ words: `清淤河道${n}—${n + 3}条（含支流）`, target: `${n}-${n + 3}条range` }),
  () => ({ words: '健全河湖长制，落实管护责任', target: '' }),
] as const;

export const item: fc.Arbitrary<Item> = fc.record({
  work: fc.tuple(fc.constantFrom(...WORKS), fc.integer({ min: 21, max: 900 })).map(([work, count]) => work(count)),
  units: fc.uniqueArray(fc.constantFrom(...UNITS), { minLength: 1, maxLength: 4 }),
  partners: fc.uniqueArray(fc.constantFrom(...GROUPS), { minLength: 1, maxLength: 2 }),
  leader: fc.constantFrom(...LEADERS),
  month: fc.integer({ min: 1, max: 12 }),
});
export const dress: fc.Arbitrary<Dress> = fc
  .record({
    number: fc.constantFrom<(at: number) => string>(
      (at) => `${at}.`,
      (at) => `${at}．`,
      (at) => `${at}、`,
      (at) => `${at}. `,
    ),
    brackets: fc.constantFrom('（）', '()', '〔〕', '【】', '[]'),
    half: fc.boolean(),
    stop: fc.constantFrom('。', '', '；'),
    gap: fc.constantFrom('\n', '\n\n', '\r\n', '\n　　'),
  })
  .map(({ number, brackets, half, stop, gap }) => ({
    number,
    heading: (at: number) => `${'一二三四五'[at] ?? '六'}、`,
    open: brackets[0] ?? '（',
    close: brackets[1] ?? '）',
    colon: half ? ':' : '：',
    comma: half ? ',' : '，',
    semicolon: half ? ';' : '；',
    stop,
    gap,
  }));

/** A value that the heading of the section gives. */
const OF_SECTION = 'of the section';
export const list = (names: readonly string[]): string => names.join('、');
export const due = (month: number): string => {
  const last = new Date(Date.UTC(2031, month, 0)).getUTCDate();
  return `2031-${String(month).padStart(2, '0')}-${last}`;
};
const words = ({ work }: Item, { stop }: Dress): string => work.words + stop;
const first = ({ units }: Item): string => units.slice(0, 1).join();
const rest = ({ units, partners }: Item): string => [...units.slice(1), ...partners].join();
const all = ({ units, partners }: Item): string => [...units, ...partners].join();

export const FAMILIES: readonly Family[] = [
  {
    name: 'A: lead and responsible, by a semicolon',
    write: (i, d) =>
      `${words(i, d)}${d.open}牵头单位${d.colon}${first(i)}${d.semicolon}责任单位${d.colon}${list([...i.units.slice(1), ...i.partners])}${d.close}`,
    tells: (i) => ({ lead: first(i), responsible: rest(i) }),
  },
  {
    name: 'A2: lead and cooperating, by a comma',
    write: (i, d) =>
      `${words(i, d)}${d.open}牵头单位${d.colon}${list(i.units)}${d.comma}配合单位${d.colon}${list(i.partners)}${d.close}`,
    tells: (i) => ({ lead: i.units.join(), cooperating: i.partners.join() }),
  },
  {
    name: 'A3: lead and responsible, by a comma',
    write: (i, d) =>
      `${words(i, d)}${d.open}牵头单位${d.colon}${list(i.units)}${d.comma}责任单位${d.colon}${list(i.partners)}${d.close}`,
    tells: (i) => ({ lead: i.units.join(), responsible: i.partners.join() }),
  },
  {
    name: 'B: responsible alone, groups behind a comma',
    write: (i, d) => `${words(i, d)}${d.open}责任单位${d.colon}${list(i.units)}${d.comma}${list(i.partners)}${d.close}`,
    tells: (i) => ({ responsible: all(i) }),
  },
  {
    name: 'C: leads alone',
    write: (i, d) => `${words(i, d)}${d.open}牵头单位${d.colon}${list(i.units)}${d.close}`,
    tells: (i) => ({ lead: i.units.join() }),
  },
  {
    name: 'D: units and a verb',
    write: (i, d) => `${words(i, d)}${d.open}${list(i.units)}及${i.partners[0]}按职责分工负责${d.close}`,
    tells: (i) => ({ responsible: [...i.units, i.partners[0]].join() }),
  },
  {
    name: 'D2: units joined by 和 and a verb',
    write: (i, d) => `${words(i, d)}${d.open}${list(i.units)}和${i.partners[0]}具体负责${d.close}`,
    tells: (i) => ({ responsible: [...i.units, i.partners[0]].join() }),
  },
  {
    name: 'E: a lead and others, by verbs',
    write: (i, d) => `${words(i, d)}${d.open}${first(i)}牵头${d.comma}${list(i.partners)}按职责分工负责${d.close}`,
    tells: (i) => ({ lead: first(i), responsible: i.partners.join() }),
  },
  {
    name: 'E2: a lead and cooperating, by verbs',
    write: (i, d) => `${words(i, d)}${d.open}${list(i.units)}牵头负责${d.comma}${list(i.partners)}配合${d.close}`,
    tells: (i) => ({ lead: i.units.join(), cooperating: i.partners.join() }),
  },
  {
    name: 'F: a sign at the lead',
    write: (i, d) =>
      `${words(i, d)}${d.open}责任单位${d.colon}*${list(i.units)}${d.comma}${list(i.partners)}${d.close}`,
    tells: (i) => ({ lead: first(i), responsible: rest(i) }),
  },
  {
    name: 'J: labels on lines of their own',
    write: (i, d) =>
      `${words(i, d)}${d.gap}责任领导${d.colon}副市长 ${i.leader}${d.gap}牵头单位${d.colon}${first(i)}${d.gap}配合单位${d.colon}${list(i.partners)}${d.gap}完成时限${d.colon}${i.month}月底前`,
    tells: (i) => ({ lead: first(i), cooperating: i.partners.join(), leaders: i.leader, due: due(i.month) }),
  },
  {
    name: 'K: the leader in the bracket',
    write: (i, d) =>
      `${words(i, d)}${d.open}责任领导${d.colon}${i.leader}${d.semicolon}牵头单位${d.colon}${first(i)}${d.semicolon}责任单位${d.colon}${list(i.partners)}${d.close}`,
    tells: (i) => ({ lead: first(i), responsible: i.partners.join(), leaders: i.leader }),
  },
  {
    name: 'L: the leader in the heading',
    heading: ([i]) => `${i?.leader}副市长主抓的工作`,
    write: (i, d) => `${words(i, d)}${d.gap}责任单位${d.colon}${list([...i.units, ...i.partners])}`,
    tells: (i) => ({ responsible: all(i), leaders: OF_SECTION }),
  },
  {
    name: 'N: a date in the bracket',
    write: (i, d) => `${words(i, d)}${d.open}${list(i.units)}负责${d.comma}${i.month}月底前完成${d.close}`,
    tells: (i) => ({ responsible: i.units.join(), due: due(i.month) }),
  },
  {
    name: 'H: the unit first',
    write: (i, d) => `${list(i.units)}${d.colon}负责${i.work.words}。`,
    tells: (i) => ({ responsible: i.units.join() }),
  },
  {
    name: 'O: a problem and its measures',
    write: (i, d) =>
      `河道管护不到位。${d.gap}整改措施${d.colon}${i.work.words}。${d.gap}整改时限${d.colon}2031年${i.month}月底前${d.gap}牵头单位${d.colon}${first(i)}${d.gap}责任单位${d.colon}${list(i.partners)}`,
    tells: (i) => ({ lead: first(i), responsible: i.partners.join(), due: due(i.month) }),
  },
  {
    name: 'I: a date in the heading, a sentence',
    heading: ([i]) => `整治阶段（2031年${i?.month}月底前）`,
    write: (i) => `摸底排查。由${list(i.units)}牵头，组织${i.partners[0]}开展排查，${i.work.words}。`,
    tells: (i) => ({ lead: i.units.join(), due: OF_SECTION }),
  },
  {
    name: 'P: a sentence',
    write: (i) =>
      `关于水利工作。由${list(i.units)}牵头，${list(i.partners)}配合，于2031年${i.month}月底前${i.work.words}。`,
    tells: (i) => ({ lead: i.units.join(), cooperating: i.partners.join(), due: due(i.month) }),
  },
];

export const told = (task: DraftTask): Told => ({
  lead: task.lead.join(),
  responsible: task.responsible.join(),
  cooperating: task.cooperating.join(),
  leaders: task.leaders.join(),
  due: task.deadline?.due ?? '',
  target: task.targets
    .map(
      ({ value, upper, unit, comparator }) => `${value}${upper === undefined ? '' : `-${upper}`}${unit}${comparator}`,
    )
    .join(),
});
const EMPTY: Told = { lead: '', responsible: '', cooperating: '', leaders: '', due: '', target: '' };

export const sections = fc.array(fc.array(item, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 });

/** The plan as text, and what each of its tasks must come to. */
export function written(
  family: Family,
  plan: readonly (readonly Item[])[],
  clothes: Dress,
): { text: string; expected: Told[] } {
  let at = 0;
  const parts = ['云溪市2031年重点工作责任分解方案'];
  const expected: Told[] = [];
  plan.forEach((items, index) => {
    parts.push(clothes.heading(index) + (family.heading?.(items) ?? '水利建设'));
    for (const one of items) {
      parts.push(clothes.number(++at) + family.write(one, clothes));
      const tells = family.tells(one);
      const section = items[0];
      expected.push({
        ...EMPTY,
        target: one.work.target,
        ...tells,
        ...(section && tells.leaders === OF_SECTION ? { leaders: section.leader } : {}),
        ...(section && tells.due === OF_SECTION ? { due: due(section.month) } : {}),
      });
    }
  });
  return { text: parts.join(clothes.gap), expected };
}
