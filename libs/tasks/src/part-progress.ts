import { type PartProgress, partProgress, type TargetValue } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Plan } from './plan.entity';
import { TargetCurves } from './target-curves';
import type { Task } from './task.entity';

type FigureRow = TargetValue &
  Pick<Plan, 'issuedOn' | 'year'> &
  Pick<Task, 'dueOn' | 'deadlineDue' | 'milestones'> & {
    assignmentId: string;
    targetId: string;
    actual: number | null;
  };

/** How far parts are with the targets of their tasks (量化指标), by the newest figures that count. */
@Injectable()
export class PartProgressReader {
  constructor(private readonly curves: TargetCurves) {}

  /**
   * By assignment, in one reading; a part whose task has no target is absent. A part goes by its own figures, and for a
   * target of which it gave none by its lead's. What waits for the head's word, was sent back or was corrected does not
   * count.
   */
  async of(tx: EntityManager, assignmentIds: readonly string[], on: LocalDate): Promise<Map<string, PartProgress>> {
    const rows: FigureRow[] = await tx.query(FIGURES, [assignmentIds]);
    const settings = await this.curves.settingsOf(tx, [...new Set(rows.map(({ targetId }) => targetId))]);
    const byPart = new Map<string, FigureRow[]>();
    for (const row of rows) {
      const part = byPart.get(row.assignmentId);
      if (part) part.push(row);
      else byPart.set(row.assignmentId, [row]);
    }
    return new Map(
      [...byPart].map(([assignmentId, figures]) => [
        assignmentId,
        partProgress(
          figures.map((row) => ({
            curve: this.curves.curveOf(row, row, row, settings.get(row.targetId)),
            actual: row.actual,
          })),
          on,
        ),
      ]),
    );
  }
}

const FIGURES = `
  select a.id as "assignmentId", g.id as "targetId", g.value::float, g.upper::float, g.comparator,
    p.issued_on::text as "issuedOn", p.year, t.due_on::text as "dueOn", t.deadline_due::text as "deadlineDue",
    t.milestones,
    newest.value::float as actual
  from assignment a
    join task t on t.id = a.task_id
    join plan p on p.id = t.plan_id and p.issued_on is not null
    join target g on g.task_id = t.id
    left join lateral (
      select m.value
      from measurement m
        join report r on r.id = m.report_id
        join assignment of on of.id = r.assignment_id
        left join report_confirmation c on c.report_id = r.id
      where m.target_id = g.id and (of.id = a.id or of.role = 'lead') and (c.report_id is null or c.state = 'confirmed')
        and not exists (
          select from report later left join report_confirmation lc on lc.report_id = later.id
          where later.corrects_id = r.id and (lc.report_id is null or lc.state = 'confirmed'))
      order by (of.id = a.id) desc, m.measured_at desc, m.id desc
      limit 1) newest on true
  where a.id = any($1::uuid[])
  order by a.id, g.position`;
