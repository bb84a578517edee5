import { defineMachine, type Guard } from '@duban/state-machine';

export interface ContributionFacts {
  /** Sentences that are handed in. */
  sentences: number;
  reason: string | null;
}

const sentencesGiven: Guard<ContributionFacts> = {
  code: 'CONTRIBUTION.TEXT_REQUIRED',
  message: 'Give what you contribute in "sentences", or in "text".',
  allows: (f) => f.sentences > 0,
};
const reasonGiven: Guard<ContributionFacts> = {
  code: 'CONTRIBUTION.REASON_REQUIRED',
  message: 'Say in "reason" what is to be put right.',
  allows: (f) => f.reason !== null && f.reason.trim() !== '',
};

/** What a co-unit writes for the report of the lead (供稿), from being asked for to being accepted. */
export const contributionMachine = defineMachine<ContributionFacts>()({
  name: 'contribution',
  version: 1,
  initial: 'asked',
  states: {
    asked: {},
    submitted: {},
    returned: {},
    accepted: { terminal: true },
    withdrawn: { terminal: true },
  },
  transitions: [
    { on: 'submit', from: ['asked', 'returned'], to: 'submitted', actors: ['co_unit'], guards: [sentencesGiven] },
    { on: 'return', from: ['submitted'], to: 'returned', actors: ['lead_unit'], guards: [reasonGiven] },
    { on: 'accept', from: ['submitted'], to: 'accepted', actors: ['lead_unit'] },
    { on: 'withdraw', from: ['asked', 'submitted', 'returned'], to: 'withdrawn', actors: ['lead_unit'] },
  ],
});

export type ContributionState = keyof typeof contributionMachine.states;
export type ContributionEvent = (typeof contributionMachine.transitions)[number]['on'];
export type ContributionRelation = (typeof contributionMachine.transitions)[number]['actors'][number];
export const CONTRIBUTION_STATES = Object.keys(contributionMachine.states) as ContributionState[];
export const CONTRIBUTION_EVENTS = [...new Set(contributionMachine.transitions.map((t) => t.on))];
/** States in which the co-unit has still to write. */
export const AWAITED_CONTRIBUTIONS: readonly ContributionState[] = ['asked', 'returned'];
