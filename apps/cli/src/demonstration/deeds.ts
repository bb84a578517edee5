import { createHash } from 'node:crypto';
import type { LocalDate, WorkingCalendar } from '@duban/kernel';
import type { Conduct } from './sample';

/** Something that is open on the board, as the player sees it. */
export interface Duty {
  /** The same in each run: task number, unit code and what it is. */
  key: string;
  kind: string;
  effectiveOn: LocalDate;
  /** The day from which it could be done. */
  openSince: LocalDate;
  /** For a completion: the task has a deadline of its own. */
  hasOwnDeadline: boolean;
  isLead: boolean;
}

/** A number from 0 to `below - 1` that depends on the words alone, so that every run of a year is alike. */
export function lot(words: string, below: number): number {
  return createHash('sha256').update(words).digest().readUInt32BE(0) % below;
}

/** The day on which a unit of this conduct does its duty; null for never. */
export function dayOf(duty: Duty, conduct: Conduct, year: number, calendar: WorkingCalendar): LocalDate | null {
  if (conduct === 'silent') return null;
  const due = duty.kind === 'completion' && !duty.hasOwnDeadline ? ownPace(duty, year, calendar) : duty.effectiveOn;
  const offset = {
    prompt: duty.kind === 'sign_for' ? -2 : -3 - lot(duty.key, 4),
    steady: -lot(duty.key, duty.kind === 'sign_for' ? 2 : 3),
    late: 2 + lot(duty.key, duty.kind === 'sign_for' ? 3 : 8),
  }[conduct];
  const day = calendar.addWorkingDays(due, offset);
  return day < duty.openSince ? calendar.effectiveDate(duty.openSince) : day;
}

/** Most tasks of a year are done between May and December, the units' parts some weeks before the lead's. */
function ownPace(duty: Duty, year: number, calendar: WorkingCalendar): LocalDate {
  const month = 5 + lot(duty.key.split(' ')[0]!, 8);
  const start = `${year}-${String(month).padStart(2, '0')}-01` as LocalDate;
  return calendar.addWorkingDays(start, duty.isLead ? 15 : 2);
}
