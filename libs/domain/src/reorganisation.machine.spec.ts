import { toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import { reorganisationMachine } from './reorganisation.machine';

// A state that follows; `-`: the state does not know the event.
const TABLE = readTable(`
  event      relation  proposed   confirmed    carried_out  withdrawn
  confirm    office    confirmed  -            -            -
  confirm    system    no         -            -            -
  carry_out  office    -          no           -            -
  carry_out  system    -          carried_out  -            -
  withdraw   office    withdrawn  withdrawn    -            -
  withdraw   system    no         no           -            -
`);

describeTable(loosely<unknown>(reorganisationMachine), TABLE, { granting: () => null, any: fc.constant(null) }, [
  'carried_out',
  'withdrawn',
]);

it('is drawn as a diagram', () => {
  expect(toMermaid(reorganisationMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> proposed
      proposed --> confirmed: confirm
      confirmed --> carried_out: carry_out
      proposed --> withdrawn: withdraw
      confirmed --> withdrawn: withdraw
      carried_out --> [*]
      withdrawn --> [*]"
  `);
});
