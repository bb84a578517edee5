import type { LightCause, LightFigure, LightRule, ObligationKind, PeriodLight, Words } from '@duban/domain';
import type { EntityManager } from 'typeorm';

/** One version of a period's light (亮灯): what it became, from which figures, by which rule, and when. */
export interface LightVersionView {
  number: number;
  light: PeriodLight | null;
  cause: LightCause;
  rule: LightRule;
  why: Words;
  figures: LightFigure[];
  behind: number | null;
  behindDays: number | null;
  achieved: number | null;
  reportId: string | null;
  deadlineVersion: number;
  policyId: string;
  policyVersion: number;
  recordedAt: string;
}

/** A period of a part with its light as it was first given and as it is now. */
export interface LitPeriod {
  obligationId: string;
  assignmentId: string;
  unitId: string;
  kind: ObligationKind;
  period: string | null;
  dueOn: string;
  asGiven: PeriodLight | null;
  now: PeriodLight | null;
  versions: LightVersionView[];
}

/** The lights of a task that the reader may see, in order of the dates. */
export async function lightsOfTask(tx: EntityManager, taskId: string): Promise<LitPeriod[]> {
  const rows: Omit<LitPeriod, 'asGiven' | 'now'>[] = await tx.query(
    `select l.obligation_id as "obligationId", l.assignment_id as "assignmentId", l.unit_id as "unitId", o.kind,
       o.subject as period, o.due_on::text as "dueOn",
       jsonb_agg(jsonb_build_object('number', l.number, 'light', l.light, 'cause', l.cause, 'rule', l.rule, 'why', l.why,
         'figures', l.figures, 'behind', l.behind, 'behindDays', l.behind_days, 'achieved', l.achieved,
         'reportId', l.report_id, 'deadlineVersion', l.deadline_version, 'policyId', l.policy_id,
         'policyVersion', l.policy_version, 'recordedAt', l.recorded_at) order by l.number) as versions
     from period_light l join obligation o on o.id = l.obligation_id
     where l.task_id = $1
     group by l.obligation_id, l.assignment_id, l.unit_id, o.kind, o.subject, o.due_on
     order by o.due_on, l.obligation_id`,
    [taskId],
  );
  return rows.map(({ versions, ...period }) => ({
    ...period,
    asGiven: versions[0]!.light,
    now: versions.at(-1)!.light,
    versions: versions.map((one) => ({ ...one, recordedAt: new Date(one.recordedAt).toISOString() })),
  }));
}

/** The light that is kept of some periods, as it stood at an instant; absent where none was given yet. */
export async function keptLights(
  tx: EntityManager,
  obligationIds: readonly string[],
  at: Date,
): Promise<Map<string, PeriodLight | null>> {
  if (obligationIds.length === 0) return new Map();
  const rows: { obligationId: string; light: PeriodLight | null }[] = await tx.query(
    `select distinct on (obligation_id) obligation_id as "obligationId", light from period_light
     where obligation_id = any($1) and recorded_at <= $2 order by obligation_id, number desc`,
    [obligationIds, at],
  );
  return new Map(rows.map(({ obligationId, light }) => [obligationId, light]));
}
