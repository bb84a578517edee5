import { assertMay } from '@duban/directory';
import type { Actor } from '@duban/history';
import { conflict, notFound } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { PlanRevision } from './plan-revision.entity';
import { PlanRevisionItem } from './plan-revision-item.entity';
import { assertDocument, assertPlanOpen, assertSeenWhole } from './plan-records';
import { Plan } from './plan.entity';

/** A revision with its plan, both locked. */
export interface HeldRevision {
  plan: Plan;
  revision: PlanRevision;
  items: PlanRevisionItem[];
}

/**
 * Locks a plan against other revisions, edits and its issue. Not the key: a sweep writes rows that refer to it while it
 * holds obligations that are wanted here.
 */
export async function holdPlan(tx: EntityManager, actor: Actor, planId: string): Promise<Plan> {
  const plan = await tx.getRepository(Plan).findOne({ where: { id: planId }, lock: { mode: 'for_no_key_update' } });
  if (!plan) throw unknownPlan(planId);
  assertDocument(plan);
  await assertSeenWhole(tx, planId);
  if (plan.state === 'issued') {
    assertMay(actor, plan.unitId === null ? 'plan.issue' : 'breakdown.issue', plan.unitId ?? undefined);
  }
  assertPlanOpen(plan);
  return plan;
}

/** An open revision with its items. @throws DomainError REVISION.UNKNOWN, REVISION.NOT_OPEN */
export async function holdRevision(
  tx: EntityManager,
  actor: Actor,
  planId: string,
  revisionId: string,
): Promise<HeldRevision> {
  assertMay(actor, 'plan.edit');
  const plan = await holdPlan(tx, actor, planId);
  const revision = await tx.getRepository(PlanRevision).findOneBy({ id: revisionId, planId });
  if (!revision) throw unknownRevision(revisionId);
  if (revision.state !== 'open') {
    throw conflict('REVISION.NOT_OPEN', `The revision is ${revision.state}.`, { state: revision.state });
  }
  const items = await tx.getRepository(PlanRevisionItem).find({ where: { revisionId }, order: { position: 'ASC' } });
  return { plan, revision, items };
}

const unknownPlan = (planId: string): Error => notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
export const unknownRevision = (revisionId: string): Error =>
  notFound('REVISION.UNKNOWN', 'The plan has no such revision.', { revisionId });
