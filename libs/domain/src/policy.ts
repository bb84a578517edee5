import { z } from 'zod';

/** Whom a follow-up (催办) goes to, by post and relation to the obligation; the sweep finds who holds the post. */
const RECIPIENTS = ['contact', 'head', 'leader_in_charge', 'office'] as const;
export const NOTICE_COLOURS = ['blue', 'orange', 'red'] as const;
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

const share = z.number().min(0).max(100);
const workingDays = z.strictObject({ workingDays: z.int() });
const monthDay = z
  .string()
  .regex(
    /^((0[1-9]|1[0-2])-(0[1-9]|[12]\d)|(0[13-9]|1[0-2])-30|(0[13578]|1[02])-31)$/,
    'not a day of a year: expected MM-DD',
  );

const rungBase = {
  id: z.string().min(1),
  /** Working days from the effective due date; negative is before it. */
  offset: workingDays,
  to: z.array(z.enum(RECIPIENTS)).min(1),
  copyTo: z.array(z.enum(RECIPIENTS)).optional(),
};
const rung = z.discriminatedUnion('kind', [
  z.strictObject({ ...rungBase, kind: z.literal('reminder') }),
  z.strictObject({ ...rungBase, kind: z.literal('urge') }),
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
  rungs: z.array(rung).min(1),
});

/** Of dates that run from the day on which a matter was received (收文), or, where nothing was, from the day of issue. */
const afterReceipt = {
  /** What it speaks of, where the kind alone does not say it: `3日反馈`. */
  subject: z.string().min(1).optional(),
  /** The task's own deadline, where it has one, goes before. */
  unlessDated: z.literal(true).optional(),
};
const due = z.discriminatedUnion('by', [
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

const obligationRule = z.strictObject({
  kind: z.enum(OBLIGATION_KINDS),
  /** `others`: the units that do not lead. */
  owedBy: z.enum(['every_unit', 'lead', 'others']),
  ladder: z.string(),
  due: z.array(due).min(1),
  /** Only of matters of these levels (等级); of all where absent. */
  levels: z.array(z.string()).min(1).optional(),
});

const words = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });

type Rules = { levels?: { id: string }[] | undefined; obligations: z.infer<typeof obligationRule>[] };

/** At each level the lead owes the completion, and nobody owes the same thing twice. */
function checkLevels({ levels = [], obligations }: Rules, ctx: z.RefinementCtx): void {
  const fault = (path: (string | number)[], message: string): void => {
    ctx.addIssue({ code: 'custom', path, message });
  };
  const ids = levels.map(({ id }) => id);
  ids.forEach((id, i) => {
    if (ids.indexOf(id) !== i) fault(['levels', i, 'id'], `${id} is there twice`);
  });
  obligations.forEach((rule, i) => {
    for (const id of rule.levels ?? [])
      if (!ids.includes(id)) fault(['obligations', i, 'levels'], `there is no level "${id}"`);
  });
  for (const level of ids.length > 0 ? ids : [null]) {
    for (const isLead of [true, false]) {
      const seen = new Set<string>();
      obligations.forEach((rule, i) => {
        if (!isOwed(rule, isLead, level)) return;
        rule.due.forEach((one, j) => {
          if (one.by === 'task_milestones') return;
          const subject = 'period' in one ? one.period : 'subject' in one ? one.subject : undefined;
          const key = `${rule.kind} ${subject ?? ''}`;
          if (seen.has(key)) fault(['obligations', i, 'due', j], `${rule.kind} is owed twice${atLevel(level)}`);
          seen.add(key);
        });
      });
      if (isLead && level !== null && !seen.has('completion ')) {
        fault(['levels', ids.indexOf(level)], `no completion is owed${atLevel(level)}`);
      }
    }
  }
}

const atLevel = (level: string | null): string => (level === null ? '' : ` at the level ${level}`);

/** Whether a rule is one for a unit in a matter of a level. */
export const isOwed = (
  { owedBy, levels }: Pick<z.infer<typeof obligationRule>, 'owedBy' | 'levels'>,
  isLead: boolean,
  level: string | null,
): boolean =>
  (owedBy === 'every_unit' || (owedBy === 'lead') === isLead) &&
  (levels === undefined || (level !== null && levels.includes(level)));

/** The whole rule set of a plan (督办规则): who owes what by when, and what happens before and after. */
export const policySchema = z
  .strictObject({
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
    lights: z
      .strictObject({ yellow: share, red: share, tolerance: share })
      .refine(({ yellow, red }) => yellow <= red, { path: ['red'], message: 'red comes before yellow' })
      .optional(),
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
    /** Extensions (延期) that officers grant by themselves: how many of one obligation, by how many days at most each. */
    extension: z
      .strictObject({ officers: z.strictObject({ times: z.int().min(0), days: z.int().min(0) }) })
      .default({ officers: { times: 1, days: 30 } }),
    /** How long after a return its unit may ask for a review (复核). */
    review: z.strictObject({ workingDays: z.int().min(1) }).default({ workingDays: 5 }),
  })
  .superRefine((policy, ctx) => {
    const known = (id: string, path: (string | number)[]): void => {
      if (!Object.hasOwn(policy.ladders, id))
        ctx.addIssue({ code: 'custom', path, message: `there is no ladder "${id}"` });
    };
    policy.obligations.forEach((rule, i) => known(rule.ladder, ['obligations', i, 'ladder']));
    known(policy.rectification.ladder, ['rectification', 'ladder']);
    checkLevels(policy, ctx);
    if (policy.instruction.ladder !== undefined) known(policy.instruction.ladder, ['instruction', 'ladder']);
    for (const [id, { rungs }] of Object.entries(policy.ladders)) {
      let lastColour: NoticeColour | null = null;
      rungs.forEach((r, i) => {
        const previous = rungs[i - 1];
        if (previous && previous.offset.workingDays >= r.offset.workingDays) {
          ctx.addIssue({
            code: 'custom',
            path: ['ladders', id, 'rungs', i],
            message: `${r.id} comes no later than ${previous.id} before it`,
          });
        }
        if (rungs.findIndex((other) => other.id === r.id) !== i) {
          ctx.addIssue({ code: 'custom', path: ['ladders', id, 'rungs', i, 'id'], message: `${r.id} is there twice` });
        }
        if (r.kind === 'notice') {
          if (lastColour && NOTICE_COLOURS.indexOf(r.colour) <= NOTICE_COLOURS.indexOf(lastColour)) {
            ctx.addIssue({
              code: 'custom',
              path: ['ladders', id, 'rungs', i, 'colour'],
              message: `${r.colour} does not climb from ${lastColour} before it`,
            });
          }
          lastColour = r.colour;
        }
      });
    }
  });

export type Policy = z.infer<typeof policySchema>;
/** A rule set as it is written down: what it does not say has its default. @throws ZodError where it is none */
export const definePolicy = (written: z.input<typeof policySchema>): Policy => policySchema.parse(written);
export type Ladder = z.infer<typeof ladder>;
export type Rung = z.infer<typeof rung>;
export type DueRule = z.infer<typeof due>;
export type ObligationRule = z.infer<typeof obligationRule>;
export type ObligationKind = (typeof OBLIGATION_KINDS)[number];
export type VerificationMethod = (typeof VERIFICATION_METHODS)[number];
export type Recipient = (typeof RECIPIENTS)[number];
export type NoticeColour = (typeof NOTICE_COLOURS)[number];
export type FollowUpKind = Rung['kind'];
