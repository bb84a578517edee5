import { ASSIGNMENT_STATES, type AssignmentState } from './assignment.machine';
import { leastAdvanced } from './task-state';

/** 亮灯, from the best to the worst. */
const LIGHTS_BY_GRAVITY = ['green', 'yellow', 'red'] as const;
type Light = (typeof LIGHTS_BY_GRAVITY)[number];

/** A task of a second-level breakdown (二级分解), with what hangs below it: its parts, and breakdowns of its own parts. */
export interface LowerTask {
  state: AssignmentState;
  /** Of itself alone; null where it has none. */
  light: Light | null;
  /** When the next of what is owed in it is due. */
  nextDueAt: Date | null;
  below: readonly LowerTask[];
}

/** What the upper level is told of the second level under one of its parts. */
export interface RollUp {
  tasks: number;
  byState: Readonly<Record<AssignmentState, number>>;
  /** Null where there are no tasks. */
  leastAdvanced: AssignmentState | null;
  /** Each task by the worst light of it and all below it; tasks without any light are left out. */
  lights: Readonly<Record<Light, number>>;
  nextDueAt: Date | null;
  /** Of the tasks that have not been cancelled, the share that is verified; 0 where there are none. */
  shareDone: number;
}

/** Progress and lights of a second level, for the level above (汇总). */
export function rollUp(tasks: readonly LowerTask[]): RollUp {
  const byState = Object.fromEntries(ASSIGNMENT_STATES.map((state) => [state, 0])) as Record<AssignmentState, number>;
  const lights: Record<Light, number> = { green: 0, yellow: 0, red: 0 };
  for (const task of tasks) {
    byState[task.state]++;
    const light = worstLight(task);
    if (light !== null) lights[light]++;
  }
  const counted = tasks.length - byState.cancelled;
  return {
    tasks: tasks.length,
    byState,
    leastAdvanced: tasks.length === 0 ? null : leastAdvanced(tasks.map(({ state }) => state)),
    lights,
    nextDueAt: earliest(tasks.map(nextDueOf)),
    shareDone: counted === 0 ? 0 : byState.verified / counted,
  };
}

/** The worst light of a task and all that hangs below it: what is late far down is seen at the top. */
export function worstLight({ light, below }: LowerTask): Light | null {
  return [light, ...below.map(worstLight)].reduce((worst, one) => (gravity(one) > gravity(worst) ? one : worst), null);
}

const nextDueOf = ({ nextDueAt, below }: LowerTask): Date | null => earliest([nextDueAt, ...below.map(nextDueOf)]);

const gravity = (light: Light | null): number => (light === null ? -1 : LIGHTS_BY_GRAVITY.indexOf(light));

const earliest = (instants: readonly (Date | null)[]): Date | null =>
  instants.reduce((first, one) => (first === null || (one !== null && one < first) ? one : first), null);

/** Levels from the government down to a section (市、区、局、科室): so many plans may hang one under another. */
export const MOST_PLAN_LEVELS = 3;
