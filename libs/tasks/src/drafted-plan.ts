import { notFound } from '@duban/kernel';
import { type EntityManager, In } from 'typeorm';
import type { Plan } from './plan.entity';
import { type TaskSnapshot, taskSnapshot } from './snapshots';
import { Target } from './target.entity';
import { Task } from './task.entity';

/** A task of a draft with its targets (量化指标), in their order. */
export interface DraftedTask {
  task: Task;
  targets: Target[];
}

/**
 * All tasks of a draft in their order, parts behind their parent, to be changed in memory and then written whole. Commands
 * give tasks new lists and never change a list in place.
 */
export class DraftedPlan {
  private readonly former: ReadonlyMap<string, TaskSnapshot>;
  /** Of the items as they were last asked for. */
  private index: { items: readonly DraftedTask[]; byId: ReadonlyMap<string, DraftedTask> } = {
    items: [],
    byId: new Map(),
  };

  private constructor(
    readonly plan: Plan,
    /** In the order of the document. */
    public items: readonly DraftedTask[],
  ) {
    this.former = new Map(items.map(({ task, targets }) => [task.id, structuredClone(taskSnapshot(task, targets))]));
  }

  /** @param plan locked, so that nobody changes its tasks meanwhile */
  static async read(tx: EntityManager, plan: Plan): Promise<DraftedPlan> {
    const tasks = await tx.find(Task, { where: { planId: plan.id }, order: { position: 'ASC' } });
    const targets = await tx.find(Target, {
      where: { taskId: In(tasks.map(({ id }) => id)) },
      order: { position: 'ASC' },
    });
    const byTask = groupBy(targets, ({ taskId }) => taskId);
    return new DraftedPlan(
      plan,
      tasks.map((task) => ({ task, targets: byTask.get(task.id) ?? [] })),
    );
  }

  /** As it was read; null for one that is new. */
  formerly(taskId: string): TaskSnapshot | null {
    return this.former.get(taskId) ?? null;
  }

  get formerIds(): string[] {
    return [...this.former.keys()];
  }

  /** @param field that names the task in the request @throws DomainError TASK.UNKNOWN */
  get(taskId: string, field: string): DraftedTask {
    if (this.index.items !== this.items) {
      this.index = { items: this.items, byId: new Map(this.items.map((item) => [item.task.id, item])) };
    }
    const found = this.index.byId.get(taskId);
    if (!found) throw notFound('TASK.UNKNOWN', 'The plan has no such task.', { taskId, field });
    return found;
  }

  partsOf({ task }: DraftedTask): DraftedTask[] {
    return this.items.filter((one) => one.task.parentId === task.id);
  }

  /** Those at its level, itself among them: the parts of its parent, or all tasks that are no parts. */
  siblingsOf({ task }: DraftedTask): DraftedTask[] {
    return this.level(task.parentId);
  }

  /** The parts of a task, or, for null, the tasks that are no parts. */
  level(parentId: string | null): DraftedTask[] {
    return this.items.filter((one) => one.task.parentId === parentId);
  }

  /** Tasks and parts that units will be given: all that have no parts. */
  carrying(): DraftedTask[] {
    const parents = new Set(this.items.map(({ task }) => task.parentId));
    return this.items.filter(({ task }) => !parents.has(task.id));
  }

  /** Puts new ones behind a task and its parts; behind nothing, first. */
  insertAfter(item: DraftedTask | null, added: readonly DraftedTask[]): void {
    const last = item === null ? null : (this.partsOf(item).at(-1) ?? item);
    const at = last === null ? 0 : this.items.indexOf(last) + 1;
    this.items = this.items.toSpliced(at, 0, ...added);
  }

  /** Takes tasks out; their parts must have gone or found another parent. */
  take(items: readonly DraftedTask[]): void {
    this.items = this.items.filter((one) => !items.includes(one));
  }

  /** Orders the tasks that are no parts, or the parts of one; parts follow their parent. */
  reorder(parentId: string | null, order: readonly DraftedTask[]): void {
    const parts = groupBy(this.items, ({ task }) => task.parentId);
    const level = (id: string | null): readonly DraftedTask[] => (id === parentId ? order : (parts.get(id) ?? []));
    this.items = level(null).flatMap((item) => [item, ...level(item.task.id)]);
  }
}

function groupBy<K, T>(rows: readonly T[], keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}
