import { planOf } from './city';
import type { Office } from './office';

/** Of the government, in charge of the second task. */
export const LEADER = '何清源';
/** By whom a follow-up was received, of which unit's duty, which rung, and when: one line each, sorted. */
const FOLLOW_UPS = `
  select to_char(f.fired_at at time zone 'Asia/Shanghai', 'MM-DD HH24:MI') || ' ' || u.code || ' ' || o.kind || ' '
    || f.rung || ' ' || p.kind || case when f.is_copy then ' (copy)' else '' end as line
  from follow_up f join obligation o on o.id = f.obligation_id join unit u on u.id = o.unit_id
    join post p on p.id = f.recipient_post_id
  order by line`;
const linesOf = async (office: Office): Promise<string[]> =>
  (await office.query<{ line: string }>(FOLLOW_UPS)).map(({ line }) => line);

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

/**
 * Plays the worked example in an office of that city whose clock stands at half past nine on 12 January 2023.
 *
 * @param passTo moves the clock to an instant, and has done on the way what is due
 */
export async function playWorkedExample(office: Office, passTo: (instant: string) => Promise<void>): Promise<void> {
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

  await passTo('2023-01-13T10:00:00+08:00');
  await sign('1', 'S03');
  await sign('2', 'Q01');
  await passTo('2023-01-16T10:00:00+08:00');
  await sign('2', 'S01');
  await passTo('2023-01-18T15:00:00+08:00');
  await sign('1', 'S02');
  await passTo('2023-02-08T10:00:00+08:00');
  await report('2', 'S01', 'action_plan');

  const stops = [...UNTIL_9_FEBRUARY];
  await passTo('2023-02-09T18:00:00+08:00');
  expect(await linesOf(office)).toEqual([...stops].sort());

  stops.push(...UNTIL_13_FEBRUARY);
  await passTo('2023-02-13T18:00:00+08:00');
  expect(await linesOf(office)).toEqual([...stops].sort());

  stops.push(...UNTIL_19_APRIL);
  await passTo('2023-02-27T10:00:00+08:00');
  await report('1', 'S03', 'action_plan');
  await passTo('2023-04-18T10:00:00+08:00');
  await report('1', 'S03', 'progress_report', '2023Q1');
  await passTo('2023-04-19T18:00:00+08:00');
  expect(await linesOf(office)).toEqual([...stops].sort());

  stops.push(...UNTIL_28_APRIL);
  await passTo('2023-04-28T18:00:00+08:00');
  expect(await linesOf(office)).toEqual([...stops].sort());

  stops.push(...UNTIL_6_MAY);
  await passTo('2023-05-06T18:00:00+08:00');
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
}
