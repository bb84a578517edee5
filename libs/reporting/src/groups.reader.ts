import { isAnothers } from '@duban/database';
import { unitScope } from '@duban/directory';
import type { Actor } from '@duban/history';
import { forbidden, notFound } from '@duban/kernel';
import { GroupCompletionService, type GroupStanding } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Conditions, NOT_RESTRICTED } from './conditions';

/** How groups (集合单位) stand in tasks. Who has a part in a task sees who else has, and how far they are. */
@Injectable()
export class GroupsReader {
  constructor(private readonly groups: GroupCompletionService) {}

  /** @throws DomainError TASK.UNKNOWN, TASK.NOT_YOURS */
  async ofTask(tx: EntityManager, actor: Actor, taskId: string): Promise<{ items: GroupStanding[] }> {
    unitScope(actor);
    const where = new Conditions().add(NOT_RESTRICTED).addMatter(actor).add('t.id = $?', taskId);
    const [task]: unknown[] = await tx.query(`select from task t where ${where}`, where.parameters);
    if (task) return { items: await this.groups.standings(tx, taskId) };
    if (await isAnothers(tx, 'task', taskId)) {
      throw forbidden('TASK.NOT_YOURS', 'Your unit has no part in this task.', { taskId });
    }
    throw notFound('TASK.UNKNOWN', 'There is no such task.', { taskId });
  }
}
