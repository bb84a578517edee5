import { inMatterOf, unitScope } from '@duban/directory';
import type { Actor } from '@duban/history';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions, NOT_RESTRICTED, NOT_RESTRICTED_PART, STANDS } from './conditions';
import { PRESENT, pastTables } from './past-tables';
import { isOverseen, OF_GOVERNMENT } from './second-level';

export interface Dashboard {
  now: string;
  /** Tasks that carry assignments, by state. */
  tasks: Record<string, number>;
  assignments: Record<string, number>;
  obligations: { open: number; overdue: number; dueWithin7Days: number; discharged: number; lapsed: number };
  /** Supervision notices (督办单) that stand, by colour. */
  standingNotices: Record<string, number>;
  /** Tasks whose work has not ended without success, by light (亮灯): the rule of the board. */
  lights: Record<string, number>;
  /** What fell due this far, and how much of it was late (逾期), by unit: who is late most often first; ten at most. */
  lateUnits: { unitId: string; unitName: string; due: number; late: number }[];
  /** Units with something overdue, most first; ten at most. */
  mostOverdueUnits: { unitId: string; unitName: string; overdue: number; standingNotices: number }[];
}

/** The whole at a glance, of one plan or of all; a unit sees its own part. */
@Injectable()
export class DashboardReader {
  /** @param asOf the past instant that is wanted, of one plan; null for the present */
  async get(
    tx: EntityManager,
    actor: Actor,
    present: Date,
    planId: string | null,
    asOf: Date | null = null,
  ): Promise<Dashboard> {
    const now = asOf ?? present;
    const own = unitScope(actor);
    const unitId = own !== null && planId !== null && (await isOverseen(tx, own, { planId })) ? null : own;
    const matter = actor.delegation?.matter;
    const where = new Conditions();
    const at = `${where.parameter(now)}::timestamptz`;
    const { task, assignment, obligation, notice } = asOf
      ? pastTables(where, asOf, { planId: planId ?? undefined })
      : PRESENT;
    const plan = planId === null ? null : where.parameter(planId);
    const unit = unitId === null ? null : where.parameter(unitId);
    // Of tasks `t`, and of what belongs to them, `x`: joined with its task only where that narrows it to a few.
    const ofTasks = new Conditions(where.parameters).add(NOT_RESTRICTED);
    const ofParts = new Conditions(where.parameters).add(NOT_RESTRICTED_PART);
    if (plan !== null) {
      ofTasks.add(`t.plan_id = ${plan}`);
      ofParts.add(`x.task_id in (select t.id from ${task} t where t.plan_id = ${plan})`);
    } else if (unit === null) {
      ofTasks.add(OF_GOVERNMENT);
      ofParts.add(`not exists (select from ${task} t where t.id = x.task_id and not (${OF_GOVERNMENT}))`);
    }
    if (matter) {
      const inMatter = inMatterOf(where.parameter(matter.planIds), where.parameter(matter.taskIds));
      ofTasks.add(inMatter);
      ofParts.add(`x.task_id in (select t.id from ${task} t where ${inMatter})`);
    }
    if (unit !== null) ofParts.add(`x.unit_id = ${unit}`);
    const carries = `exists (select from ${assignment} x where x.task_id = t.id${unit === null ? '' : ` and x.unit_id = ${unit}`})`;
    const read = <T>(query: string): Promise<T[]> => tx.query(...where.statement(query));

    const tasks = countsOf(
      await read(
        `select t.state as key, count(*)::int as count from ${task} t where ${ofTasks} and ${carries} group by 1 order by 1`,
      ),
    );
    const assignments = countsOf(
      await read(
        `select x.state as key, count(*)::int as count from ${assignment} x where ${ofParts} group by 1 order by 1`,
      ),
    );
    const units = await read<OfUnit>(
      `select s.*, u.name as "unitName" from (
         select x.unit_id as "unitId",
           count(*) filter (where x.state = 'open')::int as open,
           count(*) filter (where x.state = 'open' and x.due_at <= ${at})::int as overdue,
           count(*) filter (where x.state = 'open' and x.due_at > ${at} and x.due_at <= ${at} + interval '7 days')::int
             as "dueWithin7Days",
           count(*) filter (where x.state = 'discharged')::int as discharged,
           count(*) filter (where x.state = 'lapsed')::int as lapsed,
           count(*) filter (where x.due_at <= ${at} and x.state in ('open', 'discharged'))::int as due,
           count(*) filter (where x.due_at <= ${at} and (x.state = 'open' or x.state = 'discharged' and x.settled_at > x.due_at))::int
             as late
         from ${obligation} x where ${ofParts} group by 1) s
       join unit u on u.id = s."unitId" order by u.position`,
    );
    const notices = await read<{ unitId: string; colour: string; standing: number; ofOverdue: number }>(
      `select x.unit_id as "unitId", n.colour, count(*)::int as standing,
         count(*) filter (where x.state = 'open' and x.due_at <= ${at})::int as "ofOverdue"
       from ${notice} n join ${obligation} x on x.id = n.obligation_id
       where ${STANDS} and ${ofParts} group by 1, 2 order by 2`,
    );
    // Green is most: what stands or is overdue is looked at, and the rest is what is left.
    const [lit]: { red: number; yellow: number }[] = await read(
      `select count(*) filter (where s.is_red)::int as red, count(*) filter (where not s.is_red)::int as yellow
       from (
         select x.task_id, bool_or(x.is_red) as is_red
         from (
           select x.task_id, n.colour in ('orange', 'red') as is_red
           from ${notice} n join ${obligation} x on x.id = n.obligation_id
           where ${STANDS} and n.colour in ('yellow', 'orange', 'red')
           union all
           select x.task_id, false from ${obligation} x where x.state = 'open' and x.due_at <= ${at}) x
         group by 1) s
       join ${task} t on t.id = s.task_id
       where t.state not in ('cancelled', 'not_implemented') and ${ofTasks} and ${carries}`,
    );
    const { red, yellow } = lit!;
    const going = Object.entries(tasks).filter(([state]) => !['cancelled', 'not_implemented'].includes(state));
    const sum = (of: (unit: OfUnit) => number): number => units.reduce((total, one) => total + of(one), 0);
    const most = (of: keyof Pick<OfUnit, 'late' | 'overdue'>): OfUnit[] =>
      units
        .filter((one) => one[of] > 0)
        .sort((one, other) => other[of] - one[of] || (of === 'late' ? one.due - other.due : 0))
        .slice(0, MOST_UNITS);
    return {
      now: now.toISOString(),
      tasks,
      assignments,
      obligations: {
        open: sum(({ open }) => open),
        overdue: sum(({ overdue }) => overdue),
        dueWithin7Days: sum(({ dueWithin7Days }) => dueWithin7Days),
        discharged: sum(({ discharged }) => discharged),
        lapsed: sum(({ lapsed }) => lapsed),
      },
      standingNotices: added(notices.map(({ colour, standing }) => [colour, standing])),
      lights: added([
        ['green', going.reduce((total, [, count]) => total + count, 0) - red - yellow],
        ['red', red],
        ['yellow', yellow],
      ]),
      lateUnits: most('late').map(({ unitId: id, unitName, due, late }) => ({ unitId: id, unitName, due, late })),
      mostOverdueUnits: most('overdue').map(({ unitId: id, unitName, overdue }) => ({
        unitId: id,
        unitName,
        overdue,
        standingNotices: notices.filter((one) => one.unitId === id).reduce((total, one) => total + one.ofOverdue, 0),
      })),
    };
  }
}

const MOST_UNITS = 10;

/** What a unit owes, counted; `late` was done after its date, or is not done though its date is past. */
interface OfUnit {
  unitId: string;
  unitName: string;
  open: number;
  overdue: number;
  dueWithin7Days: number;
  discharged: number;
  lapsed: number;
  due: number;
  late: number;
}

const countsOf = (rows: { key: string; count: number }[]): Record<string, number> =>
  Object.fromEntries(rows.map(({ key, count }) => [key, count]));

/** Counts of one name together; none where there is nothing. */
function added(counts: [string, number][]): Record<string, number> {
  const together: Record<string, number> = {};
  for (const [name, count] of counts) if (count > 0) together[name] = (together[name] ?? 0) + count;
  return together;
}
