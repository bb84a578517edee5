import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { MatterReader, type Page, TaskReader } from '@duban/reporting';
import {
  MatterCorrections,
  MatterService,
  type NearTask,
  type PetitionerInput,
  type SkippedObligation,
} from '@duban/tasks';
import { Body, Controller, Get, HttpCode, Inject, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs, OfPrimary } from '../requests';
import { skippedObligation } from '../schemas';
import { taskDetail } from '../tasks/tasks.controller';
import {
  CorrectionDto,
  DuplicatesDto,
  MatterDto,
  MatterKindsDto,
  MatterParams,
  MattersDto,
  MattersQuery,
  NearTasksDto,
  PetitionerDto,
  SameAsDto,
} from './matter-schemas';

type TaskDetail = Awaited<ReturnType<TaskReader['get']>>;
class RegisteredDto extends createZodDto(
  taskDetail.extend({
    skipped: z.array(skippedObligation).meta({ description: 'What would have been due before it was handed out.' }),
  }),
) {}
class TaskDetailDto extends createZodDto(taskDetail) {}

@ApiTags('matters')
@Controller('matters')
export class MattersController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly matters: MatterService,
    private readonly corrections: MatterCorrections,
    private readonly reader: MatterReader,
    private readonly tasks: TaskReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.own', 'read.all')
  @Get()
  @ApiOperation({ summary: 'Registered matters (事项登记), newest first' })
  @ApiOkResponse({ type: MattersDto })
  list(@CurrentActor() actor: Actor, @Query() query: MattersQuery): ReturnType<MatterReader['list']> {
    return this.transactor.as(actor, (tx) => this.reader.list(tx, actor, this.clock.now(), query));
  }

  @Needs('read.own', 'read.all')
  @Get('kinds')
  @ApiOperation({
    summary: 'What may be registered: kinds with their policy, levels and what is asked of their source',
  })
  @ApiOkResponse({ type: MatterKindsDto })
  async kinds(@CurrentActor() actor: Actor): Promise<Page<Awaited<ReturnType<MatterReader['kinds']>>[number]>> {
    const items = await this.transactor.as(actor, (tx) => this.reader.kinds(tx));
    return { items, next: null };
  }

  @Needs('matter.register')
  @Post()
  @ApiOperation({
    summary: 'Register a matter (事项登记)',
    description:
      'It is numbered and handed out at once, as a task of the register (台账) of its kind and year, and owed by the ' +
      'policy of its kind from the day on which it came. 409 `MATTER.LIKELY_DUPLICATE` names open tasks of much the same ' +
      'words.',
  })
  @ApiCreatedResponse({ type: RegisteredDto })
  register(
    @Req() request: ActingRequest,
    @Body() input: MatterDto,
  ): Promise<TaskDetail & { skipped: SkippedObligation[] }> {
    return this.commands.run(request, input, async (tx, actor, at) => {
      const { taskId, skipped } = await this.matters.register(tx, actor, at, input);
      return { ...(await this.tasks.get(tx, actor, at, taskId, null)), skipped };
    });
  }

  @Needs('matter.register')
  @Post('duplicates')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Open tasks and matters that may be the same as one that is to be registered (查重)',
    description: 'By their words, nearest first, as far as one sees them. Writes nothing.',
  })
  @ApiOkResponse({ type: NearTasksDto })
  async duplicates(@CurrentActor() actor: Actor, @Body() question: DuplicatesDto): Promise<Page<NearTask>> {
    const items = await this.transactor.as(actor, (tx) => this.matters.duplicates(tx, actor, question));
    return { items, next: null };
  }

  @Needs('matter.petitioner')
  @OfPrimary()
  @Get(':id/petitioner')
  @ApiOperation({ summary: 'Who asked for a matter, by name and telephone: for the office and the unit that leads' })
  @ApiOkResponse({ type: PetitionerDto })
  petitioner(@CurrentActor() actor: Actor, @Param() { id }: MatterParams): Promise<PetitionerInput> {
    return this.transactor.as(actor, (tx) => this.reader.petitioner(tx, actor, id));
  }

  @Needs('matter.register')
  @Patch(':id')
  @ApiOperation({
    summary: 'Put a registered matter right (事项更正)',
    description: 'History keeps what was said before; a date that changes is a new version of the deadline.',
  })
  @ApiOkResponse({ type: TaskDetailDto })
  correct(
    @Req() request: ActingRequest,
    @Param() { id }: MatterParams,
    @Body() input: CorrectionDto,
  ): Promise<TaskDetail> {
    return this.commands.run(request, input, async (tx, actor, at) => {
      await this.corrections.correct(tx, actor, at, id, input);
      return this.tasks.get(tx, actor, at, id, null);
    });
  }

  @Needs('matter.register')
  @Post(':id/same-as')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Say that a matter is the same as another task (重复)',
    description: 'Its parts are cancelled as duplicates, and the link stays.',
  })
  @ApiOkResponse({ type: TaskDetailDto })
  sameAs(@Req() request: ActingRequest, @Param() { id }: MatterParams, @Body() input: SameAsDto): Promise<TaskDetail> {
    return this.commands.run(request, input, async (tx, actor, at) => {
      const { taskId: sameAs, ...more } = input;
      await this.corrections.linkAsSame(tx, actor, at, id, { sameAs, ...more });
      return this.tasks.get(tx, actor, at, id, null);
    });
  }
}
