import type { AssignmentState } from './assignment.machine';

const ADVANCE: readonly AssignmentState[] = ['assigned', 'in_progress', 'reported', 'verified'];

/**
 * The state of a task from those of its leads, or of a parent from those of its parts: the least advanced decides;
 * what was cancelled does not count unless all of it was.
 */
export function leastAdvanced(states: readonly AssignmentState[]): AssignmentState {
  const alive = states.filter((state) => state !== 'cancelled');
  if (alive.length === 0) return states.length > 0 ? 'cancelled' : 'assigned';
  return alive.reduce((least, state) => (ADVANCE.indexOf(state) < ADVANCE.indexOf(least) ? state : least));
}
