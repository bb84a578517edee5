import { atLocalTime, localDateOf, type LocalDate, type WorkingCalendar } from '@duban/kernel';
import type { PlannedObligation } from './due-dates';
import { type LadderClock, type LadderTerm, rungAt, type RungPointer } from './ladder';
import {
  type FollowUpKind,
  type Ladder,
  NOTICE_COLOURS,
  type NoticeColour,
  type ObligationKind,
  onlyAsks,
  type Policy,
  type Rung,
} from './policy';

/** Something that is or was owed for a part whose plan comes to go by other rules. */
export interface OwedBefore {
  kind: ObligationKind;
  subject: string | null;
  state: 'open' | 'suspended' | 'discharged' | 'lapsed';
  /** The date as it is recorded, working day or not. */
  recordedOn: LocalDate;
}

/**
 * What other rules make of what a part owes: it is owed anew (`opened`; again, where `before` had lapsed), by another
 * date (`redated`), goes on by the date that it has (`goes_on`), is owed no more (`lapsed`); or it would be owed anew, but
 * would have been due before (`past`).
 */
export type TakenOver<T extends OwedBefore> =
  | { what: 'opened'; before: T | null; planned: PlannedObligation }
  | { what: 'redated'; before: T; planned: PlannedObligation }
  | { what: 'goes_on'; before: T; ladder: string }
  | { what: 'lapsed'; before: T }
  | { what: 'past'; before: null; planned: PlannedObligation };

/**
 * What a policy makes of a part that was handed out by other rules (变更督办规则), from now on.
 *
 * What is settled stays so. What both rules owe gets the new date where its own is the one that the old rules gave, and
 * the new one has not passed: a date that somebody set, or that moved because the clock stood, stands. What the old rules
 * made and the new ones do not ask for is owed no more; what no rule made goes on.
 *
 * @param before what the rules under which it was made gave something
 * @param after what the new rules give the part
 * @param isSignedFor nobody signs for a part a second time
 */
export function takeOver<T extends OwedBefore>(
  policy: Policy,
  before: (owed: T) => PlannedObligation | undefined,
  after: readonly PlannedObligation[],
  existing: readonly T[],
  today: LocalDate,
  isSignedFor: boolean,
  calendar: WorkingCalendar,
): TakenOver<T>[] {
  const isPast = ({ recordedOn }: PlannedObligation): boolean => calendar.effectiveDate(recordedOn) < today;
  const same = (one: OwedBefore | PlannedObligation, other: OwedBefore | PlannedObligation): boolean =>
    one.kind === other.kind && one.subject === other.subject;
  const standing = existing.flatMap((owed): TakenOver<T>[] => {
    if (owed.state !== 'open' && owed.state !== 'suspended') return [];
    const [was, planned] = [before(owed), after.find((one) => same(one, owed))];
    if (!planned) {
      return was
        ? [{ what: 'lapsed', before: owed }]
        : [{ what: 'goes_on', before: owed, ladder: ladderBeside(policy, owed.kind) }];
    }
    const isByRule = was?.recordedOn === owed.recordedOn;
    return isByRule && planned.recordedOn !== owed.recordedOn && !isPast(planned)
      ? [{ what: 'redated', before: owed, planned }]
      : [{ what: 'goes_on', before: owed, ladder: planned.ladder }];
  });
  // Whoever got the part from another signs for it already, by a time of their own (移交).
  const isSigning = existing.some(
    ({ kind, state }) => kind === 'sign_for' && (state === 'open' || state === 'suspended'),
  );
  const anew = after.flatMap((planned): TakenOver<T>[] => {
    const had = existing.find((owed) => same(planned, owed)) ?? null;
    if (had !== null && had.state !== 'lapsed') return [];
    if (planned.kind === 'sign_for' && (isSignedFor || isSigning)) return [];
    if (isPast(planned)) return had === null ? [{ what: 'past', before: null, planned }] : [];
    return [{ what: 'opened', before: had, planned }];
  });
  return [...standing, ...anew];
}

/** By which ladder something goes that no rule of the policy makes: what was returned, a leader's instruction, a measure. */
export function ladderBeside({ obligations, instruction, rectification }: Policy, kind: ObligationKind): string {
  const own = kind === 'instruction' ? instruction.ladder : obligations.find((rule) => rule.kind === kind)?.ladder;
  return (kind === 'rectification' ? undefined : own) ?? rectification.ladder;
}

/** A follow-up that was sent about the present date. */
export interface SentRung {
  rung: string;
  kind: FollowUpKind;
  colour: NoticeColour | null;
  firedAt: Date;
}

/**
 * Where an obligation stands on another ladder than the one that it climbed, from `now` on.
 *
 * What was sent is not sent again: neither a rung of the same name, nor a reminder or urge for a time at which one was
 * sent already, nor a talk after one, nor a colour that was reached. What the new ladder would have sent before is not made up for, but for one
 * step, so that what is overdue is not let off: the first notice or talk that was missed, or else the last urge where nothing was
 * sent since the date, and nothing comes by that day anyway. It comes on the next working day, and the rest climbs from there, each with its time to answer.
 *
 * @param sent oldest first
 * @param answerDueOn last day to answer the last notice
 * @returns `last`: the rung up to which it counts as climbed, null for none
 */
export function pointerOnOtherLadder(
  ladder: Ladder,
  term: LadderTerm,
  now: Date,
  clock: LadderClock,
  sent: readonly SentRung[],
  answerDueOn: LocalDate | null,
): { last: string | null; next: RungPointer | null } {
  const { calendar, timeZone } = clock;
  const planned = ladder.rungs.map((rung) => rungAt(ladder, rung, term, clock));
  const ids = new Set(sent.map(({ rung }) => rung));
  const colour = Math.max(-1, ...sent.flatMap((one) => (one.colour ? [NOTICE_COLOURS.indexOf(one.colour)] : [])));
  const isTalkedTo = sent.some(({ kind }) => kind === 'talk');
  const latest = sent.at(-1)?.firedAt;
  const hadItsTurn = (rung: Rung, i: number): boolean => {
    if (ids.has(rung.id)) return true;
    if (rung.kind === 'notice') return NOTICE_COLOURS.indexOf(rung.colour) <= colour;
    if (rung.kind === 'talk') return isTalkedTo;
    return latest !== undefined && planned[i]! <= latest;
  };
  const climbed = ladder.rungs.findLastIndex(hadItsTurn);
  const left = ladder.rungs.map((rung, i) => ({ rung, at: planned[i]! })).slice(climbed + 1);
  const missed = left.filter(({ at }) => at < now);
  const due = atLocalTime(term.effectiveOn, ladder.at, timeZone);
  const dayAfter = (day: LocalDate): Date => atLocalTime(calendar.addWorkingDays(day, 1), ladder.at, timeZone);
  const tomorrow = dayAfter(localDateOf(now, timeZone));
  const coming = left.find(({ at }) => at >= now);
  const isUrged = sent.some(({ firedAt }) => firedAt > due) || (coming !== undefined && coming.at <= tomorrow);
  const madeUp =
    missed.find(({ rung }) => !onlyAsks(rung.kind)) ?? (isUrged ? undefined : missed.findLast(({ at }) => at > due));
  const next = madeUp ?? coming;
  // What is not made up for has had its turn: nothing that takes the ladder up again later comes back to it.
  const last = ladder.rungs.at(next ? ladder.rungs.indexOf(next.rung) - 1 : -1);
  if (!next) return { last: last!.id, next: null };
  const earliest = [
    next.at,
    ...(next === madeUp ? [tomorrow] : []),
    ...(answerDueOn === null ? [] : [dayAfter(answerDueOn)]),
  ];
  const isFirst = next.rung === ladder.rungs[0];
  return {
    last: isFirst ? null : last!.id,
    next: { rung: next.rung.id, at: new Date(Math.max(...earliest.map(Number))) },
  };
}
