import type { PostKind } from '@duban/domain';
import type { EntityManager } from 'typeorm';
import { type Contact, contactColumns } from './contact';

/** A person as history records it. Never the hash: only whether there is one. */
export interface PersonState extends Contact {
  [field: string]: unknown;
  id: string;
  username: string;
  displayName: string;
  isActive: boolean;
  hasPassword: boolean;
  posts: {
    postId: string;
    kind: PostKind;
    title: string | null;
    unitId: string | null;
    fromOn: string;
    toOn: string | null;
  }[];
}

/** The whole state of persons, in the order of the ids. */
export async function readPersonStates(tx: EntityManager, personIds: readonly string[]): Promise<PersonState[]> {
  return tx.query(
    `select p.id, p.username, p.display_name as "displayName", ${contactColumns('p')}, p.is_active as "isActive",
       has_password(p.id) as "hasPassword",
       coalesce(held.posts, '[]') as posts
     from unnest($1::uuid[]) with ordinality as wanted(id, place)
     join person p on p.id = wanted.id
     left join (
       select h.person_id, jsonb_agg(jsonb_build_object('postId', post.id, 'kind', post.kind, 'title', post.title, 'unitId', post.unit_id,
         'fromOn', h.from_on, 'toOn', h.to_on) order by h.from_on, h.id) as posts
       from post_holding h join post on post.id = h.post_id
       where h.person_id = any($1) group by h.person_id
     ) held on held.person_id = p.id
     order by wanted.place`,
    [personIds],
  );
}
