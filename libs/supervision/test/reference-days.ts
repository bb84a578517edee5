import {
  addDays,
  calendarOfPapers,
  CHINA_HOLIDAYS,
  type LocalDate,
  type RecordedPaper,
  type WorkingCalendar,
} from '@duban/kernel';

/** Which days are worked, as far as the papers that have come say; counted day by day. */
export class ReferenceDays {
  private readonly papers: RecordedPaper[] = CHINA_HOLIDAYS.papers.map((paper) => ({ ...paper, supersedes: [] }));
  private readonly known = new Map<LocalDate, boolean>();
  calendar: WorkingCalendar = calendarOfPapers(this.papers, CHINA_HOLIDAYS.law);

  /** How many papers there are. */
  get position(): number {
    return this.papers.length;
  }

  learn(paper: RecordedPaper): void {
    this.papers.push(paper);
    this.calendar = calendarOfPapers(this.papers, CHINA_HOLIDAYS.law);
    this.known.clear();
  }

  works(day: LocalDate): boolean {
    let works = this.known.get(day);
    if (works === undefined) this.known.set(day, (works = this.calendar.isWorkingDay(day)));
    return works;
  }

  /** Whether a date, or the day on which it takes effect, lies in a year of which no paper is known. */
  isUncertain(...days: LocalDate[]): boolean {
    return days.some((day) => this.calendar.isProvisional(day));
  }

  /** The n-th working day after a day, or before it; nought is the day itself, or the next that is worked. */
  workingDay(from: LocalDate, n: number): LocalDate {
    let day = from;
    for (let left = Math.abs(n); left > 0; left--)
      do day = addDays(day, n > 0 ? 1 : -1);
      while (!this.works(day));
    while (!this.works(day)) day = addDays(day, 1);
    return day;
  }

  /** Working days of a time, its last day not counted. */
  count(from: LocalDate, to: LocalDate): number {
    let n = 0;
    for (let day = from; day < to; day = addDays(day, 1)) if (this.works(day)) n++;
    return n;
  }

  /** The day on which people hear of what happens at an instant: outside of office hours the next working one. */
  toldOn(at: Date): LocalDate {
    const day = dayOf(at);
    return this.works(day) && timeOf(at) < '18:00' ? day : this.workingDay(day, 1);
  }
}

export const dayOf = (at: Date): LocalDate =>
  new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10) as LocalDate;
const timeOf = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(11, 16);
export const instant = (day: LocalDate, time: string): Date => new Date(`${day}T${time}:00+08:00`);
/** Days of the calendar from one to another. */
export const daysBetween = (from: LocalDate, to: LocalDate): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;
