import { invalid, notFound } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import type { GroupRule } from './group-rules';
import { JurisdictionEntity } from './jurisdiction.entity';
import { readJurisdictionsAt, readUnitsAt } from './past-directory';
import { UnitGroupEntity } from './unit-group.entity';
import { readUnits } from './unit-view';

/** The directory of a jurisdiction in the shape of the import file: the units that are there, and all groups. */
export interface UnitListing {
  jurisdiction: string;
  units: {
    code: string;
    name: string;
    official: string;
    aliases: string[];
    kind: string;
    parent: string | null;
    position: number;
    /** Codes of the groups in which it is listed, not those whose rule it fits. */
    groups: string[];
  }[];
  groups: { code: string; name: string; rule: GroupRule | null }[];
}

/**
 * @param jurisdictionId may be left out where there is one jurisdiction only
 * @param at as it was at this instant; null for the present
 * @throws DomainError not found `UNIT.NO_JURISDICTION`, invalid `UNIT.CHOOSE_JURISDICTION`
 */
export async function readUnitListing(
  tx: EntityManager,
  jurisdictionId?: string,
  at: Date | null = null,
): Promise<UnitListing> {
  const jurisdictions = await (at
    ? readJurisdictionsAt(tx, at, jurisdictionId)
    : tx.find(JurisdictionEntity, {
        where: jurisdictionId === undefined ? {} : { id: jurisdictionId },
        order: { name: 'asc' },
      }));
  const [jurisdiction, ...others] = jurisdictions;
  if (!jurisdiction) {
    throw notFound('UNIT.NO_JURISDICTION', 'There is no such directory. Import the units first.', {
      field: 'jurisdictionId',
    });
  }
  if (others.length > 0) {
    const names = jurisdictions.map(({ name }) => name).join(', ');
    throw invalid('UNIT.CHOOSE_JURISDICTION', `There are several directories: ${names}. Say which by its id.`, {
      field: 'jurisdictionId',
    });
  }
  const all = at
    ? await readUnitsAt(tx, at, jurisdiction.id)
    : await readUnits(tx, { jurisdictionId: jurisdiction.id });
  const units = all.filter(({ isActive }) => isActive);
  const codes = new Map(units.map(({ id, code }) => [id, code]));
  const groups =
    'groups' in jurisdiction
      ? jurisdiction.groups
      : await tx.find(UnitGroupEntity, { where: { jurisdictionId: jurisdiction.id }, order: { code: 'asc' } });
  return {
    jurisdiction: jurisdiction.name,
    units: units.map(({ code, name, officialName, aliases, kind, parentId, position, groups: own }) => ({
      code,
      name,
      official: officialName,
      aliases,
      kind,
      parent: codes.get(parentId ?? '') ?? null,
      position,
      groups: own.flatMap((group) => (group.byRule ? [] : [group.code])),
    })),
    groups: groups.map(({ code, name, rule }) => ({ code, name, rule })),
  };
}
