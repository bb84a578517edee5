import { type Comparable, type ComparedField, COMPARED_FIELDS, type DraftTask, wordsOf } from '@duban/breakdown';
import type { HistoryEvent } from '@duban/history';
import { parseLocalDate, type LocalDate } from '@duban/kernel';
import { targetsByTask } from './plan-records';
import type { Target } from './target.entity';
import type { Task } from './task.entity';

/** A task of a plan in the words of a document, to be compared with one. */
export interface PlannedTask extends Comparable<PlannedTask> {
  row: Task;
}

/** The tasks of a plan with their parts below them, in order; rows that are not to be compared are left out before. */
export function plannedTasks(tasks: readonly Task[], targets: readonly Target[]): PlannedTask[] {
  const targetsOf = targetsByTask(targets);
  const views = tasks
    .toSorted((one, other) => one.position - other.position)
    .map((row): PlannedTask => plannedTask(row, targetsOf.get(row.id) ?? []));
  const byId = new Map(views.map((view) => [view.row.id, view]));
  return views.filter((view) => {
    if (view.row.parentId === null) return true;
    byId.get(view.row.parentId)?.subtasks.push(view);
    return false;
  });
}

function plannedTask(row: Task, targets: readonly Target[]): PlannedTask {
  return {
    row,
    number: row.number,
    path: row.parentId === null ? row.path : [],
    content: row.content,
    ...row.draftedUnits,
    leaders: row.leaders,
    openEnded: row.openEnded,
    deadline: row.deadlineText === null ? null : { text: row.deadlineText, due: row.deadlineDue },
    milestones: row.milestones,
    targets: targets
      .toSorted((one, other) => one.position - other.position)
      .map(({ text, value, upper, unit, comparator }) => ({
        text,
        value,
        unit,
        comparator,
        ...(upper === null ? {} : { upper }),
      })),
    subtasks: [],
  };
}

/** Puts the chosen fields of a revised document on a task; targets and parts stand in rows of their own. */
export function applyFields(task: Task, draft: DraftTask, fields: ReadonlySet<ComparedField>): void {
  if (fields.has('content')) task.content = draft.content;
  if (fields.has('openEnded')) task.openEnded = draft.openEnded;
  if (fields.has('leaders')) task.leaders = draft.leaders;
  if (fields.has('deadline')) {
    task.deadlineText = draft.deadline?.text ?? null;
    task.deadlineDue = dayOf(draft.deadline?.due ?? null);
  }
  if (fields.has('milestones')) {
    task.milestones = draft.milestones.map(({ text, due }) => ({ text, due: dayOf(due) }));
  }
  const units = { ...task.draftedUnits };
  for (const role of ['lead', 'responsible', 'cooperating', 'supervising'] as const) {
    if (fields.has(role)) units[role] = draft[role];
  }
  task.draftedUnits = units;
  if (task.state === null) task.isLeadInferred = units.lead.length === 0;
}

const dayOf = (due: string | null): LocalDate | null => (due === null ? null : parseLocalDate(due));

/** Events that are no person's correction of what a document says. */
const BY_DOCUMENT = new Set(['task.issued', 'task.moved', 'task.placed', 'task.renumbered']);

/**
 * The fields of each task that a person changed since a document last set them, from its history, oldest event first:
 * taking a revision would undo that.
 */
export function editedByHand(
  events: readonly Pick<HistoryEvent, 'entityId' | 'type' | 'before' | 'after'>[],
): Map<string, Set<ComparedField>> {
  const edited = new Map<string, Set<ComparedField>>();
  for (const { entityId, type, before, after } of events) {
    if (BY_DOCUMENT.has(type)) continue;
    const fields = edited.get(entityId) ?? new Set();
    for (const field of COMPARED_FIELDS) {
      if (valueKey(before?.[field]) === valueKey(after?.[field])) continue;
      if (type === 'task.revised') fields.delete(field);
      else fields.add(field);
    }
    edited.set(entityId, fields);
  }
  return edited;
}

const valueKey = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (key === 'id' ? undefined : inner)) ?? '';

/** Pairs the targets (量化指标) that a task has with those that a document gives it: the same, then the alike. */
export function pairTargets(
  existing: readonly Target[],
  drafts: DraftTask['targets'],
): { kept: { target: Target; draft: DraftTask['targets'][number] | null }[]; added: DraftTask['targets'] } {
  const left = [...drafts];
  const partner = new Map<Target, DraftTask['targets'][number]>();
  for (const isAlike of TARGET_LIKENESS) {
    for (const target of existing) {
      if (partner.has(target)) continue;
      const at = left.findIndex((draft) => isAlike(target, draft));
      if (at >= 0) partner.set(target, left.splice(at, 1)[0]!);
    }
  }
  return { kept: existing.map((target) => ({ target, draft: partner.get(target) ?? null })), added: left };
}

const TARGET_LIKENESS: ((target: Target, draft: DraftTask['targets'][number]) => boolean)[] = [
  (target, draft) => wordsOf(target.text) === wordsOf(draft.text) && target.value === draft.value,
  (target, draft) => target.unit === draft.unit && target.comparator === draft.comparator,
  (target, draft) => target.unit === draft.unit,
];
