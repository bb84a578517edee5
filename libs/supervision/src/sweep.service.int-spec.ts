import { annualReport } from '@duban/domain';
import { systemActor } from '@duban/history';
import { parseLocalDate } from '@duban/kernel';
import { Plan } from '@duban/tasks';
import { planOf } from '../test/city';
import { type Office, useOffice } from '../test/office';
import { Obligation } from './obligation.entity';
import { ObligationWriter } from './obligation.writer';

const LEADER = '何清源';
/** By whom a follow-up was received, of which unit's duty, which rung, and when: one line each, sorted. */
const FOLLOW_UPS = `
  select to_char(f.fired_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI') || ' ' || u.code || ' ' || o.kind || ' '
    || f.rung || ' ' || p.kind || case when f.is_copy then ' (copy)' else '' end as line
  from follow_up f join obligation o on o.id = f.obligation_id join unit u on u.id = o.unit_id
    join post p on p.id = f.recipient_post_id
  order by line`;
const linesOf = async (office: Office): Promise<string[]> =>
  (await office.query<{ line: string }>(FOLLOW_UPS)).map(({ line }) => line);

describe('the worked example of 2023', () => {
  const t = useOffice('2023-01-12T09:30:00+08:00');

  /*
   * By hand, from the published rules. Issued on Thursday 12 January: to sign for by Monday the 16th. Action plans by
   * Friday 10 February; reports by Thursday 20 April, with a working Sunday on the 23rd, holidays from 29 April to
   * 3 May and a working Saturday on 6 May. Task 1: S03 leads, S02 has a part, no leader is named. Task 2: S01 leads,
   * Q01 and Q02 have parts, 何清源 is in charge.
   */
  const UNTIL_9_FEBRUARY = [
    // S03 and Q01 have signed on the 13th.
    '01-16 09:00 Q02 sign_for remind contact',
    '01-16 09:00 S01 sign_for remind contact',
    '01-16 09:00 S02 sign_for remind contact',
    // S01 signs on the 16th at ten.
    '01-17 09:00 Q02 sign_for urge contact',
    '01-17 09:00 Q02 sign_for urge head',
    '01-17 09:00 S02 sign_for urge contact',
    '01-17 09:00 S02 sign_for urge head',
    // S02 signs on the 18th, Q02 never does.
    '01-19 09:00 Q02 sign_for blue contact',
    '01-19 09:00 Q02 sign_for blue head',
    '02-03 09:00 S01 action_plan remind-5 contact',
    '02-03 09:00 S03 action_plan remind-5 contact',
    // S01 hands in its plan on 8 February.
    '02-09 09:00 S03 action_plan remind-1 contact',
    '02-09 09:00 S03 action_plan remind-1 head',
  ];
  const UNTIL_13_FEBRUARY = ['02-13 09:00 S03 action_plan urge contact', '02-13 09:00 S03 action_plan urge head'];
  const UNTIL_19_APRIL = [
    '02-15 09:00 S03 action_plan blue contact',
    '02-15 09:00 S03 action_plan blue head',
    '02-20 09:00 S03 action_plan orange head',
    '02-20 09:00 S03 action_plan orange office (copy)',
    '02-24 09:00 S03 action_plan red head',
    // Leader in charge and office are the same post here: one copy.
    '02-24 09:00 S03 action_plan red office (copy)',
    // S03 hands in its plan on 27 February, and its report on 18 April.
    '04-13 09:00 S01 progress_report remind-5 contact',
    '04-13 09:00 S03 progress_report remind-5 contact',
    '04-19 09:00 S01 progress_report remind-1 contact',
    '04-19 09:00 S01 progress_report remind-1 head',
  ];
  const UNTIL_28_APRIL = [
    '04-21 09:00 S01 progress_report urge contact',
    '04-21 09:00 S01 progress_report urge head',
    '04-24 09:00 S01 progress_report blue contact',
    '04-24 09:00 S01 progress_report blue head',
    '04-27 09:00 S01 progress_report orange head',
    '04-27 09:00 S01 progress_report orange leader (copy)',
  ];
  const UNTIL_6_MAY = [
    '05-06 09:00 S01 progress_report red head',
    '05-06 09:00 S01 progress_report red leader (copy)',
    '05-06 09:00 S01 progress_report red office (copy)',
  ];

  it('sends exactly the follow-ups of the calendar, to the day and the post, and no others', async () => {
    const { office } = t;
    await office.query(`update person set display_name = $1 where username = 'leader'`, [LEADER]);
    const planId = await office.begin(
      planOf(
        '推进老旧小区改造。（牵头单位：市住建局；责任单位：市教育局）',
        `推进重大项目建设。（牵头单位：市发改委；责任单位：各区人民政府；分管领导：${LEADER}）`,
      ),
    );
    const sign = async (task: string, unit: string) =>
      office.move(`${unit}.contact`, await office.assignment(planId, task, unit), 'sign_for');
    const report = async (task: string, unit: string, kind: string, subject: string | null = null) => {
      const assignmentId = await office.assignment(planId, task, unit);
      const { id: obligationId } = await office.obligation(assignmentId, kind, subject);
      await office.submit(`${unit}.contact`, assignmentId, { obligationId, text: '按序推进。' });
    };

    await office.passTo('2023-01-13T10:00:00+08:00');
    await sign('1', 'S03');
    await sign('2', 'Q01');
    await office.passTo('2023-01-16T10:00:00+08:00');
    await sign('2', 'S01');
    await office.passTo('2023-01-18T15:00:00+08:00');
    await sign('1', 'S02');
    await office.passTo('2023-02-08T10:00:00+08:00');
    await report('2', 'S01', 'action_plan');

    const stops = [...UNTIL_9_FEBRUARY];
    await office.passTo('2023-02-09T18:00:00+08:00');
    expect(await linesOf(office)).toEqual([...stops].sort());

    stops.push(...UNTIL_13_FEBRUARY);
    await office.passTo('2023-02-13T18:00:00+08:00');
    expect(await linesOf(office)).toEqual([...stops].sort());

    stops.push(...UNTIL_19_APRIL);
    await office.passTo('2023-02-27T10:00:00+08:00');
    await report('1', 'S03', 'action_plan');
    await office.passTo('2023-04-18T10:00:00+08:00');
    await report('1', 'S03', 'progress_report', '2023Q1');
    await office.passTo('2023-04-19T18:00:00+08:00');
    expect(await linesOf(office)).toEqual([...stops].sort());

    stops.push(...UNTIL_28_APRIL);
    await office.passTo('2023-04-28T18:00:00+08:00');
    expect(await linesOf(office)).toEqual([...stops].sort());

    stops.push(...UNTIL_6_MAY);
    await office.passTo('2023-05-06T18:00:00+08:00');
    expect(await linesOf(office)).toEqual([...stops].sort());

    const notices = await office.query(
      `select n.number, n.state, n.answer_due_on::text as "answerDueOn", n.in_next_bulletin as "inBulletin"
         from supervision_notice n order by n.issued_at`,
    );
    expect(notices).toEqual([
      { number: '督办蓝〔2023〕1号', state: 'issued', answerDueOn: '2023-01-28', inBulletin: false },
      { number: '督办蓝〔2023〕2号', state: 'raised', answerDueOn: '2023-02-17', inBulletin: false },
      { number: '督办橙〔2023〕1号', state: 'raised', answerDueOn: '2023-02-23', inBulletin: false },
      { number: '督办红〔2023〕1号', state: 'closed', answerDueOn: null, inBulletin: true },
      { number: '督办蓝〔2023〕3号', state: 'raised', answerDueOn: '2023-04-26', inBulletin: false },
      { number: '督办橙〔2023〕2号', state: 'raised', answerDueOn: '2023-05-05', inBulletin: false },
      { number: '督办红〔2023〕2号', state: 'issued', answerDueOn: null, inBulletin: true },
    ]);
    const told = await office.query(
      `select f.id from follow_up f
         where (select count(*) from notification n
                where n.follow_up_id = f.id and n.post_id = f.recipient_post_id and n.kind = 'follow_up') <> 1`,
    );
    expect(told).toEqual([]);
  });
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
