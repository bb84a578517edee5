import fc from 'fast-check';
import type { HolidayCalendarData, HolidayEntry } from './holiday-data';
import { CHINA_HOLIDAYS } from './holidays.cn';
import { type LocalDate, parseLocalDate, toEpochDay, toLocalDate } from './local-date';
import { createWorkingCalendar } from './working-calendar';

const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const d = parseLocalDate;

/** The rule of the papers, day by day, with nothing of the calendar's own arithmetic. */
function worksByTheBook(data: HolidayCalendarData, date: string): boolean {
  const papers = [...data.papers].sort((a, b) => a.issuedOn.localeCompare(b.issuedOn)).reverse();
  for (const paper of papers) {
    const line = paper.days.find(({ from, to = from }) => from <= date && date <= to);
    if (line) return !line.off;
  }
  const newest = Math.max(...data.papers.map(({ year }) => year));
  const after = Number(date.slice(0, 4)) - newest;
  if (after > 0 && after <= 20 && data.law?.days.some(({ on }) => date.endsWith(`-${on}`))) return false;
  return ![0, 6].includes(new Date(`${date}T00:00:00Z`).getUTCDay());
}

function step(date: LocalDate, by: 1 | -1): LocalDate {
  return toLocalDate(toEpochDay(date) + by);
}

function addDayByDay(data: HolidayCalendarData, date: LocalDate, n: number): LocalDate {
  let at = date;
  if (n === 0) while (!worksByTheBook(data, at)) at = step(at, 1);
  for (let left = Math.abs(n); left > 0;) {
    at = step(at, n > 0 ? 1 : -1);
    if (worksByTheBook(data, at)) left--;
  }
  return at;
}

const anyDay = (from: string, to: string) =>
  fc.integer({ min: toEpochDay(from), max: toEpochDay(to) }).map((day) => toLocalDate(day));
// Reaches over both ends of the table, so that counts run into provisional years.
const nearTheTable = anyDay('2018-06-01', '2028-06-30');
const workingDay = nearTheTable.filter((date) => calendar.isWorkingDay(date));
const steps = fc.integer({ min: -400, max: 400 });

describe('the ladder of a due date', () => {
  it.each([
    ['2023-04-20', -5, '2023-04-13'],
    ['2023-04-20', -1, '2023-04-19'],
    ['2023-04-20', 1, '2023-04-21'],
    ['2023-04-20', 3, '2023-04-24'], // Sunday the 23rd was worked
    ['2023-04-20', 6, '2023-04-27'],
    ['2023-04-20', 10, '2023-05-06'], // a Saturday that was worked; 29 April to 3 May were off
    ['2023-02-10', -5, '2023-02-03'],
    ['2023-02-10', -1, '2023-02-09'],
    ['2023-02-10', 1, '2023-02-13'],
    ['2023-02-10', 3, '2023-02-15'],
    ['2023-02-10', 6, '2023-02-20'],
    ['2023-02-10', 10, '2023-02-24'],
  ])('due %s: the rung at %i falls on %s', (due, offset, expected) => {
    expect(calendar.addWorkingDays(calendar.effectiveDate(d(due)), offset)).toBe(expected);
  });

  it('to sign for a task issued on Thursday 2023-01-12: due on Monday, then on the day, 1 and 3 after', () => {
    const due = calendar.addWorkingDays(d('2023-01-12'), 2);
    expect(due).toBe('2023-01-16');
    expect([0, 1, 3].map((n) => calendar.addWorkingDays(due, n))).toEqual(['2023-01-16', '2023-01-17', '2023-01-19']);
  });
});

describe('due on a holiday', () => {
  it.each([
    ['2023-04-20', '2023-04-20', 'a working day stays'],
    ['2023-04-22', '2023-04-23', 'Saturday, before a make-up Sunday (调休)'],
    ['2023-04-23', '2023-04-23', 'a make-up Sunday stays'],
    ['2023-04-29', '2023-05-04', 'the first day of the Labour Day holiday'],
    ['2023-01-21', '2023-01-28', 'Spring Festival, ended by a make-up Saturday'],
    ['2023-12-31', '2024-01-02', 'the last day of a plan, on a Sunday before New Year'],
    ['2022-10-01', '2022-10-08', 'National Day, ended by a make-up Saturday'],
    ['2020-01-25', '2020-02-03', 'the Spring Festival that was extended'],
  ])('%s takes effect on %s: %s', (recorded, effective) => {
    expect(calendar.effectiveDate(d(recorded))).toBe(effective);
  });

  it('counts rungs from the day on which it takes effect, never on that day itself', () => {
    const recorded = d('2023-04-29');
    const effective = calendar.effectiveDate(recorded);
    expect(calendar.addWorkingDays(effective, 1)).toBe('2023-05-05');
    expect(calendar.addWorkingDays(effective, -1)).toBe('2023-04-28');
    // From the holiday itself the first working day after it is the effective date.
    expect(calendar.addWorkingDays(recorded, 1)).toBe(effective);
  });
});

describe('dayKind', () => {
  it.each([
    ['2023-04-20', { working: true, reason: 'weekday' }],
    ['2023-04-22', { working: false, reason: 'weekend' }],
    ['2023-04-23', { working: true, reason: 'make_up_day', holiday: '劳动节', paper: '国办发明电〔2022〕16号' }],
    ['2023-05-01', { working: false, reason: 'holiday', holiday: '劳动节', paper: '国办发明电〔2022〕16号' }],
    ['2023-04-30', { working: false, reason: 'holiday', holiday: '劳动节', paper: '国办发明电〔2022〕16号' }],
  ])('says of %s why it is worked or not, with the paper', (date, expected) => {
    expect(calendar.dayKind(d(date))).toEqual(expected);
  });
});

describe('addWorkingDays', () => {
  it.each([
    ['2023-04-22', 1, '2023-04-23'],
    ['2023-04-22', -1, '2023-04-21'],
    ['2023-04-22', 2, '2023-04-24'],
    ['2023-04-22', 0, '2023-04-23'],
    ['2023-04-24', -1, '2023-04-23'],
    ['2023-05-06', -1, '2023-05-05'],
  ])('from %s, %i: make-up Sundays are not missing, and the day itself is not counted: %s', (date, n, expected) => {
    expect(calendar.addWorkingDays(d(date), n)).toBe(expected);
  });

  it('agrees with counting day by day by the papers', () => {
    fc.assert(
      fc.property(nearTheTable, steps, (date, n) => {
        expect(calendar.addWorkingDays(date, n)).toBe(addDayByDay(CHINA_HOLIDAYS, date, n));
      }),
      { numRuns: 300 },
    );
  });

  it('is undone by its opposite, from a working day', () => {
    fc.assert(
      fc.property(workingDay, fc.integer({ min: -100_000, max: 100_000 }), (date, n) => {
        expect(calendar.addWorkingDays(calendar.addWorkingDays(date, n), -n)).toBe(date);
      }),
    );
  });

  it('never lets a later date overtake an earlier one, nor a larger count a smaller one', () => {
    fc.assert(
      fc.property(nearTheTable, nearTheTable, steps, steps, (a, b, m, n) => {
        const [early, late] = a <= b ? [a, b] : [b, a];
        const [few, many] = m <= n ? [m, n] : [n, m];
        expect(calendar.addWorkingDays(early, n) <= calendar.addWorkingDays(late, n)).toBe(true);
        expect(calendar.addWorkingDays(a, few) <= calendar.addWorkingDays(a, many)).toBe(true);
      }),
    );
  });

  it('always lands on a working day (glpi 15569, 18703, 6527)', () => {
    fc.assert(
      fc.property(nearTheTable, steps, (date, n) => {
        expect(calendar.isWorkingDay(calendar.addWorkingDays(date, n))).toBe(true);
      }),
    );
  });

  it.each([1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %p days', (n) => {
    expect(() => calendar.addWorkingDays(d('2023-04-20'), n)).toThrow(RangeError);
  });

  it('refuses to leave the years 0001 to 9999', () => {
    expect(() => calendar.addWorkingDays(d('9999-12-31'), 1)).toThrow(RangeError);
    expect(() => calendar.addWorkingDays(d('0001-01-01'), -1)).toThrow(RangeError);
    expect(() => calendar.addWorkingDays(d('2023-04-20'), Number.MAX_SAFE_INTEGER)).toThrow(RangeError);
  });
});

describe('workingDaysBetween', () => {
  it.each([
    ['2023-04-20', '2023-04-20', 0],
    ['2023-04-20', '2023-04-21', 1],
    ['2023-04-21', '2023-04-24', 2], // Friday and the make-up Sunday
    ['2023-04-24', '2023-04-21', -2],
    ['2023-04-29', '2023-05-04', 0],
    ['2023-01-01', '2024-01-01', 249],
    ['2026-01-01', '2027-01-01', 248],
  ])('from %s, included, to %s, excluded: %i', (a, b, expected) => {
    expect(calendar.workingDaysBetween(d(a), d(b))).toBe(expected);
  });

  it('splits at any day without losing or doubling it (half-open intervals)', () => {
    fc.assert(
      fc.property(nearTheTable, nearTheTable, nearTheTable, (a, b, c) => {
        expect(calendar.workingDaysBetween(a, b) + calendar.workingDaysBetween(b, c)).toBe(
          calendar.workingDaysBetween(a, c),
        );
      }),
    );
  });

  it('measures what addWorkingDays adds', () => {
    fc.assert(
      fc.property(workingDay, steps, (date, n) => {
        expect(calendar.workingDaysBetween(date, calendar.addWorkingDays(date, n))).toBe(n);
      }),
    );
  });

  it('counts a single day as its kind says, in any year', () => {
    fc.assert(
      fc.property(anyDay('0001-01-01', '9999-12-30'), (date) => {
        expect(calendar.workingDaysBetween(date, step(date, 1))).toBe(Number(worksByTheBook(CHINA_HOLIDAYS, date)));
        expect(calendar.isWorkingDay(date)).toBe(calendar.dayKind(date).working);
      }),
    );
  });
});

describe('a provisional year', () => {
  it.each([
    ['2019-12-31', true],
    ['2020-01-01', false],
    ['2026-12-31', false],
    ['2027-01-01', true],
  ])('%s: %p', (date, expected) => {
    expect(calendar.isProvisional(d(date))).toBe(expected);
  });

  it('knows the weekends, and the days that the law fixes: nobody is chased on New Year’s Day', () => {
    const lawful = { working: false, reason: 'holiday', paper: '国务院令第795号' };
    expect(calendar.dayKind(d('2027-01-01'))).toEqual({ ...lawful, holiday: '元旦' });
    expect(calendar.dayKind(d('2027-10-01'))).toEqual({ ...lawful, holiday: '国庆节' });
    expect(calendar.dayKind(d('2027-10-04'))).toEqual({ working: true, reason: 'weekday' });
    expect(calendar.dayKind(d('2027-02-06'))).toEqual({ working: false, reason: 'weekend' });
    expect(calendar.addWorkingDays(d('2026-12-31'), 1)).toBe('2027-01-04');
  });

  it('the law gives way to the paper of the year', () => {
    expect(calendar.dayKind(d('2026-10-03')).paper).toBe('国办发明电〔2025〕7号');
  });

  it('is settled by a new version of the table, which moves the dates that it touches', () => {
    const paper = {
      number: '国办发明电〔2026〕0号',
      title: 'invented for this test',
      issuedOn: '2026-11-01',
      url: 'https://example.org/',
      year: 2027,
      days: [{ from: '2027-01-01', to: '2027-01-05', off: true, holiday: '元旦' }],
    };
    const next = createWorkingCalendar({
      ...CHINA_HOLIDAYS,
      version: 'cn-2027.test',
      papers: [...CHINA_HOLIDAYS.papers, paper],
    });
    const due = d('2026-12-31');
    expect([calendar.version, calendar.addWorkingDays(due, 1)]).toEqual(['cn-2026.1', '2027-01-04']);
    expect([next.version, next.addWorkingDays(due, 1)]).toEqual(['cn-2027.test', '2027-01-06']);
    expect(next.isProvisional(d('2027-01-01'))).toBe(false);
  });
});

describe('a table of papers', () => {
  const table = (...papers: { days: HolidayEntry[]; issuedOn?: string; number?: string; year?: number }[]) => ({
    version: 'test',
    papers: papers.map((paper, i) => ({
      number: `No. ${i + 1}`,
      title: 'invented for this test',
      issuedOn: '2022-12-01',
      url: 'https://example.org/',
      year: 2023,
      ...paper,
    })),
  });
  const off = (from: string, to?: string): HolidayEntry => ({ from, to, off: true, holiday: '春节' });
  const on = (from: string, to?: string): HolidayEntry => ({ from, to, off: false, holiday: '春节' });

  it.each<[string, HolidayCalendarData, string]>([
    ['a date that does not exist', table({ days: [off('2023-02-30')] }), 'No. 1, 春节 2023-02-30'],
    ['an end that does not exist', table({ days: [off('2023-02-01', '2023-02-29')] }), '"2023-02-29" is not a date'],
    ['a run that ends before it starts', table({ days: [off('2023-01-27', '2023-01-21')] }), 'ends before it starts'],
    ['a mistyped year', table({ days: [off('2023-01-21', '2032-01-27')] }), 'outside the year 2023'],
    ['a day both off and worked', table({ days: [off('2023-01-21', '2023-01-27'), on('2023-01-25')] }), 'twice'],
    ['a day off twice', table({ days: [off('2023-01-21'), off('2023-01-21')] }), 'twice'],
    ['a date of issue that does not exist', table({ days: [], issuedOn: '2022-11-31' }), '"2022-11-31" is not a date'],
    ['a number used twice', table({ days: [] }, { days: [], number: 'No. 1' }), 'paper No. 1: the document number'],
    ['a paper without a number', table({ days: [], number: '' }), 'the document number is empty'],
    ['a year that is none', table({ days: [], year: 23 }), '23 is not a year'],
    ['no version', { version: '', papers: [] }, 'needs a version'],
  ])('with %s is refused when it is built, and the error says where', (_, data, message) => {
    expect(() => createWorkingCalendar(data)).toThrow(RangeError);
    expect(() => createWorkingCalendar(data)).toThrow(message);
  });

  it('lets the paper issued last hold, in whatever order they are listed', () => {
    const data = table({ days: [on('2023-01-28')], issuedOn: '2022-12-08' }, { days: [off('2023-01-28')] });
    expect(createWorkingCalendar(data).isWorkingDay(d('2023-01-28'))).toBe(true);
    const corrected = table({ days: [on('2023-01-28')] }, { days: [off('2023-01-28')], issuedOn: '2022-12-08' });
    expect(createWorkingCalendar(corrected).isWorkingDay(d('2023-01-28'))).toBe(false);
  });

  it('may give a weekday back that an earlier paper took', () => {
    const data = table({ days: [off('2023-01-27')] }, { days: [on('2023-01-27')], issuedOn: '2022-12-08' });
    const kind = createWorkingCalendar(data).dayKind(d('2023-01-27'));
    expect(kind).toEqual({ working: true, reason: 'weekday', holiday: '春节', paper: 'No. 2' });
  });

  it('without any paper counts weekends only', () => {
    const weekendsOnly = createWorkingCalendar({ version: 'none', papers: [] });
    expect(weekendsOnly.addWorkingDays(d('2023-04-20'), 2)).toBe('2023-04-24');
    expect(weekendsOnly.workingDaysBetween(d('2023-01-01'), d('2024-01-01'))).toBe(260);
    expect(weekendsOnly.isProvisional(d('2023-04-20'))).toBe(true);
  });

  it('of any shape agrees with counting day by day', () => {
    // At most one line for each day of a stretch with three weekends, shared out over two papers.
    const line = fc.record({
      offset: fc.integer({ min: 0, max: 20 }),
      isOff: fc.boolean(),
      paper: fc.constantFrom(0, 1),
    });
    const lines = fc.uniqueArray(line, { selector: ({ offset, paper }) => offset * 2 + paper });
    fc.assert(
      fc.property(lines, anyDay('2023-02-20', '2023-04-10'), fc.integer({ min: -25, max: 25 }), (drawn, date, n) => {
        const daysOf = (index: number) =>
          drawn
            .filter(({ paper }) => paper === index)
            .map(({ offset, isOff }) => (isOff ? off : on)(toLocalDate(toEpochDay('2023-03-01') + offset)));
        const data = table({ days: daysOf(0) }, { days: daysOf(1), issuedOn: '2022-12-08' });
        expect(createWorkingCalendar(data).addWorkingDays(date, n)).toBe(addDayByDay(data, date, n));
      }),
      { numRuns: 500 },
    );
  });
});

describe('a date that does not exist', () => {
  const bad = '2023-02-30' as LocalDate;
  it.each<[string, () => unknown]>([
    ['isWorkingDay', () => calendar.isWorkingDay(bad)],
    ['dayKind', () => calendar.dayKind(bad)],
    ['isProvisional', () => calendar.isProvisional(bad)],
    ['effectiveDate', () => calendar.effectiveDate(bad)],
    ['addWorkingDays', () => calendar.addWorkingDays(bad, 1)],
    ['workingDaysBetween', () => calendar.workingDaysBetween(bad, d('2023-03-01'))],
  ])('is refused by %s even when a cast brought it in', (_, call) => {
    expect(call).toThrow(RangeError);
  });
});
