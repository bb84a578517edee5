import {
  ASSIGNMENT_EVENTS,
  CANCEL_REASONS,
  OBJECTION_OUTCOMES,
  REOPEN_CLOCKS,
  UNIMPLEMENTED_REASONS,
} from '@duban/domain';
import { parseLocalDate } from '@duban/kernel';
import { AssignmentService, type AssignmentSnapshot, ReportService, type ReportSnapshot } from '@duban/tasks';
import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Needs } from '../requests';
import {
  assignment,
  contents,
  day,
  evidence,
  expectedVersion,
  measurement,
  report,
  shortText,
  text,
  uuid,
  verificationGiven,
} from '../schemas';
import { actionPlanInput } from '../reports/report-schemas';

class AssignmentParams extends createZodDto(z.strictObject({ id: uuid })) {}
class AssignmentTransitionDto extends createZodDto(
  z.strictObject({
    event: z.enum(ASSIGNMENT_EVENTS as [string, ...string[]]),
    expectedVersion,
    reason: text.optional().meta({
      description: 'In words, for all but `sign_for`, `report`, `withdraw`, `withdraw_objection`, `verify`, `resume`.',
    }),
    cancelReason: z.enum(CANCEL_REASONS).optional().meta({
      description: 'For `cancel`, and where an objection is settled by `cancelled`.',
    }),
    unimplementedReason: z.enum(UNIMPLEMENTED_REASONS).optional().meta({ description: 'For `close_unimplemented`.' }),
    toUnit: shortText.optional().meta({
      description:
        'For `transfer`, and where an objection is settled by `transferred`: the code or name of the unit that gets it.',
    }),
    outcome: z.enum(OBJECTION_OUTCOMES).optional().meta({ description: 'For `settle_objection`.' }),
    resumeOn: day.optional().meta({ description: 'For `suspend`: the day on which it goes on by itself.' }),
    clock: z.enum(REOPEN_CLOCKS).optional().meta({
      description:
        'For `reopen`: the date of completion stays, moves by the time for which the part counted as verified, or is `dueOn`.',
    }),
    dueOn: day.optional().meta({ description: 'For `reopen`: the new date of completion.' }),
    rectifyBy: day.optional().meta({ description: 'For `return`; by default the policy’s time.' }),
    whole: z.boolean().optional().meta({
      description:
        'For the office’s `return` of a lead’s part: what the other units reported goes back with it, and what was verified of it is reopened.',
    }),
    satisfactionId: uuid.optional().meta({
      description:
        'For `return` and `reopen`: what somebody from the public is not satisfied with (不满意) as the reason.',
    }),
    verification: verificationGiven.optional().meta({
      description: 'For `verify` and `return`: how it was judged (核查). The policy may require it.',
    }),
    text: text.optional().meta({ description: 'For `report`: what was done.' }),
    contents: contents.optional(),
    evidence: z.array(evidence).max(100).optional().meta({ description: 'For `report`: at least one.' }),
    measurements: z.array(measurement).max(100).optional().meta({ description: 'For a lead’s `report`: each target.' }),
    shortfallReason: text.optional().meta({ description: 'Why a figure is below its target.' }),
    goAheadReason: text.optional().meta({ description: 'Why the lead reports before the other units.' }),
  }),
) {}
class AssignmentDto extends createZodDto(assignment) {}
class ReportDto extends createZodDto(
  z
    .strictObject({
      obligationId: uuid.meta({ description: 'The action plan, periodic report or milestone that this discharges.' }),
      text: text.optional(),
      contents: contents.optional(),
      difficulties: text.optional(),
      nextSteps: text.optional(),
      evidence: z.array(evidence).max(100).optional(),
      measurements: z.array(measurement).max(100).optional(),
      behindReason: text.optional().meta({ description: 'Why a figure is behind the plan (序时进度).' }),
      actionPlan: actionPlanInput.optional().meta({ description: 'Of an action plan (办理方案).' }),
    })
    .refine((input) => input.text !== undefined || input.contents !== undefined, {
      path: ['text'],
      error: 'Give the report in "text", or in "contents".',
    }),
) {}
class ReportedDto extends createZodDto(report) {}

@ApiTags('assignments')
@Controller('assignments')
export class AssignmentsController {
  constructor(
    private readonly commands: CommandRunner,
    private readonly assignments: AssignmentService,
    private readonly reports: ReportService,
  ) {}

  @Needs('assignment.act', 'assignment.judge', 'assignment.judge_led', 'assignment.approve', 'breakdown.judge')
  @Post(':id/transitions')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Move an assignment (责任分工)',
    description:
      'Sign for it (签收), object to it (异议), report its completion (办结), withdraw, return, verify, reopen, suspend (中止), resume, transfer (移交), cancel (撤销), close it as not implemented (未能办成).',
  })
  @ApiOkResponse({ type: AssignmentDto })
  transition(
    @Req() request: ActingRequest,
    @Param() { id }: AssignmentParams,
    @Body() input: AssignmentTransitionDto,
  ): Promise<AssignmentSnapshot> {
    const { rectifyBy, resumeOn, dueOn, ...rest } = input;
    return this.commands.run(request, input, (tx, actor, at) =>
      this.assignments.transition(tx, actor, at, id, {
        ...rest,
        ...(rectifyBy === undefined ? {} : { rectifyBy: parseLocalDate(rectifyBy) }),
        ...(resumeOn === undefined ? {} : { resumeOn: parseLocalDate(resumeOn) }),
        ...(dueOn === undefined ? {} : { dueOn: parseLocalDate(dueOn) }),
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
  ): Promise<ReportSnapshot> {
    return this.commands.run(request, input, (tx, actor, at) =>
      this.reports.submit(tx, actor, at, id, { ...input, text: input.text ?? '' }),
    );
  }
}
