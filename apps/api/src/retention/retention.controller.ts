import { Transactor } from '@duban/database';
import { RETENTION_KINDS, RETENTIONS, retentionSchedule } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import {
  type Disposal,
  DISPOSAL_DECISIONS,
  DisposalHoldService,
  DisposalReader,
  type DisposalRegister,
  DisposalService,
  type DuePlan,
  type Hold,
  type Page,
  RetentionService,
  type RetentionVersion,
} from '@duban/reporting';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { PlanParams } from '../plans/plan-schemas';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { cursor, limit, pageOf, text, textOrNull, uuid } from '../schemas';

const version = z.int().min(0).meta({ description: '0 before anything was set.' });
class RetentionScheduleDto extends createZodDto(
  z.object({ version, schedule: retentionSchedule, reason: textOrNull, personId: uuid.nullable(), putAt: textOrNull }),
) {}
class NewRetentionScheduleDto extends createZodDto(
  z.strictObject({ expectedVersion: version, schedule: retentionSchedule, reason: text }),
) {}
class DisposalPageQuery extends createZodDto(z.strictObject({ limit, cursor })) {}
class DisposalParams extends createZodDto(z.strictObject({ id: uuid })) {}
class DuePlansDto extends createZodDto(
  pageOf(
    z.object({
      planId: uuid,
      title: z.string(),
      kind: z.enum(RETENTION_KINDS),
      year: z.int(),
      documentNumber: textOrNull,
      closedOn: z.string(),
      retention: z.enum(RETENTIONS),
      dueOn: z.string().meta({ description: 'The first day on which it may be disposed of.' }),
      archivedAt: textOrNull.meta({ description: 'When its archive package (归档信息包) was last taken.' }),
      hold: textOrNull.meta({ description: 'Why it is kept from disposal (暂停处置).' }),
      disposalId: uuid.nullable().meta({ description: 'The proposal that waits for a decision.' }),
      files: z.int().meta({ description: 'Evidence files that would go, as far as you see them.' }),
      bytes: z.int(),
    }),
  ),
) {}
class DisposalHoldDto extends createZodDto(
  z.object({
    planId: uuid,
    version,
    isHeld: z.boolean(),
    reason: textOrNull,
    personId: uuid.nullable(),
    setAt: textOrNull,
  }),
) {}
class NewDisposalHoldDto extends createZodDto(z.strictObject({ isHeld: z.boolean(), reason: text })) {}
const disposal = z.object({
  id: uuid,
  planId: uuid,
  title: z.string(),
  reason: z.string(),
  proposedBy: uuid,
  proposedAt: z.string(),
  decision: z.enum(DISPOSAL_DECISIONS).nullable(),
  decisionReason: textOrNull,
  decidedBy: uuid.nullable(),
  decidedAt: textOrNull,
  files: z.int().nullable(),
  bytes: z.int().nullable(),
  registerSha256: textOrNull.meta({
    description: 'SHA-256 of a line `<sha256>  <fileId>` and a line feed for each file, in the order of their ids.',
  }),
  done: z.int().nullable().meta({ description: 'Files that went already, of those that were decided on.' }),
  carriedOutAt: textOrNull.meta({ description: 'When all of them had gone.' }),
});
class DisposalDto extends createZodDto(disposal) {}
class DisposalsDto extends createZodDto(pageOf(disposal)) {}
class ProposedDisposalsDto extends createZodDto(z.object({ items: z.array(disposal) })) {}
class NewDisposalsDto extends createZodDto(z.strictObject({ planIds: z.array(uuid).min(1).max(50), reason: text })) {}
class DisposalDecisionDto extends createZodDto(
  z.strictObject({ decision: z.enum(DISPOSAL_DECISIONS), reason: text }),
) {}
class DisposalRegisterDto extends createZodDto(
  disposal.extend({
    tasks: z.array(
      z.object({
        taskId: uuid,
        number: textOrNull,
        content: z.string(),
        files: z.array(
          z.object({
            fileId: uuid,
            name: z.string(),
            mediaType: z.string(),
            size: z.int(),
            sha256: z.string(),
            unitName: z.string(),
            removedAt: textOrNull.meta({ description: 'When its bytes had left the store.' }),
          }),
        ),
      }),
    ),
  }),
) {}

/** How long things are kept (保管期限), and how they are disposed of (销毁). */
@ApiTags('retention')
@Controller()
export class RetentionController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly retention: RetentionService,
    private readonly disposals: DisposalService,
    private readonly holds: DisposalHoldService,
    private readonly reader: DisposalReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.all')
  @Get('retention-schedule')
  @ApiOperation({ summary: 'How long each kind of matter is kept (保管期限表)' })
  @ApiOkResponse({ type: RetentionScheduleDto })
  schedule(@CurrentActor() actor: Actor): Promise<RetentionVersion> {
    return this.transactor.as(actor, (tx) => this.retention.read(tx));
  }

  @Needs('disposal.decide')
  @Put('retention-schedule')
  @HttpCode(200)
  @ApiOperation({ summary: 'Change how long kinds of matters are kept; versions stay' })
  @ApiOkResponse({ type: RetentionScheduleDto })
  change(@Req() request: ActingRequest, @Body() body: NewRetentionScheduleDto): Promise<RetentionVersion> {
    return this.commands.run(request, body, (tx, actor, at) => this.retention.change(tx, actor, at, body));
  }

  @Needs('read.all')
  @Get('disposals/due')
  @ApiOperation({
    summary: 'Closed plans and registers whose period is over, with what would go',
    description: 'A period is counted from the year after the plan was closed. What is kept for ever is never due.',
  })
  @ApiOkResponse({ type: DuePlansDto })
  due(@CurrentActor() actor: Actor, @Query() query: DisposalPageQuery): Promise<Page<DuePlan>> {
    return this.transactor.as(actor, (tx) => this.reader.due(tx, actor, this.clock.now(), query));
  }

  @Needs('read.all')
  @Get('plans/:id/disposal-hold')
  @ApiOperation({ summary: 'Whether a plan is kept from disposal (暂停处置)' })
  @ApiOkResponse({ type: DisposalHoldDto })
  hold(@CurrentActor() actor: Actor, @Param() { id }: PlanParams): Promise<Hold> {
    return this.transactor.as(actor, (tx) => this.holds.hold(tx, actor, id));
  }

  @Needs('disposal.hold')
  @Put('plans/:id/disposal-hold')
  @HttpCode(200)
  @ApiOperation({ summary: 'Keep a plan from disposal, or let it go' })
  @ApiOkResponse({ type: DisposalHoldDto })
  setHold(@Req() request: ActingRequest, @Param() { id }: PlanParams, @Body() body: NewDisposalHoldDto): Promise<Hold> {
    return this.commands.run(request, body, (tx, actor, at) => this.holds.setHold(tx, actor, at, id, body));
  }

  @Needs('read.all')
  @Get('disposals')
  @ApiOperation({ summary: 'Disposals (销毁), proposed and decided, the newest first' })
  @ApiOkResponse({ type: DisposalsDto })
  list(@CurrentActor() actor: Actor, @Query() query: DisposalPageQuery): Promise<Page<Disposal>> {
    return this.transactor.as(actor, (tx) => this.reader.list(tx, actor, query));
  }

  @Needs('plan.archive')
  @Post('disposals')
  @ApiOperation({
    summary: 'Propose the disposal of plans that are due, all of them or none',
    description: 'Another decides on each. What is kept for 30 years needs an archive package first.',
  })
  @ApiCreatedResponse({ type: ProposedDisposalsDto })
  propose(@Req() request: ActingRequest, @Body() body: NewDisposalsDto): Promise<{ items: Disposal[] }> {
    return this.commands.run(request, body, async (tx, actor, at) => ({
      items: await this.disposals.propose(tx, actor, at, body),
    }));
  }

  @Needs('disposal.decide')
  @Post('disposals/:id/decision')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Approve a disposal that another has proposed, or refuse one',
    description:
      'From then on the evidence files of the plan cannot be read any more. They are disposed of so many at a time, and leave the store.',
  })
  @ApiOkResponse({ type: DisposalDto })
  decide(
    @Req() request: ActingRequest,
    @Param() { id }: DisposalParams,
    @Body() body: DisposalDecisionDto,
  ): Promise<Disposal> {
    return this.commands.run(request, body, (tx, actor, at) => this.disposals.decide(tx, actor, at, id, body));
  }

  @Needs('read.all')
  @Get('disposals/:id/register')
  @ApiOperation({ summary: 'What goes or went by a disposal (销毁清册): tasks, files, checksums' })
  @ApiOkResponse({ type: DisposalRegisterDto })
  register(@CurrentActor() actor: Actor, @Param() { id }: DisposalParams): Promise<DisposalRegister> {
    return this.transactor.as(actor, (tx) => this.reader.register(tx, actor, id));
  }
}
