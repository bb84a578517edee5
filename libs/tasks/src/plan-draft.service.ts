import { assertMay, nameKey, type NameMeaning, NameSettler } from '@duban/directory';
import type { Actor, EventType } from '@duban/history';
import { conflict, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { addTask, type TaskAddition } from './draft-add';
import {
  applyStandingUnits,
  confirmLeads,
  type DeadlineSetting,
  type LeadChoice,
  setDeadlines,
  type StandingUnits,
} from './draft-duties';
import { mergeTasks, type TaskMerge } from './draft-merge';
import { orderTasks, type TaskOrder } from './draft-order';
import { splitTask, type TaskSplit } from './draft-split';
import { DraftWriter } from './draft-writer';
import { DraftedPlan } from './drafted-plan';
import { assignedNames } from './plan-assignments';
import { BreakdownTerms } from './breakdown-terms';
import { applyEdit, editedTargets, type TaskEdit } from './plan-draft';
import { lockDraft, sourceTextOf } from './plan-records';
import { assertMayWith, TO_EDIT } from './standing';

/** A draft that somebody changes, now. */
export interface DraftAction {
  planId: string;
  /** The version of the plan that was read; any change of the draft makes it stale. */
  expectedVersion?: number | undefined;
}

/** A task of a draft that somebody changes. */
export interface TaskAction {
  planId: string;
  taskId: string;
  /** The version of the task that was read. */
  expectedVersion?: number | undefined;
}

type Changed = (draft: DraftedPlan) => unknown;

/**
 * What the office does to a draft (草案) before it is issued. Each command locks the plan, so that of two who act at once the
 * second sees what the first did; history has an event for each task that has changed, and one of the plan.
 *
 * All throw DomainError RIGHTS.NOT_ALLOWED, PLAN.UNKNOWN, PLAN.NOT_DRAFT, TASK.UNKNOWN; PLAN.STALE or TASK.STALE where the
 * expected version is another.
 */
@Injectable()
export class PlanDraftService {
  constructor(
    private readonly writer: DraftWriter,
    private readonly settler: NameSettler,
    private readonly breakdowns: BreakdownTerms,
  ) {}

  /** Changes one task. @throws DomainError REQUEST.NO_SUCH_DATE */
  editTask(tx: EntityManager, actor: Actor, at: Date, where: TaskAction, edit: TaskEdit): Promise<void> {
    return this.changeTask(tx, actor, at, where, 'task.edited', (draft) => {
      const item = draft.get(where.taskId, 'taskId');
      applyEdit(item.task, edit);
      if (edit.targets) item.targets = editedTargets(where.taskId, edit.targets);
    });
  }

  /** Takes a task, with its parts, out. */
  removeTask(tx: EntityManager, actor: Actor, at: Date, where: TaskAction): Promise<void> {
    return this.changeTask(tx, actor, at, where, 'task.edited', (draft) => {
      const item = draft.get(where.taskId, 'taskId');
      draft.take([item, ...draft.partsOf(item)]);
    });
  }

  /** Splits a task in two or more (拆分): see {@link splitTask}. */
  splitTask(tx: EntityManager, actor: Actor, at: Date, where: TaskAction, split: TaskSplit): Promise<void> {
    return this.changeTask(tx, actor, at, where, 'task.split', (draft) => splitTask(draft, where.taskId, split, at));
  }

  /** Adds a task by hand (增补): see {@link addTask}. */
  addTask(tx: EntityManager, actor: Actor, at: Date, where: DraftAction, addition: TaskAddition): Promise<void> {
    return this.change(tx, actor, at, where, 'task.edited', async (draft) => {
      addTask(draft, addition, await sourceTextOf(tx, where.planId), at);
    });
  }

  /** Makes one of neighbours (合并): see {@link mergeTasks}. */
  mergeTasks(tx: EntityManager, actor: Actor, at: Date, where: DraftAction, merge: TaskMerge): Promise<void> {
    return this.change(tx, actor, at, where, 'task.merged', (draft) => mergeTasks(draft, merge, at));
  }

  /** Puts tasks in another order (排序): see {@link orderTasks}. */
  orderTasks(tx: EntityManager, actor: Actor, at: Date, where: DraftAction, order: TaskOrder): Promise<void> {
    return this.change(tx, actor, at, where, 'task.renumbered', (draft) => orderTasks(draft, order));
  }

  /** Makes inferred leads leads (确认牵头单位): see {@link confirmLeads}. */
  confirmLeads(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    where: DraftAction,
    choices?: readonly LeadChoice[],
  ): Promise<void> {
    return this.change(tx, actor, at, where, 'task.lead_confirmed', (draft) => confirmLeads(draft, choices));
  }

  /** Adds units to all tasks of a stretch (统一责任单位): see {@link applyStandingUnits}. */
  applyStandingUnits(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    where: DraftAction,
    standing: StandingUnits,
  ): Promise<void> {
    return this.change(tx, actor, at, where, 'task.edited', (draft) => applyStandingUnits(draft, standing));
  }

  /** Sets one deadline for many tasks (批量设定时限): see {@link setDeadlines}. */
  setDeadlines(tx: EntityManager, actor: Actor, at: Date, where: DraftAction, setting: DeadlineSetting): Promise<void> {
    return this.change(tx, actor, at, where, 'task.edited', (draft) => setDeadlines(draft, setting));
  }

  /**
   * Says what a name of the draft means (名称认定), for this and every later plan: see {@link NameSettler.settle}.
   * @throws DomainError not_found NAME.NOT_USED where no task of the draft names it; NAME.TAKEN, UNIT.UNKNOWN and others
   */
  async settleName(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { planId, expectedVersion }: DraftAction,
    name: string,
    meaning: NameMeaning,
  ): Promise<void> {
    assertMay(actor, 'plan.edit');
    const { plan, items } = await DraftedPlan.read(tx, await lockDraft(tx, planId, expectedVersion));
    const isUsed = items.some(({ task }) =>
      assignedNames(task.draftedUnits).some((one) => nameKey(one) === nameKey(name)),
    );
    if (!isUsed) throw notFound('NAME.NOT_USED', `No task of the draft names "${name}".`, { field: 'name' });
    await this.settler.settle(tx, actor, at, plan.jurisdictionId, name, meaning, planId);
  }

  private changeTask(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { planId, taskId, expectedVersion }: TaskAction,
    verb: EventType,
    change: Changed,
  ): Promise<void> {
    return this.change(tx, actor, at, { planId }, verb, (draft) => {
      const { version } = draft.get(taskId, 'taskId').task;
      if (expectedVersion !== undefined && expectedVersion !== version) {
        throw conflict('TASK.STALE', 'Somebody has changed the task since you read it.', { version });
      }
      return change(draft);
    });
  }

  private async change(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    { planId, expectedVersion }: DraftAction,
    verb: EventType,
    change: Changed,
  ): Promise<void> {
    await assertMayWith(tx, actor, planId, TO_EDIT);
    const draft = await DraftedPlan.read(tx, await lockDraft(tx, planId, expectedVersion));
    await change(draft);
    const linked = draft.items
      .map(({ task }) => task)
      .filter((task) => task.upperAssignmentId !== (draft.formerly(task.id)?.upperAssignmentId ?? null));
    await this.breakdowns.uppersOf(tx, draft.plan, linked);
    await this.writer.write(tx, actor, at, draft, verb);
  }
}
