import { createHash } from 'node:crypto';
import { DomainError } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import type { SignInPolicy } from './sign-in-policy';

/** Whom or what failed tries are counted of. Names are hashed: what people type there may be a password. */
export const accountSubject = (username: string): string =>
  `account ${createHash('sha256').update(username).digest('base64url')}`;
export const addressSubject = (address: string): string => `address ${address.slice(0, 100)}`;
export const resetSubject = (address: string): string => `reset ${address.slice(0, 100)}`;
export const factorSubject = (personId: string): string => `factor ${personId}`;

/** Failures that are longer ago say nothing of the next try. */
const FORGOTTEN_AFTER = '1 day';

/** What is counted, and how many failures are one too many. */
export interface Limit {
  subject: string;
  tries: number;
  /** How many failures are forgiven in an hour; without it only a success, or a day without any, forgives. */
  forgivenPerHour?: number;
}

/** Of an address, behind which a whole office may sit: there is always somebody who mistypes, so time forgives. */
export const addressLimit = (subject: string, { addressTries }: SignInPolicy['lockOut']): Limit => ({
  subject,
  tries: addressTries,
  forgivenPerHour: addressTries,
});

/**
 * Seconds for which so many failures in a row lock: none up to the free ones, then the first lock, doubled with each
 * further failure.
 */
export function lockSeconds(
  failures: number,
  tries: number,
  { firstMinutes, mostMinutes }: SignInPolicy['lockOut'],
): number {
  const beyond = Math.ceil(failures) - tries;
  if (beyond < 0) return 0;
  // So many doublings are more than any limit.
  return Math.min(firstMinutes * 2 ** Math.min(beyond, 30), mostMinutes) * 60;
}

/**
 * Refuses while the subject is locked.
 * @throws DomainError throttled with the code, and `retryAfterSeconds`
 */
export async function assertNotLocked(
  tx: EntityManager,
  subject: string,
  code = 'SESSION.TOO_MANY_TRIES',
): Promise<void> {
  const [row]: { seconds: number }[] = await tx.query(
    `select ceil(extract(epoch from locked_until - now()))::int as seconds from sign_in_guess
     where subject = $1 and locked_until > now()`,
    [subject],
  );
  if (row) throw tooMany(row.seconds, code);
}

/**
 * Counts a failure, and locks where it is one too many: one after the other, whichever processes they come from. A try
 * that is refused does not prolong the lock.
 *
 * @returns seconds of the lock that begins with this failure, 0 for none
 * @throws DomainError throttled with the code, and `retryAfterSeconds`, while the subject is locked
 */
export async function countFailure(
  tx: EntityManager,
  { subject, tries, forgivenPerHour = 0 }: Limit,
  lockOut: SignInPolicy['lockOut'],
  code = 'SESSION.TOO_MANY_TRIES',
): Promise<number> {
  const [counted]: [{ failures: number; seconds: number | null }] = await tx.query(
    `insert into sign_in_guess as g (subject, failures) values ($1, 1)
     on conflict (subject) do update set
       failures = case when g.last_failed_at < now() - $2::interval then 1 else
         greatest(0, g.failures - $3 * extract(epoch from now() - g.last_failed_at)::float8 / 3600) + 1 end,
       last_failed_at = now()
     returning failures, ceil(extract(epoch from locked_until - now()))::int as seconds`,
    [subject, FORGOTTEN_AFTER, forgivenPerHour],
  );
  if (counted.seconds !== null && counted.seconds > 0) throw tooMany(counted.seconds, code);
  const seconds = lockSeconds(counted.failures, tries, lockOut);
  if (seconds > 0) {
    await tx.query(`update sign_in_guess set locked_until = now() + $2 * interval '1 second' where subject = $1`, [
      subject,
      seconds,
    ]);
  }
  // Names that are nobody's would pile up.
  await tx.query(
    `delete from sign_in_guess where subject in (select subject from sign_in_guess
       where last_failed_at < now() - $1::interval and coalesce(locked_until, now()) <= now()
       order by last_failed_at limit 10 for update skip locked)`,
    [FORGOTTEN_AFTER],
  );
  return seconds;
}

/** After a success, or where the security administrator unlocks. */
export async function forgetFailures(tx: EntityManager, subject: string): Promise<void> {
  await tx.query(`delete from sign_in_guess where subject = $1`, [subject]);
}

const tooMany = (seconds: number, code = 'SESSION.TOO_MANY_TRIES'): DomainError =>
  new DomainError(
    'throttled',
    code,
    `There were too many tries that failed. Wait ${seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}, then try again.`,
    { retryAfterSeconds: seconds },
  );
