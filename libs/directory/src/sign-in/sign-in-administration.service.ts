import { type Actor, type EventType, HistoryService } from '@duban/history';
import { notFound } from '@duban/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Contact, contactColumns } from '../contact';
import { assertMay, assertNotOwn } from '../rights';
import { SessionService } from '../session.service';
import { ApiTokenService } from './api-token.service';
import { accountSubject, factorSubject } from './lock-out';
import { findPerson } from './persons';

/** An account as the administrators see it. */
export interface AccountView extends Contact {
  id: string;
  username: string;
  displayName: string;
  isActive: boolean;
  /** When the person was erased by law (依法删除), if they were. */
  erasedAt: Date | null;
  hasPassword: boolean;
  hasSecondFactor: boolean;
  /** Null while it is not locked. */
  lockedUntil: Date | null;
  sessions: number;
  posts: {
    postId: string;
    kind: string;
    title: string | null;
    unitCode: string | null;
    fromOn: string;
    toOn: string | null;
  }[];
}

/** What the security administrator does with the sign-in of others; nobody with their own. */
@Injectable()
export class SignInAdministrationService {
  constructor(
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(ApiTokenService) private readonly tokens: ApiTokenService,
    @Inject(HistoryService) private readonly history: HistoryService,
  ) {}

  /** Accounts by username. @param after the last username already seen */
  async list(
    tx: EntityManager,
    actor: Actor,
    { after, limit }: { after: string | null; limit: number },
  ): Promise<AccountView[]> {
    assertMay(actor, 'account.read');
    const rows: AccountView[] = await tx.query(
      `select p.id, p.username, p.display_name as "displayName", ${contactColumns('p')}, p.is_active as "isActive",
         p.erased_at as "erasedAt", has_password(p.id) as "hasPassword",
         exists (select from second_factor f where f.person_id = p.id and f.confirmed_at is not null)
           as "hasSecondFactor",
         null as "lockedUntil",
         (select count(*)::int from session s where s.person_id = p.id and s.ended_at is null and s.expires_at > now()
           and s.last_used_at + s.idle_minutes * interval '1 minute' > now()) as sessions,
         coalesce((select jsonb_agg(jsonb_build_object('postId', post.id, 'kind', post.kind, 'title', post.title, 'unitCode', u.code,
             'fromOn', h.from_on, 'toOn', h.to_on) order by h.from_on, h.id)
           from post_holding h join post on post.id = h.post_id left join unit u on u.id = post.unit_id
           where h.person_id = p.id), '[]') as posts
       from person p where ($1::text is null or p.username collate "C" > $1)
       order by p.username collate "C" limit $2`,
      [after, limit],
    );
    const locks: { subject: string; until: Date }[] = await tx.query(
      `select subject, locked_until as until from sign_in_guess where subject = any($1) and locked_until > now()`,
      [rows.map(({ username }) => accountSubject(username))],
    );
    const lockOf = new Map(locks.map(({ subject, until }) => [subject, until]));
    return rows.map((row) => ({ ...row, lockedUntil: lockOf.get(accountSubject(row.username)) ?? null }));
  }

  /** @throws DomainError `RIGHTS.NOT_ALLOWED`, `RIGHTS.OWN_ACCOUNT`, `PERSON.UNKNOWN`; not_found `PERSON.NOT_LOCKED` */
  async unlock(tx: EntityManager, actor: Actor, at: Date, username: string): Promise<void> {
    const { id, username: name } = await this.other(tx, actor, username);
    const [, gone]: [unknown, number] = await tx.query(
      `delete from sign_in_guess where subject = any($1) and locked_until > now()`,
      [[accountSubject(name), factorSubject(id)]],
    );
    if (gone === 0) throw notFound('PERSON.NOT_LOCKED', 'This account is not locked.');
    await this.record(tx, actor, at, id, 'person.unlocked', null);
  }

  /**
   * Ends all sessions and API tokens of an account.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, `RIGHTS.OWN_ACCOUNT`, `PERSON.UNKNOWN`
   */
  async endAll(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    username: string,
  ): Promise<{ sessions: number; apiTokens: number }> {
    const { id } = await this.other(tx, actor, username);
    const ended = {
      sessions: await this.sessions.endAll(tx, id, null),
      apiTokens: await this.tokens.endAllOf(tx, actor, at, id),
    };
    await this.record(tx, actor, at, id, 'person.sessions_ended', ended);
    return ended;
  }

  private async other(tx: EntityManager, actor: Actor, username: string): Promise<{ id: string; username: string }> {
    assertMay(actor, 'sign_in.administer');
    const person = await findPerson(tx, { username });
    assertNotOwn(actor, person.id);
    return person;
  }

  private record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    personId: string,
    type: EventType,
    after: Record<string, unknown> | null,
  ): Promise<void> {
    return this.history.append(tx, actor, at, [{ type, entity: 'person', entityId: personId, after }]);
  }
}
