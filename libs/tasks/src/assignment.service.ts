import {
  type AssignmentFacts,
  assignmentMachine,
  type AssignmentRelation,
  type CancelReason,
  meetsTarget,
} from '@duban/domain';
import { consequences, isAnothers } from '@duban/database';
import { assertInMatter, type MatterPlace, may, UnitDirectory } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, forbidden, invalid, type LocalDate, newId, notFound } from '@duban/kernel';
import { decide } from '@duban/state-machine';
import { Injectable } from '@nestjs/common';
import { type EntityManager, Not } from 'typeorm';
import { Assignment } from './assignment.entity';
import { Plan } from './plan.entity';
import { Measurements, type MeasurementInput } from './measurements';
import { refuseSecretWords } from './plan-draft';
import { type Evidence, Report, type ReportKind } from './report.entity';
import { type AssignmentSnapshot, assignmentSnapshot, reportSnapshot } from './snapshots';
import { type AssignmentChange, SupervisionPort } from './supervision.port';
import { Target } from './target.entity';
import { Task } from './task.entity';
import { advanceTask } from './task-states';

export interface TransitionInput {
  event: string;
  expectedVersion?: number;
  reason?: string;
  cancelReason?: string;
  /** Day by which a returned completion is to be put right. */
  rectifyBy?: LocalDate;
  text?: string;
  evidence?: Evidence[];
  measurements?: MeasurementInput[];
  shortfallReason?: string;
  goAheadReason?: string;
}

export interface ReportInput {
  obligationId: string;
  text: string;
  difficulties?: string;
  nextSteps?: string;
  evidence?: Evidence[];
  measurements?: MeasurementInput[];
}

/** An assignment with what belongs to it, all rows locked. */
interface Held {
  plan: Plan;
  task: Task;
  assignment: Assignment;
  unitName: string;
}

/** Moves assignments (责任分工) through their machine and takes in what units hand in. */
@Injectable()
export class AssignmentService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly measurements: Measurements,
    private readonly supervision: SupervisionPort,
  ) {}

  /**
   * One event of the machine: state, history and what follows, in the caller's transaction.
   * @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.NOT_YOURS, DELEGATION.OUT_OF_MATTER, ASSIGNMENT.STALE,
   *   ASSIGNMENT.EVENT_NOT_ALLOWED, or the code of the guard that refused
   */
  async transition(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    input: TransitionInput,
  ): Promise<AssignmentSnapshot> {
    if (!MOVERS.some((action) => may(actor, action))) throw notYours();
    const held = await this.hold(tx, id);
    const { assignment } = held;
    const relations = await this.relations(tx, actor, assignment);
    if (relations.length === 0) throw notYours();
    assertInMatter(actor, placeOf(held.task));
    // Counted over all parts of the task, those too that the actor does not see.
    const facts = await consequences(tx, () => this.facts(tx, actor, held, input));
    if (input.expectedVersion !== undefined && input.expectedVersion !== assignment.version) {
      throw conflict('ASSIGNMENT.STALE', 'Somebody has changed the assignment since you read it.', {
        version: assignment.version,
        state: assignment.state,
      });
    }
    return this.decided(tx, actor, at, held, relations, facts, input);
  }

  /**
   * Cancels a part (撤销) for a reason that is decided elsewhere, by whoever may decide that.
   * @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.EVENT_NOT_ALLOWED
   */
  async cancel(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    cancelReason: CancelReason,
    reason: string,
  ): Promise<AssignmentSnapshot> {
    const held = await this.hold(tx, id);
    const input = { event: 'cancel', cancelReason, reason };
    return this.decided(tx, actor, at, held, ['office'], await this.facts(tx, actor, held, input), input);
  }

  private async decided(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    held: Held,
    relations: readonly AssignmentRelation[],
    facts: AssignmentFacts,
    input: TransitionInput,
  ): Promise<AssignmentSnapshot> {
    const { assignment, task, plan } = held;
    const decision = decide(assignmentMachine, assignment.state, input.event, relations, facts);
    if (!decision.ok) {
      if (decision.reason === 'actor_not_allowed') throw notYours();
      if (decision.reason === 'guard') throw invalid(decision.code, decision.message);
      throw conflict('ASSIGNMENT.EVENT_NOT_ALLOWED', `"${input.event}" is not possible in state ${assignment.state}.`, {
        state: assignment.state,
        version: assignment.version,
        allowed: decision.allowed,
      });
    }

    const before = assignmentSnapshot(assignment, held.unitName);
    assignment.state = decision.to;
    await tx.getRepository(Assignment).save(assignment);
    const after = assignmentSnapshot(assignment, held.unitName);
    const change: AssignmentChange = {
      actor,
      at,
      plan,
      task,
      assignment,
      reason: input.reason ?? null,
      rectifyBy: input.rectifyBy ?? null,
    };
    await this.history.append(tx, actor, at, [
      {
        type: EVENT_NAMES[input.event] ?? `assignment.${input.event}`,
        entity: 'assignment',
        entityId: assignment.id,
        jurisdictionId: assignment.jurisdictionId,
        planId: plan.id,
        taskId: task.id,
        reason: reasonOf(input),
        before: { ...before },
        after: { ...after },
      },
      ...(await advanceTask(tx, task)),
    ]);
    for (const effect of decision.effects) {
      if (effect === 'record_completion') {
        await this.record(tx, actor, at, held, 'completion', null, { ...input, text: input.text ?? '' });
      } else {
        await this.supervision.effects[effect](tx, change);
      }
    }
    return after;
  }

  /**
   * An action plan, a periodic report or a milestone: discharges the obligation that it names. The completion is not
   * one of them, but the event `report`.
   */
  async submitReport(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    input: ReportInput,
  ): Promise<Record<string, unknown>> {
    if (!may(actor, 'assignment.act')) throw notYours();
    const held = await this.hold(tx, id);
    const { assignment, task, plan } = held;
    if (!may(actor, 'assignment.act', assignment.unitId)) throw notYours();
    assertInMatter(actor, placeOf(held.task));
    if (assignment.state !== 'in_progress' && assignment.state !== 'reported') {
      throw conflict(
        assignment.state === 'assigned' ? 'REPORT.SIGN_FOR_FIRST' : 'REPORT.ASSIGNMENT_ENDED',
        assignment.state === 'assigned'
          ? 'Sign for the task before reporting on it.'
          : `The assignment is ${assignment.state}; nothing is reported on it any more.`,
        { state: assignment.state },
      );
    }
    const discharged = await this.supervision.dischargeByReport(
      tx,
      { actor, at, plan, task, assignment },
      input.obligationId,
    );
    return this.record(tx, actor, at, held, discharged.kind, discharged.id, input);
  }

  /**
   * Locks from the whole to the part, always in this order, so that two people at once wait and do not deadlock. Not
   * the keys: a sweep that holds the obligation writes rows that refer to the task. The assignment is the actor's to find
   * and to lock; the tasks above it are not, and wait as a consequence.
   */
  private async hold(tx: EntityManager, id: string): Promise<Held> {
    const rows: { taskId: string; rootId: string }[] = await tx.query(
      `select t.id as "taskId", coalesce(t.parent_id, t.id) as "rootId"
       from assignment a join task t on t.id = a.task_id where a.id = $1`,
      [id],
    );
    const found = rows[0];
    if (!found) {
      if (await isAnothers(tx, 'assignment', id)) throw notYours();
      throw notFound('ASSIGNMENT.UNKNOWN', 'There is no such assignment.', { assignmentId: id });
    }
    const lock = { mode: 'for_no_key_update' } as const;
    const task = await consequences(tx, async () => {
      const root = await tx.getRepository(Task).findOneOrFail({ where: { id: found.rootId }, lock });
      return found.taskId === found.rootId
        ? root
        : tx.getRepository(Task).findOneOrFail({ where: { id: found.taskId }, lock });
    });
    const assignment = await tx.getRepository(Assignment).findOne({ where: { id }, lock });
    // Seen, but not theirs to change.
    if (!assignment) throw notYours();
    const plan = await tx.getRepository(Plan).findOneByOrFail({ id: task.planId });
    const names = await this.directory.namesOf(tx, [assignment.unitId]);
    return { plan, task, assignment, unitName: names.get(assignment.unitId) ?? '' };
  }

  private async relations(tx: EntityManager, actor: Actor, assignment: Assignment): Promise<AssignmentRelation[]> {
    if (may(actor, 'assignment.judge')) return ['office'];
    if (may(actor, 'assignment.act', assignment.unitId)) return ['unit'];
    if (actor.unitId === null || !may(actor, 'assignment.judge_led')) return [];
    const leads = await tx
      .getRepository(Assignment)
      .existsBy({ taskId: assignment.taskId, unitId: actor.unitId, role: 'lead', state: Not('cancelled') });
    return leads ? ['lead_unit'] : [];
  }

  private async facts(tx: EntityManager, actor: Actor, held: Held, input: TransitionInput): Promise<AssignmentFacts> {
    const { assignment, task } = held;
    const targets = await tx.getRepository(Target).findBy({ taskId: task.id });
    const figures = this.measurements.checked(targets, input.measurements ?? []);
    const [counted]: {
      unreported: number;
      hasLead: boolean;
      reporters: string[] | null;
      reportingUnit: string | null;
    }[] = await tx.query(
      `select
         (select count(*)::int from assignment
          where task_id = $1 and role <> 'lead' and state in ('assigned', 'in_progress')) as unreported,
         exists (select from assignment where task_id = $1 and role = 'lead' and state <> 'cancelled') as "hasLead",
         last.reporters, last.unit_id as "reportingUnit"
       from (select) one left join lateral (
         select array_remove(array[r.person_id, r.for_person_id], null) as reporters, p.unit_id
         from report r join post p on p.id = r.post_id
         where r.assignment_id = $2 and r.kind = 'completion' order by r.reported_at desc, r.id desc limit 1) last on true`,
      [task.id, assignment.id],
    );
    const measured = (target: Target): number | undefined => figures.get(target.id);
    return {
      isLead: assignment.role === 'lead',
      hasLead: counted?.hasLead ?? false,
      actsAsOffice: may(actor, 'assignment.judge'),
      // Whoever stood in, and whom they stood in for, reported it alike.
      isOwnReport:
        (counted?.reporters ?? []).some((id) => id === actor.personId || id === actor.delegation?.personId) ||
        actor.unitId === assignment.unitId ||
        (await this.isReportOf(tx, actor.unitId, counted?.reportingUnit ?? null)),
      reason: input.reason ?? null,
      cancelReason: input.cancelReason ?? null,
      unreportedUnits: counted?.unreported ?? 0,
      goAheadReason: input.goAheadReason ?? null,
      evidenceCount: input.evidence?.length ?? 0,
      unmeasuredTargets: targets.filter((target) => measured(target) === undefined).length,
      missedTargets: targets.filter((target) => {
        const figure = measured(target);
        return figure !== undefined && !meetsTarget(target, figure);
      }).length,
      shortfallReason: input.shortfallReason ?? null,
    };
  }

  /** Whether a unit's report is this one's own: it made it, or was made of the unit that did (机构改革). */
  private async isReportOf(tx: EntityManager, unitId: string | null, reportingUnit: string | null): Promise<boolean> {
    if (unitId === null || reportingUnit === null) return false;
    if (unitId === reportingUnit) return true;
    return (await this.directory.predecessorsOf(tx, [unitId])).get(unitId)?.has(reportingUnit) ?? false;
  }

  private async record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { plan, task, assignment }: Held,
    kind: ReportKind,
    obligationId: string | null,
    input: Omit<ReportInput, 'obligationId'> & Pick<TransitionInput, 'shortfallReason' | 'goAheadReason'>,
  ): Promise<Record<string, unknown>> {
    if (actor.personId === null || actor.postId === null) throw new Error('a report is made by a person in a post');
    refuseSecretWords([input.text, input.difficulties, input.nextSteps].filter(Boolean).join('\n'), 'text');
    const report = tx.getRepository(Report).create({
      id: newId(),
      assignmentId: assignment.id,
      obligationId,
      kind,
      text: input.text,
      difficulties: input.difficulties ?? null,
      nextSteps: input.nextSteps ?? null,
      evidence: input.evidence ?? [],
      shortfallReason: input.shortfallReason ?? null,
      goAheadReason: input.goAheadReason ?? null,
      personId: actor.personId,
      forPersonId: actor.delegation?.personId ?? null,
      postId: actor.postId,
      reportedAt: at,
    });
    await tx.getRepository(Report).insert(report);
    const targets = await tx.getRepository(Target).findBy({ taskId: task.id });
    const figures = this.measurements.checked(targets, input.measurements ?? []);
    await this.measurements.record(tx, report.id, at, figures);
    const snapshot = reportSnapshot(
      report,
      [...figures].map(([targetId, value]) => ({ targetId, value })),
    );
    await this.history.append(tx, actor, at, [
      {
        type: 'report.submitted',
        entity: 'report',
        entityId: report.id,
        jurisdictionId: assignment.jurisdictionId,
        planId: plan.id,
        taskId: task.id,
        after: snapshot,
      },
    ]);
    return snapshot;
  }
}

const placeOf = ({ planId, id, parentId }: Task): MatterPlace => ({ planId, taskId: id, parentId });

const notYours = (): Error =>
  forbidden('ASSIGNMENT.NOT_YOURS', 'This part of the task is not yours to move; nothing was changed.');

/** Who moves an assignment, by one event or another. */
const MOVERS = ['assignment.act', 'assignment.judge', 'assignment.judge_led'] as const;

/** History speaks in the past tense. */
const EVENT_NAMES: Readonly<Record<string, string>> = {
  sign_for: 'assignment.signed_for',
  report: 'assignment.reported',
  withdraw: 'assignment.withdrawn',
  return: 'assignment.returned',
  verify: 'assignment.verified',
  cancel: 'assignment.cancelled',
};

const reasonOf = ({ cancelReason, reason, goAheadReason }: TransitionInput): string | null =>
  [cancelReason, reason, goAheadReason].filter((text) => text !== undefined).join(': ') || null;
