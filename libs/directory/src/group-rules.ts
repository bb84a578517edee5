import { kindOf } from './unit-kinds';

/**
 * Who is in a group of units (集合单位) by rule: all units of one of the kinds, or of any where there are none, below the
 * unit `under` in the tree, or anywhere where that is null, without those of `except`. Units are given by their codes.
 * Whoever comes later and fits is a member without anybody listing it.
 */
export interface GroupRule {
  kinds: string[];
  under: string | null;
  except: string[];
}

/** A unit as rules see it. */
export interface RuledUnit {
  code: string;
  kind: string;
  /** Codes of all units above it. */
  above: ReadonlySet<string>;
}

/** The one place that says who is a member of a group by its rule. */
export const isMemberByRule = ({ kinds, under, except }: GroupRule, { code, kind, above }: RuledUnit): boolean =>
  (kinds.length === 0 || kinds.includes(kindOf(kind))) &&
  (under === null || above.has(under)) &&
  !except.includes(code);

/** A unit's place in the tree. */
export interface TreePlace {
  id: string;
  code: string;
  parentId: string | null;
}

/** The codes of all units above each, by id. */
export function unitsAbove(places: readonly TreePlace[]): Map<string, ReadonlySet<string>> {
  const byId = new Map(places.map((place) => [place.id, place]));
  return new Map(
    places.map(({ id, parentId }) => {
      const above = new Set<string>();
      for (let next = byId.get(parentId ?? ''); next && !above.has(next.code); next = byId.get(next.parentId ?? '')) {
        above.add(next.code);
      }
      return [id, above];
    }),
  );
}

export const isSameRule = (one: GroupRule | null, other: GroupRule | null): boolean =>
  JSON.stringify(one && ordered(one)) === JSON.stringify(other && ordered(other));

/** Postgres gives the parts of a JSON value back in an order of its own. */
const ordered = ({ kinds, under, except }: GroupRule): unknown[] => [kinds.toSorted(), under, except.toSorted()];
