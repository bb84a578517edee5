import { assignmentMachine, MACHINES } from '@duban/domain';
import { flowOf } from './flow-layout';

describe('the flow of states', () => {
  it.each(MACHINES.map((machine) => [machine.name, machine]))(
    'of %s has each state once and each transition',
    (_, machine) => {
      const { states, arcs, marks } = flowOf(machine);
      expect([...states].toSorted()).toEqual(Object.keys(machine.states).toSorted());
      expect(states[0]).toBe(machine.initial);
      for (const { on, from, to } of machine.transitions) {
        for (const source of from) {
          const isDrawn = arcs.some((arc) => arc.from === source && arc.to === to && arc.events.includes(on));
          const isMark = marks[source]?.includes(on) ?? false;
          expect([on, isDrawn || isMark]).toEqual([on, true]);
        }
      }
    },
  );

  it('puts the states without an exit last', () => {
    const { states } = flowOf(assignmentMachine);
    expect(states.slice(-2).toSorted()).toEqual(['cancelled', 'not_implemented']);
  });
});
