import { defineMachine } from '@duban/state-machine';

/**
 * A reorganisation of units (机构改革): proposed, bound by whoever has seen what it does, carried out when its day has
 * come. Carrying it out is nobody's event but the supervision's own, so that it happens on the day and not by hand.
 */
export const reorganisationMachine = defineMachine<unknown>()({
  name: 'reorganisation',
  version: 1,
  initial: 'proposed',
  states: {
    proposed: {},
    confirmed: {},
    carried_out: { terminal: true },
    withdrawn: { terminal: true },
  },
  transitions: [
    { on: 'confirm', from: ['proposed'], to: 'confirmed', actors: ['office'] },
    { on: 'carry_out', from: ['confirmed'], to: 'carried_out', actors: ['system'] },
    { on: 'withdraw', from: ['proposed', 'confirmed'], to: 'withdrawn', actors: ['office'] },
  ],
});

export type ReorganisationState = keyof typeof reorganisationMachine.states;
export type ReorganisationEvent = (typeof reorganisationMachine.transitions)[number]['on'];
export const REORGANISATION_STATES = Object.keys(reorganisationMachine.states) as ReorganisationState[];

/**
 * What happens to units: another name (更名), several into one (合并), one into several (拆分), none any more (撤销),
 * matters from one to another while both go on (职责划转).
 */
export const REORGANISATION_KINDS = ['rename', 'merge', 'split', 'abolish', 'transfer'] as const;
export type ReorganisationKind = (typeof REORGANISATION_KINDS)[number];
