import { createHash, randomBytes } from 'node:crypto';
import { POST_KINDS, type PostKind } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock, DomainError, forbidden, localDateOf, newId, notFound } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { inForceOn } from './delegation-terms';
import { CHINA_TIME_ZONE } from './jurisdiction';
import { SignInPolicyService } from './sign-in/sign-in-policy.service';

/** How somebody comes: what is shown of a session to its owner. */
export interface SessionOrigin {
  kind: 'bearer' | 'cookie';
  address: string | null;
  /** What the client calls itself. */
  device: string | null;
}

/** What a session lacks before it can be used for anything else. */
export type SessionNeed = 'second_factor' | 'password' | 'enrolment';

/** A new sign-in. */
export interface SignedIn {
  /** 43 characters of base64url; only its hash is stored, so it cannot be given again. */
  token: string;
  expiresAt: Date;
  person: { id: string; username: string; displayName: string };
  /** Null for a session that can be used. */
  needs: SessionNeed | null;
}

/** The session by which a request was made. */
export interface Session {
  id: string;
  kind: SessionOrigin['kind'];
  needs: SessionNeed | null;
}

export interface SessionView extends SessionOrigin {
  id: string;
  means: 'password' | 'provider';
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
}

/** How a person proved who they are. */
interface Proof {
  means: 'password' | 'provider';
  /** A second factor was asked for and given, elsewhere or just now. */
  isTwofold?: boolean;
  providerSession?: string | null;
}

const TOKEN_BYTES = 32;
/** How long an expired session is kept, so that its holder hears why it no longer counts. */
const EXPIRED_LIFE = '7 days';
const MOST_DEVICE_CHARACTERS = 300;

/** Sessions (会话). They measure machines, not duties: they go by the database's clock. */
@Injectable()
export class SessionService {
  constructor(
    @Inject(SignInPolicyService) private readonly policies: SignInPolicyService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Opens a session for somebody who has proved who they are. It ends by the policy: so long after it began, and so
   * long after it was last used.
   */
  async open(
    tx: EntityManager,
    person: SignedIn['person'],
    { kind, address, device }: SessionOrigin,
    { means, isTwofold = false, providerSession = null }: Proof,
  ): Promise<SignedIn> {
    const { policy } = await this.policies.current(tx);
    await tx.query(`delete from session where person_id = $1 and expires_at < now() - $2::interval`, [
      person.id,
      EXPIRED_LIFE,
    ]);
    const [known]: [{ isEnrolled: boolean; kinds: PostKind[] }] = await tx.query(
      `select exists (select from second_factor where person_id = $1 and confirmed_at is not null) as "isEnrolled",
         array(select post.kind from post where id in (
           select post_id from post_holding where person_id = $1 and (to_on is null or to_on > $2::date)
           union select post_id from delegation where delegate_id = $1 and state = 'standing' and until_on >= $2::date
         )) as kinds`,
      [person.id, localDateOf(this.clock.now(), CHINA_TIME_ZONE)],
    );
    const isRequired = policy.secondFactor.posts.some((post) => known.kinds.includes(post));
    const wanted = known.isEnrolled ? 'wanted' : isRequired ? 'enrolment' : 'none';
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const [row]: [{ expiresAt: Date; needs: SessionNeed | null }] = await tx.query(
      `with opened as (
         insert into session (id, token_hash, person_id, expires_at, kind, means, second_factor, address, device,
           idle_minutes, provider_session)
         values ($1, $2, $3, now() + $4 * interval '1 hour', $5, $6, $7, $8, $9, $10, $11)
         returning *
       )
       select s.expires_at as "expiresAt", ${NEEDS} as needs from opened s join person p on p.id = s.person_id`,
      [
        newId(),
        hashToken(token),
        person.id,
        policy.session.hours,
        kind,
        means,
        isTwofold ? 'passed' : wanted,
        address,
        device?.slice(0, MOST_DEVICE_CHARACTERS) ?? null,
        policy.session.idleMinutes,
        providerSession,
      ],
    );
    return { token, expiresAt: row.expiresAt, person, needs: row.needs };
  }

  /**
   * Whose token it is, for anything but completing the sign-in.
   *
   * @throws DomainError as {@link identify}, and forbidden `SESSION.SECOND_FACTOR_REQUIRED`,
   *   `SESSION.PASSWORD_CHANGE_REQUIRED`, `SESSION.ENROLMENT_REQUIRED`
   */
  async authenticate(tx: EntityManager, token: string, requestId: string): Promise<Actor> {
    const { actor, session } = await this.identify(tx, token, requestId);
    assertComplete(session.needs);
    return actor;
  }

  /**
   * Whose token it is, acting in the post asked for, or in the one that they hold today by the supervision's clock; of
   * several posts in the first, by the order of `POST_KINDS`, then of units.
   *
   * @param requestId of the request that the actor makes
   * @param postId the post asked for: one that they hold today, or in which they stand in for its holder (代行)
   * @param isUse whether the session is used by that, so that it does not end for being idle
   * @throws DomainError unauthenticated `SESSION.REQUIRED` (no such session, or ended), `SESSION.EXPIRED`,
   *   `SESSION.IDLE`; forbidden `SESSION.NO_POST`, `SESSION.NOT_YOUR_POST`
   */
  async identify(
    tx: EntityManager,
    token: string,
    requestId: string,
    postId: string | null = null,
    { isUse = true } = {},
  ): Promise<{ actor: Actor; session: Session }> {
    const [found]: SessionRow[] = await tx.query(
      `select s.id, s.kind, ${NEEDS} as needs, s.expires_at <= now() as "isExpired",
         s.last_used_at + s.idle_minutes * interval '1 minute' <= now() as "isIdle",
         s.last_used_at < now() - interval '1 minute' as "isStale", p.id as "personId",
         p.display_name as name, held.kind as post, held.id as "postId", held.unit_id as "unitId", held.delegation
       from session s
       join person p on p.id = s.person_id
       left join lateral (${POST_IN_WHICH_TO_ACT}) held on true
       where s.token_hash = $1 and s.ended_at is null and p.is_active`,
      [hashToken(token), ...actingParameters(this.clock.now(), postId)],
    );
    if (!found) throw notSignedIn();
    const { id, kind, needs, isExpired, isIdle, isStale, ...holder } = found;
    if (isExpired) {
      throw new DomainError('unauthenticated', 'SESSION.EXPIRED', 'Your session has expired. Sign in again.');
    }
    if (isIdle) {
      throw new DomainError(
        'unauthenticated',
        'SESSION.IDLE',
        'Your session was not used for too long. Sign in again.',
      );
    }
    if (isStale && isUse) await tx.query(`update session set last_used_at = now() where id = $1`, [id]);
    return { actor: actorFrom(holder, requestId, postId), session: { id, kind, needs } };
  }

  /** The posts in which a person may act today: their own, then those in which they stand in for the holder (代行). */
  async postsOf(tx: EntityManager, personId: string): Promise<ActingPost[]> {
    const [now, timeZone, kinds] = actingParameters(this.clock.now(), null);
    return tx.query(
      `select posts.id as "postId", posts.kind, posts.title, posts.unit_id as "unitId", posts.code as "unitCode",
         posts.name as "unitName", posts.delegation
       from person p, lateral (${POSTS_IN_WHICH_TO_ACT}) posts where p.id = $1`,
      [personId, now, timeZone, kinds],
    );
  }

  /** Ends the session (退出登录); one that is not there, or has ended, is no error. */
  async end(tx: EntityManager, token: string): Promise<void> {
    await tx.query(`update session set ended_at = now() where token_hash = $1 and ended_at is null`, [
      hashToken(token),
    ]);
  }

  /** Sessions of a person that can still be used, the last used first. */
  async list(tx: EntityManager, personId: string): Promise<SessionView[]> {
    return tx.query(
      `select id, kind, means, address, device, created_at as "createdAt", last_used_at as "lastUsedAt",
         expires_at as "expiresAt"
       from session s where person_id = $1 and ${IS_LIVE} order by last_used_at desc, id`,
      [personId],
    );
  }

  /** @throws DomainError not_found `SESSION.UNKNOWN` for one that is somebody else's, too */
  async endOne(tx: EntityManager, personId: string, sessionId: string): Promise<void> {
    const [, ended]: [unknown, number] = await tx.query(
      `update session s set ended_at = now() where id = $1 and person_id = $2 and ${IS_LIVE}`,
      [sessionId, personId],
    );
    if (ended === 0) throw notFound('SESSION.UNKNOWN', 'You have no such session, or it has ended already.');
  }

  /** @param exceptId the session that stays, null for none @returns how many ended */
  async endAll(tx: EntityManager, personId: string, exceptId: string | null): Promise<number> {
    const [, ended]: [unknown, number] = await tx.query(
      `update session s set ended_at = now()
       where person_id = $1 and id is distinct from $2::uuid and ${IS_LIVE}`,
      [personId, exceptId],
    );
    return ended;
  }

  /**
   * Gives a session that has proved more another token, so that whoever saw the first has nothing.
   * @param secondFactor what is known of the second factor from now on
   * @throws DomainError unauthenticated `SESSION.REQUIRED` where it was ended meanwhile
   */
  async renew(tx: EntityManager, sessionId: string, secondFactor: 'passed' | null): Promise<SignedIn> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const [row]: Omit<SignedIn, 'token'>[] = await tx.query(
      `with renewed as (
         update session set token_hash = $2, second_factor = coalesce($3, second_factor), last_used_at = now()
         where id = $1 and ended_at is null returning *
       )
       select s.expires_at as "expiresAt", ${NEEDS} as needs,
         json_build_object('id', p.id, 'username', p.username, 'displayName', p.display_name) as person
       from renewed s join person p on p.id = s.person_id`,
      [sessionId, hashToken(token), secondFactor],
    );
    if (!row) throw notSignedIn();
    return { token, ...row };
  }
}

const notSignedIn = (): DomainError =>
  new DomainError('unauthenticated', 'SESSION.REQUIRED', 'You are not signed in. Sign in first.');

/** Of a session `s` of a person `p`: what it lacks, the first thing first. */
const NEEDS = `case when s.second_factor = 'wanted' then 'second_factor'
  when p.must_change_password and s.means = 'password' then 'password'
  when s.second_factor = 'enrolment' then 'enrolment' end`;

const IS_LIVE = `s.ended_at is null and s.expires_at > now()
  and s.last_used_at + s.idle_minutes * interval '1 minute' > now()`;

/** Of a person `p`, with {@link actingParameters} as $2 to $4: the posts held today, then those delegated, in order. */
const POSTS_IN_WHICH_TO_ACT = `
  select post.id, post.kind, post.title, post.unit_id, u.code, u.name, acted.is_delegated, acted.delegation
  from (
    select h.post_id, h.from_on, h.to_on - 1 as until_on, false as is_delegated, null::json as delegation, null::uuid as id
    from post_holding h where h.person_id = p.id
    union all
    select d.post_id, d.from_on, d.until_on, true, json_build_object('id', d.id, 'personId', d.person_id,
      'name', (select display_name from person where id = d.person_id),
      'matter', case when d.plan_ids <> '{}' or d.task_ids <> '{}'
        then json_build_object('planIds', d.plan_ids, 'taskIds', d.task_ids) end), d.id
    from delegation d where d.delegate_id = p.id and d.state = 'standing'
  ) acted
  join post on post.id = acted.post_id
  left join unit u on u.id = post.unit_id
  left join jurisdiction j on j.id = u.jurisdiction_id
  cross join lateral (select ($2::timestamptz at time zone coalesce(j.time_zone, $3))::date as today) day
  where acted.from_on <= day.today and (acted.until_on is null or acted.until_on >= day.today)
    and (acted.id is null or exists (select from delegation d where d.id = acted.id and ${inForceOn('day.today')}))
  order by acted.is_delegated, array_position($4::text[], post.kind), u.position, u.code, post.title`;

/**
 * Of a person `p`: the post in which they act, with {@link actingParameters} as $2 to $5: the one asked for, or the first
 * that is their own.
 */
export const POST_IN_WHICH_TO_ACT = `
  select * from (${POSTS_IN_WHICH_TO_ACT}) posts where posts.id::text = $5 or ($5 is null and not posts.is_delegated)
  limit 1`;

/** @param postId the post asked for, if any */
export const actingParameters = (now: Date, postId: string | null): unknown[] => [
  now,
  CHINA_TIME_ZONE,
  POST_KINDS,
  postId?.toLowerCase() ?? null,
];

/** A post in which somebody may act today. */
export interface ActingPost {
  postId: string;
  kind: PostKind;
  title: string | null;
  unitId: string | null;
  unitCode: string | null;
  unitName: string | null;
  /** For whom, where it is not their own (代行). */
  delegation: Required<Actor>['delegation'] | null;
}

/** Who holds the post in which they act, if any. */
export interface Holder {
  personId: string;
  name: string;
  post: PostKind | null;
  postId: string | null;
  unitId: string | null;
  delegation: Required<Actor>['delegation'] | null;
}

/**
 * @param wanted the post asked for, if any
 * @throws DomainError forbidden `SESSION.NO_POST`, `SESSION.NOT_YOUR_POST`
 */
export function actorFrom({ post, delegation, ...person }: Holder, requestId: string, wanted: string | null): Actor {
  if (post === null && wanted !== null) throw notYourPost();
  if (post === null) {
    throw forbidden('SESSION.NO_POST', 'You hold no post at present. Ask an administrator to give you one.');
  }
  return { ...person, post, requestId, ...(delegation ? { delegation } : {}) };
}

export const notYourPost = (): DomainError =>
  forbidden(
    'SESSION.NOT_YOUR_POST',
    'You neither hold this post today nor stand in for whoever does. GET /api/v1/sessions/current names yours.',
  );

/** @throws DomainError forbidden, with the code that names what is lacking */
export function assertComplete(needs: SessionNeed | null): void {
  if (needs === null) return;
  const [code, message] = {
    second_factor: ['SESSION.SECOND_FACTOR_REQUIRED', 'Give the code of your second factor first.'],
    password: ['SESSION.PASSWORD_CHANGE_REQUIRED', 'Choose a password of your own first.'],
    enrolment: ['SESSION.ENROLMENT_REQUIRED', 'Your post needs a second factor. Set one up first.'],
  }[needs] as [string, string];
  throw forbidden(code, message);
}

interface SessionRow extends Holder {
  id: string;
  kind: SessionOrigin['kind'];
  needs: SessionNeed | null;
  isExpired: boolean;
  isIdle: boolean;
  isStale: boolean;
}

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();
