import { getDayDetail } from 'chinese-days';
import { CHINA_HOLIDAYS } from './holidays.cn';
import { parseLocalDate, toEpochDay, toLocalDate } from './local-date';
import { createWorkingCalendar } from './working-calendar';

const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const kind = (date: string) => calendar.dayKind(parseLocalDate(date));

// Days on which the package and the papers disagree; the paper wins. None of them so far: a new line needs the reason.
const PACKAGE_IS_WRONG: Readonly<Record<string, string>> = {};

function eachDay(from: string, to: string): string[] {
  const days: string[] = [];
  for (let day = toEpochDay(from); day <= toEpochDay(to); day++) days.push(toLocalDate(day));
  return days;
}

/** The package packs a named day as `English,中文,days`, and any other as the English weekday. */
function packageKind(date: string) {
  const { work, name } = getDayDetail(date);
  return { working: work, holiday: name.split(',')[1] };
}

describe('the holiday papers of 2020 to 2026', () => {
  const days = eachDay('2020-01-01', '2026-12-31');

  it('agree with an independent feed on every day, since a public holiday feed was wrong before (zammad 390)', () => {
    const differing = days.filter((date) => kind(date).working !== packageKind(date).working);
    expect(differing).toEqual(Object.keys(PACKAGE_IS_WRONG));
  });

  it('name the same days, and the same holiday, as the independent feed', () => {
    const differing = days.filter((date) => {
      const ours = kind(date).holiday;
      const theirs = packageKind(date).holiday;
      // Where two holidays are joined, the paper names both (国庆节、中秋节) and the package one; it also says 清明 for 清明节.
      return theirs === undefined ? ours !== undefined : !ours?.includes(theirs);
    });
    expect(differing).toEqual([]);
  });

  it('give the counts of days off and make-up days that each paper states', () => {
    const counted = CHINA_HOLIDAYS.papers.map(({ number, days: lines }) => {
      const length = (off: boolean) =>
        lines
          .filter((line) => line.off === off)
          .reduce((sum, { from, to = from }) => sum + toEpochDay(to) - toEpochDay(from) + 1, 0);
      return [number, length(true), length(false)];
    });
    expect(counted).toEqual([
      ['国办发明电〔2019〕16号', 1 + 7 + 3 + 5 + 3 + 8, 7],
      ['国办发明电〔2020〕1号', 3, 0],
      ['国办发明电〔2020〕27号', 3 + 7 + 3 + 5 + 3 + 3 + 7, 7],
      ['国办发明电〔2021〕11号', 3 + 7 + 3 + 5 + 3 + 3 + 7, 7],
      ['国办发明电〔2022〕16号', 3 + 7 + 1 + 5 + 3 + 8, 7],
      // 元旦 and 端午节 join a weekend that the paper of 2024 does not name: one day each.
      ['国办发明电〔2023〕7号', 1 + 8 + 3 + 5 + 1 + 3 + 7, 8],
      ['国办发明电〔2024〕12号', 1 + 8 + 3 + 5 + 3 + 8, 5],
      ['国办发明电〔2025〕7号', 3 + 9 + 3 + 5 + 3 + 3 + 7, 6],
    ]);
  });

  it('declare only weekend days as make-up days, each worked, so that no make-up Sunday is missing (holidays 3293, chinese-calendar 129)', () => {
    const makeUpDays = CHINA_HOLIDAYS.papers.flatMap((paper) => paper.days.filter((line) => !line.off));
    // 2020-02-01 was declared worked, then given off again by the paper that extended the Spring Festival.
    const worked = makeUpDays.map(({ from }) => from).filter((date) => date !== '2020-02-01');
    expect(worked).toHaveLength(46);
    for (const date of worked) expect([date, kind(date).reason]).toEqual([date, 'make_up_day']);
  });

  it('are each issued before the year that they arrange, but for the extension of 2020', () => {
    const late = CHINA_HOLIDAYS.papers.filter(({ issuedOn, year }) => issuedOn >= `${year}-01-01`);
    expect(late.map(({ number }) => number)).toEqual(['国办发明电〔2020〕1号']);
  });
});

describe('a later paper', () => {
  it.each([
    ['2020-01-30', { working: false, reason: 'holiday', holiday: '春节', paper: '国办发明电〔2019〕16号' }],
    ['2020-01-31', { working: false, reason: 'holiday', holiday: '春节', paper: '国办发明电〔2020〕1号' }],
    ['2020-02-01', { working: false, reason: 'holiday', holiday: '春节', paper: '国办发明电〔2020〕1号' }],
    ['2020-02-02', { working: false, reason: 'holiday', holiday: '春节', paper: '国办发明电〔2020〕1号' }],
    ['2020-02-03', { working: true, reason: 'weekday' }],
  ])('extends the Spring Festival of 2020 over what the first one said of %s', (date, expected) => {
    expect(kind(date)).toEqual(expected);
  });

  it('of the next year names the last day of December', () => {
    expect(kind('2022-12-31')).toEqual({
      working: false,
      reason: 'holiday',
      holiday: '元旦',
      paper: '国办发明电〔2022〕16号',
    });
  });
});

describe('the year 2027, whose paper is not out', () => {
  it('is provisional, where the independent feed calls New Year’s Day a plain working day (workalendar 761)', () => {
    expect(packageKind('2027-01-01')).toEqual({ working: true, holiday: undefined });
    expect(calendar.isProvisional(parseLocalDate('2027-01-01'))).toBe(true);
    expect(calendar.isProvisional(parseLocalDate('2026-12-31'))).toBe(false);
  });
});
