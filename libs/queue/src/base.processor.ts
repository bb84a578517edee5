import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DomainError } from '@duban/kernel';
import { type Job, UnrecoverableError } from 'bullmq';
import { ErrorLog, messageOf } from './error-log';
import type { QueueBackend, StoredWorker, WorkerSettings } from './queue.backend';
import { type JobName, type JobPayload, QUEUE_NAMES, type QueueName, specOf } from './queue.registry';
import { within } from './within';

/** One handler for every job of the queue; a missing one is a type error. */
export type JobHandlers<Q extends QueueName> = {
  readonly [J in JobName<Q>]: (payload: JobPayload<Q, J>, signal?: AbortSignal) => Promise<unknown>;
};

const REOPEN_MS = 1_000;
/** How long a shutdown waits for jobs in flight; supervisors of processes usually kill after 30 seconds. */
const CLOSE_MS = 25_000;
const ANSWER_MS = 2_000;

/**
 * Handles the jobs of one queue. Jobs may come twice, late or never: a handler reads the row that the payload names
 * and does only what is still to be done. `signal` fires when another worker may have taken the job over.
 */
export abstract class BaseProcessor<Q extends QueueName> implements OnApplicationBootstrap, OnModuleDestroy {
  protected abstract readonly handlers: JobHandlers<Q>;
  private readonly logger = new Logger('queue');
  private readonly errors = new ErrorLog('queue');
  private worker: StoredWorker | undefined;
  private readonly inFlight = new Set<Promise<unknown>>();
  private isClosing = false;

  protected constructor(
    readonly queue: Q,
    private readonly backend: QueueBackend,
  ) {}

  /** Does not wait for the store: the process starts without it, the worker when it is there. */
  onApplicationBootstrap(): void {
    void this.work();
  }

  /** Waits until jobs in flight are done; Nest closes what they use afterwards. */
  async onModuleDestroy(): Promise<void> {
    this.isClosing = true;
    const worker = this.worker;
    if (!worker) return;
    try {
      await within(CLOSE_MS, () => this.finish(worker));
    } catch (error) {
      this.logger.warn(`queue ${this.queue}: the worker did not close in time: ${messageOf(error)}`);
    }
  }

  private async finish(worker: StoredWorker): Promise<void> {
    const isConnected = worker.isRunning() && (await within(ANSWER_MS, () => worker.isConnected()).catch(() => false));
    if (isConnected) return worker.close();
    // Without its store a worker would wait for ever to be told that nothing is left to do.
    await Promise.allSettled(this.inFlight);
    await worker.close(true);
  }

  private async work(): Promise<void> {
    while (!this.isClosing) {
      const worker = this.open();
      this.worker = worker;
      try {
        await worker.waitUntilReady();
        await worker.run();
        return;
      } catch (error) {
        // A worker that once failed to become ready stays so for ever.
        this.errors.warn(`queue ${this.queue}: the worker does not start yet`, error);
        await worker.close().catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, REOPEN_MS));
      }
    }
  }

  private open(): StoredWorker {
    const worker = this.backend.openWorker(
      this.queue,
      // Three named parameters: BullMQ makes a signal only for a function that takes one.
      (job, _token, signal) => this.handle(job, signal),
      this.settings(),
      {
        onError: (error) => this.errors.warn(`queue ${this.queue}`, error),
        onFailed: ({ name, id }, error, isFinal) => {
          if (isFinal) this.logger.error(`job ${name} ${id} failed for good: ${messageOf(error)}`, error.stack);
          else this.errors.warn(`job ${name} ${id} will be tried again`, error);
        },
        onLockLost: (jobIds) => jobIds.forEach((id) => worker.cancelJob(id, 'the lock was lost')),
      },
    );
    return worker;
  }

  private settings(): WorkerSettings {
    const { concurrency, lockMs, stalledCheckMs, keepCompleted, keepFailed } = specOf(this.queue);
    return {
      concurrency,
      lockDuration: lockMs,
      stalledInterval: stalledCheckMs,
      removeOnComplete: keepCompleted,
      removeOnFail: keepFailed,
    };
  }

  private async handle(job: Pick<Job, 'name' | 'data'>, signal?: AbortSignal): Promise<unknown> {
    const schema = specOf(this.queue).jobs[job.name];
    if (!schema) throw new UnrecoverableError(`queue ${this.queue} has no job ${job.name}`);
    const payload = schema.safeParse(job.data);
    if (!payload.success)
      throw new UnrecoverableError(`job ${job.name} carries what it should not: ${payload.error.message}`);
    const handler = this.handlers[job.name as JobName<Q>] as (
      payload: object,
      signal?: AbortSignal,
    ) => Promise<unknown>;
    const working = handler(payload.data, signal);
    this.inFlight.add(working);
    try {
      return await working;
    } catch (error) {
      if (error instanceof DomainError && !error.retryable) {
        throw new UnrecoverableError(`${error.code}: ${error.message}`);
      }
      throw error;
    } finally {
      this.inFlight.delete(working);
    }
  }
}

/**
 * For the start of the worker: a queue that nobody serves would fill up in silence.
 * @throws Error that names the queues without a processor, or with two
 */
export function assertEveryQueueHasAProcessor(processors: readonly Pick<BaseProcessor<QueueName>, 'queue'>[]): void {
  const wrong = QUEUE_NAMES.map((name) => ({ name, count: processors.filter((p) => p.queue === name).length }))
    .filter(({ count }) => count !== 1)
    .map(({ name, count }) => `${name} (${count})`);
  if (wrong.length > 0) throw new Error(`every queue needs exactly one processor; otherwise: ${wrong.join(', ')}`);
}
