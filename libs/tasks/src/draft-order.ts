import { conflict, invalid } from '@duban/kernel';
import type { DraftedPlan, DraftedTask } from './drafted-plan';

/** At least one of `order`, `move` and `renumber` is given, and not both of the first two. */
export interface TaskOrder {
  /** All ids of a level, in the order wanted. */
  order?: readonly string[];
  /** Whose parts `order` is about; absent for the tasks that are no parts. */
  parentId?: string;
  move?: {
    taskId: string;
    /** The task of its level that it comes to stand before; null for the end. */
    before: string | null;
  };
  /** Counts the tasks that are no parts anew, from the least number that one of them has. */
  renumber?: boolean;
}

const MOST_NAMED = 20;

/**
 * Puts tasks, or the parts of one, in another order. Parts follow their parent.
 *
 * @throws DomainError invalid `TASK.ORDER_HOW`, `TASK.TWICE`, `TASK.MISSING`, conflict `TASK.OTHER_LEVEL`, `TASK.CYCLE`
 *   with the field; `TASK.UNKNOWN`
 */
export function orderTasks(draft: DraftedPlan, { order, parentId, move, renumber = false }: TaskOrder): void {
  if ((order && move) || (!order && !move && !renumber) || (parentId !== undefined && !order)) {
    throw invalid('TASK.ORDER_HOW', 'Give the order of all, or one task to move, or have them numbered anew.', {
      field: order && move ? 'move' : 'order',
    });
  }
  if (order) {
    const parent = parentId === undefined ? null : draft.get(parentId, 'parentId');
    draft.reorder(parentId ?? null, checkedOrder(draft, order, parent));
  }
  if (move) moveTask(draft, move.taskId, move.before);
  if (renumber) renumberTasks(draft);
}

function checkedOrder(draft: DraftedPlan, order: readonly string[], parent: DraftedTask | null): DraftedTask[] {
  const level = draft.level(parent?.task.id ?? null);
  const levelIds = new Set(level.map(({ task }) => task.id));
  const seen = new Set<string>();
  const items = order.map((id, i) => {
    const field = `order[${i}]`;
    if (seen.has(id)) throw invalid('TASK.TWICE', 'The task is given twice.', { field, taskId: id });
    seen.add(id);
    const item = draft.get(id, field);
    if (!levelIds.has(id)) throw otherLevel(field, id);
    return item;
  });
  const missing = level.filter(({ task }) => !seen.has(task.id)).map(({ task }) => task.id);
  if (missing.length > 0) {
    throw invalid('TASK.MISSING', `The order leaves out ${missing.length} of ${level.length} tasks.`, {
      field: 'order',
      missing: missing.slice(0, MOST_NAMED),
    });
  }
  return items;
}

function moveTask(draft: DraftedPlan, taskId: string, before: string | null): void {
  const item = draft.get(taskId, 'move.taskId');
  const target = before === null ? null : draft.get(before, 'move.before');
  if (target && (target === item || target.task.parentId === taskId)) {
    throw conflict('TASK.CYCLE', 'A task cannot stand before itself or a part of its own.', {
      field: 'move.before',
      taskId: before,
    });
  }
  const others = draft.siblingsOf(item).filter((one) => one !== item);
  const at = target ? others.indexOf(target) : others.length;
  if (at < 0) throw otherLevel('move.before', before!);
  draft.reorder(item.task.parentId, others.toSpliced(at, 0, item));
}

const otherLevel = (field: string, taskId: string): Error =>
  conflict('TASK.OTHER_LEVEL', 'Tasks are ordered among tasks, and parts among the parts of their task.', {
    field,
    taskId,
  });

function renumberTasks(draft: DraftedPlan): void {
  const numbered = draft.level(null);
  const least = Math.min(...numbered.map(({ task }) => Number(/^\d{1,6}$/.exec(task.number ?? '')?.[0] ?? Infinity)));
  const start = Number.isFinite(least) ? least : 1;
  numbered.forEach(({ task }, i) => (task.number = String(start + i)));
}
