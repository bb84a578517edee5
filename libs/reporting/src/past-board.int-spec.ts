import { HistoryService } from '@duban/history';
import { CHINA_HOLIDAYS, createWorkingCalendar } from '@duban/kernel';
import fc from 'fast-check';
import { planOf } from '../../supervision/test/city';
import { useOffice } from '../../supervision/test/office';
import { act, anyAct } from '../test/acts';
import { ObjectionDays, PolicyService } from '@duban/tasks';
import type { TaskFilter } from './board';
import { BreakdownReader } from './breakdown.reader';
import { TaskReader } from './task.reader';

const UNITS = ['S02', 'S03', 'Q01'];
const PLAN = planOf(
  '推进老旧小区改造，6月底前完成。（牵头单位：市住建局；责任单位：市教育局）',
  '整治河道岸线。（改造旧管网〈责任单位：市住建局〉；整治易涝点〈责任单位：各区人民政府〉）',
  '新建一所学校。（责任单位：市教育局、市水务局）',
);
const REVISED = [
  planOf(
    '推进老旧小区改造，9月底前完成。（牵头单位：市教育局；责任单位：市住建局、各区人民政府）',
    '整治河道岸线。（改造旧管网〈责任单位：市住建局〉；新建泵站〈责任单位：市教育局〉）',
    '新建一所学校。（责任单位：市教育局、市水务局）',
  ),
  planOf(
    '新建公园。（责任单位：市教育局）',
    '推进老旧小区改造，6月底前完成。（牵头单位：市住建局；责任单位：市教育局）',
    '新建一所学校。（责任单位：市水务局）',
  ),
];

interface Board {
  at: Date;
  username: string;
  filter: Partial<TaskFilter>;
  lines: string;
}

describe('the board of a past instant', () => {
  const t = useOffice('2023-01-12T09:00:00+08:00');
  const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
  const days = new ObjectionDays(new PolicyService(), calendar);
  const reader = new TaskReader(new HistoryService(), new BreakdownReader(), calendar, days);

  /** Page by page, as text: what the present says in dates and the past in words is one on the wire. */
  async function boardOf(username: string, filter: Partial<TaskFilter>, asOf?: Date): Promise<string> {
    const lines: unknown[] = [];
    for (let cursor: string | null = null; ;) {
      const page = await t.office.as(username, (tx, actor, at) =>
        reader.list(tx, actor, at, {
          sort: 'position',
          limit: 3,
          ...filter,
          ...(asOf === undefined ? {} : { asOf }),
          ...(cursor === null ? {} : { cursor }),
        }),
      );
      lines.push(...page.items);
      cursor = page.next;
      if (cursor === null)
        return JSON.stringify(
          lines.map((line) => Object.entries(line as object).sort()),
          null,
          1,
        );
    }
  }

  it('is what it was at the time, for everybody, narrowed and ordered in every way', async () => {
    const { office } = t;
    const units = await office.query<{ id: string }>(`select id from unit where code = any($1) order by code`, [UNITS]);
    const filterOf = (planId: string): fc.Arbitrary<Partial<TaskFilter>> =>
      fc.record(
        {
          planId: fc.constant(planId),
          unitId: fc.constantFrom(...units.map(({ id }) => id)),
          state: fc.constantFrom('assigned', 'in_progress', 'reported', 'verified'),
          light: fc.constantFrom('green', 'yellow', 'red'),
          dueBefore: fc.constantFrom(new Date('2023-03-01T00:00:00Z'), new Date('2023-08-01T00:00:00Z')),
          q: fc.constantFrom('改造', '河', '3'),
          sort: fc.constantFrom('position', 'due', '-due'),
        },
        // Of what another story has left nothing is asked: its duties have lapsed without an event.
        { requiredKeys: ['planId'] },
      );
    const step = fc.record({ act: anyAct('revise'), hours: fc.integer({ min: 1, max: 200 }) });
    const looks = fc.array(fc.nat(), { minLength: 6, maxLength: 6 });
    let lit = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 25, maxLength: 35 }), looks, async (steps, seeds) => {
        const boards: Board[] = [];
        const planId = await office.draft(PLAN);
        const look = async (seed: number): Promise<void> => {
          const [filter] = fc.sample(filterOf(planId), { seed, numRuns: 1 }) as [Partial<TaskFilter>];
          for (const username of ['office', ...UNITS.map((unit) => `${unit}.contact`)]) {
            for (const one of [{ planId }, filter]) {
              const lines = await boardOf(username, one);
              boards.push({ at: office.clock.now(), username, filter: one, lines });
            }
          }
        };
        await look(seeds[0]!);
        // What happens at the very instant that was looked at is of that instant: nothing does.
        const wait = (): void => office.sleepTo(new Date(office.clock.now().getTime() + 1_000).toISOString());
        wait();
        await office.issue(planId, { issuedOn: office.clock.now().toISOString().slice(0, 10) });
        for (const [i, { act: next, hours }] of steps.entries()) {
          await office.passTo(new Date(office.clock.now().getTime() + hours * 3_600_000).toISOString());
          await act(office, planId, next, REVISED);
          if (i % 4 === 0) await look(seeds[i % seeds.length]! + i);
          wait();
        }
        for (const { at, username, filter, lines } of boards) {
          expect({ at, username, filter, lines: await boardOf(username, filter, at) }).toEqual({
            at,
            username,
            filter,
            lines,
          });
          lit += lines.match(/"(yellow|red)"/g)?.length ?? 0;
        }
        await office.query(
          `update obligation set state = 'lapsed', next_rung = null, next_rung_at = null
          where task_id in (select id from task where plan_id = $1)`,
          [planId],
        );
      }),
      { numRuns: Number(process.env.BOARD_RUNS ?? 2), endOnFailure: true },
    );
    expect(lit).toBeGreaterThan(0);
  });

  it('of a unit has what was its own then, and not what it was given since', async () => {
    const { office } = t;
    const planId = await office.draft(PLAN);
    const day = office.clock.now().toISOString().slice(0, 10);
    await office.issue(planId, { issuedOn: day });
    const issued = office.clock.now();
    office.sleepTo(new Date(issued.getTime() + 3_600_000).toISOString());
    await act(office, planId, { do: 'revise', which: 0 }, REVISED);
    const contentsOf = async (username: string, asOf?: Date): Promise<string[]> => {
      const lines = JSON.parse(await boardOf(username, { planId }, asOf)) as [string, unknown][][];
      return lines.map((line) => String(Object.fromEntries(line).content).slice(0, 6));
    };
    // Districts came into the first task by the revision; the part that they had in the second went.
    expect(await contentsOf('Q01.contact')).toContain('推进老旧小区');
    expect(await contentsOf('Q01.contact', issued)).not.toContain('推进老旧小区');
    expect(await contentsOf('Q01.contact', issued)).toEqual(['整治河道岸线', '整治易涝点']);
    expect(await contentsOf('office', new Date(issued.getTime() - 86_400_000 * 3_000))).toEqual([]);
  });

  it('keeps the names of units as they were recorded', async () => {
    const { office } = t;
    const before = office.clock.now();
    office.sleepTo(new Date(before.getTime() + 3_600_000).toISOString());
    await office.query(`update unit set name = '市水利局' where code = 'S04'`);
    expect(await boardOf('office', { q: '学校' })).toContain('市水利局');
    expect(await boardOf('office', { q: '学校' }, before)).toContain('市水务局');
    expect(await boardOf('office', { q: '学校' }, before)).not.toContain('市水利局');
  });
});
