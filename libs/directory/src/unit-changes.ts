import { type ReorganisationKind, SINGLE_UNIT_POSTS, type PostKind } from '@duban/domain';
import { type Actor, type EventType, HistoryService } from '@duban/history';
import { conflict, invalid, type LocalDate, notFound } from '@duban/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { AccountService } from './account.service';
import { JurisdictionEntity } from './jurisdiction.entity';
import { cleanCode, cleanText, nameKey } from './names';
import { readPersonStates } from './person-state';
import { PersonEntity } from './person.entity';
import { leavePost } from './post-holdings';
import { PostChangeService } from './post-change.service';
import { accountsOf, createUnits, readGroups, stateOf } from './unit-import.service';
import { readUnits, type UnitView } from './unit-view';

/** A unit that takes over: one that is there, or with a name one that is made. */
export interface SuccessorTerms {
  code: string;
  name?: string;
  officialName?: string;
  kind?: string;
  /** Code of the unit above it; left out, it stands where the first unit concerned stood. */
  parent?: string | null;
}

/** What a reorganisation (机构改革) asks of the directory. */
export interface UnitChangeTerms {
  /** Codes of the units that it is about: renamed, merged, split, abolished, giving. */
  units: string[];
  /** Of a rename. */
  name?: string;
  officialName?: string;
  successors: SuccessorTerms[];
  /** Whether a unit that is split goes on. */
  continues: boolean;
  /** Where units go that stood under one that ends; left out, to its first successor, or else to where it stood. */
  parents: { unit: string; parent: string | null }[];
}

/** What a reorganisation does to the directory, by codes: the same before it is done and after. */
export interface UnitChanges {
  created: {
    code: string;
    name: string;
    officialName: string;
    kind: string;
    parent: string | null;
    posts: string[];
    accounts: string[];
  }[];
  renamed: { code: string; from: UnitNames; to: UnitNames }[];
  ended: { code: string; name: string; successors: string[] }[];
  /** Units that get another one above them. */
  placed: { code: string; from: string | null; to: string | null }[];
  /** Terms in posts of units that end. */
  terms: { unit: string; post: PostKind; title: string | null; username: string; displayName: string }[];
  /** Listed groups in which others take the place of a unit that ends. */
  groups: { code: string; name: string; out: string; in: string[] }[];
  /** Groups by rule below a unit that ends: they come to be below another, as its units do; null where there is none. */
  rules: { code: string; name: string; from: string; to: string | null }[];
  relations: { from: string; to: string; kind: ReorganisationKind }[];
}

interface UnitNames {
  name: string;
  officialName: string;
}

/** What is to be done, with the rows that it is done to. */
export interface PlannedUnitChanges {
  jurisdictionId: string;
  timeZone: string;
  effectiveOn: LocalDate;
  changes: UnitChanges;
  /** Those that are there, by code, as they are. */
  units: ReadonlyMap<string, UnitView>;
  /** Of the first unit concerned: those that are made come to stand there. */
  position: number;
}

/** Changes units as a reorganisation says (机构改革): names, terms, posts, places in the tree and in groups. */
@Injectable()
export class UnitChangeService {
  constructor(
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(AccountService) private readonly accounts: AccountService,
    @Inject(PostChangeService) private readonly postChanges: PostChangeService,
  ) {}

  /**
   * What a reorganisation would do to the directory as it is. Changes nothing.
   *
   * @throws DomainError invalid `REORGANISATION.NOT_OF_KIND`, `.UNIT_TWICE`, `.INTO_ITSELF`, `.OTHER_JURISDICTION`,
   *   `.BEFORE_UNIT`, `.CYCLE`; not_found `UNIT.UNKNOWN`; conflict `UNIT.ENDED`, `UNIT.CODE_TAKEN`, `UNIT.NAME_TAKEN`,
   *   `PERSON.USERNAME_TAKEN`; each with the field
   */
  async plan(
    tx: EntityManager,
    kind: ReorganisationKind,
    terms: UnitChangeTerms,
    effectiveOn: LocalDate,
  ): Promise<PlannedUnitChanges> {
    checkShape(kind, terms);
    const units = await this.read(tx, terms);
    const first = units.get(terms.units[0]!)!;
    const { timeZone } = await tx.findOneByOrFail(JurisdictionEntity, { id: first.jurisdictionId });
    const endsAll = kind === 'merge' || kind === 'abolish' || (kind === 'split' && !terms.continues);
    const successors = terms.successors.map(({ code }) => code);
    const ended = endsAll ? terms.units.filter((code) => !successors.includes(code)) : [];
    const renamed = kind === 'rename' ? renameOf(first, terms) : [];
    const created = createdOf(terms, first, new Set(ended), units);
    await assertDates(tx, terms, units, effectiveOn, [...ended, ...renamed.map(({ code }) => code)]);
    await assertNamesFree(tx, first.jurisdictionId, units, ended, created, renamed);
    await assertAccountsFree(
      tx,
      created.flatMap((unit) => unit.accounts),
    );
    const changes: UnitChanges = {
      created,
      renamed,
      ended: ended.map((code) => ({ code, name: units.get(code)!.name, successors })),
      placed: placedOf(terms, units, ended, created),
      terms: await readTerms(
        tx,
        ended.map((code) => units.get(code)!.id),
        effectiveOn,
      ),
      groups: groupsOf(units, ended, successors),
      rules: await rulesOf(tx, first.jurisdictionId, ended, successors),
      relations:
        kind === 'rename'
          ? []
          : terms.units.flatMap((from) => successors.flatMap((to) => (to === from ? [] : [{ from, to, kind }]))),
    };
    return { jurisdictionId: first.jurisdictionId, timeZone, effectiveOn, changes, units, position: first.position };
  }

  /**
   * Lets nobody hand work to the units, or take them into another change, until the transaction ends. The caller has
   * taken the directory's lock, and plans again after this.
   */
  async hold(tx: EntityManager, codes: readonly string[]): Promise<void> {
    // The whole row: who inserts a part of a unit holds its key, and is waited for.
    await tx.query(`select from unit where code = any($1) order by id for update`, [codes]);
  }

  /**
   * Does what was planned: with history, and kept for ever which unit became which.
   *
   * @returns ids by code, of the units that were made, too
   */
  async carryOut(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    reorganisationId: string,
    reason: string,
    planned: PlannedUnitChanges,
  ): Promise<ReadonlyMap<string, string>> {
    const { jurisdictionId, timeZone, effectiveOn, changes, units, position } = planned;
    const ids = new Map([...units.values()].map(({ code, id }) => [code, id]));
    const endedIds = changes.ended.map(({ code }) => ids.get(code)!);
    await this.endTerms(tx, actor, at, reason, endedIds, effectiveOn);
    await endUnits(tx, endedIds, effectiveOn);
    for (const { code, to } of changes.renamed) await renameUnit(tx, ids.get(code)!, to, effectiveOn);

    const listed = changes.created.map(({ code, name, officialName, kind }) => {
      return {
        row: position,
        code,
        name,
        officialName,
        kind,
        aliases: [],
        groupCodes: [],
        parentCode: undefined,
        position,
      };
    });
    const posts = await createUnits({ tx, actor, at }, { id: jurisdictionId, name: '', timeZone }, listed, effectiveOn);
    for (const { unit } of posts) ids.set(unit.code, unit.id);
    const idOf = (code: string | null): string | null => (code === null ? null : ids.get(code)!);
    const placed = [
      ...changes.placed.map(({ code, to }) => ({ code, parent: to })),
      ...changes.created.map(({ code, parent }) => ({ code, parent })),
    ];
    for (const { code, parent } of placed) {
      await tx.query(`update unit set parent_id = $2 where code = $1`, [code, idOf(parent)]);
    }
    await changeGroups(tx, jurisdictionId, changes.groups, ids);
    await this.changeRules(tx, actor, at, reason, jurisdictionId, changes.rules);
    await tx.query(
      `insert into unit_relation (reorganisation_id, from_unit_id, to_unit_id, kind, effective_on)
       select $1, r."from", r."to", r.kind, $2 from jsonb_to_recordset($3::jsonb) as r("from" uuid, "to" uuid, kind text)`,
      [
        reorganisationId,
        effectiveOn,
        JSON.stringify(changes.relations.map(({ from, to, kind }) => ({ from: ids.get(from), to: ids.get(to), kind }))),
      ],
    );
    await this.record(tx, actor, at, reason, planned);
    await this.accounts.open(tx, actor, at, jurisdictionId, accountsOf(posts, effectiveOn));
    return ids;
  }

  private async changeRules(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    reason: string,
    jurisdictionId: string,
    rules: UnitChanges['rules'],
  ): Promise<void> {
    const moved = rules.filter(({ to }) => to !== null);
    if (moved.length === 0) return;
    const { id, name, timeZone } = await tx.findOneByOrFail(JurisdictionEntity, { id: jurisdictionId });
    const before = { id, name, timeZone, groups: await readGroups(tx, id) };
    for (const { code, to } of moved) {
      await tx.query(
        `update unit_group set rule = jsonb_set(rule, '{under}', to_jsonb($3::text)) where jurisdiction_id = $1 and code = $2`,
        [id, code, to],
      );
    }
    const after = { id, name, timeZone, groups: await readGroups(tx, id) };
    await this.history.append(tx, actor, at, [
      {
        type: 'jurisdiction.groups_changed',
        entity: 'jurisdiction',
        entityId: id,
        jurisdictionId: id,
        reason,
        before,
        after,
      },
    ]);
  }

  private async read(tx: EntityManager, terms: UnitChangeTerms): Promise<Map<string, UnitView>> {
    const [anyOf] = await readUnits(tx, { codes: terms.units.slice(0, 1) });
    if (!anyOf) throw unknownUnit(terms.units[0]!, 'units[0]');
    const codes = [
      ...terms.units.map((code, i) => ({ code, field: `units[${i}]`, isNew: false })),
      ...terms.successors.map(({ code, name }, i) => ({
        code,
        field: `successors[${i}].code`,
        isNew: name !== undefined,
      })),
      ...terms.successors.flatMap(({ parent }, i) =>
        parent === undefined || parent === null
          ? []
          : [{ code: parent, field: `successors[${i}].parent`, isNew: false }],
      ),
      ...terms.parents.flatMap(({ unit, parent }, i) => [
        { code: unit, field: `parents[${i}].unit`, isNew: false },
        ...(parent === null || terms.successors.some((one) => one.name !== undefined && one.code === parent)
          ? []
          : [{ code: parent, field: `parents[${i}].parent`, isNew: false }]),
      ]),
    ];
    const known = await readUnits(tx, {
      jurisdictionId: anyOf.jurisdictionId,
      codes: codes.map(({ code }) => code),
    });
    const byCode = new Map(known.map((unit) => [unit.code, unit]));
    for (const { code, field, isNew } of codes) {
      const unit = byCode.get(code);
      if (isNew) {
        if (unit) {
          throw conflict('UNIT.CODE_TAKEN', `The code ${code} belongs to ${unit.name}, and codes are not reused.`, {
            field,
          });
        }
        continue;
      }
      if (!unit) throw unknownUnit(code, field);
      if (unit.jurisdictionId !== anyOf.jurisdictionId) {
        throw invalid('REORGANISATION.OTHER_JURISDICTION', `${code} is a unit of another jurisdiction.`, { field });
      }
      if (!unit.isActive) {
        throw conflict('UNIT.ENDED', `${unit.name} (${code}) is gone since ${unit.toOn}.`, { field, code });
      }
    }
    return new Map([...byCode].filter(([, unit]) => unit.jurisdictionId === anyOf.jurisdictionId));
  }

  private async endTerms(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    reason: string,
    unitIds: readonly string[],
    effectiveOn: LocalDate,
  ): Promise<void> {
    const held: { personId: string; postId: string }[] = await tx.query(
      `select h.person_id as "personId", h.post_id as "postId" from post_holding h join post on post.id = h.post_id
       where post.unit_id = any($1::uuid[]) and (h.to_on is null or h.to_on > $2::date) order by h.person_id, h.post_id`,
      [unitIds, effectiveOn],
    );
    const personIds = [...new Set(held.map(({ personId }) => personId))];
    const before = await readPersonStates(tx, personIds);
    const posts = new Map(held.map((one) => [`${one.personId} ${one.postId}`, one]));
    for (const { personId, postId } of posts.values()) await leavePost(tx, personId, postId, effectiveOn);
    const after = await readPersonStates(tx, personIds);
    await this.history.append(
      tx,
      actor,
      at,
      after.map((state, i) => ({
        type: 'person.posts_changed',
        entity: 'person',
        entityId: state.id,
        reason,
        before: before[i]!,
        after: state,
      })),
    );
    // What an administrator has not confirmed yet of these posts is not to be confirmed any more.
    const waiting: { id: string }[] = await tx.query(
      `select c.id from post_change c join post on post.id = c.post_id
       where c.state = 'proposed' and post.unit_id = any($1::uuid[]) order by c.id`,
      [unitIds],
    );
    if (waiting.length === 0) return;
    const system: Actor = { ...actor, post: 'system', personId: null, token: undefined };
    await this.postChanges.decide(
      tx,
      system,
      at,
      waiting.map(({ id }) => id),
      'refuse',
      reason,
    );
  }

  private async record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    reason: string,
    { jurisdictionId, changes, units }: PlannedUnitChanges,
  ): Promise<void> {
    const types = new Map<string, EventType>();
    for (const { in: members } of changes.groups) for (const code of members) types.set(code, 'unit.updated');
    for (const { code } of changes.placed) types.set(code, 'unit.updated');
    for (const { code } of changes.renamed) types.set(code, 'unit.renamed');
    for (const { code } of changes.ended) types.set(code, 'unit.ended');
    for (const { code } of changes.created) types.set(code, 'unit.created');
    const after = await readUnits(tx, { codes: [...types.keys()] });
    await this.history.append(
      tx,
      actor,
      at,
      after.map((unit) => {
        const before = units.get(unit.code);
        return {
          type: types.get(unit.code)!,
          entity: 'unit' as const,
          entityId: unit.id,
          jurisdictionId,
          reason,
          before: before ? stateOf(before) : null,
          after: stateOf(unit),
        };
      }),
    );
  }
}

/** Codes and names as they are stored. */
export function cleanTerms<T extends UnitChangeTerms>(terms: T): T {
  const text = (words: string | undefined): { text?: string } =>
    words === undefined ? {} : { text: cleanText(words) };
  const { text: name } = text(terms.name);
  const { text: officialName } = text(terms.officialName);
  return {
    ...terms,
    units: terms.units.map(cleanCode),
    ...(name === undefined ? {} : { name }),
    ...(officialName === undefined ? {} : { officialName }),
    successors: terms.successors.map((successor) => ({
      ...successor,
      code: cleanCode(successor.code),
      ...(successor.name === undefined ? {} : { name: cleanText(successor.name) }),
      ...(successor.officialName === undefined ? {} : { officialName: cleanText(successor.officialName) }),
      ...(typeof successor.parent === 'string' ? { parent: cleanCode(successor.parent) } : {}),
    })),
    parents: terms.parents.map(({ unit, parent }) => ({
      unit: cleanCode(unit),
      parent: parent === null ? null : cleanCode(parent),
    })),
  };
}

/** What each kind takes: how many units, how many successors, and whether those may be new. */
const SHAPES: Record<ReorganisationKind, { units: number; fewest: number; most: number; mayMake: boolean }> = {
  rename: { units: 1, fewest: 0, most: 0, mayMake: false },
  merge: { units: Number.POSITIVE_INFINITY, fewest: 1, most: 1, mayMake: true },
  split: { units: 1, fewest: 1, most: Number.POSITIVE_INFINITY, mayMake: true },
  abolish: { units: Number.POSITIVE_INFINITY, fewest: 0, most: Number.POSITIVE_INFINITY, mayMake: false },
  transfer: { units: 1, fewest: 1, most: Number.POSITIVE_INFINITY, mayMake: false },
};

function checkShape(kind: ReorganisationKind, terms: UnitChangeTerms): void {
  const { units, successors, continues, name, officialName } = terms;
  const { units: mostUnits, fewest, most, mayMake } = SHAPES[kind];
  const notOfKind = (field: string, message: string): Error =>
    invalid('REORGANISATION.NOT_OF_KIND', message, { field });
  if (units.length < 1 || units.length > mostUnits) {
    throw notOfKind('units', `A ${kind} is of ${mostUnits === 1 ? 'one unit' : 'one unit or more'}.`);
  }
  const enough = kind === 'split' && !continues ? 2 : fewest;
  if (successors.length < enough || successors.length > most) {
    const wanted = most === 0 ? 'no successor' : most === 1 ? 'one successor' : `at least ${enough} successors`;
    throw notOfKind('successors', `Give ${wanted} for a ${kind}.`);
  }
  if (continues && kind !== 'split') throw notOfKind('continues', 'Only a unit that is split may go on.');
  if (kind === 'rename' ? name === undefined && officialName === undefined : (name ?? officialName) !== undefined) {
    throw notOfKind('name', 'A rename, and nothing else, gives "name" or "officialName".');
  }
  const made = successors.findIndex((successor) => successor.name !== undefined);
  if (made >= 0 && !mayMake) {
    throw notOfKind(`successors[${made}].name`, `A ${kind} makes no unit: name one that is there by its code alone.`);
  }
  refuseTwice(units, (i) => `units[${i}]`);
  refuseTwice(
    successors.map(({ code }) => code),
    (i) => `successors[${i}].code`,
  );
  const own = successors.findIndex(({ code }) => units.includes(code));
  if (own < 0) return;
  // Several may become one of them, which goes on; any other unit cannot follow itself.
  if (kind === 'merge' && units.length > 1 && successors[own]!.name === undefined) return;
  throw invalid('REORGANISATION.INTO_ITSELF', `${successors[own]!.code} cannot take over from itself.`, {
    field: `successors[${own}].code`,
  });
}

/** @throws DomainError invalid `REORGANISATION.UNIT_TWICE` */
export function refuseTwice(codes: readonly string[], fieldOf: (index: number) => string): void {
  const twice = codes.findIndex((code, i) => codes.indexOf(code) < i);
  if (twice < 0) return;
  throw invalid('REORGANISATION.UNIT_TWICE', `${codes[twice]} is named twice.`, { field: fieldOf(twice) });
}

const unknownUnit = (code: string, field: string): Error =>
  notFound('UNIT.UNKNOWN', `The directory has no unit ${code}.`, { field, code });

const renameOf = (unit: UnitView, { name, officialName }: UnitChangeTerms): UnitChanges['renamed'] => {
  const from = { name: unit.name, officialName: unit.officialName };
  // Where only one is said and the unit had but one, it goes by that.
  const official = officialName ?? (unit.officialName === unit.name ? name : undefined);
  const to = { name: name ?? unit.name, officialName: official ?? unit.officialName };
  if (from.name === to.name && from.officialName === to.officialName) {
    throw invalid('REORGANISATION.INTO_ITSELF', `${unit.code} is called so already.`, { field: 'name' });
  }
  return [{ code: unit.code, from, to }];
};

function createdOf(
  { successors }: UnitChangeTerms,
  first: UnitView,
  ended: ReadonlySet<string>,
  units: ReadonlyMap<string, UnitView>,
): UnitChanges['created'] {
  const codes = new Map([...units.values()].map(({ id, code }) => [id, code]));
  const above = first.parentId === null ? null : (codes.get(first.parentId) ?? null);
  return successors.flatMap(({ code, name, officialName, kind, parent }) => {
    if (name === undefined) return [];
    return [
      {
        code,
        name,
        officialName: officialName ?? name,
        kind: kind ?? first.kind,
        parent: parent === undefined ? (above !== null && ended.has(above) ? null : above) : parent,
        posts: [...SINGLE_UNIT_POSTS],
        accounts: SINGLE_UNIT_POSTS.map((post) => `${code}.${post}`),
      },
    ];
  });
}

/** The tree as it comes to be. @throws DomainError invalid `REORGANISATION.CYCLE`, conflict `UNIT.ENDED` */
function placedOf(
  { successors, parents }: UnitChangeTerms,
  units: ReadonlyMap<string, UnitView>,
  ended: readonly string[],
  created: UnitChanges['created'],
): UnitChanges['placed'] {
  const codes = new Map([...units.values()].map(({ id, code }) => [id, code]));
  const wasUnder = (code: string): string | null => {
    const parentId = units.get(code)?.parentId ?? null;
    return parentId === null ? null : (codes.get(parentId) ?? null);
  };
  const isEnding = new Set(ended);
  /** Where those go who stood under a unit that ends. */
  const heirOf = (code: string): string | null => {
    const [successor] = successors;
    if (successor) return successor.code;
    const above = wasUnder(code);
    return above !== null && isEnding.has(above) ? heirOf(above) : above;
  };
  const wanted = new Map(parents.map(({ unit, parent }) => [unit, parent]));
  const under = new Map<string, string | null>(created.map(({ code, parent }) => [code, parent]));
  for (const unit of units.values()) {
    if (!unit.isActive || isEnding.has(unit.code)) continue;
    const above = wasUnder(unit.code);
    const said = wanted.get(unit.code);
    under.set(unit.code, said !== undefined ? said : above !== null && isEnding.has(above) ? heirOf(above) : above);
  }
  for (const [code, parent] of under) {
    if (parent !== null && isEnding.has(parent)) {
      throw conflict('UNIT.ENDED', `${code} cannot stand under ${parent}, which ends.`, { field: 'parents', code });
    }
    const seen = new Set([code]);
    for (let above = parent; above !== null; above = under.get(above) ?? null) {
      if (seen.has(above)) {
        throw invalid('REORGANISATION.CYCLE', `${code} would stand under itself. Say in "parents" where it goes.`, {
          field: 'parents',
          code,
        });
      }
      seen.add(above);
    }
  }
  return [...units.values()].flatMap(({ code, isActive }) => {
    const [from, to] = [wasUnder(code), under.get(code) ?? null];
    return isActive && !isEnding.has(code) && from !== to ? [{ code, from, to }] : [];
  });
}

function groupsOf(
  units: ReadonlyMap<string, UnitView>,
  ended: readonly string[],
  successors: readonly string[],
): UnitChanges['groups'] {
  const taken = new Set<string>();
  // Whoever fits a group's rule is in it by itself.
  const listed = (out: string): UnitView['groups'] => units.get(out)!.groups.filter(({ byRule }) => !byRule);
  return ended.flatMap((out) =>
    listed(out).map(({ code, name }) => ({
      code,
      name,
      out,
      in: successors.filter((successor) => {
        const key = `${code} ${successor}`;
        const isMember = units.get(successor)?.groups.some((group) => group.code === code) ?? false;
        if (isMember || taken.has(key)) return false;
        taken.add(key);
        return true;
      }),
    })),
  );
}

async function rulesOf(
  tx: EntityManager,
  jurisdictionId: string,
  ended: readonly string[],
  successors: readonly string[],
): Promise<UnitChanges['rules']> {
  const found: { code: string; name: string; from: string }[] = await tx.query(
    `select code, name, rule->>'under' as "from" from unit_group
     where jurisdiction_id = $1 and rule->>'under' = any($2::text[]) order by code`,
    [jurisdictionId, ended],
  );
  return found.map((group) => ({ ...group, to: successors[0] ?? null }));
}

const readTerms = (
  tx: EntityManager,
  unitIds: readonly string[],
  effectiveOn: LocalDate,
): Promise<UnitChanges['terms']> =>
  tx.query(
    `select u.code as unit, post.kind as post, post.title, p.username, p.display_name as "displayName"
     from post_holding h join post on post.id = h.post_id join unit u on u.id = post.unit_id
       join person p on p.id = h.person_id
     where u.id = any($1::uuid[]) and (h.to_on is null or h.to_on > $2::date)
     order by u.code, post.kind, post.title, p.username`,
    [unitIds, effectiveOn],
  );

/** @throws DomainError invalid `REORGANISATION.BEFORE_UNIT` */
async function assertDates(
  tx: EntityManager,
  terms: UnitChangeTerms,
  units: ReadonlyMap<string, UnitView>,
  effectiveOn: LocalDate,
  changed: readonly string[],
): Promise<void> {
  const before = (code: string, since: string): Error =>
    invalid('REORGANISATION.BEFORE_UNIT', `${code} is what it is since ${since}; that is not before ${effectiveOn}.`, {
      field: 'effectiveOn',
      code,
      since,
    });
  for (const code of [...terms.units, ...terms.successors.map((successor) => successor.code)]) {
    const unit = units.get(code);
    if (unit && unit.fromOn > effectiveOn) throw before(code, unit.fromOn);
  }
  // What ends or is renamed has been there, and been called so, for a day at least.
  const [late]: { code: string; since: string }[] = await tx.query(
    `select u.code, n.from_on::text as since from unit u join unit_name n on n.unit_id = u.id
     where u.code = any($1) and n.from_on >= $2::date order by u.code limit 1`,
    [changed, effectiveOn],
  );
  if (late) throw before(late.code, late.since);
}

/** @throws DomainError conflict `UNIT.NAME_TAKEN` */
async function assertNamesFree(
  tx: EntityManager,
  jurisdictionId: string,
  units: ReadonlyMap<string, UnitView>,
  ended: readonly string[],
  created: UnitChanges['created'],
  renamed: UnitChanges['renamed'],
): Promise<void> {
  if (created.length + renamed.length === 0) return;
  const owners = new Map<string, string>();
  const settled: { name: string; codes: string[] }[] = await tx.query(
    `select s.name, array(select code from unit where id = any(s.unit_ids)) as codes
     from settled_name s where s.jurisdiction_id = $1`,
    [jurisdictionId],
  );
  const own = new Set([...ended, ...renamed.map(({ code }) => code)]);
  for (const { name, codes } of settled) {
    // What was said to mean those whom it replaces, or itself, means it.
    if (codes.length === 0 || codes.some((code) => !own.has(code))) owners.set(nameKey(name), codes.join(', '));
  }
  const groups: { name: string; code: string }[] = await tx.query(
    `select name, code from unit_group where jurisdiction_id = $1`,
    [jurisdictionId],
  );
  for (const { name, code } of groups) owners.set(nameKey(name), code);
  for (const unit of units.values()) {
    if (!unit.isActive || own.has(unit.code)) continue;
    for (const name of [unit.officialName, ...unit.aliases, unit.name]) owners.set(nameKey(name), unit.code);
  }
  const take = (code: string, name: string, field: string): void => {
    const owner = owners.get(nameKey(name));
    if (owner !== undefined && owner !== code) {
      throw conflict('UNIT.NAME_TAKEN', `${name} is what ${owner} is called already. Choose another name.`, { field });
    }
    owners.set(nameKey(name), code);
  };
  for (const { code, to } of renamed) {
    take(code, to.name, 'name');
    take(code, to.officialName, 'officialName');
  }
  created.forEach(({ code, name, officialName }, i) => {
    take(code, name, `successors[${i}].name`);
    take(code, officialName, `successors[${i}].officialName`);
  });
}

async function assertAccountsFree(tx: EntityManager, usernames: string[]): Promise<void> {
  if (usernames.length === 0) return;
  const [taken] = await tx.findBy(PersonEntity, { username: In(usernames) });
  if (taken) {
    throw conflict('PERSON.USERNAME_TAKEN', `There is an account ${taken.username} already. Choose another code.`, {
      field: 'successors',
    });
  }
}

async function endUnits(tx: EntityManager, unitIds: readonly string[], effectiveOn: LocalDate): Promise<void> {
  if (unitIds.length === 0) return;
  await tx.query(`update unit set to_on = $2 where id = any($1::uuid[])`, [unitIds, effectiveOn]);
  await tx.query(`update unit_name set to_on = $2 where unit_id = any($1::uuid[]) and to_on is null`, [
    unitIds,
    effectiveOn,
  ]);
  await tx.query(`delete from unit_group_member where unit_id = any($1::uuid[])`, [unitIds]);
}

async function renameUnit(tx: EntityManager, unitId: string, to: UnitNames, effectiveOn: LocalDate): Promise<void> {
  await tx.query(`update unit_name set to_on = $2 where unit_id = $1 and to_on is null`, [unitId, effectiveOn]);
  await tx.query(`insert into unit_name (unit_id, from_on, name, official_name) values ($1, $2, $3, $4)`, [
    unitId,
    effectiveOn,
    to.name,
    to.officialName,
  ]);
  await tx.query(`update unit set name = $2, official_name = $3 where id = $1`, [unitId, to.name, to.officialName]);
}

const changeGroups = (
  tx: EntityManager,
  jurisdictionId: string,
  groups: UnitChanges['groups'],
  ids: ReadonlyMap<string, string>,
): Promise<unknown> =>
  tx.query(
    `insert into unit_group_member (group_id, unit_id)
     select g.id, m.unit_id from jsonb_to_recordset($2::jsonb) as m(code text, unit_id uuid)
       join unit_group g on g.code = m.code and g.jurisdiction_id = $1`,
    [
      jurisdictionId,
      JSON.stringify(
        groups.flatMap(({ code, in: members }) => members.map((member) => ({ code, unit_id: ids.get(member) }))),
      ),
    ],
  );
