import { type LocalDate, parseLocalDate } from '@duban/kernel';
import type { ReportingRules } from './reporting-rules';
import type { Comparator, TargetValue } from './target';

/*
 * Progress curves (序时进度): what is planned of a target at a date, how far a figure is behind it, and the light
 * (亮灯) that this gives.
 *
 * - A target to be worked up to (完成260个) is planned linearly from nothing on the day of issue to its figure on the
 *   due date, unless the office gave steps.
 * - Steps are asked on their day and not before: until the first of them nothing is, after each of them its figure.
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
  /** The office's steps, in order; null: linear. */
  points: readonly CurvePoint[] | null;
}

export const LIGHTS_OF_PERIODS = ['green', 'yellow', 'red'] as const;
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
export function plannedAt({ target, from, to, points }: ProgressCurve, on: LocalDate): number | null {
  if (points) {
    const reached = points.filter((point) => point.on <= on).at(-1);
    if (reached) return reached.value;
    return isLevelTarget(target) ? null : 0;
  }
  if (isLevelTarget(target) || on >= to) return target.value;
  if (on <= from) return 0;
  return rounded((target.value * daysBetween(from, on)) / daysBetween(from, to));
}

/** How a figure stands to what was planned for a day. */
export function progressAt(curve: ProgressCurve, on: LocalDate, actual: number): Progress {
  const { target } = curve;
  const planned = plannedAt(curve, on);
  const missing = planned === null ? 0 : lessIsBetter(target.comparator) ? actual - planned : planned - actual;
  return {
    planned,
    plannedShare: planned === null ? null : shareOf(planned, target.value),
    actualShare: shareOf(actual, target.value),
    // Of a target of nothing there is no share: either it is kept, or all of it is missed.
    behind: missing <= 0 ? 0 : target.value === 0 ? 100 : rounded((missing / Math.abs(target.value)) * 100),
  };
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
    if (value < before.value && !mayFall) faults.push({ index, message: `${value} falls below ${before.value}.` });
  });
  const last = points.at(-1);
  if (last?.value !== target.value) {
    faults.push({ index: Math.max(points.length - 1, 0), message: `The last step is the target, ${target.value}.` });
  }
  return faults;
}

/** The light of a figure that is so many points behind. */
export function lightOf(behind: number, { yellow, red }: ReportingRules['lights']): PeriodLight {
  if (behind > red) return 'red';
  return behind >= yellow && behind > 0 ? 'yellow' : 'green';
}

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
  const worst = Math.max(0, ...lights.map((light) => LIGHTS_OF_PERIODS.indexOf(light ?? 'red')));
  return LIGHTS_OF_PERIODS[worst]!;
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
