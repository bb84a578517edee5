import { Transactor } from '@duban/database';
import { FOLLOW_UP_KINDS, NOTICE_COLOURS, NOTICE_EVENTS, NOTICE_STATES, OBLIGATION_KINDS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { DashboardReader, type DeadlineVersionRow, SupervisionReader } from '@duban/reporting';
import { NoticeService } from '@duban/supervision';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { asOfInstant } from '../as-of';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import {
  asOf,
  cursor,
  expectedVersion,
  instant,
  limit,
  notice,
  pageOf,
  storable,
  text,
  textOrNull,
  uuid,
} from '../schemas';

const place = { planId: uuid.optional(), taskId: uuid.optional(), unitId: uuid.optional(), limit, cursor };
class ObligationsQuery extends createZodDto(
  z.strictObject({
    ...place,
    state: z.enum(['open', 'suspended', 'discharged', 'lapsed']).optional(),
    kind: z.enum(OBLIGATION_KINDS).optional(),
    dueBefore: instant.optional(),
    asOf,
  }),
) {}
class FollowUpsQuery extends createZodDto(
  z.strictObject({
    ...place,
    obligationId: uuid.optional(),
    kind: z.enum(FOLLOW_UP_KINDS).optional(),
    colour: z.enum(NOTICE_COLOURS).optional(),
    rung: storable.max(100).optional(),
    from: instant.optional(),
    to: instant.optional(),
  }),
) {}
class NoticesQuery extends createZodDto(
  z.strictObject({
    ...place,
    obligationId: uuid.optional(),
    state: z
      .enum(['standing', ...(NOTICE_STATES as string[])])
      .optional()
      .meta({ description: '`standing` (在办): with which nothing is over yet, whether it was answered or not.' }),
    colour: z.enum(NOTICE_COLOURS).optional(),
    asOf,
  }),
) {}
const where = { planId: uuid, taskId: uuid, taskNumber: textOrNull, taskContent: z.string() };
const unit = { unitId: uuid, unitName: z.string() };
const why = z.object({ zh: z.string(), en: z.string() }).meta({ description: 'Why this date, as a sentence.' });
class ObligationsDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      ...where,
      assignmentId: uuid,
      ...unit,
      kind: z.enum(OBLIGATION_KINDS),
      subject: textOrNull,
      state: z.enum(['open', 'suspended', 'discharged', 'lapsed']),
      dueOn: z.string().meta({ description: 'The date as recorded.' }),
      effectiveOn: z.string().meta({ description: 'The working day on which it takes effect.' }),
      dueAt: z.string(),
      isOverdue: z.boolean(),
      nextRung: textOrNull,
      nextRungAt: textOrNull,
      settledAt: textOrNull,
      waitingReportId: uuid.nullable().meta({
        description: 'What was handed in for it and waits for the head of the unit (负责人审签); of the present alone.',
      }),
      deadline: z
        .object({
          version: z.int(),
          rule: z.string(),
          base: z.record(z.string(), z.unknown()),
          calendarVersion: z.string(),
          isProvisional: z.boolean(),
          why,
        })
        .meta({ description: 'Why this date.' }),
    }),
  ),
) {}
class DeadlinesDto extends createZodDto(
  pageOf(
    z.object({
      version: z.int(),
      dueOn: z.string().meta({ description: 'The date as recorded.' }),
      effectiveOn: z.string().meta({ description: 'The working day on which it takes effect.' }),
      dueAt: z.string(),
      rule: z.string(),
      base: z.record(z.string(), z.unknown()).meta({ description: 'What it was counted from.' }),
      suspensions: z
        .array(z.object({ from: z.string(), to: textOrNull }))
        .meta({ description: 'When the clock stood (中止), as far as it moved the date.' }),
      calendarVersion: z.string(),
      isProvisional: z.boolean(),
      decidedBy: z
        .object({ personId: uuid, name: z.string() })
        .nullable()
        .meta({ description: 'Null where the supervision itself did, by the rules or by a paper.' }),
      recordedAt: z.string(),
      why,
    }),
  ),
) {}
class ObligationParams extends createZodDto(z.strictObject({ id: uuid })) {}
class FollowUpsDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      ...where,
      obligationId: uuid,
      obligationKind: z.enum(OBLIGATION_KINDS),
      subject: textOrNull,
      dueOn: z.string(),
      ...unit,
      unitCode: z.string(),
      rung: z.string(),
      kind: z.enum(FOLLOW_UP_KINDS),
      colour: z.enum(NOTICE_COLOURS).nullable(),
      recipient: z.object({
        postId: uuid,
        post: z.string(),
        unitId: uuid.nullable(),
        unitCode: textOrNull,
      }),
      isCopy: z.boolean(),
      plannedAt: z.string(),
      firedAt: z.string(),
      collapsed: z.array(z.string()),
      noticeId: uuid.nullable(),
    }),
  ),
) {}
class NoticesDto extends createZodDto(
  pageOf(
    notice.extend({
      ...where,
      obligationKind: z.enum(OBLIGATION_KINDS),
      subject: textOrNull,
      ...unit,
      judgeBy: textOrNull.meta({ description: 'Of an answer that waits: by when the office judges it.' }),
    }),
  ),
) {}
class NoticeDto extends createZodDto(notice.extend({ deadlineVersion: z.int() })) {}
class NoticeParams extends createZodDto(z.strictObject({ id: uuid })) {}
class NoticeTransitionDto extends createZodDto(
  z.strictObject({
    event: z.enum(NOTICE_EVENTS),
    expectedVersion,
    answer: text.optional().meta({ description: 'For `answer`.' }),
    reason: text.optional().meta({ description: 'For `reject`.' }),
  }),
) {}
class DashboardQuery extends createZodDto(z.strictObject({ planId: uuid.optional(), asOf })) {}
const counts = z.record(z.string(), z.int());
class DashboardDto extends createZodDto(
  z.object({
    now: z.string(),
    tasks: counts,
    assignments: counts,
    obligations: z.object({
      open: z.int(),
      overdue: z.int(),
      dueWithin7Days: z.int(),
      discharged: z.int(),
      lapsed: z.int(),
    }),
    standingNotices: counts,
    lights: counts.meta({ description: 'Tasks by light (亮灯), as on the board.' }),
    lateUnits: z.array(z.object({ ...unit, due: z.int(), late: z.int() })).meta({
      description: 'What fell due this far, and how much of it was late, by unit; the ten that are late most often.',
    }),
    mostOverdueUnits: z.array(z.object({ ...unit, overdue: z.int(), standingNotices: z.int() })),
  }),
) {}

@ApiTags('supervision')
@Controller()
export class SupervisionController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly reader: SupervisionReader,
    private readonly dashboards: DashboardReader,
    private readonly notices: NoticeService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.own', 'read.all')
  @Get('obligations')
  @ApiOperation({ summary: 'What is owed (应办事项), by whom, by when and why, in order of the due date' })
  @ApiOkResponse({ type: ObligationsDto })
  obligations(
    @CurrentActor() actor: Actor,
    @Query() { dueBefore, asOf: past, ...filter }: ObligationsQuery,
  ): ReturnType<SupervisionReader['obligations']> {
    const now = this.clock.now();
    const at = asOfInstant(past, now);
    return this.transactor.as(actor, (tx) =>
      this.reader.obligations(tx, actor, now, { ...filter, dueBefore: dateOf(dueBefore), asOf: at }),
    );
  }

  @Needs('read.own', 'read.all')
  @Get('obligations/:id/deadlines')
  @ApiOperation({ summary: 'Why this date: every version of a deadline (期限), the first first' })
  @ApiOkResponse({ type: DeadlinesDto })
  async deadlines(
    @CurrentActor() actor: Actor,
    @Param() { id }: ObligationParams,
  ): Promise<{ items: DeadlineVersionRow[]; next: null }> {
    const items = await this.transactor.as(actor, (tx) => this.reader.deadlines(tx, actor, id));
    return { items, next: null };
  }

  @Needs('read.own', 'read.all')
  @Get('follow-ups')
  @ApiOperation({
    summary: 'Reminders, urges, talks and notices that went out (催办), in the order in which they fired',
  })
  @ApiOkResponse({ type: FollowUpsDto })
  followUps(
    @CurrentActor() actor: Actor,
    @Query() { from, to, ...filter }: FollowUpsQuery,
  ): ReturnType<SupervisionReader['followUps']> {
    return this.transactor.as(actor, (tx) =>
      this.reader.followUps(tx, actor, { ...filter, from: dateOf(from), to: dateOf(to) }),
    );
  }

  @Needs('read.own', 'read.all')
  @Get('notices')
  @ApiOperation({ summary: 'Supervision notices (督办单), oldest first' })
  @ApiOkResponse({ type: NoticesDto })
  listNotices(
    @CurrentActor() actor: Actor,
    @Query() { asOf: past, ...filter }: NoticesQuery,
  ): ReturnType<SupervisionReader['notices']> {
    const now = this.clock.now();
    const at = asOfInstant(past, now);
    return this.transactor.as(actor, (tx) => this.reader.notices(tx, actor, now, { ...filter, asOf: at }));
  }

  @Needs('notice.answer', 'notice.judge', 'breakdown.judge')
  @Post('notices/:id/transitions')
  @HttpCode(200)
  @ApiOperation({ summary: 'Acknowledge or answer a notice (unit), accept or reject the answer (office)' })
  @ApiOkResponse({ type: NoticeDto })
  moveNotice(
    @Req() request: ActingRequest,
    @Param() { id }: NoticeParams,
    @Body() input: NoticeTransitionDto,
  ): ReturnType<NoticeService['transition']> {
    return this.commands.run(request, input, (tx, actor, at) => this.notices.transition(tx, actor, at, id, input));
  }

  @Needs('read.own', 'read.all')
  @Get('dashboard')
  @ApiOperation({ summary: 'The whole at a glance, of one plan or of all' })
  @ApiOkResponse({ type: DashboardDto })
  dashboard(@CurrentActor() actor: Actor, @Query() query: DashboardQuery): ReturnType<DashboardReader['get']> {
    const now = this.clock.now();
    const at = asOfInstant(query.asOf, now);
    return this.transactor.as(actor, (tx) => this.dashboards.get(tx, actor, now, query.planId ?? null, at));
  }
}

const dateOf = (instantText: string | undefined): Date | undefined =>
  instantText === undefined ? undefined : new Date(instantText);
