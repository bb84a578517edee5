import { ACTION_PLAN_EVENTS, MEASURE_EVENTS } from '@duban/domain';
import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { parseLocalDate } from '@duban/kernel';
import { ActionPlanService, type ActionPlanSnapshot, ReportService, type ReportSnapshot } from '@duban/tasks';
import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { day, evidence, expectedVersion, report, text, uuid } from '../schemas';
import { actionPlan, actionPlanInput } from './report-schemas';

class IdParams extends createZodDto(z.strictObject({ id: uuid })) {}
class MeasureParams extends createZodDto(z.strictObject({ id: uuid, measureId: uuid })) {}
class ActionPlanDecisionDto extends createZodDto(
  z.strictObject({
    event: z.enum(ACTION_PLAN_EVENTS),
    expectedVersion,
    reason: text.optional().meta({ description: 'For `return`: what is to be put right.' }),
    by: day.optional().meta({ description: 'For `return`; by default the policy’s time.' }),
  }),
) {}
class MeasureMoveDto extends createZodDto(
  z.strictObject({
    event: z.enum(MEASURE_EVENTS as [string, ...string[]]),
    expectedVersion,
    text: text.optional().meta({ description: 'What was done, or why it is not.' }),
  }),
) {}
class RevisedActionPlanDto extends createZodDto(
  z.strictObject({
    actionPlan: actionPlanInput,
    text: text.optional(),
    evidence: z.array(evidence).max(100).optional(),
    reason: text.meta({ description: 'Why the plan is revised.' }),
  }),
) {}
class ActionPlanDto extends createZodDto(actionPlan) {}
class ActionPlansDto extends createZodDto(z.object({ items: z.array(actionPlan) })) {}
class RevisedReportDto extends createZodDto(report) {}

/** Action plans (办理方案), their approval and their measures. */
@ApiTags('reports')
@Controller()
export class ActionPlansController {
  constructor(
    private readonly commands: CommandRunner,
    private readonly transactor: Transactor,
    private readonly plans: ActionPlanService,
    private readonly reports: ReportService,
  ) {}

  @Needs('read.own')
  @Get('assignments/:id/action-plans')
  @ApiOperation({ summary: 'The versions of a part’s action plan (办理方案), the newest first' })
  @ApiOkResponse({ type: ActionPlansDto })
  async list(@CurrentActor() actor: Actor, @Param() { id }: IdParams): Promise<{ items: ActionPlanSnapshot[] }> {
    return this.transactor.as(actor, async (tx) => ({ items: await this.plans.list(tx, actor, id) }));
  }

  @Needs('assignment.act')
  @Post('assignments/:id/action-plans')
  @ApiOperation({
    summary: 'Revise an action plan (办理方案)',
    description:
      'Another version, to be decided on; the one that was approved holds until then. The first version, and what was returned, is handed in by a report that names its obligation.',
  })
  @ApiCreatedResponse({ type: RevisedReportDto })
  revise(
    @Req() request: ActingRequest,
    @Param() { id }: IdParams,
    @Body() input: RevisedActionPlanDto,
  ): Promise<ReportSnapshot> {
    return this.commands.run(request, input, (tx, actor, at) => this.reports.revise(tx, actor, at, id, input));
  }

  @Needs('read.own')
  @Get('action-plans/:id')
  @ApiOperation({ summary: 'One version of an action plan (办理方案)' })
  @ApiOkResponse({ type: ActionPlanDto })
  get(@CurrentActor() actor: Actor, @Param() { id }: IdParams): Promise<ActionPlanSnapshot> {
    return this.transactor.as(actor, (tx) => this.plans.get(tx, actor, id));
  }

  @Needs('assignment.judge', 'assignment.judge_led')
  @Post('action-plans/:id/transitions')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Approve or return an action plan (办理方案)',
    description:
      'A lead’s by the office, another unit’s by the lead; nobody their own. Approved, its milestones are owed.',
  })
  @ApiOkResponse({ type: ActionPlanDto })
  decide(
    @Req() request: ActingRequest,
    @Param() { id }: IdParams,
    @Body() input: ActionPlanDecisionDto,
  ): Promise<ActionPlanSnapshot> {
    const { by, ...rest } = input;
    return this.commands.run(request, input, (tx, actor, at) =>
      this.plans.decide(tx, actor, at, id, { ...rest, ...(by === undefined ? {} : { by: parseLocalDate(by) }) }),
    );
  }

  @Needs('assignment.act', 'assignment.judge')
  @Post('action-plans/:id/measures/:measureId/transitions')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Close a measure (逐项销号), or open it again',
    description: 'Closed by the unit; a milestone is discharged with it. Opened again by the unit or who judges it.',
  })
  @ApiOkResponse({ type: ActionPlanDto })
  moveMeasure(
    @Req() request: ActingRequest,
    @Param() { id, measureId }: MeasureParams,
    @Body() input: MeasureMoveDto,
  ): Promise<ActionPlanSnapshot> {
    return this.commands.run(request, input, (tx, actor, at) =>
      this.plans.moveMeasure(tx, actor, at, id, measureId, input),
    );
  }
}
