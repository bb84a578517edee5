import {
  type AssignmentEvent,
  type AssignmentFacts,
  assignmentMachine,
  type AssignmentRelation,
  CANCEL_REASONS,
  type CancelReason,
  ENDED_STATES,
} from '@duban/domain';
import { consequences } from '@duban/database';
import { assertInMatter, may, UnitDirectory } from '@duban/directory';
import { type Actor, type EventType, HistoryService } from '@duban/history';
import { conflict, invalid, localDateOf } from '@duban/kernel';
import { decide } from '@duban/state-machine';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In, Not } from 'typeorm';
import { Assignment } from './assignment.entity';
import { AssignmentFactsLoader } from './assignment-facts';
import { followUpper } from './breakdown-below';
import { GroupCompletionService } from './group-completion.service';
import { BreakdownTerms } from './breakdown-terms';
import { type HeldAssignment, HeldAssignments, notYours, placeOf } from './held-assignment';
import { Measurements } from './measurements';
import { Objections } from './objections';
import { assertPlanOpen } from './plan-records';
import type { Plan } from './plan.entity';
import { ReportService } from './report.service';
import { assertUnitsNamed } from './restriction.service';
import { relationsTo } from './standing';
import { type AssignmentSnapshot, assignmentSnapshot } from './snapshots';
import { type AssignmentChange, SupervisionPort } from './supervision.port';
import type { Task } from './task.entity';
import { advanceTask } from './task-states';
import type { TransitionInput } from './transition-input';
import { SatisfactionService } from './satisfaction.service';
import { Verifications } from './verifications';

/** Moves assignments (责任分工) through their machine. */
@Injectable()
export class AssignmentService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly held: HeldAssignments,
    private readonly measurements: Measurements,
    private readonly reports: ReportService,
    private readonly factsLoader: AssignmentFactsLoader,
    private readonly objections: Objections,
    private readonly breakdowns: BreakdownTerms,
    private readonly verifications: Verifications,
    private readonly satisfaction: SatisfactionService,
    private readonly groups: GroupCompletionService,
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
    asked: TransitionInput,
  ): Promise<AssignmentSnapshot> {
    if (!MOVERS.some((action) => may(actor, action))) throw notYours();
    const held = await this.held.hold(tx, id);
    const { assignment } = held;
    const relations = await relationsTo(tx, actor, held.plan, assignment);
    if (relations.length === 0) throw notYours();
    assertInMatter(actor, placeOf(held.task));
    const input = await this.withReason(tx, held.task, asked);
    if (input.verification !== undefined && input.event !== 'verify' && input.event !== 'return') {
      throw invalid('VERIFICATION.NOT_FOR_EVENT', 'Only "verify" and "return" take a "verification".', {
        field: 'verification',
      });
    }
    assertPlanOpen(held.plan);
    const toUnitId = await this.unitOf(tx, held.plan, input.toUnit);
    // Counted over all parts of the task, those too that the actor does not see.
    // The figures are read as the actor, who takes over none that they do not see.
    const figures = await this.measurements.readFor(tx, held.task, input.measurements ?? []);
    const facts = await consequences(tx, () =>
      this.factsLoader.load(tx, actor, at, { ...held, input, toUnitId, figures }),
    );
    if (input.expectedVersion !== undefined && input.expectedVersion !== assignment.version) {
      throw conflict('ASSIGNMENT.STALE', 'Somebody has changed the assignment since you read it.', {
        version: assignment.version,
        state: assignment.state,
        marks: assignment.marks,
        last: await consequences(tx, () => this.history.lastOf(tx, assignment.id)),
      });
    }
    const done = await this.decided(tx, actor, at, held, relations, facts, input, { toUnitId });
    if (input.event === 'return' && input.whole) await this.returnOthers(tx, actor, at, held, relations, input);
    await this.closeGroups(tx, actor, at, held.task);
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
    isToldElsewhere = true,
  ): Promise<AssignmentSnapshot> {
    return this.asOffice(tx, actor, at, id, { event: 'cancel', cancelReason, reason }, isToldElsewhere);
  }

  /**
   * Annuls a return whose review (复核) was upheld, by whoever may decide that: the completion waits to be judged again.
   * @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.EVENT_NOT_ALLOWED
   */
  restore(tx: EntityManager, actor: Actor, at: Date, id: string, reason: string | null): Promise<AssignmentSnapshot> {
    return this.asOffice(tx, actor, at, id, { event: 'restore', ...(reason === null ? {} : { reason }) });
  }

  /**
   * Nobody waits for the other members of a group (集合单位) of which enough have done their part, once the lead's is
   * verified: whoever moved a part last, also one that left the group.
   */
  private async closeGroups(tx: EntityManager, actor: Actor, at: Date, task: Task): Promise<void> {
    if (task.state !== 'verified') return;
    await consequences(tx, async () => {
      for (const id of await this.groups.released(tx, task.id)) {
        await this.cancel(tx, actor, at, id, 'group_completed', '集合单位已按规则完成', false);
      }
    });
  }

  private async asOffice(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    id: string,
    input: TransitionInput,
    isToldElsewhere = false,
  ): Promise<AssignmentSnapshot> {
    const held = await this.held.hold(tx, id);
    const facts = await this.factsLoader.load(tx, actor, at, { ...held, input, toUnitId: null, figures: new Map() });
    facts.isReviewUpheld = input.event === 'restore';
    return this.decided(tx, actor, at, held, ['office'], facts, input, { toUnitId: null, isToldElsewhere });
  }

  /** What somebody was not satisfied with is the reason, where no other is given. */
  private async withReason(tx: EntityManager, { id }: Task, input: TransitionInput): Promise<TransitionInput> {
    const { event, satisfactionId, reason } = input;
    if (satisfactionId === undefined) return input;
    if (event !== 'return' && event !== 'reopen') {
      throw invalid('SATISFACTION.NOT_FOR_EVENT', 'Only "return" and "reopen" take a "satisfactionId".', {
        field: 'satisfactionId',
      });
    }
    const remark = await this.satisfaction.reasonOf(tx, id, satisfactionId);
    return { ...input, reason: reason ?? remark };
  }

  /**
   * The whole is returned: what the other units have reported goes back as well, and what was verified of it is taken up
   * again, for the same reason and by the same day. A part that is suspended stays as it is, and so does one whose unit
   * has gone on with another.
   */
  private async returnOthers(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { plan, task, assignment }: HeldAssignment,
    relations: readonly AssignmentRelation[],
    { reason, rectifyBy }: TransitionInput,
  ): Promise<void> {
    const day = rectifyBy ?? (await this.verifications.dayToRectify(tx, plan, at));
    const others = await tx.getRepository(Assignment).find({
      where: { taskId: task.id, id: Not(assignment.id), state: In(['reported', 'verified']) },
      order: { id: 'ASC' },
    });
    for (const { id } of others.filter(({ marks }) => !marks.includes('suspended'))) {
      const held = await this.held.hold(tx, id);
      const input: TransitionInput =
        held.assignment.state === 'verified'
          ? { event: 'reopen', reason, clock: 'new_date', dueOn: day }
          : { event: 'return', reason, rectifyBy: day };
      const facts = await consequences(tx, () =>
        this.factsLoader.load(tx, actor, at, { ...held, input, toUnitId: null, figures: new Map() }),
      );
      if (input.event === 'reopen' && facts.hasAnotherPart) continue;
      await this.decided(tx, actor, at, held, relations, facts, input, { toUnitId: null, isWithAnother: true });
    }
  }

  private async decided(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    held: HeldAssignment,
    relations: readonly AssignmentRelation[],
    facts: AssignmentFacts,
    input: TransitionInput,
    {
      toUnitId,
      isToldElsewhere = false,
      isWithAnother = false,
    }: { toUnitId: string | null; isToldElsewhere?: boolean; isWithAnother?: boolean },
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

    if (input.event === 'report' && input.confirmedReportId === undefined) {
      if (await this.reports.waits(tx, actor, held)) {
        await this.reports.recordWaiting(tx, actor, at, held, { ...input, text: input.text ?? '' });
        return assignmentSnapshot(assignment, held.unitName);
      }
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
      conclusion: input.verification?.conclusion ?? null,
    };
    await this.history.append(tx, actor, at, [
      {
        type: EVENT_NAMES[input.event as AssignmentEvent],
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
        if (input.confirmedReportId !== undefined) continue;
        await this.reports.recordCompletion(tx, actor, at, held, { ...input, text: input.text ?? '' });
      } else if (effect === 'record_verification') {
        // Of what goes back with another's part, that one says how it was judged.
        if (isWithAnother) continue;
        const event = input.event === 'verify' ? 'verify' : 'return';
        const byOffice = facts.isLead || !facts.hasLead;
        await this.verifications.record(tx, actor, at, held, { event, byOffice }, input.verification ?? null);
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
    await this.followBelow(tx, change, input);
    return after;
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

  /** What becomes of the second level (二级分解) under a part: it is told, and ends where the part has ended. */
  private async followBelow(tx: EntityManager, change: AssignmentChange, input: TransitionInput): Promise<void> {
    await consequences(tx, async () => {
      const { moved, ending } = await followUpper(tx, change, input.event);
      const why = CANCEL_REASONS.find((reason) => reason === input.cancelReason) ?? 'superseded';
      for (const id of ending) {
        await this.cancel(tx, change.actor, change.at, id, why, `上级事项已终止：${input.reason ?? ''}`);
      }
      if (moved) await this.supervision.tellBelow(tx, moved);
    });
  }

  /** The part is another unit's from now on; documents go on naming the one that it was handed to first. */
  private async give(tx: EntityManager, at: Date, held: HeldAssignment, unitId: string): Promise<void> {
    const { assignment, plan } = held;
    const { unitId: issuer } = plan;
    const given = Object.assign(new Assignment(), assignment, { unitId });
    if (issuer === null) await this.directory.holdActive(tx, [unitId]);
    else await this.breakdowns.assertUnits(tx, Object.assign(plan, { unitId: issuer }), [given], at);
    Object.assign(assignment, { unitId, originUnitId: assignment.originUnitId ?? assignment.unitId, assignedAt: at });
    held.unitName = (await this.directory.namesOf(tx, [unitId])).get(unitId) ?? '';
    // A restricted matter (限知) goes to no unit of which nobody is named.
    const timeZone = await this.directory.timeZoneOf(tx, plan.jurisdictionId);
    await tx.getRepository(Assignment).save(assignment);
    await assertUnitsNamed(tx, plan.id, localDateOf(at, timeZone));
  }
}

/** Who moves an assignment, by one event or another. */
const MOVERS = ['assignment.act', 'assignment.judge', 'assignment.judge_led', 'breakdown.judge'] as const;

/** History speaks in the past tense. */
const EVENT_NAMES = {
  sign_for: 'assignment.signed_for',
  report: 'assignment.reported',
  withdraw: 'assignment.withdrawn',
  return: 'assignment.returned',
  restore: 'assignment.restored',
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
} as const satisfies Record<AssignmentEvent, EventType>;

const reasonOf = ({
  event,
  cancelReason,
  unimplementedReason,
  outcome,
  clock,
  satisfactionId,
  reason,
  goAheadReason,
}: TransitionInput): string | null =>
  [
    event === 'cancel' ? cancelReason : undefined,
    event === 'close_unimplemented' ? unimplementedReason : undefined,
    event === 'settle_objection' ? outcome : undefined,
    event === 'reopen' ? clock : undefined,
    satisfactionId === undefined ? undefined : 'unsatisfied',
    reason,
    goAheadReason,
  ]
    .filter((text) => text !== undefined)
    .join(': ') || null;
