import fc from 'fast-check';
import { type Comparator, COMPARATORS, meetsTarget } from './target';

const target = (comparator: Comparator, value: number, upper: number | null = null) => ({ comparator, value, upper });

describe('meetsTarget', () => {
  it.each<[string, Comparator, number, number, boolean]>([
    ['完成260个', 'eq', 260, 260, true],
    ['a plain number is met above it too', 'eq', 260, 261, true],
    ['a plain number is not met below it', 'eq', 260, 259, false],
    ['at least: met at it', 'gte', 6.5, 6.5, true],
    ['at least: by the last digit', 'gte', 6.5, 6.49, false],
    ['at most: met at it', 'lte', 3, 3, true],
    ['at most: met below it', 'lte', 3, 2.9, true],
    ['at most: not above it', 'lte', 3, 3.1, false],
    ['more than: not at it', 'gt', 100, 100, false],
    ['more than', 'gt', 100, 100.01, true],
    ['less than: not at it', 'lt', 35, 35, false],
    ['less than', 'lt', 35, 34.9, true],
    ['左右: met a tenth below', 'approx', 100, 90, true],
    ['左右: not below that', 'approx', 100, 89.99, false],
    ['左右: met above', 'approx', 100, 140, true],
    ['左右 of a decimal: a tenth below is met to the last bit', 'approx', 6.5, 5.85, true],
    ['左右 of nothing is nothing', 'approx', 0, 0, true],
    ['nothing at all is measured and nothing was promised', 'eq', 0, 0, true],
    ['a negative plain number: met at it', 'eq', -2, -2, true],
    ['a negative plain number: not below', 'eq', -2, -2.1, false],
    ['at most a negative number, 下降2%以上', 'lte', -2, -2.5, true],
    ['at most a negative number, fallen too little', 'lte', -2, -1.5, false],
    ['左右 of a negative number: met at the very figure', 'approx', -10, -10, true],
    ['左右 of a negative number: met a tenth below', 'approx', -10, -11, true],
    ['左右 of a negative number: not below that', 'approx', -10, -11.1, false],
  ])('%s: %s %d, measured %d: %s', (_, comparator, value, measured, met) => {
    expect(meetsTarget(target(comparator, value), measured)).toBe(met);
  });

  it.each([
    [5.9, false],
    [6, true],
    [7, true],
    [8, true],
    [8.1, true],
  ])('6 to 8, measured %d: %s; only below the range does it fall short', (measured, met) => {
    expect(meetsTarget(target('range', 6, 8), measured)).toBe(met);
  });

  const figure = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((hundredths) => hundredths / 100);

  it('a target is met by the very figure that was promised, unless more or less than it was', () => {
    fc.assert(
      fc.property(fc.constantFrom(...COMPARATORS), figure, (comparator, value) => {
        expect(meetsTarget(target(comparator, value, value + 1), value)).toBe(!['gt', 'lt'].includes(comparator));
      }),
    );
  });

  it('左右 reaches exactly a tenth below, whatever the last bit of a binary fraction says', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), (hundredths) => {
        const tenthBelow = (hundredths * (hundredths < 0 ? 11 : 9)) / 1000;
        expect(meetsTarget(target('approx', hundredths / 100), tenthBelow)).toBe(true);
        expect(meetsTarget(target('approx', hundredths / 100), tenthBelow - 0.001)).toBe(false);
      }),
    );
  });

  it('a better figure never turns a met target into a missed one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...COMPARATORS), figure, figure, figure, (comparator, value, a, b) => {
        const better = ['lte', 'lt'].includes(comparator) ? Math.min(a, b) : Math.max(a, b);
        const worse = better === a ? b : a;
        if (meetsTarget(target(comparator, value, value + 1), worse)) {
          expect(meetsTarget(target(comparator, value, value + 1), better)).toBe(true);
        }
      }),
    );
  });
});
