import { definePolicy, type Policy } from './policy';
import { SIGN_FOR, THREE_COLOUR } from './preset-ladders';
import { LIGHT_POLICIES } from './presets-lights';
import { MATTER_POLICIES } from './presets-matters';
import { REPORT_POLICIES } from './presets-reports';
import { slipsSuqian } from './presets-slips';

/**
 * The municipal annual report (年度政府工作报告): the lead hands in an action plan with its contact person by 10
 * February, reports from the second quarter on by the 20th of each quarter's first month, and is done by the year's
 * end. Rules of 武政办〔2023〕1号; the three colours after the manner of 三明 (2017), the steps before and after a date
 * as most offices keep them.
 */
export const annualReport = definePolicy({
  id: 'annual-report',
  version: 1,
  name: { zh: '年度政府工作报告责任分解', en: 'Municipal annual report' },
  ladders: { 'three-colour': THREE_COLOUR, 'sign-for': SIGN_FOR },
  obligations: [
    {
      kind: 'sign_for',
      owedBy: 'every_unit',
      ladder: 'sign-for',
      due: [{ by: 'working_days_after_issue', workingDays: 2 }],
    },
    { kind: 'action_plan', owedBy: 'lead', ladder: 'three-colour', due: [{ by: 'day_of_year', day: '02-10' }] },
    {
      kind: 'progress_report',
      owedBy: 'lead',
      ladder: 'three-colour',
      due: [
        { by: 'day_of_year', day: '04-20', period: 'Q1' },
        { by: 'day_of_year', day: '07-20', period: 'Q2' },
        { by: 'day_of_year', day: '10-20', period: 'Q3' },
        { by: 'day_of_year', day: '01-20', yearOffset: 1, period: 'Q4' },
      ],
    },
    { kind: 'milestone', owedBy: 'lead', ladder: 'three-colour', due: [{ by: 'task_milestones' }] },
    {
      kind: 'completion',
      owedBy: 'every_unit',
      ladder: 'three-colour',
      due: [{ by: 'task_deadline', otherwise: '12-31' }],
    },
  ],
  rectification: { workingDays: 5, ladder: 'three-colour' },
  objection: { workingDays: 5, answerWithin: 5 },
  handedOver: { workingDays: 5 },
  verification: { required: false, checklist: [], methods: ['documents', 'sample', 'call_back', 'visit'] },
  instruction: { days: { urgent: 5, ordinary: 15, hard: 30 }, ladder: 'three-colour' },
  satisfaction: { calledBackPercent: 10 },
  contribution: { workingDaysBefore: 5, workingDays: 5 },
  coordination: { workingDays: 5 },
  extension: { officers: { times: 1, days: 30 } },
  review: { workingDays: 5 },
});

export const PRESETS: readonly Policy[] = [
  annualReport,
  ...REPORT_POLICIES,
  ...MATTER_POLICIES,
  ...LIGHT_POLICIES,
  slipsSuqian,
];
