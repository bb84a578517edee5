import { toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import { type ContributionFacts, contributionMachine } from './contribution.machine';
import { decide } from '@duban/state-machine';

// A state that follows; `-`: the state does not know the event; `no`: not for this relation.
const TABLE = readTable(`
  event     relation   asked      submitted  returned   accepted  withdrawn
  submit    co_unit    submitted  -          submitted  -         -
  submit    lead_unit  no         -          no         -         -
  return    co_unit    -          no         -          -         -
  return    lead_unit  -          returned   -          -         -
  accept    co_unit    -          no         -          -         -
  accept    lead_unit  -          accepted   -          -         -
  withdraw  co_unit    no         no         no         -         -
  withdraw  lead_unit  withdrawn  withdrawn  withdrawn  -         -
`);
const granting: ContributionFacts = { sentences: 1, reason: '数字有误' };

describeTable(
  loosely<ContributionFacts>(contributionMachine),
  TABLE,
  {
    granting: () => granting,
    any: fc.record({ sentences: fc.nat(2), reason: fc.constantFrom(null, ' ', '数字有误') }),
  },
  ['accepted', 'withdrawn'],
);

it.each([
  ['submit', 'asked', 'co_unit', { sentences: 0 }, 'CONTRIBUTION.TEXT_REQUIRED'],
  ['return', 'submitted', 'lead_unit', { reason: null }, 'CONTRIBUTION.REASON_REQUIRED'],
  ['return', 'submitted', 'lead_unit', { reason: ' ' }, 'CONTRIBUTION.REASON_REQUIRED'],
] as const)('%s in %s by %s with %j is refused by %s', (event, state, relation, facts, code) => {
  const decision = decide(contributionMachine, state, event, [relation], { ...granting, ...facts });
  expect(decision).toMatchObject({ ok: false, code });
});

it('is drawn as a diagram', () => {
  expect(toMermaid(contributionMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> asked
      asked --> submitted: submit
      returned --> submitted: submit
      submitted --> returned: return
      submitted --> accepted: accept
      asked --> withdrawn: withdraw
      submitted --> withdrawn: withdraw
      returned --> withdrawn: withdraw
      accepted --> [*]
      withdrawn --> [*]"
  `);
});
