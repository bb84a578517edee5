import { ASSIGNMENT_STATES, type AssignmentState, DROPPED_STATES } from './assignment.machine';

/**
 * The state of a task from those of its leads, or of a parent from those of its parts: the least advanced decides. What
 * was cancelled does not count unless all of it was; what was not implemented (未能办成) counts when nothing else is left
 * to do, since a task that failed in a part of it has not succeeded.
 */
export function leastAdvanced(states: readonly AssignmentState[]): AssignmentState {
  const alive = states.filter((state) => !isDropped(state));
  const hasFailed = states.includes('not_implemented');
  if (alive.length === 0) return hasFailed ? 'not_implemented' : states.length > 0 ? 'cancelled' : 'assigned';
  const least = alive.reduce((one, state) => (advanceOf(state) < advanceOf(one) ? state : one));
  return least === 'verified' && hasFailed ? 'not_implemented' : least;
}

const advanceOf = (state: AssignmentState): number => ASSIGNMENT_STATES.indexOf(state);
const isDropped = (state: AssignmentState): boolean => (DROPPED_STATES as readonly AssignmentState[]).includes(state);
