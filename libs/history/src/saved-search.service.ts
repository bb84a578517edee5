import { conflict, invalid, newId, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Actor } from './actor';
import { HistoryService } from './history.service';
import type { EventType } from './words/event-types';

const MOST_SEARCHES = 100;

/** What is searched: history (检索方案), or the board (常用视图). A name is taken once of each. */
export type Searched = 'history' | 'board';

/** A search that somebody keeps under a name; what it asks for is the business of who searches. */
export interface SavedSearch {
  id: string;
  name: string;
  filter: Record<string, unknown>;
  /** With colleagues; of history nothing is shared. */
  isShared: boolean;
  version: number;
  createdAt: Date;
}

/** One that a colleague shares. */
export interface SharedSearch extends Pick<SavedSearch, 'id' | 'name' | 'filter'> {
  /** Whose it is, by name. */
  owner: string;
}

type Wanted = Pick<SavedSearch, 'name' | 'filter'> & Partial<Pick<SavedSearch, 'isShared'>>;

/** Searches that people keep, each their own; every version of one is an event. */
@Injectable()
export class SavedSearchService {
  constructor(private readonly history: HistoryService) {}

  /** The actor's own, by their names. */
  list(tx: EntityManager, actor: Actor, about: Searched): Promise<SavedSearch[]> {
    return tx.query(`select ${VIEW} from saved_search s where person_id = $1 and about = $2 order by name, id`, [
      actor.personId,
      about,
    ]);
  }

  /** What colleagues share with the actor: people of the unit, or of the same kind of post where there is none. By names. */
  sharedWith(tx: EntityManager, actor: Actor, about: Searched): Promise<SharedSearch[]> {
    return tx.query(
      `select s.id, s.name, s.filter, p.display_name as owner from saved_search s join person p on p.id = s.person_id
       where s.about = $1 and s.shared_with = $2 and s.person_id <> $3 order by s.name, s.id`,
      [about, colleaguesOf(actor), actor.personId],
    );
  }

  /** @throws DomainError conflict SAVED_SEARCH.NAME_TAKEN; invalid SAVED_SEARCH.TOO_MANY */
  async save(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    about: Searched,
    { name, filter, isShared = false }: Wanted,
  ): Promise<SavedSearch> {
    const own = await this.hold(tx, actor, about);
    if (own.length >= MOST_SEARCHES) {
      throw invalid(
        'SAVED_SEARCH.TOO_MANY',
        `You keep ${MOST_SEARCHES} searches already. Remove those that are not used.`,
      );
    }
    assertFree(own, name);
    const [saved]: SavedSearch[] = await tx.query(
      `insert into saved_search as s (id, person_id, about, name, filter, shared_with, version, created_at)
       values ($1, $2, $3, $4, $5, $6, 1, $7) returning ${VIEW}`,
      [newId(), actor.personId, about, name, JSON.stringify(filter), isShared ? colleaguesOf(actor) : null, at],
    );
    await this.record(tx, actor, at, 'saved_search.saved', null, saved!);
    return saved!;
  }

  /**
   * Names it anew, has it ask for something else, shares it with those who are colleagues now, or with nobody.
   * @throws DomainError not_found SAVED_SEARCH.UNKNOWN; conflict SAVED_SEARCH.STALE, SAVED_SEARCH.NAME_TAKEN
   */
  async change(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    about: Searched,
    id: string,
    change: Partial<Wanted> & { expectedVersion?: number },
  ): Promise<SavedSearch> {
    const own = await this.hold(tx, actor, about);
    const before = find(own, id);
    if (change.expectedVersion !== undefined && change.expectedVersion !== before.version) {
      throw conflict('SAVED_SEARCH.STALE', 'You have changed this search since you read it.', {
        version: before.version,
      });
    }
    const { name = before.name, filter = before.filter, isShared = before.isShared } = change;
    assertFree(
      own.filter((one) => one.id !== id),
      name,
    );
    const isSame = name === before.name && JSON.stringify(filter) === JSON.stringify(before.filter);
    if (isSame && isShared === before.isShared) return before;
    const [rows]: [SavedSearch[]] = await tx.query(
      `update saved_search s set name = $2, filter = $3, version = version + 1,
         shared_with = case when not $4 then null when shared_with is null then $5 else shared_with end
       where id = $1 returning ${VIEW}`,
      [id, name, JSON.stringify(filter), isShared, colleaguesOf(actor)],
    );
    const after = rows[0]!;
    await this.record(tx, actor, at, 'saved_search.changed', before, after);
    return after;
  }

  /** @throws DomainError not_found SAVED_SEARCH.UNKNOWN */
  async remove(tx: EntityManager, actor: Actor, at: Date, about: Searched, id: string): Promise<void> {
    const before = find(await this.hold(tx, actor, about), id);
    await tx.query(`delete from saved_search where id = $1`, [id]);
    await this.record(tx, actor, at, 'saved_search.removed', before, null);
  }

  /** The actor's own, while nobody else changes them: two requests of one person wait for one another. */
  private async hold(tx: EntityManager, actor: Actor, about: Searched): Promise<SavedSearch[]> {
    await tx.query(`select pg_advisory_xact_lock(hashtextextended('saved searches ' || $1, 0))`, [actor.personId]);
    return this.list(tx, actor, about);
  }

  private record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    type: EventType,
    before: SavedSearch | null,
    after: SavedSearch | null,
  ): Promise<void> {
    const entityId = (after ?? before)!.id;
    return this.history.append(tx, actor, at, [
      { type, entity: 'saved_search', entityId, before: before && { ...before }, after: after && { ...after } },
    ]);
  }
}

const VIEW = `s.id, s.name, s.filter, s.shared_with is not null as "isShared", s.version, s.created_at as "createdAt"`;

/** The unit, or the post where there is none; the head of the office and its officers are one. As the policy of rows has it. */
const colleaguesOf = ({ unitId, post }: Actor): string => unitId ?? (post === 'officer' ? 'office' : post);

/** What is another's is as if it were not there. */
function find(own: readonly SavedSearch[], id: string): SavedSearch {
  const found = own.find((one) => one.id === id);
  if (!found) throw notFound('SAVED_SEARCH.UNKNOWN', 'You keep no such search.');
  return found;
}

function assertFree(others: readonly SavedSearch[], name: string): void {
  const taken = others.find((one) => one.name === name);
  if (!taken) return;
  throw conflict('SAVED_SEARCH.NAME_TAKEN', `You keep another search by this name: ${name}.`, {
    field: 'name',
    id: taken.id,
  });
}
