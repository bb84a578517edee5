import {
  ADMINISTRATOR_POSTS,
  DELEGATION_RULES,
  delegationMachine,
  type DelegationRelation,
  type DelegationState,
  type PostKind,
} from '@duban/domain';
import { consequences } from '@duban/database';
import { type Actor, type EventType, HistoryService } from '@duban/history';
import { addDays, conflict, forbidden, invalid, localDateOf, newId, notFound, parseLocalDate } from '@duban/kernel';
import { decide } from '@duban/state-machine';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { inForceOn, inMatterOf, mayStandIn } from './delegation-terms';
import { lockDirectory } from './directory-lock';
import { CHINA_TIME_ZONE } from './jurisdiction';
import { type HeldTerm, isAdministrator, termsIn } from './post-holdings';
import { may } from './rights';
import { findPerson } from './sign-in/persons';

/** Somebody stands in for the holder of a post during leave (代行). */
export interface DelegationView {
  [field: string]: unknown;
  id: string;
  postId: string;
  postKind: PostKind;
  postTitle: string | null;
  unitCode: string | null;
  /** The holder of the post, for whom the other acts. */
  personId: string;
  username: string;
  displayName: string;
  delegateId: string;
  delegateUsername: string;
  delegateName: string;
  /** `YYYY-MM-DD`: the first day and the last, both included. */
  fromOn: string;
  untilOn: string;
  /** The matters; both empty for all that the post has to do. */
  planIds: string[];
  taskIds: string[];
  reason: string;
  state: DelegationState;
  version: number;
  /** Whether the other may act by it on the day of the question. */
  isInForce: boolean;
  madeBy: string;
  madeAt: Date;
  endedBy: string | null;
  endedAt: Date | null;
  endReason: string | null;
}

export interface NewDelegation {
  postId: string;
  /** Username of who stands in. */
  to: string;
  /** Username of the holder, where several hold the post; oneself where it is left out. */
  holder?: string;
  /** `YYYY-MM-DD`: the first day and the last, both included. */
  from: string;
  until: string;
  /** Whole plans, single tasks with their parts; all that the post has to do where both are left out. */
  planIds?: readonly string[];
  taskIds?: readonly string[];
  reason: string;
}

interface DelegatedPost {
  id: string;
  kind: PostKind;
  unitId: string | null;
}

/** Who stands in for whom (请假期间代行), from a day to a day, in all matters of a post or in some. */
@Injectable()
export class DelegationService {
  constructor(@Inject(HistoryService) private readonly history: HistoryService) {}

  /**
   * Made by the holder of the post, or for them by who may: the unit's head, the office, the security administrator.
   *
   * @throws DomainError not_found `POST.UNKNOWN`, `PERSON.UNKNOWN`; forbidden `DELEGATION.NOT_YOURS`,
   *   `DELEGATION.BY_DELEGATE`; invalid `DELEGATION.IN_THE_PAST`, `DELEGATION.TERM_REVERSED`, `DELEGATION.TOO_LONG`,
   *   `DELEGATION.NOT_DELEGABLE`, `DELEGATION.NOT_HELD`, `DELEGATION.WHOSE`, `DELEGATION.TO_ONESELF`,
   *   `DELEGATION.ACCOUNT_CLOSED`, `DELEGATION.NOT_OF_THE_UNIT`, `DELEGATION.TO_ADMINISTRATOR`,
   *   `DELEGATION.HOLDS_THE_POST`, `DELEGATION.MATTER_UNKNOWN`; conflict `DELEGATION.OVERLAPS`
   */
  async make(tx: EntityManager, actor: Actor, at: Date, wanted: NewDelegation): Promise<DelegationView> {
    const { postId, from, until, reason } = wanted;
    await lockDirectory(tx);
    const today = localDateOf(at, CHINA_TIME_ZONE);
    const [post]: DelegatedPost[] = await tx.query(
      `select id, kind, unit_id as "unitId" from post where id = $1 and closed_on is null`,
      [postId],
    );
    if (!post) throw notFound('POST.UNKNOWN', 'There is no such post, or no more.', { postId });
    const holder = await this.holderOf(tx, actor, today, post, wanted);
    if (isAdministrator(post.kind)) {
      throw invalid('DELEGATION.NOT_DELEGABLE', 'Nobody stands in for an administrator (三员分立).', {
        field: 'postId',
      });
    }
    assertTerm(today, wanted);
    const delegate = await findPerson(tx, { username: wanted.to });
    await assertDelegate(tx, actor, post, holder, delegate, from);
    const matter = {
      planIds: [...new Set(wanted.planIds ?? [])].toSorted(),
      taskIds: [...new Set(wanted.taskIds ?? [])].toSorted(),
    };
    await consequences(tx, () => assertKnown(tx, post, matter));
    await consequences(tx, () => assertAlone(tx, post, holder, delegate.id, { from, until }, matter));
    const id = newId();
    await tx.query(
      `insert into delegation (id, post_id, person_id, delegate_id, from_on, until_on, plan_ids, task_ids, reason, state,
         made_by, made_at, version)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)`,
      [
        id,
        postId,
        holder.personId,
        delegate.id,
        from,
        until,
        matter.planIds,
        matter.taskIds,
        reason,
        delegationMachine.initial,
        actor.personId,
        at,
      ],
    );
    const [made] = await views(tx, today, 'd.id = $2', [id]);
    await this.record(tx, actor, at, 'delegation.made', null, made!, reason);
    return made!;
  }

  /**
   * Ends a delegation before its last day: by who made it, the holder, or who may make one for the post.
   *
   * @throws DomainError not_found `DELEGATION.UNKNOWN`, also for one of which one may not know; forbidden
   *   `DELEGATION.NOT_YOURS`; conflict `DELEGATION.ENDED`
   */
  async end(tx: EntityManager, actor: Actor, at: Date, id: string, reason: string | null): Promise<DelegationView> {
    await lockDirectory(tx);
    const [before] = await this.seen(tx, actor, at, { id, after: null, limit: 1 });
    if (!before) throw notFound('DELEGATION.UNKNOWN', 'There is no such delegation.', { delegationId: id });
    const [{ unitId }]: [{ unitId: string | null }] = await tx.query(
      `select unit_id as "unitId" from post where id = $1`,
      [before.postId],
    );
    const relations: DelegationRelation[] = [];
    if (!actor.delegation) {
      if (before.madeBy === actor.personId) relations.push('maker');
      if (before.personId === actor.personId) relations.push('holder');
      if (mayMakeFor(actor, unitId)) relations.push('superior');
    }
    const decision = decide(delegationMachine, before.state, 'end', relations, undefined);
    if (!decision.ok && decision.reason === 'event_not_allowed') {
      throw conflict('DELEGATION.ENDED', 'It has ended already.', { delegationId: id });
    }
    if (!decision.ok) {
      throw forbidden('DELEGATION.NOT_YOURS', 'Only who made it, the holder of the post or their head ends it.');
    }
    const [after] = await this.endAll(tx, actor, at, [before], decision.to, reason);
    return after!;
  }

  /** Ends what a person has delegated, and what was delegated to them: their account is closed. */
  async endAllOf(tx: EntityManager, actor: Actor, at: Date, personId: string): Promise<void> {
    const today = localDateOf(at, CHINA_TIME_ZONE);
    const standing = await views(tx, today, `d.state = 'standing' and (d.person_id = $2 or d.delegate_id = $2)`, [
      personId,
    ]);
    const decision = decide(delegationMachine, 'standing', 'end', ['system'], undefined);
    if (decision.ok) await this.endAll(tx, actor, at, standing, decision.to, 'an account was closed');
  }

  /** Those of which one may know, the newest first. */
  async list(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { after, limit }: { after: string | null; limit: number },
  ): Promise<DelegationView[]> {
    return this.seen(tx, actor, at, { id: null, after, limit });
  }

  /** One's own, given, taken or made; a head those of the unit, the office and the administrators all. */
  private async seen(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { id, after, limit }: { id: string | null; after: string | null; limit: number },
  ): Promise<DelegationView[]> {
    const isOversight = may(actor, 'delegation.read');
    const scope = isOversight ? actor.unitId : null;
    return views(
      tx,
      localDateOf(at, CHINA_TIME_ZONE),
      `($2::uuid is null or d.id = $2) and ($3::uuid is null or d.id < $3)
         and ($4::uuid in (d.person_id, d.delegate_id, d.made_by) or $5 and ($6::uuid is null or post.unit_id = $6))`,
      [id, after, actor.personId, isOversight, scope],
      limit,
    );
  }

  /** Whose term is delegated: the actor's own, or of the one that they name, where they may make it for others. */
  private async holderOf(
    tx: EntityManager,
    actor: Actor,
    today: string,
    post: DelegatedPost,
    { from, holder: named }: NewDelegation,
  ): Promise<HeldTerm> {
    const first = from > today ? from : today;
    const terms = (await termsIn(tx, post.id, { fromOn: first, toOn: null })).filter(({ fromOn }) => fromOn <= first);
    const own = terms.find(({ personId }) => personId === actor.personId);
    const wanted = named === undefined ? undefined : await findPerson(tx, { username: named });
    if (own && (wanted === undefined || wanted.id === own.personId)) {
      if (actor.delegation) throw byDelegate();
      return own;
    }
    if (!mayMakeFor(actor, post.unitId)) {
      const [delegated]: unknown[] = await tx.query(
        `select from delegation where post_id = $1 and delegate_id = $2 and state = 'standing'`,
        [post.id, actor.personId],
      );
      if (delegated) throw byDelegate();
      throw forbidden('DELEGATION.NOT_YOURS', 'You do not hold this post, nor are you the head of whoever does.');
    }
    if (terms.length === 0) {
      throw invalid('DELEGATION.NOT_HELD', 'Nobody holds this post on the first day.', { field: 'postId' });
    }
    const chosen = wanted ? terms.find(({ personId }) => personId === wanted.id) : terms.length === 1 ? terms[0] : null;
    if (!chosen) {
      throw invalid('DELEGATION.WHOSE', 'Say in "holder" for whom: somebody who holds the post on the first day.', {
        field: 'holder',
      });
    }
    return chosen;
  }

  private async endAll(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    standing: readonly DelegationView[],
    state: DelegationState,
    reason: string | null,
  ): Promise<DelegationView[]> {
    const ids = standing.map(({ id }) => id);
    await tx.query(
      `update delegation set state = $2, ended_by = $3, ended_at = $4, end_reason = $5, version = version + 1
       where id = any($1::uuid[])`,
      [ids, state, actor.personId, at, reason],
    );
    const ended = await views(tx, localDateOf(at, CHINA_TIME_ZONE), 'd.id = any($2::uuid[])', [ids]);
    for (const after of ended) {
      const before = standing.find(({ id }) => id === after.id)!;
      await this.record(tx, actor, at, 'delegation.ended', before, after, reason);
    }
    return ended;
  }

  private record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    type: EventType,
    before: DelegationView | null,
    after: DelegationView,
    reason: string | null,
  ): Promise<void> {
    return this.history.append(tx, actor, at, [
      { type, entity: 'delegation', entityId: after.id, reason, before, after },
    ]);
  }
}

/** Of a post of the government, a head's right to the own unit's posts is none. */
const mayMakeFor = (actor: Actor, unitId: string | null): boolean =>
  may(actor, 'delegation.make', unitId ?? 'of the government');

const byDelegate = (): Error =>
  forbidden(
    'DELEGATION.BY_DELEGATE',
    'You hold this post by delegation only: you neither pass it on nor prolong it. Ask its holder.',
  );

function assertTerm(today: string, { from, until }: NewDelegation): void {
  if (from < today) {
    throw invalid('DELEGATION.IN_THE_PAST', 'Somebody stands in from today on, or later.', { field: 'from' });
  }
  if (until < from) {
    throw invalid('DELEGATION.TERM_REVERSED', 'The last day is the first, or comes after it.', { field: 'until' });
  }
  const { mostDays } = DELEGATION_RULES;
  if (until > addDays(parseLocalDate(from), mostDays - 1)) {
    throw invalid(
      'DELEGATION.TOO_LONG',
      `Nobody stands in for more than ${mostDays} days. For longer, the post is given to somebody for a term.`,
      { field: 'until', mostDays },
    );
  }
}

/** That the person may stand in from the first day on; whether they still may is asked each time they do. */
async function assertDelegate(
  tx: EntityManager,
  actor: Actor,
  post: DelegatedPost,
  holder: HeldTerm,
  delegate: { id: string; isActive: boolean },
  from: string,
): Promise<void> {
  // Whoever makes it for somebody else would give themselves the post, and prolong it at will.
  if (delegate.id === holder.personId || delegate.id === actor.personId) {
    throw invalid(
      'DELEGATION.TO_ONESELF',
      'Nobody stands in for themselves, nor appoints themselves. Choose another.',
      {
        field: 'to',
      },
    );
  }
  if (!delegate.isActive) {
    throw invalid('DELEGATION.ACCOUNT_CLOSED', 'The account of this person is closed.', { field: 'to' });
  }
  const [known]: [{ isAdministrator: boolean; mayStandIn: boolean; holdsIt: boolean }] = await tx.query(
    `select ${mayStandIn('$2::uuid', '$3::date')} as "mayStandIn",
       exists (select from post_holding h join post p on p.id = h.post_id where h.person_id = $2
         and (h.to_on is null or h.to_on > $3::date) and p.kind = any($4)) as "isAdministrator",
       exists (select from post_holding h where h.person_id = $2 and h.post_id = post.id
         and h.from_on <= $3::date and (h.to_on is null or h.to_on > $3::date)) as "holdsIt"
     from post where post.id = $1`,
    [post.id, delegate.id, from, ADMINISTRATOR_POSTS],
  );
  if (known.isAdministrator) {
    throw invalid('DELEGATION.TO_ADMINISTRATOR', 'An administrator stands in for nobody (三员分立).', { field: 'to' });
  }
  if (known.holdsIt) {
    throw invalid('DELEGATION.HOLDS_THE_POST', 'This person holds the post, too, and may do all of it anyway.', {
      field: 'to',
    });
  }
  if (!known.mayStandIn) {
    throw invalid(
      'DELEGATION.NOT_OF_THE_UNIT',
      post.unitId === null
        ? 'For the government’s posts somebody of the office, or a leader, stands in.'
        : 'Somebody with a post in the same unit stands in, on the first day at the latest.',
      { field: 'to' },
    );
  }
}

interface DelegatedMatter {
  planIds: readonly string[];
  taskIds: readonly string[];
}

/**
 * Plans and tasks that were handed out, for a unit's post those in which the unit has a part: of others it learns
 * nothing. Asked as the system: the security administrator, who may have somebody stand in, sees no matters.
 */
async function assertKnown(tx: EntityManager, { unitId }: DelegatedPost, matter: DelegatedMatter): Promise<void> {
  const known = `from task t join assignment a on a.task_id = t.id where ($2::uuid is null or a.unit_id = $2)`;
  const unknownOf = (ids: readonly string[], where: string): Promise<{ id: string }[]> =>
    tx.query(`select id from unnest($1::uuid[]) wanted(id) where not exists (select ${known} and ${where})`, [
      ids,
      unitId,
    ]);
  const [plan] = await unknownOf(matter.planIds, 't.plan_id = wanted.id');
  const [task] = await unknownOf(matter.taskIds, 'wanted.id in (t.id, t.parent_id)');
  const unknown = plan ?? task;
  if (!unknown) return;
  throw invalid('DELEGATION.MATTER_UNKNOWN', 'The post has nothing to do in this, or there is no such matter.', {
    field: plan ? 'planIds' : 'taskIds',
    id: unknown.id,
  });
}

/**
 * For one matter one person stands in at a time; and one person by one delegation of a post, which names all their
 * matters: a request says by the post for whom it is.
 */
async function assertAlone(
  tx: EntityManager,
  post: DelegatedPost,
  holder: HeldTerm,
  delegateId: string,
  { from, until }: { from: string; until: string },
  { planIds, taskIds }: DelegatedMatter,
): Promise<void> {
  const [other]: { id: string; name: string; fromOn: string; untilOn: string }[] = await tx.query(
    `select d.id, who.display_name as name, d.from_on::text as "fromOn", d.until_on::text as "untilOn"
     from delegation d join person who on who.id = d.delegate_id
     where d.post_id = $1 and d.state = 'standing' and d.from_on <= $5::date and d.until_on >= $4::date
       and (d.delegate_id = $3 or d.person_id = $2 and (
         cardinality($6::uuid[]) + cardinality($7::uuid[]) = 0
         or cardinality(d.plan_ids) + cardinality(d.task_ids) = 0
         or d.plan_ids && $6::uuid[] or d.task_ids && $7::uuid[]
         or exists (select from task t where (t.id = any($7::uuid[]) or t.parent_id = any($7::uuid[]))
           and ${inMatterOf('d.plan_ids', 'd.task_ids')})
         or exists (select from task t where (t.id = any(d.task_ids) or t.parent_id = any(d.task_ids))
           and ${inMatterOf('$6', '$7')})))
     order by d.from_on limit 1`,
    [post.id, holder.personId, delegateId, from, until, planIds, taskIds],
  );
  if (!other) return;
  throw conflict(
    'DELEGATION.OVERLAPS',
    `${other.name} stands in for this post from ${other.fromOn} until ${other.untilOn}. End that first, or choose other days or matters.`,
    { delegationId: other.id, fromOn: other.fromOn, untilOn: other.untilOn },
  );
}

/** @param where on a delegation `d` of a post `post`, with the parameters from $2 on */
const views = (
  tx: EntityManager,
  today: string,
  where: string,
  parameters: readonly unknown[],
  limit: number | null = null,
): Promise<DelegationView[]> =>
  tx.query(
    `select d.id, d.post_id as "postId", post.kind as "postKind", post.title as "postTitle", u.code as "unitCode",
       d.person_id as "personId", holder.username, holder.display_name as "displayName",
       d.delegate_id as "delegateId", delegate.username as "delegateUsername", delegate.display_name as "delegateName",
       d.from_on::text as "fromOn", d.until_on::text as "untilOn", d.plan_ids as "planIds", d.task_ids as "taskIds",
       d.reason, d.state, d.version, ${inForceOn('$1::date')} as "isInForce", d.made_by as "madeBy",
       d.made_at as "madeAt", d.ended_by as "endedBy", d.ended_at as "endedAt", d.end_reason as "endReason"
     from delegation d join post on post.id = d.post_id left join unit u on u.id = post.unit_id
       join person holder on holder.id = d.person_id join person delegate on delegate.id = d.delegate_id
     where ${where} order by d.id desc limit ${limit ?? 'all'}`,
    [today, ...parameters],
  );
