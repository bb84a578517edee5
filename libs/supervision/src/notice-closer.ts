import { noticeMachine } from '@duban/domain';
import { type Actor, type Change, HistoryService } from '@duban/history';
import { decide } from '@duban/state-machine';
import { NO_STEP } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import type { Obligation } from './obligation.entity';
import { noticeSnapshot, SupervisionNotice } from './supervision-notice.entity';

/** The two events of a notice (督办单) that are nobody's: it is closed or raised because of what happened elsewhere. */
@Injectable()
export class NoticeCloser {
  constructor(private readonly history: HistoryService) {}

  /** Nothing is owed any more, so the notices about it are closed. */
  closeOf(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    obligations: readonly Obligation[],
  ): Promise<void> {
    return this.moveOf(tx, actor, at, 'close', new Map(obligations.map((o) => [o.id, { planId, taskId: o.taskId }])));
  }

  /**
   * The next colour goes out, so the one before is raised. An answer that still waits is about a date before the present
   * one, which nobody has to judge any more: that notice is closed.
   */
  raiseOf(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    obligations: ReadonlyMap<string, { planId: string; taskId: string }>,
  ): Promise<void> {
    return this.moveOf(tx, actor, at, 'raise', obligations);
  }

  private async moveOf(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    event: 'close' | 'raise',
    obligations: ReadonlyMap<string, { planId: string; taskId: string }>,
  ): Promise<void> {
    if (obligations.size === 0) return;
    const notices = await tx.getRepository(SupervisionNotice).find({
      where: { obligationId: In([...obligations.keys()]), state: In(['issued', 'acknowledged', 'answered']) },
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    const changes: Change[] = [];
    for (const notice of notices) {
      const done = event === 'raise' && notice.state === 'answered' ? 'close' : event;
      const decision = decide(noticeMachine, notice.state, done, ['system'], { answer: notice.answer, reason: null });
      if (!decision.ok) continue;
      const before = noticeSnapshot(notice);
      Object.assign(notice, { state: decision.to, judgeBy: null, ...NO_STEP });
      await tx.getRepository(SupervisionNotice).save(notice);
      changes.push({
        type: done === 'close' ? 'supervision_notice.closed' : 'supervision_notice.raised',
        entity: 'supervision_notice',
        entityId: notice.id,
        jurisdictionId: notice.jurisdictionId,
        ...obligations.get(notice.obligationId),
        before: { ...before },
        after: { ...noticeSnapshot(notice) },
      });
    }
    await this.history.append(tx, actor, at, changes);
  }
}
