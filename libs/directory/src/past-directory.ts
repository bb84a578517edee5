import { consequences } from '@duban/database';
import { openStates } from '@duban/history';
import type { LocalDate } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import type { GroupRule } from './group-rules';
import type { PersonState } from './person-state';
import type { PostState, PostView } from './post-view';
import { inGroupsByRule, type UnitView } from './unit-view';

/** A jurisdiction as it was at an instant, with its groups in the order of their codes. */
export interface PastJurisdiction {
  id: string;
  name: string;
  groups: { id: string; code: string; name: string; rule: GroupRule | null }[];
}

/**
 * The directory as it stood at an instant, by what was recorded until then: what `readUnits` without a day, the listing
 * and the list of a unit's posts answered at that instant.
 *
 * It is read off the last state of each thing, found by the index over a thing's events, and put together as the tables
 * are: a post or a name that was settled since the unit's own last event is in an event of its own. Everybody may read
 * the directory, while events of persons are the auditor's: so it is read as the system, and tells what the tables told.
 */
export async function readUnitsAt(tx: EntityManager, at: Date, jurisdictionId?: string): Promise<UnitView[]> {
  const rows: { state: RecordedUnit; posts: UnitView['posts']; settled: string[]; groups: UnitView['groups'] }[] =
    await consequences(tx, () =>
      tx.query(
        `with past_jurisdiction as materialized (
           select j.id, s.after->>'name' as name, s.after->'groups' as groups
           from jurisdiction j cross join lateral (${lastOf('jurisdiction', 'j.id')}) s),
         past_post as materialized (
           select post.unit_id, post.id, s.after->>'kind' as kind, s.after->>'title' as title
           from post cross join lateral (${lastOf('post', 'post.id')}) s
           where post.unit_id is not null and post.title is not null and s.after->>'closedOn' is null),
         settled as materialized (
           select s.after->'units'->0->>'id' as unit_id, jsonb_agg(s.after->>'name' order by s.after->>'name') as names
           from settled_name n cross join lateral (${lastOf('settled_name', 'n.id')}) s
           where jsonb_array_length(s.after->'units') = 1 group by 1)
         select u.after as state, coalesce(p.posts, '[]') as posts, coalesce(n.names, '[]') as settled,
           coalesce(g.groups, '[]') as groups
         from unit
           cross join lateral (${lastOf('unit', 'unit.id')}) u
           join past_jurisdiction j on j.id = unit.jurisdiction_id
           left join settled n on n.unit_id = unit.id::text
           left join lateral (
             select jsonb_agg(jsonb_build_object('id', one.id, 'kind', one.kind, 'title', one.title)
               order by one.kind, one.title) as posts
             from (
               select own->>'id' as id, own->>'kind' as kind, null as title
               from jsonb_array_elements(u.after->'posts') own where own->>'title' is null
               union all
               select t.id::text, t.kind, t.title from past_post t where t.unit_id = unit.id) one
           ) p on true
           left join lateral (
             select jsonb_agg(jsonb_build_object('id', one->>'id', 'code', one->>'code', 'name', one->>'name',
               'byRule', false) order by one->>'code') as groups
             from jsonb_array_elements(j.groups) one where u.after->'groups' ? (one->>'code')
           ) g on true
         where $2::uuid is null or unit.jurisdiction_id = $2
         order by j.name, (u.after->>'position')::int, unit.code`,
        [at, jurisdictionId ?? null],
      ),
    );
  const units = rows.map(({ state, posts, settled, groups }) => ({ ...state, settledNames: settled, groups, posts }));
  const jurisdictions = await readJurisdictionsAt(tx, at, jurisdictionId);
  const ruled = jurisdictions.flatMap(({ id, groups }) =>
    groups.flatMap(({ rule, ...group }) => (rule === null ? [] : [{ ...group, rule, jurisdictionId: id }])),
  );
  return inGroupsByRule(units, ruled, units, ({ isActive }) => isActive);
}

/** The jurisdictions that there were at an instant, by name: one, or all. */
export async function readJurisdictionsAt(
  tx: EntityManager,
  at: Date,
  jurisdictionId?: string,
): Promise<PastJurisdiction[]> {
  return consequences(tx, () =>
    tx.query(
      `select j.id, s.after->>'name' as name,
         (select coalesce(jsonb_agg(one order by one->>'code'), '[]') from jsonb_array_elements(s.after->'groups') one) as groups
       from jurisdiction j cross join lateral (${lastOf('jurisdiction', 'j.id')}) s
       where $2::uuid is null or j.id = $2 order by s.after->>'name'`,
      [at, jurisdictionId ?? null],
    ),
  );
}

/**
 * The posts that a unit had on a day by what was known at an instant, each with whose term it was; null where there was
 * no such unit yet.
 *
 * Whoever ever held one of them is found by the index over the posts of persons' states, and each of them is asked for
 * the last state: a term that was taken back since has no row any more.
 */
export async function readPostsAt(
  tx: EntityManager,
  at: Date,
  unitCode: string,
  day: LocalDate | string,
): Promise<PostView[] | null> {
  return consequences(tx, async () => {
    const [unit]: { id: string }[] = await tx.query(
      `select unit.id from unit cross join lateral (${lastOf('unit', 'unit.id')}) s where unit.code = $2`,
      [at, unitCode],
    );
    if (!unit) return null;
    const posts: (PostState & { holders: { term: PastTerm; state: PersonState }[] })[] = await tx.query(
      `with holder as materialized (
         select s.after as state from (
           select distinct h.entity_id from history_entry h
           where h.entity = 'person' and h.post_unit_ids @> array[$2::uuid]
         ) found cross join lateral (${lastOf('person', 'found.entity_id', 'and e.post_unit_ids is not null')}) s)
       select post.*, coalesce(held.holders, '[]') as holders
       from (
         select own->>'id' as id, $2::text as "unitId", own->>'kind' as kind, null as title, null as "closedOn"
         from (${lastOf('unit', '$2::uuid')}) u cross join jsonb_array_elements(u.after->'posts') own
         where own->>'title' is null
         union all
         select s.after->>'id', $2::text, s.after->>'kind', s.after->>'title', s.after->>'closedOn'
         from post cross join lateral (${lastOf('post', 'post.id')}) s
         where post.unit_id = $2::uuid and post.title is not null
           and (s.after->>'closedOn' is null or s.after->>'closedOn' > $3::text)) post
       left join lateral (
         select jsonb_agg(jsonb_build_object('term', term, 'state', h.state)) as holders
         from holder h cross join jsonb_array_elements(h.state->'posts') term
         where term->>'postId' = post.id and term->>'fromOn' <= $3::text
           and (term->>'toOn' is null or term->>'toOn' > $3::text)
       ) held on true
       order by array_position(array['head', 'deputy', 'contact', 'handler'], post.kind), post.title collate "C"`,
      [at, unit.id, day],
    );
    return Promise.all(posts.map(async (post) => ({ ...post, holders: await holdersOf(tx, post.holders) })));
  });
}

type PastTerm = PersonState['posts'][number];

/** Whose terms they were, by their beginning, with the names that people had then; of those who were erased none. */
async function holdersOf(
  tx: EntityManager,
  found: readonly { term: PastTerm; state: PersonState }[],
): Promise<PostView['holders']> {
  const states = await openStates(
    tx,
    'person',
    found.map(({ state }) => state),
  );
  return found
    .map(({ term: { fromOn, toOn } }, i) => {
      const { id, username, displayName } = states[i]!;
      return { personId: id, username, displayName, fromOn, toOn };
    })
    .toSorted((one, other) => (`${one.fromOn} ${one.username}` < `${other.fromOn} ${other.username}` ? -1 : 1));
}

/** A unit as history records it: its groups by codes. */
type RecordedUnit = Omit<UnitView, 'groups' | 'posts' | 'settledNames'>;

/** Of a thing, the last event at or before `$1`: of two, the later written counts. */
const lastOf = (entity: string, id: string, more = ''): string =>
  `select e.after from history_event e where e.entity_id = ${id} and e.entity = '${entity}' and e.occurred_at <= $1
     and e.has_state ${more} order by e.seq desc limit 1`;
