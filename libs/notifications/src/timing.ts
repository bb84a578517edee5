const MINUTE_MS = 60_000;
const WINDOW_MS = 30 * MINUTE_MS;
const LONGEST_WAIT_MS = 4 * 60 * MINUTE_MS;

/** Tries of one delivery before it has failed: spread over some eight hours of work, so mostly over two days. */
export const MOST_ATTEMPTS = 10;

/** The start of the half hour in which a person gets one digest a channel. */
export const windowStart = (now: Date): Date => new Date(Math.floor(now.getTime() / WINDOW_MS) * WINDOW_MS);

export const nextWindowStart = (now: Date): Date => new Date(windowStart(now).getTime() + WINDOW_MS);

/**
 * When to try again after so many attempts: a minute, doubled each time, four hours at most. Up to a quarter of it is
 * left to chance, lest all that failed together come back together.
 *
 * @param chance from 0, included, to 1, excluded
 */
export function retryAt(now: Date, attempts: number, chance: number): Date {
  const wait = Math.min(MINUTE_MS * 2 ** (attempts - 1), LONGEST_WAIT_MS);
  return new Date(now.getTime() + Math.round(wait * (1 - chance / 4)));
}
