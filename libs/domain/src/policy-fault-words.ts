import { term, type Words } from './policy-terms';

/*
 * What is said of a fault of a policy (督办规则), at the field that has it. `{name}` stands for a value. An error stops the
 * policy from being recorded; a warning is for the clerk to think over.
 */
export const POLICY_FAULT_WORDS = {
  LADDER_UNKNOWN: {
    severity: 'error',
    zh: '没有名为“{ladder}”的催办阶梯',
    en: 'there is no ladder "{ladder}"',
  },
  ID_TWICE: { severity: 'error', zh: '“{id}”出现了两次', en: '{id} is there twice' },
  LEVEL_UNKNOWN: { severity: 'error', zh: '没有“{level}”这一等级', en: 'there is no level "{level}"' },
  OWED_TWICE: { severity: 'error', zh: '同一事项（{kind}）规定了两次', en: '{kind} is owed twice' },
  OWED_TWICE_AT: {
    severity: 'error',
    zh: '等级“{level}”的同一事项（{kind}）规定了两次',
    en: '{kind} is owed twice at the level {level}',
  },
  NO_COMPLETION_AT: {
    severity: 'error',
    zh: '等级“{level}”没有规定办结时限',
    en: 'no completion is owed at the level {level}',
  },
  PERIOD_OTHER: {
    severity: 'error',
    zh: '“{period}”不是该周期（{every}）的一期',
    en: '{period} is no period of "{every}"',
  },
  PERIODS_REVERSED: {
    severity: 'error',
    zh: '起始期“{from}”在截止期“{to}”之后，一期报告也不会产生',
    en: '{from} comes after {to}, so that no report is ever owed',
  },
  OUT_OF_ORDER: {
    severity: 'error',
    zh: '“{rung}”的时间不晚于排在它前面的“{previous}”',
    en: '{rung} comes no later than {previous} before it',
  },
  COLOUR_NOT_CLIMBING: {
    severity: 'error',
    zh: '督办单颜色“{colour}”不重于前一张的“{lastColour}”',
    en: '{colour} does not climb from {lastColour} before it',
  },
  TEMPLATE_UNKNOWN: {
    severity: 'error',
    zh: '没有名为“{template}”的消息模板',
    en: 'there are no words called "{template}"',
  },
  TEMPLATE_OF_OTHER_KIND: {
    severity: 'error',
    zh: '消息模板“{template}”用于{kind}，不能用于此步骤',
    en: 'the words "{template}" are about another kind of step, {kind}',
  },
  LADDER_UNUSED: {
    severity: 'warning',
    zh: '没有事项使用催办阶梯“{ladder}”',
    en: 'nothing goes by the ladder "{ladder}"',
  },
  NEVER_BY_ROLE: {
    severity: 'error',
    zh: '步骤“{rung}”永远不会执行：使用催办阶梯“{ladder}”的事项没有一项由{role}承担',
    en: '{rung} never has its turn: nothing on the ladder "{ladder}" is owed by {role}',
  },
  NEVER_AT_LEVEL: {
    severity: 'error',
    zh: '步骤“{rung}”永远不会执行：使用催办阶梯“{ladder}”的事项没有一项属于所列等级',
    en: '{rung} never has its turn: nothing on the ladder "{ladder}" is of these levels',
  },
  ORDER_BY_THE_DATE: {
    severity: 'warning',
    zh: '“{rung}”是否晚于排在它前面的“{previous}”取决于具体日期；如同时到期，合并为一次发送',
    en: 'whether {rung} comes after {previous} before it goes by the date; where both are due at once, one is sent',
  },
  HELD_BY_ANSWER: {
    severity: 'warning',
    zh: '“{rung}”要等“{previous}”的{days}个工作日答复时限届满后才会执行，晚于所写时间',
    en: '{rung} waits until the {days} working days to answer {previous} are over, and so comes later than written',
  },
  AT_THE_START: {
    severity: 'warning',
    zh: '“{rung}”在交办当日，只有在发送时刻之前交办的才会收到',
    en: '{rung} comes on the day on which the matter is handed out, and only where that is before its time of day',
  },
  NOTHING_BEFORE: {
    severity: 'warning',
    zh: '“{rung}”以上一步消息未读为条件，但前面没有步骤，总会执行',
    en: '{rung} asks whether what was sent before it was read, and nothing is: it always has its turn',
  },
  COPY_TO_RECIPIENT: {
    severity: 'warning',
    zh: '“{rung}”既送又抄送{recipient}，只送一次',
    en: '{rung} goes to the {recipient} and copies the same; it is sent once',
  },
  LEAP_DAY: {
    severity: 'warning',
    zh: '平年没有2月29日，以2月28日为准',
    en: 'most years have no 29 February: it is the 28th then',
  },
  DAY_OF_SHORT_MONTHS: {
    severity: 'warning',
    zh: '没有{day}日的月份以月末为准',
    en: 'a month without a day {day} has its last day instead',
  },
  INSTRUCTION_COUNTED: {
    severity: 'error',
    zh: '领导批示不得计分或亮牌：“{ladder}”的步骤“{rung}”有此效果，请在instruction.ladder中另指定阶梯',
    en: 'leaders’ instructions bring no points and no cards, and {rung} of {ladder} does: name another ladder in instruction.ladder',
  },
} as const satisfies Record<string, { severity: FaultSeverity; zh: string; en: string }>;

export type FaultSeverity = 'error' | 'warning';
export type PolicyFaultCode = keyof typeof POLICY_FAULT_WORDS;
export type FaultValues = Readonly<Record<string, string | number>>;

/** The words of a fault in both languages, with its values in their places. */
export function faultWords(code: PolicyFaultCode, values: FaultValues): Words {
  const { zh, en } = POLICY_FAULT_WORDS[code];
  return { zh: filled(zh, values, 'zh'), en: filled(en, values, 'en') };
}

/** Names that a policy gives stand as they are; of the language's own lists, messages in English keep the ids. */
const TRANSLATED = ['kind', 'colour', 'lastColour', 'role', 'every', 'recipient'];
const filled = (words: string, values: FaultValues, language: keyof Words): string =>
  words.replace(/\{(\w+)\}/g, (place, name: string) => {
    if (!(name in values)) return place;
    const value = String(values[name]);
    return language === 'zh' && TRANSLATED.includes(name) ? term(value).zh : value;
  });

/** Chinese for what the schema itself says of single fields in its own words. */
export const SHAPE_WORDS: Readonly<Record<string, string>> = {
  'not a day of a year: expected MM-DD': '没有这一天，应为“月-日”（MM-DD）',
  'not a period of a year: expected M01 to M12, B1 to B6, Q1 to Q4, H1 or H2':
    '没有这一期，应为M01至M12、B1至B6、Q1至Q4、H1或H2',
  'at most 100: what comes after the due date counts days': '不得超过100；到期之后的步骤按日数填写',
  'expected one of workingDays, calendarDays and shareOfTime': '应且只应填写工作日数、日数、办理时间百分比中的一项',
  'expected dayOfMonth with monthsAfterEnd, workingDaysAfterEnd or calendarDaysAfterEnd':
    '应填写每月几日及期满后第几个月，或期满后的工作日数，或期满后的日数',
  'a condition names at least one thing': '条件至少写明一项',
  'red comes before yellow': '红灯阈值小于黄灯阈值',
};
