import { ADMINISTRATOR_POSTS, DELEGATION_RULES } from '@duban/domain';
import type { Actor, Matter } from '@duban/history';
import { forbidden } from '@duban/kernel';

const quoted = (kinds: readonly string[]): string => kinds.map((kind) => `'${kind}'`).join(', ');

/**
 * SQL: whether a person may stand in for the holder of a post `post` on a day. They have a post of the same unit, so that
 * nobody learns or judges what is another unit's; for a post of the government, one whose holder sees all of its matters.
 * None of the three administrators does: what they may do is theirs to be seen to do alone (三员分立).
 */
export const mayStandIn = (personId: string, day: string): string => `
  exists (select from post_holding own join post p on p.id = own.post_id
    where own.person_id = ${personId} and own.from_on <= ${day} and (own.to_on is null or own.to_on > ${day})
      and (p.unit_id = post.unit_id or post.unit_id is null and p.kind in (${quoted(DELEGATION_RULES.governmentPosts)})))
  and not exists (select from post_holding own join post p on p.id = own.post_id
    where own.person_id = ${personId} and own.from_on <= ${day} and (own.to_on is null or own.to_on > ${day})
      and p.kind in (${quoted(ADMINISTRATOR_POSTS)}))`;

/**
 * SQL: whether a delegation `d` of a post `post` counts on a day. It is over, without anybody ending it, with its last
 * day, with the term in which it was made (a successor is not bound by it, nor does it come back with another term), and
 * when either account is closed or the delegate may not stand in any more.
 */
export const inForceOn = (day: string): string => `
  d.state = 'standing' and ${day} between d.from_on and d.until_on and post.closed_on is null
  and exists (select from post_holding term where term.post_id = d.post_id and term.person_id = d.person_id
    and term.from_on <= d.from_on and (term.to_on is null or term.to_on > ${day}))
  and 2 = (select count(*) from person who where who.id in (d.person_id, d.delegate_id) and who.is_active)
  and ${mayStandIn('d.delegate_id', day)}`;

/** SQL: whether a task `t` is one of some matters, given as two arrays: of plans, and of tasks, whose parts go with them. */
export const inMatterOf = (
  planIds: string,
  taskIds: string,
  { id, parentId, planId }: TaskColumns = { id: 't.id', parentId: 't.parent_id', planId: 't.plan_id' },
): string =>
  `(${planId} = any(${planIds}::uuid[]) or ${id} = any(${taskIds}::uuid[]) or ${parentId} = any(${taskIds}::uuid[]))`;

/** Where a query has what tells which task it is of. */
export interface TaskColumns {
  id: string;
  parentId: string;
  planId: string;
}

/** A task as far as matters go, or a whole plan. */
export interface MatterPlace {
  planId: string | null;
  taskId?: string | null;
  parentId?: string | null;
}

export function isInMatter(matter: Matter | null, { planId, taskId, parentId }: MatterPlace): boolean {
  if (matter === null) return true;
  const isNamed = (ids: readonly string[], id: string | null | undefined): boolean =>
    typeof id === 'string' && ids.includes(id);
  return isNamed(matter.planIds, planId) || isNamed(matter.taskIds, taskId) || isNamed(matter.taskIds, parentId);
}

/**
 * Whoever acts on a task or a plan asks this once it is known which: rights know nothing of the matters for which
 * somebody stands in.
 *
 * @throws DomainError forbidden `DELEGATION.OUT_OF_MATTER`
 */
export function assertInMatter({ delegation }: Actor, place: MatterPlace): void {
  if (!delegation || isInMatter(delegation.matter, place)) return;
  throw forbidden(
    'DELEGATION.OUT_OF_MATTER',
    `You stand in for ${delegation.name} in other matters. This one is for the holder of the post.`,
    { delegationId: delegation.id },
  );
}
