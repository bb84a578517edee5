import { insertAll } from '@duban/database';
import { type Actor, type Change, type EventType, HistoryService } from '@duban/history';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { refuseSecretWords } from './plan-draft';
import type { DraftedPlan, DraftedTask } from './drafted-plan';
import { countEdit, taskChange } from './plan-records';
import { type TaskSnapshot, taskSnapshot } from './snapshots';
import { Target } from './target.entity';
import { Task } from './task.entity';

/** Writes what a command made of a draft, with its history, and nothing of what is as it was. */
@Injectable()
export class DraftWriter {
  constructor(private readonly history: HistoryService) {}

  /**
   * Positions are made dense; a task that has only moved keeps its version, since nobody's edit of it is lost.
   * @param verb what is said of a changed task in history: `task.edited`
   */
  async write(tx: EntityManager, actor: Actor, at: Date, draft: DraftedPlan, verb: EventType): Promise<void> {
    for (const item of draft.items) if (isChanged(draft, item)) refuseSecretWords(item.task.content, 'content');
    inferLeads(draft);
    const changes = changesOf(draft, verb);
    if (changes.length === 0) return;
    await writeRows(tx, draft);
    await countEdit(tx, this.history, actor, at, draft.plan);
    await this.history.append(tx, actor, at, changes);
  }
}

/** What the task says, whatever its place and version. */
const wordsOf = (task: TaskSnapshot): string => JSON.stringify({ ...task, position: 0, version: 0 });

const isChanged = (draft: DraftedPlan, { task, targets }: DraftedTask): boolean => {
  const former = draft.formerly(task.id);
  return former === null || wordsOf(former) !== wordsOf(taskSnapshot(task, targets));
};

/** A lead is inferred where none is named, neither in the task nor in a part of it. */
function inferLeads(draft: DraftedPlan): void {
  const touched = new Set(
    draft.items.filter((item) => isChanged(draft, item)).flatMap(({ task }) => [task.id, task.parentId]),
  );
  const kept = new Set(draft.items.map(({ task }) => task.id));
  for (const id of draft.formerIds) if (!kept.has(id)) touched.add(draft.formerly(id)!.parentId);
  // Parts first: a parent goes by them.
  for (const item of draft.items.toReversed()) {
    if (!touched.has(item.task.id)) continue;
    const parts = draft.partsOf(item);
    item.task.isLeadInferred =
      item.task.draftedUnits.lead.length === 0 && parts.every(({ task }) => task.isLeadInferred);
  }
}

/** Gives every task its place and version, and tells what has changed. */
function changesOf(draft: DraftedPlan, verb: EventType): Change[] {
  const kept = new Set(draft.items.map(({ task }) => task.id));
  const changes = draft.items.flatMap((item, position): Change[] => {
    const { task, targets } = item;
    const former = draft.formerly(task.id);
    const changed = isChanged(draft, item);
    task.position = position;
    if (!former) return [taskChange('task.added', task, targets, null)];
    if (changed) task.version = former.version + 1;
    else if (former.position === position) return [];
    return [taskChange(changed ? verb : 'task.placed', task, targets, { ...former })];
  });
  const removed = draft.formerIds
    .filter((id) => !kept.has(id))
    .map((id): Change => {
      const { plan } = draft;
      const before = { ...draft.formerly(id)! };
      const where = { jurisdictionId: plan.jurisdictionId, planId: plan.id, taskId: id };
      return { type: 'task.removed', entity: 'task', entityId: id, ...where, before, after: null };
    });
  return [...changes, ...removed];
}

async function writeRows(tx: EntityManager, draft: DraftedPlan): Promise<void> {
  const rows = draft.items.map(({ task }) => task);
  const kept = new Set(rows.map(({ id }) => id));
  const removed = draft.formerIds.filter((id) => !kept.has(id));
  const added = rows.filter(({ id }) => !draft.formerly(id));
  const changed = draft.items.filter((item) => draft.formerly(item.task.id) && isChanged(draft, item));
  const moved = rows.filter(({ id, position }) => (draft.formerly(id)?.position ?? position) !== position);

  await tx.delete(Target, { taskId: In([...removed, ...changed.map(({ task }) => task.id)]) });
  // A position is free only when whoever had it has left: all that go away step aside first.
  await tx.query(`update task set position = -1 - position where id = any($1)`, [
    [...removed, ...moved.map(({ id }) => id)],
  ]);
  await insertAll(tx, Task, added);
  await updateWords(
    tx,
    changed.map(({ task }) => task),
  );
  await tx.query(
    `update task set position = r.position from jsonb_to_recordset($1::jsonb) as r(id uuid, position int)
     where task.id = r.id`,
    [JSON.stringify(moved.map(({ id, position }) => ({ id, position })))],
  );
  await insertAll(
    tx,
    Target,
    draft.items
      .filter((item) => !draft.formerly(item.task.id) || changed.includes(item))
      .flatMap(({ task, targets }) => targets.map((target, position) => ({ ...target, taskId: task.id, position }))),
  );
  // One statement: the reference from part to parent is looked at when it ends.
  await tx.delete(Task, { id: In(removed) });
}

async function updateWords(tx: EntityManager, tasks: readonly Task[]): Promise<void> {
  if (tasks.length === 0) return;
  await tx.query(
    `update task set parent_id = r."parentId", upper_assignment_id = r."upperAssignmentId", number = r.number, path = r.path, content = r.content,
       drafted_units = r."draftedUnits", open_ended = r."openEnded", leaders = r.leaders,
       is_lead_inferred = r."isLeadInferred", deadline_text = r."deadlineText", deadline_due = r."deadlineDue",
       milestones = r.milestones, marks = r.marks, source_start = r."sourceStart", source_end = r."sourceEnd", version = r.version
     from jsonb_to_recordset($1::jsonb) as r(id uuid, "parentId" uuid, "upperAssignmentId" uuid, number text, path text[], content text,
       "draftedUnits" jsonb, "openEnded" text, leaders text[], "isLeadInferred" boolean, "deadlineText" text,
       "deadlineDue" date, milestones jsonb, marks jsonb, "sourceStart" int, "sourceEnd" int, version int)
     where task.id = r.id`,
    [JSON.stringify(tasks)],
  );
}
