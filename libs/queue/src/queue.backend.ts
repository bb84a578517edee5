import type { Processor, Queue, Worker, WorkerOptions } from 'bullmq';
import type { QueueName } from './queue.registry';

/** What is used of BullMQ's queue, whatever it is stored in. */
export type StoredQueue = Pick<
  Queue,
  | 'add'
  | 'upsertJobScheduler'
  | 'getJobCounts'
  | 'getCompleted'
  | 'getFailed'
  | 'getJob'
  | 'retryJobs'
  | 'waitUntilReady'
  | 'close'
  | 'disconnect'
>;
/** The same of its worker. */
export type StoredWorker = Pick<Worker, 'run' | 'waitUntilReady' | 'close' | 'cancelJob' | 'isRunning'> & {
  /** Whether the store can be asked now: a worker closes differently without it. */
  isConnected(): Promise<boolean>;
};

export type WorkerSettings = Omit<WorkerOptions, 'connection' | 'prefix' | 'autorun'>;

export interface WorkerListeners {
  onError: (error: Error) => void;
  /** A job's try ended in an error; `isFinal` where none follows. */
  onFailed: (job: { name: string; id: string }, error: Error, isFinal: boolean) => void;
  /** Another worker may take these jobs from now on. */
  onLockLost: (jobIds: string[]) => void;
}

/**
 * Where the jobs are kept. Every process chooses by its configuration alone; two backends can live side by side, since
 * BullMQ's process-wide default is left alone.
 */
export abstract class QueueBackend {
  abstract readonly kind: 'redis' | 'postgres';

  /**
   * Makes the store fit for use. May be called again; does nothing once it has succeeded.
   * @throws Error where the store could lose jobs by its settings, in one plain sentence
   */
  abstract prepare(): Promise<void>;

  /** A producer's end: fails fast while the store is away. */
  abstract openQueue(name: QueueName, onError: (error: Error) => void): StoredQueue;

  /** A worker's end, not yet running: waits while the store is away. */
  abstract openWorker(
    name: QueueName,
    processor: Processor,
    settings: WorkerSettings,
    listeners: WorkerListeners,
  ): StoredWorker;
}
