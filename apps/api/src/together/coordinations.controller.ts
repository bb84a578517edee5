import { Transactor } from '@duban/database';
import { COORDINATION_EVENTS, COORDINATION_STATES, OBJECTION_OUTCOMES } from '@duban/domain';
import type { Actor } from '@duban/history';
import { TogetherReader } from '@duban/reporting';
import { CoordinationService, type CoordinationSnapshot } from '@duban/tasks';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { cursor, expectedVersion, limit, pageOf, shortText, text, textOrNull, uuid } from '../schemas';

class IdParams extends createZodDto(z.strictObject({ id: uuid })) {}
class RaiseDto extends createZodDto(
  z.strictObject({
    about: shortText.meta({ description: 'What the units disagree about.' }),
    with: z.array(shortText).min(1).max(100).meta({ description: 'The other units, by code or name.' }),
    reason: text,
  }),
) {}
class CoordinationTransitionDto extends createZodDto(
  z.strictObject({
    event: z.enum(COORDINATION_EVENTS as [string, ...string[]]),
    expectedVersion,
    decision: text.optional().meta({ description: 'For `settle`: what holds from now on.' }),
  }),
) {}
const coordination = z
  .object({
    id: uuid,
    jurisdictionId: uuid,
    taskId: uuid,
    assignmentId: uuid,
    unitId: uuid,
    withUnitIds: z.array(uuid),
    about: z.string(),
    reason: z.string(),
    state: z.enum(COORDINATION_STATES as [string, ...string[]]),
    dueOn: z.string().meta({ description: 'The day by which the office settles it.' }),
    decision: textOrNull,
    raisedBy: uuid,
    raisedAt: z.string(),
    settledBy: uuid.nullable(),
    settledAt: textOrNull,
    version: z.int(),
  })
  .meta({ description: 'A disagreement between the units of a task, which the office settles (协调).' });
class CoordinationDto extends createZodDto(coordination) {}
const place = { planId: uuid.optional(), taskId: uuid.optional(), limit, cursor };
class CoordinationsQuery extends createZodDto(
  z.strictObject({ ...place, state: z.enum(COORDINATION_STATES as [string, ...string[]]).optional() }),
) {}
class CoordinationsDto extends createZodDto(
  pageOf(
    coordination.extend({
      planId: uuid,
      taskNumber: textOrNull,
      taskContent: z.string(),
      unitName: z.string(),
      withUnitNames: z.array(z.string()),
    }),
  ),
) {}
const objectionState = z.enum(['open', 'settled', 'withdrawn']);
class ObjectionsQuery extends createZodDto(z.strictObject({ ...place, state: objectionState.optional() })) {}
class ObjectionsDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      planId: uuid,
      taskId: uuid,
      taskNumber: textOrNull,
      taskContent: z.string(),
      assignmentId: uuid,
      unitId: uuid,
      unitName: z.string(),
      state: objectionState,
      reason: z.string(),
      raisedAt: z.string(),
      answerDueOn: z.string(),
      outcome: z.enum([...OBJECTION_OUTCOMES, 'withdrawn']).nullable(),
      answer: textOrNull,
      settledAt: textOrNull,
    }),
  ),
) {}

@ApiTags('coordination')
@Controller()
export class CoordinationsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly coordination: CoordinationService,
    private readonly reader: TogetherReader,
  ) {}

  @Needs('assignment.act', 'assignment.judge_led')
  @Post('tasks/:id/coordinations')
  @ApiOperation({
    summary: 'Bring a disagreement with other units of a task before the office (提请协调)',
    description: 'The office settles it by the policy’s time, and is reminded and urged itself.',
  })
  @ApiCreatedResponse({ type: CoordinationDto })
  raise(
    @Req() request: ActingRequest,
    @Param() { id }: IdParams,
    @Body() input: RaiseDto,
  ): Promise<CoordinationSnapshot> {
    return this.commands.run(request, input, (tx, actor, at) => this.coordination.raise(tx, actor, at, id, input));
  }

  @Needs('assignment.act', 'assignment.judge')
  @Post('coordinations/:id/transitions')
  @HttpCode(200)
  @ApiOperation({ summary: 'Settle a disagreement (office), or withdraw it (the unit that raised it)' })
  @ApiOkResponse({ type: CoordinationDto })
  move(
    @Req() request: ActingRequest,
    @Param() { id }: IdParams,
    @Body() input: CoordinationTransitionDto,
  ): Promise<CoordinationSnapshot> {
    return this.commands.run(request, input, (tx, actor, at) => this.coordination.transition(tx, actor, at, id, input));
  }

  @Needs('read.own', 'read.all')
  @Get('coordinations')
  @ApiOperation({ summary: 'Disagreements (协调), oldest first, for the office, the lead and the units concerned' })
  @ApiOkResponse({ type: CoordinationsDto })
  list(@CurrentActor() actor: Actor, @Query() filter: CoordinationsQuery): ReturnType<TogetherReader['coordinations']> {
    return this.transactor.as(actor, (tx) => this.reader.coordinations(tx, actor, filter));
  }

  @Needs('read.own', 'read.all')
  @Get('objections')
  @ApiOperation({ summary: 'Objections (异议), oldest first, for the office and the units that raised them' })
  @ApiOkResponse({ type: ObjectionsDto })
  objections(@CurrentActor() actor: Actor, @Query() filter: ObjectionsQuery): ReturnType<TogetherReader['objections']> {
    return this.transactor.as(actor, (tx) => this.reader.objections(tx, actor, filter));
  }
}
