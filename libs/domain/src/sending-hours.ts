import { atLocalTime, localDateOf, localTimeOf, type WorkingCalendar } from '@duban/kernel';

/** Messages leave on working days between these times; what is wanted outside waits for the next morning. */
export const OPENS = '08:30';
export const CLOSES = '18:00';
const MORNING = '09:00';

/** The earliest instant at which a message wanted at `now` may be sent: half-open, 18:00 itself is too late. */
export function sendFrom(now: Date, calendar: WorkingCalendar, timeZone: string): Date {
  const today = localDateOf(now, timeZone);
  const time = localTimeOf(now, timeZone);
  const isWorkingDay = calendar.isWorkingDay(today);
  if (isWorkingDay && time >= OPENS && time < CLOSES) return now;
  const day = isWorkingDay && time < OPENS ? today : calendar.addWorkingDays(today, 1);
  return atLocalTime(day, MORNING, timeZone);
}
