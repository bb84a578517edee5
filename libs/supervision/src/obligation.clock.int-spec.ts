import { annualReport } from '@duban/domain';
import { addDays, localDateOf, parseLocalDate } from '@duban/kernel';
import { InstructionService, SuspensionService } from '@duban/tasks';
import { planOf } from '../test/city';
import { type Office, useOffice } from '../test/office';
import { refuses } from '../test/refuses';

const PLAIN = planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）');
const evidence = [{ title: '验收单' }];
const day = parseLocalDate;

/** A plan of 12 January 2023 in an office of its own: S03 leads, S02 is responsible. */
function usePlan() {
  const t = useOffice();
  const plan = { office: null as unknown as Office, lead: '', other: '' };
  beforeAll(async () => {
    plan.office = t.office;
    const planId = await t.office.begin(PLAIN);
    plan.lead = await t.office.assignment(planId, '1', 'S03');
    plan.other = await t.office.assignment(planId, '1', 'S02');
  });
  return plan;
}

const owed = async (office: Office, assignmentId: string) =>
  Object.fromEntries(
    (await office.obligations(assignmentId)).map(({ kind, subject, state, effectiveOn }) => [
      [kind, subject].filter(Boolean).join(' '),
      `${state} ${effectiveOn}`,
    ]),
  );
const told = (office: Office, kind: string) =>
  office.query<{ unit: string | null; parameters: Record<string, unknown> }>(
    `select u.code as unit, n.parameters from notification n join post p on p.id = n.post_id
       left join unit u on u.id = p.unit_id where n.kind = $1 order by n.wanted_at, u.code`,
    [kind],
  );

describe('a suspension', () => {
  const plan = usePlan();

  it('stops what is owed: nothing is due, urged or reported while it lasts (osTicket 6847, 6739)', async () => {
    const { office, lead } = plan;
    await office.move('S03.contact', lead, 'sign_for');
    await office.passTo('2023-02-08T10:00:00+08:00');
    const suspended = await office.move('officer', lead, 'suspend', {
      reason: '汛期停工',
      resumeOn: day('2023-02-15'),
    });
    expect(suspended).toMatchObject({ state: 'in_progress', marks: ['suspended'], resumeOn: '2023-02-15' });
    expect((await office.obligation(lead, 'action_plan')).state).toBe('suspended');
    const count = async () => (await office.query(`select from follow_up`)).length;
    const before = await count();
    await office.passTo('2023-02-14T23:00:00+08:00');
    const others = await office.query(
      `select from follow_up f join obligation o on o.id = f.obligation_id where o.assignment_id = $1 and f.fired_at > '2023-02-08T10:00+08'`,
      [lead],
    );
    expect(others).toEqual([]);
    expect(await count()).toBeGreaterThanOrEqual(before);
    const { id: obligationId } = await office.obligation(lead, 'action_plan');
    await refuses(office, 'ASSIGNMENT.EVENT_NOT_ALLOWED', () =>
      office.move('S03.contact', lead, 'report', { evidence }),
    );
    await refuses(office, 'REPORT.SUSPENDED', () => office.submit('S03.contact', lead, { obligationId, text: '方案' }));
    await refuses(office, 'ASSIGNMENT.EVENT_NOT_ALLOWED', () =>
      office.move('officer', lead, 'suspend', { reason: '再停', resumeOn: day('2023-03-01') }),
    );
  });

  it('ends by itself on its day, and moves the dates by the five working days for which it stood', async () => {
    const { office, lead } = plan;
    const service = office.get(SuspensionService);
    expect(await service.resumeDue(new Date('2023-02-14T23:59:59+08:00'))).toEqual({ resumed: 0, failed: 0 });
    office.sleepTo('2023-02-15T00:00:00+08:00');
    const rounds = await Promise.all([1, 2, 3].map(() => service.resumeDue(office.clock.now())));
    expect(rounds.map(({ resumed }) => resumed).toSorted()).toEqual([0, 0, 1]);
    expect(await owed(office, lead)).toMatchObject({
      action_plan: 'open 2023-02-17',
      'progress_report 2023Q1': 'open 2023-04-26',
      // Of a year whose holidays were not published: 31 December is a Sunday, and five working days on.
      completion: 'open 2024-01-09',
    });
    const [version] = await office.query(
      `select v.version, v.rule, v.base from deadline_version v join obligation o on o.id = v.obligation_id
       where o.assignment_id = $1 and o.kind = 'action_plan' order by v.version desc limit 1`,
      [lead],
    );
    expect(version).toEqual({
      version: 2,
      rule: '5 working days for which the clock stood',
      base: { countedFrom: 1, effectiveOn: '2023-02-10', since: '2023-01-12', stoppedDays: 5 },
    });
    expect(await told(office, 'resumed')).toHaveLength(1);
    const [task] = await office.query(
      `select due_on::text from task where id = (select task_id from assignment where id = $1)`,
      [lead],
    );
    expect(task).toEqual({ due_on: '2024-01-09' });
  });

  it('is not lost when it comes again, nor counted twice (glpi 15605, 6902)', async () => {
    const { office, lead } = plan;
    await office.passTo('2023-02-16T09:30:00+08:00');
    await office.move('officer', lead, 'suspend', { reason: '资金未到', resumeOn: day('2023-06-01') });
    office.sleepTo('2023-02-20T09:30:00+08:00');
    await office.move('officer', lead, 'resume');
    // From 10 February by five and by two working days.
    expect(await owed(office, lead)).toMatchObject({ action_plan: 'open 2023-02-21' });
    const [version] = await office.query<{ base: unknown }>(
      `select v.base from deadline_version v join obligation o on o.id = v.obligation_id
       where o.assignment_id = $1 and o.kind = 'action_plan' order by v.version desc limit 1`,
      [lead],
    );
    expect(version!.base).toEqual({
      countedFrom: 1,
      effectiveOn: '2023-02-10',
      since: '2023-01-12',
      stoppedDays: 7,
    });
  });

  it('leaves late what was late, and gives the last notice its whole time to answer', async () => {
    const { office, lead } = plan;
    // Due on the 21st: urged on the 22nd, blue on the 24th, to be answered by the 28th.
    await office.passTo('2023-02-27T10:00:00+08:00');
    expect(await office.obligation(lead, 'action_plan')).toMatchObject({ nextRung: 'orange' });
    await office.move('officer', lead, 'suspend', { reason: '等待批复', resumeOn: day('2023-03-13') });
    office.sleepTo('2023-03-13T09:30:00+08:00');
    await office.get(SuspensionService).resumeDue(office.clock.now());
    const { effectiveOn, nextRung, nextRungAt } = await office.obligation(lead, 'action_plan');
    expect(effectiveOn).toBe('2023-02-21');
    // Of two days to answer one was left, the 27th, on which it stood; ten working days later comes the next colour.
    expect({ nextRung, at: nextRungAt?.toISOString() }).toEqual({
      nextRung: 'orange',
      at: new Date('2023-03-15T09:00:00+08:00').toISOString(),
    });
  });

  it('has a reason and an end, and is the office’s', async () => {
    const { office, other } = plan;
    const suspend = (input: object) => () => office.move('officer', other, 'suspend', { reason: '停工', ...input });
    await refuses(office, 'ASSIGNMENT.RESUME_ON_REQUIRED', suspend({}));
    await refuses(office, 'ASSIGNMENT.RESUME_ON_PAST', suspend({ resumeOn: day('2023-03-13') }));
    await refuses(office, 'ASSIGNMENT.RESUME_ON_TOO_FAR', suspend({ resumeOn: day('2025-01-01') }));
    await refuses(office, 'ASSIGNMENT.REASON_REQUIRED', suspend({ resumeOn: day('2023-05-01'), reason: ' ' }));
    await refuses(office, 'ASSIGNMENT.NOT_YOURS', () =>
      office.move('S02.head', other, 'suspend', { reason: '停工', resumeOn: day('2023-05-01') }),
    );
  });

  it('has what is asked for while it lasts stand still from the start, with its whole time afterwards (frappe-helpdesk 1554, 1675; alga-psa 3091)', async () => {
    const { office, other } = plan;
    const today = localDateOf(office.clock.now(), 'Asia/Shanghai');
    await office.move('officer', other, 'suspend', { reason: '汛期停工', resumeOn: addDays(today, 20) });
    const [{ taskId }] = (await office.query(`select task_id as "taskId" from assignment where id = $1`, [other])) as [
      { taskId: string },
    ];
    const dueOn = addDays(today, 5);
    await office.as('leader', (tx, actor, at) =>
      office.get(InstructionService).give(tx, actor, at, taskId, { text: '请速办。', units: ['S02'], dueOn }),
    );
    const made = await office.obligation(other, 'instruction');
    expect(made).toMatchObject({ state: 'suspended', dueOn, nextRung: null, nextRungAt: null });
    await office.passTo(`${addDays(today, 15)}T10:00:00+08:00`);
    expect(await office.query(`select from follow_up where obligation_id = $1`, [made.id])).toEqual([]);
    await office.move('officer', other, 'resume');
    const after = await office.obligation(other, 'instruction');
    expect(after).toMatchObject({ state: 'open', nextRung: expect.any(String) });
    expect(after.effectiveOn > addDays(today, 15)).toBe(true);
  });
});

describe('an objection', () => {
  const plan = usePlan();

  it('stops the clock, is told to the office, and keeps the unit from passing the matter on', async () => {
    const { office, other } = plan;
    office.sleepTo('2023-01-13T10:00:00+08:00');
    const objected = await office.move('S02.contact', other, 'object', { reason: '不属本单位职责' });
    expect(objected).toMatchObject({ state: 'assigned', marks: ['objected'] });
    expect(await owed(office, other)).toMatchObject({ sign_for: 'suspended 2023-01-16' });
    // Five working days after the 13th, the make-up days after the spring festival among them.
    expect(await told(office, 'objected')).toMatchObject([{ unit: null, parameters: { answerDueOn: '2023-01-20' } }]);
    await refuses(office, 'ASSIGNMENT.EVENT_NOT_ALLOWED', () => office.move('S02.contact', other, 'sign_for'));
    await refuses(office, 'ASSIGNMENT.EVENT_NOT_ALLOWED', () =>
      office.move('S02.contact', other, 'transfer', { toUnit: 'S01', reason: '转交' }),
    );
    await refuses(office, 'ASSIGNMENT.NOT_YOURS', () =>
      office.move('S02.head', other, 'settle_objection', { outcome: 'transferred', toUnit: 'S01', reason: '转交' }),
    );
  });

  it('is rejected: the unit signs, two working days later than it would have had to', async () => {
    const { office, other } = plan;
    office.sleepTo('2023-01-17T10:00:00+08:00');
    await refuses(office, 'ASSIGNMENT.OBJECTION_OUTCOME_UNKNOWN', () =>
      office.move('officer', other, 'settle_objection', { reason: '经研究' }),
    );
    await office.move('officer', other, 'settle_objection', { outcome: 'rejected', reason: '经研究，仍由你单位办理' });
    expect(await owed(office, other)).toMatchObject({ sign_for: 'open 2023-01-18' });
    expect(await told(office, 'objection_settled')).toMatchObject([
      { unit: 'S02', parameters: { outcome: 'rejected' } },
    ]);
    await refuses(office, 'ASSIGNMENT.EVENT_NOT_ALLOWED', () =>
      office.move('officer', other, 'settle_objection', { outcome: 'rejected', reason: '再议' }),
    );
  });

  it('is withdrawn, and raised again, and upheld: another unit has the part, with a time of its own to sign', async () => {
    const { office, other } = plan;
    await office.move('S02.contact', other, 'object', { reason: '职能已划转' });
    await office.move('S02.contact', other, 'withdraw_objection');
    await office.move('S02.head', other, 'object', { reason: '职能已划转' });
    await refuses(office, 'ASSIGNMENT.UNKNOWN_UNIT', () =>
      office.move('officer', other, 'settle_objection', { outcome: 'transferred', reason: '同意', toUnit: '市天文局' }),
    );
    await refuses(office, 'ASSIGNMENT.UNIT_HAS_PART', () =>
      office.move('officer', other, 'settle_objection', { outcome: 'transferred', reason: '同意', toUnit: 'S03' }),
    );
    office.sleepTo('2023-01-18T10:00:00+08:00');
    const given = await office.move('officer', other, 'settle_objection', {
      outcome: 'transferred',
      reason: '同意，改由发改委办理',
      toUnit: '市发改委',
    });
    expect(given).toMatchObject({ state: 'assigned', marks: [], unitName: '市发改委' });
    expect(await owed(office, other)).toMatchObject({
      sign_for: 'lapsed 2023-01-19',
      'sign_for 2': 'open 2023-01-20',
      // The clock stood for three working days.
      completion: 'open 2024-01-05',
    });
    expect((await told(office, 'transferred')).map(({ unit }) => unit)).toEqual(['S01', 'S02']);
    await refuses(office, 'ASSIGNMENT.NOT_YOURS', () => office.move('S02.head', other, 'sign_for'));
    await office.move('S01.contact', other, 'sign_for');
    const kept = await office.query(`select outcome, answer from objection order by raised_at, settled_at`);
    expect(kept).toEqual([
      { outcome: 'rejected', answer: '经研究，仍由你单位办理' },
      { outcome: 'withdrawn', answer: null },
      { outcome: 'transferred', answer: '同意，改由发改委办理' },
    ]);
  });

  it('comes too late after five working days', async () => {
    const { office, lead } = plan;
    office.sleepTo('2023-01-20T10:00:00+08:00');
    await refuses(office, 'ASSIGNMENT.OBJECTION_TOO_LATE', () =>
      office.move('S03.contact', lead, 'object', { reason: '不属本单位职责' }),
    );
  });
});

describe('the end of a part', () => {
  const plan = usePlan();

  it('without success is a decision of the head of the office, for a reason of the list', async () => {
    const { office, other } = plan;
    await office.move('S02.contact', other, 'object', { reason: '不属本单位职责' });
    const close = (username: string, input: object) => () =>
      office.move(username, other, 'close_unimplemented', { reason: '上级调整政策', ...input });
    await refuses(office, 'ASSIGNMENT.NOT_YOURS', close('officer', { unimplementedReason: 'policy_changed' }));
    await refuses(office, 'ASSIGNMENT.NOT_YOURS', close('S02.head', { unimplementedReason: 'policy_changed' }));
    await refuses(office, 'ASSIGNMENT.UNIMPLEMENTED_REASON_UNKNOWN', close('office', {}));
    const closed = await close('office', { unimplementedReason: 'policy_changed' })();
    expect(closed).toMatchObject({ state: 'not_implemented', marks: [] });
    expect(Object.values(await owed(office, other)).map((one) => one.split(' ')[0])).toEqual(['lapsed', 'lapsed']);
    // An objection that waited is answered by it.
    expect(await office.query(`select outcome from objection`)).toEqual([{ outcome: 'cancelled' }]);
    await refuses(office, 'ASSIGNMENT.EVENT_NOT_ALLOWED', () =>
      office.move('office', other, 'reopen', { reason: '再办', clock: 'same_date' }),
    );
  });
});

describe('a reopened part', () => {
  const plan = usePlan();
  const verified = async () => {
    const { office, lead } = plan;
    await office.move('S03.contact', lead, 'report', { evidence, goAheadReason: '其他单位另行报送' });
    await office.move('officer', lead, 'verify');
  };
  const completion = () => plan.office.obligation(plan.lead, 'completion');

  it('keeps its date, and owes again what was still to come', async () => {
    const { office, lead } = plan;
    await office.move('S03.contact', lead, 'sign_for');
    office.sleepTo('2023-03-01T10:00:00+08:00');
    await verified();
    office.sleepTo('2023-05-08T10:00:00+08:00');
    await refuses(office, 'ASSIGNMENT.REOPEN_CLOCK_REQUIRED', () =>
      office.move('officer', lead, 'reopen', { reason: '不实' }),
    );
    await office.move('officer', lead, 'reopen', { reason: '抽查发现数据不实', clock: 'same_date' });
    expect(await owed(office, lead)).toMatchObject({
      // Was due while it counted as done.
      'progress_report 2023Q1': 'lapsed 2023-04-20',
      'progress_report 2023Q2': 'open 2023-07-20',
      completion: 'open 2024-01-02',
    });
    expect(await told(office, 'reopened')).toMatchObject([{ unit: 'S03', parameters: { dueOn: '2024-01-02' } }]);
  });

  it('moves its date by the time for which it counted as verified (zammad 188)', async () => {
    const { office, lead } = plan;
    await verified();
    office.sleepTo('2023-05-15T10:00:00+08:00');
    await office.move('officer', lead, 'reopen', { reason: '补充材料', clock: 'stopped' });
    expect((await completion()).effectiveOn).toBe('2024-01-09');
  });

  it('has another date', async () => {
    const { office, lead } = plan;
    await verified();
    const reopen = (input: object) => office.move('officer', lead, 'reopen', { reason: '补充材料', ...input });
    await refuses(office, 'ASSIGNMENT.NEW_DATE_REQUIRED', () => reopen({ clock: 'new_date' }));
    await refuses(office, 'ASSIGNMENT.NEW_DATE_PAST', () => reopen({ clock: 'new_date', dueOn: day('2023-05-15') }));
    await reopen({ clock: 'new_date', dueOn: day('2023-06-30') });
    expect((await completion()).effectiveOn).toBe('2023-06-30');
  });
});

describe('an action plan that waits for its approval', () => {
  const t = useOffice();

  it('is not reminded of after a suspension, whether its date moved or had passed', async () => {
    const { office } = t;
    const rules = { ...structuredClone(annualReport), id: 'spec-approval', version: 1, actionPlanApproval: true };
    await office.query(`insert into policy (id, version, body) values ($1, $2, $3)`, [
      rules.id,
      1,
      JSON.stringify(rules),
    ]);
    const lead = await office.assignment(await office.begin(PLAIN, { policy: rules.id }), '1', 'S03');
    await office.move('S03.contact', lead, 'sign_for');
    const { id: obligationId } = await office.obligation(lead, 'action_plan');
    const measures = [{ text: '完成勘察', by: day('2023-06-30'), person: '林某' }];
    const actionPlan = { goals: '按期完成改造。', measures };
    await office.submit('S03.contact', lead, { obligationId, text: '办理方案', actionPlan });
    office.sleepTo('2023-01-16T10:00:00+08:00');
    await office.move('officer', lead, 'suspend', { reason: '等待批复', resumeOn: day('2023-03-01') });
    office.sleepTo('2023-01-18T10:00:00+08:00');
    await office.move('officer', lead, 'resume');
    expect(await office.obligation(lead, 'action_plan')).toMatchObject({
      state: 'open',
      effectiveOn: '2023-02-14',
      nextRung: null,
    });
    await office.passTo('2023-03-01T10:00:00+08:00');
    // Late by now, and the clock stands again: the date stays.
    await office.move('officer', lead, 'suspend', { reason: '等待批复', resumeOn: day('2023-04-01') });
    office.sleepTo('2023-03-03T10:00:00+08:00');
    await office.move('officer', lead, 'resume');
    await office.passTo('2023-04-03T10:00:00+08:00');
    const sent = await office.query(
      `select f.rung from follow_up f where f.obligation_id = $1 and f.fired_at > '2023-01-13T00:00+08'`,
      [obligationId],
    );
    expect(sent).toEqual([]);
    expect(await office.obligation(lead, 'action_plan')).toMatchObject({ state: 'open', nextRung: null });
  });
});

describe('a transfer', () => {
  const plan = usePlan();

  it('takes back what was completed, and gives the new unit some days at least', async () => {
    const { office, other } = plan;
    await office.move('S02.contact', other, 'sign_for');
    await office.move('S02.contact', other, 'report', { evidence });
    office.sleepTo('2023-12-28T10:00:00+08:00');
    await office.move('officer', other, 'transfer', { toUnit: 'S01', reason: '职责调整' });
    expect(await owed(office, other)).toMatchObject({
      sign_for: 'discharged 2023-01-16',
      'sign_for 2': 'open 2024-01-02',
      completion: 'open 2024-01-05',
    });
    const owners = await office.query(
      `select distinct u.code from obligation o join unit u on u.id = o.unit_id where o.assignment_id = $1 and o.state = 'open'`,
      [other],
    );
    expect(owners).toEqual([{ code: 'S01' }]);
  });
});
