import { annualReport, type Policy } from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import { CHINA_HOLIDAYS, createWorkingCalendar, parseLocalDate } from '@duban/kernel';
import { type OpenUnderChange, PlanPolicyService, type PlanPolicyPreview } from '@duban/supervision';
import { PlanService, PolicyDraftService, PolicyService } from '@duban/tasks';
import { planOf } from '../../supervision/test/city';
import { useOffice } from '../../supervision/test/office';
import { SimulationReader } from './simulation.reader';

const day = parseLocalDate;
const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const TEXT = planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）');
const CHANGED_AT = '2023-02-13T10:00:00+08:00';

/** No notices, an urge of the head instead, and the first quarter's report a week later. */
function milder(): Policy {
  const policy = structuredClone(annualReport);
  policy.version = 2;
  const ladder = policy.ladders['three-colour']!;
  ladder.rungs = ladder.rungs.filter(({ kind }) => kind !== 'notice');
  ladder.rungs.push({ id: 'ask', offset: { workingDays: 8 }, kind: 'urge', to: ['head'] });
  const report = policy.obligations.find(({ kind }) => kind === 'progress_report')!;
  const [first] = report.due;
  Object.assign(first!, { day: '04-28' });
  return policy;
}

describe('A policy changed under open obligations', () => {
  const t = useOffice();
  let planId: string;
  let lead: string;

  const change = (open: OpenUnderChange, version: number, reason = '放宽。'): Promise<PlanPolicyPreview> =>
    t.office.as('office', async (tx, actor, at) => {
      const wish = { open, version };
      const { digest } = await t.office.get(PlanPolicyService).preview(tx, actor, at, planId, wish);
      return t.office.get(PlanPolicyService).change(tx, actor, at, planId, { ...wish, digest, reason });
    });
  const sentSince = (instant: string): Promise<{ line: string }[]> =>
    t.office.query(
      `select to_char(f.fired_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD ') || f.rung || ' ' || p.kind as line
       from follow_up f join obligation o on o.id = f.obligation_id join task k on k.id = o.task_id
         join post p on p.id = f.recipient_post_id
       where k.plan_id = $1 and f.fired_at > $2 order by f.fired_at, f.rung, p.kind`,
      [planId, instant],
    );
  const simulated = async (version: number, to: string): Promise<string[]> => {
    const reader = new SimulationReader(
      t.office.get(PolicyService),
      t.office.get(PolicyDraftService),
      t.office.get(PlanService),
      t.office.get(UnitDirectory),
      calendar,
    );
    const { items } = await t.office.as('office', (tx, actor, at) =>
      reader.simulate(tx, actor, at, 'annual-report', {
        from: day('2023-02-13'),
        to: day(to),
        planId,
        version,
        assume: 'nobody_answers',
        limit: 200,
      }),
    );
    return items.map((item) => `${item.day} ${item.rung} ${item.recipient.post}`).toSorted();
  };

  beforeAll(async () => {
    planId = await t.office.begin(TEXT);
    await t.office.query(`insert into policy (id, version, body) values ('annual-report', 2, $1)`, [
      JSON.stringify(milder()),
    ]);
    lead = await t.office.assignment(planId, '1', 'S03');
    await t.office.move('S03.contact', lead, 'sign_for');
    await t.office.move('S02.contact', await t.office.assignment(planId, '1', 'S02'), 'sign_for');
    await t.office.passTo(CHANGED_AT);
  });

  it('leaves what is open to the rules under which it was made, where it is for new ones only', async () => {
    const expected = await simulated(1, '2023-02-16');
    const { staying, items } = await change('new_only', 2);
    expect([staying, items]).toEqual([7, []]);
    // The plan goes by version 2 now, and yet tells what will be sent by version 1.
    expect(await simulated(2, '2023-02-16')).toEqual(expected);
    const by = await t.office.query(`select distinct policy_version as v from obligation where state = 'open'`);
    expect(by).toEqual([{ v: 1 }]);
    await change('new_only', 1);
  });

  it('has what is open go by the new ones from now on: no follow-up twice, no storm for the past, a new date by its rule', async () => {
    const expected = await simulated(2, '2023-05-31');
    const preview = await change('from_now_on', 2, '减少督办单。');
    const of = (kind: string, subject: string | null) =>
      preview.items.find((item) => item.kind === kind && item.subject === subject);
    expect(preview.totals).toEqual({ opened: 0, redated: 1, goes_on: 6, lapsed: 0, past: 0 });
    // The reminders and the urge of the action plan went out on 3, 9 and 13 February.
    expect(of('action_plan', null)).toMatchObject({
      what: 'goes_on',
      nextBefore: { rung: 'blue' },
      next: { rung: 'ask', at: new Date('2023-02-22T09:00:00+08:00') },
    });
    expect(of('progress_report', '2023Q1')).toMatchObject({
      what: 'redated',
      dueOnBefore: '2023-04-20',
      dueOn: '2023-04-28',
      rule: 'by 04-28 of the year',
    });
    const versions = await t.office.query(
      `select d.version, d.rule, d.recorded_on::text as "on" from deadline_version d join obligation o on o.id = d.obligation_id
       where o.subject = '2023Q1' order by 1`,
    );
    expect(versions).toEqual([
      { version: 1, rule: 'by 04-20 of the year', on: '2023-04-20' },
      { version: 2, rule: 'by 04-28 of the year', on: '2023-04-28' },
    ]);
    const events = await t.office.query(
      `select type, reason, after->>'open' as open, before->>'policyVersion' as "from", after->>'policyVersion' as "to"
       from history_event where type = 'plan.policy_changed' order by seq desc limit 1`,
    );
    expect(events).toEqual([
      { type: 'plan.policy_changed', reason: '减少督办单。', open: 'from_now_on', from: '1', to: '2' },
    ]);

    await t.office.passTo('2023-05-31T18:00:00+08:00');
    const lines = (await sentSince(CHANGED_AT)).map(({ line }) => line);
    expect(lines).toEqual([
      '2023-02-22 ask head',
      '2023-04-23 remind-5 contact',
      '2023-04-27 remind-1 contact',
      '2023-04-27 remind-1 head',
      '2023-05-04 urge contact',
      '2023-05-04 urge head',
      '2023-05-12 ask head',
    ]);
    // What was simulated beforehand is what then happened.
    expect(expected).toEqual(lines.toSorted());
  });

  it('back on the rules with notices, sends one for what is overdue on the next working day, and lets the rest climb', async () => {
    const expected = await simulated(1, '2023-06-05');
    await change('from_now_on', 1);
    const from = '2023-05-31T18:00:00+08:00';
    await t.office.passTo('2023-06-05T18:00:00+08:00');
    const lines = (await sentSince(from)).map(({ line }) => line);
    expect(lines).toEqual([
      '2023-06-01 blue contact',
      '2023-06-01 blue contact',
      '2023-06-01 blue head',
      '2023-06-01 blue head',
    ]);
    expect(expected).toEqual(lines.toSorted());
  });

  it('what is ended after a change goes on escalating no more (zammad 4353)', async () => {
    await t.office.move('officer', lead, 'cancel', { reason: '任务撤销。', cancelReason: 'merged' });
    const from = t.office.clock.now().toISOString();
    await t.office.passTo('2024-03-01T18:00:00+08:00');
    const open = await t.office.query(
      `select o.id from obligation o where o.assignment_id = $1 and (o.state = 'open' or o.next_rung is not null)`,
      [lead],
    );
    expect(open).toEqual([]);
    const late = await t.office.query(
      `select f.id from follow_up f join obligation o on o.id = f.obligation_id where o.assignment_id = $1 and f.fired_at > $2`,
      [lead, from],
    );
    expect(late).toEqual([]);
  });

  it('goes back for what nobody may: an officer, another’s reading, the same rules', async () => {
    const service = t.office.get(PlanPolicyService);
    const wish = { open: 'from_now_on', version: 2 } as const;
    const preview = (username: string) =>
      t.office.as(username, (tx, actor, at) => service.preview(tx, actor, at, planId, wish));
    await expect(preview('officer')).rejects.toMatchObject({ code: 'RIGHTS.NOT_ALLOWED' });
    const stale = t.office.as('office', (tx, actor, at) =>
      service.change(tx, actor, at, planId, { ...wish, digest: 'read before', reason: '试行。' }),
    );
    await expect(stale).rejects.toMatchObject({ code: 'PLAN.POLICY_STALE' });
    await expect(change('from_now_on', 1)).rejects.toMatchObject({ code: 'PLAN.SAME_POLICY' });
    await expect(change('from_now_on', 9)).rejects.toMatchObject({ code: 'POLICY.UNKNOWN_VERSION' });
  });
});

describe('What one change of rules ends and the next asks for again', () => {
  const t = useOffice();

  it('is owed by the unit that has the part by then, and followed up there (移交)', async () => {
    const { office } = t;
    const planId = await office.begin(TEXT);
    const withoutReports = structuredClone(annualReport);
    withoutReports.version = 2;
    withoutReports.obligations = withoutReports.obligations.filter(({ kind }) => kind !== 'progress_report');
    await office.query(`insert into policy (id, version, body) values ('annual-report', 2, $1)`, [
      JSON.stringify(withoutReports),
    ]);
    const lead = await office.assignment(planId, '1', 'S03');
    const goBy = (version: number): Promise<PlanPolicyPreview> =>
      office.as('office', async (tx, actor, at) => {
        const wish = { open: 'from_now_on', version } as const;
        const { digest } = await office.get(PlanPolicyService).preview(tx, actor, at, planId, wish);
        return office.get(PlanPolicyService).change(tx, actor, at, planId, { ...wish, digest, reason: '调整。' });
      });
    const report = async () => {
      const [found] = await office.query<{ state: string; unit: string }>(
        `select o.state, u.code as unit from obligation o join unit u on u.id = o.unit_id
         where o.assignment_id = $1 and o.subject = '2023Q1'`,
        [lead],
      );
      return `${found!.state} ${found!.unit}`;
    };
    await office.move('S03.contact', lead, 'sign_for');
    await office.passTo('2023-02-13T10:00:00+08:00');
    await goBy(2);
    expect(await report()).toBe('lapsed S03');
    await office.move('officer', lead, 'transfer', { toUnit: 'S04', reason: '职责调整' });
    expect(await report()).toBe('lapsed S03');
    await goBy(1);
    expect(await report()).toBe('open S04');
    await office.passTo('2023-04-20T18:00:00+08:00');
    const told = await office.query<{ unit: string }>(
      `select distinct u.code as unit from follow_up f join obligation o on o.id = f.obligation_id
         join post p on p.id = f.recipient_post_id join unit u on u.id = p.unit_id
       where o.assignment_id = $1 and o.subject = '2023Q1'`,
      [lead],
    );
    expect(told).toEqual([{ unit: 'S04' }]);
  });
});
