import { Calendars } from '@duban/database';
import { unitScope } from '@duban/directory';
import { type DeadlineStory, type Stop, whyThisDate } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type LocalDate, notFound, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { asShown } from '@duban/supervision';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions, NOT_RESTRICTED, STANDS, TASK_NAMED } from './conditions';
import { IS_SUMMARY, isOverseen, OF_GOVERNMENT } from './second-level';
import { PRESENT, pastTables, type PastTables } from './past-tables';
import { cursorKey, isInstant, isUuid, type Page, pageOf } from './page';

/** What the lists of obligations, follow-ups and notices may be narrowed by. */
export interface SupervisionFilter {
  planId?: string;
  taskId?: string;
  unitId?: string;
  obligationId?: string;
  state?: string;
  kind?: string;
  colour?: string;
  rung?: string;
  dueBefore?: Date;
  from?: Date;
  to?: Date;
  /** As it was at this instant, of a plan or a task. */
  asOf?: Date | null;
  limit: number;
  cursor?: string;
}

export interface ObligationRow {
  id: string;
  planId: string;
  taskId: string;
  taskNumber: string | null;
  taskContent: string;
  assignmentId: string;
  unitId: string;
  unitName: string;
  kind: string;
  subject: string | null;
  state: string;
  dueOn: string;
  effectiveOn: string;
  dueAt: Date;
  isOverdue: boolean;
  nextRung: string | null;
  nextRungAt: Date | null;
  settledAt: Date | null;
  /** What was handed in for it and waits for the head of the unit (负责人审签); null for the past. */
  waitingReportId: string | null;
  /** Why this date: the rule, what it was counted from, by which calendar. */
  deadline: {
    version: number;
    rule: string;
    base: Record<string, unknown>;
    calendarVersion: string;
    isProvisional: boolean;
    /** The same as a sentence. */
    why: Why;
  };
}

type Why = ReturnType<typeof whyThisDate>;

/** One version of a deadline (期限): what the date was, and how it came about. */
export interface DeadlineVersionRow {
  version: number;
  /** The date as recorded. */
  dueOn: LocalDate;
  effectiveOn: LocalDate;
  dueAt: Date;
  rule: string;
  base: Record<string, unknown>;
  suspensions: Stop[];
  calendarVersion: string;
  isProvisional: boolean;
  /** Null where the supervision itself did, by the rules or by a paper. */
  decidedBy: { personId: string; name: string } | null;
  recordedAt: Date;
  why: Why;
}

/** What a version of a deadline is told from. */
type Told = Pick<
  DeadlineStory,
  'recordedOn' | 'effectiveOn' | 'base' | 'suspensions' | 'rule' | 'isProvisional' | 'subject' | 'grantedBy' | 'issuer'
> & { calendarVersion: string };

export interface FollowUpRow {
  id: string;
  planId: string;
  taskId: string;
  taskNumber: string | null;
  taskContent: string;
  obligationId: string;
  obligationKind: string;
  subject: string | null;
  dueOn: string;
  unitId: string;
  unitCode: string;
  unitName: string;
  rung: string;
  kind: string;
  colour: string | null;
  recipient: { postId: string; post: string; unitId: string | null; unitCode: string | null };
  isCopy: boolean;
  plannedAt: Date;
  firedAt: Date;
  /** Earlier rungs of the same obligation that this one stands for, after downtime. */
  collapsed: string[];
  noticeId: string | null;
}

export interface NoticeRow {
  id: string;
  number: string;
  colour: string;
  state: string;
  planId: string;
  taskId: string;
  taskNumber: string | null;
  taskContent: string;
  obligationId: string;
  obligationKind: string;
  subject: string | null;
  unitId: string;
  unitName: string;
  issuedAt: Date;
  /** The last day to answer, moved by the time for which the clock of the part stood since; and as it was issued with. */
  answerDueOn: LocalDate | null;
  answerFirstDueOn: LocalDate | null;
  answer: string | null;
  answeredAt: Date | null;
  inNextBulletin: boolean;
  /** Of an answer that waits: by when the office judges it. */
  judgeBy: string | null;
  version: number;
}

/** What is owed, who was chased for it, and by which notices. A unit sees what is its own. */
@Injectable()
export class SupervisionReader {
  constructor(
    private readonly calendars: Calendars,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  async obligations(
    tx: EntityManager,
    actor: Actor,
    now: Date,
    filter: SupervisionFilter,
  ): Promise<Page<ObligationRow>> {
    const where = await this.conditions(tx, actor, filter);
    const tables = filter.asOf ? pastTables(where, filter.asOf, filter) : PRESENT;
    where.add('o.state = $?', filter.state).add('o.kind = $?', filter.kind).add('o.due_at < $?', filter.dueBefore);
    const key = cursorKey(filter.cursor, [isInstant, isUuid]);
    if (key) where.add('(o.due_at, o.id) > ($?::timestamptz, $?::uuid)', ...key);
    const rows: (ObligationRow & { told: Told })[] = await tx.query(
      `select o.id, t.plan_id as "planId", o.task_id as "taskId", ${TASK_NAMED},
         o.assignment_id as "assignmentId", o.unit_id as "unitId", u.name as "unitName", o.kind, o.subject, o.state,
         o.due_on::text as "dueOn", o.effective_on::text as "effectiveOn", o.due_at as "dueAt",
         o.state = 'open' and o.due_at <= ${where.parameter(filter.asOf ?? now)} as "isOverdue", o.next_rung as "nextRung",
         o.next_rung_at as "nextRungAt", o.settled_at as "settledAt",
         ${filter.asOf ? 'null' : WAITING} as "waitingReportId",
         jsonb_build_object('version', d.version, 'rule', d.rule, 'base', d.base, 'calendarVersion', d.calendar_version,
           'isProvisional', d.is_provisional) as deadline, ${TOLD} as told
       from ${tables.obligation} o
         ${placeOf(tables)}
         join deadline_version d on d.obligation_id = o.id and d.version = o.deadline_version
       where ${where} order by o.due_at, o.id limit ${where.parameter(filter.limit + 1)}`,
      where.parameters,
    );
    const items: ObligationRow[] = [];
    for (const { told, ...row } of rows) {
      items.push({ ...row, deadline: { ...row.deadline, why: await this.why(tx, told) } });
    }
    return pageOf(items, filter.limit, (row) => [row.dueAt, row.id]);
  }

  /**
   * All that the deadline of an obligation ever was, the first first: for its unit, the leads of its task, and whoever's
   * plan it is of. @throws DomainError DEADLINE.UNKNOWN
   */
  async deadlines(tx: EntityManager, actor: Actor, id: string): Promise<DeadlineVersionRow[]> {
    const where = new Conditions().add(NOT_RESTRICTED).add('o.id = $?', id).addMatter(actor);
    const unitId = unitScope(actor);
    if (unitId !== null) {
      where.add(
        `(o.unit_id = $? or t.plan_id in (select id from plan where unit_id = $?) or exists (select from assignment l
          where l.task_id = o.task_id and l.role = 'lead' and l.state <> 'cancelled' and l.unit_id = $?))`,
        unitId,
        unitId,
        unitId,
      );
    }
    const rows: (DeadlineVersionRow & { told: Told })[] = await tx.query(
      `select d.version, d.recorded_on::text as "dueOn", d.effective_on::text as "effectiveOn", d.due_at as "dueAt",
         d.rule, d.base, d.suspensions, d.calendar_version as "calendarVersion", d.is_provisional as "isProvisional",
         case when p.id is not null then jsonb_build_object('personId', p.id, 'name', p.display_name) end as "decidedBy",
         d.recorded_at as "recordedAt", ${TOLD} as told
       from deadline_version d join obligation o on o.id = d.obligation_id
         ${placeOf(PRESENT)}
         left join person p on p.id = d.decided_by
       where ${where} order by d.version`,
      where.parameters,
    );
    if (rows.length === 0) throw notFound('DEADLINE.UNKNOWN', 'There is no such obligation.', { field: 'id' });
    const versions: DeadlineVersionRow[] = [];
    for (const { told, ...row } of rows) versions.push({ ...row, why: await this.why(tx, told) });
    return versions;
  }

  /** By the calendar of then: what a later one says of the days is no reason of the date. */
  private async why(tx: EntityManager, { calendarVersion, ...told }: Told): Promise<Why> {
    return whyThisDate({ ...told, calendar: await this.calendars.named(tx, calendarVersion) });
  }

  async followUps(tx: EntityManager, actor: Actor, filter: SupervisionFilter): Promise<Page<FollowUpRow>> {
    const where = await this.conditions(tx, actor, filter);
    where.add('f.kind = $?', filter.kind).add('f.colour = $?', filter.colour).add('f.rung = $?', filter.rung);
    where.add('f.fired_at >= $?', filter.from).add('f.fired_at < $?', filter.to);
    const key = cursorKey(filter.cursor, [isInstant, isUuid]);
    if (key) where.add('(f.fired_at, f.id) > ($?::timestamptz, $?::uuid)', ...key);
    const rows: FollowUpRow[] = await tx.query(
      `select f.id, t.plan_id as "planId", o.task_id as "taskId", ${TASK_NAMED},
         f.obligation_id as "obligationId", o.kind as "obligationKind", o.subject, o.effective_on::text as "dueOn",
         o.unit_id as "unitId", u.code as "unitCode", u.name as "unitName", f.rung, f.kind, f.colour,
         jsonb_build_object('postId', p.id, 'post', p.kind, 'unitId', p.unit_id, 'unitCode', pu.code) as recipient,
         f.is_copy as "isCopy", f.planned_at as "plannedAt", f.fired_at as "firedAt", f.collapsed,
         f.notice_id as "noticeId"
       from follow_up f
         join obligation o on o.id = f.obligation_id
         ${placeOf(PRESENT)}
         join post p on p.id = f.recipient_post_id
         left join unit pu on pu.id = p.unit_id
       where ${where} order by f.fired_at, f.id limit ${where.parameter(filter.limit + 1)}`,
      where.parameters,
    );
    return pageOf(rows, filter.limit, (row) => [row.firedAt, row.id]);
  }

  async notices(tx: EntityManager, actor: Actor, now: Date, filter: SupervisionFilter): Promise<Page<NoticeRow>> {
    const where = await this.conditions(tx, actor, filter);
    const tables = filter.asOf ? pastTables(where, filter.asOf, filter) : PRESENT;
    if (filter.state === 'standing') where.add(STANDS);
    else where.add('n.state = $?', filter.state);
    where.add('n.colour = $?', filter.colour);
    const key = cursorKey(filter.cursor, [isInstant, isUuid]);
    if (key) where.add('(n.issued_at, n.id) > ($?::timestamptz, $?::uuid)', ...key);
    const rows: Omit<NoticeRow, 'answerFirstDueOn'>[] = await tx.query(
      `select n.id, n.number, n.colour, n.state, t.plan_id as "planId", o.task_id as "taskId",
         ${TASK_NAMED}, n.obligation_id as "obligationId",
         o.kind as "obligationKind", o.subject, o.unit_id as "unitId", u.name as "unitName", n.issued_at as "issuedAt",
         n.answer_due_on::text as "answerDueOn",
         case when ${IS_SUMMARY} then null else n.answer end as answer, n.answered_at as "answeredAt",
         n.in_next_bulletin as "inNextBulletin", n.judge_by::text as "judgeBy", n.version
       from ${tables.notice} n
         join ${tables.obligation} o on o.id = n.obligation_id
         ${placeOf(tables)}
       where ${where} order by n.issued_at, n.id limit ${where.parameter(filter.limit + 1)}`,
      where.parameters,
    );
    const page = pageOf(rows, filter.limit, (row) => [row.issuedAt, row.id]);
    return { ...page, items: await asShown(tx, page.items, filter.asOf ?? now, this.calendar) };
  }

  private async conditions(tx: EntityManager, actor: Actor, filter: SupervisionFilter): Promise<Conditions> {
    const where = new Conditions().add(NOT_RESTRICTED);
    const unitId = unitScope(actor);
    const isWhole = unitId === null || (await isOverseen(tx, unitId, filter));
    if (!isWhole) where.add('o.unit_id = $?', unitId);
    else if (!filter.planId && !filter.taskId && !filter.obligationId && !filter.unitId) where.add(OF_GOVERNMENT);
    where.add('o.unit_id = $?', filter.unitId).add('o.id = $?', filter.obligationId);
    where.addMatter(actor).add('t.plan_id = $?', filter.planId);
    where.add('o.task_id in (select id from task where id = $? or parent_id = $?)', filter.taskId, filter.taskId);
    return where;
  }
}

/** A completion names no obligation: it is that of its part. */
const WAITING = `case when not ${IS_SUMMARY} then (select c.report_id from report_confirmation c join report r on r.id = c.report_id
           where c.assignment_id = o.assignment_id and c.state = 'submitted' and o.state = 'open'
             and (r.obligation_id = o.id or r.kind = 'completion' and o.kind in ('completion', 'rectification'))
           order by r.reported_at desc limit 1) end`;

/** Of a version of a deadline, all that it is told from; \`setByUnit\` granted it where it is an extension. */
const TOLD = `jsonb_build_object('recordedOn', d.recorded_on, 'effectiveOn', d.effective_on, 'base', d.base,
           'suspensions', d.suspensions, 'rule', d.rule, 'isProvisional', d.is_provisional, 'subject', o.subject,
           'calendarVersion', d.calendar_version,
           'grantedBy', (select g.name from unit g where g.id = (d.base->>'setByUnit')::uuid),
           'issuer', (select i.name from plan ip join unit i on i.id = ip.unit_id where ip.id = t.plan_id))`;

/** Where an obligation stands: its task (a part goes by its parent's number) and its unit. */
const placeOf = ({ task }: PastTables): string => `join ${task} t on t.id = o.task_id
         left join ${task} parent on parent.id = t.parent_id
         join unit u on u.id = o.unit_id`;
