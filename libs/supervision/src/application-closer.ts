import { applicationMachine } from '@duban/domain';
import { type Actor, type Change, type EventType, HistoryService } from '@duban/history';
import { decide } from '@duban/state-machine';
import { NO_STEP } from '@duban/tasks';
import { Injectable } from '@nestjs/common';
import { type EntityManager, type FindOptionsWhere, In } from 'typeorm';
import { Application, applicationSnapshot } from './application.entity';
import type { Obligation } from './obligation.entity';

/** Takes applications (申请) back that nobody has to decide any more. */
@Injectable()
export class ApplicationCloser {
  constructor(private readonly history: HistoryService) {}

  /** Nothing is owed any more, so more time for it is not asked for either. */
  closeOf(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    obligations: readonly Obligation[],
  ): Promise<void> {
    const obligationId = In(obligations.map(({ id }) => id));
    return this.close(tx, actor, at, planId, { kind: 'extension', obligationId });
  }

  /** The part was reported again, or has ended. */
  closeOfPart(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    assignmentId: string,
    kinds: readonly ('close_unimplemented' | 'review')[],
  ): Promise<void> {
    return this.close(tx, actor, at, planId, { kind: In([...kinds]), assignmentId });
  }

  private async close(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    planId: string,
    where: FindOptionsWhere<Application>,
  ): Promise<void> {
    const open = await tx.getRepository(Application).find({
      where: { ...where, state: 'requested' },
      order: { id: 'ASC' },
      lock: { mode: 'for_no_key_update' },
    });
    const changes: Change[] = [];
    for (const application of open) {
      const facts = {
        kind: application.kind,
        isOwn: false,
        isOwnReturn: false,
        isBeyondOfficer: false,
        reason: null,
        isLater: true,
      };
      const decision = decide(applicationMachine, application.state, 'withdraw', ['system'], facts);
      if (!decision.ok) continue;
      const before = { ...applicationSnapshot(application) };
      Object.assign(application, { state: decision.to, decidedAt: at, ...NO_STEP });
      await tx.getRepository(Application).save(application);
      changes.push(applicationChange('application.withdrawn', application, planId, before));
    }
    await this.history.append(tx, actor, at, changes);
  }
}

/** One change of an application, as history keeps it. */
export const applicationChange = (
  type: EventType,
  application: Application,
  planId: string,
  before: Record<string, unknown> | null,
): Change => ({
  type,
  entity: 'application',
  entityId: application.id,
  jurisdictionId: application.jurisdictionId,
  planId,
  taskId: application.taskId,
  reason: application.decision ?? application.reason,
  before,
  after: { ...applicationSnapshot(application) },
});
