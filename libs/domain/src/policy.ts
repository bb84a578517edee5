import { z } from 'zod';
import { cardRules } from './card-rules';
import { lightRules, season } from './light-rules';
import { type FaultValues, faultWords, type PolicyFaultCode } from './policy-fault-words';

/**
 * Whom a follow-up (催办) goes to, by post and relation to the obligation; the sweep finds who holds the post. `deputy` are
 * the unit's deputies in charge (分管负责人), `handler` its handlers (经办人); `lead_contact` and `lead_head` belong to the
 * units that lead the task (牵头单位), for what the others owe.
 */
const RECIPIENTS = [
  'contact',
  'head',
  'deputy',
  'handler',
  'lead_contact',
  'lead_head',
  'leader_in_charge',
  'office',
] as const;
/** Of a supervision notice (督办单), the mildest first; a city's ladder takes those that it has, in this order. */
export const NOTICE_COLOURS = ['blue', 'yellow', 'orange', 'red'] as const;
/** What a rung sends: a reminder (提醒), an urge (催办), a summons to a talk (约谈), a supervision notice (督办单). */
export const FOLLOW_UP_KINDS = ['reminder', 'urge', 'talk', 'notice'] as const;
export type FollowUpKind = (typeof FOLLOW_UP_KINDS)[number];
/**
 * Whether it only asks for what is owed: one that was missed gives way to the next. A talk and a notice are steps of their
 * own, which are made up for, one at a time.
 */
export const onlyAsks = (kind: FollowUpKind): kind is 'reminder' | 'urge' => kind === 'reminder' || kind === 'urge';
/** How what was reported is looked at (核查方式): in the papers, by a sample, by calling back, on the spot. */
export const VERIFICATION_METHODS = ['documents', 'sample', 'call_back', 'visit'] as const;
export const OBLIGATION_KINDS = [
  'sign_for',
  'action_plan',
  'progress_report',
  'milestone',
  'completion',
  'rectification',
  'instruction',
] as const;

export type Periodicity = keyof typeof PERIODICITIES;

/** A rung after the due date counts days; what lies before it may go by a share of the time, too. */
export type RungOffset = { workingDays: number } | { calendarDays: number } | { shareOfTime: number };
/** One of several ways to say something, told apart by their fields: a wrong value is named at its own field. */
const oneOf = <T extends object>(fields: z.ZodRawShape, ways: readonly (readonly string[])[], message: string) =>
  z
    .strictObject(fields)
    .partial()
    .refine(
      (said) => ways.some((way) => [...way].sort().join() === Object.keys(said).sort().join()),
      message,
    ) as unknown as z.ZodType<T, T>;

const offset = oneOf<RungOffset>(
  {
    workingDays: z.int().min(-500).max(500),
    calendarDays: z.int().min(-730).max(730),
    shareOfTime: z.number().min(0).max(100, 'at most 100: what comes after the due date counts days'),
  },
  [['workingDays'], ['calendarDays'], ['shareOfTime']],
  'expected one of workingDays, calendarDays and shareOfTime',
);
/**
 * What has to hold for a rung to fire, asked when it does: all that is named. What is not known of progress counts as
 * behind (“not known” counts as red, UK SDC).
 */
const condition = z
  .strictObject({
    /** Less than this percent of the target is reached; of several targets, of the least advanced. */
    progressBelow: z.number().gt(0).max(100).optional(),
    /** At least so many points of share behind the plan (序时进度) of the day; of several targets, of the worst. */
    behindPlanBy: z.number().gt(0).max(100).optional(),
    /** Of those to whom the step before it was sent nobody has read it (未读), and the unit has not signed for the part. */
    notRead: z.literal(true).optional(),
    /** Of the unit that owes it: it leads (牵头), or does not. */
    role: z.enum(['lead', 'others']).optional(),
    /** Matters of these levels (等级). */
    levels: z.array(z.string()).min(1).optional(),
  })
  .refine((all) => Object.values(all).some((one) => one !== undefined), 'a condition names at least one thing');
/** What a rung does beside what it sends: a light (亮灯), a card (红黄牌), points (扣分), a place in the next bulletin (通报). */
const effect = z.discriminatedUnion('effect', [
  z.strictObject({ effect: z.literal('light'), colour: z.enum(['yellow', 'red']) }),
  z.strictObject({ effect: z.literal('card'), colour: z.enum(['yellow', 'red']) }),
  z.strictObject({ effect: z.literal('points'), points: z.number() }),
  z.strictObject({ effect: z.literal('bulletin') }),
]);
const monthDay = z
  .string()
  .regex(
    /^((0[1-9]|1[0-2])-(0[1-9]|[12]\d)|(0[13-9]|1[0-2])-30|(0[13578]|1[02])-31)$/,
    'not a day of a year: expected MM-DD',
  );

const rungBase = {
  id: z.string().min(1),
  /**
   * Days from the effective due date, negative before it, or a share in percent of the calendar days from the
   * obligation's start to that date. What comes to a day that is no working day is moved to the next.
   */
  offset,
  to: z.array(z.enum(RECIPIENTS)).min(1),
  copyTo: z.array(z.enum(RECIPIENTS)).optional(),
  when: condition.optional(),
  /** The words (消息模板) that it is said in, by their name; those of its kind where none is named. */
  template: z.string().min(1).max(60).optional(),
  effects: z.array(effect).min(1).optional(),
};
export const rungShape = z.discriminatedUnion('kind', [
  z.strictObject({ ...rungBase, kind: z.literal('reminder') }),
  z.strictObject({ ...rungBase, kind: z.literal('urge') }),
  z.strictObject({ ...rungBase, kind: z.literal('talk') }),
  z.strictObject({
    ...rungBase,
    kind: z.literal('notice'),
    colour: z.enum(NOTICE_COLOURS),
    /** Time to answer, counted from the day on which the notice was really sent. */
    answerWithin: z.strictObject({ workingDays: z.int().min(0) }).optional(),
    inNextBulletin: z.boolean().optional(),
  }),
]);
const ladder = z.strictObject({
  /** Local time of the jurisdiction at which rungs fire. */
  at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/),
  rungs: z.array(rungShape).min(1),
});

/** Of dates that run from the day on which a matter was received (收文), or, where nothing was, from the day of issue. */
const afterReceipt = {
  /** What it speaks of, where the kind alone does not say it: `3日反馈`. */
  subject: z.string().min(1).optional(),
  /** The task's own deadline, where it has one, goes before. */
  unlessDated: z.literal(true).optional(),
};
/** How often a periodic report is owed, with what its periods are named by: `2026M04`, `2026B2`, `2026Q1`, `2026H1`, `2026`. */
export const PERIODICITIES = {
  month: { letter: 'M', months: 1 },
  two_months: { letter: 'B', months: 2 },
  quarter: { letter: 'Q', months: 3 },
  half_year: { letter: 'H', months: 6 },
  year: { letter: '', months: 12 },
} as const;
/** A period of a year: `M04`, `B2`, `Q1`, `H1`. */
const periodOfYear = z
  .string()
  .regex(
    /^(M(0[1-9]|1[0-2])|B[1-6]|Q[1-4]|H[12])$/,
    'not a period of a year: expected M01 to M12, B1 to B6, Q1 to Q4, H1 or H2',
  );
type DayOfPeriod =
  { dayOfMonth: number; monthsAfterEnd: number } | { workingDaysAfterEnd: number } | { calendarDaysAfterEnd: number };
const dayOfPeriod = oneOf<DayOfPeriod>(
  {
    /** A day of the period's last month (0), of the month after it (1), …; where that has no such day, its last. */
    dayOfMonth: z.int().min(1).max(31),
    monthsAfterEnd: z.int().min(0).max(12),
    workingDaysAfterEnd: z.int().min(1).max(250),
    calendarDaysAfterEnd: z.int().min(1).max(366),
  },
  [['dayOfMonth', 'monthsAfterEnd'], ['workingDaysAfterEnd'], ['calendarDaysAfterEnd']],
  'expected dayOfMonth with monthsAfterEnd, workingDaysAfterEnd or calendarDaysAfterEnd',
);

export const dueShape = z.discriminatedUnion('by', [
  /** Every period of the plan's year, or those from one to another, both included. */
  z.strictObject({
    by: z.literal('periodic'),
    every: z.enum(Object.keys(PERIODICITIES) as [Periodicity, ...Periodicity[]]),
    on: dayOfPeriod,
    from: periodOfYear.optional(),
    to: periodOfYear.optional(),
  }),
  z.strictObject({ by: z.literal('working_days_after_issue'), workingDays: z.int().min(0) }),
  z.strictObject({
    by: z.literal('day_of_year'),
    day: monthDay,
    /** Years after the plan's year. */
    yearOffset: z.int().min(0).optional(),
    /** What a report of this date speaks of, as a suffix to the plan's year: `Q1`. */
    period: z.string().optional(),
  }),
  z.strictObject({ by: z.literal('task_deadline'), otherwise: monthDay }),
  z.strictObject({ by: z.literal('task_milestones') }),
  z.strictObject({ by: z.literal('calendar_days_after_receipt'), days: z.int().min(0).max(3660), ...afterReceipt }),
  z.strictObject({
    by: z.literal('working_days_after_receipt'),
    workingDays: z.int().min(0).max(2000),
    ...afterReceipt,
  }),
  z.strictObject({ by: z.literal('months_after_receipt'), months: z.int().min(1).max(120), ...afterReceipt }),
]);

export const obligationRule = z.strictObject({
  kind: z.enum(OBLIGATION_KINDS),
  /** `others`: the units that do not lead. */
  owedBy: z.enum(['every_unit', 'lead', 'others']),
  ladder: z.string(),
  due: z.array(dueShape).min(1),
  /** Only of matters of these levels (等级); of all where absent. */
  levels: z.array(z.string()).min(1).optional(),
});

const words = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });

type Rules = { levels?: { id: string }[] | undefined; obligations: z.infer<typeof obligationRule>[] };

/** Tells of one fault: where it is, which one of `POLICY_FAULT_WORDS`, and what stands in its words. */
export type TellFault = (path: (string | number)[], code: PolicyFaultCode, values: FaultValues) => void;

/** At each level the lead owes the completion, and nobody owes the same thing twice. */
function checkLevels({ levels = [], obligations }: Rules, tell: TellFault): void {
  const ids = levels.map(({ id }) => id);
  ids.forEach((id, i) => {
    if (ids.indexOf(id) !== i) tell(['levels', i, 'id'], 'ID_TWICE', { id });
  });
  obligations.forEach((rule, i) => {
    for (const level of rule.levels ?? [])
      if (!ids.includes(level)) tell(['obligations', i, 'levels'], 'LEVEL_UNKNOWN', { level });
  });
  for (const level of ids.length > 0 ? ids : [null]) {
    for (const isLead of [true, false]) {
      const seen = new Set<string>();
      obligations.forEach((rule, i) => {
        if (!isOwed(rule, isLead, level)) return;
        rule.due.forEach((one, j) => {
          for (const subject of new Set(subjectsOf(one))) {
            const key = `${rule.kind} ${subject}`;
            if (seen.has(key)) {
              const [code, values] =
                level === null ? (['OWED_TWICE', {}] as const) : (['OWED_TWICE_AT', { level }] as const);
              tell(['obligations', i, 'due', j], code, { kind: rule.kind, ...values });
            }
            seen.add(key);
          }
        });
      });
      if (isLead && level !== null && !seen.has('completion ')) {
        tell(['levels', ids.indexOf(level)], 'NO_COMPLETION_AT', { level });
      }
    }
  }
}

/** What a date speaks of, as far as the rule alone says. */
function subjectsOf(one: DueRule): string[] {
  if (one.by === 'task_milestones') return [];
  if (one.by === 'periodic') return periodsOf(one);
  return [('period' in one ? one.period : 'subject' in one ? one.subject : undefined) ?? ''];
}

/** The periods of a year that a rule speaks of, in order: `Q2`, `Q3`, `Q4`; `` for the year itself. */
export function periodsOf({ every, from, to }: Extract<DueRule, { by: 'periodic' }>): string[] {
  const { letter, months } = PERIODICITIES[every];
  if (letter === '') return [''];
  const numbers = Array.from({ length: 12 / months }, (_, i) => i + 1);
  const names = numbers.map((n) => `${letter}${letter === 'M' ? String(n).padStart(2, '0') : n}`);
  return names.filter((name) => (from === undefined || name >= from) && (to === undefined || name <= to));
}

function checkPeriods(obligations: Rules['obligations'], tell: TellFault): void {
  obligations.forEach(({ due }, i) => {
    due.forEach((one, j) => {
      if (one.by !== 'periodic') return;
      const { letter } = PERIODICITIES[one.every];
      const strange = (['from', 'to'] as const).filter((end) => one[end] !== undefined && one[end][0] !== letter);
      for (const end of strange) {
        tell(['obligations', i, 'due', j, end], 'PERIOD_OTHER', { period: one[end]!, every: one.every });
      }
      if (strange.length === 0 && one.from !== undefined && one.to !== undefined && one.from > one.to) {
        tell(['obligations', i, 'due', j, 'to'], 'PERIODS_REVERSED', { from: one.from, to: one.to });
      }
    });
  });
}

/**
 * The first and last working day on which a rung may come, counted from the due date: what is certain of it whatever the
 * date and the holidays.
 */
export function rungBounds(offset: RungOffset): { first: number; last: number } {
  if ('workingDays' in offset) return { first: offset.workingDays, last: offset.workingDays };
  if ('calendarDays' in offset) {
    const { calendarDays: days } = offset;
    return days > 0 ? { first: 1, last: days } : { first: days, last: 0 };
  }
  return { first: offset.shareOfTime === 100 ? 0 : -Infinity, last: 0 };
}

/** Whether a rung comes before another whatever the date; two counts of one kind are compared as they are. */
export function comesBefore(one: RungOffset, other: RungOffset): 'always' | 'never' | 'by_the_date' {
  for (const unit of ['workingDays', 'calendarDays', 'shareOfTime'] as const) {
    const [a, b] = [countIn(one, unit), countIn(other, unit)];
    if (a !== undefined && b !== undefined) return a < b ? 'always' : 'never';
  }
  const [a, b] = [rungBounds(one), rungBounds(other)];
  if (a.last < b.first) return 'always';
  return a.first >= b.last ? 'never' : 'by_the_date';
}

const countIn = (offset: RungOffset, unit: string): number | undefined => (offset as Record<string, number>)[unit];

function checkLadder(path: (string | number)[], { rungs }: Ladder, tell: TellFault): void {
  let lastColour: NoticeColour | null = null;
  rungs.forEach((r, i) => {
    const previous = rungs[i - 1];
    if (previous && comesBefore(previous.offset, r.offset) === 'never') {
      tell([...path, i], 'OUT_OF_ORDER', { rung: r.id, previous: previous.id });
    }
    if (rungs.findIndex((other) => other.id === r.id) !== i) tell([...path, i, 'id'], 'ID_TWICE', { id: r.id });
    if (r.kind === 'notice') {
      if (lastColour && NOTICE_COLOURS.indexOf(r.colour) <= NOTICE_COLOURS.indexOf(lastColour)) {
        tell([...path, i, 'colour'], 'COLOUR_NOT_CLIMBING', { colour: r.colour, lastColour });
      }
      lastColour = r.colour;
    }
  });
}

/** What makes rules unusable however they are used: a ladder that is not there, the same owed twice, steps out of order. */
export function checkStructure(policy: z.infer<typeof policyShape>, tell: TellFault): void {
  const known = (ladder: string, path: (string | number)[]): void => {
    if (!Object.hasOwn(policy.ladders, ladder)) tell(path, 'LADDER_UNKNOWN', { ladder });
  };
  policy.obligations.forEach((rule, i) => known(rule.ladder, ['obligations', i, 'ladder']));
  known(policy.rectification.ladder, ['rectification', 'ladder']);
  checkLevels(policy, tell);
  checkPeriods(policy.obligations, tell);
  if (policy.instruction.ladder !== undefined) known(policy.instruction.ladder, ['instruction', 'ladder']);
  for (const [id, one] of Object.entries(policy.ladders)) checkLadder(['ladders', id, 'rungs'], one, tell);
  checkInstructions(policy, tell);
}

/** What leaders say (领导批示) is never counted (2024 减负 rules): the ladder of it gives neither points nor cards. */
function checkInstructions(policy: z.infer<typeof policyShape>, tell: TellFault): void {
  const named = policy.obligations.filter(({ kind }) => kind === 'instruction').map((rule) => rule.ladder);
  for (const id of new Set([policy.instruction.ladder ?? policy.rectification.ladder, ...named])) {
    policy.ladders[id]?.rungs.forEach(({ id: rung, effects = [] }, i) => {
      effects.forEach(({ effect: what }, j) => {
        if (what !== 'points' && what !== 'card') return;
        tell(['ladders', id, 'rungs', i, 'effects', j], 'INSTRUCTION_COUNTED', { ladder: id, rung });
      });
    });
  }
}

/** Whether a rule is one for a unit in a matter of a level. */
export const isOwed = (
  { owedBy, levels }: Pick<z.infer<typeof obligationRule>, 'owedBy' | 'levels'>,
  isLead: boolean,
  level: string | null,
): boolean =>
  (owedBy === 'every_unit' || (owedBy === 'lead') === isLead) &&
  (levels === undefined || (level !== null && levels.includes(level)));

/** The fields of a rule set; `policySchema` looks at how they go together, too. */
export const policyShape = z.strictObject({
  id: z.string().min(1),
  version: z.int().min(1),
  name: z.strictObject({ zh: z.string(), en: z.string() }),
  ladders: z.record(z.string(), ladder),
  /** How urgent or hard a matter may be (等级); the first is taken where nothing is said. */
  levels: z
    .array(z.strictObject({ id: z.string().min(1), name: words }))
    .min(1)
    .optional(),
  obligations: z.array(obligationRule).min(1),
  /** What a returned completion owes: how long, by which ladder. */
  rectification: z.strictObject({ workingDays: z.int().min(1), ladder: z.string() }),
  /**
   * Objection (异议) that a matter is not one's own: how long one may raise it, and how long the office has to answer,
   * in working days. Five to raise it as most rules have it; Guangzhou answers within seven days, which are five
   * working days.
   */
  objection: z
    .strictObject({ workingDays: z.int().min(1), answerWithin: z.int().min(1) })
    .default({ workingDays: 5, answerWithin: 5 }),
  /** Days that a unit has at least for what is owed of a part that it gets from another (移交). */
  handedOver: z.strictObject({ workingDays: z.int().min(1) }).default({ workingDays: 5 }),
  /** Whether an action plan (办理方案) is done with only when it is approved; left out: when it is handed in. */
  actionPlanApproval: z.boolean().optional(),
  /** Whose word makes a report of a contact or handler count; left out: nobody's is needed. */
  confirmation: z.enum(['none', 'head']).optional(),
  /** By how many points of share behind the plan (序时进度) a light changes, and a report owes a reason. */
  lights: lightRules.optional(),
  /** Cards (督办牌) that lights bring with them; none where nothing is said. */
  cards: cardRules.optional(),
  /** How the work of a year is spread (季节), by names that planned courses of targets refer to. */
  seasons: z.record(z.string().min(1), season).optional(),
  /**
   * Verification (核查) of what the office judges: whether it has to say how, by which methods, and what it has to look
   * at.
   */
  verification: z
    .strictObject({
      required: z.boolean(),
      checklist: z.array(z.strictObject({ zh: z.string().min(1), en: z.string().min(1) })),
      methods: z.array(z.enum(VERIFICATION_METHODS)).min(1),
    })
    .default({ required: false, checklist: [], methods: [...VERIFICATION_METHODS] }),
  /**
   * Leaders' instructions (领导批示): days of the calendar to answer one in, and by which ladder it is followed up, that
   * of rectifications where none is named. They are never counted in a score (2024 减负 rules).
   */
  instruction: z
    .strictObject({
      days: z.strictObject({ urgent: z.int().min(1), ordinary: z.int().min(1), hard: z.int().min(1) }),
      ladder: z.string().optional(),
    })
    .default({ days: { urgent: 5, ordinary: 15, hard: 30 } }),
  /** Satisfaction (满意度): of the completed tasks, the share of which somebody is to be asked. It is shown, no more. */
  satisfaction: z.strictObject({ calledBackPercent: z.int().min(0).max(100) }).default({ calledBackPercent: 10 }),
  /** How long before its own date a lead has what the co-units contribute (供稿); the time to write it where there is none. */
  contribution: z
    .strictObject({ workingDaysBefore: z.int().min(0), workingDays: z.int().min(1) })
    .default({ workingDaysBefore: 5, workingDays: 5 }),
  /** How long the office has to settle a disagreement (协调). */
  coordination: z.strictObject({ workingDays: z.int().min(1) }).default({ workingDays: 5 }),
  /** How long whoever decides has for applications (申请), by kind, and for answers to notices (督办单答复): working days. */
  decideWithin: z
    .strictObject({
      extension: z.int().min(1),
      close_unimplemented: z.int().min(1),
      review: z.int().min(1),
      noticeAnswer: z.int().min(1),
    })
    .default({ extension: 3, close_unimplemented: 5, review: 5, noticeAnswer: 2 }),
  /** Extensions (延期) that officers grant by themselves: how many of one obligation, by how many days at most each. */
  extension: z
    .strictObject({ officers: z.strictObject({ times: z.int().min(0), days: z.int().min(0) }) })
    .default({ officers: { times: 1, days: 30 } }),
  /** How long after a return its unit may ask for a review (复核). */
  review: z.strictObject({ workingDays: z.int().min(1) }).default({ workingDays: 5 }),
});

/** The whole rule set of a plan (督办规则): who owes what by when, and what happens before and after. */
export const policySchema = policyShape.superRefine((policy, ctx) => {
  checkStructure(policy, (path, code, values) => {
    ctx.addIssue({ code: 'custom', path, message: faultWords(code, values).en });
  });
});

export type Policy = z.infer<typeof policySchema>;
/** A rule set as it is written down: what it does not say has its default. @throws ZodError where it is none */
export const definePolicy = (written: z.input<typeof policySchema>): Policy => policySchema.parse(written);
export type Ladder = z.infer<typeof ladder>;
export type Rung = z.infer<typeof rungShape>;
export type DueRule = z.infer<typeof dueShape>;
export type ObligationRule = z.infer<typeof obligationRule>;
export type ObligationKind = (typeof OBLIGATION_KINDS)[number];
export type VerificationMethod = (typeof VERIFICATION_METHODS)[number];
export type RungCondition = NonNullable<Rung['when']>;
export type RungEffect = NonNullable<Rung['effects']>[number];
export type Recipient = (typeof RECIPIENTS)[number];
export type NoticeColour = (typeof NOTICE_COLOURS)[number];
