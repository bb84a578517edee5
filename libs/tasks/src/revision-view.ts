import { type ComparedField, compareFields, type DraftTask, type FieldDifference } from '@duban/breakdown';
import { HistoryService } from '@duban/history';
import { type EntityManager, In } from 'typeorm';
import type { PlanRevision } from './plan-revision.entity';
import { PlanRevisionItem } from './plan-revision-item.entity';
import type { PlanWarning } from './plan.entity';
import { editedByHand, plannedTasks, type PlannedTask } from './revision-draft';
import { Target } from './target.entity';
import { Task } from './task.entity';

export interface RevisionFieldView extends FieldDifference {
  /** A person changed it since a document last set it; taking it undoes that. */
  editedByHand: boolean;
}

export interface RevisionItemView {
  id: string;
  position: number;
  kinds: string[];
  /** The plan's task as it stands; null for a new one, and for one that is no longer in a draft. */
  task: { id: string; number: string | null; path: string[]; content: string; state: string | null } | null;
  /** Give it as `expectedVersion`. */
  taskVersion: number | null;
  /** As the revised document has it; null for what is gone. */
  draft: DraftTask | null;
  /** While the item is open, against the task as it is now; else as they were when the document was imported. */
  fields: RevisionFieldView[];
  state: string;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string | null;
}

/** A number or heading that the revised document writes differently, and that is no difference by itself. */
export interface Renumbering {
  taskId: string;
  number: { before: string | null; after: string | null };
  path: { before: string[]; after: string[] };
}

export interface RevisionView {
  id: string;
  planId: string;
  fileName: string;
  state: string;
  reason: string | null;
  version: number;
  createdAt: Date;
  closedAt: Date | null;
  warnings: PlanWarning[];
  items: RevisionItemView[];
  /** While the revision is open. */
  renumbered: Renumbering[];
}

/** A revised document with its differences against the plan as it is now. */
export async function viewRevision(
  tx: EntityManager,
  history: HistoryService,
  revision: PlanRevision,
): Promise<RevisionView> {
  const { id, planId, fileName, state, reason, version, createdAt, closedAt, warnings } = revision;
  const items = await tx
    .getRepository(PlanRevisionItem)
    .find({ where: { revisionId: id }, order: { position: 'ASC' } });
  return {
    id,
    planId,
    fileName,
    state,
    reason,
    version,
    createdAt,
    closedAt,
    warnings,
    items: await viewItems(tx, history, items),
    renumbered: state === 'open' ? await renumberings(tx, revision, items) : [],
  };
}

export async function viewItems(
  tx: EntityManager,
  history: HistoryService,
  items: readonly PlanRevisionItem[],
): Promise<RevisionItemView[]> {
  const ids = items.flatMap(({ taskId }) => taskId ?? []);
  const present = new Map((await presentTasks(tx, ids)).map((task) => [task.row.id, task]));
  const edited = editedByHand(await history.changesOf(tx, ids));
  return items.map((item) => {
    const task = item.taskId === null ? undefined : present.get(item.taskId);
    const fields = item.state === 'open' && task && item.draft ? compareFields(task, item.draft).fields : item.fields;
    const byHand = edited.get(item.taskId ?? '') ?? new Set<ComparedField>();
    return {
      id: item.id,
      position: item.position,
      kinds: item.kinds,
      task: task ? shownTask(task) : null,
      taskVersion: task?.row.version ?? null,
      draft: item.draft,
      fields: fields.map(({ field, before, after }) => ({
        field,
        before: shown(before),
        after: shown(after),
        editedByHand: item.state === 'open' && byHand.has(field),
      })),
      state: item.state,
      decidedBy: item.decidedBy,
      decidedAt: item.decidedAt,
      reason: item.reason,
    };
  });
}

const shownTask = ({ row }: PlannedTask): NonNullable<RevisionItemView['task']> => ({
  id: row.id,
  number: row.number,
  path: row.path,
  content: row.content,
  state: row.state,
});

/** Parts without the rows that they were read from. */
export const shown = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (key, inner: unknown) => (key === 'row' ? undefined : inner)));

/** Tasks with their parts, what was cancelled of these left out. */
export async function presentTasks(tx: EntityManager, ids: readonly string[]): Promise<PlannedTask[]> {
  const tasks = await tx.getRepository(Task).findBy([{ id: In([...ids]) }, { parentId: In([...ids]) }]);
  const standing = tasks.filter(({ parentId, state }) => parentId === null || state !== 'cancelled');
  const targets = await tx.getRepository(Target).findBy({ taskId: In(standing.map(({ id }) => id)) });
  return plannedTasks(standing, targets);
}

/** What the outline of the revised document says of tasks that are in the plan, at their place, by now. */
export async function renumberings(
  tx: EntityManager,
  revision: PlanRevision,
  items: readonly PlanRevisionItem[],
): Promise<Renumbering[]> {
  const entries = placedEntries(revision, items);
  const tasks = await tx.getRepository(Task).find({
    where: { id: In(entries.map(({ taskId }) => taskId)) },
    select: { id: true, number: true, path: true },
  });
  const byId = new Map(tasks.map((task) => [task.id, task]));
  return entries.flatMap(({ taskId, number, path }): Renumbering[] => {
    const task = byId.get(taskId);
    if (!task || (task.number === number && task.path.join('\0') === path.join('\0'))) return [];
    return [{ taskId, number: { before: task.number, after: number }, path: { before: task.path, after: path } }];
  });
}

/** The tasks of the outline that stand in the plan where the revised document has them. */
export function placedEntries(
  { outline }: PlanRevision,
  items: readonly PlanRevisionItem[],
): { place: number; taskId: string; number: string | null; path: string[] }[] {
  const byPlace = new Map(items.map((item) => [item.place, item]));
  return outline.flatMap(({ taskId, number, path, isMoved }, place) => {
    const item = byPlace.get(place);
    const isPlaced = taskId === null || isMoved ? item?.state === 'taken' : true;
    const id = taskId ?? item?.taskId ?? null;
    return isPlaced && id !== null ? [{ place, taskId: id, number, path }] : [];
  });
}
