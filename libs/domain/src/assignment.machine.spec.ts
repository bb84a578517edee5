import { decide, eventsFrom, toMermaid } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import {
  ASSIGNMENT_STATES,
  type AssignmentEvent,
  type AssignmentFacts,
  type AssignmentMark,
  assignmentMachine,
  type AssignmentRelation,
  type AssignmentState,
  CANCEL_REASONS,
  OBJECTION_OUTCOMES,
  REOPEN_CLOCKS,
  UNIMPLEMENTED_REASONS,
} from './assignment.machine';

// A state that follows; `-`: the state does not know the event; `no`: this relation may not. Marks are as the event needs.
const TABLE = readTable(`
  event                relation   assigned         in_progress      reported         verified     cancelled  not_implemented
  sign_for             unit       in_progress      -                -                -            -          -
  sign_for             office     no               -                -                -            -          -
  sign_for             lead_unit  no               -                -                -            -          -
  sign_for             approver   no               -                -                -            -          -
  object               unit       assigned         -                -                -            -          -
  object               office     no               -                -                -            -          -
  object               lead_unit  no               -                -                -            -          -
  object               approver   no               -                -                -            -          -
  withdraw_objection   unit       assigned         -                -                -            -          -
  withdraw_objection   office     no               -                -                -            -          -
  withdraw_objection   lead_unit  no               -                -                -            -          -
  withdraw_objection   approver   no               -                -                -            -          -
  settle_objection     unit       no               -                -                -            -          -
  settle_objection     office     assigned         -                -                -            -          -
  settle_objection     lead_unit  no               -                -                -            -          -
  settle_objection     approver   no               -                -                -            -          -
  report               unit       -                reported         -                -            -          -
  report               office     -                no               -                -            -          -
  report               lead_unit  -                no               -                -            -          -
  report               approver   -                no               -                -            -          -
  withdraw             unit       -                -                in_progress      -            -          -
  withdraw             office     -                -                no               -            -          -
  withdraw             lead_unit  -                -                no               -            -          -
  withdraw             approver   -                -                no               -            -          -
  return               unit       -                -                no               -            -          -
  return               office     -                -                in_progress      -            -          -
  return               lead_unit  -                -                in_progress      -            -          -
  return               approver   -                -                no               -            -          -
  restore              unit       -                no               -                -            -          -
  restore              office     -                reported         -                -            -          -
  restore              lead_unit  -                no               -                -            -          -
  restore              approver   -                no               -                -            -          -
  verify               unit       -                -                no               -            -          -
  verify               office     -                -                verified         -            -          -
  verify               lead_unit  -                -                verified         -            -          -
  verify               approver   -                -                no               -            -          -
  reopen               unit       -                -                -                no           -          -
  reopen               office     -                -                -                in_progress  -          -
  reopen               lead_unit  -                -                -                no           -          -
  reopen               approver   -                -                -                no           -          -
  suspend              unit       no               no               no               -            -          -
  suspend              office     assigned         in_progress      reported         -            -          -
  suspend              lead_unit  no               no               no               -            -          -
  suspend              approver   no               no               no               -            -          -
  resume               unit       no               no               no               -            -          -
  resume               office     assigned         in_progress      reported         -            -          -
  resume               lead_unit  no               no               no               -            -          -
  resume               approver   no               no               no               -            -          -
  transfer             unit       no               no               no               -            -          -
  transfer             office     assigned         assigned         assigned         -            -          -
  transfer             lead_unit  no               no               no               -            -          -
  transfer             approver   no               no               no               -            -          -
  cancel               unit       no               no               no               -            -          -
  cancel               office     cancelled        cancelled        cancelled        -            -          -
  cancel               lead_unit  no               no               no               -            -          -
  cancel               approver   no               no               no               -            -          -
  close_unimplemented  unit       no               no               no               -            -          -
  close_unimplemented  office     no               no               no               -            -          -
  close_unimplemented  lead_unit  no               no               no               -            -          -
  close_unimplemented  approver   not_implemented  not_implemented  not_implemented  -            -          -
`);

/** A lead's part under the office's judgement, with all that anybody may ask for. */
const FINE: AssignmentFacts = {
  isLead: true,
  hasLead: true,
  actsAsOffice: true,
  isOwnReport: false,
  reason: '材料不全',
  cancelReason: 'merged',
  unimplementedReason: 'force_majeure',
  isOwnRequest: false,
  isReviewUpheld: true,
  mayStillObject: true,
  objectionOutcome: 'rejected',
  transferTo: 'fine',
  reopenClock: 'same_date',
  newDate: 'fine',
  resumeOn: 'fine',
  hasAnotherPart: false,
  unreportedUnits: 0,
  openBelow: 0,
  goAheadReason: null,
  evidenceCount: 1,
  unmeasuredTargets: 0,
  missedTargets: 0,
  shortfallReason: null,
  returnsWhole: false,
};

// Mostly as it should be: else hardly a path comes to its end.
const text = fc.constantFrom(null, '', '  ', '确有必要', '确有必要', '确有必要');
const few = fc.constantFrom(0, 0, 0, 1);
const anyFacts: fc.Arbitrary<AssignmentFacts> = fc.record({
  isLead: fc.boolean(),
  hasLead: fc.constantFrom(true, true, true, false),
  actsAsOffice: fc.boolean(),
  isOwnReport: fc.boolean(),
  reason: text,
  cancelReason: fc.constantFrom(null, ...CANCEL_REASONS, 'forgotten'),
  unimplementedReason: fc.constantFrom(null, ...UNIMPLEMENTED_REASONS, 'too_hard'),
  isOwnRequest: fc.boolean(),
  isReviewUpheld: fc.boolean(),
  mayStillObject: fc.boolean(),
  objectionOutcome: fc.constantFrom(null, ...OBJECTION_OUTCOMES, 'perhaps'),
  transferTo: fc.constantFrom('fine', 'missing', 'same_unit', 'has_a_part'),
  reopenClock: fc.constantFrom(null, ...REOPEN_CLOCKS, 'never'),
  newDate: fc.constantFrom('fine', 'missing', 'past'),
  resumeOn: fc.constantFrom('fine', 'missing', 'past', 'too_far'),
  hasAnotherPart: fc.boolean(),
  unreportedUnits: few,
  openBelow: fc.constantFrom(0, 0, 0, 1),
  goAheadReason: text,
  evidenceCount: few,
  unmeasuredTargets: few,
  missedTargets: few,
  shortfallReason: text,
  returnsWhole: fc.boolean(),
});

/** So that paths get far: with any facts alone most tries end at some guard. */
const oftenFine = fc.oneof(
  { arbitrary: anyFacts, weight: 1 },
  { arbitrary: fc.constant(FINE), weight: 2 },
  { arbitrary: fc.constant({ ...FINE, isLead: false, actsAsOffice: false }), weight: 1 },
);

describeTable(
  loosely<AssignmentFacts>(assignmentMachine),
  TABLE,
  {
    granting: ({ relation }) =>
      relation === 'lead_unit' ? { ...FINE, isLead: false, actsAsOffice: false } : { ...FINE },
    any: oftenFine,
  },
  ['cancelled', 'not_implemented'],
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
    ['with something open in its own breakdown', { openBelow: 1 }, 'ASSIGNMENT.BREAKDOWN_OPEN'],
    [
      'of another unit, with something open in its own breakdown',
      { isLead: false, openBelow: 1 },
      'ASSIGNMENT.BREAKDOWN_OPEN',
    ],
    ['with something open in its own breakdown, saying why', { openBelow: 1, goAheadReason: '科室另行办结' }, null],
    ['of another unit, before its fellows', { isLead: false, unreportedUnits: 3 }, null],
  ])('%s: %j gives %s', (_, facts, code) => {
    expect(refusal('in_progress', 'report', 'unit', facts)).toBe(code);
  });
});

describe.each(['verify', 'return'] as const)('who may %s', (event) => {
  it.each<[string, AssignmentRelation, Partial<AssignmentFacts>, string | null]>([
    ["the office, a lead's part", 'office', { isLead: true, actsAsOffice: true }, null],
    [
      "the office, another unit's part",
      'office',
      { isLead: false, actsAsOffice: true },
      event === 'return' ? null : 'ASSIGNMENT.WRONG_VERIFIER',
    ],
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

describe('who may return the whole', () => {
  it.each<[string, AssignmentRelation, Partial<AssignmentFacts>, string | null]>([
    ["the office, with a lead's part", 'office', {}, null],
    ['the office, where no lead is left', 'office', { isLead: false, hasLead: false }, null],
    ["the office, with another unit's part", 'office', { isLead: false }, 'ASSIGNMENT.WHOLE_FROM_LEAD'],
    ['the lead', 'lead_unit', { isLead: false, actsAsOffice: false }, 'ASSIGNMENT.WHOLE_FROM_LEAD'],
    ['the office, without a reason', 'office', { reason: ' ' }, 'ASSIGNMENT.REASON_REQUIRED'],
    ['the office, what it reported itself', 'office', { isOwnReport: true }, 'ASSIGNMENT.OWN_REPORT'],
  ])('%s', (_, relation, facts, code) => {
    expect(refusal('reported', 'return', relation, { ...facts, returnsWhole: true })).toBe(code);
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

describe('what is asked of an event', () => {
  const refusalOf = (event: AssignmentEvent, facts: Partial<AssignmentFacts>): string | null => {
    const { from, actors, needs } = assignmentMachine.transitions.find((t) => t.on === event)!;
    const decision = decide(assignmentMachine, from[0]!, event, [actors[0]!], { ...FINE, ...facts }, needs);
    return decision.ok ? null : decision.reason === 'guard' ? decision.code : decision.reason;
  };

  it.each<[AssignmentEvent, Partial<AssignmentFacts>, string | null]>([
    ['object', {}, null],
    ['object', { mayStillObject: false }, 'ASSIGNMENT.OBJECTION_TOO_LATE'],
    ['object', { reason: ' ' }, 'ASSIGNMENT.REASON_REQUIRED'],
    ['settle_objection', { objectionOutcome: null }, 'ASSIGNMENT.OBJECTION_OUTCOME_UNKNOWN'],
    ['settle_objection', { objectionOutcome: 'rejected', transferTo: 'missing', cancelReason: null }, null],
    ['settle_objection', { objectionOutcome: 'transferred', transferTo: 'missing' }, 'ASSIGNMENT.TRANSFER_TO_REQUIRED'],
    ['settle_objection', { objectionOutcome: 'transferred', transferTo: 'has_a_part' }, 'ASSIGNMENT.UNIT_HAS_PART'],
    ['settle_objection', { objectionOutcome: 'cancelled', cancelReason: null }, 'ASSIGNMENT.CANCEL_REASON_UNKNOWN'],
    ['settle_objection', { reason: null }, 'ASSIGNMENT.REASON_REQUIRED'],
    ['transfer', { transferTo: 'missing' }, 'ASSIGNMENT.TRANSFER_TO_REQUIRED'],
    ['transfer', { transferTo: 'same_unit' }, 'ASSIGNMENT.TRANSFER_TO_SAME_UNIT'],
    ['transfer', { transferTo: 'has_a_part' }, 'ASSIGNMENT.UNIT_HAS_PART'],
    ['transfer', { reason: '' }, 'ASSIGNMENT.REASON_REQUIRED'],
    ['suspend', { resumeOn: 'missing' }, 'ASSIGNMENT.RESUME_ON_REQUIRED'],
    ['suspend', { resumeOn: 'past' }, 'ASSIGNMENT.RESUME_ON_PAST'],
    ['suspend', { resumeOn: 'too_far' }, 'ASSIGNMENT.RESUME_ON_TOO_FAR'],
    ['suspend', { reason: null }, 'ASSIGNMENT.REASON_REQUIRED'],
    ['resume', { reason: null }, null],
    ['reopen', { reopenClock: null }, 'ASSIGNMENT.REOPEN_CLOCK_REQUIRED'],
    ['reopen', { reopenClock: 'stopped', newDate: 'missing' }, null],
    ['reopen', { reopenClock: 'new_date', newDate: 'missing' }, 'ASSIGNMENT.NEW_DATE_REQUIRED'],
    ['reopen', { reopenClock: 'new_date', newDate: 'past' }, 'ASSIGNMENT.NEW_DATE_PAST'],
    ['reopen', { hasAnotherPart: true }, 'ASSIGNMENT.UNIT_HAS_PART'],
    ['reopen', { reason: null }, 'ASSIGNMENT.REASON_REQUIRED'],
    ['close_unimplemented', { unimplementedReason: null }, 'ASSIGNMENT.UNIMPLEMENTED_REASON_UNKNOWN'],
    ['close_unimplemented', { reason: null }, 'ASSIGNMENT.REASON_REQUIRED'],
    ['close_unimplemented', { isOwnRequest: true }, 'ASSIGNMENT.OWN_REQUEST'],
  ])('%s with %j: %s', (event, facts, code) => {
    expect(refusalOf(event, facts)).toBe(code);
  });
});

describe('marks', () => {
  const decided = (event: AssignmentEvent, state: AssignmentState, marks: AssignmentMark[], facts = {}) =>
    decide(assignmentMachine, state, event, ['unit', 'office', 'approver'], { ...FINE, ...facts }, marks);

  it.each<[AssignmentEvent, AssignmentState, AssignmentMark[], AssignmentMark[]]>([
    ['suspend', 'in_progress', [], ['suspended']],
    ['suspend', 'assigned', ['objected'], ['objected', 'suspended']],
    ['resume', 'assigned', ['objected', 'suspended'], ['objected']],
    ['object', 'assigned', [], ['objected']],
    ['withdraw_objection', 'assigned', ['objected'], []],
    ['settle_objection', 'assigned', ['suspended', 'objected'], ['suspended']],
    ['cancel', 'assigned', ['suspended', 'objected'], []],
    ['close_unimplemented', 'reported', ['suspended'], []],
  ])('%s in %s with %j leaves %j', (event, state, marks, after) => {
    expect(decided(event, state, marks)).toMatchObject({ ok: true, marks: after });
  });

  it.each<[AssignmentEvent, AssignmentState, AssignmentMark[]]>([
    ['suspend', 'in_progress', ['suspended']],
    ['resume', 'in_progress', []],
    ['report', 'in_progress', ['suspended']],
    ['sign_for', 'assigned', ['objected']],
    ['verify', 'reported', ['suspended']],
    ['transfer', 'assigned', ['objected']],
    ['object', 'assigned', ['suspended']],
    ['settle_objection', 'assigned', []],
  ])('%s in %s is not open with %j', (event, state, marks) => {
    const decision = decided(event, state, marks);
    expect(decision).toMatchObject({ ok: false, reason: 'event_not_allowed' });
    expect(decision).toHaveProperty('allowed', expect.not.arrayContaining([event]));
  });

  it('no state and no marks are without a way out, but where all has ended', () => {
    for (const state of ASSIGNMENT_STATES) {
      for (const marks of [[], ['suspended'], ['objected'], ['objected', 'suspended']] as AssignmentMark[][]) {
        const allowed = eventsFrom(assignmentMachine, state, ['unit', 'office', 'lead_unit', 'approver'], marks);
        expect([state, marks, allowed.length === 0]).toEqual([
          state,
          marks,
          state === 'cancelled' || state === 'not_implemented',
        ]);
      }
    }
  });
});

describe('what follows', () => {
  it.each<[AssignmentState, AssignmentEvent, AssignmentRelation, string[]]>([
    ['assigned', 'sign_for', 'unit', ['discharge_sign_for']],
    ['in_progress', 'report', 'unit', ['record_completion', 'discharge_completion']],
    ['reported', 'withdraw', 'unit', ['reinstate_completion']],
    ['reported', 'return', 'office', ['record_verification', 'require_rectification']],
    ['reported', 'verify', 'office', ['record_verification', 'lapse_obligations', 'tell_verified']],
    ['assigned', 'cancel', 'office', ['lapse_obligations', 'tell_ended']],
    ['in_progress', 'cancel', 'office', ['lapse_obligations', 'tell_ended']],
    ['reported', 'cancel', 'office', ['lapse_obligations', 'tell_ended']],
    ['reported', 'close_unimplemented', 'approver', ['lapse_obligations', 'tell_ended']],
    ['verified', 'reopen', 'office', ['reopen_obligations']],
    ['in_progress', 'transfer', 'office', ['hand_over']],
    ['in_progress', 'suspend', 'office', ['stop_clock', 'tell_suspended']],
    ['assigned', 'object', 'unit', ['record_objection', 'stop_clock', 'tell_objection']],
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
      assigned --> assigned: object (+objected)
      assigned --> assigned: withdraw_objection (−objected)
      assigned --> assigned: settle_objection (−objected)
      in_progress --> reported: report
      reported --> in_progress: withdraw
      reported --> in_progress: return
      in_progress --> reported: restore
      reported --> verified: verify
      verified --> in_progress: reopen
      assigned --> assigned: suspend (+suspended)
      in_progress --> in_progress: suspend (+suspended)
      reported --> reported: suspend (+suspended)
      assigned --> assigned: resume (−suspended)
      in_progress --> in_progress: resume (−suspended)
      reported --> reported: resume (−suspended)
      assigned --> assigned: transfer
      in_progress --> assigned: transfer
      reported --> assigned: transfer
      assigned --> cancelled: cancel
      in_progress --> cancelled: cancel
      reported --> cancelled: cancel
      assigned --> not_implemented: close_unimplemented
      in_progress --> not_implemented: close_unimplemented
      reported --> not_implemented: close_unimplemented
      cancelled --> [*]
      not_implemented --> [*]"
  `);
});
