import { annualReport, type Policy } from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import { CHINA_HOLIDAYS, createWorkingCalendar, parseLocalDate } from '@duban/kernel';
import { PolicyDraftService, PolicyService } from '@duban/tasks';
import fc from 'fast-check';
import { planOf } from '../../supervision/test/city';
import { useOffice } from '../../supervision/test/office';
import { act, anyAct } from '../test/acts';
import { type BackTest, type BackTestInput, BackTestReader } from './back-test.reader';

const day = parseLocalDate;
const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const TEXT = planOf(
  '推进老旧小区改造，4月底前开工建设。（牵头单位：市住建局；责任单位：市教育局）',
  '整治易涝点，5月底前完成。（责任单位：市水务局、各区人民政府）',
);

/** Blue a day later, and an urge of the head instead of red. */
function other(): Policy {
  const policy = structuredClone(annualReport);
  policy.version = 2;
  const { rungs } = policy.ladders['three-colour']!;
  rungs.find(({ id }) => id === 'blue')!.offset = { workingDays: 4 };
  rungs.splice(
    rungs.findIndex(({ id }) => id === 'red'),
    1,
    { id: 'ask', offset: { workingDays: 12 }, kind: 'urge', to: ['head'] },
  );
  return policy;
}

describe('A back-test (回测)', () => {
  const t = useOffice();
  const backTest = (wish: Partial<BackTestInput> = {}, username = 'office'): Promise<BackTest> => {
    const reader = new BackTestReader(t.office.get(PolicyDraftService), t.office.get(UnitDirectory), calendar);
    const input = {
      from: day('2023-01-12'),
      to: day('2023-12-31'),
      limit: 200,
      ...(wish.rules ? {} : { version: 1 }),
      ...wish,
    };
    return t.office.as(username, (tx, actor, at) => reader.backTest(tx, actor, at, 'annual-report', input));
  };
  const count = async (planId: string | null): Promise<number> => {
    const [row] = await t.office.query<{ n: number }>(
      `select count(*)::int as n from follow_up f join obligation o on o.id = f.obligation_id join task k on k.id = o.task_id
       where $1::uuid is null or k.plan_id = $1`,
      [planId],
    );
    return row!.n;
  };

  beforeAll(async () => {
    await t.office.begin(planOf('新建一所学校。（牵头单位：市教育局）'));
    await t.office.query(`insert into policy (id, version, body) values ('annual-report', 2, $1)`, [
      JSON.stringify(other()),
    ]);
    await t.office.passTo('2023-03-10T18:00:00+08:00');
  });

  it('of a changed ladder has the difference that is counted by hand, and no other', async () => {
    const { totals, items } = await backTest({ version: 2 });
    /*
     * One unit: signing, and the action plan of 10 February. Blue of the latter comes on the 16th rather than the 15th, to
     * head and contact, and is to be answered by the 20th; so orange comes on the 21st rather than the 20th, to the head and
     * the office that stands in. Red of the 24th gives way to an urge of the head on the 28th.
     */
    expect(items.map((item) => `${item.side} ${item.day} ${item.rung} ${item.post}`).toSorted()).toEqual([
      'only_before 2023-02-15 blue contact',
      'only_before 2023-02-15 blue head',
      'only_before 2023-02-20 orange head',
      'only_before 2023-02-20 orange office',
      'only_before 2023-02-24 red head',
      'only_before 2023-02-24 red office',
      'only_with 2023-02-16 blue contact',
      'only_with 2023-02-16 blue head',
      'only_with 2023-02-21 orange head',
      'only_with 2023-02-21 orange office',
      'only_with 2023-02-28 ask head',
    ]);
    expect(totals).toMatchObject({ both: (await count(null)) - 6, onlyBefore: 6, onlyWith: 5, obligations: 7 });
    expect(totals!.byUnit).toEqual([
      expect.objectContaining({
        unitCode: 'S02',
        onlyBefore: 6,
        onlyWith: 5,
        worstBefore: { day: '2023-01-17', followUps: 2 },
      }),
    ]);
    expect(totals!.byKind).toContainEqual({ kind: 'notice', colour: 'red', both: 0, onlyBefore: 2, onlyWith: 0 });
    expect(totals!.byPost).toContainEqual({ post: 'office', both: 0, onlyBefore: 2, onlyWith: 1 });
  });

  it.each([1, 2, 5])('in pages of %i gives each difference once; totals stand on the first', async (limit) => {
    const whole = (await backTest({ version: 2 })).items;
    const paged: BackTest['items'] = [];
    for (let cursor: string | null = null; ;) {
      const page: BackTest = await backTest({ version: 2, limit, ...(cursor === null ? {} : { cursor }) });
      expect(page.totals === null).toBe(cursor !== null);
      paged.push(...page.items);
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(paged).toEqual(whole);
  });

  it('of rules as they are written says what it says of them as a version', async () => {
    const { id: _id, version: _version, ...rules } = other();
    const [written, asVersion] = [await backTest({ rules }), await backTest({ version: 2 })];
    expect(written.policy).toMatchObject({ id: 'annual-report', version: 3 });
    expect({ ...written, policy: null }).toEqual({ ...asVersion, policy: null });
    expect(written.totals!.onlyWith).toBeGreaterThan(0);
  });

  it('writes nothing in any table, and could not', async () => {
    const before = await t.office.rowCounts();
    await backTest({ version: 2 });
    expect(await t.office.rowCounts()).toEqual(before);
    const reader = new BackTestReader(t.office.get(PolicyDraftService), t.office.get(UnitDirectory), calendar);
    const write = t.office.as('office', async (tx, actor, at) => {
      await reader.backTest(tx, actor, at, 'annual-report', {
        from: day('2023-01-12'),
        to: day('2023-01-13'),
        limit: 1,
      });
      await tx.query(`update obligation set next_rung = null, next_rung_at = null`);
    });
    await expect(write).rejects.toMatchObject({ driverError: { code: '25006' } });
  });

  it.each<[string, Partial<BackTestInput>, string, string]>([
    ['a span that ends before it begins', { from: day('2024-01-01') }, 'office', 'SIMULATION.FROM_AFTER_TO'],
    ['a span of more than two years', { to: day('2026-01-01') }, 'office', 'SIMULATION.SPAN_TOO_LONG'],
    ['no such plan', { planId: '00000000-0000-7000-8000-000000000000' }, 'office', 'PLAN.UNKNOWN'],
    ['no such version', { version: 9 }, 'office', 'POLICY.UNKNOWN_VERSION'],
    ['a cursor of another list', { cursor: 'WyJ4Il0' }, 'office', 'REQUEST.BAD_CURSOR'],
    ['a unit that asks', {}, 'S03.head', 'RIGHTS.NOT_ALLOWED'],
  ])('%s is refused', async (_, wish, username, code) => {
    await expect(backTest(wish, username)).rejects.toMatchObject({ code });
  });

  it('of the very policy that ran gives exactly what was sent, whatever people did in between', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), anyAct()), { minLength: 5, maxLength: 25 }),
        async (acts) => {
          await t.office.query(`update obligation set state = 'lapsed', next_rung = null, next_rung_at = null`);
          const start = t.office.clock.now();
          const year = start.getUTCFullYear();
          const issuedOn = new Date(start.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
          const planId = await t.office.draft(TEXT.replace('2023年', `${year}年`));
          const { version } = await t.office.as('office', (tx) =>
            t.office.get(PolicyService).newest(tx, 'annual-report'),
          );
          await t.office.issue(planId, { year, issuedOn });
          for (const [days, one] of acts) {
            await t.office.passTo(new Date(t.office.clock.now().getTime() + days * 86_400_000).toISOString());
            await act(t.office, planId, one);
          }
          await t.office.passTo(new Date(t.office.clock.now().getTime() + 5 * 86_400_000).toISOString());
          const to = day(`${year + 1}-12-31`);
          const { totals, items } = await backTest({ planId, version, from: day(issuedOn), to });
          expect(items).toEqual([]);
          expect(totals!.both).toBe(await count(planId));
          expect(totals!.both).toBeGreaterThan(0);
        },
      ),
      { numRuns: Number(process.env.BACK_TEST_RUNS ?? 4), endOnFailure: true },
    );
  });
});
