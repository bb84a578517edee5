import { parseLocalDate } from '@duban/kernel';
import fc from 'fast-check';
import {
  curveFaults,
  lessIsBetter,
  lightOf,
  periodEnd,
  periodLight,
  plannedAt,
  type PeriodLight,
  progressAt,
  type ProgressCurve,
} from './progress-curve';
import { reportingRules } from './reporting-rules';
import { annualReport } from './presets';
import { type Comparator, COMPARATORS, meetsTarget } from './target';

const day = parseLocalDate;
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
  ])('%d points behind are %s', (behind, light) => expect(lightOf(behind, lights)).toBe(light));

  it('are by the thresholds of the policy', () => {
    expect(lightOf(6, { yellow: 5, red: 6, tolerance: 5 })).toBe('yellow');
    expect(lightOf(0, { yellow: 0, red: 0, tolerance: 0 })).toBe('green');
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
