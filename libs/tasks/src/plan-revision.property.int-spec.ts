import fc from 'fast-check';
import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { Revising } from '../test/revisions';

const UNITS = ['市发改委', '市教育局', '市住建局', '市水务局', '东溪区人民政府', '各区人民政府'];
const WORKS = [
  '改造老旧住宅屋面',
  '新建乡镇小学校舍',
  '疏浚城西河道淤泥',
  '植树造林绿化荒山',
  '敷设天然气管线',
  '建设社区养老食堂',
  '修复古城墙遗址',
  '培训新型职业农民',
];
const PARTS = ['勘察设计', '征地拆迁', '管网施工'];

/** One item of a document as its ingredients. */
interface Item {
  work: number;
  figure: number;
  month: number | null;
  lead: number[];
  others: number[];
  parts: { what: number; units: number[] }[];
}
const units = (minLength: number) =>
  fc.uniqueArray(fc.nat(UNITS.length - 1), { minLength, maxLength: 2 }).map((list) => list.sort());
const itemOf = (work: number): fc.Arbitrary<Item> =>
  fc.record({
    work: fc.constant(work),
    figure: fc.integer({ min: 2, max: 40 }),
    month: fc.option(fc.integer({ min: 3, max: 11 })),
    lead: units(0),
    others: units(1),
    parts: fc.oneof(
      { weight: 3, arbitrary: fc.constant<Item['parts']>([]) },
      fc.uniqueArray(fc.record({ what: fc.nat(PARTS.length - 1), units: units(1) }), {
        minLength: 2,
        maxLength: 3,
        selector: ({ what }) => what,
      }),
    ),
  });
const document = fc
  .uniqueArray(fc.nat(WORKS.length - 1), { minLength: 1, maxLength: WORKS.length })
  .chain((works) => fc.tuple(...works.map(itemOf)));

const nameList = (list: readonly number[]): string => list.map((i) => UNITS[i]).join('、');
const wordsOf = ({ work, figure, month, lead, others, parts }: Item): string => {
  const promise = `${WORKS[work]}${figure}处${month === null ? '' : `，${month}月底前完成`}`;
  if (parts.length > 0) {
    const each = parts.map(({ what, units: own }) => `${WORKS[work]}${PARTS[what]}〈责任单位：${nameList(own)}〉`);
    return `${promise}。（${each.join('；')}）`;
  }
  const labelled = [...(lead.length > 0 ? [`牵头单位：${nameList(lead)}`] : []), `责任单位：${nameList(others)}`];
  return `${promise}。（${labelled.join('；')}）`;
};

/** A failure is told as it is: making it smaller takes longer than a test may. */
const RUNS = { numRuns: Number(process.env['REVISION_RUNS'] ?? 5), endOnFailure: true };

jest.setTimeout(60_000 + 2_000 * RUNS.numRuns);

describe('A random revision', () => {
  const t = useOffice();
  let office: Office;
  beforeAll(() => {
    office = t.office;
  });

  /** What each unit has to do in a plan, and what it owes by when; what was ended by the revision left out. */
  const handedOut = (planId: string) =>
    office.query<{ line: string }>(
      `select t.content || ' ' || u.code || ' ' || a.role || ' ' || a.is_lead_inferred || ' ' || coalesce(g.code, '-')
         || ' ' || t.due_on || ' ' || (select string_agg(o.kind || coalesce(o.subject, '') || o.due_on, ' '
              order by o.due_on, o.kind, o.subject)
            from obligation o where o.assignment_id = a.id and o.state = 'open') as line
       from assignment a join task t on t.id = a.task_id join unit u on u.id = a.unit_id
         left join unit_group g on g.id = a.group_id
       where t.plan_id = $1 and a.state <> 'cancelled' order by 1`,
      [planId],
    );

  it('taken whole on the day of issue leaves what issuing the revised document would have given', async () => {
    await fc.assert(
      fc.asyncProperty(document, document, async (before, after) => {
        const [old, revised] = [before, after].map((items) => planOf(...items.map(wordsOf))) as [string, string];
        fc.pre(old !== revised);
        const planId = await office.begin(old);
        const revision = await Revising.of(office, planId, revised);
        const { refused } = await revision.takeAll();
        await revision.takeNumbers();
        const { items } = await revision.view();
        expect(items.filter(({ state }) => state === 'open').map(({ id }) => id)).toEqual(
          refused.map(({ itemId }) => itemId),
        );
        expect(refused).toEqual([]);
        expect(await revision.remains(revised)).toEqual([]);
        await revision.close();
        expect(await handedOut(planId)).toEqual(await handedOut(await office.begin(revised)));
      }),
      RUNS,
    );
  });

  it('taken before the issue leaves the same draft as the revised document', async () => {
    await fc.assert(
      fc.asyncProperty(document, document, async (before, after) => {
        const [old, revised] = [before, after].map((items) => planOf(...items.map(wordsOf))) as [string, string];
        fc.pre(old !== revised);
        const planId = await office.draft(old);
        const revision = await Revising.of(office, planId, revised);
        expect((await revision.takeAll()).refused).toEqual([]);
        await revision.takeNumbers();
        expect(await revision.remains(revised)).toEqual([]);
        await office.issue(planId);
        expect(await handedOut(planId)).toEqual(await handedOut(await office.begin(revised)));
      }),
      RUNS,
    );
  });
});
