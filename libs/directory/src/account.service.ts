import { consequences, insertAll } from '@duban/database';
import { ADMINISTRATOR_POSTS, GOVERNMENT_POSTS, type PostKind } from '@duban/domain';
import { type Actor, HistoryService, systemActor } from '@duban/history';
import { conflict, forbidden, invalid, localDateOf, newId, notFound } from '@duban/kernel';
import { type Config, CONFIG } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull } from 'typeorm';
import type { AccountVendor, Contact } from './contact';
import { DelegationService } from './delegation.service';
import { lockDirectory } from './directory-lock';
import { CHINA_TIME_ZONE } from './jurisdiction';
import { cleanCode, PRINTABLE } from './names';
import { DEMONSTRATION_MARK, hashDemonstrationPassword } from './passwords';
import { PersonEntity } from './person.entity';
import { type PersonState, readPersonStates } from './person-state';
import { PostChangeService } from './post-change.service';
import { PostEntity } from './post.entity';
import { PostHoldingEntity } from './post-holding.entity';
import { assertMay, assertNoAdministrator, assertNotOwn } from './rights';
import { ApiTokenService } from './sign-in/api-token.service';
import { PasswordService, voidMailedCodes } from './sign-in/password.service';
import { SignInPolicyService } from './sign-in/sign-in-policy.service';

const GOVERNMENT_NAMES = {
  office: '督查室主任',
  officer: '督查室工作人员',
  leader: '分管领导',
  auditor: '审计员',
  admin: '系统管理员',
  security: '安全管理员',
} as const satisfies Record<(typeof GOVERNMENT_POSTS)[number], string>;

/** The administrators whom an admin does not administer. */
const OTHER_TWO: readonly PostKind[] = ['security', 'auditor'];

/** An account to be made for somebody who holds a post from a day on. */
interface NewAccount {
  username: string;
  displayName: string;
  postId: string;
  /** `YYYY-MM-DD` */
  fromOn: string;
}

/** What may be changed of an account; what is absent stays. */
export interface AccountEdit {
  displayName?: string;
  /** Where mail goes; null for none. */
  email?: string | null;
  /** Where short messages go; null for none. */
  mobile?: string | null;
  /** What vendors call the person; what is left out stays, null takes one away. */
  accounts?: Partial<Record<AccountVendor, string | null>>;
  password?: string;
  /** False closes the account: nobody signs in by it, and its sessions, API tokens and delegations end. */
  isActive?: boolean;
}

/** How somebody comes to a new password. */
interface PasswordChange {
  /** Whether nobody but the owner knows it. */
  isOwn: boolean;
  reason?: string;
  /** The session that stays. */
  keptSessionId?: string;
}

/** Accounts: people, the posts that they hold, their passwords. */
@Injectable()
export class AccountService {
  private demonstrationHash: Promise<string> | undefined;

  constructor(
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(PasswordService) private readonly passwords: PasswordService,
    @Inject(PostChangeService) private readonly postChanges: PostChangeService,
    @Inject(ApiTokenService) private readonly tokens: ApiTokenService,
    @Inject(DelegationService) private readonly delegations: DelegationService,
    @Inject(SignInPolicyService) private readonly policies: SignInPolicyService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_DEMO_PASSWORD'>,
  ) {}

  /**
   * Sees to it that the government's posts exist, each with the account of the same name (`office`, `officer`,
   * `leader`, `auditor`, `admin`, `security`), held from the day of `at`; what exists, or existed, is left as it is. Every start calls it, with
   * the supervision's clock: who acts before that day finds the posts vacant.
   *
   * With `DUBAN_DEMO_PASSWORD`, new accounts have that password, and accounts whose password is still that of a former
   * demonstration get the present one, their sessions end. Nobody else's password is touched; without the setting,
   * nobody's is, and new accounts have none.
   */
  async ensureGovernmentAccounts(tx: EntityManager, at: Date): Promise<void> {
    await lockDirectory(tx);
    const actor = systemActor('government-accounts');
    const posts = await tx.findBy(PostEntity, { unitId: IsNull() });
    const postIds = new Map(posts.map((post) => [post.kind, post.id]));
    const newPosts = GOVERNMENT_POSTS.filter((kind) => !postIds.has(kind)).map((kind) => ({ id: newId(), kind }));
    await insertAll(tx, PostEntity, newPosts);
    for (const post of newPosts) postIds.set(post.kind, post.id);

    const persons = await tx.findBy(PersonEntity, { username: In([...GOVERNMENT_POSTS]) });
    const existing = new Set(persons.map((person) => person.username));
    const fromOn = localDateOf(at, CHINA_TIME_ZONE);
    // Whoever had the account may have been erased: it is for the administrators to say who holds the post then.
    const held: { kind: string }[] = await tx.query(
      `select distinct post.kind from post join post_holding h on h.post_id = post.id where post.unit_id is null`,
    );
    for (const { kind } of held) existing.add(kind);
    const accounts = GOVERNMENT_POSTS.filter((kind) => !existing.has(kind)).map((kind) => ({
      username: kind,
      displayName: GOVERNMENT_NAMES[kind],
      postId: postIds.get(kind)!,
      fromOn,
    }));
    await this.open(tx, actor, at, null, accounts);
    await this.renewDemonstrationPassword(tx, actor, at);
  }

  /**
   * Makes accounts, with the demonstration password where there is one, else with none. The caller has taken the
   * directory's lock and knows that the usernames are new. By the sign-in policy, posts of an admin's import wait for
   * the security administrator.
   *
   * @param jurisdictionId null for accounts of the government's own posts
   */
  async open(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    jurisdictionId: string | null,
    accounts: readonly NewAccount[],
  ): Promise<void> {
    if (accounts.length === 0) return;
    const passwordHash = (await this.hashOfDemonstration()) ?? null;
    const persons = accounts.map(({ username, displayName }) => ({
      id: newId(),
      username,
      displayName,
      email: null,
      passwordHash,
      createdAt: at,
    }));
    const holdings = accounts.map(({ postId, fromOn }, index) => ({
      id: newId(),
      postId,
      personId: persons[index]!.id,
      fromOn,
      toOn: null,
      // Nobody held the post before them.
      handedOverAt: at,
    }));
    // What an administrator's file says is one administrator's word; the other confirms it (三员分立).
    const { confirmImportedPosts } = (await this.policies.current(tx)).policy;
    const waits = confirmImportedPosts && actor.post === 'admin';
    // They follow from the posts, which whoever may do this has made: nobody but the administrators writes them alone.
    await consequences(tx, async () => {
      await insertAll(tx, PersonEntity, persons);
      if (!waits) await insertAll(tx, PostHoldingEntity, holdings);
    });
    const states = await readPersonStates(
      tx,
      persons.map((person) => person.id),
    );
    await this.history.append(
      tx,
      actor,
      at,
      states.map((after) => ({ type: 'person.created', entity: 'person', entityId: after.id, jurisdictionId, after })),
    );
    if (waits) await this.postChanges.proposeImported(tx, actor, at, holdings);
  }

  /**
   * Makes an account without a post or a password: others give it the one, and an administrator or a reset by mail the
   * other.
   *
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, conflict `PERSON.USERNAME_TAKEN`
   */
  async create(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { username, displayName, email }: { username: string; displayName: string; email: string | null },
  ): Promise<PersonState> {
    assertMay(actor, 'account.create');
    await lockDirectory(tx);
    const name = cleanCode(username);
    if ((await tx.findOneBy(PersonEntity, { username: name })) !== null) {
      throw conflict('PERSON.USERNAME_TAKEN', 'There is an account of this name already. Choose another.', {
        field: 'username',
      });
    }
    const id = newId();
    await tx.insert(PersonEntity, { id, username: name, displayName, email, passwordHash: null, createdAt: at });
    const [after] = await readPersonStates(tx, [id]);
    await this.history.append(tx, actor, at, [{ type: 'person.created', entity: 'person', entityId: id, after }]);
    return after!;
  }

  /**
   * Sets a password by the rules of the sign-in policy and ends the person's sessions. An admin may for anybody but the
   * other administrators.
   *
   * @throws DomainError `PERSON.UNKNOWN`, `RIGHTS.NOT_ALLOWED`, `RIGHTS.ADMINISTRATORS_APART`, and as
   *   {@link PasswordService.set}
   */
  async setPassword(tx: EntityManager, actor: Actor, at: Date, username: string, password: string): Promise<void> {
    await this.edit(tx, actor, at, username, { password });
  }

  /**
   * Changes what an account says of a person: an admin anybody's, everybody their own addresses and password. The name
   * is an admin's to give, since documents name leaders by it, and so are the accounts at vendors, lest somebody
   * names another's. The accounts of the other two administrators are not an
   * admin's to take over, by a password, a mail address, or by closing them; an API token takes over no administrator's,
   * and sets nobody's password: else it could make itself a session that may do more than it.
   *
   * @param isProved whether who asks has just given their own password: without it an open page would be enough to take
   *   over the account of whoever left it
   * @returns the person as history records them
   * @throws DomainError as {@link setPassword}; forbidden `API_TOKEN.NOT_FOR_THIS`; invalid
   *   `PERSON.CURRENT_PASSWORD_REQUIRED`
   */
  async edit(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    username: string,
    { password, displayName, email, mobile, accounts, isActive }: AccountEdit,
    isProved = false,
  ): Promise<PersonState> {
    const name = cleanCode(username);
    const person = PRINTABLE.test(name) ? await tx.findOneBy(PersonEntity, { username: name }) : null;
    const isOwn = person !== null && person.id === actor.personId && !actor.token;
    if (!isOwn || [displayName, accounts, isActive].some((one) => one !== undefined)) assertMay(actor, 'account.edit');
    if (person === null) throw notFound('PERSON.UNKNOWN', 'There is no account of this name. Check its spelling.');
    if (isActive !== undefined) assertNotOwn(actor, person.id);
    const [before] = await readPersonStates(tx, [person.id]);
    const isTakeover = password !== undefined || email !== undefined;
    if (isOwn && (isTakeover || mobile !== undefined) && !isProved) {
      throw invalid('PERSON.CURRENT_PASSWORD_REQUIRED', 'Give your present password, too.', {
        field: 'currentPassword',
      });
    }
    if (actor.token && password !== undefined) {
      throw forbidden('API_TOKEN.NOT_FOR_THIS', 'Passwords are set by people, not by API tokens.');
    }
    if (!isOwn && actor.post !== 'system' && (isTakeover || isActive === false)) {
      assertNoAdministrator(before!, localDateOf(at, CHINA_TIME_ZONE), actor.token ? ADMINISTRATOR_POSTS : OTHER_TWO);
    }
    const changes = {
      ...(displayName === undefined ? {} : { displayName }),
      ...(email === undefined ? {} : { email }),
      ...(mobile === undefined ? {} : { mobile }),
      ...(accounts === undefined ? {} : { accounts: mergedAccounts(before!.accounts, accounts) }),
      ...(isActive === undefined ? {} : { isActive }),
    };
    if (Object.keys(changes).length > 0) {
      await tx.update(PersonEntity, { id: person.id }, changes);
      await consequences(tx, async () => {
        if (email !== undefined) await voidMailedCodes(tx, person.id);
        if (isActive !== false) return;
        await endSessions(tx, [person.id]);
        await this.tokens.endAllOf(tx, actor, at, person.id);
        await this.delegations.endAllOf(tx, actor, at, person.id);
      });
      const [after] = await readPersonStates(tx, [person.id]);
      await this.history.append(tx, actor, at, [
        { type: 'person.edited', entity: 'person', entityId: person.id, before, after },
      ]);
    }
    if (password !== undefined) await this.takePassword(tx, actor, at, person.id, password, { isOwn });
    const [state] = await readPersonStates(tx, [person.id]);
    return state!;
  }

  /**
   * Sets a password that is asked for rightly, whoever asks: by its owner, or by a code from a mail.
   *
   * @throws DomainError as {@link PasswordService.set}
   */
  async takePassword(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    personId: string,
    password: string,
    { isOwn, reason, keptSessionId }: PasswordChange,
  ): Promise<void> {
    const [before] = await readPersonStates(tx, [personId]);
    await this.passwords.set(tx, before!, password, isOwn, keptSessionId ?? null);
    await this.recordNewPassword(tx, actor, at, [before!], reason ?? null);
  }

  private async renewDemonstrationPassword(tx: EntityManager, actor: Actor, at: Date): Promise<void> {
    const passwordHash = await this.hashOfDemonstration();
    if (passwordHash === undefined) return;
    const outdated: { id: string }[] = await tx.query(
      `select id from person where split_part(password_hash, '$', 5) = $1 and password_hash <> $2
       order by username for update`,
      [DEMONSTRATION_MARK, passwordHash],
    );
    if (outdated.length === 0) return;
    const ids = outdated.map(({ id }) => id);
    const before = await readPersonStates(tx, ids);
    await tx.update(PersonEntity, { id: In(ids) }, { passwordHash });
    await endSessions(tx, ids);
    await this.recordNewPassword(tx, actor, at, before, 'The demonstration has a new password.');
  }

  /** History knows that there is a new one, not which. */
  private async recordNewPassword(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    before: readonly PersonState[],
    reason: string | null,
  ): Promise<void> {
    const states = await readPersonStates(
      tx,
      before.map(({ id }) => id),
    );
    const changes = states.map((after, index) => ({
      type: 'person.password_set' as const,
      entity: 'person' as const,
      entityId: after.id,
      reason,
      before: before[index] ?? null,
      after,
    }));
    await this.history.append(tx, actor, at, changes);
  }

  /** Computed once a process: each costs as much as a sign-in, and there are two accounts a unit. */
  private hashOfDemonstration(): Promise<string> | undefined {
    const password = this.config.DUBAN_DEMO_PASSWORD;
    if (password === undefined) return undefined;
    return (this.demonstrationHash ??= hashDemonstrationPassword(password));
  }
}

function mergedAccounts(before: Contact['accounts'], given: NonNullable<AccountEdit['accounts']>): Contact['accounts'] {
  const merged = Object.entries({ ...before, ...given }).filter(([, account]) => account !== null);
  return Object.fromEntries(merged);
}

const endSessions = (tx: EntityManager, personIds: readonly string[]): Promise<unknown> =>
  tx.query(`update session set ended_at = now() where person_id = any($1) and ended_at is null`, [personIds]);
