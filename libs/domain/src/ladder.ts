import { addDays, atLocalTime, localDateOf, type LocalDate, type WorkingCalendar } from '@duban/kernel';
import { type Ladder, onlyAsks, type Rung, type RungOffset } from './policy';
import { sendFrom } from './sending-hours';

/** Where an obligation stands on its ladder: the rung that comes next and the instant at which it is due. */
export interface RungPointer {
  rung: string;
  at: Date;
}

/** A rung that fires now; earlier reminders that it stands for after downtime are named in `collapsed`. */
export interface FiredRung {
  rung: Rung;
  /** When it should have fired. */
  plannedAt: Date;
  collapsed: string[];
  /** Last day to answer, for a notice that asks for an answer. */
  answerDueOn: LocalDate | null;
}

/** A rung whose time came while its condition did not hold: it is not sent, and does not come back. */
export interface PassedRung {
  rung: Rung;
  /** When it would have fired. */
  plannedAt: Date;
}

export interface LadderClock {
  calendar: WorkingCalendar;
  timeZone: string;
}

/** The time that an obligation has; its rungs are counted from the one end or the other. */
export interface LadderTerm {
  /**
   * The day on which it was made, moved by the working days for which its clock stood, as its date was: so a share of the
   * time is one of the time that ran.
   */
  startedOn: LocalDate;
  /** The working day on which its date takes effect. */
  effectiveOn: LocalDate;
}

/** @param stoppedDays working days by which the clock moved the present date (停钟) */
export const ladderTerm = (
  createdOn: LocalDate,
  stoppedDays: number,
  effectiveOn: LocalDate,
  calendar: WorkingCalendar,
): LadderTerm => ({
  startedOn: stoppedDays > 0 ? calendar.addWorkingDays(createdOn, stoppedDays) : createdOn,
  effectiveOn,
});

/** The instant of one rung. */
export function rungAt(ladder: Ladder, rung: Rung, term: LadderTerm, { calendar, timeZone }: LadderClock): Date {
  return atLocalTime(rungDay(rung.offset, term, calendar), ladder.at, timeZone);
}

/** Always a working day: nobody is urged on a holiday because a count of calendar days ends there. */
function rungDay(offset: RungOffset, { startedOn, effectiveOn }: LadderTerm, calendar: WorkingCalendar): LocalDate {
  if ('workingDays' in offset) return calendar.addWorkingDays(effectiveOn, offset.workingDays);
  if ('calendarDays' in offset) return calendar.effectiveDate(addDays(effectiveOn, offset.calendarDays));
  // Counted from the end, so that what has no time at all, or less, comes to its last day.
  const days = Math.max(0, (Date.parse(effectiveOn) - Date.parse(startedOn)) / 86_400_000);
  const left = Math.floor((days * (100 - offset.shareOfTime)) / 100 + 1e-9);
  return calendar.effectiveDate(addDays(effectiveOn, -left));
}

/** Whether a rung comes after the due date, whatever the date; a share of the time never does. */
const isAfterDue = (offset: RungOffset): boolean =>
  'workingDays' in offset ? offset.workingDays > 0 : 'calendarDays' in offset && offset.calendarDays > 0;

/** What has been sent of a ladder already. */
export interface ClimbedTo {
  /** The last rung that had its turn: it fired, or was passed over. */
  rung: string;
  /** Last day to answer the last notice, where one was sent that asks for an answer. */
  answerDueOn: LocalDate | null;
}

/**
 * The first rung to come for an obligation that is made at `now`, or taken up again after the rungs in `climbed`.
 * Reminders of a date that lay before are not made up for: nobody is reminded at the moment of learning it. Notices, talks
 * and the steps after the due date are: what is overdue when it is made is urged at once. A notice that was sent keeps its
 * full time to answer.
 */
export function firstPointer(
  ladder: Ladder,
  term: LadderTerm,
  now: Date,
  clock: LadderClock,
  climbed: ClimbedTo | null = null,
): RungPointer | null {
  const start = climbed === null ? 0 : ladder.rungs.findIndex((r) => r.id === climbed.rung) + 1;
  for (const rung of ladder.rungs.slice(start)) {
    const planned = rungAt(ladder, rung, term, clock);
    const earliest = climbed?.answerDueOn ? dayAfter(ladder, climbed.answerDueOn, clock) : planned;
    const at = planned > earliest ? planned : earliest;
    if (at >= now || !onlyAsks(rung.kind) || isAfterDue(rung.offset)) return { rung: rung.id, at };
  }
  return null;
}

/**
 * What fires at `now`, and where the pointer goes.
 *
 * After downtime the missed reminders and urges collapse into the last of them; of missed notices and talks
 * only the first fires, so that they climb one at a time, each notice with its full time to answer counted from when it was
 * sent, and after a talk not before the next working day.
 * A rung whose condition does not hold at `now` is passed over.
 *
 * @param holds whether the condition of a rung does; it is asked of those alone whose time has come and that have one
 * @returns `last`: the last rung that had its turn, null where none had
 */
export function climb(
  ladder: Ladder,
  pointer: RungPointer,
  term: LadderTerm,
  now: Date,
  clock: LadderClock,
  holds: (rung: Rung) => boolean = () => true,
): { fired: FiredRung[]; passed: PassedRung[]; last: string | null; next: RungPointer | null } {
  const start = ladder.rungs.findIndex((r) => r.id === pointer.rung);
  const fired: FiredRung[] = [];
  const passed: PassedRung[] = [];
  let last: string | null = null;
  const missed: { rung: Rung; at: Date }[] = [];
  let next: RungPointer | null = null;

  const flushReminders = (): void => {
    const latest = missed.at(-1);
    if (!latest) return;
    fired.push({
      rung: latest.rung,
      plannedAt: latest.at,
      collapsed: missed.slice(0, -1).map((m) => m.rung.id),
      answerDueOn: null,
    });
    missed.length = 0;
  };

  for (let i = start; i >= 0 && i < ladder.rungs.length; i++) {
    const rung = ladder.rungs[i]!;
    const at = i === start ? pointer.at : rungAt(ladder, rung, term, clock);
    if (at > now) {
      next = { rung: rung.id, at };
      break;
    }
    last = rung.id;
    if (rung.when && !holds(rung)) {
      passed.push({ rung, plannedAt: at });
      continue;
    }
    if (onlyAsks(rung.kind)) {
      missed.push({ rung, at });
      continue;
    }
    flushReminders();
    const answerWithin = rung.kind === 'notice' ? rung.answerWithin : undefined;
    const answerDueOn = answerWithin
      ? clock.calendar.addWorkingDays(sentOn(now, clock), answerWithin.workingDays)
      : null;
    fired.push({ rung, plannedAt: at, collapsed: [], answerDueOn });
    next = pointerAfterStep(ladder, rung.id, term, answerDueOn ?? sentOn(now, clock), clock);
    break;
  }
  flushReminders();
  return { fired, passed, last, next };
}

/**
 * Where the ladder goes on when an answer was rejected at `now`: after what was sent of it, or, where the notice was one
 * of another ladder (变更督办规则) and nothing was, from its first step; not before the next working day, nor before the time
 * to answer is over.
 */
export function pointerAfterRejection(
  ladder: Ladder,
  climbed: Pick<ClimbedTo, 'answerDueOn'> & { rung: string | null },
  term: LadderTerm,
  now: Date,
  clock: LadderClock,
): RungPointer | null {
  if (climbed.rung !== null && !ladder.rungs.some(({ id }) => id === climbed.rung)) return null;
  const told = sentOn(now, clock);
  const lastDay = climbed.answerDueOn !== null && climbed.answerDueOn > told ? climbed.answerDueOn : told;
  return pointerAfterStep(ladder, climbed.rung, term, lastDay, clock);
}

/** The rung after a notice or a talk, not before the working day after `lastDay`; after none, the first. */
function pointerAfterStep(
  ladder: Ladder,
  rung: string | null,
  term: LadderTerm,
  lastDay: LocalDate,
  clock: LadderClock,
): RungPointer | null {
  const following = ladder.rungs[ladder.rungs.findIndex(({ id }) => id === rung) + 1];
  if (!following) return null;
  const planned = rungAt(ladder, following, term, clock);
  const earliest = dayAfter(ladder, lastDay, clock);
  return { rung: following.id, at: planned > earliest ? planned : earliest };
}

/** The day on which what happens at `now` is told: outside the sending hours that is the next working morning's. */
const sentOn = (now: Date, { calendar, timeZone }: LadderClock): LocalDate =>
  localDateOf(sendFrom(now, calendar, timeZone), timeZone);

/** Half-open: the time to answer ends at 24:00 of its last day, so what follows is due on the working day after. */
const dayAfter = (ladder: Ladder, lastDay: LocalDate, { calendar, timeZone }: LadderClock): Date =>
  atLocalTime(calendar.addWorkingDays(lastDay, 1), ladder.at, timeZone);
