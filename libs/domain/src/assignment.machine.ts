import { defineMachine, type Guard } from '@duban/state-machine';

/** Reasons for which a task may be cancelled (撤销); a closed list, so that cancelled tasks can be counted by it. */
export const CANCEL_REASONS = [
  'merged',
  'policy_changed',
  'duplicate',
  'unit_abolished',
  'superseded',
  'plan_revised',
] as const;
export type CancelReason = (typeof CANCEL_REASONS)[number];

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
  /** Units of the same task, other than leads, that have neither reported nor been verified. */
  unreportedUnits: number;
  goAheadReason: string | null;
  evidenceCount: number;
  /** Targets (量化指标) of the task that a lead's completion report gives no figure for. */
  unmeasuredTargets: number;
  /** Targets whose figure falls short of what was promised. */
  missedTargets: number;
  shortfallReason: string | null;
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

/** One unit's part in one task (责任分工), from being handed out to being verified. */
export const assignmentMachine = defineMachine<AssignmentFacts>()({
  name: 'assignment',
  version: 1,
  initial: 'assigned',
  states: {
    assigned: {},
    in_progress: {},
    reported: {},
    verified: { terminal: true },
    cancelled: { terminal: true },
  },
  transitions: [
    { on: 'sign_for', from: ['assigned'], to: 'in_progress', actors: ['unit'], effects: ['discharge_sign_for'] },
    {
      on: 'report',
      from: ['in_progress'],
      to: 'reported',
      actors: ['unit'],
      guards: [evidenceGiven, targetsMeasured, shortfallExplained, leadWaited],
      effects: ['record_completion', 'discharge_completion'],
    },
    { on: 'withdraw', from: ['reported'], to: 'in_progress', actors: ['unit'], effects: ['reinstate_completion'] },
    {
      on: 'return',
      from: ['reported'],
      to: 'in_progress',
      actors: ['office', 'lead_unit'],
      guards: [notOwnReport, judgedByTheRightSide, reasonGiven],
      effects: ['require_rectification'],
    },
    {
      on: 'verify',
      from: ['reported'],
      to: 'verified',
      actors: ['office', 'lead_unit'],
      guards: [notOwnReport, judgedByTheRightSide],
      effects: ['lapse_obligations'],
    },
    {
      on: 'cancel',
      from: ['assigned', 'in_progress', 'reported'],
      to: 'cancelled',
      actors: ['office'],
      guards: [cancelReasonKnown, reasonGiven],
      effects: ['lapse_obligations'],
    },
  ],
});

export type AssignmentState = keyof typeof assignmentMachine.states;
export type AssignmentEvent = (typeof assignmentMachine.transitions)[number]['on'];
export type AssignmentRelation = (typeof assignmentMachine.transitions)[number]['actors'][number];
export type AssignmentEffect = NonNullable<(typeof assignmentMachine.transitions)[number]['effects']>[number];
export const ASSIGNMENT_STATES = Object.keys(assignmentMachine.states) as AssignmentState[];
export const ASSIGNMENT_EVENTS = [...new Set(assignmentMachine.transitions.map((t) => t.on))];
