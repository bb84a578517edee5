import { decide, toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import {
  ASSIGNMENT_STATES,
  type AssignmentEvent,
  type AssignmentFacts,
  assignmentMachine,
  type AssignmentRelation,
  type AssignmentState,
  CANCEL_REASONS,
} from './assignment.machine';

// A state that follows; `-`: the state does not know the event; `no`: this relation may not.
const TABLE = readTable(`
  event     relation   assigned     in_progress  reported     verified  cancelled
  sign_for  unit       in_progress  -            -            -         -
  sign_for  lead_unit  no           -            -            -         -
  sign_for  office     no           -            -            -         -
  report    unit       -            reported     -            -         -
  report    lead_unit  -            no           -            -         -
  report    office     -            no           -            -         -
  withdraw  unit       -            -            in_progress  -         -
  withdraw  lead_unit  -            -            no           -         -
  withdraw  office     -            -            no           -         -
  return    unit       -            -            no           -         -
  return    lead_unit  -            -            in_progress  -         -
  return    office     -            -            in_progress  -         -
  verify    unit       -            -            no           -         -
  verify    lead_unit  -            -            verified     -         -
  verify    office     -            -            verified     -         -
  cancel    unit       no           no           no           -         -
  cancel    lead_unit  no           no           no           -         -
  cancel    office     cancelled    cancelled    cancelled    -         -
`);

/** A lead's part under the office's judgement, with all that anybody may ask for. */
const FINE: AssignmentFacts = {
  isLead: true,
  hasLead: true,
  actsAsOffice: true,
  isOwnReport: false,
  reason: '材料不全',
  cancelReason: 'merged',
  unreportedUnits: 0,
  goAheadReason: null,
  evidenceCount: 1,
  unmeasuredTargets: 0,
  missedTargets: 0,
  shortfallReason: null,
};

const text = fc.constantFrom(null, '', '  ', '确有必要');
const few = fc.constantFrom(0, 1);
const anyFacts: fc.Arbitrary<AssignmentFacts> = fc.record({
  isLead: fc.boolean(),
  hasLead: fc.constantFrom(true, true, true, false),
  actsAsOffice: fc.boolean(),
  isOwnReport: fc.boolean(),
  reason: text,
  cancelReason: fc.constantFrom(null, ...CANCEL_REASONS, 'forgotten'),
  unreportedUnits: few,
  goAheadReason: text,
  evidenceCount: few,
  unmeasuredTargets: few,
  missedTargets: few,
  shortfallReason: text,
});

describeTable(
  loosely<AssignmentFacts>(assignmentMachine),
  TABLE,
  {
    granting: ({ relation }) =>
      relation === 'lead_unit' ? { ...FINE, isLead: false, actsAsOffice: false } : { ...FINE },
    any: anyFacts,
  },
  ['verified', 'cancelled'],
);

/** What a guard says: the code of the refusal, or null where it lets the event pass. */
function refusal(
  state: AssignmentState,
  event: AssignmentEvent,
  relation: AssignmentRelation,
  facts: Partial<AssignmentFacts>,
): string | null {
  const decision = decide(assignmentMachine, state, event, [relation], { ...FINE, ...facts });
  if (decision.ok) return null;
  return decision.reason === 'guard' ? decision.code : decision.reason;
}

describe('a completion report', () => {
  it.each<[string, Partial<AssignmentFacts>, string | null]>([
    ['with one piece of evidence', { evidenceCount: 1 }, null],
    ['without evidence', { evidenceCount: 0 }, 'REPORT.EVIDENCE_REQUIRED'],
    ['of the lead, a target without a figure', { unmeasuredTargets: 1 }, 'REPORT.MEASUREMENT_REQUIRED'],
    ['of another unit, a target without a figure', { isLead: false, unmeasuredTargets: 1 }, null],
    ['below target, without a reason', { missedTargets: 1 }, 'REPORT.SHORTFALL_REASON_REQUIRED'],
    [
      'below target, with blanks for a reason',
      { missedTargets: 1, shortfallReason: ' \t' },
      'REPORT.SHORTFALL_REASON_REQUIRED',
    ],
    ['below target, with a reason', { missedTargets: 1, shortfallReason: '汛期停工' }, null],
    [
      'of another unit, below target, without a reason',
      { isLead: false, missedTargets: 1 },
      'REPORT.SHORTFALL_REASON_REQUIRED',
    ],
    ['of the lead, before another unit has reported', { unreportedUnits: 1 }, 'ASSIGNMENT.UNITS_NOT_READY'],
    [
      'of the lead, before another unit, with an empty reason to go ahead',
      { unreportedUnits: 1, goAheadReason: '' },
      'ASSIGNMENT.UNITS_NOT_READY',
    ],
    ['of the lead, before another unit, saying why', { unreportedUnits: 1, goAheadReason: '该单位已撤销' }, null],
    ['of another unit, before its fellows', { isLead: false, unreportedUnits: 3 }, null],
  ])('%s: %j gives %s', (_, facts, code) => {
    expect(refusal('in_progress', 'report', 'unit', facts)).toBe(code);
  });
});

describe.each(['verify', 'return'] as const)('who may %s', (event) => {
  it.each<[string, AssignmentRelation, Partial<AssignmentFacts>, string | null]>([
    ["the office, a lead's part", 'office', { isLead: true, actsAsOffice: true }, null],
    ["the office, another unit's part", 'office', { isLead: false, actsAsOffice: true }, 'ASSIGNMENT.WRONG_VERIFIER'],
    ["the lead, another unit's part", 'lead_unit', { isLead: false, actsAsOffice: false }, null],
    ['the office, where no lead is left', 'office', { isLead: false, hasLead: false, actsAsOffice: true }, null],
    ["one lead, another lead's part", 'lead_unit', { isLead: true, actsAsOffice: false }, 'ASSIGNMENT.WRONG_VERIFIER'],
    [
      'the office, what it reported itself',
      'office',
      { isLead: true, actsAsOffice: true, isOwnReport: true },
      'ASSIGNMENT.OWN_REPORT',
    ],
    [
      'the lead, what its own unit reported',
      'lead_unit',
      { isLead: false, actsAsOffice: false, isOwnReport: true },
      'ASSIGNMENT.OWN_REPORT',
    ],
  ])('%s', (_, relation, facts, code) => {
    expect(refusal('reported', event, relation, facts)).toBe(code);
  });
});

describe('a reason', () => {
  it.each([
    [null, 'ASSIGNMENT.REASON_REQUIRED'],
    ['', 'ASSIGNMENT.REASON_REQUIRED'],
    [' \n', 'ASSIGNMENT.REASON_REQUIRED'],
    ['数据不实', null],
  ])('%j: to return or to cancel gives %s', (reason, code) => {
    expect(refusal('reported', 'return', 'office', { reason })).toBe(code);
    expect(refusal('reported', 'cancel', 'office', { reason })).toBe(code);
  });

  it('is not asked for where the work is good', () => {
    expect(refusal('reported', 'verify', 'office', { reason: null })).toBeNull();
  });

  it.each(['merged', 'policy_changed', 'duplicate', 'unit_abolished', 'superseded'])(
    'a task may be cancelled as %s',
    (cancelReason) => {
      expect(refusal('in_progress', 'cancel', 'office', { cancelReason })).toBeNull();
    },
  );

  it.each([null, '', 'Merged', 'too_hard'])('and not as %j: the list is closed', (cancelReason) => {
    expect(refusal('in_progress', 'cancel', 'office', { cancelReason })).toBe('ASSIGNMENT.CANCEL_REASON_UNKNOWN');
  });
});

describe('what follows', () => {
  it.each<[AssignmentState, AssignmentEvent, AssignmentRelation, string[]]>([
    ['assigned', 'sign_for', 'unit', ['discharge_sign_for']],
    ['in_progress', 'report', 'unit', ['record_completion', 'discharge_completion']],
    ['reported', 'withdraw', 'unit', ['reinstate_completion']],
    ['reported', 'return', 'office', ['require_rectification']],
    ['reported', 'verify', 'office', ['lapse_obligations']],
    ['assigned', 'cancel', 'office', ['lapse_obligations']],
    ['in_progress', 'cancel', 'office', ['lapse_obligations']],
    ['reported', 'cancel', 'office', ['lapse_obligations']],
  ])('%s, %s by %s: %j', (state, event, relation, effects) => {
    expect(decide(assignmentMachine, state, event, [relation], FINE)).toMatchObject({ ok: true, effects });
  });
});

describe('properties', () => {
  it('nobody ever verifies or returns what they, or their unit, reported', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ASSIGNMENT_STATES),
        fc.constantFrom('verify', 'return'),
        fc.subarray<AssignmentRelation>(['unit', 'lead_unit', 'office']),
        anyFacts,
        (state, event, relations, facts) => {
          const own = { ...facts, isOwnReport: true };
          expect(decide(assignmentMachine, state, event, relations, own).ok).toBe(false);
        },
      ),
    );
  });
});

it('is drawn as a diagram', () => {
  expect(toMermaid(assignmentMachine)).toMatchInlineSnapshot(`
    "stateDiagram-v2
      [*] --> assigned
      assigned --> in_progress: sign_for
      in_progress --> reported: report
      reported --> in_progress: withdraw
      reported --> in_progress: return
      reported --> verified: verify
      assigned --> cancelled: cancel
      in_progress --> cancelled: cancel
      reported --> cancelled: cancel
      verified --> [*]
      cancelled --> [*]"
  `);
});
