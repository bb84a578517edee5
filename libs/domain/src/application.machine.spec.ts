import { decide, toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import { APPLICATION_KINDS, type ApplicationFacts, applicationMachine } from './application.machine';

// A state that follows; `-`: the state does not know the event; `no`: this relation may not.
const TABLE = readTable(`
  event     relation   requested  approved  denied  withdrawn
  approve   approver   approved   -         -       -
  approve   applicant  no         -         -       -
  approve   system     no         -         -       -
  deny      approver   denied     -         -       -
  deny      applicant  no         -         -       -
  deny      system     no         -         -       -
  withdraw  approver   no         -         -       -
  withdraw  applicant  withdrawn  -         -       -
  withdraw  system     withdrawn  -         -       -
`);

const FINE: ApplicationFacts = {
  kind: 'extension',
  isOwn: false,
  isOwnReturn: false,
  isBeyondOfficer: false,
  reason: '情况属实',
  isLater: true,
};

describeTable(
  loosely<ApplicationFacts>(applicationMachine),
  TABLE,
  {
    granting: () => FINE,
    any: fc.record({
      kind: fc.constantFrom(...APPLICATION_KINDS),
      isOwn: fc.boolean(),
      isOwnReturn: fc.boolean(),
      isBeyondOfficer: fc.boolean(),
      reason: fc.constantFrom(null, ' ', '情况属实'),
      isLater: fc.boolean(),
    }),
  },
  ['approved', 'denied', 'withdrawn'],
);

it.each<['approve' | 'deny', Partial<ApplicationFacts>, string | null]>([
  ['approve', {}, null],
  ['approve', { reason: null }, null],
  ['deny', { reason: ' ' }, 'APPLICATION.REASON_REQUIRED'],
  ['approve', { isOwn: true }, 'APPLICATION.OWN'],
  ['deny', { isOwn: true }, 'APPLICATION.OWN'],
  ['approve', { isLater: false }, 'EXTENSION.NOT_LATER'],
  ['deny', { isLater: false }, null],
  ['approve', { kind: 'review', isLater: false }, null],
  ['approve', { kind: 'review', isOwnReturn: true }, 'APPLICATION.OWN_RETURN'],
  ['deny', { kind: 'review', isOwnReturn: true }, 'APPLICATION.OWN_RETURN'],
  ['approve', { kind: 'extension', isOwnReturn: true }, null],
  ['approve', { isBeyondOfficer: true }, 'EXTENSION.HEAD_DECIDES'],
  ['deny', { isBeyondOfficer: true }, null],
])('to %s with %j gives %s', (event, facts, code) => {
  const decision = decide(applicationMachine, 'requested', event, ['approver'], { ...FINE, ...facts });
  expect(decision.ok ? null : decision.reason === 'guard' ? decision.code : decision.reason).toBe(code);
});

it('is drawn as a diagram', () => {
  expect(toMermaid(applicationMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> requested
      requested --> approved: approve
      requested --> denied: deny
      requested --> withdrawn: withdraw
      approved --> [*]
      denied --> [*]
      withdrawn --> [*]"
  `);
});
