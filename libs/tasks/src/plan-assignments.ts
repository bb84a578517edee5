import { assignmentMachine, planObligations, type Policy } from '@duban/domain';
import { readTermFromIssue } from '@duban/breakdown';
import { isResolved, type NameReading, type ResolvedName } from '@duban/directory';
import { addDays, addMonths, type Fault, type LocalDate, newId, type WorkingCalendar } from '@duban/kernel';
import { Assignment, type Role, ROLES } from './assignment.entity';
import type { DraftedUnits, Task } from './task.entity';

/** The names of a task that become assignments; supervising units (督办单位) are named but have no part. */
export const assignedNames = (units: DraftedUnits): string[] => ROLES.flatMap((role) => units[role]);

/**
 * The assignments of one task: groups (集合单位) expanded to their members, each unit once with its strongest role.
 * Where the task names no lead, its responsible units lead (the rule of 武政办〔2023〕1号), marked as inferred.
 */
export function assignmentsOf(task: Task, known: ReadonlyMap<string, ResolvedName>, at: Date): Assignment[] {
  const named = task.draftedUnits;
  const leads = named.lead.length > 0 ? 'lead' : named.responsible.length > 0 ? 'responsible' : 'cooperating';
  const assignments = new Map<string, Assignment>();
  for (const role of ROLES) {
    for (const name of named[role]) {
      const { unitIds, groupId } = known.get(name) ?? { unitIds: [], groupId: null };
      for (const unitId of unitIds) {
        if (assignments.has(unitId)) continue;
        assignments.set(unitId, assignmentOf(task, unitId, groupId, role, role === leads, at));
      }
    }
  }
  return [...assignments.values()];
}

function assignmentOf(
  task: Task,
  unitId: string,
  groupId: string | null,
  role: Role,
  leads: boolean,
  at: Date,
): Assignment {
  return Object.assign(new Assignment(), {
    id: newId(),
    jurisdictionId: task.jurisdictionId,
    taskId: task.id,
    unitId,
    originUnitId: null,
    reorganisationId: null,
    role: leads ? 'lead' : role,
    groupId,
    isLeadInferred: leads && role !== 'lead',
    state: assignmentMachine.initial,
    marks: [],
    resumeOn: null,
    assignedAt: at,
    createdAt: at,
  });
}

/** What keeps tasks from being handed out: those that name no unit, and names that stand for nobody. */
export function unitFaults(
  carrying: readonly Task[],
  readings: ReadonlyMap<string, NameReading>,
): { without: Fault[]; unknown: Fault[] } {
  const without: Fault[] = [];
  const unknown: Fault[] = [];
  for (const task of carrying) {
    const names = assignedNames(task.draftedUnits);
    const label = `task ${task.number ?? `at position ${task.position + 1}`}`;
    if (names.length === 0) {
      without.push({ code: 'TASK.NO_UNIT', message: `${label} names no unit`, field: `tasks.${task.id}` });
    }
    for (const name of names) {
      const fault = faultOf(name, readings.get(name));
      if (fault) unknown.push({ ...fault, message: `${label}: ${fault.message}`, field: `tasks.${task.id}` });
    }
  }
  return { without, unknown };
}

/** Why a name stands for nobody who could be given a task; null where it does not. */
export function faultOf(name: string, reading: NameReading | undefined): Pick<Fault, 'code' | 'message'> | null {
  if (!reading || !isResolved(reading)) {
    return reading?.reason === 'ambiguous'
      ? { code: 'UNIT.AMBIGUOUS', message: `"${name}" may mean more than one unit; say which` }
      : { code: 'UNIT.UNKNOWN', message: `"${name}" is not in the directory` };
  }
  if (reading.unitIds.length > 0) return null;
  return { code: 'UNIT.GROUP_EMPTY', message: `"${name}" is a group without members` };
}

/** The names that stand for somebody, for handing tasks out. */
export const resolvedOf = (readings: ReadonlyMap<string, NameReading>): Map<string, ResolvedName> =>
  new Map([...readings].flatMap(([name, reading]) => (isResolved(reading) ? [[name, reading]] : [])));

/** Gives the dates that run from the day of issue (印发之日起30日内), which the document itself could not know. */
export function dateFromIssue(task: Task, issuedOn: LocalDate, calendar: WorkingCalendar): void {
  const dayOf = ({ text, due }: { text: string; due: LocalDate | null }): LocalDate | null => {
    const term = due === null ? readTermFromIssue(text) : null;
    if (!term) return due;
    if (term.unit === 'working_days') return calendar.addWorkingDays(issuedOn, term.count);
    return term.unit === 'months' ? addMonths(issuedOn, term.count) : addDays(issuedOn, term.count);
  };
  if (task.deadlineText !== null) task.deadlineDue = dayOf({ text: task.deadlineText, due: task.deadlineDue });
  task.milestones = task.milestones.map((milestone) => ({ ...milestone, due: dayOf(milestone) }));
}

/** The day by which the policy wants a task done; null where it makes no such obligation. */
export function completionDay(
  policy: Policy,
  year: number,
  issuedOn: LocalDate,
  task: Task,
  calendar: WorkingCalendar,
): LocalDate | null {
  const { receivedOn, level } = task;
  const terms = { isLead: true, taskDueOn: task.deadlineDue, milestones: [], receivedOn, level };
  const planned = planObligations(policy, year, issuedOn, terms, calendar);
  return planned.find((obligation) => obligation.kind === 'completion')?.recordedOn ?? null;
}
