import { ENDED_STATES, type Policy } from '@duban/domain';
import { insertAll } from '@duban/database';
import { UnitDirectory } from '@duban/directory';
import { type Actor, type Change, HistoryService } from '@duban/history';
import { conflict, invalid, localDateOf, type LocalDate, WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Assignment, type Role } from './assignment.entity';
import { AssignmentService } from './assignment.service';
import { assignedNames, assignmentsOf, completionDay, dateFromIssue, resolvedOf, unitFaults } from './plan-assignments';
import type { Plan } from './plan.entity';
import { PolicyService } from './policy.service';
import { assertUnitsNamed } from './restriction.service';
import { assignmentSnapshot, taskSnapshot } from './snapshots';
import { type RevisedPart, type SkippedObligation, SupervisionPort } from './supervision.port';
import { Target } from './target.entity';
import { type DraftedUnits, Task } from './task.entity';
import { assignmentChange, taskChange } from './plan-records';
import { advanceTask } from './task-states';

/** What taking did beyond the words of a task; nothing of it happens to a draft. */
export interface RevisionOutcome {
  /** Assignments made. */
  assignments: number;
  cancelled: number;
  obligations: number;
  rescheduled: number;
  /** Not made, since they would have been due before the day of taking. */
  skipped: SkippedObligation[];
}

export const emptyOutcome = (): RevisionOutcome => ({
  assignments: 0,
  cancelled: 0,
  obligations: 0,
  rescheduled: 0,
  skipped: [],
});

export function addOutcome(total: RevisionOutcome, one: RevisionOutcome): void {
  total.assignments += one.assignments;
  total.cancelled += one.cancelled;
  total.obligations += one.obligations;
  total.rescheduled += one.rescheduled;
  total.skipped.push(...one.skipped);
}

/** Who takes what of which document, when and why. */
export interface Taking {
  actor: Actor;
  at: Date;
  plan: Plan;
  revisionId: string;
  reason: string;
  outcome: RevisionOutcome;
}

/** How a task was before a revision touched it; of a new one nothing. */
export interface TaskBefore {
  units: DraftedUnits;
  deadlineDue: LocalDate | null;
  milestones: Task['milestones'];
}

const NOTHING: TaskBefore = {
  units: { lead: [], responsible: [], cooperating: [], supervising: [] },
  deadlineDue: null,
  milestones: [],
};

/** Hands a revised task of an issued plan out again: what changes for units, by the machinery of the issue. */
@Injectable()
export class RevisionHandout {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly policies: PolicyService,
    private readonly assignments: AssignmentService,
    private readonly supervision: SupervisionPort,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /**
   * Brings the assignments and obligations of a task to what it says now: units that are new get their part, units that
   * are named no more lose it, the others keep theirs, with another role or date where that changed.
   *
   * @param before null for a new task
   * @param carries false for a task that has parts, which carry the assignments in its place
   * @throws DomainError PLAN.TASK_WITHOUT_UNIT, PLAN.UNKNOWN_UNIT, REVISION.ASSIGNMENT_ENDED
   */
  async handOut(
    tx: EntityManager,
    taking: Taking,
    task: Task,
    before: TaskBefore | null,
    carries: boolean,
  ): Promise<void> {
    const { plan, at, actor } = taking;
    const was = before ?? NOTHING;
    const existing = await tx.getRepository(Assignment).find({
      where: { taskId: task.id },
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    const readings = await this.directory.readNames(tx, plan.jurisdictionId, [
      ...new Set([...assignedNames(was.units), ...assignedNames(task.draftedUnits)]),
    ]);
    if (carries) refuseFaults(unitFaults([task], readings));
    const units = resolvedOf(readings);
    const wanted = carries ? presentHolders(assignmentsOf(task, units, at), existing) : [];
    const named = new Set(assignmentsOf({ ...task, draftedUnits: was.units }, units, at).map((a) => a.unitId));
    const names = await this.directory.namesOf(
      tx,
      [...wanted, ...existing].map((a) => a.unitId),
    );
    const nameOf = ({ unitId }: Assignment): string => names.get(unitId) ?? '';
    await this.directory.holdActive(
      tx,
      wanted.map((one) => one.unitId),
    );
    const ownOf = await this.ownParts(tx, existing, wanted);

    const going: { assignment: Assignment; roleBefore: Role | null }[] = [];
    const told: { unitId: string; part: RevisedPart }[] = [];
    const changes: Change[] = [];
    const added: Assignment[] = [];
    for (const one of wanted) {
      const own = ownOf.get(one.unitId);
      if (!own) {
        added.push(one);
        going.push({ assignment: one, roleBefore: null });
        told.push({ unitId: one.unitId, part: 'added' });
        continue;
      }
      const isSame = own.role === one.role && own.isLeadInferred === one.isLeadInferred && own.groupId === one.groupId;
      if (!isOpen(own)) {
        const isAgain = own.state === 'cancelled' && !named.has(own.unitId);
        if (isAgain || (own.state !== 'cancelled' && own.role !== one.role)) throw ended(own, nameOf(own));
        continue;
      }
      const roleBefore = own.role;
      if (!isSame) {
        const snapshot = assignmentSnapshot(own, nameOf(own));
        Object.assign(own, { role: one.role, isLeadInferred: one.isLeadInferred, groupId: one.groupId });
        await tx.getRepository(Assignment).save(own);
        changes.push(assignmentChange('assignment.revised', own, plan.id, nameOf(own), snapshot, taking.reason));
      }
      going.push({ assignment: own, roleBefore });
      const part =
        roleBefore === one.role
          ? 'changed'
          : one.role === 'lead'
            ? 'leads'
            : roleBefore === 'lead'
              ? 'supports'
              : 'changed';
      told.push({ unitId: own.unitId, part });
    }
    const kept = new Set(ownOf.values());
    const gone = await this.directory.goneAmong(
      tx,
      existing.map(({ unitId }) => unitId),
    );
    const removed = existing.filter((own) => !kept.has(own) && !wanted.some((one) => one.unitId === own.unitId));
    // What a unit that is gone has done stays done, whoever is named now.
    const alive = removed.filter((own) => own.state !== 'cancelled' && (isOpen(own) || !gone.has(own.unitId)));
    for (const own of alive) {
      if (!isOpen(own)) throw ended(own, nameOf(own));
      told.push({ unitId: own.unitId, part: 'removed' });
    }
    await insertAll(tx, Assignment, added);
    await assertUnitsNamed(tx, plan.id, localDateOf(at, await this.directory.timeZoneOf(tx, plan.jurisdictionId)));
    changes.push(...added.map((one) => assignmentChange('assignment.assigned', one, plan.id, nameOf(one), null)));
    await this.settleTask(tx, taking, task, wanted);
    await this.history.append(tx, actor, at, changes);
    await this.owe(tx, taking, task, was, going, told);
    for (const own of alive) await this.cancel(tx, taking, own.id);
    // A cancelled lead has moved the task on.
    Object.assign(task, await tx.getRepository(Task).findOneByOrFail({ id: task.id }));
    await this.history.append(tx, actor, at, await advanceTask(tx, task));
    taking.outcome.assignments += added.length;
  }

  /**
   * Cancels (撤销) whatever of a task or part is under way; what was verified stays so.
   */
  async withdraw(tx: EntityManager, taking: Taking, task: Task): Promise<void> {
    const existing = await tx.getRepository(Assignment).find({
      where: { taskId: task.id },
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    const alive = existing.filter(isOpen);
    const told = alive.map(({ unitId }) => ({ unitId, part: 'removed' as const }));
    await this.owe(tx, taking, task, task, [], told);
    for (const own of alive) await this.cancel(tx, taking, own.id);
  }

  /** Gives a task the dates that run from the issue of the plan. */
  date(plan: Plan, task: Task): void {
    dateFromIssue(task, plan.issuedOn!, this.calendar);
  }

  /** The day by which the plan's policy wants a task done. */
  async dueOn(tx: EntityManager, plan: Plan, task: Task): Promise<LocalDate | null> {
    return completionDay(await this.policyOf(tx, plan), plan.year!, plan.issuedOn!, task, this.calendar);
  }

  /**
   * The parts of the units that are to have one. An open part comes first, then what has ended, also what was done by a
   * unit that this one was made of (机构改革).
   */
  private async ownParts(
    tx: EntityManager,
    existing: readonly Assignment[],
    wanted: readonly Assignment[],
  ): Promise<Map<string, Assignment>> {
    const before = await this.directory.predecessorsOf(
      tx,
      wanted.map(({ unitId }) => unitId),
    );
    return new Map(
      wanted.flatMap(({ unitId }): [string, Assignment][] => {
        const own =
          existing.find((one) => one.unitId === unitId && isOpen(one)) ??
          existing.find((one) => one.unitId === unitId) ??
          existing.find((one) => one.state === 'verified' && (before.get(unitId)?.has(one.unitId) ?? false));
        return own ? [[unitId, own]] : [];
      }),
    );
  }

  private async cancel(tx: EntityManager, { actor, at, reason, outcome }: Taking, id: string): Promise<void> {
    await this.assignments.transition(tx, actor, at, id, { event: 'cancel', cancelReason: 'plan_revised', reason });
    outcome.cancelled++;
  }

  /** The task's own day, and whether its leads are inferred. */
  private async settleTask(
    tx: EntityManager,
    taking: Taking,
    task: Task,
    wanted: readonly Assignment[],
  ): Promise<void> {
    const { actor, at, plan } = taking;
    const dueOn = await this.dueOn(tx, plan, task);
    const isLeadInferred = wanted.length > 0 ? wanted.some((one) => one.isLeadInferred) : task.isLeadInferred;
    if (task.dueOn === dueOn && task.isLeadInferred === isLeadInferred) return;
    const targets = await tx.getRepository(Target).find({ where: { taskId: task.id }, order: { position: 'ASC' } });
    const before = { ...taskSnapshot(task, targets) };
    Object.assign(task, { dueOn, isLeadInferred });
    await tx.getRepository(Task).save(task);
    await this.history.append(tx, actor, at, [taskChange('task.revised', task, targets, before, taking.reason)]);
  }

  private async owe(
    tx: EntityManager,
    { actor, at, plan, revisionId, outcome }: Taking,
    task: Task,
    before: Pick<TaskBefore, 'deadlineDue' | 'milestones'>,
    assignments: readonly { assignment: Assignment; roleBefore: Role | null }[],
    told: readonly { unitId: string; part: RevisedPart }[],
  ): Promise<void> {
    const takenOn = localDateOf(at, await this.directory.timeZoneOf(tx, plan.jurisdictionId));
    const policy = await this.policyOf(tx, plan);
    const revision = { actor, at, plan, policy, revisionId, takenOn, before, task, assignments, told };
    const owed = await this.supervision.reviseObligations(tx, revision);
    outcome.obligations += owed.obligations;
    outcome.rescheduled += owed.rescheduled;
    outcome.skipped.push(...owed.skipped);
  }

  private policyOf(tx: EntityManager, plan: Plan): Promise<Policy> {
    return this.policies.version(tx, plan.policyId!, plan.policyVersion!);
  }
}

const isOpen = ({ state }: Assignment): boolean => !ENDED_STATES.includes(state);

/**
 * What a document says of a unit whose part a reorganisation (机构改革) has given to others is said of those. Each unit once
 * with its strongest role.
 */
function presentHolders(wanted: readonly Assignment[], existing: readonly Assignment[]): Assignment[] {
  const holders = new Map<string, Assignment>();
  for (const one of wanted) {
    const open = existing.filter((own) => isOpen(own) && [own.unitId, own.originUnitId].includes(one.unitId));
    for (const { unitId } of open.length > 0 ? open : [one]) {
      if (!holders.has(unitId)) holders.set(unitId, Object.assign(new Assignment(), one, { unitId }));
    }
  }
  return [...holders.values()];
}

function refuseFaults({ without, unknown }: ReturnType<typeof unitFaults>): void {
  if (without.length > 0) {
    throw invalid('PLAN.TASK_WITHOUT_UNIT', 'The task names no unit; nobody would have it.', { faults: without });
  }
  if (unknown.length > 0) {
    const message = 'Some unit names are not in the directory; import the units, or take other fields.';
    throw invalid('PLAN.UNKNOWN_UNIT', message, { faults: unknown });
  }
}

const ended = ({ id, state, unitId }: Assignment, unitName: string): Error =>
  conflict('REVISION.ASSIGNMENT_ENDED', `The part of ${unitName} is ${state} already; it is not touched any more.`, {
    assignmentId: id,
    unitId,
    state,
  });
