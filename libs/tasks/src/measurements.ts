import {
  lightOf,
  type PeriodLight,
  type Progress,
  progressAt,
  type ReportingRules,
  workingDaysBehind,
} from '@duban/domain';
import { invalid, type LocalDate, newId, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { FigureRegister } from './figure-register';
import type { Plan } from './plan.entity';
import { TargetCurves } from './target-curves';
import { Target } from './target.entity';
import type { Task } from './task.entity';

/** A figure for a target: said, or taken over from where it was given already (数据一次填报). */
export interface MeasurementInput {
  targetId: string;
  value?: number;
  figureId?: string;
}

export interface Figure {
  value: number;
  /** The figure that it was taken over from. */
  sourceId: string | null;
}

/** A figure beside what was planned for its day (序时进度); kept as it was, whatever becomes of the plan. */
export interface MeasuredFigure extends Progress {
  id: string;
  targetId: string;
  value: number;
  sourceId: string | null;
  /** Working days behind the plan; null where it cannot be said in days. */
  behindDays: number | null;
  /** The day that it speaks of. */
  asOf: LocalDate;
  light: PeriodLight;
}

/** Figures that units give for targets (量化指标). */
@Injectable()
export class Measurements {
  constructor(
    private readonly register: FigureRegister,
    private readonly curves: TargetCurves,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /** As {@link read}, for whoever has not looked at the targets. */
  async readFor(tx: EntityManager, task: Task, given: readonly MeasurementInput[]): Promise<Map<string, Figure>> {
    if (given.length === 0) return new Map();
    return this.read(tx, task, await tx.getRepository(Target).findBy({ taskId: task.id }), given);
  }

  /**
   * The figures by target, each target at most once.
   * @throws DomainError REPORT.UNKNOWN_TARGET, REPORT.TARGET_TWICE, REPORT.VALUE_REQUIRED, REPORT.UNKNOWN_FIGURE,
   *   REPORT.OTHER_FIGURE, REPORT.FIGURE_DIFFERS
   */
  async read(
    tx: EntityManager,
    task: Task,
    targets: readonly Target[],
    given: readonly MeasurementInput[],
  ): Promise<Map<string, Figure>> {
    const figures = new Map<string, Figure>();
    for (const [i, { targetId, value, figureId }] of given.entries()) {
      const field = `measurements[${i}]`;
      if (!targets.some((target) => target.id === targetId)) {
        throw invalid('REPORT.UNKNOWN_TARGET', 'The task has no such target.', { field: `${field}.targetId` });
      }
      if (figures.has(targetId)) {
        throw invalid('REPORT.TARGET_TWICE', 'A target is measured once a report.', { field: `${field}.targetId` });
      }
      if (figureId !== undefined) {
        const known = await this.takenOver(tx, task, targets, targetId, figureId, `${field}.figureId`);
        if (value !== undefined && value !== known) {
          throw invalid(
            'REPORT.FIGURE_DIFFERS',
            `The figure taken over is ${known}: leave "value" or "figureId" out.`,
            {
              field: `${field}.value`,
            },
          );
        }
        figures.set(targetId, { value: known, sourceId: figureId });
      } else if (value === undefined) {
        throw invalid('REPORT.VALUE_REQUIRED', 'Give "value", or "figureId" of a figure that was given already.', {
          field: `${field}.value`,
        });
      } else {
        figures.set(targetId, { value, sourceId: null });
      }
    }
    return figures;
  }

  /** What the actor sees alone can be taken over, and what is known by the same name. */
  private async takenOver(
    tx: EntityManager,
    task: Task,
    targets: readonly Target[],
    targetId: string,
    figureId: string,
    field: string,
  ): Promise<number> {
    await this.register.link(tx, task.jurisdictionId, targets);
    const [source]: { value: string; isSame: boolean }[] = await tx.query(
      `select m.value, exists (select from target_indicator a join target_indicator b on b.indicator_id = a.indicator_id
         where a.target_id = m.target_id and b.target_id = $2) as "isSame"
       from measurement m where m.id = $1`,
      [figureId, targetId],
    );
    if (!source) throw invalid('REPORT.UNKNOWN_FIGURE', 'There is no such figure.', { field });
    if (!source.isSame) {
      throw invalid('REPORT.OTHER_FIGURE', 'That figure is known by another name or in another unit.', { field });
    }
    return Number(source.value);
  }

  /** The figures beside what is planned for a day, in the order of the targets. */
  async against(
    tx: EntityManager,
    { plan, task }: { plan: Plan; task: Task },
    targets: readonly Target[],
    figures: ReadonlyMap<string, Figure>,
    asOf: LocalDate,
    lights: ReportingRules['lights'],
  ): Promise<MeasuredFigure[]> {
    const settings = await this.curves.settingsOf(tx, [...figures.keys()]);
    return targets.flatMap((target) => {
      const figure = figures.get(target.id);
      if (!figure) return [];
      const curve = this.curves.curveOf(plan, task, target, settings.get(target.id));
      const behindDays = workingDaysBehind(curve, asOf, figure.value, this.calendar);
      const progress = { ...progressAt(curve, asOf, figure.value), behindDays };
      const light = lightOf(progress, lights);
      return [{ id: newId(), targetId: target.id, ...figure, asOf, ...progress, light }];
    });
  }

  /** The figures of a report as they were given, in the order in which they were. */
  ofReport(tx: EntityManager, reportId: string): Promise<MeasuredFigure[]> {
    return tx.query(
      `select id, target_id as "targetId", value::float, source_id as "sourceId", as_of::text as "asOf",
         planned_value::float as planned, planned_share::float as "plannedShare", actual_share::float as "actualShare",
         behind::float, behind_days as "behindDays", light
       from measurement where report_id = $1 order by id`,
      [reportId],
    );
  }

  async record(tx: EntityManager, reportId: string, at: Date, figures: readonly MeasuredFigure[]): Promise<void> {
    if (figures.length === 0) return;
    await tx.query(
      `insert into measurement (id, target_id, report_id, value, measured_at, as_of, planned_value, planned_share,
         actual_share, behind, behind_days, light, source_id)
       select r.id, r."targetId", $2, r.value, $3, r."asOf", r.planned, r."plannedShare", r."actualShare", r.behind,
         r."behindDays", r.light, r."sourceId"
       from jsonb_to_recordset($1::jsonb) as r(id uuid, "targetId" uuid, value numeric, "asOf" date, planned numeric,
         "plannedShare" numeric, "actualShare" numeric, behind numeric, "behindDays" int, light text,
         "sourceId" uuid)`,
      [JSON.stringify(figures), reportId, at],
    );
  }
}
