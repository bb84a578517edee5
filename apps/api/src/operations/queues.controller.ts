import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { QUEUE_NAMES } from '@duban/queue';
import { type FailedJobView, type Page, QueueKeeper, type Queues, type QueueView } from '@duban/reporting';
import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Needs } from '../requests';
import { cursor, limit, pageOf, storable } from '../schemas';

const queue = z.enum(QUEUE_NAMES).meta({ description: 'The name of the queue.' });
const jobId = storable.min(1, 'Not empty.').max(200).meta({ description: 'As the list of failed jobs tells it.' });

class QueueParams extends createZodDto(z.strictObject({ queue })) {}
class FailedJobParams extends createZodDto(z.strictObject({ queue, id: jobId })) {}
class FailedJobsQuery extends createZodDto(z.strictObject({ limit, cursor })) {}
class QueuesDto extends createZodDto(
  pageOf(
    z.object({
      name: queue,
      counts: z
        .object({
          waiting: z.int(),
          active: z.int(),
          delayed: z.int(),
          failed: z.int(),
          completed: z.int().meta({ description: 'Of those that are still kept.' }),
        })
        .nullable()
        .meta({ description: 'Null where the queue’s store does not answer.' }),
    }),
  ).extend({
    oldestDueSeconds: z.number().meta({
      description:
        'For how long the oldest step that is due has waited for a sweep; more than a few minutes is an alarm.',
    }),
    lostJobs: z.int().meta({
      description:
        'Hints that the process which answers could not give to a queue since it started; the sweep finds their work.',
    }),
  }),
) {}
class FailedJobsDto extends createZodDto(
  pageOf(
    z.object({
      id: jobId,
      name: z.string().meta({ description: 'What was to be done: `sweep.run`, `delivery.send` …' }),
      payload: z.record(z.string(), z.string()).nullable().meta({
        description: 'The ids that it carries; null where it carries what it should not.',
      }),
      attempts: z.int(),
      addedAt: z.string(),
      failedAt: z.string(),
      error: z.string().meta({ description: 'What went wrong at the last try, without what tells of people.' }),
      work: z.enum(['done', 'to_do', 'unknown']).meta({
        description:
          'A job is a hint, and the tables are the truth: whether what it was for has been done since, by another job or ' +
          'the next sweep.',
      }),
    }),
  ),
) {}
class RetriedJobsDto extends createZodDto(z.object({ retried: z.int() })) {}
class QueueJobDto extends createZodDto(z.object({ id: jobId })) {}

/** The queues (任务队列) for those who run duban: figures, and what to do about jobs that failed. */
@ApiTags('operations')
@Controller('queues')
export class QueuesController {
  constructor(
    private readonly commands: CommandRunner,
    private readonly keeper: QueueKeeper,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('queue.manage')
  @Get()
  @ApiOperation({ summary: 'The queues (任务队列), and how many jobs of each wait, run, or failed' })
  @ApiOkResponse({ type: QueuesDto })
  async list(): Promise<Page<QueueView> & Omit<Queues, 'queues'>> {
    const { queues, ...waiting } = await this.keeper.queues(this.clock.now());
    return { items: queues, next: null, ...waiting };
  }

  @Needs('queue.manage')
  @Get(':queue/failed-jobs')
  @ApiOperation({
    summary: 'Failed jobs of a queue, newest first',
    description: 'Tells names, ids and errors, never what matters are about. Kept for a week at most.',
  })
  @ApiOkResponse({ type: FailedJobsDto })
  failedJobs(@Param() { queue: name }: QueueParams, @Query() query: FailedJobsQuery): Promise<Page<FailedJobView>> {
    return this.keeper.failedJobs(name, query);
  }

  @Needs('queue.manage')
  @Post(':queue/failed-jobs/retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Have all failed jobs of a queue tried again' })
  @ApiOkResponse({ type: RetriedJobsDto })
  retryAll(@Req() request: ActingRequest, @Param() { queue: name }: QueueParams): Promise<{ retried: number }> {
    return this.commands.run(request, null, (tx, actor, at) => this.keeper.retryAll(tx, actor, at, name));
  }

  @Needs('queue.manage')
  @Post(':queue/failed-jobs/:id/retry')
  @HttpCode(200)
  @ApiOperation({ summary: 'Have a failed job tried again, at once' })
  @ApiOkResponse({ type: QueueJobDto })
  retry(@Req() request: ActingRequest, @Param() { queue: name, id }: FailedJobParams): Promise<{ id: string }> {
    return this.commands.run(request, null, (tx, actor, at) => this.keeper.retry(tx, actor, at, name, id));
  }

  @Needs('queue.manage')
  @Delete(':queue/failed-jobs/:id')
  @ApiOperation({
    summary: 'Put a failed job away',
    description: 'What it was for stays to be done where it is not: the next sweep finds it.',
  })
  @ApiOkResponse({ type: QueueJobDto })
  remove(@Req() request: ActingRequest, @Param() { queue: name, id }: FailedJobParams): Promise<{ id: string }> {
    return this.commands.run(request, null, (tx, actor, at) => this.keeper.remove(tx, actor, at, name, id));
  }
}
