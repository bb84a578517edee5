import { defineMachine } from '@duban/state-machine';

/**
 * A post that somebody is to be given, or to lose (授权). The system administrator proposes, the security administrator
 * confirms; each waits for the other, so that neither makes an account and its rights alone (三员分立).
 */
export const postChangeMachine = defineMachine<unknown>()({
  name: 'post_change',
  version: 1,
  initial: 'proposed',
  states: {
    proposed: {},
    confirmed: { terminal: true },
    refused: { terminal: true },
    withdrawn: { terminal: true },
  },
  transitions: [
    { on: 'confirm', from: ['proposed'], to: 'confirmed', actors: ['security'] },
    { on: 'refuse', from: ['proposed'], to: 'refused', actors: ['security'] },
    { on: 'withdraw', from: ['proposed'], to: 'withdrawn', actors: ['proposer'] },
  ],
});

export type PostChangeState = keyof typeof postChangeMachine.states;
export type PostChangeEvent = (typeof postChangeMachine.transitions)[number]['on'];
