import { definePolicy, type Policy } from './policy';
import { SHORT, SIGN_FOR, THREE_COLOUR, URGENT } from './preset-ladders';

/*
 * How long matters from elsewhere (事项登记) may take, by kind. Days are calendar days where a paper says 日 or 天 and not
 * 工作日 (民法典第二百条); the day of receipt itself is not counted (第二百零一条), and a date that is no working day
 * takes effect on the next. Where a city has other limits, it has another version of the policy.
 */

const LADDERS = { 'three-colour': THREE_COLOUR, 'sign-for': SIGN_FOR, short: SHORT, urgent: URGENT };
const RECTIFICATION = { workingDays: 5, ladder: 'short' };
const ORDINARY = { id: 'ordinary', name: { zh: '一般', en: 'ordinary' } };
const URGENT_LEVEL = { id: 'urgent', name: { zh: '紧急', en: 'urgent' } };
const HARD = { id: 'hard', name: { zh: '疑难', en: 'hard' } };
const MAJOR = { id: 'major', name: { zh: '重大', en: 'major' } };

/** Signed for (签收) on the working day after it was handed out: our choice, where a kind has no rule of its own. */
const SIGNED_NEXT_DAY: Policy['obligations'][number] = {
  kind: 'sign_for',
  owedBy: 'every_unit',
  ladder: 'sign-for',
  due: [{ by: 'working_days_after_issue', workingDays: 1 }],
};
const MILESTONES: Policy['obligations'][number] = {
  kind: 'milestone',
  owedBy: 'lead',
  ladder: 'short',
  due: [{ by: 'task_milestones' }],
};

/** Completion so many days after receipt, unless the office gave the matter a date of its own. */
const doneIn = (
  days: number,
  ladder: keyof typeof LADDERS,
  levels?: readonly string[],
): Policy['obligations'][number] => ({
  kind: 'completion',
  owedBy: 'every_unit',
  ladder,
  due: [{ by: 'calendar_days_after_receipt', days, unlessDated: true }],
  ...(levels ? { levels: [...levels] } : {}),
});

/** 领导批示: urgent 1 to 5 days (the longest here; the office sets a shorter date), ordinary 15, hard 30 (督查工作规则). */
const leaderInstruction = definePolicy({
  id: 'leader-instruction',
  version: 1,
  name: { zh: '领导批示', en: 'Leaders’ instructions' },
  ladders: LADDERS,
  levels: [ORDINARY, URGENT_LEVEL, HARD],
  obligations: [
    SIGNED_NEXT_DAY,
    MILESTONES,
    doneIn(15, 'three-colour', ['ordinary']),
    doneIn(5, 'urgent', ['urgent']),
    doneIn(30, 'three-colour', ['hard']),
  ],
  rectification: RECTIFICATION,
});

/**
 * 会议决定事项: 30 working days, of a meeting of the first class 7 days (a district's 督查 rules); what minutes (纪要) ask
 * for and give no limit 20 days (督查工作规则). The district's report by the 5th of each month is none of these limits.
 */
const meetingDecision = definePolicy({
  id: 'meeting-decision',
  version: 1,
  name: { zh: '会议决定事项', en: 'Decisions of meetings' },
  ladders: LADDERS,
  levels: [
    ORDINARY,
    { id: 'minutes', name: { zh: '会议纪要', en: 'of the minutes' } },
    { id: 'first_class', name: { zh: '一类会议', en: 'of a meeting of the first class' } },
  ],
  obligations: [
    SIGNED_NEXT_DAY,
    MILESTONES,
    {
      kind: 'completion',
      owedBy: 'every_unit',
      ladder: 'three-colour',
      due: [{ by: 'working_days_after_receipt', workingDays: 30, unlessDated: true }],
      levels: ['ordinary'],
    },
    doneIn(20, 'three-colour', ['minutes']),
    doneIn(7, 'short', ['first_class']),
  ],
  rectification: RECTIFICATION,
});

/** 上级文件: 30 days where the document gives no limit (督查工作规则). */
const higherDocument = definePolicy({
  id: 'higher-document',
  version: 1,
  name: { zh: '上级文件', en: 'Documents of higher authorities' },
  ladders: LADDERS,
  levels: [ORDINARY],
  obligations: [SIGNED_NEXT_DAY, MILESTONES, doneIn(30, 'three-colour')],
  rectification: RECTIFICATION,
});

/** 电报: 特提 1 day, 特急 3, 加急 5, 平急 10 (等级办理时限). Signed for on the day on which it is handed out. */
const telegram = definePolicy({
  id: 'telegram',
  version: 1,
  name: { zh: '电报', en: 'Telegrams' },
  ladders: LADDERS,
  levels: [
    { id: 'ordinary', name: { zh: '平急', en: 'ordinary' } },
    { id: 'urgent', name: { zh: '加急', en: 'urgent' } },
    { id: 'most_urgent', name: { zh: '特急', en: 'most urgent' } },
    { id: 'immediate', name: { zh: '特提', en: 'immediate' } },
  ],
  obligations: [
    { ...SIGNED_NEXT_DAY, due: [{ by: 'working_days_after_issue', workingDays: 0 }] },
    MILESTONES,
    doneIn(10, 'short', ['ordinary']),
    doneIn(5, 'urgent', ['urgent']),
    doneIn(3, 'urgent', ['most_urgent']),
    doneIn(1, 'urgent', ['immediate']),
  ],
  rectification: RECTIFICATION,
});

/**
 * 建议提案: whom it does not concern says so within 10 days, and may not pass it on itself, so that it is signed for or
 * objected to by then; the other units give the lead their opinion within 1 month; the lead answers within 3
 * (建议提案办理办法). One month more, by approval, is a date that the office sets with its reason.
 */
const proposal = definePolicy({
  id: 'proposal',
  version: 1,
  name: { zh: '建议提案', en: 'Proposals of deputies and political advisers' },
  ladders: LADDERS,
  levels: [ORDINARY],
  obligations: [
    { ...SIGNED_NEXT_DAY, due: [{ by: 'calendar_days_after_receipt', days: 10 }] },
    MILESTONES,
    {
      kind: 'completion',
      owedBy: 'lead',
      ladder: 'three-colour',
      due: [{ by: 'months_after_receipt', months: 3, unlessDated: true }],
    },
    {
      kind: 'completion',
      owedBy: 'others',
      ladder: 'three-colour',
      due: [{ by: 'months_after_receipt', months: 1 }],
    },
  ],
  rectification: { workingDays: 10, ladder: 'three-colour' },
});

/** 督查检查、整改: papers give each list its own dates; without one 30 days, as for documents (督查工作规则). */
const inspection = definePolicy({
  id: 'inspection',
  version: 1,
  name: { zh: '督查检查整改', en: 'Inspections and rectification' },
  ladders: LADDERS,
  levels: [ORDINARY],
  obligations: [SIGNED_NEXT_DAY, MILESTONES, doneIn(30, 'three-colour')],
  rectification: RECTIFICATION,
});

/**
 * 信访: whether it is taken up is said within 15 days, the matter is done within 60 (信访工作条例, 2022). At most 30 days
 * more, by approval, are a date that the office sets with its reason.
 */
const petition = definePolicy({
  id: 'petition',
  version: 1,
  name: { zh: '信访事项', en: 'Petitions' },
  ladders: LADDERS,
  levels: [ORDINARY],
  obligations: [
    { ...SIGNED_NEXT_DAY, due: [{ by: 'calendar_days_after_receipt', days: 15 }] },
    MILESTONES,
    doneIn(60, 'three-colour'),
  ],
  rectification: RECTIFICATION,
});

/**
 * 12345热线: consultation 1 day, help 5, complaint 10 (晴隆, 2023). To be signed for within 2 hours: what is owed is
 * owed by the end of a day, so that here it is the day of receipt, or the next working day.
 */
const hotline = definePolicy({
  id: 'hotline',
  version: 1,
  name: { zh: '12345热线', en: 'Hotline 12345' },
  ladders: LADDERS,
  levels: [
    { id: 'consultation', name: { zh: '咨询', en: 'consultation' } },
    { id: 'help', name: { zh: '求助', en: 'help' } },
    { id: 'complaint', name: { zh: '投诉', en: 'complaint' } },
  ],
  obligations: [
    { ...SIGNED_NEXT_DAY, due: [{ by: 'calendar_days_after_receipt', days: 0 }] },
    doneIn(1, 'short', ['consultation']),
    doneIn(5, 'short', ['help']),
    doneIn(10, 'short', ['complaint']),
  ],
  rectification: { workingDays: 3, ladder: 'short' },
});

/** 媒体反映: at most 5 days (a district's 督查 rules). */
const media = definePolicy({
  id: 'media',
  version: 1,
  name: { zh: '媒体反映事项', en: 'Matters in the media' },
  ladders: LADDERS,
  levels: [ORDINARY],
  obligations: [SIGNED_NEXT_DAY, doneIn(5, 'short')],
  rectification: { workingDays: 3, ladder: 'short' },
});

/**
 * “13710” (山西, 2017): studied and set up on the 1st day, fed back within 3 days, ordinary matters done within 7 days,
 * major ones within 1 month, else with plans of their nodes, and everything tracked to 0 (销号清零). The last two digits
 * are 1 and 0, not ten days. The paper gives plans of nodes no day: here they come by the day of an ordinary matter's end.
 */
const shanxi13710 = definePolicy({
  id: 'shanxi-13710',
  version: 1,
  name: { zh: '“13710”督办事项', en: 'Matters by “13710”' },
  ladders: LADDERS,
  levels: [ORDINARY, MAJOR],
  obligations: [
    { ...SIGNED_NEXT_DAY, due: [{ by: 'calendar_days_after_receipt', days: 1 }] },
    {
      kind: 'progress_report',
      owedBy: 'lead',
      ladder: 'short',
      due: [{ by: 'calendar_days_after_receipt', days: 3, subject: '3日反馈' }],
    },
    {
      kind: 'action_plan',
      owedBy: 'lead',
      ladder: 'short',
      due: [{ by: 'calendar_days_after_receipt', days: 7 }],
      levels: ['major'],
    },
    MILESTONES,
    doneIn(7, 'short', ['ordinary']),
    {
      kind: 'completion',
      owedBy: 'every_unit',
      ladder: 'three-colour',
      due: [{ by: 'months_after_receipt', months: 1, unlessDated: true }],
      levels: ['major'],
    },
  ],
  rectification: { workingDays: 3, ladder: 'short' },
});

/** One for each kind of matter: see `MATTER_KINDS`. */
export const MATTER_POLICIES: readonly Policy[] = [
  leaderInstruction,
  meetingDecision,
  higherDocument,
  telegram,
  proposal,
  inspection,
  petition,
  hotline,
  media,
  shanxi13710,
];
