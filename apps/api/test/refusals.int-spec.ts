import {
  actOnSample,
  type Case,
  COMPLETION,
  fault,
  NOTHING,
  type Part,
  type Parts,
  refuseAll,
  type Request,
} from './cases';
import { Edge, ISSUE, type Json, SMS_REPORT_TOKEN, useEdge } from './edge';

const CITY = '临澜市2023年《政府工作报告》目标任务责任分解方案\n\n（一）办好民生实事\n\n';
const UNKNOWN_UNITS = `${CITY}　　1.建成大桥。（牵头单位：市造桥局；责任单位：市发改委、市挖河局）\n\n　　2.修路。（责任单位：市修路局）\n`;
const UNITLESS = `${CITY}　　1.建成大桥。\n\n　　2.修路。（责任单位：市发改委）\n\n　　3.种树。\n`;

interface World extends Parts {
  draft: Json;
  unknownUnits: Json;
  unitless: Json;
}

describe('A refusal', () => {
  let world: World;
  const edge = useEdge(async (database) => {
    const opened = await (await Edge.open(database)).issue();
    world = {
      ...(await actOnSample(opened)),
      draft: await opened.draft(),
      unknownUnits: await opened.draft(UNKNOWN_UNITS),
      unitless: await opened.draft(UNITLESS),
    };
    return opened;
  });
  const refuses = (cases: Case<World>[]): void => refuseAll(edge, () => world, cases);

  describe('of an issue', () => {
    const issue = ({ id }: Json, input: object = {}, username = 'office'): Request => {
      return [username, 'POST', `/plans/${id}/issue`, { json: { ...ISSUE, ...input } }];
    };
    const unknown = (task: string, unit: string): unknown => ({
      code: 'UNIT.UNKNOWN',
      message: expect.stringMatching(`${task}.*${unit}`),
      field: expect.any(String),
    });
    const without = (task: string): unknown =>
      expect.objectContaining({ code: 'TASK.NO_UNIT', message: expect.stringContaining(task) });
    refuses([
      [
        'by a policy that is none',
        (w) => issue(w.draft, { policy: 'quarterly' }),
        '422 POLICY.UNKNOWN',
        { field: 'policy', known: expect.arrayContaining(['annual-report', 'shanxi-13710']) },
      ],
      ['by a policy with a NUL', (w) => issue(w.draft, { policy: '\u0000' }), '400 REQUEST.INVALID', fault('policy')],
      ['for a year too early', (w) => issue(w.draft, { year: 1999 }), '422 PLAN.YEAR_OUT_OF_RANGE', { field: 'year' }],
      ['for a year too late', (w) => issue(w.draft, { year: 2101 }), '422 PLAN.YEAR_OUT_OF_RANGE', { field: 'year' }],
      [
        'in the future',
        (w) => issue(w.draft, { issuedOn: '2023-01-21' }),
        '422 PLAN.ISSUED_IN_FUTURE',
        { field: 'issuedOn' },
      ],
      ['of a plan that is none', () => issue({ id: NOTHING }), '404 PLAN.UNKNOWN'],
      [
        'for the second time',
        () => issue({ id: edge().planId }),
        '409 PLAN.ALREADY_ISSUED',
        { issuedOn: '2023-01-12' },
      ],
      ['by a unit', (w) => issue(w.draft, {}, 'LD01.head'), '403 RIGHTS.NOT_ALLOWED'],
      [
        'with unknown units, each named with its task',
        (w) => issue(w.unknownUnits),
        '422 PLAN.UNKNOWN_UNIT',
        { faults: [unknown('task 1', '市造桥局'), unknown('task 1', '市挖河局'), unknown('task 2', '市修路局')] },
      ],
      [
        'with tasks that name no unit, each named',
        (w) => issue(w.unitless),
        '422 PLAN.TASK_WITHOUT_UNIT',
        { faults: [without('task 1'), without('task 3')] },
      ],
    ]);
  });

  describe('of an edit', () => {
    const edit = (planId: string, taskId: string, more: object = {}, username = 'officer'): Request => {
      return [username, 'PATCH', `/plans/${planId}/tasks/${taskId}`, { json: { content: 'x', ...more } }];
    };
    const issued = (w: World): string => w.lead.obligations[0].taskId;
    refuses([
      ['of a plan that is issued', (w) => edit(edge().planId, issued(w)), '409 PLAN.NOT_DRAFT'],
      ['of a task of another plan', (w) => edit(w.draft.id, issued(w)), '404 TASK.UNKNOWN'],
      [
        'of a stale version',
        (w) => edit(w.draft.id, w.draft.tasks[0].id, { expectedVersion: 7 }),
        '409 TASK.STALE',
        { version: 1 },
      ],
      ['by a unit', (w) => edit(w.draft.id, w.draft.tasks[0].id, {}, 'LD01.head'), '403 RIGHTS.NOT_ALLOWED'],
    ]);
  });

  describe('of a removal', () => {
    const remove = (planId: string, taskId: string, query = '', username = 'officer'): Request => {
      return [username, 'DELETE', `/plans/${planId}/tasks/${taskId}${query}`];
    };
    const issued = (w: World): string => w.lead.obligations[0].taskId;
    const first = (w: World): [string, string] => [w.draft.id, w.draft.tasks[0].id];
    refuses([
      ['from a plan that is issued', (w) => remove(edge().planId, issued(w)), '409 PLAN.NOT_DRAFT'],
      ['of a task of another plan', (w) => remove(w.draft.id, issued(w)), '404 TASK.UNKNOWN'],
      ['of a stale version', (w) => remove(...first(w), '?expectedVersion=7'), '409 TASK.STALE', { version: 1 }],
      [
        'of a version that is none',
        (w) => remove(...first(w), '?expectedVersion=new'),
        '400 REQUEST.INVALID',
        fault('expectedVersion'),
      ],
      ['by a unit', (w) => remove(...first(w), '', 'LD01.head'), '403 RIGHTS.NOT_ALLOWED'],
    ]);
  });

  describe('of a change to an account', () => {
    const edit = (whom: string, json: object, username = 'admin'): Request => {
      return [username, 'PATCH', `/persons/${whom}`, { json }];
    };
    refuses([
      ['that is none', () => edit('nobody', { email: null }), '404 PERSON.UNKNOWN'],
      ['with a NUL in its name', () => edit('%00', { email: null }), '404 PERSON.UNKNOWN'],
      ['of somebody else', () => edit('LD04.head', { email: null }, 'LD04.contact'), '403 RIGHTS.NOT_ALLOWED'],
      ['of the own name', () => edit('LD04.head', { displayName: '张三' }, 'LD04.head'), '403 RIGHTS.NOT_ALLOWED'],
      ['to an address that is none', () => edit('LD04.head', { email: 'a@' }), '400 REQUEST.INVALID', fault('email')],
      [
        'to an address with another line',
        () => edit('LD04.head', { email: 'a@example.org\nbcc: b@example.org' }),
        '400 REQUEST.INVALID',
        fault('email'),
      ],
      [
        'to a telephone on a desk',
        () => edit('LD04.head', { mobile: '02788888888' }),
        '400 REQUEST.INVALID',
        fault('mobile'),
      ],
      [
        'to accounts of two people in one',
        () => edit('LD04.head', { accounts: { wecom: 'LiMin|WangWu' } }),
        '400 REQUEST.INVALID',
        fault('accounts.wecom'),
      ],
      [
        'to an account at a vendor, by oneself',
        () => edit('LD04.head', { accounts: { wecom: 'LiMin' } }, 'LD04.head'),
        '403 RIGHTS.NOT_ALLOWED',
      ],
      ['to a name of nothing to see', () => edit('LD04.head', { displayName: '\u200b' }), '400 REQUEST.INVALID'],
      ['to a short password', () => edit('LD04.head', { password: 'short' }), '422 PERSON.PASSWORD_TOO_SHORT'],
      [
        'that is the own, to another password, without the present one',
        () => edit('LD04.head', { password: 'another-password' }, 'LD04.head'),
        '422 PERSON.CURRENT_PASSWORD_REQUIRED',
        { field: 'currentPassword' },
      ],
      [
        'that is the own, to another address, without the present password',
        () => edit('LD04.head', { email: null }, 'LD04.head'),
        '422 PERSON.CURRENT_PASSWORD_REQUIRED',
        { field: 'currentPassword' },
      ],
    ]);
  });

  describe('of reports of a gateway (短信状态报告)', () => {
    const report = (json: unknown, token = SMS_REPORT_TOKEN): Request => [
      'admin',
      'POST',
      `/sms-reports/${token}`,
      { json },
    ];
    refuses([
      ['by who does not know the address', () => report([], `${SMS_REPORT_TOKEN}x`), '404 SMS_REPORTS.UNKNOWN'],
      ['that are one', () => report({ msgGroup: '1' }), '400 REQUEST.INVALID'],
      [
        'of no message',
        () => report([{ mobile: '1', reportStatus: 'DELIVRD' }]),
        '400 REQUEST.INVALID',
        fault('0.msgGroup'),
      ],
      ['of more than a thousand', () => report(Array(1_001).fill({})), '400 REQUEST.INVALID'],
    ]);
  });

  describe('of a transition', () => {
    const move = (username: string, { id }: Part, json: object): Request => {
      return [username, 'POST', `/assignments/${id}/transitions`, { json }];
    };
    const report = (w: World, more: object): Request => move('LD04.contact', w.lead, { ...COMPLETION, ...more });
    const figures = (w: World, first: number): object[] => [
      { targetId: w.targets[0].id, value: first },
      { targetId: w.targets[1].id, value: 8 },
    ];
    refuses([
      [
        'by an event that is none',
        (w) => move('LD04.contact', w.lead, { event: 'approve' }),
        '400 REQUEST.INVALID',
        fault('event'),
      ],
      [
        'by an event that is not allowed now',
        (w) => move('LD04.contact', w.lead, { event: 'sign_for' }),
        '409 ASSIGNMENT.EVENT_NOT_ALLOWED',
        { state: 'in_progress', version: 2, allowed: expect.arrayContaining(['report']) },
      ],
      ['of another unit', (w) => move('LD02.contact', w.lead, { event: 'report' }), '403 ASSIGNMENT.NOT_YOURS'],
      ['of a unit in the same task', (w) => move('LD01.contact', w.lead, COMPLETION), '403 ASSIGNMENT.NOT_YOURS'],
      ['of a unit by the office', (w) => move('office', w.unsigned, { event: 'sign_for' }), '403 ASSIGNMENT.NOT_YOURS'],
      ['by who only reads', (w) => move('auditor', w.unsigned, { event: 'sign_for' }), '403 RIGHTS.NOT_ALLOWED'],
      [
        'of a stale version',
        (w) => report(w, { expectedVersion: 1 }),
        '409 ASSIGNMENT.STALE',
        { version: 2, state: 'in_progress' },
      ],
      ['to reported without evidence', (w) => report(w, { evidence: [] }), '422 REPORT.EVIDENCE_REQUIRED'],
      ['to reported without figures', (w) => report(w, {}), '422 REPORT.MEASUREMENT_REQUIRED'],
      [
        'to reported below the target',
        (w) => report(w, { measurements: figures(w, 1) }),
        '422 REPORT.SHORTFALL_REASON_REQUIRED',
      ],
      [
        'to reported before the other units',
        (w) => report(w, { measurements: figures(w, 120) }),
        '422 ASSIGNMENT.UNITS_NOT_READY',
      ],
      [
        'with a figure for a target of another task',
        (w) => report(w, { measurements: [{ targetId: NOTHING, value: 1 }] }),
        '422 REPORT.UNKNOWN_TARGET',
        { field: 'measurements[0].targetId' },
      ],
      [
        'with two figures for a target',
        (w) => report(w, { measurements: [...figures(w, 1), ...figures(w, 2)] }),
        '422 REPORT.TARGET_TWICE',
        { field: 'measurements[2].targetId' },
      ],
      [
        'back without a reason',
        (w) => move('officer', w.reported, { event: 'return' }),
        '422 ASSIGNMENT.REASON_REQUIRED',
      ],
      [
        'back, to put right by a day that is over',
        (w) => move('officer', w.reported, { event: 'return', reason: 'x', rectifyBy: '2023-01-20' }),
        '422 ASSIGNMENT.RECTIFY_BY_PAST',
        { field: 'rectifyBy' },
      ],
      [
        'to verified by the wrong side',
        (w) => move('officer', w.helper, { event: 'verify' }),
        '422 ASSIGNMENT.WRONG_VERIFIER',
      ],
      [
        'to verified by who reported',
        (w) => move('LA01.head', w.reported, { event: 'verify' }),
        '403 ASSIGNMENT.NOT_YOURS',
      ],
      [
        'to cancelled for no reason of the list',
        (w) => move('office', w.lead, { event: 'cancel', reason: 'x' }),
        '422 ASSIGNMENT.CANCEL_REASON_UNKNOWN',
      ],
      [
        'to cancelled for a reason outside the list',
        (w) => move('office', w.lead, { event: 'cancel', reason: 'x', cancelReason: 'tired' }),
        '400 REQUEST.INVALID',
        fault('cancelReason'),
      ],
      [
        'to cancelled without words',
        (w) => move('office', w.lead, { event: 'cancel', cancelReason: 'merged' }),
        '422 ASSIGNMENT.REASON_REQUIRED',
      ],
    ]);
  });

  describe('of a report', () => {
    const report = (username: string, { id }: Part, obligationId: string): Request => {
      return [username, 'POST', `/assignments/${id}/reports`, { json: { obligationId, text: '进展顺利。' } }];
    };
    const owed = ({ obligations }: Part, kind: string): string => obligations.find((o) => o.kind === kind).id;
    refuses([
      [
        'on an obligation that is none',
        (w) => report('LD04.contact', w.lead, NOTHING),
        '404 OBLIGATION.UNKNOWN',
        { field: 'obligationId' },
      ],
      [
        'on an obligation of another unit',
        (w) => report('LD04.contact', w.lead, owed(w.unsigned, 'completion')),
        '404 OBLIGATION.UNKNOWN',
        { field: 'obligationId' },
      ],
      [
        'for another unit',
        (w) => report('LD01.contact', w.lead, owed(w.lead, 'progress_report')),
        '403 ASSIGNMENT.NOT_YOURS',
      ],
      ['by the office', (w) => report('officer', w.lead, owed(w.lead, 'progress_report')), '403 RIGHTS.NOT_ALLOWED'],
      [
        'on what is done already',
        (w) => report('LD04.contact', w.lead, owed(w.lead, 'action_plan')),
        '409 OBLIGATION.NOT_OPEN',
        { field: 'obligationId', state: 'discharged' },
      ],
      [
        'on what no report discharges',
        (w) => report('LD04.contact', w.lead, owed(w.lead, 'completion')),
        '422 OBLIGATION.NOT_BY_REPORT',
        { kind: 'completion' },
      ],
      [
        'before signing for the task',
        (w) => report('LD01.contact', w.unsigned, owed(w.unsigned, 'completion')),
        '409 REPORT.SIGN_FOR_FIRST',
        { state: 'assigned' },
      ],
    ]);
  });

  describe('on a supervision notice', () => {
    const move = (username: string, { id }: Json, json: object): Request => {
      return [username, 'POST', `/notices/${id}/transitions`, { json }];
    };
    refuses([
      ['of another unit', (w) => move('LD02.contact', w.notice, { event: 'acknowledge' }), '403 NOTICE.NOT_YOURS'],
      [
        'to an answer of the office',
        (w) => move('office', w.notice, { event: 'answer', answer: 'x' }),
        '403 NOTICE.NOT_YOURS',
      ],
      ['to a judgement of the unit', (w) => move('LD07.head', w.answered, { event: 'accept' }), '403 NOTICE.NOT_YOURS'],
      [
        'to an answer without words',
        (w) => move('LD01.contact', w.notice, { event: 'answer' }),
        '422 NOTICE.ANSWER_REQUIRED',
      ],
      [
        'to a judgement before the answer',
        (w) => move('officer', w.notice, { event: 'accept' }),
        '409 NOTICE.EVENT_NOT_ALLOWED',
        { state: 'issued', version: 1 },
      ],
      [
        'to a rejection without a reason',
        (w) => move('officer', w.answered, { event: 'reject' }),
        '422 NOTICE.REASON_REQUIRED',
      ],
      [
        'of a stale version',
        (w) => move('LD07.contact', w.answered, { event: 'answer', answer: 'x', expectedVersion: 1 }),
        '409 NOTICE.STALE',
        { version: 2, state: 'answered' },
      ],
      [
        'to closing it by hand',
        (w) => move('office', w.notice, { event: 'close' }),
        '400 REQUEST.INVALID',
        fault('event'),
      ],
    ]);
  });
});
