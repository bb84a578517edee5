import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { type Clock, invalid } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { type Changes, ChangesReader, COMPARED, LIGHTS } from '@duban/reporting';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { instantOf } from '../as-of';
import { CurrentActor, Needs } from '../requests';
import { cursor, historyEvent, limit, moment, textOrNull, uuid } from '../schemas';

class ThingParams extends createZodDto(z.strictObject({ id: uuid })) {}
class ChangesQuery extends createZodDto(
  z.strictObject({
    from: moment.optional().meta({
      description: 'One instant, by default before all; a date means the end of that day (Asia/Shanghai).',
    }),
    to: moment.optional().meta({ description: 'The other, after it; by default now.' }),
    entity: z.enum(COMPARED).optional().meta({ description: 'The kind of things that are wanted.' }),
    limit,
    cursor,
  }),
) {}
const light = z.enum(LIGHTS).nullable();
const state = z.record(z.string(), z.unknown()).nullable();
class ChangesDto extends createZodDto(
  z.object({
    from: z.string(),
    to: z.string(),
    items: z.array(
      z
        .object({
          entity: z.string(),
          entityId: uuid,
          taskId: uuid.nullable(),
          before: state.meta({ description: 'How it stood at `from`; null where it was not there.' }),
          after: state.meta({ description: 'How it stood at `to`; null where it is no more.' }),
          fields: z.array(z.string()).meta({ description: 'What of it is another; none where it was put back.' }),
          eventCount: z.int(),
          events: z.array(
            historyEvent
              .pick({ seq: true, id: true, type: true, actor: true, reason: true, requestId: true, occurredAt: true })
              .extend({ words: z.object({ zh: z.string(), en: z.string() }) }),
          ),
        })
        .meta({ description: 'A thing that something happened to between; the last 50 events of it are shown.' }),
    ),
    next: textOrNull.meta({ description: 'Give it as `cursor`.' }),
    lights: z.array(z.object({ taskId: uuid, number: textOrNull, before: light, after: light })).meta({
      description: 'On the first page: tasks whose light (亮灯) is another, of which a date that went by is enough.',
    }),
  }),
) {}

/** Two instants side by side. */
@ApiTags('history')
@Controller()
export class ChangesController {
  constructor(
    private readonly transactor: Transactor,
    private readonly changes: ChangesReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.own', 'read.all')
  @Get('plans/:id/changes')
  @ApiOperation({
    summary: 'What changed in a plan between two instants (对比)',
    description: 'By thing, what was changed last first: how it stood then and then, and what happened between.',
  })
  @ApiOkResponse({ type: ChangesDto })
  ofPlan(@CurrentActor() actor: Actor, @Param() { id }: ThingParams, @Query() query: ChangesQuery): Promise<Changes> {
    const asked = this.askedOf(query);
    return this.transactor.as(actor, (tx) => this.changes.ofPlan(tx, actor, id, asked));
  }

  @Needs('read.own', 'read.all')
  @Get('tasks/:id/changes')
  @ApiOperation({ summary: 'What changed in a task and its parts between two instants (对比)' })
  @ApiOkResponse({ type: ChangesDto })
  ofTask(@CurrentActor() actor: Actor, @Param() { id }: ThingParams, @Query() query: ChangesQuery): Promise<Changes> {
    const asked = this.askedOf(query);
    return this.transactor.as(actor, (tx) => this.changes.ofTask(tx, actor, id, asked));
  }

  /** @throws DomainError invalid REQUEST.AS_OF_IN_FUTURE, HISTORY.FROM_AFTER_TO */
  private askedOf({ from, to, ...rest }: ChangesQuery): Parameters<ChangesReader['ofPlan']>[3] {
    const now = this.clock.now();
    const instants = {
      from: from === undefined ? new Date(0) : instantOf(from, now, 'from'),
      to: to === undefined ? now : instantOf(to, now, 'to'),
    };
    if (instants.from >= instants.to) {
      throw invalid('HISTORY.FROM_AFTER_TO', 'The beginning is not before the end: nothing lies between them.', {
        field: 'from',
      });
    }
    return { ...instants, ...rest };
  }
}
