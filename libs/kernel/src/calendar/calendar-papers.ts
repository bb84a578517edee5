import { type HolidayCalendarData, type HolidayLaw, type HolidayPaper, resolveHolidayData } from './holiday-data';
import { addDays, type LocalDate, parseLocalDate, toEpochDay, toLocalDate } from './local-date';
import { createWorkingCalendar, type DayKind, weekdayOf, WorkingCalendar } from './working-calendar';

/** A paper as it was recorded; each makes the next version of the whole calendar. */
export interface RecordedPaper extends HolidayPaper {
  /**
   * Document numbers of the papers that give way to this one: of another paper, in the days that both name; its own
   * number: what was recorded of the same paper before was a wrong transcription, and holds no more.
   */
  readonly supersedes: readonly string[];
}

/** What keeps a paper from being recorded, at the field that says it. */
export interface PaperFault {
  readonly field: string;
  readonly code:
    'no_such_date' | 'outside_year' | 'reversed' | 'named_twice' | 'worked_anyway' | 'contradicts' | 'unknown';
  readonly message: string;
}

/** A day that is not, after a paper, what it was before. */
export interface DayDifference {
  readonly date: LocalDate;
  readonly before: DayKind;
  readonly after: DayKind;
}

/** The version that the last of these papers makes: the year that it arranges, and its number among those of the year. */
export function calendarVersion(papers: readonly Pick<HolidayPaper, 'year'>[]): string {
  const last = papers.at(-1);
  if (!last) throw new RangeError('no paper makes no version');
  return `cn-${last.year}.${papers.filter(({ year }) => year === last.year).length}`;
}

/** The calendar that papers make, in the order in which they were recorded. @throws RangeError as {@link WorkingCalendar} */
export function calendarOfPapers(papers: readonly RecordedPaper[], law: HolidayLaw | undefined): WorkingCalendar {
  const data: HolidayCalendarData = {
    version: calendarVersion(papers),
    position: papers.length,
    papers: lastOfEach(papers),
    ...(law ? { law } : {}),
  };
  return createWorkingCalendar(data);
}

/** Whether two papers say the same. */
export const isSamePaper = (a: HolidayPaper, b: HolidayPaper): boolean => contentOf(a) === contentOf(b);

const contentOf = ({ number, title, issuedOn, year, days }: HolidayPaper): string =>
  JSON.stringify([
    number,
    title,
    issuedOn,
    year,
    days
      .map(({ from, to = from, off, holiday }) => [from, to, off, holiday])
      .toSorted((a, b) => String(a).localeCompare(String(b), 'en')),
  ]);

/**
 * What is wrong with a paper that is to be recorded after others: dates that do not exist, days outside its year and the
 * December before, a day that is named twice or is both off and worked, a make-up day that is a working day anyway, and
 * what contradicts another paper that it does not say to supersede.
 */
export function checkPaper(paper: RecordedPaper, known: readonly RecordedPaper[]): PaperFault[] {
  const faults: PaperFault[] = [];
  const fault = (field: string, code: PaperFault['code'], message: string): void => {
    faults.push({ field, code, message });
  };
  if (!isDate(paper.issuedOn)) fault('issuedOn', 'no_such_date', `There is no day ${paper.issuedOn}.`);
  paper.supersedes.forEach((number, i) => {
    if (!known.some((one) => one.number === number)) {
      fault(`supersedes.${i}`, 'unknown', `No paper ${number} is recorded.`);
    }
  });
  const isCorrection = paper.supersedes.includes(paper.number);
  const others = known.filter(({ number }) => !(isCorrection && number === paper.number));
  const before = others.length === 0 ? null : resolveHolidayData({ version: 'before', papers: lastOfEach(others) });
  const earliest = toEpochDay(`${paper.year - 1}-12-01`);
  const latest = toEpochDay(`${paper.year}-12-31`);
  const named = new Map<number, { off: boolean; field: string }>();
  paper.days.forEach(({ from, to = from, off }, i) => {
    const field = `days.${i}`;
    const missing = (
      [
        ['from', from],
        ['to', to],
      ] as const
    ).find(([, date]) => !isDate(date));
    if (missing) return fault(`${field}.${missing[0]}`, 'no_such_date', `There is no day ${missing[1]}.`);
    if (to < from) return fault(`${field}.to`, 'reversed', `${to} is before ${from}.`);
    if (toEpochDay(from) < earliest || toEpochDay(to) > latest) {
      const outside = toEpochDay(from) < earliest ? 'from' : 'to';
      return fault(
        `${field}.${outside}`,
        'outside_year',
        `${outside === 'from' ? from : to} is not in ${paper.year}, nor in the December before.`,
      );
    }
    for (let day = toEpochDay(from); day <= toEpochDay(to); day++) {
      const date = toLocalDate(day);
      const twice = named.get(day);
      if (twice) {
        const both = twice.off === off ? 'named twice' : 'both off and a make-up day';
        return fault(field, 'named_twice', `${date} is ${both} (${twice.field}).`);
      }
      named.set(day, { off, field });
      const held = before?.days.get(day);
      if (held && held.off !== off && !paper.supersedes.includes(held.paper)) {
        return fault(
          field,
          'contradicts',
          `${date} is ${held.off ? 'off' : 'a make-up day'} by ${held.paper}. Where this paper supersedes that one, say so in "supersedes".`,
        );
      }
      if (!off && !held?.off && weekdayOf(date) < 5) {
        return fault(field, 'worked_anyway', `${date} is a weekday that is worked anyway: no make-up day.`);
      }
    }
  });
  return faults;
}

/** The days around a paper's year that are not what they were. */
export function dayDifferences(before: WorkingCalendar, after: WorkingCalendar, year: number): DayDifference[] {
  const differences: DayDifference[] = [];
  for (let date = parseLocalDate(`${year - 1}-12-01`); date <= `${year}-12-31`; date = addDays(date, 1)) {
    const [was, is] = [before.dayKind(date), after.dayKind(date)];
    if (was.working !== is.working || was.holiday !== is.holiday || was.paper !== is.paper) {
      differences.push({ date, before: was, after: is });
    }
  }
  return differences;
}

const lastOfEach = (papers: readonly RecordedPaper[]): RecordedPaper[] =>
  papers.filter(({ number }, i) => papers.findLastIndex((other) => other.number === number) === i);

function isDate(text: string): boolean {
  try {
    toEpochDay(text);
    return true;
  } catch {
    return false;
  }
}
