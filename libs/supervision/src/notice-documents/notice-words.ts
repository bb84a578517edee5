import type { FollowUpKind, NoticeColour, ObligationKind } from '@duban/domain';
import type { NoticeRecipient } from './facts';

/** All words of a notice's document (督办单) in one language. Names in braces are filled in. */
export interface NoticeWords {
  /** A date, by its parts. */
  date: string;
  months: readonly string[];
  /** Between names, and at the end of a sentence. */
  comma: string;
  stop: string;
  colours: Readonly<Record<NoticeColour, string>>;
  title: string;
  office: string;
  /** The office of a unit’s own plan (二级分解) is the unit. */
  issuer: string;
  plan: string;
  matterNumber: string;
  itemNumber: string;
  duties: Readonly<Record<ObligationKind, string>>;
  dutiesWithSubject: Readonly<Partial<Record<ObligationKind, string>>>;
  roles: Readonly<Record<'lead' | 'responsible' | 'cooperating' | 'supervising', string>>;
  /** Whom a notice goes to: of a unit, by the post; of the government by the post and its holder. */
  recipient: string;
  holder: string;
  posts: Readonly<Record<NoticeRecipient['as'], string>>;
  due: string;
  moved: string;
  late: string;
  /** Why this date, by what it was counted from. */
  why: {
    application: string;
    stopped: string;
    reopened: string;
    transferred: string;
    revised: string;
    own: string;
    milestone: string;
    afterIssue: string;
    daysAfterReceipt: string;
    workingDaysAfterReceipt: string;
    monthsAfterReceipt: string;
    byRule: string;
  };
  sent: Readonly<Record<Exclude<FollowUpKind, 'notice'>, string>>;
  sentNotice: string;
  nothingSent: string;
  /** What is asked for, by the colour. */
  demands: Readonly<Record<NoticeColour, string>>;
  /** Of a blue one that goes out before the date: nothing is late yet. */
  demandAhead: string;
  answerBy: string;
  noAnswerDue: string;
  bulletin: string;
  signed: string;
  checkpoint: string;
  /** What stands in the template that comes with duban. */
  labels: Readonly<
    Record<
      | 'number'
      | 'signedBy'
      | 'mainTo'
      | 'copyTo'
      | 'matter'
      | 'matterLine'
      | 'unit'
      | 'unitLine'
      | 'duty'
      | 'due'
      | 'sent'
      | 'demand'
      | 'answerBy'
      | 'replyTitle'
      | 'replyHint'
      | 'replyNumber'
      | 'replyUnit'
      | 'replyText'
      | 'replyReason'
      | 'replyDate'
      | 'replyContact'
      | 'replySigned'
      | 'replySeal'
      | 'page',
      string
    >
  >;
  fonts: Readonly<Record<'title' | 'label' | 'text', string>>;
  fileName: string;
}
