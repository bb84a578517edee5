import { dateAfterStops, type Stop, stopsOf } from '@duban/domain';
import { type LocalDate, localDateOf, type WorkingCalendar } from '@duban/kernel';
import type { EntityManager } from 'typeorm';

/** When the clock of a part stood (停钟), read off its history. */
export async function stopsOfPart(tx: EntityManager, assignmentId: string, timeZone: string): Promise<Stop[]> {
  const events: { at: Date; isStopped: boolean }[] = await tx.query(
    `select occurred_at as at, coalesce(jsonb_array_length(after->'marks'), 0) > 0 as "isStopped"
     from history_event where entity = 'assignment' and entity_id = $1 and after is not null
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

/**
 * SQL of whether a notice holds its ladder: an answer waits for the office, or was accepted. One that is closed since
 * what it was about was done does not, when that is owed again.
 */
export const holdsLadder = (notice: string): string => `(${notice}.state = 'answered' or ${notice}.state = 'closed'
  and exists (select from history_event accepted
    where accepted.entity_id = ${notice}.id and accepted.type = 'supervision_notice.answer_accepted'))`;
