import { randomBytes } from 'node:crypto';
import { Transactor } from '@duban/database';
import { HistoryService, systemActor } from '@duban/history';
import { type Clock, conflict, invalid, newId } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AccountService } from '../account.service';
import { cleanCode, PRINTABLE } from '../names';
import { readPersonStates } from '../person-state';
import { hashToken } from '../session.service';
import { addressLimit, countFailure, resetSubject } from './lock-out';
import { findPerson } from './persons';
import { findAccount } from './sign-in.service';
import { SignInPolicyService } from './sign-in-policy.service';

/** A mail to be sent, with the code that it carries. */
export interface PasswordResetMail {
  id: string;
  address: string;
  name: string;
  /** 43 characters of base64url, good once, within {@link CODE_MINUTES}. */
  code: string;
  attempt: number;
}

/** What became of one that was looked at, where there is no mail to send. */
export type PasswordResetOutcome = 'not_due' | 'nobody' | 'too_soon' | 'failed';

export const CODE_MINUTES = 30;
const CODE_BYTES = 32;
/** Longer than a mail server takes; after it another worker may take it. */
const LEASE_SECONDS = 60;
const MOST_ATTEMPTS = 6;
/** Between two mails to one person, however often somebody asks. */
const PAUSE = '5 minutes';
/** How long it is kept, so that a used or old code hears why it no longer counts. */
const KEPT = '7 days';

/**
 * Passwords reset by mail (找回密码). What is asked is written down as it was typed, whether it is somebody's or not, so that
 * neither the answer nor its time tells; the code is made when the mail is sent, and only its hash is kept.
 */
@Injectable()
export class PasswordResetService {
  constructor(
    @Inject(Transactor) private readonly transactor: Transactor,
    @Inject(AccountService) private readonly accounts: AccountService,
    @Inject(SignInPolicyService) private readonly policies: SignInPolicyService,
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * @returns the id of what is wanted, for the worker; null where the same is wanted already
   * @throws DomainError throttled `PASSWORD_RESET.TOO_MANY_TRIES` for an address that asks too often
   */
  async want(tx: EntityManager, username: string, address: string, requestId: string): Promise<string | null> {
    const name = cleanCode(username);
    const { lockOut } = (await this.policies.current(tx)).policy;
    await countFailure(tx, addressLimit(resetSubject(address), lockOut), lockOut, 'PASSWORD_RESET.TOO_MANY_TRIES');
    await tx.query(`delete from password_reset where wanted_at < now() - $1::interval`, [KEPT]);
    // Such a name is nobody's, and Postgres would refuse it.
    if (!PRINTABLE.test(name)) return null;
    const [row]: { id: string }[] = await tx.query(
      `insert into password_reset (id, username, request_id) values ($1, $2, $3)
       on conflict (username) where settled_at is null do nothing returning id`,
      [newId(), name, requestId],
    );
    return row?.id ?? null;
  }

  /** Those to be sent, whose worker died among them; the longest waiting first. */
  async dueIds(limit: number): Promise<string[]> {
    const rows: { id: string }[] = await this.transactor.run((tx) =>
      tx.query(`select id from password_reset where ${IS_DUE} order by next_attempt_at, id limit $1`, [limit]),
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Takes one to send: makes a code, and keeps others from it for a minute. A worker that dies before {@link sent} leaves
   * it to the next, whose mail has another code, and the first none that counts.
   */
  async claim(id: string): Promise<PasswordResetMail | PasswordResetOutcome> {
    return this.transactor.run(async (tx) => {
      const [row]: { username: string; attempts: number }[] = await tx.query(
        `select username, attempts from password_reset where id = $1 and ${IS_DUE} for update skip locked`,
        [id],
      );
      if (!row) return 'not_due';
      const account = await findAccount(tx, row.username);
      if (!account?.isActive || account.email === null) return settle(tx, id, 'nobody');
      const [recent]: unknown[] = await tx.query(
        `select from password_reset where person_id = $1 and id <> $2 and outcome = 'sent'
           and settled_at > now() - $3::interval`,
        [account.id, id, PAUSE],
      );
      if (recent) return settle(tx, id, 'too_soon');
      if (row.attempts >= MOST_ATTEMPTS) return settle(tx, id, 'failed');
      const code = randomBytes(CODE_BYTES).toString('base64url');
      await tx.query(
        `update password_reset set person_id = $2, attempts = attempts + 1, token_hash = $3, used_at = null,
           expires_at = now() + $4 * interval '1 minute', next_attempt_at = now() + $5 * interval '1 second'
         where id = $1`,
        [id, account.id, hashToken(code), CODE_MINUTES, LEASE_SECONDS],
      );
      return { id, address: account.email, name: account.displayName, code, attempt: row.attempts + 1 };
    });
  }

  /** The mail is on its way. */
  async sent({ id, attempt }: PasswordResetMail): Promise<void> {
    await this.transactor.run(async (tx) => {
      const [[row]]: [{ personId: string; requestId: string }[], number] = await tx.query(
        `update password_reset set settled_at = now(), outcome = 'sent'
         where id = $1 and attempts = $2 and settled_at is null
         returning person_id as "personId", request_id as "requestId"`,
        [id, attempt],
      );
      if (!row) return;
      const [after] = await readPersonStates(tx, [row.personId]);
      await this.history.append(tx, systemActor(row.requestId), this.clock.now(), [
        { type: 'person.password_reset_sent', entity: 'person', entityId: row.personId, after },
      ]);
    });
  }

  /** The mail was not taken. @param isFinal it will not be, however often it is tried */
  async notSent({ id, attempt }: PasswordResetMail, isFinal: boolean): Promise<void> {
    await this.transactor.run(async (tx) => {
      if (isFinal) await settle(tx, id, 'failed');
      else {
        await tx.query(
          `update password_reset set next_attempt_at = now() + power(2, $2) * interval '15 seconds'
           where id = $1 and attempts = $2 and settled_at is null`,
          [id, attempt],
        );
      }
    });
  }

  /**
   * Sets a password by the code of a mail; sessions end.
   *
   * @throws DomainError invalid `PASSWORD_RESET.UNKNOWN`, `PASSWORD_RESET.EXPIRED`; conflict `PASSWORD_RESET.USED`;
   *   and as PasswordService.set, after which the code can be used again
   */
  async redeem(tx: EntityManager, at: Date, code: string, password: string, requestId: string): Promise<void> {
    const [row]: { id: string; personId: string; isUsed: boolean; isExpired: boolean; isActive: boolean }[] =
      await tx.query(
        `select r.id, r.person_id as "personId", r.used_at is not null as "isUsed", r.expires_at <= now() as "isExpired",
           p.is_active as "isActive"
         from password_reset r join person p on p.id = r.person_id where r.token_hash = $1 for update of r`,
        [hashToken(code)],
      );
    const place = { field: 'code' };
    if (!row?.isActive)
      throw invalid('PASSWORD_RESET.UNKNOWN', 'The code is none of ours. Copy the whole of it.', place);
    if (row.isUsed) throw conflict('PASSWORD_RESET.USED', 'The code was used already. Ask for another.', place);
    if (row.isExpired) throw invalid('PASSWORD_RESET.EXPIRED', 'The code is too old. Ask for another.', place);
    const { displayName } = await findPerson(tx, { id: row.personId });
    // Nobody is signed in: it is the owner of the address who acts, for all that can be known.
    const actor = { ...systemActor(requestId), personId: row.personId, name: displayName };
    await this.accounts.takePassword(tx, actor, at, row.personId, password, {
      isOwn: true,
      reason: 'by a code sent by mail',
    });
  }
}

const IS_DUE = `settled_at is null and next_attempt_at <= now()`;

async function settle(
  tx: EntityManager,
  id: string,
  outcome: 'nobody' | 'too_soon' | 'failed',
): Promise<typeof outcome> {
  await tx.query(`update password_reset set settled_at = now(), outcome = $2 where id = $1 and settled_at is null`, [
    id,
    outcome,
  ]);
  return outcome;
}
