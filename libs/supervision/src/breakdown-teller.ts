import { UnitDirectory } from '@duban/directory';
import { lowerTasksOf, type UpperMoved } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NotificationWriter, type WantedNotification } from './notification.writer';
import type { Obligation } from './obligation.entity';
import { excerpt } from './obligation.terms';

/** Tells the second level (二级分解) what became of the part above it: the unit whose it is, and those with open parts. */
@Injectable()
export class BreakdownTeller {
  constructor(
    private readonly directory: UnitDirectory,
    private readonly notifications: NotificationWriter,
  ) {}

  async tell(tx: EntityManager, { at, jurisdictionId, move, reason, dueOn, below }: UpperMoved): Promise<void> {
    if (below.length === 0) return;
    const tasks: { id: string; number: string | null; content: string }[] = await tx.query(
      `select id, number, content from task where id = any($1::uuid[])`,
      [below.map(({ taskId }) => taskId)],
    );
    const byId = new Map(tasks.map((task) => [task.id, task]));
    const unitIds = [...new Set(below.flatMap(({ issuerId, unitIds: ids }) => [issuerId, ...ids]))];
    const posts = await this.directory.postsOf(tx, unitIds);
    const names = await this.directory.namesOf(tx, unitIds);
    const wanted = below.flatMap(({ taskId, planId, issuerId, unitIds: ids }): WantedNotification[] => {
      const { number, content } = byId.get(taskId)!;
      const told = [issuerId, ...ids].map((unitId) => ({ unitId, post: posts.get(unitId)!.contact }));
      told.push({ unitId: issuerId, post: posts.get(issuerId)!.head });
      return told.map(({ unitId, post }) => ({
        jurisdictionId,
        postId: post,
        kind: 'upper_moved',
        planId,
        taskId,
        parameters: {
          taskNumber: number,
          taskContent: excerpt(content),
          unitName: names.get(unitId) ?? '',
          move,
          reason,
          dueOn,
        },
      }));
    });
    await this.notifications.write(tx, at, await this.directory.timeZoneOf(tx, jurisdictionId), wanted);
  }

  /** New dates of what is owed to the level above: of a completion the second level hears. */
  async tellRedated(tx: EntityManager, at: Date, obligations: readonly Obligation[]): Promise<void> {
    const redated = obligations.filter(({ kind, deadlineVersion }) => kind === 'completion' && deadlineVersion > 1);
    if (redated.length === 0) return;
    const lower = await lowerTasksOf(
      tx,
      redated.map(({ assignmentId }) => assignmentId),
    );
    for (const { assignmentId, jurisdictionId, dueOn } of redated) {
      const below = lower.filter(({ upperAssignmentId }) => upperAssignmentId === assignmentId);
      await this.tell(tx, { at, jurisdictionId, move: 'redated', reason: null, dueOn, below });
    }
  }
}
