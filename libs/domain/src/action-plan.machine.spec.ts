import { decide } from '@duban/state-machine';
import fc from 'fast-check';
import { describeTable, loosely, readTable } from '../test/machine-table';
import { actionPlanMachine, type ActionPlanFacts } from './action-plan.machine';
import { actionPlanMeasureMachine, type MeasureFacts } from './action-plan-measure.machine';
import { type ConfirmationFacts, reportConfirmationMachine } from './report-confirmation.machine';

const FINE: ActionPlanFacts = { isLead: true, hasLead: true, actsAsOffice: true, isOwn: false, reason: '未明确时限' };
const words = fc.constantFrom(null, '', ' ', '已完成');

describe('action plan', () => {
  describeTable(
    loosely<ActionPlanFacts>(actionPlanMachine),
    readTable(`
      event      relation   submitted   approved    returned  superseded
      approve    office     approved    -           -         -
      approve    lead_unit  approved    -           -         -
      approve    system     no          -           -         -
      return     office     returned    -           -         -
      return     lead_unit  returned    -           -         -
      return     system     no          -           -         -
      supersede  office     no          no          -         -
      supersede  lead_unit  no          no          -         -
      supersede  system     superseded  superseded  -         -
    `),
    {
      granting: () => FINE,
      any: fc.record({
        isLead: fc.boolean(),
        hasLead: fc.boolean(),
        actsAsOffice: fc.boolean(),
        isOwn: fc.boolean(),
        reason: words,
      }),
    },
    ['returned', 'superseded'],
  );

  it.each<[string, Partial<ActionPlanFacts>, string, string | null]>([
    ['nobody approves their own', { isOwn: true }, 'approve', 'ACTION_PLAN.OWN'],
    ['nobody returns their own', { isOwn: true }, 'return', 'ACTION_PLAN.OWN'],
    ['a lead does not approve a lead’s', { actsAsOffice: false }, 'approve', 'ACTION_PLAN.WRONG_APPROVER'],
    ['the office leaves another unit’s to the lead', { isLead: false }, 'approve', 'ACTION_PLAN.WRONG_APPROVER'],
    ['and decides where no lead is left', { isLead: false, hasLead: false }, 'approve', null],
    ['the lead approves another unit’s', { isLead: false, actsAsOffice: false }, 'approve', null],
    ['no return without a reason', { reason: ' ' }, 'return', 'ACTION_PLAN.REASON_REQUIRED'],
    ['no reason is asked for approval', { reason: null }, 'approve', null],
  ])('%s', (_, facts, event, code) => {
    const decision = decide(actionPlanMachine, 'submitted', event, ['office'], { ...FINE, ...facts });
    expect(decision).toMatchObject(code === null ? { ok: true } : { reason: 'guard', code });
  });
});

describe('measure', () => {
  describeTable(
    loosely<MeasureFacts>(actionPlanMeasureMachine),
    readTable(`
      event   relation   open    closed
      close   unit       closed  -
      close   office     no      -
      close   lead_unit  no      -
      reopen  unit       -       open
      reopen  office     -       open
      reopen  lead_unit  -       open
    `),
    { granting: () => ({ text: '已完成' }), any: fc.record({ text: words }) },
    [],
  );

  it.each([
    ['open', 'close'],
    ['closed', 'reopen'],
  ] as const)('%s: no %s without words', (state, event) => {
    const decision = decide(actionPlanMeasureMachine, state, event, ['unit'], { text: ' ' });
    expect(decision).toMatchObject({ reason: 'guard', code: 'ACTION_PLAN.TEXT_REQUIRED' });
  });
});

describe('confirmation of a report', () => {
  describeTable(
    loosely<ConfirmationFacts>(reportConfirmationMachine),
    readTable(`
      event      relation  submitted   confirmed  sent_back  superseded
      confirm    head      confirmed   -          -          -
      confirm    system    no          -          -          -
      send_back  head      sent_back   -          -          -
      send_back  system    no          -          -          -
      supersede  head      no          -          -          -
      supersede  system    superseded  -          -          -
    `),
    { granting: () => ({ isOwn: false, reason: '数据不实' }), any: fc.record({ isOwn: fc.boolean(), reason: words }) },
    ['confirmed', 'sent_back', 'superseded'],
  );

  it('is nobody’s for what they handed in themselves', () => {
    const facts = { isOwn: true, reason: null };
    expect(decide(reportConfirmationMachine, 'submitted', 'confirm', ['head'], facts)).toMatchObject({
      code: 'REPORT.OWN',
    });
  });

  it('is not refused without a reason', () => {
    const facts = { isOwn: false, reason: '' };
    const decision = decide(reportConfirmationMachine, 'submitted', 'send_back', ['head'], facts);
    expect(decision).toMatchObject({ code: 'REPORT.REASON_REQUIRED' });
  });
});
