import type { Assignment } from './assignment.entity';
import type { Plan } from './plan.entity';
import type { PlanRevision } from './plan-revision.entity';
import type { PlanRevisionItem } from './plan-revision-item.entity';
import type { MeasuredFigure } from './measurements';
import type { Report } from './report.entity';
import type { ReportConfirmation } from './report-confirmation.entity';
import type { Target } from './target.entity';
import type { DraftedUnits, Task } from './task.entity';

/*
 * What history keeps of each thing, and what the API shows of it: one shape for both, so that a past instant reads
 * like the present one. A name that may change later (a unit's) is kept as it was.
 */

export type TargetSnapshot = Pick<Target, 'id' | 'text' | 'value' | 'upper' | 'unit' | 'comparator'>;

/** `unitId` and `visibility` are absent in what was recorded before there were second-level plans (二级分解). */
export type PlanSnapshot = Omit<Plan, 'sourceText' | 'createdAt' | 'unitId' | 'visibility'> &
  Partial<Pick<Plan, 'unitId' | 'visibility'>>;

/** As `duban parse` gives a task, and what became of it since. */
export interface TaskSnapshot extends DraftedUnits {
  id: string;
  planId: string;
  parentId: string | null;
  /** The upper part that it carries out (二级分解); absent in what was recorded before there were such. */
  upperAssignmentId?: string | null;
  number: string | null;
  position: number;
  path: string[];
  content: string;
  openEnded: string | null;
  leaders: string[];
  leadInferred: boolean;
  deadline: { text: string; due: string | null } | null;
  dueOn: string | null;
  milestones: Task['milestones'];
  targets: TargetSnapshot[];
  source: { start: number; end: number };
  /** The revised document that `source` is a stretch of; null for the plan's own. */
  sourceRevisionId: string | null;
  /** Of a registered matter (事项登记); absent in what was recorded before there were any. */
  receivedOn?: string | null;
  level?: string | null;
  /** The task of an earlier year that it carries on (结转); absent in what was recorded before there was that. */
  carriedFromTaskId?: string | null;
  state: Task['state'];
  version: number;
}

export interface AssignmentSnapshot {
  id: string;
  taskId: string;
  unitId: string;
  unitName: string;
  role: Assignment['role'];
  groupId: string | null;
  leadInferred: boolean;
  /** The reorganisation (机构改革) by which the unit has it; absent in what was recorded before there were any. */
  reorganisationId?: string | null;
  state: Assignment['state'];
  /** What stands beside the state; absent in what was recorded before there was any. */
  marks?: Assignment['marks'];
  resumeOn?: Assignment['resumeOn'];
  version: number;
}

export function planSnapshot(plan: Plan): PlanSnapshot {
  const {
    id,
    jurisdictionId,
    unitId,
    visibility,
    title,
    documentNumber,
    year,
    state,
    issuedOn,
    policyId,
    policyVersion,
  } = plan;
  const { fileName, leftOut, warnings, columns, source, matterKind, version } = plan;
  return {
    id,
    jurisdictionId,
    unitId: unitId ?? null,
    visibility,
    title,
    documentNumber,
    year,
    state,
    issuedOn,
    policyId,
    policyVersion,
    fileName,
    leftOut,
    warnings,
    columns,
    source,
    matterKind,
    version,
  };
}

export function taskSnapshot(task: Task, targets: readonly Target[]): TaskSnapshot {
  return {
    id: task.id,
    planId: task.planId,
    parentId: task.parentId,
    upperAssignmentId: task.upperAssignmentId ?? null,
    number: task.number,
    position: task.position,
    path: task.path,
    content: task.content,
    ...task.draftedUnits,
    openEnded: task.openEnded,
    leaders: task.leaders,
    leadInferred: task.isLeadInferred,
    deadline: task.deadlineText === null ? null : { text: task.deadlineText, due: task.deadlineDue },
    dueOn: task.dueOn,
    milestones: task.milestones,
    targets: targets.map(({ id, text, value, upper, unit, comparator }) => ({
      id,
      text,
      value,
      upper,
      unit,
      comparator,
    })),
    source: { start: task.sourceStart, end: task.sourceEnd },
    sourceRevisionId: task.sourceRevisionId,
    // A task that is new in memory may not have them.
    receivedOn: task.receivedOn ?? null,
    level: task.level ?? null,
    carriedFromTaskId: task.carriedFromTaskId ?? null,
    state: task.state,
    version: task.version,
  };
}

export function assignmentSnapshot(assignment: Assignment, unitName: string): AssignmentSnapshot {
  return {
    id: assignment.id,
    taskId: assignment.taskId,
    unitId: assignment.unitId,
    unitName,
    role: assignment.role,
    groupId: assignment.groupId,
    leadInferred: assignment.isLeadInferred,
    reorganisationId: assignment.reorganisationId,
    state: assignment.state,
    marks: assignment.marks,
    resumeOn: assignment.resumeOn,
    version: assignment.version,
  };
}

export const revisionSnapshot = ({
  id,
  planId,
  fileName,
  warnings,
  outline,
  state,
  reason,
  version,
}: PlanRevision): Record<string, unknown> => ({ id, planId, fileName, warnings, outline, state, reason, version });

export const revisionItemSnapshot = (item: PlanRevisionItem): Record<string, unknown> => ({
  ...item,
  decidedAt: item.decidedAt?.toISOString() ?? null,
});

/** A report, where it stands if it waited for the head of its unit, and its figures beside what was planned. */
export interface ReportSnapshot extends Omit<Report, 'reportedAt'> {
  reportedAt: string;
  state: ReportConfirmation['state'] | null;
  measurements: readonly MeasuredFigure[];
}

export function reportSnapshot(
  report: Report,
  measurements: readonly MeasuredFigure[],
  state: ReportConfirmation['state'] | null,
): ReportSnapshot {
  return { ...report, reportedAt: report.reportedAt.toISOString(), state, measurements };
}
