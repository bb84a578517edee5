import { Transactor } from '@duban/database';
import { ASSIGNMENT_MARKS, type AssignmentMark, UNIMPLEMENTED_REASONS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type ClosedPlan, type PlanClosing, PlanCloseService } from '@duban/tasks';
import { Body, Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs, OfPrimary } from '../requests';
import { assignmentState, skippedObligation, storable, text, textOrNull, uuid } from '../schemas';
import { PlanParams } from './plan-schemas';

class PlanClosingDto extends createZodDto(
  z.object({
    planId: uuid,
    year: z.int(),
    digest: z.string().meta({ description: 'Give it with the decisions.' }),
    verified: z.int(),
    ended: z.int().meta({ description: 'Cancelled, or ended without success.' }),
    open: z.int(),
    tasks: z.array(
      z.object({
        taskId: uuid,
        parentId: uuid.nullable(),
        number: textOrNull,
        content: z.string(),
        state: assignmentState,
        isOpen: z.boolean(),
        units: z.array(
          z.object({
            assignmentId: uuid,
            unitId: uuid,
            unitName: z.string(),
            role: z.enum(['lead', 'responsible', 'cooperating']),
            state: assignmentState,
            marks: z.array(z.enum(ASSIGNMENT_MARKS as [AssignmentMark, ...AssignmentMark[]])),
          }),
        ),
      }),
    ),
  }),
) {}
class ClosePlanDto extends createZodDto(
  z.strictObject({
    digest: storable.min(1).max(100).meta({ description: 'That of `GET`: 409 where something has changed since.' }),
    decisions: z
      .array(
        z.strictObject({
          taskId: uuid.meta({ description: 'An open task, for all of its parts, or one part.' }),
          decision: z.enum(['carry_over', 'give_up']),
          reason: text,
          toPlanId: uuid
            .optional()
            .meta({ description: 'For `carry_over`: a plan of a later year, drafted or issued.' }),
          unimplementedReason: z.enum(UNIMPLEMENTED_REASONS).optional().meta({ description: 'For `give_up`.' }),
        }),
      )
      .max(10_000),
  }),
) {}
class ClosedPlanDto extends createZodDto(
  z.object({
    planId: uuid,
    carriedOver: z.array(z.object({ fromTaskId: uuid, toTaskId: uuid, toPlanId: uuid })),
    givenUp: z.array(uuid),
    obligations: z.int(),
    skipped: z.array(skippedObligation),
  }),
) {}

@ApiTags('plans')
@Controller('plans')
export class PlanCloseController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly closings: PlanCloseService,
  ) {}

  @Needs('plan.close', 'breakdown.issue')
  @OfPrimary()
  @Get(':id/close')
  @ApiOperation({ summary: 'What a plan would be closed with: what is done, what is open, by task' })
  @ApiOkResponse({ type: PlanClosingDto })
  preview(@CurrentActor() actor: Actor, @Param() { id }: PlanParams): Promise<PlanClosing> {
    return this.transactor.as(actor, (tx) => this.closings.preview(tx, actor, id));
  }

  @Needs('plan.close', 'breakdown.issue')
  @Post(':id/close')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Close a plan at the year’s end (年终结转)',
    description:
      'Every open task is carried over into a plan of a later year, or given up. The closed plan stays as it is. ' +
      'The office closes the government’s plans, a unit’s head or deputy its own (二级分解), of which the head alone gives up.',
  })
  @ApiOkResponse({ type: ClosedPlanDto })
  close(@Req() request: ActingRequest, @Param() { id }: PlanParams, @Body() input: ClosePlanDto): Promise<ClosedPlan> {
    return this.commands.run(request, input, (tx, actor, at) =>
      this.closings.close(tx, actor, at, id, input.digest, input.decisions),
    );
  }
}
