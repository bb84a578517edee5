import {
  addDays,
  atLocalTime,
  type LocalDate,
  localDateOf,
  localTimeOf,
  weekdayOf,
  type WorkingCalendar,
} from '@duban/kernel';
import { type MessagePreference, type MessageRules, quietUntil } from './message-rules';
import { sendFrom } from './sending-hours';

/** Why a message waits. */
export type WaitReason =
  'outside_hours' | 'no_holder' | 'cap' | 'quiet_hours' | 'daily_digest' | 'window' | 'not_in_words';
/** Why a message does not go, for good. */
export type DropReason =
  | 'overtaken'
  | 'not_named'
  | 'moved'
  | 'stand_in'
  | 'no_address'
  | 'preference'
  | 'later_channel'
  | 'said_already'
  | 'read_before';

/** What becomes of a message to one person by one channel. */
export type MessageDecision =
  { goes: 'now' } | { goes: 'later'; reason: WaitReason; until: Date } | { goes: 'never'; reason: DropReason };

const NOW: MessageDecision = { goes: 'now' };
const never = (reason: DropReason): MessageDecision => ({ goes: 'never', reason });
const later = (reason: WaitReason, until: Date): MessageDecision => ({ goes: 'later', reason, until });

/** The earliest instant at which an urgent message (急件) wanted at `now` may be sent: within its hours, on any day. */
export function urgentFrom(now: Date, { urgent }: Pick<MessageRules, 'urgent'>, timeZone: string): Date {
  const today = localDateOf(now, timeZone);
  const time = localTimeOf(now, timeZone);
  if (time >= urgent.from && time < urgent.until) return now;
  return atLocalTime(time < urgent.from ? today : addDays(today, 1), urgent.from, timeZone);
}

/** When the week begins that is after that of a day: Monday, 00:00. */
export const nextWeek = (day: LocalDate, timeZone: string): Date =>
  atLocalTime(addDays(day, 7 - weekdayOf(day)), '00:00', timeZone);

/** When the week of a day began. */
export const thisWeek = (day: LocalDate, timeZone: string): Date =>
  atLocalTime(addDays(day, -weekdayOf(day)), '00:00', timeZone);

/** One message, one person, one channel, at an instant at which messages of its kind may go out. */
export interface Addressed {
  now: Date;
  timeZone: string;
  wantedAt: Date;
  isUrgent: boolean;
  channel: {
    kind: string;
    /** It goes to where the person is, other than the inbox, which waits for them. */
    disturbs: boolean;
  };
  address: string | null;
  /** Somebody stands in for the person (代行), and is told by all channels. */
  isStoodInFor: boolean;
  /** What the person chose, as far as the office allows it. */
  preference: MessagePreference;
  /** The start of the half hour in which the person had the last digest by the channel. */
  lastWindow: Date | null;
  /** The start of this half hour, and of the next. */
  window: Date;
  nextWindow: Date;
}

/** Whether a message goes out now; the most lasting reason against it first. */
export function decideMessage(one: Addressed, rules: MessageRules, calendar: WorkingCalendar): MessageDecision {
  const { channel, preference, isUrgent } = one;
  if (one.isStoodInFor && channel.disturbs) return never('stand_in');
  if (one.address === null) return never('no_address');
  if (preference.off.includes(channel.kind)) return never('preference');
  if (!isUrgent) {
    if (rules.escalation.channels.includes(channel.kind)) return never('later_channel');
    const quietEnd = quietUntil(preference, channel.kind, localTimeOf(one.now, one.timeZone));
    if (quietEnd !== null) return later('quiet_hours', nextTime(one.now, quietEnd, one.timeZone));
    const daily = preference.dailyAt === null ? null : nextDaily(one, preference.dailyAt, calendar);
    if (daily !== null) return later('daily_digest', daily);
  }
  if (one.lastWindow !== null && one.lastWindow >= one.window) return later('window', one.nextWindow);
  return NOW;
}

/** The next instant, later than `now`, at which clocks show a time. */
function nextTime(now: Date, time: string, timeZone: string): Date {
  const today = localDateOf(now, timeZone);
  const at = atLocalTime(today, time, timeZone);
  return at > now ? at : atLocalTime(addDays(today, 1), time, timeZone);
}

/**
 * Null where the digest of the day is to be sent now: its time has come since the message was wanted, and there was none
 * since. Else when it is.
 */
function nextDaily(
  { now, timeZone, wantedAt, lastWindow, window, nextWindow }: Addressed,
  dailyAt: string,
  calendar: WorkingCalendar,
): Date | null {
  const today = localDateOf(now, timeZone);
  const isToday = calendar.isWorkingDay(today) && atLocalTime(today, dailyAt, timeZone) <= now;
  const last = atLocalTime(isToday ? today : calendar.addWorkingDays(today, -1), dailyAt, timeZone);
  const length = nextWindow.getTime() - window.getTime();
  const isServed = lastWindow !== null && lastWindow.getTime() + length > last.getTime();
  if (wantedAt <= last && !isServed) return null;
  const next = calendar.isWorkingDay(today) && !isToday ? today : calendar.addWorkingDays(today, 1);
  return atLocalTime(next, dailyAt, timeZone);
}

/** When a message that waits may go at the earliest: in office hours, or in those of urgent ones. */
export const openFrom = (
  instant: Date,
  isUrgent: boolean,
  rules: Pick<MessageRules, 'urgent'>,
  calendar: WorkingCalendar,
  timeZone: string,
): Date => (isUrgent ? urgentFrom(instant, rules, timeZone) : sendFrom(instant, calendar, timeZone));
