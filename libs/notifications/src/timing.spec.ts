import { nextWindowStart, retryAt, windowStart } from './timing';

const at = (time: string): Date => new Date(`2026-04-21T${time}Z`);

describe('the window of a digest', () => {
  it.each([
    ['01:00:00.000', '01:00:00.000', '01:30:00.000'],
    ['01:29:59.999', '01:00:00.000', '01:30:00.000'],
    ['01:30:00.000', '01:30:00.000', '02:00:00.000'],
    ['23:59:59.999', '23:30:00.000', '24:00:00.000'],
  ])('at %s starts at %s and ends before %s', (now, start, next) => {
    expect(windowStart(at(now))).toEqual(at(start));
    expect(nextWindowStart(at(now))).toEqual(at(next));
  });
});

describe('retryAt', () => {
  const now = at('01:00:00');
  const waited = (attempts: number, chance: number): number =>
    (retryAt(now, attempts, chance).getTime() - now.getTime()) / 60_000;

  it.each([
    [1, 1],
    [2, 2],
    [5, 16],
    [8, 128],
    [9, 240],
    [50, 240],
  ])('waits after attempt %i for %i minutes at most', (attempts, most) => {
    expect(waited(attempts, 0)).toBe(most);
    expect(waited(attempts, 0.999)).toBeGreaterThanOrEqual(most * 0.75);
    expect(waited(attempts, 0.999)).toBeLessThan(most);
  });
});
