import { insertAll } from '@duban/database';
import { SINGLE_UNIT_POSTS } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { DomainError, type Fault, localDateOf, newId } from '@duban/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { AccountService } from './account.service';
import { lockDirectory } from './directory-lock';
import { CHINA_TIME_ZONE, type Jurisdiction } from './jurisdiction';
import { JurisdictionEntity } from './jurisdiction.entity';
import { PostEntity } from './post.entity';
import { assertMay } from './rights';
import { findUnitConflicts, findUnknownGroups } from './unit-conflicts';
import { type ListedGroup, type ListedUnit, readUnitDocument } from './unit-document';
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
  /** How many groups are new or renamed. */
  groups: number;
  /** How many accounts were made: two for each new unit. */
  accounts: number;
}

/** Who acts, when, and in which transaction. */
interface Command {
  tx: EntityManager;
  actor: Actor;
  at: Date;
}

const TITLES = { head: '负责人', contact: '联络员' } as const satisfies Record<
  (typeof SINGLE_UNIT_POSTS)[number],
  string
>;

/** Takes over a file of units (单位名录). */
@Injectable()
export class UnitImportService {
  constructor(
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(AccountService) private readonly accounts: AccountService,
  ) {}

  /**
   * Makes the jurisdiction, its units and groups as the file has them, and for each new unit the posts of head and
   * contact (联络员), each with an account. What the file does not list is left as it is; importing the same file again
   * changes nothing. Of two imports at once the second waits for the first.
   *
   * @param at the instant of the import by the supervision's clock; posts are held from its date on
   * @param document `{about?, jurisdiction, units: [{code, name, official?, aliases?, kind, groups?}], groups?: [{code,
   *   name}]}`; a unit's `groups` are codes of groups
   * @throws DomainError with all faults at once in `faults`, each with field and row: invalid `UNIT.IMPORT_INVALID`
   *   where the file is wrong in itself; conflict `UNIT.CODE_TAKEN` or `UNIT.NAME_TAKEN`, as the first fault is, where
   *   it only contradicts what is stored; forbidden `RIGHTS.NOT_ALLOWED`
   */
  async import(tx: EntityManager, actor: Actor, at: Date, document: unknown): Promise<UnitImportResult> {
    assertMay(actor, 'unit.import');
    const command = { tx, actor, at };
    const file = readUnitDocument(document);
    await lockDirectory(tx);
    const found = await tx.findOneBy(JurisdictionEntity, { name: file.jurisdiction ?? '' });
    const known = await readKnown(
      tx,
      found,
      file.units.map((unit) => unit.code),
    );
    refuse([...file.faults, ...findUnknownGroups(file, known)], findUnitConflicts(file, known));

    const { jurisdiction, groups } = await this.saveJurisdiction(command, found, file.jurisdiction!, file.groups);
    const views = new Map(known.units.map((unit) => [unit.code, unit]));
    const created = file.units.filter((unit) => !views.has(unit.code));
    const updated = file.units.filter((unit) => views.has(unit.code) && !isSame(unit, views.get(unit.code)!));
    const changed = [...created, ...updated];
    const posts = await createUnits(command, jurisdiction, created);
    await updateUnits(tx, updated);
    await replaceNamesAndGroups(tx, jurisdiction.id, changed);
    await this.recordUnits(command, jurisdiction.id, views, changed);

    const fromOn = localDateOf(at, jurisdiction.timeZone);
    const accounts = posts.map(({ id, kind, unit }) => ({
      username: `${unit.code}.${kind}`,
      displayName: `${unit.name}${TITLES[kind]}`,
      postId: id,
      fromOn,
    }));
    await this.accounts.open(tx, actor, at, jurisdiction.id, accounts);
    return {
      jurisdiction,
      created: created.length,
      updated: updated.length,
      unchanged: file.units.length - changed.length,
      groups,
      accounts: accounts.length,
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
        type: found ? 'jurisdiction.groups_changed' : 'jurisdiction.created',
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
    changed: readonly ListedUnit[],
  ): Promise<void> {
    const after = await readUnits(tx, { codes: changed.map((unit) => unit.code) });
    const changes = after.map((unit) => {
      const former = before.get(unit.code);
      return {
        type: former ? 'unit.updated' : 'unit.created',
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

interface Group {
  id: string;
  code: string;
  name: string;
}

const readGroups = (tx: EntityManager, jurisdictionId: string): Promise<Group[]> =>
  tx.find(UnitGroupEntity, {
    select: { id: true, code: true, name: true },
    where: { jurisdictionId },
    order: { code: 'asc' },
  });

/** What the file may contradict: the jurisdiction's units and groups, and units elsewhere that have one of its codes. */
async function readKnown(tx: EntityManager, jurisdiction: Jurisdiction | null, codes: readonly string[]) {
  const jurisdictionId = jurisdiction?.id ?? null;
  return {
    jurisdictionId,
    units: await readUnits(tx, { jurisdictionId: jurisdictionId ?? undefined, codes }),
    groups: jurisdictionId === null ? [] : await readGroups(tx, jurisdictionId),
    settledNames: jurisdictionId === null ? [] : await readSettledNames(tx, jurisdictionId),
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

/** @returns how many groups are new or renamed */
async function saveGroups(
  tx: EntityManager,
  jurisdictionId: string,
  known: readonly Group[],
  listed: readonly ListedGroup[],
): Promise<number> {
  const knownByCode = new Map(known.map((group) => [group.code, group]));
  const added = listed.filter(({ code }) => !knownByCode.has(code));
  const renamed = listed.flatMap(({ code, name }) => {
    const group = knownByCode.get(code);
    return group && group.name !== name ? [{ id: group.id, name }] : [];
  });
  // Two groups may exchange their names, so all give up the old one before any takes the new.
  for (const { id } of renamed) await tx.update(UnitGroupEntity, { id }, { name: id });
  for (const { id, name } of renamed) await tx.update(UnitGroupEntity, { id }, { name });
  await insertAll(
    tx,
    UnitGroupEntity,
    added.map(({ code, name }) => ({ id: newId(), jurisdictionId, code, name })),
  );
  return added.length + renamed.length;
}

/** @returns the posts of the new units */
async function createUnits(
  { tx, at }: Command,
  { id: jurisdictionId, timeZone }: Jurisdiction,
  listed: readonly ListedUnit[],
) {
  const fromOn = localDateOf(at, timeZone);
  const units = listed.map(({ row, code, name, officialName, kind }) => ({
    id: newId(),
    jurisdictionId,
    code,
    name,
    officialName,
    kind,
    position: row,
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

async function updateUnits(tx: EntityManager, listed: readonly ListedUnit[]): Promise<void> {
  if (listed.length === 0) return;
  await tx.query(
    `update unit set name = r.name, official_name = r."officialName", kind = r.kind, position = r.row
     from jsonb_to_recordset($1::jsonb) as r(code text, name text, "officialName" text, kind text, row int)
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

async function replaceNamesAndGroups(
  tx: EntityManager,
  jurisdictionId: string,
  listed: readonly ListedUnit[],
): Promise<void> {
  if (listed.length === 0) return;
  const units = await tx.findBy(UnitEntity, { code: In(listed.map(({ code }) => code)) });
  const unitIds = new Map(units.map(({ code, id }) => [code, id]));
  const groupIds = new Map((await readGroups(tx, jurisdictionId)).map(({ code, id }) => [code, id]));
  // All are removed before any is added: an alias may have gone from one unit to another.
  await tx.delete(UnitAliasEntity, { unitId: In([...unitIds.values()]) });
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
}

function isSame(listed: ListedUnit, view: UnitView): boolean {
  const sameSet = (one: readonly string[], other: readonly string[]): boolean =>
    one.length === other.length && one.every((item) => other.includes(item));
  return (
    listed.name === view.name &&
    listed.officialName === view.officialName &&
    listed.kind === view.kind &&
    listed.row === view.position &&
    sameSet(listed.aliases, view.aliases) &&
    sameSet(
      listed.groupCodes,
      view.groups.map(({ code }) => code),
    )
  );
}

/** A unit as history records it: groups by their codes, which say more than ids do. */
const stateOf = (unit: UnitView): Record<string, unknown> => ({
  ...unit,
  groups: unit.groups.map(({ code }) => code),
});
