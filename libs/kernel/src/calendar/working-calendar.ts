import { type HolidayCalendarData, type HolidayPaper, type NamedDay, resolveHolidayData } from './holiday-data';
import { type LocalDate, toEpochDay, toLocalDate } from './local-date';

/** Whether a day is worked, and why; the raw material of the answer to “why this date”. */
export interface DayKind {
  readonly working: boolean;
  /** `make_up_day` is a weekend day that a paper declares worked (调休上班); `holiday` any day that a paper gives off. */
  readonly reason: 'weekday' | 'weekend' | 'holiday' | 'make_up_day';
  /** The holiday as the paper names it (春节), where a paper names the day. */
  readonly holiday?: string;
  /** Document number (文号) of the paper that holds for the day, where one names it. */
  readonly paper?: string;
}

/**
 * Arithmetic of working days (工作日): Monday to Friday, except where a paper of the table says otherwise.
 *
 * Dates are whole days without a time zone. Every method that takes one throws a RangeError where it is no existing
 * `YYYY-MM-DD`, whatever its type claims. Beyond the table's years the weekends and the law's own days decide; see
 * {@link WorkingCalendar.isProvisional}. Each call costs one or two binary searches over the table's exceptional days,
 * however far apart the dates are.
 */
export class WorkingCalendar {
  private readonly data: HolidayCalendarData;
  private readonly named: ReadonlyMap<number, NamedDay>;
  private readonly years: ReadonlySet<number>;
  private readonly exceptions: readonly Exception[];

  /** @throws RangeError where the table is not valid, naming the paper and the line */
  constructor(data: HolidayCalendarData) {
    const { days, years } = resolveHolidayData(data);
    this.data = data;
    this.named = days;
    this.years = years;
    this.exceptions = listExceptions(days);
  }

  /** The version of the holiday table, to be recorded with every date computed here. */
  get version(): string {
    return this.data.version;
  }

  /** Where the version stands among all: a later one has a greater position. */
  get position(): number {
    return this.data.position ?? this.data.papers.length;
  }

  /** The papers that hold, in the order in which they were recorded. */
  get papers(): readonly HolidayPaper[] {
    return this.data.papers;
  }

  isWorkingDay(date: LocalDate): boolean {
    return this.works(toEpochDay(date));
  }

  dayKind(date: LocalDate): DayKind {
    const day = toEpochDay(date);
    const weekday = isWeekday(day);
    const named = this.named.get(day);
    if (!named) return { working: weekday, reason: weekday ? 'weekday' : 'weekend' };
    const reason = named.off ? 'holiday' : weekday ? 'weekday' : 'make_up_day';
    return { working: !named.off, reason, holiday: named.holiday, paper: named.paper };
  }

  /**
   * True where no paper in the table arranges the date's year, so that only weekends and the law's own days are known
   * and the answer may change when the paper comes out. Papers come out in the autumn before; one may still name the last days of the
   * December before its year, as that of 2023 did with 2022-12-31.
   * A count of days is provisional where either of its ends is.
   */
  isProvisional(date: LocalDate): boolean {
    toEpochDay(date);
    return !this.years.has(Number(date.slice(0, 4)));
  }

  /**
   * The day on which a recorded date takes effect (顺延): itself if it is worked, else the next working day.
   * It is the civil law's rule for a last day that is a holiday (民法典第二百零三条).
   */
  effectiveDate(recorded: LocalDate): LocalDate {
    return this.addWorkingDays(recorded, 0);
  }

  /**
   * The n-th working day after `date` (n > 0) or before it (n < 0). The day itself is never counted
   * (开始的当日不计入, 民法典第二百零一条), worked or not: from a Saturday, 1 is the Monday and -1 the Friday.
   * For n = 0, the effective date. So the result is always a working day.
   *
   * The steps of a ladder count from the effective date: pass `effectiveDate(due)`, not a recorded date that may be a
   * holiday, else the first step after it falls on the very day on which it takes effect.
   *
   * @param n a whole number of working days
   * @throws RangeError where n is not a safe integer, or the result is outside the years 0001 to 9999
   */
  addWorkingDays(date: LocalDate, n: number): LocalDate {
    if (!Number.isSafeInteger(n)) throw new RangeError(`${n} is not a whole number of working days`);
    const day = toEpochDay(date);
    // Forwards, the first day to count is the next one; backwards, or standing still, ranks start at the day itself.
    const rank = n > 0 ? this.workingDaysBefore(day + 1) - 1 + n : this.workingDaysBefore(day) + n;
    return toLocalDate(this.workingDayOfRank(rank));
  }

  /**
   * How many working days lie in the half-open interval from `a`, included, to `b`, excluded; negative where b is
   * before a. For a working day `a`, `workingDaysBetween(a, addWorkingDays(a, n))` is n.
   */
  workingDaysBetween(a: LocalDate, b: LocalDate): number {
    return this.workingDaysBefore(toEpochDay(b)) - this.workingDaysBefore(toEpochDay(a));
  }

  private works(day: number): boolean {
    const named = this.named.get(day);
    return named ? !named.off : isWeekday(day);
  }

  /** The rank of a day: how many working days lie before it, counted from an arbitrary Monday. */
  private workingDaysBefore(day: number): number {
    const last = lastWhere(this.exceptions, (exception) => exception.day < day);
    return weekdaysBefore(day) + (last?.shiftAfter ?? 0);
  }

  /** The inverse: the working day with so many working days before it. */
  private workingDayOfRank(rank: number): number {
    const last = lastWhere(this.exceptions, (exception) => exception.rank <= rank);
    if (last?.works && last.rank === rank) return last.day;
    return weekdayOfRank(rank - (last?.shiftAfter ?? 0));
  }
}

/**
 * Builds a calendar from a table of holiday papers. It is immutable: build one per table version and share it.
 *
 * @throws RangeError where the table is not valid, naming the paper and the line
 */
export function createWorkingCalendar(data: HolidayCalendarData): WorkingCalendar {
  return new WorkingCalendar(data);
}

/** The day of the week, from 0 for Monday to 6 for Sunday. @throws RangeError for a date that does not exist */
export const weekdayOf = (date: LocalDate): number => modulo(toEpochDay(date) + MONDAY_OFFSET, 7);

/** A day that is not what its weekday says. */
interface Exception {
  readonly day: number;
  /** True for a weekend day that is worked, false for a weekday that is off. */
  readonly works: boolean;
  /** Working days before the day; never falls from one exception to the next. */
  readonly rank: number;
  /** By how much the count of working days before any later day, up to the next exception, exceeds its weekdays. */
  readonly shiftAfter: number;
}

function listExceptions(named: ReadonlyMap<number, NamedDay>): Exception[] {
  const days = [...named].filter(([day, { off }]) => off === isWeekday(day)).sort(([a], [b]) => a - b);
  let shift = 0;
  return days.map(([day, { off }]) => {
    const rank = weekdaysBefore(day) + shift;
    shift += off ? -1 : 1;
    return { day, works: !off, rank, shiftAfter: shift };
  });
}

/** The last item that satisfies a condition which, along the list, holds up to some point and not after it. */
function lastWhere<T>(items: readonly T[], holds: (item: T) => boolean): T | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}

// Weeks are counted from Monday 1969-12-29, three days before epoch day 0.
const MONDAY_OFFSET = 3;

function isWeekday(day: number): boolean {
  return modulo(day + MONDAY_OFFSET, 7) < 5;
}

function weekdaysBefore(day: number): number {
  const fromMonday = day + MONDAY_OFFSET;
  return Math.floor(fromMonday / 7) * 5 + Math.min(modulo(fromMonday, 7), 5);
}

function weekdayOfRank(rank: number): number {
  return Math.floor(rank / 5) * 7 + modulo(rank, 5) - MONDAY_OFFSET;
}

/** The remainder that is never negative, for days before 1970. */
function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
