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
    zh: '督办单颜色“{colour}”不重于前一张的“{previous}”',
    en: '{colour} does not climb from {previous} before it',
  },
} as const satisfies Record<string, { severity: FaultSeverity; zh: string; en: string }>;

export type FaultSeverity = 'error' | 'warning';
export type PolicyFaultCode = keyof typeof POLICY_FAULT_WORDS;
export type FaultValues = Readonly<Record<string, string | number>>;

/** The words of a fault in both languages, with its values in their places. */
export function faultWords(code: PolicyFaultCode, values: FaultValues): { zh: string; en: string } {
  const { zh, en } = POLICY_FAULT_WORDS[code];
  return { zh: filled(zh, values), en: filled(en, values) };
}

const filled = (words: string, values: FaultValues): string =>
  words.replace(/\{(\w+)\}/g, (place, name: string) => (name in values ? String(values[name]) : place));
