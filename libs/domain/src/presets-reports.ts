import { definePolicy, type Ladder, type Policy } from './policy';
import { SIGN_FOR, THREE_COLOUR } from './preset-ladders';

/*
 * Year plans (责任分解方案) whose reports come in another rhythm, or whose reminders at other times, than those of the
 * annual report. What a paper does not say is as there: signing for in two working days, completion by the year's end,
 * the three colours.
 */

const SIGN: Policy['obligations'][number] = {
  kind: 'sign_for',
  owedBy: 'every_unit',
  ladder: 'sign-for',
  due: [{ by: 'working_days_after_issue', workingDays: 2 }],
};
const PLAN: Policy['obligations'][number] = {
  kind: 'action_plan',
  owedBy: 'lead',
  ladder: 'three-colour',
  due: [{ by: 'day_of_year', day: '02-10' }],
};
const DONE: Policy['obligations'] = [
  { kind: 'milestone', owedBy: 'lead', ladder: 'three-colour', due: [{ by: 'task_milestones' }] },
  {
    kind: 'completion',
    owedBy: 'every_unit',
    ladder: 'three-colour',
    due: [{ by: 'task_deadline', otherwise: '12-31' }],
  },
];
const reports = (due: Policy['obligations'][number]['due'][number]): Policy['obligations'][number] => ({
  kind: 'progress_report',
  owedBy: 'lead',
  ladder: 'three-colour',
  due: [due],
});
const yearPlan = (
  id: string,
  name: Policy['name'],
  obligations: Policy['obligations'],
  threeColour: Ladder = THREE_COLOUR,
): Policy =>
  definePolicy({
    id,
    version: 1,
    name,
    ladders: { 'three-colour': threeColour, 'sign-for': SIGN_FOR },
    obligations: [SIGN, ...obligations, ...DONE],
    rectification: { workingDays: 5, ladder: 'three-colour' },
  });

/** A district's 督查 rules: each month's progress by the 5th of the next. */
const districtMonthly = yearPlan(
  'district-monthly',
  { zh: '区县月报（次月5日前）', en: 'Monthly reports of a district' },
  [PLAN, reports({ by: 'periodic', every: 'month', on: { dayOfMonth: 5, monthsAfterEnd: 1 } })],
);

/**
 * 盘锦 (2021): the lead files its plan, reports by the 28th of the month itself, and is asked for its nodes by the quarter,
 * which are the milestones of its task. The paper's day for the plan is of its own year; here it is that of the annual
 * report.
 */
const panjin = yearPlan('panjin-monthly', { zh: '盘锦月报（当月28日前）', en: 'Monthly reports, 盘锦' }, [
  PLAN,
  reports({ by: 'periodic', every: 'month', on: { dayOfMonth: 28, monthsAfterEnd: 0 } }),
]);

/** 广东: the leads put together what was reported within 10 working days after each quarter. */
const guangdong = yearPlan(
  'guangdong-quarterly',
  { zh: '广东季报（季后10个工作日）', en: 'Quarterly reports, Guangdong' },
  [PLAN, reports({ by: 'periodic', every: 'quarter', on: { workingDaysAfterEnd: 10 } })],
);

/** 西安: who has at most 3 days left is reminded; a paper that says 天 counts every day. */
const xian = yearPlan(
  'xian-three-days',
  { zh: '西安督查（到期前3日提醒）', en: 'Reminders three days before, Xi’an' },
  [PLAN, reports({ by: 'periodic', every: 'quarter', on: { dayOfMonth: 20, monthsAfterEnd: 1 } })],
  {
    at: '09:00',
    rungs: [
      { id: 'remind-3', offset: { calendarDays: -3 }, kind: 'reminder', to: ['contact', 'head'] },
      ...THREE_COLOUR.rungs.filter(({ kind }) => kind !== 'reminder'),
    ],
  },
);

export const REPORT_POLICIES: readonly Policy[] = [districtMonthly, panjin, guangdong, xian];
