import { consequences, isAnothers } from '@duban/database';
import { assertInMatter, type MatterPlace, UnitDirectory, unitScope } from '@duban/directory';
import { forbidden, notFound } from '@duban/kernel';
import type { Actor } from '@duban/history';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Assignment } from './assignment.entity';
import { Plan } from './plan.entity';
import { Task } from './task.entity';

/** An assignment (责任分工) with what belongs to it, all rows locked. */
export interface HeldAssignment {
  plan: Plan;
  task: Task;
  assignment: Assignment;
  unitName: string;
}

/** Finds and locks assignments for a command. */
@Injectable()
export class HeldAssignments {
  constructor(private readonly directory: UnitDirectory) {}

  /**
   * Locks from the whole to the part, always in this order, so that two people at once wait and do not deadlock. Not
   * the keys: a sweep that holds the obligation writes rows that refer to the task. The assignment is the actor's to find
   * and to lock; the tasks above it are not, and wait as a consequence.
   */
  async hold(tx: EntityManager, id: string): Promise<HeldAssignment> {
    const rows: { taskId: string; rootId: string }[] = await tx.query(
      `select t.id as "taskId", coalesce(t.parent_id, t.id) as "rootId"
       from assignment a join task t on t.id = a.task_id where a.id = $1`,
      [id],
    );
    const found = rows[0];
    if (!found) {
      if (await isAnothers(tx, 'assignment', id)) throw notYours();
      throw notFound('ASSIGNMENT.UNKNOWN', 'There is no such assignment.', { assignmentId: id });
    }
    const lock = { mode: 'for_no_key_update' } as const;
    const task = await consequences(tx, async () => {
      const root = await tx.getRepository(Task).findOneOrFail({ where: { id: found.rootId }, lock });
      return found.taskId === found.rootId
        ? root
        : tx.getRepository(Task).findOneOrFail({ where: { id: found.taskId }, lock });
    });
    const assignment = await tx.getRepository(Assignment).findOne({ where: { id }, lock });
    // Seen, but not theirs to change.
    if (!assignment) throw notYours();
    const plan = await tx.getRepository(Plan).findOneByOrFail({ id: task.planId });
    const names = await this.directory.namesOf(tx, [assignment.unitId]);
    return { plan, task, assignment, unitName: names.get(assignment.unitId) ?? '' };
  }

  timeZoneOf(tx: EntityManager, { jurisdictionId }: Assignment): Promise<string> {
    return this.directory.timeZoneOf(tx, jurisdictionId);
  }

  /**
   * What a unit hands in is read by the government, by the unit itself and by the lead of the task.
   * @throws DomainError ASSIGNMENT.UNKNOWN, ASSIGNMENT.NOT_YOURS, DELEGATION.OUT_OF_MATTER
   */
  async assertReadable(tx: EntityManager, actor: Actor, id: string): Promise<Assignment> {
    const unitId = unitScope(actor);
    const assignment = await tx.getRepository(Assignment).findOneBy({ id });
    if (!assignment) {
      if (await isAnothers(tx, 'assignment', id)) throw notYours();
      throw notFound('ASSIGNMENT.UNKNOWN', 'There is no such assignment.', { assignmentId: id });
    }
    const { taskId } = assignment;
    const isOf =
      unitId === null ||
      assignment.unitId === unitId ||
      (await tx.getRepository(Assignment).existsBy({ taskId, unitId, role: 'lead' }));
    if (!isOf) throw notYours();
    const task = await tx.getRepository(Task).findOneByOrFail({ id: taskId });
    assertInMatter(actor, placeOf(task));
    return assignment;
  }
}

/** Where an assignment stands among the matters that a delegation (代行) is limited to. */
export const placeOf = ({ planId, id, parentId }: Task): MatterPlace => ({ planId, taskId: id, parentId });

export const notYours = (): Error =>
  forbidden('ASSIGNMENT.NOT_YOURS', 'This part of the task is not yours to move; nothing was changed.');
