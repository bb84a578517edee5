import { contactColumns } from '@duban/directory';
import type { MessageRules } from '@duban/domain';
import { atLocalTime, localDateOf, localTimeOf, type WorkingCalendar } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import type { Recipient } from '../channels/channel';
import { OVERTAKEN } from '../overtaken';
import { personParty, type PersonParty } from './party';
import { NAMED_IDS, type OpenJurisdiction } from './waiting';

/** A line that was not read in time, and still holds. */
export interface UnreadLine {
  digestId: string;
  composedAt: Date;
  notificationId: string;
  kind: string;
  parameters: unknown;
  unitId: string | null;
  party: PersonParty;
  timeZone: string;
  today: OpenJurisdiction['today'];
}

/** By when a digest is to be read, lest it goes by the next channel, too. */
export function readBy(now: Date, timeZone: string, { escalation }: MessageRules, calendar: WorkingCalendar): Date {
  const day = calendar.addWorkingDays(localDateOf(now, timeZone), escalation.workingDays);
  return atLocalTime(day, localTimeOf(now, timeZone), timeZone);
}

/** The digests that were to be read by now, of jurisdictions in office hours; and of those not read the lines that still hold. */
export async function unreadInTime(
  tx: EntityManager,
  now: Date,
  inOffice: readonly OpenJurisdiction[],
): Promise<{ digestIds: string[]; lines: UnreadLine[] }> {
  if (inOffice.length === 0) return { digestIds: [], lines: [] };
  const rows: (Recipient &
    Omit<UnreadLine, 'party'> & { isUnread: boolean; holds: boolean; namedIds: string[] | null })[] = await tx.query(
    DUE,
    [now, JSON.stringify(inOffice.map(({ id, today, timeZone }) => ({ id, today, zone: timeZone })))],
  );
  const lines = rows
    .filter(({ isUnread, holds, namedIds, personId }) => {
      return isUnread && holds && (namedIds === null || namedIds.includes(personId));
    })
    .map(({ personId, username, displayName, email, mobile, accounts, ...line }) => ({
      ...line,
      party: personParty({ personId, username, displayName, email, mobile, accounts }),
    }));
  return { digestIds: [...new Set(rows.map(({ digestId }) => digestId))], lines };
}

/** They were read or sent by the next channel, or are looked at again at an instant. */
export async function settleEscalations(tx: EntityManager, next: ReadonlyMap<string, Date | null>): Promise<void> {
  if (next.size === 0) return;
  await tx.query(
    `update digest g set escalate_at = r.next from jsonb_to_recordset($1::jsonb) as r(id uuid, next timestamptz)
     where g.id = r.id`,
    [JSON.stringify([...next].map(([id, at]) => ({ id, next: at })))],
  );
}

/**
 * Read: by any channel, whenever it came; and whoever signed for the part (签收) since has seen it. It holds for those
 * who are still in the unit.
 */
const DUE = `
  select g.id as "digestId", g.composed_at as "composedAt", n.id as "notificationId", n.kind, n.parameters,
    post.unit_id as "unitId", p.id as "personId", p.username, p.display_name as "displayName", ${contactColumns('p')}, z.zone as "timeZone",
    z.today, ${NAMED_IDS} as "namedIds",
    not exists (select from digest_item same join digest s on s.id = same.digest_id join delivery d on d.digest_id = s.id
      where same.notification_id = n.id and s.person_id = g.person_id and d.state = 'read') as "isUnread",
    not ${OVERTAKEN} and p.is_active
      and not exists (select from obligation sign where sign.kind = 'sign_for' and sign.state = 'discharged'
        and sign.task_id = n.task_id and sign.unit_id = post.unit_id and sign.settled_at >= g.composed_at)
      and exists (select from post_holding h join post held on held.id = h.post_id
        where h.person_id = p.id and (held.id = post.id or held.unit_id = post.unit_id)
          and h.from_on <= z.today::date and (h.to_on is null or h.to_on > z.today::date)) as holds
  from digest g join person p on p.id = g.person_id
    join digest_item i on i.digest_id = g.id
    join notification n on n.id = i.notification_id
    join jsonb_to_recordset($2::jsonb) as z(id uuid, today text, zone text) on z.id = n.jurisdiction_id
    join post on post.id = n.post_id
    left join task t on t.id = n.task_id
    left join obligation o on o.id = n.obligation_id
    left join follow_up f on f.id = n.follow_up_id
  where g.escalate_at <= $1
  order by g.escalate_at, g.id, i.position`;
