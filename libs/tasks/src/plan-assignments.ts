import { assignmentMachine } from '@duban/domain';
import type { ResolvedName } from '@duban/directory';
import { newId } from '@duban/kernel';
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
    role: leads ? 'lead' : role,
    groupId,
    isLeadInferred: leads && role !== 'lead',
    state: assignmentMachine.initial,
    createdAt: at,
  });
}
