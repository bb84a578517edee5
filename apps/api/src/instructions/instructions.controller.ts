import { Transactor } from '@duban/database';
import { URGENCIES } from '@duban/domain';
import type { Actor } from '@duban/history';
import { parseLocalDate } from '@duban/kernel';
import { InstructionReader } from '@duban/reporting';
import { type GivenInstruction, InstructionService } from '@duban/tasks';
import { Body, Controller, Get, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { cursor, day, instruction, limit, pageOf, shortText, text, textOrNull, uuid } from '../schemas';

class TaskParams extends createZodDto(z.strictObject({ id: uuid })) {}
class NewInstructionDto extends createZodDto(
  z.strictObject({
    text,
    leader: shortText.optional().meta({
      description: 'Whose it is, where the office records it: the id of a leader’s post, or a leader’s name.',
    }),
    units: z
      .array(shortText)
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'Codes of the units that answer for it; by default the leads.' }),
    dueOn: day.optional().meta({ description: 'By default as many days from now as the policy gives the urgency.' }),
    urgency: z.enum(URGENCIES).optional().meta({ description: '急件、一般、疑难; by default `ordinary`.' }),
  }),
) {}
class InstructionDto extends createZodDto(instruction) {}
class InstructionsQuery extends createZodDto(
  z.strictObject({
    planId: uuid.optional(),
    taskId: uuid.optional(),
    unitId: uuid.optional(),
    state: z.enum(['open', 'settled']).optional().meta({ description: 'Whether a unit still owes an answer.' }),
    limit,
    cursor,
  }),
) {}
class InstructionsDto extends createZodDto(
  pageOf(
    instruction.extend({
      planId: uuid,
      taskNumber: textOrNull,
      units: z.array(
        instruction.shape.units.element.extend({
          state: z.enum(['open', 'suspended', 'discharged', 'lapsed']),
          settledAt: textOrNull,
        }),
      ),
    }),
  ),
) {}

@ApiTags('instructions')
@Controller()
export class InstructionsController {
  constructor(
    private readonly commands: CommandRunner,
    private readonly transactor: Transactor,
    private readonly instructions: InstructionService,
    private readonly reader: InstructionReader,
  ) {}

  @Needs('instruction.give')
  @Post('tasks/:id/instructions')
  @ApiOperation({
    summary: 'Give a leader’s instruction (领导批示) on a task',
    description:
      'A leader gives it in his own name, the office records what was said. The units owe an answer, `POST /assignments/{id}/reports`, and are followed up for it; no score counts it.',
  })
  @ApiCreatedResponse({ type: InstructionDto })
  give(
    @Req() request: ActingRequest,
    @Param() { id }: TaskParams,
    @Body() input: NewInstructionDto,
  ): Promise<GivenInstruction> {
    const { dueOn, ...rest } = input;
    return this.commands.run(request, input, (tx, actor, at) =>
      this.instructions.give(tx, actor, at, id, {
        ...rest,
        ...(dueOn === undefined ? {} : { dueOn: parseLocalDate(dueOn) }),
      }),
    );
  }

  @Needs('read.own', 'read.all')
  @Get('instructions')
  @ApiOperation({ summary: 'Leaders’ instructions with how the units stand, the newest first' })
  @ApiOkResponse({ type: InstructionsDto })
  list(@CurrentActor() actor: Actor, @Query() query: InstructionsQuery): ReturnType<InstructionReader['list']> {
    return this.transactor.as(actor, (tx) => this.reader.list(tx, actor, query));
  }
}
