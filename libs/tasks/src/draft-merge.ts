import { conflict, invalid, newId } from '@duban/kernel';
import type { DraftedPlan, DraftedTask } from './drafted-plan';
import { noUnits, unitedUnits } from './drafted-units';
import { Task } from './task.entity';

export interface TaskMerge {
  /** Neighbours at one level, in any order. */
  tasks: readonly string[];
  /** Of the merged task; that of the first where it is absent. */
  number?: string | null;
  /** In place of the words of all of them, one after another. */
  content?: string;
}

/** As the API takes them. */
const LONGEST_CONTENT = 20_000;
const ENDS_SENTENCE = /[。；;，,、：:！!？?\s]$/u;

/**
 * Makes one of neighbouring tasks or parts; the first keeps its id. Units are united by role, each once; targets, milestones
 * and parts are kept. The latest deadline is that of all; the others become milestones. Where some have parts, those that
 * have none become parts themselves.
 *
 * @throws DomainError invalid `TASK.TWICE`, `TASK.TOO_LONG`, conflict `TASK.WITH_OWN_PART`, `TASK.NOT_NEIGHBOURS` with the
 *   field; `TASK.UNKNOWN`
 */
export function mergeTasks(draft: DraftedPlan, { tasks, number, content }: TaskMerge, createdAt: Date): void {
  const merged = neighbours(draft, tasks);
  const [first, ...others] = merged as [DraftedTask, ...DraftedTask[]];
  const words = content ?? merged.map(({ task }) => task.content).reduce(joined);
  if (words.length > LONGEST_CONTENT) {
    throw invalid(
      'TASK.TOO_LONG',
      `Together they have ${words.length} characters; a task has ${LONGEST_CONTENT} at most.`,
      {
        field: content === undefined ? 'tasks' : 'content',
      },
    );
  }
  if (merged.some((item) => draft.partsOf(item).length > 0)) keepAsParts(draft, merged, createdAt);
  else uniteDuties(merged);
  const { task } = first;
  task.content = words;
  if (number !== undefined) task.number = number;
  task.leaders = [...new Set(merged.flatMap((item) => item.task.leaders))];
  task.sourceStart = Math.min(...merged.map((item) => item.task.sourceStart));
  task.sourceEnd = Math.max(...merged.map((item) => item.task.sourceEnd));
  draft.take(others);
}

const joined = (one: string, other: string): string => (ENDS_SENTENCE.test(one) ? one + other : `${one}；${other}`);

function neighbours(draft: DraftedPlan, ids: readonly string[]): DraftedTask[] {
  const items = ids.map((id, i) => {
    if (ids.indexOf(id) < i)
      throw invalid('TASK.TWICE', 'The task is given twice.', { field: `tasks[${i}]`, taskId: id });
    return draft.get(id, `tasks[${i}]`);
  });
  items.forEach(({ task }, i) => {
    if (task.parentId !== null && ids.includes(task.parentId)) {
      throw conflict('TASK.WITH_OWN_PART', 'A task cannot be merged with a part of its own.', {
        field: `tasks[${i}]`,
        taskId: task.id,
      });
    }
  });
  const level = draft.siblingsOf(items[0]!);
  const places = items.map((item) => level.indexOf(item));
  const start = Math.min(...places);
  const isApart = places.findIndex((place) => place < 0 || place >= start + items.length);
  if (isApart >= 0) {
    throw conflict('TASK.NOT_NEIGHBOURS', 'Only tasks that follow one another at one level can be merged.', {
      field: `tasks[${isApart}]`,
      taskId: ids[isApart],
    });
  }
  return level.slice(start, start + items.length);
}

function uniteDuties(merged: readonly DraftedTask[]): void {
  const [first] = merged as [DraftedTask];
  const { task } = first;
  const { deadline, milestones } = uniteDates(merged.map((item) => item.task));
  Object.assign(task, {
    draftedUnits: unitedUnits(...merged.map((item) => item.task.draftedUnits)),
    openEnded: uniteWords(merged.map((item) => item.task.openEnded)),
    deadlineText: deadline?.text ?? null,
    deadlineDue: deadline?.due ?? null,
    milestones,
    marks: merged.flatMap((item) => item.task.marks),
  });
  first.targets = merged.flatMap(({ targets }) => targets);
}

const uniteWords = (words: readonly (string | null)[]): string | null => {
  const different = [...new Set(words.filter((one) => one !== null))];
  return different.length === 0 ? null : different.join('、');
};

type DateWords = Task['milestones'][number];

/** The latest date is that of completion, since only then is all of it done. */
function uniteDates(tasks: readonly Task[]): { deadline: DateWords | null; milestones: DateWords[] } {
  const deadlines = tasks.flatMap(({ deadlineText: text, deadlineDue: due }) => (text === null ? [] : [{ text, due }]));
  const latest = deadlines.reduce<DateWords | null>(
    (last, one) => (last === null || (one.due ?? '') > (last.due ?? '') ? one : last),
    null,
  );
  const same = (one: DateWords, other: DateWords): boolean => one.text === other.text && one.due === other.due;
  const dates = tasks.flatMap((task) => [
    ...task.milestones,
    ...deadlines.filter((one) => one.text === task.deadlineText && one.due === task.deadlineDue),
  ]);
  const milestones = dates.filter(
    (one, i) => !(latest && same(one, latest)) && dates.findIndex((other) => same(one, other)) === i,
  );
  return { deadline: latest, milestones };
}

/** Those without parts become parts of the first, in their places, with all that they ask of their units. */
function keepAsParts(draft: DraftedPlan, merged: readonly DraftedTask[], createdAt: Date): void {
  const [first] = merged as [DraftedTask];
  const parts = merged.flatMap((item) => {
    const own = draft.partsOf(item);
    if (own.length > 0) return own;
    const fresh = { id: newId(), number: null, upperAssignmentId: null, version: 1, createdAt };
    const task = Object.assign(new Task(), item.task, fresh);
    return [{ task, targets: item.targets }];
  });
  const isAsPart = (item: DraftedTask): boolean => draft.partsOf(item).length === 0;
  first.targets = merged.flatMap((item) => (isAsPart(item) ? [] : item.targets));
  const { task } = first;
  const { deadline, milestones } = uniteDates(merged.filter((item) => !isAsPart(item)).map((item) => item.task));
  Object.assign(task, {
    draftedUnits: unitedUnits(
      ...merged.filter((item) => !isAsPart(item)).map((item) => item.task.draftedUnits),
      noUnits(),
    ),
    openEnded: null,
    deadlineText: deadline?.text ?? null,
    deadlineDue: deadline?.due ?? null,
    milestones,
  });
  draft.take(parts);
  for (const part of parts) part.task.parentId = task.id;
  draft.insertAfter(first, parts);
}
