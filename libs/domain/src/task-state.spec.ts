import fc from 'fast-check';
import { ASSIGNMENT_STATES, type AssignmentState } from './assignment.machine';
import { leastAdvanced } from './task-state';

describe('leastAdvanced', () => {
  it.each<[AssignmentState[], AssignmentState, string]>([
    [['assigned'], 'assigned', 'one lead'],
    [['verified'], 'verified', 'one lead, done'],
    [['verified', 'in_progress', 'reported'], 'in_progress', 'several leads: the least advanced decides'],
    [['reported', 'assigned', 'verified'], 'assigned', 'one has not even signed for it'],
    [['verified', 'reported'], 'reported', 'a task is not done while one lead waits for the office'],
    [['verified', 'verified'], 'verified', 'all done'],
    [['cancelled', 'verified'], 'verified', 'what was cancelled does not hold up the rest'],
    [['cancelled', 'assigned'], 'assigned', 'nor does it end the rest'],
    [['cancelled', 'cancelled'], 'cancelled', 'all of it was cancelled'],
    [[], 'assigned', 'nothing yet'],
  ])('%j gives %s: %s', (states, expected) => {
    expect(leastAdvanced(states)).toBe(expected);
  });

  const states = fc.array(fc.constantFrom(...ASSIGNMENT_STATES), { minLength: 1, maxLength: 12 });
  const shuffled = states.chain((list) =>
    fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
  );

  it('does not depend on the order', () => {
    fc.assert(fc.property(shuffled, ([list, other]) => expect(leastAdvanced(other)).toBe(leastAdvanced(list))));
  });

  it('is the state of one of them', () => {
    fc.assert(fc.property(states, (list) => expect(list).toContain(leastAdvanced(list))));
  });

  it('does not change when a cancelled one joins', () => {
    fc.assert(fc.property(states, (list) => expect(leastAdvanced([...list, 'cancelled'])).toBe(leastAdvanced(list))));
  });

  it('may be taken in parts: a parent of parts has the state of all their leads together', () => {
    fc.assert(
      fc.property(states, states, (one, other) => {
        expect(leastAdvanced([leastAdvanced(one), leastAdvanced(other)])).toBe(leastAdvanced([...one, ...other]));
      }),
    );
  });
});
