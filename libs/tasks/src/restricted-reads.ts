import { consequences, readFromPrimary, Transactor } from '@duban/database';
import { type Actor, type Change, HistoryService } from '@duban/history';
import { Injectable } from '@nestjs/common';

/** Records who read what of restricted matters (限知事项). */
@Injectable()
export class RestrictedReads {
  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
  ) {}

  /**
   * One event for each restricted matter that is among what was read. An answer for which there is no event is not given.
   * @param ids of plans, tasks, parts and obligations, and of whatever else
   * @param what was asked: `GET /api/v1/tasks/:id`
   */
  async record(actor: Actor, at: Date, ids: readonly string[], what: string): Promise<void> {
    if (ids.length === 0) return;
    readFromPrimary();
    await this.transactor.as(actor, async (tx) => {
      const matters: { planId: string; taskId: string | null }[] = await tx.query(
        `select plan_id as "planId", task_id as "taskId" from restricted_among($1::uuid[])`,
        [ids],
      );
      const changes = matters.map(({ planId, taskId }): Change => ({
        type: 'restriction.read',
        entity: 'restriction',
        entityId: taskId ?? planId,
        planId,
        taskId,
        after: { request: what },
      }));
      // Everybody who is named reads; no post has a right to write of it.
      await consequences(tx, () => this.history.append(tx, actor, at, changes));
    });
  }
}
