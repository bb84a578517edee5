import { CHINA_HOLIDAYS, createWorkingCalendar, parseLocalDate } from '@duban/kernel';
import fc from 'fast-check';
import {
  curveFaults,
  lessIsBetter,
  lightOf,
  periodEnd,
  periodLight,
  plannedAt,
  type PeriodLight,
  milestoneFault,
  milestonePoints,
  progressAt,
  seasonFault,
  workingDaysBehind,
  type ProgressCurve,
} from './progress-curve';
import { reportingRules } from './reporting-rules';
import { annualReport } from './presets';
import { type Comparator, COMPARATORS, meetsTarget } from './target';

const day = parseLocalDate;
const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const curve = (
  comparator: Comparator,
  value: number,
  steps: readonly (readonly [string, number])[] | null = null,
): ProgressCurve => ({
  target: { comparator, value, upper: null },
  from: day('2026-01-10'),
  to: day('2026-12-31'),
  points: steps && steps.map(([on, figure]) => ({ on: day(on), value: figure })),
});

describe('plannedAt', () => {
  it.each<[string, ProgressCurve, string, number | null]>([
    ['nothing on the day of issue', curve('eq', 355), '2026-01-10', 0],
    ['nothing before it', curve('eq', 355), '2025-12-01', 0],
    ['a day’s share a day later', curve('eq', 355), '2026-01-11', 1],
    ['linear between', curve('gte', 355), '2026-03-31', 80],
    ['all of it on the due date', curve('gt', 355), '2026-12-31', 355],
    ['and after', curve('approx', 355), '2027-02-01', 355],
    ['nothing before the first step', curve('eq', 100, [['2026-06-30', 100]]), '2026-06-29', 0],
    ['a step on its day', curve('eq', 100, [['2026-06-30', 100]]), '2026-06-30', 100],
    [
      'the last step reached',
      curve('eq', 100, [
        ['2026-03-31', 40],
        ['2026-12-31', 100],
      ]),
      '2026-12-30',
      40,
    ],
    ['less is better: the level on every day', curve('lte', 5), '2026-01-11', 5],
    ['less is better: nothing asked before the first step', curve('lt', 5, [['2026-12-31', 5]]), '2026-06-30', null],
    ['a figure below nothing is a level', curve('gte', -5), '2026-02-01', -5],
  ])('%s', (_, of, on, planned) => expect(plannedAt(of, day(on))).toBe(planned));

  it('never falls of what is worked up to, begins at nothing and ends at the target', () => {
    const comparator = fc.constantFrom(...COMPARATORS.filter((one) => !lessIsBetter(one)));
    const on = fc
      .integer({ min: 0, max: 355 })
      .map((n) => day(new Date(Date.UTC(2026, 0, 10 + n)).toISOString().slice(0, 10)));
    fc.assert(
      fc.property(comparator, fc.double({ min: 0.001, max: 1e9, noNaN: true }), on, on, (one, value, a, b) => {
        const of = curve(one, value);
        const [earlier, later] = a <= b ? [a, b] : [b, a];
        expect(plannedAt(of, earlier)!).toBeLessThanOrEqual(plannedAt(of, later)!);
        expect(plannedAt(of, of.from)).toBe(0);
        expect(plannedAt(of, of.to)).toBe(value);
      }),
    );
  });
});

describe('progressAt', () => {
  it.each<[string, ProgressCurve, string, number, object]>([
    ['behind', curve('eq', 355), '2026-03-31', 40, { planned: 80, actualShare: 11.267606, behind: 11.267606 }],
    ['ahead is not behind', curve('eq', 355), '2026-03-31', 90, { behind: 0 }],
    ['exactly ten points', curve('gte', 100, [['2026-03-31', 40]]), '2026-03-31', 30, { behind: 10 }],
    ['above a level', curve('lte', 5), '2026-03-31', 6, { planned: 5, actualShare: 120, behind: 20 }],
    ['below a level', curve('lte', 5), '2026-03-31', 0, { behind: 0 }],
    ['nothing asked yet', curve('lte', 5, [['2026-12-31', 5]]), '2026-03-31', 9, { plannedShare: null, behind: 0 }],
    ['a target of nothing, kept', curve('lte', 0), '2026-03-31', 0, { actualShare: 100, behind: 0 }],
    ['a target of nothing, missed', curve('lte', 0), '2026-03-31', 1, { behind: 100 }],
    ['a fall that is too deep', curve('gte', -5), '2026-03-31', -6, { behind: 20 }],
  ])('%s', (_, of, on, actual, expected) => expect(progressAt(of, day(on), actual)).toMatchObject(expected));

  it('is not behind on the due date with a figure that meets the target, whatever the comparator', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...COMPARATORS.filter((one) => one !== 'approx')),
        fc.integer({ min: -1000, max: 1000 }),
        fc.integer({ min: -2000, max: 2000 }),
        (comparator, value, actual) => {
          const of = curve(comparator, value);
          fc.pre(meetsTarget(of.target, actual));
          expect(progressAt(of, of.to, actual).behind).toBe(0);
        },
      ),
    );
  });

  it('is the further behind the worse the figure is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...COMPARATORS), fc.nat(500), fc.nat(500), (comparator, a, b) => {
        const of = curve(comparator, 300);
        const on = day('2026-09-30');
        const [worse, better] = lessIsBetter(comparator)
          ? [Math.max(a, b), Math.min(a, b)]
          : [Math.min(a, b), Math.max(a, b)];
        expect(progressAt(of, on, worse).behind).toBeGreaterThanOrEqual(progressAt(of, on, better).behind);
      }),
    );
  });
});

describe('working days behind the plan', () => {
  // Working days of 2026: 21 in April (6 April is off), 19 in May (1, 4 and 5 are off, Saturday 9 is worked), 21 in June.
  const steps = curve('eq', 100, [
    ['2026-03-31', 40],
    ['2026-06-30', 70],
    ['2026-12-31', 100],
  ]);
  it.each<[string, ProgressCurve, string, number, number | null]>([
    ['at the plan', curve('eq', 355), '2026-03-31', 80, 0],
    ['ahead of it', curve('eq', 355), '2026-03-31', 81, 0],
    ['linear: asked for on Tuesday, looked at on Friday', curve('eq', 355), '2026-03-27', 73, 3],
    ['linear: over a weekend', curve('eq', 355), '2026-03-30', 75, 2],
    ['a weekend alone is no working day', curve('eq', 355), '2026-03-29', 76, 0],
    ['a step on its own day', steps, '2026-03-31', 39, 1],
    ['a step seven working days ago', steps, '2026-04-09', 30, 7],
    ['a step that is two steps behind counts from the first', steps, '2026-06-30', 39, 1 + 21 + 19 + 21],
    ['nothing at all, from the day after the issue', curve('eq', 355), '2026-01-14', 0, 3],
    ['after the due date it goes on', curve('eq', 355), '2027-01-11', 355 - 2, 8],
    ['a level is not behind in days', curve('lte', 5), '2026-03-31', 6, null],
    [
      'nor a limit that rises',
      curve('lte', 10, [
        ['2026-02-02', 5],
        ['2026-12-31', 10],
      ]),
      '2026-03-31',
      6,
      null,
    ],
    [
      'coming down is',
      curve('lte', 5, [
        ['2026-03-30', 8],
        ['2026-12-31', 5],
      ]),
      '2026-03-31',
      9,
      2,
    ],
  ])('%s', (_, of, on, actual, days) => expect(workingDaysBehind(of, day(on), actual, calendar)).toBe(days));

  it('are as many as a day-by-day count finds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 1, max: 400 }), (actual, passed) => {
        const of = curve('eq', 710);
        const on = day(new Date(Date.UTC(2026, 0, 10 + passed)).toISOString().slice(0, 10));
        let count = 0;
        for (let n = 0; n <= passed; n++) {
          const one = day(new Date(Date.UTC(2026, 0, 10 + n)).toISOString().slice(0, 10));
          if (plannedAt(of, one)! > actual && calendar.isWorkingDay(one)) count++;
        }
        expect(workingDaysBehind(of, on, actual, calendar)).toBe(count);
      }),
    );
  });

  const shenzhen = { yellow: 10, red: 30, tolerance: 10, workingDays: { yellow: 1, orange: 8, red: 15 } };
  it.each<[number | null, PeriodLight]>([
    [0, 'green'],
    [1, 'yellow'],
    [7, 'yellow'],
    [8, 'orange'],
    [14, 'orange'],
    [15, 'red'],
    [null, 'red'],
  ])('%p of them, by 深圳, are %s; where they are not known the points decide', (behindDays, light) =>
    expect(lightOf({ behind: 40, behindDays }, shenzhen)).toBe(light),
  );
});

describe('a season (季节)', () => {
  // Nothing from December to February: a tenth in March and November, the rest evenly over seven months.
  const winter = [0, 0, 10, 10, 12, 12, 12, 12, 12, 10, 10, 0];
  const building = { ...curve('eq', 100), from: day('2025-12-31'), season: winter };
  it.each<[string, string, number]>([
    ['nothing in January', '2026-01-31', 0],
    ['nor in February', '2026-02-28', 0],
    ['half of March’s tenth in the middle of a month of 30', '2026-04-15', 15],
    ['April ends at a fifth', '2026-04-30', 20],
    ['September ends at 80', '2026-09-30', 80],
    ['November ends it', '2026-11-30', 100],
    ['and December adds nothing', '2026-12-31', 100],
  ])('%s', (_, on, planned) => expect(plannedAt(building, day(on))).toBe(planned));

  it('by quarters is linear within a quarter', () => {
    const quarters = { ...building, season: [0, 50, 50, 0] };
    expect(plannedAt(quarters, day('2026-03-31'))).toBe(0);
    expect(plannedAt(quarters, day('2026-04-30'))).toBe(16.483516);
    expect(plannedAt(quarters, day('2026-09-30'))).toBe(100);
  });

  it('counts only what lies in the task’s time, over the end of a year too', () => {
    const two = { ...building, from: day('2026-11-15'), to: day('2027-03-31') };
    // Half of November and March are left: 5 and 10 of 15.
    expect(plannedAt(two, day('2026-11-30'))).toBe(33.333333);
    expect(plannedAt(two, day('2027-02-28'))).toBe(33.333333);
    expect(plannedAt(two, day('2027-03-31'))).toBe(100);
  });

  it.each<[string, ProgressCurve, number[], RegExp | null]>([
    ['sound', building, winter, null],
    ['of eleven months', building, winter.slice(1), /12.*4/],
    ['of 99 percent', building, [25, 25, 25, 24], /99 percent/],
    ['without work in the task’s time', { ...building, to: day('2026-02-28') }, winter, /no work/],
    ['of a level', { ...building, target: { comparator: 'lte', value: 5, upper: null } }, winter, /kept/],
  ])('%s', (_, of, shares, fault) => {
    const found = seasonFault(of, shares);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toMatch(fault);
  });
});

describe('milestones (里程碑) as steps', () => {
  const of = curve('eq', 90);
  const days = [day('2026-06-30'), day('2026-03-31')];
  it.each<[string, string[], number[] | null, [string, number][]]>([
    [
      'equal parts, the rest on the due date',
      days,
      null,
      [
        ['2026-03-31', 30],
        ['2026-06-30', 60],
        ['2026-12-31', 90],
      ],
    ],
    [
      'shares in the order of the days',
      days,
      [20, 50],
      [
        ['2026-03-31', 18],
        ['2026-06-30', 63],
        ['2026-12-31', 90],
      ],
    ],
    [
      'the last one on the due date',
      ['2026-06-30', '2026-12-31'],
      null,
      [
        ['2026-06-30', 45],
        ['2026-12-31', 90],
      ],
    ],
    [
      'one before the issue',
      ['2026-01-01'],
      null,
      [
        ['2026-01-10', 45],
        ['2026-12-31', 90],
      ],
    ],
    [
      'other shares than milestones: equal parts',
      ['2026-06-30'],
      [20, 50],
      [
        ['2026-06-30', 45],
        ['2026-12-31', 90],
      ],
    ],
  ])('%s', (_, milestones, shares, points) => {
    const found = milestonePoints(of, milestones.map(day), shares);
    expect(found.map(({ on, value }) => [on, value])).toEqual(points);
    expect(curveFaults(of, found)).toEqual([]);
  });

  it.each<[string, ProgressCurve, number, number[] | null, RegExp | null]>([
    ['are fine', of, 2, [20, 50], null],
    ['there are none', of, 0, null, /no milestones/],
    ['too few shares', of, 2, [20], /2 milestones/],
    ['more than all of it', of, 2, [60, 50], /110 percent/],
    ['of a level', curve('lte', 5), 2, null, /kept/],
  ])('%s', (_, one, count, shares, fault) => {
    const found = milestoneFault(one, days.slice(0, count), shares);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toMatch(fault);
  });
});

describe('curveFaults', () => {
  it.each<[string, Comparator, [string, number][], [number, RegExp][]]>([
    [
      'sound steps',
      'eq',
      [
        ['2026-06-30', 4],
        ['2026-12-31', 10],
      ],
      [],
    ],
    [
      'a level step is no fall',
      'gte',
      [
        ['2026-06-30', 10],
        ['2026-12-31', 10],
      ],
      [],
    ],
    [
      'less is better: steps that fall',
      'lte',
      [
        ['2026-06-30', 15],
        ['2026-12-31', 10],
      ],
      [],
    ],
    [
      'less is better: steps that rise',
      'lte',
      [
        ['2026-06-30', 5],
        ['2026-12-31', 10],
      ],
      [],
    ],
    [
      'less is better: up and down',
      'lte',
      [
        ['2026-03-31', 5],
        ['2026-06-30', 12],
        ['2026-12-31', 10],
      ],
      [[2, /falls/]],
    ],
    [
      'a fall',
      'eq',
      [
        ['2026-06-30', 12],
        ['2026-12-31', 10],
      ],
      [[1, /falls/]],
    ],
    ['not ending at the target', 'eq', [['2026-06-30', 4]], [[0, /the target, 10/]]],
    ['before the issue', 'eq', [['2026-01-01', 10]], [[0, /not within/]]],
    ['after the due date', 'eq', [['2027-01-01', 10]], [[0, /not within/]]],
    [
      'out of order',
      'eq',
      [
        ['2026-06-30', 4],
        ['2026-06-30', 10],
      ],
      [[1, /not after/]],
    ],
    ['none', 'eq', [], [[0, /the target/]]],
  ])('%s', (_, comparator, steps, expected) => {
    const points = steps.map(([on, value]) => ({ on: day(on), value }));
    const faults = curveFaults(curve(comparator, 10), points);
    expect(faults).toEqual(expected.map(([index, message]) => ({ index, message: expect.stringMatching(message) })));
  });
});

describe('lights', () => {
  const { lights } = reportingRules(annualReport);
  it.each<[number, PeriodLight]>([
    [0, 'green'],
    [9.99, 'green'],
    [10, 'yellow'],
    [30, 'yellow'],
    [30.01, 'red'],
    [100, 'red'],
  ])('%d points behind are %s', (behind, light) => expect(lightOf({ behind, behindDays: 0 }, lights)).toBe(light));

  it('are by the thresholds of the policy', () => {
    expect(lightOf({ behind: 6, behindDays: null }, { yellow: 5, red: 6, tolerance: 5 })).toBe('yellow');
    expect(lightOf({ behind: 0, behindDays: 0 }, { yellow: 0, red: 0, tolerance: 0 })).toBe('green');
    expect(reportingRules({ ...annualReport, lights: { yellow: 1, red: 2, tolerance: 3 } }).lights.red).toBe(2);
  });

  it.each<[string, boolean, boolean, (PeriodLight | null)[], PeriodLight | null]>([
    ['not reported when it is due counts as red', false, true, ['green'], 'red'],
    ['not due yet has none', false, false, [], null],
    ['reported without targets', true, true, [], 'green'],
    ['the worst of its figures', true, false, ['green', 'yellow', 'green'], 'yellow'],
    ['a figure that is not known counts as red', true, true, ['green', null], 'red'],
  ])('of a period: %s', (_, isReported, isDue, figures, light) =>
    expect(periodLight(isReported, isDue, figures)).toBe(light),
  );
});

describe('periodEnd', () => {
  it.each<[string, string | null]>([
    ['2026Q1', '2026-03-31'],
    ['2026Q4', '2026-12-31'],
    ['2026H1', '2026-06-30'],
    ['2028M02', '2028-02-29'],
    ['2026M12', '2026-12-31'],
    ['2026', '2026-12-31'],
    ['2026B1', '2026-02-28'],
    ['2026B6', '2026-12-31'],
    ['2026B7', null],
    ['2026Q5', null],
    ['2026M00', null],
    ['第一季度', null],
  ])('of %s is %s', (period, end) => expect(periodEnd(period)).toBe(end));
});
