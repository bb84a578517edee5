import { consequences } from '@duban/database';
import { type ClockEvent, dateAfterStops, type Stop, stopsOf } from '@duban/domain';
import { type LocalDate, localDateOf, type WorkingCalendar } from '@duban/kernel';
import type { EntityManager } from 'typeorm';

/** When the clock of a part stood (停钟), read off its history. */
export async function stopsOfPart(tx: EntityManager, assignmentId: string, timeZone: string): Promise<Stop[]> {
  const events: { at: Date; isStopped: boolean }[] = await tx.query(
    `select occurred_at as at, is_stopped as "isStopped"
     from history_entry where entity = 'assignment' and entity_id = $1 and has_state
     order by seq`,
    [assignmentId],
  );
  return stopsOf(events.map(({ at, isStopped }) => ({ on: localDateOf(at, timeZone), isStopped })));
}

/** Why a date moved, in the words of the record. */
export const stoodFor = (workingDays: number): string => `${workingDays} working days for which the clock stood`;

/** The last day to answer a notice (督办单): the time for it does not run while the clock of the part stands. */
export async function lastDayToAnswer(
  tx: EntityManager,
  assignmentId: string,
  notice: { answerDueOn: LocalDate; issuedAt: Date },
  timeZone: string,
  calendar: WorkingCalendar,
): Promise<LocalDate> {
  const stops = await stopsOfPart(tx, assignmentId, timeZone);
  return dateAfterStops(notice.answerDueOn, localDateOf(notice.issuedAt, timeZone), stops, calendar);
}

/** A notice (督办单) as it is shown: its last day to answer by the time that ran, and the one with which it was issued. */
export type Shown<T extends NoticeToShow> = T & { answerFirstDueOn: LocalDate | null };
interface NoticeToShow {
  obligationId: string;
  issuedAt: Date | string;
  answerDueOn: LocalDate | null;
}

/**
 * Notices with the last day to answer as the ladder goes by it (`lastDayToAnswer`): the time for it does not run while the
 * clock of the part stands. Of a clock that stands at `at`, as if it went on that day. Of the part's history these days
 * alone are told, and only of notices that are read already.
 */
export async function asShown<T extends NoticeToShow>(
  tx: EntityManager,
  notices: readonly T[],
  at: Date,
  calendar: WorkingCalendar,
): Promise<Shown<T>[]> {
  const asking = notices.filter(({ answerDueOn }) => answerDueOn !== null).map(({ obligationId }) => obligationId);
  const parts = asking.length === 0 ? [] : await consequences(tx, () => clockEvents(tx, [...new Set(asking)], at));
  const byObligation = new Map(parts.map((part) => [part.obligationId, part]));
  return notices.map((notice) => {
    const part = byObligation.get(notice.obligationId);
    const shown = { ...notice, answerFirstDueOn: notice.answerDueOn };
    if (!part || notice.answerDueOn === null) return shown;
    const dayOf = (instant: Date): LocalDate => localDateOf(instant, part.timeZone);
    const events = part.events.map(({ at: on, isStopped }): ClockEvent => ({ on: dayOf(new Date(on)), isStopped }));
    const stops = stopsOf(events).map((stop) => ({ ...stop, to: stop.to ?? dayOf(at) }));
    const since = dayOf(new Date(notice.issuedAt));
    return { ...shown, answerDueOn: dateAfterStops(notice.answerDueOn, since, stops, calendar) };
  });
}

/** Of parts whose clock ever stood: what history says of it up to an instant. */
const clockEvents = (
  tx: EntityManager,
  obligationIds: readonly string[],
  at: Date,
): Promise<{ obligationId: string; timeZone: string; events: { at: string; isStopped: boolean }[] }[]> =>
  tx.query(
    `select o.id as "obligationId", j.time_zone as "timeZone", stood.events
     from obligation o
       join jurisdiction j on j.id = o.jurisdiction_id
       cross join lateral (
         select jsonb_agg(jsonb_build_object('at', h.occurred_at, 'isStopped', h.is_stopped) order by h.seq) as events
         from history_entry h
         where h.entity = 'assignment' and h.entity_id = o.assignment_id and h.has_state and h.occurred_at <= $2
         having bool_or(h.is_stopped)) stood
     where o.id = any($1::uuid[])`,
    [obligationIds, at],
  );

/**
 * SQL of whether a notice holds its ladder: an answer waits for the office, or was accepted. One that is closed since
 * what it was about was done does not, when that is owed again.
 */
export const holdsLadder = (notice: string): string => `(${notice}.state = 'answered' or ${notice}.state = 'closed'
  and exists (select from history_event accepted
    where accepted.entity_id = ${notice}.id and accepted.type = 'supervision_notice.answer_accepted'))`;
