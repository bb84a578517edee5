import { sendFrom } from '@duban/domain';
import { endOfLocalDay, type LocalDate, localDateOf, type WorkingCalendar } from '@duban/kernel';
import type { EntityManager } from 'typeorm';
import { OVERTAKEN } from '../overtaken';
import { nextWindowStart } from '../timing';

/** Notifications read at a time: bounds the memory for their parameters. */
const BATCH = 5_000;
/** Rows changed by one statement. */
const WRITE_BATCH = 5_000;

/** A jurisdiction in its working hours. */
export interface OpenJurisdiction {
  id: string;
  timeZone: string;
  today: LocalDate;
}

/** A notification whose time has come. */
export interface Waiting {
  id: string;
  jurisdictionId: string;
  postId: string;
  planId: string | null;
  taskId: string | null;
  parentId: string | null;
  kind: string;
  parameters: unknown;
  isOvertaken: boolean;
  /** Of a restricted matter (限知事项): who alone may know of it; null of any other. */
  namedIds: string[] | null;
}

/** What became due while nobody composed may not go out at night: it is put off to the morning. */
export async function openJurisdictions(
  tx: EntityManager,
  calendar: WorkingCalendar,
  now: Date,
): Promise<OpenJurisdiction[]> {
  const all: { id: string; timeZone: string }[] = await tx.query(
    `select id, time_zone as "timeZone" from jurisdiction`,
  );
  const open: OpenJurisdiction[] = [];
  for (const { id, timeZone } of all) {
    const from = sendFrom(now, calendar, timeZone);
    if (from <= now) open.push({ id, timeZone, today: localDateOf(now, timeZone) });
    else {
      await tx.query(
        `update notification set send_from = $3 where composed_at is null and send_from <= $2 and jurisdiction_id = $1`,
        [id, now, from],
      );
    }
  }
  return open;
}

/** Everything that waits, batch by batch. One pass, however many there are: page by page each page would sort the rest again. */
export async function* readWaiting(
  tx: EntityManager,
  now: Date,
  open: readonly OpenJurisdiction[],
): AsyncGenerator<Waiting[]> {
  await tx.query(`declare waiting no scroll cursor for ${WAITING}`, [now, open.map(({ id }) => id)]);
  let rows: Waiting[];
  do {
    rows = await tx.query(`fetch ${BATCH} from waiting`);
    yield rows;
  } while (rows.length === BATCH);
  await tx.query(`close waiting`);
}

/** They are dealt with: in digests, or dropped. */
export async function markComposed(tx: EntityManager, now: Date, ids: readonly string[]): Promise<void> {
  for (let i = 0; i < ids.length; i += WRITE_BATCH) {
    await tx.query(`update notification set composed_at = $1 where id = any($2::uuid[])`, [
      now,
      ids.slice(i, i + WRITE_BATCH),
    ]);
  }
}

/** They are looked at again in the next half hour. */
export async function postpone(tx: EntityManager, now: Date, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.query(`update notification set send_from = $1 where id = any($2::uuid[])`, [nextWindowStart(now), ids]);
}

/** They are for posts that nobody holds, and are looked at again in the morning. */
export async function awaitHolders(
  tx: EntityManager,
  calendar: WorkingCalendar,
  open: readonly OpenJurisdiction[],
  waiting: ReadonlyMap<string, LocalDate>,
): Promise<void> {
  for (const { today, timeZone } of open) {
    const ids = [...waiting].filter(([, day]) => day === today).map(([id]) => id);
    if (ids.length === 0) continue;
    const tomorrow = endOfLocalDay(today, timeZone);
    await tx.query(`update notification set send_from = $1 where id = any($2::uuid[])`, [
      sendFrom(tomorrow, calendar, timeZone),
      ids,
    ]);
  }
}

/** Whether a naming is for what the notification `n` tells, about the task `t` if any. */
const ABOUT = (naming: string): string => `(${naming}.plan_id = n.plan_id or ${naming}.task_id in (t.id, t.parent_id))`;

const WAITING = `
  select n.id, n.jurisdiction_id as "jurisdictionId", n.post_id as "postId", n.plan_id as "planId",
    n.task_id as "taskId", t.parent_id as "parentId", n.kind, n.parameters, ${OVERTAKEN} as "isOvertaken",
    case when exists (select from named_person m where ${ABOUT('m')}) then array(
      select m.person_id from named_person m where ${ABOUT('m')} group by m.person_id
      having count(*) = (select count(distinct coalesce(o.plan_id, o.task_id)) from named_person o where ${ABOUT('o')}))
    end as "namedIds"
  from notification n
    left join task t on t.id = n.task_id
    left join obligation o on o.id = n.obligation_id
    left join follow_up f on f.id = n.follow_up_id
  where n.composed_at is null and n.send_from <= $1 and n.jurisdiction_id = any($2::uuid[])
  order by n.send_from, n.id`;
