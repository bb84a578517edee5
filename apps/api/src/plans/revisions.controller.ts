import { COMPARED_FIELDS } from '@duban/breakdown';
import { Transactor } from '@duban/database';
import { COMPARATORS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { RevisionReader } from '@duban/reporting';
import {
  PlanRevisionService,
  readPlanFile,
  RevisionDecisions,
  type RevisionItemView,
  type RevisionView,
  type TakenItem,
  type TakenItems,
} from '@duban/tasks';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Costly, CurrentActor, Needs } from '../requests';
import {
  assignmentState,
  cursor,
  documentWarning,
  expectedVersion,
  limit,
  marks,
  pageOf,
  skippedObligation,
  span,
  text,
  textOrNull,
  uuid,
} from '../schemas';
import { readUpload } from '../uploads';
import { chosenColumns, readChosenColumns } from './columns';

const names = z.array(z.string());
const dateWords = z.object({ text: z.string(), due: textOrNull });
const draftFields = z.object({
  number: textOrNull,
  path: names,
  content: z.string(),
  lead: names,
  responsible: names,
  cooperating: names,
  supervising: names,
  leaders: names,
  openEnded: textOrNull,
  marks,
  deadline: dateWords.nullable(),
  milestones: z.array(dateWords),
  targets: z.array(
    z.object({
      text: z.string(),
      value: z.number(),
      upper: z.number().optional(),
      unit: z.string(),
      comparator: z.enum(COMPARATORS),
    }),
  ),
  leadInferred: z.boolean(),
  source: span,
});
const revisionFields = {
  id: uuid,
  planId: uuid,
  fileName: z.string(),
  state: z.enum(['open', 'closed', 'abandoned']),
  createdAt: z.string(),
  closedAt: textOrNull,
};
const item = z
  .object({
    id: uuid,
    position: z.int(),
    kinds: z.array(z.enum(['new', 'gone', 'changed', 'moved'])),
    task: z
      .object({
        id: uuid,
        number: textOrNull,
        path: names,
        content: z.string(),
        state: assignmentState.nullable(),
      })
      .nullable()
      .meta({ description: 'The task as it stands; null for a new one, and for one that is no longer in a draft.' }),
    taskVersion: z.int().nullable().meta({ description: 'Give it as `expectedVersion`.' }),
    draft: draftFields
      .extend({ subtasks: z.array(draftFields.extend({ subtasks: z.array(z.unknown()) })) })
      .nullable()
      .meta({ description: 'As the revised document has it; null for what is gone.' }),
    fields: z.array(
      z.object({
        field: z.enum(COMPARED_FIELDS),
        before: z.unknown(),
        after: z.unknown(),
        editedByHand: z.boolean().meta({ description: 'Somebody changed it since; taking it undoes that.' }),
      }),
    ),
    state: z.enum(['open', 'taken', 'declined']),
    decidedBy: uuid.nullable(),
    decidedAt: textOrNull,
    reason: textOrNull,
  })
  .meta({ description: 'One difference of a revised document.' });
const revision = z.object({
  ...revisionFields,
  reason: textOrNull,
  version: z.int(),
  warnings: z.array(documentWarning),
  items: z.array(item),
  renumbered: z.array(
    z.object({
      taskId: uuid,
      number: z.object({ before: textOrNull, after: textOrNull }),
      path: z.object({ before: names, after: names }),
    }),
  ),
});
const outcome = {
  assignments: z.int().meta({ description: 'Made; as all that follows, none for a draft.' }),
  cancelled: z.int(),
  obligations: z.int(),
  rescheduled: z.int(),
  skipped: z.array(skippedObligation).meta({ description: 'Not made: they would have been due before today.' }),
};

class RevisionDto extends createZodDto(revision) {}
class RevisionItemDto extends createZodDto(item) {}
class RevisionsDto extends createZodDto(pageOf(z.object({ ...revisionFields, items: z.int(), undecided: z.int() }))) {}
class TakenItemDto extends createZodDto(z.object({ ...outcome, item })) {}
class TakenItemsDto extends createZodDto(
  z.object({
    ...outcome,
    taken: z.array(uuid),
    refused: z.array(z.object({ itemId: uuid, code: z.string(), detail: z.string() })),
    revision,
  }),
) {}
class RevisionsParams extends createZodDto(z.strictObject({ id: uuid })) {}
class RevisionsQuery extends createZodDto(z.strictObject({ limit, cursor })) {}
class RevisionParams extends createZodDto(z.strictObject({ id: uuid, revisionId: uuid })) {}
class RevisionItemParams extends createZodDto(z.strictObject({ id: uuid, revisionId: uuid, itemId: uuid })) {}
class TakeDto extends createZodDto(
  z.strictObject({
    expectedVersion,
    reason: text.optional(),
    fields: z
      .array(z.enum(COMPARED_FIELDS))
      .max(COMPARED_FIELDS.length)
      .optional()
      .meta({ description: 'Of what changed only these; to be given where somebody has edited the task.' }),
  }),
) {}
class TakeAllDto extends createZodDto(
  z.strictObject({
    itemIds: z.array(uuid).min(1).max(10_000).optional().meta({ description: 'By default all that are open.' }),
    reason: text.optional(),
  }),
) {}
class DeclineDto extends createZodDto(z.strictObject({ reason: text })) {}
class CloseDto extends createZodDto(
  z.strictObject({ reason: text.optional().meta({ description: 'Needed where items are undecided.' }) }),
) {}

@ApiTags('revisions')
@Controller('plans/:id/revisions')
export class RevisionsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly revisions: PlanRevisionService,
    private readonly decisions: RevisionDecisions,
    private readonly reader: RevisionReader,
  ) {}

  @Needs('read.all')
  @Get()
  @ApiOperation({ summary: 'Revised documents (修订) of a plan, newest first' })
  @ApiOkResponse({ type: RevisionsDto })
  list(
    @CurrentActor() actor: Actor,
    @Param() { id }: RevisionsParams,
    @Query() query: RevisionsQuery,
  ): ReturnType<RevisionReader['list']> {
    return this.transactor.as(actor, (tx) => this.reader.list(tx, actor, id, query.limit, query.cursor));
  }

  @Needs('plan.edit')
  @Costly()
  @Post()
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: { file: { type: 'string', format: 'binary' }, columns: chosenColumns },
    },
  })
  @ApiOperation({
    summary: 'Compare a revised document with a plan',
    description: 'Gives what is new, gone, changed and moved; nothing in the plan changes until it is taken.',
  })
  @ApiCreatedResponse({ type: RevisionDto })
  async import(@Req() request: ActingRequest, @Param() { id }: RevisionsParams): Promise<RevisionView> {
    const { name, bytes, fields } = await readUpload(request, ['columns']);
    const content = Buffer.concat([bytes, Buffer.from(JSON.stringify([name, fields]))]);
    const read = await readPlanFile({ name, bytes }, { columns: readChosenColumns(fields.columns) });
    return this.commands.run(request, content, async (tx, actor, at) => {
      const revisionId = await this.revisions.import(tx, actor, at, id, read);
      return this.revisions.get(tx, actor, id, revisionId);
    });
  }

  @Needs('read.all')
  @Get(':revisionId')
  @ApiOperation({ summary: 'A revision with its items, against the plan as it is now' })
  @ApiOkResponse({ type: RevisionDto })
  get(@CurrentActor() actor: Actor, @Param() { id, revisionId }: RevisionParams): Promise<RevisionView> {
    return this.transactor.as(actor, (tx) => this.revisions.get(tx, actor, id, revisionId));
  }

  @Needs('plan.edit')
  @Post(':revisionId/items/:itemId/take')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take an item of a revision',
    description: 'Edits a draft; of an issued plan it is binding: assignments, obligations and dates follow.',
  })
  @ApiOkResponse({ type: TakenItemDto })
  take(
    @Req() request: ActingRequest,
    @Param() { id, revisionId, itemId }: RevisionItemParams,
    @Body() input: TakeDto,
  ): Promise<TakenItem> {
    return this.commands.run(request, input, (tx, actor, at) =>
      this.decisions.take(tx, actor, at, id, revisionId, itemId, input),
    );
  }

  @Needs('plan.edit')
  @Post(':revisionId/items/:itemId/decline')
  @HttpCode(200)
  @ApiOperation({ summary: 'Leave the plan as it is in this' })
  @ApiOkResponse({ type: RevisionItemDto })
  decline(
    @Req() request: ActingRequest,
    @Param() { id, revisionId, itemId }: RevisionItemParams,
    @Body() { reason }: DeclineDto,
  ): Promise<RevisionItemView> {
    return this.commands.run(request, { reason }, (tx, actor, at) =>
      this.decisions.decline(tx, actor, at, id, revisionId, itemId, reason),
    );
  }

  @Needs('plan.edit')
  @Post(':revisionId/take')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Take several items at once',
    description: 'Each whole or not at all; those that are refused stay open, and the answer says why.',
  })
  @ApiOkResponse({ type: TakenItemsDto })
  takeAll(
    @Req() request: ActingRequest,
    @Param() { id, revisionId }: RevisionParams,
    @Body() input: TakeAllDto,
  ): Promise<TakenItems> {
    return this.commands.run(request, input, (tx, actor, at) =>
      this.decisions.takeAll(tx, actor, at, id, revisionId, input),
    );
  }

  @Needs('plan.edit')
  @Post(':revisionId/numbers/take')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take over the numbers, headings and order of the revised document' })
  @ApiOkResponse({ type: RevisionDto })
  takeNumbers(@Req() request: ActingRequest, @Param() { id, revisionId }: RevisionParams): Promise<RevisionView> {
    return this.commands.run(request, null, (tx, actor, at) =>
      this.revisions.takeNumbers(tx, actor, at, id, revisionId),
    );
  }

  @Needs('plan.edit')
  @Post(':revisionId/close')
  @HttpCode(200)
  @ApiOperation({ summary: 'End a revision, so that another can be imported' })
  @ApiOkResponse({ type: RevisionDto })
  close(
    @Req() request: ActingRequest,
    @Param() { id, revisionId }: RevisionParams,
    @Body() { reason }: CloseDto,
  ): Promise<RevisionView> {
    return this.commands.run(request, { reason }, (tx, actor, at) =>
      this.revisions.close(tx, actor, at, id, revisionId, reason),
    );
  }
}
