import { conflict, DomainError, notFound } from '@duban/kernel';
import { Injectable } from '@nestjs/common';
import type { Job } from 'bullmq';
import { JobProducer } from './job.producer';
import { type QueueName, specOf } from './queue.registry';
import type { StoredQueue } from './queue.backend';
import { withoutPersons } from './without-persons';

/** A job whose last try failed, and that is kept to be looked at. */
export interface FailedJob {
  id: string;
  /** One of the registry's names (`noun.verb`), or one that an older or newer duban knows. */
  name: string;
  /** The ids that it carries; null where it carries what it should not. */
  payload: Record<string, string> | null;
  /** Tries so far. */
  attempts: number;
  addedAt: Date;
  failedAt: Date;
  /** What went wrong at the last try, with nothing in it of people. */
  error: string;
}

/** Failed jobs (失败任务) of the queues: to be looked at, tried again, put away. */
@Injectable()
export class FailedJobs {
  constructor(private readonly jobs: JobProducer) {}

  /**
   * Newest first.
   * @param from how many of the newest are left out
   * @throws DomainError unavailable `QUEUE.AWAY`
   */
  async list(queue: QueueName, from: number, limit: number): Promise<FailedJob[]> {
    const found = await this.asked(queue, (stored) => stored.getFailed(from, from + limit - 1));
    // One may be gone by the time it is read.
    return found.filter((job) => job !== undefined).map((job) => viewOf(queue, job));
  }

  /** @throws DomainError as {@link list}, notFound `QUEUE.JOB_UNKNOWN`, conflict `QUEUE.JOB_NOT_FAILED` */
  async get(queue: QueueName, id: string): Promise<FailedJob> {
    return viewOf(queue, await this.failed(queue, id));
  }

  /** It has its turn again at once; its tries go on counting. @throws DomainError as {@link get} */
  async retry(queue: QueueName, id: string): Promise<void> {
    const job = await this.failed(queue, id);
    await this.asked(queue, () => job.retry('failed'));
  }

  /** All that have failed by now. @throws DomainError as {@link list} */
  async retryAll(queue: QueueName): Promise<void> {
    await this.asked(queue, (stored) => stored.retryJobs({ state: 'failed' }));
  }

  /** It is kept no longer. @throws DomainError as {@link get} */
  async remove(queue: QueueName, id: string): Promise<void> {
    const job = await this.failed(queue, id);
    await this.asked(queue, () => job.remove());
  }

  private async failed(queue: QueueName, id: string): Promise<Job> {
    const found = await this.asked(queue, async (stored) => {
      const job = await stored.getJob(id);
      return { job, state: await job?.getState() };
    });
    if (!found.job) throw notFound('QUEUE.JOB_UNKNOWN', 'The queue keeps no such job any more.', { id });
    if (found.state !== 'failed') {
      throw conflict('QUEUE.JOB_NOT_FAILED', 'The job has not failed, or is being tried again already.', {
        id,
        state: found.state,
      });
    }
    return found.job;
  }

  private async asked<T>(queue: QueueName, question: (stored: StoredQueue) => Promise<T>): Promise<T> {
    const answer = await this.jobs.ask(queue, 'failed jobs are not known', async (stored) => ({
      value: await question(stored),
    }));
    if (answer === null) {
      throw new DomainError('unavailable', 'QUEUE.AWAY', 'The queue’s store does not answer now. Nothing is lost.');
    }
    return answer.value;
  }
}

function viewOf(queue: QueueName, job: Job): FailedJob {
  const payload = specOf(queue).jobs[job.name]?.safeParse(job.data);
  return {
    id: job.id!,
    name: job.name,
    payload: payload?.success ? (payload.data as Record<string, string>) : null,
    attempts: job.attemptsMade,
    addedAt: new Date(job.timestamp),
    failedAt: new Date(job.finishedOn ?? job.timestamp),
    error: withoutPersons(job.failedReason ?? ''),
  };
}
