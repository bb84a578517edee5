import { parseLocalDate as parse } from '@duban/kernel';
import { planOf } from '../test/city';
import { type Office, useOffice } from '../test/office';
import { refuses } from '../test/refuses';

const BRIDGE = '2023年4月底前完成设计，2023年10月底前建成大桥。（牵头单位：市住建局；责任单位：市水务局）';
const HOUSES = '完成60个老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）';

describe('ObligationService', () => {
  describe('makeObligations', () => {
    const t = useOffice();
    let office: Office;
    beforeAll(() => {
      office = t.office;
    });

    const deadlinesOf = (planId: string, unit: string) =>
      office.query(
        `select o.kind, o.subject, o.due_on::text as "dueOn", o.effective_on::text as "effectiveOn",
           d.version, d.recorded_on::text as "recordedOn", d.rule, d.base, d.is_provisional as provisional,
           p.username as "decidedBy",
           d.calendar_version <> '' as "namesCalendar", d.effective_on = o.effective_on and d.due_at = o.due_at as same,
           to_char(o.due_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI') as "dueAt",
           to_char(o.next_rung_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI') || ' ' || o.next_rung as next
         from obligation o join deadline_version d on d.obligation_id = o.id join task t on t.id = o.task_id
           join unit u on u.id = o.unit_id join person p on p.id = d.decided_by
         where t.plan_id = $1 and u.code = $2 order by o.due_on, o.kind`,
        [planId, unit],
      );

    it('answers "why this date": rule, base, calendar, who decided; a day off takes effect on the next working day (tfrs 2862, 2868)', async () => {
      const planId = await office.begin(planOf(BRIDGE));
      const common = {
        version: 1,
        provisional: false,
        namesCalendar: true,
        same: true,
        subject: null,
        decidedBy: 'office',
      };
      const year = { year: 2023 };
      const report = (subject: string, dueOn: string, next: string, more: object = {}) => ({
        ...common,
        kind: 'progress_report',
        subject,
        dueOn,
        effectiveOn: dueOn,
        recordedOn: dueOn,
        base: year,
        next,
        ...more,
      });
      expect(await deadlinesOf(planId, 'S03')).toEqual([
        {
          ...common,
          kind: 'sign_for',
          dueOn: '2023-01-16',
          effectiveOn: '2023-01-16',
          recordedOn: '2023-01-16',
          dueAt: '01-17 00:00',
          rule: '2 working days after issue',
          base: { issuedOn: '2023-01-12', workingDays: 2 },
          next: '01-16 09:00 remind',
        },
        {
          ...common,
          kind: 'action_plan',
          dueOn: '2023-02-10',
          effectiveOn: '2023-02-10',
          recordedOn: '2023-02-10',
          dueAt: '02-11 00:00',
          rule: 'by 02-10 of the year',
          base: year,
          next: '02-03 09:00 remind-5',
        },
        report('2023Q1', '2023-04-20', '04-13 09:00 remind-5', { dueAt: '04-21 00:00', rule: 'by 04-20 of the year' }),
        {
          // 30 April lies in the holidays of May, which end on 3 May.
          ...common,
          kind: 'milestone',
          subject: '2023年4月底前',
          dueOn: '2023-04-30',
          effectiveOn: '2023-05-04',
          recordedOn: '2023-04-30',
          dueAt: '05-05 00:00',
          rule: 'a milestone of the task',
          base: year,
          next: '04-24 09:00 remind-5',
        },
        report('2023Q2', '2023-07-20', '07-13 09:00 remind-5', { dueAt: '07-21 00:00', rule: 'by 07-20 of the year' }),
        report('2023Q3', '2023-10-20', '10-13 09:00 remind-5', { dueAt: '10-21 00:00', rule: 'by 10-20 of the year' }),
        {
          ...common,
          kind: 'completion',
          dueOn: '2023-10-31',
          effectiveOn: '2023-10-31',
          recordedOn: '2023-10-31',
          dueAt: '11-01 00:00',
          rule: "the task's own deadline",
          base: year,
          next: '10-24 09:00 remind-5',
        },
        // 20 January 2024 is a Saturday.
        report('2023Q4', '2024-01-20', '01-15 09:00 remind-5', {
          effectiveOn: '2024-01-22',
          dueAt: '01-23 00:00',
          rule: 'by 01-20 of the year +1',
        }),
      ]);
      expect(await deadlinesOf(planId, 'S04')).toMatchObject([
        { kind: 'sign_for', dueOn: '2023-01-16' },
        { kind: 'completion', dueOn: '2023-10-31', rule: "the task's own deadline" },
      ]);
    });

    it('marks a date in a year whose holiday paper is not out as provisional', async () => {
      const planId = await office.draft(planOf(HOUSES));
      await office.issue(planId, { year: 2099, issuedOn: '2023-01-12' });
      expect(await deadlinesOf(planId, 'S02')).toMatchObject([
        { kind: 'sign_for', provisional: false },
        { kind: 'completion', dueOn: '2099-12-31', provisional: true },
      ]);
    });
  });

  describe('a plan issued late', () => {
    const t = useOffice('2023-05-10T10:00:00+08:00');
    let office: Office;
    beforeAll(() => {
      office = t.office;
    });

    it('skips and lists what would have been due before the day of issue', async () => {
      const planId = await office.draft(planOf(BRIDGE));
      const { skipped, obligations } = await office.issue(planId, { issuedOn: '2023-05-10' });
      const [unit] = await office.query<{ id: string }>(`select id from unit where code = 'S03'`);
      const owner = { taskNumber: '1', unitId: unit!.id };
      expect(skipped).toEqual([
        { ...owner, kind: 'action_plan', subject: null, dueOn: '2023-02-10' },
        { ...owner, kind: 'progress_report', subject: '2023Q1', dueOn: '2023-04-20' },
        { ...owner, kind: 'milestone', subject: '2023年4月底前', dueOn: '2023-04-30' },
      ]);
      const [counted] = await office.query<{ n: number }>(
        `select count(*)::int as n from obligation o join task t on t.id = o.task_id where t.plan_id = $1`,
        [planId],
      );
      expect(counted!.n).toBe(obligations);
      expect(obligations).toBe(7);
    });

    it('does not skip what falls due on the very day of issue, or takes effect on it', async () => {
      // 10 February is the day; 30 April takes effect on 4 May.
      const tenth = await office.draft(planOf(HOUSES));
      expect((await office.issue(tenth, { issuedOn: '2023-02-10' })).skipped).toEqual([]);
      const fourth = await office.draft(planOf(BRIDGE));
      const { skipped } = await office.issue(fourth, { issuedOn: '2023-05-04' });
      expect(skipped.map((one) => one.kind)).toEqual(['action_plan', 'progress_report']);
    });

    it('urges at once what is overdue when the issue is recorded, without the reminders before the date', async () => {
      const planId = await office.begin(planOf(HOUSES), { issuedOn: '2023-05-05' });
      // To sign for by 8 May, recorded on the 10th: the reminder of the 8th is not made up for, the urge of the 9th is.
      const before = await office.obligation(await office.assignment(planId, '1', 'S02'), 'sign_for');
      expect(before).toMatchObject({ dueOn: '2023-05-08', nextRung: 'urge' });
      await office.sweeps.run(office.clock.now());
      const fired = await office.query(
        `select f.rung, p.kind as post, f.collapsed from follow_up f join post p on p.id = f.recipient_post_id
         where f.obligation_id = $1 order by post`,
        [before.id],
      );
      expect(fired).toEqual([
        { rung: 'urge', post: 'contact', collapsed: [] },
        { rung: 'urge', post: 'head', collapsed: [] },
      ]);
    });
  });

  describe('what becomes of what is owed', () => {
    const t = useOffice();
    const evidence = [{ title: '验收单' }];
    let office: Office;
    let planId: string;
    let lead: string;
    let other: string;
    beforeAll(() => {
      office = t.office;
    });
    beforeEach(async () => {
      planId = await office.begin(planOf('整治3条河道岸线。（牵头单位：市水务局；责任单位：市住建局）'));
      lead = await office.assignment(planId, '1', 'S04');
      other = await office.assignment(planId, '1', 'S03');
      await office.move('S04.contact', lead, 'sign_for');
      await office.move('S03.contact', other, 'sign_for');
    });

    const statesOf = async (assignmentId: string) =>
      (await office.obligations(assignmentId)).map(({ kind, subject, state }) => `${kind} ${subject ?? '-'} ${state}`);
    const reports = () => office.query<{ kind: string }>(`select kind from report where assignment_id = $1`, [lead]);

    it('discharges the one that a report names, and no other', async () => {
      const { id } = await office.obligation(lead, 'progress_report', '2023Q1');
      const report = await office.submit('S04.contact', lead, { obligationId: id, text: '已完成三成。' });
      expect(report).toMatchObject({ kind: 'progress_report', obligationId: id });
      expect(await office.obligation(lead, 'progress_report', '2023Q1')).toMatchObject({
        state: 'discharged',
        nextRung: null,
        nextRungAt: null,
      });
      expect((await statesOf(lead)).filter((line) => line.endsWith('open'))).toHaveLength(5);
    });

    it('refuses a report on what is not there, not open, not one for reports, or not this unit’s', async () => {
      const of = async (kind: string) => (await office.obligation(lead, kind)).id;
      const submit = (username: string, obligationId: string) => () =>
        office.submit(username, lead, { obligationId, text: '已完成。' });
      await refuses(office, 'OBLIGATION.NOT_BY_REPORT', submit('S04.contact', await of('completion')));
      await refuses(office, 'OBLIGATION.NOT_BY_REPORT', submit('S04.contact', await of('sign_for')));
      await refuses(office, 'OBLIGATION.UNKNOWN', submit('S04.contact', (await office.obligations(other))[0]!.id));
      await refuses(office, 'ASSIGNMENT.NOT_YOURS', submit('S03.contact', await of('action_plan')));
      await refuses(office, 'ASSIGNMENT.NOT_YOURS', submit('office', await of('action_plan')));
      await submit('S04.contact', await of('action_plan'))();
      await refuses(office, 'OBLIGATION.NOT_OPEN', submit('S04.contact', await of('action_plan')));
      expect(await reports()).toEqual([{ kind: 'action_plan' }]);
    });

    it('lets one of ten that hand in the same report at once win', async () => {
      const { id } = await office.obligation(lead, 'action_plan');
      const tries = await Promise.allSettled(
        Array.from({ length: 10 }, () => office.submit('S04.contact', lead, { obligationId: id, text: '方案。' })),
      );
      const lost = tries.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []));
      expect(lost).toEqual(Array(9).fill('OBLIGATION.NOT_OPEN'));
      expect(await reports()).toEqual([{ kind: 'action_plan' }]);
    });

    it('is reported on only between signing for and the end', async () => {
      const fresh = await office.begin(planOf(HOUSES));
      const assignmentId = await office.assignment(fresh, '1', 'S03');
      const { id } = await office.obligation(assignmentId, 'action_plan');
      const submit = () => office.submit('S03.contact', assignmentId, { obligationId: id, text: '方案。' });
      await refuses(office, 'REPORT.SIGN_FOR_FIRST', submit);
      await office.move('office', assignmentId, 'cancel', { cancelReason: 'merged', reason: '并入第2项' });
      await refuses(office, 'REPORT.ASSIGNMENT_ENDED', submit);
    });

    it('lapses when the part is verified', async () => {
      await office.move('S03.contact', other, 'report', { evidence });
      expect(await statesOf(other)).toEqual(['sign_for - discharged', 'completion - discharged']);
      await office.move('S04.head', other, 'verify');
      await office.move('S04.contact', lead, 'report', { evidence, measurements: await figures(3) });
      await office.move('office', lead, 'verify');
      expect(await statesOf(lead)).toEqual([
        'sign_for - discharged',
        'action_plan - lapsed',
        'progress_report 2023Q1 lapsed',
        'progress_report 2023Q2 lapsed',
        'progress_report 2023Q3 lapsed',
        'completion - discharged',
        'progress_report 2023Q4 lapsed',
      ]);
    });

    const figures = async (value: number) => {
      const targets = await office.query<{ id: string }>(
        `select g.id from target g join task t on t.id = g.task_id where t.plan_id = $1`,
        [planId],
      );
      return targets.map(({ id }) => ({ targetId: id, value }));
    };

    it('is owed again by the same date when the completion is withdrawn', async () => {
      await office.move('S03.contact', other, 'report', { evidence });
      expect(await office.obligation(other, 'completion')).toMatchObject({ state: 'discharged', nextRung: null });
      await office.move('S03.contact', other, 'withdraw');
      expect(await office.obligation(other, 'completion')).toMatchObject({
        state: 'open',
        dueOn: '2023-12-31',
        nextRung: 'remind-5',
      });
    });

    it('is rectified: a return makes it, the next report discharges it, a withdrawal brings it back', async () => {
      await office.move('S03.contact', other, 'report', { evidence });
      await office.move('S04.contact', other, 'return', { reason: '材料不全', rectifyBy: parse('2023-02-01') });
      const rectification = await office.obligation(other, 'rectification');
      expect(rectification).toMatchObject({ subject: '1', state: 'open', dueOn: '2023-02-01' });
      const why = await office.query(`select rule, base from deadline_version where obligation_id = $1`, [
        rectification.id,
      ]);
      expect(why).toEqual([
        {
          rule: 'set when the completion was returned',
          // By the lead, which decides on an extension of it.
          base: { returnedOn: '2023-01-12', setByUnit: expect.any(String) },
        },
      ]);

      await office.move('S03.contact', other, 'report', { evidence });
      expect(await statesOf(other)).toContain('rectification 1 discharged');
      await office.move('S03.contact', other, 'withdraw');
      expect(await statesOf(other)).toEqual([
        'sign_for - discharged',
        'rectification 1 open',
        'completion - discharged',
      ]);
      await office.move('S03.contact', other, 'report', { evidence });
      await office.move('S04.contact', other, 'return', { reason: '仍不全' });
      // Five working days from 12 January: 13, 16, 17, 18, 19.
      expect(await office.obligation(other, 'rectification', '2')).toMatchObject({ dueOn: '2023-01-19' });
    });

    it('is not rectified by today or earlier', async () => {
      await office.move('S03.contact', other, 'report', { evidence });
      for (const day of ['2023-01-12', '2022-12-30']) {
        await refuses(office, 'ASSIGNMENT.RECTIFY_BY_PAST', () =>
          office.move('S04.contact', other, 'return', { reason: '材料不全', rectifyBy: parse(day) }),
        );
      }
    });

    it('is told: a completion to who verifies it, what became of it to the unit', async () => {
      await office.move('S03.contact', other, 'report', { evidence });
      await office.move('S04.contact', other, 'return', { reason: '材料不全' });
      await office.move('S03.contact', other, 'report', { evidence });
      await office.move('S04.contact', other, 'verify');
      await office.move('S04.contact', lead, 'report', { evidence, measurements: await figures(3) });
      const told = await office.query(
        `select n.kind, coalesce(u.code || '.', '') || p.kind as post, n.parameters->>'reason' as reason
         from notification n join post p on p.id = n.post_id left join unit u on u.id = p.unit_id
         where n.plan_id = $1 and n.kind <> 'task_issued' order by n.id`,
        [planId],
      );
      expect(told).toEqual([
        { kind: 'reported', post: 'S04.contact', reason: null },
        { kind: 'returned', post: 'S03.contact', reason: '材料不全' },
        { kind: 'reported', post: 'S04.contact', reason: null },
        { kind: 'verified', post: 'S03.contact', reason: null },
        { kind: 'reported', post: 'office', reason: null },
      ]);
    });
  });
});
