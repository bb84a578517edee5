import { Transactor } from '@duban/database';
import {
  APPLICATION_EVENTS,
  APPLICATION_KINDS,
  APPLICATION_STATES,
  OBLIGATION_KINDS,
  UNIMPLEMENTED_REASONS,
} from '@duban/domain';
import type { Actor } from '@duban/history';
import { parseLocalDate } from '@duban/kernel';
import { ApplicationReader } from '@duban/reporting';
import { type ApplicationInput, ApplicationService, type ApplicationSnapshot } from '@duban/supervision';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { cursor, day, expectedVersion, limit, pageOf, text, textOrNull, uuid } from '../schemas';

/** What each kind needs beside the reason. */
const NEEDED = {
  extension: ['obligationId', 'dueOn', 'progress'],
  close_unimplemented: ['unimplementedReason'],
  review: [],
} as const;

class ApplicationParams extends createZodDto(z.strictObject({ id: uuid })) {}
class ApplicationInputDto extends createZodDto(
  z
    .strictObject({
      kind: z.enum(APPLICATION_KINDS).meta({
        description:
          'More time (延期), an end without success (未能办成), or a second look at a returned completion (复核).',
      }),
      reason: text,
      obligationId: uuid.optional().meta({ description: 'For `extension`: of what (应办事项).' }),
      dueOn: day.optional().meta({ description: 'For `extension`: the new date.' }),
      progress: text.optional().meta({ description: 'For `extension`: how far the work is.' }),
      unimplementedReason: z.enum(UNIMPLEMENTED_REASONS).optional().meta({ description: 'For `close_unimplemented`.' }),
    })
    .superRefine((input, context) => {
      for (const field of NEEDED[input.kind]) {
        if (input[field] !== undefined) continue;
        context.addIssue({ code: 'custom', path: [field], message: `An application for ${input.kind} needs it.` });
      }
    }),
) {}
class ApplicationDecisionDto extends createZodDto(
  z.strictObject({
    event: z.enum(APPLICATION_EVENTS),
    reason: text.optional().meta({ description: 'For `deny`; welcome with `approve`.' }),
    dueOn: day.optional().meta({ description: 'For `approve` of an extension: another date than was asked for.' }),
    expectedVersion,
  }),
) {}
const application = z.object({
  id: uuid,
  kind: z.enum(APPLICATION_KINDS),
  state: z.enum(APPLICATION_STATES),
  taskId: uuid,
  assignmentId: uuid,
  unitId: uuid,
  obligationId: uuid.nullable(),
  presentDueOn: textOrNull.meta({ description: 'The date as it took effect when another was asked for.' }),
  askedDueOn: textOrNull,
  grantedDueOn: textOrNull.meta({ description: 'The exact new date.' }),
  progress: textOrNull,
  unimplementedReason: z.enum(UNIMPLEMENTED_REASONS).nullable(),
  reason: z.string(),
  approverUnitId: uuid.nullable().meta({ description: 'The lead that decides; null where the office does.' }),
  requestedBy: uuid,
  requestedAt: z.string(),
  decidedBy: uuid.nullable(),
  decidedAt: textOrNull,
  decision: textOrNull.meta({ description: 'Why it was decided so.' }),
  decideBy: textOrNull.meta({ description: 'By when whoever decides has to.' }),
  version: z.int(),
});
class ApplicationDto extends createZodDto(
  application.extend({ askedByUnitId: uuid.nullable(), requestedFor: uuid.nullable() }),
) {}
class ApplicationsDto extends createZodDto(
  pageOf(
    application.extend({
      planId: uuid,
      taskNumber: textOrNull,
      taskContent: z.string(),
      unitName: z.string(),
      obligationKind: z.enum(OBLIGATION_KINDS).nullable(),
      subject: textOrNull,
      approverUnitName: textOrNull,
      requestedByName: z.string(),
      decidedByName: textOrNull,
    }),
  ),
) {}
class ApplicationsQuery extends createZodDto(
  z.strictObject({
    state: z.enum(APPLICATION_STATES).optional(),
    kind: z.enum(APPLICATION_KINDS).optional(),
    unitId: uuid.optional(),
    planId: uuid.optional(),
    limit,
    cursor,
  }),
) {}

@ApiTags('applications')
@Controller()
export class ApplicationsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly applications: ApplicationService,
    private readonly reader: ApplicationReader,
  ) {}

  @Needs('application.make')
  @Post('assignments/:id/applications')
  @ApiOperation({
    summary: 'Apply for something about an assignment (申请)',
    description:
      'An extension is asked for before the date, and decided by whoever set it; dates and reminders go on meanwhile.',
  })
  @ApiCreatedResponse({ type: ApplicationDto })
  make(
    @Req() request: ActingRequest,
    @Param() { id }: ApplicationParams,
    @Body() input: ApplicationInputDto,
  ): Promise<ApplicationSnapshot> {
    return this.commands.run(request, input, (tx, actor, at) =>
      this.applications.make(tx, actor, at, id, inputOf(input)),
    );
  }

  @Needs('read.own', 'read.all')
  @Get('applications')
  @ApiOperation({ summary: 'Applications (申请), oldest first' })
  @ApiOkResponse({ type: ApplicationsDto })
  list(@CurrentActor() actor: Actor, @Query() filter: ApplicationsQuery): ReturnType<ApplicationReader['list']> {
    return this.transactor.as(actor, (tx) => this.reader.list(tx, actor, filter));
  }

  @Needs('application.make', 'application.decide')
  @Post('applications/:id/transitions')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Approve, deny or withdraw an application',
    description: 'What is approved is done at once. Nobody decides on their own.',
  })
  @ApiOkResponse({ type: ApplicationDto })
  decide(
    @Req() request: ActingRequest,
    @Param() { id }: ApplicationParams,
    @Body() input: ApplicationDecisionDto,
  ): Promise<ApplicationSnapshot> {
    const { dueOn, ...rest } = input;
    return this.commands.run(request, input, (tx, actor, at) =>
      this.applications.transition(tx, actor, at, id, {
        ...rest,
        ...(dueOn === undefined ? {} : { dueOn: parseLocalDate(dueOn) }),
      }),
    );
  }
}

/** The schema has seen to it that what a kind needs is there. */
function inputOf({
  kind,
  reason,
  obligationId,
  dueOn,
  progress,
  unimplementedReason,
}: ApplicationInputDto): ApplicationInput {
  if (kind === 'extension') {
    return { kind, reason, obligationId: obligationId!, dueOn: parseLocalDate(dueOn!), progress: progress! };
  }
  if (kind === 'close_unimplemented') return { kind, reason, unimplementedReason: unimplementedReason! };
  return { kind, reason };
}
