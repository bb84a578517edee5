import { defineMachine, type Guard } from '@duban/state-machine';

export interface MeasureFacts {
  text: string | null;
}

const said = (message: string): Guard<MeasureFacts> => ({
  code: 'ACTION_PLAN.TEXT_REQUIRED',
  message,
  allows: (f) => f.text !== null && f.text.trim() !== '',
});

/** A measure (措施) of an action plan, closed item by item (逐项销号) by the unit; who judges the part may open it again. */
export const actionPlanMeasureMachine = defineMachine<MeasureFacts>()({
  name: 'action_plan_measure',
  version: 1,
  initial: 'open',
  states: { open: {}, closed: {} },
  transitions: [
    {
      on: 'close',
      from: ['open'],
      to: 'closed',
      actors: ['unit'],
      guards: [said('Say in "text" what was done.')],
      effects: ['discharge_milestone'],
    },
    {
      on: 'reopen',
      from: ['closed'],
      to: 'open',
      actors: ['unit', 'office', 'lead_unit'],
      guards: [said('Say in "text" why it is not done.')],
      effects: ['owe_milestone_again'],
    },
  ],
});

export type MeasureState = keyof typeof actionPlanMeasureMachine.states;
export type MeasureEffect = NonNullable<(typeof actionPlanMeasureMachine.transitions)[number]['effects']>[number];
export const MEASURE_STATES = Object.keys(actionPlanMeasureMachine.states) as MeasureState[];
export const MEASURE_EVENTS = [...new Set(actionPlanMeasureMachine.transitions.map((t) => t.on))];
