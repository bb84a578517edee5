import { CHINA_HOLIDAYS, createWorkingCalendar, endOfLocalDay, parseLocalDate } from '@duban/kernel';
import { annualReport } from './presets';
import { type Assumption, foresee, FollowUpCounter, type OwedObligation } from './simulation';

const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const timeZone = 'Asia/Shanghai';
const d = parseLocalDate;
const nineOn = (date: string) => new Date(`${date}T09:00:00+08:00`);
const NOW = new Date('2023-02-01T10:00:00+08:00');
const UNTIL = new Date('2023-03-01T00:00:00+08:00');

/** The action plan of 10 February 2023, from its first reminder on the 3rd. */
const actionPlan = (change: Partial<OwedObligation> = {}): OwedObligation => ({
  kind: 'action_plan',
  ladder: 'three-colour',
  startedOn: d('2023-01-12'),
  effectiveOn: d('2023-02-10'),
  dueAt: endOfLocalDay(d('2023-02-10'), timeZone),
  pointer: { rung: 'remind-5', at: nineOn('2023-02-03') },
  timeZone,
  isLead: true,
  level: null,
  ...change,
});
const linesOf = (
  obligations: OwedObligation[],
  { now = NOW, until = UNTIL, assume = 'nobody_answers' }: { now?: Date; until?: Date; assume?: Assumption } = {},
) =>
  foresee(annualReport, obligations, { now, until }, assume, calendar).map(
    ({ at, fired }) => `${at.toISOString().slice(5, 13)} ${[fired.rung.id, ...fired.collapsed].join('<')}`,
  );

describe('what a ladder will send', () => {
  it.each<[string, OwedObligation[], Parameters<typeof linesOf>[1], string[]]>([
    [
      'all of it while nobody answers',
      [actionPlan()],
      {},
      ['02-03T01 remind-5', '02-09T01 remind-1', '02-13T01 urge', '02-15T01 blue', '02-20T01 orange', '02-24T01 red'],
    ],
    [
      'until the day is over, where all is done',
      [actionPlan()],
      { assume: 'all_done_on_time' },
      ['02-03T01 remind-5', '02-09T01 remind-1'],
    ],
    [
      'nothing for what is overdue and done now',
      [actionPlan()],
      { assume: 'all_done_on_time', now: nineOn('2023-02-14') },
      [],
    ],
    ['nothing where an answer waits', [actionPlan({ pointer: null })], {}, []],
    ['the end of the span excluded', [actionPlan()], { until: nineOn('2023-02-09') }, ['02-03T01 remind-5']],
    [
      'what was missed in one, and the colour after it with its full time to answer',
      [actionPlan()],
      { now: nineOn('2023-02-16') },
      ['02-16T01 urge<remind-5<remind-1', '02-16T01 blue', '02-21T01 orange', '02-27T01 red'],
    ],
    [
      'of several in the order of the instants, then as they were given',
      [actionPlan({ pointer: { rung: 'remind-1', at: nineOn('2023-02-09') } }), actionPlan()],
      { until: nineOn('2023-02-10') },
      ['02-03T01 remind-5', '02-09T01 remind-1', '02-09T01 remind-1'],
    ],
  ])('%s', (_, obligations, options, lines) => {
    expect(linesOf(obligations, options)).toEqual(lines);
  });

  it('is not known for a ladder that the policy has not', () => {
    expect(() => linesOf([actionPlan({ ladder: 'none' })])).toThrow('has no ladder none');
  });
});

describe('the totals', () => {
  const followUp = (day: string, unitId: string, colour: 'blue' | null = null) => ({
    day: d(day),
    kind: colour ? ('notice' as const) : ('urge' as const),
    colour,
    obligationKind: 'completion' as const,
    unitId,
  });

  it('are by week from Monday to Sunday, and name the first of several worst days', () => {
    const counter = new FollowUpCounter(d('2022-12-25'), d('2023-01-03'), calendar);
    for (const day of ['2022-12-25', '2022-12-26', '2023-01-01', '2023-01-02']) counter.add(followUp(day, 'a'));
    counter.add(followUp('2023-01-02', 'b', 'blue'));
    counter.add(followUp('2023-01-03', 'b'));
    counter.add(followUp('2023-01-03', 'b'));
    const totals = counter.totals();
    expect(totals.byWeek).toEqual([
      { from: '2022-12-19', followUps: 1 },
      { from: '2022-12-26', followUps: 2 },
      { from: '2023-01-02', followUps: 4 },
    ]);
    expect(totals.worstDay).toEqual({ day: '2023-01-02', followUps: 2 });
    expect(totals.byUnit).toEqual([
      { unitId: 'a', followUps: 4, notices: 0, worstDay: { day: '2022-12-25', followUps: 1 } },
      { unitId: 'b', followUps: 3, notices: 1, worstDay: { day: '2023-01-03', followUps: 2 } },
    ]);
    expect(totals.byDay).toHaveLength(10);
    expect(totals.byDay[8]).toEqual({ day: '2023-01-02', followUps: 2, isWorkingDay: false, isProvisional: false });
  });

  it('of nothing have every day, and no worst', () => {
    const totals = new FollowUpCounter(d('2027-01-01'), d('2027-01-02'), calendar).totals();
    expect(totals).toMatchObject({ followUps: 0, byKind: [], byUnit: [], byWeek: [], worstDay: null });
    expect(totals.byDay.map(({ isProvisional }) => isProvisional)).toEqual([true, true]);
  });
});
