import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { type Clock, localDateOf, parseLocalDate } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { type CalendarChange, type CalendarPaperView, CalendarPapers, type CalendarYear } from '@duban/supervision';
import { Body, Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { day, pageOf, shortText, uuid } from '../schemas';

const year = z.int('A whole number.').min(2000, 'A year from 2000 to 2100.').max(2100, 'A year from 2000 to 2100.');
const line = z.strictObject({
  from: day.meta({ description: 'The first day.' }),
  to: day.optional().meta({ description: 'The last day, included; by default the first.' }),
  off: z.boolean().meta({ description: 'True for days off (放假), false for make-up working days (调休上班).' }),
  holiday: shortText.meta({ description: 'The holiday as the paper names it: why they are off, or worked.' }),
});
class NewPaperDto extends createZodDto(
  z.strictObject({
    number: shortText.meta({ description: 'Document number (文号).' }),
    title: shortText,
    issuedOn: day.meta({ description: 'The date at the foot of the paper.' }),
    url: shortText.meta({ description: 'Where it was published.' }),
    year: year.meta({ description: 'The year that it arranges; it may name days of the December before.' }),
    days: z.array(line).min(1, 'At least one day.').max(200, 'At most 200.'),
    supersedes: z.array(shortText).max(20, 'At most 20.').default([]).meta({
      description:
        'Numbers of papers that give way in the days that both name; its own number, where what was recorded of it was a wrong transcription.',
    }),
    preview: z.boolean().default(false).meta({ description: 'Nothing is recorded; the answer is the same.' }),
  }),
) {}
const reason = z.enum(['weekday', 'weekend', 'holiday', 'make_up_day']);
const kind = z.object({
  working: z.boolean(),
  reason,
  holiday: z.string().optional(),
  paper: z.string().optional().meta({ description: 'Number of the paper, or of the law, that says so.' }),
});
const stands = {
  version: z.string().meta({ description: 'Of the calendar.' }),
  position: z.int().meta({ description: 'Counts the versions.' }),
};
class CalendarChangeDto extends createZodDto(
  z.object({
    ...stands,
    isNew: z.boolean().meta({ description: 'False where the same paper was recorded already.' }),
    differences: z
      .array(z.object({ date: z.string(), before: kind, after: kind }))
      .meta({ description: 'The days that are not what they were.' }),
  }),
) {}
class PapersDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      ...stands,
      number: z.string(),
      title: z.string(),
      issuedOn: z.string(),
      url: z.string(),
      year: z.int(),
      days: z.array(z.object({ from: z.string(), to: z.string().optional(), off: z.boolean(), holiday: z.string() })),
      supersedes: z.array(z.string()),
      importedBy: z
        .object({ personId: uuid, name: z.string() })
        .nullable()
        .meta({ description: 'Null for those that were shipped.' }),
      recordedAt: z.string(),
    }),
  ),
) {}
class CalendarQuery extends createZodDto(
  z.strictObject({
    year: z.coerce
      .number({ error: 'A year from 2000 to 2100.' })
      .pipe(year)
      .optional()
      .meta({ description: 'By default the present one.' }),
  }),
) {}
class CalendarDto extends createZodDto(
  z.object({
    year: z.int(),
    ...stands,
    isProvisional: z
      .boolean()
      .meta({ description: 'Its paper is not out: weekends and the law’s own days alone are known.' }),
    days: z.array(kind.extend({ date: z.string() })).meta({ description: 'Those that a paper or the law names.' }),
  }),
) {}

/** Where the papers are made, and their years are counted. */
const ZONE = 'Asia/Shanghai';

@ApiTags('calendar')
@Controller('calendar')
export class CalendarController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly papers: CalendarPapers,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.own')
  @Get()
  @ApiOperation({
    summary: 'A year of the working calendar (工作日历): days off and make-up days, with the paper of each',
  })
  @ApiOkResponse({ type: CalendarDto })
  year(@CurrentActor() actor: Actor, @Query() query: CalendarQuery): Promise<CalendarYear> {
    const wanted = query.year ?? Number(localDateOf(this.clock.now(), ZONE).slice(0, 4));
    return this.transactor.as(actor, () => Promise.resolve(this.papers.year(wanted)));
  }

  @Needs('read.own')
  @Get('papers')
  @ApiOperation({ summary: 'The papers of which it is made (放假安排通知), in the order in which they were recorded' })
  @ApiOkResponse({ type: PapersDto })
  async list(@CurrentActor() actor: Actor): Promise<{ items: CalendarPaperView[]; next: null }> {
    return { items: await this.transactor.as(actor, (tx) => this.papers.list(tx)), next: null };
  }

  @Needs('calendar.import')
  @Post('papers')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Record a paper, such as that of the next year',
    description:
      'It makes the next version of the calendar. What is open and falls on other days by it gets a new version of its ' +
      'deadline, and its unit is told; what was sent stays as it was.',
  })
  @ApiOkResponse({ type: CalendarChangeDto })
  record(@Req() request: ActingRequest, @Body() input: NewPaperDto): Promise<CalendarChange> {
    const { preview, ...rest } = input;
    const paper = { ...rest, issuedOn: parseLocalDate(rest.issuedOn) };
    if (preview) return this.commands.runRepeatable(request, (tx) => this.papers.preview(tx, paper));
    return this.commands.run(request, input, (tx, actor, at) => this.papers.import(tx, actor, at, paper));
  }
}
