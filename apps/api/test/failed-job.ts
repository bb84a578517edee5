import { newId } from '@duban/kernel';
import { FailedJobs, JobProducer, QueueBackend } from '@duban/queue';
import { until } from '@duban/testing';
import { UnrecoverableError } from 'bullmq';
import type { Edge } from './edge';

/** A job of the queue `imports` that failed, as it does where a worker cannot do it: its id, and that of what it names. */
export async function failedJob(
  edge: Edge,
  error = '550 <zhang.wei@city.example>: no such user',
  importId = newId(),
): Promise<{ id: string; importId: string }> {
  const id = `import-${importId}`;
  const jobs = edge.app.get(JobProducer, { strict: false });
  await jobs.add('imports', 'document.read', { importId }, { jobId: id });
  const worker = edge.app
    .get(QueueBackend, { strict: false })
    .openWorker(
      'imports',
      () => Promise.reject(new UnrecoverableError(error)),
      { concurrency: 1 },
      { onError: () => undefined, onFailed: () => undefined, onLockLost: () => undefined },
    );
  const running = worker.run();
  const failing = edge.app.get(FailedJobs, { strict: false });
  await until(() =>
    failing.get('imports', id).then(
      () => true,
      () => false,
    ),
  );
  await worker.close();
  await running;
  return { id, importId };
}
