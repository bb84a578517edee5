import { Transactor } from '@duban/database';
import { COMPARATORS } from '@duban/domain';
import type { Actor } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { BreakdownReader, type BreakdownView, PlanReader, type PlanView } from '@duban/reporting';
import { BreakdownService, ROLES, VISIBILITIES } from '@duban/tasks';
import { Body, Controller, Get, Inject, Param, Post, Put, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { PlanDto, PlanParams } from '../plans/plan-schemas';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import {
  assignmentState,
  day,
  evidence,
  expectedVersion,
  measurement,
  shortText,
  text,
  textOrNull,
  uuid,
} from '../schemas';
import { light, rollUp } from './roll-up.schema';

const visibility = z.enum(VISIBILITIES).meta({
  description: '`summary`: the level above sees content, units, states, dates and lights. `full`: reports, too.',
});
class BreakdownParams extends createZodDto(z.strictObject({ id: uuid })) {}
class BreakdownDto extends createZodDto(
  z.strictObject({
    tasks: z
      .array(
        z.strictObject({
          content: text,
          units: z
            .array(z.strictObject({ unitId: uuid, role: z.enum(ROLES).optional() }))
            .min(1, 'At least one unit.')
            .max(200, 'At most 200 units.')
            .meta({ description: 'Units below one’s own; where none of them leads, the responsible ones do.' }),
          dueOn: day.optional().meta({ description: 'Not later than that of the part above; that one where absent.' }),
          milestones: z
            .array(z.strictObject({ text: shortText, due: day.nullable() }))
            .max(100, 'At most 100 milestones.')
            .optional(),
          targets: z
            .array(
              z.strictObject({
                text: shortText,
                value: z.number(),
                upper: z.number().nullable().optional(),
                unit: shortText,
                comparator: z.enum(COMPARATORS),
              }),
            )
            .max(100, 'At most 100 targets.')
            .optional(),
        }),
      )
      .min(1, 'At least one task.')
      .max(200, 'At most 200 tasks.'),
    title: shortText.optional(),
    policy: shortText.optional().meta({ description: 'The rule set (督办规则); that of the part above where absent.' }),
    visibility: visibility.optional(),
    issue: z.boolean().default(true).meta({ description: 'Binds at once (印发); else a draft (草案) is made.' }),
  }),
) {}
class BreakdownViewDto extends createZodDto(
  rollUp.extend({
    assignmentId: uuid,
    plans: z.array(z.object({ id: uuid, title: z.string(), visibility })),
    items: z.array(
      z.object({
        id: uuid,
        planId: uuid,
        issuer: z.object({ unitId: uuid, unitName: z.string() }),
        number: textOrNull,
        content: z.string(),
        state: assignmentState,
        dueOn: textOrNull,
        light: light.nullable().meta({ description: 'The worst of its own and of those below it.' }),
        units: z.array(z.object({ unitId: uuid, unitName: z.string(), role: z.enum(ROLES), state: assignmentState })),
      }),
    ),
    contributions: z
      .array(
        z.object({
          taskId: uuid,
          unitId: uuid,
          unitName: z.string(),
          reportId: uuid,
          text: z.string(),
          evidence: z.array(evidence),
          measurements: z.array(measurement),
        }),
      )
      .meta({ description: 'What was completed and verified below, where it may be read: for the unit’s own report.' }),
  }),
) {}
class VisibilityDto extends createZodDto(z.strictObject({ visibility, expectedVersion })) {}

/** What units hand on to the units below them (二级分解). */
@ApiTags('breakdowns')
@Controller()
export class BreakdownsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly breakdowns: BreakdownService,
    private readonly plans: PlanReader,
    private readonly reader: BreakdownReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('breakdown.draft', 'breakdown.issue')
  @Post('assignments/:id/breakdown')
  @ApiOperation({
    summary: 'Break a part down among the units below (二级分解)',
    description:
      'Makes a plan of the unit’s own: its head and deputies are to it what the office is to the government’s plans. ' +
      'The part above cannot be reported complete while something below is open, unless it is said why.',
  })
  @ApiCreatedResponse({ type: PlanDto })
  breakDown(
    @Req() request: ActingRequest,
    @Param() { id }: BreakdownParams,
    @Body() input: BreakdownDto,
  ): Promise<PlanView> {
    return this.commands.run(request, input, async (tx, actor, at) => {
      const planId = await this.breakdowns.breakDown(tx, actor, at, id, input);
      return this.plans.get(tx, actor, planId, null);
    });
  }

  @Needs('read.own', 'read.all')
  @Get('assignments/:id/breakdown')
  @ApiOperation({ summary: 'What hangs under a part (二级分解): how it stands, task by task, and what was completed' })
  @ApiOkResponse({ type: BreakdownViewDto })
  get(@CurrentActor() actor: Actor, @Param() { id }: BreakdownParams): Promise<BreakdownView> {
    return this.transactor.as(actor, (tx) => this.reader.get(tx, actor, this.clock.now(), id));
  }

  @Needs('breakdown.issue')
  @Put('plans/:id/visibility')
  @ApiOperation({ summary: 'Say how much of a unit’s own plan the level above sees' })
  @ApiOkResponse({ type: PlanDto })
  setVisibility(
    @Req() request: ActingRequest,
    @Param() { id }: PlanParams,
    @Body() input: VisibilityDto,
  ): Promise<PlanView> {
    return this.commands.run(request, input, async (tx, actor, at) => {
      await this.breakdowns.setVisibility(tx, actor, at, id, input.visibility, input.expectedVersion);
      return this.plans.get(tx, actor, id, null);
    });
  }
}
