import { SINGLE_UNIT_POSTS } from '@duban/domain';
import type { Fault } from '@duban/kernel';
import { type FilePlaces, JSON_PLACES } from './file-places';
import type { GroupRule } from './group-rules';
import { nameKey } from './names';
import { faultAt, type ListedGroup, type ListedUnit } from './unit-document';
import type { UnitView } from './unit-view';

interface Listed {
  /** Null where it could not be read: then nothing can be said. */
  jurisdiction: string | null;
  units: readonly ListedUnit[];
  groups: readonly ListedGroup[];
}

/** What is stored of what a file may contradict. */
export interface Known {
  /** Of the jurisdiction; null when it is new. */
  jurisdictionId: string | null;
  /** All of the jurisdiction, gone ones too, and those of others that have a code of the file. */
  units: readonly UnitView[];
  groups: readonly { code: string; name: string; rule: GroupRule | null }[];
  /** What people have said that names mean (名称认定), with the codes of those meant. */
  settledNames: readonly { name: string; codes: readonly string[] }[];
  /** Names of accounts that new units would have, and somebody has. */
  usernames: readonly string[];
}

/**
 * Where a file contradicts what is stored: a code that means another unit, a name that another unit or group has.
 * Units and groups that the file lists too are taken as the file has them.
 */
export function findUnitConflicts(listed: Listed, known: Known, places: FilePlaces = JSON_PLACES): Fault[] {
  if (listed.jurisdiction === null) return [];
  const owners = namesInUse(listed, known);
  const knownByCode = new Map(known.units.map((unit) => [unit.code, unit]));
  const usernames = new Set(known.usernames);

  const ofUnits = listed.units.flatMap((unit) => {
    const base = `units[${unit.row - 1}]`;
    const faults: Fault[] = [];
    const add = (code: string, field: string, message: string): unknown =>
      faults.push(faultAt(code, `${base}.${field}`, message, places));
    const same = knownByCode.get(unit.code);
    if (same && same.jurisdictionId !== known.jurisdictionId) {
      add(
        'UNIT.CODE_TAKEN',
        'code',
        `The code ${unit.code} belongs to a unit of another jurisdiction. Give this unit another code.`,
      );
    } else if (same && !same.isActive) {
      add(
        'UNIT.CLOSED',
        'code',
        `${same.name} (${unit.code}) is gone since ${same.toOn}, and codes are not reused. Remove it here.`,
      );
    } else if (same && nameKey(same.name) !== nameKey(unit.name)) {
      add(
        'UNIT.CODE_TAKEN',
        'code',
        `The code ${unit.code} belongs to ${same.name}, and codes are not reused. Give ${unit.name} another code, or correct its name. A unit gets another name by a reorganisation (更名), not by an import.`,
      );
    } else if (!same) {
      const taken = SINGLE_UNIT_POSTS.map((kind) => `${unit.code}.${kind}`).find((one) => usernames.has(one));
      if (taken !== undefined) {
        add('UNIT.ACCOUNT_TAKEN', 'code', `There is an account ${taken} already. Give this unit another code.`);
      }
    }
    const named = [
      { field: 'name', name: unit.name },
      { field: 'official', name: unit.officialName },
      ...unit.aliases.map((name) => ({ field: 'aliases', name })),
    ];
    const reported = new Set<string>();
    for (const { field, name } of named) {
      const owner = owners.get(nameKey(name));
      if (owner === undefined || owner === unit.code || reported.has(nameKey(name))) continue;
      reported.add(nameKey(name));
      faults.push(nameTaken(name, owner, `${base}.${field}`, places));
    }
    return faults;
  });

  const ofGroups = listed.groups.flatMap((group) => {
    const owner = owners.get(nameKey(group.name));
    return owner === undefined ? [] : [nameTaken(group.name, owner, `groups[${group.row - 1}].name`, places)];
  });
  return [...ofUnits, ...ofGroups];
}

/** Groups that a unit names, and that neither the file nor the jurisdiction has. */
export function findUnknownGroups(
  listed: Pick<Listed, 'units'> & { groupCodes: readonly string[] },
  known: Pick<Known, 'groups'>,
  places: FilePlaces = JSON_PLACES,
): Fault[] {
  const codes = new Set([...listed.groupCodes, ...known.groups.map((group) => group.code)]);
  return listed.units.flatMap((unit) =>
    unit.groupCodes.flatMap((code) => {
      if (codes.has(code)) return [];
      const message = `There is no group ${code}. List it under groups, or remove it here.`;
      return [faultAt('UNIT.UNKNOWN_GROUP', `units[${unit.row - 1}].groups`, message, places)];
    }),
  );
}

/** Names that the file may not give to others, each with the code of its unit or group. */
function namesInUse(listed: Listed, known: Known): Map<string, string> {
  const listedUnits = new Set(listed.units.map((unit) => unit.code));
  const listedGroups = new Set(listed.groups.map((group) => group.code));
  const owners = new Map<string, string>();
  for (const { name, codes } of known.settledNames) owners.set(nameKey(name), codes.join(', '));
  for (const group of known.groups) {
    if (!listedGroups.has(group.code)) owners.set(nameKey(group.name), group.code);
  }
  for (const unit of known.units) {
    // The names of a unit that is gone are free.
    if (unit.jurisdictionId !== known.jurisdictionId || !unit.isActive) continue;
    const replaced = listedUnits.has(unit.code);
    // A unit keeps its name for good; its other names are replaced by what the file has.
    for (const name of replaced ? [unit.name] : [unit.officialName, ...unit.aliases, unit.name]) {
      owners.set(nameKey(name), unit.code);
    }
  }
  return owners;
}

function nameTaken(name: string, owner: string, field: string, places: FilePlaces): Fault {
  const message = `${name} is what ${owner} is called already. Use its code, or choose another name.`;
  return faultAt('UNIT.NAME_TAKEN', field, message, places);
}
