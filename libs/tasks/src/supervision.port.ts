import type { AssignmentEffect, ObjectionOutcome, Policy, ReopenClock, ReorganisationKind } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import type { Actor } from '@duban/history';
import type { EntityManager } from 'typeorm';
import type { Assignment, Role } from './assignment.entity';
import type { Plan } from './plan.entity';
import type { Task } from './task.entity';

/** What an effect of an assignment's transition acts on; the assignment is in its new state. */
export interface AssignmentChange {
  actor: Actor;
  at: Date;
  plan: Pick<Plan, 'id' | 'policyId' | 'policyVersion' | 'unitId'>;
  task: Task;
  assignment: Assignment;
  reason: string | null;
  /** Day by which a returned completion is to be put right; null takes the policy's. */
  rectifyBy: LocalDate | null;
  /** Whose part it was before. */
  fromUnitId: string;
  /** What reopening means for the date of completion, with the new one where it is given. */
  clock: ReopenClock | null;
  dueOn: LocalDate | null;
  /** What the office decided of an objection. */
  outcome: ObjectionOutcome | null;
  /** Whoever decided it tells the unit: a revision, a reorganisation. */
  isToldElsewhere: boolean;
  /** With what conclusion whoever judged it verified or returned it. */
  conclusion: string | null;
}

/** Who did what to a part, when: as much as is needed to settle what is owed of it. */
export type ActedPart = Pick<AssignmentChange, 'actor' | 'at' | 'plan' | 'task' | 'assignment'>;

/** Effects that follow outside this library: what is owed changes with the state. */
export type SupervisionEffect = Exclude<
  AssignmentEffect,
  'record_completion' | 'record_objection' | 'settle_objection' | 'record_verification'
>;

export interface PlanIssue {
  actor: Actor;
  at: Date;
  plan: Plan;
  policy: Policy;
  year: number;
  issuedOn: LocalDate;
  /** Where a reorganisation (机构改革) hands out what was issued before: it tells the units itself. */
  reorganisationId?: string;
  tasks: readonly Task[];
  assignments: readonly Assignment[];
}

/** An obligation that was not made, since it would have been due before the day of issue. */
export interface SkippedObligation {
  taskNumber: string | null;
  unitId: string;
  kind: string;
  subject: string | null;
  dueOn: LocalDate;
}

/** What a revision of the plan means to a unit. */
export type RevisedPart = 'added' | 'removed' | 'leads' | 'supports' | 'changed';

/** A task of an issued plan that a revised document (修订) changed; the task and its assignments are as they are now. */
export interface TaskRevision {
  actor: Actor;
  at: Date;
  plan: Plan;
  policy: Policy;
  /** Null where the office corrects a registered matter (事项更正). */
  revisionId: string | null;
  /** The day on which the task was handed out, where that was not with its plan. */
  handedOutOn?: LocalDate;
  /** The day on which it is taken: what is new is owed from then on. */
  takenOn: LocalDate;
  /** As the task was. */
  before: Pick<Task, 'deadlineDue' | 'milestones'> & Partial<Pick<Task, 'receivedOn' | 'level'>>;
  task: Task;
  /** Assignments that begin or go on, with the role that they had; null where they begin. */
  assignments: readonly { assignment: Assignment; roleBefore: Role | null }[];
  told: readonly { unitId: string; part: RevisedPart }[];
}

/** How a revision changed what is owed. */
export interface RevisedObligations {
  /** Made, or taken up again. */
  obligations: number;
  /** Given another date. */
  rescheduled: number;
  skipped: SkippedObligation[];
}

/** Open work that a reorganisation (机构改革) gives to other units; the assignments are theirs already. */
export interface MovedWork {
  actor: Actor;
  at: Date;
  reason: string;
  jurisdictionId: string;
  effectiveOn: LocalDate;
  parts: readonly { assignmentId: string; planId: string; taskId: string; fromUnitId: string; toUnitId: string }[];
  /** Parts that ended since their unit's successor has another in the same task. */
  merged: readonly { taskId: string; fromUnitId: string; toUnitId: string }[];
  /** Parts that nobody takes over: nothing more is said of them. */
  cancelled: readonly { taskId: string; fromUnitId: string }[];
  /** Units that are gone, with the one that gets what is to be said to them of no part; null where there is none. */
  ended: readonly { unitId: string; successorId: string | null }[];
  /** Who has taken over matters in how many tasks, and the names of those whose they were. */
  told: readonly { unitId: string; from: readonly string[]; count: number }[];
}

/** What a part above a second-level breakdown (二级分解) did that those below it are told. */
export const UPPER_MOVES = [
  'cancelled',
  'not_implemented',
  'suspended',
  'resumed',
  'transferred',
  'reopened',
  'redated',
] as const;
export type UpperMove = (typeof UPPER_MOVES)[number];

/** A task of a second-level breakdown, with whose it is. */
export interface LowerTaskPlace {
  taskId: string;
  planId: string;
  /** The unit whose plan it is in. */
  issuerId: string;
  /** Units with open parts in it. */
  unitIds: string[];
}

export interface UpperMoved {
  at: Date;
  jurisdictionId: string;
  move: UpperMove;
  reason: string | null;
  /** The new date of the part above; null where it is not that which has moved. */
  dueOn: LocalDate | null;
  below: readonly LowerTaskPlace[];
}

/** A reorganisation (机构改革) whose day has come and that could not be carried out. */
export interface FailedReorganisation {
  jurisdictionId: string;
  timeZone: string;
  kind: ReorganisationKind;
  /** Codes of the units that it is about. */
  units: readonly string[];
  effectiveOn: LocalDate;
  /** Why, as a stable code. */
  code: string;
}

/** What a leader's instruction (领导批示) asks of a unit. */
export interface Instructed {
  /** The first, second … of its task. */
  number: number;
  text: string;
  leader: string;
  dueOn: LocalDate;
  /** Why this date. */
  rule: string;
  base: Readonly<Record<string, string>>;
}

/** Somebody from the public is not satisfied (不满意) with what was done. */
export interface Unsatisfied {
  at: Date;
  plan: Pick<Plan, 'id'>;
  task: Task;
  remark: string;
}

/** What units, and the office, are told of what units do together. */
export interface TogetherMessage {
  at: Date;
  planId: string;
  task: Task;
  /** The part that it is about: its unit is named. */
  assignment: Assignment;
  to: readonly string[] | 'office';
  kind:
    | 'contribution_asked'
    | 'contribution_submitted'
    | 'contribution_returned'
    | 'contribution_withdrawn'
    | 'coordination_raised'
    | 'coordination_settled';
  parameters: Readonly<Record<string, unknown>>;
}

/**
 * What this library needs done in its own transactions by the one that keeps the obligations (应办事项). It lies above
 * this library, so it is named here and filled in there. A missing handler is a type error.
 */
export abstract class SupervisionPort {
  abstract readonly effects: Readonly<
    Record<SupervisionEffect, (tx: EntityManager, change: AssignmentChange) => Promise<void>>
  >;

  abstract makeObligations(
    tx: EntityManager,
    issue: PlanIssue,
  ): Promise<{ obligations: number; skipped: SkippedObligation[] }>;

  /**
   * Brings what is owed to what the policy gives after a revision: makes, lapses and gives new dates, and tells the
   * units concerned. What is settled stays as it is.
   */
  abstract reviseObligations(tx: EntityManager, revision: TaskRevision): Promise<RevisedObligations>;

  /**
   * What is owed of the parts, and the notices about it, are those of the units that have the parts now; what is to be
   * said and is not composed yet goes to the same kind of post there. What is settled stays with who settled it.
   */
  abstract moveWork(tx: EntityManager, work: MovedWork): Promise<void>;

  /** The days by which parts are to be complete, as they stand now; a part that owes no completion is absent. */
  abstract completionDays(tx: EntityManager, assignmentIds: readonly string[]): Promise<Map<string, LocalDate>>;

  /** Tells the second level (二级分解), and the unit whose it is, that the part above it has moved. */
  abstract tellBelow(tx: EntityManager, moved: UpperMoved): Promise<void>;
  /** Tells the contacts of units, or the office, what concerns them in a task. */
  abstract tell(tx: EntityManager, message: TogetherMessage): Promise<void>;

  /** Tells the office that a reorganisation waits for it. */
  abstract tellFailed(tx: EntityManager, at: Date, failed: FailedReorganisation): Promise<void>;

  /** Has a unit owe an answer to a leader's instruction, and tells it. */
  abstract instruct(tx: EntityManager, part: ActedPart, instructed: Instructed): Promise<{ obligationId: string }>;

  /** Tells the leads of a task that somebody is not satisfied with it. */
  abstract tellUnsatisfied(tx: EntityManager, unsatisfied: Unsatisfied): Promise<void>;
}
