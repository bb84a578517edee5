import { periodEnd, plannedAt } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type LocalDate, localDateOf } from '@duban/kernel';
import {
  type KeptCurve,
  HeldAssignments,
  UNSET_CURVE,
  Plan,
  TargetCurves,
  type TargetSnapshot,
  Task,
} from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { MEASUREMENTS } from './measurements';
import { lightsOfTask, type LitPeriod } from './light.reader';
import { type FigureView, standing } from './periods';
import { TaskReader } from './task.reader';

/** A report beside the one of the period before. */
export interface ReportBeside {
  id: string;
  kind: string;
  period: string | null;
  state: string | null;
  text: string;
  difficulties: string | null;
  nextSteps: string | null;
  behindReason: string | null;
  correctsId: string | null;
  correctionReason: string | null;
  /** The version that stands in its place. */
  correctedBy: string | null;
  reportedAt: string;
  reportedBy: string;
  /** Period against previous period; null where one of the two is not known. */
  figures: (FigureView & { text: string; unit: string; previousValue: number | null; change: number | null })[];
  previous: { reportId: string; period: string | null; text: string; figures: FigureView[] } | null;
}

/** The course of a target: what was planned and what was said, period by period. */
export interface TargetCourse {
  targetId: string;
  text: string;
  unit: string;
  value: number;
  comparator: string;
  curve: KeptCurve & { from: string; to: string };
  /** What is planned for today. */
  planned: number | null;
  series: CoursePoint[];
}
interface CoursePoint {
  period: string | null;
  kind: string;
  asOf: string | null;
  planned: number | null;
  plannedShare: number | null;
  actual: number | null;
  actualShare: number | null;
  behind: number | null;
  behindDays: number | null;
  light: string | null;
  unitId: string;
  assignmentId: string;
  reportId: string | null;
  reportedAt: string | null;
  reportedBy: string | null;
}

type ReportRow = Omit<ReportBeside, 'figures' | 'previous' | 'correctedBy' | 'reportedAt'> & {
  obligationId: string | null;
  assignmentId: string;
  reportedAt: Date;
  measurements: FigureView[];
};

/** What was reported (报送), beside what was before and what was planned (序时进度). */
@Injectable()
export class ReportReader {
  constructor(
    private readonly held: HeldAssignments,
    private readonly curves: TargetCurves,
    private readonly tasks: TaskReader,
  ) {}

  /** The reports of a part, all versions, the oldest first. @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.NOT_YOURS */
  async ofPart(tx: EntityManager, actor: Actor, assignmentId: string): Promise<ReportBeside[]> {
    const { taskId } = await this.held.assertReadable(tx, actor, assignmentId);
    const rows = await reportsOf(tx, [assignmentId]);
    const targets = await targetsOf(tx, taskId);
    const periodic = standing(rows).filter(({ period }) => period !== null);
    return rows.map(({ measurements, obligationId: _obligation, assignmentId: _assignment, ...row }) => {
      const before = periodic
        .filter(({ period }) => period! < (row.period ?? ''))
        .toSorted((a, b) => (a.period! < b.period! ? -1 : 1))
        .at(-1);
      return {
        ...row,
        correctedBy: rows.find(({ correctsId }) => correctsId === row.id)?.id ?? null,
        reportedAt: row.reportedAt.toISOString(),
        figures: measurements.map((figure) => {
          const target = targets.find(({ id }) => id === figure.targetId);
          const previous = before?.measurements.find(({ targetId }) => targetId === figure.targetId)?.value ?? null;
          return {
            ...figure,
            text: target?.text ?? '',
            unit: target?.unit ?? '',
            previousValue: previous,
            // Decimal figures are not exact in binary.
            change: previous === null ? null : Number((figure.value - previous).toPrecision(12)),
          };
        }),
        previous: before
          ? { reportId: before.id, period: before.period, text: before.text, figures: before.measurements }
          : null,
      };
    });
  }

  /** The course of each target of a task, and the lights of its periods in all their versions. @throws DomainError as {@link TaskReader.get} */
  async progress(
    tx: EntityManager,
    actor: Actor,
    now: Date,
    taskId: string,
  ): Promise<{ taskId: string; targets: TargetCourse[]; periods: LitPeriod[] }> {
    const detail = await this.tasks.get(tx, actor, now, taskId, null);
    const task = await tx.getRepository(Task).findOneByOrFail({ id: taskId });
    const plan = await tx.getRepository(Plan).findOneOrFail({
      select: { id: true, issuedOn: true, year: true, jurisdictionId: true },
      where: { id: task.planId },
    });
    if (plan.issuedOn === null) return { taskId, targets: [], periods: [] };
    const parts = detail.assignments.map(({ id }) => id);
    const rows = standing(await reportsOf(tx, parts));
    const unitOf = new Map(detail.assignments.map(({ id, unitId }) => [id, unitId]));
    const settings = await this.curves.settingsOf(
      tx,
      detail.targets.map(({ id }) => id),
    );
    const [place]: { timeZone: string }[] = await tx.query(
      `select time_zone as "timeZone" from jurisdiction where id = $1`,
      [plan.jurisdictionId],
    );
    const today = localDateOf(now, place!.timeZone);
    const missing = detail.periods.filter(
      (one) => one.taskId === taskId && one.light === 'red' && one.reportId === null,
    );
    const targets = detail.targets.map((target): TargetCourse => {
      const curve = this.curves.curveOf(plan, task, target, settings.get(target.id));
      const said = rows.flatMap((row): CoursePoint[] => {
        const figure = row.measurements.find(({ targetId }) => targetId === target.id);
        if (!figure) return [];
        const {
          planned = null,
          plannedShare = null,
          actualShare = null,
          behind = null,
          behindDays = null,
          light = null,
        } = figure;
        return [
          {
            period: row.period,
            kind: row.kind,
            asOf: (figure as { asOf?: string | null }).asOf ?? null,
            planned,
            plannedShare,
            actual: figure.value,
            actualShare,
            behind,
            behindDays,
            light: row.state === 'submitted' ? null : light,
            unitId: unitOf.get(row.assignmentId)!,
            assignmentId: row.assignmentId,
            reportId: row.id,
            reportedAt: row.reportedAt.toISOString(),
            reportedBy: row.reportedBy,
          },
        ];
      });
      const unsaid = missing.map(({ period, unitId, assignmentId, light }): CoursePoint => {
        const asOf = earlier(periodEnd(period), today);
        const planned = plannedAt(curve, asOf);
        const plannedShare = planned === null || target.value === 0 ? null : (planned / target.value) * 100;
        const nothing = {
          actual: null,
          actualShare: null,
          behind: null,
          behindDays: null,
          reportId: null,
          reportedAt: null,
          reportedBy: null,
        };
        return {
          period,
          kind: 'progress_report',
          asOf,
          planned,
          plannedShare,
          light,
          unitId,
          assignmentId,
          ...nothing,
        };
      });
      const { id, text, unit, value, comparator } = target;
      return {
        targetId: id,
        text,
        unit,
        value,
        comparator,
        curve: {
          ...(settings.get(target.id) ?? UNSET_CURVE),
          from: curve.from,
          to: curve.to,
          points: curve.points && [...curve.points],
        },
        planned: plannedAt(curve, today),
        series: [...said, ...unsaid].toSorted((a, b) => ((a.asOf ?? '') < (b.asOf ?? '') ? -1 : 1)),
      };
    });
    return { taskId, targets, periods: await lightsOfTask(tx, taskId) };
  }
}

const earlier = (end: LocalDate | null, today: LocalDate): LocalDate => (end !== null && end < today ? end : today);

const reportsOf = (tx: EntityManager, assignmentIds: readonly string[]): Promise<ReportRow[]> =>
  tx.query(
    `select r.id, r.kind, r.period, c.state, r.text, r.difficulties, r.next_steps as "nextSteps",
       r.behind_reason as "behindReason", r.corrects_id as "correctsId", r.correction_reason as "correctionReason",
       r.obligation_id as "obligationId", r.assignment_id as "assignmentId", r.reported_at as "reportedAt",
       p.display_name as "reportedBy", ${MEASUREMENTS} as measurements
     from report r left join report_confirmation c on c.report_id = r.id join person p on p.id = r.person_id
     where r.assignment_id = any($1) order by r.reported_at, r.id`,
    [assignmentIds],
  );

const targetsOf = (tx: EntityManager, taskId: string): Promise<TargetSnapshot[]> =>
  tx.query(
    `select id, text, value::float, upper::float, unit, comparator from target where task_id = $1 order by position`,
    [taskId],
  );
