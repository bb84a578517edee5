import { createHash, randomBytes } from 'node:crypto';
import { Transactor } from '@duban/database';
import { type Actor, type EventType, HistoryService } from '@duban/history';
import { type Clock, conflict, DomainError, notFound } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import { Secret, TOTP } from 'otpauth';
import type { EntityManager } from 'typeorm';
import { assertMay, assertNotOwn } from '../rights';
import { type Session, SessionService, type SignedIn } from '../session.service';
import { countFailure, factorSubject, forgetFailures } from './lock-out';
import { findPerson } from './persons';
import { SecretBox } from './secret-box';
import { SignInPolicyService } from './sign-in-policy.service';

export interface SecondFactorState {
  isEnrolled: boolean;
  recoveryCodesLeft: number;
}

/** What an authenticator needs to know. */
export interface Enrolment {
  /** Base32, to be typed. */
  secret: string;
  /** `otpauth://totp/…`, to be shown as a QR code. */
  uri: string;
}

const ISSUER = 'duban';
const SECRET_BYTES = 20;
const STEP_SECONDS = 30;
/** Steps before and after the present one: clocks of telephones differ. */
const WINDOW = 1;
const RECOVERY_CODES = 10;

/**
 * Second factors (第二因素): codes of an authenticator (TOTP, RFC 6238), each good once, and recovery codes for the day on
 * which the telephone is gone. They go by the machine's clock, as authenticators do.
 */
@Injectable()
export class SecondFactorService {
  constructor(
    @Inject(Transactor) private readonly transactor: Transactor,
    @Inject(SessionService) private readonly sessions: SessionService,
    @Inject(SignInPolicyService) private readonly policies: SignInPolicyService,
    @Inject(SecretBox) private readonly box: SecretBox,
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async state(tx: EntityManager, personId: string): Promise<SecondFactorState> {
    const [row]: [SecondFactorState] = await tx.query(
      `select exists (select from second_factor where person_id = $1 and confirmed_at is not null) as "isEnrolled",
         (select count(*)::int from recovery_code where person_id = $1 and used_at is null) as "recoveryCodesLeft"`,
      [personId],
    );
    return row;
  }

  /**
   * Makes a secret that counts once it is {@link confirm}ed; a former one counts until then.
   *
   * @param code of the former one, where there is one: who finds an open session must not take it over
   * @throws DomainError as {@link prove}; conflict `SECOND_FACTOR.CODE_REQUIRED`; unavailable `SECOND_FACTOR.NO_KEY`
   */
  async enrol(actor: Actor, code: string | undefined): Promise<Enrolment> {
    const personId = actor.personId!;
    const { isEnrolled } = await this.transactor.run((tx) => this.state(tx, personId));
    if (isEnrolled && code === undefined) {
      throw codeRequired();
    }
    if (isEnrolled) await this.prove(actor, code!);
    return this.transactor.run(async (tx) => {
      const { username } = await findPerson(tx, { id: personId });
      const bytes = randomBytes(SECRET_BYTES);
      const [begun]: unknown[] = await tx.query(
        `insert into second_factor as f (person_id, pending_secret) values ($1, $2)
         on conflict (person_id) do update set pending_secret = excluded.pending_secret
           where $3 or f.confirmed_at is null
         returning person_id`,
        [personId, this.box.seal(bytes, personId), isEnrolled],
      );
      // Another session has just set one up, and its code was not given here.
      if (!begun) throw codeRequired();
      const totp = totpOf(bytes, username);
      return { secret: totp.secret.base32, uri: totp.toString() };
    });
  }

  /**
   * Takes the secret into use, by a code that it gave, and makes the recovery codes.
   *
   * @returns the recovery codes, which are not to be had again, and the session with another token
   * @throws DomainError conflict `SECOND_FACTOR.NOT_BEGUN`; invalid `SECOND_FACTOR.WRONG_CODE`; throttled
   */
  async confirm(actor: Actor, session: Session, code: string): Promise<{ recoveryCodes: string[]; session: SignedIn }> {
    const personId = actor.personId!;
    await this.transactor.run((tx) => this.countTry(tx, personId));
    return this.transactor.run(async (tx) => {
      const [row]: { pending: Buffer | null }[] = await tx.query(
        `select pending_secret as pending from second_factor where person_id = $1 for update`,
        [personId],
      );
      if (!row?.pending) {
        throw conflict('SECOND_FACTOR.NOT_BEGUN', 'There is nothing to confirm. Begin by POST /second-factor.');
      }
      const step = stepOf(this.box.open(row.pending, personId), code);
      if (step === null) throw wrongCode();
      await forgetFailures(tx, factorSubject(personId));
      await tx.query(
        `update second_factor set secret = pending_secret, pending_secret = null, last_step = $2, confirmed_at = now()
         where person_id = $1`,
        [personId, step],
      );
      await this.record(tx, actor, personId, 'person.second_factor_set');
      const recoveryCodes = await makeRecoveryCodes(tx, personId);
      return { recoveryCodes, session: await this.sessions.renew(tx, session.id, 'passed') };
    });
  }

  /** @throws DomainError as {@link prove} */
  async renewRecoveryCodes(actor: Actor, code: string): Promise<string[]> {
    await this.prove(actor, code);
    return this.transactor.run(async (tx) => {
      await this.record(tx, actor, actor.personId!, 'person.recovery_codes_made');
      return makeRecoveryCodes(tx, actor.personId!);
    });
  }

  /**
   * The second step of signing in.
   * @throws DomainError as {@link prove}; conflict `SECOND_FACTOR.NOT_WANTED`
   */
  async pass(actor: Actor, session: Session, code: string): Promise<SignedIn> {
    if (session.needs !== 'second_factor') {
      throw conflict('SECOND_FACTOR.NOT_WANTED', 'This session does not wait for a code.');
    }
    await this.prove(actor, code);
    return this.transactor.run((tx) => this.sessions.renew(tx, session.id, 'passed'));
  }

  /**
   * Takes it away, whose telephone is gone with the recovery codes; sessions end.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, `RIGHTS.OWN_ACCOUNT`, `PERSON.UNKNOWN`; not_found `SECOND_FACTOR.NONE`
   */
  async reset(tx: EntityManager, actor: Actor, username: string): Promise<void> {
    assertMay(actor, 'sign_in.administer');
    const { id } = await findPerson(tx, { username });
    assertNotOwn(actor, id);
    const [, gone]: [unknown, number] = await tx.query(`delete from second_factor where person_id = $1`, [id]);
    if (gone === 0) throw notFound('SECOND_FACTOR.NONE', 'This account has no second factor.');
    await tx.query(`delete from recovery_code where person_id = $1`, [id]);
    await this.sessions.endAll(tx, id, null);
    await forgetFailures(tx, factorSubject(id));
    await this.record(tx, actor, id, 'person.second_factor_reset');
  }

  /**
   * Takes a code of the authenticator, or a recovery code; each works once. A wrong one is recorded and counts.
   *
   * @throws DomainError invalid `SECOND_FACTOR.WRONG_CODE`, also for one that was used; throttled
   *   `SECOND_FACTOR.TOO_MANY_TRIES`; unavailable `SECOND_FACTOR.NO_KEY`
   */
  private async prove(actor: Actor, code: string): Promise<void> {
    const personId = actor.personId!;
    await this.transactor.run((tx) => this.countTry(tx, personId));
    const isRight = await this.transactor.run(async (tx) => {
      const isTaken = (await this.takeCode(tx, personId, code)) || (await takeRecoveryCode(tx, personId, code));
      if (isTaken) await forgetFailures(tx, factorSubject(personId));
      else await this.record(tx, actor, personId, 'person.second_factor_failed');
      return isTaken;
    });
    if (!isRight) throw wrongCode();
  }

  private async countTry(tx: EntityManager, personId: string): Promise<void> {
    const { lockOut } = (await this.policies.current(tx)).policy;
    const limit = { subject: factorSubject(personId), tries: lockOut.tries };
    await countFailure(tx, limit, lockOut, 'SECOND_FACTOR.TOO_MANY_TRIES');
  }

  /** A step is taken once: whoever saw the code over a shoulder comes too late. */
  private async takeCode(tx: EntityManager, personId: string, code: string): Promise<boolean> {
    const [row]: { secret: Buffer; lastStep: string }[] = await tx.query(
      `select secret, last_step as "lastStep" from second_factor
       where person_id = $1 and confirmed_at is not null for update`,
      [personId],
    );
    if (!row) return false;
    const step = stepOf(this.box.open(row.secret, personId), code);
    if (step === null || step <= Number(row.lastStep)) return false;
    await tx.query(`update second_factor set last_step = $2 where person_id = $1`, [personId, step]);
    return true;
  }

  private record(tx: EntityManager, actor: Actor, personId: string, type: EventType): Promise<void> {
    return this.history.append(tx, actor, this.clock.now(), [{ type, entity: 'person', entityId: personId }]);
  }
}

const totpOf = (secret: Uint8Array, username: string): TOTP =>
  new TOTP({
    issuer: ISSUER,
    label: username,
    secret: new Secret({ buffer: new Uint8Array(secret).buffer }),
    digits: 6,
    period: STEP_SECONDS,
  });

/** The step that the code is of, or null where it is of none near the present. */
function stepOf(secret: Uint8Array, code: string): number | null {
  const now = Date.now();
  // Full-width digits are what an input method for Chinese types.
  const token = code.normalize('NFKC').replace(/\s/g, '');
  // What is no six digits of ASCII, the library compares byte by byte with what it is not as long as, and throws.
  if (!/^[0-9]{6}$/.test(token)) return null;
  const delta = totpOf(secret, '').validate({ token, timestamp: now, window: WINDOW });
  return delta === null ? null : Math.floor(now / 1000 / STEP_SECONDS) + delta;
}

/** 80 bits in four groups, such as `7KQ2-M4XA-PZ3T-C6VN`: nobody finds one by trying, so a plain hash will do. */
async function makeRecoveryCodes(tx: EntityManager, personId: string): Promise<string[]> {
  await tx.query(`delete from recovery_code where person_id = $1`, [personId]);
  const codes = Array.from({ length: RECOVERY_CODES }, () =>
    new Secret({ size: 10 }).base32.replace(/(.{4})(?=.)/g, '$1-'),
  );
  await tx.query(`insert into recovery_code (person_id, code_hash) select $1, unnest($2::bytea[])`, [
    personId,
    codes.map(hashRecoveryCode),
  ]);
  return codes;
}

async function takeRecoveryCode(tx: EntityManager, personId: string, code: string): Promise<boolean> {
  const [, taken]: [unknown, number] = await tx.query(
    `update recovery_code set used_at = now() where person_id = $1 and code_hash = $2 and used_at is null`,
    [personId, hashRecoveryCode(code)],
  );
  return taken === 1;
}

const hashRecoveryCode = (code: string): Buffer =>
  createHash('sha256')
    .update(code.toUpperCase().replace(/[^A-Z2-7]/g, ''))
    .digest();

const codeRequired = (): DomainError =>
  conflict('SECOND_FACTOR.CODE_REQUIRED', 'You have a second factor. Give its code to set up another.', {
    field: 'code',
  });

const wrongCode = (): DomainError =>
  new DomainError('invalid', 'SECOND_FACTOR.WRONG_CODE', 'The code is wrong, or was used already. Wait for the next.', {
    field: 'code',
  });
