import { isAnothers } from '@duban/database';
import { assertMay, UnitDirectory } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import type { DraftTask } from '@duban/breakdown';
import { conflict, type Fault, forbidden, invalid, localDateOf, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Role } from './assignment.entity';
import { assertCanBreakDown, BreakdownTerms } from './breakdown-terms';
import { editedDay, type ReadPlan, refuseSecretWords, type TaskEdit } from './plan-draft';
import { planChange } from './plan-records';
import { Plan, type Visibility } from './plan.entity';
import { PlanService } from './plan.service';
import { planSnapshot } from './snapshots';

/** What is to be done below, in the words of whoever breaks a part down. */
export interface BreakdownTask {
  content: string;
  /** Where none of them leads, all do. */
  units: readonly { unitId: string; role?: Role }[];
  /** That of the part above where absent. */
  dueOn?: string;
  milestones?: TaskEdit['milestones'];
  targets?: TaskEdit['targets'];
}

export interface BreakdownInput {
  tasks: readonly BreakdownTask[];
  title?: string;
  /** The part above's own where absent. */
  policy?: string;
  visibility?: Visibility;
  /** Binds at once; else it is a draft (草案). */
  issue: boolean;
}

const TITLE = 30;

/** Second-level breakdowns (二级分解): a unit hands its part of a task to the units below it. */
@Injectable()
export class BreakdownService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly plans: PlanService,
    private readonly terms: BreakdownTerms,
  ) {}

  /**
   * Makes a plan of the unit's own that carries out one of its parts.
   * @returns the plan's id
   * @throws DomainError RIGHTS.NOT_ALLOWED, ASSIGNMENT.UNKNOWN, BREAKDOWN.NOT_YOURS, BREAKDOWN.UPPER_ENDED,
   *   BREAKDOWN.RESTRICTED, BREAKDOWN.UNIT_NOT_BELOW, BREAKDOWN.UNIT_TWICE, REQUEST.NO_SUCH_DATE, PLAN.SECRET; where it is
   *   issued, those of {@link PlanService.issue}
   */
  async breakDown(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    assignmentId: string,
    { tasks, title, policy, visibility, issue }: BreakdownInput,
  ): Promise<string> {
    assertMay(actor, issue ? 'breakdown.issue' : 'breakdown.draft');
    await this.assertOwn(tx, actor, assignmentId);
    const upper = await this.terms.upper(tx, assignmentId);
    if (!upper) throw notFound('ASSIGNMENT.UNKNOWN', 'There is no such assignment.', { assignmentId });
    assertCanBreakDown(upper, { assignmentId });
    const names = await this.namesBelow(tx, actor.unitId!, tasks);
    const read = readByHand(title ?? `${excerptOf(upper.content)}（二级分解）`, upper.year, tasks, names);
    if (issue) await this.terms.assertWithin(tx, upper, datesOf(read.breakdown.tasks));
    const planId = await this.plans.draft(tx, actor, at, read, { upperAssignmentId: assignmentId });
    if (visibility !== undefined) await this.open(tx, actor, at, planId, visibility);
    if (issue) {
      const { jurisdictionId } = await tx.getRepository(Plan).findOneByOrFail({ id: planId });
      const issuedOn = localDateOf(at, await this.directory.timeZoneOf(tx, jurisdictionId));
      await this.plans.issue(tx, actor, at, planId, {
        year: upper.year,
        issuedOn,
        ...(policy === undefined ? {} : { policy }),
      });
    }
    return planId;
  }

  /**
   * Says how much of the unit's plan the level above sees: how it stands, or what is reported, too.
   * @throws DomainError RIGHTS.NOT_ALLOWED, PLAN.UNKNOWN, PLAN.STALE
   */
  async setVisibility(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    visibility: Visibility,
    expectedVersion?: number,
  ): Promise<void> {
    assertMay(actor, 'breakdown.issue');
    await this.open(tx, actor, at, planId, visibility, expectedVersion);
  }

  private async open(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    visibility: Visibility,
    expectedVersion?: number,
  ): Promise<void> {
    const plan = await tx.getRepository(Plan).findOne({
      where: { id: planId },
      lock: { mode: 'for_no_key_update' },
    });
    if (!plan || plan.unitId === null || plan.unitId !== actor.unitId) {
      throw notFound('PLAN.UNKNOWN', 'Your unit has no such plan of its own.', { planId });
    }
    if (expectedVersion !== undefined && expectedVersion !== plan.version) {
      throw conflict('PLAN.STALE', 'Somebody has changed the plan since you read it.', { version: plan.version });
    }
    if (plan.visibility === visibility) return;
    const before = { ...planSnapshot(plan) };
    plan.visibility = visibility;
    await tx.getRepository(Plan).save(plan);
    await this.history.append(tx, actor, at, [planChange('plan.visibility_set', plan, before)]);
  }

  /** Found as the actor: of others' parts nobody learns more than that they are others'. */
  private async assertOwn(tx: EntityManager, actor: Actor, assignmentId: string): Promise<void> {
    const [part]: { unitId: string }[] = await tx.query(`select unit_id as "unitId" from assignment where id = $1`, [
      assignmentId,
    ]);
    if (part && part.unitId === actor.unitId) return;
    if (part || (await isAnothers(tx, 'assignment', assignmentId))) {
      throw forbidden('BREAKDOWN.NOT_YOURS', 'This part is another unit’s, which breaks it down itself.', {
        assignmentId,
      });
    }
    throw notFound('ASSIGNMENT.UNKNOWN', 'There is no such assignment.', { assignmentId });
  }

  private async namesBelow(
    tx: EntityManager,
    unitId: string,
    tasks: readonly BreakdownTask[],
  ): Promise<ReadonlyMap<string, string>> {
    const below = await this.directory.unitsBelow(tx, unitId);
    const faults = tasks.flatMap(({ units }, i) =>
      units.flatMap(({ unitId: id }, j): Fault[] => {
        const field = `tasks[${i}].units[${j}].unitId`;
        if (!below.has(id)) return [{ code: 'BREAKDOWN.UNIT_NOT_BELOW', message: 'No unit below yours.', field }];
        return units.findIndex((one) => one.unitId === id) < j
          ? [{ code: 'BREAKDOWN.UNIT_TWICE', message: 'The unit has the task already.', field }]
          : [];
      }),
    );
    const [first] = faults;
    if (first) {
      const message =
        first.code === 'BREAKDOWN.UNIT_TWICE'
          ? 'A unit has one part in a task.'
          : 'A unit hands its tasks to its own sections and subordinate units only.';
      throw invalid(first.code, message, { field: first.field, faults });
    }
    return this.directory.namesOf(tx, [...below]);
  }
}

/** What is written by hand, as if it had been read: a text with a line for each task, and the tasks. */
function readByHand(
  title: string,
  year: number,
  tasks: readonly BreakdownTask[],
  names: ReadonlyMap<string, string>,
): ReadPlan {
  refuseSecretWords(title, 'title');
  let end = title.length;
  const drafts = tasks.map((task, i): DraftTask => {
    refuseSecretWords(task.content, `tasks[${i}].content`);
    const start = end + 1;
    end = start + task.content.length;
    const named = (role: Role): string[] =>
      task.units.filter((unit) => (unit.role ?? 'responsible') === role).map(({ unitId }) => names.get(unitId)!);
    const due = editedDay(task.dueOn, `tasks[${i}].dueOn`);
    return {
      number: String(i + 1),
      path: [],
      content: task.content,
      lead: named('lead'),
      responsible: named('responsible'),
      cooperating: named('cooperating'),
      supervising: [],
      leaders: [],
      openEnded: null,
      deadline: due === null ? null : { text: due, due },
      milestones: (task.milestones ?? []).map((milestone, j) => ({
        text: milestone.text,
        due: editedDay(milestone.due, `tasks[${i}].milestones[${j}].due`),
      })),
      targets: (task.targets ?? []).map(({ upper, ...target }) => ({
        ...target,
        ...(upper === undefined || upper === null ? {} : { upper }),
      })),
      subtasks: [],
      leadInferred: named('lead').length === 0,
      source: { start, end },
      marks: [],
    };
  });
  return {
    fileName: title,
    text: [title, ...tasks.map(({ content }) => content)].join('\n'),
    breakdown: { title, documentNumber: null, year, leftOut: [], tasks: drafts, warnings: [], columns: [] },
    unitNames: [
      ...new Set(drafts.flatMap(({ lead, responsible, cooperating }) => [...lead, ...responsible, ...cooperating])),
    ],
  };
}

/** Each date of what was written by hand, by its field. */
const datesOf = (tasks: readonly DraftTask[]): { field: string; dueOn: string }[] =>
  tasks.flatMap(({ deadline, milestones }, i) => [
    ...(deadline?.due ? [{ field: `tasks[${i}].dueOn`, dueOn: deadline.due }] : []),
    ...milestones.flatMap(({ due }, j) => (due ? [{ field: `tasks[${i}].milestones[${j}].due`, dueOn: due }] : [])),
  ]);

const excerptOf = (content: string): string => {
  const characters = [...content.replaceAll(/\s+/g, ' ')];
  return characters.length > TITLE ? `${characters.slice(0, TITLE - 1).join('')}…` : characters.join('');
};
