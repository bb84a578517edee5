import { Transactor } from '@duban/database';
import { OBLIGATION_KINDS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { HoldingsReader } from '@duban/reporting';
import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentActor, Needs } from '../requests';
import { textOrNull, uuid } from '../schemas';

class TaskParams extends createZodDto(z.strictObject({ id: uuid })) {}
class PlanQuery extends createZodDto(z.strictObject({ planId: uuid })) {}
const holder = {
  kind: z.enum(['lead', 'co_unit', 'office', 'nobody']),
  unitId: uuid.nullable(),
  unitName: textOrNull,
};
const days = z.object({ ...holder, workingDays: z.int() });
class TaskHoldingsDto extends createZodDto(
  z.object({
    now: z.string(),
    intervals: z.array(
      z.object({
        taskId: uuid,
        assignmentId: uuid,
        ...holder,
        why: z.enum(['working', 'verifying', 'contributing', 'coordinating', 'objected', 'suspended', 'ended']),
        contributionId: uuid.nullable().meta({ description: 'The contribution for which the lead waited.' }),
        from: z.string(),
        to: z.string(),
        workingDays: z.int(),
      }),
    ),
    sums: z.array(days),
    delays: z.array(
      z.object({
        obligationId: uuid,
        taskId: uuid,
        assignmentId: uuid,
        unitId: uuid,
        unitName: z.string(),
        kind: z.enum(OBLIGATION_KINDS),
        subject: textOrNull,
        dueAt: z.string(),
        settledAt: textOrNull,
        workingDays: z.int().meta({ description: 'By how many it was late, or is.' }),
        charged: z.array(days).meta({ description: 'Whose these days are.' }),
      }),
    ),
  }),
) {}
class PlanHoldingsDto extends createZodDto(
  z.object({ now: z.string(), items: z.array(days.extend({ delayDays: z.int() })) }),
) {}

@ApiTags('coordination')
@Controller()
export class HoldingsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly reader: HoldingsReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.own', 'read.all')
  @Get('tasks/:id/holdings')
  @ApiOperation({
    summary: 'Who held each part of a task from when to when, and whose the delays are (时间归责)',
    description: 'Derived from history. A unit that does not lead sees what is its own.',
  })
  @ApiOkResponse({ type: TaskHoldingsDto })
  ofTask(@CurrentActor() actor: Actor, @Param() { id }: TaskParams): ReturnType<HoldingsReader['ofTask']> {
    return this.transactor.as(actor, (tx) => this.reader.ofTask(tx, actor, this.clock.now(), id));
  }

  @Needs('read.own', 'read.all')
  @Get('holdings')
  @ApiOperation({ summary: 'For how many working days each unit held the matters of a plan, and delayed them' })
  @ApiOkResponse({ type: PlanHoldingsDto })
  ofPlan(@CurrentActor() actor: Actor, @Query() { planId }: PlanQuery): ReturnType<HoldingsReader['ofPlan']> {
    return this.transactor.as(actor, (tx) => this.reader.ofPlan(tx, actor, this.clock.now(), planId));
  }
}
