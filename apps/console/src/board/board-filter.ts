import type { paths } from '../api/schema';

type Query = NonNullable<paths['/api/v1/tasks']['get']['parameters']['query']>;
/** What a board is narrowed and ordered by; all of it stands in the address. */
export type BoardFilter = Omit<Query, 'limit' | 'cursor' | 'asOf'>;

export const STATES = ['assigned', 'in_progress', 'reported', 'verified', 'cancelled', 'not_implemented'] as const;
export const LIGHTS = ['red', 'yellow', 'green'] as const;
export const SORTS = ['position', 'due', '-due'] as const;
const KEYS = ['planId', 'unitId', 'matterKind', 'state', 'light', 'section', 'q', 'sort', 'dueBefore'] as const;

export function filterOf(search: URLSearchParams): BoardFilter {
  const filter: Record<string, string> = {};
  for (const key of KEYS) {
    const value = search.get(key);
    if (value) filter[key] = value;
  }
  return filter;
}

/** The address with one part of the filter changed. */
export function withFilter(
  search: URLSearchParams,
  change: Partial<Record<keyof BoardFilter, string | null>>,
): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const [key, value] of Object.entries(change)) {
    if (value) next.set(key, value);
    else next.delete(key);
  }
  return next;
}
