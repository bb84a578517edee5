import type { Actor, Change, EventType, HistoryService } from '@duban/history';
import { consequences } from '@duban/database';
import { conflict, notFound } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { Plan } from './plan.entity';
import type { Assignment } from './assignment.entity';
import { assignmentSnapshot, planSnapshot, taskSnapshot } from './snapshots';
import type { Target } from './target.entity';
import type { Task } from './task.entity';

/**
 * Whoever works on a plan as a whole sees all of it: what is derived from all its tasks, places and numbers, must not come
 * from those that are left when restricted ones (限知事项) are hidden.
 * @throws DomainError PLAN.RESTRICTED_PARTS
 */
export async function assertSeenWhole(tx: EntityManager, planId: string): Promise<void> {
  const [row]: { isCut: boolean }[] = await tx.query(`select $1 = any(cut_plans()) as "isCut"`, [planId]);
  if (!row?.isCut) return;
  throw conflict(
    'PLAN.RESTRICTED_PARTS',
    'The plan has matters that are restricted to named people (限知事项); somebody named for all of them has to do this.',
    { planId },
  );
}

/**
 * A register (台账) is no document: it is neither revised nor restricted as a whole, its matters are corrected and
 * restricted one by one.
 * @throws DomainError PLAN.IS_REGISTER
 */
export function assertDocument({ id, source, title }: Plan): void {
  if (source === 'document') return;
  throw conflict('PLAN.IS_REGISTER', `${title} is a register (台账) and no document; this is done to its matters.`, {
    planId: id,
  });
}

/** Reads a plan’s own words, of which no role but the system’s sees the column: the callers hold the whole plan. */
export async function sourceTextOf(tx: EntityManager, planId: string): Promise<string> {
  const { sourceText } = await consequences(tx, () =>
    tx.getRepository(Plan).findOneOrFail({ where: { id: planId }, select: { id: true, sourceText: true } }),
  );
  return sourceText;
}

/** A closed plan (年终结转) takes no more changes. @throws DomainError PLAN.CLOSED */
export function assertPlanOpen({ id, state }: Pick<Plan, 'id' | 'state'>): void {
  if (state !== 'closed') return;
  throw conflict('PLAN.CLOSED', 'The plan is closed; what was not done goes on in a later one.', { planId: id });
}

/** The plan, for this transaction alone. @throws DomainError PLAN.UNKNOWN, PLAN.RESTRICTED_PARTS */
export async function lockPlan(tx: EntityManager, planId: string): Promise<Plan> {
  const plan = await tx.getRepository(Plan).findOne({ where: { id: planId }, lock: { mode: 'pessimistic_write' } });
  if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
  await assertSeenWhole(tx, planId);
  return plan;
}

/** A plan that binds nobody yet. @throws DomainError PLAN.UNKNOWN, PLAN.NOT_DRAFT, PLAN.STALE */
export async function lockDraft(tx: EntityManager, planId: string, expectedVersion?: number): Promise<Plan> {
  const plan = await lockPlan(tx, planId);
  if (plan.state !== 'draft') {
    throw conflict('PLAN.NOT_DRAFT', 'An issued plan is binding; its tasks are no longer edited here.', { planId });
  }
  if (expectedVersion !== undefined && expectedVersion !== plan.version) {
    throw conflict('PLAN.STALE', 'Somebody has changed the draft since you read it.', { version: plan.version });
  }
  return plan;
}

export function targetsByTask(targets: readonly Target[]): Map<string, Target[]> {
  const byTask = new Map<string, Target[]>();
  for (const target of targets) {
    const own = byTask.get(target.taskId);
    if (own) own.push(target);
    else byTask.set(target.taskId, [target]);
  }
  return byTask;
}

/** Whoever read the draft before this has read another one: its version goes up, once for what is done at once. */
export async function countEdit(
  tx: EntityManager,
  history: HistoryService,
  actor: Actor,
  at: Date,
  plan: Plan,
): Promise<void> {
  if (plan.state !== 'draft') return;
  const before = { ...planSnapshot(plan) };
  plan.version++;
  await tx.update(Plan, { id: plan.id }, { version: plan.version });
  await history.append(tx, actor, at, [planChange('plan.edited', plan, before)]);
}

export const planChange = (type: EventType, plan: Plan, before: Record<string, unknown> | null): Change => ({
  type,
  entity: 'plan',
  entityId: plan.id,
  jurisdictionId: plan.jurisdictionId,
  planId: plan.id,
  before,
  after: { ...planSnapshot(plan) },
});

/** One change of a task, as history keeps it; `before` is a snapshot, null for what is new. */
export const taskChange = (
  type: EventType,
  task: Task,
  targets: readonly Target[],
  before: Readonly<Record<string, unknown>> | null,
  reason: string | null = null,
): Change => ({
  type,
  entity: 'task',
  entityId: task.id,
  jurisdictionId: task.jurisdictionId,
  planId: task.planId,
  taskId: task.id,
  reason,
  before,
  after: { ...taskSnapshot(task, targets) },
});

/** One change of an assignment, as history keeps it; `before` is a snapshot, null for what is new. */
export const assignmentChange = (
  type: EventType,
  assignment: Assignment,
  planId: string,
  unitName: string,
  before: object | null,
  reason: string | null = null,
): Change => ({
  type,
  entity: 'assignment',
  entityId: assignment.id,
  jurisdictionId: assignment.jurisdictionId,
  planId,
  taskId: assignment.taskId,
  reason,
  before: before === null ? null : { ...before },
  after: { ...assignmentSnapshot(assignment, unitName) },
});
