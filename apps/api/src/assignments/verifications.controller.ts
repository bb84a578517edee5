import { Transactor } from '@duban/database';
import { VERIFICATION_METHODS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { VerificationReader } from '@duban/reporting';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentActor, Needs } from '../requests';
import { uuid, verification } from '../schemas';

class PartParams extends createZodDto(z.strictObject({ id: uuid })) {}
class VerificationsDto extends createZodDto(z.object({ items: z.array(verification) })) {}
class ChecklistDto extends createZodDto(
  z.object({
    assignmentId: uuid,
    required: z.boolean().meta({ description: 'Whether `verify` and `return` have to say how it was judged.' }),
    checklist: z.array(z.object({ zh: z.string(), en: z.string() })),
    methods: z.array(z.enum(VERIFICATION_METHODS)),
  }),
) {}

@ApiTags('assignments')
@Controller('assignments')
export class VerificationsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly reader: VerificationReader,
  ) {}

  @Needs('read.own', 'read.all')
  @Get(':id/verifications')
  @ApiOperation({ summary: 'How a part was verified or why it was returned (核查), the oldest first' })
  @ApiOkResponse({ type: VerificationsDto })
  async list(@CurrentActor() actor: Actor, @Param() { id }: PartParams): Promise<{ items: unknown[] }> {
    return { items: await this.transactor.as(actor, (tx) => this.reader.ofPart(tx, actor, id)) };
  }

  @Needs('read.own', 'read.all')
  @Get(':id/checklist')
  @ApiOperation({
    summary: 'What is to be looked at before a part is verified',
    description: 'As the policy lays it down for what the office judges; of a part that a lead judges nothing is.',
  })
  @ApiOkResponse({ type: ChecklistDto })
  checklist(@CurrentActor() actor: Actor, @Param() { id }: PartParams): ReturnType<VerificationReader['checklist']> {
    return this.transactor.as(actor, (tx) => this.reader.checklist(tx, actor, id));
  }
}
