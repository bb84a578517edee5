import { ADMINISTRATOR_POSTS, type PostKind } from '@duban/domain';
import { conflict, invalid, newId, notFound } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { PRINTABLE } from './names';

/** A post as people name it: its kind, and the code of its unit where it belongs to one. */
export interface PostName {
  kind: PostKind;
  unitCode: string | null;
}

/** @returns the post's id, or null where there is no such post */
export async function findPost(tx: EntityManager, { kind, unitCode }: PostName): Promise<string | null> {
  if (unitCode !== null && !PRINTABLE.test(unitCode)) return null;
  const [post]: { id: string }[] = await tx.query(
    `select post.id from post left join unit u on u.id = post.unit_id
     where post.kind = $1 and u.code is not distinct from $2`,
    [kind, unitCode],
  );
  return post?.id ?? null;
}

/**
 * The person holds the post from a day on. The caller has taken the directory's lock.
 *
 * @throws DomainError conflict `POST.HELD_ALREADY`; invalid `POST.ADMINISTRATORS_APART` for a second of the three
 *   administrators' posts (三员分立), `POST.ADMINISTRATOR_LINKED` for one of them and an account that somebody else's word
 *   opens: whoever links accounts would choose who is an administrator
 */
export async function holdPost(tx: EntityManager, personId: string, postId: string, fromOn: string): Promise<void> {
  await assertCanHold(tx, personId, postId, fromOn);
  await tx.query(`insert into post_holding (id, post_id, person_id, from_on) values ($1, $2, $3, $4)`, [
    newId(),
    postId,
    personId,
    fromOn,
  ]);
}

/** @throws DomainError as {@link holdPost} */
export async function assertCanHold(
  tx: EntityManager,
  personId: string,
  postId: string,
  fromOn: string,
): Promise<void> {
  const held: { postId: string; kind: PostKind }[] = await tx.query(
    `select post.id as "postId", post.kind from post_holding h join post on post.id = h.post_id
     where h.person_id = $1 and (h.to_on is null or h.to_on > $2::date)`,
    [personId, fromOn],
  );
  if (held.some((holding) => holding.postId === postId)) {
    throw conflict('POST.HELD_ALREADY', 'The person holds this post already, or is about to.');
  }
  const [post]: { kind: PostKind }[] = await tx.query(`select kind from post where id = $1`, [postId]);
  if (!post || !isAdministrator(post.kind)) return;
  const [linked]: unknown[] = await tx.query(`select from person_identity where person_id = $1`, [personId]);
  if (linked) {
    throw invalid(
      'POST.ADMINISTRATOR_LINKED',
      `Whoever is ${post.kind} signs in by password. Take the link to the identity provider away first.`,
    );
  }
  const other = held.find(({ kind }) => isAdministrator(kind));
  if (other) {
    throw invalid(
      'POST.ADMINISTRATORS_APART',
      `Whoever is ${other.kind} cannot be ${post.kind} as well (三员分立). Take that post first, or choose somebody else.`,
      { held: other.kind, wanted: post.kind },
    );
  }
}

/**
 * The person holds the post until a day, that day not included. A term that would not have lasted a day is gone; history
 * has it. The caller has taken the directory's lock.
 *
 * @throws DomainError not_found `POST.NOT_HELD`
 */
export async function leavePost(tx: EntityManager, personId: string, postId: string, toOn: string): Promise<void> {
  const of = `person_id = $1 and post_id = $2 and (to_on is null or to_on > $3::date)`;
  const [, ended]: [unknown, number] = await tx.query(
    `update post_holding set to_on = $3 where ${of} and from_on < $3::date`,
    [personId, postId, toOn],
  );
  const [, gone]: [unknown, number] = await tx.query(`delete from post_holding where ${of} and from_on >= $3::date`, [
    personId,
    postId,
    toOn,
  ]);
  if (ended + gone === 0) throw notFound('POST.NOT_HELD', 'The person does not hold this post.');
}

const isAdministrator = (kind: PostKind): boolean => (ADMINISTRATOR_POSTS as readonly PostKind[]).includes(kind);
