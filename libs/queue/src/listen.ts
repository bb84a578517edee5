import type { Job } from 'bullmq';
import type { WorkerListeners } from './queue.backend';

/** The part of a worker that is listened to; it is the same on every backend. */
interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: Job | undefined, error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
}

/** Attaches all listeners; an 'error' without one would end the process. */
export function listen(worker: Emitter, listeners: WorkerListeners): void {
  worker.on('error', listeners.onError);
  worker.on('lockRenewalFailed', listeners.onLockLost);
  worker.on('failed', (job, error) => {
    listeners.onFailed({ name: job?.name ?? '', id: job?.id ?? '' }, error, job?.finishedOn !== undefined);
  });
}
