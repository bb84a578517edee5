import { invalid } from '@duban/kernel';

/** A page of a list. `next` is opaque: it goes back as `cursor`; null on the last page. */
export interface Page<T> {
  items: T[];
  next: string | null;
}

/** Cuts a page from rows that were read with a limit of one more than wanted. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => readonly unknown[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? cursorOf(keyOf(last)) : null };
}

/** The cursor after the row that has this key. */
export const cursorOf = (key: readonly unknown[]): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/**
 * The sort key after which a page begins, one check a part; null for the first page.
 * @throws DomainError REQUEST.BAD_CURSOR
 */
export function cursorKey(
  cursor: string | undefined,
  checks: readonly ((part: unknown) => boolean)[],
): unknown[] | null {
  if (cursor === undefined) return null;
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    key = null;
  }
  if (!Array.isArray(key) || key.length !== checks.length || !checks.every((check, i) => check(key[i]))) {
    throw badCursor();
  }
  return key as unknown[];
}

export const badCursor = (): Error =>
  invalid('REQUEST.BAD_CURSOR', 'The cursor is not one that this list gave; begin again without it.', {
    field: 'cursor',
  });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const isUuid = (part: unknown): boolean => typeof part === 'string' && UUID.test(part);
/** As a column of whole numbers holds it. */
export const isCount = (part: unknown): boolean => Number.isInteger(part) && Math.abs(part as number) < 2 ** 31;
/** Postgres has no year 0. */
const FIRST_INSTANT = Date.parse('0001-01-01T00:00:00.000Z');
/** As a page wrote it: JavaScript reads forms that Postgres does not, and days that do not exist. */
export const isInstant = (part: unknown): boolean => {
  const at = typeof part === 'string' ? Date.parse(part) : Number.NaN;
  return at >= FIRST_INSTANT && new Date(at).toISOString() === part;
};
export const isDay = (part: unknown): boolean => typeof part === 'string' && isInstant(`${part}T00:00:00.000Z`);
