import { nameKey } from '@duban/directory';
import { conflict, invalid, notFound } from '@duban/kernel';
import type { Role } from './assignment.entity';
import type { DraftedPlan, DraftedTask } from './drafted-plan';
import { names, unitedUnits } from './drafted-units';
import { assignedNames } from './plan-assignments';
import { editedDay } from './plan-draft';

/** Who leads a task that names no lead. */
export interface LeadChoice {
  taskId: string;
  /** Units that the task names; all that would lead by the rule where absent. */
  lead?: readonly string[];
}

/**
 * Makes inferred leads leads: of all tasks where no choice is given, else of those given.
 *
 * @throws DomainError conflict `TASK.LEAD_NAMED`, `TASK.HAS_PARTS`, `TASK.NO_UNIT`, not_found `TASK.NO_SUCH_NAME`, invalid
 *   `TASK.TWICE`, each with the field; `TASK.UNKNOWN`
 */
export function confirmLeads(draft: DraftedPlan, choices?: readonly LeadChoice[]): void {
  const carrying = new Set(draft.carrying());
  if (!choices) {
    for (const item of carrying) if (awaitsLead(item)) confirmLead(item, inferredLeads(item));
    return;
  }
  const seen = new Set<string>();
  choices.forEach(({ taskId, lead }, i) => {
    const field = `tasks[${i}]`;
    if (seen.has(taskId)) {
      throw invalid('TASK.TWICE', 'The task is given twice.', { field, taskId });
    }
    seen.add(taskId);
    const item = draft.get(taskId, `${field}.taskId`);
    if (!carrying.has(item)) {
      if (lead) throw conflict('TASK.HAS_PARTS', 'Its parts have leads of their own.', { field, taskId });
      for (const part of draft.partsOf(item)) if (awaitsLead(part)) confirmLead(part, inferredLeads(part));
      return;
    }
    const { draftedUnits: units } = item.task;
    if (units.lead.length > 0) {
      throw conflict('TASK.LEAD_NAMED', 'The task names its lead; edit the task to change it.', { field, taskId });
    }
    if (!awaitsLead(item)) throw conflict('TASK.NO_UNIT', 'The task names no unit that could lead.', { field, taskId });
    confirmLead(item, lead ? chosen(item, lead, field) : inferredLeads(item));
  });
}

const awaitsLead = ({ task: { draftedUnits: units } }: DraftedTask): boolean =>
  units.lead.length === 0 && assignedNames(units).length > 0;

/** By the rule of issue: the responsible units, else the cooperating ones. */
const inferredLeads = ({ task: { draftedUnits: units } }: DraftedTask): string[] =>
  units.responsible.length > 0 ? units.responsible : units.cooperating;

/** The names as the task writes them. */
function chosen({ task }: DraftedTask, lead: readonly string[], field: string): string[] {
  const named = assignedNames(task.draftedUnits);
  return lead.map((name, j) => {
    const found = named.find((one) => nameKey(one) === nameKey(name));
    if (found !== undefined) return found;
    throw notFound('TASK.NO_SUCH_NAME', `The task does not name "${name}".`, {
      field: `${field}.lead[${j}]`,
      taskId: task.id,
      known: named.slice(0, 50),
    });
  });
}

function confirmLead({ task }: DraftedTask, lead: readonly string[]): void {
  task.draftedUnits = unitedUnits({ ...task.draftedUnits, lead: [...lead] });
}

/** Units that every task of a stretch gets, though it does not name them (以下均需各区落实，不再列出). */
export interface StandingUnits {
  units: readonly string[];
  role: Role;
  /** The first task that gets them. */
  from: string;
  /** The last; the last of the plan where absent. */
  to?: string;
}

/**
 * Adds units to all tasks of a stretch that do not name them yet in any role.
 * @throws DomainError invalid `TASK.STRETCH_BACKWARDS`; `TASK.UNKNOWN`, each with the field
 */
export function applyStandingUnits(draft: DraftedPlan, { units, role, from, to }: StandingUnits): void {
  const first = draft.items.indexOf(draft.get(from, 'from'));
  const end = to === undefined ? null : draft.get(to, 'to');
  const last = end ? draft.items.indexOf(draft.partsOf(end).at(-1) ?? end) : draft.items.length - 1;
  if (last < first) {
    throw invalid('TASK.STRETCH_BACKWARDS', 'The last task stands before the first.', { field: 'to' });
  }
  const carrying = new Set(draft.carrying());
  for (const item of draft.items.slice(first, last + 1)) {
    if (!carrying.has(item)) continue;
    const { task } = item;
    const missing = units.filter((name) => !names(task.draftedUnits, name));
    if (missing.length === 0) continue;
    task.draftedUnits = unitedUnits({ ...task.draftedUnits, [role]: [...task.draftedUnits[role], ...missing] });
  }
}

export interface DeadlineSetting {
  /** Absent: all tasks and parts for units that have no deadline. */
  tasks?: readonly string[];
  deadline: { text: string; due: string | null };
}

/** Sets one deadline for many tasks. @throws DomainError REQUEST.NO_SUCH_DATE, TASK.TWICE, TASK.UNKNOWN with the field */
export function setDeadlines(draft: DraftedPlan, { tasks, deadline }: DeadlineSetting): void {
  const due = editedDay(deadline.due, 'deadline.due');
  const seen = new Set<string>();
  const wanted = tasks
    ? tasks.map((id, i) => {
        const field = `tasks[${i}]`;
        if (seen.has(id)) throw invalid('TASK.TWICE', 'The task is given twice.', { field, taskId: id });
        seen.add(id);
        return draft.get(id, field);
      })
    : draft.carrying().filter(({ task }) => task.deadlineText === null);
  for (const { task } of wanted) Object.assign(task, { deadlineText: deadline.text, deadlineDue: due });
}
