import { Transactor } from '@duban/database';
import { CONTRIBUTION_EVENTS, CONTRIBUTION_STATES } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock, parseLocalDate } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { TogetherReader } from '@duban/reporting';
import { type AskedContributions, ContributionService, type ContributionSnapshot } from '@duban/tasks';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import {
  cursor,
  day,
  expectedVersion,
  limit,
  measurement,
  pageOf,
  shortText,
  text,
  textOrNull,
  uuid,
} from '../schemas';

class IdParams extends createZodDto(z.strictObject({ id: uuid })) {}
class AskDto extends createZodDto(
  z.strictObject({
    obligationId: uuid.optional().meta({ description: 'The lead’s own report for which it is asked.' }),
    subject: shortText.optional().meta({ description: 'A period such as `2026Q1`, or what it is about.' }),
    from: z
      .union([z.literal('all'), z.array(uuid).min(1).max(500)])
      .default('all')
      .meta({ description: 'Parts of co-units by their ids; by default all that are open.' }),
    dueOn: day.optional().meta({ description: 'By default some working days before the lead’s own date.' }),
    question: text.optional(),
  }),
) {}
class ContributionTransitionDto extends createZodDto(
  z.strictObject({
    event: z.enum(CONTRIBUTION_EVENTS as [string, ...string[]]),
    expectedVersion,
    sentences: z.array(text).min(1).max(1000).optional().meta({ description: 'For `submit`: each is kept as given.' }),
    text: text.optional().meta({ description: 'For `submit`: is split by 。！？； and the ends of lines.' }),
    figures: z.array(measurement).max(100).optional().meta({ description: 'For `submit`: figures for targets.' }),
    reason: text.optional().meta({ description: 'For `return`.' }),
  }),
) {}
const contribution = z
  .object({
    id: uuid,
    jurisdictionId: uuid,
    taskId: uuid,
    leadAssignmentId: uuid,
    assignmentId: uuid,
    unitId: uuid,
    obligationId: uuid.nullable(),
    subject: textOrNull,
    question: textOrNull,
    dueOn: z.string(),
    dueAt: z.string(),
    state: z.enum(CONTRIBUTION_STATES as [string, ...string[]]),
    submission: z.int().meta({ description: 'How often it was handed in.' }),
    sentences: z.array(z.string()),
    figures: z.array(measurement),
    reason: textOrNull.meta({ description: 'Why it was returned.' }),
    askedBy: uuid,
    askedAt: z.string(),
    submittedBy: uuid.nullable(),
    submittedFor: uuid.nullable(),
    submittedAt: textOrNull,
    decidedBy: uuid.nullable(),
    decidedAt: textOrNull,
    version: z.int(),
  })
  .meta({ description: 'What a co-unit writes for the report of the lead (供稿).' });
class ContributionDto extends createZodDto(contribution) {}
class AskedDto extends createZodDto(
  z.object({
    items: z.array(contribution),
    alreadyAsked: z.array(uuid).meta({ description: 'Parts whose units have been asked for the same already.' }),
  }),
) {}
class ContributionsQuery extends createZodDto(
  z.strictObject({
    planId: uuid.optional(),
    taskId: uuid.optional(),
    assignmentId: uuid.optional().meta({ description: 'A part: that of the lead, or of the co-unit.' }),
    state: z.enum(CONTRIBUTION_STATES as [string, ...string[]]).optional(),
    limit,
    cursor,
  }),
) {}
class ContributionsDto extends createZodDto(
  pageOf(
    contribution.extend({
      planId: uuid,
      taskNumber: textOrNull,
      taskContent: z.string(),
      unitName: z.string(),
      isOverdue: z.boolean(),
    }),
  ),
) {}
class SentencesDto extends createZodDto(
  z.object({
    items: z.array(
      z.object({
        position: z.int(),
        text: z.string(),
        unitId: uuid.nullable(),
        unitName: textOrNull,
        personId: uuid,
        personName: z.string(),
        contributionId: uuid.nullable(),
        sentence: z.int().nullable(),
        submission: z.int().nullable(),
        isEdited: z.boolean(),
        original: textOrNull.meta({ description: 'What its author wrote, where the lead edited it.' }),
      }),
    ),
  }),
) {}

@ApiTags('contributions')
@Controller()
export class ContributionsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly contributions: ContributionService,
    private readonly reader: TogetherReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('assignment.act')
  @Post('assignments/:id/contributions')
  @ApiOperation({
    summary: 'Ask co-units for contributions to one’s report (约稿)',
    description: 'By the lead of a task. Who has been asked for the same already is not asked again.',
  })
  @ApiCreatedResponse({ type: AskedDto })
  ask(@Req() request: ActingRequest, @Param() { id }: IdParams, @Body() input: AskDto): Promise<AskedContributions> {
    const { dueOn, ...rest } = input;
    const due = dueOn === undefined ? {} : { dueOn: parseLocalDate(dueOn) };
    return this.commands.run(request, input, (tx, actor, at) =>
      this.contributions.ask(tx, actor, at, id, { ...rest, ...due }),
    );
  }

  @Needs('assignment.act')
  @Post('contributions/:id/transitions')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Move a contribution (供稿)',
    description:
      'The co-unit hands it in (`submit`); the lead accepts it, returns it with a reason, or withdraws its question.',
  })
  @ApiOkResponse({ type: ContributionDto })
  move(
    @Req() request: ActingRequest,
    @Param() { id }: IdParams,
    @Body() input: ContributionTransitionDto,
  ): Promise<ContributionSnapshot> {
    const event = input.event as (typeof CONTRIBUTION_EVENTS)[number];
    return this.commands.run(request, input, (tx, actor, at) =>
      this.contributions.transition(tx, actor, at, id, { ...input, event }),
    );
  }

  @Needs('read.own', 'read.all')
  @Get('contributions')
  @ApiOperation({ summary: 'Contributions (供稿), in order of the due date: the lead’s, one’s own, and accepted ones' })
  @ApiOkResponse({ type: ContributionsDto })
  list(@CurrentActor() actor: Actor, @Query() filter: ContributionsQuery): ReturnType<TogetherReader['contributions']> {
    return this.transactor.as(actor, (tx) => this.reader.contributions(tx, actor, this.clock.now(), filter));
  }

  @Needs('read.own', 'read.all')
  @Get('reports/:id/sentences')
  @ApiOperation({ summary: 'Who wrote what of a report, sentence by sentence, with the original where it was edited' })
  @ApiOkResponse({ type: SentencesDto })
  sentences(@CurrentActor() actor: Actor, @Param() { id }: IdParams): ReturnType<TogetherReader['sentences']> {
    return this.transactor.as(actor, (tx) => this.reader.sentences(tx, actor, id));
  }
}
