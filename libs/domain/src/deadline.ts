import type { LocalDate, WorkingCalendar } from '@duban/kernel';
import { dateAfterStops, type Stop } from './stopped-time';

/** What a version of a deadline keeps of how its date came about. */
export interface DeadlineFacts {
  /** The date as it was recorded, working day or not. */
  recordedOn: LocalDate;
  /** What it was counted from. */
  base: Readonly<Record<string, unknown>>;
  /** For which the clock stood, where that moved it. */
  suspensions: readonly Stop[];
  /** Of the version that it was counted from, where it was counted from one (`base.countedFrom`). */
  countedFrom?: DeadlineFacts | null;
}

/** Days that a count of working days may start from; the first that is there. */
const STARTS = ['issuedOn', 'receivedOn', 'returnedOn', 'decidedOn', 'endedOn'] as const;

/**
 * The recorded date as a calendar gives it: a date that was set, or is counted in days or months, stays; one that is
 * counted in working days is counted again from the same day.
 */
export function recordedBy(facts: DeadlineFacts, calendar: WorkingCalendar): LocalDate {
  const { recordedOn, base, suspensions } = facts;
  const since = dayOf(base['since']);
  if (since && suspensions.length > 0) {
    const origin = facts.countedFrom ? recordedBy(facts.countedFrom, calendar) : dayOf(base['effectiveOn']);
    return origin ? dateAfterStops(calendar.effectiveDate(origin), since, suspensions, calendar) : recordedOn;
  }
  const { workingDays } = base;
  if (typeof workingDays !== 'number') return recordedOn;
  const start = STARTS.map((name) => dayOf(base[name])).find(Boolean);
  if (start) return calendar.addWorkingDays(start, workingDays);
  // Given to another unit: as before, but no sooner than so many working days later.
  const [transferredOn, before] = [dayOf(base['transferredOn']), dayOf(base['dueOn'])];
  if (!transferredOn || !before) return recordedOn;
  const earliest = calendar.addWorkingDays(transferredOn, workingDays);
  return calendar.effectiveDate(before) > earliest ? before : earliest;
}

const dayOf = (value: unknown): LocalDate | null =>
  typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? (value as LocalDate) : null;
