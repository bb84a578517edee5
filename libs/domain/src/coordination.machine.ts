import { defineMachine, type Guard } from '@duban/state-machine';

export interface CoordinationFacts {
  decision: string | null;
}

const decisionGiven: Guard<CoordinationFacts> = {
  code: 'COORDINATION.DECISION_REQUIRED',
  message: 'Say in "decision" what holds from now on.',
  allows: (f) => f.decision !== null && f.decision.trim() !== '',
};

/** A disagreement between the units of a task that the office settles (协调). Whoever raised it may withdraw it. */
export const coordinationMachine = defineMachine<CoordinationFacts>()({
  name: 'coordination',
  version: 1,
  initial: 'raised',
  states: {
    raised: {},
    settled: { terminal: true },
    withdrawn: { terminal: true },
  },
  transitions: [
    { on: 'settle', from: ['raised'], to: 'settled', actors: ['office'], guards: [decisionGiven] },
    { on: 'withdraw', from: ['raised'], to: 'withdrawn', actors: ['raising_unit'] },
  ],
});

export type CoordinationState = keyof typeof coordinationMachine.states;
export type CoordinationRelation = (typeof coordinationMachine.transitions)[number]['actors'][number];
export const COORDINATION_STATES = Object.keys(coordinationMachine.states) as CoordinationState[];
export const COORDINATION_EVENTS = [...new Set(coordinationMachine.transitions.map((t) => t.on))];
