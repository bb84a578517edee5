import { type PostChangeEvent, postChangeMachine, type PostChangeState, type PostKind } from '@duban/domain';
import { type Actor, type EventType, HistoryService } from '@duban/history';
import { conflict, forbidden, invalid, localDateOf, newId, notFound } from '@duban/kernel';
import { decide } from '@duban/state-machine';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { lockDirectory } from './directory-lock';
import { CHINA_TIME_ZONE } from './jurisdiction';
import { readPersonStates } from './person-state';
import {
  assertCanHold,
  findPost,
  holdPost,
  isSingle,
  leavePost,
  type PostName,
  type Term,
  termsIn,
} from './post-holdings';
import { assertMay, assertNotOwn, may } from './rights';
import { findPerson } from './sign-in/persons';

/** A post that somebody is to be given, or to lose (授权), as the administrators see it. */
export interface PostChangeView {
  [field: string]: unknown;
  id: string;
  kind: 'grant' | 'take';
  state: PostChangeState;
  version: number;
  personId: string;
  username: string;
  displayName: string;
  postId: string;
  postKind: PostKind;
  postTitle: string | null;
  unitCode: string | null;
  /** `YYYY-MM-DD`: the first day with the post, or without it. */
  fromOn: string;
  /** The first day without the post again; null for no end. */
  toOn: string | null;
  /** Whether the term of whoever holds the post ends when this one begins (接任). */
  succeeds: boolean;
  reason: string;
  proposedBy: string | null;
  proposedAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
}

export interface NewPostChange {
  kind: 'grant' | 'take';
  username: string;
  post: PostName;
  /** Today where it is left out. */
  fromOn?: string;
  /** Of a grant: the first day without the post again; no end where it is left out. */
  toOn?: string;
  /** Of a grant: whoever holds the post until then steps back (接任). */
  succeeds?: boolean;
  reason: string;
}

/** What came with an import, for the security administrator to confirm. */
interface ImportedPost {
  personId: string;
  postId: string;
  fromOn: string;
}

/**
 * Who gets which post (授权): the system administrator proposes, the security administrator confirms, or does it at once;
 * nobody for themselves (三员分立).
 */
@Injectable()
export class PostChangeService {
  constructor(@Inject(HistoryService) private readonly history: HistoryService) {}

  /**
   * Proposes a change; who may decide it, too, has decided it thereby.
   *
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, `RIGHTS.OWN_ACCOUNT`, `PERSON.UNKNOWN`; invalid `POST.UNKNOWN`,
   *   `POST.ADMINISTRATORS_APART`, `POST_CHANGE.IN_THE_PAST`, `POST_CHANGE.TERM_EMPTY`, `POST_CHANGE.NOT_A_GRANT`,
   *   `POST_CHANGE.SEVERAL_HOLDERS`; conflict `POST.HELD_ALREADY`, `POST.TERM_OVERLAPS`, `POST_CHANGE.PROPOSED_ALREADY`;
   *   not_found `POST.NOT_HELD`
   */
  async propose(tx: EntityManager, actor: Actor, at: Date, wanted: NewPostChange): Promise<PostChangeView> {
    assertMay(actor, 'post.propose');
    await lockDirectory(tx);
    const { id: personId } = await findPerson(tx, { username: wanted.username });
    assertNotOwn(actor, personId);
    const postId = await findPost(tx, wanted.post);
    if (postId === null) {
      throw invalid('POST.UNKNOWN', 'There is no such post. Check the kind, and the code of the unit.', {
        field: 'post',
      });
    }
    const today = localDateOf(at, CHINA_TIME_ZONE);
    const fromOn = wanted.fromOn ?? today;
    if (fromOn < today) {
      throw invalid('POST_CHANGE.IN_THE_PAST', 'Rights are given and taken from today on, or later.', {
        field: 'fromOn',
      });
    }
    const { toOn = null, succeeds = false } = wanted;
    assertTerm(wanted, { fromOn, toOn });
    if (wanted.kind === 'grant') {
      if (succeeds) assertOneHolder(wanted.post.kind);
      await assertCanHold(tx, personId, postId, { fromOn, toOn }, { succeeds });
    }
    const [same]: unknown[] = await tx.query(
      `select from post_change where person_id = $1 and post_id = $2 and kind = $3 and state = 'proposed'`,
      [personId, postId, wanted.kind],
    );
    if (same)
      throw conflict('POST_CHANGE.PROPOSED_ALREADY', 'The same is proposed already. Decide that, or withdraw it.');
    const id = newId();
    const { kind, reason } = wanted;
    await insertProposed(tx, actor, at, [{ id, kind, personId, postId, fromOn, toOn, succeeds, reason }]);
    const [proposed] = await views(tx, [id]);
    await this.record(tx, actor, at, 'post_change.proposed', null, proposed!);
    if (!may(actor, 'post.decide')) return proposed!;
    const [decided] = await this.move(tx, actor, at, [proposed!], 'confirm', null);
    return decided!;
  }

  /** Proposes the posts of accounts that an import has made. */
  async proposeImported(tx: EntityManager, actor: Actor, at: Date, posts: readonly ImportedPost[]): Promise<void> {
    const more = { kind: 'grant', toOn: null, succeeds: false, reason: 'imported' } as const;
    const rows = posts.map((post) => ({ ...post, ...more, id: newId() }));
    await insertProposed(tx, actor, at, rows);
    for (const after of await views(
      tx,
      rows.map(({ id }) => id),
    )) {
      await this.record(tx, actor, at, 'post_change.proposed', null, after);
    }
  }

  /**
   * Decides some proposals, all or none: confirm, refuse (by the security administrator), withdraw (by who proposed).
   *
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, `RIGHTS.OWN_ACCOUNT`; not_found `POST_CHANGE.UNKNOWN`; conflict
   *   `POST_CHANGE.EVENT_NOT_ALLOWED`, and as {@link propose} where things have changed meanwhile
   */
  async decide(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    ids: readonly string[],
    event: PostChangeEvent,
    reason: string | null,
  ): Promise<PostChangeView[]> {
    assertMay(actor, event === 'withdraw' ? 'post.propose' : 'post.decide');
    await lockDirectory(tx);
    const found = await views(tx, [...new Set(ids)]);
    const missing = ids.find((id) => !found.some((change) => change.id === id));
    if (missing !== undefined) {
      throw notFound('POST_CHANGE.UNKNOWN', 'There is no such proposal.', { postChangeId: missing });
    }
    return this.move(tx, actor, at, found, event, reason);
  }

  /** Of one state or of all, the newest first. */
  async list(
    tx: EntityManager,
    actor: Actor,
    { state, after, limit }: { state?: PostChangeState; after: string | null; limit: number },
  ): Promise<PostChangeView[]> {
    assertMay(actor, 'account.read');
    return tx.query(
      `${VIEW} where ($1::text is null or c.state = $1) and ($2::uuid is null or c.id < $2)
       order by c.id desc limit $3`,
      [state ?? null, after, limit],
    );
  }

  private async move(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    changes: readonly PostChangeView[],
    event: PostChangeEvent,
    reason: string | null,
  ): Promise<PostChangeView[]> {
    for (const change of changes) {
      // A proposal about oneself is for others to decide; to take it back harms nobody.
      if (event !== 'withdraw') assertNotOwn(actor, change.personId);
      const to = nextState(actor, change, event);
      await tx.query(
        `update post_change set state = $2, decided_by = $3, decided_at = $4, version = version + 1 where id = $1`,
        [change.id, to, actor.personId, at],
      );
      if (to === 'confirmed') await this.effect(tx, actor, at, change);
    }
    const decided = await views(
      tx,
      changes.map(({ id }) => id),
    );
    for (const [i, after] of decided.entries()) {
      await this.record(tx, actor, at, `post_change.${after.state}`, changes[i]!, after, reason);
    }
    return decided;
  }

  private async effect(tx: EntityManager, actor: Actor, at: Date, change: PostChangeView): Promise<void> {
    const { personId, postId, toOn } = change;
    // What waited for its confirmation does not begin before it.
    const today = localDateOf(at, CHINA_TIME_ZONE);
    const fromOn = change.fromOn > today ? change.fromOn : today;
    if (toOn !== null && toOn <= fromOn) {
      throw conflict('POST_CHANGE.TERM_PASSED', 'The term would be over before it begins. Propose another.', {
        postChangeId: change.id,
      });
    }
    const predecessors = change.succeeds ? await predecessorsOf(tx, change, fromOn) : [];
    // To step back for somebody is to lose a post: nobody decides that for themselves.
    for (const id of predecessors) assertNotOwn(actor, id);
    const persons = [...predecessors, personId];
    const before = await readPersonStates(tx, persons);
    for (const id of predecessors) await leavePost(tx, id, postId, fromOn);
    if (change.kind === 'grant') await holdPost(tx, personId, postId, fromOn, toOn);
    else await leavePost(tx, personId, postId, fromOn);
    const after = await readPersonStates(tx, persons);
    const changes = after.map((state, i) => ({
      type: 'person.posts_changed' as const,
      entity: 'person' as const,
      entityId: state.id,
      reason: change.reason,
      before: before[i] ?? null,
      after: state,
    }));
    await this.history.append(tx, actor, at, changes);
  }

  private record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    type: EventType,
    before: PostChangeView | null,
    after: PostChangeView,
    reason: string | null = after.reason,
  ): Promise<void> {
    return this.history.append(tx, actor, at, [
      { type, entity: 'post_change', entityId: after.id, reason, before, after },
    ]);
  }
}

/** @throws DomainError conflict `POST_CHANGE.EVENT_NOT_ALLOWED`, forbidden `POST_CHANGE.NOT_YOURS` */
function nextState(actor: Actor, change: PostChangeView, event: PostChangeEvent): PostChangeState {
  const relations = [
    ...(may(actor, 'post.decide') ? (['security'] as const) : []),
    ...(change.proposedBy === actor.personId ? (['proposer'] as const) : []),
  ];
  const decision = decide(postChangeMachine, change.state, event, relations, undefined);
  if (decision.ok) return decision.to;
  if (decision.reason === 'event_not_allowed') {
    throw conflict('POST_CHANGE.EVENT_NOT_ALLOWED', `The proposal is ${change.state} already.`, {
      postChangeId: change.id,
      state: change.state,
    });
  }
  throw forbidden('POST_CHANGE.NOT_YOURS', 'Only who proposed it takes it back.', { postChangeId: change.id });
}

/** Those who hold the post when the successor's term begins: of a post of one holder, one. */
async function predecessorsOf(
  tx: EntityManager,
  { postId, personId }: PostChangeView,
  fromOn: string,
): Promise<string[]> {
  const terms = await termsIn(tx, postId, { fromOn, toOn: null });
  return terms.filter((term) => term.fromOn <= fromOn && term.personId !== personId).map((term) => term.personId);
}

/** @throws DomainError invalid `POST_CHANGE.NOT_A_GRANT`, `POST_CHANGE.TERM_EMPTY` */
function assertTerm({ kind, toOn: given, succeeds }: NewPostChange, { fromOn, toOn }: Term): void {
  if (kind === 'take' && (given !== undefined || succeeds)) {
    throw invalid('POST_CHANGE.NOT_A_GRANT', 'Whoever loses a post has no term in it, nor succeeds anybody.', {
      field: succeeds ? 'succeeds' : 'toOn',
    });
  }
  if (toOn !== null && toOn <= fromOn) {
    throw invalid('POST_CHANGE.TERM_EMPTY', 'The first day without the post comes after the first with it.', {
      field: 'toOn',
    });
  }
}

/** @throws DomainError invalid `POST_CHANGE.SEVERAL_HOLDERS` */
function assertOneHolder(kind: PostKind): void {
  if (isSingle(kind)) return;
  throw invalid(
    'POST_CHANGE.SEVERAL_HOLDERS',
    'Several people hold this post, so it does not say whom one succeeds. Take it from whoever leaves, and give it.',
    { field: 'succeeds' },
  );
}

interface ProposedRow extends ImportedPost {
  id: string;
  kind: 'grant' | 'take';
  toOn: string | null;
  succeeds: boolean;
  reason: string;
}

const insertProposed = (tx: EntityManager, actor: Actor, at: Date, rows: readonly ProposedRow[]): Promise<unknown> =>
  tx.query(
    `insert into post_change (id, kind, person_id, post_id, from_on, to_on, succeeds, reason, state, proposed_by,
       proposed_at, version)
     select r.id, r.kind, r."personId", r."postId", r."fromOn", r."toOn", r.succeeds, r.reason, $2, $3, $4, 1
     from jsonb_to_recordset($1::jsonb) as r(id uuid, kind text, "personId" uuid, "postId" uuid, "fromOn" date,
       "toOn" date, succeeds boolean, reason text)`,
    [JSON.stringify(rows), postChangeMachine.initial, actor.personId, at],
  );

const views = (tx: EntityManager, ids: readonly string[]): Promise<PostChangeView[]> =>
  tx.query(`${VIEW} where c.id = any($1::uuid[]) order by c.id`, [ids]);

const VIEW = `select c.id, c.kind, c.state, c.version, c.person_id as "personId", p.username,
  p.display_name as "displayName", c.post_id as "postId", post.kind as "postKind",
  post.title as "postTitle", u.code as "unitCode", c.from_on::text as "fromOn", c.to_on::text as "toOn", c.succeeds,
  c.reason, c.proposed_by as "proposedBy", c.proposed_at as "proposedAt",
  c.decided_by as "decidedBy", c.decided_at as "decidedAt"
  from post_change c join person p on p.id = c.person_id join post on post.id = c.post_id
  left join unit u on u.id = post.unit_id`;
