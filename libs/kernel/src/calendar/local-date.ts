declare const localDateBrand: unique symbol;

/**
 * A calendar day that exists, in the proleptic Gregorian calendar, as ISO text `YYYY-MM-DD` (years 0001 to 9999).
 * It has no time and no time zone. Only {@link parseLocalDate} and this library's functions make one; ISO text sorts
 * as the days do, so `<` compares two of them.
 */
export type LocalDate = string & { readonly [localDateBrand]: true };

const MS_PER_DAY = 86_400_000;
const LOCAL_DATE_FORM = /^(?!0000)\d{4}-\d{2}-\d{2}$/;
const MIN_EPOCH_DAY = Date.parse('0001-01-01') / MS_PER_DAY;
const MAX_EPOCH_DAY = Date.parse('9999-12-31') / MS_PER_DAY;

/**
 * Reads a calendar day.
 *
 * @param text exactly `YYYY-MM-DD`, without blanks, time or zone
 * @throws RangeError where the form is another one, or the day does not exist (2023-02-30)
 */
export function parseLocalDate(text: string): LocalDate {
  return toLocalDate(toEpochDay(text));
}

/**
 * The number of days from 1970-01-01, negative before it.
 *
 * @throws RangeError as {@link parseLocalDate}; also for a `LocalDate` that came by a cast
 */
export function toEpochDay(text: string): number {
  // ISO text without a time is read as UTC. JavaScript may roll 30 February on to 2 March, hence the way back.
  const instant = LOCAL_DATE_FORM.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant) || new Date(instant).toISOString().slice(0, 10) !== text) {
    throw new RangeError(`"${text}" is not a date: expected a day that exists, as YYYY-MM-DD`);
  }
  return instant / MS_PER_DAY;
}

/**
 * The day that lies so many days after 1970-01-01.
 *
 * @throws RangeError where that is outside the years 0001 to 9999
 */
export function toLocalDate(epochDay: number): LocalDate {
  if (!(epochDay >= MIN_EPOCH_DAY && epochDay <= MAX_EPOCH_DAY)) {
    throw new RangeError(`day ${epochDay} after 1970-01-01 is outside the years 0001 to 9999`);
  }
  return new Date(epochDay * MS_PER_DAY).toISOString().slice(0, 10) as LocalDate;
}

/**
 * The day so many calendar days later.
 *
 * @throws RangeError where n is no whole number, or the day is outside the years 0001 to 9999
 */
export function addDays(date: LocalDate, n: number): LocalDate {
  return toLocalDate(toEpochDay(date) + n);
}

/**
 * The same day so many months later, or that month's last where it has no such day (民法典第二百零二条).
 *
 * @throws RangeError as {@link addDays}
 */
export function addMonths(date: LocalDate, n: number): LocalDate {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const last = new Date(Date.UTC(year, month + n, 0)).getUTCDate();
  return toLocalDate(Date.UTC(year, month - 1 + n, Math.min(day, last)) / MS_PER_DAY);
}
