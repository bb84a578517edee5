import { assertMay } from '@duban/directory';
import {
  type CurvePoint,
  curveFaults,
  milestoneFault,
  milestonePoints,
  type ProgressCurve,
  seasonFault,
} from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid, type LocalDate, notFound, parseLocalDate } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Plan } from './plan.entity';
import { PolicyService } from './policy.service';
import { Target } from './target.entity';
import { Task } from './task.entity';

export const CURVE_SHAPES = ['linear', 'steps', 'milestones', 'seasonal'] as const;
export type CurveShape = (typeof CURVE_SHAPES)[number];

/** How the office set the course of a target: linear from the issue to the due date where it did not. */
export interface CurveSetting {
  shape: CurveShape;
  /** Of `steps`. */
  points: CurvePoint[] | null;
  /** Of `milestones` in the order of their days, where they are not equal parts; of `seasonal`, the year's. In percent. */
  shares: number[] | null;
  /** The season of the policy that the shares were taken from. */
  season: string | null;
}

/** A setting as it was kept. */
export interface KeptCurve extends CurveSetting {
  /** Of the settings of one target, from 1; 0 where none was made. */
  number: number;
}

/** The planned course of a target (序时进度). */
export interface TargetCurve extends KeptCurve {
  targetId: string;
  from: LocalDate;
  to: LocalDate;
  /** What is asked in steps, those of milestones, too; null: linear, or by the season. */
  points: CurvePoint[] | null;
}

export interface CurveInput {
  /** By default `steps`; without any, `linear`. */
  shape?: CurveShape;
  points?: readonly { on: string; value: number }[];
  shares?: readonly number[];
  season?: string;
  expectedNumber?: number;
}

const LINEAR_CURVE: CurveSetting = { shape: 'linear', points: null, shares: null, season: null };
/** Of a target that nobody has set a course for. */
export const UNSET_CURVE: KeptCurve = { ...LINEAR_CURVE, number: 0 };

/** Keeps what is planned of targets; each setting stays, and figures keep what was planned when they were given. */
@Injectable()
export class TargetCurves {
  constructor(
    private readonly history: HistoryService,
    private readonly policies: PolicyService,
  ) {}

  /**
   * @throws DomainError TARGET.UNKNOWN, TARGET.NOT_ISSUED, TARGET.CURVE_STALE, TARGET.CURVE_INVALID
   */
  async set(tx: EntityManager, actor: Actor, at: Date, targetId: string, input: CurveInput): Promise<TargetCurve> {
    const { expectedNumber } = input;
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
    const setting = await this.settingOf(tx, plan, task, target, input);
    const { from, to, points } = this.curveOf(plan, task, target, setting);
    const after: TargetCurve = {
      ...setting,
      targetId,
      number: before.number + 1,
      from,
      to,
      points: points && [...points],
    };
    await tx.query(
      `insert into target_curve (target_id, number, shape, points, shares, season, set_by, set_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        targetId,
        after.number,
        setting.shape,
        setting.points && JSON.stringify(setting.points),
        setting.shares,
        setting.season,
        actor.personId,
        at,
      ],
    );
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

  /** @throws DomainError TARGET.CURVE_INVALID */
  private async settingOf(
    tx: EntityManager,
    plan: Plan,
    task: Task,
    target: Target,
    { shape, points: given = [], season, ...input }: CurveInput,
  ): Promise<CurveSetting> {
    const shares = input.shares ?? null;
    const curve = this.curveOf(plan, task, target, LINEAR_CURVE);
    const known = shape ?? (given.length > 0 ? 'steps' : 'linear');
    const odd: [string, boolean][] = [
      ['points', given.length > 0 && known !== 'steps'],
      ['shares', shares !== null && known !== 'milestones' && known !== 'seasonal'],
      ['season', season !== undefined && (known !== 'seasonal' || shares !== null)],
    ];
    for (const [field, isOdd] of odd) if (isOdd) throw badCurve(field, `A ${known} course has no "${field}" here.`);
    if (known === 'linear') return LINEAR_CURVE;
    if (known === 'steps') {
      const points = given.map(({ on, value }) => ({ on: parseLocalDate(on), value }));
      const faults = curveFaults(curve, points);
      if (faults.length === 0) return { ...LINEAR_CURVE, shape: known, points };
      throw invalid('TARGET.CURVE_INVALID', faults[0]!.message, {
        faults: faults.map(({ index, message }) => ({
          code: 'TARGET.CURVE_INVALID',
          field: `points[${index}]`,
          message,
        })),
      });
    }
    if (known === 'milestones') {
      const fault = milestoneFault(curve, daysOf(task), shares);
      if (fault) throw badCurve(shares ? 'shares' : 'shape', fault);
      return { ...LINEAR_CURVE, shape: known, shares: shares && [...shares] };
    }
    const taken = season === undefined ? shares : (await this.seasonsOf(tx, plan))[season]?.shares;
    if (!taken) {
      throw season === undefined
        ? badCurve('shares', 'Give "shares", or "season" of the policy.')
        : badCurve('season', `The policy of the plan has no season "${season}".`);
    }
    const fault = seasonFault(curve, taken);
    if (fault) throw badCurve(season === undefined ? 'shares' : 'season', fault);
    return { ...LINEAR_CURVE, shape: known, shares: [...taken], season: season ?? null };
  }

  private async seasonsOf(tx: EntityManager, plan: Plan): Promise<Record<string, { shares: number[] }>> {
    return (await this.policies.ofPlan(tx, plan)).seasons ?? {};
  }

  /** The office's settings by target, where it made some. */
  async settingsOf(tx: EntityManager, targetIds: readonly string[]): Promise<Map<string, KeptCurve>> {
    if (targetIds.length === 0) return new Map();
    const rows: (KeptCurve & { targetId: string })[] = await tx.query(
      `select distinct on (target_id) target_id as "targetId", number, shape, points, shares::float[] as shares, season
       from target_curve where target_id = any($1) order by target_id, number desc`,
      [targetIds],
    );
    return new Map(rows.map(({ targetId, ...setting }) => [targetId, setting]));
  }

  /** A task without a date of its own is planned to the end of its year. */
  curveOf(
    { issuedOn, year }: Pick<Plan, 'issuedOn' | 'year'>,
    { dueOn, deadlineDue, milestones }: Pick<Task, 'dueOn' | 'deadlineDue' | 'milestones'>,
    { value, upper, comparator }: Pick<Target, 'value' | 'upper' | 'comparator'>,
    { shape, points, shares }: CurveSetting = LINEAR_CURVE,
  ): ProgressCurve {
    if (issuedOn === null) throw new Error('a plan has a course once it is issued');
    const to = dueOn ?? deadlineDue ?? parseLocalDate(`${year ?? issuedOn.slice(0, 4)}-12-31`);
    const curve = { target: { value, upper, comparator }, from: issuedOn, to, points };
    if (shape === 'seasonal') return { ...curve, season: shares };
    const days = daysOf({ milestones });
    // Where a revision took the last milestone away, it is linear.
    if (shape !== 'milestones' || days.length === 0) return curve;
    return { ...curve, points: milestonePoints(curve, days, shares) };
  }

  private async view(tx: EntityManager, plan: Plan, task: Task, target: Target): Promise<TargetCurve> {
    const setting = (await this.settingsOf(tx, [target.id])).get(target.id) ?? UNSET_CURVE;
    const { from, to, points } = this.curveOf(plan, task, target, setting);
    return { ...setting, targetId: target.id, from, to, points: points && [...points] };
  }
}

const daysOf = ({ milestones }: Pick<Task, 'milestones'>): LocalDate[] =>
  milestones.flatMap(({ due }) => (due === null ? [] : [due])).toSorted();

const badCurve = (field: string, message: string): Error => invalid('TARGET.CURVE_INVALID', message, { field });
