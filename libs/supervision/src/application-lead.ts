import { DROPPED_STATES } from '@duban/domain';
import type { UnitDirectory } from '@duban/directory';
import type { EntityManager } from 'typeorm';

/** The lead that a unit is, or was made into (机构改革); null where it leads the task no more. */
export async function presentLead(
  tx: EntityManager,
  directory: UnitDirectory,
  { task }: { task: { id: string } },
  unitId: string,
): Promise<string | null> {
  const leads: { unitId: string }[] = await tx.query(
    `select unit_id as "unitId" from assignment where task_id = $1 and role = 'lead' and state <> all($2) order by id`,
    [task.id, DROPPED_STATES],
  );
  const ids = leads.map((lead) => lead.unitId);
  if (ids.includes(unitId)) return unitId;
  const before = await directory.predecessorsOf(tx, ids);
  return ids.find((id) => before.get(id)?.has(unitId)) ?? null;
}
