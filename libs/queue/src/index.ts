export { type JobName, type JobPayload, QUEUE_NAMES, type QueueName } from './queue.registry';
export { QueueBackend } from './queue.backend';
export { createQueueBackend } from './create-queue-backend';
export { type AddOptions, type JobCounts, JobProducer } from './job.producer';
export { type FailedJob, FailedJobs } from './failed-jobs';
export { assertEveryQueueHasAProcessor, BaseProcessor, type JobHandlers } from './base.processor';
export { SweepTicker } from './sweep.ticker';
export { QueueModule } from './queue.module';
