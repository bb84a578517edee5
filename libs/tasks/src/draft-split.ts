import { conflict, invalid, newId } from '@duban/kernel';
import type { DraftedPlan, DraftedTask } from './drafted-plan';
import { noUnits, unitedUnits } from './drafted-units';
import { applyEdit, editedTargets, type TaskEdit } from './plan-draft';
import { Task } from './task.entity';

/** A piece of a task in the words of whoever splits it; what is absent is copied from the task. */
export type TaskPiece = Omit<TaskEdit, 'content'> & { content: string };

/** Exactly one of `at` and `pieces` is given. */
export interface TaskSplit {
  /** `tasks`: the pieces stand beside each other. `parts`: the task stays, and they are its parts. */
  as: 'tasks' | 'parts';
  /** Offsets into the content (UTF-16 code units), ascending: a piece begins at each. */
  at?: readonly number[];
  pieces?: readonly TaskPiece[];
}

/**
 * Splits a task, or a part, in two or more. The first piece keeps the task's id and number. Targets and milestones go with
 * the words in which they stand; targets whose words stand nowhere stay with the first piece, or with the task whose
 * parts are made, and milestones that come from elsewhere hold for all pieces.
 *
 * @throws DomainError invalid `TASK.SPLIT_HOW`, `TASK.BAD_OFFSET`, `TASK.EMPTY_PIECE` with the field; conflict
 *   `TASK.HAS_PARTS`, `TASK.PART_OF_PART`; `REQUEST.NO_SUCH_DATE`
 */
export function splitTask(draft: DraftedPlan, taskId: string, split: TaskSplit, createdAt: Date): void {
  const item = draft.get(taskId, 'taskId');
  if (draft.partsOf(item).length > 0) {
    throw conflict('TASK.HAS_PARTS', 'The task has parts already; split those, or take them out.', { taskId });
  }
  if (split.as === 'parts' && item.task.parentId !== null) {
    throw conflict('TASK.PART_OF_PART', 'A part has no parts of its own; split it into tasks, beside each other.', {
      taskId,
      field: 'as',
    });
  }
  const pieces = piecesOf(item.task.content, split);
  const made = pieces.map((piece, i) => pieceOf(item, piece, `pieces[${i}].`, createdAt));
  const isParent = split.as === 'parts';
  const { targets, milestones } = shareOut(item, pieces, isParent ? null : 0);
  pieces.forEach((piece, i) => {
    made[i]!.targets = piece.targets ? editedTargets(made[i]!.task.id, piece.targets) : targets[i]!;
    if (!piece.milestones) made[i]!.task.milestones = milestones[i]!;
  });
  if (isParent) {
    draft.insertAfter(item, made);
    for (const { task } of made) Object.assign(task, { parentId: taskId, upperAssignmentId: null });
    // What units have to do stands in the parts from now on.
    const kept = item.targets.filter((target) => !targets.some((given) => given.includes(target)));
    Object.assign(item.task, { draftedUnits: noUnits(), openEnded: null, milestones: [] });
    item.targets = kept;
    return;
  }
  const [first, ...others] = made;
  const { id, number } = item.task;
  Object.assign(item.task, first!.task, { id, number: pieces[0]!.number === undefined ? number : first!.task.number });
  item.targets = first!.targets;
  draft.insertAfter(item, others);
}

function piecesOf(content: string, { at, pieces }: TaskSplit): TaskPiece[] {
  if ((at === undefined) === (pieces === undefined)) {
    throw invalid('TASK.SPLIT_HOW', 'Say where to split: give one of "at" and "pieces".', {
      field: at === undefined ? 'at' : 'pieces',
    });
  }
  if (at === undefined) return given(pieces!);
  const cuts = [0, ...at, content.length];
  at.forEach((offset, i) => {
    const isInside = Number.isInteger(offset) && offset > cuts[i]! && offset < content.length;
    if (!isInside || /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(content.slice(offset - 1, offset + 1))) {
      throw invalid(
        'TASK.BAD_OFFSET',
        `${offset} is no place to split: offsets ascend, lie inside the content of ${content.length} characters, and part no character in two.`,
        { field: `at[${i}]`, length: content.length },
      );
    }
  });
  const texts = cuts.slice(0, -1).map((start, i) => content.slice(start, cuts[i + 1]).trim());
  const empty = texts.indexOf('');
  if (empty >= 0) {
    throw invalid('TASK.EMPTY_PIECE', 'A piece would have no words.', { field: `at[${Math.max(0, empty - 1)}]` });
  }
  return texts.map((text) => ({ content: text }));
}

function given(pieces: readonly TaskPiece[]): TaskPiece[] {
  const empty = pieces.findIndex((piece) => piece.content.trim() === '');
  if (empty >= 0) {
    throw invalid('TASK.EMPTY_PIECE', 'The piece has no words.', { field: `pieces[${empty}].content` });
  }
  if (pieces.length < 2) throw invalid('TASK.SPLIT_HOW', 'A task is split in two or more.', { field: 'pieces' });
  return [...pieces];
}

function pieceOf({ task }: DraftedTask, edit: TaskPiece, place: string, createdAt: Date): DraftedTask {
  const piece = Object.assign(new Task(), task, { id: newId(), number: null, version: 1, createdAt });
  applyEdit(piece, edit, place);
  piece.draftedUnits = unitedUnits(piece.draftedUnits);
  return { task: piece, targets: [] };
}

/** By the piece: the targets and milestones whose words stand in it. `home` is the piece of those whose words do not. */
function shareOut(
  { task, targets }: DraftedTask,
  pieces: readonly TaskPiece[],
  home: number | null,
): { targets: DraftedTask['targets'][]; milestones: Task['milestones'][] } {
  const shared = {
    targets: pieces.map((): DraftedTask['targets'] => []),
    milestones: pieces.map((): Task['milestones'] => []),
  };
  const pieceWith = finderIn(pieces);
  for (const target of targets) shared.targets[pieceWith(target.text) ?? home ?? -1]?.push(target);
  for (const milestone of task.milestones) {
    const piece = pieceWith(milestone.text);
    for (const list of piece === null ? shared.milestones : [shared.milestones[piece]!]) list.push(milestone);
  }
  return shared;
}

/** Finds the piece in which words stand; those that stand there several times are found one after another. */
function finderIn(pieces: readonly TaskPiece[]): (words: string) => number | null {
  const seen = new Map<string, { piece: number; from: number }>();
  return (words) => {
    const last = seen.get(words);
    for (let piece = last?.piece ?? 0; piece < pieces.length; piece++) {
      const at = pieces[piece]!.content.indexOf(words, piece === last?.piece ? last.from : 0);
      if (at < 0) continue;
      seen.set(words, { piece, from: at + words.length });
      return piece;
    }
    return last?.piece ?? null;
  };
}
