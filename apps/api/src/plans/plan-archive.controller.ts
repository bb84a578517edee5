import { RETENTIONS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { ArchiveMaker } from '@duban/reporting';
import { Controller, Get, Inject, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentActor, Needs } from '../requests';
import { PlanParams } from './plan-schemas';

const TYPE = 'application/zip';

class PlanArchiveQuery extends createZodDto(
  z.strictObject({
    retention: z.enum(RETENTIONS).default('永久').meta({ description: 'How long it is kept (保管期限).' }),
  }),
) {}

/** Closed plans as packages that an archive takes over (归档). */
@ApiTags('plans')
@Controller('plans')
export class PlanArchiveController {
  constructor(
    private readonly archives: ArchiveMaker,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('plan.archive')
  @Get(':id/archive')
  @ApiOperation({
    summary: 'The archive package (归档信息包) of a closed plan, as a zip',
    description:
      'Documents, notices as they were issued, evidence, the records of how it was handled with their proofs, metadata and signed checksums; `duban archive check` looks through it. It is made while it is sent: what breaks off is no package. That it was taken is an event itself.',
  })
  @ApiProduces(TYPE)
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async take(
    @CurrentActor() actor: Actor,
    @Param() { id }: PlanParams,
    @Query() { retention }: PlanArchiveQuery,
  ): Promise<StreamableFile> {
    const bytes = await this.archives.open(actor, this.clock.now(), id, { retention, system: 'duban' });
    const name = encodeURIComponent('归档信息包.zip');
    return new StreamableFile(bytes, {
      type: TYPE,
      disposition: `attachment; filename="archive-${id}.zip"; filename*=UTF-8''${name}`,
    });
  }
}
