import { createHash } from 'node:crypto';
import {
  type AssignmentMark,
  type AssignmentState,
  ENDED_STATES,
  planMachine,
  type UnimplementedReason,
} from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, type Fault, forbidden, invalid, localDateOf } from '@duban/kernel';
import { decide } from '@duban/state-machine';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Role } from './assignment.entity';
import { AssignmentService } from './assignment.service';
import { planChange, targetsByTask, taskChange } from './plan-records';
import { Plan } from './plan.entity';
import { holdPlan } from './revision-hold';
import { planSnapshot, taskSnapshot } from './snapshots';
import { approves, assertMayWith, TO_CLOSE } from './standing';
import type { SkippedObligation } from './supervision.port';
import { Target } from './target.entity';
import { type Carrying, TaskCarrier } from './task-carrier';
import { Task } from './task.entity';

/** What becomes of a task that is open at the year's end: another plan takes it over, or it is given up (未能办成). */
export interface TaskDecision {
  taskId: string;
  decision: 'carry_over' | 'give_up';
  reason: string;
  /** The plan of a later year that takes it over. */
  toPlanId?: string;
  unimplementedReason?: UnimplementedReason;
}

/** One task, or part of one, that units have, as it stands. */
export interface ClosingTask {
  taskId: string;
  parentId: string | null;
  number: string | null;
  content: string;
  state: AssignmentState;
  /** Some unit is not done with it. */
  isOpen: boolean;
  units: {
    assignmentId: string;
    unitId: string;
    unitName: string;
    role: Role;
    state: AssignmentState;
    marks: AssignmentMark[];
  }[];
}

/** What a plan would be closed with (年终结转): what is done, and what somebody has to decide on. */
export interface PlanClosing {
  planId: string;
  year: number;
  /** Of all that stands here: what is decided goes by what was read. */
  digest: string;
  verified: number;
  ended: number;
  open: number;
  tasks: ClosingTask[];
}

export interface ClosedPlan {
  planId: string;
  carriedOver: { fromTaskId: string; toTaskId: string; toPlanId: string }[];
  givenUp: string[];
  obligations: number;
  skipped: SkippedObligation[];
}

/**
 * Closes plans at the year's end (年终结转): the office the government's, a unit its own (二级分解). What they came to stays
 * as it is, and takes no more changes.
 */
@Injectable()
export class PlanCloseService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly assignments: AssignmentService,
    private readonly carrier: TaskCarrier,
  ) {}

  /** @throws DomainError RIGHTS.NOT_ALLOWED, PLAN.OF_A_UNIT, PLAN.UNKNOWN, PLAN.RESTRICTED_PARTS, PLAN.CLOSED, PLAN.NOT_ISSUED */
  async preview(tx: EntityManager, actor: Actor, planId: string): Promise<PlanClosing> {
    await assertMayWith(tx, actor, planId, TO_CLOSE);
    const plan = await holdPlan(tx, actor, planId);
    return this.closingOf(tx, plan);
  }

  /**
   * Closes it with a decision on every open task: on a task for all of its parts, or on one part. Whoever closes it as
   * well at once finds it closed.
   * @throws DomainError as {@link preview}; PLAN.CLOSE_STALE with the digest as it is, PLAN.UNDECIDED with each task,
   *   PLAN.TASK_NOT_OPEN, PLAN.CARRY_TO_REQUIRED, PLAN.CARRY_TO_EARLIER, PLAN.CARRY_TO_ANOTHERS,
   *   PLAN.UNIMPLEMENTED_REASON_REQUIRED, PLAN.GIVEN_UP_BY_HEAD, ASSIGNMENT.OWN_REQUEST
   */
  async close(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    digest: string,
    decisions: readonly TaskDecision[],
  ): Promise<ClosedPlan> {
    await assertMayWith(tx, actor, planId, TO_CLOSE);
    const plan = await holdPlan(tx, actor, planId);
    const givenUp = decisions.findIndex(({ decision }) => decision === 'give_up');
    if (givenUp !== -1 && !approves(actor, plan)) {
      throw forbidden(
        'PLAN.GIVEN_UP_BY_HEAD',
        'Only the head of the unit gives something up; have them close the plan.',
        {
          field: `decisions[${givenUp}].decision`,
        },
      );
    }
    const targets = await this.holdTargets(tx, actor, plan, decisions);
    // From the whole to the part, as whoever moves a part locks.
    await tx.query(
      `select id from task where plan_id = $1 order by parent_id is not null, position for no key update`,
      [planId],
    );
    const closing = await this.closingOf(tx, plan);
    if (closing.digest !== digest) {
      throw conflict('PLAN.CLOSE_STALE', 'The plan has changed since you looked at what is open. Look again.', {
        digest: closing.digest,
      });
    }
    const open = closing.tasks.filter((task) => task.isOpen);
    const decided = this.decidedOn(open, decisions);

    const today = localDateOf(at, await this.directory.timeZoneOf(tx, plan.jurisdictionId));
    const carrying = new Map<string, Carrying>(
      [...targets.values()].map((target) => [target.id, this.carrier.begin(actor, at, plan, target, today)]),
    );
    const result: ClosedPlan = { planId, carriedOver: [], givenUp: [], obligations: 0, skipped: [] };
    for (const task of open) {
      const decision = decided.get(task.taskId)!;
      const parts = task.units.filter(({ state }) => !ENDED_STATES.includes(state));
      if (decision.decision === 'give_up') {
        for (const { assignmentId } of parts) {
          await this.assignments.transition(tx, actor, at, assignmentId, {
            event: 'close_unimplemented',
            unimplementedReason: decision.unimplementedReason!,
            reason: decision.reason,
          });
        }
        result.givenUp.push(task.taskId);
        continue;
      }
      const into = carrying.get(decision.toPlanId!)!;
      const carried = await this.carrier.carry(tx, into, task.taskId, decision.reason);
      for (const { assignmentId } of parts) {
        // Of an issued plan its units are told by what they get there.
        const isToldElsewhere = into.target.state === 'issued';
        await this.assignments.cancel(tx, actor, at, assignmentId, 'carried_over', decision.reason, isToldElsewhere);
      }
      await this.recordCarried(tx, actor, at, task.taskId, carried.id, decision.reason);
      result.carriedOver.push({ fromTaskId: task.taskId, toTaskId: carried.id, toPlanId: into.target.id });
    }
    for (const into of carrying.values()) {
      const made = await this.carrier.finish(tx, into);
      result.obligations += made.obligations;
      result.skipped.push(...made.skipped);
    }

    const before = { ...planSnapshot(plan) };
    plan.state = 'closed';
    await tx.getRepository(Plan).save(plan);
    await this.history.append(tx, actor, at, [planChange('plan.closed', plan, before)]);
    return result;
  }

  private async closingOf(tx: EntityManager, plan: Plan): Promise<PlanClosing> {
    if (plan.state === 'draft') {
      throw conflict('PLAN.NOT_ISSUED', 'A draft binds nobody; there is nothing to close.', { planId: plan.id });
    }
    const rows: (Omit<ClosingTask, 'isOpen' | 'units'> & {
      units: (ClosingTask['units'][number] & { version: number })[];
    })[] = await tx.query(
      `select t.id as "taskId", t.parent_id as "parentId", coalesce(t.number, parent.number) as number, t.content, t.state,
         jsonb_agg(jsonb_build_object('assignmentId', a.id, 'unitId', a.unit_id, 'unitName', u.name, 'role', a.role,
           'state', a.state, 'marks', a.marks, 'version', a.version) order by a.id) as units
       from task t join assignment a on a.task_id = t.id join unit u on u.id = a.unit_id
         left join task parent on parent.id = t.parent_id
       where t.plan_id = $1 group by t.id, parent.number order by t.position`,
      [plan.id],
    );
    const digest = createHash('sha256')
      .update(JSON.stringify([plan.version, rows]))
      .digest('hex');
    const tasks = rows.map((row): ClosingTask => ({
      ...row,
      isOpen: row.units.some(({ state }) => !ENDED_STATES.includes(state)),
      units: row.units.map((unit) => {
        const { version: _version, ...shown } = unit;
        return shown;
      }),
    }));
    const count = (test: (task: ClosingTask) => boolean): number => tasks.filter(test).length;
    return {
      planId: plan.id,
      year: plan.year!,
      digest,
      verified: count(({ isOpen, state }) => !isOpen && state === 'verified'),
      ended: count(({ isOpen, state }) => !isOpen && state !== 'verified'),
      open: count(({ isOpen }) => isOpen),
      tasks,
    };
  }

  /** Plans that take tasks over, in the order of their ids. */
  private async holdTargets(
    tx: EntityManager,
    actor: Actor,
    plan: Plan,
    decisions: readonly TaskDecision[],
  ): Promise<Map<string, Plan>> {
    const wanted = new Map<string, number>();
    decisions.forEach(({ decision, toPlanId, unimplementedReason }, i) => {
      if (decision === 'carry_over' && toPlanId === undefined) {
        throw invalid('PLAN.CARRY_TO_REQUIRED', 'Name in "toPlanId" the plan that takes it over.', {
          field: `decisions[${i}].toPlanId`,
        });
      }
      if (decision === 'give_up' && unimplementedReason === undefined) {
        throw invalid('PLAN.UNIMPLEMENTED_REASON_REQUIRED', 'Say in "unimplementedReason" why it is given up.', {
          field: `decisions[${i}].unimplementedReason`,
        });
      }
      if (decision === 'carry_over' && !wanted.has(toPlanId!)) wanted.set(toPlanId!, i);
    });
    const targets = new Map<string, Plan>();
    for (const [id, i] of [...wanted].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const target = await holdPlan(tx, actor, id);
      if (target.jurisdictionId !== plan.jurisdictionId || (target.year ?? 0) <= (plan.year ?? 0)) {
        throw invalid('PLAN.CARRY_TO_EARLIER', 'A task is carried over into a plan of a later year.', {
          field: `decisions[${i}].toPlanId`,
          year: target.year,
        });
      }
      if (target.unitId !== plan.unitId) {
        throw invalid('PLAN.CARRY_TO_ANOTHERS', 'A task is carried over into a plan of the same issuer.', {
          field: `decisions[${i}].toPlanId`,
        });
      }
      targets.set(id, target);
    }
    return targets;
  }

  /** The decision on each open task: its own, or that on the task whose part it is. */
  private decidedOn(open: readonly ClosingTask[], decisions: readonly TaskDecision[]): Map<string, TaskDecision> {
    const byTask = new Map(decisions.map((decision) => [decision.taskId, decision]));
    const known = new Set(open.flatMap(({ taskId, parentId }) => [taskId, parentId]));
    const strangers = decisions.flatMap(({ taskId }, i): Fault[] =>
      known.has(taskId) && byTask.get(taskId) === decisions[i]
        ? []
        : [
            {
              code: 'PLAN.TASK_NOT_OPEN',
              message: `${taskId} is no open task of the plan, or stands here twice.`,
              field: `decisions[${i}].taskId`,
            },
          ],
    );
    if (strangers.length > 0) {
      throw invalid('PLAN.TASK_NOT_OPEN', 'Some decisions are about no open task of the plan.', { faults: strangers });
    }
    const decided = new Map<string, TaskDecision>();
    for (const { taskId, parentId } of open) {
      const decision = byTask.get(taskId) ?? byTask.get(parentId ?? '');
      if (decision) decided.set(taskId, decision);
    }
    const undecided = open.filter(({ taskId }) => !decided.has(taskId));
    const facts = { taskCount: 0, tasksWithoutUnit: 0, unknownUnits: 0, undecidedTasks: undecided.length };
    const decision = decide(planMachine, 'issued', 'close', ['approver'], facts);
    if (decision.ok) return decided;
    if (decision.reason !== 'guard') throw new Error(`an issued plan is closed, and not ${decision.reason}`);
    throw invalid(decision.code, decision.message, {
      field: 'decisions',
      faults: undecided.map(({ taskId, number, content }): Fault => ({
        code: decision.code,
        message: `Nobody has decided on ${number ?? content.slice(0, 20)}.`,
        field: `tasks.${taskId}`,
      })),
    });
  }

  /** Said last of the old task: where it goes on. */
  private async recordCarried(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    taskId: string,
    carriedToTaskId: string,
    reason: string,
  ): Promise<void> {
    const task = await tx.getRepository(Task).findOneByOrFail({ id: taskId });
    const targets = targetsByTask(
      await tx.getRepository(Target).find({ where: { taskId }, order: { position: 'ASC' } }),
    );
    const own = targets.get(taskId) ?? [];
    const change = taskChange('task.carried_over', task, own, { ...taskSnapshot(task, own) }, reason);
    await this.history.append(tx, actor, at, [{ ...change, after: { ...change.after, carriedToTaskId } }]);
  }
}
