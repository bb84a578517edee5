import type { Fault } from '@duban/kernel';
import type { FilePlaces } from './file-places';
import { isUsualKind, kindOf } from './unit-kinds';
import type { Known } from './unit-conflicts';
import { faultAt, type ListedUnit, type ReadDocument } from './unit-document';

/** The file and what is stored, as far as the tree goes by them. */
type Listed = Pick<ReadDocument, 'units' | 'groups' | 'unitCodes'>;
type Stored = Pick<Known, 'jurisdictionId' | 'units' | 'groups'>;

/**
 * Units above that are none, and circles, in the tree as it would be after the import: what the file lists is taken as
 * the file has it, the rest as it is stored.
 */
export function findParentFaults(listed: Listed, known: Stored, places: FilePlaces): Fault[] {
  const active = known.units.filter((unit) => unit.jurisdictionId === known.jurisdictionId && unit.isActive);
  const codes = new Set([...listed.unitCodes, ...active.map(({ code }) => code)]);
  const ofParent = (unit: ListedUnit, code: string, message: string): Fault =>
    faultAt(code, `units[${unit.row - 1}].parent`, message, places);
  const faults: Fault[] = [];
  for (const unit of listed.units) {
    const { parentCode } = unit;
    if (parentCode === unit.code) {
      faults.push(ofParent(unit, 'UNIT.OWN_PARENT', `${unit.name} cannot be above itself. Give the unit above it.`));
    } else if (typeof parentCode === 'string' && !codes.has(parentCode)) {
      faults.push(ofParent(unit, 'UNIT.UNKNOWN_PARENT', `${whyUnknown(parentCode, known)} Correct the code.`));
    }
  }

  const parents = parentsAfter(listed, active);
  const inCircle = codesInCircles(parents);
  for (const unit of listed.units) {
    if (typeof unit.parentCode !== 'string' || unit.parentCode === unit.code || !inCircle.has(unit.code)) continue;
    const message = `${unit.name} would be above itself: ${circleOf(unit.code, parents).join(' → ')}. Correct one of them.`;
    faults.push(ofParent(unit, 'UNIT.PARENT_CYCLE', message));
  }
  return faults;
}

function whyUnknown(code: string, { units, jurisdictionId }: Stored): string {
  const found = units.find((unit) => unit.code === code);
  if (!found) return `There is no unit ${code}, here or in the directory.`;
  if (found.jurisdictionId !== jurisdictionId) return `The unit ${code} is of another jurisdiction.`;
  return `${found.name} (${code}) is gone since ${found.toOn}.`;
}

/** The code of the unit above each unit that has one, after the import. */
function parentsAfter(listed: Listed, active: Stored['units']): Map<string, string> {
  const codes = new Map(active.map(({ id, code }) => [id, code]));
  const parents = new Map<string, string>();
  for (const { code, parentId } of active) {
    const parent = codes.get(parentId ?? '');
    if (parent !== undefined) parents.set(code, parent);
  }
  for (const { code, parentCode } of listed.units) {
    if (typeof parentCode === 'string') parents.set(code, parentCode);
    else if (parentCode === null) parents.delete(code);
  }
  return parents;
}

/** Whoever comes back to itself on its way up. Every unit is passed once, however deep the tree. */
function codesInCircles(parents: ReadonlyMap<string, string>): Set<string> {
  const inCircle = new Set<string>();
  const passed = new Set<string>();
  for (const start of parents.keys()) {
    const way = new Map<string, number>();
    const codes: string[] = [];
    let code: string | undefined = start;
    while (code !== undefined && !passed.has(code)) {
      passed.add(code);
      way.set(code, codes.push(code) - 1);
      code = parents.get(code);
    }
    const closes = code === undefined ? undefined : way.get(code);
    if (closes !== undefined) for (const one of codes.slice(closes)) inCircle.add(one);
  }
  return inCircle;
}

const MOST_SHOWN = 8;

function circleOf(start: string, parents: ReadonlyMap<string, string>): string[] {
  const circle = [start];
  for (let next = parents.get(start)!; next !== start; next = parents.get(next)!) circle.push(next);
  return circle.length > MOST_SHOWN ? [...circle.slice(0, MOST_SHOWN), '…', start] : [...circle, start];
}

/** Rules of groups that go by a unit or a kind that there is not. A unit that is gone is known: its code stays its own. */
export function findRuleFaults(listed: Listed, known: Stored, places: FilePlaces): Fault[] {
  const here = known.units.filter(({ jurisdictionId }) => jurisdictionId === known.jurisdictionId);
  const codes = new Set([...listed.unitCodes, ...here.map(({ code }) => code)]);
  const kinds = new Set([
    ...[...listed.units, ...here].map(({ kind }) => kindOf(kind)),
    ...known.groups.flatMap(({ rule }) => rule?.kinds ?? []),
  ]);
  return listed.groups.flatMap(({ row, rule }) => {
    const ofRule = (code: string, field: string, message: string): Fault =>
      faultAt(code, `groups[${row - 1}].rule.${field}`, message, places);
    const unknown = (code: string, field: string): Fault[] => {
      if (codes.has(code)) return [];
      return [ofRule('UNIT.UNKNOWN_UNIT', field, `There is no unit ${code}. List it, or correct the code.`)];
    };
    if (!rule) return [];
    return [
      ...rule.kinds.flatMap((kind, index) => {
        if (isUsualKind(kind) || kinds.has(kind)) return [];
        const message = `There is no kind of units ${kind}, and no unit has it. Correct it.`;
        return [ofRule('UNIT.UNKNOWN_KIND', `kinds[${index}]`, message)];
      }),
      ...(rule.under === null ? [] : unknown(rule.under, 'under')),
      ...rule.except.flatMap((code, index) => unknown(code, `except[${index}]`)),
    ];
  });
}
