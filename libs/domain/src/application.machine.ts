import { defineMachine, type Guard } from '@duban/state-machine';

/** What a unit may apply for: more time (延期), an end without success (未能办成), a second look at a return (复核). */
export const APPLICATION_KINDS = ['extension', 'close_unimplemented', 'review'] as const;
export type ApplicationKind = (typeof APPLICATION_KINDS)[number];

/** What a decision on an application (申请) rests on; loaded by the caller under the rows' locks. */
export interface ApplicationFacts {
  kind: ApplicationKind;
  /** Whoever decides asked for it themselves, for somebody or through somebody, or it is their unit's. */
  isOwn: boolean;
  /** Of a review: whoever decides returned the completion themselves. */
  isOwnReturn: boolean;
  /** An officer decides on what the policy leaves to the head of the office. */
  isBeyondOfficer: boolean;
  reason: string | null;
  /** The date that is granted lies after the present one; true for what has no date. */
  isLater: boolean;
}

const filled = (text: string | null): boolean => text !== null && text.trim() !== '';

const notOwn: Guard<ApplicationFacts> = {
  code: 'APPLICATION.OWN',
  message: 'Nobody decides on their own application, or their unit’s.',
  allows: (f) => !f.isOwn,
};
const notOwnReturn: Guard<ApplicationFacts> = {
  code: 'APPLICATION.OWN_RETURN',
  message: 'Whoever returned the completion does not review that; somebody else who is head of the office does.',
  allows: (f) => f.kind !== 'review' || !f.isOwnReturn,
};
const withinPowers: Guard<ApplicationFacts> = {
  code: 'EXTENSION.HEAD_DECIDES',
  message: 'An extension this long, or a further one, is for the head of the office to grant.',
  allows: (f) => !f.isBeyondOfficer,
};
const reasonGiven: Guard<ApplicationFacts> = {
  code: 'APPLICATION.REASON_REQUIRED',
  message: 'Say why in "reason".',
  allows: (f) => filled(f.reason),
};
const movesForward: Guard<ApplicationFacts> = {
  code: 'EXTENSION.NOT_LATER',
  message: 'The new date in "dueOn" lies after the present one.',
  allows: (f) => f.kind !== 'extension' || f.isLater,
};

/** An application (申请) about a part: for more time, to end it without success, or to have a return looked at again. */
export const applicationMachine = defineMachine<ApplicationFacts>()({
  name: 'application',
  version: 1,
  initial: 'requested',
  states: {
    requested: {},
    approved: { terminal: true },
    denied: { terminal: true },
    withdrawn: { terminal: true },
  },
  transitions: [
    {
      on: 'approve',
      from: ['requested'],
      to: 'approved',
      actors: ['approver'],
      guards: [notOwn, notOwnReturn, withinPowers, movesForward],
    },
    {
      on: 'deny',
      from: ['requested'],
      to: 'denied',
      actors: ['approver'],
      guards: [notOwn, notOwnReturn, reasonGiven],
    },
    // By the system where what it is about was settled otherwise.
    { on: 'withdraw', from: ['requested'], to: 'withdrawn', actors: ['applicant', 'system'] },
  ],
});

export type ApplicationState = keyof typeof applicationMachine.states;
export type ApplicationEvent = (typeof applicationMachine.transitions)[number]['on'];
export type ApplicationRelation = (typeof applicationMachine.transitions)[number]['actors'][number];
export const APPLICATION_STATES = Object.keys(applicationMachine.states) as [ApplicationState, ...ApplicationState[]];
export const APPLICATION_EVENTS = [...new Set(applicationMachine.transitions.map((t) => t.on))] as [
  ApplicationEvent,
  ...ApplicationEvent[],
];
