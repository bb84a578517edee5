import type { Difference, DraftTask } from '@duban/breakdown';
import type { Change, EventType } from '@duban/history';
import { conflict, newId, notFound } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { PlanRevision } from './plan-revision.entity';
import { PlanRevisionItem } from './plan-revision-item.entity';
import type { Plan } from './plan.entity';
import type { PlannedTask } from './revision-draft';
import { placedEntries, shown } from './revision-view';
import { revisionItemSnapshot, revisionSnapshot } from './snapshots';
import { Task } from './task.entity';
import type { TaskPlaces } from './task-places';

/** The differences that somebody is to decide on; what was cancelled already and is gone now is none. */
export function itemsOf(
  revisionId: string,
  differences: readonly Difference<PlannedTask, DraftTask>[],
): PlanRevisionItem[] {
  let place = 0;
  const items: PlanRevisionItem[] = [];
  for (const { kinds, before, after, fields } of differences) {
    const at = after === null ? null : place++;
    const decisive = kinds.filter((kind) => kind !== 'same');
    if (decisive.length === 0 || (after === null && before.row.state === 'cancelled')) continue;
    items.push(
      Object.assign(new PlanRevisionItem(), {
        id: newId(),
        revisionId,
        position: items.length,
        kinds: decisive,
        taskId: before?.row.id ?? null,
        place: at,
        draft: after,
        fields: fields.map((field) => ({ ...field, before: shown(field.before), after: shown(field.after) })),
        state: 'open',
        decidedBy: null,
        decidedAt: null,
        reason: null,
      }),
    );
  }
  return items;
}

/**
 * The task of the plan behind which something of the revised document goes: the nearest before it there that stands
 * where it should, under the same headings if there is one; else it goes before the nearest after it.
 */
export function forerunnerOf(
  revision: PlanRevision,
  items: readonly PlanRevisionItem[],
  places: TaskPlaces,
  { place, draft, taskId }: PlanRevisionItem,
): string | null {
  const { order } = places;
  const standing = new Set(order);
  const path = draft!.path.join('\0');
  const others = placedEntries(revision, items).filter((one) => one.taskId !== taskId && standing.has(one.taskId));
  const near = others.filter((one) => one.path.join('\0') === path);
  for (const entries of [near, others]) {
    const before = entries.findLast((one) => one.place < place!);
    if (before) return before.taskId;
    const behind = entries.find((one) => one.place > place!);
    if (behind) return order.slice(0, order.indexOf(behind.taskId)).findLast((id) => id !== taskId) ?? null;
  }
  return order.findLast((id) => id !== taskId) ?? null;
}

/** A task of a plan with its parts, locked whole before part; none where the plan has no such task any more. */
export function lockTask(tx: EntityManager, planId: string, taskId: string): Promise<Task[]> {
  return tx.getRepository(Task).find({
    where: [
      { id: taskId, planId },
      { parentId: taskId, planId },
    ],
    order: { position: 'ASC' },
    lock: { mode: 'for_no_key_update' },
  });
}

export function itemOf(items: readonly PlanRevisionItem[], itemId: string): PlanRevisionItem {
  const item = items.find(({ id }) => id === itemId);
  if (!item) throw notFound('REVISION.ITEM_UNKNOWN', 'The revision has no such item.', { itemId });
  return item;
}

export function refuseDecided({ id, state }: PlanRevisionItem): void {
  if (state === 'open') return;
  throw conflict('REVISION.ITEM_DECIDED', `The item has been ${state} already.`, { itemId: id, state });
}

export const revisionChange = (
  type: EventType,
  plan: Plan,
  revision: PlanRevision,
  before: Record<string, unknown> | null,
): Change => ({
  type,
  entity: 'plan_revision',
  entityId: revision.id,
  jurisdictionId: plan.jurisdictionId,
  planId: plan.id,
  reason: revision.reason,
  before,
  after: revisionSnapshot(revision),
});

/** In a task's own story stands only what was taken: what is undecided is the office's matter. */
export const itemChange = (
  type: EventType,
  plan: Plan,
  item: PlanRevisionItem,
  before: Record<string, unknown> | null,
): Change => ({
  type,
  entity: 'plan_revision_item',
  entityId: item.id,
  jurisdictionId: plan.jurisdictionId,
  planId: plan.id,
  taskId: item.state === 'taken' ? item.taskId : null,
  reason: item.reason,
  before,
  after: revisionItemSnapshot(item),
});
