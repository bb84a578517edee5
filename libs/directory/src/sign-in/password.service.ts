import { consequences } from '@duban/database';
import type { PostKind } from '@duban/domain';
import { type Config, CONFIG } from '@duban/platform';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '@duban/kernel';
import { hashPassword, verifyPassword } from '../passwords';
import { BreachedPasswords } from './breached-passwords';
import { accountSubject, forgetFailures } from './lock-out';
import { assertFitPassword, unfitPassword } from './password-rules';
import { leastLengthFor } from './sign-in-policy';
import { SignInPolicyService } from './sign-in-policy.service';

/** Whose password it is. */
export interface PasswordOwner {
  id: string;
  username: string;
  posts: readonly { kind: PostKind }[];
}

/** Sets passwords by the rules of the sign-in policy (口令策略). Whoever calls it writes the history. */
@Injectable()
export class PasswordService implements OnApplicationBootstrap {
  private readonly breached: BreachedPasswords | null;

  constructor(
    @Inject(SignInPolicyService) private readonly policies: SignInPolicyService,
    @Inject(CONFIG) { DUBAN_BREACHED_PASSWORDS: path }: Pick<Config, 'DUBAN_BREACHED_PASSWORDS'>,
  ) {
    this.breached = path === undefined ? null : new BreachedPasswords(path);
  }

  /** @throws Error where the list of breached passwords is none: nobody would notice that it keeps nothing out */
  async onApplicationBootstrap(): Promise<void> {
    await this.breached?.check();
  }

  /**
   * Takes a new password, ends the person's sessions, voids codes that were mailed and unlocks the account.
   *
   * @param isOwn false where somebody else chose it, who then knows it: by the policy it has to be changed
   * @param keptSessionId the session that stays
   * @throws DomainError as {@link assertFitPassword}, and `PERSON.PASSWORD_BREACHED`, `PERSON.PASSWORD_USED_BEFORE`
   */
  async set(
    tx: EntityManager,
    owner: PasswordOwner,
    password: string,
    isOwn: boolean,
    keptSessionId: string | null,
  ): Promise<void> {
    // Of two at once the later sees what the earlier has ended.
    await tx.query(`select from person where id = $1 for no key update`, [owner.id]);
    const { policy } = await this.policies.current(tx);
    const kinds = owner.posts.map(({ kind }) => kind);
    await assertFitPassword(password, owner.username, leastLengthFor(policy, kinds));
    if (await this.breached?.has(password)) {
      throw unfitPassword('PERSON.PASSWORD_BREACHED', 'not be one that was made public somewhere');
    }
    await consequences(tx, () => this.assertNew(tx, owner.id, password, policy.password.remembered));
    const passwordHash = await hashPassword(password);
    await tx.query(
      `update person set password_hash = $2, must_change_password = $3, password_set_at = now() where id = $1`,
      [owner.id, passwordHash, !isOwn && policy.password.changeWhenSetByAdministrator],
    );
    await consequences(tx, async () => {
      await remember(tx, owner.id, passwordHash, policy.password.remembered);
      await tx.query(
        `update session set ended_at = now() where person_id = $1 and ended_at is null and id is distinct from $2::uuid`,
        [owner.id, keptSessionId],
      );
      await voidMailedCodes(tx, owner.id);
      await forgetFailures(tx, accountSubject(owner.username));
    });
  }

  private async assertNew(tx: EntityManager, personId: string, password: string, remembered: number): Promise<void> {
    if (remembered === 0) return;
    const former: { hash: string }[] = await tx.query(
      `select password_hash as hash from person where id = $1 and password_hash is not null
       union (select password_hash from password_history where person_id = $1 order by id desc limit $2)`,
      [personId, remembered],
    );
    for (const { hash } of former) {
      if (await verifyPassword(hash, password)) {
        throw unfitPassword('PERSON.PASSWORD_USED_BEFORE', `not be one of your last ${remembered}`);
      }
    }
  }
}

/** Keeps it among so many, by which a former password is known again. */
async function remember(tx: EntityManager, personId: string, passwordHash: string, most: number): Promise<void> {
  await tx.query(`insert into password_history (id, person_id, password_hash) values ($1, $2, $3)`, [
    newId(),
    personId,
    passwordHash,
  ]);
  await tx.query(
    `delete from password_history where person_id = $1 and id not in
       (select id from password_history where person_id = $1 order by id desc limit $2)`,
    [personId, Math.max(1, most)],
  );
}

/** Codes that were mailed to the person set no password any more. */
export async function voidMailedCodes(tx: EntityManager, personId: string): Promise<void> {
  await tx.query(`update password_reset set used_at = now() where person_id = $1 and used_at is null`, [personId]);
}
