import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { type LocalDate, parseLocalDate, toEpochDay, toLocalDate } from './local-date';
import { atLocalTime, endOfLocalDay, localDateOf, localTimeOf } from './zoned-time';

const SHANGHAI = 'Asia/Shanghai';
const BERLIN = 'Europe/Berlin';
const d = parseLocalDate;
const hours = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 3_600_000;
const startOfDay = (date: string, zone: string) => endOfLocalDay(toLocalDate(toEpochDay(date) - 1), zone);

describe('in Asia/Shanghai', () => {
  it('sends at 09:00 local, whatever the zone of the server (bull 2207, 2316)', () => {
    expect(atLocalTime(d('2023-04-13'), '09:00', SHANGHAI).toISOString()).toBe('2023-04-13T01:00:00.000Z');
    expect(atLocalTime(d('2023-04-13'), '00:00', SHANGHAI).toISOString()).toBe('2023-04-12T16:00:00.000Z');
    expect(atLocalTime(d('2023-04-13'), '23:59', SHANGHAI).toISOString()).toBe('2023-04-13T15:59:00.000Z');
  });

  it('ends a day at 24:00, without a minute that is in no day (half-open intervals) (zammad 3180)', () => {
    const end = endOfLocalDay(d('2023-12-31'), SHANGHAI);
    expect(end.toISOString()).toBe('2023-12-31T16:00:00.000Z');
    const before = new Date(end.getTime() - 1);
    expect([localDateOf(before, SHANGHAI), localTimeOf(before, SHANGHAI)]).toEqual(['2023-12-31', '23:59']);
    expect([localDateOf(end, SHANGHAI), localTimeOf(end, SHANGHAI)]).toEqual(['2024-01-01', '00:00']);
  });

  it('knows the summer time of 1986 to 1991', () => {
    expect(atLocalTime(d('1988-07-01'), '09:00', SHANGHAI).toISOString()).toBe('1988-07-01T00:00:00.000Z');
    expect(hours(startOfDay('1991-09-15', SHANGHAI), endOfLocalDay(d('1991-09-15'), SHANGHAI))).toBe(25);
  });
});

describe('in a zone with DST (Europe/Berlin) (bullmq 3417, temporal 8205, systemd 5595)', () => {
  it.each([
    ['2023-03-25', 24],
    ['2023-03-26', 23],
    ['2023-10-28', 24],
    ['2023-10-29', 25],
    ['2023-10-30', 24],
  ])('%s has %i hours', (date, length) => {
    expect(hours(startOfDay(date, BERLIN), endOfLocalDay(d(date), BERLIN))).toBe(length);
  });

  it.each([
    ['2023-03-26', '01:59', '2023-03-26T00:59:00.000Z', 'before the gap'],
    ['2023-03-26', '02:00', '2023-03-26T01:00:00.000Z', 'start of the gap, as 03:00'],
    ['2023-03-26', '02:30', '2023-03-26T01:30:00.000Z', 'in the gap, as 03:30'],
    ['2023-03-26', '03:00', '2023-03-26T01:00:00.000Z', 'after the gap'],
    ['2023-10-29', '02:30', '2023-10-29T00:30:00.000Z', 'shown twice: the first'],
    ['2023-10-29', '03:00', '2023-10-29T02:00:00.000Z', 'after the repeated hour'],
    ['2023-07-03', '09:00', '2023-07-03T07:00:00.000Z', 'in summer'],
    ['2023-12-04', '09:00', '2023-12-04T08:00:00.000Z', 'in winter'],
  ])('%s %s is one instant, so that nothing runs twice or never: %s', (date, time, instant) => {
    expect(atLocalTime(d(date), time, BERLIN).toISOString()).toBe(instant);
  });

  it.each([
    ['2023-03-26T00:59:59.999Z', '01:59'],
    ['2023-03-26T01:00:00.000Z', '03:00'],
    ['2023-10-29T00:59:59.999Z', '02:59'],
    ['2023-10-29T01:00:00.000Z', '02:00'],
  ])('at %s the clock shows %s', (instant, time) => {
    expect(localTimeOf(new Date(instant), BERLIN)).toBe(time);
  });
});

describe('the cache of offsets', () => {
  it('that starts at the very instant of a change does not reach back over it', () => {
    const unseen = 'Europe/Paris';
    const change = new Date('2023-03-26T01:00:00.000Z');
    expect(localTimeOf(change, unseen)).toBe('03:00');
    expect(localTimeOf(new Date(change.getTime() - 1), unseen)).toBe('01:59');
  });
});

describe('in zones whose days are stranger still', () => {
  it('ends a day at 01:00 of the next where the clock is put forward at midnight', () => {
    const end = endOfLocalDay(d('2018-11-03'), 'America/Sao_Paulo');
    expect(end.toISOString()).toBe('2018-11-04T03:00:00.000Z');
    expect(localTimeOf(end, 'America/Sao_Paulo')).toBe('01:00');
  });

  it('gives a day that was skipped no length', () => {
    const zone = 'Pacific/Apia';
    expect(endOfLocalDay(d('2011-12-30'), zone)).toEqual(endOfLocalDay(d('2011-12-29'), zone));
  });
});

describe('any instant in any zone', () => {
  const zones = [
    SHANGHAI,
    BERLIN,
    'America/New_York',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Africa/Casablanca',
    'UTC',
  ];
  const zone = fc.constantFrom(...zones);
  const instant = fc.date({ min: new Date('1970-01-02'), max: new Date('2100-01-01'), noInvalidDate: true });
  const day = fc
    .integer({ min: toEpochDay('1970-01-02'), max: toEpochDay('2100-01-01') })
    .map((epochDay): LocalDate => toLocalDate(epochDay));

  it('reads the same clock as the platform does (ICU), although offsets are cached', () => {
    const formats = new Map(
      zones.map((timeZone) => [
        timeZone,
        new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }),
      ]),
    );
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const ours = `${localDateOf(at, timeZone)} ${localTimeOf(at, timeZone)}`;
        expect(ours).toBe(formats.get(timeZone)?.format(at));
      }),
      { numRuns: 2000 },
    );
  });

  it('is in the half-open interval of its local day', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const date = localDateOf(at, timeZone);
        expect(startOfDay(date, timeZone) <= at && at < endOfLocalDay(date, timeZone)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('is found from a local time as Temporal finds it, near changes of the clock too', () => {
    const changes = ['2023-03-26', '2023-10-29', '2023-03-12', '2023-11-05', '2023-04-02', '2023-10-01', '2011-12-30'];
    const nearAChange = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -2, max: 2 }))
      .map(([change, by]) => toLocalDate(toEpochDay(change) + by));
    const two = (n: number) => String(n).padStart(2, '0');
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([hour, minute]) => `${two(hour)}:${two(minute)}`);
    fc.assert(
      fc.property(fc.oneof(day, nearAChange), time, zone, (date, clock, timeZone) => {
        const expected = Temporal.PlainDateTime.from(`${date}T${clock}`).toZonedDateTime(timeZone).epochMilliseconds;
        expect(atLocalTime(date, clock, timeZone).getTime()).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what is not a time', () => {
  it.each(['24:00', '9:00', '09:60', '0900', '09:00:00', '', '-1:00'])('refuses %j', (time) => {
    expect(() => atLocalTime(d('2023-04-20'), time, SHANGHAI)).toThrow(RangeError);
  });

  it('refuses a date that does not exist, even when a cast brought it in', () => {
    expect(() => atLocalTime('2023-02-30' as LocalDate, '09:00', SHANGHAI)).toThrow(RangeError);
    expect(() => endOfLocalDay('2023-02-30' as LocalDate, SHANGHAI)).toThrow(RangeError);
  });

  it('refuses an invalid Date and an unknown zone', () => {
    const now = new Date('2023-04-20T00:00:00Z');
    expect(() => localDateOf(new Date(Number.NaN), SHANGHAI)).toThrow(RangeError);
    expect(() => localTimeOf(new Date(Number.NaN), SHANGHAI)).toThrow(RangeError);
    expect(() => localDateOf(now, 'Asia/Wuhan')).toThrow(RangeError);
    expect(() => endOfLocalDay(d('2023-04-20'), 'Asia/Wuhan')).toThrow(RangeError);
  });
});
