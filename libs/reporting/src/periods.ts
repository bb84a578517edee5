import { type PeriodLight, periodLight } from '@duban/domain';
import type { TargetSnapshot } from '@duban/tasks';

/** A figure of a report, with what was planned when it was given; without, where it was given before there was a plan. */
export interface FigureView {
  targetId: string;
  value: number;
  planned?: number | null;
  plannedShare?: number | null;
  actualShare?: number | null;
  behind?: number | null;
  /** Working days behind the plan. */
  behindDays?: number | null;
  light?: PeriodLight | null;
}

export interface PeriodReport {
  id: string;
  obligationId: string | null;
  kind: string;
  state?: string | null;
  correctsId?: string | null;
  reportedAt: string | Date;
  measurements: readonly FigureView[];
}

interface PeriodOwed {
  id: string;
  taskId: string;
  assignmentId: string;
  unitId: string;
  kind: string;
  subject: string | null;
  state: string;
  dueOn: string;
  dueAt: string | Date;
}

/** The light of a period (亮灯) of a part, with the figures it came from. */
export interface PeriodView {
  taskId: string;
  assignmentId: string;
  unitId: string;
  obligationId: string;
  period: string;
  dueOn: string;
  /** Null while it is neither reported nor due. */
  light: PeriodLight | null;
  reportId: string | null;
  reportedAt: string | null;
  /** Of each target of the task; `value` is null where it is not known. */
  figures: (Omit<FigureView, 'value'> & { text: string; unit: string; value: number | null })[];
}

/** What was sent back, or gave way to another, stands no more; nor does what was corrected. */
export function standing<R extends PeriodReport>(reports: readonly R[]): R[] {
  const valid = reports.filter(({ state }) => state !== 'sent_back' && state !== 'superseded');
  const corrected = new Set(valid.map(({ correctsId }) => correctsId));
  return valid.filter(({ id }) => !corrected.has(id));
}

/** The periods of some parts, by their due dates. What waits for the head of its unit is not reported yet. */
export function periodsOf(
  targetsOf: ReadonlyMap<string, readonly TargetSnapshot[]>,
  obligations: readonly PeriodOwed[],
  reports: readonly PeriodReport[],
  now: Date,
): PeriodView[] {
  const counted = standing(reports).filter(({ state }) => state !== 'submitted');
  return obligations
    .filter(({ kind, subject }) => kind === 'progress_report' && subject !== null)
    .map((owed) => {
      const report = counted.findLast(({ obligationId }) => obligationId === owed.id) ?? null;
      const figures = (targetsOf.get(owed.taskId) ?? []).map(({ id, text, unit }) => {
        const figure = report?.measurements.find(({ targetId }) => targetId === id);
        return figure ? { ...figure, text, unit } : { targetId: id, text, unit, value: null };
      });
      // A figure from before there were plans has no light, and says nothing of the period's.
      const lights = figures.flatMap((one) =>
        one.value === null ? [null] : 'light' in one && one.light ? [one.light] : [],
      );
      const isDue = owed.state === 'open' && new Date(owed.dueAt) <= now;
      return {
        taskId: owed.taskId,
        assignmentId: owed.assignmentId,
        unitId: owed.unitId,
        obligationId: owed.id,
        period: owed.subject!,
        dueOn: owed.dueOn,
        light: periodLight(report !== null, isDue, lights),
        reportId: report?.id ?? null,
        reportedAt: report ? new Date(report.reportedAt).toISOString() : null,
        figures,
      };
    });
}
