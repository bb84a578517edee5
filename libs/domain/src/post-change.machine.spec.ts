import { toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import { postChangeMachine } from './post-change.machine';

// A state that follows; `-`: the state does not know the event.
const TABLE = readTable(`
  event     relation  proposed   confirmed  refused  withdrawn
  confirm   security  confirmed  -          -        -
  confirm   proposer  no         -          -        -
  refuse    security  refused    -          -        -
  refuse    proposer  no         -          -        -
  withdraw  security  no         -          -        -
  withdraw  proposer  withdrawn  -          -        -
`);

describeTable(loosely<unknown>(postChangeMachine), TABLE, { granting: () => null, any: fc.constant(null) }, [
  'confirmed',
  'refused',
  'withdrawn',
]);

it('is drawn as a diagram', () => {
  expect(toMermaid(postChangeMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> proposed
      proposed --> confirmed: confirm
      proposed --> refused: refuse
      proposed --> withdrawn: withdraw
      confirmed --> [*]
      refused --> [*]
      withdrawn --> [*]"
  `);
});
