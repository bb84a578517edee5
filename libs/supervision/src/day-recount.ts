import { columnsOf } from '@duban/database';
import { sendFrom } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { addDays, endOfLocalDay, type LocalDate, localDateOf, type WorkingCalendar } from '@duban/kernel';
import { OfficeSteps } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { lockWaiting } from './notification.writer';

/** What the office, or a lead, answers within working days: the day by which, the instant from which they count. */
const ANSWERS = [
  {
    table: 'objection',
    day: 'answer_due_on',
    since: 'raised_at',
    /** Where the day is part of its state in history; of the others it follows from the rest. */
    field: 'answerDueOn',
    open: `d.outcome is null`,
    place: `join assignment a on a.id = d.assignment_id join task t on t.id = a.task_id`,
  },
  {
    table: 'coordination',
    day: 'due_on',
    since: 'raised_at',
    field: 'dueOn',
    open: `d.state = 'raised'`,
    place: `join task t on t.id = d.task_id`,
  },
  {
    table: 'application',
    day: 'decide_by',
    since: 'requested_at',
    field: null,
    open: `d.state = 'requested' and d.decide_by is not null`,
    place: `join task t on t.id = d.task_id`,
  },
  {
    table: 'supervision_notice',
    day: 'judge_by',
    since: 'answered_at',
    field: null,
    open: `d.state = 'answered' and d.judge_by is not null`,
    place: `join obligation o on o.id = d.obligation_id join task t on t.id = o.task_id`,
  },
] as const;

interface OpenAnswer {
  id: string;
  dueOn: LocalDate;
  since: Date;
  step: 'remind' | 'urge' | null;
  jurisdictionId: string;
  timeZone: string;
  planId: string;
  taskId: string;
}

/**
 * Days that are no deadlines of obligations, by another calendar (工作日历): by when the office answers objections (异议),
 * disagreements (协调), applications (申请) and answers to notices (督办单), when contributions (供稿) are late, and from
 * when what waits may be sent. They are few, so it is done in the transaction that records the paper, by the system.
 */
@Injectable()
export class DayRecount {
  constructor(
    private readonly history: HistoryService,
    private readonly steps: OfficeSteps,
  ) {}

  /**
   * @param from the calendar by which they were counted
   * @param to the newest one
   * @param reason the paper between the two
   */
  async run(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { from, to, reason }: { from: WorkingCalendar; to: WorkingCalendar; reason: string },
  ): Promise<void> {
    for (const source of ANSWERS) {
      const rows: OpenAnswer[] = await tx.query(
        `select d.id, d.${source.day}::text as "dueOn", d.${source.since} as since, d.next_step as step,
           j.id as "jurisdictionId", j.time_zone as "timeZone", t.plan_id as "planId", t.id as "taskId"
         from ${source.table} d ${source.place} join jurisdiction j on j.id = t.jurisdiction_id
         where ${source.open} order by d.id for no key update of d`,
      );
      for (const row of rows) {
        const since = localDateOf(row.since, row.timeZone);
        // The first day to count is the next one.
        const days = from.workingDaysBetween(addDays(since, 1), addDays(row.dueOn, 1));
        const dueOn = to.addWorkingDays(since, days);
        if (dueOn !== row.dueOn) await this.moveAnswer(tx, actor, at, source, row, dueOn, to, reason);
      }
    }
    await moveContributions(tx, to);
    await moveWaiting(tx, at, from, to);
  }

  private async moveAnswer(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { table, day, field }: (typeof ANSWERS)[number],
    { id, step, jurisdictionId, planId, taskId }: OpenAnswer,
    dueOn: LocalDate,
    calendar: WorkingCalendar,
    reason: string,
  ): Promise<void> {
    const on = step === 'urge' ? calendar.addWorkingDays(dueOn, 1) : dueOn;
    const next = step && (await this.steps.at(tx, jurisdictionId, step, on)).nextStepAt;
    await tx.query(`update ${table} set ${day} = $2, next_step_at = $3 where id = $1`, [id, dueOn, next]);
    if (field === null) return;
    const [last]: { after: Record<string, unknown> }[] = await tx.query(
      `select after from history_event where entity_id = $1 order by seq desc limit 1`,
      [id],
    );
    await this.history.append(tx, actor, at, [
      {
        type: `${table}.recounted`,
        entity: table,
        entityId: id,
        jurisdictionId,
        planId,
        taskId,
        reason,
        before: last?.after ?? null,
        after: { ...last?.after, [field]: dueOn },
      },
    ]);
  }
}

/** The day that was said stays as it is, and takes effect on the next working day. */
async function moveContributions(tx: EntityManager, calendar: WorkingCalendar): Promise<void> {
  const rows: { id: string; dueOn: LocalDate; dueAt: Date; timeZone: string }[] = await tx.query(
    `select c.id, c.due_on::text as "dueOn", c.due_at as "dueAt", j.time_zone as "timeZone"
     from contribution c join jurisdiction j on j.id = c.jurisdiction_id
     where c.state in ('asked', 'returned') order by c.id for no key update of c`,
  );
  const moved = rows
    .map(({ id, dueOn, dueAt, timeZone }) => ({
      id,
      was: dueAt,
      due_at: endOfLocalDay(calendar.effectiveDate(dueOn), timeZone),
    }))
    .filter(({ was, due_at }) => was.getTime() !== due_at.getTime());
  if (moved.length === 0) return;
  const { from, parameters } = columnsOf(moved, { id: 'uuid', due_at: 'timestamptz' }, 1);
  await tx.query(`update contribution c set due_at = r.due_at from ${from} where c.id = r.id`, parameters);
}

/** What waits for the next working day goes out on that of the new calendar; what waits for something else is left. */
async function moveWaiting(tx: EntityManager, at: Date, from: WorkingCalendar, to: WorkingCalendar): Promise<void> {
  await lockWaiting(tx);
  const waits: { wantedAt: Date; sendFrom: Date; timeZone: string }[] = await tx.query(
    `select distinct n.wanted_at as "wantedAt", n.send_from as "sendFrom", j.time_zone as "timeZone"
     from notification n join jurisdiction j on j.id = n.jurisdiction_id
     where n.composed_at is null and not n.is_urgent and n.send_from > $1`,
    [at],
  );
  for (const wait of waits) {
    if (sendFrom(wait.wantedAt, from, wait.timeZone).getTime() !== wait.sendFrom.getTime()) continue;
    const next = sendFrom(wait.wantedAt, to, wait.timeZone);
    if (next.getTime() === wait.sendFrom.getTime()) continue;
    await tx.query(
      `update notification n set send_from = $3 from jurisdiction j
       where n.composed_at is null and not n.is_urgent and n.wanted_at = $1 and n.send_from = $2
         and j.id = n.jurisdiction_id and j.time_zone = $4`,
      [wait.wantedAt, wait.sendFrom, next, wait.timeZone],
    );
  }
}
