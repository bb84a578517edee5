import { createHash } from 'node:crypto';
import { consequences } from '@duban/database';
import { type Actor, type Entity, type EventWords, type HistoryEvent, HistoryService, wordsOf } from '@duban/history';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions } from './conditions';
import { badCursor, cursorKey, type Page } from './page';
import { escapeLike } from './past-board';

/** What is asked of history (审计检索); everything that is said holds at once. */
export interface HistoryFilter {
  /** The task with its parts. */
  taskId?: string;
  planId?: string;
  /** Who did it, or for whom it was done (代行). */
  personId?: string;
  /** For which it was done, or whose it is. */
  unitId?: string;
  entity?: Entity;
  entityId?: string;
  type?: string;
  /** From this instant on, and before that one: by the supervision's clock. */
  happenedFrom?: string;
  happenedTo?: string;
  /** The same by the database's clock. */
  recordedFrom?: string;
  recordedTo?: string;
  requestId?: string;
  /** Words that the event brought: its reason, and what it changed; or the name of who did it, for whom, or to whom. */
  q?: string;
  /** The newest first, by when it happened or by when it was recorded. */
  sort?: HistorySort;
}
export type HistorySort = 'happened' | 'recorded';

/** An event with what it says, for people. */
export type FoundEvent = HistoryEvent & {
  words: EventWords;
  /** Its leaf in the tree (存证); null where it has none yet. */
  leafIndex: number | null;
};

/** Where a page of a search ended. */
export interface Place {
  at: string;
  seq: string;
}
interface Found extends Place {
  leafIndex: string | null;
}

/** As many events with a word are looked at one by one; what is more common is soon met along the order. */
const MOST_MATCHES = 2_000;
/** As many people whose names have the words are looked for. */
const MOST_CALLED = 20;
/** So often a page is filled up where others hide what was found; then it stays short and goes on from where it is. */
const MOST_ROUNDS = 20;

/**
 * Searches history for those who audit it.
 *
 * What is found is looked for as the system, since no index serves a condition that might tell of its rows before the
 * policy was asked, and only by number; the events are then read as whoever asks, and the policies leave what they may
 * know. What is restricted (限知事项) is left out of the search at once, so that pages are full.
 */
@Injectable()
export class HistoryReader {
  constructor(private readonly history: HistoryService) {}

  /** @throws DomainError invalid REQUEST.BAD_CURSOR for the cursor of another search */
  async search(
    tx: EntityManager,
    actor: Actor,
    filter: HistoryFilter,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<FoundEvent>> {
    const digest = digestOf(filter);
    const key = cursorKey(cursor, [isText, isPlaceInstant, isSeq]);
    if (key && key[0] !== digest) throw badCursor();
    const after = key ? { at: String(key[1]), seq: String(key[2]) } : null;
    const { items, next } = await this.page(tx, actor, filter, after, limit);
    return {
      items,
      next: next && Buffer.from(JSON.stringify([digest, next.at, next.seq])).toString('base64url'),
    };
  }

  /** How many a search finds, counted as far as `most`, hidden ones left out as far as they are matters. */
  async count(tx: EntityManager, actor: Actor, filter: HistoryFilter, most: number): Promise<number> {
    const search = await this.searchOf(tx, actor, filter);
    return consequences(tx, async () => (await this.find(tx, search, null, most)).length);
  }

  /** Events after a place, with the place to go on from; null where there are no more. */
  async page(
    tx: EntityManager,
    actor: Actor,
    filter: HistoryFilter,
    after: Place | null,
    limit: number,
  ): Promise<{ items: FoundEvent[]; next: Place | null }> {
    const search = await this.searchOf(tx, actor, filter);
    const items: FoundEvent[] = [];
    let place = after;
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const wanted = limit - items.length;
      const from = place;
      const found = await consequences(tx, () => this.find(tx, search, from, wanted + 1));
      const page = found.slice(0, wanted);
      items.push(...(await this.read(tx, page)));
      place = page.at(-1) ?? place;
      if (found.length <= wanted) return { items, next: null };
      if (items.length >= limit) break;
    }
    return { items, next: place && { at: place.at, seq: place.seq } };
  }

  /** What the actor may know narrows the search, before it is made. */
  private async searchOf(tx: EntityManager, actor: Actor, filter: HistoryFilter): Promise<Search> {
    const [sight]: [Search['sight']] = await tx.query(
      `select hidden_plans() as "hiddenPlans", hidden_tasks() as "hiddenTasks", summary_plans() as "summaryPlans"
       from (select count(*) from (select from task limit 1) one) seen`,
    );
    const taskIds = filter.taskId === undefined ? undefined : await this.history.idsOfTask(tx, filter.taskId);
    return { filter, sight, taskIds, ofMattersOnly: actor.post !== 'auditor' };
  }

  private async find(tx: EntityManager, search: Search, after: Place | null, limit: number): Promise<Found[]> {
    const { filter } = search;
    const pattern = filter.q === undefined ? undefined : patternOf(filter.q);
    if (pattern !== undefined)
      await this.history.assertWordsWithin(tx, filter.recordedFrom ?? null, filter.recordedTo ?? null);
    const matches = pattern === undefined ? undefined : await matchesOf(tx, pattern);
    const sort = sortOf(filter);
    const where = new Conditions();
    const column = COLUMNS[sort];
    where
      .add('h.task_id = any($?::uuid[])', search.taskIds)
      .add('h.plan_id = $?', filter.planId)
      .add('h.entity = $?', filter.entity)
      .add('h.entity_id = $?', filter.entityId)
      .add('h.type = $?', filter.type)
      .add('h.request_id = $?', filter.requestId)
      .add('h.occurred_at >= $?', filter.happenedFrom)
      .add('h.occurred_at < $?', filter.happenedTo)
      .add('h.recorded_at >= $?', filter.recordedFrom)
      .add('h.recorded_at < $?', filter.recordedTo);
    if (search.ofMattersOnly) where.add('(h.task_id is not null or h.plan_id is not null)');
    const { hiddenPlans, hiddenTasks, summaryPlans } = search.sight;
    if (hiddenPlans.length > 0) where.add('not coalesce(h.plan_id = any($?::uuid[]), false)', hiddenPlans);
    if (hiddenTasks.length > 0) where.add('not coalesce(h.task_id = any($?::uuid[]), false)', hiddenTasks);
    // Of what units report among themselves no word is found by whoever sees no more than how it stands (二级分解).
    if (pattern !== undefined && summaryPlans.length > 0)
      where.add('not coalesce(h.plan_id = any($?::uuid[]), false)', summaryPlans);
    if (after) where.add(`(h.${column}, h.seq) < ($?::timestamptz, $?::bigint)`, after.at, after.seq);
    const most = where.parameter(limit);
    // An `or` would read all that either side has: each side gives its page, and the first of both are the page.
    const people = filter.q === undefined ? [] : await personsCalled(tx, filter.q);
    const sides = crossed(
      crossed(byPerson(where, filter.personId), byUnit(where, filter.unitId)),
      byWords(where, pattern, matches ?? null, people),
    ).map(
      (side) => `(select h.seq, h.${column} as moment from history_event h where ${where} and ${side}
         order by h.${column} desc, h.seq desc limit ${most})`,
    );
    return tx.query(
      `select f.seq::text, ${momentOf('f.moment')} as at, l.index::text as "leafIndex"
       from (select distinct seq, moment from (${sides.join(' union all ')}) side
             order by moment desc, seq desc limit ${most}) f
         left join history_leaf l on l.seq = f.seq
       order by f.moment desc, f.seq desc`,
      where.parameters,
    );
  }

  private async read(tx: EntityManager, page: readonly Found[]): Promise<FoundEvent[]> {
    const events = await this.history.bySeq(
      tx,
      page.map(({ seq }) => seq),
    );
    const bySeq = new Map(events.map((event) => [event.seq, event]));
    return page.flatMap(({ seq, leafIndex }) => {
      const event = bySeq.get(seq);
      return event
        ? [{ ...event, words: wordsOf(event), leafIndex: leafIndex === null ? null : Number(leafIndex) }]
        : [];
    });
  }
}

interface Search {
  filter: HistoryFilter;
  taskIds: string[] | undefined;
  sight: { hiddenPlans: string[]; hiddenTasks: string[]; summaryPlans: string[] };
  ofMattersOnly: boolean;
}

/** Those with a rare word; null where there are more of them than are worth to be looked at. */
async function matchesOf(tx: EntityManager, pattern: string): Promise<string[] | null> {
  const rows: { seq: string }[] = await tx.query(
    `select seq::text from history_words where searched_words(reason, before, after) like $1 limit $2`,
    [pattern, MOST_MATCHES + 1],
  );
  return rows.length > MOST_MATCHES ? null : rows.map(({ seq }) => seq);
}

/** Names are sealed in events: whoever is called so now is looked for by the id. */
async function personsCalled(tx: EntityManager, q: string): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `select id from person where (lower(display_name) like $1 or lower(username) like $1) and erased_at is null
     order by id limit $2`,
    [`%${escapeLike(q.toLowerCase())}%`, MOST_CALLED],
  );
  return rows.map(({ id }) => id);
}

const byWords = (
  where: Conditions,
  pattern: string | undefined,
  matches: string[] | null,
  people: readonly string[],
): string[] => {
  if (pattern === undefined) return ['true'];
  const words = matches
    ? `h.seq = any(${where.parameter(matches)}::bigint[])`
    : `searched_words(h.reason, h.before, h.after) like ${where.parameter(pattern)}`;
  if (people.length === 0) return [words];
  const ids = `any(${where.parameter(people)}::uuid[])`;
  return [
    words,
    `h.actor_person_id = ${ids}`,
    `h.actor_for_person_id = ${ids}`,
    `h.entity = 'person' and h.entity_id = ${ids}`,
  ];
};

const byPerson = (where: Conditions, personId: string | undefined): string[] => {
  if (personId === undefined) return ['true'];
  const person = where.parameter(personId);
  return [`h.actor_person_id = ${person}::uuid`, `h.actor_for_person_id = ${person}::uuid`];
};

const byUnit = (where: Conditions, unitId: string | undefined): string[] => {
  if (unitId === undefined) return ['true'];
  const unit = where.parameter(unitId);
  return [`h.actor_unit_id = ${unit}::uuid`, `h.unit_id = ${unit}::uuid`];
};

const crossed = (ones: readonly string[], others: readonly string[]): string[] =>
  ones.flatMap((one) => others.map((other) => `(${one}) and (${other})`));

const COLUMNS: Readonly<Record<HistorySort, string>> = { happened: 'occurred_at', recorded: 'recorded_at' };

/** Whoever asks by the time of recording alone reads in its order, in which there is an index for it. */
const sortOf = ({ sort, happenedFrom, happenedTo, recordedFrom, recordedTo }: HistoryFilter): HistorySort =>
  sort ??
  ((recordedFrom ?? recordedTo) !== undefined && (happenedFrom ?? happenedTo) === undefined ? 'recorded' : 'happened');

/** To the microsecond, as a cursor holds it. */
const momentOf = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** As `searched_words` has it: each character twice, in small letters. */
const patternOf = (q: string): string =>
  `%${[...q.toLowerCase()].map((character) => escapeLike(character + character)).join('')}%`;

/** Names a search, so that no page of another one goes on with it. */
const digestOf = (filter: HistoryFilter): string => {
  const said = Object.entries(filter).filter(([, value]) => value !== undefined);
  return createHash('sha256')
    .update(JSON.stringify(said.sort(([one], [other]) => (one < other ? -1 : 1))))
    .digest('base64url')
    .slice(0, 12);
};

const isText = (part: unknown): boolean => typeof part === 'string';
const isSeq = (part: unknown): boolean => typeof part === 'string' && /^\d{1,18}$/.test(part);
const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\d{3}Z$/;
const isPlaceInstant = (part: unknown): boolean => {
  const [, toTheMillisecond] = (typeof part === 'string' && INSTANT.exec(part)) || [];
  const at = Date.parse(`${toTheMillisecond}Z`);
  return !Number.isNaN(at) && new Date(at).toISOString() === `${toTheMillisecond}Z`;
};
