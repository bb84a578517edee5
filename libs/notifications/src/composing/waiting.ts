import { type MessageRules, openFrom } from '@duban/domain';
import { type LocalDate, localDateOf, type WorkingCalendar } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { OVERTAKEN } from '../overtaken';

/** Notifications read at a time: bounds the memory for their parameters. */
const BATCH = 5_000;
/** Rows changed by one statement. */
const WRITE_BATCH = 5_000;

/** A jurisdiction in which something may be sent. */
export interface OpenJurisdiction {
  id: string;
  timeZone: string;
  today: LocalDate;
  /** In office hours everything, else only what is urgent (急件). */
  isOffice: boolean;
}

/** A notification whose time has come. */
export interface Waiting {
  id: string;
  jurisdictionId: string;
  postId: string;
  /** Of the post; null of the government's own. */
  unitId: string | null;
  planId: string | null;
  taskId: string | null;
  parentId: string | null;
  kind: string;
  parameters: unknown;
  wantedAt: Date;
  isUrgent: boolean;
  /** It was looked at before, and waits for something of somebody. */
  isKnown: boolean;
  isOvertaken: boolean;
  /** Of a restricted matter (限知事项): who alone may know of it; null of any other. */
  namedIds: string[] | null;
}

/** What became due while nobody composed may not go out at night: it is put off to the morning, or to the urgent hours. */
export async function openJurisdictions(
  tx: EntityManager,
  calendar: WorkingCalendar,
  rules: MessageRules,
  now: Date,
): Promise<OpenJurisdiction[]> {
  const all: { id: string; timeZone: string }[] = await tx.query(
    `select id, time_zone as "timeZone" from jurisdiction`,
  );
  const open: OpenJurisdiction[] = [];
  for (const { id, timeZone } of all) {
    const [office, urgent] = [false, true].map((isUrgent) => openFrom(now, isUrgent, rules, calendar, timeZone));
    if (office! <= now || urgent! <= now) {
      open.push({ id, timeZone, today: localDateOf(now, timeZone), isOffice: office! <= now });
    }
    if (office! > now) await putOff(tx, id, now, false, office!);
    // In office hours whatever is due goes.
    if (urgent! > now && office! > now) await putOff(tx, id, now, true, urgent!);
  }
  return open;
}

const putOff = (tx: EntityManager, jurisdictionId: string, now: Date, isUrgent: boolean, to: Date): Promise<unknown> =>
  tx.query(
    `update notification set send_from = $3
     where composed_at is null and send_from <= $2 and jurisdiction_id = $1 and is_urgent = $4`,
    [jurisdictionId, now, to, isUrgent],
  );

/** Everything that waits, batch by batch. One pass, however many there are: page by page each page would sort the rest again. */
export async function* readWaiting(
  tx: EntityManager,
  now: Date,
  open: readonly OpenJurisdiction[],
): AsyncGenerator<Waiting[]> {
  const ids = open.map(({ id }) => id);
  const inOffice = open.filter(({ isOffice }) => isOffice).map(({ id }) => id);
  await tx.query(`declare waiting no scroll cursor for ${WAITING}`, [now, ids, inOffice]);
  let rows: Waiting[];
  do {
    rows = await tx.query(`fetch ${BATCH} from waiting`);
    yield rows;
  } while (rows.length === BATCH);
  await tx.query(`close waiting`);
}

/** The units of which a cap holds something. */
export async function unitsHeld(tx: EntityManager): Promise<string[]> {
  const rows: { id: string }[] = await tx.query(
    `select distinct p.unit_id as id from notification n join post p on p.id = n.post_id
     where n.held_at is not null and n.composed_at is null and p.unit_id is not null`,
  );
  return rows.map(({ id }) => id);
}

/** What a cap holds of units, the oldest first. */
export const readHeld = (
  tx: EntityManager,
  open: readonly OpenJurisdiction[],
  unitIds: readonly string[],
): Promise<Waiting[]> => tx.query(HELD, [open.filter(({ isOffice }) => isOffice).map(({ id }) => id), unitIds]);

/** They are dealt with: in digests, or dropped. */
export async function markComposed(tx: EntityManager, now: Date, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += WRITE_BATCH) {
    await tx.query(`update notification set composed_at = $1 where id = any($2::uuid[])`, [
      now,
      ids.slice(i, i + WRITE_BATCH),
    ]);
  }
}

/** They are looked at again at an instant of their own; those that a cap holds, with when it began to. */
export async function putOffTo(
  tx: EntityManager,
  now: Date,
  waiting: ReadonlyMap<string, { until: Date; isHeld: boolean }>,
): Promise<void> {
  const rows = [...waiting].map(([id, { until, isHeld }]) => ({ id, until, held: isHeld }));
  for (let i = 0; i < rows.length; i += WRITE_BATCH) {
    await tx.query(
      `update notification n set send_from = r.until, looked_at = $2,
         held_at = case when r.held then coalesce(n.held_at, $2) end
       from jsonb_to_recordset($1::jsonb) as r(id uuid, until timestamptz, held boolean) where n.id = r.id`,
      [JSON.stringify(rows.slice(i, i + WRITE_BATCH)), now],
    );
  }
}

/** Whether a naming is for what the notification `n` tells, about the task `t` if any. */
const ABOUT = (naming: string): string => `(${naming}.plan_id = n.plan_id or ${naming}.task_id in (t.id, t.parent_id))`;

/** Who alone may know of what `n` tells; null where anybody may. */
export const NAMED_IDS = `
    case when exists (select from named_person m where ${ABOUT('m')}) then array(
      select m.person_id from named_person m where ${ABOUT('m')} group by m.person_id
      having count(*) = (select count(distinct coalesce(o.plan_id, o.task_id)) from named_person o where ${ABOUT('o')}))
    end`;

const COLUMNS = `
  select n.id, n.jurisdiction_id as "jurisdictionId", n.post_id as "postId", post.unit_id as "unitId",
    n.plan_id as "planId", n.task_id as "taskId", t.parent_id as "parentId", n.kind, n.parameters,
    n.wanted_at as "wantedAt", n.is_urgent as "isUrgent", n.looked_at is not null as "isKnown",
    ${OVERTAKEN} as "isOvertaken",
    ${NAMED_IDS} as "namedIds"
  from notification n
    join post on post.id = n.post_id
    left join task t on t.id = n.task_id
    left join obligation o on o.id = n.obligation_id
    left join follow_up f on f.id = n.follow_up_id`;

const WAITING = `${COLUMNS}
  where n.composed_at is null and n.send_from <= $1 and n.jurisdiction_id = any($2::uuid[])
    and (n.is_urgent or n.jurisdiction_id = any($3::uuid[]))
  order by n.send_from, n.id`;

const HELD = `${COLUMNS}
  where n.composed_at is null and n.held_at is not null and n.jurisdiction_id = any($1::uuid[])
    and post.unit_id = any($2::uuid[])
  order by n.wanted_at, n.id`;
