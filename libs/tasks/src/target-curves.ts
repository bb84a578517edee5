import { assertMay } from '@duban/directory';
import { type CurvePoint, curveFaults, type ProgressCurve } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid, type LocalDate, notFound, parseLocalDate } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Plan } from './plan.entity';
import { Target } from './target.entity';
import { Task } from './task.entity';

/** The planned course of a target (序时进度) as the office set it; null: linear from the issue to the due date. */
export interface TargetCurve {
  targetId: string;
  /** Of the settings of one target, from 1; 0 where none was made. */
  number: number;
  from: LocalDate;
  to: LocalDate;
  points: CurvePoint[] | null;
}

/** Keeps what is planned of targets; each setting stays, and figures keep what was planned when they were given. */
@Injectable()
export class TargetCurves {
  constructor(private readonly history: HistoryService) {}

  /**
   * @param given none: linear again
   * @throws DomainError TARGET.UNKNOWN, TARGET.NOT_ISSUED, TARGET.CURVE_STALE, TARGET.CURVE_INVALID
   */
  async set(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    targetId: string,
    given: readonly { on: string; value: number }[],
    expectedNumber?: number,
  ): Promise<TargetCurve> {
    assertMay(actor, 'plan.edit');
    const target = await tx.getRepository(Target).findOneBy({ id: targetId });
    if (!target) throw notFound('TARGET.UNKNOWN', 'There is no such target.', { targetId });
    // Two settings of one target wait for each other.
    const task = await tx
      .getRepository(Task)
      .findOneOrFail({ where: { id: target.taskId }, lock: { mode: 'for_no_key_update' } });
    const plan = await tx.getRepository(Plan).findOneByOrFail({ id: task.planId });
    if (plan.issuedOn === null) {
      throw conflict('TARGET.NOT_ISSUED', 'A target has a course once its plan is issued.', { targetId });
    }
    const before = await this.view(tx, plan, task, target);
    if (expectedNumber !== undefined && expectedNumber !== before.number) {
      throw conflict('TARGET.CURVE_STALE', 'Somebody has set the course since you read it.', { number: before.number });
    }
    const points = given.map(({ on, value }) => ({ on: parseLocalDate(on), value }));
    const curve = this.curveOf(plan, task, target, null);
    const faults = points.length === 0 ? [] : curveFaults(curve, points);
    if (faults.length > 0) {
      throw invalid('TARGET.CURVE_INVALID', faults[0]!.message, {
        faults: faults.map(({ index, message }) => ({
          code: 'TARGET.CURVE_INVALID',
          field: `points[${index}]`,
          message,
        })),
      });
    }
    const after: TargetCurve = {
      ...before,
      number: before.number + 1,
      points: points.length === 0 ? null : points,
    };
    await tx.query(`insert into target_curve (target_id, number, points, set_by, set_at) values ($1, $2, $3, $4, $5)`, [
      targetId,
      after.number,
      after.points && JSON.stringify(after.points),
      actor.personId,
      at,
    ]);
    await this.history.append(tx, actor, at, [
      {
        type: 'target.curve_set',
        entity: 'target_curve',
        entityId: targetId,
        jurisdictionId: task.jurisdictionId,
        planId: plan.id,
        taskId: task.id,
        before: { ...before },
        after: { ...after },
      },
    ]);
    return after;
  }

  /** The office's steps by target, where it gave some. */
  async pointsOf(tx: EntityManager, targetIds: readonly string[]): Promise<Map<string, CurvePoint[]>> {
    if (targetIds.length === 0) return new Map();
    const rows: { targetId: string; points: CurvePoint[] | null }[] = await tx.query(
      `select distinct on (target_id) target_id as "targetId", points from target_curve
       where target_id = any($1) order by target_id, number desc`,
      [targetIds],
    );
    return new Map(rows.flatMap(({ targetId, points }) => (points ? [[targetId, points]] : [])));
  }

  /** A task without a date of its own is planned to the end of its year. */
  curveOf(
    { issuedOn, year }: Pick<Plan, 'issuedOn' | 'year'>,
    { dueOn, deadlineDue }: Pick<Task, 'dueOn' | 'deadlineDue'>,
    { value, upper, comparator }: Pick<Target, 'value' | 'upper' | 'comparator'>,
    points: readonly CurvePoint[] | null,
  ): ProgressCurve {
    if (issuedOn === null) throw new Error('a plan has a course once it is issued');
    const to = dueOn ?? deadlineDue ?? parseLocalDate(`${year ?? issuedOn.slice(0, 4)}-12-31`);
    return { target: { value, upper, comparator }, from: issuedOn, to, points };
  }

  private async view(tx: EntityManager, plan: Plan, task: Task, target: Target): Promise<TargetCurve> {
    const [row]: { number: number; points: CurvePoint[] | null }[] = await tx.query(
      `select number, points from target_curve where target_id = $1 order by number desc limit 1`,
      [target.id],
    );
    const { from, to } = this.curveOf(plan, task, target, null);
    return { targetId: target.id, number: row?.number ?? 0, from, to, points: row?.points ?? null };
  }
}
