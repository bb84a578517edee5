import { CHINA_HOLIDAYS, createWorkingCalendar, localDateOf, localTimeOf } from '@duban/kernel';
import fc from 'fast-check';
import { sendFrom } from './sending-hours';

const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const SHANGHAI = 'Asia/Shanghai';
const at = (local: string) => new Date(`${local}+08:00`);
const MS_PER_DAY = 86_400_000;

describe('sendFrom', () => {
  it.each([
    ['Thursday within hours: at once', '2023-04-20T10:15:30', '2023-04-20T10:15:30'],
    ['the first instant of the hours belongs to them', '2023-04-20T08:30:00', '2023-04-20T08:30:00'],
    ['just before the hours: this morning', '2023-04-20T08:29:59.999', '2023-04-20T09:00:00'],
    ['midnight is no time for a reminder', '2023-04-20T00:00:00', '2023-04-20T09:00:00'],
    ['the last instant of the hours', '2023-04-20T17:59:59.999', '2023-04-20T17:59:59.999'],
    ['18:00 itself is too late: tomorrow', '2023-04-20T18:00:00', '2023-04-21T09:00:00'],
    ['late in the evening: tomorrow', '2023-04-20T23:59:59', '2023-04-21T09:00:00'],
    [
      'Friday evening before a free Saturday and a make-up Sunday: Sunday',
      '2023-04-21T19:00:00',
      '2023-04-23T09:00:00',
    ],
    ['Friday evening before a plain weekend: Monday', '2023-04-14T19:00:00', '2023-04-17T09:00:00'],
    ['Saturday within hours: Monday', '2023-04-15T10:00:00', '2023-04-17T09:00:00'],
    ['early on a Sunday: Monday', '2023-04-16T07:00:00', '2023-04-17T09:00:00'],
    ['a make-up Sunday (调休) within hours: at once', '2023-04-23T10:00:00', '2023-04-23T10:00:00'],
    ['early on a make-up Sunday: this morning', '2023-04-23T06:00:00', '2023-04-23T09:00:00'],
    ['a holiday on a weekday: after all of it', '2023-05-01T10:00:00', '2023-05-04T09:00:00'],
    ['the eve of Spring Festival: a make-up Saturday ends it', '2023-01-20T18:00:00', '2023-01-28T09:00:00'],
    ['the last evening of the year', '2023-12-29T20:00:00', '2024-01-02T09:00:00'],
  ])('%s', (_, now, expected) => {
    expect(sendFrom(at(now), calendar, SHANGHAI)).toEqual(at(expected));
  });

  it("goes by the jurisdiction's zone, not by the machine's", () => {
    const now = new Date('2023-04-20T23:00:00Z');
    expect(sendFrom(now, calendar, SHANGHAI)).toEqual(new Date('2023-04-21T01:00:00Z'));
    expect(sendFrom(now, calendar, 'America/New_York')).toEqual(new Date('2023-04-21T13:00:00Z'));
    expect(sendFrom(now, calendar, 'UTC')).toEqual(new Date('2023-04-21T09:00:00Z'));
  });

  const instant = fc.date({ min: at('2019-12-01T00:00'), max: at('2027-02-01T00:00'), noInvalidDate: true });
  const zone = fc.constantFrom(SHANGHAI, 'UTC', 'America/New_York');

  it('is never before now, always within hours on a working day, and stays where it is', () => {
    fc.assert(
      fc.property(instant, zone, (now, timeZone) => {
        const from = sendFrom(now, calendar, timeZone);
        expect(from.getTime()).toBeGreaterThanOrEqual(now.getTime());
        expect(calendar.isWorkingDay(localDateOf(from, timeZone))).toBe(true);
        const time = localTimeOf(from, timeZone);
        expect(time >= '08:30' && time < '18:00').toBe(true);
        expect(sendFrom(from, calendar, timeZone)).toEqual(from);
      }),
      { numRuns: 500 },
    );
  });

  it('waits no longer than the longest row of days off', () => {
    fc.assert(
      fc.property(instant, (now) => {
        const wait = sendFrom(now, calendar, SHANGHAI).getTime() - now.getTime();
        expect(wait).toBeLessThan(11 * MS_PER_DAY);
      }),
    );
  });
});
