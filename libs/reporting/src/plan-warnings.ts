import {
  assignedNames,
  isStandingApplied,
  type PlanWarning,
  type StandingOffer,
  standingOffer,
  type TaskSnapshot,
} from '@duban/tasks';

interface TaskWithParts extends TaskSnapshot {
  subtasks: TaskWithParts[];
}

/** A remark of the reader, at its place in the draft as it is now. */
export interface WarningView extends PlanWarning {
  /** The task or part in whose source it lies; null where it lies in none, or in one of several on its line. */
  taskId: string | null;
  /** Whether an edit has settled what it is about. */
  settled: boolean;
  /** Of a rule about all later tasks: what `standing-units` takes; else null. */
  offer: StandingOffer | null;
}

/** Where and whether the remarks on a document still hold: derived from the tasks as they are, and kept nowhere. */
export function placeWarnings(
  warnings: readonly PlanWarning[],
  text: string,
  tasks: readonly TaskWithParts[],
): WarningView[] {
  const starts = lineStarts(text);
  const own = tasks.filter(isOfPlan);
  return warnings.map((warning) => {
    const line = { start: starts[warning.line - 1] ?? text.length, end: starts[warning.line] ?? text.length + 1 };
    const touching = own.filter(({ source }) => source.start < line.end && source.end > line.start);
    const about = subjectsOf(warning, line.start, touching);
    const task = about[0] ?? null;
    const offer = warning.code === 'standing_units' ? offerOf(warning, line.start, task, tasks) : null;
    const isGone = touching.length === 0 && isOfTask(warning);
    const settled = isGone || isSettled(warning, about, offer, tasks);
    return { ...warning, taskId: task?.id ?? null, settled, offer };
  });
}

/** Whether the words of a task stand in the plan's own document, and not in a revised one (修订). */
export const isOfPlan = ({ sourceRevisionId }: Pick<TaskSnapshot, 'sourceRevisionId'>): boolean =>
  sourceRevisionId === null || sourceRevisionId === undefined;

const NAMES_TASK = /^Task (\S+) /;

/** Whether it is about one task: that is gone where none has its words any longer. */
const isOfTask = ({ code }: PlanWarning): boolean => code === 'no_units' || code === 'lead_inferred';

/** The task that a remark is about, with those into which it was split: they have its source. */
function subjectsOf({ message }: PlanWarning, start: number, touching: readonly TaskWithParts[]): TaskWithParts[] {
  const number = NAMES_TASK.exec(message)?.[1];
  const named = touching.find((task) => task.number === number && task.source.start >= start);
  const sharing = ({ source }: TaskWithParts): TaskWithParts[] =>
    touching.filter((task) => task.source.start === source.start && task.source.end === source.end);
  if (named) return [named, ...sharing(named).filter((task) => task !== named)];
  const [first] = touching;
  const same = first ? sharing(first) : [];
  return same.length === touching.length ? same : [];
}

function offerOf(
  { message }: PlanWarning,
  start: number,
  task: TaskWithParts | null,
  tasks: readonly TaskWithParts[],
): StandingOffer | null {
  const first = task ?? tasks.find(({ source }) => source.start >= start);
  return first ? standingOffer(message, first.id) : null;
}

function isSettled(
  { code }: PlanWarning,
  about: readonly TaskWithParts[],
  offer: StandingOffer | null,
  tasks: readonly TaskWithParts[],
): boolean {
  switch (code) {
    case 'no_units':
      return about.length > 0 && carrying(about).every((task) => assignedNames(task).length > 0);
    case 'lead_inferred':
      return about.length > 0 && about.every((task) => !task.leadInferred);
    case 'standing_units': {
      const from = tasks.findIndex(({ id }) => id === offer?.from);
      return offer !== null && isStandingApplied(offer, carrying(tasks.slice(from)));
    }
    default:
      return false;
  }
}

const carrying = (tasks: readonly TaskWithParts[]): TaskWithParts[] =>
  tasks.flatMap((task) => (task.subtasks.length > 0 ? task.subtasks : [task]));

/** Offsets at which lines begin. */
function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
