import { isAnothers } from '@duban/database';
import { assertInMatter, unitScope } from '@duban/directory';
import {
  type Actor,
  type EventWords,
  type HistoryEvent,
  HistoryService,
  type UnitSight,
  wordsOf,
} from '@duban/history';
import { forbidden, invalid, notFound, type WorkingCalendar } from '@duban/kernel';
import { CALENDAR } from '@duban/platform';
import { asShown, type NoticeSnapshot, type ObligationSnapshot, type Shown } from '@duban/supervision';
import {
  type AssignmentSnapshot,
  type Evidence,
  type MatterSnapshot,
  ObjectionDays,
  type TaskSnapshot,
} from '@duban/tasks';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GRAVEST_FIRST, type Light, type Landmarks, type TaskFilter, type TaskRow } from './board';
import { type BoardFile, boardFile } from './board-file';
import { BreakdownReader, type PartRollUp } from './breakdown.reader';
import { Conditions, NOT_RESTRICTED } from './conditions';
import { presentMatter } from './matter.reader';
import { IS_SUMMARY, isOverseen, OF_GOVERNMENT } from './second-level';
import { cursorKey, cursorOf, isCount, isDay, isUuid, type Page, pageOf } from './page';
import { boardAt, escapeLike, lightOf } from './past-board';
import { MEASUREMENTS } from './measurements';
import { keptLights } from './light.reader';
import { type FigureView, periodsOf, type PeriodView } from './periods';
import { type InstructedUnit, instructionsAt, instructionsOfTasks, type InstructionView } from './instruction.reader';
import { satisfactionOfTasks, type SatisfactionView } from './satisfaction.reader';
import { verificationsOfTasks, type VerificationView } from './verification.reader';
import { presentTasks, type TaskView, treeOf } from './plan.reader';
import { lightOfTask } from './task-light';

export interface ReportView {
  id: string;
  assignmentId: string;
  obligationId: string | null;
  kind: string;
  text: string;
  evidence: Evidence[];
  shortfallReason: string | null;
  goAheadReason: string | null;
  reportedAt: string;
  measurements: FigureView[];
}

/** The same task in the plan of another year. */
export interface CarriedTask {
  taskId: string;
  planId: string;
  planTitle: string;
  year: number | null;
}

/** A task with all that belongs to it and to its parts. */
export interface TaskDetail extends TaskView {
  asOf: string | null;
  /** 亮灯, as the board has it. */
  light: Light | null;
  /** What is known of it where it was registered (事项登记), or is a part of such a one. */
  matter: MatterSnapshot | null;
  /** The task of an earlier year that it carries on, and those that carry it on (结转). */
  carriedFrom: CarriedTask | null;
  carriedTo: CarriedTask[];
  obligations: ObligationSnapshot[];
  notices: Shown<NoticeSnapshot>[];
  reports: ReportView[];
  /** Of the periodic reports, each with its light (亮灯). */
  periods: PeriodView[];
  /** Of parts that are not signed for yet: until when their units may object (异议), by the rules of now. */
  objectionDays: { assignmentId: string; lastOn: string }[];
  /** How the second level (二级分解) under its parts stands; of the present alone. */
  breakdowns: PartRollUp[];
  verifications: VerificationView[];
  instructions: InstructionView[];
  satisfaction: SatisfactionView[];
}

type FoundTask = Omit<TaskDetail, 'notices' | 'light' | 'periods' | 'carriedFrom' | 'carriedTo'> & {
  notices: NoticeSnapshot[];
};

/** A spreadsheet of more is nothing that anybody reads. */
const MOST_ROWS_OF_FILE = 10_000;
const ROWS_OF_FILE_AT_ONCE = 1000;

/** Tasks (责任事项) on the board, one by one, and at any past instant. */
@Injectable()
export class TaskReader {
  constructor(
    private readonly history: HistoryService,
    private readonly breakdowns: BreakdownReader,
    @Inject(CALENDAR) private readonly calendar: WorkingCalendar,
    private readonly objectionDays: ObjectionDays,
  ) {}

  async list(tx: EntityManager, actor: Actor, now: Date, filter: TaskFilter): Promise<Page<TaskRow>> {
    if (filter.asOf) return boardAt(tx, actor, filter.asOf, filter);
    const { where, nowParameter } = await presentBoard(tx, actor, now, filter);
    const { order, after, keyOf } = SORTS[filter.sort];
    const key = cursorKey(filter.cursor, filter.sort === 'position' ? [isUuid, isCount] : [isDay, isUuid]);
    if (key) where.add(after, ...key);
    const rows: TaskRow[] = await tx.query(
      `select t.id, t.plan_id as "planId", (select p.source from plan p where p.id = t.plan_id) as source,
         (select p.matter_kind from plan p where p.id = t.plan_id) as "matterKind", t.parent_id as "parentId", t.number, t.position, t.path, t.content, t.state,
         t.is_lead_inferred as "leadInferred", t.due_on::text as "dueOn", t.version,
         o.next_due_at as "nextDueAt", coalesce(o.overdue, 0)::int as overdue, n.colour as notice,
         ${LIGHT} as light,
         array(select u.name from assignment a join unit u on u.id = a.unit_id
               where a.task_id = t.id and a.role = 'lead' and ${counts} order by a.id) as leads,
         (select count(distinct a.unit_id)::int from assignment a where a.task_id = t.id and ${counts}) as units
       from task t
         ${whatIsOwed(nowParameter)}
       where ${where} order by ${order} limit ${where.parameter(filter.limit + 1)}`,
      where.parameters,
    );
    const page = pageOf(rows, filter.limit, keyOf);
    const rollUps = await this.breakdowns.rollUpsOfTasks(
      tx,
      now,
      page.items.map(({ id }) => id),
    );
    return { ...page, items: page.items.map((row) => ({ ...row, breakdown: rollUps.get(row.id) ?? null })) };
  }

  /**
   * How many tasks the board has, and whence one can read on in the midst of it: a list that is scrolled need not be read
   * from its beginning.
   */
  async landmarks(tx: EntityManager, actor: Actor, now: Date, filter: Omit<TaskFilter, 'limit'>): Promise<Landmarks> {
    const { where, nowParameter } = await presentBoard(tx, actor, now, filter);
    const { order, keys, label } = SORTS[filter.sort];
    const owed = filter.light === undefined ? '' : whatIsOwed(nowParameter);
    // In one passing over all rows, of which the few alone get their keys written out.
    const rows: { n: number; isLast: boolean; key: unknown[]; label: string | null }[] = await tx.query(
      `select t.n, t.is_last as "isLast", jsonb_build_array(${keys}) as key, ${label} as label
       from (select t.id, t.plan_id, t.position, t.number, t.due_on, row_number() over board::int as n,
               lead(t.id) over board is null as is_last
             from task t ${owed} where ${where} and ${nowParameter}::timestamptz is not null
             window board as (order by ${order})) t
       where t.n % ${ROWS_BETWEEN} = 0 or t.is_last order by t.n`,
      where.parameters,
    );
    const total = rows.at(-1)?.n ?? 0;
    const every = ROWS_BETWEEN * Math.max(1, Math.ceil(total / (ROWS_BETWEEN * MOST_LANDMARKS)));
    return {
      total,
      every,
      items: rows
        .filter(({ n, isLast }) => n % every === 0 && !isLast)
        .map(({ n, key, label: called }) => ({ position: n, label: called, cursor: cursorOf(key) })),
    };
  }

  /** All of the board at once, as a file. @throws DomainError invalid TASK.TOO_MANY_FOR_FILE */
  async file(
    tx: EntityManager,
    actor: Actor,
    now: Date,
    filter: Omit<TaskFilter, 'limit' | 'cursor'>,
    as: BoardFile,
  ): Promise<Buffer> {
    const rows: TaskRow[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await this.list(tx, actor, now, { ...filter, limit: ROWS_OF_FILE_AT_ONCE, cursor });
      rows.push(...page.items);
      if (page.next === null) return boardFile(rows, as);
      if (rows.length >= MOST_ROWS_OF_FILE) {
        const most = MOST_ROWS_OF_FILE;
        throw invalid('TASK.TOO_MANY_FOR_FILE', `These are more than ${most} tasks. Narrow the board first.`, { most });
      }
      cursor = page.next;
    }
  }

  /** @throws DomainError TASK.UNKNOWN, TASK.NOT_YOURS, DELEGATION.OUT_OF_MATTER */
  async get(tx: EntityManager, actor: Actor, now: Date, id: string, asOf: Date | null): Promise<TaskDetail> {
    const sight = await this.sightOf(tx, actor, id);
    const detail = asOf ? await this.at(tx, id, asOf) : await this.now(tx, now, id);
    const seen = sight ? asSeen(detail, sight) : detail;
    const targets = new Map([seen, ...seen.subtasks].map((task) => [task.id, task.targets]));
    const periods = periodsOf(targets, seen.obligations, seen.reports, asOf ?? now);
    const kept = await keptLights(
      tx,
      periods.map(({ obligationId }) => obligationId),
      asOf ?? now,
    );
    const lit = periods.map((one) =>
      kept.has(one.obligationId) ? { ...one, light: kept.get(one.obligationId)! } : one,
    );
    const at = asOf ?? now;
    const notices = await asShown(tx, seen.notices, at, this.calendar);
    return { ...seen, notices, light: lightOfTask(seen, at), periods: lit, ...(await carriedOf(tx, id, asOf)) };
  }

  async historyOf(
    tx: EntityManager,
    actor: Actor,
    id: string,
    limit: number,
    cursor?: string,
  ): Promise<Page<HistoryEvent & { words: EventWords }>> {
    const sight = await this.sightOf(tx, actor, id);
    const after = cursorKey(cursor, [(part) => typeof part === 'string' && /^\d{1,18}$/.test(part)]);
    const events = await this.history.ofTask(tx, id, after ? (after[0] as string) : '0', limit + 1, sight);
    const page = pageOf(events, limit, (event) => [event.seq]);
    return { ...page, items: page.items.map((event) => ({ ...event, words: wordsOf(event) })) };
  }

  /**
   * Null for those who see all. What was taken out of a draft is there in its history, and for no unit.
   * @throws DomainError TASK.UNKNOWN, TASK.NOT_YOURS, DELEGATION.OUT_OF_MATTER
   */
  private async sightOf(tx: EntityManager, actor: Actor, id: string): Promise<UnitSight | null> {
    const unitId = unitScope(actor);
    const [known]: { isHidden: boolean; isTask: boolean; wasTask: boolean }[] = await tx.query(
      `select $1 = any(hidden_tasks()) as "isHidden", exists (select from task where id = $1) as "isTask",
         exists (select from history_event where task_id = $1) as "wasTask"`,
      [id],
    );
    if (known?.isHidden) throw notFound('TASK.UNKNOWN', 'There is no such task.', { taskId: id });
    if (!known?.isTask && unitId !== null && (await isAnothers(tx, 'task', id))) throw notYours(id);
    if (!known?.isTask && (unitId !== null || !known?.wasTask)) {
      throw notFound('TASK.UNKNOWN', 'There is no such task.', { taskId: id });
    }
    await assertOfMatter(tx, actor, id);
    if (unitId === null || (await isOverseen(tx, unitId, { taskId: id }))) return null;
    const [own]: Omit<UnitSight, 'unitId'>[] = await tx.query(
      `select coalesce(array_agg(distinct a.task_id), '{}') as "taskIds",
         coalesce(array_agg(distinct a.task_id) filter (where a.role = 'lead'), '{}') as "ledTaskIds",
         coalesce(array_agg(distinct a.id), '{}') as "assignmentIds",
         coalesce(array_agg(distinct o.id) filter (where o.id is not null), '{}') as "obligationIds"
       from assignment a join task t on t.id = a.task_id left join obligation o on o.assignment_id = a.id
       where a.unit_id = $2 and (t.id = $1 or t.parent_id = $1)`,
      [id, unitId],
    );
    if (!own || own.taskIds.length === 0) throw notYours(id);
    return { unitId, ...own };
  }

  private async now(tx: EntityManager, now: Date, id: string): Promise<FoundTask> {
    const [task] = await presentTasks(tx, { taskId: id });
    if (!task) {
      throw notFound(
        'TASK.UNKNOWN',
        'The task was taken out of its draft: ask for its history, or for a past instant.',
        {
          taskId: id,
        },
      );
    }
    const taskIds = [id, ...task.subtasks.map((part) => part.id)];
    const obligations: ObligationSnapshot[] = await tx.query(
      `select id, task_id as "taskId", assignment_id as "assignmentId", unit_id as "unitId", kind, subject, state,
         policy_id as "policyId", policy_version as "policyVersion", ladder, deadline_version as "deadlineVersion", due_on::text as "dueOn", effective_on::text as "effectiveOn",
         due_at as "dueAt", settled_at as "settledAt"
       from obligation where task_id = any($1) order by due_at, id`,
      [taskIds],
    );
    const notices: NoticeSnapshot[] = await tx.query(
      `select n.id, n.number, n.obligation_id as "obligationId", n.deadline_version as "deadlineVersion", n.colour,
         n.state, n.issued_at as "issuedAt", n.answer_due_on::text as "answerDueOn",
         case when ${IS_SUMMARY} then null else n.answer end as answer,
         n.answered_at as "answeredAt", n.in_next_bulletin as "inNextBulletin", n.version
       from supervision_notice n join obligation o on o.id = n.obligation_id join task t on t.id = o.task_id
       where o.task_id = any($1) order by n.issued_at, n.id`,
      [taskIds],
    );
    const reports: ReportView[] = await tx.query(
      `select r.id, r.assignment_id as "assignmentId", r.obligation_id as "obligationId", r.kind, r.text, r.evidence,
         r.difficulties, r.next_steps as "nextSteps", r.shortfall_reason as "shortfallReason",
         r.go_ahead_reason as "goAheadReason", r.person_id as "personId", r.for_person_id as "forPersonId", r.post_id as "postId",
         r.period, r.behind_reason as "behindReason", r.corrects_id as "correctsId",
         r.correction_reason as "correctionReason", c.state, r.reported_at as "reportedAt",
         ${MEASUREMENTS} as measurements
       from report r join assignment a on a.id = r.assignment_id left join report_confirmation c on c.report_id = r.id
       where a.task_id = any($1) order by r.reported_at, r.id`,
      [taskIds],
    );
    const matter = await presentMatter(tx, task.parentId ?? id);
    const parts = [task, ...task.subtasks].flatMap(({ assignments }) => assignments);
    const rollUps = await this.breakdowns.rollUps(
      tx,
      now,
      parts.map((part) => part.id),
    );
    return {
      ...task,
      asOf: null,
      matter,
      obligations,
      notices,
      reports,
      verifications: await verificationsOfTasks(tx, taskIds),
      instructions: await instructionsOfTasks(tx, taskIds),
      satisfaction: await satisfactionOfTasks(tx, taskIds),
      breakdowns: [...rollUps.values()],
      objectionDays: await this.daysToObject(tx, parts),
    };
  }

  /** Of the parts that are not signed for. */
  private async daysToObject(
    tx: EntityManager,
    parts: readonly Pick<AssignmentSnapshot, 'id' | 'state'>[],
  ): Promise<TaskDetail['objectionDays']> {
    const unsigned = parts.filter(({ state }) => state === 'assigned').map(({ id }) => id);
    const days = unsigned.length === 0 ? new Map<string, string>() : await this.objectionDays.of(tx, unsigned);
    return unsigned.flatMap((assignmentId) => {
      const lastOn = days.get(assignmentId);
      return lastOn === undefined ? [] : [{ assignmentId, lastOn }];
    });
  }

  private async at(tx: EntityManager, id: string, asOf: Date): Promise<FoundTask> {
    const scope = { taskIds: await this.history.idsOfTask(tx, id) };
    const tasks = await this.history.statesAt<TaskSnapshot>(tx, scope, 'task', asOf);
    if (!tasks.some((task) => task.id === id)) {
      throw notFound('TASK.UNKNOWN', `There was no such task at ${asOf.toISOString()}.`, { taskId: id });
    }
    const assignments = await this.history.statesAt<AssignmentSnapshot>(tx, scope, 'assignment', asOf);
    const obligations = await this.history.statesAt<ObligationSnapshot>(tx, scope, 'obligation', asOf);
    const notices = await this.history.statesAt<NoticeSnapshot>(tx, scope, 'supervision_notice', asOf);
    const reports = await this.history.statesAt<ReportView>(tx, scope, 'report', asOf);
    const verifications = await this.history.statesAt<VerificationView>(tx, scope, 'verification', asOf);
    const instructed = await this.history.statesAt<InstructedUnit>(tx, scope, 'instruction_unit', asOf);
    const satisfaction = await this.history.statesAt<SatisfactionView>(tx, scope, 'satisfaction', asOf);
    const [task] = treeOf(tasks, assignments);
    const registered = { taskIds: [task!.parentId ?? id] };
    const [matter] = await this.history.statesAt<MatterSnapshot>(tx, registered, 'matter', asOf);
    return {
      ...task!,
      asOf: asOf.toISOString(),
      matter: matter ?? null,
      obligations: obligations.sort(by((o) => [o.dueAt, o.id])),
      notices: notices.sort(by((n) => [n.issuedAt, n.id])),
      reports: reports.sort(by((r) => [r.reportedAt, r.id])),
      breakdowns: [],
      objectionDays: await this.daysToObject(
        tx,
        [task!, ...task!.subtasks].flatMap((one) => one.assignments),
      ),
      verifications: verifications.sort(by((v) => [v.recordedAt, v.id])),
      instructions: instructionsAt(instructed),
      satisfaction: satisfaction.sort(by((one) => [one.recordedAt, one.id])),
    };
  }
}

/** As far as the actor sees the other one. */
async function carriedOf(
  tx: EntityManager,
  id: string,
  asOf: Date | null,
): Promise<Pick<TaskDetail, 'carriedFrom' | 'carriedTo'>> {
  const rows: (CarriedTask & { isFrom: boolean })[] = await tx.query(
    `select other.id as "taskId", other.plan_id as "planId", p.title as "planTitle", p.year,
       other.carried_from_task_id is distinct from $1 as "isFrom"
     from task other join plan p on p.id = other.plan_id
     where (other.carried_from_task_id = $1 or other.id = (select carried_from_task_id from task where id = $1))
       and other.created_at <= coalesce($2, other.created_at)
     order by other.created_at, other.id`,
    [id, asOf],
  );
  const those = (wanted: boolean): CarriedTask[] =>
    rows.flatMap(({ isFrom, ...other }) => (isFrom === wanted ? [other] : []));
  return { carriedFrom: those(true)[0] ?? null, carriedTo: those(false) };
}

/** What was taken out of a draft is there in history alone, with its plan. */
async function assertOfMatter(tx: EntityManager, actor: Actor, taskId: string): Promise<void> {
  if (!actor.delegation?.matter) return;
  const [place]: { planId: string; parentId: string | null }[] = await tx.query(
    `select coalesce(t.plan_id, h.plan_id) as "planId", t.parent_id as "parentId"
     from (select plan_id from history_event where task_id = $1 limit 1) h full join (select * from task where id = $1) t on true`,
    [taskId],
  );
  assertInMatter(actor, { planId: place?.planId ?? null, taskId, parentId: place?.parentId ?? null });
}
const notYours = (taskId: string): Error =>
  forbidden('TASK.NOT_YOURS', 'Your unit has no part in this task.', { taskId });

/** The lead sees how the other units stand; those see who is in it, and of what was owed and said their own. */
function asSeen(detail: FoundTask, { taskIds, ledTaskIds, assignmentIds, obligationIds }: UnitSight): FoundTask {
  const led = new Set(ledTaskIds);
  const ledAssignments = new Set(
    [detail, ...detail.subtasks]
      .filter((task) => led.has(task.id))
      .flatMap((task) => task.assignments.map((a) => a.id)),
  );
  const obligations = detail.obligations.filter((o) => led.has(o.taskId) || obligationIds.includes(o.id));
  const seen = new Set(obligations.map((o) => o.id));
  const isOfMine = ({ assignmentId }: { assignmentId: string }): boolean =>
    ledAssignments.has(assignmentId) || assignmentIds.includes(assignmentId);
  return {
    ...detail,
    subtasks: detail.subtasks.filter((part) => taskIds.includes(part.id)),
    obligations,
    notices: detail.notices.filter((notice) => seen.has(notice.obligationId)),
    reports: detail.reports.filter(isOfMine),
    verifications: detail.verifications.filter(isOfMine),
    objectionDays: detail.objectionDays.filter(isOfMine),
    instructions: detail.instructions
      .map((one) => ({ ...one, units: one.units.filter(isOfMine) }))
      .filter(({ units }) => units.length > 0),
    satisfaction: detail.satisfaction.filter(({ taskId }) => led.has(taskId)),
  };
}

const by =
  <T>(keyOf: (row: T) => readonly string[]) =>
  (a: T, b: T): number =>
    keyOf(a).join(' ') < keyOf(b).join(' ') ? -1 : 1;

/** The unit has a part in the task, or in a part of it: found from the unit's side, which is the smaller. */
const HAS_PART = `t.id in (select own.id from assignment a join task part on part.id = a.task_id
  cross join lateral (values (part.id), (part.parent_id)) own(id) where a.unit_id = $?)`;

/** A part that was cancelled says nothing of who does a task, unless all of it was. */
const counts = `(a.state <> 'cancelled' or t.state = 'cancelled')`;

const LIGHT = lightOf('t.state');

/** Says nothing that the light does not, but finds the few from their notices, where the light is asked of each task. */
const HAS_GRAVE_NOTICE = `t.id in (select ob.task_id from supervision_notice n join obligation ob on ob.id = n.obligation_id
  where n.colour in ('orange', 'red') and n.state in ('issued', 'acknowledged', 'answered'))`;

/** What the board of the present is asked for, as far as the actor may see it. */
async function presentBoard(
  tx: EntityManager,
  actor: Actor,
  now: Date,
  filter: Omit<TaskFilter, 'limit'>,
): Promise<{ where: Conditions; nowParameter: string }> {
  const unitId = unitScope(actor);
  const where = new Conditions();
  const nowParameter = where.parameter(now);
  where.add(NOT_RESTRICTED);
  const isWhole = unitId === null || (await isOverseen(tx, unitId, filter));
  if (isWhole && filter.planId === undefined) where.add(OF_GOVERNMENT);
  for (const id of [isWhole ? undefined : unitId, filter.unitId]) where.add(HAS_PART, id);
  where.addMatter(actor);
  where.add('t.plan_id in (select id from plan where matter_kind = $?)', filter.matterKind);
  where.add('t.plan_id = $?', filter.planId).add('t.state = $?', filter.state).add('$? = any(t.path)', filter.section);
  where.add(`t.id in (select task_id from obligation where state = 'open' and due_at < $?)`, filter.dueBefore);
  if (filter.q !== undefined) {
    // By the function, since a policy keeps Postgres from looking words up in an index.
    where.add(`t.id = any((select search_tasks($?, $?))::uuid[])`, `%${escapeLike(filter.q)}%`, filter.q);
  }
  if (filter.light === 'red') where.add(HAS_GRAVE_NOTICE);
  where.add(`${LIGHT} = $?`, filter.light);
  return { where, nowParameter };
}

/** What a line’s light is told by: what is open of the task, and the gravest notice that stands. */
const whatIsOwed = (nowParameter: string): string => `left join lateral (
           select min(due_at) as next_due_at, count(*) filter (where due_at <= ${nowParameter}) as overdue
           from obligation where task_id = t.id and state = 'open') o on true
         left join lateral (
           select n.colour from supervision_notice n join obligation ob on ob.id = n.obligation_id
           where ob.task_id = t.id and n.state in ('issued', 'acknowledged', 'answered')
           order by array_position(${GRAVEST_FIRST}, n.colour) limit 1) n on true`;

/** A landmark stands after this many rows, or a multiple, so that there are not too many. */
const ROWS_BETWEEN = 200;
const MOST_LANDMARKS = 5000;

const FAR = '9999-12-31';

interface Sort {
  order: string;
  after: string;
  keyOf: (row: TaskRow) => readonly unknown[];
  /** The same key in SQL. */
  keys: string;
  /** What a landmark is called: where in the order it is. */
  label: string;
}

const SORTS: Record<TaskFilter['sort'], Sort> = {
  position: {
    keys: 't.plan_id, t.position',
    label: 't.number',
    order: 't.plan_id, t.position',
    after: '(t.plan_id, t.position) > ($?::uuid, $?::int)',
    keyOf: (row) => [row.planId, row.position],
  },
  due: {
    keys: `coalesce(t.due_on, '${FAR}')::text, t.id`,
    label: 't.due_on::text',
    order: `coalesce(t.due_on, '${FAR}'), t.id`,
    after: `(coalesce(t.due_on, '${FAR}'), t.id) > ($?::date, $?::uuid)`,
    keyOf: (row) => [row.dueOn ?? FAR, row.id],
  },
  '-due': {
    keys: `coalesce(t.due_on, '${FAR}')::text, t.id`,
    label: 't.due_on::text',
    order: `coalesce(t.due_on, '${FAR}') desc, t.id desc`,
    after: `(coalesce(t.due_on, '${FAR}'), t.id) < ($?::date, $?::uuid)`,
    keyOf: (row) => [row.dueOn ?? FAR, row.id],
  },
};
