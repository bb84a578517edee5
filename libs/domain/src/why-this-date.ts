import { addDays, type LocalDate, weekdayOf, type WorkingCalendar } from '@duban/kernel';
import type { DeadlineFacts } from './deadline';
import type { DeadlineWords } from './words/deadline-words';
import { DEADLINE_EN } from './words/deadline-words.en';
import { DEADLINE_ZH } from './words/deadline-words.zh';

/** One version of a deadline with all that its story needs. */
export interface DeadlineStory extends Pick<DeadlineFacts, 'recordedOn' | 'base' | 'suspensions'> {
  /** The rule in the record's words. */
  rule: string;
  /** The working day on which it takes effect. */
  effectiveOn: LocalDate;
  isProvisional: boolean;
  /** Of what the obligation speaks: `2023Q1` for a report. */
  subject: string | null;
  /** The calendar by which it was computed. */
  calendar: WorkingCalendar;
  /** Name of the unit that granted an extension; null for the office. */
  grantedBy: string | null;
  /** Name of the unit whose own plan it is (二级分解); null for the government's. */
  issuer: string | null;
}

/** Why a date is as it is, as a sentence, in both languages. */
export const whyThisDate = (story: DeadlineStory): { zh: string; en: string } => ({
  zh: tell(story, DEADLINE_ZH),
  en: tell(story, DEADLINE_EN),
});

function tell(story: DeadlineStory, words: DeadlineWords): string {
  const { effectiveOn, base, calendar, isProvisional } = story;
  const parts = [
    'revisionId' in base ? words.revised : null,
    'correctedOn' in base ? words.corrected : null,
    'reorganisationId' in base ? words.reorganised : null,
    story.issuer === null ? null : fill(words.ofIssuer, { unit: story.issuer }),
    ruleOf(story, words),
    ...countedOf(story, words),
    rolledOf(story, words),
    makeUpOf(effectiveOn, calendar, words),
    'paper' in base ? fill(words.recounted, { paper: base['paper'] }) : null,
    isProvisional ? fill(words.provisional, { year: provisionalYear(story) }) : null,
  ].filter((part) => part !== null);
  return fill(words.sentence, { day: onDay(effectiveOn, words), parts: parts.join(words.separator) });
}

/** By which rule, or by whose decision, the recorded date came about. */
function ruleOf(story: DeadlineStory, words: DeadlineWords): string {
  const { rules } = words;
  const { base, recordedOn, suspensions } = story;
  const period = periodOf(story.subject);
  const stops = suspensions.map(({ from, to }) => (to === null ? from : `${from} – ${addDays(to, -1)}`));
  return fill(rules[kindOf(story)], {
    ...base,
    ...(period === null ? {} : { period }),
    recordedOn,
    rule: story.rule,
    decider: story.grantedBy ?? words.office,
    stops: stops.join(words.and),
  });
}

/** Which of the rules it is, told by what the record counted from. */
function kindOf({ base, rule, subject }: DeadlineStory): keyof DeadlineWords['rules'] {
  const has = (name: string): boolean => name in base;
  if (has('applicationId')) return 'extension';
  if (has('countedFrom')) return 'suspension';
  if (has('reopenedOn')) return has('since') ? 'verifiedMeanwhile' : 'setAtReopening';
  if (has('transferredOn')) return has('issuedOn') ? 'afterTransfer' : 'handedOver';
  if (has('returnedOn')) return has('workingDays') ? 'afterReturn' : 'setAtReturn';
  if (has('decidedOn')) return has('workingDays') ? 'afterDecision' : 'setAtDecision';
  if (has('givenOn')) return rule === 'set with the instruction' ? 'setWithInstruction' : 'afterInstruction';
  if (rule === "the task's own deadline") return 'taskDeadline';
  if (rule === 'a milestone of the task') return 'taskMilestone';
  if (rule === 'a milestone of the action plan') return 'planMilestone';
  if (has('receivedOn')) {
    if (has('days')) return 'daysAfterReceipt';
    if (has('workingDays')) return 'workingDaysAfterReceipt';
    if (has('months')) return 'monthsAfterReceipt';
  }
  if (has('endedOn')) {
    if (has('workingDays')) return 'workingDaysAfterPeriod';
    return has('days') ? 'daysAfterPeriod' : 'dayAfterPeriod';
  }
  if (has('issuedOn') && has('workingDays')) return 'afterIssue';
  if (/^by \d\d-\d\d of the year/.test(rule)) return periodOf(subject) === null ? 'dayOfYear' : 'dayOfPeriod';
  return 'other';
}

/** Reports speak of a period (2023Q1); whatever else an obligation speaks of is no part of its date. */
const periodOf = (subject: string | null): string | null =>
  subject !== null && /^\d{4}[A-Z0-9]+$/.test(subject) ? subject : null;

const STARTS = ['issuedOn', 'receivedOn', 'returnedOn', 'decidedOn', 'endedOn', 'transferredOn'] as const;
/** More days than any count of working days that people set. */
const LONGEST_DAYS = 3700;

/** What the papers did to a count of working days: holidays among its days, and make-up days. */
function countedOf({ base, recordedOn, calendar }: DeadlineStory, words: DeadlineWords): string[] {
  const start = STARTS.map((name) => base[name]).find((value) => typeof value === 'string');
  if (typeof base['workingDays'] !== 'number' || start === undefined) return [];
  const off = { names: new Set<string>(), papers: new Set<string>() };
  const made = { names: new Set<string>(), papers: new Set<string>() };
  let date = addDays(start as LocalDate, 1);
  for (let i = 0; i < LONGEST_DAYS && date <= recordedOn; i++, date = addDays(date, 1)) {
    const { reason, holiday, paper } = calendar.dayKind(date);
    if (reason !== 'holiday' && reason !== 'make_up_day') continue;
    const told = reason === 'holiday' ? off : made;
    told.names.add(reason === 'holiday' ? (holiday ?? date) : date);
    if (paper !== undefined) told.papers.add(paper);
  }
  return [
    ...(off.names.size > 0
      ? [fill(words.daysOff, { names: [...off.names].join(words.and), paper: papersOf([...off.papers], words) })]
      : []),
    ...(made.names.size > 0
      ? [fill(words.makeUpDays, { days: [...made.names].join(words.and), paper: papersOf([...made.papers], words) })]
      : []),
  ];
}

/** Why the recorded date takes effect on a later day (顺延). */
function rolledOf({ recordedOn, effectiveOn, calendar }: DeadlineStory, words: DeadlineWords): string | null {
  if (recordedOn === effectiveOn) return null;
  const { reason, holiday, paper } = calendar.dayKind(recordedOn);
  const values = { recordedOn, weekday: weekdayIn(recordedOn, words) };
  const cause =
    reason === 'holiday'
      ? fill(words.isHoliday, { ...values, holiday, paper: papersOf(paper ? [paper] : [], words) })
      : fill(words.isWeekend, values);
  return fill(words.rolled, { cause });
}

function makeUpOf(date: LocalDate, calendar: WorkingCalendar, words: DeadlineWords): string | null {
  const { reason, holiday, paper } = calendar.dayKind(date);
  if (reason !== 'make_up_day') return null;
  return fill(words.isMakeUpDay, { day: onDay(date, words), holiday, paper: papersOf(paper ? [paper] : [], words) });
}

const provisionalYear = ({ calendar, recordedOn, effectiveOn }: DeadlineStory): string =>
  (calendar.isProvisional(recordedOn) ? recordedOn : effectiveOn).slice(0, 4);

const papersOf = (papers: readonly string[], words: DeadlineWords): string =>
  papers.length === 0 ? '' : fill(words.byPaper, { papers: papers.join(words.and) });

const onDay = (date: LocalDate, words: DeadlineWords): string =>
  fill(words.onDay, { date, weekday: weekdayIn(date, words) });

const weekdayIn = (date: LocalDate, { weekdays }: DeadlineWords): string => weekdays[weekdayOf(date)]!;

const fill = (text: string, values: Readonly<Record<string, unknown>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : whole;
  });
