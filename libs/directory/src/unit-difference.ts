import { createHash } from 'node:crypto';
import { SINGLE_UNIT_POSTS } from '@duban/domain';
import { type GroupRule, isSameRule } from './group-rules';
import type { Jurisdiction } from './jurisdiction';
import type { Known } from './unit-conflicts';
import type { ListedGroup, ListedUnit } from './unit-document';
import { kindOf } from './unit-kinds';
import type { UnitView } from './unit-view';

/** A value of a unit or a group; lists are of names or codes. */
type Value = string | number | null | string[] | GroupRule;

export interface FieldChange {
  field: string;
  from: Value;
  to: Value;
}

/** A unit that a file would make. */
export interface NewUnit {
  code: string;
  name: string;
  officialName: string;
  kind: string;
  position: number;
  /** The code of the unit above it. */
  parent: string | null;
  aliases: string[];
  groups: string[];
}

/** What the import of a file would change (差异), for a person to confirm. */
export interface UnitDifference {
  jurisdiction: { id: string | null; name: string };
  created: NewUnit[];
  updated: { code: string; name: string; changes: FieldChange[] }[];
  /** How many units are as the file has them. */
  unchanged: number;
  /** Units of the jurisdiction that are there and that the file does not list: they are left as they are. */
  notListed: { code: string; name: string }[];
  groups: { code: string; name: string; isNew: boolean; changes: FieldChange[] }[];
  /** Accounts that would be made. */
  accounts: { username: string; displayName: string }[];
}

const TITLES = { head: '负责人', contact: '联络员' } as const satisfies Record<
  (typeof SINGLE_UNIT_POSTS)[number],
  string
>;

/** The account of a post that every unit has. */
export const accountOf = (
  { code, name }: { code: string; name: string },
  kind: (typeof SINGLE_UNIT_POSTS)[number],
): { username: string; displayName: string } => ({
  username: `${code}.${kind}`,
  displayName: `${name}${TITLES[kind]}`,
});

/** Compares a file without faults with what is stored. The same file and the same directory give the same difference. */
export function differenceOf(
  file: { jurisdiction: string; units: readonly ListedUnit[]; groups: readonly ListedGroup[] },
  found: Jurisdiction | null,
  known: Known,
): UnitDifference {
  const here = known.units.filter((unit) => unit.jurisdictionId === known.jurisdictionId);
  const knownByCode = new Map(here.map((unit) => [unit.code, unit]));
  const codes = new Map(here.map(({ id, code }) => [id, code]));
  const listed = new Set(file.units.map(({ code }) => code));
  const created = file.units.filter(({ code }) => !knownByCode.has(code));
  const updated = file.units.flatMap((unit) => {
    const stored = knownByCode.get(unit.code);
    const changes = stored ? changesOf(unit, stored, codes) : [];
    return changes.length > 0 ? [{ code: unit.code, name: unit.name, changes }] : [];
  });
  const storedGroups = new Map(known.groups.map((group) => [group.code, group]));
  return {
    jurisdiction: { id: found?.id ?? null, name: file.jurisdiction },
    created: created.map((unit) => ({
      code: unit.code,
      name: unit.name,
      officialName: unit.officialName,
      kind: unit.kind,
      position: unit.position,
      parent: unit.parentCode ?? null,
      aliases: unit.aliases,
      groups: unit.groupCodes,
    })),
    updated,
    unchanged: file.units.length - created.length - updated.length,
    notListed: here
      .filter(({ code, isActive }) => isActive && !listed.has(code))
      .map(({ code, name }) => ({ code, name })),
    groups: file.groups.flatMap((group) => {
      const stored = storedGroups.get(group.code);
      const changes = changesOfGroup(group, stored);
      return changes.length > 0 ? [{ code: group.code, name: group.name, isNew: stored === undefined, changes }] : [];
    }),
    accounts: created.flatMap((unit) => SINGLE_UNIT_POSTS.map((kind) => accountOf(unit, kind))),
  };
}

/** Tells one difference from another: SHA-256, in hexadecimal digits. */
export const digestOf = (difference: UnitDifference): string =>
  createHash('sha256').update(JSON.stringify(difference)).digest('hex');

function changesOf(unit: ListedUnit, stored: UnitView, codes: ReadonlyMap<string, string>): FieldChange[] {
  const parent = codes.get(stored.parentId ?? '') ?? null;
  const groups = stored.groups.flatMap(({ code, byRule }) => (byRule ? [] : [code]));
  // Where a stored kind is another word for the same, nothing is changed.
  const kind = kindOf(stored.kind) === unit.kind ? unit.kind : stored.kind;
  const fields: FieldChange[] = [
    { field: 'name', from: stored.name, to: unit.name },
    { field: 'officialName', from: stored.officialName, to: unit.officialName },
    { field: 'kind', from: kind, to: unit.kind },
    { field: 'position', from: stored.position, to: unit.position },
    { field: 'parent', from: parent, to: unit.parentCode === undefined ? parent : unit.parentCode },
    { field: 'aliases', from: stored.aliases.toSorted(), to: unit.aliases.toSorted() },
    { field: 'groups', from: groups.toSorted(), to: unit.groupCodes.toSorted() },
  ];
  return fields.filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
}

function changesOfGroup(
  { name, rule }: ListedGroup,
  stored: { name: string; rule: GroupRule | null } | undefined,
): FieldChange[] {
  const changes: FieldChange[] = [];
  if (stored?.name !== name) changes.push({ field: 'name', from: stored?.name ?? null, to: name });
  if (rule !== undefined && !isSameRule(rule, stored?.rule ?? null)) {
    changes.push({ field: 'rule', from: stored?.rule ?? null, to: rule });
  }
  return changes;
}
