import { defineMachine, type Guard } from '@duban/state-machine';

export interface ConfirmationFacts {
  /** The person handed it in, or stood in for who did. */
  isOwn: boolean;
  reason: string | null;
}

const notOwn: Guard<ConfirmationFacts> = {
  code: 'REPORT.OWN',
  message: 'Nobody confirms what they handed in themselves.',
  allows: (f) => !f.isOwn,
};
const reasonGiven: Guard<ConfirmationFacts> = {
  code: 'REPORT.REASON_REQUIRED',
  message: 'Say in "reason" what is to be put right.',
  allows: (f) => f.reason !== null && f.reason.trim() !== '',
};

/** A report that counts when the head of its unit, or a deputy, has confirmed it (负责人审签); else it is handed in anew. */
export const reportConfirmationMachine = defineMachine<ConfirmationFacts>()({
  name: 'report_confirmation',
  version: 1,
  initial: 'submitted',
  states: {
    submitted: {},
    confirmed: { terminal: true },
    sent_back: { terminal: true },
    superseded: { terminal: true },
  },
  transitions: [
    {
      on: 'confirm',
      from: ['submitted'],
      to: 'confirmed',
      actors: ['head'],
      guards: [notOwn],
      effects: ['count_report'],
    },
    { on: 'send_back', from: ['submitted'], to: 'sent_back', actors: ['head'], guards: [reasonGiven] },
    // Another was handed in, or counts, in its place.
    { on: 'supersede', from: ['submitted'], to: 'superseded', actors: ['system'] },
  ],
});

export type ReportConfirmationState = keyof typeof reportConfirmationMachine.states;
export const REPORT_CONFIRMATION_STATES = Object.keys(reportConfirmationMachine.states) as ReportConfirmationState[];
export const REPORT_CONFIRMATION_EVENTS = ['confirm', 'send_back'] as const;
