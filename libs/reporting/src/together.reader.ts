import { unitScope } from '@duban/directory';
import { sentencesOf } from '@duban/domain';
import type { Actor } from '@duban/history';
import { notFound } from '@duban/kernel';
import type { ContributionSnapshot, CoordinationSnapshot } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions, NOT_RESTRICTED, TASK_NAMED } from './conditions';
import { cursorKey, isInstant, isUuid, type Page, pageOf } from './page';

/** What the lists of contributions, disagreements and objections may be narrowed by. */
export interface TogetherFilter {
  planId?: string;
  taskId?: string;
  assignmentId?: string;
  state?: string;
  limit: number;
  cursor?: string;
}

interface Placed {
  planId: string;
  taskNumber: string | null;
  taskContent: string;
  unitName: string;
}

export interface ContributionRow
  extends Omit<ContributionSnapshot, 'dueAt' | 'askedAt' | 'submittedAt' | 'decidedAt'>, Placed {
  dueAt: Date;
  askedAt: Date;
  submittedAt: Date | null;
  decidedAt: Date | null;
  isOverdue: boolean;
}

export interface CoordinationRow extends Omit<CoordinationSnapshot, 'raisedAt' | 'settledAt'>, Placed {
  withUnitNames: string[];
  raisedAt: Date;
  settledAt: Date | null;
}

export interface ObjectionRow extends Placed {
  id: string;
  taskId: string;
  assignmentId: string;
  unitId: string;
  state: 'open' | 'settled' | 'withdrawn';
  reason: string;
  raisedAt: Date;
  answerDueOn: string;
  outcome: string | null;
  answer: string | null;
  settledAt: Date | null;
}

/** A sentence of a report with who wrote it, and what was made of it. */
export interface SentenceRow {
  position: number;
  text: string;
  unitId: string | null;
  unitName: string | null;
  personId: string;
  personName: string;
  contributionId: string | null;
  /** Which sentence of the contribution, counted from 1, of which handing-in. */
  sentence: number | null;
  submission: number | null;
  isEdited: boolean;
  /** What its author wrote, where the lead edited it. */
  original: string | null;
}

/** What units do together: contributions (供稿), disagreements (协调), objections (异议). The database shows each its own. */
@Injectable()
export class TogetherReader {
  /** For the lead and the co-unit alike; those of other co-units once they are accepted. */
  async contributions(
    tx: EntityManager,
    actor: Actor,
    now: Date,
    filter: TogetherFilter,
  ): Promise<Page<ContributionRow>> {
    const where = conditions(actor, filter);
    where.add('$? in (c.assignment_id, c.lead_assignment_id)', filter.assignmentId).add('c.state = $?', filter.state);
    const key = cursorKey(filter.cursor, [isInstant, isUuid]);
    if (key) where.add('(c.due_at, c.id) > ($?::timestamptz, $?::uuid)', ...key);
    const rows: ContributionRow[] = await tx.query(
      `select c.id, c.jurisdiction_id as "jurisdictionId", t.plan_id as "planId", c.task_id as "taskId",
         ${TASK_NAMED}, c.lead_assignment_id as "leadAssignmentId",
         c.assignment_id as "assignmentId", u.id as "unitId", u.name as "unitName",
         c.obligation_id as "obligationId", c.subject, c.question, c.due_on::text as "dueOn", c.due_at as "dueAt",
         c.state, c.state in ('asked', 'returned') and c.due_at <= ${where.parameter(now)} as "isOverdue",
         c.submission, c.sentences, c.figures, c.reason, c.asked_by as "askedBy", c.asked_at as "askedAt",
         c.submitted_by as "submittedBy", c.submitted_for as "submittedFor", c.submitted_at as "submittedAt",
         c.decided_by as "decidedBy", c.decided_at as "decidedAt", c.version
       from contribution c join assignment part on part.id = c.assignment_id
         ${placeOf('c', 'c', AWAITED_FROM)}
       where ${where} order by c.due_at, c.id limit ${where.parameter(filter.limit + 1)}`,
      where.parameters,
    );
    return pageOf(rows, filter.limit, (row) => [row.dueAt, row.id]);
  }

  async coordinations(tx: EntityManager, actor: Actor, filter: TogetherFilter): Promise<Page<CoordinationRow>> {
    const where = conditions(actor, filter).add('c.state = $?', filter.state);
    const key = cursorKey(filter.cursor, [isInstant, isUuid]);
    if (key) where.add('(c.raised_at, c.id) > ($?::timestamptz, $?::uuid)', ...key);
    const rows: CoordinationRow[] = await tx.query(
      `select c.id, c.jurisdiction_id as "jurisdictionId", t.plan_id as "planId", c.task_id as "taskId",
         ${TASK_NAMED}, c.assignment_id as "assignmentId", c.unit_id as "unitId",
         u.name as "unitName", c.with_unit_ids as "withUnitIds",
         array(select w.name from unit w where w.id = any(c.with_unit_ids) order by w.name) as "withUnitNames",
         c.about, c.reason, c.state, c.due_on::text as "dueOn", c.decision, c.raised_by as "raisedBy",
         c.raised_at as "raisedAt", c.settled_by as "settledBy", c.settled_at as "settledAt", c.version
       from coordination c ${placeOf('c')}
       where ${where} order by c.raised_at, c.id limit ${where.parameter(filter.limit + 1)}`,
      where.parameters,
    );
    return pageOf(rows, filter.limit, (row) => [row.raisedAt, row.id]);
  }

  async objections(tx: EntityManager, actor: Actor, filter: TogetherFilter): Promise<Page<ObjectionRow>> {
    const where = conditions(actor, filter).add(`${OBJECTION_STATE} = $?`, filter.state);
    where.add('c.assignment_id = $?', filter.assignmentId);
    const key = cursorKey(filter.cursor, [isInstant, isUuid]);
    if (key) where.add('(c.raised_at, c.id) > ($?::timestamptz, $?::uuid)', ...key);
    const rows: ObjectionRow[] = await tx.query(
      `select c.id, t.plan_id as "planId", a.task_id as "taskId", ${TASK_NAMED},
         c.assignment_id as "assignmentId", c.unit_id as "unitId", u.name as "unitName", ${OBJECTION_STATE} as state,
         c.reason, c.raised_at as "raisedAt", c.answer_due_on::text as "answerDueOn", c.outcome, c.answer,
         c.settled_at as "settledAt"
       from objection c join assignment a on a.id = c.assignment_id ${placeOf('c', 'a')}
       where ${where} order by c.raised_at, c.id limit ${where.parameter(filter.limit + 1)}`,
      where.parameters,
    );
    return pageOf(rows, filter.limit, (row) => [row.raisedAt, row.id]);
  }

  /**
   * Who wrote what of a report. One that was not composed is its author's, sentence by sentence.
   * @throws DomainError REPORT.UNKNOWN
   */
  async sentences(tx: EntityManager, actor: Actor, reportId: string): Promise<{ items: SentenceRow[] }> {
    unitScope(actor);
    const where = new Conditions().add(NOT_RESTRICTED).addMatter(actor).add('r.id = $?', reportId);
    const [report]: (Pick<SentenceRow, 'unitId' | 'unitName' | 'personId' | 'personName'> & { text: string })[] =
      await tx.query(
        `select r.text, r.person_id as "personId", p.display_name as "personName", post.unit_id as "unitId",
           u.name as "unitName"
         from report r join assignment a on a.id = r.assignment_id join task t on t.id = a.task_id
           join person p on p.id = r.person_id join post on post.id = r.post_id left join unit u on u.id = post.unit_id
         where ${where}`,
        where.parameters,
      );
    if (!report) throw notFound('REPORT.UNKNOWN', 'There is no such report, or it is not yours to read.', { reportId });
    const items: SentenceRow[] = await tx.query(
      `select s.position, s.text, s.unit_id as "unitId", u.name as "unitName", s.person_id as "personId",
         p.display_name as "personName", s.contribution_id as "contributionId", s.sentence, s.submission,
         s.original is not null as "isEdited", s.original
       from report_sentence s join person p on p.id = s.person_id left join unit u on u.id = s.unit_id
       where s.report_id = $1 order by s.position`,
      [reportId],
    );
    if (items.length > 0) return { items };
    const { text, ...author } = report;
    const own = { contributionId: null, sentence: null, submission: null, isEdited: false, original: null };
    return { items: sentencesOf(text).map((sentence, position) => ({ position, ...author, ...own, text: sentence })) };
  }
}

const OBJECTION_STATE = `case when c.outcome is null then 'open' when c.outcome = 'withdrawn' then 'withdrawn' else 'settled' end`;

function conditions(actor: Actor, filter: TogetherFilter): Conditions {
  // The rows are those of the unit by the database itself.
  unitScope(actor);
  const where = new Conditions().add(NOT_RESTRICTED).addMatter(actor).add('t.plan_id = $?', filter.planId);
  return where.add('t.id in (select id from task where id = $? or parent_id = $?)', filter.taskId, filter.taskId);
}

/** A part goes by its parent's number. */
const placeOf = (one: string, task = one, unit = `${one}.unit_id`): string => `join task t on t.id = ${task}.task_id
         left join task parent on parent.id = t.parent_id
         join unit u on u.id = ${unit}`;

/** What is still to be written is written by whoever has the part now; what was written, by who wrote it. */
const AWAITED_FROM = `case when c.state in ('asked', 'returned') then part.unit_id else c.unit_id end`;
