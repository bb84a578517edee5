import { columnsOf } from '@duban/database';
import { firstPointer, type Ladder, type ObligationKind, type Policy, type Stop } from '@duban/domain';
import { type Actor, type Change, type EventType, HistoryService } from '@duban/history';
import { endOfLocalDay, type LocalDate, localDateOf, newId, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { type AssignmentChange, PolicyService, redateTask, Task } from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { BreakdownTeller } from './breakdown-teller';
import { ApplicationCloser } from './application-closer';
import { termBy } from './ladder-term';
import { NoticeCloser } from './notice-closer';
import { Obligation, type ObligationSnapshot, obligationSnapshot, OWED } from './obligation.entity';
import { PeriodLights } from './period-lights';

/** What a deadline version records beside the dates. */
export interface DeadlineOrigin {
  rule: string;
  base: Readonly<Record<string, string | number>>;
  /** For which its clock stood (中止), where that moved it. */
  suspensions?: readonly Stop[];
}

/** An obligation that the caller has locked, and the day to which it is moved. */
export interface Redating {
  obligation: Obligation;
  dueOn: LocalDate;
  origin: DeadlineOrigin;
  /** Whether the clock of its part stands. */
  isStopped: boolean;
}

/** An obligation that has got other dates and is to be written with them. */
export interface MovedObligation {
  obligation: Obligation;
  before: ObligationSnapshot;
  origin: DeadlineOrigin;
  planId: string;
  /** As what history tells it. */
  type: 'obligation.rescheduled' | 'obligation.reinstated' | 'obligation.recounted';
  reason?: string;
}

/** Writes obligations (应办事项) with the versions of their deadlines and their history. */
@Injectable()
export class ObligationWriter {
  constructor(
    private readonly history: HistoryService,
    private readonly notices: NoticeCloser,
    private readonly breakdowns: BreakdownTeller,
    private readonly applications: ApplicationCloser,
    private readonly policies: PolicyService,
    private readonly lights: PeriodLights,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /** An obligation as it will be written, with the first step of its ladder. */
  open(
    policy: Policy,
    timeZone: string,
    at: Date,
    assignment: AssignmentChange['assignment'],
    planned: { kind: ObligationKind; subject: string | null; ladder: string; dueOn: LocalDate },
  ): Obligation {
    const effectiveOn = this.calendar.effectiveDate(planned.dueOn);
    const isStopped = assignment.marks.length > 0;
    const clock = { calendar: this.calendar, timeZone };
    const pointer = isStopped
      ? null
      : firstPointer(policy.ladders[planned.ladder]!, { startedOn: localDateOf(at, timeZone), effectiveOn }, at, clock);
    return Object.assign(new Obligation(), {
      id: newId(),
      jurisdictionId: assignment.jurisdictionId,
      taskId: assignment.taskId,
      assignmentId: assignment.id,
      unitId: assignment.unitId,
      kind: planned.kind,
      subject: planned.subject,
      state: isStopped ? 'suspended' : 'open',
      policyId: policy.id,
      policyVersion: policy.version,
      ladder: planned.ladder,
      deadlineVersion: 1,
      ladderSince: 1,
      calendarPosition: this.calendar.position,
      dueOn: planned.dueOn,
      effectiveOn,
      dueAt: endOfLocalDay(effectiveOn, timeZone),
      nextRung: pointer?.rung ?? null,
      nextRungAt: pointer?.at ?? null,
      lastRung: null,
      settledAt: null,
      version: 1,
      createdAt: at,
    });
  }

  async insert(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    type: EventType,
    obligations: readonly Obligation[],
    origins: ReadonlyMap<string, DeadlineOrigin>,
  ): Promise<void> {
    if (obligations.length === 0) return;
    await tx.query(
      `insert into obligation (id, jurisdiction_id, task_id, assignment_id, unit_id, kind, subject, state, policy_id,
         policy_version, ladder, deadline_version, calendar_position, due_on, effective_on, due_at, next_rung, next_rung_at,
         version, created_at)
       select r."id", r."jurisdictionId", r."taskId", r."assignmentId", r."unitId", r.kind, r.subject, r.state, r."policyId",
         r."policyVersion", r.ladder, r."deadlineVersion", r."calendarPosition", r."dueOn",
         r."effectiveOn", r."dueAt", r."nextRung", r."nextRungAt", r.version, r."createdAt"
       from jsonb_to_recordset($1::jsonb) as r("id" uuid, "jurisdictionId" uuid, "taskId" uuid, "assignmentId" uuid,
         "unitId" uuid, kind text, subject text, state text, "policyId" text, "policyVersion" int, ladder text,
         "deadlineVersion" int, "calendarPosition" int, "dueOn" date, "effectiveOn" date, "dueAt" timestamptz, "nextRung" text, "nextRungAt" timestamptz, version int,
         "createdAt" timestamptz)`,
      [JSON.stringify(obligations)],
    );
    await this.insertDeadlines(tx, actor, at, obligations, origins);
    await this.history.append(
      tx,
      actor,
      at,
      obligations.map((obligation) => obligationChange(type, obligation, planId, null)),
    );
  }

  /** The present version of each obligation's deadline. */
  async insertDeadlines(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    obligations: readonly Obligation[],
    origins: ReadonlyMap<string, DeadlineOrigin>,
  ): Promise<void> {
    const versions = obligations.map((o) => ({
      obligation_id: o.id,
      version: o.deadlineVersion,
      recorded_on: o.dueOn,
      effective_on: o.effectiveOn,
      due_at: o.dueAt,
      rule: origins.get(o.id)!.rule,
      base: origins.get(o.id)!.base,
      suspensions: origins.get(o.id)!.suspensions ?? [],
      is_provisional: this.calendar.isProvisional(o.dueOn) || this.calendar.isProvisional(o.effectiveOn),
    }));
    const { from, parameters } = columnsOf(versions, DEADLINE_COLUMNS, 4);
    await tx.query(
      `insert into deadline_version (obligation_id, version, recorded_on, effective_on, due_at, rule, base,
         suspensions, is_provisional, calendar_version, decided_by, recorded_at)
       select r.*, $1, $2, $3 from ${from}`,
      [this.calendar.version, actor.personId, at, ...parameters],
    );
    await this.breakdowns.tellRedated(tx, at, obligations);
  }

  /**
   * A new version of the deadline, with the ladder from its first step: what was sent about the date before stays sent,
   * and nothing is sent twice about one date, since every follow-up names the version that it is about. While the clock
   * of the part stands, it gets its date, and no step. What was settled is owed again. It goes by its own rules.
   */
  async redate(
    tx: EntityManager,
    change: Pick<AssignmentChange, 'actor' | 'at' | 'plan' | 'assignment'>,
    obligation: Obligation,
    dueOn: LocalDate,
    timeZone: string,
    origin: DeadlineOrigin,
  ): Promise<void> {
    const isStopped = change.assignment.marks.length > 0;
    await this.redateAll(tx, change, timeZone, [{ obligation, dueOn, origin, isStopped }]);
  }

  /** The same for any number of one plan, by as many statements as for one; by the supervision itself, as the system. */
  async redateAll(
    tx: EntityManager,
    { actor, at, plan }: Pick<AssignmentChange, 'actor' | 'at' | 'plan'>,
    timeZone: string,
    moves: readonly Redating[],
  ): Promise<void> {
    if (moves.length === 0) return;
    // model: reschedule
    const moved: MovedObligation[] = [];
    const clock = { calendar: this.calendar, timeZone };
    // Thousands share a ladder and a date, and what has to do with time zones is slow.
    const firsts = new Map<string, ReturnType<typeof firstPointer>>();
    const ends = new Map<LocalDate, Date>();
    const ladders = new Map<string, Ladder>();
    for (const { obligation, dueOn, origin, isStopped } of moves) {
      const before = obligationSnapshot(obligation);
      const effectiveOn = this.calendar.effectiveDate(dueOn);
      const rules = `${obligation.policyId} ${obligation.policyVersion} ${obligation.ladder}`;
      const ladder = ladders.get(rules) ?? (await ladderOf(tx, this.policies, obligation));
      ladders.set(rules, ladder);
      const key = [rules, effectiveOn, obligation.createdAt.getTime(), origin.base['stoppedDays'] ?? 0].join(' ');
      if (!firsts.has(key)) {
        const term = termBy(obligation, effectiveOn, origin, timeZone, this.calendar);
        firsts.set(key, firstPointer(ladder, term, at, clock));
      }
      const dueAt = ends.get(effectiveOn) ?? endOfLocalDay(effectiveOn, timeZone);
      ends.set(effectiveOn, dueAt);
      const pointer = isStopped ? null : (firsts.get(key) ?? null);
      Object.assign(obligation, {
        state: isStopped ? 'suspended' : 'open',
        settledAt: null,
        deadlineVersion: obligation.deadlineVersion + 1,
        ladderSince: obligation.deadlineVersion + 1,
        dueOn,
        effectiveOn,
        dueAt,
        nextRung: pointer?.rung ?? null,
        nextRungAt: pointer?.at ?? null,
        lastRung: null,
      });
      const type = OWED.includes(before.state) ? 'obligation.rescheduled' : 'obligation.reinstated';
      moved.push({ obligation, before, origin, planId: plan.id, type });
    }
    await this.move(tx, actor, at, moved);
    const reports = moves.filter(({ obligation }) => obligation.kind === 'progress_report');
    await this.lights.ofRedated(
      tx,
      actor,
      at,
      reports.map(({ obligation }) => obligation.id),
    );
  }

  /** Writes obligations that have other dates by this calendar, each with the version of its deadline and its history. */
  async move(tx: EntityManager, actor: Actor, at: Date, moved: readonly MovedObligation[]): Promise<void> {
    if (moved.length === 0) return;
    const obligations = moved.map(({ obligation }) => obligation);
    for (const obligation of obligations) obligation.calendarPosition = this.calendar.position;
    await this.update(tx, obligations);
    const origins = new Map(moved.map(({ obligation, origin }) => [obligation.id, origin]));
    await this.insertDeadlines(tx, actor, at, obligations, origins);
    await this.history.append(
      tx,
      actor,
      at,
      moved.map(({ obligation, before, planId, type, reason }) => ({
        ...obligationChange(type, obligation, planId, { ...before }),
        reason,
      })),
    );
  }

  /** Writes what can change of obligations that the caller has locked, by one statement. */
  async update(tx: EntityManager, obligations: readonly Obligation[]): Promise<void> {
    if (obligations.length === 0) return;
    const rows = obligations.map((o) => ({
      id: o.id,
      unit_id: o.unitId,
      state: o.state,
      policy_id: o.policyId,
      policy_version: o.policyVersion,
      ladder: o.ladder,
      deadline_version: o.deadlineVersion,
      ladder_since: o.ladderSince,
      calendar_position: o.calendarPosition,
      due_on: o.dueOn,
      effective_on: o.effectiveOn,
      due_at: o.dueAt,
      next_rung: o.nextRung,
      next_rung_at: o.nextRungAt,
      last_rung: o.lastRung,
      settled_at: o.settledAt,
    }));
    const { from, parameters } = columnsOf(rows, UPDATED_COLUMNS, 1);
    const values = Object.keys(UPDATED_COLUMNS).filter((column) => column !== 'id');
    await tx.query(
      `update obligation o set ${values.map((column) => `${column} = r.${column}`).join(', ')}, version = o.version + 1
       from ${from} where o.id = r.id`,
      parameters,
    );
    for (const obligation of obligations) obligation.version++;
  }

  /** A lead's date is its task's: those of tasks whose leads have got other dates. */
  async redateTasks(tx: EntityManager, actor: Actor, at: Date, taskIds: readonly string[]): Promise<void> {
    for (const taskId of [...new Set(taskIds)].toSorted()) {
      const task = await tx.getRepository(Task).findOneOrFail({
        where: { id: taskId },
        lock: { mode: 'for_no_key_update' },
      });
      const days: { dueOn: LocalDate }[] = await tx.query(
        `select o.due_on::text as "dueOn" from obligation o join assignment a on a.id = o.assignment_id
         where a.task_id = $1 and a.role = 'lead' and o.kind = 'completion' and o.state <> 'lapsed'`,
        [taskId],
      );
      const dates = days.map(({ dueOn }) => dueOn);
      await this.history.append(tx, actor, at, await redateTask(tx, task, dates));
    }
  }

  /** Ends obligations that the caller has locked, and closes the notices and takes back the applications about them. */
  async settle(
    tx: EntityManager,
    { actor, at, plan }: Pick<AssignmentChange, 'actor' | 'at' | 'plan'>,
    state: 'discharged' | 'lapsed',
    obligations: readonly Obligation[],
  ): Promise<void> {
    if (obligations.length === 0) return;
    const changes: Change[] = [];
    for (const obligation of obligations) {
      const before = obligationSnapshot(obligation);
      Object.assign(obligation, { state, settledAt: at, nextRung: null, nextRungAt: null });
      changes.push(obligationChange(`obligation.${state}`, obligation, plan.id, before));
    }
    await this.update(tx, obligations);
    await this.history.append(tx, actor, at, changes);
    await this.notices.closeOf(tx, actor, at, plan.id, obligations);
    await this.applications.closeOf(tx, actor, at, plan.id, obligations);
  }
}

const DEADLINE_COLUMNS = {
  obligation_id: 'uuid',
  version: 'int',
  recorded_on: 'date',
  effective_on: 'date',
  due_at: 'timestamptz',
  rule: 'text',
  base: 'jsonb',
  suspensions: 'jsonb',
  is_provisional: 'boolean',
} as const;

const UPDATED_COLUMNS = {
  id: 'uuid',
  unit_id: 'uuid',
  state: 'text',
  policy_id: 'text',
  policy_version: 'int',
  ladder: 'text',
  deadline_version: 'int',
  ladder_since: 'int',
  calendar_position: 'int',
  due_on: 'date',
  effective_on: 'date',
  due_at: 'timestamptz',
  next_rung: 'text',
  next_rung_at: 'timestamptz',
  last_rung: 'text',
  settled_at: 'timestamptz',
} as const;

/** The ladder of an obligation, of the rules by which it goes. @throws Error where these have none of the name */
export async function ladderOf(
  tx: EntityManager,
  policies: PolicyService,
  { policyId, policyVersion, ladder: name }: Pick<Obligation, 'policyId' | 'policyVersion' | 'ladder'>,
): Promise<Ladder> {
  const ladder = (await policies.version(tx, policyId, policyVersion)).ladders[name];
  if (!ladder) throw new Error(`policy ${policyId} ${policyVersion} has no ladder ${name}`);
  return ladder;
}

/** One change of an obligation, as history keeps it. */
export const obligationChange = (
  type: EventType,
  obligation: Obligation,
  planId: string,
  before: Record<string, unknown> | null,
): Change => ({
  type,
  entity: 'obligation',
  entityId: obligation.id,
  jurisdictionId: obligation.jurisdictionId,
  planId,
  taskId: obligation.taskId,
  before,
  after: { ...obligationSnapshot(obligation) },
});
