import { type ComparedField, compareFields, type DraftTask } from '@duban/breakdown';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, DomainError } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PlanRevisionItem } from './plan-revision-item.entity';
import { countEdit } from './plan-records';
import type { Plan } from './plan.entity';
import { editedByHand } from './revision-draft';
import { addOutcome, emptyOutcome, type RevisionOutcome, type Taking } from './revision-handout';
import { type HeldRevision, holdRevision } from './revision-hold';
import { forerunnerOf, itemChange, itemOf, lockTask, refuseDecided } from './revision-items';
import { RevisionTaker } from './revision-taker';
import { presentTasks, type RevisionItemView, type RevisionView, viewItems, viewRevision } from './revision-view';
import { revisionItemSnapshot } from './snapshots';
import { Task } from './task.entity';
import { TaskPlaces } from './task-places';

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

/** What the office decides on the items of a revision (修订): taken or declined, one by one or many at once. */
@Injectable()
export class RevisionDecisions {
  constructor(
    private readonly history: HistoryService,
    private readonly taker: RevisionTaker,
  ) {}

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
    const held = await holdRevision(tx, actor, planId, revisionId);
    const outcome = emptyOutcome();
    const item = itemOf(held.items, itemId);
    const places = await TaskPlaces.of(this.history, tx, actor, at, planId);
    await this.takeOne(tx, held, places, item, input, takingOf(held, actor, at, input.reason, outcome));
    await countEdit(tx, this.history, actor, at, held.plan);
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
    const held = await holdRevision(tx, actor, planId, revisionId);
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
    if (taken.length > 0) await countEdit(tx, this.history, actor, at, held.plan);
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
    const held = await holdRevision(tx, actor, planId, revisionId);
    const item = itemOf(held.items, itemId);
    refuseDecided(item);
    await this.decide(tx, held.plan, actor, at, item, 'declined', reason);
    const [view] = await viewItems(tx, this.history, [item]);
    return view!;
  }

  private async takeOne(
    tx: EntityManager,
    held: HeldRevision,
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
}

const takingOf = (
  { plan, revision }: HeldRevision,
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
