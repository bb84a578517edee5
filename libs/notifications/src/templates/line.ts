import { periodInWords } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import { NOTIFICATION_KINDS, type NotificationKind, type NotificationParameters } from '../notification.kinds';
import { fill } from './fill';
import type { LineSort, Messages } from './messages';

/** One line of a digest. */
export interface Line {
  sort: LineSort;
  text: string;
  /** Lines with the same words but for the mark of a copy say the same thing. */
  key: string;
  isCopy: boolean;
}

type Writers = {
  readonly [K in NotificationKind]: (p: NotificationParameters<K>, m: Messages, today: LocalDate) => Omit<Line, 'key'>;
};

/**
 * The line for a notification, for somebody who reads it today.
 * @throws ZodError where the parameters are not what the kind needs, or Error for a kind that is not known
 */
export function lineFor(kind: string, parameters: unknown, messages: Messages, today: LocalDate): Line {
  if (!Object.hasOwn(NOTIFICATION_KINDS, kind)) throw new Error(`there is no notification kind ${kind}`);
  const known = kind as NotificationKind;
  const write = WRITERS[known] as (p: unknown, m: Messages, today: LocalDate) => Omit<Line, 'key'>;
  const line = write(NOTIFICATION_KINDS[known].parse(parameters), messages, today);
  const text = line.text.replace(/\s+/g, ' ').trim();
  return { ...line, key: text, text: line.isCopy ? fill(messages.copy, { line: text }) : text };
}

const WRITERS: Writers = {
  follow_up: (p, m, today) => ({
    sort: p.followUpKind,
    isCopy: p.isCopy,
    text: fill(wordsOf(p, m), {
      colour: p.colour ? m.colours[p.colour] : '',
      notice: p.noticeNumber ?? '',
      item: itemOf(p, m),
      unit: p.unitName,
      due: dateOf(p.dueOn, m, today),
      duty: dutyOf(p, m),
      timing: timingOf(p.dueOn, m, today),
      answer: p.answerDueOn ? fill(m.answerBy, { date: dateOf(p.answerDueOn, m, today) }) : '',
      collapsed: p.collapsed.length > 0 ? fill(m.collapsed, { count: p.collapsed.length }) : '',
    }),
  }),
  task_issued: (p, m, today) =>
    line('task_issued', m, {
      // A title inside a title takes the single marks (GB/T 15834).
      plan: p.planTitle.replaceAll('《', '〈').replaceAll('》', '〉'),
      count: p.count,
      signFor: p.signForBy ? fill(m.signForBy, { date: dateOf(p.signForBy, m, today) }) : '',
    }),
  matter_registered: (p, m, today) =>
    line('matter_registered', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      signFor: p.signForBy ? fill(m.signForOneBy, { date: dateOf(p.signForBy, m, today) }) : '',
      due: p.dueOn ? fill(m.completeBy, { date: dateOf(p.dueOn, m, today) }) : '',
    }),
  task_revised: (p, m, today) =>
    line('task_revised', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      part: m.revisedParts[p.part],
      due: p.dueOn ? fill(m.revisedDue, { date: dateOf(p.dueOn, m, today) }) : '',
    }),
  upper_moved: (p, m, today) =>
    line('upper_moved', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      move: m.upperMoves[p.move],
      due: p.dueOn ? fill(m.revisedDue, { date: dateOf(p.dueOn, m, today) }) : '',
      reason: p.reason ? fill(m.upperReason, { reason: p.reason }) : '',
    }),
  returned: (p, m, today) =>
    line('returned', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      reason: p.reason ?? m.noReason,
      conclusion: conclusionOf(p, m),
      rectify: p.rectifyBy ? fill(m.rectifyBy, { date: dateOf(p.rectifyBy, m, today) }) : '',
    }),
  verified: (p, m) => line('verified', m, { item: itemOf(p, m), unit: p.unitName, conclusion: conclusionOf(p, m) }),
  instructed: (p, m, today) =>
    line('instructed', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      leader: p.leader,
      text: sentenceOf(p.text, m),
      due: dateOf(p.dueOn, m, today),
    }),
  unsatisfied: (p, m) =>
    line('unsatisfied', m, { item: itemOf(p, m), unit: p.unitName, remark: sentenceOf(p.remark, m) }),
  card_given: (p, m) => line('card_given', m, { ...cardOf(p, m), why: p.why[m.language] }),
  card_withdrawn: (p, m) => line('card_withdrawn', m, { ...cardOf(p, m), reason: sentenceOf(p.reason, m) }),
  reopened: (p, m, today) =>
    line('reopened', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      reason: p.reason ?? m.noReason,
      due: p.dueOn ? fill(m.completeBy, { date: dateOf(p.dueOn, m, today) }) : '',
    }),
  suspended: (p, m, today) =>
    line('suspended', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      reason: p.reason ?? m.noReason,
      date: dateOf(p.resumeOn, m, today),
    }),
  resumed: (p, m) => line('resumed', m, { item: itemOf(p, m), unit: p.unitName }),
  transferred: (p, m, today) =>
    line('transferred', m, {
      item: itemOf(p, m),
      from: p.from,
      unit: p.unitName,
      reason: p.reason ?? m.noReason,
      signFor: p.signForBy ? fill(m.signForBy, { date: dateOf(p.signForBy, m, today) }) : '',
    }),
  ended: (p, m) =>
    line('ended', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      ending: m.endings[p.state],
      reason: p.reason ?? m.noReason,
    }),
  objected: (p, m, today) =>
    line('objected', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      reason: p.reason ?? m.noReason,
      answer: p.answerDueOn ? fill(m.answerBy, { date: dateOf(p.answerDueOn, m, today) }) : '',
    }),
  objection_settled: (p, m) =>
    line('objection_settled', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      outcome: m.objectionOutcomes[p.outcome],
      reason: p.reason ?? m.noReason,
    }),
  contribution_asked: (p, m, today) =>
    line('contribution_asked', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      subject: subjectOf(p.subject, m),
      question: p.question === null ? '' : fill(m.contributionQuestion, { question: p.question }),
      due: fill(m.contributeBy, { date: dateOf(p.dueOn, m, today) }),
    }),
  contribution_submitted: (p, m) => line('contribution_submitted', m, contributed(p, m)),
  contribution_returned: (p, m) =>
    line('contribution_returned', m, { ...contributed(p, m), reason: p.reason ?? m.noReason }),
  contribution_withdrawn: (p, m) => line('contribution_withdrawn', m, contributed(p, m)),
  coordination_raised: (p, m, today) =>
    line('coordination_raised', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      about: quoted(p.about),
      reason: p.reason,
      due: fill(m.settleBy, { date: dateOf(p.dueOn, m, today) }),
    }),
  coordination_settled: (p, m) =>
    line('coordination_settled', m, { item: itemOf(p, m), about: quoted(p.about), decision: p.decision }),
  office_reminded: (p, m, today) => line('office_reminded', m, answerOwed(p, m, today)),
  office_urged: (p, m, today) => line('office_urged', m, answerOwed(p, m, today)),
  application_made: (p, m, today) =>
    line('application_made', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      what: applicationOf(p, m, today),
      reason: p.reason,
    }),
  application_decided: (p, m, today) =>
    line('application_decided', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      what: applicationOf(p, m, today),
      decision: m.decisions[p.decision],
      reason: p.reason ?? '',
    }),
  reported: (p, m) => line('reported', m, { item: itemOf(p, m), unit: p.unitName }),
  notice_answered: (p, m) =>
    line('notice_answered', m, { unit: p.unitName, notice: p.noticeNumber, number: numberOf(p.taskNumber, m) }),
  notice_rejected: (p, m) =>
    line('notice_rejected', m, {
      unit: p.unitName,
      notice: p.noticeNumber,
      number: numberOf(p.taskNumber, m),
      reason: p.reason ?? m.noReason,
    }),
  action_plan_submitted: (p, m) => line('action_plan_submitted', m, { item: itemOf(p, m), unit: p.unitName }),
  action_plan_approved: (p, m) => line('action_plan_approved', m, { item: itemOf(p, m), unit: p.unitName }),
  action_plan_returned: (p, m, today) =>
    line('action_plan_returned', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      reason: p.reason ?? m.noReason,
      again: p.by ? fill(m.againBy, { date: dateOf(p.by, m, today) }) : '',
    }),
  report_to_confirm: (p, m) =>
    line('report_to_confirm', m, { item: itemOf(p, m), unit: p.unitName, report: m.reports[p.reportKind] }),
  report_sent_back: (p, m) =>
    line('report_sent_back', m, {
      item: itemOf(p, m),
      unit: p.unitName,
      report: m.reports[p.reportKind],
      reason: p.reason ?? m.noReason,
    }),
  work_taken_over: (p, m, today) =>
    line('work_taken_over', m, {
      from: p.from.join(m.separator),
      count: p.count,
      date: dateOf(p.effectiveOn, m, today),
    }),
  disposal_proposed: (p, m) =>
    line('disposal_proposed', m, { plan: p.planTitle, retention: p.retention, reason: p.reason }),
  sweep_late: (p, m, today) => line('sweep_late', m, { count: p.count, date: dateOf(p.since, m, today) }),
  deadline_recounted: (p, m, today) =>
    line('deadline_recounted', m, {
      paper: p.paper === null ? '' : fill(m.byPaper, { paper: p.paper }),
      item: itemOf(p, m),
      unit: p.unitName,
      duty: dutyOf(p, m),
      from: dateOf(p.from, m, today),
      due: dateOf(p.dueOn, m, today),
    }),
  reorganisation_failed: (p, m, today) =>
    line('reorganisation_failed', m, {
      kind: m.reorganisations[p.kind],
      units: p.units.join(m.separator),
      date: dateOf(p.effectiveOn, m, today),
      code: p.code,
    }),
};

/** The words that the step of the rules names, where the office has them for this kind; else those of the kind. */
function wordsOf({ template, followUpKind }: NotificationParameters<'follow_up'>, m: Messages): string {
  const own = template !== null && m.named && Object.hasOwn(m.named, template) ? m.named[template] : undefined;
  return own?.about === followUpKind ? own.text : m.lines[followUpKind];
}

const line = (sort: LineSort, m: Messages, values: Record<string, string | number>): Omit<Line, 'key'> => ({
  sort,
  isCopy: false,
  text: fill(m.lines[sort], values),
});

const conclusionOf = ({ conclusion }: { conclusion: string | null }, m: Messages): string =>
  conclusion === null ? '' : fill(m.conclusion, { conclusion: unstopped(conclusion) });

/** Words of people, as a whole sentence, and as a part of one. */
const sentenceOf = (text: string, m: Messages): string => `${unstopped(text)}${m.stop}`;
const unstopped = (text: string): string => text.trim().replace(/[。.;；]+$/u, '');
const contributed = (
  p: NotificationParameters<'contribution_submitted'>,
  m: Messages,
): { item: string; unit: string; subject: string } => ({
  item: itemOf(p, m),
  unit: p.unitName,
  subject: subjectOf(p.subject, m),
});

function cardOf(
  p: Omit<NotificationParameters<'card_given'>, 'why'>,
  m: Messages,
): Record<'card' | 'item' | 'unit' | 'period' | 'brings', string> {
  const points =
    p.points === 0 ? [] : [fill(p.points < 0 ? m.pointsTaken : m.pointsGiven, { points: Math.abs(p.points) })];
  const brings = [...p.measures.map((measure) => m.cardMeasures[measure]), ...points];
  return {
    card: m.cards[p.colour ?? 'none'],
    item: itemOf(p, m),
    unit: p.unitName,
    period: p.period === null ? '' : fill(m.cardPeriod, { period: periodOf(p.period, m) ?? p.period }),
    brings: brings.length === 0 ? '' : fill(m.cardBrings, { list: brings.join(m.separator) }),
  };
}

const answerOwed = (
  p: NotificationParameters<'office_reminded'>,
  m: Messages,
  today: LocalDate,
): Record<string, string> => ({
  item: itemOf(p, m),
  unit: p.unitName,
  what: m.officeDues[p.what],
  about: quoted(p.about),
  due: dateOf(p.dueOn, m, today),
  timing: timingOf(p.dueOn, m, today),
});

const subjectOf = (subject: string | null, m: Messages): string =>
  subject === null ? '' : fill(m.contributionSubject, { subject: periodOf(subject, m) ?? subject });

const periodOf = (subject: string, m: Messages): string | null => periodInWords(subject)?.[m.language] ?? null;

const itemOf = (
  { taskNumber, taskContent }: { taskNumber: string | null; taskContent: string },
  m: Messages,
): string =>
  taskNumber === null
    ? fill(m.itemWithoutNumber, { content: quoted(taskContent) })
    : fill(isName(taskNumber) ? m.matter : m.item, { number: taskNumber, content: quoted(taskContent) });

/** A number such as 批示〔2023〕12号, which needs no word before it. */
const isName = (number: string): boolean => number.endsWith('号');

/** An extension that is granted names its exact new date. */
function applicationOf(
  { applicationKind, obligationKind, dueOn }: Omit<NotificationParameters<'application_made'>, 'reason'>,
  m: Messages,
  today: LocalDate,
): string {
  if (obligationKind === null || dueOn === null) return m.applications[applicationKind];
  return fill(m.extensionOf, { duty: m.duties[obligationKind], date: dateOf(dueOn, m, today) });
}

const OTHER_MARKS: Readonly<Record<string, string>> = { '“': '‘', '”': '’', '‘': '“', '’': '”' };

/** Within double quotation marks come single ones, and within those double ones (GB/T 15834). */
const quoted = (text: string): string => text.replace(/[“”‘’]/g, (mark) => OTHER_MARKS[mark]!);

const numberOf = (taskNumber: string | null, m: Messages): string =>
  taskNumber === null ? m.noNumber : isName(taskNumber) ? taskNumber : fill(m.number, { number: taskNumber });

function dateOf(date: LocalDate, m: Messages, today: LocalDate): string {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const sameYear = today.startsWith(`${date.slice(0, 4)}-`);
  return fill(sameYear ? m.date : m.dateOfOtherYear, { year, month: m.months[month - 1]!, day });
}

function timingOf(dueOn: LocalDate, m: Messages, today: LocalDate): string {
  const days = (Date.parse(dueOn) - Date.parse(today)) / 86_400_000;
  if (days === 0) return m.dueToday;
  return days > 0 ? fill(m.daysLeft, { days }) : fill(m.daysLate, { days: -days });
}

function dutyOf(
  { obligationKind, subject }: Pick<NotificationParameters<'follow_up'>, 'obligationKind' | 'subject'>,
  m: Messages,
): string {
  const withSubject = m.dutiesWithSubject[obligationKind];
  if (!withSubject || subject === null) return m.duties[obligationKind];
  return fill(withSubject, { subject: periodOf(subject, m) ?? quoted(subject) });
}
