import { ENTITIES, EVENT_TYPES } from '@duban/history';
import { atLocalTime, endOfLocalDay, invalid, type LocalDate, parseLocalDate } from '@duban/kernel';
import type { HistoryFilter } from '@duban/reporting';
import { z } from 'zod';
import { TIME_ZONE } from '../as-of';
import { eventWords, historyEvent, moment, savedUnderName, storable, uuid } from '../schemas';

const from = moment
  .optional()
  .meta({ description: 'From this instant or the beginning of this day (Asia/Shanghai) on.' });
const to = moment.optional().meta({ description: 'Before this instant, or through this day (Asia/Shanghai).' });

/** What a search asks for; all of it holds at once. */
export const searchFields = {
  taskId: uuid.optional().meta({ description: 'A task with its parts.' }),
  planId: uuid.optional(),
  personId: uuid.optional().meta({ description: 'Who did it, or for whom it was done (代行).' }),
  unitId: uuid.optional().meta({ description: 'The unit for which it was done, or whose it is.' }),
  entity: z.enum(ENTITIES).optional().meta({ description: 'The kind of thing that it is about.' }),
  entityId: uuid.optional(),
  type: z.enum(EVENT_TYPES).optional().meta({ description: 'What happened.' }),
  happenedFrom: from,
  happenedTo: to,
  recordedFrom: from,
  recordedTo: to,
  requestId: storable.min(1).max(200).optional(),
  q: storable.trim().min(2, 'At least two characters.').max(100, 'At most 100 characters.').optional().meta({
    description:
      'Words that the event brought: its reason, and what it changed; or the name of who did it, for whom, or whose account it is about.',
  }),
  sort: z.enum(['happened', 'recorded']).optional().meta({
    description:
      'The newest first, by when it happened, or by when it was recorded; the latter is the default where only that time is asked for.',
  }),
};
export const savedFilter = z.strictObject(searchFields).meta({ description: 'As the query of `GET /history`.' });
export type SearchFields = z.infer<typeof savedFilter>;

export const savedSearch = savedUnderName(savedFilter);

export const foundEvent = historyEvent.extend({
  words: eventWords,
  leafIndex: z.int().nullable().meta({
    description: 'Which leaf of the tree over history (存证) it is; null where it has none yet.',
  }),
});

/**
 * Days as the instants between which they lie.
 * @throws DomainError invalid HISTORY.FROM_IN_FUTURE, HISTORY.FROM_AFTER_TO
 */
export function filterOf(
  { happenedFrom, happenedTo, recordedFrom, recordedTo, ...rest }: SearchFields,
  now: Date,
): HistoryFilter {
  const filter = {
    ...rest,
    ...momentsOf({ happenedFrom, recordedFrom }, beginningOf),
    ...momentsOf({ happenedTo, recordedTo }, endOf),
  };
  assertInOrder(filter.happenedFrom, filter.happenedTo, 'happenedTo');
  assertInOrder(filter.recordedFrom, filter.recordedTo, 'recordedTo');
  if (filter.happenedFrom !== undefined && Date.parse(filter.happenedFrom) > now.getTime()) {
    throw invalid('HISTORY.FROM_IN_FUTURE', `Nothing has happened after the present, ${now.toISOString()}.`, {
      field: 'happenedFrom',
    });
  }
  return filter;
}

function momentsOf<K extends string>(
  moments: Record<K, string | undefined>,
  ofDay: (day: LocalDate) => Date,
): Partial<Record<K, string>> {
  const said = Object.entries<string | undefined>(moments).flatMap(([key, value]) =>
    value === undefined
      ? []
      : [[key, (value.length === 10 ? ofDay(parseLocalDate(value)) : new Date(value)).toISOString()]],
  );
  return Object.fromEntries(said) as Partial<Record<K, string>>;
}

const beginningOf = (date: LocalDate): Date => atLocalTime(date, '00:00', TIME_ZONE);
const endOf = (date: LocalDate): Date => endOfLocalDay(date, TIME_ZONE);

function assertInOrder(from: string | undefined, to: string | undefined, field: string): void {
  if (from === undefined || to === undefined || Date.parse(from) < Date.parse(to)) return;
  throw invalid('HISTORY.FROM_AFTER_TO', 'The beginning is not before the end: nothing lies between them.', { field });
}
