import { z } from 'zod';

const SECOND = 1_000;
const DAY_SECONDS = 86_400;

/** What a queue is: every field is required, so that nothing is left to a default that nobody chose. */
interface QueueSpec {
  /** Jobs that one worker handles at a time. */
  concurrency: number;
  /** Milliseconds after which a job whose worker fell silent may be taken by another. */
  lockMs: number;
  /** Milliseconds between two looks for such jobs. */
  stalledCheckMs: number;
  /** Tries in all, the first among them. */
  attempts: number;
  /** `delay` in milliseconds, doubled with each try; `jitter` is the share of it that is left to chance, 0 to 1. */
  backoff: { type: 'exponential'; delay: number; jitter: number };
  /** How many finished jobs are kept, and for how many seconds at most. */
  keepCompleted: { count: number; age: number };
  keepFailed: { count: number; age: number };
  /** Job names (`noun.verb`) with what each carries: ids only, never text and no personal data. */
  jobs: Readonly<Record<string, z.ZodType<object>>>;
}

/** A worker that was killed loses its jobs to another within lock and check, about 11 seconds. */
const QUICK_RECOVERY = { lockMs: 10 * SECOND, stalledCheckMs: 5 * SECOND };

const nothing = z.strictObject({});

/** Every queue and every job there is. Renaming one needs a plan for the jobs that still lie under the old name. */
const QUEUES = {
  /** The sweep (巡检) of what is due. The next tick comes anyway, so there is little to retry. */
  sweep: {
    ...QUICK_RECOVERY,
    concurrency: 1,
    attempts: 2,
    backoff: { type: 'exponential', delay: 1 * SECOND, jitter: 0.5 },
    keepCompleted: { count: 20, age: DAY_SECONDS },
    keepFailed: { count: 200, age: 7 * DAY_SECONDS },
    jobs: { 'sweep.run': nothing },
  },
  /** Messages (通知): composing digests, sending deliveries. What a channel refuses is retried by the row, not here. */
  notifications: {
    ...QUICK_RECOVERY,
    concurrency: 8,
    attempts: 5,
    backoff: { type: 'exponential', delay: 2 * SECOND, jitter: 0.5 },
    keepCompleted: { count: 100, age: DAY_SECONDS },
    keepFailed: { count: 1_000, age: 7 * DAY_SECONDS },
    jobs: {
      'digest.compose': nothing,
      'delivery.send': z.strictObject({ deliveryId: z.uuid() }),
      'channel.test': z.strictObject({ testId: z.uuid() }),
      'reset.send': z.strictObject({ resetId: z.uuid() }),
    },
  },
  /** Documents to be read into drafts (导入). Reading takes memory, so one at a time for each worker. */
  imports: {
    ...QUICK_RECOVERY,
    concurrency: 1,
    attempts: 3,
    backoff: { type: 'exponential', delay: 5 * SECOND, jitter: 0.5 },
    keepCompleted: { count: 20, age: DAY_SECONDS },
    keepFailed: { count: 200, age: 7 * DAY_SECONDS },
    jobs: { 'document.read': z.strictObject({ importId: z.uuid() }) },
  },
  /** Archive packages (归档信息包) to be made: much to read and to convert, so one at a time for each worker. */
  archives: {
    ...QUICK_RECOVERY,
    concurrency: 1,
    attempts: 3,
    backoff: { type: 'exponential', delay: 5 * SECOND, jitter: 0.5 },
    keepCompleted: { count: 20, age: DAY_SECONDS },
    keepFailed: { count: 200, age: 7 * DAY_SECONDS },
    jobs: { 'package.make': z.strictObject({ packageId: z.uuid() }) },
  },
} satisfies Record<string, QueueSpec>;

export type QueueName = keyof typeof QUEUES;
export type JobName<Q extends QueueName> = keyof (typeof QUEUES)[Q]['jobs'] & string;
export type JobPayload<Q extends QueueName, J extends JobName<Q>> =
  (typeof QUEUES)[Q]['jobs'][J] extends z.ZodType<infer P> ? P : never;

export const QUEUE_NAMES = Object.keys(QUEUES) as QueueName[];

/** The queue's settings without the names of its jobs, for code that serves any queue. */
export const specOf = (queue: QueueName): QueueSpec => QUEUES[queue];
