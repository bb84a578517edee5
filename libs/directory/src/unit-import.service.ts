import { insertAll } from '@duban/database';
import { SINGLE_UNIT_POSTS } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, DomainError, type Fault, localDateOf, newId } from '@duban/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { AccountService } from './account.service';
import { lockDirectory } from './directory-lock';
import { type UnitFile, unitFileOf } from './file-places';
import { type GroupRule, isSameRule } from './group-rules';
import { CHINA_TIME_ZONE, type Jurisdiction } from './jurisdiction';
import { JurisdictionEntity } from './jurisdiction.entity';
import { PersonEntity } from './person.entity';
import { PostEntity } from './post.entity';
import { assertMay } from './rights';
import { findUnitConflicts, findUnknownGroups, type Known } from './unit-conflicts';
import { accountOf, differenceOf, digestOf, type UnitDifference } from './unit-difference';
import { type ListedGroup, type ListedUnit, type ReadDocument, readUnitFileDocument } from './unit-document';
import { findParentFaults, findRuleFaults } from './unit-tree';
import { readUnits, type UnitView } from './unit-view';
import { UnitEntity } from './unit.entity';
import { UnitAliasEntity } from './unit-alias.entity';
import { UnitGroupEntity } from './unit-group.entity';
import { UnitGroupMemberEntity } from './unit-group-member.entity';
import { UnitNameEntity } from './unit-name.entity';

/** What an import of units did. */
export interface UnitImportResult {
  jurisdiction: Jurisdiction;
  /** How many units are new, changed, as they were. */
  created: number;
  updated: number;
  unchanged: number;
  /** How many groups are new or changed. */
  groups: number;
  /** How many accounts were made: two for each new unit. */
  accounts: number;
}

/** What an import of units would do. */
export interface UnitImportPreview {
  jurisdiction: { id: string | null; name: string; timeZone: string };
  created: number;
  updated: number;
  unchanged: number;
  groups: number;
  accounts: number;
  difference: UnitDifference;
  /** Of the difference: an import that gives it does this and nothing else. */
  digest: string;
}

/** Who acts, when, and in which transaction. */
interface Command {
  tx: EntityManager;
  actor: Actor;
  at: Date;
}

/** Takes over a file of units (单位名录). */
@Injectable()
export class UnitImportService {
  constructor(
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(AccountService) private readonly accounts: AccountService,
  ) {}

  /** As {@link importFile}, of what stands in a JSON file. */
  import(tx: EntityManager, actor: Actor, at: Date, document: unknown): Promise<UnitImportResult> {
    return this.importFile(tx, actor, at, unitFileOf(document));
  }

  /**
   * Makes the jurisdiction, its units and groups as the file has them, and for each new unit the posts of head and
   * contact (联络员), each with an account. What the file does not list is left as it is; importing the same file again
   * changes nothing. Of two imports at once the second waits for the first.
   *
   * @param at the instant of the import by the supervision's clock; posts are held from its date on
   * @param file what `readUnitFile` read; its document is `{about?, jurisdiction, units: [{code, name, official?,
   *   aliases?, kind, groups?, parent?, position?}], groups?: [{code, name, rule?}]}`. A unit's `groups` are codes of
   *   groups, `parent` is the code of the unit above (上级单位); `rule` is a {@link GroupRule}. Where `parent` or `rule` is
   *   absent, it stays as it is, and null takes it away; of the other fields, absence means none
   * @param digest of a preview: the import is refused where it would now do something else
   * @throws DomainError with all faults at once in `faults`, each with field and row: invalid `UNIT.IMPORT_INVALID`
   *   where the file is wrong in itself; conflict `UNIT.CODE_TAKEN`, `UNIT.CLOSED`, `UNIT.ACCOUNT_TAKEN` or
   *   `UNIT.NAME_TAKEN`, as the first fault is, where it only contradicts what is stored; conflict
   *   `UNIT.DIFFERENCE_CHANGED`; forbidden `RIGHTS.NOT_ALLOWED`
   */
  async importFile(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    file: UnitFile,
    digest?: string,
  ): Promise<UnitImportResult> {
    assertMay(actor, 'unit.import');
    const command = { tx, actor, at };
    await lockDirectory(tx);
    const { listed, found, known, difference } = await compare(tx, file);
    if (digest !== undefined && digest !== digestOf(difference)) {
      throw conflict(
        'UNIT.DIFFERENCE_CHANGED',
        'The import would now change something else than its preview says: the directory or the file was changed since. Look at a new preview.',
        { field: 'digest' },
      );
    }

    const { jurisdiction, groups } = await this.saveJurisdiction(command, found, listed.jurisdiction, listed.groups);
    const views = new Map(known.units.map((unit) => [unit.code, unit]));
    const changedCodes = new Set(difference.updated.map(({ code }) => code));
    const created = listed.units.filter((unit) => !views.has(unit.code));
    const updated = listed.units.filter((unit) => changedCodes.has(unit.code));
    const changed = [...created, ...updated];
    const posts = await createUnits(command, jurisdiction, created, localDateOf(at, jurisdiction.timeZone));
    await updateUnits(tx, updated);
    await placeUnits(tx, changed);
    const gone = await replaceNamesAndGroups(tx, jurisdiction.id, changed);
    await this.recordUnits(command, jurisdiction.id, views, [...changed.map(({ code }) => code), ...gone]);

    const fromOn = localDateOf(at, jurisdiction.timeZone);
    const accounts = accountsOf(posts, fromOn);
    await this.accounts.open(tx, actor, at, jurisdiction.id, accounts);
    return {
      jurisdiction,
      created: created.length,
      updated: updated.length,
      unchanged: difference.unchanged,
      groups,
      accounts: accounts.length,
    };
  }

  /** What {@link importFile} would change, and what it would refuse; changes nothing. @throws DomainError as it does */
  async preview(tx: EntityManager, actor: Actor, file: UnitFile): Promise<UnitImportPreview> {
    assertMay(actor, 'unit.import');
    const { found, difference } = await compare(tx, file);
    const { created, updated, unchanged, groups, accounts } = difference;
    return {
      jurisdiction: { ...difference.jurisdiction, timeZone: found?.timeZone ?? CHINA_TIME_ZONE },
      created: created.length,
      updated: updated.length,
      unchanged,
      groups: groups.length,
      accounts: accounts.length,
      difference,
      digest: digestOf(difference),
    };
  }

  private async saveJurisdiction(
    { tx, actor, at }: Command,
    found: Jurisdiction | null,
    name: string,
    listed: readonly ListedGroup[],
  ): Promise<{ jurisdiction: Jurisdiction; groups: number }> {
    const { id, timeZone } = found ?? { id: newId(), timeZone: CHINA_TIME_ZONE };
    const jurisdiction = { id, name, timeZone };
    if (!found) await tx.insert(JurisdictionEntity, { ...jurisdiction, createdAt: at });
    const before = { ...jurisdiction, groups: await readGroups(tx, id) };
    const groups = await saveGroups(tx, id, before.groups, listed);
    if (!found || groups > 0) {
      const change = {
        type: found ? ('jurisdiction.groups_changed' as const) : ('jurisdiction.created' as const),
        entity: 'jurisdiction' as const,
        entityId: id,
        jurisdictionId: id,
        before: found ? before : null,
        after: { ...jurisdiction, groups: await readGroups(tx, id) },
      };
      await this.history.append(tx, actor, at, [change]);
    }
    return { jurisdiction, groups };
  }

  private async recordUnits(
    { tx, actor, at }: Command,
    jurisdictionId: string,
    before: ReadonlyMap<string, UnitView>,
    codes: readonly string[],
  ): Promise<void> {
    const after = await readUnits(tx, { codes });
    const changes = after.map((unit) => {
      const former = before.get(unit.code);
      return {
        type: former ? ('unit.updated' as const) : ('unit.created' as const),
        entity: 'unit' as const,
        entityId: unit.id,
        jurisdictionId,
        before: former ? stateOf(former) : null,
        after: stateOf(unit),
      };
    });
    await this.history.append(tx, actor, at, changes);
  }
}

/** Reads a file against what is stored. @throws DomainError with all its faults */
async function compare(
  tx: EntityManager,
  file: UnitFile,
): Promise<{
  listed: ReadDocument & { jurisdiction: string };
  found: Jurisdiction | null;
  known: Known;
  difference: UnitDifference;
}> {
  const { places } = file;
  const read = readUnitFileDocument(await ofTheOnlyJurisdiction(tx, file));
  const found = await tx.findOneBy(JurisdictionEntity, { name: read.jurisdiction ?? '' });
  const known = await readKnown(tx, found, read);
  refuse(
    [
      ...read.faults,
      ...findUnknownGroups(read, known, places),
      ...findParentFaults(read, known, places),
      ...findRuleFaults(read, known, places),
    ],
    findUnitConflicts(read, known, places),
  );
  const listed = { ...read, jurisdiction: read.jurisdiction! };
  return { listed, found, known, difference: differenceOf(listed, found, known) };
}

/** A file need not say whose units it lists (辖区) where there is one jurisdiction. */
async function ofTheOnlyJurisdiction(tx: EntityManager, file: UnitFile): Promise<UnitFile> {
  const { document } = file;
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return file;
  if ('jurisdiction' in document) return file;
  const [one, ...others] = await tx.find(JurisdictionEntity, { select: { name: true }, take: 2 });
  return one && others.length === 0 ? { ...file, document: { ...document, jurisdiction: one.name } } : file;
}

interface Group {
  id: string;
  code: string;
  name: string;
  rule: GroupRule | null;
}

export const readGroups = (tx: EntityManager, jurisdictionId: string): Promise<Group[]> =>
  tx.find(UnitGroupEntity, {
    select: { id: true, code: true, name: true, rule: true },
    where: { jurisdictionId },
    order: { code: 'asc' },
  });

/** What the file may contradict: the jurisdiction's units and groups, and units elsewhere that have one of its codes. */
async function readKnown(
  tx: EntityManager,
  jurisdiction: Jurisdiction | null,
  { units }: ReadDocument,
): Promise<Known> {
  const jurisdictionId = jurisdiction?.id ?? null;
  const usernames = units.flatMap((unit) => SINGLE_UNIT_POSTS.map((kind) => accountOf(unit, kind).username));
  const taken = await tx
    .createQueryBuilder(PersonEntity, 'person')
    .select('person.username', 'username')
    .where('person.username = any(:usernames)', { usernames })
    .getRawMany<{ username: string }>();
  return {
    jurisdictionId,
    units: await readUnits(tx, {
      jurisdictionId: jurisdictionId ?? undefined,
      codes: units.flatMap(({ code, parentCode }) => [code, ...(parentCode ? [parentCode] : [])]),
    }),
    groups: jurisdictionId === null ? [] : await readGroups(tx, jurisdictionId),
    settledNames: jurisdictionId === null ? [] : await readSettledNames(tx, jurisdictionId),
    usernames: taken.map(({ username }) => username),
  };
}

const readSettledNames = (tx: EntityManager, jurisdictionId: string): Promise<{ name: string; codes: string[] }[]> =>
  tx.query(
    `select s.name, coalesce(array_agg(coalesce(u.code, g.code)) filter (where coalesce(u.code, g.code) is not null), '{}') as codes
     from settled_name s left join unit u on u.id = any(s.unit_ids) left join unit_group g on g.id = s.group_id
     where s.jurisdiction_id = $1 group by s.id, s.name`,
    [jurisdictionId],
  );

function refuse(wrong: readonly Fault[], conflicts: readonly Fault[]): void {
  const faults = [...wrong, ...conflicts];
  const [first] = faults;
  if (!first) return;
  const message = `The file of units has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}. ${first.message}`;
  if (wrong.length > 0) throw new DomainError('invalid', 'UNIT.IMPORT_INVALID', message, { faults });
  throw new DomainError('conflict', first.code, message, { faults });
}

/** @returns how many groups are new or changed */
async function saveGroups(
  tx: EntityManager,
  jurisdictionId: string,
  known: readonly Group[],
  listed: readonly ListedGroup[],
): Promise<number> {
  const knownByCode = new Map(known.map((group) => [group.code, group]));
  const added = listed.filter(({ code }) => !knownByCode.has(code));
  const ruled = listed.flatMap(({ code, rule }) => {
    const group = knownByCode.get(code);
    return group && rule !== undefined && !isSameRule(rule, group.rule) ? [{ id: group.id, rule }] : [];
  });
  const renamed = listed.flatMap(({ code, name }) => {
    const group = knownByCode.get(code);
    return group && group.name !== name ? [{ id: group.id, name }] : [];
  });
  // Two groups may exchange their names, so all give up the old one before any takes the new.
  for (const { id } of renamed) await tx.update(UnitGroupEntity, { id }, { name: id });
  for (const { id, name } of renamed) await tx.update(UnitGroupEntity, { id }, { name });
  for (const { id, rule } of ruled) await tx.update(UnitGroupEntity, { id }, { rule });
  await insertAll(
    tx,
    UnitGroupEntity,
    added.map(({ code, name, rule }) => ({ id: newId(), jurisdictionId, code, name, rule: rule ?? null })),
  );
  return added.length + new Set([...renamed, ...ruled].map(({ id }) => id)).size;
}

/** Makes units that are there from a day on. @returns the posts of the new units */
export async function createUnits(
  { tx, at }: Command,
  { id: jurisdictionId }: Jurisdiction,
  listed: readonly ListedUnit[],
  fromOn: string,
) {
  const units = listed.map(({ position, code, name, officialName, kind }) => ({
    id: newId(),
    jurisdictionId,
    code,
    name,
    officialName,
    kind,
    position,
    parentId: null,
    fromOn,
    toOn: null,
    createdAt: at,
  }));
  const posts = units.flatMap((unit) => SINGLE_UNIT_POSTS.map((kind) => ({ id: newId(), kind, unit })));
  await insertAll(tx, UnitEntity, units);
  await insertAll(
    tx,
    UnitNameEntity,
    units.map(({ id, name, officialName }) => ({ unitId: id, fromOn, toOn: null, name, officialName })),
  );
  await insertAll(
    tx,
    PostEntity,
    posts.map(({ id, kind, unit }) => ({ id, kind, unitId: unit.id, title: null })),
  );
  return posts;
}

/** The accounts of the posts that every unit has from its first day. */
export const accountsOf = (posts: Awaited<ReturnType<typeof createUnits>>, fromOn: string) =>
  posts.map(({ id, kind, unit }) => ({ ...accountOf(unit, kind), postId: id, fromOn }));

async function updateUnits(tx: EntityManager, listed: readonly ListedUnit[]): Promise<void> {
  if (listed.length === 0) return;
  await tx.query(
    `update unit set name = r.name, official_name = r."officialName", kind = r.kind, position = r.position
     from jsonb_to_recordset($1::jsonb) as r(code text, name text, "officialName" text, kind text, position int)
     where unit.code = r.code`,
    [JSON.stringify(listed)],
  );
  // What a file says otherwise is a correction of the name that the unit has; a rename is a reorganisation.
  await tx.query(
    `update unit_name n set name = u.name, official_name = u.official_name
     from unit u where u.id = n.unit_id and u.code = any($1) and n.to_on is null
       and (n.name, n.official_name) is distinct from (u.name, u.official_name)`,
    [listed.map(({ code }) => code)],
  );
}

/** Puts units under those above them; all of them are there by now. */
async function placeUnits(tx: EntityManager, listed: readonly ListedUnit[]): Promise<void> {
  const placed = listed.flatMap(({ code, parentCode }) => (parentCode === undefined ? [] : [{ code, parentCode }]));
  if (placed.length === 0) return;
  await tx.query(
    `update unit set parent_id = p.id
     from jsonb_to_recordset($1::jsonb) as r(code text, "parentCode" text) left join unit p on p.code = r."parentCode"
     where unit.code = r.code and unit.parent_id is distinct from p.id`,
    [JSON.stringify(placed)],
  );
}

/** @returns the codes of units that are gone and have left a name to one of these */
async function replaceNamesAndGroups(
  tx: EntityManager,
  jurisdictionId: string,
  listed: readonly ListedUnit[],
): Promise<string[]> {
  if (listed.length === 0) return [];
  const units = await tx.findBy(UnitEntity, { code: In(listed.map(({ code }) => code)) });
  const unitIds = new Map(units.map(({ code, id }) => [code, id]));
  const groupIds = new Map((await readGroups(tx, jurisdictionId)).map(({ code, id }) => [code, id]));
  // All are removed before any is added: an alias may have gone from one unit to another.
  await tx.delete(UnitAliasEntity, { unitId: In([...unitIds.values()]) });
  // Names are free again when their unit is gone.
  const [freed]: [{ code: string }[], number] = await tx.query(
    `delete from unit_alias a using unit u
     where a.jurisdiction_id = $1 and a.name = any($2) and u.id = a.unit_id and u.to_on is not null returning u.code`,
    [jurisdictionId, listed.flatMap(({ aliases }) => aliases)],
  );
  await tx.delete(UnitGroupMemberEntity, { unitId: In([...unitIds.values()]) });
  await insertAll(
    tx,
    UnitAliasEntity,
    listed.flatMap(({ code, aliases }) =>
      aliases.map((name) => ({ jurisdictionId, name, unitId: unitIds.get(code)! })),
    ),
  );
  await insertAll(
    tx,
    UnitGroupMemberEntity,
    listed.flatMap(({ code, groupCodes }) =>
      groupCodes.map((group) => ({ groupId: groupIds.get(group)!, unitId: unitIds.get(code)! })),
    ),
  );
  return [...new Set(freed.map(({ code }) => code))];
}

/** A unit as history records it: the groups that it is listed in, by their codes, which say more than ids do. */
export const stateOf = (unit: UnitView): Record<string, unknown> => ({
  ...unit,
  groups: unit.groups.flatMap(({ code, byRule }) => (byRule ? [] : [code])),
});
