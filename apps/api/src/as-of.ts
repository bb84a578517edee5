import { endOfLocalDay, invalid, parseLocalDate } from '@duban/kernel';

const TIME_ZONE = 'Asia/Shanghai';

/**
 * The instant that `asOf` names; null where it is absent. A date means all that happened through that day.
 * @throws DomainError REQUEST.AS_OF_IN_FUTURE
 */
export function asOfInstant(asOf: string | undefined, now: Date): Date | null {
  if (asOf === undefined) return null;
  const isDay = asOf.length === 10;
  // The day ends where the next begins, and what happens then belongs to the next.
  const instant = isDay ? new Date(endOfLocalDay(parseLocalDate(asOf), TIME_ZONE).getTime() - 1) : new Date(asOf);
  if (
    isDay &&
    instant > now &&
    endOfLocalDay(parseLocalDate(asOf), TIME_ZONE).getTime() - now.getTime() <= 86_400_000
  ) {
    return now;
  }
  if (instant > now) {
    throw invalid('REQUEST.AS_OF_IN_FUTURE', `"asOf" lies after the present, ${now.toISOString()}.`, { field: 'asOf' });
  }
  return instant;
}
