import {
  calendarOfPapers,
  CHINA_HOLIDAYS,
  createWorkingCalendar,
  type RecordedPaper,
  WorkingCalendar,
} from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** What is shipped holds until it is written into the database. */
const SHIPPED = createWorkingCalendar(CHINA_HOLIDAYS);

/** The versions of the working calendar (工作日历) that a database has. They never change, so what was read once holds. */
@Injectable()
export class Calendars {
  private readonly known = new Map<number, WorkingCalendar>();

  /** @param position of the version; 0 where none is recorded yet */
  async at(tx: EntityManager, position: number): Promise<WorkingCalendar> {
    if (position === 0) return SHIPPED;
    const known = this.known.get(position);
    if (known) return known;
    const calendar = calendarOfPapers(await recordedPapers(tx, position), CHINA_HOLIDAYS.law);
    this.known.set(position, calendar);
    return calendar;
  }

  /** By its name, as dates record it; what is shipped for a name that nothing recorded has. */
  async named(tx: EntityManager, version: string): Promise<WorkingCalendar> {
    const known = [...this.known.values()].find((calendar) => calendar.version === version);
    if (known) return known;
    const [row]: { position: number }[] = await tx.query(`select position from calendar_paper where version = $1`, [
      version,
    ]);
    return this.at(tx, row?.position ?? 0);
  }
}

/** The papers that make the calendar of a position, or of the newest, in the order in which they were recorded. */
export async function recordedPapers(tx: EntityManager, position?: number): Promise<RecordedPaper[]> {
  return tx.query(
    `select number, title, issued_on::text as "issuedOn", url, year, days, supersedes from calendar_paper
     where position <= $1 order by position`,
    [position ?? 2 ** 31 - 1],
  );
}

/** Any number will do, as long as every process takes the same. */
const CALENDAR_LOCK = 7_281_952;

/** A paper was recorded since the transaction began: it is run again, by the calendar of now. */
export class StaleCalendar extends Error {}

/**
 * For days that are counted anew in the transaction that records a paper: what writes one waits for a recording under way
 * and holds up the next, so that each such day is either counted by the newest calendar or found by whoever records another.
 * @throws StaleCalendar where the transaction goes by an older one
 */
export async function holdCalendar(tx: EntityManager, { position }: WorkingCalendar): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock_shared($1)`, [CALENDAR_LOCK]);
  const [newest]: { position: number }[] = await tx.query(
    `select coalesce(max(position), 0) as position from calendar_paper`,
  );
  if (newest!.position > position) throw new StaleCalendar(`the calendar is at ${newest!.position}, not ${position}`);
}

/** For whoever records a paper: none but them, and nobody who writes days by the calendar. */
export const lockCalendar = (tx: EntityManager): Promise<unknown> =>
  tx.query(`select pg_advisory_xact_lock($1)`, [CALENDAR_LOCK]);
