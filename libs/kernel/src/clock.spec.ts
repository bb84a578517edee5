import fc from 'fast-check';
import { SteppedClock, systemClock } from './clock';

const t = (iso: string) => new Date(iso);

describe('systemClock', () => {
  it("is the machine's", () => {
    const before = Date.now();
    const now = systemClock.now().getTime();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });
});

describe('SteppedClock', () => {
  it('stands still until it is moved', () => {
    const clock = new SteppedClock(t('2023-01-12T09:00:00+08:00'));
    expect(clock.now()).toEqual(t('2023-01-12T09:00:00+08:00'));
    clock.moveTo(t('2023-04-20T09:00:00+08:00'));
    expect(clock.now()).toEqual(t('2023-04-20T09:00:00+08:00'));
  });

  it('may be moved to where it stands', () => {
    const clock = new SteppedClock(t('2023-01-12T09:00:00+08:00'));
    expect(() => clock.moveTo(clock.now())).not.toThrow();
  });

  it('the clock goes back: refused, with both instants, and it stands where it stood', () => {
    const clock = new SteppedClock(t('2023-01-12T09:00:00+08:00'));
    expect(() => clock.moveTo(t('2023-01-12T08:59:59.999+08:00'))).toThrow(
      new RangeError('the clock stands at 2023-01-12T01:00:00.000Z and cannot go back to 2023-01-12T00:59:59.999Z'),
    );
    expect(clock.now()).toEqual(t('2023-01-12T09:00:00+08:00'));
  });

  it('an invalid Date, which compares as neither before nor after, does not slip through', () => {
    expect(() => new SteppedClock(t('2023-02-30 never'))).toThrow(RangeError);
    const clock = new SteppedClock(t('2023-01-12T09:00:00+08:00'));
    expect(() => clock.moveTo(new Date(Number.NaN))).toThrow(RangeError);
    expect(() => clock.moveTo(t('2023-01-11T09:00:00+08:00'))).toThrow(/cannot go back/);
  });

  it('cannot be moved by changing a Date that was given to it or got from it', () => {
    const start = t('2023-01-12T09:00:00+08:00');
    const clock = new SteppedClock(start);
    start.setFullYear(2000);
    expect(clock.now()).toEqual(t('2023-01-12T09:00:00+08:00'));
    const target = t('2023-01-13T09:00:00+08:00');
    clock.moveTo(target);
    target.setFullYear(2000);
    clock.now().setFullYear(2000);
    expect(clock.now()).toEqual(t('2023-01-13T09:00:00+08:00'));
  });

  it('never shows an earlier instant than before, whatever is asked of it', () => {
    const range = { min: t('2020-01-01'), max: t('2027-01-01') };
    const start = fc.date({ ...range, noInvalidDate: true });
    const moves = fc.array(fc.date({ ...range, noInvalidDate: false }));
    fc.assert(
      fc.property(start, moves, (from, path) => {
        const clock = new SteppedClock(from);
        for (const to of path) {
          const before = clock.now();
          try {
            clock.moveTo(to);
          } catch {
            expect(clock.now()).toEqual(before);
          }
          expect(clock.now() >= before).toBe(true);
        }
      }),
    );
  });
});
