import { annualReport } from '@duban/domain';
import { systemActor } from '@duban/history';
import { parseLocalDate } from '@duban/kernel';
import { Plan } from '@duban/tasks';
import { planOf } from '../test/city';
import { type Office, useOffice } from '../test/office';
import { LEADER, playWorkedExample } from '../test/worked-example';
import { Obligation } from './obligation.entity';
import { ObligationWriter } from './obligation.writer';

describe('the worked example of 2023', () => {
  const t = useOffice('2023-01-12T09:30:00+08:00');

  it('sends exactly the follow-ups of the calendar, to the day and the post, and no others', () =>
    playWorkedExample(t.office, (instant) => t.office.passTo(instant)));
});

describe('SweepService', () => {
  const HOUSES = planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）');
  const t = useOffice();
  let office: Office;
  let assignmentId: string;

  /** The lead's part of a plan of its own; what other tests left behind is settled. */
  async function aLead(): Promise<string> {
    await office.query(`update obligation set state = 'lapsed', next_rung = null, next_rung_at = null`);
    const today = new Date(office.clock.now().getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
    const planId = await office.begin(HOUSES, { issuedOn: today });
    for (const unit of ['S02', 'S03']) {
      await office.move(`${unit}.contact`, await office.assignment(planId, '1', unit), 'sign_for');
    }
    return office.assignment(planId, '1', 'S03');
  }
  const firedOf = (kind: string) =>
    office.query<{ at: string; rung: string; post: string; collapsed: string[]; planned: string }>(
      `select to_char(f.fired_at at time zone 'Asia/Shanghai', 'MM-DD') as at, f.rung, p.kind as post, f.collapsed,
         to_char(f.planned_at at time zone 'Asia/Shanghai', 'MM-DD') as planned
       from follow_up f join obligation o on o.id = f.obligation_id join post p on p.id = f.recipient_post_id
       where o.assignment_id = $1 and o.kind = $2 order by f.fired_at, f.planned_at, post`,
      [assignmentId, kind],
    );
  const sweep = () => office.sweeps.run(office.clock.now());

  beforeAll(() => {
    office = t.office;
  });

  it('fires at the very instant, not a millisecond before', async () => {
    assignmentId = await aLead();
    office.sleepTo('2023-02-03T08:59:59.999+08:00');
    expect(await sweep()).toEqual({ obligations: 0, followUps: 0, notices: 0, failed: 0 });
    office.sleepTo('2023-02-03T09:00:00+08:00');
    expect(await sweep()).toEqual({ obligations: 1, followUps: 1, notices: 0, failed: 0 });
  });

  it('changes nothing when it runs twice', async () => {
    const before = await office.rowCounts();
    expect(await sweep()).toEqual({ obligations: 0, followUps: 0, notices: 0, failed: 0 });
    expect(await office.rowCounts()).toEqual(before);
  });

  it('after downtime sends one reminder for all that were missed', async () => {
    // 13 February: two reminders and the urge came due; the first reminder has been sent.
    office.sleepTo('2023-02-13T11:00:00+08:00');
    await sweep();
    expect(await firedOf('action_plan')).toEqual([
      { at: '02-03', rung: 'remind-5', post: 'contact', collapsed: [], planned: '02-03' },
      { at: '02-13', rung: 'urge', post: 'contact', collapsed: ['remind-1'], planned: '02-13' },
      { at: '02-13', rung: 'urge', post: 'head', collapsed: ['remind-1'], planned: '02-13' },
    ]);
  });

  it('after downtime climbs one colour at a time, each with its full time to answer from when it was sent', async () => {
    // Blue, orange and red should all have gone out by 24 February; the system was down until Monday the 27th.
    office.sleepTo('2023-02-27T11:00:00+08:00');
    await sweep();
    await sweep();
    // Two working days from the 27th: 28 February and 1 March; orange on 2 March, three days: 3, 6, 7; red on the 8th.
    await office.passTo('2023-03-31T18:00:00+08:00');
    const notices = (await firedOf('action_plan')).filter(({ post, rung }) => post === 'head' && rung !== 'urge');
    expect(notices.map(({ at, planned, rung }) => ({ at, planned, rung }))).toEqual([
      { at: '02-27', planned: '02-15', rung: 'blue' },
      { at: '03-02', planned: '03-02', rung: 'orange' },
      { at: '03-08', planned: '03-08', rung: 'red' },
    ]);
    const [row] = await office.query(`select count(*)::int as n from obligation where next_rung_at <= $1`, [
      office.clock.now(),
    ]);
    expect(row).toEqual({ n: 0 });
  });

  it('copies the leader who is named and holds the post, else the office; a former holder counts no more', async () => {
    await office.query(`update person set display_name = $1 where username = 'leader'`, [LEADER]);
    const copyOf = async (day: string, leader: string) => {
      await office.query(`update obligation set state = 'lapsed', next_rung = null, next_rung_at = null`);
      const planId = await office.begin(planOf(`修缮校舍。（牵头单位：市教育局；分管领导：${leader}）`), {
        issuedOn: '2023-02-27',
      });
      assignmentId = await office.assignment(planId, '1', 'S02');
      await office.move('S02.contact', assignmentId, 'sign_for');
      await office.query(
        `update obligation set next_rung = 'red', next_rung_at = $2
         where assignment_id = $1 and kind = 'progress_report' and subject = '2023Q1'`,
        [assignmentId, new Date(`${day}T09:00:00+08:00`)],
      );
      await office.passTo(`${day}T10:00:00+08:00`);
      return (await firedOf('progress_report')).map(({ post }) => post);
    };
    expect(await copyOf('2023-04-03', LEADER)).toEqual(['head', 'leader', 'office']);
    expect(await copyOf('2023-04-04', '周不存')).toEqual(['head', 'office']);
    await office.query(
      `update post_holding set to_on = '2023-04-06' where person_id = (select id from person where username = 'leader')`,
    );
    expect(await copyOf('2023-04-06', LEADER)).toEqual(['head', 'office']);
  });

  it('sends no copy to whom the step is sent anyway', async () => {
    const policy = structuredClone(annualReport);
    const [reminder] = policy.ladders['sign-for']!.rungs;
    Object.assign(reminder!, { to: ['contact', 'office'], copyTo: ['contact', 'leader_in_charge', 'head'] });
    await office.query(`insert into policy (id, version, body) values ('spec-copies', 1, $1)`, [
      JSON.stringify({ ...policy, id: 'spec-copies' }),
    ]);
    const planId = await office.begin(HOUSES, { issuedOn: '2023-04-06', policy: 'spec-copies' });
    assignmentId = await office.assignment(planId, '1', 'S03');
    await office.passTo('2023-04-10T09:00:00+08:00');
    const rows = await office.query(
      `select p.kind as post, f.is_copy as "isCopy" from follow_up f join obligation o on o.id = f.obligation_id
         join post p on p.id = f.recipient_post_id where o.assignment_id = $1 order by post`,
      [assignmentId],
    );
    expect(rows).toEqual([
      { post: 'contact', isCopy: false },
      { post: 'head', isCopy: true },
      { post: 'office', isCopy: false },
    ]);
  });

  it('has messages wait for working hours, the follow-ups themselves not', async () => {
    assignmentId = await aLead();
    const evidence = [{ title: '验收单' }];
    const waits = async (instant: string) => {
      office.sleepTo(instant);
      await office.move('S03.contact', assignmentId, 'report', { evidence, goAheadReason: '先行' });
      await office.move('S03.contact', assignmentId, 'withdraw');
      const [row] = await office.query<{ wanted: Date; from: Date }>(
        `select wanted_at as wanted, send_from as from from notification where kind = 'reported' order by id desc limit 1`,
      );
      expect(row!.wanted).toEqual(new Date(instant));
      return row!.from;
    };
    expect(await waits('2023-04-28T17:59:59+08:00')).toEqual(new Date('2023-04-28T17:59:59+08:00'));
    // 29 April to 3 May are holidays.
    expect(await waits('2023-04-28T18:00:00+08:00')).toEqual(new Date('2023-05-04T09:00:00+08:00'));
    expect(await waits('2023-05-02T10:00:00+08:00')).toEqual(new Date('2023-05-04T09:00:00+08:00'));
    expect(await waits('2023-05-05T07:00:00+08:00')).toEqual(new Date('2023-05-05T09:00:00+08:00'));
    // A Saturday, worked.
    expect(await waits('2023-05-06T10:00:00+08:00')).toEqual(new Date('2023-05-06T10:00:00+08:00'));
  });

  it('says in a notification all that its words need', async () => {
    const planId = await office.begin(HOUSES, { issuedOn: '2023-05-05' });
    assignmentId = await office.assignment(planId, '1', 'S03');
    await office.passTo('2023-05-11T09:00:00+08:00');
    const [row] = await office.query<{ parameters: object }>(
      `select n.parameters from notification n join follow_up f on f.id = n.follow_up_id
         join obligation o on o.id = f.obligation_id where o.assignment_id = $1 and f.rung = 'blue' limit 1`,
      [assignmentId],
    );
    expect(row!.parameters).toEqual({
      followUpKind: 'notice',
      colour: 'blue',
      rung: 'blue',
      obligationKind: 'sign_for',
      template: null,
      subject: null,
      dueOn: '2023-05-08',
      unitName: '市住建局',
      taskNumber: '1',
      taskContent: '推进老旧小区改造。',
      noticeNumber: expect.stringMatching(/^督办蓝〔2023〕\d+号$/),
      answerDueOn: '2023-05-15',
      isCopy: false,
      collapsed: [],
    });
  });
});

describe('what is due and what was moved', () => {
  const t = useOffice();
  let office: Office;
  beforeAll(async () => {
    office = t.office;
    await office.begin(planOf('推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）'));
  });

  it('fires what has been due for a year: there is no look-back that loses what is older (duly 89)', async () => {
    office.sleepTo('2024-01-22T10:00:00+08:00');
    const [open] = await office.query<{ n: number }>(`select count(*)::int as n from obligation where state = 'open'`);
    expect(open!.n).toBeGreaterThan(5);
    expect(await office.sweeps.run(office.clock.now())).toMatchObject({ obligations: open!.n, failed: 0 });
    const [unfired] = await office.query(
      `select count(*)::int as n from obligation o where not exists (select from follow_up f where f.obligation_id = o.id)`,
    );
    expect(unfired).toEqual({ n: 0 });
  });

  it('moves many deadlines at once, each with its version and history, and nothing fires by the old ones (bullmq 543, 787, 2339)', async () => {
    await office.query(`update obligation set next_rung = 'urge', next_rung_at = $1`, [office.clock.now()]);
    const origin = { rule: 'moved by a spec', base: {} };
    const moved = await office.transactor.run(async (tx) => {
      const [actor, at] = [systemActor('spec'), office.clock.now()];
      const plan = await tx.getRepository(Plan).findOneByOrFail({});
      const held = await tx.getRepository(Obligation).find();
      const moves = held.map((obligation) => ({
        obligation,
        dueOn: parseLocalDate('2024-06-28'),
        origin,
        isStopped: false,
      }));
      await office.get(ObligationWriter).redateAll(tx, { actor, at, plan }, 'Asia/Shanghai', moves);
      return held.length;
    });
    const rows = await office.query(
      `select count(*)::int as moved, min(o.deadline_version) as version,
         count(*) filter (where v.rule = 'moved by a spec' and v.effective_on = o.effective_on)::int as versions,
         count(*) filter (where e.after->>'dueOn' = '2024-06-28' and e.before->>'dueOn' <> '2024-06-28')::int as events
       from obligation o
         join deadline_version v on v.obligation_id = o.id and v.version = o.deadline_version
         join history_event e on e.entity_id = o.id and e.type = 'obligation.rescheduled'
       where o.due_on = '2024-06-28' and o.last_rung is null and o.next_rung_at > $1`,
      [office.clock.now()],
    );
    expect(rows).toEqual([{ moved, version: 2, versions: moved, events: moved }]);
    expect(await office.sweeps.run(office.clock.now())).toMatchObject({ obligations: 0, followUps: 0 });
  });
});
