import { decide, toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import { type CoordinationFacts, coordinationMachine } from './coordination.machine';

// A state that follows; `-`: the state does not know the event; `no`: not for this relation.
const TABLE = readTable(`
  event     relation      raised     settled  withdrawn
  settle    office        settled    -        -
  settle    raising_unit  no         -        -
  withdraw  office        no         -        -
  withdraw  raising_unit  withdrawn  -        -
`);

describeTable(
  loosely<CoordinationFacts>(coordinationMachine),
  TABLE,
  {
    granting: () => ({ decision: '由牵头单位汇总' }),
    any: fc.record({ decision: fc.constantFrom(null, ' ', '由牵头单位汇总') }),
  },
  ['settled', 'withdrawn'],
);

it.each([null, '', ' '])('is not settled by the decision %j', (decision) => {
  expect(decide(coordinationMachine, 'raised', 'settle', ['office'], { decision })).toMatchObject({
    ok: false,
    code: 'COORDINATION.DECISION_REQUIRED',
  });
});

it('is drawn as a diagram', () => {
  expect(toMermaid(coordinationMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> raised
      raised --> settled: settle
      raised --> withdrawn: withdraw
      settled --> [*]
      withdrawn --> [*]"
  `);
});
