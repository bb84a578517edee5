import { dayOfPoint, pointAt, timeOfPoint } from './points';

describe('A point in time', () => {
  it('is the end of a day', () => {
    expect(pointAt('2026-05-01', null)).toBe('2026-05-01');
    expect([dayOfPoint('2026-05-01'), timeOfPoint('2026-05-01')]).toEqual(['2026-05-01', null]);
  });

  it.each([
    ['2026-05-01', '09:30:00', '2026-05-01T01:30:00.000Z'],
    ['2026-05-01', '00:00:00', '2026-04-30T16:00:00.000Z'],
    ['2026-12-31', '23:59:59', '2026-12-31T15:59:59.000Z'],
  ])('or on %s at %s of the jurisdiction', (day, time, instant) => {
    expect(pointAt(day, time)).toBe(instant);
    expect([dayOfPoint(instant), timeOfPoint(instant)]).toEqual([day, time]);
  });
});
