import { type EvidenceFile, EvidenceIntake, EvidenceService } from '@duban/evidence';
import type { Actor } from '@duban/history';
import { type Clock, DomainError } from '@duban/kernel';
import { CLOCK, type Config, CONFIG } from '@duban/platform';
import { Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, Res, StreamableFile } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Costly, CurrentActor, Needs } from '../requests';
import { uuid } from '../schemas';
import { streamUpload } from '../uploads';

const DOWNLOADS = '/api/v1/evidence/downloads';

const evidenceFile = z
  .object({
    id: uuid,
    name: z.string().meta({ description: 'As it was sent, without what could mislead.' }),
    mediaType: z.string().meta({ description: 'By its content.' }),
    size: z.int().meta({ description: 'In bytes.' }),
    sha256: z.string(),
    state: z.enum(['clean', 'unscanned']).meta({ description: '`unscanned` where there is no scanner.' }),
    uploadedAt: z.string(),
  })
  .meta({ description: 'A file that is handed in as evidence (佐证材料).' });
class EvidenceFileDto extends createZodDto(evidenceFile) {}
class EvidenceParams extends createZodDto(z.strictObject({ id: uuid })) {}
class DownloadParams extends createZodDto(z.strictObject({ token: z.string().regex(/^[\w-]{20,100}$/) })) {}
class LinkDto extends createZodDto(
  z.object({
    url: z.string().meta({ description: 'For you alone, signed in as you are now.' }),
    expiresAt: z.string(),
  }),
) {}

@ApiTags('evidence')
@Controller('evidence')
export class EvidenceController {
  constructor(
    private readonly commands: CommandRunner,
    private readonly intake: EvidenceIntake,
    private readonly evidence: EvidenceService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_URL'>,
  ) {}

  @Needs('assignment.act')
  @Costly()
  @Post()
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } },
  })
  @ApiOperation({
    summary: 'Upload a file as evidence (佐证材料)',
    description:
      'PDF, OFD, Office and WPS documents, pictures, text and CSV, films and recordings, 50 MiB at most where it is not ' +
      'set otherwise; what it is shows in its content. A report of your unit refers to it by `fileId`; one that none ' +
      'refers to is removed after a day.',
  })
  @ApiCreatedResponse({ type: EvidenceFileDto })
  async upload(@Req() request: ActingRequest): Promise<z.infer<typeof evidenceFile>> {
    this.intake.assertFits(Number(request.headers['content-length'] ?? 0));
    const stored = await streamUpload(
      request,
      this.intake.mostBytes,
      (name, stream, isCut) => this.intake.receive(name, stream, isCut),
      ({ id }) => this.intake.drop(id),
    );
    try {
      const content = Buffer.from(JSON.stringify([stored.name, stored.sha256]));
      const kept = await this.commands.run(request, content, async (tx, actor, at) =>
        viewOf(await this.evidence.keep(tx, actor, at, stored)),
      );
      // The same request a second time has the answer of the first, and its object.
      if (kept.id !== stored.id) await this.intake.drop(stored.id);
      return kept;
    } catch (error) {
      // Of a connection that broke nobody knows whether it was committed: then the sweep decides, by the row.
      if (error instanceof DomainError) await this.intake.drop(stored.id);
      throw error;
    }
  }

  @Needs('assignment.act')
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Take a file back that no report refers to',
    description: 'For whoever uploaded it. What a report refers to stays.',
  })
  @ApiNoContentResponse()
  async takeBack(@Req() request: ActingRequest, @Param() { id }: EvidenceParams): Promise<void> {
    await this.commands.run(request, null, (tx, actor, at) => this.evidence.takeBack(tx, actor, at, id));
    await this.intake.drop(id);
  }

  @Needs('read.own', 'read.all')
  @Post(':id/links')
  @ApiOperation({
    summary: 'A link by which to read a file, for five minutes',
    description: 'For whoever sees the report that refers to it; before that for whoever uploaded it.',
  })
  @ApiCreatedResponse({ type: LinkDto })
  async link(
    @Req() request: ActingRequest,
    @Param() { id }: EvidenceParams,
  ): Promise<{ url: string; expiresAt: string }> {
    // The link is a secret, and not to be kept with an Idempotency-Key.
    return this.commands.runRepeatable(request, async (tx, actor) => {
      const { token, expiresAt } = await this.evidence.link(tx, actor, id);
      return { url: `${this.config.DUBAN_URL ?? ''}${DOWNLOADS}/${token}`, expiresAt: expiresAt.toISOString() };
    });
  }

  @Needs('read.own', 'read.all')
  @Get('downloads/:token')
  @ApiOperation({
    summary: 'The file that a link leads to',
    description: 'To be saved and never shown as a page of ours. Who looked at what is recorded.',
  })
  @ApiProduces('application/octet-stream')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async download(
    @CurrentActor() actor: Actor,
    @Param() { token }: DownloadParams,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { file, stream } = await this.evidence.download(actor, this.clock.now(), token);
    void reply
      .header('content-security-policy', `default-src 'none'; sandbox`)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .header('repr-digest', `sha-256=:${Buffer.from(file.sha256, 'hex').toString('base64')}:`);
    return new StreamableFile(stream, {
      // What it is in truth is in the row: here it is bytes to be saved.
      type: 'application/octet-stream',
      disposition: dispositionOf(file.name),
      length: file.size,
    });
  }
}

const viewOf = ({ id, name, mediaType, size, sha256, state, uploadedAt }: EvidenceFile) => ({
  id,
  name,
  mediaType,
  size,
  sha256,
  state,
  uploadedAt: uploadedAt.toISOString(),
});

/** RFC 6266: the name in UTF-8, and for old programs one of plain letters. */
function dispositionOf(name: string): string {
  const plain = name.replaceAll(/[^\w. -]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
