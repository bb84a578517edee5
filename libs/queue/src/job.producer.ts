import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { JobsOptions } from 'bullmq';
import { ErrorLog } from './error-log';
import { QueueBackend, type StoredQueue } from './queue.backend';
import { type JobName, type JobPayload, QUEUE_NAMES, type QueueName, specOf } from './queue.registry';
import { within } from './within';

/** An answer that takes longer than this is none: a request waits behind it. */
const ANSWER_MS = 2_000;
/** The store is not asked again so soon after it failed, lest thousands of jobs each wait for it. */
const PAUSE_MS = 1_000;

export interface AddOptions {
  /** Milliseconds before the job may run. */
  delayMs?: number;
  /** A job with an id that is still kept is not added again. Only ever a hint; no `:`, not digits alone. */
  jobId?: string;
}

/** Jobs of one queue by state, for the metrics. */
export type JobCounts = Record<'waiting' | 'active' | 'delayed' | 'completed' | 'failed', number>;

/**
 * Adds jobs. A job is a hint that there is work in the database: one that cannot be added is counted and logged, and
 * the work is found by the sweep's timer. So nothing here throws because the queue's store is away.
 */
@Injectable()
export class JobProducer implements OnApplicationShutdown {
  private readonly queues = new Map<QueueName, { queue: StoredQueue; ready: Promise<void> }>();
  private readonly log = new ErrorLog('queue');
  private pauseUntil = 0;
  private lost = 0;
  private isClosed = false;

  constructor(private readonly backend: QueueBackend) {}

  /** How many jobs could not be added since the process started. */
  get lostJobs(): number {
    return this.lost;
  }

  /** @returns whether the job was added; false, within two seconds, where the store is away */
  async add<Q extends QueueName, J extends JobName<Q>>(
    queue: Q,
    job: J,
    payload: JobPayload<Q, J>,
    options: AddOptions = {},
  ): Promise<boolean> {
    const added = await this.ask(queue, `job ${job} was not added`, (stored) =>
      stored.add(job, payload, { ...jobOptions(queue), delay: options.delayMs, jobId: options.jobId }),
    );
    if (added === null) this.lost++;
    return added !== null;
  }

  /** Keeps one job of the name coming; to be repeated, since a store that lost its memory forgets it. */
  async schedule<Q extends QueueName, J extends JobName<Q>>(
    queue: Q,
    job: J,
    payload: JobPayload<Q, J>,
    everyMs: number,
  ): Promise<boolean> {
    const template = { name: job, data: payload, opts: jobOptions(queue) };
    const scheduled = await this.ask(queue, `job ${job} was not scheduled`, (stored) =>
      stored.upsertJobScheduler(job, { every: everyMs }, template),
    );
    return scheduled !== null;
  }

  /** When a job of the queue was last completed, by any process; null where none is kept or the store is away. */
  async lastCompletedAt(queue: QueueName): Promise<Date | null> {
    const jobs = await this.ask(queue, 'finished jobs are not known', (stored) => stored.getCompleted(0, 0));
    const finishedOn = jobs?.[0]?.finishedOn;
    return finishedOn === undefined ? null : new Date(finishedOn);
  }

  /** Whether the store answers. */
  async ping(): Promise<boolean> {
    return (await this.ask('sweep', 'the store does not answer', (stored) => stored.getJobCounts('wait'))) !== null;
  }

  /** Null for a queue whose store is away. */
  async counts(): Promise<Record<QueueName, JobCounts | null>> {
    const counts = await Promise.all(
      QUEUE_NAMES.map(async (name) => {
        const found = await this.ask(name, 'jobs were not counted', (stored) =>
          stored.getJobCounts('waiting', 'active', 'delayed', 'completed', 'failed'),
        );
        return [name, found as JobCounts | null] as const;
      }),
    );
    return Object.fromEntries(counts) as Record<QueueName, JobCounts | null>;
  }

  // The last of the hooks: until then somebody may still have a hint to give.
  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.queues.values()].map(({ queue }) => close(queue)));
  }

  /** Something else asked of a queue's store, for this library's own. Null where the store is away. */
  async ask<T>(name: QueueName, failure: string, question: (queue: StoredQueue) => Promise<T>): Promise<T | null> {
    if (this.isClosed || Date.now() < this.pauseUntil) return null;
    try {
      return await within(ANSWER_MS, async () => question(await this.open(name)));
    } catch (error) {
      this.pauseUntil = Date.now() + PAUSE_MS;
      this.log.warn(`queue ${name}: ${failure}, the sweep's timer will find the work`, error);
      return null;
    }
  }

  private async open(name: QueueName): Promise<StoredQueue> {
    const known = this.queues.get(name);
    if (known) {
      await known.ready;
      return known.queue;
    }
    const queue = this.backend.openQueue(name, (error) => this.log.warn(`queue ${name}`, error));
    const ready = queue.waitUntilReady().then(
      () => undefined,
      async (error) => {
        // A queue that once failed to become ready stays so for ever; the next job opens another.
        this.queues.delete(name);
        await close(queue);
        throw error;
      },
    );
    this.queues.set(name, { queue, ready });
    await ready;
    return queue;
  }
}

function jobOptions(queue: QueueName): Pick<JobsOptions, 'attempts' | 'backoff' | 'removeOnComplete' | 'removeOnFail'> {
  const { attempts, backoff, keepCompleted, keepFailed } = specOf(queue);
  return { attempts, backoff, removeOnComplete: keepCompleted, removeOnFail: keepFailed };
}

/** A store that is away does not say good-bye either. */
async function close(queue: StoredQueue): Promise<void> {
  await within(ANSWER_MS, () => queue.close())
    .catch(() => within(ANSWER_MS, () => queue.disconnect()))
    .catch(() => undefined);
}
