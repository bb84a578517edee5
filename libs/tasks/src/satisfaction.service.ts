import type { SatisfactionMethod, SatisfactionRating } from '@duban/domain';
import { assertMay, UnitDirectory } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { conflict, invalid, type LocalDate, localDateOf, newId, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { taskOf } from './instruction.service';
import { refuseSecretWords } from './plan-draft';
import { Plan } from './plan.entity';
import { Satisfaction } from './satisfaction.entity';
import { SupervisionPort } from './supervision.port';

export interface NewSatisfaction {
  rating: SatisfactionRating;
  method: SatisfactionMethod;
  remark?: string;
  /** The day on which they were asked. */
  on: LocalDate;
}

/**
 * Keeps what the public thinks of what was done (满意度), of any task: whether a matter came from the public is not asked.
 * Each try is kept; who is not satisfied is heard of by the lead, and the office may return or reopen for it.
 */
@Injectable()
export class SatisfactionService {
  constructor(
    private readonly history: HistoryService,
    private readonly directory: UnitDirectory,
    private readonly supervision: SupervisionPort,
  ) {}

  /** @throws DomainError RIGHTS.NOT_ALLOWED, TASK.UNKNOWN, DELEGATION.OUT_OF_MATTER, PLAN.SECRET, SATISFACTION.* */
  async record(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    taskId: string,
    { rating, method, remark, on }: NewSatisfaction,
  ): Promise<Record<string, unknown>> {
    assertMay(actor, 'satisfaction.record');
    const { personId, postId } = actor;
    if (personId === null || postId === null) throw new Error('satisfaction is recorded by a person in a post');
    const task = await taskOf(tx, actor, taskId);
    if (task.state !== 'reported' && task.state !== 'verified') {
      throw conflict('SATISFACTION.TOO_EARLY', 'The public is asked once the task is reported as completed.', {
        state: task.state,
      });
    }
    if (rating === 'unsatisfied' && remark === undefined) {
      throw invalid('SATISFACTION.REMARK_REQUIRED', 'Say in "remark" what they are not satisfied with.', {
        field: 'remark',
      });
    }
    if (remark !== undefined) refuseSecretWords(remark, 'remark');
    const timeZone = await this.directory.timeZoneOf(tx, task.jurisdictionId);
    if (on > localDateOf(at, timeZone)) {
      throw invalid('SATISFACTION.ON_FUTURE', 'The day in "on" is yet to come.', { field: 'on' });
    }
    const reportedOn = await firstReport(tx, taskId, timeZone);
    if (reportedOn !== null && on < reportedOn) {
      throw invalid('SATISFACTION.ON_BEFORE_REPORT', `The completion was first reported on ${reportedOn}.`, {
        field: 'on',
        reportedOn,
      });
    }
    const satisfaction = tx.getRepository(Satisfaction).create({
      id: newId(),
      jurisdictionId: task.jurisdictionId,
      taskId,
      rating,
      method,
      remark: remark ?? null,
      askedOn: on,
      personId,
      forPersonId: actor.delegation?.personId ?? null,
      postId,
      recordedAt: at,
    });
    await tx.getRepository(Satisfaction).insert(satisfaction);
    const { askedOn, jurisdictionId, recordedAt, ...kept } = satisfaction;
    const snapshot = { ...kept, on: askedOn, recordedAt: recordedAt.toISOString() };
    await this.history.append(tx, actor, at, [
      {
        type: 'satisfaction.recorded',
        entity: 'satisfaction',
        entityId: satisfaction.id,
        jurisdictionId,
        planId: task.planId,
        taskId,
        reason: satisfaction.remark,
        after: snapshot,
      },
    ]);
    if (rating === 'unsatisfied') {
      const plan = await tx.getRepository(Plan).findOneByOrFail({ id: task.planId });
      await this.supervision.tellUnsatisfied(tx, { at, plan, task, remark: remark! });
    }
    return snapshot;
  }

  /**
   * What somebody was not satisfied with, as the reason to return or reopen a part of the task.
   * @throws DomainError SATISFACTION.UNKNOWN, SATISFACTION.NOT_UNSATISFIED
   */
  async reasonOf(tx: EntityManager, taskId: string, id: string): Promise<string> {
    const field = 'satisfactionId';
    const found = await tx.getRepository(Satisfaction).findOneBy({ id, taskId });
    if (!found) throw notFound('SATISFACTION.UNKNOWN', 'The task has no such record of satisfaction.', { field });
    if (found.rating !== 'unsatisfied') {
      throw invalid('SATISFACTION.NOT_UNSATISFIED', `They were not dissatisfied: ${found.rating}.`, { field });
    }
    return found.remark!;
  }
}

/** The day on which a lead first reported the completion. */
async function firstReport(tx: EntityManager, taskId: string, timeZone: string): Promise<LocalDate | null> {
  const [row]: { at: Date | null }[] = await tx.query(
    `select min(r.reported_at) as at from report r join assignment a on a.id = r.assignment_id
     where a.task_id = $1 and a.role = 'lead' and r.kind = 'completion'`,
    [taskId],
  );
  return row?.at ? localDateOf(row.at, timeZone) : null;
}
