import { ASSIGNMENT_EVENTS, CANCEL_REASONS } from '@duban/domain';
import { parseLocalDate } from '@duban/kernel';
import { AssignmentService, type AssignmentSnapshot } from '@duban/tasks';
import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Needs } from '../requests';
import { assignment, day, evidence, expectedVersion, measurement, report, text, uuid } from '../schemas';

class AssignmentParams extends createZodDto(z.strictObject({ id: uuid })) {}
class TransitionDto extends createZodDto(
  z.strictObject({
    event: z.enum(ASSIGNMENT_EVENTS as [string, ...string[]]),
    expectedVersion,
    reason: text.optional().meta({ description: 'For `return` and `cancel`, in words.' }),
    cancelReason: z.enum(CANCEL_REASONS).optional(),
    rectifyBy: day.optional().meta({ description: 'For `return`; by default the policy’s time.' }),
    text: text.optional().meta({ description: 'For `report`: what was done.' }),
    evidence: z.array(evidence).max(100).optional().meta({ description: 'For `report`: at least one.' }),
    measurements: z.array(measurement).max(100).optional().meta({ description: 'For a lead’s `report`: each target.' }),
    shortfallReason: text.optional().meta({ description: 'Why a figure is below its target.' }),
    goAheadReason: text.optional().meta({ description: 'Why the lead reports before the other units.' }),
  }),
) {}
class AssignmentDto extends createZodDto(assignment) {}
class ReportDto extends createZodDto(
  z.strictObject({
    obligationId: uuid.meta({ description: 'The action plan, periodic report or milestone that this discharges.' }),
    text,
    difficulties: text.optional(),
    nextSteps: text.optional(),
    evidence: z.array(evidence).max(100).optional(),
    measurements: z.array(measurement).max(100).optional(),
  }),
) {}
class ReportedDto extends createZodDto(report) {}

@ApiTags('assignments')
@Controller('assignments')
export class AssignmentsController {
  constructor(
    private readonly commands: CommandRunner,
    private readonly assignments: AssignmentService,
  ) {}

  @Needs('assignment.act', 'assignment.judge', 'assignment.judge_led')
  @Post(':id/transitions')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Move an assignment (责任分工)',
    description: 'Sign for it (签收), report its completion (办结), withdraw, return, verify, cancel.',
  })
  @ApiOkResponse({ type: AssignmentDto })
  transition(
    @Req() request: ActingRequest,
    @Param() { id }: AssignmentParams,
    @Body() input: TransitionDto,
  ): Promise<AssignmentSnapshot> {
    const { rectifyBy, ...rest } = input;
    return this.commands.run(request, input, (tx, actor, at) =>
      this.assignments.transition(tx, actor, at, id, {
        ...rest,
        ...(rectifyBy === undefined ? {} : { rectifyBy: parseLocalDate(rectifyBy) }),
      }),
    );
  }

  @Needs('assignment.act')
  @Post(':id/reports')
  @ApiOperation({
    summary: 'Hand in an action plan, a periodic report or a milestone',
    description: 'Discharges the obligation (应办事项) that it names.',
  })
  @ApiCreatedResponse({ type: ReportedDto })
  report(
    @Req() request: ActingRequest,
    @Param() { id }: AssignmentParams,
    @Body() input: ReportDto,
  ): Promise<Record<string, unknown>> {
    return this.commands.run(request, input, (tx, actor, at) =>
      this.assignments.submitReport(tx, actor, at, id, input),
    );
  }
}
