import { addDays, addMonths, parseLocalDate, type LocalDate, type WorkingCalendar } from '@duban/kernel';
import { periodEnd } from './progress-curve';
import { levelBy } from './rung-condition';
import { type DueRule, isOwed, type ObligationKind, periodsOf, type Policy } from './policy';

/** What the rules need to know of an assignment to say what it owes. */
export interface AssignmentTerms {
  isLead: boolean;
  /** Date of the task's own deadline, where the document gives one. */
  taskDueOn: LocalDate | null;
  milestones: readonly { text: string; due: LocalDate }[];
  /** Of a matter that was registered (事项登记): the day on which it came. Absent, dates run from the issue. */
  receivedOn?: LocalDate | null;
  /** How urgent or hard it is (等级); the policy's first level where nothing is said. */
  level?: string | null;
}

export interface PlannedObligation {
  kind: ObligationKind;
  ladder: string;
  /** What the obligation speaks of: `2023Q1` for a report, the milestone's words; null where the kind says it all. */
  subject: string | null;
  /** The date as the rule gives it, working day or not. */
  recordedOn: LocalDate;
  /** The rule in the record's words, for "why this date". */
  rule: string;
  /** What the date was counted from. */
  base: Record<string, string | number>;
}

/** Every obligation that the policy makes for one assignment of a plan of `year` issued on `issuedOn`. */
export function planObligations(
  policy: Policy,
  year: number,
  issuedOn: LocalDate,
  terms: AssignmentTerms,
  calendar: WorkingCalendar,
): PlannedObligation[] {
  // What goes by other rules may be of a level that these do not know.
  const level = levelBy(policy, terms.level);
  return policy.obligations
    .filter((rule) => isOwed(rule, terms.isLead, level))
    .flatMap((rule) =>
      rule.due.flatMap((due) =>
        datesOf(due, year, issuedOn, terms, calendar).map((date) => ({
          kind: rule.kind,
          ladder: rule.ladder,
          ...date,
        })),
      ),
    );
}

/**
 * What issue makes of the obligations that the policy gives, and what it leaves out: what would have been due before the
 * day of issue is not owed.
 */
export function obligationsAtIssue(
  policy: Policy,
  year: number,
  issuedOn: LocalDate,
  terms: AssignmentTerms,
  calendar: WorkingCalendar,
): { made: PlannedObligation[]; skipped: PlannedObligation[] } {
  const planned = planObligations(policy, year, issuedOn, terms, calendar);
  const isPast = ({ recordedOn }: PlannedObligation): boolean => calendar.effectiveDate(recordedOn) < issuedOn;
  return { made: planned.filter((one) => !isPast(one)), skipped: planned.filter(isPast) };
}

type DueDate = Pick<PlannedObligation, 'subject' | 'recordedOn' | 'rule' | 'base'>;

function datesOf(
  due: DueRule,
  year: number,
  issuedOn: LocalDate,
  terms: AssignmentTerms,
  calendar: WorkingCalendar,
): DueDate[] {
  switch (due.by) {
    case 'periodic':
      return periodsOf(due).map((period) => afterPeriod(due, `${year}${period}`, calendar));
    case 'working_days_after_issue':
      return [
        {
          subject: null,
          recordedOn: calendar.addWorkingDays(issuedOn, due.workingDays),
          rule: `${due.workingDays} working days after issue`,
          base: { issuedOn, workingDays: due.workingDays },
        },
      ];
    case 'day_of_year': {
      const recordedOn = dayOfYear(year + (due.yearOffset ?? 0), due.day);
      return [
        {
          subject: due.period ? `${year}${due.period}` : null,
          recordedOn,
          rule: `by ${due.day} of ${due.yearOffset ? `the year +${due.yearOffset}` : 'the year'}`,
          base: { year },
        },
      ];
    }
    case 'task_deadline':
      return [
        terms.taskDueOn
          ? { subject: null, recordedOn: terms.taskDueOn, rule: "the task's own deadline", base: { year } }
          : {
              subject: null,
              recordedOn: dayOfYear(year, due.otherwise),
              rule: `by ${due.otherwise} of the year`,
              base: { year },
            },
      ];
    case 'task_milestones':
      return terms.milestones.map((m) => ({
        // A document may name two dates in the same words (6月底前 of two years).
        subject: terms.milestones.filter(({ text }) => text === m.text).length > 1 ? `${m.text} (${m.due})` : m.text,
        recordedOn: m.due,
        rule: 'a milestone of the task',
        base: { year },
      }));
    default:
      return [afterReceipt(due, terms.receivedOn ?? issuedOn, terms, calendar)];
  }
}

/** The date of one period: its day of a month, or so many days after its end. */
function afterPeriod({ on }: PeriodicRule, period: string, calendar: WorkingCalendar): DueDate {
  const endedOn = periodEnd(period);
  if (endedOn === null) throw new Error(`${period} is no period`);
  const base = { period, endedOn };
  if ('workingDaysAfterEnd' in on) {
    const days = on.workingDaysAfterEnd;
    return {
      subject: period,
      recordedOn: calendar.addWorkingDays(endedOn, days),
      rule: `${days} working days after the end of the period`,
      base: { ...base, workingDays: days },
    };
  }
  if ('calendarDaysAfterEnd' in on) {
    const days = on.calendarDaysAfterEnd;
    return {
      subject: period,
      recordedOn: addDays(endedOn, days),
      rule: `${days} days after the end of the period`,
      base: { ...base, days },
    };
  }
  const { dayOfMonth, monthsAfterEnd } = on;
  const month = ['the last month of the period', 'the month after the period'][monthsAfterEnd];
  return {
    subject: period,
    recordedOn: dayOfMonthAfter(endedOn, monthsAfterEnd, dayOfMonth),
    rule: `by day ${dayOfMonth} of ${month ?? `month ${monthsAfterEnd} after the period`}`,
    base: { ...base, day: dayOfMonth, monthsAfterEnd },
  };
}

/** A month that has no such day has its last. */
function dayOfMonthAfter(endedOn: LocalDate, months: number, day: number): LocalDate {
  const first = addMonths(parseLocalDate(`${endedOn.slice(0, 7)}-01`), months);
  const last = addDays(addMonths(first, 1), -1);
  const wanted = addDays(first, day - 1);
  return wanted < last ? wanted : last;
}

type PeriodicRule = Extract<DueRule, { by: 'periodic' }>;
type ReceiptRule = Extract<DueRule, { unlessDated?: true | undefined; subject?: string | undefined }>;

function afterReceipt(
  due: ReceiptRule,
  receivedOn: LocalDate,
  terms: AssignmentTerms,
  calendar: WorkingCalendar,
): DueDate {
  const subject = due.subject ?? null;
  if (due.unlessDated && terms.taskDueOn !== null) {
    return { subject, recordedOn: terms.taskDueOn, rule: "the task's own deadline", base: { receivedOn } };
  }
  switch (due.by) {
    case 'calendar_days_after_receipt':
      return {
        subject,
        recordedOn: addDays(receivedOn, due.days),
        rule: `${due.days} days after receipt`,
        base: { receivedOn, days: due.days },
      };
    case 'working_days_after_receipt':
      return {
        subject,
        recordedOn: calendar.addWorkingDays(receivedOn, due.workingDays),
        rule: `${due.workingDays} working days after receipt`,
        base: { receivedOn, workingDays: due.workingDays },
      };
    case 'months_after_receipt':
      return {
        subject,
        recordedOn: addMonths(receivedOn, due.months),
        rule: `${due.months} months after receipt`,
        base: { receivedOn, months: due.months },
      };
  }
}

/** 02-29 stands for the last day of February where the year has none. */
function dayOfYear(year: number, monthDay: string): LocalDate {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return parseLocalDate(`${year}-${monthDay === '02-29' && !isLeap ? '02-28' : monthDay}`);
}

/** What changes when the same assignment comes under other terms; what an obligation is goes by kind and subject. */
export interface ObligationChanges {
  added: PlannedObligation[];
  dropped: PlannedObligation[];
  /** Owed before and after, by another date; as it is after. */
  redated: PlannedObligation[];
}

/** Compares what the rules gave an assignment with what they give it now. */
export function obligationChanges(
  before: readonly PlannedObligation[],
  after: readonly PlannedObligation[],
): ObligationChanges {
  const keyOf = ({ kind, subject }: PlannedObligation): string => `${kind} ${subject ?? ''}`;
  const was = new Map(before.map((planned) => [keyOf(planned), planned]));
  const is = new Map(after.map((planned) => [keyOf(planned), planned]));
  return {
    added: after.filter((planned) => !was.has(keyOf(planned))),
    dropped: before.filter((planned) => !is.has(keyOf(planned))),
    redated: after.filter((planned) => {
      const earlier = was.get(keyOf(planned));
      return earlier !== undefined && earlier.recordedOn !== planned.recordedOn;
    }),
  };
}
