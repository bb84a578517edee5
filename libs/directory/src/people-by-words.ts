import { localDateOf } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { CHINA_TIME_ZONE } from './jurisdiction';
import { nameKey } from './names';

/** Somebody with an open account and the posts that they hold: what tells two people of one name apart. */
export interface FoundPerson {
  personId: string;
  username: string;
  displayName: string;
  posts: { kind: string; title: string | null; unitName: string | null }[];
}

/** Whoever looks for somebody knows a name or a unit; a list of everybody is nobody's to take. */
const MOST_FOUND = 20;

/**
 * People who hold a post at an instant, in whose name, username or post, or in a name of whose unit, the words stand: twenty
 * at most, those first whose own name it is. Nothing else of an account is told.
 */
export async function findPeople(tx: EntityManager, words: string, at: Date): Promise<FoundPerson[]> {
  const wanted = nameKey(words).toLowerCase();
  if (wanted === '') return [];
  return tx.query(
    `select p.id as "personId", p.username, p.display_name as "displayName",
       jsonb_agg(jsonb_build_object('kind', post.kind, 'title', post.title, 'unitName', u.name)
         order by u.position nulls first, post.kind, post.title) as posts
     from post_holding h
       join post on post.id = h.post_id
       left join unit u on u.id = post.unit_id
       join person p on p.id = h.person_id and p.is_active
     where h.from_on <= $2::date and (h.to_on is null or h.to_on > $2::date)
     group by p.id
     having ${has('p.display_name')} or ${has('p.username')}
       or bool_or(${has('u.name')} or ${has('u.official_name')} or ${has('post.title')})
     order by not (${has('p.display_name')} or ${has('p.username')}), min(u.position) nulls first, p.username
     limit ${MOST_FOUND}`,
    [wanted, localDateOf(at, CHINA_TIME_ZONE)],
  );
}

/** As {@link nameKey} folds what is looked for. */
const has = (column: string): string =>
  `coalesce(position($1 in lower(translate(${column}, '（） \u3000', '()'))) > 0, false)`;
