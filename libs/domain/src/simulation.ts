import { addDays, type LocalDate, type WorkingCalendar } from '@duban/kernel';
import { climb, type FiredRung, type LadderClock, type LadderTerm, type RungPointer } from './ladder';
import { asksWhatIsDone, conditionHolds, NOTHING_KNOWN } from './rung-condition';
import {
  type FollowUpKind,
  NOTICE_COLOURS,
  type NoticeColour,
  OBLIGATION_KINDS,
  type ObligationKind,
  type Policy,
} from './policy';

/**
 * What a simulation (模拟) takes units to do: nothing at all, so that the whole ladder shows and notices rise; or what
 * they owe on its last day, so that only what comes before a date shows.
 */
export const ASSUMPTIONS = ['nobody_answers', 'all_done_on_time'] as const;
export type Assumption = (typeof ASSUMPTIONS)[number];

/** Something owed, as far as its ladder goes. */
export interface OwedObligation {
  kind: ObligationKind;
  ladder: string;
  /** From where a share of its time is counted. */
  startedOn: LocalDate;
  effectiveOn: LocalDate;
  /** The end of the day on which it is due. */
  dueAt: Date;
  /** Where it stands; null where nothing more is sent, or an answer waits for the office. */
  pointer: RungPointer | null;
  timeZone: string;
  /** Whether the unit that owes it leads. */
  isLead: boolean;
  /** Of the matter, as the policy takes it (等级). */
  level: string | null;
  /** The rules by which it goes, where they are others than those that are asked about. */
  rules?: Policy;
}

/** A rung that will fire. */
export interface ForeseenRung<T> {
  obligation: T;
  at: Date;
  fired: FiredRung;
  /** It asks how far the unit is, or whether it reads: it fires if nothing is done, and not where enough is. */
  isConditional: boolean;
}

/** A span of instants, the last excluded. */
export interface SimulatedSpan {
  now: Date;
  until: Date;
}

/**
 * Every rung of one ladder that fires from `now` on and before `until`, each at the sweep for which it falls due, while
 * nothing happens to the obligation, so that nothing is known of its progress, nor of reading. What is due already fires at `now`.
 */
function runLadder(
  ladder: Policy['ladders'][string],
  pointer: RungPointer | null,
  term: LadderTerm,
  { now, until }: SimulatedSpan,
  clock: LadderClock,
  of: Pick<OwedObligation, 'isLead' | 'level'>,
): { at: Date; fired: FiredRung }[] {
  const run: { at: Date; fired: FiredRung }[] = [];
  for (let next = pointer; next !== null;) {
    const at: Date = next.at > now ? next.at : now;
    if (at >= until) break;
    const climbed: ReturnType<typeof climb> = climb(
      ladder,
      next,
      term,
      at,
      clock,
      ({ when }) => when === undefined || conditionHolds(when, { ...of, ...NOTHING_KNOWN }),
    );
    run.push(...climbed.fired.map((fired) => ({ at, fired })));
    next = climbed.next;
  }
  return run;
}

/**
 * What a policy (督办规则) sends about obligations, by the functions that issue and the sweep go by.
 *
 * @returns in the order of the instants, and at one instant in the order in which the obligations are given
 * @throws Error where an obligation goes by a ladder that the policy has not
 */
export function foresee<T extends OwedObligation>(
  policy: Policy,
  obligations: readonly T[],
  { now, until }: SimulatedSpan,
  assume: Assumption,
  calendar: WorkingCalendar,
): ForeseenRung<T>[] {
  // Thousands of obligations share their dates, and with them all that follows.
  const runs = new Map<string, ReturnType<typeof runLadder>>();
  const byInstant = new Map<number, ForeseenRung<T>[]>();
  for (const obligation of obligations) {
    const {
      ladder: name,
      pointer,
      startedOn,
      effectiveOn,
      dueAt,
      timeZone,
      isLead,
      level,
      rules = policy,
    } = obligation;
    const ladder = rules.ladders[name];
    if (!ladder) throw new Error(`policy ${rules.id} ${rules.version} has no ladder ${name}`);
    if (pointer === null) continue;
    const ends = assume === 'all_done_on_time' && dueAt < until ? dueAt : until;
    const key = [
      rules.id,
      rules.version,
      name,
      pointer.rung,
      pointer.at.getTime(),
      startedOn,
      effectiveOn,
      ends.getTime(),
      timeZone,
      isLead,
      level,
    ].join(' ');
    let run = runs.get(key);
    if (!run) {
      run = runLadder(
        ladder,
        pointer,
        { startedOn, effectiveOn },
        { now, until: ends },
        { calendar, timeZone },
        { isLead, level },
      );
      runs.set(key, run);
    }
    for (const { at, fired } of run) {
      const foreseen = { obligation, at, fired, isConditional: asksWhatIsDone(fired.rung.when) };
      const together = byInstant.get(at.getTime());
      if (together) together.push(foreseen);
      else byInstant.set(at.getTime(), [foreseen]);
    }
  }
  return [...byInstant].sort(([a], [b]) => a - b).flatMap(([, together]) => together);
}

/** One follow-up (催办) as the totals count it: one recipient of one rung. */
export interface CountedFollowUp {
  day: LocalDate;
  kind: FollowUpKind;
  colour: NoticeColour | null;
  obligationKind: ObligationKind;
  unitId: string;
}

export interface DayTotal {
  day: LocalDate;
  followUps: number;
}

export interface UnitTotal {
  unitId: string;
  followUps: number;
  /** Of them, supervision notices (督办单) and copies of them. */
  notices: number;
  worstDay: DayTotal;
}

export interface SimulationTotals {
  followUps: number;
  byKind: { kind: FollowUpKind; colour: NoticeColour | null; followUps: number }[];
  byObligationKind: { kind: ObligationKind; followUps: number }[];
  /** Most first. */
  byUnit: UnitTotal[];
  /** Weeks that have any, by their Monday. */
  byWeek: { from: LocalDate; followUps: number }[];
  /** Every day of the span, for a picture of the calendar. */
  byDay: (DayTotal & { isWorkingDay: boolean; isProvisional: boolean })[];
  /** The day with most, the first of several; null where nothing is sent. */
  worstDay: DayTotal | null;
}

/** Counts follow-ups of the days `from` to `to`, both included; they come in the order of their days. */
export class FollowUpCounter {
  private readonly days = new Map<LocalDate, number>();
  private readonly kinds = new Map<string, number>();
  private readonly obligationKinds = new Map<ObligationKind, number>();
  private readonly units = new Map<string, UnitTotal & { today: DayTotal }>();
  private followUps = 0;

  constructor(
    private readonly from: LocalDate,
    private readonly to: LocalDate,
    private readonly calendar: WorkingCalendar,
  ) {}

  add({ day, kind, colour, obligationKind, unitId }: CountedFollowUp): void {
    this.followUps++;
    count(this.days, day);
    count(this.kinds, `${kind} ${colour ?? ''}`);
    count(this.obligationKinds, obligationKind);
    let unit = this.units.get(unitId);
    if (!unit) {
      const none = { day, followUps: 0 };
      unit = { unitId, followUps: 0, notices: 0, worstDay: none, today: none };
      this.units.set(unitId, unit);
    }
    unit.followUps++;
    if (kind === 'notice') unit.notices++;
    unit.today = { day, followUps: unit.today.day === day ? unit.today.followUps + 1 : 1 };
    if (unit.today.followUps > unit.worstDay.followUps) unit.worstDay = unit.today;
  }

  totals(): SimulationTotals {
    const weeks = new Map<LocalDate, number>();
    const byDay: SimulationTotals['byDay'] = [];
    for (let day = this.from; day <= this.to; day = addDays(day, 1)) {
      const followUps = this.days.get(day) ?? 0;
      const isWorkingDay = this.calendar.isWorkingDay(day);
      byDay.push({ day, followUps, isWorkingDay, isProvisional: this.calendar.isProvisional(day) });
      if (followUps > 0) count(weeks, mondayOf(day), followUps);
    }
    const worst = byDay.reduce<DayTotal | null>(
      (most, one) => (one.followUps > (most?.followUps ?? 0) ? one : most),
      null,
    );
    return {
      followUps: this.followUps,
      byKind: KINDS.flatMap(([kind, colour]) => {
        const followUps = this.kinds.get(`${kind} ${colour ?? ''}`) ?? 0;
        return followUps === 0 ? [] : [{ kind, colour, followUps }];
      }),
      byObligationKind: OBLIGATION_KINDS.flatMap((kind) => {
        const followUps = this.obligationKinds.get(kind) ?? 0;
        return followUps === 0 ? [] : [{ kind, followUps }];
      }),
      byUnit: [...this.units.values()]
        .map(({ unitId, followUps, notices, worstDay }) => ({ unitId, followUps, notices, worstDay }))
        .sort((a, b) => b.followUps - a.followUps || (a.unitId < b.unitId ? -1 : 1)),
      byWeek: [...weeks].map(([from, followUps]) => ({ from, followUps })),
      byDay,
      worstDay: worst && { day: worst.day, followUps: worst.followUps },
    };
  }
}

const KINDS: readonly [FollowUpKind, NoticeColour | null][] = [
  ['reminder', null],
  ['urge', null],
  ['talk', null],
  ...NOTICE_COLOURS.map((colour): [FollowUpKind, NoticeColour] => ['notice', colour]),
];

const count = <K>(counts: Map<K, number>, key: K, by = 1): void => void counts.set(key, (counts.get(key) ?? 0) + by);

const mondayOf = (day: LocalDate): LocalDate => addDays(day, -((new Date(day).getUTCDay() + 6) % 7));
