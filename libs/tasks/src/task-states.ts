import { consequences } from '@duban/database';
import { type AssignmentState, leastAdvanced } from '@duban/domain';
import type { Change } from '@duban/history';
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
