import { defineMachine, type Guard } from '@duban/state-machine';

/** Reasons for which a task may be cancelled (撤销); a closed list, so that cancelled tasks can be counted by it. */
export const CANCEL_REASONS = [
  'merged',
  'policy_changed',
  'duplicate',
  'unit_abolished',
  'superseded',
  'plan_revised',
  'group_completed',
  'carried_over',
] as const;
export type CancelReason = (typeof CANCEL_REASONS)[number];

/** Reasons for which a part ends without success (未能办成); closed, too. After 連江's list of what may be withdrawn. */
export const UNIMPLEMENTED_REASONS = [
  'law_changed',
  'policy_changed',
  'funds_withdrawn',
  'force_majeure',
  'not_feasible',
  'others_did_not_act',
  'given_up',
] as const;
export type UnimplementedReason = (typeof UNIMPLEMENTED_REASONS)[number];

/** What becomes of an objection (异议): the unit keeps its part, another gets it, or nobody does. */
export const OBJECTION_OUTCOMES = ['rejected', 'transferred', 'cancelled'] as const;
export type ObjectionOutcome = (typeof OBJECTION_OUTCOMES)[number];

/**
 * What reopening (重新办理) means for the date of completion: it stays and may be past, it moves by the time for which
 * the part counted as done, or it is another that is given.
 */
export const REOPEN_CLOCKS = ['same_date', 'stopped', 'new_date'] as const;
export type ReopenClock = (typeof REOPEN_CLOCKS)[number];

/** Whether a part may go to a unit, and why not. */
export type TransferTarget = 'fine' | 'missing' | 'same_unit' | 'has_a_part';

/** What a decision on an assignment (责任分工) rests on; loaded by the caller under the row's lock. */
export interface AssignmentFacts {
  isLead: boolean;
  /** A lead of the task is left that has not been cancelled: it judges the parts of the other units. */
  hasLead: boolean;
  /** The person acts as the office (督查室), not as a unit. */
  actsAsOffice: boolean;
  /** The report under judgement was made by this person, by whoever stands in for them or the other way round, or by this person's unit. */
  isOwnReport: boolean;
  reason: string | null;
  cancelReason: string | null;
  unimplementedReason: string | null;
  /** Whoever decides asked for it themselves: nobody approves their own. */
  isOwnRequest: boolean;
  /** A review (复核) of the return was asked for and upheld. */
  isReviewUpheld: boolean;
  /** The time in which a unit may say that a matter is not its own has not passed. */
  mayStillObject: boolean;
  objectionOutcome: string | null;
  transferTo: TransferTarget;
  reopenClock: string | null;
  /** A new day by which it is to be completed, after today, where one is given. */
  newDate: 'missing' | 'past' | 'fine';
  /** Day on which a suspension (中止) ends by itself, after today and within its longest time. */
  resumeOn: 'missing' | 'past' | 'too_far' | 'fine';
  /** The unit has another open part in the task meanwhile. */
  hasAnotherPart: boolean;
  /** Units of the same task, other than leads, that have neither reported nor been verified. */
  unreportedUnits: number;
  /** Tasks of the unit's own breakdown (二级分解) of this part that have not ended. */
  openBelow: number;
  goAheadReason: string | null;
  evidenceCount: number;
  /** Targets (量化指标) of the task that a lead's completion report gives no figure for. */
  unmeasuredTargets: number;
  /** Targets whose figure falls short of what was promised. */
  missedTargets: number;
  shortfallReason: string | null;
  /** The task is returned as a whole, with the parts of all units. */
  returnsWhole: boolean;
}

const filled = (text: string | null): boolean => text !== null && text.trim() !== '';

const reasonGiven: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.REASON_REQUIRED',
  message: 'Say why in "reason".',
  allows: (f) => filled(f.reason),
};
const cancelReasonKnown: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.CANCEL_REASON_UNKNOWN',
  message: `Give "cancelReason", one of: ${CANCEL_REASONS.join(', ')}.`,
  allows: (f) => (CANCEL_REASONS as readonly (string | null)[]).includes(f.cancelReason),
};
const unimplementedReasonKnown: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.UNIMPLEMENTED_REASON_UNKNOWN',
  message: `Give "unimplementedReason", one of: ${UNIMPLEMENTED_REASONS.join(', ')}.`,
  allows: (f) => (UNIMPLEMENTED_REASONS as readonly (string | null)[]).includes(f.unimplementedReason),
};
const notOwnRequest: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.OWN_REQUEST',
  message: 'Nobody approves what they asked for themselves.',
  allows: (f) => !f.isOwnRequest,
};
const reviewUpheld: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.NO_REVIEW',
  message: 'A return is annulled by an approved review alone; the unit applies for it.',
  allows: (f) => f.isReviewUpheld,
};
const withinWindow: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.OBJECTION_TOO_LATE',
  message: 'The time to object is over; sign for the task, or ask the office to transfer it.',
  allows: (f) => f.mayStillObject,
};
const outcomeKnown: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.OBJECTION_OUTCOME_UNKNOWN',
  message: `Give "outcome", one of: ${OBJECTION_OUTCOMES.join(', ')}.`,
  allows: (f) => (OBJECTION_OUTCOMES as readonly (string | null)[]).includes(f.objectionOutcome),
};
const goesToAUnit: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.TRANSFER_TO_REQUIRED',
  message: 'Name in "toUnit" the unit that gets it, by its code.',
  allows: (f) => f.transferTo !== 'missing',
};
const goesToAnother: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.TRANSFER_TO_SAME_UNIT',
  message: 'The unit in "toUnit" has the part already.',
  allows: (f) => f.transferTo !== 'same_unit',
};
const goesWhereNoneIs: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.UNIT_HAS_PART',
  message: 'The unit in "toUnit" has an open part in the task. Cancel one of them instead.',
  allows: (f) => f.transferTo !== 'has_a_part',
};
const whereSettledSo = (guard: Guard<AssignmentFacts>): Guard<AssignmentFacts> => ({
  ...guard,
  allows: (f) => f.objectionOutcome !== 'transferred' || guard.allows(f),
});
const cancelledWithReason: Guard<AssignmentFacts> = {
  ...cancelReasonKnown,
  allows: (f) => f.objectionOutcome !== 'cancelled' || cancelReasonKnown.allows(f),
};
const resumesSomeDay: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.RESUME_ON_REQUIRED',
  message: 'Say in "resumeOn" on which day it goes on: nothing is suspended for ever.',
  allows: (f) => f.resumeOn !== 'missing',
};
const resumesLater: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.RESUME_ON_PAST',
  message: 'The day in "resumeOn" lies after today.',
  allows: (f) => f.resumeOn !== 'past',
};
const resumesInTime: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.RESUME_ON_TOO_FAR',
  message: 'A suspension lasts a year at most. Suspend it again then, or end the part.',
  allows: (f) => f.resumeOn !== 'too_far',
};
const clockDeclared: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.REOPEN_CLOCK_REQUIRED',
  message: `Say in "clock" what it means for the date: ${REOPEN_CLOCKS.join(', ')}.`,
  allows: (f) => (REOPEN_CLOCKS as readonly (string | null)[]).includes(f.reopenClock),
};
const newDateGiven: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.NEW_DATE_REQUIRED',
  message: 'Give the new date of completion in "dueOn".',
  allows: (f) => f.reopenClock !== 'new_date' || f.newDate !== 'missing',
};
const newDateToCome: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.NEW_DATE_PAST',
  message: 'The date in "dueOn" lies after today.',
  allows: (f) => f.newDate !== 'past',
};
const onlyPart: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.UNIT_HAS_PART',
  message: 'The unit has another open part in the task by now; that one goes on.',
  allows: (f) => !f.hasAnotherPart,
};
const notOwnReport: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.OWN_REPORT',
  message: 'Nobody verifies or returns what they, or their unit, reported.',
  allows: (f) => !f.isOwnReport,
};
const judgedByTheRightSide: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.WRONG_VERIFIER',
  message: "A lead's part is verified by the office, another unit's part by the lead.",
  allows: (f) => (f.isLead || !f.hasLead) === f.actsAsOffice,
};
const returnedByTheRightSide: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.WRONG_VERIFIER',
  message: "A lead's part is returned by the office, another unit's part by the lead or the office.",
  allows: (f) => f.actsAsOffice || judgedByTheRightSide.allows(f),
};
const wholeFromTheLead: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.WHOLE_FROM_LEAD',
  message: "The whole is returned by the office, with a lead's part.",
  allows: (f) => !f.returnsWhole || (f.actsAsOffice && (f.isLead || !f.hasLead)),
};
const evidenceGiven: Guard<AssignmentFacts> = {
  code: 'REPORT.EVIDENCE_REQUIRED',
  message: 'A completion report needs at least one piece of evidence in "evidence".',
  allows: (f) => f.evidenceCount > 0,
};
const targetsMeasured: Guard<AssignmentFacts> = {
  code: 'REPORT.MEASUREMENT_REQUIRED',
  message: 'The lead gives a figure for each target of the task in "measurements".',
  allows: (f) => !f.isLead || f.unmeasuredTargets === 0,
};
const shortfallExplained: Guard<AssignmentFacts> = {
  code: 'REPORT.SHORTFALL_REASON_REQUIRED',
  message: 'A figure below its target needs "shortfallReason".',
  allows: (f) => f.missedTargets === 0 || filled(f.shortfallReason),
};
const leadWaited: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.UNITS_NOT_READY',
  message: 'The lead reports after every responsible unit, or says in "goAheadReason" why it goes ahead.',
  allows: (f) => !f.isLead || f.unreportedUnits === 0 || filled(f.goAheadReason),
};
const breakdownDone: Guard<AssignmentFacts> = {
  code: 'ASSIGNMENT.BREAKDOWN_OPEN',
  message:
    'Tasks of the second-level breakdown (二级分解) of this part are open; wait for them, or say in "goAheadReason" why not.',
  allows: (f) => f.openBelow === 0 || filled(f.goAheadReason),
};

/**
 * One unit's part in one task (责任分工), from being handed out to being verified. Whatever happens to it otherwise stands
 * beside the state as a mark: `suspended` (中止), and `objected` while the office has not answered the unit that says
 * that the matter is not its own.
 */
export const assignmentMachine = defineMachine<AssignmentFacts>()({
  name: 'assignment',
  version: 2,
  initial: 'assigned',
  // From the least advanced to the most: a task is as far as its least advanced lead.
  states: {
    assigned: {},
    in_progress: {},
    reported: {},
    verified: {},
    cancelled: { terminal: true },
    not_implemented: { terminal: true },
  },
  marks: ['suspended', 'objected'],
  transitions: [
    {
      on: 'sign_for',
      from: ['assigned'],
      to: 'in_progress',
      barredBy: ['suspended', 'objected'],
      actors: ['unit'],
      effects: ['discharge_sign_for'],
    },
    {
      on: 'object',
      from: ['assigned'],
      barredBy: ['suspended', 'objected'],
      sets: 'objected',
      actors: ['unit'],
      guards: [withinWindow, reasonGiven],
      effects: ['record_objection', 'stop_clock', 'tell_objection'],
    },
    {
      on: 'withdraw_objection',
      from: ['assigned'],
      needs: ['objected'],
      clears: 'objected',
      actors: ['unit'],
      effects: ['settle_objection', 'start_clock'],
    },
    {
      on: 'settle_objection',
      from: ['assigned'],
      needs: ['objected'],
      clears: 'objected',
      actors: ['office'],
      guards: [
        outcomeKnown,
        reasonGiven,
        whereSettledSo(goesToAUnit),
        whereSettledSo(goesToAnother),
        whereSettledSo(goesWhereNoneIs),
        cancelledWithReason,
      ],
      effects: ['settle_objection', 'start_clock', 'tell_settled'],
    },
    {
      on: 'report',
      from: ['in_progress'],
      to: 'reported',
      barredBy: ['suspended'],
      actors: ['unit'],
      guards: [evidenceGiven, targetsMeasured, shortfallExplained, leadWaited, breakdownDone],
      effects: ['record_completion', 'discharge_completion'],
    },
    {
      on: 'withdraw',
      from: ['reported'],
      to: 'in_progress',
      barredBy: ['suspended'],
      actors: ['unit'],
      effects: ['reinstate_completion'],
    },
    {
      on: 'return',
      from: ['reported'],
      to: 'in_progress',
      barredBy: ['suspended'],
      actors: ['office', 'lead_unit'],
      guards: [notOwnReport, returnedByTheRightSide, wholeFromTheLead, reasonGiven],
      effects: ['record_verification', 'require_rectification'],
    },
    {
      on: 'restore',
      from: ['in_progress'],
      to: 'reported',
      barredBy: ['suspended'],
      actors: ['office'],
      guards: [reviewUpheld],
      effects: ['restore_completion'],
    },
    {
      on: 'verify',
      from: ['reported'],
      to: 'verified',
      barredBy: ['suspended'],
      actors: ['office', 'lead_unit'],
      guards: [notOwnReport, judgedByTheRightSide],
      effects: ['record_verification', 'lapse_obligations', 'tell_verified'],
    },
    {
      on: 'reopen',
      from: ['verified'],
      to: 'in_progress',
      actors: ['office'],
      guards: [reasonGiven, onlyPart, clockDeclared, newDateGiven, newDateToCome],
      effects: ['reopen_obligations'],
    },
    {
      on: 'suspend',
      from: ['assigned', 'in_progress', 'reported'],
      barredBy: ['suspended'],
      sets: 'suspended',
      actors: ['office'],
      guards: [reasonGiven, resumesSomeDay, resumesLater, resumesInTime],
      effects: ['stop_clock', 'tell_suspended'],
    },
    {
      on: 'resume',
      from: ['assigned', 'in_progress', 'reported'],
      needs: ['suspended'],
      clears: 'suspended',
      actors: ['office'],
      effects: ['start_clock', 'tell_resumed'],
    },
    {
      on: 'transfer',
      from: ['assigned', 'in_progress', 'reported'],
      to: 'assigned',
      barredBy: ['suspended', 'objected'],
      actors: ['office'],
      guards: [goesToAUnit, goesToAnother, goesWhereNoneIs, reasonGiven],
      effects: ['hand_over'],
    },
    {
      on: 'cancel',
      from: ['assigned', 'in_progress', 'reported'],
      to: 'cancelled',
      actors: ['office'],
      guards: [cancelReasonKnown, reasonGiven],
      effects: ['lapse_obligations', 'tell_ended'],
    },
    {
      on: 'close_unimplemented',
      from: ['assigned', 'in_progress', 'reported'],
      to: 'not_implemented',
      actors: ['approver'],
      guards: [unimplementedReasonKnown, reasonGiven, notOwnRequest],
      effects: ['lapse_obligations', 'tell_ended'],
    },
  ],
});

export type AssignmentState = keyof typeof assignmentMachine.states;
export type AssignmentMark = NonNullable<typeof assignmentMachine.marks>[number];
export type AssignmentEvent = (typeof assignmentMachine.transitions)[number]['on'];
export type AssignmentRelation = (typeof assignmentMachine.transitions)[number]['actors'][number];
export type AssignmentEffect = NonNullable<(typeof assignmentMachine.transitions)[number]['effects']>[number];
export const ASSIGNMENT_STATES = Object.keys(assignmentMachine.states) as AssignmentState[];
export const ASSIGNMENT_MARKS = assignmentMachine.marks ?? [];
export const ASSIGNMENT_EVENTS = [...new Set(assignmentMachine.transitions.map((t) => t.on))];

/** States in which nothing more is asked of the unit; of these, only what was verified may be opened again. */
export const ENDED_STATES: readonly AssignmentState[] = ['verified', 'cancelled', 'not_implemented'];
/** States in which something is still asked of somebody, from the least advanced to the most. */
export const OPEN_STATES = ASSIGNMENT_STATES.filter((state): state is OpenState => !ENDED_STATES.includes(state));
export type OpenState = Exclude<AssignmentState, 'verified' | DroppedState>;
/** States of a part that its task goes on without. */
export const DROPPED_STATES = ['cancelled', 'not_implemented'] as const satisfies readonly AssignmentState[];
export type DroppedState = (typeof DROPPED_STATES)[number];
