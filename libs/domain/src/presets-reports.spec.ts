import { CHINA_HOLIDAYS, createWorkingCalendar, parseLocalDate } from '@duban/kernel';
import { planObligations } from './due-dates';
import { rungAt } from './ladder';
import { dueShape } from './policy';
import { policyFaults } from './policy-faults';
import { annualReport, PRESETS } from './presets';
import { REPORT_POLICIES } from './presets-reports';

const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const d = parseLocalDate;
const owed = (policy: (typeof PRESETS)[number], isLead: boolean): string[] =>
  planObligations(policy, 2023, d('2023-01-12'), { isLead, taskDueOn: null, milestones: [] }, calendar).map(
    ({ kind, subject, recordedOn }) => [kind, subject, recordedOn].filter((part) => part !== null).join(' '),
  );

/** By hand, with the holidays of 2023: 5 April off, 29 September to 6 October off, 7 and 8 October worked, 1 January off. */
const REPORTS: Record<string, string[]> = {
  'district-monthly': [
    '2023M01 2023-02-05',
    '2023M02 2023-03-05',
    '2023M03 2023-04-05',
    '2023M04 2023-05-05',
    '2023M05 2023-06-05',
    '2023M06 2023-07-05',
    '2023M07 2023-08-05',
    '2023M08 2023-09-05',
    '2023M09 2023-10-05',
    '2023M10 2023-11-05',
    '2023M11 2023-12-05',
    '2023M12 2024-01-05',
  ],
  'panjin-monthly': [
    '2023M01 2023-01-28',
    '2023M02 2023-02-28',
    '2023M03 2023-03-28',
    '2023M04 2023-04-28',
    '2023M05 2023-05-28',
    '2023M06 2023-06-28',
    '2023M07 2023-07-28',
    '2023M08 2023-08-28',
    '2023M09 2023-09-28',
    '2023M10 2023-10-28',
    '2023M11 2023-11-28',
    '2023M12 2023-12-28',
  ],
  'guangdong-quarterly': ['2023Q1 2023-04-17', '2023Q2 2023-07-14', '2023Q3 2023-10-18', '2023Q4 2024-01-15'],
  'xian-three-days': ['2023Q1 2023-04-20', '2023Q2 2023-07-20', '2023Q3 2023-10-20', '2023Q4 2024-01-20'],
};

describe('year plans with reports in another rhythm', () => {
  it.each(REPORT_POLICIES.map((policy) => [policy.id, policy] as const))('%s owes in 2023', (id, policy) => {
    expect(owed(policy, true)).toEqual([
      'sign_for 2023-01-16',
      'action_plan 2023-02-10',
      ...REPORTS[id]!.map((one) => `progress_report ${one}`),
      'completion 2023-12-31',
    ]);
    expect(owed(policy, false)).toEqual(['sign_for 2023-01-16', 'completion 2023-12-31']);
    expect(policyFaults(policy)).toEqual([]);
    expect(PRESETS).toContain(policy);
  });

  it('three days before a Monday is a Friday; what would come on a holiday comes on the next working day', () => {
    const ladder = REPORT_POLICIES.find(({ id }) => id === 'xian-three-days')!.ladders['three-colour']!;
    const reminded = (effectiveOn: string) =>
      rungAt(
        ladder,
        ladder.rungs[0]!,
        { startedOn: d('2023-01-12'), effectiveOn: d(effectiveOn) },
        { calendar, timeZone: 'Asia/Shanghai' },
      );
    expect(reminded('2023-07-24')).toEqual(new Date('2023-07-21T09:00:00+08:00'));
    expect(reminded('2023-10-07')).toEqual(new Date('2023-10-07T09:00:00+08:00'));
  });
});

describe('reports by periods', () => {
  const datesOf = (due: object): string[] => {
    const policy = {
      ...annualReport,
      obligations: [
        {
          kind: 'progress_report',
          owedBy: 'lead',
          ladder: 'three-colour',
          due: [dueShape.parse({ by: 'periodic', ...due })],
        },
      ] as typeof annualReport.obligations,
    };
    return owed(policy, true).map((line) => line.replace('progress_report ', ''));
  };

  it.each<[string, object, string[]]>([
    [
      'from the second quarter on, by the 20th of the month after',
      { every: 'quarter', on: { dayOfMonth: 20, monthsAfterEnd: 1 }, from: 'Q2' },
      ['2023Q2 2023-07-20', '2023Q3 2023-10-20', '2023Q4 2024-01-20'],
    ],
    [
      'some months, within seven days after their end (花蓮)',
      { every: 'month', on: { calendarDaysAfterEnd: 7 }, from: 'M02', to: 'M04' },
      ['2023M02 2023-03-07', '2023M03 2023-04-07', '2023M04 2023-05-07'],
    ],
    [
      'every two months (盐城), on the last day of the second, which not every month has',
      { every: 'two_months', on: { dayOfMonth: 31, monthsAfterEnd: 0 } },
      [
        '2023B1 2023-02-28',
        '2023B2 2023-04-30',
        '2023B3 2023-06-30',
        '2023B4 2023-08-31',
        '2023B5 2023-10-31',
        '2023B6 2023-12-31',
      ],
    ],
    [
      'each half-year',
      { every: 'half_year', on: { dayOfMonth: 10, monthsAfterEnd: 1 } },
      ['2023H1 2023-07-10', '2023H2 2024-01-10'],
    ],
    ['the year', { every: 'year', on: { dayOfMonth: 15, monthsAfterEnd: 2 } }, ['2023 2024-02-15']],
  ])('%s', (_, due, dates) => {
    expect(datesOf(due)).toEqual(dates);
  });
});
