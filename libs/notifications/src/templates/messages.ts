import type {
  ApplicationKind,
  CardColour,
  CardMeasure,
  DeliveryState,
  DroppedState,
  DropReason,
  NoticeColour,
  ObjectionOutcome,
  ObligationKind,
  ReorganisationKind,
  WaitReason,
} from '@duban/domain';
import type { UpperMove } from '@duban/tasks';
import type { OfficeDue, Reported, RevisedPart } from '../notification.kinds';

/** Sorts of lines, the most urgent first: the order within a digest. */
export const LINE_SORTS = [
  'notice',
  'talk',
  'urge',
  'instructed',
  'returned',
  'reopened',
  'objected',
  'unsatisfied',
  'card_given',
  'office_urged',
  'coordination_raised',
  'contribution_returned',
  'application_made',
  'application_decided',
  'disposal_proposed',
  'notice_rejected',
  'action_plan_returned',
  'report_sent_back',
  'sweep_late',
  'reorganisation_failed',
  'office_reminded',
  'reminder',
  'deadline_recounted',
  'matter_registered',
  'contribution_asked',
  'task_issued',
  'transferred',
  'objection_settled',
  'coordination_settled',
  'work_taken_over',
  'task_revised',
  'report_to_confirm',
  'upper_moved',
  'reported',
  'action_plan_submitted',
  'contribution_submitted',
  'notice_answered',
  'resumed',
  'suspended',
  'contribution_withdrawn',
  'card_withdrawn',
  'ended',
  'action_plan_approved',
  'verified',
] as const;
export type LineSort = (typeof LINE_SORTS)[number];

/**
 * All words of one language. Names in braces are filled in; which ones a text may use is said by the other languages
 * (a spec compares them) and by the code that fills them.
 */
/** What an office may put words of its own for: a kind of message, and the subject (标题) of what comes at once. */
export const TEMPLATES_ABOUT = [...LINE_SORTS, 'subject'] as const;
export type TemplateAbout = (typeof TEMPLATES_ABOUT)[number];

export interface Messages {
  /** One line of a digest. */
  lines: Readonly<Record<LineSort, string>>;
  /** Words of the office's own (消息模板) under names that steps of rules take. */
  named?: Readonly<Record<string, { about: LineSort; text: string }>>;
  /** What the subject counts: `催办2件`. */
  counts: Readonly<Record<LineSort, string>>;
  subject: string;
  /** Where there is no room for all lines of a digest: how many more there are. */
  moreLines: string;
  /** Between the counts of a subject. */
  separator: string;
  copy: string;
  item: string;
  itemWithoutNumber: string;
  /** Of a registered matter (事项登记), whose number is a name of its own: 批示〔2023〕12号. */
  matter: string;
  /** The item alone, without what it says. */
  number: string;
  noNumber: string;
  date: string;
  dateOfOtherYear: string;
  daysLeft: string;
  dueToday: string;
  daysLate: string;
  answerBy: string;
  signForBy: string;
  signForOneBy: string;
  rectifyBy: string;
  /** What whoever judged it concludes (核查结论). */
  conclusion: string;
  /** What a revision of the plan means to the unit. */
  revisedParts: Readonly<Record<RevisedPart, string>>;
  revisedDue: string;
  /** What became of the part above the unit's own breakdown (二级分解). */
  upperMoves: Readonly<Record<UpperMove, string>>;
  upperReason: string;
  /** What happens to units. */
  reorganisations: Readonly<Record<ReorganisationKind, string>>;
  /** How a part ended otherwise than by success. */
  endings: Readonly<Record<DroppedState, string>>;
  /** What the office decided of an objection. */
  objectionOutcomes: Readonly<Record<ObjectionOutcome, string>>;
  /** What the office owes an answer. */
  officeDues: Readonly<Record<OfficeDue, string>>;
  /** The paper that moved a date, in brackets. */
  byPaper: string;
  settleBy: string;
  contributeBy: string;
  /** The period or subject of which a contribution speaks, and what is asked. */
  contributionSubject: string;
  contributionQuestion: string;
  /** What is applied for. */
  applications: Readonly<Record<ApplicationKind, string>>;
  /** Of an extension: what of, and until when. */
  extensionOf: string;
  decisions: Readonly<Record<'approved' | 'denied', string>>;
  completeBy: string;
  /** How far a message came, or why it did not go. */
  outcomes: Readonly<Record<DeliveryState | WaitReason | DropReason, string>>;
  /** What is handed in. */
  reports: Readonly<Record<Reported, string>>;
  /** By when it is handed in again. */
  againBy: string;
  noReason: string;
  /** Ends a sentence, with the blank before the next one. */
  stop: string;
  collapsed: string;
  months: readonly string[];
  colours: Readonly<Record<NoticeColour, string>>;
  /** What is owed. */
  duties: Readonly<Record<ObligationKind, string>>;
  /** The same where the obligation names a period or a milestone. */
  dutiesWithSubject: Readonly<Partial<Record<ObligationKind, string>>>;
  /** In which language what is recorded in both is read. */
  language: 'zh' | 'en';
  /** Cards (督办牌), `none` for measures without one, and what they bring. */
  cards: Readonly<Record<CardColour | 'none', string>>;
  cardMeasures: Readonly<Record<CardMeasure, string>>;
  pointsTaken: string;
  pointsGiven: string;
  /** What a card brings beside it; the period that it is for. */
  cardBrings: string;
  cardPeriod: string;
  /** Of every mail. `toDo` and `toKnow` head the lines that ask for something and those that do not. */
  mail: {
    brand: string;
    greeting: string;
    toDo: string;
    toKnow: string;
    open: string;
    where: string;
    footer: string;
  };
  /** The mail with the code by which a password is reset; `where` is empty unless duban knows its own address. */
  checkpoint: { subject: string; says: string; keep: string };
  passwordReset: { subject: string; code: string; where: string; warning: string };
  /** By which a channel is tried (试发). */
  channelTest: { subject: string; line: string; nothing: string; channels: Readonly<Record<string, string>> };
}

/** Injection token of the messages in the installation's language. */
export const MESSAGES = Symbol('MESSAGES');

/** The words about something. */
export const wordsAbout = (about: TemplateAbout, m: Messages): string =>
  about === 'subject' ? m.subject : m.lines[about];
