import { Temporal } from 'temporal-polyfill';
import { type LocalDate, toEpochDay, toLocalDate } from './local-date';

const MS_PER_MINUTE = 60_000;
const MS_PER_DAY = 86_400_000;

/**
 * The instant at which a clock in the zone shows a time on a date. Where the clock is put forward over that time, the
 * instant is as long after the jump as the time is into the gap (02:30 becomes 03:30); where it is put back and shows
 * the time twice, the first of the two.
 *
 * @param time `HH:MM`, 00:00 to 23:59; the end of a day is {@link endOfLocalDay}
 * @param timeZone IANA name, such as Asia/Shanghai
 * @throws RangeError for a date that does not exist, another form of time, or an unknown zone
 */
export function atLocalTime(date: LocalDate, time: string, timeZone: string): Date {
  const wallClock = toEpochDay(date) * MS_PER_DAY + toMinutes(time) * MS_PER_MINUTE;
  const offset = undisputedOffset(wallClock, timeZone);
  if (offset !== undefined) return new Date(wallClock - offset);
  const plain = Temporal.PlainDateTime.from(`${date}T${time}`);
  return new Date(plain.toZonedDateTime(timeZone, { disambiguation: 'compatible' }).epochMilliseconds);
}

/**
 * The end of a day (24:00, 民法典第二百零三条) in the zone, which is the first instant of the next: a day is the
 * half-open interval up to it, and what is due on the day is late from this instant on.
 *
 * @param timeZone IANA name, such as Asia/Shanghai
 * @throws RangeError for a date that does not exist, or an unknown zone
 */
export function endOfLocalDay(date: LocalDate, timeZone: string): Date {
  const wallClock = (toEpochDay(date) + 1) * MS_PER_DAY;
  const offset = undisputedOffset(wallClock, timeZone);
  if (offset !== undefined) return new Date(wallClock - offset);
  // Not 00:00 of the next day: where the clock is put forward at midnight, that day starts at 01:00.
  const nextDay = Temporal.PlainDate.from(date).add({ days: 1 });
  return new Date(nextDay.toZonedDateTime({ timeZone }).epochMilliseconds);
}

/**
 * The date in the zone at an instant.
 *
 * @param timeZone IANA name, such as Asia/Shanghai
 * @throws RangeError for an invalid Date, an unknown zone, or a year outside 0001 to 9999
 */
export function localDateOf(instant: Date, timeZone: string): LocalDate {
  return toLocalDate(Math.floor(wallClockOf(instant, timeZone) / MS_PER_DAY));
}

/**
 * What a clock in the zone shows at an instant: `HH:MM`, seconds cut off.
 *
 * @param timeZone IANA name, such as Asia/Shanghai
 * @throws RangeError for an invalid Date, or an unknown zone
 */
export function localTimeOf(instant: Date, timeZone: string): string {
  const minutes = Math.floor(wallClockOf(instant, timeZone) / MS_PER_MINUTE);
  const ofDay = ((minutes % 1440) + 1440) % 1440;
  return `${String(Math.floor(ofDay / 60)).padStart(2, '0')}:${String(ofDay % 60).padStart(2, '0')}`;
}

function toMinutes(time: string): number {
  if (!/^([01]\d|2[0-3]):[0-5]\d$/.test(time)) {
    throw new RangeError(`"${time}" is not a time of day: expected HH:MM from 00:00 to 23:59`);
  }
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** Milliseconds that the zone's wall clock would count, read as if it were UTC. */
function wallClockOf(instant: Date, timeZone: string): number {
  const ms = instant.getTime();
  if (Number.isNaN(ms)) throw new RangeError('an invalid Date is not an instant');
  return ms + spanAt(ms, timeZone).offset;
}

/** Instants between two changes of a zone's offset: from, included, to, excluded. All in milliseconds. */
interface OffsetSpan {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

// A zone's rules do not change while the process lives, and one question to Temporal costs more than everything else
// here. An offset holds for months (in Shanghai since 1991), so a few spans answer nearly every call.
const spansByZone = new Map<string, OffsetSpan[]>();

function spanAt(instant: number, timeZone: string): OffsetSpan {
  const spans = spansByZone.get(timeZone);
  const known = spans?.find(({ from, to }) => from <= instant && instant < to);
  if (known) return known;

  const zoned = Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(timeZone);
  // 'previous' looks strictly before: one millisecond on, a change at this very instant is found too.
  const from = zoned.add({ milliseconds: 1 }).getTimeZoneTransition('previous')?.epochMilliseconds;
  const to = zoned.getTimeZoneTransition('next')?.epochMilliseconds;
  const span = {
    from: from ?? Number.NEGATIVE_INFINITY,
    to: to ?? Number.POSITIVE_INFINITY,
    offset: zoned.offsetNanoseconds / 1e6,
  };
  if (spans) spans.push(span);
  else spansByZone.set(timeZone, [span]);
  return span;
}

// No zone has ever been further from UTC (Manila before 1845 comes closest).
const MAX_OFFSET = 16 * 60 * MS_PER_MINUTE;

/** The offset for a wall clock reading, or undefined near a change of offset, where the reading may be ambiguous. */
function undisputedOffset(wallClock: number, timeZone: string): number | undefined {
  const span = spanAt(wallClock - MAX_OFFSET, timeZone);
  return wallClock + MAX_OFFSET < span.to ? span.offset : undefined;
}
