import fc from 'fast-check';
import { MOST_PIXELS, scaleOf, scrollTo, windowAt } from './scroll';

describe('which rows are in view', () => {
  it.each([
    [0, 0, [0, 0]],
    [10, 0, [0, 10]],
    [1_000_000, 0, [0, 25]],
    [1_000_000, MOST_PIXELS, [999_975, 1_000_000]],
  ])('of %i rows, scrolled to %i: %j', (rows, scrollTop, [from, to]) => {
    const view = windowAt(rows, 40, 760, scrollTop);
    expect([view.from, view.to]).toEqual([from, to]);
  });

  it.each([
    [100, 1],
    [1_000_000, 0.4],
  ])('of %i rows, a pixel of the list takes so many of the scroll bar: about %d', (rows, scale) => {
    expect(scaleOf(rows, 40, 760)).toBeCloseTo(scale, 4);
  });

  it('each row can be reached, and then it is in view, within what a browser draws', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.nat(999_999),
        fc.integer({ min: 24, max: 60 }),
        fc.integer({ min: 200, max: 1200 }),
        (rows, any, rowHeight, viewHeight) => {
          const row = any % rows;
          const view = windowAt(rows, rowHeight, viewHeight, scrollTo(row, rows, rowHeight, viewHeight), 0);
          expect(view.height).toBeLessThanOrEqual(MOST_PIXELS);
          expect(view.from).toBeLessThanOrEqual(row);
          expect(view.to).toBeGreaterThan(row);
          expect(view.to - view.from).toBeLessThanOrEqual(Math.ceil(viewHeight / rowHeight) + 1);
        },
      ),
    );
  });
});
