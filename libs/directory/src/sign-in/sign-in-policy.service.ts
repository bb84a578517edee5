import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid } from '@duban/kernel';
import { type Config, CONFIG } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { assertMay } from '../rights';
import { presetPolicy, type SignInPolicy } from './sign-in-policy';

export interface SignInPolicyVersion {
  /** 0 for the preset. */
  version: number;
  policy: SignInPolicy;
}

/** Any number will do, as long as every process takes the same. */
const POLICY_LOCK = 7_281_947;
/** What history calls the one policy that there is. */
const POLICY_ID = '00000000-0000-4000-8000-000000000001';

/** The rules of sign-in (登录策略) that hold now; each version is kept. */
@Injectable()
export class SignInPolicyService {
  constructor(
    @Inject(HistoryService) private readonly history: HistoryService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_DEMO_PASSWORD' | 'DUBAN_SECRET'>,
  ) {}

  async current(tx: EntityManager): Promise<SignInPolicyVersion> {
    const [row]: { version: number; body: SignInPolicy }[] = await tx.query(
      `select version, body from sign_in_policy order by version desc limit 1`,
    );
    // A version may be older than the newest rule: that one is as preset.
    const preset = presetPolicy(this.config.DUBAN_DEMO_PASSWORD !== undefined);
    return row ? { version: row.version, policy: { ...preset, ...row.body } } : { version: 0, policy: preset };
  }

  async read(tx: EntityManager, actor: Actor): Promise<SignInPolicyVersion> {
    assertMay(actor, 'account.read');
    return this.current(tx);
  }

  /** @throws DomainError `RIGHTS.NOT_ALLOWED`, conflict `SIGN_IN_POLICY.STALE`, invalid `SIGN_IN_POLICY.NO_KEY` */
  async change(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    policy: SignInPolicy,
    expectedVersion: number,
  ): Promise<SignInPolicyVersion> {
    assertMay(actor, 'sign_in.policy');
    // Nobody of these posts could do anything any more, not even take this back.
    if (policy.secondFactor.posts.length > 0 && this.config.DUBAN_SECRET === undefined) {
      throw invalid(
        'SIGN_IN_POLICY.NO_KEY',
        'Second factors need a key before anybody can be asked for one. Whoever runs it sets DUBAN_SECRET.',
        { field: 'policy.secondFactor.posts' },
      );
    }
    await tx.query(`select pg_advisory_xact_lock($1)`, [POLICY_LOCK]);
    const before = await this.current(tx);
    if (before.version !== expectedVersion) {
      throw conflict('SIGN_IN_POLICY.STALE', 'Somebody has changed the policy since you read it. Read it again.', {
        version: before.version,
      });
    }
    const after = { version: before.version + 1, policy };
    await tx.query(`insert into sign_in_policy (version, body, person_id, created_at) values ($1, $2, $3, $4)`, [
      after.version,
      JSON.stringify(policy),
      actor.personId,
      at,
    ]);
    await this.history.append(tx, actor, at, [
      {
        type: 'sign_in_policy.changed',
        entity: 'sign_in_policy',
        entityId: POLICY_ID,
        before: { ...before },
        after: { ...after },
      },
    ]);
    return after;
  }
}
