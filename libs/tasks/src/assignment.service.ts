import {
  type AssignmentFacts,
  assignmentMachine,
  type AssignmentRelation,
  type CancelReason,
  DROPPED_STATES,
  ENDED_STATES,
} from '@duban/domain';
import { consequences, isAnothers } from '@duban/database';
import { assertInMatter, type MatterPlace, may, UnitDirectory } from '@duban/directory';
import { EvidenceService } from '@duban/evidence';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, forbidden, invalid, type LocalDate, localDateOf, newId, notFound } from '@duban/kernel';
import { decide } from '@duban/state-machine';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, Not } from 'typeorm';
import { Assignment } from './assignment.entity';
import { AssignmentFactsLoader } from './assignment-facts';
import { Objections } from './objections';
import { Plan } from './plan.entity';
import { Measurements, type MeasurementInput } from './measurements';
import { refuseSecretWords } from './plan-draft';
import { assertUnitsNamed } from './restriction.service';
import { type Evidence, Report, type ReportKind } from './report.entity';
import { type AssignmentSnapshot, assignmentSnapshot, reportSnapshot } from './snapshots';
import { type AssignmentChange, SupervisionPort } from './supervision.port';
import type { TransitionInput } from './transition-input';
import { Target } from './target.entity';
import { Task } from './task.entity';
import { advanceTask } from './task-states';

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
    private readonly factsLoader: AssignmentFactsLoader,
    private readonly objections: Objections,
    private readonly supervision: SupervisionPort,
    private readonly files: EvidenceService,
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
    const toUnitId = await this.unitOf(tx, held.plan, input.toUnit);
    // Counted over all parts of the task, those too that the actor does not see.
    const facts = await consequences(tx, () => this.factsLoader.load(tx, actor, at, { ...held, input, toUnitId }));
    if (input.expectedVersion !== undefined && input.expectedVersion !== assignment.version) {
      throw conflict('ASSIGNMENT.STALE', 'Somebody has changed the assignment since you read it.', {
        version: assignment.version,
        state: assignment.state,
        marks: assignment.marks,
        last: await consequences(tx, () => this.history.lastOf(tx, assignment.id)),
      });
    }
    const done = await this.decided(tx, actor, at, held, relations, facts, input, { toUnitId });
    if (input.event !== 'settle_objection') return done;
    // What the office decided of the objection is done at once, by the same machine.
    if (input.outcome === 'rejected') return done;
    const event = input.outcome === 'transferred' ? 'transfer' : 'cancel';
    return this.decided(tx, actor, at, held, relations, facts, { ...input, event }, { toUnitId });
  }

  /**
   * Ends a suspension (中止) whose day has come.
   * @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.EVENT_NOT_ALLOWED
   */
  resume(tx: EntityManager, actor: Actor, at: Date, id: string): Promise<AssignmentSnapshot> {
    return this.asOffice(tx, actor, at, id, { event: 'resume' });
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
    return this.asOffice(tx, actor, at, id, { event: 'cancel', cancelReason, reason });
  }

  private async asOffice(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    input: TransitionInput,
  ): Promise<AssignmentSnapshot> {
    const held = await this.hold(tx, id);
    const facts = await this.factsLoader.load(tx, actor, at, { ...held, input, toUnitId: null });
    const isToldElsewhere = input.event === 'cancel';
    return this.decided(tx, actor, at, held, ['office'], facts, input, { toUnitId: null, isToldElsewhere });
  }

  private async decided(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    held: Held,
    relations: readonly AssignmentRelation[],
    facts: AssignmentFacts,
    input: TransitionInput,
    { toUnitId, isToldElsewhere = false }: { toUnitId: string | null; isToldElsewhere?: boolean },
  ): Promise<AssignmentSnapshot> {
    const { assignment, task, plan } = held;
    const { state, marks } = assignment;
    const decision = decide(assignmentMachine, state, input.event, relations, facts, marks);
    if (!decision.ok) {
      if (decision.reason === 'actor_not_allowed') throw notYours();
      if (decision.reason === 'guard') throw invalid(decision.code, decision.message);
      throw conflict(
        'ASSIGNMENT.EVENT_NOT_ALLOWED',
        `"${input.event}" is not possible in state ${[state, ...marks].join(', ')}.`,
        {
          state,
          marks,
          version: assignment.version,
          allowed: decision.allowed,
        },
      );
    }

    const before = assignmentSnapshot(assignment, held.unitName);
    const isDropped =
      marks.includes('objected') && !decision.marks.includes('objected') && ENDED_STATES.includes(decision.to);
    const fromUnitId = assignment.unitId;
    const resumeOn = input.event === 'suspend' ? input.resumeOn : assignment.resumeOn;
    Object.assign(assignment, {
      state: decision.to,
      marks: decision.marks,
      resumeOn: decision.marks.includes('suspended') ? resumeOn : null,
    });
    if (input.event === 'transfer' && toUnitId !== null) await this.give(tx, at, held, toUnitId);
    await tx.getRepository(Assignment).save(assignment);
    const after = assignmentSnapshot(assignment, held.unitName);
    const change: AssignmentChange = {
      fromUnitId,
      clock: input.clock ?? null,
      dueOn: input.dueOn ?? null,
      outcome: input.outcome ?? null,
      isToldElsewhere,
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
    if (isDropped) await this.objections.settle(tx, actor, at, held, 'cancelled', input.reason ?? null);
    for (const effect of decision.effects) {
      if (effect === 'record_completion') {
        await this.record(tx, actor, at, held, 'completion', null, { ...input, text: input.text ?? '' });
      } else if (effect === 'record_objection') {
        await this.objections.raise(tx, actor, at, held, input.reason!);
      } else if (effect === 'settle_objection') {
        const isAnswer = input.event === 'settle_objection';
        const [outcome, answer] = isAnswer ? [input.outcome!, input.reason!] : (['withdrawn', null] as const);
        await this.objections.settle(tx, actor, at, held, outcome, answer);
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
    if (assignment.marks.includes('suspended')) {
      throw conflict('REPORT.SUSPENDED', `The part is suspended until ${assignment.resumeOn}.`, {
        resumeOn: assignment.resumeOn,
      });
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
    if (may(actor, 'assignment.judge')) return may(actor, 'assignment.approve') ? ['office', 'approver'] : ['office'];
    if (may(actor, 'assignment.act', assignment.unitId)) return ['unit'];
    if (actor.unitId === null || !may(actor, 'assignment.judge_led')) return [];
    const leads = await tx
      .getRepository(Assignment)
      .existsBy({ taskId: assignment.taskId, unitId: actor.unitId, role: 'lead', state: Not(In([...DROPPED_STATES])) });
    return leads ? ['lead_unit'] : [];
  }

  /** A unit in use, by its code or by a name that is certain. */
  private async unitOf(tx: EntityManager, plan: Plan, wanted: string | undefined): Promise<string | null> {
    if (wanted === undefined) return null;
    const unit = await this.directory.find(tx, plan.jurisdictionId, wanted);
    if (unit) return unit;
    const [guesses] = (
      await this.directory.guess(tx, plan.jurisdictionId, [{ name: wanted, candidates: [] }])
    ).values();
    throw invalid('ASSIGNMENT.UNKNOWN_UNIT', `There is no unit "${wanted}".`, {
      field: 'toUnit',
      guesses: guesses ?? [],
    });
  }

  /** The part is another unit's from now on; documents go on naming the one that it was handed to first. */
  private async give(tx: EntityManager, at: Date, held: Held, unitId: string): Promise<void> {
    const { assignment, plan } = held;
    await this.directory.holdActive(tx, [unitId]);
    Object.assign(assignment, { unitId, originUnitId: assignment.originUnitId ?? assignment.unitId, assignedAt: at });
    held.unitName = (await this.directory.namesOf(tx, [unitId])).get(unitId) ?? '';
    // A restricted matter (限知) goes to no unit of which nobody is named.
    const timeZone = await this.directory.timeZoneOf(tx, plan.jurisdictionId);
    await tx.getRepository(Assignment).save(assignment);
    await assertUnitsNamed(tx, plan.id, localDateOf(at, timeZone));
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
    const evidence = await this.files.cited(tx, actor, input.evidence ?? []);
    const report = tx.getRepository(Report).create({
      id: newId(),
      assignmentId: assignment.id,
      obligationId,
      kind,
      text: input.text,
      difficulties: input.difficulties ?? null,
      nextSteps: input.nextSteps ?? null,
      evidence,
      shortfallReason: input.shortfallReason ?? null,
      goAheadReason: input.goAheadReason ?? null,
      personId: actor.personId,
      forPersonId: actor.delegation?.personId ?? null,
      postId: actor.postId,
      reportedAt: at,
    });
    await tx.getRepository(Report).insert(report);
    const { id: assignmentId, jurisdictionId } = assignment;
    const cites = { reportId: report.id, assignmentId, jurisdictionId, planId: plan.id, taskId: task.id };
    await this.files.bind(tx, actor, at, cites, evidence);
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
  object: 'assignment.objected',
  withdraw_objection: 'assignment.objection_withdrawn',
  settle_objection: 'assignment.objection_settled',
  suspend: 'assignment.suspended',
  resume: 'assignment.resumed',
  reopen: 'assignment.reopened',
  transfer: 'assignment.transferred',
  close_unimplemented: 'assignment.closed_unimplemented',
};

const reasonOf = ({
  event,
  cancelReason,
  unimplementedReason,
  outcome,
  clock,
  reason,
  goAheadReason,
}: TransitionInput): string | null =>
  [
    event === 'cancel' ? cancelReason : undefined,
    event === 'close_unimplemented' ? unimplementedReason : undefined,
    event === 'settle_objection' ? outcome : undefined,
    event === 'reopen' ? clock : undefined,
    reason,
    goAheadReason,
  ]
    .filter((text) => text !== undefined)
    .join(': ') || null;
