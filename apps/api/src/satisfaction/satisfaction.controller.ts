import { Transactor } from '@duban/database';
import { SATISFACTION_METHODS, SATISFACTION_RATINGS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { parseLocalDate } from '@duban/kernel';
import { SatisfactionReader } from '@duban/reporting';
import { SatisfactionService } from '@duban/tasks';
import { Body, Controller, Get, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { day, satisfaction, text, uuid } from '../schemas';

class TaskParams extends createZodDto(z.strictObject({ id: uuid })) {}
class NewSatisfactionDto extends createZodDto(
  z.strictObject({
    rating: z.enum(SATISFACTION_RATINGS).meta({ description: '满意、基本满意、不满意、未联系上。' }),
    method: z.enum(SATISFACTION_METHODS),
    remark: text.optional().meta({ description: 'Needed where they are not satisfied.' }),
    on: day.meta({ description: 'The day on which they were asked.' }),
  }),
) {}
class SatisfactionDto extends createZodDto(satisfaction) {}
class SatisfactionQuery extends createZodDto(z.strictObject({ planId: uuid })) {}
const count = z.int();
class SummaryDto extends createZodDto(
  z.object({
    planId: uuid,
    calledBackPercent: count.meta({ description: 'The share of completed tasks about which the policy wants asked.' }),
    units: z.array(
      z.object({
        unitId: uuid,
        unitCode: z.string(),
        unitName: z.string(),
        completed: count.meta({ description: 'Tasks that it leads and whose completion is reported or verified.' }),
        asked: count,
        satisfied: count,
        basically: count,
        unsatisfied: count,
        notReached: count.meta({ description: 'Apart: in no rate of satisfaction.' }),
        satisfiedRate: z.number().nullable().meta({ description: 'Percent of those who were reached.' }),
        calledBackRate: z.number().nullable().meta({ description: 'Percent of the completed tasks.' }),
      }),
    ),
  }),
) {}

@ApiTags('satisfaction')
@Controller()
export class SatisfactionController {
  constructor(
    private readonly commands: CommandRunner,
    private readonly transactor: Transactor,
    private readonly satisfaction: SatisfactionService,
    private readonly reader: SatisfactionReader,
  ) {}

  @Needs('satisfaction.record')
  @Post('tasks/:id/satisfaction')
  @ApiOperation({
    summary: 'Record what somebody from the public thinks of what was done (满意度)',
    description: 'Of any task whose completion is reported or verified. Each try is kept.',
  })
  @ApiCreatedResponse({ type: SatisfactionDto })
  record(
    @Req() request: ActingRequest,
    @Param() { id }: TaskParams,
    @Body() input: NewSatisfactionDto,
  ): Promise<Record<string, unknown>> {
    return this.commands.run(request, input, (tx, actor, at) =>
      this.satisfaction.record(tx, actor, at, id, { ...input, on: parseLocalDate(input.on) }),
    );
  }

  @Needs('read.own', 'read.all')
  @Get('satisfaction')
  @ApiOperation({ summary: 'Satisfaction by lead: each task once, by its last answer' })
  @ApiOkResponse({ type: SummaryDto })
  ofPlan(
    @CurrentActor() actor: Actor,
    @Query() { planId }: SatisfactionQuery,
  ): ReturnType<SatisfactionReader['ofPlan']> {
    return this.transactor.as(actor, (tx) => this.reader.ofPlan(tx, actor, planId));
  }
}
