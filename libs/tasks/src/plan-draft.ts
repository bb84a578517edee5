import type { Comparator } from '@duban/domain';
import { type Breakdown, type ChosenColumn, type DraftTask, type Mark, secrecyMarkLine } from '@duban/breakdown';
import { type Progress, readPlanDocument, refuseSecretDocument } from '@duban/documents';
import { DomainError, type Fault, invalid, type LocalDate, newId, parseLocalDate } from '@duban/kernel';
import type { Plan } from './plan.entity';
import { Target } from './target.entity';
import { Task } from './task.entity';

export interface PlanFile {
  name: string;
  bytes: Uint8Array;
}

/** What may be changed of a drafted task; what is absent stays. */
export interface TaskEdit {
  /** In a unit's own plan (二级分解): the part above that the task carries out. */
  upperAssignmentId?: string | null;
  number?: string | null;
  content?: string;
  lead?: string[];
  responsible?: string[];
  cooperating?: string[];
  leaders?: string[];
  deadline?: { text: string; due: string | null } | null;
  milestones?: { text: string; due: string | null }[];
  /** All of the task's targets, in the place of those that it has. */
  targets?: { text: string; value: number; upper?: number | null; unit: string; comparator: Comparator }[];
}

/** A document as it was read. */
export interface ReadPlan {
  fileName: string;
  text: string;
  breakdown: Breakdown;
  /** All that are named, each once. */
  unitNames: string[];
}

/**
 * Reads a document, of any kind, that holds a plan. Touches no database, and takes a while: not for a transaction.
 * @param columns what a person says that columns of its tables are
 * @param onProgress is told how far it is, in steps of the reader's own
 * @throws DomainError DOCUMENT.*, BREAKDOWN.* where the file cannot be read, PLAN.UNKNOWN_COLUMN where it has no such
 *   column, PLAN.EMPTY where no task is in it
 */
export async function readPlanFile(
  { name, bytes }: PlanFile,
  { columns = [], onProgress }: { columns?: readonly ChosenColumn[]; onProgress?: Progress } = {},
): Promise<ReadPlan> {
  const { text, breakdown } = await readPlanDocument({ name, bytes }, { columns, onProgress }).catch(
    (error: unknown) => {
      if (!(error instanceof DomainError) || error.kind !== 'invalid') throw error;
      // The name of a secret document is a secret, too.
      if (error.code === 'PLAN.SECRET') throw invalid(error.code, error.message, { ...error.details, field: 'file' });
      throw invalid(error.code, error.message, { ...error.details, field: 'file', file: name });
    },
  );
  assertColumns(columns, breakdown);
  if (breakdown.tasks.length === 0) {
    throw invalid('PLAN.EMPTY', 'No task was found in the file; is it a responsibility breakdown (责任分解方案)?', {
      field: 'file',
      file: name,
      faults: breakdown.warnings,
      columns: breakdown.columns,
    });
  }
  return { fileName: name, text, breakdown, unitNames: [...new Set(breakdown.tasks.flatMap(namesIn))] };
}

/**
 * Refuses a document that is marked as a state secret (涉密), before anything of it is kept for a worker to read. What
 * cannot be read is left to the worker to refuse.
 * @throws DomainError PLAN.SECRET
 */
export async function refuseSecretFile(file: PlanFile): Promise<void> {
  try {
    await refuseSecretDocument(file);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === 'PLAN.SECRET') throw invalid(error.code, error.message, { ...error.details, field: 'file' });
  }
}

/** The same of words that somebody writes by hand. @throws DomainError PLAN.SECRET */
export function refuseSecretWords(words: string, field: string): void {
  if (secrecyMarkLine(words) === null) return;
  throw invalid(
    'PLAN.SECRET',
    'The words are marked as a state secret (绝密、机密、秘密). This system is not for secret matters (本系统不处理涉密事项); ' +
      'nothing of them was kept.',
    { field },
  );
}

/** @throws DomainError PLAN.UNKNOWN_COLUMN */
function assertColumns(chosen: readonly ChosenColumn[], { columns }: Breakdown): void {
  const known = new Set(columns.map(({ table, column }) => `${table}/${column}`));
  const faults = chosen.flatMap(({ table, column }, index): Fault[] =>
    known.has(`${table}/${column}`)
      ? []
      : [
          {
            code: 'PLAN.UNKNOWN_COLUMN',
            message: `The file has no column ${column} in a table ${table}.`,
            field: `columns[${index}]`,
            column: String(column),
          },
        ],
  );
  if (faults.length > 0)
    throw invalid('PLAN.UNKNOWN_COLUMN', 'The file has no such column.', { field: 'columns', faults });
}

function namesIn(task: DraftTask): string[] {
  return [...task.lead, ...task.responsible, ...task.cooperating, ...task.subtasks.flatMap(namesIn)];
}

/** The rows of a draft, parts after their parent. */
export function rowsOf(plan: Plan, drafts: readonly DraftTask[], at: Date): { tasks: Task[]; targets: Target[] } {
  const tasks: Task[] = [];
  const targets: Target[] = [];
  const add = (draft: DraftTask, parent: Task | null): void => {
    const task = Object.assign(new Task(), {
      id: newId(),
      jurisdictionId: plan.jurisdictionId,
      planId: plan.id,
      parentId: parent?.id ?? null,
      upperAssignmentId: null,
      number: draft.number,
      position: tasks.length,
      path: draft.path.length > 0 || !parent ? draft.path : parent.path,
      content: draft.content,
      draftedUnits: {
        lead: draft.lead,
        responsible: draft.responsible,
        cooperating: draft.cooperating,
        supervising: draft.supervising,
      },
      openEnded: draft.openEnded,
      leaders: draft.leaders,
      isLeadInferred: draft.leadInferred,
      deadlineText: draft.deadline?.text ?? null,
      deadlineDue: optionalDay(draft.deadline?.due),
      dueOn: null,
      milestones: draft.milestones.map(({ text, due }) => ({ text, due: optionalDay(due) })),
      sourceRevisionId: null,
      carriedFromTaskId: null,
      sourceStart: draft.source.start,
      sourceEnd: draft.source.end,
      marks: draft.marks,
      state: null,
      createdAt: at,
    });
    tasks.push(task);
    draft.targets.forEach((target, position) =>
      targets.push(
        Object.assign(new Target(), { ...target, id: newId(), taskId: task.id, position, upper: target.upper ?? null }),
      ),
    );
    for (const part of draft.subtasks) add(part, task);
  };
  for (const draft of drafts) add(draft, null);
  return { tasks, targets };
}

/** Marks show where in the document values were read; a value from elsewhere has none. */
export const marksWithout = (marks: readonly Mark[], isFromElsewhere: (field: string) => boolean): Mark[] =>
  marks.filter(({ field }) => !isFromElsewhere(MANY[field] ?? field));

/** Fields of which each value has a mark of its own. */
const MANY: Readonly<Record<string, string>> = { milestone: 'milestones', target: 'targets' };

/** @param place of the edit in the request, such as `pieces[1].` @throws DomainError REQUEST.NO_SUCH_DATE */
export function applyEdit(task: Task, edit: TaskEdit, place = ''): void {
  task.marks = marksWithout(task.marks, (field) => edit[field as keyof TaskEdit] !== undefined);
  if (edit.upperAssignmentId !== undefined) task.upperAssignmentId = edit.upperAssignmentId;
  if (edit.number !== undefined) task.number = edit.number;
  if (edit.content !== undefined) task.content = edit.content;
  if (edit.leaders !== undefined) task.leaders = edit.leaders;
  if (edit.deadline !== undefined) {
    task.deadlineText = edit.deadline?.text ?? null;
    task.deadlineDue = editedDay(edit.deadline?.due, `${place}deadline.due`);
  }
  if (edit.milestones !== undefined) {
    task.milestones = edit.milestones.map(({ text, due }, i) => ({
      text,
      due: editedDay(due, `${place}milestones[${i}].due`),
    }));
  }
  const { draftedUnits: units } = task;
  task.draftedUnits = {
    ...units,
    lead: edit.lead ?? units.lead,
    responsible: edit.responsible ?? units.responsible,
    cooperating: edit.cooperating ?? units.cooperating,
  };
}

const optionalDay = (text: string | null | undefined): LocalDate | null => (text ? parseLocalDate(text) : null);

export function editedDay(text: string | null | undefined, field: string): LocalDate | null {
  try {
    return optionalDay(text);
  } catch {
    throw invalid('REQUEST.NO_SUCH_DATE', `There is no date ${text}; write YYYY-MM-DD.`, { field });
  }
}

/** The targets of an edit, as rows. */
export const editedTargets = (taskId: string, targets: NonNullable<TaskEdit['targets']>): Target[] =>
  targets.map((target, position) =>
    Object.assign(new Target(), { ...target, id: newId(), taskId, position, upper: target.upper ?? null }),
  );
