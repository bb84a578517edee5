import { toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import { delegationMachine } from './delegation.machine';

// A state that follows; `-`: the state does not know the event.
const TABLE = readTable(`
  event  relation  standing  ended
  end    maker     ended     -
  end    holder    ended     -
  end    superior  ended     -
  end    system    ended     -
`);

describeTable(loosely<unknown>(delegationMachine), TABLE, { granting: () => null, any: fc.constant(null) }, ['ended']);

it('is not ended by the delegate, nor renewed or prolonged by anybody (objectstack 2764)', () => {
  expect(delegationMachine.transitions.map(({ on }) => on)).toEqual(['end']);
  expect(delegationMachine.transitions.flatMap(({ actors }) => actors)).not.toContain('delegate');
});

it('is drawn as a diagram', () => {
  expect(toMermaid(delegationMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> standing
      standing --> ended: end
      ended --> [*]"
  `);
});
