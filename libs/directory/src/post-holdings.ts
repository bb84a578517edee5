import { ADMINISTRATOR_POSTS, type PostKind, SINGLE_HOLDER_POSTS } from '@duban/domain';
import { conflict, invalid, newId, notFound } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { PRINTABLE } from './names';

/**
 * A post as people name it: its kind, the code of its unit where it belongs to one, and its title where that tells it
 * from others of the unit.
 */
export interface PostName {
  kind: PostKind;
  unitCode: string | null;
  title?: string | null;
}

/** From a day (`YYYY-MM-DD`) to another, that one not included; without an end where there is none. */
export interface Term {
  fromOn: string;
  toOn: string | null;
}

/** @returns the post's id, or null where there is no such post, or no more: it was closed, or its unit is gone */
export async function findPost(tx: EntityManager, { kind, unitCode, title = null }: PostName): Promise<string | null> {
  if (![unitCode, title].every((text) => text === null || PRINTABLE.test(text))) return null;
  const [post]: { id: string }[] = await tx.query(
    `select post.id from post left join unit u on u.id = post.unit_id
     where post.kind = $1 and u.code is not distinct from $2 and post.title is not distinct from $3
       and post.closed_on is null and u.to_on is null`,
    [kind, unitCode, title],
  );
  return post?.id ?? null;
}

/**
 * The person holds the post for a term. The caller has taken the directory's lock.
 *
 * @throws DomainError as {@link assertCanHold}
 */
export async function holdPost(
  tx: EntityManager,
  personId: string,
  postId: string,
  fromOn: string,
  toOn: string | null = null,
): Promise<void> {
  await assertCanHold(tx, personId, postId, { fromOn, toOn });
  await tx.query(`insert into post_holding (id, post_id, person_id, from_on, to_on) values ($1, $2, $3, $4, $5)`, [
    newId(),
    postId,
    personId,
    fromOn,
    toOn,
  ]);
}

/**
 * @param succeeds whether those who hold the post when the term begins step back then (接任)
 * @throws DomainError conflict `POST.CLOSED`, `POST.HELD_ALREADY`, `POST.TERM_OVERLAPS` with who holds a post that one
 *   person holds at a time, and until when; invalid `POST.ADMINISTRATORS_APART` for a second of the three
 *   administrators' posts (三员分立), `POST.ADMINISTRATOR_LINKED` for one of them and an account that somebody else's word
 *   opens: whoever links accounts would choose who is an administrator
 */
export async function assertCanHold(
  tx: EntityManager,
  personId: string,
  postId: string,
  term: Term,
  { succeeds = false }: { succeeds?: boolean } = {},
): Promise<void> {
  const [post]: { kind: PostKind; isClosed: boolean }[] = await tx.query(
    `select kind, closed_on is not null as "isClosed" from post where id = $1`,
    [postId],
  );
  if (!post || post.isClosed) throw conflict('POST.CLOSED', 'There is no such post any more. Choose another.');
  const terms = await termsIn(tx, postId, term);
  if (terms.some((one) => one.personId === personId)) {
    throw conflict('POST.HELD_ALREADY', 'The person holds this post already, or is about to.');
  }
  const other = isSingle(post.kind) ? terms.find(({ fromOn }) => !succeeds || fromOn > term.fromOn) : undefined;
  if (other) {
    const until = other.toOn === null ? 'without an end' : `until ${other.toOn}`;
    throw conflict(
      'POST.TERM_OVERLAPS',
      `${other.displayName} (${other.username}) holds this post from ${other.fromOn} ${until}. End that term first, ` +
        `choose another one, or say that this is the successor ("succeeds").`,
      { holder: other.username, holderName: other.displayName, fromOn: other.fromOn, toOn: other.toOn },
    );
  }
  if (isAdministrator(post.kind)) await assertCanAdminister(tx, personId, post.kind, term);
}

async function assertCanAdminister(
  tx: EntityManager,
  personId: string,
  kind: PostKind,
  { fromOn }: Term,
): Promise<void> {
  const [linked]: unknown[] = await tx.query(`select from person_identity where person_id = $1`, [personId]);
  if (linked) {
    throw invalid(
      'POST.ADMINISTRATOR_LINKED',
      `Whoever is ${kind} signs in by password. Take the link to the identity provider away first.`,
    );
  }
  const held: { kind: PostKind }[] = await tx.query(
    `select post.kind from post_holding h join post on post.id = h.post_id
     where h.person_id = $1 and (h.to_on is null or h.to_on > $2::date)`,
    [personId, fromOn],
  );
  const other = held.find((holding) => isAdministrator(holding.kind));
  if (other) {
    throw invalid(
      'POST.ADMINISTRATORS_APART',
      `Whoever is ${other.kind} cannot be ${kind} as well (三员分立). Take that post first, or choose somebody else.`,
      { held: other.kind, wanted: kind },
    );
  }
}

/** Whose term somebody holds a post in. */
export interface HeldTerm extends Term {
  personId: string;
  username: string;
  displayName: string;
}

/** Terms of a post that share a day with one, the first first. */
export async function termsIn(tx: EntityManager, postId: string, { fromOn, toOn }: Term): Promise<HeldTerm[]> {
  return tx.query(
    `select h.person_id as "personId", p.username, p.display_name as "displayName", h.from_on::text as "fromOn",
       h.to_on::text as "toOn"
     from post_holding h join person p on p.id = h.person_id
     where h.post_id = $1 and (h.to_on is null or h.to_on > $2::date) and ($3::date is null or h.from_on < $3::date)
     order by h.from_on, p.username`,
    [postId, fromOn, toOn],
  );
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

/** Whether a post of the kind has one holder at a time. */
export const isSingle = (kind: PostKind): boolean => (SINGLE_HOLDER_POSTS as readonly PostKind[]).includes(kind);

export const isAdministrator = (kind: PostKind): boolean => (ADMINISTRATOR_POSTS as readonly PostKind[]).includes(kind);
