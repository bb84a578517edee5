import { insertAll } from '@duban/database';
import { GOVERNMENT_POSTS } from '@duban/domain';
import { type Actor, HistoryService, systemActor } from '@duban/history';
import { localDateOf, newId, notFound } from '@duban/kernel';
import { type Config, CONFIG } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In, IsNull } from 'typeorm';
import { lockDirectory } from './directory-lock';
import { CHINA_TIME_ZONE } from './jurisdiction';
import { cleanCode, PRINTABLE } from './names';
import { DEMONSTRATION_PREFIX, hashDemonstrationPassword, hashPassword } from './passwords';
import { PersonEntity } from './person.entity';
import { type PersonState, readPersonStates } from './person-state';
import { PostEntity } from './post.entity';
import { PostHoldingEntity } from './post-holding.entity';
import { assertMay } from './rights';

const GOVERNMENT_NAMES = {
  office: '督查室主任',
  officer: '督查室工作人员',
  leader: '分管领导',
  auditor: '审计员',
  admin: '系统管理员',
} as const satisfies Record<(typeof GOVERNMENT_POSTS)[number], string>;

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
  password?: string;
}

/** Accounts: people, the posts that they hold, their passwords. */
@Injectable()
export class AccountService {
  private demonstrationHash: Promise<string> | undefined;

  constructor(
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_DEMO_PASSWORD'>,
  ) {}

  /**
   * Sees to it that the government's posts exist, each with the account of the same name (`office`, `officer`,
   * `leader`, `auditor`, `admin`), held from the day of `at`; what exists is left as it is. Every start calls it, with
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
   * directory's lock and knows that the usernames are new.
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
    }));
    await insertAll(tx, PersonEntity, persons);
    await insertAll(tx, PostHoldingEntity, holdings);
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
  }

  /**
   * Sets a password of at least 8 characters and ends the person's sessions. An admin may for anybody, everybody for
   * themselves.
   *
   * @throws DomainError `PERSON.UNKNOWN`, `RIGHTS.NOT_ALLOWED`, `PERSON.PASSWORD_TOO_SHORT`, `PERSON.PASSWORD_TOO_LONG`
   */
  async setPassword(tx: EntityManager, actor: Actor, at: Date, username: string, password: string): Promise<void> {
    const name = cleanCode(username);
    const person = PRINTABLE.test(name) ? await tx.findOneBy(PersonEntity, { username: name }) : null;
    if (person === null || person.id !== actor.personId) assertMay(actor, 'account.edit');
    if (person === null) throw notFound('PERSON.UNKNOWN', 'There is no account of this name. Check its spelling.');
    const passwordHash = await hashPassword(password);
    const before = await readPersonStates(tx, [person.id]);
    await tx.update(PersonEntity, { id: person.id }, { passwordHash });
    await this.afterNewPassword(tx, actor, at, before, null);
  }

  /**
   * Changes what an account says of a person: an admin anybody's, everybody their own address and password. The name
   * is an admin's to give, since documents name leaders by it.
   *
   * @returns the person as history records them
   * @throws DomainError as {@link setPassword}
   */
  async edit(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    username: string,
    { password, displayName, email }: AccountEdit,
  ): Promise<PersonState> {
    const name = cleanCode(username);
    const person = PRINTABLE.test(name) ? await tx.findOneBy(PersonEntity, { username: name }) : null;
    if (person === null || person.id !== actor.personId || displayName !== undefined) assertMay(actor, 'account.edit');
    if (person === null) throw notFound('PERSON.UNKNOWN', 'There is no account of this name. Check its spelling.');
    const changes = {
      ...(displayName === undefined ? {} : { displayName }),
      ...(email === undefined ? {} : { email }),
    };
    if (Object.keys(changes).length > 0) {
      const [before] = await readPersonStates(tx, [person.id]);
      await tx.update(PersonEntity, { id: person.id }, changes);
      const [after] = await readPersonStates(tx, [person.id]);
      await this.history.append(tx, actor, at, [
        { type: 'person.edited', entity: 'person', entityId: person.id, before, after },
      ]);
    }
    if (password !== undefined) await this.setPassword(tx, actor, at, username, password);
    const [state] = await readPersonStates(tx, [person.id]);
    return state!;
  }

  private async renewDemonstrationPassword(tx: EntityManager, actor: Actor, at: Date): Promise<void> {
    const passwordHash = await this.hashOfDemonstration();
    if (passwordHash === undefined) return;
    const outdated: { id: string }[] = await tx.query(
      `select id from person where starts_with(password_hash, $1) and password_hash <> $2 order by username for update`,
      [DEMONSTRATION_PREFIX, passwordHash],
    );
    if (outdated.length === 0) return;
    const ids = outdated.map(({ id }) => id);
    const before = await readPersonStates(tx, ids);
    await tx.update(PersonEntity, { id: In(ids) }, { passwordHash });
    await this.afterNewPassword(tx, actor, at, before, 'The demonstration has a new password.');
  }

  /** Whoever is signed in by the old password is signed out, and history knows that there is a new one, not which. */
  private async afterNewPassword(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    before: Awaited<ReturnType<typeof readPersonStates>>,
    reason: string | null,
  ): Promise<void> {
    const ids = before.map(({ id }) => id);
    await tx.query(`update session set ended_at = now() where person_id = any($1) and ended_at is null`, [ids]);
    const changes = (await readPersonStates(tx, ids)).map((after, index) => ({
      type: 'person.password_set',
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
