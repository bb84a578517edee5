import { Transactor } from '@duban/database';
import { ADMINISTRATOR_POSTS } from '@duban/domain';
import { type Actor, HistoryService, systemActor } from '@duban/history';
import { type Clock, conflict, DomainError, forbidden, localDateOf, newId } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AccountService } from '../account.service';
import { lockDirectory } from '../directory-lock';
import { CHINA_TIME_ZONE } from '../jurisdiction';
import { PersonEntity } from '../person.entity';
import { readPersonStates } from '../person-state';
import { findPost, holdPost, leavePost, type PostName } from '../post-holdings';
import { assertMay, assertNoAdministrator, assertNotOwn } from '../rights';
import { hashToken, type SessionOrigin, SessionService, type SignedIn } from '../session.service';
import { addressLimit, addressSubject, assertNotLocked, countFailure } from '../sign-in/lock-out';
import { findPerson } from '../sign-in/persons';
import { SignInPolicyService } from '../sign-in/sign-in-policy.service';
import { postsIn } from './claims';
import { IdentityProvider, type ProviderChecks, type ProviderSignIn } from './identity-provider';

const FLOW_LIFE = '10 minutes';
const LOGOUTS_KEPT = '1 hour';
const USABLE_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,99}$/u;

/** Sign-in by the identity provider (统一身份认证): who comes back is linked to an account, and has the posts that it says. */
@Injectable()
export class ProviderSignInService {
  constructor(
    @Inject(Transactor) private readonly transactor: Transactor,
    @Inject(IdentityProvider) private readonly provider: IdentityProvider,
    @Inject(AccountService) private readonly accounts: AccountService,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(SignInPolicyService) private readonly policies: SignInPolicyService,
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @param browser a secret that only this browser has: what comes back by another counts for nothing
   * @param returnTo a path of ours
   * @returns where the browser goes
   * @throws DomainError as {@link IdentityProvider.begin}
   */
  async begin(browser: string, returnTo: string): Promise<URL> {
    const { url, state, nonce, codeVerifier } = await this.provider.begin();
    await this.transactor.run(async (tx) => {
      await tx.query(`delete from provider_flow where expires_at < now()`);
      await tx.query(
        `insert into provider_flow (state_hash, browser_hash, nonce, code_verifier, return_to, expires_at)
         values ($1, $2, $3, $4, $5, now() + $6::interval)`,
        [hashToken(state), hashToken(browser), nonce, codeVerifier, returnTo, FLOW_LIFE],
      );
    });
    return url;
  }

  /**
   * @param query of the address to which the provider sent the browser back
   * @throws DomainError unauthenticated `OIDC.STATE_UNKNOWN` (used, too old, or of another browser); forbidden
   *   `OIDC.NO_ACCOUNT`, `OIDC.ACCOUNT_CLOSED`, `OIDC.UNIT_UNKNOWN`, `OIDC.NAME_UNUSABLE`; conflict `OIDC.NAME_TAKEN`;
   *   and as {@link IdentityProvider.complete} and {@link postsIn}; failures are recorded
   */
  async complete(
    query: string,
    browser: string,
    origin: SessionOrigin,
    requestId: string,
  ): Promise<{ signedIn: SignedIn; returnTo: string }> {
    const state = new URLSearchParams(query).get('state') ?? '';
    const flow = await this.takeFlow(state, browser, origin.address);
    let proved: ProviderSignIn | null = null;
    try {
      proved = await this.provider.complete(query, { ...flow, state });
      const who = proved;
      const signedIn = await this.transactor.run((tx) => this.open(tx, who, origin, requestId));
      return { signedIn, returnTo: flow.returnTo };
    } catch (error) {
      if (error instanceof DomainError && !error.retryable) await this.fail(error, proved, origin, requestId);
      throw error;
    }
  }

  /** Ends the sessions that the provider names. @throws DomainError as {@link IdentityProvider.readLogoutToken} */
  async logOut(token: string, requestId: string): Promise<void> {
    const { issuer, subject, session, id } = await this.provider.readLogoutToken(token);
    await this.transactor.run(async (tx) => {
      await tx.query(`delete from provider_logout where received_at < now() - $1::interval`, [LOGOUTS_KEPT]);
      const [, isNew]: [unknown, number] = await tx.query(
        `with taken as (
           insert into provider_logout (token_hash) values ($1) on conflict do nothing returning 1
         ) update session s set ended_at = now()
         from person_identity i, taken
         where i.person_id = s.person_id and i.issuer = $2 and ($3::text is null or i.subject = $3)
           and s.means = 'provider' and s.ended_at is null and ($4::text is null or s.provider_session = $4)`,
        [hashToken(`${issuer} ${id}`), issuer, subject, session],
      );
      if (isNew === 0) return;
      const whose = subject === null ? null : await personOf(tx, issuer, subject);
      await this.history.append(tx, systemActor(requestId), this.clock.now(), [
        {
          type: 'sign_in.ended_by_provider',
          entity: 'sign_in',
          entityId: newId(),
          after: { issuer, personId: whose, subject, sessions: isNew },
        },
      ]);
    });
  }

  /**
   * Says by which subject of the provider the account's person signs in; null for none, and the sessions that it opened
   * end.
   *
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, `RIGHTS.OWN_ACCOUNT`, `RIGHTS.ADMINISTRATORS_APART` (an administrator
   *   signs in by password), `PERSON.UNKNOWN`; conflict `OIDC.SUBJECT_TAKEN`
   */
  async link(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    username: string,
    issuer: string,
    subject: string | null,
  ): Promise<void> {
    assertMay(actor, 'sign_in.administer');
    await lockDirectory(tx);
    const { id } = await findPerson(tx, { username });
    assertNotOwn(actor, id);
    if (subject !== null) {
      const [person] = await readPersonStates(tx, [id]);
      assertNoAdministrator(person!, localDateOf(at, CHINA_TIME_ZONE), ADMINISTRATOR_POSTS);
    }
    const [before] = await identities(tx, issuer, id);
    const [taken]: unknown[] = await tx.query(
      `select from person_identity where issuer = $1 and subject = $2 and person_id <> $3`,
      [issuer, subject, id],
    );
    if (taken) throw conflict('OIDC.SUBJECT_TAKEN', 'This subject is linked to another account.', { field: 'subject' });
    await tx.query(`delete from person_identity where issuer = $1 and person_id = $2`, [issuer, id]);
    await tx.query(
      `update session set ended_at = now() where person_id = $1 and means = 'provider' and ended_at is null`,
      [id],
    );
    if (subject !== null) await insertIdentity(tx, issuer, subject, id, before?.postIds ?? [], at);
    await this.history.append(tx, actor, at, [
      {
        type: 'person.identity_linked',
        entity: 'person',
        entityId: id,
        before: before ? { issuer, subject: before.subject } : null,
        after: { issuer, subject },
      },
    ]);
  }

  private async takeFlow(
    state: string,
    browser: string,
    address: string | null,
  ): Promise<Omit<ProviderChecks, 'state'> & { returnTo: string }> {
    const [flow] = await this.transactor.run(async (tx) => {
      if (address !== null) await assertNotLocked(tx, addressSubject(address));
      const [rows]: [(Omit<ProviderChecks, 'state'> & { returnTo: string })[], number] = await tx.query(
        `delete from provider_flow where state_hash = $1 and browser_hash = $2 and expires_at > now()
         returning nonce, code_verifier as "codeVerifier", return_to as "returnTo"`,
        [hashToken(state), hashToken(browser)],
      );
      return rows;
    });
    // It counts for nothing: there is nothing to guess, and any page could make its visitors send it.
    if (flow) return flow;
    throw new DomainError(
      'unauthenticated',
      'OIDC.STATE_UNKNOWN',
      'This sign-in was not begun in this browser, has been used already, or took too long. Sign in anew.',
    );
  }

  private async open(
    tx: EntityManager,
    proved: ProviderSignIn,
    origin: SessionOrigin,
    requestId: string,
  ): Promise<SignedIn> {
    const { provider } = (await this.policies.current(tx)).policy;
    const posts = postsIn(proved.claims, provider);
    await lockDirectory(tx);
    const personId = await this.accountOf(tx, proved, provider.unknownPersons === 'create', requestId);
    const person = await findPerson(tx, { id: personId });
    if (!person.isActive) {
      throw forbidden('OIDC.ACCOUNT_CLOSED', 'Your account is closed. Ask an administrator.');
    }
    if (posts !== null) await this.align(tx, proved, personId, posts, requestId);
    const { id, username, displayName } = person;
    return this.sessions.open(tx, { id, username, displayName }, origin, {
      means: 'provider',
      isTwofold: proved.isTwofold,
      providerSession: proved.session,
    });
  }

  private async accountOf(
    tx: EntityManager,
    { issuer, subject, claims }: ProviderSignIn,
    mayCreate: boolean,
    requestId: string,
  ): Promise<string> {
    const [known]: { personId: string }[] = await tx.query(
      `select person_id as "personId" from person_identity where issuer = $1 and subject = $2`,
      [issuer, subject],
    );
    if (known) return known.personId;
    if (!mayCreate) {
      throw forbidden('OIDC.NO_ACCOUNT', 'You have no account here. Ask the security administrator to link one.', {
        subject,
      });
    }
    const username = claims['preferred_username'];
    if (typeof username !== 'string' || !USABLE_NAME.test(username)) {
      throw forbidden('OIDC.NAME_UNUSABLE', 'Your provider gives no username that an account can have.', {
        claim: 'preferred_username',
      });
    }
    // An account of the same name may be somebody else's: linking is for people to decide.
    if ((await tx.findOneBy(PersonEntity, { username })) !== null) {
      throw conflict('OIDC.NAME_TAKEN', 'There is an account of your name, not linked to you. Ask to have it linked.');
    }
    const at = this.clock.now();
    const name = typeof claims['name'] === 'string' && claims['name'].trim() !== '' ? claims['name'].trim() : username;
    const email = claims['email_verified'] === true && typeof claims['email'] === 'string' ? claims['email'] : null;
    const { id } = await this.accounts.create(tx, systemActor(requestId), at, {
      username,
      displayName: name.slice(0, 200),
      email,
    });
    await insertIdentity(tx, issuer, subject, id, [], at);
    return id;
  }

  /** Gives the posts that the claims name now, and takes those that they named before; others are not the provider's. */
  private async align(
    tx: EntityManager,
    { issuer }: ProviderSignIn,
    personId: string,
    posts: readonly PostName[],
    requestId: string,
  ): Promise<void> {
    const at = this.clock.now();
    const today = localDateOf(at, CHINA_TIME_ZONE);
    const wanted: string[] = [];
    for (const post of posts) {
      const id = await findPost(tx, post);
      if (id === null) {
        throw forbidden('OIDC.UNIT_UNKNOWN', 'Your provider names a unit that is not known here.', {
          value: post.unitCode,
        });
      }
      wanted.push(id);
    }
    const [identity] = await identities(tx, issuer, personId);
    const given = identity?.postIds ?? [];
    const [before] = await readPersonStates(tx, [personId]);
    const held = new Set(before!.posts.filter(({ toOn }) => toOn === null || toOn > today).map(({ postId }) => postId));
    const added = wanted.filter((id) => !held.has(id));
    const taken = given.filter((id) => !wanted.includes(id) && held.has(id));
    for (const id of taken) await leavePost(tx, personId, id, today);
    for (const id of added) await holdPost(tx, personId, id, today);
    const kept = [...given.filter((id) => wanted.includes(id)), ...added];
    await tx.query(`update person_identity set post_ids = $3 where issuer = $1 and person_id = $2`, [
      issuer,
      personId,
      kept,
    ]);
    if (added.length + taken.length === 0) return;
    const [after] = await readPersonStates(tx, [personId]);
    await this.history.append(tx, systemActor(requestId), at, [
      {
        type: 'person.posts_changed',
        entity: 'person',
        entityId: personId,
        reason: `by the claims of ${issuer}`,
        before,
        after,
      },
    ]);
  }

  private async fail(
    error: DomainError,
    proved: ProviderSignIn | null,
    { address }: SessionOrigin,
    requestId: string,
  ): Promise<void> {
    await this.transactor.run(async (tx) => {
      if (address !== null) {
        const { lockOut } = (await this.policies.current(tx)).policy;
        // What is recorded without end would fill the history.
        await countFailure(tx, addressLimit(addressSubject(address), lockOut), lockOut);
      }
      const known = proved && (await personOf(tx, proved.issuer, proved.subject));
      const [state] = known ? await readPersonStates(tx, [known]) : [];
      await this.history.append(tx, systemActor(requestId), this.clock.now(), [
        state
          ? {
              type: 'person.sign_in_failed',
              entity: 'person',
              entityId: state.id,
              reason: error.code,
              after: { ...state, from: address },
            }
          : {
              type: 'sign_in.failed',
              entity: 'sign_in',
              entityId: newId(),
              reason: `${error.code}${address === null ? '' : ` from ${address}`}`,
              after: { issuer: proved?.issuer ?? null, subject: proved?.subject ?? null, code: error.code },
            },
      ]);
    });
  }
}

async function personOf(tx: EntityManager, issuer: string, subject: string): Promise<string | null> {
  const [known]: { id: string }[] = await tx.query(
    `select person_id as id from person_identity where issuer = $1 and subject = $2`,
    [issuer, subject],
  );
  return known?.id ?? null;
}

const identities = (
  tx: EntityManager,
  issuer: string,
  personId: string,
): Promise<{ subject: string; postIds: string[] }[]> =>
  tx.query(`select subject, post_ids as "postIds" from person_identity where issuer = $1 and person_id = $2`, [
    issuer,
    personId,
  ]);

const insertIdentity = (
  tx: EntityManager,
  issuer: string,
  subject: string,
  personId: string,
  postIds: readonly string[],
  at: Date,
): Promise<unknown> =>
  tx.query(
    `insert into person_identity (issuer, subject, person_id, post_ids, linked_at) values ($1, $2, $3, $4, $5)`,
    [issuer, subject, personId, postIds, at],
  );
