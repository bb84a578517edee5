import { consequences, isAnothers } from '@duban/database';
import { assertInMatter, may } from '@duban/directory';
import type { Actor } from '@duban/history';
import { forbidden, notFound } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { Assignment } from './assignment.entity';
import { Plan } from './plan.entity';
import { Task } from './task.entity';

/** A task with its plan, held. */
export interface HeldTask {
  plan: Plan;
  task: Task;
}

/**
 * Locks a task from the whole to the part, as whoever moves one of its parts does, so that two people at once wait and
 * do not deadlock.
 */
export async function holdTask(tx: EntityManager, actor: Actor, taskId: string): Promise<HeldTask> {
  const lock = { mode: 'for_no_key_update' } as const;
  const task = await consequences(tx, async () => {
    const { parentId } = await tx.getRepository(Task).findOneByOrFail({ id: taskId });
    if (parentId !== null) await tx.getRepository(Task).findOneOrFail({ where: { id: parentId }, lock });
    return tx.getRepository(Task).findOneOrFail({ where: { id: taskId }, lock });
  });
  assertInMatter(actor, { planId: task.planId, taskId: task.id, parentId: task.parentId });
  return { task, plan: await tx.getRepository(Plan).findOneByOrFail({ id: task.planId }) };
}

/**
 * The actor's own part with its task, held.
 * @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.NOT_YOURS, DELEGATION.OUT_OF_MATTER
 */
export async function holdOwnPart(
  tx: EntityManager,
  actor: Actor,
  id: string,
): Promise<HeldTask & { assignment: Assignment }> {
  const found = await tx.getRepository(Assignment).findOneBy({ id });
  if (!found && !(await isAnothers(tx, 'assignment', id))) {
    throw notFound('ASSIGNMENT.UNKNOWN', 'There is no such assignment.', { assignmentId: id });
  }
  if (!found || !may(actor, 'assignment.act', found.unitId)) throw notYours();
  const held = await holdTask(tx, actor, found.taskId);
  // Whoever waited reads what the one before has left.
  const assignment = await tx.getRepository(Assignment).findOne({ where: { id }, lock: { mode: 'for_no_key_update' } });
  if (!assignment || !may(actor, 'assignment.act', assignment.unitId)) throw notYours();
  return { ...held, assignment };
}

const notYours = (): Error => forbidden('ASSIGNMENT.NOT_YOURS', 'This part of the task is not yours.');
