import { consequences, isAnothers } from '@duban/database';
import { UnitDirectory, unitScope } from '@duban/directory';
import {
  type AssignmentMark,
  type AssignmentState,
  type ContributionState,
  type DayCount,
  delayOf,
  type HeldDays,
  heldDays,
  type Holding,
  type HoldingEvent,
  holdingsOf,
  sumsOf,
} from '@duban/domain';
import type { Actor } from '@duban/history';
import { forbidden, localDateOf, notFound, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions, NOT_RESTRICTED } from './conditions';

/** Working days that somebody held, or by which they delayed something. */
export interface NamedDays extends HeldDays {
  unitName: string | null;
}

export interface HoldingRow extends Omit<Holding, 'partId' | 'from' | 'to'> {
  assignmentId: string;
  taskId: string;
  unitName: string | null;
  from: string;
  to: string;
  workingDays: number;
}

/** Something that was owed and came late, or is late. */
export interface DelayRow {
  obligationId: string;
  taskId: string;
  assignmentId: string;
  unitId: string;
  unitName: string;
  kind: string;
  subject: string | null;
  dueAt: string;
  settledAt: string | null;
  workingDays: number;
  /** Whose these days are. */
  charged: NamedDays[];
}

export interface TaskHoldings {
  now: string;
  intervals: HoldingRow[];
  sums: NamedDays[];
  delays: DelayRow[];
}

/** What the units of a plan held in all, and by how much they delayed what was owed. */
export interface PlanHoldings {
  now: string;
  items: (NamedDays & { delayDays: number })[];
}

interface PastEvent {
  entity: 'assignment' | 'contribution' | 'coordination';
  entityId: string;
  taskId: string;
  at: Date;
  after: Record<string, unknown>;
}
interface LateObligation {
  id: string;
  taskId: string;
  assignmentId: string;
  unitId: string;
  kind: string;
  subject: string | null;
  dueAt: Date;
  settledAt: Date | null;
  contributionIds: string[];
}
interface Told {
  holdings: (Holding & { taskId: string })[];
  delays: (Omit<DelayRow, 'charged' | 'unitName' | 'dueAt' | 'settledAt'> & {
    dueAt: Date;
    settledAt: Date | null;
    charged: HeldDays[];
  })[];
}

/**
 * Who held the matter (时间归责): derived from history each time, nothing of it is stored. It takes all events of a task
 * to say whom a lead waited for; of what comes out a unit that does not lead sees what is its own.
 */
@Injectable()
export class HoldingsReader {
  constructor(
    private readonly directory: UnitDirectory,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /** @throws DomainError TASK.UNKNOWN, TASK.NOT_YOURS */
  async ofTask(tx: EntityManager, actor: Actor, now: Date, taskId: string): Promise<TaskHoldings> {
    const unitId = unitScope(actor);
    const tasks = await this.tasks(tx, actor, '(t.id = $? or t.parent_id = $?)', taskId, taskId);
    if (!tasks.some(({ id }) => id === taskId)) {
      if (await isAnothers(tx, 'task', taskId)) {
        throw forbidden('TASK.NOT_YOURS', 'Your unit has no part in this task.', { taskId });
      }
      throw notFound('TASK.UNKNOWN', 'There is no such task.', { taskId });
    }
    const count = await this.countOf(tx, tasks[0]!.jurisdictionId);
    const { holdings, delays } = await this.told(tx, now, tasks, unitId, count);
    const names = await this.namesOf(tx, [...holdings, ...delays, ...delays.flatMap(({ charged }) => charged)]);
    return {
      now: now.toISOString(),
      intervals: holdings.map(({ partId, from, to, ...one }) => ({
        ...one,
        assignmentId: partId,
        unitName: nameIn(names, one.unitId),
        from: new Date(from).toISOString(),
        to: new Date(to).toISOString(),
        workingDays: heldDays({ from, to }, count),
      })),
      sums: sumsOf(holdings, count).map((sum) => ({ ...sum, unitName: nameIn(names, sum.unitId) })),
      delays: delays.map(({ charged, dueAt, settledAt, ...delay }) => ({
        ...delay,
        unitName: names.get(delay.unitId) ?? '',
        dueAt: dueAt.toISOString(),
        settledAt: settledAt?.toISOString() ?? null,
        charged: charged.map((one) => ({ ...one, unitName: nameIn(names, one.unitId) })),
      })),
    };
  }

  /** @throws DomainError PLAN.UNKNOWN */
  async ofPlan(tx: EntityManager, actor: Actor, now: Date, planId: string): Promise<PlanHoldings> {
    const unitId = unitScope(actor);
    const [plan]: { jurisdictionId: string }[] = await tx.query(
      `select jurisdiction_id as "jurisdictionId" from plan where id = $1`,
      [planId],
    );
    const tasks = await this.tasks(tx, actor, 't.plan_id = $?', planId);
    if (!plan) throw notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
    const count = await this.countOf(tx, plan.jurisdictionId);
    const { holdings, delays } = await this.told(tx, now, tasks, unitId, count);
    const items = new Map<string, PlanHoldings['items'][number]>();
    const itemOf = ({ kind, unitId: id }: Pick<HeldDays, 'kind' | 'unitId'>) => {
      const key = `${kind} ${id}`;
      const item = items.get(key) ?? { kind, unitId: id, unitName: null, workingDays: 0, delayDays: 0 };
      items.set(key, item);
      return item;
    };
    for (const sum of sumsOf(holdings, count)) itemOf(sum).workingDays += sum.workingDays;
    for (const one of delays.flatMap(({ charged }) => charged)) itemOf(one).delayDays += one.workingDays;
    const own = [...items.values()].filter((item) => unitId === null || item.unitId === unitId);
    const names = await this.namesOf(tx, own);
    return {
      now: now.toISOString(),
      items: own
        .map((item) => ({ ...item, unitName: nameIn(names, item.unitId) }))
        .sort((a, b) => b.delayDays - a.delayDays || b.workingDays - a.workingDays),
    };
  }

  /** Those that the actor may see. */
  private tasks(
    tx: EntityManager,
    actor: Actor,
    condition: string,
    ...values: unknown[]
  ): Promise<{ id: string; jurisdictionId: string }[]> {
    const where = new Conditions()
      .add(NOT_RESTRICTED)
      .addMatter(actor)
      .add(condition, ...values);
    return tx.query(
      `select t.id, t.jurisdiction_id as "jurisdictionId" from task t where ${where} order by t.position`,
      where.parameters,
    );
  }

  private async told(
    tx: EntityManager,
    now: Date,
    tasks: readonly { id: string }[],
    unitId: string | null,
    count: DayCount,
  ): Promise<Told> {
    const ids = tasks.map(({ id }) => id);
    const { events, late, parts } = await consequences(tx, () => this.read(tx, now, ids));
    const byTask = new Map<string, PastEvent[]>();
    for (const event of events) byTask.set(event.taskId, [...(byTask.get(event.taskId) ?? []), event]);
    const told: Told = { holdings: [], delays: [] };
    for (const taskId of ids) {
      const ofTask = (byTask.get(taskId) ?? []).map(holdingEvent);
      const isSeen =
        unitId === null || parts.some((part) => part.taskId === taskId && part.unitId === unitId && part.isLead);
      const isOwnPart = (id: string): boolean => parts.some((part) => part.id === id && part.unitId === unitId);
      const holdings = holdingsOf(ofTask, now.getTime()).map((one) => ({ ...one, taskId }));
      told.holdings.push(...holdings.filter((one) => isSeen || one.unitId === unitId || isOwnPart(one.partId)));
      for (const { id: obligationId, contributionIds, ...one } of late.filter((owed) => owed.taskId === taskId)) {
        const to = (one.settledAt ?? now).getTime();
        const dueAt = one.dueAt.getTime();
        const workingDays = heldDays({ from: dueAt, to }, count);
        if (workingDays === 0) continue;
        const isLead = parts.some((part) => part.id === one.assignmentId && part.isLead);
        const own = { kind: isLead ? 'lead' : 'co_unit', unitId: one.unitId } as const;
        const ofPart = holdingsOf(ofTask, to).filter(({ partId }) => partId === one.assignmentId);
        const charged = delayOf({ dueAt, days: workingDays, contributionIds }, own, ofPart, count).filter(
          (days) => isSeen || days.unitId === unitId || isOwnPart(one.assignmentId),
        );
        if (charged.length > 0) told.delays.push({ obligationId, ...one, workingDays, charged });
      }
    }
    return told;
  }

  private async read(tx: EntityManager, now: Date, taskIds: readonly string[]) {
    const events: PastEvent[] = await tx.query(
      `select entity, entity_id as "entityId", task_id as "taskId", occurred_at as at, after from history_event
       where task_id = any($1::uuid[]) and entity in ('assignment', 'contribution', 'coordination')
         and has_state and occurred_at <= $2 order by occurred_at, seq`,
      [taskIds, now],
    );
    const late: LateObligation[] = await tx.query(
      `select o.id, o.task_id as "taskId", o.assignment_id as "assignmentId", o.unit_id as "unitId", o.kind, o.subject,
         o.due_at as "dueAt", o.settled_at as "settledAt",
         array(select c.id from contribution c where c.obligation_id = o.id) as "contributionIds"
       from obligation o where o.task_id = any($1::uuid[])
         and (o.state = 'open' and o.due_at <= $2 or o.state = 'discharged' and o.settled_at > o.due_at)
       order by o.due_at, o.id`,
      [taskIds, now],
    );
    const parts: { id: string; taskId: string; unitId: string; isLead: boolean }[] = await tx.query(
      `select id, task_id as "taskId", unit_id as "unitId", role = 'lead' as "isLead" from assignment
       where task_id = any($1::uuid[])`,
      [taskIds],
    );
    return { events, late, parts };
  }

  private async countOf(tx: EntityManager, jurisdictionId: string): Promise<DayCount> {
    const timeZone = await this.directory.timeZoneOf(tx, jurisdictionId);
    return { calendar: this.calendar, dayOf: (instant) => localDateOf(new Date(instant), timeZone) };
  }

  private namesOf(tx: EntityManager, rows: readonly { unitId: string | null }[]): Promise<Map<string, string>> {
    return this.directory.namesOf(tx, [...new Set(rows.flatMap(({ unitId }) => unitId ?? []))]);
  }
}

const nameIn = (names: ReadonlyMap<string, string>, unitId: string | null): string | null =>
  unitId === null ? null : (names.get(unitId) ?? null);

/** What history keeps of each, as far as it says who holds a part. */
function holdingEvent({ entity, entityId, at, after }: PastEvent): HoldingEvent {
  const instant = at.getTime();
  if (entity === 'assignment') {
    const { unitId, role, state, marks } = after as {
      unitId: string;
      role: string;
      state: AssignmentState;
      marks?: AssignmentMark[];
    };
    return { of: 'part', at: instant, partId: entityId, unitId, isLead: role === 'lead', state, marks: marks ?? [] };
  }
  if (entity === 'contribution') {
    const { leadAssignmentId, assignmentId, state, dueAt } = after as {
      leadAssignmentId: string;
      assignmentId: string;
      state: ContributionState;
      dueAt: string;
    };
    return {
      of: 'contribution',
      at: instant,
      contributionId: entityId,
      leadPartId: leadAssignmentId,
      partId: assignmentId,
      state,
      dueAt: Date.parse(dueAt),
    };
  }
  const { unitId, withUnitIds, state } = after as { unitId: string; withUnitIds: string[]; state: string };
  return {
    of: 'coordination',
    at: instant,
    coordinationId: entityId,
    isOpen: state === 'raised',
    unitIds: [unitId, ...withUnitIds],
  };
}
