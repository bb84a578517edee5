import type { EntityManager } from 'typeorm';

/** A task `t` is the government's own, and none of what units hand on among themselves (二级分解). */
export const OF_GOVERNMENT = `not (t.plan_id = any((select plans_of_units())::uuid[]))`;

/** Of a plan `t.plan_id` the actor sees how it stands, and not what is written in it. */
export const IS_SUMMARY = `coalesce(t.plan_id = any((select summary_plans())::uuid[]), false)`;

/** Whether a plan, or a task, is the unit's own second level, or hangs below that: it sees of it what the policies leave. */
export async function isOverseen(
  tx: EntityManager,
  unitId: string,
  { planId, taskId }: { planId?: string; taskId?: string },
): Promise<boolean> {
  if (planId === undefined && taskId === undefined) return false;
  const [row]: { isOverseen: boolean }[] = await tx.query(
    `select exists (select from plan where id = $1 and unit_id = $3)
       or exists (select from task t where (t.plan_id = $1 or t.id = $2) and t.id in (select overseen_tasks()))
       as "isOverseen"`,
    [planId ?? null, taskId ?? null, unitId],
  );
  return row?.isOverseen ?? false;
}
