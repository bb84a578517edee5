import type { Actor, HistoryService } from '@duban/history';
import { type EntityManager, In } from 'typeorm';
import { planChange } from './plan-records';
import { Plan } from './plan.entity';
import { planSnapshot } from './snapshots';

/**
 * Plans of units that are gone (机构改革) are those of who came after them, who judges the parts from then on. Where nobody
 * did, they stay with whose they were; what is open in them has been cancelled or given to others.
 */
export async function followEnded(
  tx: EntityManager,
  history: HistoryService,
  { actor, at, reason }: { actor: Actor; at: Date; reason: string },
  ended: readonly { unitId: string; successorId: string | null }[],
): Promise<void> {
  const successorOf = new Map(ended.flatMap(({ unitId, successorId }) => (successorId ? [[unitId, successorId]] : [])));
  if (successorOf.size === 0) return;
  const plans = await tx.getRepository(Plan).find({
    where: { unitId: In([...successorOf.keys()]) },
    order: { id: 'ASC' },
    lock: { mode: 'for_no_key_update' },
  });
  for (const plan of plans) {
    const before = { ...planSnapshot(plan) };
    plan.unitId = successorOf.get(plan.unitId!)!;
    await tx.getRepository(Plan).save(plan);
    await history.append(tx, actor, at, [{ ...planChange('plan.moved', plan, before), reason }]);
  }
}
