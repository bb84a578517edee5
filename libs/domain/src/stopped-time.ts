import type { LocalDate, WorkingCalendar } from '@duban/kernel';

/** Days on which the clock of a part stood still (停钟), from the first, included, to the day on which it went on. */
export interface Stop {
  from: LocalDate;
  /** Null while it stands. */
  to: LocalDate | null;
}

/** What history says of a part at one of its events: whether the clock stands after it. */
export interface ClockEvent {
  on: LocalDate;
  isStopped: boolean;
}

/**
 * When the clock stood, from the events of a part in their order. Two reasons at once stop it once: it goes on with the
 * event after which none is left.
 */
export function stopsOf(events: readonly ClockEvent[]): Stop[] {
  const stops: Stop[] = [];
  for (const { on, isStopped } of events) {
    const last = stops.at(-1);
    if (isStopped && last?.to !== null) stops.push({ from: on, to: null });
    else if (!isStopped && last?.to === null) last.to = on;
  }
  return stops;
}

/**
 * The working day to which a date moves by the time for which the clock stood, each time counted anew from the date and
 * all stops, so that nothing is counted twice. Only stops that begin while the date has not passed move it: what was
 * late before stays late. A stop within one day takes no day.
 *
 * @param effectiveOn the working day on which the date takes effect
 * @param since stops before this day were taken into account when the date was set
 */
export function dateAfterStops(
  effectiveOn: LocalDate,
  since: LocalDate,
  stops: readonly Stop[],
  calendar: WorkingCalendar,
): LocalDate {
  let due = effectiveOn;
  for (const { from, to } of stops) {
    const start = from > since ? from : since;
    if (to === null || to <= start || start > due) continue;
    due = calendar.addWorkingDays(due, calendar.workingDaysBetween(start, to));
  }
  return due;
}

/** Working days for which the clock stood since a day. */
export const stoppedDays = (since: LocalDate, stops: readonly Stop[], calendar: WorkingCalendar): number =>
  stops.reduce((sum, { from, to }) => {
    const start = from > since ? from : since;
    return to === null || to <= start ? sum : sum + calendar.workingDaysBetween(start, to);
  }, 0);
