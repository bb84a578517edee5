import { fill } from './fill';
import type { Line } from './line';
import { mailButton, mailHeading, mailLine, mailPage, mailText, type Tone } from './mail-page';
import { LINE_SORTS, type LineSort, type Messages } from './messages';

/** Each thing once, the most urgent first; where a person gets the original too, the copy is left out. */
export function arrange<L extends Line>(lines: readonly L[]): L[] {
  const sorted = [...lines].sort(
    (a, b) => LINE_SORTS.indexOf(a.sort) - LINE_SORTS.indexOf(b.sort) || Number(a.isCopy) - Number(b.isCopy),
  );
  const seen = new Set<string>();
  return sorted.filter(({ key }) => !seen.has(key) && seen.add(key));
}

/** Says how many of what: `督办：催办2件、提醒1件`. */
export function subjectOf(lines: readonly { sort: LineSort }[], m: Messages): string {
  const counts = LINE_SORTS.map((sort) => ({ sort, count: lines.filter((line) => line.sort === sort).length }))
    .filter(({ count }) => count > 0)
    .map(({ sort, count }) => fill(m.counts[sort], { count }));
  return fill(m.subject, { counts: counts.join(m.separator) });
}

/** A line as it was written into a digest. */
export interface WrittenLine {
  text: string;
  sort: LineSort;
  isCopy: boolean;
}

/** A mail, plain and as HTML; whatever comes from documents or people is escaped. */
export function mailBody(
  { name, subject, lines, url }: { name: string; subject: string; lines: readonly WrittenLine[]; url?: string },
  m: Messages,
): { text: string; html: string } {
  const greeting = fill(m.mail.greeting, { name });
  // What asks for something comes first; the text numbers likewise, lest people who talk of "the third" mean two things.
  const toDo = lines.filter((line) => toneOf(line) !== 'news');
  const toKnow = lines.filter((line) => toneOf(line) === 'news');
  const ordered = [...toDo, ...toKnow];
  const rows = (part: readonly WrittenLine[], from: number, heading: string): string[] =>
    part.length === 0
      ? []
      : [
          mailHeading(fill(heading, { count: part.length })),
          ...part.map((line, i) => mailLine(line.text, from + i, toneOf(line))),
        ];
  return {
    text: [
      greeting,
      '',
      ...ordered.map((line, i) => `${i + 1}. ${line.text}`),
      '',
      ...(url === undefined ? [] : [fill(m.mail.where, { url }), '']),
      m.mail.footer,
      '',
    ].join('\n'),
    html: mailPage({
      language: m.language,
      title: subject,
      glance: ordered[0]?.text ?? '',
      brand: m.mail.brand,
      content: [
        mailText(greeting),
        ...rows(toDo, 1, m.mail.toDo),
        ...rows(toKnow, toDo.length + 1, m.mail.toKnow),
        ...(url === undefined ? [] : [mailButton(m.mail.open, url)]),
      ],
      footer: m.mail.footer,
    }),
  };
}

/** A copy asks nothing of who gets it. */
const toneOf = ({ sort, isCopy }: WrittenLine): Tone => (isCopy ? 'news' : TONES[sort]);

const TONES: Readonly<Record<LineSort, Tone>> = {
  notice: 'late',
  talk: 'late',
  urge: 'late',
  instructed: 'due',
  returned: 'late',
  reopened: 'due',
  objected: 'due',
  unsatisfied: 'late',
  card_given: 'late',
  office_urged: 'late',
  coordination_raised: 'due',
  contribution_returned: 'late',
  application_made: 'due',
  application_decided: 'news',
  disposal_proposed: 'due',
  notice_rejected: 'late',
  action_plan_returned: 'late',
  report_sent_back: 'late',
  sweep_late: 'late',
  reorganisation_failed: 'late',
  office_reminded: 'due',
  reminder: 'due',
  deadline_recounted: 'news',
  matter_registered: 'due',
  contribution_asked: 'due',
  task_issued: 'due',
  transferred: 'due',
  objection_settled: 'news',
  coordination_settled: 'news',
  work_taken_over: 'due',
  task_revised: 'news',
  report_to_confirm: 'due',
  upper_moved: 'news',
  reported: 'due',
  action_plan_submitted: 'due',
  contribution_submitted: 'due',
  notice_answered: 'due',
  resumed: 'news',
  suspended: 'news',
  contribution_withdrawn: 'news',
  card_withdrawn: 'news',
  ended: 'news',
  action_plan_approved: 'news',
  verified: 'news',
};
