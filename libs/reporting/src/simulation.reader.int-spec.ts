import { annualReport, type Policy } from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import { CHINA_HOLIDAYS, createWorkingCalendar, localDateOf, parseLocalDate } from '@duban/kernel';
import { PlanService, PolicyDraftService, PolicyService } from '@duban/tasks';
import fc from 'fast-check';
import { planOf } from '../../supervision/test/city';
import { type Office, useOffice } from '../../supervision/test/office';
import { act, anyAct } from '../test/acts';
import { type SimulatedFollowUp, type Simulation, type SimulationInput, SimulationReader } from './simulation.reader';

const day = parseLocalDate;
const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const ZONE = 'Asia/Shanghai';

type Wish = Partial<Omit<SimulationInput, 'from' | 'to' | 'issuedOn'>> & {
  from: string;
  to: string;
  issuedOn?: string;
};

const readerOf = (office: Office): SimulationReader =>
  new SimulationReader(
    office.get(PolicyService),
    office.get(PolicyDraftService),
    office.get(PlanService),
    office.get(UnitDirectory),
    calendar,
  );

function simulate(
  office: Office,
  { from, to, issuedOn, ...wish }: Wish,
  { policy = 'annual-report', username = 'office' } = {},
): Promise<Simulation> {
  const input: SimulationInput = {
    assume: 'nobody_answers',
    limit: 200,
    ...wish,
    from: day(from),
    to: day(to),
    ...(issuedOn === undefined ? {} : { issuedOn: day(issuedOn) }),
  };
  return office.as(username, (tx, actor, at) => readerOf(office).simulate(tx, actor, at, policy, input));
}

/** All pages. */
async function allOf(office: Office, wish: Wish, as?: { policy?: string }): Promise<SimulatedFollowUp[]> {
  const items: SimulatedFollowUp[] = [];
  for (let cursor: string | null = null; ;) {
    const page: Simulation = await simulate(office, { ...wish, ...(cursor === null ? {} : { cursor }) }, as);
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = page.next;
  }
}

/** A follow-up in words, as both sides can say it. */
const lineOf = (item: SimulatedFollowUp): string =>
  [
    item.at.toISOString(),
    item.taskId,
    item.unitCode,
    item.obligationKind,
    item.subject ?? '-',
    item.dueOn,
    item.rung,
    item.kind,
    item.colour ?? '-',
    item.recipient.postId,
    item.recipient.post,
    item.isCopy ? 'copy' : 'main',
    item.answerDueOn ?? '-',
  ].join(' ');

const REAL = `
  select f.fired_at as at, o.task_id as "taskId", u.code as "unitCode", o.kind as "obligationKind", o.subject,
    o.effective_on::text as "dueOn", f.rung, f.kind, f.colour, f.is_copy as "isCopy",
    n.answer_due_on::text as "answerDueOn", jsonb_build_object('postId', p.id, 'post', p.kind) as recipient
  from follow_up f join obligation o on o.id = f.obligation_id join task t on t.id = o.task_id
    join unit u on u.id = o.unit_id join post p on p.id = f.recipient_post_id
    left join supervision_notice n on n.id = f.notice_id
  where t.plan_id = $1 and f.fired_at >= $2 and f.fired_at < $3`;

async function realOf(office: Office, planId: string, from: Date, until: Date): Promise<string[]> {
  const rows = await office.query<SimulatedFollowUp>(REAL, [planId, from, until]);
  return rows.map(lineOf).sort();
}

const daysLater = (instant: Date, days: number): Date => new Date(instant.getTime() + days * 86_400_000);
const localDay = (instant: Date): string => localDateOf(instant, ZONE);
const endOf = (date: string): Date => daysLater(new Date(`${date}T00:00:00+08:00`), 1);

const UNITS = { 市住建局: 'S03', 市教育局: 'S02', 市水务局: 'S04' } as const;
type UnitName = keyof typeof UNITS;
const LEADER = '柳问渠';

interface RandomTask {
  units: UnitName[];
  isLeadNamed: boolean;
  withDistricts: boolean;
  dates: ('none' | 'deadline' | 'milestone' | 'both' | 'from_issue')[];
  month: number;
  leader: 'nobody' | 'known' | 'unknown';
}
const anyTask: fc.Arbitrary<RandomTask> = fc.record({
  units: fc.shuffledSubarray(Object.keys(UNITS) as UnitName[], { minLength: 1 }),
  isLeadNamed: fc.boolean(),
  withDistricts: fc.boolean(),
  dates: fc.array(fc.constantFrom('none', 'deadline', 'milestone', 'both', 'from_issue'), {
    minLength: 1,
    maxLength: 1,
  }),
  month: fc.integer({ min: 1, max: 12 }),
  leader: fc.constantFrom('nobody', 'known', 'unknown'),
});

function textOf({ units, isLeadNamed, withDistricts, dates, month, leader }: RandomTask, i: number): string {
  const [first, ...others] = units as [UnitName, ...UnitName[]];
  const rest = [...others, ...(withDistricts ? ['各区人民政府'] : [])].join('、');
  const clause = isLeadNamed
    ? `牵头单位：${first}${rest === '' ? '' : `；责任单位：${rest}`}`
    : `责任单位：${[first, ...(rest === '' ? [] : [rest])].join('、')}`;
  const named = leader === 'nobody' ? '' : `；分管领导：${leader === 'known' ? LEADER : '周不存'}`;
  const date = {
    none: '',
    deadline: `，${month}月底前完成`,
    milestone: `，${month}月底前开工建设`,
    both: `，${Math.max(1, month - 1)}月底前开工建设，${month}月底前完成`,
    from_issue: '，印发之日起30日内完成',
  }[dates[0]!];
  return `整治第${i + 1}处易涝点${date}。（${clause}${named}）`;
}

describe('a simulation', () => {
  describe('of random plans', () => {
    const t = useOffice('2020-01-06T08:00:00+08:00');

    it('is what then happens, follow-up by follow-up: of the draft, of the plan, and of what is left half-way', async () => {
      const { office } = t;
      await office.query(`update person set display_name = $1 where username = 'leader'`, [LEADER]);
      let seen = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyTask, { minLength: 1, maxLength: 3 }),
          fc.array(anyAct(), { maxLength: 10 }),
          fc.integer({ min: 20, max: 70 }),
          fc.integer({ min: 20, max: 70 }),
          fc.integer({ min: 0, max: 14 }),
          async (tasks, acts, first, second, hour) => {
            await office.query(`update obligation set state = 'lapsed', next_rung = null, next_rung_at = null`);
            const now = new Date(daysLater(office.clock.now(), 1).getTime() + hour * 3_600_000);
            office.sleepTo(now.toISOString());
            const today = localDay(now);
            const year = Number(today.slice(0, 4));
            const planId = await office.draft(planOf(...tasks.map(textOf)).replace('2023年', `${year}年`));
            const half = localDay(daysLater(now, first));
            const end = localDay(daysLater(now, first + second));

            const drafted = (await allOf(office, { planId, from: today, to: end })).map(lineOf).sort();
            await office.issue(planId, { year, issuedOn: today });
            const span = { planId, from: today, to: end };
            expect((await allOf(office, span)).map(lineOf).sort()).toEqual(drafted);
            await office.passTo(endOf(half).toISOString());
            expect(await realOf(office, planId, now, endOf(half))).toEqual(
              drafted.filter((line) => line < endOf(half).toISOString()),
            );

            for (const one of acts) await act(office, planId, one);
            const halfway = office.clock.now();
            const left = (await allOf(office, { ...span, from: localDay(halfway) })).map(lineOf).sort();
            await office.passTo(endOf(end).toISOString());
            expect(await realOf(office, planId, halfway, endOf(end))).toEqual(left);
            seen += drafted.length + left.length;
          },
        ),
        { numRuns: Number(process.env.SIMULATION_RUNS ?? 6), endOnFailure: true },
      );
      expect(seen).toBeGreaterThan(0);
    });
  });

  describe('of the worked example of 2023', () => {
    const t = useOffice();
    let office: Office;
    let planId: string;
    const SPAN = { from: '2023-01-12', to: '2023-05-31' };
    beforeAll(async () => {
      office = t.office;
      planId = await office.begin(planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）'));
    });
    const daysOf = ({ totals }: Simulation): [string, number][] =>
      totals!.byDay.filter(({ followUps }) => followUps > 0).map(({ day, followUps }) => [day, followUps]);

    /** By hand: to contact alone for the first reminder, to contact and head, to head and the office that stands in. */
    const DAYS: [string, number][] = [
      ['2023-01-16', 2],
      ['2023-01-17', 4],
      ['2023-01-19', 4],
      ['2023-02-03', 1],
      ['2023-02-09', 2],
      ['2023-02-13', 2],
      ['2023-02-15', 2],
      ['2023-02-20', 2],
      ['2023-02-24', 2],
      ['2023-04-13', 1],
      ['2023-04-19', 2],
      ['2023-04-21', 2],
      ['2023-04-24', 2],
      ['2023-04-27', 2],
      ['2023-05-06', 2],
    ];

    it('has the days of the calendar and no others, with totals by kind, unit and week, and the worst day', async () => {
      const simulation = await simulate(office, SPAN);
      expect(daysOf(simulation)).toEqual(DAYS);
      const { totals, plans, policy } = simulation;
      expect(policy).toEqual({ id: 'annual-report', version: 1, name: annualReport.name });
      expect(plans.map(({ id, basis }) => ({ id, basis }))).toEqual([{ id: planId, basis: 'goes_by_it' }]);
      expect(totals).toMatchObject({
        followUps: 32,
        worstDay: { day: '2023-01-17', followUps: 4 },
        byKind: [
          { kind: 'reminder', colour: null, followUps: 8 },
          { kind: 'urge', colour: null, followUps: 8 },
          { kind: 'notice', colour: 'blue', followUps: 8 },
          { kind: 'notice', colour: 'orange', followUps: 4 },
          { kind: 'notice', colour: 'red', followUps: 4 },
        ],
        byObligationKind: [
          { kind: 'sign_for', followUps: 10 },
          { kind: 'action_plan', followUps: 11 },
          { kind: 'progress_report', followUps: 11 },
        ],
      });
      expect(totals!.byUnit).toEqual([
        expect.objectContaining({
          unitCode: 'S03',
          unitName: '市住建局',
          followUps: 27,
          notices: 14,
          worstDay: { day: '2023-01-17', followUps: 2 },
        }),
        expect.objectContaining({
          unitCode: 'S02',
          followUps: 5,
          notices: 2,
          worstDay: { day: '2023-01-17', followUps: 2 },
        }),
      ]);
      expect(totals!.byWeek.slice(0, 3)).toEqual([
        { from: '2023-01-16', followUps: 10 },
        { from: '2023-01-30', followUps: 1 },
        { from: '2023-02-06', followUps: 2 },
      ]);
      expect(totals!.byDay).toHaveLength(140);
    });

    it('names day, post and who holds it; the office stands in for a leader whom the task does not name', async () => {
      const items = await allOf(office, SPAN);
      const of = (rung: string) =>
        items
          .filter((item) => item.rung === rung && item.obligationKind === 'action_plan')
          .map(({ day: on, recipient, isCopy, persons, answerDueOn }) => [
            on,
            recipient.post,
            isCopy,
            persons.length,
            answerDueOn,
          ]);
      expect(of('remind-5')).toEqual([['2023-02-03', 'contact', false, 1, null]]);
      expect(of('orange')).toEqual([
        ['2023-02-20', 'head', false, 1, '2023-02-23'],
        ['2023-02-20', 'office', true, 1, '2023-02-23'],
      ]);
    });

    it('in which all is done on its last day has what comes before the dates, and nothing after', async () => {
      const simulation = await simulate(office, { ...SPAN, assume: 'all_done_on_time' });
      expect(daysOf(simulation)).toEqual([
        ['2023-01-16', 2],
        ['2023-02-03', 1],
        ['2023-02-09', 2],
        ['2023-04-13', 1],
        ['2023-04-19', 2],
      ]);
    });

    it('of one unit has its own, of one day that day', async () => {
      const [{ id: unitId }] = (await office.query<{ id: string }>(`select id from unit where code = 'S02'`)) as [
        { id: string },
      ];
      expect(daysOf(await simulate(office, { ...SPAN, unitId }))).toEqual([
        ['2023-01-16', 1],
        ['2023-01-17', 2],
        ['2023-01-19', 2],
      ]);
      expect(daysOf(await simulate(office, { from: '2023-02-09', to: '2023-02-09' }))).toEqual([['2023-02-09', 2]]);
    });

    it.each([1, 3, 7])(
      'in pages of %i gives each item once, in the same order; totals stand on the first',
      async (limit) => {
        const whole = await allOf(office, SPAN);
        expect(whole).toHaveLength(32);
        expect((await allOf(office, { ...SPAN, limit })).map(lineOf)).toEqual(whole.map(lineOf));
        const first = await simulate(office, { ...SPAN, limit });
        const second = await simulate(office, { ...SPAN, limit, cursor: first.next! });
        expect([first.totals?.followUps, second.totals]).toEqual([32, null]);
      },
    );

    it('writes nothing in any table, and could not', async () => {
      const draftId = await office.draft(planOf('新建一所学校。（牵头单位：市教育局）'));
      const before = await office.rowCounts();
      const events = await office.query(`select max(seq) from history_event`);
      await simulate(office, SPAN);
      await simulate(office, { ...SPAN, planId: draftId });
      expect(await office.rowCounts()).toEqual(before);
      expect(await office.query(`select max(seq) from history_event`)).toEqual(events);
      const write = office.as('office', async (tx, actor, at) => {
        const input: SimulationInput = { from: day(SPAN.from), to: day(SPAN.to), assume: 'nobody_answers', limit: 1 };
        await readerOf(office).simulate(tx, actor, at, 'annual-report', input);
        await tx.query(`update obligation set next_rung = null, next_rung_at = null`);
      });
      await expect(write).rejects.toMatchObject({ driverError: { code: '25006' } });
    });

    it('of a draft leaves out what cannot be handed out, and says so', async () => {
      const draftId = await office.draft(planOf('整治河道。（牵头单位：市住建局；责任单位：市造梦局）', '清淤。'));
      const simulation = await simulate(office, { ...SPAN, planId: draftId });
      expect(simulation.plans).toMatchObject([{ id: draftId, basis: 'would_be_issued' }]);
      expect(simulation.faults.map(({ code }) => code).sort()).toEqual(['TASK.NO_UNIT', 'UNIT.UNKNOWN']);
      expect(simulation.totals!.byUnit.map(({ unitCode }) => unitCode)).toEqual(['S03']);
      expect(simulation.items.every(({ obligationId }) => obligationId === null)).toBe(true);
    });

    it('of a draft goes by the day of issue and the year that are given', async () => {
      const draftId = await office.draft(planOf('整治河道。（牵头单位：市住建局）'));
      const late = await simulate(office, { ...SPAN, planId: draftId, issuedOn: '2023-03-01' });
      // Signed for by 3 March; the action plan of 10 February is owed no more.
      expect(daysOf(late).slice(0, 3)).toEqual([
        ['2023-03-03', 1],
        ['2023-03-06', 2],
        ['2023-03-08', 2],
      ]);
      expect(late.totals!.byObligationKind.map(({ kind }) => kind)).toEqual(['sign_for', 'progress_report']);
      const next = await simulate(office, {
        planId: draftId,
        from: '2024-01-01',
        to: '2024-03-31',
        issuedOn: '2024-01-08',
        year: 2024,
      });
      expect(next.totals!.byObligationKind.map(({ kind }) => kind)).toEqual(['sign_for', 'action_plan']);
    });

    it('marks what lies in a year whose holidays are not published', async () => {
      const draftId = await office.draft(planOf('整治河道。（牵头单位：市住建局）'));
      const items = await allOf(office, {
        planId: draftId,
        from: '2026-12-01',
        to: '2027-03-01',
        issuedOn: '2026-12-01',
        year: 2026,
      });
      const marked = new Map(items.map((item) => [item.day, item.isProvisional]));
      expect(marked.get(day('2026-12-03'))).toBe(false);
      expect([...marked].filter(([on]) => on > '2027')).not.toHaveLength(0);
      expect([...marked].filter(([on, isProvisional]) => on > '2027' && !isProvisional)).toEqual([]);
    });

    it('a span before the present has nothing: that was sent, or not', async () => {
      expect((await simulate(office, { from: '2022-01-01', to: '2022-12-31' })).totals).toMatchObject({
        followUps: 0,
        worstDay: null,
      });
    });

    it.each<[string, Wish, object, string, string | undefined]>([
      [
        'a span that ends before it begins',
        { from: '2023-05-01', to: '2023-04-30' },
        {},
        'SIMULATION.FROM_AFTER_TO',
        'from',
      ],
      ['a span of more than two years', { from: '2023-05-01', to: '2025-05-02' }, {}, 'SIMULATION.SPAN_TOO_LONG', 'to'],
      ['no such policy', SPAN, { policy: 'none' }, 'POLICY.UNKNOWN', 'id'],
      ['no such version', { ...SPAN, version: 9 }, {}, 'POLICY.UNKNOWN_VERSION', 'version'],
      ['no such plan', { ...SPAN, planId: '00000000-0000-7000-8000-000000000000' }, {}, 'PLAN.UNKNOWN', 'planId'],
      ['no such unit', { ...SPAN, unitId: '00000000-0000-7000-8000-000000000000' }, {}, 'UNIT.UNKNOWN', 'unitId'],
      ['a day of issue without a draft', { ...SPAN, issuedOn: '2023-02-01' }, {}, 'SIMULATION.NOT_A_DRAFT', 'issuedOn'],
      ['a year without a draft', { ...SPAN, year: 2023 }, {}, 'SIMULATION.NOT_A_DRAFT', 'year'],
      ['a cursor of another list', { ...SPAN, cursor: 'WyJ4Il0' }, {}, 'REQUEST.BAD_CURSOR', 'cursor'],
      ['a unit that asks', SPAN, { username: 'S03.head' }, 'RIGHTS.NOT_ALLOWED', undefined],
    ])('%s is refused', async (_, wish, as, code, field) => {
      const details = field === undefined ? {} : { details: expect.objectContaining({ field }) };
      await expect(simulate(office, wish, as)).rejects.toMatchObject({ code, ...details });
    });
  });

  describe('of rules that a plan would take over', () => {
    const t = useOffice();

    it('goes on after what was sent, leaves settled what is settled, and owes nothing anew that is past', async () => {
      const { office } = t;
      const mild: Policy = structuredClone(annualReport);
      mild.version = 2;
      const ladder = mild.ladders['three-colour']!;
      ladder.rungs = ladder.rungs.filter(({ kind }) => kind !== 'notice');
      ladder.rungs.push({ id: 'ask', offset: { workingDays: 8 }, kind: 'urge', to: ['head'] });
      await office.query(`insert into policy (id, version, body) values ('annual-report', 2, $1)`, [
        JSON.stringify(mild),
      ]);
      const draftId = await office.draft(planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）'));
      // Issued by the version before: the newest is the default of issue, so the plan is put back on it.
      await office.issue(draftId);
      await office.query(`update plan set policy_version = 1 where id = $1`, [draftId]);
      await office.query(`update obligation set policy_version = 1`);
      await office.move('S03.contact', await office.assignment(draftId, '1', 'S03'), 'sign_for');
      await office.move('S02.contact', await office.assignment(draftId, '1', 'S02'), 'sign_for');
      await office.passTo('2023-02-13T10:00:00+08:00');

      const span = { from: '2023-02-13', to: '2023-05-31' };
      const linesOf = async (version: number): Promise<string[]> =>
        (await allOf(office, { ...span, version })).map((item) => `${item.day} ${item.rung} ${item.recipient.post}`);
      expect((await simulate(office, { ...span, version: 2 })).plans).toMatchObject([{ basis: 'would_take_it_over' }]);
      expect((await linesOf(1)).slice(0, 2)).toEqual(['2023-02-15 blue head', '2023-02-15 blue contact']);
      // The reminders and the urge of the action plan went out on 3, 9 and 13 February.
      expect(await linesOf(2)).toEqual([
        '2023-02-22 ask head',
        '2023-04-13 remind-5 contact',
        '2023-04-19 remind-1 contact',
        '2023-04-19 remind-1 head',
        '2023-04-21 urge contact',
        '2023-04-21 urge head',
        '2023-05-04 ask head',
      ]);
    });
  });
});
