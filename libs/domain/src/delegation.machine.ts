import { defineMachine } from '@duban/state-machine';

/**
 * Acting for the holder of a post during leave (代行). Its first and last day are its own: that it has not begun, or is
 * over, is read off them and is no state. Who acts by it neither prolongs nor renews it.
 */
export const delegationMachine = defineMachine<unknown>()({
  name: 'delegation',
  version: 1,
  initial: 'standing',
  states: {
    standing: {},
    ended: { terminal: true },
  },
  transitions: [{ on: 'end', from: ['standing'], to: 'ended', actors: ['maker', 'holder', 'superior', 'system'] }],
});

export type DelegationState = keyof typeof delegationMachine.states;
export type DelegationRelation = (typeof delegationMachine.transitions)[number]['actors'][number];
