import { addDays, type LocalDate, parseLocalDate, type WorkingCalendar } from '@duban/kernel';
import type { LightRules } from './light-rules';
import type { Comparator, TargetValue } from './target';

/*
 * Progress curves (序时进度): what is planned of a target at a date, how far a figure is behind it, and the light
 * (亮灯) that this gives.
 *
 * - A target to be worked up to (完成260个) is planned linearly from nothing on the day of issue to its figure on the
 *   due date, unless the office gave steps.
 * - Steps are asked on their day and not before: until the first of them nothing is, after each of them its figure.
 * - A season gives each month, or each quarter, of the year its share of the work (北方冬季停工): within a month it is
 *   linear, and what lies outside the task's time is left out.
 * - A target where less is better (`lte`, `lt`: 控制在5%以内) is a level, no amount: its figure may not be passed on any
 *   day. With steps, that of the last step may not be; before the first nothing is asked. So coming down from 10 to 5
 *   is steps that fall, and spending at most 100 by the year's end may be steps that rise.
 * - A figure of nothing, or below nothing (不低于-5%), cannot be worked up to and is such a level, too.
 */

/** A step of a curve: the figure that is planned from a day on. */
export interface CurvePoint {
  on: LocalDate;
  value: number;
}

export interface ProgressCurve {
  target: TargetValue;
  /** The day of issue. */
  from: LocalDate;
  /** The due date. */
  to: LocalDate;
  /** The office's steps, in order; null: linear, or by the season. */
  points: readonly CurvePoint[] | null;
  /** Shares of the work of a year by month (12) or by quarter (4), in percent. */
  season?: readonly number[] | null;
}

/** From the best to the worst; orange where a city has it (深圳). */
export const LIGHTS_OF_PERIODS = ['green', 'yellow', 'orange', 'red'] as const;
export type PeriodLight = (typeof LIGHTS_OF_PERIODS)[number];

/** A figure beside what was planned; shares are percent of the target's figure. */
export interface Progress {
  /** Null where nothing is asked yet. */
  planned: number | null;
  plannedShare: number | null;
  actualShare: number;
  /** Points of share by which it is behind; 0 at the plan or ahead of it. */
  behind: number;
}

export const lessIsBetter = (comparator: Comparator): boolean => comparator === 'lte' || comparator === 'lt';

/** Whether the target is kept on every day, instead of being worked up to. */
export const isLevelTarget = ({ comparator, value }: TargetValue): boolean => lessIsBetter(comparator) || value <= 0;

/** The figure that is planned at the end of a day; null where nothing is asked yet. */
export function plannedAt({ target, from, to, points, season }: ProgressCurve, on: LocalDate): number | null {
  if (points) {
    const reached = points.filter((point) => point.on <= on).at(-1);
    if (reached) return reached.value;
    return isLevelTarget(target) ? null : 0;
  }
  if (isLevelTarget(target) || on >= to) return target.value;
  if (on <= from) return 0;
  if (season) return rounded((target.value * workOf(season, from, on)) / workOf(season, from, to));
  return rounded((target.value * daysBetween(from, on)) / daysBetween(from, to));
}

/** The work of the days after `from`, up to and with `to`, by a season. */
function workOf(season: readonly number[], from: LocalDate, to: LocalDate): number {
  const months = 12 / season.length;
  let work = 0;
  for (let start = addDays(from, 1); start <= to;) {
    const [year, month] = start.split('-').map(Number) as [number, number, number];
    const part = Math.floor((month - 1) / months);
    const first = Date.UTC(year, part * months, 1);
    const next = Date.UTC(year, (part + 1) * months, 1);
    const after = Math.min(next, Date.parse(addDays(to, 1)));
    work += (season[part]! * (after - Date.parse(start))) / (next - first);
    start = parseLocalDate(new Date(after).toISOString().slice(0, 10));
  }
  return work;
}

/** How a figure stands to what was planned for a day. */
export function progressAt(curve: ProgressCurve, on: LocalDate, actual: number): Progress {
  const { target } = curve;
  const planned = plannedAt(curve, on);
  const missing = missingAt(curve, on, actual);
  return {
    planned,
    plannedShare: planned === null ? null : shareOf(planned, target.value),
    actualShare: shareOf(actual, target.value),
    // Of a target of nothing there is no share: either it is kept, or all of it is missed.
    behind: missing <= 0 ? 0 : target.value === 0 ? 100 : rounded((missing / Math.abs(target.value)) * 100),
  };
}

/** What a figure lacks of the plan for a day; nothing, or less, where it is kept. */
function missingAt(curve: ProgressCurve, on: LocalDate, actual: number): number {
  const planned = plannedAt(curve, on);
  if (planned === null) return 0;
  return lessIsBetter(curve.target.comparator) ? actual - planned : planned - actual;
}

/**
 * Working days by which a figure is behind: those after the last day on which the plan asked for no more than what is
 * reached, up to and with `on`; 0 at the plan or ahead of it. Null where it cannot be said in days: of a level, and of a
 * limit that rises.
 */
export function workingDaysBehind(
  curve: ProgressCurve,
  on: LocalDate,
  actual: number,
  calendar: Pick<WorkingCalendar, 'workingDaysBetween'>,
): number | null {
  if (missingAt(curve, on, actual) <= 0) return 0;
  const { target, from, points } = curve;
  const rises = points !== null && points.length > 1 && points[0]!.value < points.at(-1)!.value;
  if (points === null ? isLevelTarget(target) : lessIsBetter(target.comparator) && rises) return null;
  // What the plan asks only grows, so that the days on which it was kept come first.
  let [kept, behind] = [-1, Math.max(0, daysBetween(from, on))];
  while (behind - kept > 1) {
    const middle = Math.floor((kept + behind) / 2);
    if (missingAt(curve, addDays(from, middle), actual) <= 0) kept = middle;
    else behind = middle;
  }
  return calendar.workingDaysBetween(addDays(from, behind), addDays(on, 1));
}

const shareOf = (figure: number, whole: number): number =>
  whole === 0 ? (figure === 0 ? 100 : 0) : rounded((figure / whole) * 100);

/** Decimal figures are not exact in binary: ten points behind must not be more than ten by the last bit, and a plan reads like one. */
const rounded = (figure: number): number => Math.round(figure * 1e6) / 1e6;

const daysBetween = (from: LocalDate, to: LocalDate): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

/** Why steps are no curve of a target; the message is for who gave them, `index` the step that it is about. */
export interface CurveFault {
  index: number;
  message: string;
}

/** What is wrong with steps: in order, within the task's time, monotone, and ending at the target's figure. */
export function curveFaults({ target, from, to }: ProgressCurve, points: readonly CurvePoint[]): CurveFault[] {
  const faults: CurveFault[] = [];
  const steps = points.slice(1).map((point, i) => point.value - points[i]!.value);
  const mayFall = lessIsBetter(target.comparator) && !steps.some((step) => step > 0);
  points.forEach(({ on, value }, index) => {
    const before = points[index - 1];
    if (on < from || on > to) faults.push({ index, message: `${on} is not within ${from} and ${to}.` });
    if (!before) return;
    if (on <= before.on) faults.push({ index, message: `${on} is not after ${before.on}.` });
    if (value < before.value && !mayFall) {
      faults.push({
        index,
        message: `${value} falls below ${before.value}: what is planned of this target may only rise.`,
      });
    }
  });
  const last = points.at(-1);
  if (last?.value !== target.value) {
    faults.push({ index: Math.max(points.length - 1, 0), message: `The last step is the target, ${target.value}.` });
  }
  return faults;
}

/**
 * Steps on the task's own milestones (里程碑): each asks for its share of the target on its day, the rest is asked on the
 * due date. One before the day of issue is asked on that day.
 *
 * @param shares of the milestones in the order of their days, in percent; equal parts where they are not as many
 */
export function milestonePoints(
  { target, from, to }: ProgressCurve,
  milestones: readonly LocalDate[],
  shares: readonly number[] | null,
): CurvePoint[] {
  const days = milestones.map((on) => (on < from ? from : on > to ? to : on)).sort();
  const given = shares?.length === days.length ? shares : null;
  const parts = days.at(-1) === to ? days.length : days.length + 1;
  const points = new Map<LocalDate, number>();
  let share = 0;
  days.forEach((on, i) => {
    share = given ? share + given[i]! : ((i + 1) * 100) / parts;
    points.set(on, rounded((target.value * share) / 100));
  });
  return [...points.set(to, target.value)].map(([on, value]) => ({ on, value }));
}

/** What is wrong with the shares of milestones; null: nothing. */
export function milestoneFault(
  { target }: ProgressCurve,
  milestones: readonly LocalDate[],
  shares: readonly number[] | null,
): string | null {
  if (isLevelTarget(target))
    return 'The target is kept on every day, and not worked up to: give steps, if there are any.';
  if (milestones.length === 0) return 'The task has no milestones: give steps.';
  if (shares === null) return null;
  if (shares.length !== milestones.length) {
    return `The task has ${milestones.length} milestones: give as many shares.`;
  }
  const sum = sumOf(shares);
  return sum > 100 ? `The shares are ${sum} percent together; the rest up to 100 is asked on the due date.` : null;
}

/** What is wrong with a season for a target; null: nothing. */
export function seasonFault({ target, from, to }: ProgressCurve, shares: readonly number[]): string | null {
  if (isLevelTarget(target)) return 'The target is kept on every day, and not worked up to: it has no season.';
  if (shares.length !== 12 && shares.length !== 4) return 'Give a share for each month, 12, or for each quarter, 4.';
  const sum = sumOf(shares);
  if (sum !== 100) return `The shares are ${sum} percent together, not 100.`;
  return workOf(shares, from, to) > 0 ? null : `The season has no work between ${from} and ${to}.`;
}

const sumOf = (shares: readonly number[]): number => rounded(shares.reduce((sum, share) => sum + share, 0));

/** The light of a figure that is so far behind: by working days where the policy counts them and they are known. */
export function lightOf(
  { behind, behindDays }: { behind: number; behindDays: number | null },
  { yellow, red, workingDays }: LightRules,
): PeriodLight {
  if (workingDays && behindDays !== null) {
    if (behindDays >= workingDays.red) return 'red';
    if (workingDays.orange !== undefined && behindDays >= workingDays.orange) return 'orange';
    return behindDays >= workingDays.yellow ? 'yellow' : 'green';
  }
  if (behind > red) return 'red';
  return behind >= yellow && behind > 0 ? 'yellow' : 'green';
}

/** The worst of some lights; green where there are none. */
export const worstPeriodLight = (lights: readonly PeriodLight[]): PeriodLight =>
  LIGHTS_OF_PERIODS[Math.max(0, ...lights.map((light) => LIGHTS_OF_PERIODS.indexOf(light)))]!;

export const isWorse = (one: PeriodLight, other: PeriodLight): boolean =>
  LIGHTS_OF_PERIODS.indexOf(one) > LIGHTS_OF_PERIODS.indexOf(other);

/**
 * The light of a period (亮灯): the worst of its figures. What is not known counts as red: a report that is missing when
 * it is due, and a target that a report gives no figure for. Null while the report is not due yet.
 *
 * @param lights of the task's targets; null where there is no figure
 */
export function periodLight(
  isReported: boolean,
  isDue: boolean,
  lights: readonly (PeriodLight | null)[],
): PeriodLight | null {
  if (!isReported) return isDue ? 'red' : null;
  return worstPeriodLight(lights.map((light) => light ?? 'red'));
}

/** The last day of a period by its name, `2026M04`, `2026B2` (March and April), `2026Q1`, `2026H1`, `2026`; null where it is not such a name. */
export function periodEnd(period: string): LocalDate | null {
  const [, year, kind, number] = /^(\d{4})(?:([MBQH])(\d{1,2}))?$/.exec(period) ?? [];
  if (year === undefined) return null;
  const months = { M: 1, B: 2, Q: 3, H: 6 };
  const month = kind === undefined ? 12 : Number(number) * months[kind as keyof typeof months];
  if (month < 1 || month > 12) return null;
  const last = new Date(Date.UTC(Number(year), month, 0));
  return parseLocalDate(last.toISOString().slice(0, 10));
}
