import { addDays, CHINA_HOLIDAYS, createWorkingCalendar, parseLocalDate } from '@duban/kernel';
import fc from 'fast-check';
import { type AssignmentTerms, obligationChanges, planObligations } from './due-dates';
import type { DueRule, Policy } from './policy';
import { annualReport } from './presets';
import { MATTER_POLICIES } from './presets-matters';

const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const d = parseLocalDate;
const LEAD: AssignmentTerms = { isLead: true, taskDueOn: null, milestones: [] };
const UNIT: AssignmentTerms = { ...LEAD, isLead: false };

const plan = (terms: AssignmentTerms, issuedOn: string, year = 2023) =>
  planObligations(annualReport, year, d(issuedOn), terms, calendar);
const inShort = (terms: AssignmentTerms, issuedOn: string, year?: number) =>
  plan(terms, issuedOn, year).map(({ kind, subject, recordedOn }) => [kind, subject, recordedOn]);

describe('annual-report for 2023, issued on 2023-01-12', () => {
  it('the lead owes all of it, each date with its rule and what it was counted from', () => {
    const year = { year: 2023 };
    expect(plan(LEAD, '2023-01-12')).toEqual([
      {
        kind: 'sign_for',
        ladder: 'sign-for',
        subject: null,
        recordedOn: '2023-01-16',
        rule: '2 working days after issue',
        base: { issuedOn: '2023-01-12', workingDays: 2 },
      },
      {
        kind: 'action_plan',
        ladder: 'three-colour',
        subject: null,
        recordedOn: '2023-02-10',
        rule: 'by 02-10 of the year',
        base: year,
      },
      {
        kind: 'progress_report',
        ladder: 'three-colour',
        subject: '2023Q1',
        recordedOn: '2023-04-20',
        rule: 'by 04-20 of the year',
        base: year,
      },
      {
        kind: 'progress_report',
        ladder: 'three-colour',
        subject: '2023Q2',
        recordedOn: '2023-07-20',
        rule: 'by 07-20 of the year',
        base: year,
      },
      {
        kind: 'progress_report',
        ladder: 'three-colour',
        subject: '2023Q3',
        recordedOn: '2023-10-20',
        rule: 'by 10-20 of the year',
        base: year,
      },
      {
        kind: 'progress_report',
        ladder: 'three-colour',
        subject: '2023Q4', // a Saturday: kept as recorded, it takes effect on the Monday
        recordedOn: '2024-01-20',
        rule: 'by 01-20 of the year +1',
        base: year,
      },
      {
        kind: 'completion',
        ladder: 'three-colour',
        subject: null,
        recordedOn: '2023-12-31',
        rule: 'by 12-31 of the year',
        base: year,
      },
    ]);
  });

  it('another unit signs for it and completes its part', () => {
    expect(inShort(UNIT, '2023-01-12')).toEqual([
      ['sign_for', null, '2023-01-16'],
      ['completion', null, '2023-12-31'],
    ]);
  });
});

describe('issued at another time', () => {
  it('in mid-year: to sign for it counts from the issue, over a holiday; what is past is still named', () => {
    // Thursday 22 to Saturday 24 June were off, Sunday the 25th was worked.
    expect(inShort(LEAD, '2023-06-21')).toEqual([
      ['sign_for', null, '2023-06-26'],
      ['action_plan', null, '2023-02-10'],
      ['progress_report', '2023Q1', '2023-04-20'],
      ['progress_report', '2023Q2', '2023-07-20'],
      ['progress_report', '2023Q3', '2023-10-20'],
      ['progress_report', '2023Q4', '2024-01-20'],
      ['completion', null, '2023-12-31'],
    ]);
  });

  it("in December for the year after: the plan's year counts, not that of the issue", () => {
    expect(inShort(LEAD, '2023-12-29', 2024)).toEqual([
      ['sign_for', null, '2024-01-03'],
      ['action_plan', null, '2024-02-10'],
      ['progress_report', '2024Q1', '2024-04-20'],
      ['progress_report', '2024Q2', '2024-07-20'],
      ['progress_report', '2024Q3', '2024-10-20'],
      ['progress_report', '2024Q4', '2025-01-20'],
      ['completion', null, '2024-12-31'],
    ]);
  });
});

describe('what the task itself says', () => {
  const terms: AssignmentTerms = {
    isLead: true,
    taskDueOn: d('2023-06-30'),
    milestones: [
      { text: '3月底前开工', due: d('2023-03-31') },
      { text: '5月底前封顶', due: d('2023-05-31') },
    ],
  };
  const own = (isLead: boolean) =>
    plan({ ...terms, isLead }, '2023-01-12').filter(({ kind }) => kind === 'milestone' || kind === 'completion');

  it("its own deadline goes before the year's end, and each milestone is owed by the lead", () => {
    const base = { year: 2023 };
    expect(own(true)).toEqual([
      {
        kind: 'milestone',
        ladder: 'three-colour',
        subject: '3月底前开工',
        recordedOn: '2023-03-31',
        rule: 'a milestone of the task',
        base,
      },
      {
        kind: 'milestone',
        ladder: 'three-colour',
        subject: '5月底前封顶',
        recordedOn: '2023-05-31',
        rule: 'a milestone of the task',
        base,
      },
      {
        kind: 'completion',
        ladder: 'three-colour',
        subject: null,
        recordedOn: '2023-06-30',
        rule: "the task's own deadline",
        base,
      },
    ]);
  });

  it('another unit shares the deadline and not the milestones', () => {
    expect(own(false).map(({ kind, recordedOn }) => [kind, recordedOn])).toEqual([['completion', '2023-06-30']]);
  });
});

describe('a rule by itself', () => {
  const policy = (due: DueRule): Policy => ({
    ...annualReport,
    obligations: [{ kind: 'progress_report', owedBy: 'lead', ladder: 'three-colour', due: [due] }],
  });
  const dateBy = (due: DueRule, year: number) =>
    planObligations(policy(due), year, d('2023-01-12'), LEAD, calendar).map(({ recordedOn }) => recordedOn);

  it.each([
    [2023, '2023-02-28'],
    [2024, '2024-02-29'],
    [2000, '2000-02-29'],
    [2100, '2100-02-28'],
  ])('02-29 in %i is the last day of February: %s', (year, date) => {
    expect(dateBy({ by: 'day_of_year', day: '02-29' }, year)).toEqual([date]);
    expect(dateBy({ by: 'task_deadline', otherwise: '02-29' }, year)).toEqual([date]);
  });

  it('02-29 goes by the year in which the date lies', () => {
    expect(dateBy({ by: 'day_of_year', day: '02-29', yearOffset: 1 }, 2023)).toEqual(['2024-02-29']);
    expect(dateBy({ by: 'day_of_year', day: '02-29', yearOffset: 1 }, 2024)).toEqual(['2025-02-28']);
  });

  it('0 working days after issue is the day of issue, or the first working day after it', () => {
    const due: DueRule = { by: 'working_days_after_issue', workingDays: 0 };
    const on = (issuedOn: string) =>
      planObligations(policy(due), 2023, d(issuedOn), LEAD, calendar).map(({ recordedOn }) => recordedOn);
    expect(on('2023-01-12')).toEqual(['2023-01-12']);
    expect(on('2023-04-22')).toEqual(['2023-04-23']);
  });

  it('every date that the schema lets pass exists in every year', () => {
    const day = fc
      .integer({ min: 0, max: 365 })
      .map((n) => new Date(Date.UTC(2024, 0, 1 + n)).toISOString().slice(5, 10));
    fc.assert(
      fc.property(day, fc.integer({ min: 2000, max: 2100 }), (monthDay, year) => {
        const [date] = dateBy({ by: 'day_of_year', day: monthDay }, year);
        expect(date).toBe(
          monthDay === '02-29' ? `${year}-02-${new Date(Date.UTC(year, 2, 0)).getUTCDate()}` : `${year}-${monthDay}`,
        );
      }),
    );
  });
});

describe('obligationChanges', () => {
  const changes = (before: AssignmentTerms, after: AssignmentTerms) => {
    const { added, dropped, redated } = obligationChanges(plan(before, '2023-01-12'), plan(after, '2023-01-12'));
    const said = (list: typeof added) => list.map(({ kind, subject, recordedOn }) => [kind, subject, recordedOn]);
    return { added: said(added), dropped: said(dropped), redated: said(redated) };
  };
  const LEADS_ALONE = [
    ['action_plan', null, '2023-02-10'],
    ['progress_report', '2023Q1', '2023-04-20'],
    ['progress_report', '2023Q2', '2023-07-20'],
    ['progress_report', '2023Q3', '2023-10-20'],
    ['progress_report', '2023Q4', '2024-01-20'],
  ];
  const milestone = (text: string, due: string) => ({ ...LEAD, milestones: [{ text, due: d(due) }] });

  it.each([
    ['the same terms', LEAD, LEAD, {}],
    ['a unit that now leads', UNIT, LEAD, { added: LEADS_ALONE }],
    ['a lead that leads no more', LEAD, UNIT, { dropped: LEADS_ALONE }],
    [
      'another deadline',
      { ...UNIT, taskDueOn: d('2023-06-30') },
      { ...UNIT, taskDueOn: d('2023-10-31') },
      { redated: [['completion', null, '2023-10-31']] },
    ],
    [
      'a deadline that is dropped',
      { ...UNIT, taskDueOn: d('2023-06-30') },
      UNIT,
      { redated: [['completion', null, '2023-12-31']] },
    ],
    [
      'a milestone on another day',
      milestone('主体完工', '2023-06-30'),
      milestone('主体完工', '2023-08-31'),
      { redated: [['milestone', '主体完工', '2023-08-31']] },
    ],
    [
      'a milestone in other words',
      milestone('主体完工', '2023-06-30'),
      milestone('主体封顶', '2023-06-30'),
      { added: [['milestone', '主体封顶', '2023-06-30']], dropped: [['milestone', '主体完工', '2023-06-30']] },
    ],
  ])('says of %s what changes', (_, before, after, expected) => {
    expect(changes(before, after)).toEqual({ added: [], dropped: [], redated: [], ...expected });
  });
});

describe('dates that run from the receipt of a matter', () => {
  const policyOf = (due: DueRule, owedBy: 'every_unit' | 'lead' | 'others' = 'every_unit'): Policy => ({
    ...annualReport,
    levels: [{ id: 'ordinary', name: { zh: '一般', en: 'ordinary' } }],
    obligations: [{ kind: 'completion', owedBy, ladder: 'three-colour', due: [due] }],
  });
  const first = (due: DueRule, terms: Partial<AssignmentTerms> = {}, issuedOn = '2023-04-24') =>
    planObligations(policyOf(due), 2023, d(issuedOn), { ...LEAD, receivedOn: d('2023-04-21'), ...terms }, calendar)[0]!;

  it.each<[string, DueRule, string, string]>([
    // The day of receipt is not counted, and what is recorded may be no working day.
    ['calendar days', { by: 'calendar_days_after_receipt', days: 8 }, '2023-04-29', '8 days after receipt'],
    ['the day itself', { by: 'calendar_days_after_receipt', days: 0 }, '2023-04-21', '0 days after receipt'],
    // Sunday 23 April was a working day, 29 April to 3 May were holidays.
    [
      'working days',
      { by: 'working_days_after_receipt', workingDays: 8 },
      '2023-05-05',
      '8 working days after receipt',
    ],
    ['months', { by: 'months_after_receipt', months: 3 }, '2023-07-21', '3 months after receipt'],
  ])('%s', (_, due, recordedOn, rule) => {
    expect(first(due)).toMatchObject({ recordedOn, rule, base: { receivedOn: '2023-04-21' } });
  });

  it('a month after the last of January is the last of February', () => {
    const { recordedOn } = first({ by: 'months_after_receipt', months: 1 }, { receivedOn: d('2023-01-31') });
    expect(recordedOn).toBe('2023-02-28');
  });

  it('run from the issue where nothing was received', () => {
    expect(first({ by: 'calendar_days_after_receipt', days: 1 }, { receivedOn: null }).recordedOn).toBe('2023-04-25');
  });

  it('give way to the date of the matter itself where the rule says so', () => {
    const due: DueRule = { by: 'calendar_days_after_receipt', days: 15, unlessDated: true };
    const taskDueOn = d('2023-04-25');
    expect(first(due, { taskDueOn })).toMatchObject({ recordedOn: taskDueOn, rule: "the task's own deadline" });
    expect(first({ by: 'calendar_days_after_receipt', days: 15 }, { taskDueOn }).recordedOn).toBe('2023-05-06');
  });

  it('never lie before the receipt, and a longer limit never before a shorter one', () => {
    const days = fc.integer({ min: 0, max: 400 });
    const offset = fc.integer({ min: 0, max: 1500 });
    fc.assert(
      fc.property(offset, days, days, (from, a, b) => {
        const receivedOn = addDays(d('2021-01-01'), from);
        const [short, long] = [Math.min(a, b), Math.max(a, b)];
        const by = 'calendar_days_after_receipt' as const;
        const dates = [short, long].map((n) => first({ by, days: n }, { receivedOn }).recordedOn);
        const working = [short, long].map(
          (n) => first({ by: 'working_days_after_receipt', workingDays: n }, { receivedOn }).recordedOn,
        );
        return (
          receivedOn <= dates[0]! && dates[0]! <= dates[1]! && working[0]! <= working[1]! && dates[1]! <= working[1]!
        );
      }),
      { numRuns: 200 },
    );
  });

  it('of the others alone are none of the lead’s', () => {
    const policy = policyOf({ by: 'months_after_receipt', months: 1 }, 'others');
    expect(planObligations(policy, 2023, d('2023-04-24'), LEAD, calendar)).toEqual([]);
    expect(planObligations(policy, 2023, d('2023-04-24'), UNIT, calendar)).toHaveLength(1);
  });

  it('are those of the level, and of the first where the policy does not know it', () => {
    const preset = MATTER_POLICIES.find(({ id }) => id === 'leader-instruction')!;
    const completion = (level: string | null) =>
      planObligations(preset, 2023, d('2023-03-01'), { ...LEAD, level }, calendar).filter(
        ({ kind }) => kind === 'completion',
      );
    expect(['ordinary', 'urgent', 'hard', 'unheard_of', null].map((level) => completion(level)[0]!.base.days)).toEqual([
      15, 5, 30, 15, 15,
    ]);
    expect(completion('urgent').map(({ ladder }) => ladder)).toEqual(['urgent']);
  });
});
