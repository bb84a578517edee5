import { compareDrafts, type ComparedField, compareFields, type DraftTask } from '@duban/breakdown';
import { insertAll } from '@duban/database';
import { assertMay } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, DomainError, invalid, newId, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import { type EntityManager, Not, type QueryDeepPartialEntity } from 'typeorm';
import type { ReadPlan } from './plan-draft';
import { type OutlineEntry, PlanRevision } from './plan-revision.entity';
import { PlanRevisionItem } from './plan-revision-item.entity';
import { Plan } from './plan.entity';
import { editedByHand, type PlannedTask, plannedTasks } from './revision-draft';
import { addOutcome, emptyOutcome, type RevisionOutcome, type Taking } from './revision-handout';
import { forerunnerOf, itemChange, itemOf, itemsOf, lockTask, refuseDecided, revisionChange } from './revision-items';
import { RevisionTaker } from './revision-taker';
import {
  placedEntries,
  presentTasks,
  renumberings,
  type RevisionItemView,
  type RevisionView,
  viewItems,
  viewRevision,
} from './revision-view';
import { revisionItemSnapshot, revisionSnapshot, taskSnapshot } from './snapshots';
import { Target } from './target.entity';
import { Task } from './task.entity';
import { TaskPlaces } from './task-places';
import { taskChange } from './plan-records';

export interface TakeInput {
  /** The version of the task that was read, `taskVersion` of the item. */
  expectedVersion?: number;
  reason?: string;
  /** Of a changed task only these; by default all, unless a person has edited one of them. */
  fields?: ComparedField[];
}

export interface TakenItem extends RevisionOutcome {
  item: RevisionItemView;
}

export interface TakenItems extends RevisionOutcome {
  taken: string[];
  /** Those that stay open, and why. */
  refused: { itemId: string; code: string; detail: string }[];
  revision: RevisionView;
}

/** A revision with its plan, both locked. */
interface Held {
  plan: Plan;
  revision: PlanRevision;
  items: PlanRevisionItem[];
}

/** Revised documents (修订) of a plan: imported as differences, taken or declined item by item. */
@Injectable()
export class PlanRevisionService {
  constructor(
    private readonly history: HistoryService,
    private readonly taker: RevisionTaker,
  ) {}

  /**
   * Compares a revised document with the plan as it is; changes nothing in the plan.
   * @throws DomainError REVISION.SAME_DOCUMENT, REVISION.ALREADY_OPEN, PLAN.UNKNOWN
   */
  async import(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    { fileName, text, breakdown }: ReadPlan,
  ): Promise<string> {
    assertMay(actor, 'plan.edit');
    const plan = await this.holdPlan(tx, actor, planId);
    await this.refuseRepetition(tx, planId, text);
    const present = await this.comparable(tx, planId);
    const differences = compareDrafts(present, breakdown.tasks);
    const revision = tx.getRepository(PlanRevision).create({
      id: newId(),
      planId,
      fileName,
      sourceText: text,
      warnings: breakdown.warnings,
      outline: differences.flatMap(({ before, after, kinds }): OutlineEntry[] =>
        after === null
          ? []
          : [
              {
                taskId: before?.row.id ?? null,
                number: after.number,
                path: after.path,
                isMoved: kinds.includes('moved'),
              },
            ],
      ),
      state: 'open',
      reason: null,
      createdAt: at,
      closedAt: null,
    });
    await tx.getRepository(PlanRevision).insert(revision);
    const items = itemsOf(revision.id, differences);
    // What a field said before and after is JSON of any shape.
    await insertAll(tx, PlanRevisionItem, items as QueryDeepPartialEntity<PlanRevisionItem>[]);
    await this.history.append(tx, actor, at, [
      revisionChange('revision.imported', plan, revision, null),
      ...items.map((item) => itemChange('revision.item_found', plan, item, null)),
    ]);
    return revision.id;
  }

  /** @throws DomainError REVISION.UNKNOWN */
  async get(tx: EntityManager, actor: Actor, planId: string, id: string): Promise<RevisionView> {
    assertMay(actor, 'read.all');
    const revision = await tx.getRepository(PlanRevision).findOneBy({ id, planId });
    if (!revision) throw unknownRevision(id);
    return viewRevision(tx, this.history, revision);
  }

  /**
   * Takes one item. On an issued plan that is binding: assignments and obligations follow.
   * @throws DomainError REVISION.NOT_OPEN, REVISION.ITEM_UNKNOWN, REVISION.ITEM_DECIDED, REVISION.TASK_REMOVED, TASK.STALE,
   *   REVISION.EDITED_BY_HAND, or as RevisionTaker
   */
  async take(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    revisionId: string,
    itemId: string,
    input: TakeInput,
  ): Promise<TakenItem> {
    const held = await this.hold(tx, actor, planId, revisionId);
    const outcome = emptyOutcome();
    const item = itemOf(held.items, itemId);
    const places = await TaskPlaces.of(this.history, tx, actor, at, planId);
    await this.takeOne(tx, held, places, item, input, takingOf(held, actor, at, input.reason, outcome));
    const [view] = await viewItems(tx, this.history, [item]);
    return { ...outcome, item: view! };
  }

  /** Takes several items, or all that are open, each of them whole or not at all. */
  async takeAll(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    revisionId: string,
    input: { itemIds?: string[]; reason?: string },
  ): Promise<TakenItems> {
    const held = await this.hold(tx, actor, planId, revisionId);
    const chosen =
      input.itemIds?.map((id) => itemOf(held.items, id)) ?? held.items.filter(({ state }) => state === 'open');
    const total = emptyOutcome();
    const taken: string[] = [];
    const refused: TakenItems['refused'] = [];
    let places = await TaskPlaces.of(this.history, tx, actor, at, planId);
    for (const item of chosen) {
      const outcome = emptyOutcome();
      const before = { ...item };
      try {
        await tx.transaction((inner) =>
          this.takeOne(inner, held, places, item, {}, takingOf(held, actor, at, input.reason, outcome)),
        );
        taken.push(item.id);
        addOutcome(total, outcome);
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        refused.push({ itemId: item.id, code: error.code, detail: error.message });
        Object.assign(item, before);
        places = await TaskPlaces.of(this.history, tx, actor, at, planId);
      }
    }
    return { ...total, taken, refused, revision: await viewRevision(tx, this.history, held.revision) };
  }

  /** Leaves the plan as it is in this. @throws DomainError as {@link take} */
  async decline(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    revisionId: string,
    itemId: string,
    reason: string,
  ): Promise<RevisionItemView> {
    const held = await this.hold(tx, actor, planId, revisionId);
    const item = itemOf(held.items, itemId);
    refuseDecided(item);
    await this.decide(tx, held.plan, actor, at, item, 'declined', reason);
    const [view] = await viewItems(tx, this.history, [item]);
    return view!;
  }

  /** Takes over the numbers, the wording of the headings and their order, which are no differences. */
  async takeNumbers(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    revisionId: string,
  ): Promise<RevisionView> {
    const held = await this.hold(tx, actor, planId, revisionId);
    const { revision, items } = held;
    const places = await TaskPlaces.of(this.history, tx, actor, at, planId);
    await places.arrange(
      placedEntries(revision, items)
        .map(({ taskId }) => taskId)
        .filter((id) => places.has(id)),
    );
    for (const { taskId, number, path } of await renumberings(tx, revision, items)) {
      for (const task of await lockTask(tx, planId, taskId)) {
        const targets = await tx.getRepository(Target).find({ where: { taskId: task.id }, order: { position: 'ASC' } });
        const before = { ...taskSnapshot(task, targets) };
        task.path = path.after;
        if (task.id === taskId) task.number = number.after;
        await tx.getRepository(Task).save(task);
        await this.history.append(tx, actor, at, [taskChange('task.renumbered', task, targets, before)]);
      }
    }
    return viewRevision(tx, this.history, revision);
  }

  /**
   * Ends the revision, so that another can be imported. Where items are still open it is abandoned, which needs a reason.
   * @throws DomainError REVISION.NOT_OPEN, REVISION.REASON_REQUIRED
   */
  async close(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    revisionId: string,
    reason?: string,
  ): Promise<RevisionView> {
    const { plan, revision, items } = await this.hold(tx, actor, planId, revisionId);
    const open = items.filter(({ state }) => state === 'open').length;
    if (open > 0 && reason === undefined) {
      throw invalid('REVISION.REASON_REQUIRED', `${open} items are undecided; say in "reason" why it ends here.`, {
        field: 'reason',
        open,
      });
    }
    const before = revisionSnapshot(revision);
    Object.assign(revision, { state: open > 0 ? 'abandoned' : 'closed', reason: reason ?? null, closedAt: at });
    await tx.getRepository(PlanRevision).save(revision);
    await this.history.append(tx, actor, at, [revisionChange(`revision.${revision.state}`, plan, revision, before)]);
    return viewRevision(tx, this.history, revision);
  }

  private async takeOne(
    tx: EntityManager,
    held: Held,
    places: TaskPlaces,
    item: PlanRevisionItem,
    input: TakeInput,
    taking: Taking,
  ): Promise<void> {
    refuseDecided(item);
    const { plan } = held;
    const { actor, at } = taking;
    if (item.kinds.includes('new')) {
      if (input.expectedVersion !== undefined) throw stale(null);
      const forerunner = forerunnerOf(held.revision, held.items, places, item);
      item.taskId = await this.taker.add(tx, taking, places, item.draft!, forerunner);
    } else {
      const [task] = await lockTask(tx, plan.id, item.taskId!);
      if (!task) {
        throw conflict(
          'REVISION.TASK_REMOVED',
          'The task has been taken out of the draft meanwhile; decline the item.',
          {
            taskId: item.taskId,
          },
        );
      }
      if (input.expectedVersion !== undefined && input.expectedVersion !== task.version) throw stale(task.version);
      if (item.kinds.includes('gone')) await this.taker.remove(tx, taking, places, task);
      if (item.kinds.includes('changed')) {
        const fields = await this.chosenFields(tx, task, item.draft!, input.fields);
        await this.taker.change(tx, taking, places, task, item.draft!, fields);
      }
      if (item.kinds.includes('moved')) {
        const row = await tx.getRepository(Task).findOneByOrFail({ id: task.id });
        await this.taker.move(
          tx,
          taking,
          places,
          row,
          item.draft!.path,
          forerunnerOf(held.revision, held.items, places, item),
        );
      }
    }
    await this.decide(tx, plan, actor, at, item, 'taken', input.reason ?? null);
  }

  /** The fields that differ now, of those asked for. */
  private async chosenFields(
    tx: EntityManager,
    task: Task,
    draft: DraftTask,
    asked: readonly ComparedField[] | undefined,
  ): Promise<Set<ComparedField>> {
    const [present] = await presentTasks(tx, [task.id]);
    const differing = compareFields(present!, draft).fields.map(({ field }) => field);
    if (asked) return new Set(differing.filter((field) => asked.includes(field)));
    const edited = editedByHand(await this.history.changesOf(tx, [task.id])).get(task.id);
    const byHand = differing.filter((field) => edited?.has(field));
    if (byHand.length > 0) {
      throw conflict(
        'REVISION.EDITED_BY_HAND',
        `Somebody has edited ${byHand.join(', ')}; choose in "fields" what to take.`,
        {
          field: 'fields',
          editedByHand: byHand,
          differing,
        },
      );
    }
    return new Set(differing);
  }

  private async decide(
    tx: EntityManager,
    plan: Plan,
    actor: Actor,
    at: Date,
    item: PlanRevisionItem,
    state: 'taken' | 'declined',
    reason: string | null,
  ): Promise<void> {
    const found = await tx.getRepository(PlanRevisionItem).findOneByOrFail({ id: item.id });
    const before = revisionItemSnapshot(found);
    Object.assign(item, { state, reason, decidedBy: actor.personId, decidedAt: at });
    await tx.getRepository(PlanRevisionItem).save(item);
    await this.history.append(tx, actor, at, [itemChange(`revision.item_${state}`, plan, item, before)]);
  }

  /**
   * The tasks that the document is compared with: all of the plan, but for those that an earlier revision took out, which
   * come as new if they return.
   */
  private async comparable(tx: EntityManager, planId: string): Promise<PlannedTask[]> {
    const tasks = await tx.getRepository(Task).findBy({ planId });
    const left: { id: string }[] = await tx.query(
      `select i.task_id as id from plan_revision_item i join plan_revision r on r.id = i.revision_id
       where r.plan_id = $1 and i.state = 'taken' and 'gone' = any(i.kinds)`,
      [planId],
    );
    const gone = new Set(left.map(({ id }) => id));
    const standing = tasks.filter((task) =>
      task.parentId === null ? !gone.has(task.id) : task.state !== 'cancelled' && !gone.has(task.parentId),
    );
    const targets: Target[] = await tx
      .getRepository(Target)
      .createQueryBuilder('target')
      .innerJoin(Task, 'task', 'task.id = target.task_id')
      .where('task.plan_id = :planId', { planId })
      .getMany();
    return plannedTasks(standing, targets);
  }

  private async refuseRepetition(tx: EntityManager, planId: string, text: string): Promise<void> {
    const [last] = await tx.getRepository(PlanRevision).find({
      where: { planId, state: Not('abandoned') },
      order: { createdAt: 'DESC', id: 'DESC' },
      take: 1,
      select: { id: true, state: true, sourceText: true },
    });
    const own = await tx.getRepository(Plan).findOneOrFail({
      where: { id: planId },
      select: { id: true, sourceText: true },
    });
    const [earlier, revisionId] = last ? [last.sourceText, last.id] : [own.sourceText, null];
    if (earlier === text) {
      throw conflict('REVISION.SAME_DOCUMENT', 'This very document is what was imported last; nothing was made.', {
        field: 'file',
        revisionId,
      });
    }
    if (last?.state === 'open') {
      throw conflict('REVISION.ALREADY_OPEN', 'A revision of the plan is open; decide its items and close it first.', {
        revisionId,
      });
    }
  }

  /**
   * Locks a plan against other revisions, edits and its issue. Not the key: a sweep writes rows that refer to it while it
   * holds obligations that are wanted here.
   */
  private async holdPlan(tx: EntityManager, actor: Actor, planId: string): Promise<Plan> {
    const plan = await tx.getRepository(Plan).findOne({ where: { id: planId }, lock: { mode: 'for_no_key_update' } });
    if (!plan) throw unknownPlan(planId);
    if (plan.state === 'issued') assertMay(actor, 'plan.issue');
    return plan;
  }

  private async hold(tx: EntityManager, actor: Actor, planId: string, revisionId: string): Promise<Held> {
    assertMay(actor, 'plan.edit');
    const plan = await this.holdPlan(tx, actor, planId);
    const revision = await tx.getRepository(PlanRevision).findOneBy({ id: revisionId, planId });
    if (!revision) throw unknownRevision(revisionId);
    if (revision.state !== 'open') {
      throw conflict('REVISION.NOT_OPEN', `The revision is ${revision.state}.`, { state: revision.state });
    }
    const items = await tx.getRepository(PlanRevisionItem).find({ where: { revisionId }, order: { position: 'ASC' } });
    return { plan, revision, items };
  }
}

const takingOf = (
  { plan, revision }: Held,
  actor: Actor,
  at: Date,
  reason: string | undefined,
  outcome: RevisionOutcome,
): Taking => ({
  actor,
  at,
  plan,
  revisionId: revision.id,
  reason: reason ?? `按修订文件《${revision.fileName}》调整`,
  outcome,
});

const stale = (version: number | null): Error =>
  conflict('TASK.STALE', 'Somebody has changed the task since you read it.', { version });
const unknownPlan = (planId: string): Error => notFound('PLAN.UNKNOWN', 'There is no such plan.', { planId });
const unknownRevision = (revisionId: string): Error =>
  notFound('REVISION.UNKNOWN', 'The plan has no such revision.', { revisionId });
