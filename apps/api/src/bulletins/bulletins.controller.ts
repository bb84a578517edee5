import { Transactor } from '@duban/database';
import { CARD_COLOURS, NOTICE_COLOURS, NOTICE_STATES } from '@duban/domain';
import type { Actor } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK, CONFIG, type Config } from '@duban/platform';
import { type Bulletin, type BulletinContent, Bulletins, writeBulletin } from '@duban/reporting';
import { PAPER_FORMATS } from '@duban/supervision';
import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { attach, PAPERS } from '../papers';
import { type ActingRequest, Costly, CurrentActor, Needs, OfPrimary } from '../requests';
import { cursor, day, limit, pageOf, shortText, text, textOrNull, uuid } from '../schemas';

const count = z.int().min(0);
const counts = z.record(z.string(), count);
const head = z.object({
  id: uuid,
  year: z.int(),
  number: z.int().meta({ description: 'Counts from 1 in each year (第几期).' }),
  title: z.string(),
  from: z.string(),
  to: z.string(),
  publishedAt: z.string(),
  publishedBy: z.string(),
});
const content = z.object({
  tasks: counts.meta({ description: 'Tasks that carry assignments, by state.' }),
  lights: counts.meta({ description: 'Tasks by light (亮灯).' }),
  obligations: z.object({ open: count, overdue: count }),
  redTasks: z.array(
    z.object({
      taskId: uuid,
      planTitle: z.string(),
      number: textOrNull,
      content: z.string(),
      leads: z.array(z.string()),
    }),
  ),
  overdueUnits: z.array(z.object({ unitId: uuid, unitName: z.string(), overdue: count, standingNotices: count })),
  notices: z
    .array(
      z.object({
        noticeId: uuid,
        number: z.string(),
        colour: z.enum(NOTICE_COLOURS),
        unitName: z.string(),
        taskNumber: textOrNull,
        obligationKind: z.string(),
        subject: textOrNull,
        issuedAt: z.string(),
        state: z.enum(NOTICE_STATES),
        isToBeNamed: z.boolean(),
      }),
    )
    .meta({ description: 'Of the span, and those to be named in the next bulletin that none has named yet.' }),
  cards: z.array(
    z.object({
      cardId: uuid,
      unitName: z.string(),
      taskNumber: textOrNull,
      colour: z.enum(CARD_COLOURS).nullable(),
      points: z.number(),
      why: z.object({ zh: z.string(), en: z.string() }),
      givenAt: z.string(),
    }),
  ),
  checkpoint: z
    .object({ number: z.int(), size: z.int(), root: z.string(), signedAt: z.string() })
    .nullable()
    .meta({ description: 'The newest signed checkpoint of history (存证) when it was made.' }),
});
const span = { from: day.meta({ description: 'Its first day.' }), to: day.meta({ description: 'Its last day.' }) };

class BulletinSpanQuery extends createZodDto(z.strictObject(span)) {}
class BulletinPageQuery extends createZodDto(z.strictObject({ limit, cursor })) {}
class BulletinDocumentQuery extends createZodDto(z.strictObject({ format: z.enum(PAPER_FORMATS).default('docx') })) {}
class BulletinParams extends createZodDto(z.strictObject({ id: uuid })) {}
class NewBulletinDto extends createZodDto(
  z.strictObject({
    ...span,
    title: shortText,
    words: text.optional().meta({ description: 'What the office adds in its own words.' }),
  }),
) {}
class BulletinContentDto extends createZodDto(content) {}
class BulletinDto extends createZodDto(head.extend({ words: textOrNull, content })) {}
class BulletinsDto extends createZodDto(pageOf(head)) {}

/** Bulletins (通报): reports that are published, and stay as they were. */
@ApiTags('bulletins')
@Controller('bulletins')
export class BulletinsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly bulletins: Bulletins,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_LANGUAGE'>,
  ) {}

  @Needs('read.all')
  @Costly()
  @Get('preview')
  @ApiOperation({ summary: 'What a bulletin (通报) of a span would say now; nothing is kept' })
  @ApiOkResponse({ type: BulletinContentDto })
  preview(@CurrentActor() actor: Actor, @Query() query: BulletinSpanQuery): Promise<BulletinContent> {
    return this.transactor.as(actor, (tx) => this.bulletins.preview(tx, this.clock.now(), query));
  }

  @Needs('bulletin.publish')
  @Post()
  @ApiOperation({
    summary: 'Publish a bulletin: what stands now, under the next number of the year, never changed again',
    description: 'Whoever is signed in may read it. Restricted matters (限知事项) are in no bulletin.',
  })
  @ApiCreatedResponse({ type: BulletinDto })
  publish(@Req() request: ActingRequest, @Body() body: NewBulletinDto): Promise<Bulletin> {
    return this.commands.run(request, body, (tx, actor, at) =>
      this.bulletins.publish(tx, actor, at, { ...body, words: body.words ?? null }),
    );
  }

  @Needs('read.own', 'read.all')
  @Get()
  @ApiOperation({ summary: 'Published bulletins, the newest first' })
  @ApiOkResponse({ type: BulletinsDto })
  list(@CurrentActor() actor: Actor, @Query() query: BulletinPageQuery): ReturnType<Bulletins['list']> {
    return this.transactor.as(actor, (tx) => this.bulletins.list(tx, query));
  }

  @Needs('read.own', 'read.all')
  @Get(':id')
  @ApiOperation({ summary: 'A bulletin as it was published' })
  @ApiOkResponse({ type: BulletinDto })
  get(@CurrentActor() actor: Actor, @Param() { id }: BulletinParams): Promise<Bulletin> {
    return this.transactor.as(actor, (tx) => this.bulletins.get(tx, id));
  }

  @Needs('read.own', 'read.all')
  @Costly()
  @OfPrimary()
  @Get(':id/document')
  @ApiOperation({
    summary: 'A bulletin as a document in Word or PDF',
    description:
      'Of what it said when it was published. That it was taken is an event. ' +
      'PDF needs LibreOffice on the server: 503 `DOCUMENT.PDF_NEEDS_LIBREOFFICE` without.',
  })
  @ApiOkResponse({ content: PAPERS })
  async document(
    @CurrentActor() actor: Actor,
    @Param() { id }: BulletinParams,
    @Query() { format }: BulletinDocumentQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    // Writing takes its time, and no transaction waits for it.
    const paper = await this.transactor.as(actor, (tx) => this.bulletins.take(tx, actor, this.clock.now(), id, format));
    const { title, year, number } = paper.bulletin;
    const content = await writeBulletin(paper, this.config.DUBAN_LANGUAGE, format);
    return attach(reply, content, { name: `${title} ${year}-${number}`, format, plain: 'bulletin' });
  }
}
