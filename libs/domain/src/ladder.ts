import { atLocalTime, localDateOf, type LocalDate, type WorkingCalendar } from '@duban/kernel';
import type { Ladder, NoticeColour, Rung } from './policy';
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

export interface LadderClock {
  calendar: WorkingCalendar;
  timeZone: string;
}

/** The instant of one rung, counted from the effective due date. */
export function rungAt(ladder: Ladder, rung: Rung, effectiveOn: LocalDate, { calendar, timeZone }: LadderClock): Date {
  return atLocalTime(calendar.addWorkingDays(effectiveOn, rung.offset.workingDays), ladder.at, timeZone);
}

/** What has been sent of a ladder already. */
export interface ClimbedTo {
  /** The last rung that fired. */
  rung: string;
  /** Last day to answer the last notice, where one was sent that asks for an answer. */
  answerDueOn: LocalDate | null;
}

/**
 * The first rung to come for an obligation that is made at `now`, or taken up again after the rungs in `climbed`.
 * Reminders of a date that lay before are not made up for: nobody is reminded at the moment of learning it. Notices and
 * the steps after the due date are: what is overdue when it is made is urged at once. A notice that was sent keeps its
 * full time to answer.
 */
export function firstPointer(
  ladder: Ladder,
  effectiveOn: LocalDate,
  now: Date,
  clock: LadderClock,
  climbed: ClimbedTo | null = null,
): RungPointer | null {
  const start = climbed === null ? 0 : ladder.rungs.findIndex((r) => r.id === climbed.rung) + 1;
  for (const rung of ladder.rungs.slice(start)) {
    const planned = rungAt(ladder, rung, effectiveOn, clock);
    const earliest = climbed?.answerDueOn ? dayAfter(ladder, climbed.answerDueOn, clock) : planned;
    const at = planned > earliest ? planned : earliest;
    if (at >= now || rung.kind === 'notice' || rung.offset.workingDays > 0) return { rung: rung.id, at };
  }
  return null;
}

/**
 * What fires at `now`, and where the pointer goes.
 *
 * After downtime the missed reminders and urges collapse into the last of them; of missed notices only the first
 * fires, so that the colours climb one at a time, each with its full time to answer counted from when it was sent.
 */
export function climb(
  ladder: Ladder,
  pointer: RungPointer,
  effectiveOn: LocalDate,
  now: Date,
  clock: LadderClock,
): { fired: FiredRung[]; next: RungPointer | null } {
  const start = ladder.rungs.findIndex((r) => r.id === pointer.rung);
  const fired: FiredRung[] = [];
  const missed: { rung: Rung; at: Date }[] = [];
  let next: RungPointer | null = null;

  const flushReminders = (): void => {
    const last = missed.at(-1);
    if (!last) return;
    fired.push({
      rung: last.rung,
      plannedAt: last.at,
      collapsed: missed.slice(0, -1).map((m) => m.rung.id),
      answerDueOn: null,
    });
    missed.length = 0;
  };

  for (let i = start; i >= 0 && i < ladder.rungs.length; i++) {
    const rung = ladder.rungs[i]!;
    const at = i === start ? pointer.at : rungAt(ladder, rung, effectiveOn, clock);
    if (at > now) {
      next = { rung: rung.id, at };
      break;
    }
    if (rung.kind !== 'notice') {
      missed.push({ rung, at });
      continue;
    }
    flushReminders();
    const answerDueOn = rung.answerWithin
      ? clock.calendar.addWorkingDays(sentOn(now, clock), rung.answerWithin.workingDays)
      : null;
    fired.push({ rung, plannedAt: at, collapsed: [], answerDueOn });
    next = pointerAfterNotice(ladder, rung, effectiveOn, answerDueOn ?? sentOn(now, clock), clock);
    break;
  }
  flushReminders();
  return { fired, next };
}

/**
 * Where the ladder goes on when an answer was rejected at `now`: the next colour, not before the next working day, nor
 * before the time to answer is over.
 */
export function pointerAfterRejection(
  ladder: Ladder,
  notice: { colour: NoticeColour; answerDueOn: LocalDate | null },
  effectiveOn: LocalDate,
  now: Date,
  clock: LadderClock,
): RungPointer | null {
  const rung = ladder.rungs.find((r) => r.kind === 'notice' && r.colour === notice.colour);
  if (!rung) return null;
  const told = sentOn(now, clock);
  const lastDay = notice.answerDueOn !== null && notice.answerDueOn > told ? notice.answerDueOn : told;
  return pointerAfterNotice(ladder, rung, effectiveOn, lastDay, clock);
}

/** The rung after a notice, not before the working day after `lastDay`. */
function pointerAfterNotice(
  ladder: Ladder,
  rung: Rung,
  effectiveOn: LocalDate,
  lastDay: LocalDate,
  clock: LadderClock,
): RungPointer | null {
  const following = ladder.rungs[ladder.rungs.indexOf(rung) + 1];
  if (!following) return null;
  const planned = rungAt(ladder, following, effectiveOn, clock);
  const earliest = dayAfter(ladder, lastDay, clock);
  return { rung: following.id, at: planned > earliest ? planned : earliest };
}

/** The day on which what happens at `now` is told: outside the sending hours that is the next working morning's. */
const sentOn = (now: Date, { calendar, timeZone }: LadderClock): LocalDate =>
  localDateOf(sendFrom(now, calendar, timeZone), timeZone);

/** Half-open: the time to answer ends at 24:00 of its last day, so what follows is due on the working day after. */
const dayAfter = (ladder: Ladder, lastDay: LocalDate, { calendar, timeZone }: LadderClock): Date =>
  atLocalTime(calendar.addWorkingDays(lastDay, 1), ladder.at, timeZone);
