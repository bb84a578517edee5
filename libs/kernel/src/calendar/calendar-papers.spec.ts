import {
  calendarOfPapers,
  calendarVersion,
  checkPaper,
  dayDifferences,
  isSamePaper,
  type RecordedPaper,
} from './calendar-papers';
import { CHINA_HOLIDAYS } from './holidays.cn';
import { parseLocalDate } from './local-date';
import { createWorkingCalendar } from './working-calendar';

const SHIPPED: RecordedPaper[] = CHINA_HOLIDAYS.papers.map((paper) => ({ ...paper, supersedes: [] }));
const { law } = CHINA_HOLIDAYS;
const d = parseLocalDate;

/** A paper of a year that none of ours arranges; the number and the days are made up. */
const PAPER: RecordedPaper = {
  number: '国办发明电〔2026〕99号',
  title: '2027年部分节假日安排（样例）',
  issuedOn: '2026-11-10',
  url: 'https://www.gov.cn/sample',
  year: 2027,
  days: [
    { from: '2027-01-01', to: '2027-01-03', off: true, holiday: '元旦' },
    { from: '2027-02-05', to: '2027-02-11', off: true, holiday: '春节' },
    { from: '2027-01-30', off: false, holiday: '春节' },
  ],
  supersedes: [],
};
const withDays = (days: RecordedPaper['days'], other: Partial<RecordedPaper> = {}): RecordedPaper => ({
  ...PAPER,
  ...other,
  days,
});

describe('the shipped papers, recorded one after another', () => {
  it('make the calendar that is shipped, each the next version of it', () => {
    const calendar = calendarOfPapers(SHIPPED, law);
    const shipped = createWorkingCalendar(CHINA_HOLIDAYS);
    expect([calendar.version, calendar.position]).toEqual([shipped.version, shipped.position]);
    expect(SHIPPED.map((_, i) => calendarVersion(SHIPPED.slice(0, i + 1)))).toEqual([
      'cn-2020.1',
      'cn-2020.2',
      'cn-2021.1',
      'cn-2022.1',
      'cn-2023.1',
      'cn-2024.1',
      'cn-2025.1',
      'cn-2026.1',
    ]);
  });

  it.each(SHIPPED.map((paper, i) => [paper.number, paper, SHIPPED.slice(0, i)] as const))(
    'are sound: %s, although some reach into the December before and one extends another',
    (number, paper, before) => {
      const supersedes = number === '国办发明电〔2020〕1号' ? ['国办发明电〔2019〕16号'] : [];
      expect(checkPaper({ ...paper, supersedes }, before)).toEqual([]);
    },
  );

  it('of 2020 contradicts the first of its year, unless it says that it supersedes it', () => {
    const [first, extension] = SHIPPED as [RecordedPaper, RecordedPaper];
    expect(checkPaper(extension, [first])).toEqual([expect.objectContaining({ field: 'days.0', code: 'contradicts' })]);
  });
});

describe('a paper that is to be recorded', () => {
  it.each<[string, RecordedPaper, { field: string; code: string }[]]>([
    ['is sound', PAPER, []],
    [
      'names a date that does not exist, whose timer would never fire',
      withDays([{ from: '2027-02-30', off: true, holiday: '春节' }]),
      [{ field: 'days.0.from', code: 'no_such_date' }],
    ],
    [
      'was issued on a day that does not exist',
      { ...PAPER, issuedOn: '2026-11-31' },
      [{ field: 'issuedOn', code: 'no_such_date' }],
    ],
    [
      'ends before it starts',
      withDays([{ from: '2027-02-11', to: '2027-02-05', off: true, holiday: '春节' }]),
      [{ field: 'days.0.to', code: 'reversed' }],
    ],
    [
      'reaches two months back',
      withDays([{ from: '2026-11-30', off: true, holiday: '元旦' }]),
      [{ field: 'days.0.from', code: 'outside_year' }],
    ],
    [
      'names a day of the next year: a mistyped year would shut an office',
      withDays([{ from: '2027-12-31', to: '2028-01-02', off: true, holiday: '元旦' }]),
      [{ field: 'days.0.to', code: 'outside_year' }],
    ],
    [
      'names the last days of the December before',
      withDays([{ from: '2026-12-31', to: '2027-01-02', off: true, holiday: '元旦' }]),
      [],
    ],
    [
      'names a day both off and as a make-up day',
      withDays([
        { from: '2027-02-05', to: '2027-02-07', off: true, holiday: '春节' },
        { from: '2027-02-06', off: false, holiday: '春节' },
      ]),
      [{ field: 'days.1', code: 'named_twice' }],
    ],
    [
      'gives a make-up day on a weekday that is worked anyway',
      withDays([{ from: '2027-02-01', off: false, holiday: '春节' }]),
      [{ field: 'days.0', code: 'worked_anyway' }],
    ],
    [
      'works on a day that an earlier paper gives off',
      withDays([{ from: '2026-01-02', off: false, holiday: '元旦' }], { year: 2026 }),
      [{ field: 'days.0', code: 'contradicts' }],
    ],
    [
      'does so, and says so',
      withDays([{ from: '2026-01-02', off: false, holiday: '元旦' }], {
        year: 2026,
        supersedes: ['国办发明电〔2025〕7号'],
      }),
      [],
    ],
    [
      'supersedes a paper that there is not',
      { ...PAPER, supersedes: ['国办发明电〔1999〕1号'] },
      [{ field: 'supersedes.0', code: 'unknown' }],
    ],
  ])('%s', (_, paper, expected) => {
    expect(checkPaper(paper, SHIPPED)).toEqual(expected.map((one) => expect.objectContaining(one)));
  });

  it('is the same where only the order of its lines, or its address, is another', () => {
    expect(isSamePaper(PAPER, { ...PAPER, days: PAPER.days.toReversed(), url: 'https://elsewhere' })).toBe(true);
    expect(isSamePaper(PAPER, withDays(PAPER.days.slice(1)))).toBe(false);
  });
});

describe('a new calendar', () => {
  const before = calendarOfPapers(SHIPPED, law);
  const after = calendarOfPapers([...SHIPPED, PAPER], law);

  it('arranges the year that was provisional', () => {
    expect([before.isProvisional(d('2027-02-01')), after.isProvisional(d('2027-02-01'))]).toEqual([true, false]);
    expect([after.version, after.position]).toEqual(['cn-2027.1', 9]);
  });

  it('shows the days that are not what they were', () => {
    const changed = dayDifferences(before, after, 2027).map(({ date, after: { reason } }) => `${date} ${reason}`);
    expect(changed).toContain('2027-01-30 make_up_day');
    expect(changed).toContain('2027-02-08 holiday');
    // What the law alone gave is named by no paper yet, and falls to the paper.
    expect(changed).toContain('2027-05-01 weekend');
    expect(changed).not.toContain('2027-02-12 weekday');
  });

  it('keeps both transcriptions of a paper, and goes by the corrected one alone', () => {
    const corrected = withDays([{ from: '2027-02-06', to: '2027-02-12', off: true, holiday: '春节' }], {
      supersedes: [PAPER.number],
    });
    const calendar = calendarOfPapers([...SHIPPED, PAPER, corrected], law);
    expect([calendar.version, calendar.position]).toEqual(['cn-2027.2', 10]);
    expect(calendar.isWorkingDay(d('2027-02-05'))).toBe(true);
    expect(calendar.isWorkingDay(d('2027-02-12'))).toBe(false);
    expect(calendar.dayKind(d('2027-01-30')).reason).toBe('weekend');
  });
});
