import { ENDED_STATES } from '@duban/domain';
import { type ComparedField, compareDrafts, type DraftTask } from '@duban/breakdown';
import { insertAll } from '@duban/database';
import { HistoryService } from '@duban/history';
import { conflict, newId } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { marksWithout, rowsOf } from './plan-draft';
import { applyFields, pairTargets, plannedTasks } from './revision-draft';
import { RevisionHandout, type Taking, type TaskBefore } from './revision-handout';
import { taskSnapshot } from './snapshots';
import { Target } from './target.entity';
import { Task } from './task.entity';
import type { TaskPlaces } from './task-places';
import { targetsByTask, taskChange } from './plan-records';
import { advanceTask } from './task-states';

/**
 * Puts one difference of a revised document (修订) into a plan. On a draft it is an edit like any other; on an issued plan
 * it is handed out as well. The plan and its tasks are locked.
 */
@Injectable()
export class RevisionTaker {
  constructor(
    private readonly history: HistoryService,
    private readonly handout: RevisionHandout,
  ) {}

  /** Adds a task behind `forerunner`, or at the head. @returns its id */
  async add(
    tx: EntityManager,
    taking: Taking,
    places: TaskPlaces,
    draft: DraftTask,
    forerunner: string | null,
  ): Promise<string> {
    const { tasks, targets } = this.rows(taking, draft);
    const [top, ...parts] = tasks;
    const positions = await places.makeRoom(
      top!.id,
      parts.map(({ id }) => id),
      forerunner,
    );
    for (const task of tasks) task.position = positions.get(task.id)!;
    await this.insert(tx, taking, tasks, targets);
    return top!.id;
  }

  /**
   * Changes the chosen fields of a task to what the document says.
   * @throws DomainError REVISION.TASK_ENDED, REVISION.TARGET_MEASURED, or as RevisionHandout.handOut
   */
  async change(
    tx: EntityManager,
    taking: Taking,
    places: TaskPlaces,
    task: Task,
    draft: DraftTask,
    fields: ReadonlySet<ComparedField>,
  ): Promise<void> {
    if (fields.size === 0) return;
    refuseEnded(task);
    const before: TaskBefore = {
      units: task.draftedUnits,
      deadlineDue: task.deadlineDue,
      milestones: task.milestones,
    };
    const isBinding = task.state !== null;
    const couldCarry = isBinding && (await liveParts(tx, task.id)) === 0;
    await this.write(
      tx,
      taking,
      task,
      (row) => {
        applyFields(row, draft, fields);
        if (isBinding) this.handout.date(taking.plan, row);
        this.pointToSource(row, taking, draft, fields);
      },
      fields.has('targets') ? draft.targets : null,
    );
    if (fields.has('parts')) await this.changeParts(tx, taking, places, task, draft.subtasks);
    if (!isBinding) return;
    const carries = (await liveParts(tx, task.id)) === 0;
    if (carries || couldCarry) await this.handout.handOut(tx, taking, task, before, carries);
  }

  /** Puts a task under the headings that the document gives it, behind `forerunner`. */
  async move(
    tx: EntityManager,
    taking: Taking,
    places: TaskPlaces,
    task: Task,
    path: readonly string[],
    forerunner: string | null,
  ): Promise<void> {
    await places.move(task.id, forerunner);
    const parts = await tx.getRepository(Task).findBy({ parentId: task.id });
    for (const row of [task, ...parts]) {
      const { position } = await tx.getRepository(Task).findOneByOrFail({ id: row.id });
      row.position = position;
      await this.write(tx, taking, row, (one) => (one.path = [...path]), null);
    }
  }

  /** Takes a task out of a draft; cancels it, with its parts, in an issued plan. */
  async remove(tx: EntityManager, taking: Taking, places: TaskPlaces, task: Task): Promise<void> {
    if (task.state === null) {
      await this.removeDrafted(tx, taking, task);
      places.forget(task.id);
      return;
    }
    refuseEnded(task);
    const parts = await tx.getRepository(Task).find({ where: { parentId: task.id }, order: { position: 'ASC' } });
    for (const one of [...parts, task]) await this.handout.withdraw(tx, taking, one);
  }

  private async removeDrafted(tx: EntityManager, { actor, at, reason }: Taking, task: Task): Promise<void> {
    const parts = await tx.getRepository(Task).findBy({ parentId: task.id });
    const removed = [...parts, task];
    const targets = targetsByTask(await tx.getRepository(Target).findBy({ taskId: In(removed.map(({ id }) => id)) }));
    await tx.getRepository(Target).delete({ taskId: In(removed.map(({ id }) => id)) });
    for (const { id } of removed) await tx.getRepository(Task).delete({ id });
    await this.history.append(
      tx,
      actor,
      at,
      removed.map((one) => ({
        ...taskChange('task.removed', one, [], { ...taskSnapshot(one, targets.get(one.id) ?? []) }, reason),
        after: null,
      })),
    );
  }

  private rows({ plan, at, revisionId }: Taking, draft: DraftTask): { tasks: Task[]; targets: Target[] } {
    const rows = rowsOf(plan, [draft], at);
    for (const task of rows.tasks) {
      task.sourceRevisionId = revisionId;
      if (plan.state !== 'issued') continue;
      task.state = 'assigned';
      this.handout.date(plan, task);
    }
    return rows;
  }

  /** What was not taken stands in another document: there are no words here to mark for it. */
  private pointToSource(
    task: Task,
    { revisionId }: Taking,
    { source, marks }: DraftTask,
    fields: ReadonlySet<ComparedField>,
  ): void {
    Object.assign(task, { sourceRevisionId: revisionId, sourceStart: source.start, sourceEnd: source.end });
    task.marks = marksWithout(marks, (field) => !fields.has(field as ComparedField));
  }

  private async insert(tx: EntityManager, taking: Taking, tasks: Task[], targets: Target[]): Promise<void> {
    const { actor, at, plan, reason } = taking;
    if (plan.state === 'issued') {
      for (const task of tasks) task.dueOn = await this.handout.dueOn(tx, plan, task);
    }
    await insertAll(tx, Task, tasks);
    await insertAll(tx, Target, targets);
    await this.history.append(
      tx,
      actor,
      at,
      tasks.map((task) =>
        taskChange(
          'task.added',
          task,
          targets.filter(({ taskId }) => taskId === task.id),
          null,
          reason,
        ),
      ),
    );
    if (plan.state !== 'issued') return;
    for (const task of tasks) {
      const carries = !tasks.some(({ parentId }) => parentId === task.id);
      await this.handout.handOut(tx, taking, task, null, carries);
    }
  }

  private async changeParts(
    tx: EntityManager,
    taking: Taking,
    places: TaskPlaces,
    parent: Task,
    drafts: readonly DraftTask[],
  ): Promise<void> {
    const rows = await tx.getRepository(Task).findBy({ parentId: parent.id });
    const alive = rows.filter(({ state }) => state !== 'cancelled');
    const targets = await tx.getRepository(Target).findBy({ taskId: In(alive.map(({ id }) => id)) });
    // Parts have no headings of their own, and are compared as they stand below their task.
    const present = plannedTasks(
      alive.map((row) => ({ ...row, parentId: null, path: [] })),
      targets,
    );
    const order: string[] = [];
    for (const { before, after, fields } of compareDrafts(present, drafts)) {
      // Anew each time: room for the part before it may have moved it.
      const part = before ? await tx.getRepository(Task).findOneByOrFail({ id: before.row.id }) : null;
      if (!after) {
        await this.remove(tx, taking, places, part!);
        continue;
      }
      if (part) {
        await this.change(tx, taking, places, part, after, new Set(fields.map(({ field }) => field)));
        order.push(part.id);
        continue;
      }
      const { tasks, targets: own } = this.rows(taking, { ...after, subtasks: [] });
      const [added] = tasks;
      Object.assign(added!, { parentId: parent.id, path: parent.path });
      added!.position = await places.makeRoomForPart(added!.id, parent.id);
      await this.insert(tx, taking, tasks, own);
      order.push(added!.id);
    }
    await places.arrangeParts(parent.id, order);
    // What happened to the parts has moved the task on.
    Object.assign(parent, await tx.getRepository(Task).findOneByOrFail({ id: parent.id }));
    if (parent.state !== null) await this.history.append(tx, taking.actor, taking.at, await advanceTask(tx, parent));
  }

  /** Changes a row with its targets, counts that as one change of the task, and records it. */
  private async write(
    tx: EntityManager,
    { actor, at, reason }: Taking,
    task: Task,
    change: (task: Task) => unknown,
    drafts: DraftTask['targets'] | null,
  ): Promise<void> {
    const targets = await tx.getRepository(Target).find({ where: { taskId: task.id }, order: { position: 'ASC' } });
    const before = { ...taskSnapshot(task, targets) };
    change(task);
    await tx.getRepository(Task).save(task);
    const after = drafts === null ? targets : await this.reviseTargets(tx, task, targets, drafts);
    if (JSON.stringify({ ...taskSnapshot(task, after), version: before.version }) === JSON.stringify(before)) return;
    if (task.version === before.version) {
      await tx.getRepository(Task).increment({ id: task.id }, 'version', 1);
      task.version++;
    }
    await this.history.append(tx, actor, at, [taskChange('task.revised', task, after, before, reason)]);
  }

  /** Targets keep their rows, and with them what was measured, as far as they are still promised. */
  private async reviseTargets(
    tx: EntityManager,
    task: Task,
    targets: readonly Target[],
    drafts: DraftTask['targets'],
  ): Promise<Target[]> {
    const { kept, added } = pairTargets(targets, drafts);
    const gone = kept.flatMap(({ target, draft }) => (draft === null ? [target] : []));
    const goneIds = gone.map(({ id }) => id);
    const [measured]: { id: string }[] = await tx.query(
      `select target_id as id from measurement where target_id = any($1::uuid[]) limit 1`,
      [goneIds],
    );
    if (measured) {
      const { text } = gone.find(({ id }) => id === measured.id)!;
      throw conflict(
        'REVISION.TARGET_MEASURED',
        `"${text}" has been reported on and cannot be dropped; take the other fields.`,
        { targetId: measured.id, field: 'targets' },
      );
    }
    await tx.getRepository(Target).delete({ id: In(goneIds) });
    const revised = [
      ...kept.flatMap(({ target, draft }) =>
        draft === null
          ? []
          : [Object.assign(target, draft, { upper: draft.upper ?? null, place: drafts.indexOf(draft) })],
      ),
      ...added.map((draft) =>
        Object.assign(new Target(), draft, {
          id: newId(),
          taskId: task.id,
          upper: draft.upper ?? null,
          place: drafts.indexOf(draft),
        }),
      ),
    ].sort((one, other) => one.place - other.place);
    await tx.query(`update target set position = -1 - position where task_id = $1`, [task.id]);
    const rows: Target[] = [];
    for (const { place, ...target } of revised) {
      const row = Object.assign(new Target(), target, { position: place });
      rows.push(await tx.getRepository(Target).save(row));
    }
    return rows;
  }
}

const liveParts = (tx: EntityManager, taskId: string): Promise<number> =>
  tx
    .getRepository(Task)
    .findBy({ parentId: taskId })
    .then((parts) => parts.filter(({ state }) => state !== 'cancelled').length);

/** What has ended is not touched any more. @throws DomainError REVISION.TASK_ENDED */
function refuseEnded({ id, state }: Task): void {
  if (state === null || !ENDED_STATES.includes(state)) return;
  throw conflict('REVISION.TASK_ENDED', `The task is ${state}; a revision does not change it any more.`, {
    taskId: id,
    state,
  });
}
