import { AsyncLocalStorage } from 'node:async_hooks';
import { CHINA_HOLIDAYS, createWorkingCalendar, type DayKind, type LocalDate, WorkingCalendar } from '@duban/kernel';

/** The calendar that whatever runs in a transaction computes by, from its first statement to its last. */
const held = new AsyncLocalStorage<WorkingCalendar>();
/** The newest that this process has seen, for what is computed outside transactions. */
let newest = createWorkingCalendar(CHINA_HOLIDAYS);

/** Runs work that computes by one version of the calendar, whatever is imported meanwhile. */
export function withCalendar<T>(calendar: WorkingCalendar, work: () => Promise<T>): Promise<T> {
  if (calendar.position > newest.position) newest = calendar;
  return held.run(calendar, work);
}

/**
 * The working calendar (工作日历) as everything gets it: in a transaction, the version that was the newest when it began,
 * so that a date and the version that is recorded with it are of one calendar.
 */
export class CurrentCalendar extends WorkingCalendar {
  constructor() {
    super(CHINA_HOLIDAYS);
  }

  private get current(): WorkingCalendar {
    return held.getStore() ?? newest;
  }

  override get version(): string {
    return this.current.version;
  }

  override get position(): number {
    return this.current.position;
  }

  override get papers(): WorkingCalendar['papers'] {
    return this.current.papers;
  }

  override isWorkingDay(date: LocalDate): boolean {
    return this.current.isWorkingDay(date);
  }

  override dayKind(date: LocalDate): DayKind {
    return this.current.dayKind(date);
  }

  override isProvisional(date: LocalDate): boolean {
    return this.current.isProvisional(date);
  }

  override effectiveDate(recorded: LocalDate): LocalDate {
    return this.current.effectiveDate(recorded);
  }

  override addWorkingDays(date: LocalDate, n: number): LocalDate {
    return this.current.addWorkingDays(date, n);
  }

  override workingDaysBetween(a: LocalDate, b: LocalDate): number {
    return this.current.workingDaysBetween(a, b);
  }
}
