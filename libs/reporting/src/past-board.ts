import { consequences } from '@duban/database';
import type { Actor } from '@duban/history';
import type { EntityManager } from 'typeorm';
import { GRAVEST_FIRST, type TaskFilter, type TaskRow } from './board';
import { Conditions } from './conditions';
import { cursorKey, isCount, isDay, isUuid, type Page, pageOf } from './page';

/** Whose unit's it is, null for all; and what is restricted to others (限知事项). */
interface Sight {
  /** What units hand on among themselves (二级分解), left out where no plan is named. */
  plansOfUnits: string[];
  /** The plan that is named is the unit's own. */
  isOwnPlan: boolean;
  unitId: string | null;
  hiddenPlans: string[];
  hiddenTasks: string[];
}

/**
 * The board as it was at an instant, with all that narrows and orders it, read off history.
 *
 * A line is a state of a task that was the last at the instant. Indexes over these states have the two orders of the
 * board, so that a page is read from where it begins, a few states for each line, and what a line tells is looked up for
 * that line alone. What no index has (words, a state, green and yellow) is looked for along the order, as on the present
 * board: in the worst case once through the tasks of the plan, or of all plans where none is named.
 *
 * A unit sees what was its own then, and all of what it led. What it has lost since it knew then; what it was given since
 * it did not. So the policies, which go by what is a unit's now, cannot say it, and no index helps them with states of the
 * past: these lines are read as the system, confined to whose unit and person the transaction says.
 */
export async function boardAt(tx: EntityManager, actor: Actor, asOf: Date, filter: TaskFilter): Promise<Page<TaskRow>> {
  // Of the transaction, as the policies go by it: whoever sees no task sees no past one.
  const [sight]: [Sight] = await tx.query(
    `select duban_unit() as "unitId", hidden_plans() as "hiddenPlans", hidden_tasks() as "hiddenTasks",
       plans_of_units() as "plansOfUnits", coalesce($1::uuid in (select own_plans()), false) as "isOwnPlan"
     from (select count(*) from (select from task limit 1) one) seen`,
    [filter.planId ?? null],
  );
  return consequences(tx, () => lines(tx, actor, sight, asOf, filter));
}

async function lines(
  tx: EntityManager,
  actor: Actor,
  { unitId, hiddenPlans, hiddenTasks, plansOfUnits, isOwnPlan }: Sight,
  asOf: Date,
  filter: TaskFilter,
): Promise<Page<TaskRow>> {
  const where = new Conditions();
  const at = where.parameter(asOf);
  const scope = isOwnPlan ? null : unitId;
  const unit = scope === null ? null : where.parameter(scope);
  where.add(`t.entity = 'task'`).add('t.after is not null').add(isLast('t', at));
  if (hiddenTasks.length > 0) where.add(`not (t.entity_id = any($?::uuid[]))`, hiddenTasks);
  if (hiddenPlans.length > 0) where.add(`not (t.plan_id = any($?::uuid[]))`, hiddenPlans);
  if (scope === null && filter.planId === undefined && plansOfUnits.length > 0) {
    where.add(`not (t.plan_id = any($?::uuid[]))`, plansOfUnits);
  }
  for (const id of [scope ?? undefined, filter.unitId]) where.add(hadPart(at, unit), id);
  where.addMatter(actor, PAST_TASK);
  where.add('t.plan_id in (select id from plan where matter_kind = $?)', filter.matterKind);
  where.add('t.plan_id = $?', filter.planId).add(`t.after->>'state' = $?`, filter.state);
  where.add(`jsonb_exists(t.after->'path', $?)`, filter.section);
  where.add('o.next_due_at < $?', filter.dueBefore);
  if (filter.q !== undefined) {
    where.add(`t.after->>'content' like $? or t.after->>'number' = $?`, `%${escapeLike(filter.q)}%`, filter.q);
  }
  if (filter.light === 'red') where.add(hadGraveNotice(at));
  where.add(`${LIGHT} = $?`, filter.light);
  const { order, after, keyOf } = SORTS[filter.sort];
  const key = cursorKey(filter.cursor, filter.sort === 'position' ? [isUuid, isCount] : [isDay, isUuid]);
  if (key) where.add(after, ...key);
  const rows: TaskRow[] = await tx.query(
    `select t.entity_id as id, t.plan_id as "planId", (select p.source from plan p where p.id = t.plan_id) as source,
       (select p.matter_kind from plan p where p.id = t.plan_id) as "matterKind", t.after->>'parentId' as "parentId", t.after->>'number' as number,
       ${POSITION} as position, t.after->'path' as path, t.after->>'content' as content, t.after->>'state' as state,
       (t.after->>'leadInferred')::boolean as "leadInferred", t.after->>'dueOn' as "dueOn",
       (t.after->>'version')::int as version, o.next_due_at as "nextDueAt", o.overdue, n.colour as notice,
       ${LIGHT} as light, null as breakdown, coalesce(a.leads, '{}') as leads, a.units
     from history_event t
       left join lateral (
         select min((s.after->>'dueAt')::timestamptz) as next_due_at,
           count(*) filter (where (s.after->>'dueAt')::timestamptz <= ${at})::int as overdue
         from (${lastOf('obligation', at)}) s where s.after->>'state' = 'open' and ${wasSeen('s', unit, at)}) o on true
       left join lateral (
         select s.after->>'colour' as colour from (${lastOf('supervision_notice', at)}) s
         where s.after->>'state' in ('issued', 'acknowledged', 'answered') and ${wasNoticeSeen('s', unit, at)}
         order by array_position(${GRAVEST_FIRST}, s.after->>'colour') limit 1) n on true
       left join lateral (
         select array_agg(s.after->>'unitName' order by s.entity_id) filter (where s.after->>'role' = 'lead') as leads,
           count(distinct s.after->>'unitId')::int as units
         from (${lastOf('assignment', at)}) s
         where s.after->>'state' <> 'cancelled' or t.after->>'state' = 'cancelled') a on true
     where ${where} order by ${order} limit ${where.parameter(filter.limit + 1)}`,
    where.parameters,
  );
  return pageOf(rows, filter.limit, keyOf);
}

/**
 * Whether an event is the last of its thing at or before an instant, by the order of writing. What is said of a thing under
 * another name, such as who read a restricted task, is none of its states. The sum keeps Postgres
 * from looking for the greatest `seq` along all of history; `>=`, which no earlier event fulfils, keeps it from taking
 * such events for rare, and so from reading all of them at once instead of a page in order.
 */
const isLast = (event: string, at: string): string =>
  `${event}.occurred_at <= ${at} and ${event}.seq >= (select max(l.seq + 0) from history_event l
     where l.entity_id = ${event}.entity_id and l.entity = ${event}.entity and l.occurred_at <= ${at})`;

/** The last states of the things of one kind in the task of the line. */
const lastOf = (entity: 'assignment' | 'obligation' | 'supervision_notice', at: string): string =>
  `select distinct on (h.entity_id) h.entity_id, h.after from history_event h
   where h.task_id = t.entity_id and h.entity = '${entity}' and h.occurred_at <= ${at}
   order by h.entity_id, h.seq desc`;

/** Of something owed, `s`: it was the unit's own, or of a task that it led. */
const wasSeen = (owed: string, unit: string | null, at: string): string =>
  unit === null
    ? 'true'
    : `(${owed}.after->>'unitId' = ${unit}::text or exists (select from (${lastOf('assignment', at)}) led
         where led.after->>'role' = 'lead' and led.after->>'unitId' = ${unit}::text))`;

const wasNoticeSeen = (notice: string, unit: string | null, at: string): string =>
  unit === null
    ? 'true'
    : `exists (select from (${lastOf('obligation', at)}) owed
         where owed.entity_id = (${notice}.after->>'obligationId')::uuid and ${wasSeen('owed', unit, at)})`;

/**
 * The unit had a part in the task, or in a part of it: found from the unit's side, which is the smaller. For whoever
 * looks as a unit, the parts of others are those in tasks in which theirs had one, too.
 */
const hadPart = (at: string, looker: string | null): string => `t.entity_id in (
  select own.id from history_event x
    join history_event part on part.entity_id = x.task_id and ${isLast('part', at)}
    cross join lateral (values (part.entity_id), ((part.after->>'parentId')::uuid)) own(id)
  where x.entity = 'assignment' and x.after is not null and x.after->>'unitId' = $?::text and ${isLast('x', at)}
    ${looker === null ? '' : `and ${sharedWith(looker, at)}`})`;

const sharedWith = (looker: string, at: string): string => `exists (select from history_event own
  where own.task_id = x.task_id and own.entity = 'assignment' and own.after->>'unitId' = ${looker}::text
    and ${isLast('own', at)})`;

/** Says nothing that the light does not, but finds the few that may be red from the notices that ever were. */
const hadGraveNotice = (at: string): string => `t.entity_id in (select g.task_id from history_event g
  where g.entity = 'supervision_notice' and g.after->>'colour' in ('orange', 'red') and g.occurred_at <= ${at})`;

const PAST_TASK = { id: 't.entity_id', parentId: `(t.after->>'parentId')::uuid`, planId: 't.plan_id' };
const POSITION = `(t.after->>'position')::int`;
const FAR = '9999-12-31';
const DUE = `coalesce(t.after->>'dueOn', '${FAR}') collate "C"`;
const SORTS: Record<TaskFilter['sort'], { order: string; after: string; keyOf: (row: TaskRow) => readonly unknown[] }> =
  {
    position: {
      order: `t.plan_id, ${POSITION}`,
      after: `(t.plan_id, ${POSITION}) > ($?::uuid, $?::int)`,
      keyOf: (row) => [row.planId, row.position],
    },
    due: {
      order: `${DUE}, t.entity_id`,
      after: `(${DUE}, t.entity_id) > ($?::text, $?::uuid)`,
      keyOf: (row) => [row.dueOn ?? FAR, row.id],
    },
    '-due': {
      order: `${DUE} desc, t.entity_id desc`,
      after: `(${DUE}, t.entity_id) < ($?::text, $?::uuid)`,
      keyOf: (row) => [row.dueOn ?? FAR, row.id],
    },
  };

/**
 * 亮灯, by the state of a task, its highest notice `n` that stands and what is overdue in it, `o`: a draft has no light,
 * nor has what was cancelled, or ended without success.
 */
export const lightOf = (state: string): string =>
  `(case when ${state} is null or ${state} in ('cancelled', 'not_implemented') then null when n.colour in ('orange', 'red') then 'red'
  when o.overdue > 0 or n.colour = 'yellow' then 'yellow' else 'green' end)`;
const LIGHT = lightOf(`t.after->>'state'`);

export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (character) => `\\${character}`);
