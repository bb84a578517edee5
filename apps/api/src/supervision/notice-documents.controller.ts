import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK, CONFIG, type Config } from '@duban/platform';
import {
  NOTICE_FIELD_LIST,
  PAPER_FORMATS,
  NoticeDocuments,
  type PaperFormat,
  type NoticePaper,
  NoticeTemplates,
  type NoticeTemplateVersion,
  sampleFacts,
  writeNotice,
} from '@duban/supervision';
import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { attach, PAPER_TYPES, PAPERS } from '../papers';
import { type ActingRequest, Costly, CurrentActor, invalidRequest, Needs, OfPrimary } from '../requests';
import { uuid } from '../schemas';
import { readUpload } from '../uploads';

const version = z.coerce.number({ error: 'A number of a version.' }).int('A whole number.').min(0).max(1_000_000);
const format = z.enum(PAPER_FORMATS).default('docx');

class NoticeParams extends createZodDto(z.strictObject({ id: uuid })) {}
class DocumentQuery extends createZodDto(z.strictObject({ format })) {}
class TemplateFileQuery extends createZodDto(z.strictObject({ version: version.optional() })) {}
class TemplateResetQuery extends createZodDto(z.strictObject({ expectedVersion: version.optional() })) {}
const putFields = z.strictObject({ expectedVersion: version.optional() });
const previewFields = z.strictObject({ noticeId: uuid.optional(), format });
const fieldName = z.object({ name: z.string(), chinese: z.string() });
class TemplateDto extends createZodDto(
  z.object({
    version: z.int().meta({ description: 'That in force; 0 where no notice was issued and no template was put yet.' }),
    isDefault: z.boolean().meta({ description: 'Whether it is the one that comes with duban.' }),
    versions: z.array(
      z.object({
        version: z.int(),
        name: z.string(),
        size: z.int(),
        sha256: z.string(),
        isDefault: z.boolean(),
        putBy: z.string().nullable(),
        putAt: z.string(),
      }),
    ),
    fields: z
      .array(fieldName.extend({ kind: z.enum(['text', 'condition', 'list']), items: z.array(fieldName) }))
      .meta({ description: 'What a template may name in braces, in English or Chinese.' }),
  }),
) {}
const uploadOf = (properties: Record<string, object>) => ({
  schema: {
    type: 'object' as const,
    required: ['file'],
    properties: { file: { type: 'string', format: 'binary' }, ...properties },
  },
});

/** Supervision notices (督办单) as documents, and the template by which they are written out. */
@ApiTags('supervision')
@Controller('notices')
export class NoticeDocumentsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly documents: NoticeDocuments,
    private readonly templates: NoticeTemplates,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_LANGUAGE'>,
  ) {}

  @Needs('read.own', 'read.all')
  @Costly()
  @OfPrimary()
  @Get(':id/document')
  @ApiOperation({
    summary: 'A notice (督办单) as the document that was issued, with the part for the answer (回执)',
    description:
      'From what was recorded when it was issued, by the template of then: the same each time. That it was taken is an event. ' +
      'PDF needs LibreOffice on the server: 503 `DOCUMENT.PDF_NEEDS_LIBREOFFICE` without.',
  })
  @ApiOkResponse({ content: PAPERS })
  async document(
    @CurrentActor() actor: Actor,
    @Param() { id }: NoticeParams,
    @Query() query: DocumentQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    // Writing takes its time, and no transaction waits for it.
    const paper = await this.transactor.as(actor, (tx) =>
      this.documents.take(tx, actor, this.clock.now(), id, query.format),
    );
    return send(reply, paper, query.format);
  }

  @Needs('read.all')
  @Get('template')
  @ApiOperation({ summary: 'The template (模板) of notices: its versions, and the fields that it may name' })
  @ApiOkResponse({ type: TemplateDto })
  async template(@CurrentActor() actor: Actor): Promise<TemplateView> {
    return viewOf(await this.transactor.as(actor, (tx) => this.templates.versions(tx)));
  }

  @Needs('read.all')
  @Get('template/file')
  @ApiOperation({ summary: 'The template as a .docx to change in Word, by default that in force' })
  @ApiOkResponse({ content: { [PAPER_TYPES.docx]: { schema: { type: 'string', format: 'binary' } } } })
  async file(
    @CurrentActor() actor: Actor,
    @Query() query: TemplateFileQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const content = await this.transactor.as(actor, (tx) => this.templates.file(tx, query.version));
    return attach(reply, content, { name: '督办单模板', format: 'docx', plain: 'notice' });
  }

  @Needs('notice.template')
  @Put('template')
  @ApiConsumes('multipart/form-data')
  @ApiBody(uploadOf({ expectedVersion: { type: 'integer', description: 'Of the version that was looked at.' } }))
  @ApiOperation({
    summary: 'Take another template into use, for notices that are issued from now on',
    description:
      'A .docx with fields in braces: `{编号}`, `{#抄送}…{/抄送}`. One with an unknown field or a broken tag is refused, ' +
      '`TEMPLATE.FAULTY`, with a fault for each that names the field and its place.',
  })
  @ApiOkResponse({ type: TemplateDto })
  async put(@Req() request: ActingRequest): Promise<TemplateView> {
    const { name, bytes, fields } = await readUpload(request, Object.keys(putFields.shape));
    const checked = putFields.safeParse(fields);
    if (!checked.success) throw invalidRequest(checked.error);
    this.templates.check(bytes);
    const { expectedVersion } = checked.data;
    const content = Buffer.concat([bytes, Buffer.from(JSON.stringify(fields))]);
    return this.commands.run(request, content, async (tx, actor, at) =>
      viewOf(await this.templates.put(tx, actor, at, { name, content: bytes }, expectedVersion)),
    );
  }

  @Needs('notice.template')
  @Delete('template')
  @ApiOperation({ summary: 'Go back to the template that comes with duban' })
  @ApiOkResponse({ type: TemplateDto })
  reset(@Req() request: ActingRequest, @Query() query: TemplateResetQuery): Promise<TemplateView> {
    return this.commands.run(request, query, async (tx, actor, at) =>
      viewOf(await this.templates.reset(tx, actor, at, query.expectedVersion)),
    );
  }

  @Needs('notice.template')
  @Costly()
  @Post('template/preview')
  @HttpCode(200)
  @ApiConsumes('multipart/form-data')
  @ApiBody(
    uploadOf({
      noticeId: { type: 'string', format: 'uuid', description: 'A notice to try it on; an invented one without.' },
      format: { type: 'string', enum: [...PAPER_FORMATS], default: 'docx' },
    }),
  )
  @ApiOperation({ summary: 'How a notice would look by another template, before that counts; nothing is kept' })
  @ApiOkResponse({ content: PAPERS })
  async preview(
    @Req() request: ActingRequest,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const { bytes, fields } = await readUpload(request, Object.keys(previewFields.shape));
    const checked = previewFields.safeParse(fields);
    if (!checked.success) throw invalidRequest(checked.error);
    this.templates.check(bytes);
    const { noticeId } = checked.data;
    const { facts, language } =
      noticeId === undefined
        ? { facts: sampleFacts(), language: this.config.DUBAN_LANGUAGE }
        : await this.transactor.as(actor, (tx) => this.documents.preview(tx, actor, this.clock.now(), noticeId));
    return send(reply, { facts, language, template: bytes }, checked.data.format);
  }
}

type TemplateView = Pick<NoticeTemplateVersion, 'version' | 'isDefault'> & {
  versions: NoticeTemplateVersion[];
  fields: typeof NOTICE_FIELD_LIST;
};

const viewOf = (versions: NoticeTemplateVersion[]): TemplateView => ({
  version: versions[0]?.version ?? 0,
  isDefault: versions[0]?.isDefault ?? true,
  versions,
  fields: NOTICE_FIELD_LIST,
});

async function send(reply: FastifyReply, paper: NoticePaper, made: PaperFormat): Promise<Buffer> {
  const content = await writeNotice(paper, made);
  return attach(reply, content, { name: paper.facts.number, format: made, plain: 'notice' });
}
