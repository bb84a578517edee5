import { localDateOf, type LocalDate } from '@duban/kernel';
import {
  climb,
  type FiredRung,
  firstPointer,
  type LadderClock,
  type LadderTerm,
  pointerAfterRejection,
  type RungPointer,
} from './ladder';
import type { FollowUpKind, Ladder, NoticeColour, ObligationKind, Rung } from './policy';
import type { DayTotal } from './simulation';
import { dateAfterStops, type Stop } from './stopped-time';

/** What really happened to an obligation, oldest first: how it stood from an instant on, or what became of a notice. */
export type LifeEvent =
  | {
      at: Date;
      what: 'stands';
      state: 'open' | 'suspended' | 'discharged' | 'lapsed';
      deadlineVersion: number;
      /** It goes on with the ladder that it had: the date was counted anew by a holiday paper. */
      goesOn: boolean;
      term: LadderTerm;
      unitId: string;
    }
  | { at: Date; what: 'answered' | 'rejected'; colour: NoticeColour; deadlineVersion: number }
  | { at: Date; what: 'held' };

/** A rung that would have fired, and whose the obligation was then. */
export interface ReplayedRung {
  at: Date;
  unitId: string;
  fired: FiredRung;
}

/** Where a replay stands. */
interface Place {
  state: 'open' | 'suspended' | 'discharged' | 'lapsed';
  deadlineVersion: number;
  /** The version with which the ladder began. */
  ladderSince: number;
  term: LadderTerm;
  unitId: string;
  pointer: RungPointer | null;
  /** The instant at which the pointer was set: what was due before it fires then. */
  setAt: Date;
  last: string | null;
  notice: { colour: NoticeColour; sentAt: Date; answerDueOn: LocalDate | null } | null;
  /** An answer that waits for the office, or was accepted, holds the ladder. */
  isAnswered: boolean;
  suspendedAt: Date | null;
}

/**
 * What a ladder would have sent about one obligation over its real life (回测), by the functions that issue, the sweep and
 * the offices' commands go by. Its dates, stops and end are those that really were. A notice is answered, and its answer
 * rejected, when one of its colour about the same date really was and the ladder had sent that colour by then; else it is
 * unanswered. Every rung fires at its time: the system was never down.
 */
export function replay(
  ladder: Ladder,
  life: readonly LifeEvent[],
  until: Date,
  clock: LadderClock,
  holds: (rung: Rung) => boolean,
): ReplayedRung[] {
  const sent: ReplayedRung[] = [];
  let place: Place | null = null;
  const fireBefore = (end: Date, isAtEnd: (setAt: Date) => boolean): void => {
    while (place?.pointer) {
      const { pointer, setAt, term }: Place = place;
      const at: Date = pointer.at > setAt ? pointer.at : setAt;
      if (at > end || (at.getTime() === end.getTime() && !isAtEnd(setAt))) return;
      const climbed: ReturnType<typeof climb> = climb(ladder, pointer, term, at, clock, holds);
      for (const fired of climbed.fired) {
        sent.push({ at, unitId: place.unitId, fired });
        if (fired.rung.kind !== 'notice') continue;
        place.notice = { colour: fired.rung.colour, sentAt: at, answerDueOn: fired.answerDueOn };
        place.isAnswered = false;
      }
      Object.assign(place, { pointer: climbed.next, setAt: at, last: climbed.last ?? place.last });
    }
  };
  for (const event of life) {
    if (event.at >= until) break;
    // What is due at the very instant of an event was swept before it, unless it was set at that instant itself.
    fireBefore(event.at, (setAt) => setAt < event.at);
    place = after(ladder, place, event, clock);
  }
  fireBefore(until, () => false);
  return sent;
}

function after(ladder: Ladder, place: Place | null, event: LifeEvent, clock: LadderClock): Place | null {
  const { at } = event;
  if (event.what === 'stands') return standing(ladder, place, event, clock);
  if (!place || place.state !== 'open') return place;
  if (event.what === 'held') return { ...place, pointer: null, setAt: at };
  const { notice, last } = place;
  if (!notice || last === null || notice.colour !== event.colour || event.deadlineVersion < place.ladderSince) {
    return place;
  }
  if (event.what === 'answered') return { ...place, pointer: null, setAt: at, isAnswered: true };
  const climbed = { rung: last, answerDueOn: notice.answerDueOn };
  return {
    ...place,
    pointer: pointerAfterRejection(ladder, climbed, place.term, at, clock),
    setAt: at,
    isAnswered: false,
  };
}

function standing(
  ladder: Ladder,
  place: Place | null,
  { at, state, deadlineVersion, goesOn, term, unitId }: Extract<LifeEvent, { what: 'stands' }>,
  clock: LadderClock,
): Place {
  const suspendedAt = state === 'suspended' ? (place?.suspendedAt ?? at) : null;
  const isOtherDate = place?.deadlineVersion !== deadlineVersion;
  if (!place || (isOtherDate && !goesOn)) {
    const pointer = state === 'open' ? firstPointer(ladder, term, at, clock) : null;
    const begins = { pointer, setAt: at, last: null, notice: null, isAnswered: false };
    return { state, deadlineVersion, ladderSince: deadlineVersion, term, unitId, suspendedAt, ...begins };
  }
  const same = { ...place, deadlineVersion, term, unitId, state, suspendedAt };
  if (state !== 'open') return { ...same, pointer: null, setAt: at };
  if (place.state === 'open' && !isOtherDate) return same;
  // What is held, or at its end, stays so when its date is counted anew.
  if (place.isAnswered || (place.state === 'open' && place.pointer === null)) return { ...same, pointer: null };
  const answerDueOn = answerBy(place, at, clock);
  const climbed = place.last === null ? null : { rung: place.last, answerDueOn };
  return { ...same, pointer: firstPointer(ladder, term, at, clock, climbed), setAt: at };
}

/** Time to answer a notice does not run while the clock stands. */
function answerBy({ notice, suspendedAt }: Place, at: Date, { calendar, timeZone }: LadderClock): LocalDate | null {
  if (!notice || notice.answerDueOn === null || suspendedAt === null) return notice?.answerDueOn ?? null;
  const stop: Stop = { from: localDateOf(suspendedAt, timeZone), to: localDateOf(at, timeZone) };
  return dateAfterStops(notice.answerDueOn, localDateOf(notice.sentAt, timeZone), [stop], calendar);
}

/** One follow-up (催办) as people felt it; what the rung is called is nothing to them. */
export interface FeltFollowUp {
  day: LocalDate;
  unitId: string;
  obligationKind: ObligationKind;
  kind: FollowUpKind;
  colour: NoticeColour | null;
  postId: string;
  post: string;
  isCopy: boolean;
}
export type Side = 'both' | 'only_before' | 'only_with';

/** Which of the follow-ups of one obligation both sides have, and which one alone: as many times as each has it. */
export function compareFollowUps<T extends FeltFollowUp>(
  before: readonly T[],
  after: readonly T[],
): { side: Side; followUp: T }[] {
  const keyOf = ({ day, unitId, kind, colour, postId, isCopy }: T): string =>
    [day, unitId, kind, colour, postId, isCopy].join(' ');
  const left = new Map<string, T[]>();
  for (const one of before) left.set(keyOf(one), [...(left.get(keyOf(one)) ?? []), one]);
  const compared = after.map((followUp): { side: Side; followUp: T } =>
    left.get(keyOf(followUp))?.pop() ? { side: 'both', followUp } : { side: 'only_with', followUp },
  );
  const gone = [...left.values()].flat().map((followUp) => ({ side: 'only_before' as const, followUp }));
  return [...compared, ...gone].toSorted((a, b) =>
    a.followUp.day < b.followUp.day ? -1 : a.followUp.day > b.followUp.day ? 1 : 0,
  );
}

export interface Compared {
  both: number;
  onlyBefore: number;
  onlyWith: number;
}

export interface BackTestTotals extends Compared {
  byKind: (Compared & { kind: FollowUpKind; colour: NoticeColour | null })[];
  byObligationKind: (Compared & { kind: ObligationKind })[];
  byPost: (Compared & { post: string })[];
  /** Days on which either side has any. */
  byDay: (Compared & { day: LocalDate })[];
  /** Where it differs most first; `worst…` are the days with most of each side. */
  byUnit: (Compared & { unitId: string; worstBefore: DayTotal | null; worstWith: DayTotal | null })[];
  worstBefore: DayTotal | null;
  worstWith: DayTotal | null;
}

/** Counts compared follow-ups, in any order; it grows with units and days, not with what is counted. */
export class BackTestCounter {
  private readonly all = none();
  private readonly kinds = new Map<string, Compared>();
  private readonly obligationKinds = new Map<ObligationKind, Compared>();
  private readonly posts = new Map<string, Compared>();
  private readonly days = new Map<LocalDate, Compared>();
  private readonly units = new Map<string, { all: Compared; days: Map<LocalDate, Compared> }>();

  add(side: Side, { day, unitId, obligationKind, kind, colour, post }: FeltFollowUp): void {
    let unit = this.units.get(unitId);
    if (!unit) this.units.set(unitId, (unit = { all: none(), days: new Map() }));
    for (const counted of [
      this.all,
      at(this.kinds, `${kind} ${colour ?? ''}`),
      at(this.obligationKinds, obligationKind),
      at(this.posts, post),
      at(this.days, day),
      unit.all,
      at(unit.days, day),
    ]) {
      if (side === 'both') counted.both++;
      else if (side === 'only_before') counted.onlyBefore++;
      else counted.onlyWith++;
    }
  }

  totals(): BackTestTotals {
    const differs = ({ onlyBefore, onlyWith }: Compared): number => onlyBefore + onlyWith;
    return {
      ...this.all,
      byKind: [...this.kinds].toSorted(byName).map(([key, counted]) => {
        const [kind, colour] = key.split(' ') as [FollowUpKind, NoticeColour | ''];
        return { kind, colour: colour === '' ? null : colour, ...counted };
      }),
      byObligationKind: [...this.obligationKinds].toSorted(byName).map(([kind, counted]) => ({ kind, ...counted })),
      byPost: [...this.posts].toSorted(byName).map(([post, counted]) => ({ post, ...counted })),
      byDay: [...this.days].toSorted(byName).map(([day, counted]) => ({ day, ...counted })),
      byUnit: [...this.units]
        .map(([unitId, { all, days }]) => ({ unitId, ...all, ...worstOf(days) }))
        .toSorted((a, b) => differs(b) - differs(a) || (a.unitId < b.unitId ? -1 : 1)),
      ...worstOf(this.days),
    };
  }
}

const none = (): Compared => ({ both: 0, onlyBefore: 0, onlyWith: 0 });

function at<K>(counts: Map<K, Compared>, key: K): Compared {
  let counted = counts.get(key);
  if (!counted) counts.set(key, (counted = none()));
  return counted;
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

/** The first of the days with most. */
function worstOf(days: ReadonlyMap<LocalDate, Compared>): { worstBefore: DayTotal | null; worstWith: DayTotal | null } {
  let [worstBefore, worstWith]: [DayTotal | null, DayTotal | null] = [null, null];
  for (const [day, { both, onlyBefore, onlyWith }] of [...days].toSorted(byName)) {
    if (both + onlyBefore > (worstBefore?.followUps ?? 0)) worstBefore = { day, followUps: both + onlyBefore };
    if (both + onlyWith > (worstWith?.followUps ?? 0)) worstWith = { day, followUps: both + onlyWith };
  }
  return { worstBefore, worstWith };
}
