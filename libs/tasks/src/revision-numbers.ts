import { type Actor, HistoryService } from '@duban/history';
import { type EntityManager, In } from 'typeorm';
import type { Renumbering } from './revision-view';
import { taskSnapshot } from './snapshots';
import { Target } from './target.entity';
import { Task } from './task.entity';
import { targetsByTask, taskChange } from './plan-records';

/** Gives tasks the numbers and headings of a revised document, parts the headings of their task; all at once. */
export async function renumber(
  tx: EntityManager,
  history: HistoryService,
  { actor, at, planId }: { actor: Actor; at: Date; planId: string },
  renumbered: readonly Renumbering[],
): Promise<void> {
  if (renumbered.length === 0) return;
  const byTask = new Map(renumbered.map((one) => [one.taskId, one]));
  const ids = In([...byTask.keys()]);
  // In their order: whole before part, as everybody locks them.
  const tasks = await tx.getRepository(Task).find({
    where: [
      { id: ids, planId },
      { parentId: ids, planId },
    ],
    order: { position: 'ASC' },
    lock: { mode: 'for_no_key_update' },
  });
  const targets = targetsByTask(await tx.getRepository(Target).findBy({ taskId: In(tasks.map(({ id }) => id)) }));
  const changes = tasks.map((task) => {
    const own = (targets.get(task.id) ?? []).toSorted((one, other) => one.position - other.position);
    const before = { ...taskSnapshot(task, own) };
    const { number, path } = byTask.get(task.parentId ?? task.id)!;
    if (task.parentId === null) task.number = number.after;
    task.path = path.after;
    task.version++;
    return taskChange('task.renumbered', task, own, before);
  });
  await tx.query(
    `update task t set number = r.number, path = array(select jsonb_array_elements_text(r.path)), version = r.version
     from jsonb_to_recordset($1::jsonb) as r(id uuid, number text, path jsonb, version int) where t.id = r.id`,
    [JSON.stringify(tasks.map(({ id, number, path, version }) => ({ id, number, path, version })))],
  );
  await history.append(tx, actor, at, changes);
}
