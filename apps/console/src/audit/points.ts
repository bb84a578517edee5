import { zone } from '../session/clock';

/** A point in time as the address has it: a day (`2026-01-08`), which stands for its end, or an instant. */
export type Point = string;

const isDay = (point: Point): boolean => point.length === 10;
/** What the day and the time of day are called there. */
export const dayOfPoint = (point: Point): string => (isDay(point) ? point : wallClock(new Date(point)).slice(0, 10));
export const timeOfPoint = (point: Point): string | null =>
  isDay(point) ? null : wallClock(new Date(point)).slice(11);

/** A day with a time of day in the jurisdiction's zone as the instant that it is; without one, the end of the day. */
export function pointAt(day: string, time: string | null): Point {
  if (time === null) return day;
  const asIfUtc = Date.parse(`${day}T${time}Z`);
  const ahead = Date.parse(`${wallClock(new Date(asIfUtc)).replace(' ', 'T')}Z`) - asIfUtc;
  return new Date(asIfUtc - ahead).toISOString();
}

/** `2026-01-08 09:30:00`, as clocks in the jurisdiction's zone show it. */
const wallClock = (at: Date): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone: zone(), dateStyle: 'short', timeStyle: 'medium' }).format(at);
