import {
  askedBy,
  climb,
  type ConditionFacts,
  conditionHolds,
  type FiredRung,
  type FollowUpRecipient,
  type Ladder,
  ladderTerm,
  levelBy,
  NO_PROGRESS,
  NOTICE_COLOURS,
  type NoticeColour,
  type PartProgress,
  type PassedRung,
  type Policy,
} from '@duban/domain';
import { type GovernmentPosts, UnitDirectory } from '@duban/directory';
import { columnsOf, postgresCode, Transactor } from '@duban/database';
import { type Change, HistoryService, systemActor } from '@duban/history';
import { type LocalDate, localDateOf, newId, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { NO_STEP, PartProgressReader, PolicyService } from '@duban/tasks';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { FollowUpPosts } from './follow-up-posts';
import { type IssuerPosts, issuerPosts } from './issuer-posts';
import { NoticeCloser } from './notice-closer';
import { NoticeDocuments } from './notice-documents/notice-documents';
import { noticeNumbers } from './notice-numbers';
import { NotificationWriter, type WantedNotification } from './notification.writer';
import { excerpt } from './obligation.terms';
import { RungEffects } from './rung-effects';
import { noticeSnapshot, SupervisionNotice } from './supervision-notice.entity';

/** How many obligations one transaction takes: few enough to be short, enough to be worth it. */
const BATCH = 500;

export interface SweepResult {
  /** Obligations whose next rung was due. */
  obligations: number;
  followUps: number;
  notices: number;
  /** Obligations that could not be handled; each was logged, and is tried again by the next sweep. */
  failed: number;
}

/** One due obligation with all that its follow-ups need, read in one statement. */
interface DueRow {
  id: string;
  jurisdictionId: string;
  timeZone: string;
  planId: string;
  /** The unit whose plan it is (二级分解); null for the government's. */
  issuerId: string | null;
  policyId: string;
  policyVersion: number;
  taskId: string;
  taskNumber: string | null;
  taskContent: string;
  level: string | null;
  leaders: string[];
  assignmentId: string;
  role: string;
  unitId: string;
  unitName: string;
  kind: string;
  subject: string | null;
  ladder: string;
  deadlineVersion: number;
  dueOn: LocalDate;
  effectiveOn: LocalDate;
  /** Working days by which its date moved because its clock stood (停钟). */
  stoppedDays: number;
  createdAt: Date;
  nextRung: string;
  nextRungAt: Date;
}

interface FollowUpRow {
  id: string;
  obligation_id: string;
  deadline_version: number;
  rung: string;
  kind: string;
  colour: NoticeColour | null;
  recipient_post_id: string;
  is_copy: boolean;
  planned_at: Date;
  collapsed: string[];
  notice_id: string | null;
}

interface Firing {
  /** Of the first recipient's follow-up, by which history names the firing. */
  id: string;
  row: DueRow;
  fired: FiredRung;
  recipients: FollowUpRecipient[];
  notice: SupervisionNotice | null;
}

/** A rung that was passed over, with what was known when it was. */
interface Passing {
  row: DueRow;
  passed: PassedRung;
  facts: ConditionFacts;
}

/**
 * The sweep (巡检): finds the obligations whose next rung is due, by the pointer on the row alone, and in one
 * transaction a batch writes the follow-ups, their notices, what is to be said, the history, and the pointer to the
 * rung after. Any number of sweeps may run at once, twice, or die half-way: a row is taken by one (`skip locked`), a
 * follow-up is unique by obligation, deadline version, rung and recipient, and what was not committed is still due.
 * What was computed by an older calendar waits until its dates are counted anew (`DeadlineRecount`).
 * `model: …` names a step of `model/sweep.pml`, where all of this is walked through.
 */
@Injectable()
export class SweepService {
  private readonly logger = new Logger(SweepService.name);

  constructor(
    private readonly transactor: Transactor,
    private readonly policies: PolicyService,
    private readonly directory: UnitDirectory,
    private readonly history: HistoryService,
    private readonly notices: NoticeCloser,
    private readonly documents: NoticeDocuments,
    private readonly notifications: NotificationWriter,
    private readonly progress: PartProgressReader,
    private readonly effects: RungEffects,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
  ) {}

  /** Handles everything that is due at `now`. One row that fails holds up no other. */
  async run(now: Date): Promise<SweepResult> {
    const total: SweepResult = { obligations: 0, followUps: 0, notices: 0, failed: 0 };
    const failed: string[] = [];
    for (let limit = BATCH; ;) {
      try {
        // model: commit
        const part = await this.transactor.run((tx) => this.batch(tx, now, limit, failed));
        total.obligations += part.obligations;
        total.followUps += part.followUps;
        total.notices += part.notices;
        if (part.obligations < limit) break;
      } catch (error) {
        // model: rollback
        // The batch was rolled back; again without the row that spoilt it, or one at a time to find which did.
        if (error instanceof RowError) {
          failed.push(error.obligationId);
          this.logger.error(`obligation ${error.obligationId} could not be followed up: ${String(error.cause)}`);
          limit = BATCH;
        } else if (limit > 1 && blamesData(error)) {
          limit = 1;
        } else {
          throw error;
        }
      }
    }
    return { ...total, failed: failed.length };
  }

  private async batch(
    tx: EntityManager,
    now: Date,
    limit: number,
    except: readonly string[],
  ): Promise<Omit<SweepResult, 'failed'>> {
    // model: claim
    const rows: DueRow[] = await tx.query(DUE, [now, limit, except, this.calendar.position]);
    try {
      return await this.handle(tx, now, rows);
    } catch (error) {
      if (rows.length === 1 && blamesData(error)) throw new RowError(rows[0]!.id, error);
      throw error;
    }
  }

  private async handle(tx: EntityManager, now: Date, rows: readonly DueRow[]): Promise<Omit<SweepResult, 'failed'>> {
    if (rows.length === 0) return { obligations: 0, followUps: 0, notices: 0 };
    const ladders = await this.laddersOf(tx, rows);
    const progress = await this.progressOf(tx, now, ladders);
    const reading = await readingOf(tx, ladders);
    const firings: Firing[] = [];
    const passings: Passing[] = [];
    const pointers: { id: string; next_rung: string | null; next_rung_at: Date | null; last_rung: string | null }[] =
      [];
    for (const { row, policy, ladder } of ladders) {
      await blaming(row, () => {
        const facts: ConditionFacts = {
          isLead: row.role === 'lead',
          level: levelBy(policy, row.level),
          ...(progress.get(row.assignmentId) ?? NO_PROGRESS),
          isRead: reading.get(row.id) ?? null,
        };
        const { fired, passed, last, next } = this.climb(ladder, row, now, facts);
        firings.push(...fired.map((one) => ({ id: newId(), row, fired: one, recipients: [], notice: null })));
        passings.push(...passed.map((one) => ({ row, passed: one, facts })));
        pointers.push({ id: row.id, next_rung: next?.rung ?? null, next_rung_at: next?.at ?? null, last_rung: last });
      });
    }
    await this.address(tx, now, firings);
    const actor = systemActor(`sweep-${now.toISOString()}`);
    await this.issueNotices(tx, now, firings);
    // model: write
    const written = await this.writeFollowUps(tx, now, firings);
    await this.documents.record(
      tx,
      now,
      firings.flatMap(({ notice }) => (notice ? [notice.id] : [])),
    );
    // model: move
    const moved = columnsOf(pointers, POINTER_COLUMNS, 2);
    await tx.query(
      `update obligation o set next_rung = r.next_rung, next_rung_at = r.next_rung_at,
         last_rung = coalesce(r.last_rung, o.last_rung), version = o.version + 1,
         calendar_position = least(o.calendar_position, $1)
       from ${moved.from} where o.id = r.id`,
      [this.calendar.position, ...moved.parameters],
    );
    await this.history.append(tx, actor, now, [...firings.flatMap(historyOf(now)), ...passings.map(passingOf(now))]);
    // model: say
    await this.notify(tx, now, firings, written);
    await this.effects.carryOut(
      tx,
      actor,
      now,
      firings.map(({ row, fired: { rung } }) => ({ obligationId: row.id, rung: rung.id, effects: rung.effects ?? [] })),
    );
    return {
      obligations: rows.length,
      followUps: written.length,
      notices: firings.filter((firing) => firing.notice).length,
    };
  }

  /** By which ladder of which rules each obligation goes. */
  private async laddersOf(
    tx: EntityManager,
    rows: readonly DueRow[],
  ): Promise<{ row: DueRow; policy: Policy; ladder: Ladder }[]> {
    const found: { row: DueRow; policy: Policy; ladder: Ladder }[] = [];
    for (const row of rows) {
      await blaming(row, async () => {
        const policy = await this.policies.version(tx, row.policyId, row.policyVersion);
        const ladder = policy.ladders[row.ladder];
        if (!ladder) throw new Error(`policy ${policy.id} ${policy.version} has no ladder ${row.ladder}`);
        if (!ladder.rungs.some((rung) => rung.id === row.nextRung)) {
          throw new Error(`ladder ${row.ladder} has no rung ${row.nextRung}`);
        }
        found.push({ row, policy, ladder });
      });
    }
    return found;
  }

  /** Of the parts whose ladders ask for it, by assignment: how far they are today. */
  private async progressOf(
    tx: EntityManager,
    now: Date,
    ladders: readonly { row: DueRow; ladder: Ladder }[],
  ): Promise<Map<string, PartProgress>> {
    const asking = ladders.filter(({ row, ladder }) => askedBy(ladder, row.nextRung).progress);
    const progress = new Map<string, PartProgress>();
    for (const timeZone of new Set(asking.map(({ row }) => row.timeZone))) {
      const parts = asking.filter(({ row }) => row.timeZone === timeZone).map(({ row }) => row.assignmentId);
      const known = await this.progress.of(tx, [...new Set(parts)], localDateOf(now, timeZone));
      for (const [assignmentId, one] of known) progress.set(assignmentId, one);
    }
    return progress;
  }

  private climb(ladder: Ladder, row: DueRow, now: Date, facts: ConditionFacts): ReturnType<typeof climb> {
    const { timeZone, createdAt, stoppedDays, effectiveOn, nextRung, nextRungAt } = row;
    const term = ladderTerm(localDateOf(createdAt, timeZone), stoppedDays, effectiveOn, this.calendar);
    const clock = { calendar: this.calendar, timeZone };
    const holds = ({ when }: Ladder['rungs'][number]): boolean => when === undefined || conditionHolds(when, facts);
    return climb(ladder, { rung: nextRung, at: nextRungAt }, term, now, clock, holds);
  }

  /** Finds whom each firing goes to. */
  private async address(tx: EntityManager, now: Date, firings: readonly Firing[]): Promise<void> {
    if (firings.length === 0) return;
    const government = await this.directory.governmentPosts(tx);
    const leaderPosts = new Map<string, string>();
    const posts = await FollowUpPosts.read(
      tx,
      this.directory,
      firings.map(({ row, fired: { rung } }) => ({ row, rung })),
      localDateOf(now, firings[0]!.row.timeZone),
    );
    for (const firing of firings) {
      const { row, fired } = firing;
      await blaming(row, async () => {
        const above = await this.postsAbove(tx, row, government, leaderPosts);
        firing.recipients = posts.recipientsOf(fired.rung, row, above);
      });
    }
  }

  /** Whose the posts above the unit are: the government's, or those of the unit whose plan it is (二级分解). */
  private async postsAbove(
    tx: EntityManager,
    row: DueRow,
    government: GovernmentPosts,
    known: Map<string, string>,
  ): Promise<IssuerPosts> {
    if (row.issuerId === null) {
      return { office: government.office, leader: await this.leaderPost(tx, row, government, known) };
    }
    return issuerPosts(tx, this.directory, row.issuerId, row.leaders);
  }

  /**
   * The leader in charge (分管领导) is the one named on the task, else the head of the supervision office.
   * @param known posts by the names of their holders, found earlier in the batch: a city has few leaders and many tasks
   */
  private async leaderPost(
    tx: EntityManager,
    { leaders }: DueRow,
    { office }: GovernmentPosts,
    known: Map<string, string>,
  ): Promise<string> {
    if (leaders.length === 0) return office;
    const names = leaders.join('\n');
    const post = known.get(names) ?? (await this.directory.leaderPostByName(tx, leaders)) ?? office;
    known.set(names, post);
    return post;
  }

  private async issueNotices(tx: EntityManager, now: Date, firings: Firing[]): Promise<void> {
    const due = firings.filter((firing) => firing.fired.rung.kind === 'notice');
    if (due.length === 0) return;
    const numbers = await noticeNumbers(
      tx,
      due.map(({ row, fired }) => ({
        jurisdictionId: row.jurisdictionId,
        colour: colourOf(fired)!,
        year: Number(localDateOf(now, row.timeZone).slice(0, 4)),
      })),
    );
    await this.notices.raiseOf(
      tx,
      systemActor(`sweep-${now.toISOString()}`),
      now,
      new Map(due.map(({ row }) => [row.id, { planId: row.planId, taskId: row.taskId }])),
    );
    due.forEach((firing, i) => {
      const { row, fired } = firing;
      firing.notice = Object.assign(new SupervisionNotice(), {
        id: newId(),
        jurisdictionId: row.jurisdictionId,
        number: numbers[i]!,
        obligationId: row.id,
        deadlineVersion: row.deadlineVersion,
        colour: colourOf(fired)!,
        state: 'issued',
        issuedAt: now,
        answerDueOn: fired.answerDueOn,
        answer: null,
        answeredAt: null,
        judgeBy: null,
        ...NO_STEP,
        inNextBulletin: fired.rung.kind === 'notice' && fired.rung.inNextBulletin === true,
        version: 1,
      });
    });
    await tx.getRepository(SupervisionNotice).insert(due.map((firing) => firing.notice!));
  }

  private async writeFollowUps(tx: EntityManager, now: Date, firings: readonly Firing[]): Promise<FollowUpRow[]> {
    const rows = firings.flatMap(({ id, row, fired, recipients, notice }) =>
      recipients.map(({ postId, isCopy }, i): FollowUpRow => ({
        id: i === 0 ? id : newId(),
        obligation_id: row.id,
        deadline_version: row.deadlineVersion,
        rung: fired.rung.id,
        kind: fired.rung.kind,
        colour: colourOf(fired),
        recipient_post_id: postId,
        is_copy: isCopy,
        planned_at: fired.plannedAt,
        collapsed: fired.collapsed,
        notice_id: notice?.id ?? null,
      })),
    );
    const { from, parameters } = columnsOf(rows, FOLLOW_UP_COLUMNS, 2);
    const written: { id: string }[] = await tx.query(
      `insert into follow_up (id, obligation_id, deadline_version, rung, kind, colour, recipient_post_id, is_copy,
         planned_at, collapsed, notice_id, fired_at)
       select r.id, r.obligation_id, r.deadline_version, r.rung, r.kind, r.colour, r.recipient_post_id, r.is_copy,
         r.planned_at, array(select jsonb_array_elements_text(r.collapsed)), r.notice_id, $1
       from ${from}
       on conflict on constraint uq_follow_up_rung_recipient do nothing
       returning id`,
      [now, ...parameters],
    );
    const ids = new Set(written.map((row) => row.id));
    return rows.filter((row) => ids.has(row.id));
  }

  private async notify(
    tx: EntityManager,
    now: Date,
    firings: readonly Firing[],
    written: readonly FollowUpRow[],
  ): Promise<void> {
    const byKey = new Map(firings.map((firing) => [`${firing.row.id} ${firing.fired.rung.id}`, firing]));
    const wanted = written.map((followUp): WantedNotification & { timeZone: string } => {
      const { row, fired, notice } = byKey.get(`${followUp.obligation_id} ${followUp.rung}`)!;
      return {
        timeZone: row.timeZone,
        jurisdictionId: row.jurisdictionId,
        postId: followUp.recipient_post_id,
        kind: 'follow_up',
        planId: row.planId,
        taskId: row.taskId,
        obligationId: row.id,
        followUpId: followUp.id,
        parameters: {
          followUpKind: followUp.kind,
          colour: followUp.colour,
          rung: followUp.rung,
          template: fired.rung.template ?? null,
          obligationKind: row.kind,
          subject: row.subject,
          dueOn: row.effectiveOn,
          unitName: row.unitName,
          taskNumber: row.taskNumber,
          taskContent: excerpt(row.taskContent),
          noticeNumber: notice?.number ?? null,
          answerDueOn: fired.answerDueOn,
          isCopy: followUp.is_copy,
          collapsed: followUp.collapsed,
        },
      };
    });
    for (const timeZone of new Set(wanted.map((one) => one.timeZone))) {
      const inZone = wanted.filter((one) => one.timeZone === timeZone);
      await this.notifications.write(tx, now, timeZone, inZone);
    }
  }
}

const POINTER_COLUMNS = { id: 'uuid', next_rung: 'text', next_rung_at: 'timestamptz', last_rung: 'text' } as const;

const FOLLOW_UP_COLUMNS = {
  id: 'uuid',
  obligation_id: 'uuid',
  deadline_version: 'int',
  rung: 'text',
  kind: 'text',
  colour: 'text',
  recipient_post_id: 'uuid',
  is_copy: 'boolean',
  planned_at: 'timestamptz',
  collapsed: 'jsonb',
  notice_id: 'uuid',
} as const;

/** Names the row that spoils a batch. */
class RowError extends Error {
  constructor(
    readonly obligationId: string,
    override readonly cause: unknown,
  ) {
    super(`obligation ${obligationId}: ${String(cause)}`);
  }
}

/** Names the row where its rules or posts are at fault; what the database says of its own state is no fault of the row's. */
async function blaming(row: DueRow, work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw postgresCode(error) === null ? new RowError(row.id, error) : error;
  }
}

/** Whether the database refused what was written: a data exception, an integrity constraint, a trigger's exception. */
const blamesData = (error: unknown): boolean => /^(22|23|P0)/.test(postgresCode(error) ?? '');

const DUE = `
  select o.id, o.jurisdiction_id as "jurisdictionId", j.time_zone as "timeZone", t.plan_id as "planId", p.unit_id as "issuerId",
    o.policy_id as "policyId", o.policy_version as "policyVersion", o.task_id as "taskId",
    coalesce(t.number, parent.number) as "taskNumber", t.content as "taskContent", t.level,
    case when t.leaders = '{}' then coalesce(parent.leaders, '{}') else t.leaders end as leaders,
    a.id as "assignmentId", a.role, o.unit_id as "unitId", u.name as "unitName", o.kind, o.subject, o.ladder,
    o.deadline_version as "deadlineVersion", o.due_on::text as "dueOn", o.effective_on::text as "effectiveOn",
    o.created_at as "createdAt", coalesce((d.base->>'stoppedDays')::int, 0) as "stoppedDays",
    o.next_rung as "nextRung", o.next_rung_at as "nextRungAt"
  from obligation o
    join jurisdiction j on j.id = o.jurisdiction_id
    join task t on t.id = o.task_id
    left join task parent on parent.id = t.parent_id
    join plan p on p.id = t.plan_id
    join assignment a on a.id = o.assignment_id
    left join deadline_version d on d.obligation_id = o.id and d.version = o.deadline_version
    join unit u on u.id = o.unit_id
  where o.next_rung_at <= $1 and not (o.id = any($3::uuid[])) and o.calendar_position >= $4
  order by o.next_rung_at, o.id
  limit $2
  for no key update of o skip locked`;

/** Of obligations whose ladders ask for it: whether somebody has read what was sent last of them. */
async function readingOf(
  tx: EntityManager,
  ladders: readonly { row: DueRow; ladder: Ladder }[],
): Promise<Map<string, boolean>> {
  const asking = ladders.filter(({ row, ladder }) => askedBy(ladder, row.nextRung).reading);
  if (asking.length === 0) return new Map();
  const rows: { id: string; isRead: boolean }[] = await tx.query(READING, [asking.map(({ row }) => row.id)]);
  return new Map(rows.map(({ id, isRead }) => [id, isRead]));
}

/** By those to whom it was sent, by whatever way; whoever signed for the part (签收) since has seen it. */
const READING = `
  select last.obligation_id as id,
    exists (select from follow_up f
      join notification n on n.follow_up_id = f.id
      join digest_item i on i.notification_id = n.id
      join delivery d on d.digest_id = i.digest_id and d.state = 'read'
      where f.obligation_id = last.obligation_id and f.fired_at = last.fired_at and f.rung = last.rung and not f.is_copy)
    or exists (select from obligation sign where sign.kind = 'sign_for' and sign.state = 'discharged'
      and sign.assignment_id = o.assignment_id and sign.settled_at >= last.fired_at) as "isRead"
  from (select distinct on (obligation_id) obligation_id, rung, fired_at from follow_up
      where obligation_id = any($1::uuid[]) order by obligation_id, fired_at desc, id desc) last
    join obligation o on o.id = last.obligation_id`;

const colourOf = ({ rung }: FiredRung): NoticeColour | null =>
  rung.kind === 'notice' && NOTICE_COLOURS.includes(rung.colour) ? rung.colour : null;

/** That a rung was not sent, and why: its condition, and what was known when it was asked. */
const passingOf =
  (now: Date) =>
  ({ row, passed: { rung, plannedAt }, facts }: Passing): Change => ({
    type: 'follow_up.passed',
    entity: 'follow_up',
    entityId: newId(),
    jurisdictionId: row.jurisdictionId,
    planId: row.planId,
    taskId: row.taskId,
    after: {
      obligationId: row.id,
      deadlineVersion: row.deadlineVersion,
      unitId: row.unitId,
      unitName: row.unitName,
      rung: rung.id,
      kind: rung.kind,
      plannedAt: plannedAt.toISOString(),
      passedAt: now.toISOString(),
      condition: rung.when,
      known: facts,
    },
  });

const historyOf =
  (now: Date) =>
  ({ id, row, fired, recipients, notice }: Firing): Change[] => {
    const place = { jurisdictionId: row.jurisdictionId, planId: row.planId, taskId: row.taskId };
    const followUp: Change = {
      type: 'follow_up.fired',
      entity: 'follow_up',
      entityId: id,
      ...place,
      after: {
        obligationId: row.id,
        deadlineVersion: row.deadlineVersion,
        unitId: row.unitId,
        unitName: row.unitName,
        rung: fired.rung.id,
        kind: fired.rung.kind,
        colour: colourOf(fired),
        plannedAt: fired.plannedAt.toISOString(),
        firedAt: now.toISOString(),
        collapsed: fired.collapsed,
        recipients,
        noticeNumber: notice?.number ?? null,
      },
    };
    if (!notice) return [followUp];
    const issued: Change = {
      type: 'supervision_notice.issued',
      entity: 'supervision_notice',
      entityId: notice.id,
      ...place,
      after: { ...noticeSnapshot(notice) },
    };
    return [followUp, issued];
  };
