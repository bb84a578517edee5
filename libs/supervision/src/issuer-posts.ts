import type { UnitDirectory } from '@duban/directory';
import type { EntityManager } from 'typeorm';

/** Who is meant by the office and the leader in charge in the ladders of a plan. */
export interface IssuerPosts {
  office: string;
  leader: string;
}

/**
 * In a unit's own plan (二级分解) its head is what the office is elsewhere, and its deputy in charge (分管负责人) the leader;
 * where it has none for the matter, the head is both.
 */
export async function issuerPosts(
  tx: EntityManager,
  directory: UnitDirectory,
  unitId: string,
  leaders: readonly string[],
): Promise<IssuerPosts> {
  const unit = (await directory.postsOf(tx, [unitId])).get(unitId);
  if (!unit) throw new Error(`the unit ${unitId} has no posts`);
  return { office: unit.head, leader: (await directory.deputyPost(tx, unitId, leaders)) ?? unit.head };
}
