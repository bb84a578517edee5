import { type AssignmentRelation, DROPPED_STATES } from '@duban/domain';
import { type Action, assertMay, may } from '@duban/directory';
import type { Actor } from '@duban/history';
import { forbidden } from '@duban/kernel';
import { type EntityManager, In, Not } from 'typeorm';
import { Assignment } from './assignment.entity';
import { Plan } from './plan.entity';

/** Whether the actor is to the parts of a plan what the office is to the government's: of a unit's own, its heads (二级分解). */
export const standsAsOffice = (actor: Actor, { unitId }: Pick<Plan, 'unitId'>): boolean =>
  unitId === null ? may(actor, 'assignment.judge') : may(actor, 'breakdown.judge', unitId) && actor.unitId === unitId;

/** Who decides what is not only judged: the head of the office, or of the unit whose plan it is. */
export const approves = (actor: Actor, { unitId }: Pick<Plan, 'unitId'>): boolean =>
  unitId === null ? may(actor, 'assignment.approve') : actor.post === 'head';

/** How an actor stands to a part of a plan; nobody's business is empty. */
export async function relationsTo(
  tx: EntityManager,
  actor: Actor,
  plan: Pick<Plan, 'unitId'>,
  { taskId, unitId }: Pick<Assignment, 'taskId' | 'unitId'>,
): Promise<AssignmentRelation[]> {
  if (standsAsOffice(actor, plan)) return approves(actor, plan) ? ['office', 'approver'] : ['office'];
  if (may(actor, 'assignment.act', unitId)) return ['unit'];
  if (actor.unitId === null || !may(actor, 'assignment.judge_led')) return [];
  const leads = await tx
    .getRepository(Assignment)
    .existsBy({ taskId, unitId: actor.unitId, role: 'lead', state: Not(In([...DROPPED_STATES])) });
  return leads ? ['lead_unit'] : [];
}

/**
 * Refuses who may do neither something with the government's plans nor, where it is one, with their own unit's.
 * @throws DomainError forbidden RIGHTS.NOT_ALLOWED and others of `assertMay`; PLAN.OF_A_UNIT to whoever acts for the
 *   government
 */
export async function assertMayWith(
  tx: EntityManager,
  actor: Actor,
  planId: string,
  [ofGovernment, ofUnit]: readonly [Action, Action],
): Promise<void> {
  if (actor.unitId !== null && (await tx.getRepository(Plan).existsBy({ id: planId, unitId: actor.unitId }))) {
    assertMay(actor, ofUnit, actor.unitId);
    return;
  }
  assertMay(actor, ofGovernment);
  const [plan]: { isOfUnit: boolean }[] = await tx.query(
    `select unit_id is not null as "isOfUnit" from plan where id = $1`,
    [planId],
  );
  if (plan?.isOfUnit)
    throw forbidden('PLAN.OF_A_UNIT', 'This plan is a unit’s own (二级分解): the unit changes it.', { planId });
}

export const TO_EDIT = ['plan.edit', 'breakdown.draft'] as const;
export const TO_ISSUE = ['plan.issue', 'breakdown.issue'] as const;
export const TO_CLOSE = ['plan.close', 'breakdown.issue'] as const;
