import { consequences } from '@duban/database';
import { type AssignmentState, leastAdvanced } from '@duban/domain';
import type { Change } from '@duban/history';
import type { LocalDate } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { Assignment } from './assignment.entity';
import { taskChange } from './plan-records';
import { taskSnapshot } from './snapshots';
import { Target } from './target.entity';
import { Task } from './task.entity';

/**
 * Brings the task, and the parent it is a part of, to the state of the least advanced of its leads and parts, and gives
 * what history is to keep of it: by all of them, whoever moved one. A task has leads or parts; after a revision (修订) also cancelled ones of the other kind.
 */
export function advanceTask(tx: EntityManager, task: Task): Promise<Change[]> {
  return consequences(tx, () => advance(tx, task));
}

/**
 * The day by which a task is to be completed is that of its leads, the last of them, once they have other dates than were
 * given at issue; that of a parent the last of its parts'. Gives what history is to keep of it.
 *
 * @param days the days by which the leads complete it
 */
export function redateTask(tx: EntityManager, task: Task, days: readonly LocalDate[]): Promise<Change[]> {
  return consequences(tx, () => redate(tx, task, days));
}

async function redate(tx: EntityManager, task: Task, days: readonly LocalDate[]): Promise<Change[]> {
  const dueOn = days.toSorted().at(-1) ?? task.dueOn;
  if (dueOn === task.dueOn) return [];
  const targets = await tx.getRepository(Target).find({ where: { taskId: task.id }, order: { position: 'ASC' } });
  const before = { ...taskSnapshot(task, targets) };
  task.dueOn = dueOn;
  await tx.getRepository(Task).save(task);
  const changes = [taskChange('task.redated', task, targets, before)];
  if (task.parentId === null) return changes;
  const parent = await tx.getRepository(Task).findOneByOrFail({ id: task.parentId });
  const parts = await tx.getRepository(Task).findBy({ parentId: task.parentId });
  const partDays = parts.map((part) => part.dueOn).filter((day) => day !== null);
  return [...changes, ...(await redate(tx, parent, partDays))];
}

async function advance(tx: EntityManager, task: Task): Promise<Change[]> {
  const leads = await tx.getRepository(Assignment).findBy({ taskId: task.id, role: 'lead' });
  const parts = await tx.getRepository(Task).findBy({ parentId: task.id });
  const states = [...leads, ...parts].map(({ state }) => state).filter((state) => state !== null);
  const changes = await moveTask(tx, task, leastAdvanced(states));
  if (changes.length === 0 || task.parentId === null) return changes;
  const parent = await tx.getRepository(Task).findOneByOrFail({ id: task.parentId });
  return [...changes, ...(await advance(tx, parent))];
}

async function moveTask(tx: EntityManager, task: Task, state: AssignmentState): Promise<Change[]> {
  if (task.state === state) return [];
  const targets = await tx.getRepository(Target).find({ where: { taskId: task.id }, order: { position: 'ASC' } });
  const before = { ...taskSnapshot(task, targets) };
  task.state = state;
  await tx.getRepository(Task).save(task);
  return [taskChange('task.moved', task, targets, before)];
}
