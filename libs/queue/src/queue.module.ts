import { type DynamicModule, Module } from '@nestjs/common';
import { CONFIG, type Config } from '@duban/platform';
import { createQueueBackend } from './create-queue-backend';
import { FailedJobs } from './failed-jobs';
import { JobProducer } from './job.producer';
import { QueueBackend } from './queue.backend';
import { SweepTicker } from './sweep.ticker';

/** Gives every library the producer of jobs; the worker's processors take the backend from here, too. */
@Module({})
export class QueueModule {
  /**
   * Starting waits until the store is fit for use, or refuses.
   * @param databaseUrl Postgres, as a role that may create the queue's schema; used where no Redis is configured
   */
  static forRoot({ databaseUrl }: { databaseUrl: string }): DynamicModule {
    return {
      module: QueueModule,
      global: true,
      providers: [
        {
          provide: QueueBackend,
          inject: [CONFIG],
          useFactory: async (config: Config): Promise<QueueBackend> => {
            const backend = createQueueBackend(config, databaseUrl);
            await backend.prepare();
            return backend;
          },
        },
        JobProducer,
        FailedJobs,
        SweepTicker,
      ],
      exports: [QueueBackend, JobProducer, FailedJobs, SweepTicker],
    };
  }
}
