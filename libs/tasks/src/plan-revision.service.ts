import { compareDrafts } from '@duban/breakdown';
import { insertAll } from '@duban/database';
import { assertInMatter, assertMay } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid, newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import { type EntityManager, Not, type QueryDeepPartialEntity } from 'typeorm';
import type { ReadPlan } from './plan-draft';
import { countEdit, sourceTextOf } from './plan-records';
import { type OutlineEntry, PlanRevision } from './plan-revision.entity';
import { PlanRevisionItem } from './plan-revision-item.entity';
import { type PlannedTask, plannedTasks } from './revision-draft';
import { holdPlan, holdRevision, unknownRevision } from './revision-hold';
import { itemChange, itemsOf, revisionChange } from './revision-items';
import { renumber } from './revision-numbers';
import { placedEntries, renumberings, type RevisionView, viewRevision } from './revision-view';
import { revisionSnapshot } from './snapshots';
import { Target } from './target.entity';
import { Task } from './task.entity';
import { TaskPlaces } from './task-places';

/** Revised documents (修订) of a plan: imported as differences, and closed when these are decided. */
@Injectable()
export class PlanRevisionService {
  constructor(private readonly history: HistoryService) {}

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
    const plan = await holdPlan(tx, actor, planId);
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
    assertInMatter(actor, { planId });
    const revision = await tx.getRepository(PlanRevision).findOneBy({ id, planId });
    if (!revision) throw unknownRevision(id);
    return viewRevision(tx, this.history, revision);
  }

  /** Takes over the numbers, the wording of the headings and their order, which are no differences. */
  async takeNumbers(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    revisionId: string,
  ): Promise<RevisionView> {
    const held = await holdRevision(tx, actor, planId, revisionId);
    const { revision, items } = held;
    const places = await TaskPlaces.of(this.history, tx, actor, at, planId);
    await places.arrange(
      placedEntries(revision, items)
        .map(({ taskId }) => taskId)
        .filter((id) => places.has(id)),
    );
    await renumber(tx, this.history, { actor, at, planId }, await renumberings(tx, revision, items));
    await countEdit(tx, this.history, actor, at, held.plan);
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
    const { plan, revision, items } = await holdRevision(tx, actor, planId, revisionId);
    const open = items.filter(({ state }) => state === 'open').length;
    if (open > 0 && reason === undefined) {
      throw invalid('REVISION.REASON_REQUIRED', `${open} items are undecided; say in "reason" why it ends here.`, {
        field: 'reason',
        open,
      });
    }
    const before = revisionSnapshot(revision);
    const state = open > 0 ? ('abandoned' as const) : ('closed' as const);
    Object.assign(revision, { state, reason: reason ?? null, closedAt: at });
    await tx.getRepository(PlanRevision).save(revision);
    await this.history.append(tx, actor, at, [revisionChange(`revision.${state}`, plan, revision, before)]);
    return viewRevision(tx, this.history, revision);
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
    const [earlier, revisionId] = last ? [last.sourceText, last.id] : [await sourceTextOf(tx, planId), null];
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
}
