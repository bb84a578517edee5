import { type Policy, policySchema, policyShape, type Rung } from './policy';
import { POLICY_FAULT_WORDS } from './policy-fault-words';
import { policyFaults } from './policy-faults';
import { annualReport, PRESETS } from './presets';
import { MATTER_POLICIES } from './presets-matters';

const REMINDER = { kind: 'reminder', to: ['contact'] } as const;
const BLUE = { kind: 'notice', colour: 'blue', to: ['head'] } as const;
const rung = (id: string, offset: Rung['offset'], more: object = REMINDER): Rung => ({ id, offset, ...more }) as Rung;

/** One ladder for all that is owed, with these rungs. */
const withRungs = (...rungs: Rung[]): Policy =>
  policyShape.parse({
    id: 'draft',
    version: 1,
    name: { zh: '草案', en: 'Draft' },
    ladders: { only: { at: '09:00', rungs } },
    obligations: [
      { kind: 'completion', owedBy: 'lead', ladder: 'only', due: [{ by: 'task_deadline', otherwise: '12-31' }] },
    ],
    rectification: { workingDays: 5, ladder: 'only' },
  });
/** The same for what is owed by one role at one level alone, with another ladder for the rest. */
const owedBy = (role: 'lead' | 'others', when: Rung['when'], levels?: string[]): unknown => ({
  ...withRungs(rung('plain', { workingDays: -1 })),
  levels: ['ordinary', 'urgent'].map((id) => ({ id, name: { zh: id, en: id } })),
  ladders: {
    only: { at: '09:00', rungs: [{ id: 'asked', offset: { workingDays: -1 }, ...REMINDER, when }] },
    rest: { at: '09:00', rungs: [{ id: 'rest', offset: { workingDays: -1 }, ...REMINDER }] },
  },
  obligations: [
    { kind: 'completion', owedBy: 'every_unit', ladder: 'rest', due: [{ by: 'task_deadline', otherwise: '12-31' }] },
    { kind: 'progress_report', owedBy: role, ladder: 'only', due: [{ by: 'day_of_year', day: '07-20' }], levels },
  ],
  rectification: { workingDays: 5, ladder: 'rest' },
});

/** A policy as somebody may have written it. */
// oxlint-disable-next-line typescript/no-explicit-any -- anything may stand anywhere
type Loose = any;

/** Every place of a value, the groups before what is in them. */
const pathsOf = (value: unknown, path: (string | number)[] = []): (string | number)[][] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([name, inner]) => {
        const here = [...path, Array.isArray(value) ? Number(name) : name];
        return [here, ...pathsOf(inner, here)];
      });

const said = (written: unknown): string[] =>
  policyFaults(written).map(({ severity, path, code }) => `${severity} ${path.join('.')} ${code}`);

describe('what is wrong with a policy, at its field', () => {
  it.each<[string, unknown, string[]]>([
    ['nothing', annualReport, []],
    [
      'a ladder out of order: a step would never have its turn',
      withRungs(rung('late', { workingDays: 2 }), rung('early', { workingDays: 1 })),
      ['error ladders.only.rungs.1 OUT_OF_ORDER'],
    ],
    [
      'two steps at the same instant',
      withRungs(rung('one', { calendarDays: -3 }), rung('two', { calendarDays: -3 })),
      ['error ladders.only.rungs.1 OUT_OF_ORDER'],
    ],
    [
      'days after the date before a share of the time, which never comes after it',
      withRungs(rung('after', { calendarDays: 1 }), rung('share', { shareOfTime: 100 })),
      ['error ladders.only.rungs.1 OUT_OF_ORDER'],
    ],
    [
      'two calendar days after three working days, whatever the holidays',
      withRungs(rung('working', { workingDays: 3 }), rung('calendar', { calendarDays: 2 })),
      ['error ladders.only.rungs.1 OUT_OF_ORDER'],
    ],
    [
      'an order that only the date decides',
      withRungs(rung('calendar', { calendarDays: -5 }), rung('working', { workingDays: -4 })),
      ['warning ladders.only.rungs.1.offset ORDER_BY_THE_DATE'],
    ],
    [
      'half the time and five days before: a short task turns them round',
      withRungs(rung('half', { shareOfTime: 50 }), rung('days', { workingDays: -5 })),
      ['warning ladders.only.rungs.1.offset ORDER_BY_THE_DATE'],
    ],
    [
      'a share of the time, then days after: always in order',
      withRungs(
        rung('half', { shareOfTime: 50 }),
        rung('full', { shareOfTime: 100 }),
        rung('after', { calendarDays: 1 }),
      ),
      [],
    ],
    [
      'a step that a time to answer holds up',
      withRungs(
        rung('blue', { workingDays: 1 }, { ...BLUE, answerWithin: { workingDays: 3 } }),
        rung('on', { workingDays: 4 }),
      ),
      ['warning ladders.only.rungs.1.offset HELD_BY_ANSWER'],
    ],
    [
      'a step for the day on which the matter is handed out',
      withRungs(rung('start', { shareOfTime: 0 })),
      ['warning ladders.only.rungs.0.offset.shareOfTime AT_THE_START'],
    ],
    [
      'a copy to whom it goes to',
      withRungs(rung('one', { workingDays: -1 }, { ...REMINDER, copyTo: ['office', 'contact'] })),
      ['warning ladders.only.rungs.0.copyTo COPY_TO_RECIPIENT'],
    ],
    [
      'a step for the other units, where the lead alone owes anything: it can never fire',
      owedBy('lead', { role: 'others' }),
      ['error ladders.only.rungs.0.when.role NEVER_BY_ROLE'],
    ],
    ['a step for whoever owes it', owedBy('others', { role: 'others' }), []],
    [
      'a step for a level at which nothing goes by the ladder: it can never fire',
      owedBy('lead', { levels: ['urgent'] }, ['ordinary']),
      ['error ladders.only.rungs.0.when.levels NEVER_AT_LEVEL'],
    ],
    [
      'a step for a level that is not there',
      owedBy('lead', { levels: ['secret'] }),
      ['error ladders.only.rungs.0.when.levels LEVEL_UNKNOWN'],
    ],
    [
      'a ladder that nothing goes by',
      { ...annualReport, ladders: { ...annualReport.ladders, spare: annualReport.ladders['sign-for'] } },
      ['warning ladders.spare LADDER_UNUSED'],
    ],
    [
      'a day that most years lack',
      {
        ...annualReport,
        obligations: [
          ...annualReport.obligations.slice(0, -1),
          { ...annualReport.obligations.at(-1)!, due: [{ by: 'task_deadline', otherwise: '02-29' }] },
        ],
      },
      ['warning obligations.4.due.0.otherwise LEAP_DAY'],
    ],
    [
      'periods that are none of the rhythm, and that end before they begin',
      {
        ...annualReport,
        obligations: [
          ...annualReport.obligations.filter(({ kind }) => kind !== 'progress_report'),
          {
            kind: 'progress_report',
            owedBy: 'lead',
            ladder: 'three-colour',
            due: [{ by: 'periodic', every: 'month', on: { dayOfMonth: 31, monthsAfterEnd: 0 }, from: 'Q2' }],
          },
          {
            kind: 'progress_report',
            owedBy: 'others',
            ladder: 'three-colour',
            due: [{ by: 'periodic', every: 'quarter', on: { workingDaysAfterEnd: 10 }, from: 'Q3', to: 'Q2' }],
          },
        ],
      },
      [
        'error obligations.4.due.0.from PERIOD_OTHER',
        'error obligations.5.due.0.to PERIODS_REVERSED',
        'warning obligations.4.due.0.on.dayOfMonth DAY_OF_SHORT_MONTHS',
      ],
    ],
  ])('%s', (_, written, faults) => {
    expect(said(written)).toEqual(faults);
    const hasErrors = faults.some((one) => one.startsWith('error'));
    // What the schema refuses has errors; what has none it takes.
    if (!hasErrors) expect(policySchema.safeParse(written).success).toBe(true);
  });

  it.each<[string, (policy: Policy) => void, string, string, string]>([
    [
      'a date that does not exist',
      (p) => (p.obligations[1]!.due = [{ by: 'day_of_year', day: '02-30' }]),
      'obligations.1.due.0.day',
      '没有这一天，应为“月-日”（MM-DD）',
      'not a day of a year: expected MM-DD',
    ],
    [
      'more than all of the time: after the date days count',
      (p) => (p.ladders['sign-for']!.rungs[0]!.offset = { shareOfTime: 101 }),
      'ladders.sign-for.rungs.0.offset.shareOfTime',
      '不得超过100；到期之后的步骤按日数填写',
      'at most 100: what comes after the due date counts days',
    ],
    [
      'two times at once',
      (p) => Object.assign(p.ladders['sign-for']!.rungs[0]!, { offset: { workingDays: 1, calendarDays: 1 } }),
      'ladders.sign-for.rungs.0.offset',
      '应且只应填写工作日数、日数、办理时间百分比中的一项',
      'expected one of workingDays, calendarDays and shareOfTime',
    ],
    [
      'a condition that asks nothing',
      (p) => (p.ladders['sign-for']!.rungs[0]!.when = {}),
      'ladders.sign-for.rungs.0.when',
      '条件至少写明一项',
      'a condition names at least one thing',
    ],
    [
      'a condition of another role',
      (p) => Object.assign(p.ladders['sign-for']!.rungs[0]!, { when: { role: 'helper' } }),
      'ladders.sign-for.rungs.0.when.role',
      '无效选项：期望以下之一 "lead"|"others"',
      'Invalid option: expected one of "lead"|"others"',
    ],
    [
      'half of a date of a period',
      (p) => Object.assign(p.obligations[1]!, { due: [{ by: 'periodic', every: 'month', on: { dayOfMonth: 5 } }] }),
      'obligations.1.due.0.on',
      '应填写每月几日及期满后第几个月，或期满后的工作日数，或期满后的日数',
      'expected dayOfMonth with monthsAfterEnd, workingDaysAfterEnd or calendarDaysAfterEnd',
    ],
  ])('%s is a fault of shape, said in both languages', (_, change, path, zh, en) => {
    const copy = structuredClone(annualReport);
    change(copy);
    expect(policyFaults(copy).map((fault) => ({ ...fault, path: fault.path.join('.') }))).toEqual([
      { path, code: 'SHAPE', severity: 'error', message: { zh, en } },
    ]);
  });

  it('warns of a first step that asks whether the one before it was read', () => {
    const copy = structuredClone(annualReport) as unknown as Loose;
    for (const place of [0, 1]) copy.ladders['three-colour'].rungs[place].when = { notRead: true };
    expect(said(copy)).toEqual(['warning ladders.three-colour.rungs.0.when.notRead NOTHING_BEFORE']);
  });

  it('does not hide what else is wrong: each fault at its own place, though a step before it cannot be read', () => {
    const copy = structuredClone(annualReport) as unknown as Loose;
    const { rungs } = copy.ladders['three-colour'];
    rungs.splice(1, 0, { id: 'broken', offset: { workingDays: 'two' }, kind: 'reminder', to: ['contact'] });
    // The last is out of order now, and no colour climbs down.
    rungs.push({ id: 'again', offset: { workingDays: 1 }, kind: 'notice', colour: 'blue', to: ['head'] });
    copy.obligations.unshift({ kind: 'sign_for' });
    copy.obligations.push(structuredClone(annualReport.obligations[0]));
    copy.obligations.push({ kind: 'milestone', owedBy: 'others', ladder: 'none', due: [{ by: 'task_milestones' }] });
    copy.rectification = 5;
    expect(said(copy).toSorted()).toEqual(
      [
        'error ladders.three-colour.rungs.1.offset.workingDays SHAPE',
        'error obligations.0.owedBy SHAPE',
        'error obligations.0.ladder SHAPE',
        'error obligations.0.due SHAPE',
        'error rectification SHAPE',
        'error ladders.three-colour.rungs.7 OUT_OF_ORDER',
        'error ladders.three-colour.rungs.7.colour COLOUR_NOT_CLIMBING',
        'error obligations.6.due.0 OWED_TWICE',
        'error obligations.6.due.0 OWED_TWICE',
        'error obligations.7.ladder LADDER_UNKNOWN',
      ].toSorted(),
    );
  });

  it.each(['annual-report', 'petition', 'cards-longchang'])(
    'gives no false alarm, whatever single value of %s cannot be read',
    (id) => {
      const preset = PRESETS.find((one) => one.id === id)!;
      const known = said(preset);
      let broken = 0;
      for (const path of pathsOf(preset)) {
        const copy = structuredClone(preset) as unknown as Loose;
        const place = path.slice(0, -1).reduce<Loose>((inner, step) => inner[step], copy);
        place[path.at(-1)!] = { unreadable: true };
        const faults = said(copy);
        if (!faults.some((one) => one.endsWith(' SHAPE'))) continue;
        broken++;
        expect(faults.filter((one) => !one.endsWith(' SHAPE') && !known.includes(one))).toEqual([]);
      }
      expect(broken).toBeGreaterThan(30);
    },
  );

  it('words (消息模板) that a step names have to be there, and be about its kind of step', () => {
    const copy = structuredClone(annualReport);
    const { rungs } = copy.ladders['three-colour']!;
    Object.assign(rungs[0]!, { template: 'gentle' });
    Object.assign(rungs[2]!, { template: 'gentle' });
    Object.assign(rungs[3]!, { template: 'nowhere' });
    const found = policyFaults(copy, new Map([['gentle', 'reminder']])).map(({ path, code, severity, message }) => [
      `${severity} ${path.join('.')} ${code}`,
      message.zh,
    ]);
    expect(found).toEqual([
      [
        'error ladders.three-colour.rungs.2.template TEMPLATE_OF_OTHER_KIND',
        '消息模板“gentle”用于提醒，不能用于此步骤',
      ],
      ['error ladders.three-colour.rungs.3.template TEMPLATE_UNKNOWN', '没有名为“nowhere”的消息模板'],
    ]);
    expect(policyFaults(copy)).toEqual([]);
  });

  it('words name the values, those of closed lists in Chinese', () => {
    const copy = structuredClone(annualReport);
    copy.obligations.push(structuredClone(copy.obligations[0]!));
    expect(policyFaults(copy).map(({ message }) => message)).toEqual([
      { zh: '同一事项（签收）规定了两次', en: 'sign_for is owed twice' },
      { zh: '同一事项（签收）规定了两次', en: 'sign_for is owed twice' },
    ]);
    expect(policyFaults(owedBy('lead', { role: 'others' }))[0]!.message.zh).toBe(
      '步骤“asked”永远不会执行：使用催办阶梯“only”的事项没有一项由其他责任单位承担',
    );
  });

  it('each fault has words in both languages with the same values', () => {
    const placesIn = (words: string) => [...words.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted();
    for (const { zh, en } of Object.values(POLICY_FAULT_WORDS)) {
      expect(placesIn(en).filter((name) => !placesIn(zh).includes(name))).toEqual([]);
      expect(placesIn(zh).filter((name) => name !== 'days' && !placesIn(en).includes(name))).toEqual([]);
    }
  });

  it.each(PRESETS.map((preset) => [preset.id, preset]))('the preset %s has no errors', (id, preset) => {
    const isMatter = MATTER_POLICIES.some((one) => one.id === id);
    const faults = policyFaults(preset).filter(({ code }) => !(isMatter && code === 'LADDER_UNUSED'));
    expect(faults.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});
