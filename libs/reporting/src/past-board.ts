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
  where.add(`t.entity = 'task'`).add('t.has_state').add(isLast('t', at));
  if (hiddenTasks.length > 0) where.add(`not (t.entity_id = any($?::uuid[]))`, hiddenTasks);
  if (hiddenPlans.length > 0) where.add(`not (t.plan_id = any($?::uuid[]))`, hiddenPlans);
  if (scope === null && filter.planId === undefined && plansOfUnits.length > 0) {
    where.add(`not (t.plan_id = any($?::uuid[]))`, plansOfUnits);
  }
  for (const id of [scope ?? undefined, filter.unitId]) where.add(hadPart(at, unit), id);
  where.addMatter(actor, PAST_TASK);
  where.add('t.plan_id in (select id from plan where matter_kind = $?)', filter.matterKind);
  where.add('t.plan_id = $?', filter.planId).add('t.state = $?', filter.state);
  where.add(`jsonb_exists(${WORDS}->'path', $?)`, filter.section);
  where.add('o.next_due_at < $?', filter.dueBefore);
  if (filter.q !== undefined) {
    where.add(
      `(select w->>'content' like $? or w->>'number' = $? from ${WORDS} w)`,
      `%${escapeLike(filter.q)}%`,
      filter.q,
    );
  }
  if (filter.light === 'red') where.add(hadGraveNotice(at));
  where.add(`${LIGHT} = $?`, filter.light);
  const { order, after, keyOf } = SORTS[filter.sort];
  const key = cursorKey(filter.cursor, filter.sort === 'position' ? [isUuid, isCount] : [isDay, isUuid]);
  if (key) where.add(after, ...key);
  const rows: TaskRow[] = await tx.query(
    // The words are asked for last, once a line.
    `select t.entity_id as id, t.plan_id as "planId", p.source, p.matter_kind as "matterKind",
       t.parent_id as "parentId", w.after->>'number' as number,
       t.position, w.after->'path' as path, w.after->>'content' as content, t.state,
       (w.after->>'leadInferred')::boolean as "leadInferred", t.due_on as "dueOn",
       (w.after->>'version')::int as version, t."nextDueAt", t.overdue, t.notice, t.light, null as breakdown,
       coalesce(t.leads, '{}') as leads, t.units
     from (
       select t.entity_id, t.plan_id, t.parent_id, t.position, t.due_on, t.state, t.month, t.seq, t.id,
         o.next_due_at as "nextDueAt", o.overdue, n.colour as notice, ${LIGHT} as light, a.leads, a.units
       from history_entry t
         left join lateral (
           select min(s.due_at) as next_due_at, count(*) filter (where s.due_at <= ${at})::int as overdue
           from (${lastOf('obligation', at)}) s where s.state = 'open' and ${wasSeen('s', unit, at)}) o on true
         left join lateral (
           select s.colour from (${lastOf('supervision_notice', at)}) s
           where s.state in ('issued', 'acknowledged', 'answered') and ${wasNoticeSeen('s', unit, at)}
           order by array_position(${GRAVEST_FIRST}, s.colour) limit 1) n on true
         left join lateral (
           select array_agg(history_after(s.month, s.seq, s.id)->>'unitName' order by s.entity_id)
               filter (where s.role = 'lead') as leads,
             count(distinct s.unit_id)::int as units
           from (${lastOf('assignment', at)}) s where s.state <> 'cancelled' or t.state = 'cancelled') a on true
       where ${where} order by ${order} limit ${where.parameter(filter.limit + 1)}) t
       left join plan p on p.id = t.plan_id
       cross join lateral (select history_after(t.month, t.seq, t.id) as after offset 0) w
     order by ${order}`,
    where.parameters,
  );
  return pageOf(rows, filter.limit, keyOf);
}

/**
 * Whether an event is the last of its thing at or before an instant, by the order of writing. What is said of a thing under
 * another name, such as who read a restricted task, is none of its states. The sum keeps Postgres
 * from looking for the greatest `seq` along all of history; `>=`, which no earlier event fulfils, keeps it from taking
 * such events for rare, and so from reading all of them at once instead of a page in order; and so does `coalesce`, since
 * a plan's own events are not spread over all years.
 */
const isLast = (event: string, at: string): string =>
  `coalesce(${event}.occurred_at <= ${at}, false) and ${event}.seq >= (select max(l.seq + 0) from history_entry l
     where l.entity_id = ${event}.entity_id and l.entity = ${event}.entity and l.occurred_at <= ${at})`;

/** The last states of the things of one kind in the task of the line. */
const lastOf = (entity: 'assignment' | 'obligation' | 'supervision_notice', at: string): string =>
  `select distinct on (h.entity_id) h.entity_id, h.month, h.seq, h.id, h.state, h.role, h.colour, h.unit_id, h.due_at,
     h.obligation_id from history_entry h
   where h.task_id = t.entity_id and h.entity = '${entity}' and h.occurred_at <= ${at}
   order by h.entity_id, h.seq desc`;

/** Of something owed, `s`: it was the unit's own, or of a task that it led. */
const wasSeen = (owed: string, unit: string | null, at: string): string =>
  unit === null
    ? 'true'
    : `(${owed}.unit_id = ${unit}::uuid or exists (select from (${lastOf('assignment', at)}) led
         where led.role = 'lead' and led.unit_id = ${unit}::uuid))`;

const wasNoticeSeen = (notice: string, unit: string | null, at: string): string =>
  unit === null
    ? 'true'
    : `exists (select from (${lastOf('obligation', at)}) owed
         where owed.entity_id = ${notice}.obligation_id and ${wasSeen('owed', unit, at)})`;

/**
 * The unit had a part in the task, or in a part of it: found from the unit's side, which is the smaller. For whoever
 * looks as a unit, the parts of others are those in tasks in which theirs had one, too.
 */
const hadPart = (at: string, looker: string | null): string => `t.entity_id in (
  select own.id from history_entry x
    join history_entry part on part.entity_id = x.task_id and ${isLast('part', at)}
    cross join lateral (values (part.entity_id), (part.parent_id)) own(id)
  where x.entity = 'assignment' and x.has_state and x.unit_id = $?::uuid and ${isLast('x', at)}
    ${looker === null ? '' : `and ${sharedWith(looker, at)}`})`;

const sharedWith = (looker: string, at: string): string => `exists (select from history_entry own
  where own.task_id = x.task_id and own.entity = 'assignment' and own.has_state and own.unit_id = ${looker}::uuid
    and ${isLast('own', at)})`;

/** Says nothing that the light does not, but finds the few that may be red from the notices that ever were. */
const hadGraveNotice = (at: string): string => `t.entity_id in (select g.task_id from history_entry g
  where g.entity = 'supervision_notice' and g.colour in ('orange', 'red') and g.occurred_at <= ${at})`;

const PAST_TASK = { id: 't.entity_id', parentId: 't.parent_id', planId: 't.plan_id' };
const POSITION = 't.position';
/** What the line's event said in full: in the part of its month. */
const WORDS = 'history_after(t.month, t.seq, t.id)';
const FAR = '9999-12-31';
const DUE = `coalesce(t.due_on, '${FAR}') collate "C"`;
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
const LIGHT = lightOf('t.state');

export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (character) => `\\${character}`);
