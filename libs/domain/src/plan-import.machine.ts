import { defineMachine } from '@duban/state-machine';

/** A document on its way to a draft (导入), where reading it takes longer than a request should wait. */
export const planImportMachine = defineMachine<unknown>()({
  name: 'plan_import',
  version: 1,
  initial: 'queued',
  states: { queued: {}, reading: {}, drafted: { terminal: true }, refused: { terminal: true } },
  transitions: [
    { on: 'claim', from: ['queued'], to: 'reading', actors: ['system'] },
    { on: 'retry', from: ['reading'], to: 'queued', actors: ['system'] },
    { on: 'draft', from: ['reading'], to: 'drafted', actors: ['system'] },
    { on: 'refuse', from: ['queued', 'reading'], to: 'refused', actors: ['system'] },
  ],
});

export type PlanImportState = keyof typeof planImportMachine.states;
export type PlanImportEvent = (typeof planImportMachine.transitions)[number]['on'];
export const PLAN_IMPORT_STATES = Object.keys(planImportMachine.states) as PlanImportState[];
