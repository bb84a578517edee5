import type { Schemas } from '../api/client';

type TaskRow = Schemas['TasksDto']['items'][number];

const TEN = 10;
const HOUR_MS = 3_600_000;

/** From 1 to 12. */
export const monthOf = (day: string): number => Number(day.slice(5, 7));

/** The last days of the months that are over, from the month of a day on; twelve at most. */
export function monthEnds(from: string, today: string): string[] {
  const ends: string[] = [];
  const month = new Date(`${from.slice(0, 7)}-01T00:00:00Z`);
  for (;;) {
    month.setUTCMonth(month.getUTCMonth() + 1);
    const end = new Date(month.getTime() - HOUR_MS).toISOString().slice(0, 10);
    if (end >= today) return ends.slice(-11);
    ends.push(end);
  }
}

const GRAVITY = ['red', 'orange', 'yellow', 'blue'];
const rank = ({ light, notice, overdue }: TaskRow): number =>
  (light === 'red' ? 0 : light === 'yellow' ? 10 : 20) +
  (notice === null ? 5 : GRAVITY.indexOf(notice)) -
  Math.min(overdue, 4) / 10;

/** Each task once, the gravest first; of the same gravity what is due first. What is done matters no more. */
export function tenOf(lists: readonly (readonly TaskRow[])[]): TaskRow[] {
  const byId = new Map(lists.flat().map((task) => [task.id, task]));
  return [...byId.values()]
    .filter(
      ({ state, units }) => units > 0 && state !== 'verified' && state !== 'cancelled' && state !== 'not_implemented',
    )
    .sort((a, b) => rank(a) - rank(b) || (a.nextDueAt ?? '9').localeCompare(b.nextDueAt ?? '9'))
    .slice(0, TEN);
}
