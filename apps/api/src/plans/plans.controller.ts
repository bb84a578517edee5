import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { type Clock, invalid } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { PlanReader } from '@duban/reporting';
import { JobProducer } from '@duban/queue';
import {
  PLAN_SOURCES,
  type DraftOptions,
  type PlanIssueResult,
  PlanImportService,
  PlanService,
  readPlanFile,
  refuseSecretFile,
} from '@duban/tasks';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { asOfInstant } from '../as-of';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Costly, CurrentActor, Needs } from '../requests';
import { asOf, cursor, day, limit, pageOf, skippedObligation, storable, textOrNull, uuid } from '../schemas';
import { readUpload } from '../uploads';
import { PlanDto, planFields, PlanParams, PlanSourceDto } from './plan-schemas';
import { PlanImportDto, type PlanImportView, viewOf } from './plan-imports.controller';
import { chosenColumns, readChosenColumns } from './columns';

/** Reading a file of this size may take longer than a person waits for an answer. */
const LONG_FILE_BYTES = 1024 * 1024;

class PlansDto extends createZodDto(
  pageOf(
    z.object({
      ...planFields,
      jurisdictionName: z.string(),
      unitName: textOrNull,
      tasks: z.int(),
      createdAt: z.string(),
    }),
  ),
) {}
class PlansQuery extends createZodDto(
  z.strictObject({
    source: z.enum(PLAN_SOURCES).optional().meta({ description: 'Documents, or registers (台账) of matters.' }),
    unitId: uuid.optional().meta({ description: 'The unit whose own plans (二级分解) are wanted.' }),
    limit,
    cursor,
  }),
) {}
class PlanQuery extends createZodDto(z.strictObject({ asOf })) {}
class IssueDto extends createZodDto(
  z.strictObject({
    year: z.int(),
    issuedOn: day,
    policy: storable.min(1).max(100).optional().meta({
      description: 'The rule set (督办规则): by default `annual-report`, or in a unit’s plan that of the parts above.',
    }),
  }),
) {}
class IssuedDto extends createZodDto(
  z.object({
    tasks: z.int().meta({ description: 'Tasks and parts that carry assignments.' }),
    assignments: z.int(),
    leads: z.int(),
    obligations: z.int(),
    skipped: z.array(skippedObligation),
  }),
) {}

@ApiTags('plans')
@Controller('plans')
export class PlansController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly plans: PlanService,
    private readonly imports: PlanImportService,
    private readonly jobs: JobProducer,
    private readonly reader: PlanReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.own', 'read.all')
  @Get()
  @ApiOperation({ summary: 'Plans (责任分解方案), newest first' })
  @ApiOkResponse({ type: PlansDto })
  list(@CurrentActor() actor: Actor, @Query() query: PlansQuery): ReturnType<PlanReader['list']> {
    const { unitId, ...rest } = query;
    return this.transactor.as(actor, (tx) =>
      this.reader.list(tx, actor, { ...rest, ...(unitId === undefined ? {} : { issuerId: unitId }) }),
    );
  }

  @Needs('plan.draft', 'breakdown.draft')
  @Costly()
  @Post()
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: {
        file: { type: 'string', format: 'binary' },
        jurisdiction: { type: 'string', description: 'Name or id, where the title does not say whose plan it is.' },
        upperPlanId: {
          type: 'string',
          description:
            'Of a unit’s own plan (二级分解): the plan whose numbers its tasks have, and under whose parts they hang.',
        },
        columns: chosenColumns,
      },
    },
  })
  @ApiOperation({
    summary: 'Read a document into a draft',
    description:
      'Word, Excel, PDF with text, a saved web page, CSV or plain text, 20 MiB at most; what kind it is shows in its ' +
      'content. The draft comes with the warnings of the reader. A file over 1 MiB, or any with `Prefer: respond-async`, ' +
      'is read by a worker: the answer is 202 and names the import to ask for.',
  })
  @ApiHeader({ name: 'Prefer', required: false, description: '`respond-async` has the document read by a worker.' })
  @ApiCreatedResponse({ type: PlanDto })
  @ApiAcceptedResponse({ type: PlanImportDto })
  async draft(
    @Req() request: ActingRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Awaited<ReturnType<PlanReader['get']>> | PlanImportView> {
    const { name, bytes, fields } = await readUpload(request, ['jurisdiction', 'upperPlanId', 'columns']);
    const file = { name, bytes };
    const columns = readChosenColumns(fields.columns);
    const place = readPlace(fields);
    const content = Buffer.concat([bytes, Buffer.from(JSON.stringify([name, fields]))]);
    if (bytes.length > LONG_FILE_BYTES || prefersAsync(request)) {
      // A worker reads it from the database, where nothing secret may come.
      await refuseSecretFile(file);
      const options = { columns, ...place };
      const accepted = await this.commands.run(request, content, async (tx, actor, at) => {
        const id = await this.imports.accept(tx, actor, at, file, options);
        return viewOf(await this.imports.get(tx, actor, id));
      });
      await this.jobs.add('imports', 'document.read', { importId: accepted.id });
      void reply.status(202).header('location', `/api/v1/plan-imports/${accepted.id}`);
      return accepted;
    }
    // Reading takes its time, and no transaction waits for it.
    const read = await readPlanFile(file, { columns });
    return this.commands.run(request, content, async (tx, actor, at) => {
      const id = await this.plans.draft(tx, actor, at, read, place);
      return this.reader.get(tx, actor, id, null);
    });
  }

  @Needs('read.own', 'read.all')
  @Get(':id')
  @ApiOperation({ summary: 'A plan with its tasks, now or at a past instant' })
  @ApiOkResponse({ type: PlanDto })
  get(
    @CurrentActor() actor: Actor,
    @Param() { id }: PlanParams,
    @Query() query: PlanQuery,
  ): ReturnType<PlanReader['get']> {
    const instant = asOfInstant(query.asOf, this.clock.now());
    return this.transactor.as(actor, (tx) => this.reader.get(tx, actor, id, instant));
  }

  @Needs('read.all', 'breakdown.draft')
  @Get(':id/source')
  @ApiOperation({
    summary: 'The document beside which a draft is put right (原文)',
    description: '`source` of tasks and `leftOut` are offsets into its text, in UTF-16 code units.',
  })
  @ApiOkResponse({ type: PlanSourceDto })
  source(@CurrentActor() actor: Actor, @Param() { id }: PlanParams): ReturnType<PlanReader['source']> {
    return this.transactor.as(actor, (tx) => this.reader.source(tx, actor, id));
  }

  @Needs('plan.issue', 'breakdown.issue')
  @Post(':id/issue')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Issue a draft (印发)',
    description: 'Makes the assignments and what is owed, in one transaction; from then on the plan is binding.',
  })
  @ApiOkResponse({ type: IssuedDto })
  issue(@Req() request: ActingRequest, @Param() { id }: PlanParams, @Body() input: IssueDto): Promise<PlanIssueResult> {
    return this.commands.run(request, input, (tx, actor, at) => this.plans.issue(tx, actor, at, id, input));
  }
}

/** Whose plan it is, and what it hangs under, as the form says it. */
function readPlace({ jurisdiction, upperPlanId }: { jurisdiction?: string; upperPlanId?: string }): DraftOptions {
  const upper = uuid.optional().safeParse(upperPlanId);
  if (!upper.success) {
    throw invalid('BREAKDOWN.UPPER_PLAN_UNKNOWN', 'There is no such plan.', { field: 'upperPlanId' });
  }
  return {
    ...(jurisdiction === undefined ? {} : { jurisdiction }),
    ...(upper.data === undefined ? {} : { upperPlanId: upper.data }),
  };
}

/** RFC 7240. */
const prefersAsync = ({ headers: { prefer } }: ActingRequest): boolean =>
  [prefer ?? []].flat().some((value) => /(^|[,;]\s*)respond-async\s*($|[,;])/i.test(value));
