import {
  assertInMatter,
  assertMay,
  isInMatter,
  isResolved,
  type MatterPlace,
  UnitDirectory,
  unitScope,
} from '@duban/directory';
import type { MatterKind } from '@duban/domain';
import { type Actor, HistoryService } from '@duban/history';
import { forbidden, notFound } from '@duban/kernel';
import {
  assignedNames,
  Assignment,
  type AssignmentSnapshot,
  assignmentSnapshot,
  Plan,
  type PlanSnapshot,
  planSnapshot,
  type PlanSource as SourceOfPlan,
  readSource,
  Target,
  Task,
  type TaskSnapshot,
  taskSnapshot,
} from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import { Any, type EntityManager } from 'typeorm';
import { Conditions } from './conditions';
import { isOfPlan, placeWarnings, type WarningView } from './plan-warnings';
import { cursorKey, isInstant, isUuid, type Page, pageOf } from './page';
import { isOverseen } from './second-level';

/** A task with what units have to do in it, and with its parts. */
export interface TaskView extends TaskSnapshot {
  /** The source words of its values; of the tasks of a draft as it is now, not as it was. */
  marks?: Task['marks'];
  assignments: AssignmentSnapshot[];
  subtasks: TaskView[];
}

export interface PlanView extends Omit<PlanSnapshot, 'warnings'> {
  warnings: WarningView[];
  /** The instant that is shown; null for the present. */
  asOf: string | null;
  tasks: TaskView[];
}

/** The document as it was read: what `source` of tasks and `leftOut` are offsets into. */
export interface PlanSource {
  fileName: string;
  text: string;
  /** What stands in no task, nor in a heading or the title. */
  leftOut: { start: number; end: number }[];
}

export interface PlanRow {
  id: string;
  jurisdictionId: string;
  jurisdictionName: string;
  title: string;
  documentNumber: string | null;
  year: number | null;
  state: string;
  /** A document, or a register (台账) of matters of a kind. */
  source: SourceOfPlan;
  matterKind: MatterKind | null;
  issuedOn: string | null;
  policyId: string | null;
  policyVersion: number | null;
  /** The unit whose plan it is (二级分解); null for the government's. */
  unitId: string | null;
  unitName: string | null;
  visibility: string;
  tasks: number;
  createdAt: Date;
}

/** Plans (责任分解方案) as they are, and as they were at any instant. A unit sees the tasks that it has a part in. */
@Injectable()
export class PlanReader {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
  ) {}

  /** @param issuerId the unit whose own plans are wanted (二级分解); without it, whoever sees all sees the government's */
  async list(
    tx: EntityManager,
    actor: Actor,
    { limit, cursor, source, issuerId }: { limit: number; cursor?: string; source?: SourceOfPlan; issuerId?: string },
  ): Promise<Page<PlanRow>> {
    const unitId = unitScope(actor);
    const where = new Conditions();
    const after = cursorKey(cursor, [isInstant, isUuid]);
    where.add('p.source = $?', source);
    if (after) where.add('(p.created_at, p.id) < ($?::timestamptz, $?::uuid)', ...after);
    if (issuerId !== undefined) where.add('p.unit_id = $?', issuerId);
    else if (unitId === null) where.add('p.unit_id is null');
    if (unitId !== null) {
      where.add(
        `p.unit_id = $? or p.id in (select lt.plan_id from task lt where lt.id in (select lower_tasks())) or exists (select 1 from task t join assignment a on a.task_id = t.id where t.plan_id = p.id and a.unit_id = $?)`,
        unitId,
        unitId,
      );
    }
    const matter = actor.delegation?.matter;
    if (matter) {
      where.add(
        `p.id = any($?::uuid[]) or exists (select from task t where t.plan_id = p.id and t.id = any($?::uuid[]))`,
        matter.planIds,
        matter.taskIds,
      );
    }
    const rows: PlanRow[] = await tx.query(
      `select p.id, p.jurisdiction_id as "jurisdictionId", j.name as "jurisdictionName", p.title,
         p.document_number as "documentNumber", p.year, p.state, p.source, p.matter_kind as "matterKind", p.issued_on::text as "issuedOn",
         p.policy_id as "policyId", p.policy_version as "policyVersion", p.created_at as "createdAt", p.unit_id as "unitId", p.visibility,
         (select u.name from unit u where u.id = p.unit_id) as "unitName",
         (select count(*)::int from task t where t.plan_id = p.id and t.parent_id is null) as tasks
       from plan p join jurisdiction j on j.id = p.jurisdiction_id
       where ${where} order by p.created_at desc, p.id desc limit ${where.parameter(limit + 1)}`,
      where.parameters,
    );
    return pageOf(rows, limit, (row) => [row.createdAt, row.id]);
  }

  /** @throws DomainError PLAN.UNKNOWN, also where there was no such plan yet, or none that the actor has a part in */
  async get(tx: EntityManager, actor: Actor, id: string, asOf: Date | null): Promise<PlanView> {
    const unitId = unitScope(actor);
    const view = asOf ? await this.at(tx, id, asOf) : await this.now(tx, id);
    const matter = actor.delegation?.matter ?? null;
    if (unitId === null && matter === null) return view;
    const delegated = matter === null ? view.tasks : tasksOf(view.tasks, (task) => isInMatter(matter, placeOf(task)));
    const isOwn = unitId !== null && view.unitId === unitId;
    const overseen = unitId === null || isOwn ? new Set<string>() : await overseenTasks(tx, id);
    const tasks =
      unitId === null || isOwn
        ? delegated
        : tasksOf(
            delegated,
            (task) => overseen.has(task.id) || task.assignments.some((assignment) => assignment.unitId === unitId),
          );
    if (tasks.length === 0 && !(isOwn && matter === null)) throw unknownPlan(id);
    const own = new Set(tasks.map((task) => task.id));
    const warnings = view.warnings.filter(({ taskId }) => taskId === null || own.has(taskId));
    return { ...view, warnings, tasks };
  }

  /**
   * The words beside which a draft is put right: all of them, so for those alone who see all of the plan.
   * @throws DomainError RIGHTS.NOT_ALLOWED, PLAN.UNKNOWN
   */
  async source(tx: EntityManager, actor: Actor, id: string): Promise<PlanSource> {
    const isOwn = actor.unitId !== null && (await isOverseen(tx, actor.unitId, { planId: id }));
    assertMay(actor, isOwn ? 'breakdown.draft' : 'read.all');
    assertInMatter(actor, { planId: id });
    const { fileName, leftOut, tasks } = await this.get(tx, actor, id, null);
    const [plan]: { isSummary: boolean }[] = await tx.query(`select $1 = any(summary_plans()) as "isSummary"`, [id]);
    if (plan?.isSummary) {
      throw forbidden('PLAN.SUMMARY_ONLY', 'Of this unit’s plan you see how it stands, not the document.', {
        planId: id,
      });
    }
    // A task that was added by hand may stand for words that the reader had left out.
    const taken = tasks.flatMap((task) => [task, ...task.subtasks]).filter(isOfPlan);
    return {
      fileName,
      text: (await readSource(tx, id)).text,
      leftOut: leftOut.flatMap((span) =>
        without(
          span,
          taken.map(({ source }) => source),
        ),
      ),
    };
  }

  private async now(tx: EntityManager, id: string): Promise<PlanView> {
    const plan = await tx.getRepository(Plan).findOneBy({ id });
    if (!plan) throw unknownPlan(id);
    const tasks = await presentTasks(tx, { planId: id });
    const snapshot = planSnapshot(plan);
    const source = await readSource(tx, id);
    const { text } = source;
    const unknown = plan.state === 'draft' ? await this.uncertainNames(tx, plan, text, tasks) : [];
    const warnings = [...placeWarnings(snapshot.warnings, text, tasks), ...unknown];
    return { ...snapshot, ...seenOf(source, { ...snapshot, warnings }), asOf: null, tasks };
  }

  /** Names of which the directory is not certain at present: until they are settled, the draft cannot be issued. */
  private async uncertainNames(
    tx: EntityManager,
    plan: Plan,
    text: string,
    tasks: readonly TaskView[],
  ): Promise<WarningView[]> {
    const named = tasks
      .flatMap((task) => [task, ...task.subtasks])
      .map((task) => ({ task, names: assignedNames(task) }));
    const wanted = [...new Set(named.flatMap(({ names }) => names))];
    const readings = await this.directory.readNames(tx, plan.jurisdictionId, wanted, plan.unitId);
    const revisionIds = [...new Set(named.flatMap(({ task }) => task.sourceRevisionId ?? []))];
    const revisions: { id: string; sourceText: string }[] =
      revisionIds.length === 0
        ? []
        : await tx.query(`select id, source_text as "sourceText" from plan_revision where id = any($1::uuid[])`, [
            revisionIds,
          ]);
    const finders = new Map(revisions.map((revision) => [revision.id, lineFinder(revision.sourceText)]));
    const ofPlan = lineFinder(text);
    const lineOf = ({ source, sourceRevisionId }: TaskView): number =>
      (finders.get(sourceRevisionId ?? '') ?? ofPlan)(source.start);
    return named.flatMap(({ task, names }) =>
      names.flatMap((name): WarningView[] => {
        const reading = readings.get(name);
        if (!reading || isResolved(reading)) return [];
        const isAmbiguous = reading.reason === 'ambiguous';
        const why = isAmbiguous ? 'may mean more than one unit' : 'is not in the directory';
        return [
          {
            code: isAmbiguous ? 'ambiguous_unit' : 'unknown_unit',
            line: lineOf(task),
            start: task.source.start,
            message: `Task ${task.number ?? '(a part)'} names "${name}", which ${why}.`,
            taskId: task.id,
            settled: false,
            offer: null,
          },
        ];
      }),
    );
  }

  private async at(tx: EntityManager, id: string, asOf: Date): Promise<PlanView> {
    const [plan] = await this.history.statesAt<PlanSnapshot>(tx, { planId: id }, 'plan', asOf);
    if (!plan) throw unknownPlan(id);
    const snapshots = await this.history.statesAt<TaskSnapshot>(tx, { planId: id }, 'task', asOf);
    const assignments = await this.history.statesAt<AssignmentSnapshot>(tx, { planId: id }, 'assignment', asOf);
    const tasks = treeOf(snapshots, assignments);
    const source = await readSource(tx, id);
    const warnings = placeWarnings(plan.warnings, source.text, tasks);
    return { ...plan, ...seenOf(source, { ...plan, warnings }), asOf: asOf.toISOString(), tasks };
  }
}

/** Where something is hidden, a remark that lies in no task may be about that, and what was left out may lie in it. */
const seenOf = (
  { isCut }: { isCut: boolean },
  { warnings, leftOut }: Pick<PlanView, 'warnings' | 'leftOut'>,
): Pick<PlanView, 'warnings' | 'leftOut'> =>
  isCut ? { warnings: warnings.filter(({ taskId }) => taskId !== null), leftOut: [] } : { warnings, leftOut };

type Span = PlanSource['leftOut'][number];

/** What is left of a stretch when others are cut out of it. */
function without(span: Span, others: readonly Span[]): Span[] {
  return others.reduce<Span[]>(
    (left, { start, end }) =>
      left.flatMap((one) =>
        start >= end || end <= one.start || start >= one.end
          ? [one]
          : [
              { start: one.start, end: Math.max(one.start, start) },
              { start: Math.min(one.end, end), end: one.end },
            ].filter((rest) => rest.start < rest.end),
      ),
    [span],
  );
}

/** The present tasks of a plan, or one task, with their parts in the order of the document. */
export async function presentTasks(
  tx: EntityManager,
  scope: { planId: string } | { taskId: string },
): Promise<TaskView[]> {
  const tasks = await tx.getRepository(Task).find({
    where: 'planId' in scope ? { planId: scope.planId } : [{ id: scope.taskId }, { parentId: scope.taskId }],
  });
  // As one array: a statement takes 65,535 parameters, and a plan may have more tasks.
  const taskIds = tasks.map((task) => task.id);
  const targets = await tx.getRepository(Target).find({ where: { taskId: Any(taskIds) }, order: { position: 'ASC' } });
  const assignments = await tx.getRepository(Assignment).findBy({ taskId: Any(taskIds) });
  const names: { id: string; name: string }[] = await tx.query(`select id, name from unit where id = any($1)`, [
    assignments.map((assignment) => assignment.unitId),
  ]);
  const nameOf = new Map(names.map(({ id, name }) => [id, name]));
  const targetsOf = groupBy(targets, (target) => target.taskId);
  return treeOf(
    tasks.map((task) => ({
      ...taskSnapshot(task, targetsOf.get(task.id) ?? []),
      ...(task.state === null ? { marks: task.marks } : {}),
    })),
    assignments.map((assignment) => assignmentSnapshot(assignment, nameOf.get(assignment.unitId) ?? '')),
  );
}

/** Tasks with their parts below them; a part whose parent is not among them stands by itself. */
export function treeOf(tasks: readonly TaskSnapshot[], assignments: readonly AssignmentSnapshot[]): TaskView[] {
  const byTask = groupBy(assignments, (assignment) => assignment.taskId);
  const views = tasks
    .toSorted((a, b) => a.position - b.position)
    .map((task): TaskView => ({ ...task, assignments: (byTask.get(task.id) ?? []).sort(byRoleAndUnit), subtasks: [] }));
  const byId = new Map(views.map((view) => [view.id, view]));
  return views.filter((view) => {
    const parent = view.parentId === null ? undefined : byId.get(view.parentId);
    parent?.subtasks.push(view);
    return !parent;
  });
}

/** The tasks and parts that are wanted, and those whose parts are. */
function tasksOf(tasks: readonly TaskView[], isWanted: (task: TaskView) => boolean): TaskView[] {
  return tasks
    .map((task) => ({ ...task, subtasks: tasksOf(task.subtasks, isWanted) }))
    .filter((task) => task.subtasks.length > 0 || isWanted(task));
}

const placeOf = ({ planId, id, parentId }: TaskView): MatterPlace => ({ planId, taskId: id, parentId });

/** The line of an offset, counted from 1; cheap where the offsets asked for do not go back. */
function lineFinder(text: string): (offset: number) => number {
  let line = 1;
  let at = 0;
  return (offset) => {
    if (offset < at) [line, at] = [1, 0];
    for (let next = text.indexOf('\n', at); next !== -1 && next < offset; next = text.indexOf('\n', at)) {
      line++;
      at = next + 1;
    }
    return line;
  };
}

const ROLE_ORDER = { lead: 0, responsible: 1, cooperating: 2 };

/** Leads first; ids were given in the document's order. */
const byRoleAndUnit = (a: AssignmentSnapshot, b: AssignmentSnapshot): number =>
  ROLE_ORDER[a.role] - ROLE_ORDER[b.role] || (a.id < b.id ? -1 : 1);

export function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

async function overseenTasks(tx: EntityManager, planId: string): Promise<ReadonlySet<string>> {
  const rows: { id: string }[] = await tx.query(
    `select id from task where plan_id = $1 and id in (select overseen_tasks())`,
    [planId],
  );
  return new Set(rows.map(({ id }) => id));
}

const unknownPlan = (planId: string): Error => notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
