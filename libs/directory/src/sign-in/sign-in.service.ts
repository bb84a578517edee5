import { Transactor } from '@duban/database';
import { type Change, type Actor, HistoryService, systemActor } from '@duban/history';
import { type Clock, DomainError, invalid, newId } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { cleanCode, PRINTABLE } from '../names';
import { strongerHash, verifyPassword } from '../passwords';
import { PersonEntity } from '../person.entity';
import { type PersonState, readPersonStates } from '../person-state';
import { type SessionOrigin, SessionService, type SignedIn } from '../session.service';
import {
  accountSubject,
  addressLimit,
  addressSubject,
  assertNotLocked,
  countFailure,
  forgetFailures,
} from './lock-out';
import { findPerson } from './persons';
import { SignInPolicyService } from './sign-in-policy.service';

/** For what no browser does: tools, the demonstration, specs. */
const NOWHERE: SessionOrigin = { kind: 'bearer', address: null, device: null };

/** Signing in by password (登录). Each step is a transaction of its own: a failure counts though nothing else is done. */
@Injectable()
export class SignInService {
  constructor(
    @Inject(Transactor) private readonly transactor: Transactor,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(SignInPolicyService) private readonly policies: SignInPolicyService,
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Opens a session. Failures are recorded in history, and count over all processes: for the account, known or not, and
   * for the address.
   *
   * @throws DomainError unauthenticated `SESSION.WRONG_CREDENTIALS`, with the same words and about as fast whether the
   *   username, the password or the whole account is not there; throttled `SESSION.TOO_MANY_TRIES` while the account or
   *   the address is locked, whatever the password
   */
  async signIn(username: string, password: string, requestId: string, origin = NOWHERE): Promise<SignedIn> {
    const name = cleanCode(username);
    const account = await this.prove(name, password, origin.address, requestId);
    if (account === null) throw wrongCredentials();
    const stronger = await strongerHash(account.passwordHash!, password);
    return this.transactor.run(async (tx) => {
      // Whose password was changed, or account closed, a moment ago would be let in behind it.
      const [still]: { hash: string | null }[] = await tx.query(
        `select password_hash as hash from person where id = $1 and is_active
         for ${stronger === null ? 'share' : 'no key update'}`,
        [account.id],
      );
      const isSame = still?.hash === account.passwordHash;
      // The same password may have been hashed anew by another sign-in.
      if (!still || !(isSame || (await verifyPassword(still.hash, password)))) throw wrongCredentials();
      if (isSame && stronger !== null) await replaceHash(tx, account, stronger);
      await assertAdmitted(tx, name, origin.address);
      await forgetFailures(tx, accountSubject(name));
      await this.askForNewPassword(tx, account);
      const { id, displayName } = account;
      return this.sessions.open(tx, { id, username: account.username, displayName }, origin, { means: 'password' });
    });
  }

  /**
   * Asks somebody who is signed in for their password again; a wrong one counts and is recorded, as at signing in.
   * @throws DomainError invalid `SESSION.WRONG_PASSWORD`; throttled `SESSION.TOO_MANY_TRIES`
   */
  async verify(actor: Actor, password: string, { address }: SessionOrigin): Promise<void> {
    const { username } = await this.transactor.run((tx) => findPerson(tx, { id: actor.personId! }));
    if ((await this.prove(username, password, address, actor.requestId)) === null) {
      throw invalid('SESSION.WRONG_PASSWORD', 'This is not your password.', { field: 'currentPassword' });
    }
    await this.transactor.run(async (tx) => {
      await assertAdmitted(tx, username, address);
      await forgetFailures(tx, accountSubject(username));
    });
  }

  /**
   * The account that the password opens, or null, after the failure was counted. Many tries may be looked at before the
   * first of them has failed: so whoever is let in asks {@link assertAdmitted} again, after which a right guess among
   * them is worth no more than one that came after them.
   */
  private async prove(
    name: string,
    password: string,
    address: string | null,
    requestId: string,
  ): Promise<PersonEntity | null> {
    const account = await this.transactor.run(async (tx) => {
      await assertAdmitted(tx, name, address);
      return findAccount(tx, name);
    });
    const fits = await verifyPassword(account?.passwordHash ?? null, password);
    if (account?.isActive && fits) return account;
    await this.transactor.run((tx) => this.fail(tx, name, account, address, requestId));
    return null;
  }

  /** Does as much for a name that is nobody's as for another, so that the time that it takes tells nothing. */
  private async fail(
    tx: EntityManager,
    name: string,
    account: PersonEntity | null,
    address: string | null,
    requestId: string,
  ): Promise<void> {
    const { lockOut } = (await this.policies.current(tx)).policy;
    const seconds = await countFailure(tx, { subject: accountSubject(name), tries: lockOut.tries }, lockOut);
    if (address !== null) {
      // Another try from there may have locked the address meanwhile: this one was looked at all the same.
      await countFailure(tx, addressLimit(addressSubject(address), lockOut), lockOut).catch((error: unknown) => {
        if (!(error instanceof DomainError)) throw error;
      });
    }
    const [state] = await readPersonStates(tx, account === null ? [] : [account.id]);
    const isLocked = seconds > 0;
    const reason = `for ${seconds} seconds`;
    // Where a person is, is the person's; where somebody is whom nobody knows, is nobody's.
    const ofPerson = (person: PersonState): Change[] => {
      const place = { entity: 'person', entityId: person.id } as const;
      const failed = { ...place, type: 'person.sign_in_failed', after: { ...person, from: address } } as const;
      return [failed, ...(isLocked ? [{ ...place, type: 'person.locked', reason, after: person } as const] : [])];
    };
    const ofNobody = (): Change[] => {
      const place = { entity: 'sign_in', entityId: newId(), after: { code: 'SESSION.WRONG_CREDENTIALS' } } as const;
      const failed = { ...place, type: 'sign_in.failed', reason: address === null ? null : `from ${address}` } as const;
      return [failed, ...(isLocked ? [{ ...place, type: 'sign_in.locked', reason } as const] : [])];
    };
    const changes = state ? ofPerson(state) : ofNobody();
    await this.history.append(tx, systemActor(requestId), this.clock.now(), changes);
  }

  /** Whose password is too old by the policy has to choose another. */
  private async askForNewPassword(tx: EntityManager, { id }: PersonEntity): Promise<void> {
    const { mostAgeDays } = (await this.policies.current(tx)).policy.password;
    if (mostAgeDays === null) return;
    await tx.query(
      `update person set must_change_password = true
       where id = $1 and not must_change_password and password_set_at < now() - $2 * interval '1 day'`,
      [id, mostAgeDays],
    );
  }
}

/** The same password by present settings, also where it is remembered: history has no other password, and tells of none. */
async function replaceHash(tx: EntityManager, { id, passwordHash }: PersonEntity, stronger: string): Promise<void> {
  const both = [id, passwordHash, stronger];
  await tx.query(`update person set password_hash = $3 where id = $1 and password_hash = $2`, both);
  await tx.query(`update password_history set password_hash = $3 where person_id = $1 and password_hash = $2`, both);
}

/** @throws DomainError throttled `SESSION.TOO_MANY_TRIES` while the account or the address is locked */
async function assertAdmitted(tx: EntityManager, name: string, address: string | null): Promise<void> {
  if (address !== null) await assertNotLocked(tx, addressSubject(address));
  await assertNotLocked(tx, accountSubject(name));
}

const wrongCredentials = (): DomainError =>
  new DomainError(
    'unauthenticated',
    'SESSION.WRONG_CREDENTIALS',
    'The username or the password is wrong. Check both and try again.',
  );

/** With its hash. Postgres takes no control characters, and no username has any. */
export async function findAccount(tx: EntityManager, username: string): Promise<PersonEntity | null> {
  if (!PRINTABLE.test(username)) return null;
  return tx.findOne(PersonEntity, {
    select: { id: true, username: true, displayName: true, isActive: true, email: true, passwordHash: true },
    where: { username },
  });
}
