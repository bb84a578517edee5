import {
  APPLICATION_KINDS,
  CARD_COLOURS,
  CARD_MEASURES,
  DROPPED_STATES,
  FOLLOW_UP_KINDS,
  NOTICE_COLOURS,
  OBJECTION_OUTCOMES,
  OBLIGATION_KINDS,
  REORGANISATION_KINDS,
} from '@duban/domain';
import { parseLocalDate } from '@duban/kernel';
import { UPPER_MOVES } from '@duban/tasks';
import { z } from 'zod';

const date = z.string().transform((text, context) => {
  try {
    return parseLocalDate(text);
  } catch {
    context.addIssue({ code: 'custom', message: `"${text}" is no date` });
    return z.NEVER;
  }
});
/** What is left out is as good as null: writers give what they know. */
const maybe = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

/** What is handed in (报送). */
const REPORTED = ['action_plan', 'progress_report', 'milestone', 'completion'] as const;
export type Reported = (typeof REPORTED)[number];

/** What a follow-up (催办) of any kind says. */
const followUp = z.object({
  followUpKind: z.enum(FOLLOW_UP_KINDS),
  colour: maybe(z.enum(NOTICE_COLOURS)),
  obligationKind: z.enum(OBLIGATION_KINDS),
  subject: maybe(z.string()),
  dueOn: date,
  unitName: z.string(),
  taskNumber: maybe(z.string()),
  taskContent: z.string(),
  noticeNumber: maybe(z.string()),
  answerDueOn: maybe(date),
  isCopy: z.boolean(),
  /** The words (消息模板) that the step names. */
  template: maybe(z.string()),
  /** Rungs that were missed and that this one stands for. */
  collapsed: z.array(z.string()).default([]),
});
const aboutTask = z.object({ taskNumber: maybe(z.string()), taskContent: z.string(), unitName: z.string() });
const aboutReport = aboutTask.extend({ reportKind: z.enum(REPORTED) });
/** What a revision of the plan (修订) means to a unit. */
const REVISED_PARTS = ['added', 'removed', 'leads', 'supports', 'changed'] as const;
export type RevisedPart = (typeof REVISED_PARTS)[number];
/** What is applied for, of what is owed; the date that is asked for or granted. */
const aboutApplication = aboutTask.extend({
  applicationKind: z.enum(APPLICATION_KINDS),
  obligationKind: maybe(z.enum(OBLIGATION_KINDS)),
  dueOn: maybe(date),
});
const aboutCard = aboutTask.extend({
  colour: maybe(z.enum(CARD_COLOURS)),
  period: maybe(z.string()),
  points: z.number(),
  measures: z.array(z.enum(CARD_MEASURES)),
});
const aboutNotice = z.object({ noticeNumber: z.string(), taskNumber: maybe(z.string()), unitName: z.string() });

/** What the office owes an answer: objections (异议), disagreements (协调), applications (申请), answers to notices (督办单). */
const OFFICE_DUES = ['objection', 'coordination', 'application', 'supervision_notice'] as const;
export type OfficeDue = (typeof OFFICE_DUES)[number];
const officeDue = aboutTask.extend({ what: z.enum(OFFICE_DUES), about: z.string(), dueOn: date });

/**
 * Kinds of notifications with what the words of each need. Tasks and supervision write them as rows; what does not
 * fit here is not sent, and is logged.
 */
export const NOTIFICATION_KINDS = {
  task_issued: z.object({ planTitle: z.string(), count: z.int(), signForBy: maybe(date) }),
  matter_registered: aboutTask.extend({ signForBy: maybe(date), dueOn: maybe(date) }),
  task_revised: aboutTask.extend({ part: z.enum(REVISED_PARTS), dueOn: maybe(date) }),
  follow_up: followUp,
  returned: aboutTask.extend({ reason: maybe(z.string()), rectifyBy: maybe(date), conclusion: maybe(z.string()) }),
  verified: aboutTask.extend({ conclusion: maybe(z.string()) }),
  reopened: aboutTask.extend({ reason: maybe(z.string()), dueOn: maybe(date) }),
  suspended: aboutTask.extend({ reason: maybe(z.string()), resumeOn: date }),
  resumed: aboutTask,
  transferred: aboutTask.extend({ from: z.string(), reason: maybe(z.string()), signForBy: maybe(date) }),
  ended: aboutTask.extend({ state: z.enum(DROPPED_STATES), reason: maybe(z.string()) }),
  objected: aboutTask.extend({ reason: maybe(z.string()), answerDueOn: maybe(date) }),
  objection_settled: aboutTask.extend({ outcome: z.enum(OBJECTION_OUTCOMES), reason: maybe(z.string()) }),
  reported: aboutTask,
  instructed: aboutTask.extend({ leader: z.string(), text: z.string(), dueOn: date }),
  unsatisfied: aboutTask.extend({ remark: z.string() }),
  card_given: aboutCard.extend({ why: z.object({ zh: z.string(), en: z.string() }) }),
  card_withdrawn: aboutCard.extend({ reason: z.string() }),
  contribution_asked: aboutTask.extend({ subject: maybe(z.string()), question: maybe(z.string()), dueOn: date }),
  contribution_submitted: aboutTask.extend({ subject: maybe(z.string()) }),
  contribution_returned: aboutTask.extend({ subject: maybe(z.string()), reason: maybe(z.string()) }),
  contribution_withdrawn: aboutTask.extend({ subject: maybe(z.string()) }),
  coordination_raised: aboutTask.extend({ about: z.string(), reason: z.string(), dueOn: date }),
  coordination_settled: aboutTask.extend({ about: z.string(), decision: z.string() }),
  /** Its date is another by the paper that arranges the holidays (放假安排). */
  deadline_recounted: aboutTask.extend({
    obligationKind: z.enum(OBLIGATION_KINDS),
    subject: maybe(z.string()),
    from: date,
    dueOn: date,
    paper: maybe(z.string()),
  }),
  office_reminded: officeDue,
  office_urged: officeDue,
  application_made: aboutApplication.extend({ reason: z.string() }),
  application_decided: aboutApplication.extend({ decision: z.enum(['approved', 'denied']), reason: maybe(z.string()) }),
  notice_answered: aboutNotice,
  notice_rejected: aboutNotice.extend({ reason: maybe(z.string()) }),
  action_plan_submitted: aboutTask,
  action_plan_approved: aboutTask,
  action_plan_returned: aboutTask.extend({ reason: maybe(z.string()), by: maybe(date) }),
  /** Evidence whose period (保管期限) is over: for who may approve that it goes (销毁). */
  disposal_proposed: z.object({ planTitle: z.string(), retention: z.string(), reason: z.string() }),
  report_to_confirm: aboutReport,
  report_sent_back: aboutReport.extend({ reason: maybe(z.string()) }),
  work_taken_over: z.object({ from: z.array(z.string()).min(1), count: z.int(), effectiveOn: date }),
  /** What the part above a second-level breakdown (二级分解) did. */
  upper_moved: aboutTask.extend({ move: z.enum(UPPER_MOVES), reason: maybe(z.string()), dueOn: maybe(date) }),
  /** What is due is not followed up: for whoever administers duban. */
  sweep_late: z.object({ count: z.int(), since: date }),
  reorganisation_failed: z.object({
    kind: z.enum(REORGANISATION_KINDS),
    units: z.array(z.string()).min(1),
    effectiveOn: date,
    code: z.string(),
  }),
} satisfies Record<string, z.ZodType>;

export type NotificationKind = keyof typeof NOTIFICATION_KINDS;
export type NotificationParameters<K extends NotificationKind> = z.infer<(typeof NOTIFICATION_KINDS)[K]>;

/** What destinations (推送目的地) can get: kinds of notifications, and of follow-ups (催办) each by itself. */
export const DESTINATION_KINDS: readonly string[] = [
  ...FOLLOW_UP_KINDS,
  ...Object.keys(NOTIFICATION_KINDS).filter((kind) => kind !== 'follow_up'),
];

/** The kind of a notification among {@link DESTINATION_KINDS}. */
export const kindForDestinations = (kind: string, parameters: unknown): string =>
  kind === 'follow_up' ? String((parameters as { followUpKind?: unknown } | null)?.followUpKind) : kind;
