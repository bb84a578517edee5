import { createHash, randomBytes } from 'node:crypto';
import { POST_KINDS, type PostKind } from '@duban/domain';
import { type Actor, HistoryService, systemActor } from '@duban/history';
import { type Clock, DomainError, forbidden, newId } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GuessLimiter } from './guess-limiter';
import { CHINA_TIME_ZONE } from './jurisdiction';
import { cleanCode, PRINTABLE } from './names';
import { verifyPassword } from './passwords';
import { PersonEntity } from './person.entity';
import { readPersonStates } from './person-state';

/** A new sign-in. */
export interface SignedIn {
  /** 43 characters of base64url; only its hash is stored, so it cannot be given again. */
  token: string;
  expiresAt: Date;
  person: { id: string; username: string; displayName: string };
}

const TOKEN_BYTES = 32;
const SESSION_LIFE = '12 hours';
/** How long an expired session is kept, so that its holder hears why it no longer counts. */
const EXPIRED_LIFE = '7 days';

/** Sign-in (登录). Sessions measure machines, not duties: they go by the database's clock. */
@Injectable()
export class SessionService {
  private readonly guesses = new GuessLimiter();

  constructor(
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Opens a session of twelve hours. On `SESSION.WRONG_CREDENTIALS` the caller calls {@link recordFailure}, in another
   * transaction, since this one is rolled back.
   *
   * @throws DomainError unauthenticated `SESSION.WRONG_CREDENTIALS`, with the same words and about as fast whether the
   *   username, the password or the whole account is not there; throttled `SESSION.TOO_MANY_TRIES` after 10 failures
   *   for the username within 5 minutes, whatever the password
   */
  async signIn(tx: EntityManager, username: string, password: string): Promise<SignedIn> {
    const name = cleanCode(username);
    if (!this.guesses.admit(name)) {
      throw new DomainError(
        'throttled',
        'SESSION.TOO_MANY_TRIES',
        'There were too many failed sign-ins for this username. Wait five minutes, then try again.',
      );
    }
    const account = await findAccount(tx, name);
    const fits = await verifyPassword(account?.passwordHash ?? null, password);
    if (!account?.isActive || !fits) {
      throw new DomainError(
        'unauthenticated',
        'SESSION.WRONG_CREDENTIALS',
        'The username or the password is wrong. Check both and try again.',
      );
    }
    this.guesses.succeeded(name);
    return this.open(tx, account);
  }

  /** Records a failed sign-in in history where the username is somebody's, else nothing. */
  async recordFailure(tx: EntityManager, username: string, requestId: string): Promise<void> {
    const account = await findAccount(tx, cleanCode(username));
    if (!account) return;
    const changes = (await readPersonStates(tx, [account.id])).map((after) => ({
      type: 'person.sign_in_failed',
      entity: 'person' as const,
      entityId: after.id,
      after,
    }));
    await this.history.append(tx, systemActor(requestId), this.clock.now(), changes);
  }

  /**
   * Whose token it is, acting in the post that they hold today by the supervision's clock; of several posts in the
   * first, by the order of `POST_KINDS`, then of units.
   *
   * @param requestId of the request that the actor makes
   * @throws DomainError unauthenticated `SESSION.REQUIRED` (no such session, or ended), `SESSION.EXPIRED`; forbidden
   *   `SESSION.NO_POST`
   */
  async authenticate(tx: EntityManager, token: string, requestId: string): Promise<Actor> {
    const [session]: SessionRow[] = await tx.query(
      `select s.expires_at <= now() as "isExpired", p.id as "personId", p.display_name as name, held.kind as post,
         held.id as "postId", held.unit_id as "unitId"
       from session s
       join person p on p.id = s.person_id
       left join lateral (
         select post.id, post.kind, post.unit_id
         from post_holding h
         join post on post.id = h.post_id
         left join unit u on u.id = post.unit_id
         left join jurisdiction j on j.id = u.jurisdiction_id
         cross join lateral (select ($2::timestamptz at time zone coalesce(j.time_zone, $3))::date as today) day
         where h.person_id = p.id and h.from_on <= day.today and (h.to_on is null or h.to_on > day.today)
         order by array_position($4::text[], post.kind), u.position, u.code
         limit 1
       ) held on true
       where s.token_hash = $1 and s.ended_at is null and p.is_active`,
      [hashToken(token), this.clock.now(), CHINA_TIME_ZONE, POST_KINDS],
    );
    if (!session) throw new DomainError('unauthenticated', 'SESSION.REQUIRED', 'You are not signed in. Sign in first.');
    const { isExpired, post, ...person } = session;
    if (isExpired) {
      throw new DomainError('unauthenticated', 'SESSION.EXPIRED', 'Your session has expired. Sign in again.');
    }
    if (post === null) {
      throw forbidden('SESSION.NO_POST', 'You hold no post at present. Ask an administrator to give you one.');
    }
    return { ...person, post, requestId };
  }

  /** Ends the session (退出登录); one that is not there, or has ended, is no error. */
  async end(tx: EntityManager, token: string): Promise<void> {
    await tx.query(`update session set ended_at = now() where token_hash = $1 and ended_at is null`, [
      hashToken(token),
    ]);
  }

  private async open(tx: EntityManager, { id: personId, username, displayName }: PersonEntity): Promise<SignedIn> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    await tx.query(`delete from session where person_id = $1 and expires_at < now() - $2::interval`, [
      personId,
      EXPIRED_LIFE,
    ]);
    const [session]: [{ expiresAt: Date }] = await tx.query(
      `insert into session (id, token_hash, person_id, expires_at) values ($1, $2, $3, now() + $4::interval)
       returning expires_at as "expiresAt"`,
      [newId(), hashToken(token), personId, SESSION_LIFE],
    );
    return { token, expiresAt: session.expiresAt, person: { id: personId, username, displayName } };
  }
}

interface SessionRow {
  isExpired: boolean;
  personId: string;
  name: string;
  post: PostKind | null;
  postId: string | null;
  unitId: string | null;
}

const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/** With its hash. Postgres takes no control characters, and no username has any. */
async function findAccount(tx: EntityManager, username: string): Promise<PersonEntity | null> {
  if (!PRINTABLE.test(username)) return null;
  return tx.findOne(PersonEntity, {
    select: { id: true, username: true, displayName: true, isActive: true, passwordHash: true },
    where: { username },
  });
}
