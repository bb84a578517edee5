import { Transactor } from '@duban/database';
import { MATTER_KIND_IDS, NOTICE_COLOURS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock, localDateOf } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { BOARD_FILE_FORMATS, BOARD_FILE_LANGUAGES, LIGHTS, TASK_SORTS, TaskReader } from '@duban/reporting';
import { PLAN_SOURCES } from '@duban/tasks';
import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { asOfInstant, TIME_ZONE } from '../as-of';
import { attachTable, TABLES } from '../tables';
import { matter } from '../matters/matter-schemas';
import { periods } from '../reports/report-schemas';
import { rollUp } from '../breakdowns/roll-up.schema';
import { Costly, CurrentActor, Needs } from '../requests';
import {
  asOf,
  assignmentState,
  cursor,
  eventWords,
  historyEvent,
  instant,
  instruction,
  limit,
  notice,
  pageOf,
  report,
  satisfaction,
  storable,
  task,
  textOrNull,
  uuid,
  verification,
} from '../schemas';

const light = z.enum(LIGHTS).nullable().meta({
  description:
    '亮灯: red where an orange or red notice stands, yellow where a yellow one does or something is overdue, else green.',
});
export const boardFilter = z.strictObject({
  planId: uuid.optional(),
  unitId: uuid.optional(),
  matterKind: z.enum(MATTER_KIND_IDS).optional().meta({ description: 'Registered matters of this kind.' }),
  state: assignmentState.optional(),
  light: z.enum(LIGHTS).optional(),
  dueBefore: instant.optional(),
  section: storable.min(1).max(500).optional().meta({ description: 'One of the headings of its `path`.' }),
  q: storable.trim().min(1).max(100).optional().meta({ description: 'Words of the task, or its number.' }),
  sort: z.enum(TASK_SORTS).default('position'),
});
class TasksQuery extends createZodDto(boardFilter.extend({ asOf, limit, cursor })) {}
class BoardFileQuery extends createZodDto(
  boardFilter.extend({
    asOf,
    format: z.enum(BOARD_FILE_FORMATS).default('xlsx'),
    language: z.enum(BOARD_FILE_LANGUAGES).default('zh').meta({ description: 'Of all words but those of the tasks.' }),
  }),
) {}
class LandmarksQuery extends createZodDto(boardFilter) {}
class LandmarksDto extends createZodDto(
  z.object({
    total: z.int(),
    every: z.int().meta({ description: 'Rows between two landmarks.' }),
    items: z.array(
      z.object({
        position: z.int().meta({ description: 'Rows before the page that `cursor` gives.' }),
        label: textOrNull.meta({ description: 'Where in the order it is: a number, or a due date.' }),
        cursor: z.string(),
      }),
    ),
  }),
) {}
class TasksDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      planId: uuid,
      source: z.enum(PLAN_SOURCES).meta({ description: 'Of a document, or registered (事项登记).' }),
      matterKind: z.enum(MATTER_KIND_IDS).nullable(),
      parentId: uuid.nullable(),
      number: textOrNull,
      position: z.int(),
      path: z.array(z.string()),
      content: z.string(),
      state: assignmentState.nullable(),
      leadInferred: z.boolean(),
      dueOn: textOrNull,
      leads: z.array(z.string()),
      units: z.int(),
      nextDueAt: textOrNull,
      overdue: z.int(),
      notice: z.enum(NOTICE_COLOURS).nullable(),
      light,
      breakdown: rollUp.nullable().meta({
        description:
          'How what its units have handed on (二级分解) stands, to those who stand above; of the present alone.',
      }),
      version: z.int(),
    }),
  ),
) {}
class TaskParams extends createZodDto(z.strictObject({ id: uuid })) {}
class TaskQuery extends createZodDto(z.strictObject({ asOf })) {}
const carried = z
  .object({ taskId: uuid, planId: uuid, planTitle: z.string(), year: z.int().nullable() })
  .meta({ description: 'The same task in the plan of another year (结转).' });
/** A task with all that belongs to it. */
export const taskDetail = task.extend({
  asOf: textOrNull,
  light,
  carriedFrom: carried.nullable(),
  carriedTo: z.array(carried),
  matter: matter.nullable(),
  obligations: z.array(
    z.object({
      id: uuid,
      taskId: uuid,
      assignmentId: uuid,
      unitId: uuid,
      kind: z.string(),
      subject: textOrNull,
      state: z.enum(['open', 'suspended', 'discharged', 'lapsed']),
      policyId: z.string().optional().meta({
        description: 'The rules (督办规则) by which it is followed up; absent in a past that did not keep them.',
      }),
      policyVersion: z.int().optional(),
      ladder: z.string().optional(),
      deadlineVersion: z.int(),
      dueOn: z.string(),
      effectiveOn: z.string(),
      dueAt: z.string(),
      settledAt: textOrNull,
    }),
  ),
  notices: z.array(notice.extend({ deadlineVersion: z.int() })),
  reports: z.array(report),
  periods,
  verifications: z.array(verification),
  instructions: z.array(instruction),
  satisfaction: z.array(satisfaction),
  breakdowns: z.array(rollUp.extend({ assignmentId: uuid })).meta({
    description: 'By part, how the second level (二级分解) under it stands; of the present alone.',
  }),
  objectionDays: z.array(z.object({ assignmentId: uuid, lastOn: z.string() })).meta({
    description: 'Of parts that are not signed for yet: the last day to object (异议), by the rules of now.',
  }),
});
class TaskDto extends createZodDto(taskDetail) {}
class HistoryQuery extends createZodDto(z.strictObject({ limit, cursor })) {}
class HistoryDto extends createZodDto(pageOf(historyEvent.extend({ words: eventWords }))) {}

@ApiTags('tasks')
@Controller('tasks')
export class TasksController {
  constructor(
    private readonly transactor: Transactor,
    private readonly reader: TaskReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.own', 'read.all')
  @Get()
  @ApiOperation({
    summary: 'The board: tasks (责任事项) with state, light and what is due next, now or at a past instant',
    description:
      'Of a past instant a unit sees the tasks that it had a part in then, with the names as they were recorded.',
  })
  @ApiOkResponse({ type: TasksDto })
  list(@CurrentActor() actor: Actor, @Query() query: TasksQuery): ReturnType<TaskReader['list']> {
    const now = this.clock.now();
    return this.transactor.as(actor, (tx) => this.reader.list(tx, actor, now, withInstants(query, now)));
  }

  @Needs('read.own', 'read.all')
  @Costly()
  @Get('export')
  @ApiOperation({
    summary: 'The board as a spreadsheet: a line a task, 10,000 at most',
    description: 'What it is narrowed to, and its order, as of the board itself.',
  })
  @ApiOkResponse({ content: TABLES })
  async export(
    @CurrentActor() actor: Actor,
    @Query() { format, language, ...query }: BoardFileQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const now = this.clock.now();
    const filter = withInstants(query, now);
    const file = await this.transactor.as(actor, (tx) =>
      this.reader.file(tx, actor, now, filter, { format, language }),
    );
    const day = localDateOf(filter.asOf ?? now, TIME_ZONE);
    const name = language === 'zh' ? `督办台账${day}` : `board-${day}`;
    attachTable(reply, { name, format, plain: 'board' });
    return file;
  }

  @Needs('read.own', 'read.all')
  @Get('landmarks')
  @ApiOperation({
    summary: 'How many tasks the board has, and cursors in the midst of it',
    description:
      'For a list that is scrolled to any place without being read from its beginning; of the present alone.',
  })
  @ApiOkResponse({ type: LandmarksDto })
  landmarks(@CurrentActor() actor: Actor, @Query() query: LandmarksQuery): ReturnType<TaskReader['landmarks']> {
    const now = this.clock.now();
    return this.transactor.as(actor, (tx) => this.reader.landmarks(tx, actor, now, withInstants(query, now)));
  }

  @Needs('read.own', 'read.all')
  @Get(':id')
  @ApiOperation({ summary: 'A task with all that belongs to it, now or at a past instant' })
  @ApiOkResponse({ type: TaskDto })
  get(
    @CurrentActor() actor: Actor,
    @Param() { id }: TaskParams,
    @Query() query: TaskQuery,
  ): ReturnType<TaskReader['get']> {
    const now = this.clock.now();
    const at = asOfInstant(query.asOf, now);
    return this.transactor.as(actor, (tx) => this.reader.get(tx, actor, now, id, at));
  }

  @Needs('read.own', 'read.all')
  @Get(':id/history')
  @ApiOperation({ summary: 'Everything that happened to a task and its parts (留痕), oldest first' })
  @ApiOkResponse({ type: HistoryDto })
  history(
    @CurrentActor() actor: Actor,
    @Param() { id }: TaskParams,
    @Query() query: HistoryQuery,
  ): ReturnType<TaskReader['historyOf']> {
    return this.transactor.as(actor, (tx) => this.reader.historyOf(tx, actor, id, query.limit, query.cursor));
  }
}

/** What the board is narrowed to, its instants as such. */
function withInstants<Query extends { dueBefore?: string; asOf?: string }>(
  { dueBefore, asOf: instantOrDay, ...filter }: Query,
  now: Date,
): Omit<Query, 'dueBefore' | 'asOf'> & { dueBefore?: Date; asOf?: Date } {
  const at = asOfInstant(instantOrDay, now);
  return {
    ...filter,
    ...(at === null ? {} : { asOf: at }),
    ...(dueBefore === undefined ? {} : { dueBefore: new Date(dueBefore) }),
  };
}
