import type { FollowUpKind, NoticeColour, ObligationKind } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';

/** Somebody to whom a notice went, as they were called then. */
export interface NoticeRecipient {
  as: 'head' | 'deputy' | 'contact' | 'handler' | 'leader_in_charge' | 'office';
  unitName: string | null;
  /** Of a deputy's post (分管负责人). */
  title: string | null;
  holders: string[];
  isCopy: boolean;
}

/**
 * What a supervision notice (督办单) said when it was issued: written with it, once, so that its document is the same
 * whatever units, people and tasks are called later. Instants are ISO 8601.
 */
export interface NoticeFacts {
  number: string;
  colour: NoticeColour;
  issuedAt: string;
  answerDueOn: LocalDate | null;
  inNextBulletin: boolean;
  jurisdiction: string;
  timeZone: string;
  /** The unit whose plan it is (二级分解), by its official name; null for the government's. */
  issuer: string | null;
  plan: { title: string; documentNumber: string | null };
  task: { number: string | null; path: string[]; content: string; isMatter: boolean };
  unit: { name: string; role: 'lead' | 'responsible' | 'cooperating' | 'supervising' };
  duty: {
    kind: ObligationKind;
    subject: string | null;
    dueOn: LocalDate;
    effectiveOn: LocalDate;
    rule: string;
    base: Readonly<Record<string, string | number>>;
  };
  /** The rule set by which it was sent, by its names in all languages. */
  policy: { id: string; version: number; name: { zh: string; en: string } };
  recipients: NoticeRecipient[];
  /** What was sent about the same date before, oldest first. */
  sent: { kind: FollowUpKind; colour: NoticeColour | null; at: string; number: string | null }[];
  /** Who held the post in whose name it went out. */
  signedBy: string[];
  /** The newest checkpoint (存证) then; its root in base64. */
  checkpoint: { number: number; size: number; root: string; signedAt: string } | null;
}
