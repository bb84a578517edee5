import { contactColumns, type Holder } from '@duban/directory';
import type { LocalDate } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { OVERTAKEN } from '../overtaken';
import type { OpenJurisdiction } from './waiting';

/** A term that has begun, of somebody who has not been told yet of what is open in the post. */
export interface Handover {
  termId: string;
  holder: Holder;
  today: LocalDate;
}

/** The last word on something that is still open in a post. */
export interface LastWord {
  termId: string;
  id: string;
  kind: string;
  parameters: unknown;
}

export async function handoversDue(tx: EntityManager, open: readonly OpenJurisdiction[]): Promise<Handover[]> {
  const rows: (Holder & { termId: string; today: LocalDate })[] = await tx.query(
    `select h.id as "termId", h.post_id as "postId", p.id as "personId", p.username, p.display_name as "displayName",
       ${contactColumns('p')}, o.today
     from post_holding h join post on post.id = h.post_id left join unit u on u.id = post.unit_id
       join person p on p.id = h.person_id and p.is_active
       join lateral (select * from jsonb_to_recordset($1::jsonb) as o(id uuid, today text)
         where o.id = u.jurisdiction_id or post.unit_id is null limit 1) o on true
     where h.handed_over_at is null and h.from_on <= o.today::date and (h.to_on is null or h.to_on > o.today::date)
     order by h.from_on, h.id`,
    [JSON.stringify(open)],
  );
  return rows.map(({ termId, today, ...holder }) => ({ termId, today, holder }));
}

/**
 * What is still open of what was said to the posts before: of each obligation the last word.
 *
 * @param composed what this run is about to say
 */
export const readLastWords = (
  tx: EntityManager,
  termIds: readonly string[],
  composed: readonly string[],
): Promise<LastWord[]> => tx.query(STILL_OPEN, [termIds, composed]);

export const markHandedOver = async (tx: EntityManager, now: Date, termIds: readonly string[]): Promise<void> => {
  if (termIds.length === 0) return;
  await tx.query(`update post_holding set handed_over_at = $1 where id = any($2::uuid[])`, [now, termIds]);
};

/**
 * Of each term in $1, and each open obligation of its post: the last that was said, unless it was said to its holder, or
 * something is about to be by the notifications in $2.
 */
const STILL_OPEN = `
  select distinct on (h.id, o.id) h.id as "termId", n.id, n.kind, n.parameters
  from post_holding h
    join notification n on n.post_id = h.post_id and n.composed_at is not null
    join obligation o on o.id = n.obligation_id and o.state = 'open'
    left join follow_up f on f.id = n.follow_up_id
  where h.id = any($1::uuid[]) and not (${OVERTAKEN})
    and not exists (select from digest_item i join digest g on g.id = i.digest_id
      where i.notification_id = n.id and g.person_id = h.person_id)
    and not exists (select from notification now where now.id = any($2::uuid[])
      and now.post_id = h.post_id and now.obligation_id = o.id)
  order by h.id, o.id, n.wanted_at desc, n.id desc`;
