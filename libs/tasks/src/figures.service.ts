import { figureName } from '@duban/domain';
import { assertMay } from '@duban/directory';
import type { Actor } from '@duban/history';
import { notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { FigureRegister } from './figure-register';
import { HeldAssignments } from './held-assignment';

/** A figure that was given already, as far as the reader may see it. */
export interface GivenFigure {
  figureId: string;
  value: number;
  asOf: string | null;
  period: string | null;
  unitId: string;
  unitName: string;
  taskId: string;
  taskNumber: string | null;
  planTitle: string;
  reportId: string;
  reportedAt: string;
}

/** A target of the task with what is known of its figure. */
export interface AskedFigure {
  targetId: string;
  text: string;
  unit: string;
  /** What it is known by: the words without numbers. */
  name: string;
  given: GivenFigure[];
}

/** A figure that a unit is asked for more than once in a period. */
export interface AskedTwice {
  name: string;
  unit: string;
  period: string;
  unitId: string;
  unitName: string;
  /** How often it is asked for. */
  times: number;
  asked: {
    planId: string;
    planTitle: string;
    taskId: string;
    taskNumber: string | null;
    targetId: string;
    text: string;
    assignmentId: string;
    dueOn: string;
  }[];
}

export interface Burden {
  period: string | null;
  /** Units that are asked twice, and figures that they are asked for. */
  units: number;
  figures: number;
  items: AskedTwice[];
}

interface AskedRow {
  targetId: string;
  jurisdictionId: string;
  text: string;
  unit: string;
}

/** Figures that are given once (数据一次填报): what was given elsewhere, and what is asked for twice. */
@Injectable()
export class FigureService {
  constructor(
    private readonly held: HeldAssignments,
    private readonly register: FigureRegister,
  ) {}

  /**
   * For each target of a part's task what was given of the same figure elsewhere, the newest first.
   * @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.NOT_YOURS, DELEGATION.OUT_OF_MATTER
   */
  async given(tx: EntityManager, actor: Actor, assignmentId: string, period?: string): Promise<AskedFigure[]> {
    const { taskId, jurisdictionId } = await this.held.assertReadable(tx, actor, assignmentId);
    const targets: { id: string; text: string; unit: string }[] = await tx.query(
      `select id, text, unit from target where task_id = $1 order by position`,
      [taskId],
    );
    await this.register.link(tx, jurisdictionId, targets);
    const rows: (GivenFigure & { targetId: string })[] = await tx.query(
      `select mine.target_id as "targetId", m.id as "figureId", m.value::float as value, m.as_of::text as "asOf",
         r.period, a.unit_id as "unitId", u.name as "unitName", t.id as "taskId",
         coalesce(t.number, parent.number) as "taskNumber", p.title as "planTitle", r.id as "reportId",
         r.reported_at as "reportedAt"
       from target_indicator mine join target_indicator other
           on other.indicator_id = mine.indicator_id and other.target_id <> mine.target_id
         join measurement m on m.target_id = other.target_id join report r on r.id = m.report_id
         join assignment a on a.id = r.assignment_id join unit u on u.id = a.unit_id
         join task t on t.id = a.task_id left join task parent on parent.id = t.parent_id
         join plan p on p.id = t.plan_id left join report_confirmation c on c.report_id = r.id
       where mine.target_id = any($1) and ($2::text is null or r.period = $2)
         and (c.state is null or c.state = 'confirmed')
         and not exists (select from report later left join report_confirmation lc on lc.report_id = later.id
           where later.corrects_id = r.id and (lc.state is null or lc.state = 'confirmed'))
       order by r.reported_at desc, m.id desc`,
      [targets.map(({ id }) => id), period ?? null],
    );
    return targets.map(({ id, text, unit }) => ({
      targetId: id,
      text,
      unit,
      name: figureName(text, unit),
      given: rows
        .filter((row) => row.targetId === id)
        .map(({ targetId: _target, ...figure }) => ({
          ...figure,
          reportedAt: new Date(figure.reportedAt).toISOString(),
        })),
    }));
  }

  /** Finds out of every target in sight what figure it asks for, as far as nobody has yet. */
  async nameAll(tx: EntityManager): Promise<void> {
    const unlinked: AskedRow[] = await tx.query(
      `select g.id as "targetId", t.jurisdiction_id as "jurisdictionId", g.text, g.unit
       from target g join task t on t.id = g.task_id
       where t.state is not null and not exists (select from target_indicator l where l.target_id = g.id)`,
    );
    for (const [jurisdictionId, targets] of byJurisdiction(unlinked)) {
      await this.register.link(
        tx,
        jurisdictionId,
        targets.map(({ targetId, text, unit }) => ({ id: targetId, text, unit })),
      );
    }
  }

  /**
   * Figures that the same unit is asked for more than once in a period, in a plan and beside it. It is the lead that
   * gives figures, by periodic reports; so it is asked once a lead, target and period.
   * @throws DomainError PLAN.UNKNOWN
   */
  async burden(tx: EntityManager, actor: Actor, filter: { planId?: string; period?: string }): Promise<Burden> {
    assertMay(actor, 'read.all');
    if (filter.planId !== undefined) {
      const [plan] = await tx.query(`select id from plan where id = $1`, [filter.planId]);
      if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId: filter.planId });
    }
    await this.nameAll(tx);
    const items: AskedTwice[] = await tx.query(
      `with asked as (
         select i.id as indicator_id, i.name, i.unit, o.subject as period, o.unit_id, t.plan_id, t.id as task_id,
           coalesce(t.number, parent.number) as number, g.id as target_id, g.text, o.assignment_id, o.due_on,
           p.title
         from obligation o join task t on t.id = o.task_id left join task parent on parent.id = t.parent_id
           join plan p on p.id = t.plan_id join target g on g.task_id = t.id
           join target_indicator l on l.target_id = g.id join indicator i on i.id = l.indicator_id
         where o.kind = 'progress_report' and o.state <> 'lapsed' and o.subject is not null
           and ($2::text is null or o.subject = $2))
       select a.name, a.unit, a.period, a.unit_id as "unitId", u.name as "unitName", count(*)::int as times,
         jsonb_agg(jsonb_build_object('planId', a.plan_id, 'planTitle', a.title, 'taskId', a.task_id,
           'taskNumber', a.number, 'targetId', a.target_id, 'text', a.text, 'assignmentId', a.assignment_id,
           'dueOn', a.due_on) order by a.due_on, a.target_id) as asked
       from asked a join unit u on u.id = a.unit_id
       group by a.indicator_id, a.name, a.unit, a.period, a.unit_id, u.name
       having count(*) > 1 and ($1::uuid is null or bool_or(a.plan_id = $1))
       order by count(*) desc, a.period, u.name, a.name`,
      [filter.planId ?? null, filter.period ?? null],
    );
    return {
      period: filter.period ?? null,
      units: new Set(items.map(({ unitId }) => unitId)).size,
      figures: new Set(items.map(({ name, unit }) => `${name} ${unit}`)).size,
      items,
    };
  }
}

function byJurisdiction(rows: readonly AskedRow[]): Map<string, AskedRow[]> {
  const groups = new Map<string, AskedRow[]>();
  for (const row of rows) groups.set(row.jurisdictionId, [...(groups.get(row.jurisdictionId) ?? []), row]);
  return groups;
}
