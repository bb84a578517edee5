import { Transactor } from '@duban/database';
import { RETENTIONS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { JobProducer } from '@duban/queue';
import {
  ARCHIVE_PACKAGE_STATES,
  type ArchiveCheck,
  type ArchivePackage,
  ArchivePackages,
  CHECKS,
} from '@duban/reporting';
import { Body, Controller, Get, HttpCode, Param, Post, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Costly, CurrentActor, Needs } from '../requests';
import { textOrNull, uuid } from '../schemas';
import { PlanParams } from './plan-schemas';

const TYPE = 'application/zip';

const words = z.object({ zh: z.string(), en: z.string() });
const outcome = z.enum(['holds', 'fails', 'doubtful']);
const verdict = z.object({
  planId: textOrNull,
  title: textOrNull,
  isSound: z.boolean(),
  checks: z.array(
    z.object({
      check: z.enum(Object.keys(CHECKS) as [ArchiveCheck, ...ArchiveCheck[]]),
      outcome,
      criteria: z.array(
        z.object({
          criterion: z.string(),
          ...words.shape,
          outcome: z.enum([...outcome.options, 'not_looked_at']),
          faults: z.array(z.object({ code: z.string(), file: textOrNull, ...words.shape })),
          why: words.nullable().meta({ description: 'Why nobody looked.' }),
        }),
      ),
    }),
  ),
});

class NewArchivePackageDto extends createZodDto(
  z.strictObject({
    retention: z.enum(RETENTIONS).default('永久').meta({ description: 'How long it is kept (保管期限).' }),
  }),
) {}
class ArchivePackageDto extends createZodDto(
  z
    .object({
      id: uuid,
      planId: uuid,
      retention: z.enum(RETENTIONS),
      state: z.enum(ARCHIVE_PACKAGE_STATES),
      progress: z
        .object({ done: z.int(), total: z.int() })
        .meta({ description: 'Files in it; a total of 0 means that it is not known yet.' }),
      size: z.int().nullable().meta({ description: 'Bytes, once it is made.' }),
      sha256: textOrNull,
      verdict: verdict.nullable().meta({
        description:
          'What the four checks (四性检测) found when it was made; null to whoever no longer sees all of it.',
      }),
      problem: z
        .object({ code: z.string(), detail: z.string() })
        .nullable()
        .meta({ description: 'Why it was not made.' }),
      askedAt: z.string(),
      finishedAt: textOrNull,
      keptUntil: textOrNull.meta({ description: 'Until when it can be fetched.' }),
    })
    .meta({ description: 'An archive package (归档信息包), made or on its way.' }),
) {}
class ArchivePackageParams extends createZodDto(z.strictObject({ id: uuid })) {}

/** Closed plans as packages that an archive takes over (归档). */
@ApiTags('plans')
@Controller()
export class PlanArchiveController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly packages: ArchivePackages,
    private readonly jobs: JobProducer,
  ) {}

  @Needs('plan.archive', 'breakdown.archive')
  @Costly()
  @Post('plans/:id/archive')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Have the archive package (归档信息包) of a closed plan made',
    description:
      'Documents, notices as they were issued, evidence, the records of how it was handled with their proofs, metadata and signed checksums; `duban archive check` looks through it. A worker makes it, and looks through it by the same four checks: the answer names the package to ask for.',
  })
  @ApiAcceptedResponse({ type: ArchivePackageDto })
  async order(
    @Req() request: ActingRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param() { id }: PlanParams,
    @Body() body: NewArchivePackageDto,
  ): Promise<ArchivePackage> {
    const asked = await this.commands.run(request, body, (tx, actor, at) => this.packages.ask(tx, actor, at, id, body));
    await this.jobs.add('archives', 'package.make', { packageId: asked.id });
    void reply.header('location', `/api/v1/archive-packages/${asked.id}`);
    return asked;
  }

  @Needs('plan.archive', 'breakdown.archive')
  @Get('archive-packages/:id')
  @ApiOperation({
    summary: 'How far an archive package is that you asked for',
    description: 'Ask again until it is `made` or `refused`. After some days it is `removed`, and can be made again.',
  })
  @ApiOkResponse({ type: ArchivePackageDto })
  get(@CurrentActor() actor: Actor, @Param() { id }: ArchivePackageParams): Promise<ArchivePackage> {
    return this.transactor.as(actor, (tx) => this.packages.get(tx, actor, id));
  }

  @Needs('plan.archive', 'breakdown.archive')
  @Get('archive-packages/:id/file')
  @ApiOperation({ summary: 'An archive package that is made, as a zip' })
  @ApiProduces(TYPE)
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async fetch(@CurrentActor() actor: Actor, @Param() { id }: ArchivePackageParams): Promise<StreamableFile> {
    const { planId, bytes } = await this.packages.fetch(actor, id);
    const name = encodeURIComponent('归档信息包.zip');
    return new StreamableFile(bytes, {
      type: TYPE,
      disposition: `attachment; filename="archive-${planId}.zip"; filename*=UTF-8''${name}`,
    });
  }
}
