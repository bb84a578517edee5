import { postgresCode, recordedPapers, Transactor } from '@duban/database';
import {
  type ClimbedTo,
  type DeadlineFacts,
  firstPointer,
  type ObligationKind,
  recordedBy,
  stoppedDays,
} from '@duban/domain';
import { UnitDirectory } from '@duban/directory';
import { systemActor } from '@duban/history';
import {
  endOfLocalDay,
  type LocalDate,
  newId,
  parseLocalDate,
  type RecordedPaper,
  type WorkingCalendar,
} from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { PolicyService } from '@duban/tasks';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { papersInWords } from './calendar-papers.service';
import { termBy } from './ladder-term';
import { NotificationWriter, type WantedNotification } from './notification.writer';
import { type Obligation, obligationSnapshot, readObligations } from './obligation.entity';
import { excerpt } from './obligation.terms';
import { type DeadlineOrigin, ladderOf, ObligationWriter } from './obligation.writer';
import { lastDayToAnswer, stoodFor } from './stopped-parts';

/** How many obligations one transaction looks at. */
const BATCH = 500;

export interface RecountResult {
  /** Obligations that were looked at. */
  obligations: number;
  /** Those that got another version of their deadline. */
  recounted: number;
  failed: number;
}

/** What one obligation's date came from, and where it stands. */
interface OldRow extends DeadlineFacts {
  base: Readonly<Record<string, string | number>>;
  id: string;
  timeZone: string;
  planId: string;
  taskNumber: string | null;
  taskContent: string;
  unitName: string;
  role: string;
  rule: string;
  isProvisional: boolean;
  /** Last day to answer the last notice of its ladder, and when that was sent. */
  answerDueOn: LocalDate | null;
  noticeAt: Date | null;
}

/** An obligation that another calendar gives other days. */
interface Recounted {
  row: OldRow;
  obligation: Obligation;
  before: ReturnType<typeof obligationSnapshot>;
  origin: DeadlineOrigin;
  /** Those that were recorded since its date was computed. */
  papers: readonly RecordedPaper[];
}

/**
 * Brings what is owed to the newest calendar (工作日历). Every date says by which calendar it was computed, so whatever was
 * computed by an older one is found, by whichever process and however long after the paper: nothing has to be told.
 *
 * What was sent stays sent: the ladder goes on after its last rung, with the time to answer a notice as it was given.
 * Any number of rounds may do this at once, twice, or die half-way, as with the sweep.
 */
@Injectable()
export class DeadlineRecount {
  private readonly logger = new Logger(DeadlineRecount.name);

  constructor(
    private readonly transactor: Transactor,
    private readonly policies: PolicyService,
    private readonly directory: UnitDirectory,
    private readonly writer: ObligationWriter,
    private readonly notifications: NotificationWriter,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  async run(now: Date): Promise<RecountResult> {
    const total: RecountResult = { obligations: 0, recounted: 0, failed: 0 };
    const failed: string[] = [];
    for (let limit = BATCH; ;) {
      try {
        const part = await this.transactor.run((tx) => this.batch(tx, now, limit, failed));
        total.obligations += part.obligations;
        total.recounted += part.recounted;
        if (part.obligations < limit) break;
      } catch (error) {
        if (error instanceof RowError) {
          failed.push(error.obligationId);
          this.logger.error(
            `the date of obligation ${error.obligationId} could not be counted anew: ${String(error.cause)}`,
          );
          limit = BATCH;
        } else if (limit > 1 && /^(22|23|P0)/.test(postgresCode(error) ?? '')) limit = 1;
        else throw error;
      }
    }
    return { ...total, failed: failed.length };
  }

  private async batch(
    tx: EntityManager,
    now: Date,
    limit: number,
    except: readonly string[],
  ): Promise<Omit<RecountResult, 'failed'>> {
    const { position } = this.calendar;
    const found: { id: string }[] = await tx.query(
      `select id from obligation
       where state in ('open', 'suspended') and calendar_position < $1 and not (id = any($2::uuid[]))
       order by calendar_position, id limit $3 for no key update skip locked`,
      [position, except, limit],
    );
    if (found.length === 0) return { obligations: 0, recounted: 0 };
    const ids = found.map(({ id }) => id);
    const obligations = await readObligations(tx, ids);
    const rows: OldRow[] = await tx.query(OLD, [ids]);
    const papers = await recordedPapers(tx, position);
    const recounted: Recounted[] = [];
    for (const row of rows) {
      try {
        const one = await this.recount(tx, now, row, obligations.get(row.id)!, papers);
        if (one) recounted.push(one);
      } catch (error) {
        throw postgresCode(error) === null || limit === 1 ? new RowError(row.id, error) : error;
      }
    }
    try {
      await this.write(tx, now, recounted);
      const moved = new Set(recounted.map(({ obligation }) => obligation.id));
      await tx.query(`update obligation set calendar_position = $2 where id = any($1::uuid[])`, [
        ids.filter((id) => !moved.has(id)),
        position,
      ]);
    } catch (error) {
      throw limit === 1 ? new RowError(ids[0]!, error) : error;
    }
    return { obligations: ids.length, recounted: recounted.length };
  }

  /** Null where nothing of it is other by the newest calendar. */
  private async recount(
    tx: EntityManager,
    now: Date,
    row: OldRow,
    obligation: Obligation,
    papers: readonly RecordedPaper[],
  ): Promise<Recounted | null> {
    const dueOn = recordedBy(row, this.calendar);
    const effectiveOn = this.calendar.effectiveDate(dueOn);
    const isProvisional = this.calendar.isProvisional(dueOn) || this.calendar.isProvisional(effectiveOn);
    // A ladder that is held, or at its end, stays so. What was due and is not swept yet is still to be sent.
    const { nextRungAt } = obligation;
    const origin = this.originOf(row);
    const climbed = nextRungAt === null ? null : await this.climbedTo(tx, obligation, row);
    const pointer =
      nextRungAt === null
        ? null
        : firstPointer(
            await ladderOf(tx, this.policies, obligation),
            termBy(obligation, effectiveOn, origin, row.timeZone, this.calendar),
            nextRungAt < now ? nextRungAt : now,
            { calendar: this.calendar, timeZone: row.timeZone },
            climbed,
          );
    const isSame =
      dueOn === obligation.dueOn &&
      effectiveOn === obligation.effectiveOn &&
      isProvisional === row.isProvisional &&
      pointer?.rung === (obligation.nextRung ?? undefined) &&
      pointer?.at.getTime() === nextRungAt?.getTime();
    if (isSame) return null;
    const before = obligationSnapshot(obligation);
    // All that came since, of which nobody knows which moved it.
    const since = papers.slice(obligation.calendarPosition);
    Object.assign(obligation, {
      deadlineVersion: obligation.deadlineVersion + 1,
      dueOn,
      effectiveOn,
      dueAt: endOfLocalDay(effectiveOn, row.timeZone),
      nextRung: pointer?.rung ?? null,
      nextRungAt: pointer?.at ?? null,
    });
    const base: Record<string, string | number> = { recountedFrom: before.deadlineVersion, ...origin.base };
    if (since.length > 0) base['paper'] = [...new Set(since.map(({ number }) => number))].join('、');
    return { row, obligation, before, papers: since, origin: { ...origin, base } };
  }

  /** What its date was counted from; of the days for which its clock stood, as many as are working days now. */
  private originOf({ rule, base, suspensions }: OldRow): DeadlineOrigin {
    const { since, stoppedDays: before } = base;
    if (typeof since !== 'string' || typeof before !== 'number') return { rule, base, suspensions };
    const days = stoppedDays(parseLocalDate(since), suspensions, this.calendar);
    return { rule: stoodFor(days), base: { ...base, stoppedDays: days }, suspensions };
  }

  private async climbedTo(
    tx: EntityManager,
    { assignmentId, lastRung }: Obligation,
    { answerDueOn, noticeAt, timeZone }: OldRow,
  ): Promise<ClimbedTo | null> {
    if (lastRung === null) return null;
    if (answerDueOn === null || noticeAt === null) return { rung: lastRung, answerDueOn };
    const notice = { answerDueOn, issuedAt: noticeAt };
    return {
      rung: lastRung,
      answerDueOn: await lastDayToAnswer(tx, assignmentId, notice, timeZone, this.calendar),
    };
  }

  private async write(tx: EntityManager, now: Date, recounted: readonly Recounted[]): Promise<void> {
    if (recounted.length === 0) return;
    const actor = systemActor(`calendar-${newId()}`);
    await this.writer.move(
      tx,
      actor,
      now,
      recounted.map(({ row, obligation, before, origin, papers }) => ({
        obligation,
        before,
        origin,
        planId: row.planId,
        type: isMoved(obligation, before) ? 'obligation.rescheduled' : 'obligation.recounted',
        reason: papersInWords(papers) || this.calendar.version,
      })),
    );
    const ofLeads = recounted.filter(
      ({ row, obligation, before }) =>
        row.role === 'lead' && obligation.kind === 'completion' && obligation.dueOn !== before.dueOn,
    );
    await this.writer.redateTasks(
      tx,
      actor,
      now,
      ofLeads.map(({ obligation }) => obligation.taskId),
    );
    await this.tell(tx, now, recounted);
  }

  /** Whose date moved is told; that a date is certain now, or a reminder comes on another day, is no news. */
  private async tell(tx: EntityManager, now: Date, recounted: readonly Recounted[]): Promise<void> {
    const moved = recounted.filter(({ obligation, before }) => obligation.effectiveOn !== before.effectiveOn);
    const posts = await this.directory.postsOf(tx, [...new Set(moved.map(({ obligation }) => obligation.unitId))]);
    const wanted = moved.map(({ row, obligation, before, origin }): WantedNotification & { timeZone: string } => ({
      timeZone: row.timeZone,
      jurisdictionId: obligation.jurisdictionId,
      postId: posts.get(obligation.unitId)!.contact,
      kind: 'deadline_recounted',
      planId: row.planId,
      taskId: obligation.taskId,
      obligationId: obligation.id,
      parameters: {
        taskNumber: row.taskNumber,
        taskContent: excerpt(row.taskContent),
        unitName: row.unitName,
        obligationKind: obligation.kind satisfies ObligationKind,
        subject: obligation.subject,
        from: before.effectiveOn,
        dueOn: obligation.effectiveOn,
        paper: origin.base['paper'] ?? null,
      },
    }));
    for (const timeZone of new Set(wanted.map((one) => one.timeZone))) {
      await this.notifications.write(
        tx,
        now,
        timeZone,
        wanted.filter((one) => one.timeZone === timeZone),
      );
    }
  }
}

/** SQL of when something of it is due: at once. */
export const RECOUNT_DUE_AT = `select '-infinity'::timestamptz from obligation
  where state in ('open', 'suspended') and calendar_position < (select calendar_position())`;

const isMoved = (obligation: Obligation, before: { dueOn: LocalDate; effectiveOn: LocalDate }): boolean =>
  obligation.dueOn !== before.dueOn || obligation.effectiveOn !== before.effectiveOn;

/** Names the row that spoils a batch. */
class RowError extends Error {
  constructor(
    readonly obligationId: string,
    override readonly cause: unknown,
  ) {
    super(`obligation ${obligationId}: ${String(cause)}`);
  }
}

const factsOf = (version: string): string =>
  `jsonb_build_object('recordedOn', ${version}.recorded_on, 'base', ${version}.base, 'suspensions', ${version}.suspensions)`;

const OLD = `
  select o.id, j.time_zone as "timeZone", t.plan_id as "planId",
    coalesce(t.number, parent.number) as "taskNumber", t.content as "taskContent",
    u.name as "unitName", a.role, d.rule, d.recorded_on::text as "recordedOn", d.base, d.suspensions,
    d.is_provisional as "isProvisional",
    (select ${factsOf('c')} from deadline_version c
     where c.obligation_id = o.id and c.version = (d.base->>'countedFrom')::int) as "countedFrom",
    n.answer_due_on::text as "answerDueOn", n.issued_at as "noticeAt"
  from obligation o
    left join lateral (
      select n.answer_due_on, n.issued_at from supervision_notice n
      where n.obligation_id = o.id and n.deadline_version >= o.ladder_since
      order by n.issued_at desc, n.id desc limit 1) n on true
    join deadline_version d on d.obligation_id = o.id and d.version = o.deadline_version
    join jurisdiction j on j.id = o.jurisdiction_id
    join task t on t.id = o.task_id
    left join task parent on parent.id = t.parent_id
    join assignment a on a.id = o.assignment_id
    join unit u on u.id = o.unit_id
  where o.id = any($1::uuid[]) order by o.id`;
