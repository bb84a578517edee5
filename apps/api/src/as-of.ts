import { endOfLocalDay, invalid, parseLocalDate } from '@duban/kernel';

export const TIME_ZONE = 'Asia/Shanghai';

/**
 * The instant that `asOf` names; null where it is absent. A date means all that happened through that day.
 * @throws DomainError REQUEST.AS_OF_IN_FUTURE
 */
export const asOfInstant = (asOf: string | undefined, now: Date): Date | null =>
  asOf === undefined ? null : instantOf(asOf, now, 'asOf');

/**
 * The instant that a field names, by the same rule.
 * @throws DomainError REQUEST.AS_OF_IN_FUTURE
 */
export function instantOf(moment: string, now: Date, field: string): Date {
  const isDay = moment.length === 10;
  // The day ends where the next begins, and what happens then belongs to the next.
  const instant = isDay ? new Date(endOfLocalDay(parseLocalDate(moment), TIME_ZONE).getTime() - 1) : new Date(moment);
  if (
    isDay &&
    instant > now &&
    endOfLocalDay(parseLocalDate(moment), TIME_ZONE).getTime() - now.getTime() <= 86_400_000
  ) {
    return now;
  }
  if (instant > now) {
    throw invalid('REQUEST.AS_OF_IN_FUTURE', `"${field}" lies after the present, ${now.toISOString()}.`, { field });
  }
  return instant;
}
