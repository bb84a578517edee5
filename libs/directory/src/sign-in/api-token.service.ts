import { randomBytes } from 'node:crypto';
import { type Actor, type EventType, HistoryService } from '@duban/history';
import { type Clock, DomainError, forbidden, invalid, newId, notFound } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Action, may } from '../rights';
import {
  actingParameters,
  actorFrom,
  hashToken,
  type Holder,
  notYourPost,
  POST_IN_WHICH_TO_ACT,
} from '../session.service';

/** An API token (接口令牌) as its owner sees it. */
export interface ApiTokenView {
  [field: string]: unknown;
  id: string;
  name: string;
  /** What it is for, in its owner's words. */
  purpose: string;
  scopes: Action[];
  createdAt: Date;
  expiresAt: Date;
  /** Written at most once a minute; null until it is used. */
  lastUsedAt: Date | null;
  endedAt: Date | null;
}

export interface NewApiToken {
  name: string;
  purpose: string;
  scopes: readonly Action[];
  /** 1 to 365. */
  days: number;
}

/** Tells it from a session's token, and a search for leaked ones from other text. */
const PREFIX = 'duban_';
const TOKEN_BYTES = 32;
/** More than anybody needs, fewer than a loop makes. */
const MOST_TOKENS = 50;

/** Tokens by which a program acts for a person: within its scopes, and within what the person's post may. */
@Injectable()
export class ApiTokenService {
  constructor(
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  static isApiToken(token: string): boolean {
    return token.startsWith(PREFIX);
  }

  /**
   * @returns the token, which is shown this once: only its hash is stored
   * @throws DomainError invalid `API_TOKEN.SCOPE_NOT_YOURS`, `API_TOKEN.TOO_MANY`; forbidden `DELEGATION.NOT_FOR_THIS`
   */
  async make(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { name, purpose, scopes, days }: NewApiToken,
  ): Promise<ApiTokenView & { token: string }> {
    if (actor.delegation) throw inOwnPostOnly();
    const foreign = scopes.filter((scope) => !may(actor, scope));
    if (foreign.length > 0) {
      throw invalid('API_TOKEN.SCOPE_NOT_YOURS', `Your post may not do this itself: ${foreign.join(', ')}.`, {
        field: 'scopes',
        scopes: foreign,
      });
    }
    await tx.query(`select from person where id = $1 for update`, [actor.personId]);
    const [{ count }]: [{ count: number }] = await tx.query(
      `select count(*)::int as count from api_token where person_id = $1 and ended_at is null and expires_at > now()`,
      [actor.personId],
    );
    if (count >= MOST_TOKENS) {
      throw invalid('API_TOKEN.TOO_MANY', `You have ${MOST_TOKENS} tokens already. End those that are not used.`);
    }
    const token = PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
    const [made]: [ApiTokenView] = await tx.query(
      `with made as (
         insert into api_token (id, person_id, name, purpose, scopes, token_hash, expires_at)
         values ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 day') returning ${COLUMNS}
       ) select ${VIEW} from made t`,
      [newId(), actor.personId, name, purpose, [...new Set(scopes)], hashToken(token), days],
    );
    await this.record(tx, actor, at, 'api_token.made', null, made);
    return { ...made, token };
  }

  /** The person's own, ended ones too, the newest first. */
  async list(tx: EntityManager, actor: Actor): Promise<ApiTokenView[]> {
    return tx.query(`select ${VIEW} from api_token t where person_id = $1 order by created_at desc, id`, [
      actor.personId,
    ]);
  }

  /** @throws DomainError not_found `API_TOKEN.UNKNOWN` for one that is somebody else's, or has ended */
  async end(tx: EntityManager, actor: Actor, at: Date, id: string): Promise<void> {
    const [before]: ApiTokenView[] = await tx.query(
      `select ${VIEW} from api_token t where id = $1 and person_id = $2 and ended_at is null for update`,
      [id, actor.personId],
    );
    if (!before) throw notFound('API_TOKEN.UNKNOWN', 'You have no such token, or it has ended already.');
    await this.endAll(tx, actor, at, [before]);
  }

  /** @returns how many ended */
  async endAllOf(tx: EntityManager, actor: Actor, at: Date, personId: string): Promise<number> {
    const live: ApiTokenView[] = await tx.query(
      `select ${VIEW} from api_token t where person_id = $1 and ended_at is null order by id for update`,
      [personId],
    );
    await this.endAll(tx, actor, at, live);
    return live.length;
  }

  /**
   * Whose token it is, acting in the post that they hold today: the first, as for a session that asks for none. No
   * token stands in for anybody (代行): whoever delegates trusts a person.
   *
   * @param postId the post asked for: none but that first one
   * @throws DomainError unauthenticated `SESSION.REQUIRED` (no such token, ended, or its person's account is closed),
   *   `API_TOKEN.EXPIRED`; forbidden `SESSION.NO_POST`, `SESSION.NOT_YOUR_POST`
   */
  async authenticate(
    tx: EntityManager,
    token: string,
    requestId: string,
    postId: string | null = null,
  ): Promise<Actor> {
    const [found]: (Holder & Required<Pick<Actor, 'token'>> & { isExpired: boolean; isStale: boolean })[] =
      await tx.query(
        `select json_build_object('id', t.id, 'name', t.name, 'scopes', t.scopes) as token,
           t.expires_at <= now() as "isExpired",
           coalesce(t.last_used_at < now() - interval '1 minute', true) as "isStale", p.id as "personId",
           p.display_name as name, held.kind as post, held.id as "postId", held.unit_id as "unitId",
           held.delegation
         from api_token t
         join person p on p.id = t.person_id
         left join lateral (${POST_IN_WHICH_TO_ACT}) held on true
         where t.token_hash = $1 and t.ended_at is null and p.is_active`,
        [hashToken(token), ...actingParameters(this.clock.now(), null)],
      );
    if (!found) throw new DomainError('unauthenticated', 'SESSION.REQUIRED', 'This token is none, or has ended.');
    const { token: api, isExpired, isStale, ...holder } = found;
    if (isExpired) {
      throw new DomainError('unauthenticated', 'API_TOKEN.EXPIRED', 'The token has expired. Make another one.');
    }
    if (isStale) await tx.query(`update api_token set last_used_at = now() where id = $1`, [api.id]);
    if (postId !== null && postId.toLowerCase() !== holder.postId) throw notYourPost();
    return { ...actorFrom(holder, requestId, null), token: api };
  }

  private async endAll(tx: EntityManager, actor: Actor, at: Date, live: readonly ApiTokenView[]): Promise<void> {
    const ids = live.map(({ id }) => id);
    await tx.query(`update api_token set ended_at = now() where id = any($1)`, [ids]);
    const ended: ApiTokenView[] = await tx.query(`select ${VIEW} from api_token t where id = any($1) order by id`, [
      ids,
    ]);
    for (const after of ended) {
      await this.record(tx, actor, at, 'api_token.ended', live.find(({ id }) => id === after.id) ?? null, after);
    }
  }

  private record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    type: EventType,
    before: ApiTokenView | null,
    after: ApiTokenView,
  ): Promise<void> {
    return this.history.append(tx, actor, at, [{ type, entity: 'api_token', entityId: after.id, before, after }]);
  }
}

const inOwnPostOnly = (): DomainError =>
  forbidden('DELEGATION.NOT_FOR_THIS', 'Tokens are made in a post of one’s own. Leave the header duban-post out.');

/** Never its hash: that is for the system alone. */
const COLUMNS = 'id, person_id, name, purpose, scopes, created_at, expires_at, last_used_at, ended_at';

/** Of a token `t`. */
const VIEW = `t.id, t.person_id as "personId", t.name, t.purpose, t.scopes, t.created_at as "createdAt",
  t.expires_at as "expiresAt", t.last_used_at as "lastUsedAt", t.ended_at as "endedAt"`;
