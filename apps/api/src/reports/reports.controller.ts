import { REPORT_CONFIRMATION_EVENTS } from '@duban/domain';
import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { type ReportBeside, ReportReader } from '@duban/reporting';
import {
  CURVE_SHAPES,
  ReportConfirmations,
  ReportService,
  type ReportSnapshot,
  type TargetCurve,
  TargetCurves,
} from '@duban/tasks';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { day, evidence, measurement, report, shortText, text, uuid } from '../schemas';
import { progress, reportBeside, targetCurve } from './report-schemas';

class IdParams extends createZodDto(z.strictObject({ id: uuid })) {}
class ReportConfirmationDto extends createZodDto(
  z.strictObject({
    event: z.enum(REPORT_CONFIRMATION_EVENTS),
    reason: text.optional().meta({ description: 'For `send_back`: what is to be put right.' }),
  }),
) {}
class ReportCorrectionDto extends createZodDto(
  z.strictObject({
    text,
    difficulties: text.optional(),
    nextSteps: text.optional(),
    evidence: z.array(evidence).max(100).optional(),
    measurements: z.array(measurement).max(100).optional(),
    behindReason: text.optional(),
    reason: text.meta({ description: 'Why the report is corrected.' }),
  }),
) {}
class CurveDto extends createZodDto(
  z.strictObject({
    points: z
      .array(z.strictObject({ on: day, value: z.number() }))
      .max(400)
      .optional()
      .meta({ description: 'Steps in order, monotone, the last of them the target’s figure; none: linear.' }),
    shape: z.enum(CURVE_SHAPES).optional().meta({
      description: 'By default `steps`. `milestones`: on those of the task; `seasonal`: by months or quarters.',
    }),
    shares: z.array(z.number().min(0).max(100)).min(1).max(400).optional().meta({
      description: 'Percent: of each milestone (equal parts without), or of 12 months or 4 quarters, 100 together.',
    }),
    season: shortText.max(100).optional().meta({ description: 'One of the policy’s, in place of `shares`.' }),
    expectedNumber: z.int().min(0).optional().meta({
      description: 'The `number` of the curve that you read; 409 if somebody has set another since.',
    }),
  }),
) {}
class ReportDecidedDto extends createZodDto(report) {}
class ReportsDto extends createZodDto(z.object({ items: z.array(reportBeside) })) {}
class ProgressDto extends createZodDto(progress) {}
class TargetCurveDto extends createZodDto(targetCurve) {}

/** Reports (报送) after they were handed in, and what is planned of targets (序时进度). */
@ApiTags('reports')
@Controller()
export class ReportsController {
  constructor(
    private readonly commands: CommandRunner,
    private readonly reports: ReportService,
    private readonly confirmations: ReportConfirmations,
    private readonly curves: TargetCurves,
    private readonly transactor: Transactor,
    private readonly reader: ReportReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.own')
  @Get('assignments/:id/reports')
  @ApiOperation({
    summary: 'The reports of a part, each beside that of the period before',
    description: 'All versions, the oldest first, with figures period against previous period.',
  })
  @ApiOkResponse({ type: ReportsDto })
  async ofPart(@CurrentActor() actor: Actor, @Param() { id }: IdParams): Promise<{ items: ReportBeside[] }> {
    return this.transactor.as(actor, async (tx) => ({ items: await this.reader.ofPart(tx, actor, id) }));
  }

  @Needs('read.own')
  @Get('tasks/:id/progress')
  @ApiOperation({
    summary: 'The course of each target of a task (序时进度)',
    description: 'Period by period what was planned and what was said, with its light, by whom and when.',
  })
  @ApiOkResponse({ type: ProgressDto })
  progress(@CurrentActor() actor: Actor, @Param() { id }: IdParams): ReturnType<ReportReader['progress']> {
    return this.transactor.as(actor, (tx) => this.reader.progress(tx, actor, this.clock.now(), id));
  }

  @Needs('report.confirm')
  @Post('reports/:id/transitions')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Confirm a report of one’s unit (负责人审签), or send it back',
    description: 'Where the policy asks for it, what a contact or handler hands in counts from then on.',
  })
  @ApiOkResponse({ type: ReportDecidedDto })
  decide(
    @Req() request: ActingRequest,
    @Param() { id }: IdParams,
    @Body() input: ReportConfirmationDto,
  ): Promise<ReportSnapshot> {
    return this.commands.run(request, input, (tx, actor, at) => this.confirmations.decide(tx, actor, at, id, input));
  }

  @Needs('assignment.act')
  @Post('reports/:id/corrections')
  @ApiOperation({
    summary: 'Correct a report',
    description:
      'Another version, which stands in its place; both are kept. Until the next period is due or reported, and as long as nobody has decided on it.',
  })
  @ApiCreatedResponse({ type: ReportDecidedDto })
  correct(
    @Req() request: ActingRequest,
    @Param() { id }: IdParams,
    @Body() input: ReportCorrectionDto,
  ): Promise<ReportSnapshot> {
    return this.commands.run(request, input, (tx, actor, at) => this.reports.correct(tx, actor, at, id, input));
  }

  @Needs('plan.edit')
  @Put('targets/:id/curve')
  @ApiOperation({
    summary: 'Set the planned course of a target (序时进度)',
    description: 'Figures that were given keep what was planned then.',
  })
  @ApiOkResponse({ type: TargetCurveDto })
  setCurve(@Req() request: ActingRequest, @Param() { id }: IdParams, @Body() input: CurveDto): Promise<TargetCurve> {
    return this.commands.run(request, input, (tx, actor, at) => this.curves.set(tx, actor, at, id, input));
  }
}
