import { Transactor } from '@duban/database';
import { assertMay } from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { newId } from '@duban/kernel';
import { type FailedJob, FailedJobs, type JobCounts, JobProducer, QUEUE_NAMES, type QueueName } from '@duban/queue';
import { oldestDueSeconds } from '@duban/supervision';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { cursorKey, cursorOf, isCount, type Page } from './page';

/**
 * What became of the work for which a job was a hint: nothing of it is left (`done`), it is still `to_do`, or `unknown`
 * where the job says nothing of it that can be looked up.
 */
export type WorkOfJob = 'done' | 'to_do' | 'unknown';

export interface FailedJobView extends FailedJob {
  work: WorkOfJob;
}

export interface QueueView {
  name: QueueName;
  /** Null where the queue's store does not answer. */
  counts: JobCounts | null;
}

export interface Queues {
  queues: QueueView[];
  /** For how long the oldest step that is due has waited for a sweep. */
  oldestDueSeconds: number;
  /** Hints that this process could not give to the queue since it started; the sweep finds their work. */
  lostJobs: number;
}

/** Where the truth lies of what a job names, by the field that names it: SQL of the ids in $1 whose work is to be done. */
const TO_DO: Readonly<Record<string, string>> = {
  deliveryId: `select id from delivery where id = any($1::uuid[]) and state in ('queued', 'sending')`,
  resetId: `select id from password_reset where id = any($1::uuid[]) and settled_at is null`,
  testId: `select id from channel_test where id = any($1::uuid[]) and finished_at is null`,
  importId: `select id from plan_import where id = any($1::uuid[]) and state in ('queued', 'reading')`,
  packageId: `select id from archive_package where id = any($1::uuid[]) and finished_at is null`,
};

/**
 * The queues (任务队列) for those who run duban. A job is a hint: whether its work is done is told by the tables, and by
 * the last sweep, which does whatever a job has missed. Names, ids and errors only, as the system: never what matters are
 * about.
 */
@Injectable()
export class QueueKeeper {
  constructor(
    private readonly transactor: Transactor,
    private readonly jobs: JobProducer,
    private readonly failing: FailedJobs,
    private readonly history: HistoryService,
  ) {}

  async queues(now: Date): Promise<Queues> {
    const [counts, waited] = await Promise.all([
      this.jobs.counts(),
      this.transactor.run((tx) => oldestDueSeconds(tx, now)),
    ]);
    return {
      queues: QUEUE_NAMES.map((name) => ({ name, counts: counts[name] })),
      oldestDueSeconds: waited,
      lostJobs: this.jobs.lostJobs,
    };
  }

  /** Newest first. @throws DomainError unavailable `QUEUE.AWAY`, invalid `REQUEST.BAD_CURSOR` */
  async failedJobs(
    queue: QueueName,
    { cursor, limit }: { cursor?: string; limit: number },
  ): Promise<Page<FailedJobView>> {
    const [from] = (cursorKey(cursor, [(part) => isCount(part) && (part as number) >= 0]) ?? [0]) as [number];
    const found = await this.failing.list(queue, from, limit + 1);
    const items = await this.withWork(found.slice(0, limit));
    return { items, next: found.length > limit ? cursorOf([from + limit]) : null };
  }

  /**
   * Recorded before it is done: where the store then does not answer, neither is.
   * @throws DomainError `RIGHTS.NOT_ALLOWED`, `QUEUE.AWAY`, `QUEUE.JOB_UNKNOWN`, `QUEUE.JOB_NOT_FAILED`
   */
  async retry(tx: EntityManager, actor: Actor, at: Date, queue: QueueName, id: string): Promise<{ id: string }> {
    assertMay(actor, 'queue.manage');
    const job = await this.failing.get(queue, id);
    await this.tell(tx, actor, at, 'queue.job_retried', queue, job);
    await this.failing.retry(queue, id);
    return { id };
  }

  /** @returns how many had failed; where none had, nothing is recorded */
  async retryAll(tx: EntityManager, actor: Actor, at: Date, queue: QueueName): Promise<{ retried: number }> {
    assertMay(actor, 'queue.manage');
    const [newest] = await this.failing.list(queue, 0, 1);
    if (!newest) return { retried: 0 };
    const count = (await this.jobs.counts())[queue]?.failed ?? 1;
    await this.history.append(tx, actor, at, [
      { type: 'queue.jobs_retried', entity: 'queue', entityId: newId(), after: { queue, count } },
    ]);
    await this.failing.retryAll(queue);
    return { retried: count };
  }

  /** @throws DomainError as {@link retry} */
  async remove(tx: EntityManager, actor: Actor, at: Date, queue: QueueName, id: string): Promise<{ id: string }> {
    assertMay(actor, 'queue.manage');
    const job = await this.failing.get(queue, id);
    await this.tell(tx, actor, at, 'queue.job_removed', queue, job);
    await this.failing.remove(queue, id);
    return { id };
  }

  /** What failed is told whole, since the job itself is kept for days at most. */
  private async tell(
    tx: EntityManager,
    actor: Actor,
    at: Date,
    type: 'queue.job_retried' | 'queue.job_removed',
    queue: QueueName,
    { id, name, payload, attempts, failedAt, error }: FailedJob,
  ): Promise<void> {
    const after = { queue, job: name, jobId: id, payload, attempts, failedAt: failedAt.toISOString(), error };
    await this.history.append(tx, actor, at, [{ type, entity: 'queue', entityId: newId(), after }]);
  }

  private async withWork(jobs: readonly FailedJob[]): Promise<FailedJobView[]> {
    const toDo = await this.toDoOf(jobs);
    const swept = await this.jobs.lastCompletedAt('sweep');
    return jobs.map((job) => ({ ...job, work: workOf(job, toDo, swept) }));
  }

  private async toDoOf(jobs: readonly FailedJob[]): Promise<ReadonlySet<string>> {
    const named = jobs.flatMap(({ payload }) => Object.entries(payload ?? {}));
    if (named.length === 0) return new Set();
    return this.transactor.run(async (tx) => {
      await tx.query('set transaction read only');
      const toDo = new Set<string>();
      for (const [field, sql] of Object.entries(TO_DO)) {
        const ids = named.filter(([name]) => name === field).map(([, id]) => id);
        if (ids.length === 0) continue;
        const rows: { id: string }[] = await tx.query(sql, [ids]);
        for (const { id } of rows) toDo.add(id);
      }
      return toDo;
    });
  }
}

function workOf({ payload, failedAt }: FailedJob, toDo: ReadonlySet<string>, swept: Date | null): WorkOfJob {
  if (payload === null) return 'unknown';
  const ids = Object.values(payload);
  // What names nothing, the sweep itself and the composing of digests, is done whole by each sweep.
  if (ids.length === 0) return swept !== null && swept > failedAt ? 'done' : 'to_do';
  return ids.some((id) => toDo.has(id)) ? 'to_do' : 'done';
}
