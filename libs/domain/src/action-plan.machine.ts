import { defineMachine, type Guard } from '@duban/state-machine';

/** What a decision on an action plan (办理方案) rests on. */
export interface ActionPlanFacts {
  /** It is the lead's; another unit's is for the lead to decide on. */
  isLead: boolean;
  /** A lead of the task is left that has not been cancelled. */
  hasLead: boolean;
  /** The person acts as the office (督查室), not as a unit. */
  actsAsOffice: boolean;
  /** It was handed in by this person, by whoever stands in for them or the other way round, or by this person's unit. */
  isOwn: boolean;
  reason: string | null;
}

const notOwn: Guard<ActionPlanFacts> = {
  code: 'ACTION_PLAN.OWN',
  message: 'Nobody approves or returns what they, or their unit, handed in.',
  allows: (f) => !f.isOwn,
};
const decidedByTheRightSide: Guard<ActionPlanFacts> = {
  code: 'ACTION_PLAN.WRONG_APPROVER',
  message: "A lead's action plan is decided on by the office, another unit's by the lead.",
  allows: (f) => (f.isLead || !f.hasLead) === f.actsAsOffice,
};
const reasonGiven: Guard<ActionPlanFacts> = {
  code: 'ACTION_PLAN.REASON_REQUIRED',
  message: 'Say in "reason" what is to be put right.',
  allows: (f) => f.reason !== null && f.reason.trim() !== '',
};

/**
 * One version of an action plan (办理方案). What is returned is handed in again as the next version, and so is what is
 * revised after it was approved: the approved version holds until the next one is. `supersede` is the supervision's own.
 */
export const actionPlanMachine = defineMachine<ActionPlanFacts>()({
  name: 'action_plan',
  version: 1,
  initial: 'submitted',
  states: {
    submitted: {},
    approved: {},
    returned: { terminal: true },
    superseded: { terminal: true },
  },
  transitions: [
    {
      on: 'approve',
      from: ['submitted'],
      to: 'approved',
      actors: ['office', 'lead_unit'],
      guards: [notOwn, decidedByTheRightSide],
      effects: ['put_plan_in_force'],
    },
    {
      on: 'return',
      from: ['submitted'],
      to: 'returned',
      actors: ['office', 'lead_unit'],
      guards: [notOwn, decidedByTheRightSide, reasonGiven],
      effects: ['owe_plan_again'],
    },
    { on: 'supersede', from: ['submitted', 'approved'], to: 'superseded', actors: ['system'] },
  ],
});

export type ActionPlanState = keyof typeof actionPlanMachine.states;
export type ActionPlanEffect = NonNullable<(typeof actionPlanMachine.transitions)[number]['effects']>[number];
export const ACTION_PLAN_STATES = Object.keys(actionPlanMachine.states) as ActionPlanState[];
/** What people may ask for. */
export const ACTION_PLAN_EVENTS = ['approve', 'return'] as const;
