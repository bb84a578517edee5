import type { Schemas } from '../api/client';
import { type Act, actPath } from './act-path';

export type Obligation = Schemas['ObligationsDto']['items'][number];
export type Notice = Schemas['NoticesDto']['items'][number];
export type Contribution = Schemas['ContributionsDto']['items'][number];

/** What is owed next: an obligation (应办事项), the answer to a notice (督办单), a contribution (供稿), a decision. */
export interface Owed {
  key: string;
  taskId: string;
  taskNumber: string | null;
  taskContent: string;
  assignmentId: string | null;
  /** A key of the words for what is owed. */
  kind: Obligation['kind'] | 'answer' | 'contribution' | 'contribution_review';
  subject: string | null;
  /** The day by which; null where none is set. */
  dueOn: string | null;
  /** Whose date is told. */
  obligationId: string | null;
  /** The notice that stands, or is to be answered. */
  notice: Notice | null;
  /** The one thing to do; null where it waits for somebody else. */
  act: { name: OwedAct; path: string } | null;
  /** What of the same part is due once it was signed for, the first due first. */
  afterSigning: Pick<Obligation, 'kind' | 'subject' | 'effectiveOn'>[];
  state: 'due' | 'stands_still' | 'waits_for_head';
}
export type OwedAct = Act | 'answer' | 'rectify' | 'write' | 'review';

export interface OwnMatters {
  obligations: readonly Obligation[];
  notices: readonly Notice[];
  contributions: readonly Contribution[];
  unitId: string;
  mayConfirm: boolean;
}

const STANDING: readonly Notice['state'][] = ['issued', 'acknowledged', 'answered'];
/** Notices in these states wait for the unit. */
export const TO_ANSWER: readonly Notice['state'][] = ['issued', 'acknowledged'];
/** The gravest of the notices that stand is the one that is shown. */
const GRAVITY: readonly Notice['colour'][] = ['blue', 'yellow', 'orange', 'red'];

const ACT_OF: Readonly<Record<Obligation['kind'], { act: Act; name: OwedAct }>> = {
  sign_for: { act: 'sign', name: 'sign' },
  action_plan: { act: 'plan', name: 'plan' },
  progress_report: { act: 'report', name: 'report' },
  milestone: { act: 'report', name: 'report' },
  instruction: { act: 'report', name: 'report' },
  completion: { act: 'completion', name: 'completion' },
  rectification: { act: 'completion', name: 'rectify' },
};

/** All that a unit owes, what is due first before the rest; of the same day, the notice before what it is about. */
export function owedOf(own: OwnMatters): Owed[] {
  const { obligations, notices, contributions, unitId } = own;
  const unsigned = new Set(
    obligations.filter(({ kind, state }) => kind === 'sign_for' && state === 'open').map((one) => one.assignmentId),
  );
  const assignmentOf = new Map(obligations.map((one) => [one.id, one.assignmentId]));
  return [
    ...notices
      .filter(({ state }) => TO_ANSWER.includes(state))
      .map((notice) => ofNotice(notice, assignmentOf.get(notice.obligationId) ?? null)),
    ...obligations
      .filter(({ state, kind, assignmentId }) =>
        // Nothing is handed in on what was not signed for: it is told with the signing.
        unsigned.has(assignmentId) ? kind === 'sign_for' : state === 'open' || state === 'suspended',
      )
      .map((one) => ofObligation(one, own)),
    ...contributions
      .filter(({ state }) => state !== 'accepted' && state !== 'withdrawn')
      .flatMap((one) => {
        const isMine = one.unitId === unitId;
        if (isMine === (one.state === 'submitted')) return [];
        return [ofContribution(one, isMine)];
      }),
  ].sort((one, other) => (one.dueOn ?? '9999').localeCompare(other.dueOn ?? '9999'));
}

function ofNotice(notice: Notice, assignmentId: string | null): Owed {
  return {
    key: `notice ${notice.id}`,
    taskId: notice.taskId,
    taskNumber: notice.taskNumber,
    taskContent: notice.taskContent,
    assignmentId,
    kind: 'answer',
    subject: notice.number,
    dueOn: notice.answerDueOn,
    obligationId: null,
    notice,
    afterSigning: [],
    act: {
      name: 'answer',
      path: actPath({ taskId: notice.taskId, assignmentId: assignmentId ?? 'any' }, 'notice', notice.id),
    },
    state: 'due',
  };
}

function ofObligation(one: Obligation, { obligations, notices, mayConfirm }: OwnMatters): Owed {
  const standing = notices
    .filter(({ obligationId, state }) => obligationId === one.id && STANDING.includes(state))
    .sort((a, b) => GRAVITY.indexOf(b.colour) - GRAVITY.indexOf(a.colour));
  return {
    key: `obligation ${one.id}`,
    taskId: one.taskId,
    taskNumber: one.taskNumber,
    taskContent: one.taskContent,
    assignmentId: one.assignmentId,
    kind: one.kind,
    subject: one.subject,
    dueOn: one.effectiveOn,
    obligationId: one.id,
    notice: standing[0] ?? null,
    afterSigning:
      one.kind === 'sign_for'
        ? obligations
            .filter(
              ({ id, assignmentId, state }) => assignmentId === one.assignmentId && id !== one.id && state === 'open',
            )
            .sort((a, b) => a.effectiveOn.localeCompare(b.effectiveOn))
        : [],
    ...actOf(one, mayConfirm),
  };
}

function actOf(one: Obligation, mayConfirm: boolean): Pick<Owed, 'act' | 'state'> {
  if (one.state === 'suspended') return { act: null, state: 'stands_still' };
  if (one.waitingReportId !== null) {
    const path = actPath(one, 'confirm', one.waitingReportId);
    return { act: mayConfirm ? { name: 'confirm', path } : null, state: 'waits_for_head' };
  }
  const { act, name } = ACT_OF[one.kind];
  return { act: { name, path: actPath(one, act, one.id) }, state: 'due' };
}

function ofContribution(one: Contribution, isMine: boolean): Owed {
  const assignmentId = isMine ? one.assignmentId : one.leadAssignmentId;
  return {
    key: `contribution ${one.id}`,
    taskId: one.taskId,
    taskNumber: one.taskNumber,
    taskContent: one.taskContent,
    assignmentId,
    kind: isMine ? 'contribution' : 'contribution_review',
    subject: isMine ? one.subject : one.unitName,
    dueOn: one.dueOn,
    obligationId: null,
    notice: null,
    afterSigning: [],
    act: isMine
      ? { name: 'write', path: actPath({ taskId: one.taskId, assignmentId }, 'contribution', one.id) }
      : { name: 'review', path: actPath({ taskId: one.taskId, assignmentId }, 'contributions', one.id) },
    state: 'due',
  };
}

/** Where more time (延期) is asked for what is not late yet; null where that does not go. */
export function moreTimePath({ obligationId, assignmentId, taskId, kind, dueOn, act }: Owed, today: string) {
  if (obligationId === null || assignmentId === null || act === null || kind === 'sign_for') return null;
  if (dueOn === null || dueOn < today) return null;
  return actPath({ taskId, assignmentId }, 'apply', obligationId);
}

export const GROUPS = ['atOnce', 'overdue', 'week', 'later', 'still'] as const;
export type Group = (typeof GROUPS)[number];

/** To be done at once, overdue, due by the end of this week, later, and what stands still (中止) or waits for others. */
export function groupsOf(owed: readonly Owed[], today: string): Record<Group, Owed[]> {
  const groups: Record<Group, Owed[]> = { atOnce: [], overdue: [], week: [], later: [], still: [] };
  const lastOfWeek = sundayOf(today);
  for (const one of owed) groups[groupOf(one, today, lastOfWeek)].push(one);
  return groups;
}

function groupOf({ act, dueOn, kind }: Owed, today: string, lastOfWeek: string): Group {
  if (act === null) return 'still';
  // A notice that sets no day, as a red one, is the gravest there is: it does not wait behind what has one.
  if (dueOn === null) return kind === 'answer' ? 'atOnce' : 'later';
  if (dueOn < today) return 'overdue';
  return dueOn <= lastOfWeek ? 'week' : 'later';
}

/** The Sunday of a day's week, which begins on Monday. */
export function sundayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + ((7 - date.getUTCDay()) % 7));
  return date.toISOString().slice(0, 10);
}

/** Whole days from one day to another. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
