import { GOVERNMENT_POSTS, type SINGLE_UNIT_POSTS, TITLED_POSTS } from '@duban/domain';
import type { Matter } from '@duban/history';
import { type Clock, conflict, invalid, type LocalDate, localDateOf } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull } from 'typeorm';
import { type Contact, contactColumns } from './contact';
import { inForceOn } from './delegation-terms';
import { CHINA_TIME_ZONE, type Jurisdiction } from './jurisdiction';
import { JurisdictionEntity } from './jurisdiction.entity';
import { type BookedGroup, isResolved, NameBook, type NameReading, type ResolvedName } from './name-book';
import { placeOf } from './name-forms';
import { guessNames, type NameGuess } from './name-guesses';
import { nameKey } from './names';
import { readUnitsAt } from './past-directory';
import { PostEntity } from './post.entity';
import { SettledNameEntity } from './settled-name.entity';
import { kindOf } from './unit-kinds';
import { readFormerUnits, readPredecessors } from './unit-successors';
import { readUnits, type UnitView } from './unit-view';

/** Somebody who holds a post on a day. */
export interface Holder extends Contact {
  postId: string;
  personId: string;
  username: string;
  displayName: string;
}

/** Somebody who stands in for a holder of a post. */
export interface StandIn extends Holder {
  holderId: string;
  /** Null for all that the post has to do. */
  matter: Matter | null;
}

/** A post of which a unit may have several. */
export interface TitledPost {
  postId: string;
  unitId: string;
  kind: (typeof TITLED_POSTS)[number];
  names: string[];
}

/** Ids of the posts that every unit has. */
export type UnitPosts = Record<(typeof SINGLE_UNIT_POSTS)[number], string>;
/** Ids of the government's own posts. */
export type GovernmentPosts = Record<(typeof GOVERNMENT_POSTS)[number], string>;

/** Which units are wanted. */
export interface UnitListFilter {
  jurisdictionId?: string;
  /** The unit right above them. */
  parentId?: string;
  /** A kind, or a Chinese word for one. */
  kind?: string;
  /** `YYYY-MM-DD`: the day on which they were there, by the names of that day. */
  on?: LocalDate;
  /** As the directory stood at this instant; instead of `on`. */
  asOf?: Date;
  /** Words that stand in the code or in a name, former names among them. */
  q?: string;
}

const wordsOf = ({ code, name, officialName, aliases, formerNames, settledNames }: UnitView): string[] => [
  code,
  name,
  officialName,
  ...aliases,
  ...formerNames,
  ...settledNames,
];

/** Answers who is who: names to units, units to posts, posts to people. */
@Injectable()
export class UnitDirectory {
  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /**
   * Units in the government's own order: of one jurisdiction or of all, as they were on a day or as they are now with
   * those that are gone, under one unit, of one kind, with some words in a name or the code; or as that was at an
   * instant.
   */
  async list(tx: EntityManager, { parentId, kind, q, asOf, ...filter }: UnitListFilter = {}): Promise<UnitView[]> {
    const units = asOf ? await readUnitsAt(tx, asOf, filter.jurisdictionId) : await readUnits(tx, filter);
    const words = nameKey(q ?? '').toLowerCase();
    return units.filter(
      (unit) =>
        (parentId === undefined || unit.parentId === parentId) &&
        (kind === undefined || kindOf(unit.kind) === kindOf(kind)) &&
        (words === '' || wordsOf(unit).some((one) => nameKey(one).toLowerCase().includes(words))),
    );
  }

  /**
   * What names in a document stand for, where that is certain: see {@link NameBook}. Names that are not, are absent.
   *
   * @returns by the names as they were given
   */
  async resolve(
    tx: EntityManager,
    jurisdictionId: string,
    names: readonly string[],
  ): Promise<Map<string, ResolvedName>> {
    const readings = await this.readNames(tx, jurisdictionId, names);
    return new Map([...readings].flatMap(([name, reading]) => (isResolved(reading) ? [[name, reading]] : [])));
  }

  /**
   * As {@link resolve}, with what is known of the names that are not certain.
   * @param under the unit whose document it is, if it is no document of the government: a name means one of the units
   *   below it before any other, and of a group those below it
   */
  async readNames(
    tx: EntityManager,
    jurisdictionId: string,
    names: readonly string[],
    under: string | null = null,
  ): Promise<Map<string, NameReading>> {
    const { book, units } = await this.open(tx, jurisdictionId);
    if (under === null) return new Map(names.map((name) => [name, book.read(name)]));
    const below = await this.unitsBelow(tx, under);
    const issuer = units.find(({ id }) => id === under)?.name ?? '';
    const own = new NameBook(
      // The place that a district's documents leave out is the district.
      issuer.replace(/人民政府$/u, ''),
      units.filter(({ id }) => below.has(id)),
      [],
      [],
    );
    return new Map(names.map((name) => [name, readUnder(own.read(name), book.read(name), below)]));
  }

  /** The units below a unit in the tree, however deep; those that are gone are not among them. */
  async unitsBelow(tx: EntityManager, unitId: string): Promise<ReadonlySet<string>> {
    const rows: { id: string }[] = await tx.query(
      `with recursive below(id) as (
         select id from unit where parent_id = $1 and to_on is null
         union select u.id from below b join unit u on u.parent_id = b.id and u.to_on is null)
       select id from below where id <> $1`,
      [unitId],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** The jurisdiction of a unit. */
  async jurisdictionOf(tx: EntityManager, unitId: string): Promise<string> {
    const [unit]: { jurisdictionId: string }[] = await tx.query(
      `select jurisdiction_id as "jurisdictionId" from unit where id = $1`,
      [unitId],
    );
    if (!unit) throw new Error(`there is no unit ${unitId}`);
    return unit.jurisdictionId;
  }

  /**
   * The post of the unit's deputy in charge (分管负责人) for a matter: one whose holder is named on it, else the only one
   * that somebody holds, else null.
   */
  async deputyPost(tx: EntityManager, unitId: string, names: readonly string[]): Promise<string | null> {
    const deputies = await tx.find(PostEntity, { where: { unitId, kind: 'deputy' }, order: { id: 'asc' } });
    const today = localDateOf(this.clock.now(), CHINA_TIME_ZONE);
    const holders = await this.holders(
      tx,
      deputies.map(({ id }) => id),
      today,
    );
    const wanted = new Set(names.map(nameKey));
    const named = holders.find(({ displayName }) => wanted.has(nameKey(displayName)));
    return named?.postId ?? (holders.length === 1 ? holders[0]!.postId : null);
  }

  /** The unit in use that has this code, or whose name this is for certain; null where there is none. */
  async find(tx: EntityManager, jurisdictionId: string, codeOrName: string): Promise<string | null> {
    const [byCode]: { id: string }[] = await tx.query(
      `select id from unit where jurisdiction_id = $1 and code = $2 and to_on is null`,
      [jurisdictionId, codeOrName],
    );
    if (byCode) return byCode.id;
    const resolved = (await this.resolve(tx, jurisdictionId, [codeOrName])).get(codeOrName);
    return resolved?.unitIds.length === 1 ? resolved.unitIds[0]! : null;
  }

  /** Whom names that are not certain may mean: at most five units and groups each, best first. */
  async guess(
    tx: EntityManager,
    jurisdictionId: string,
    names: readonly { name: string; candidates: readonly string[] }[],
  ): Promise<Map<string, NameGuess[]>> {
    const { jurisdiction, units, groups } = await this.open(tx, jurisdictionId);
    return guessNames(tx, placeOf(jurisdiction), names, units, groups);
  }

  /**
   * Whose document it is: the jurisdiction `wanted` by id or name, else the one whose name stands in the title (the
   * longest: a district's rather than its city's), else the one that knows most of the names, else the newest.
   *
   * @throws DomainError invalid `PLAN.NO_DIRECTORY` when no units were imported, `PLAN.UNKNOWN_JURISDICTION` when there
   *   is none as wanted
   */
  async chooseJurisdiction(
    tx: EntityManager,
    document: { title: string; unitNames: readonly string[]; wanted?: string },
  ): Promise<Jurisdiction> {
    const jurisdictions = await tx.find(JurisdictionEntity, { order: { createdAt: 'desc', id: 'desc' } });
    const [newest] = jurisdictions;
    if (!newest) {
      throw invalid('PLAN.NO_DIRECTORY', 'There are no units to hand tasks to. Import the units first.');
    }
    const { wanted } = document;
    if (wanted !== undefined) {
      const chosen = jurisdictions.find(({ id, name }) => id === wanted || nameKey(name) === nameKey(wanted));
      if (chosen) return toJurisdiction(chosen);
      const names = jurisdictions.map(({ name }) => name).join(', ');
      throw invalid('PLAN.UNKNOWN_JURISDICTION', `There is no such jurisdiction. Choose one of: ${names}.`);
    }
    const title = nameKey(document.title);
    const [named] = jurisdictions
      .filter(({ name }) => title.includes(nameKey(name)))
      .sort((one, other) => other.name.length - one.name.length);
    if (named) return toJurisdiction(named);

    let best = { jurisdiction: newest, names: 0 };
    for (const jurisdiction of jurisdictions) {
      const names = (await this.resolve(tx, jurisdiction.id, document.unitNames)).size;
      if (names > best.names) best = { jurisdiction, names };
    }
    return toJurisdiction(best.jurisdiction);
  }

  /** The units' short names as they are now, by id. */
  async namesOf(tx: EntityManager, unitIds: readonly string[]): Promise<Map<string, string>> {
    const units: { id: string; name: string }[] = await tx.query(`select id, name from unit where id = any($1)`, [
      unitIds,
    ]);
    return new Map(units.map(({ id, name }) => [id, name]));
  }

  /**
   * Holds units until the transaction ends, so that none of them is ended meanwhile.
   *
   * @throws DomainError conflict `UNIT.ENDED` where one is gone already
   */
  async holdActive(tx: EntityManager, unitIds: readonly string[]): Promise<void> {
    const units: { code: string; toOn: string | null }[] = await tx.query(
      `select code, to_on::text as "toOn" from unit where id = any($1::uuid[]) order by id for key share`,
      [unitIds],
    );
    const gone = units.find(({ toOn }) => toOn !== null);
    if (gone) throw conflict('UNIT.ENDED', `${gone.code} is gone since ${gone.toOn}. Read the directory again.`);
  }

  /** Which of some units are gone (撤销). */
  async goneAmong(tx: EntityManager, unitIds: readonly string[]): Promise<ReadonlySet<string>> {
    const rows: { id: string }[] = await tx.query(
      `select id from unit where id = any($1::uuid[]) and to_on is not null`,
      [unitIds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** The units that each of some units was made of (机构改革), over any number of steps. */
  async predecessorsOf(tx: EntityManager, unitIds: readonly string[]): Promise<Map<string, ReadonlySet<string>>> {
    return readPredecessors(tx, unitIds);
  }

  /** IANA name of the time zone by which a jurisdiction's days are counted. */
  async timeZoneOf(tx: EntityManager, jurisdictionId: string): Promise<string> {
    const { timeZone } = await tx.findOneByOrFail(JurisdictionEntity, { id: jurisdictionId });
    return timeZone;
  }

  /** Ids of the posts of units, by unit. */
  async postsOf(tx: EntityManager, unitIds: readonly string[]): Promise<Map<string, UnitPosts>> {
    const posts = await tx.findBy(PostEntity, { unitId: In([...unitIds]) });
    const contacts = new Map(posts.filter(({ kind }) => kind === 'contact').map(({ unitId, id }) => [unitId, id]));
    return new Map(
      posts.flatMap(({ kind, unitId, id }): [string, UnitPosts][] => {
        const contact = contacts.get(unitId);
        return kind === 'head' && unitId !== null && contact ? [[unitId, { head: id, contact }]] : [];
      }),
    );
  }

  /** Posts of deputies in charge (分管负责人) and handlers (经办人) of units that somebody holds on a day, with the holders' names. */
  async titledPostsOf(tx: EntityManager, unitIds: readonly string[], onDate: LocalDate): Promise<TitledPost[]> {
    return tx.query(
      `select post.id as "postId", post.unit_id as "unitId", post.kind, array_agg(p.display_name order by p.username) as names
       from post
         join post_holding h on h.post_id = post.id and h.from_on <= $2 and (h.to_on is null or h.to_on > $2)
         join person p on p.id = h.person_id and p.is_active
       where post.unit_id = any($1::uuid[]) and post.kind = any($3)
       group by post.id, post.unit_id, post.kind order by post.id`,
      [unitIds, onDate, [...TITLED_POSTS]],
    );
  }

  /** Ids of the government's own posts, by kind; they exist since the first start. */
  async governmentPosts(tx: EntityManager): Promise<GovernmentPosts> {
    const posts = await tx.findBy(PostEntity, { unitId: IsNull() });
    const ids = new Map(posts.map((post) => [post.kind, post.id]));
    const missing = GOVERNMENT_POSTS.find((kind) => !ids.has(kind));
    if (missing) throw new Error(`there is no post ${missing} yet: ensureGovernmentAccounts makes it at each start`);
    return Object.fromEntries(ids) as GovernmentPosts;
  }

  /** The post of the leader in charge (分管领导) that an active person of one of these names holds today, or null. */
  async leaderPostByName(tx: EntityManager, names: readonly string[]): Promise<string | null> {
    const leaders = await tx.findBy(PostEntity, { kind: 'leader' });
    const today = localDateOf(this.clock.now(), CHINA_TIME_ZONE);
    const holders = await this.holders(
      tx,
      leaders.map((post) => post.id),
      today,
    );
    const wanted = new Set(names.map(nameKey));
    return holders.find(({ displayName }) => wanted.has(nameKey(displayName)))?.postId ?? null;
  }

  /** Active people who hold the posts on a day, in the order of the posts; a vacant post is absent. */
  async holders(tx: EntityManager, postIds: readonly string[], onDate: LocalDate): Promise<Holder[]> {
    return tx.query(
      `select h.post_id as "postId", p.id as "personId", p.username, p.display_name as "displayName", ${contactColumns('p')}
       from unnest($1::uuid[]) with ordinality as wanted(id, place)
       join post_holding h on h.post_id = wanted.id and h.from_on <= $2 and (h.to_on is null or h.to_on > $2)
       join person p on p.id = h.person_id and p.is_active
       order by wanted.place, h.from_on, p.username`,
      [postIds, onDate],
    );
  }

  /** Who stands in on a day for holders of the posts (代行), and in which matters. */
  async standIns(tx: EntityManager, postIds: readonly string[], onDate: LocalDate): Promise<StandIn[]> {
    return tx.query(
      `select d.post_id as "postId", d.person_id as "holderId", p.id as "personId", p.username,
         p.display_name as "displayName", ${contactColumns('p')},
         case when d.plan_ids <> '{}' or d.task_ids <> '{}'
           then json_build_object('planIds', d.plan_ids, 'taskIds', d.task_ids) end as matter
       from delegation d join post on post.id = d.post_id join person p on p.id = d.delegate_id
       where d.post_id = any($1::uuid[]) and ${inForceOn('$2::date')} order by d.from_on, d.id`,
      [postIds, onDate],
    );
  }

  /** The names of one jurisdiction, with the units that are active and the groups that they are of. */
  async open(
    tx: EntityManager,
    jurisdictionId: string,
  ): Promise<{ jurisdiction: string; book: NameBook; units: UnitView[]; groups: BookedGroup[] }> {
    const { name: jurisdiction } = await tx.findOneByOrFail(JurisdictionEntity, { id: jurisdictionId });
    const all = await readUnits(tx, { jurisdictionId });
    const units = all.filter((unit) => unit.isActive);
    const former = await readFormerUnits(tx, jurisdictionId, all);
    const groups: BookedGroup[] = await tx.query(
      `select id, name from unit_group where jurisdiction_id = $1 order by code`,
      [jurisdictionId],
    );
    const settled = await tx.find(SettledNameEntity, { where: { jurisdictionId }, order: { key: 'asc' } });
    const meanings = settled.flatMap(({ name, unitIds, groupId }) => {
      const now = unitIds.map((id) => former.successors.get(id) ?? [id]);
      // What was certain is no more, where one of those meant became several.
      return now.some((ids) => ids.length > 1) ? [] : [{ name, unitIds: [...new Set(now.flat())], groupId }];
    });
    const formerBook = { book: new NameBook(jurisdiction, former.units, [], []), successors: former.successors };
    return { jurisdiction, book: new NameBook(jurisdiction, units, groups, meanings, formerBook), units, groups };
  }
}

/** What a name means in a unit's own document: one of the units below it, else what it means everywhere. */
function readUnder(own: NameReading, everywhere: NameReading, below: ReadonlySet<string>): NameReading {
  if (isResolved(everywhere)) {
    const unitIds = everywhere.unitIds.filter((id) => below.has(id));
    if (unitIds.length > 0) return { ...everywhere, unitIds };
  }
  if (isResolved(own) && own.unitIds.length > 0) return own;
  return !isResolved(own) && own.reason === 'ambiguous' ? own : everywhere;
}

const toJurisdiction = ({ id, name, timeZone }: JurisdictionEntity): Jurisdiction => ({ id, name, timeZone });
