import type { PostKind } from '@duban/domain';
import type { EntityManager } from 'typeorm';

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
  /** Names that a person has said to mean this unit alone (名称认定). */
  settledNames: string[];
  groups: { id: string; code: string; name: string }[];
  posts: { id: string; kind: PostKind; title: string | null }[];
}

/** Units in the government's own order: those of a jurisdiction and those with one of the codes, or all. */
export async function readUnits(
  tx: EntityManager,
  filter: { jurisdictionId?: string; codes?: readonly string[] },
): Promise<UnitView[]> {
  return tx.query(
    `select u.id, u.jurisdiction_id as "jurisdictionId", u.code, u.name, u.official_name as "officialName", u.kind,
       u.position, u.parent_id as "parentId", u.from_on::text as "fromOn", u.to_on::text as "toOn",
       u.to_on is null as "isActive", coalesce(a.aliases, '[]') as aliases,
       coalesce(s.names, '[]') as "settledNames", coalesce(g.groups, '[]') as groups,
       coalesce(p.posts, '[]') as posts
     from unit u
     join jurisdiction j on j.id = u.jurisdiction_id
     left join (
       select unit_id, jsonb_agg(name order by name) as aliases from unit_alias group by unit_id
     ) a on a.unit_id = u.id
     left join (
       select unit_ids[1] as unit_id, jsonb_agg(name order by name) as names from settled_name
       where cardinality(unit_ids) = 1 group by 1
     ) s on s.unit_id = u.id
     left join (
       select m.unit_id, jsonb_agg(jsonb_build_object('id', g.id, 'code', g.code, 'name', g.name) order by g.code) as groups
       from unit_group_member m join unit_group g on g.id = m.group_id group by m.unit_id
     ) g on g.unit_id = u.id
     left join (
       select unit_id, jsonb_agg(jsonb_build_object('id', id, 'kind', kind, 'title', title) order by kind, title) as posts from post
       where unit_id is not null group by unit_id
     ) p on p.unit_id = u.id
     where ($1::uuid is null and $2::text[] is null) or u.jurisdiction_id = $1 or u.code = any($2)
     order by j.name, u.position, u.code`,
    [filter.jurisdictionId ?? null, filter.codes ?? null],
  );
}
