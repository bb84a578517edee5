import { assertMay } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Whether a plan is kept from disposal (暂停处置), by the last who said so; version 0 where nobody has. */
export interface Hold {
  planId: string;
  version: number;
  isHeld: boolean;
  reason: string | null;
  personId: string | null;
  setAt: Date | null;
}

/** Plans that the auditor keeps from disposal (暂停处置). */
@Injectable()
export class DisposalHoldService {
  constructor(private readonly history: HistoryService) {}

  /** @throws DomainError `RIGHTS.NOT_ALLOWED`, not_found `PLAN.UNKNOWN` */
  async hold(tx: EntityManager, actor: Actor, planId: string): Promise<Hold> {
    assertMay(actor, 'read.all');
    await jurisdictionOf(tx, planId);
    return holdOf(tx, planId);
  }

  /**
   * Keeps a plan from disposal, whatever its period, or lets it go (暂停、恢复处置).
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, not_found `PLAN.UNKNOWN`, conflict `DISPOSAL.HELD_ALREADY`, `DISPOSAL.NOT_HELD`
   */
  async setHold(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    { isHeld, reason }: { isHeld: boolean; reason: string },
  ): Promise<Hold> {
    assertMay(actor, 'disposal.hold');
    const jurisdictionId = await jurisdictionOf(tx, planId);
    await enter(tx, planId);
    const before = await holdOf(tx, planId);
    if (before.isHeld === isHeld) {
      throw isHeld
        ? conflict('DISPOSAL.HELD_ALREADY', 'The plan is kept from disposal already.', { field: 'isHeld', planId })
        : conflict('DISPOSAL.NOT_HELD', 'Nothing keeps the plan from disposal.', { field: 'isHeld', planId });
    }
    const after = { planId, version: before.version + 1, isHeld, reason, personId: actor.personId, setAt: at };
    await tx.query(
      `insert into disposal_hold (plan_id, version, is_held, reason, person_id, set_at) values ($1, $2, $3, $4, $5, $6)`,
      [planId, after.version, isHeld, reason, actor.personId, at],
    );
    await this.history.append(tx, actor, at, [
      {
        type: isHeld ? 'disposal_hold.set' : 'disposal_hold.lifted',
        entity: 'disposal_hold',
        entityId: planId,
        jurisdictionId,
        planId,
        reason,
        before: { version: before.version, isHeld: before.isHeld },
        after: { version: after.version, isHeld },
      },
    ]);
    return after;
  }
}

/** One at a time says something of the disposal of a plan. */
export const enter = (tx: EntityManager, planId: string): Promise<unknown> =>
  tx.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`disposal ${planId}`]);

async function jurisdictionOf(tx: EntityManager, planId: string): Promise<string> {
  const [plan]: { jurisdictionId: string }[] = await tx.query(
    `select jurisdiction_id as "jurisdictionId" from plan where id = $1`,
    [planId],
  );
  if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
  return plan.jurisdictionId;
}

async function holdOf(tx: EntityManager, planId: string): Promise<Hold> {
  const [row]: Hold[] = await tx.query(
    `select plan_id as "planId", version, is_held as "isHeld", reason, person_id as "personId", set_at as "setAt"
     from disposal_hold where plan_id = $1 order by version desc limit 1`,
    [planId],
  );
  return row ?? { planId, version: 0, isHeld: false, reason: null, personId: null, setAt: null };
}
