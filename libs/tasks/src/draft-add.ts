import { conflict, invalid, newId } from '@duban/kernel';
import type { DraftedPlan, DraftedTask } from './drafted-plan';
import { noUnits, unitedUnits } from './drafted-units';
import { assignedNames } from './plan-assignments';
import { applyEdit, editedTargets, type TaskEdit } from './plan-draft';
import { Task } from './task.entity';

/** A task that the reader did not find, as somebody writes it down. */
export type TaskAddition = Omit<TaskEdit, 'content'> & {
  content: string;
  /** The task whose part it is. */
  parentId?: string;
  /** The task of its level that it follows; null for the beginning, absent for the end. */
  after?: string | null;
  /** The headings above it; those of the task before it where absent. */
  path?: string[];
  /** The words of the document that it stands for: offsets into the text. Empty where it stands for none. */
  source?: { start: number; end: number };
};

/**
 * Adds a task, or a part of one, by hand.
 *
 * @throws DomainError conflict `TASK.PART_OF_PART`, `TASK.HAS_UNITS` where units have the task as a whole,
 *   `TASK.OTHER_LEVEL`; invalid `TASK.BAD_SOURCE`; `TASK.UNKNOWN`, `REQUEST.NO_SUCH_DATE`, each with the field
 */
export function addTask(draft: DraftedPlan, addition: TaskAddition, text: string, createdAt: Date): string {
  const { parentId, after, path, source, targets, ...edit } = addition;
  const parent = parentId === undefined ? null : parentFor(draft, parentId);
  const level = draft.level(parent?.task.id ?? null);
  const before = after === undefined ? (level.at(-1) ?? null) : after === null ? null : draft.get(after, 'after');
  if (before && !level.includes(before)) {
    throw conflict('TASK.OTHER_LEVEL', 'The task that it follows is at another level.', { field: 'after' });
  }
  const beside = before ?? level[0] ?? parent;
  const place = source ? checkedSource(source, text) : (beside?.task.sourceEnd ?? 0);
  const task = Object.assign(new Task(), {
    id: newId(),
    jurisdictionId: draft.plan.jurisdictionId,
    planId: draft.plan.id,
    parentId: parent?.task.id ?? null,
    upperAssignmentId: null,
    number: null,
    position: draft.items.length,
    path: path ?? parent?.task.path ?? beside?.task.path ?? [],
    content: '',
    draftedUnits: noUnits(),
    openEnded: null,
    leaders: [],
    isLeadInferred: true,
    deadlineText: null,
    deadlineDue: null,
    dueOn: null,
    milestones: [],
    marks: [],
    sourceRevisionId: null,
    carriedFromTaskId: null,
    sourceStart: source?.start ?? place,
    sourceEnd: source?.end ?? place,
    state: null,
    version: 1,
    createdAt,
  });
  applyEdit(task, edit);
  task.draftedUnits = unitedUnits(task.draftedUnits);
  draft.insertAfter(before ?? parent, [{ task, targets: editedTargets(task.id, targets ?? []) }]);
  return task.id;
}

function parentFor(draft: DraftedPlan, parentId: string): DraftedTask {
  const parent = draft.get(parentId, 'parentId');
  if (parent.task.parentId !== null) {
    throw conflict('TASK.PART_OF_PART', 'A part has no parts of its own.', { field: 'parentId' });
  }
  if (draft.partsOf(parent).length === 0 && assignedNames(parent.task.draftedUnits).length > 0) {
    throw conflict('TASK.HAS_UNITS', 'Units have this task as a whole; split it into parts, or take them out first.', {
      field: 'parentId',
    });
  }
  return parent;
}

function checkedSource({ start, end }: { start: number; end: number }, text: string): number {
  const isSplit = [start, end].some((at) =>
    /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(Math.max(0, at - 1), at + 1)),
  );
  if (start >= 0 && start <= end && end <= text.length && !isSplit) return start;
  throw invalid('TASK.BAD_SOURCE', `There is no such stretch in the text of ${text.length} characters.`, {
    field: 'source',
    length: text.length,
  });
}
