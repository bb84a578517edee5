import { inMatterOf, unitScope } from '@duban/directory';
import type { Actor } from '@duban/history';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions, NOT_RESTRICTED } from './conditions';
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
    for (const value of [planId, unitId, matter?.planIds ?? null, matter?.taskIds ?? null, now]) where.parameter(value);
    const { task, assignment, obligation, notice } = asOf
      ? pastTables(where, asOf, { planId: planId ?? undefined })
      : PRESENT;
    const { parameters } = where;
    const mine = `${NOT_RESTRICTED} and ($1::uuid is not null or $2::uuid is not null or ${OF_GOVERNMENT}) and ($1::uuid is null or t.plan_id = $1) and ($2::uuid is null or x.unit_id = $2)
      and ($3::uuid[] is null or ${inMatterOf('$3', '$4')}) and $5::timestamptz is not null`;
    const tasks = await counts(
      tx,
      `select t.state as key, count(*)::int as count from ${task} t
       where exists (select from ${assignment} x where x.task_id = t.id and ${mine}) group by 1 order by 1`,
      parameters,
    );
    const assignments = await counts(
      tx,
      `select x.state as key, count(*)::int as count
       from ${assignment} x join ${task} t on t.id = x.task_id where ${mine} group by 1 order by 1`,
      parameters,
    );
    const [obligations]: Dashboard['obligations'][] = await tx.query(
      `select count(*) filter (where x.state = 'open')::int as open,
         count(*) filter (where x.state = 'open' and x.due_at <= $5)::int as overdue,
         count(*) filter (where x.state = 'open' and x.due_at > $5 and x.due_at <= $5 + interval '7 days')::int
           as "dueWithin7Days",
         count(*) filter (where x.state = 'discharged')::int as discharged,
         count(*) filter (where x.state = 'lapsed')::int as lapsed
       from ${obligation} x join ${task} t on t.id = x.task_id where ${mine}`,
      parameters,
    );
    const standingNotices = await counts(
      tx,
      `select n.colour as key, count(*)::int as count
       from ${notice} n join ${obligation} x on x.id = n.obligation_id join ${task} t on t.id = x.task_id
       where ${mine} and n.state in ('issued', 'acknowledged', 'answered') group by 1 order by 1`,
      parameters,
    );
    const mostOverdueUnits: Dashboard['mostOverdueUnits'] = await tx.query(
      `select x.unit_id as "unitId", u.name as "unitName", count(distinct x.id)::int as overdue,
         count(n.id)::int as "standingNotices"
       from ${obligation} x join ${task} t on t.id = x.task_id join unit u on u.id = x.unit_id
         left join ${notice} n on n.obligation_id = x.id and n.state in ('issued', 'acknowledged', 'answered')
       where ${mine} and x.state = 'open' and x.due_at <= $5
       group by x.unit_id, u.name, u.position order by overdue desc, u.position limit 10`,
      parameters,
    );
    const lights = await counts(
      tx,
      `select s.light as key, count(*)::int as count from (
         select case when bool_or(n.colour in ('orange', 'red')) then 'red'
             when bool_or(n.colour = 'yellow' or x.state = 'open' and x.due_at <= $5) then 'yellow' else 'green' end as light
         from ${task} t
           left join ${obligation} x on x.task_id = t.id
           left join ${notice} n on n.obligation_id = x.id and n.state in ('issued', 'acknowledged', 'answered')
         where t.state not in ('cancelled', 'not_implemented')
           and exists (select from ${assignment} x where x.task_id = t.id and ${mine})
         group by t.id) s
       group by 1 order by 1`,
      parameters,
    );
    const lateUnits: Dashboard['lateUnits'] = await tx.query(
      `select x.unit_id as "unitId", u.name as "unitName", count(*)::int as due, count(*) filter (where ${IS_LATE})::int as late
       from ${obligation} x join ${task} t on t.id = x.task_id join unit u on u.id = x.unit_id
       where ${mine} and x.due_at <= $5 and x.state in ('open', 'discharged')
       group by x.unit_id, u.name, u.position having count(*) filter (where ${IS_LATE}) > 0
       order by late desc, due, u.position limit 10`,
      parameters,
    );
    return {
      now: now.toISOString(),
      tasks,
      assignments,
      obligations: obligations!,
      standingNotices,
      lights,
      lateUnits,
      mostOverdueUnits,
    };
  }
}

/** It was done after its date, or is not done though its date is past. */
const IS_LATE = `x.state = 'open' or x.settled_at > x.due_at`;

async function counts(tx: EntityManager, query: string, parameters: unknown[]): Promise<Record<string, number>> {
  const rows: { key: string; count: number }[] = await tx.query(query, parameters);
  return Object.fromEntries(rows.map(({ key, count }) => [key, count]));
}
