import { Transactor } from '@duban/database';
import { assertMay } from '@duban/directory';
import { COMPARATORS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { PlanReader } from '@duban/reporting';
import { JobProducer } from '@duban/queue';
import { type PlanIssueResult, PlanImportService, PlanService, readPlanFile } from '@duban/tasks';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
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
import { type ActingRequest, CurrentActor } from '../requests';
import {
  asOf,
  cursor,
  day,
  expectedVersion,
  limit,
  pageOf,
  shortText,
  span,
  storable,
  task,
  text,
  uuid,
  warning,
  textOrNull,
} from '../schemas';
import { readUpload } from '../uploads';
import { PlanImportDto, type PlanImportView, viewOf } from './plan-imports.controller';
import { column, readChosenColumns } from './columns';

/** Reading a file of this size may take longer than a person waits for an answer. */
const LONG_FILE_BYTES = 1024 * 1024;

const planFields = {
  id: uuid,
  jurisdictionId: uuid,
  title: z.string(),
  documentNumber: textOrNull,
  year: z.int().nullable(),
  state: z.enum(['draft', 'issued']),
  issuedOn: textOrNull,
  policyId: textOrNull,
  policyVersion: z.int().nullable(),
};
class PlanDto extends createZodDto(
  z.object({
    ...planFields,
    fileName: z.string(),
    leftOut: z.array(span),
    warnings: z.array(warning),
    columns: z.array(column).meta({ description: 'The columns of the document’s tables, and what each was read as.' }),
    version: z.int(),
    asOf: textOrNull,
    tasks: z.array(task),
  }),
) {}
class PlansDto extends createZodDto(
  pageOf(z.object({ ...planFields, jurisdictionName: z.string(), tasks: z.int(), createdAt: z.string() })),
) {}
class PlansQuery extends createZodDto(z.strictObject({ limit, cursor })) {}
class PlanQuery extends createZodDto(z.strictObject({ asOf })) {}
class PlanParams extends createZodDto(z.strictObject({ id: uuid })) {}
class PlanTaskParams extends createZodDto(z.strictObject({ id: uuid, taskId: uuid })) {}
const names = z.array(shortText).max(500);
class TaskEditDto extends createZodDto(
  z.strictObject({
    number: shortText.nullable().optional(),
    content: text.optional(),
    lead: names.optional(),
    responsible: names.optional(),
    cooperating: names.optional(),
    leaders: names.optional(),
    milestones: z
      .array(z.strictObject({ text: shortText, due: day.nullable() }))
      .max(100)
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
      .max(100)
      .optional()
      .meta({ description: 'All of the task’s targets, in the place of those that it has.' }),
    deadline: z.strictObject({ text: shortText, due: day.nullable() }).nullable().optional(),
    expectedVersion,
  }),
) {}
class RemoveQuery extends createZodDto(
  z.strictObject({ expectedVersion: z.coerce.number().int().min(1).optional() }),
) {}
class IssueDto extends createZodDto(
  z.strictObject({
    year: z.int(),
    issuedOn: day,
    policy: storable.min(1).max(100).default('annual-report').meta({ description: 'The rule set (督办规则).' }),
  }),
) {}
class IssuedDto extends createZodDto(
  z.object({
    tasks: z.int().meta({ description: 'Tasks and parts that carry assignments.' }),
    assignments: z.int(),
    leads: z.int(),
    obligations: z.int(),
    skipped: z.array(
      z.object({
        taskNumber: textOrNull,
        unitId: uuid,
        kind: z.string(),
        subject: textOrNull,
        dueOn: z.string(),
      }),
    ),
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

  @Get()
  @ApiOperation({ summary: 'Plans (责任分解方案), newest first' })
  @ApiOkResponse({ type: PlansDto })
  list(@CurrentActor() actor: Actor, @Query() query: PlansQuery): ReturnType<PlanReader['list']> {
    return this.transactor.run((tx) => this.reader.list(tx, actor, query.limit, query.cursor));
  }

  @Post()
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: {
        file: { type: 'string', format: 'binary' },
        jurisdiction: { type: 'string', description: 'Name or id, where the title does not say whose plan it is.' },
        columns: {
          type: 'string',
          description:
            'What columns of tables are, where their names do not say it: JSON, [{"table": 1, "column": 2, "field": "content"}].',
        },
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
    @CurrentActor() sender: Actor,
    @Req() request: ActingRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Awaited<ReturnType<PlanReader['get']>> | PlanImportView> {
    // Who may not is not asked for a file first.
    assertMay(sender, 'plan.draft');
    const { name, bytes, fields } = await readUpload(request, ['jurisdiction', 'columns']);
    const file = { name, bytes };
    const columns = readChosenColumns(fields.columns);
    const content = Buffer.concat([bytes, Buffer.from(JSON.stringify([name, fields]))]);
    if (bytes.length > LONG_FILE_BYTES || prefersAsync(request)) {
      const options = { columns, ...(fields.jurisdiction === undefined ? {} : { jurisdiction: fields.jurisdiction }) };
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
      const id = await this.plans.draft(tx, actor, at, read, fields.jurisdiction);
      return this.reader.get(tx, actor, id, null);
    });
  }

  @Get(':id')
  @ApiOperation({ summary: 'A plan with its tasks, now or at a past instant' })
  @ApiOkResponse({ type: PlanDto })
  get(
    @CurrentActor() actor: Actor,
    @Param() { id }: PlanParams,
    @Query() query: PlanQuery,
  ): ReturnType<PlanReader['get']> {
    const instant = asOfInstant(query.asOf, this.clock.now());
    return this.transactor.run((tx) => this.reader.get(tx, actor, id, instant));
  }

  @Patch(':id/tasks/:taskId')
  @ApiOperation({ summary: 'Correct a task of a draft' })
  @ApiOkResponse({ type: PlanDto })
  edit(
    @Req() request: ActingRequest,
    @Param() { id, taskId }: PlanTaskParams,
    @Body() { expectedVersion: version, ...edit }: TaskEditDto,
  ): ReturnType<PlanReader['get']> {
    return this.commands.run(request, { ...edit, version }, async (tx, actor, at) => {
      await this.plans.editTask(tx, actor, at, id, taskId, edit, version);
      return this.reader.get(tx, actor, id, null);
    });
  }

  @Delete(':id/tasks/:taskId')
  @ApiOperation({ summary: 'Take a task, with its parts, out of a draft' })
  @ApiOkResponse({ type: PlanDto })
  remove(
    @Req() request: ActingRequest,
    @Param() { id, taskId }: PlanTaskParams,
    @Query() { expectedVersion: version }: RemoveQuery,
  ): ReturnType<PlanReader['get']> {
    return this.commands.run(request, null, async (tx, actor, at) => {
      await this.plans.removeTask(tx, actor, at, id, taskId, version);
      return this.reader.get(tx, actor, id, null);
    });
  }

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

/** RFC 7240. */
const prefersAsync = ({ headers: { prefer } }: ActingRequest): boolean =>
  [prefer ?? []].flat().some((value) => /(^|[,;]\s*)respond-async\s*($|[,;])/i.test(value));
