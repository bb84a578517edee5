/**
 * The words of one language for why a date is as it is. Names in braces are filled in; a spec compares the names that
 * the languages use.
 */
export interface DeadlineWords {
  /** The whole: a date, and what led to it. */
  sentence: string;
  separator: string;
  /** Between names. */
  and: string;
  weekdays: readonly [string, string, string, string, string, string, string];
  onDay: string;
  rules: Readonly<{
    afterIssue: string;
    afterTransfer: string;
    dayOfYear: string;
    dayOfPeriod: string;
    taskDeadline: string;
    taskMilestone: string;
    planMilestone: string;
    daysAfterReceipt: string;
    workingDaysAfterReceipt: string;
    monthsAfterReceipt: string;
    workingDaysAfterPeriod: string;
    daysAfterPeriod: string;
    dayAfterPeriod: string;
    afterReturn: string;
    setAtReturn: string;
    afterDecision: string;
    setAtDecision: string;
    afterInstruction: string;
    setWithInstruction: string;
    extension: string;
    suspension: string;
    verifiedMeanwhile: string;
    setAtReopening: string;
    handedOver: string;
    other: string;
  }>;
  /** Days off among those that were counted. */
  daysOff: string;
  makeUpDays: string;
  byPaper: string;
  /** Why the recorded date is no working day. */
  isWeekend: string;
  isHoliday: string;
  rolled: string;
  isMakeUpDay: string;
  revised: string;
  corrected: string;
  reorganised: string;
  ofIssuer: string;
  office: string;
  recounted: string;
  provisional: string;
}
