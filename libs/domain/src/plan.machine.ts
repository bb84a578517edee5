import { defineMachine, type Guard } from '@duban/state-machine';

export interface PlanFacts {
  taskCount: number;
  tasksWithoutUnit: number;
  unknownUnits: number;
  /** Tasks with open parts of which nobody has said what becomes of them. */
  undecidedTasks: number;
}

const hasTasks: Guard<PlanFacts> = {
  code: 'PLAN.EMPTY',
  message: 'The plan has no task to issue.',
  allows: (f) => f.taskCount > 0,
};
const everyTaskHasAUnit: Guard<PlanFacts> = {
  code: 'PLAN.TASK_WITHOUT_UNIT',
  message: 'Some tasks name no unit; give each at least one, or take it out.',
  allows: (f) => f.tasksWithoutUnit === 0,
};
const unitsKnown: Guard<PlanFacts> = {
  code: 'PLAN.UNKNOWN_UNIT',
  message: 'Some unit names are not in the directory; import the units, or correct the names.',
  allows: (f) => f.unknownUnits === 0,
};

const everyTaskDecided: Guard<PlanFacts> = {
  code: 'PLAN.UNDECIDED',
  message: 'Say of every open task whether it is carried over or given up.',
  allows: (f) => f.undecidedTasks === 0,
};

/** A responsibility breakdown (责任分解方案): drafted by import, binding once issued, closed at the year's end (年终结转). */
export const planMachine = defineMachine<PlanFacts>()({
  name: 'plan',
  version: 2,
  initial: 'draft',
  states: { draft: {}, issued: {}, closed: { terminal: true } },
  transitions: [
    {
      on: 'issue',
      from: ['draft'],
      to: 'issued',
      actors: ['office'],
      guards: [hasTasks, everyTaskHasAUnit, unitsKnown],
    },
    { on: 'close', from: ['issued'], to: 'closed', actors: ['approver'], guards: [everyTaskDecided] },
  ],
});

export type PlanState = keyof typeof planMachine.states;
export const PLAN_STATES = Object.keys(planMachine.states) as PlanState[];
