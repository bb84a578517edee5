import { CHINA_HOLIDAYS, createWorkingCalendar, type LocalDate, parseLocalDate } from '@duban/kernel';
import { recordedBy } from './deadline';
import { DEADLINE_EN } from './words/deadline-words.en';
import { DEADLINE_ZH } from './words/deadline-words.zh';
import { type DeadlineStory, whyThisDate } from './why-this-date';

const calendar = createWorkingCalendar(CHINA_HOLIDAYS);
const d = parseLocalDate;
const story = (recordedOn: string, rule: string, base: object, other: Partial<DeadlineStory> = {}): DeadlineStory => ({
  recordedOn: d(recordedOn),
  effectiveOn: calendar.effectiveDate(d(recordedOn)),
  rule,
  base: { ...base },
  suspensions: [],
  isProvisional: calendar.isProvisional(d(recordedOn)),
  subject: null,
  calendar,
  grantedBy: null,
  issuer: null,
  ...other,
});

const STORIES: [string, DeadlineStory, zh: string, en: string][] = [
  [
    'a day of the year, on a working day',
    story('2023-04-20', 'by 04-20 of the year', { year: 2023 }, { subject: '2023Q1' }),
    '2023-04-20（周四）：按规则，2023Q1的事项定于2023-04-20。',
    '2023-04-20 (Thursday): by rule, 2023-04-20 for 2023Q1.',
  ],
  [
    'a date on a weekend rolls to the next business day, and both dates are said',
    story('2023-02-12', 'by 02-12 of the year', { year: 2023 }),
    '2023-02-13（周一）：按规则定于2023-02-12；2023-02-12（周日）为休息日，顺延至下一工作日。',
    '2023-02-13 (Monday): by rule, 2023-02-12; 2023-02-12 (Sunday) is a weekend day, so the next working day.',
  ],
  [
    'a date on a holiday names the paper',
    story('2023-04-05', "the task's own deadline", { year: 2023 }),
    '2023-04-06（周四）：按任务本身的时限定于2023-04-05；2023-04-05（周三）为清明节假期（国办发明电〔2022〕16号），顺延至下一工作日。',
    "2023-04-06 (Thursday): the task's own deadline, 2023-04-05; 2023-04-05 (Wednesday) is off for 清明节 (国办发明电〔2022〕16号), so the next working day.",
  ],
  [
    'working days after issue, with a make-up Sunday that counts and a holiday that does not',
    story('2023-05-06', '9 working days after issue', { issuedOn: '2023-04-21', workingDays: 9 }),
    '2023-05-06（周六）：按规则自印发之日（2023-04-21）起9个工作日内；其间劳动节放假不计（国办发明电〔2022〕16号）；2023-04-23、2023-05-06调休上班计入（国办发明电〔2022〕16号）；2023-05-06（周六）为劳动节调休上班日（国办发明电〔2022〕16号）。',
    '2023-05-06 (Saturday): by rule, 9 working days after the issue on 2023-04-21; not counting the days off for 劳动节 (国办发明电〔2022〕16号); counting the make-up days 2023-04-23, 2023-05-06 (国办发明电〔2022〕16号); 2023-05-06 (Saturday) is a make-up day for 劳动节 (国办发明电〔2022〕16号).',
  ],
  [
    'a milestone of the task',
    story('2023-06-30', 'a milestone of the task', { year: 2023 }, { subject: '6月底前开工' }),
    '2023-06-30（周五）：按任务所列节点定于2023-06-30。',
    '2023-06-30 (Friday): a milestone of the task, 2023-06-30.',
  ],
  [
    'a milestone of the action plan',
    story('2023-06-30', 'a milestone of the action plan', {}),
    '2023-06-30（周五）：按办理方案所列节点定于2023-06-30。',
    '2023-06-30 (Friday): a milestone of the action plan, 2023-06-30.',
  ],
  [
    'days after receipt',
    story('2023-03-23', '15 days after receipt', { receivedOn: '2023-03-08', days: 15 }),
    '2023-03-23（周四）：按规则自收文之日（2023-03-08）起15日内。',
    '2023-03-23 (Thursday): by rule, 15 days after the receipt on 2023-03-08.',
  ],
  [
    'working days after receipt',
    story('2023-03-13', '3 working days after receipt', { receivedOn: '2023-03-08', workingDays: 3 }),
    '2023-03-13（周一）：按规则自收文之日（2023-03-08）起3个工作日内。',
    '2023-03-13 (Monday): by rule, 3 working days after the receipt on 2023-03-08.',
  ],
  [
    'months after receipt',
    story('2023-06-08', '3 months after receipt', { receivedOn: '2023-03-08', months: 3 }),
    '2023-06-08（周四）：按规则自收文之日（2023-03-08）起3个月内。',
    '2023-06-08 (Thursday): by rule, 3 months after the receipt on 2023-03-08.',
  ],
  [
    'days after a period ended',
    story('2023-04-10', '10 days after the end of the period', { period: '2023Q1', endedOn: '2023-03-31', days: 10 }),
    '2023-04-10（周一）：按规则，2023Q1的事项自期末（2023-03-31）起10日内。',
    '2023-04-10 (Monday): by rule, 10 days after 2023Q1 ended on 2023-03-31.',
  ],
  [
    'a day of the month after a period',
    story('2023-04-20', 'by day 20 of the month after the period', {
      period: '2023Q1',
      endedOn: '2023-03-31',
      day: 20,
      monthsAfterEnd: 1,
    }),
    '2023-04-20（周四）：按规则，2023Q1的事项定于2023-04-20。',
    '2023-04-20 (Thursday): by rule, 2023-04-20 for 2023Q1.',
  ],
  [
    'a return, by rule',
    story('2023-03-15', '5 working days after the return', { returnedOn: '2023-03-08', workingDays: 5 }),
    '2023-03-15（周三）：按规则自退回之日（2023-03-08）起5个工作日内整改。',
    '2023-03-15 (Wednesday): by rule, 5 working days after the return on 2023-03-08.',
  ],
  [
    'a return, with a date of its own',
    story('2023-03-20', 'set when the completion was returned', { returnedOn: '2023-03-08' }),
    '2023-03-20（周一）：2023-03-08退回时限定于2023-03-20整改。',
    '2023-03-20 (Monday): set to 2023-03-20 when it was returned on 2023-03-08.',
  ],
  [
    'an action plan that was sent back',
    story('2023-03-15', 'the action plan was returned', { decidedOn: '2023-03-08', workingDays: 5 }),
    '2023-03-15（周三）：按规则自退回重报之日（2023-03-08）起5个工作日内。',
    '2023-03-15 (Wednesday): by rule, 5 working days after it was sent back on 2023-03-08.',
  ],
  [
    'an action plan that was sent back, with a date of its own',
    story('2023-03-17', 'the action plan was returned', { decidedOn: '2023-03-08' }),
    '2023-03-17（周五）：2023-03-08要求重报时定于2023-03-17。',
    '2023-03-17 (Friday): set to 2023-03-17 when it was asked for again on 2023-03-08.',
  ],
  [
    "a leader's instruction",
    story('2023-03-13', '5 days after the instruction', { givenOn: '2023-03-08', instructionId: 'i' }),
    '2023-03-13（周一）：按规则自领导批示之日（2023-03-08）起定于2023-03-13。',
    "2023-03-13 (Monday): by rule, 2023-03-13, counted from the leader's instruction on 2023-03-08.",
  ],
  [
    "a leader's instruction, with a date of its own",
    story('2023-03-10', 'set with the instruction', { givenOn: '2023-03-08', instructionId: 'i' }),
    '2023-03-10（周五）：2023-03-08领导批示时定于2023-03-10。',
    "2023-03-10 (Friday): set to 2023-03-10 with the leader's instruction on 2023-03-08.",
  ],
  [
    'an extension: the base that it was counted from is said',
    story('2023-07-20', 'extension granted on application', {
      applicationId: 'a',
      extendedFrom: 1,
      effectiveOn: '2023-06-30',
    }),
    '2023-07-20（周四）：经督查室批准延期，由2023-06-30延至2023-07-20。',
    '2023-07-20 (Thursday): extension granted by the supervision office, from 2023-06-30 to 2023-07-20.',
  ],
  [
    'an extension that a lead granted',
    story(
      '2023-07-20',
      'extension granted on application',
      { applicationId: 'a', extendedFrom: 2, effectiveOn: '2023-06-30', setByUnit: 'u' },
      { grantedBy: '市住建局' },
    ),
    '2023-07-20（周四）：经市住建局批准延期，由2023-06-30延至2023-07-20。',
    '2023-07-20 (Thursday): extension granted by 市住建局, from 2023-06-30 to 2023-07-20.',
  ],
  [
    'a suspension',
    story(
      '2023-02-17',
      '5 working days for which the clock stood',
      { countedFrom: 1, effectiveOn: '2023-02-10', since: '2023-01-12', stoppedDays: 5 },
      { suspensions: [{ from: d('2023-02-08'), to: d('2023-02-15') }] },
    ),
    '2023-02-17（周五）：2023-02-08 – 2023-02-14中止办理，自2023-02-10顺延5个工作日。',
    '2023-02-17 (Friday): suspended 2023-02-08 – 2023-02-14, so 5 working days later than 2023-02-10.',
  ],
  [
    'a reopening with a date of its own',
    story('2023-08-31', 'set when it was reopened', { verifiedOn: '2023-06-01', reopenedOn: '2023-07-03' }),
    '2023-08-31（周四）：2023-07-03重新办理时定于2023-08-31。',
    '2023-08-31 (Thursday): set to 2023-08-31 when it was reopened on 2023-07-03.',
  ],
  [
    'a reopening that does not count the time for which it was verified',
    story('2023-07-24', 'moved by the working days for which it counted as verified', {
      verifiedOn: '2023-06-01',
      reopenedOn: '2023-06-26',
      effectiveOn: '2023-06-30',
      since: '2023-06-01',
    }),
    '2023-07-24（周一）：2023-06-01至2023-06-26视为已办结，自2023-06-30顺延相应工作日。',
    '2023-07-24 (Monday): it counted as verified from 2023-06-01 to 2023-06-26, so as many working days later than 2023-06-30.',
  ],
  [
    'a transfer',
    story('2023-03-15', 'as before, and no sooner than 5 working days after the transfer', {
      transferredOn: '2023-03-08',
      workingDays: 5,
      dueOn: '2023-02-10',
    }),
    '2023-03-15（周三）：2023-03-08移交，期限照旧，且不早于移交后5个工作日。',
    '2023-03-15 (Wednesday): transferred on 2023-03-08: as before, and no sooner than 5 working days later.',
  ],
  [
    'what the new unit signs for',
    story('2023-03-10', '2 working days after issue', {
      issuedOn: '2023-03-08',
      workingDays: 2,
      transferredOn: '2023-03-08',
    }),
    '2023-03-10（周五）：按规则自移交之日（2023-03-08）起2个工作日内。',
    '2023-03-10 (Friday): by rule, 2 working days after the transfer on 2023-03-08.',
  ],
  [
    'a revision of the plan',
    story('2023-09-28', "the task's own deadline", { year: 2023, revisionId: 'r' }),
    '2023-09-28（周四）：依据修订后的方案；按任务本身的时限定于2023-09-28。',
    "2023-09-28 (Thursday): as the plan was revised; the task's own deadline, 2023-09-28.",
  ],
  [
    'a correction of a registered matter',
    story('2023-03-24', '15 days after receipt', { receivedOn: '2023-03-09', days: 15, correctedOn: '2023-03-10' }),
    '2023-03-24（周五）：依据更正后的登记；按规则自收文之日（2023-03-09）起15日内。',
    '2023-03-24 (Friday): as the registration was corrected; by rule, 15 days after the receipt on 2023-03-09.',
  ],
  [
    'a reorganisation',
    story('2023-03-10', '2 working days after issue', {
      issuedOn: '2023-03-08',
      workingDays: 2,
      reorganisationId: 'r',
    }),
    '2023-03-10（周五）：机构改革后由现单位承担；按规则自印发之日（2023-03-08）起2个工作日内。',
    '2023-03-10 (Friday): taken over in a reorganisation; by rule, 2 working days after the issue on 2023-03-08.',
  ],
  [
    "a unit's own breakdown",
    story('2023-11-30', "the task's own deadline", { year: 2023 }, { issuer: '市住建局' }),
    '2023-11-30（周四）：依据市住建局的二级分解方案；按任务本身的时限定于2023-11-30。',
    "2023-11-30 (Thursday): in 市住建局's own breakdown; the task's own deadline, 2023-11-30.",
  ],
  [
    'a paper that came later',
    story('2023-04-20', 'by 04-20 of the year', {
      year: 2023,
      recountedFrom: 1,
      paper: '国办发明电〔2023〕99号',
    }),
    '2023-04-20（周四）：按规则定于2023-04-20；依据国办发明电〔2023〕99号重新计算。',
    '2023-04-20 (Thursday): by rule, 2023-04-20; counted anew by 国办发明电〔2023〕99号.',
  ],
  [
    'a year whose paper is not out',
    story('2027-01-20', 'by 01-20 of the year +1', { year: 2026 }),
    '2027-01-20（周三）：按规则定于2027-01-20；2027年放假安排尚未公布，此日期待公布后重新计算。',
    '2027-01-20 (Wednesday): by rule, 2027-01-20; the holidays of 2027 are not published yet; the date is counted anew when they are.',
  ],
  [
    'a rule that has no words of its own is said as it was recorded',
    story('2023-04-20', 'by a rule of old', {}),
    '2023-04-20（周四）：按规则“by a rule of old”定于2023-04-20。',
    '2023-04-20 (Thursday): by the rule "by a rule of old", 2023-04-20.',
  ],
];

describe('why this date, so that nobody has to ask how the deadline was calculated (alaveteli 5101)', () => {
  it.each(STORIES)('of %s', (_, facts, zh, en) => {
    expect(whyThisDate(facts)).toEqual({ zh, en });
  });

  it('leaves no name in braces, whatever the rule', () => {
    for (const [, facts] of STORIES) {
      const { zh, en } = whyThisDate(facts);
      expect(`${zh}${en}`).not.toMatch(/[{}]/);
    }
  });

  it('uses the same names in both languages', () => {
    const names = (value: unknown): unknown =>
      typeof value === 'string'
        ? [...value.matchAll(/\{\w+\}/g)].map(([name]) => name).toSorted()
        : Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, names(one)]));
    expect(names(DEADLINE_EN)).toEqual(names(DEADLINE_ZH));
  });
});

describe('the recorded date by another calendar', () => {
  const shut = createWorkingCalendar({
    version: 'other',
    papers: [
      ...CHINA_HOLIDAYS.papers,
      {
        number: 'n',
        title: 't',
        issuedOn: '2023-01-01',
        url: 'u',
        year: 2023,
        days: [{ from: '2023-03-09', off: true, holiday: '样例节' }],
      },
    ],
  });
  const day = (date: string): LocalDate => d(date);

  it.each<[string, string, object, string]>([
    ['counted in working days', '2023-03-13', { receivedOn: '2023-03-08', workingDays: 3 }, '2023-03-14'],
    ['counted from the end of a period', '2023-03-13', { endedOn: '2023-03-08', workingDays: 3 }, '2023-03-14'],
    ['counted in days of the calendar', '2023-03-11', { receivedOn: '2023-03-08', days: 3 }, '2023-03-11'],
    ['that was set', '2023-03-13', { returnedOn: '2023-03-08' }, '2023-03-13'],
    ['given on', '2023-03-13', { transferredOn: '2023-03-08', workingDays: 3, dueOn: '2023-02-10' }, '2023-03-14'],
    [
      'given on, and later anyhow',
      '2023-04-20',
      { transferredOn: '2023-03-08', workingDays: 3, dueOn: '2023-04-20' },
      '2023-04-20',
    ],
    [
      'of a record that does not say what it came from',
      '2023-03-09',
      { transferredOn: '2023-03-08', workingDays: 3 },
      '2023-03-09',
    ],
  ])('of one %s', (_, recordedOn, base, expected) => {
    expect(recordedBy({ recordedOn: day(recordedOn), base: { ...base }, suspensions: [] }, shut)).toBe(expected);
  });

  it('counts the days for which a clock stood anew, from the date before them', () => {
    const suspended = {
      recordedOn: day('2023-03-22'),
      base: { countedFrom: 1, since: '2023-03-01', stoppedDays: 3 },
      suspensions: [{ from: day('2023-03-08'), to: day('2023-03-13') }],
      countedFrom: { recordedOn: day('2023-03-17'), base: { year: 2023 }, suspensions: [] },
    };
    expect(recordedBy(suspended, calendar)).toBe('2023-03-22');
    // The 9th is a holiday by it: it stood for two working days only.
    expect(recordedBy(suspended, shut)).toBe('2023-03-21');
  });
});
