import type { PostKind } from '@duban/domain';
import type { LocalDate } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { type GroupRule, isMemberByRule, type TreePlace, unitsAbove } from './group-rules';

/** A unit (单位) with all that belongs to it. */
export interface UnitView {
  id: string;
  jurisdictionId: string;
  /** Unique in the installation; its accounts are `<code>.head` and `<code>.contact`. */
  code: string;
  /** The short name that documents use (市教育局). */
  name: string;
  officialName: string;
  kind: string;
  /** Place in the government's own order; counts from 1. */
  position: number;
  /** The unit above it; null for those directly under the government. */
  parentId: string | null;
  /** `YYYY-MM-DD`: since when there is such a unit, and from when on no more. */
  fromOn: string;
  toOn: string | null;
  isActive: boolean;
  aliases: string[];
  /** Short and official names that it had before and has no more (曾用名). */
  formerNames: string[];
  /** Names that a person has said to mean this unit alone (名称认定). */
  settledNames: string[];
  /** Groups that it is in; `byRule`: since it fits the group's rule, and not since it is listed in it. */
  groups: UnitGroupView[];
  posts: { id: string; kind: PostKind; title: string | null }[];
}

interface UnitGroupView {
  id: string;
  code: string;
  name: string;
  byRule: boolean;
}

export interface UnitFilter {
  jurisdictionId?: string;
  codes?: readonly string[];
  /** The day on which the units were there, with the names that they had then. */
  on?: LocalDate;
}

/**
 * Units in the government's own order: those of a jurisdiction and those with one of the codes, or all. What has no
 * dates in the directory (kind, place in the tree, groups, aliases, posts) is as it is now, on whatever day.
 */
export async function readUnits(tx: EntityManager, filter: UnitFilter): Promise<UnitView[]> {
  const units: UnitView[] = await tx.query(
    `select u.id, u.jurisdiction_id as "jurisdictionId", u.code, coalesce(n.name, u.name) as name,
       coalesce(n.official_name, u.official_name) as "officialName", u.kind,
       u.position, u.parent_id as "parentId", u.from_on::text as "fromOn", u.to_on::text as "toOn",
       u.to_on is null as "isActive", coalesce(a.aliases, '[]') as aliases, coalesce(f.names, '[]') as "formerNames",
       coalesce(s.names, '[]') as "settledNames", coalesce(g.groups, '[]') as groups,
       coalesce(p.posts, '[]') as posts
     from unit u
     join jurisdiction j on j.id = u.jurisdiction_id
     left join unit_name n on n.unit_id = u.id and n.from_on <= $3::date and (n.to_on is null or n.to_on > $3::date)
     left join (
       select unit_id, jsonb_agg(name order by name) as aliases from unit_alias group by unit_id
     ) a on a.unit_id = u.id
     left join (
       select f.unit_id, jsonb_agg(distinct one.name) as names
       from unit_name f cross join lateral (values (f.name), (f.official_name)) as one(name)
       where f.to_on <= coalesce($3::date, 'infinity') group by f.unit_id
     ) f on f.unit_id = u.id
     left join (
       select unit_ids[1] as unit_id, jsonb_agg(name order by name) as names from settled_name
       where cardinality(unit_ids) = 1 group by 1
     ) s on s.unit_id = u.id
     left join (
       select m.unit_id,
         jsonb_agg(jsonb_build_object('id', g.id, 'code', g.code, 'name', g.name, 'byRule', false) order by g.code) as groups
       from unit_group_member m join unit_group g on g.id = m.group_id group by m.unit_id
     ) g on g.unit_id = u.id
     left join (
       select unit_id, jsonb_agg(jsonb_build_object('id', id, 'kind', kind, 'title', title) order by kind, title) as posts from post
       where unit_id is not null and closed_on is null group by unit_id
     ) p on p.unit_id = u.id
     where (($1::uuid is null and $2::text[] is null) or u.jurisdiction_id = $1 or u.code = any($2))
       and ($3::date is null or (u.from_on <= $3 and (u.to_on is null or u.to_on > $3)))
     order by j.name, u.position, u.code`,
    [filter.jurisdictionId ?? null, filter.codes ?? null, filter.on ?? null],
  );
  const ruled = await readRules(tx);
  return inGroupsByRule(
    units.map((unit) => ({
      ...unit,
      formerNames: unit.formerNames.filter((name) => name !== unit.name && name !== unit.officialName),
    })),
    ruled,
    ruled.length > 0 ? await tx.query(`select id, code, parent_id as "parentId" from unit`) : [],
    ({ isActive }) => filter.on !== undefined || isActive,
  );
}

/**
 * Units with the groups, too, whose rule they fit.
 *
 * @param places of all units of the tree
 * @param isThere whether a unit is, and so may fit
 */
export function inGroupsByRule(
  units: readonly UnitView[],
  ruled: readonly RuledGroup[],
  places: readonly TreePlace[],
  isThere: (unit: UnitView) => boolean,
): UnitView[] {
  const above = unitsAbove(ruled.length > 0 ? places : []);
  return units.map((unit) => ({ ...unit, groups: withGroupsByRule(unit, isThere(unit) ? ruled : [], above) }));
}

function withGroupsByRule(
  unit: UnitView,
  ruled: readonly RuledGroup[],
  above: ReadonlyMap<string, ReadonlySet<string>>,
): UnitGroupView[] {
  const place = { code: unit.code, kind: unit.kind, above: above.get(unit.id) ?? new Set<string>() };
  const added = ruled.flatMap(({ id, jurisdictionId, code, name, rule }) =>
    jurisdictionId === unit.jurisdictionId &&
    isMemberByRule(rule, place) &&
    !unit.groups.some((listed) => listed.id === id)
      ? [{ id, code, name, byRule: true }]
      : [],
  );
  if (added.length === 0) return unit.groups;
  return [...unit.groups, ...added].sort((one, other) => (one.code < other.code ? -1 : 1));
}

interface RuledGroup {
  id: string;
  jurisdictionId: string;
  code: string;
  name: string;
  rule: GroupRule;
}

const readRules = (tx: EntityManager): Promise<RuledGroup[]> =>
  tx.query(
    `select id, jurisdiction_id as "jurisdictionId", code, name, rule from unit_group where rule is not null order by code`,
  );
