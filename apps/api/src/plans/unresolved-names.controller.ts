import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { PlanReader, type PlanView, UnresolvedNamesReader } from '@duban/reporting';
import { PlanDraftService } from '@duban/tasks';
import { Body, Controller, Get, Param, Put, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { cursor, expectedVersion, limit, pageOf, shortText, textOrNull, uuid } from '../schemas';
import { PlanDto, PlanParams } from './plan-schemas';

const guess = z
  .object({
    kind: z.enum(['unit', 'group']),
    id: uuid,
    name: z.string(),
    score: z.number().meta({ description: 'From 0 to 1.' }),
    reason: z.enum(['candidate', 'trigrams', 'characters']).meta({
      description:
        '`candidate`: the directory would take it for this one or another; else what the names have in common.',
    }),
    likeness: z.string().meta({ description: 'The name of it that is most alike.' }),
  })
  .meta({ description: 'Whom the name may mean.' });
class UnresolvedNamesDto extends createZodDto(
  pageOf(
    z.object({
      name: z.string(),
      reason: z.enum(['unknown', 'ambiguous']),
      uses: z.int().meta({ description: 'How many times tasks name it.' }),
      tasks: z
        .array(z.object({ taskId: uuid, number: textOrNull, role: z.enum(['lead', 'responsible', 'cooperating']) }))
        .meta({ description: 'The first fifty tasks that name it.' }),
      guesses: z.array(guess).meta({ description: 'Best first, five at most.' }),
    }),
  ),
) {}
class UnresolvedNamesQuery extends createZodDto(z.strictObject({ limit, cursor })) {}
class NameAnswerDto extends createZodDto(
  z.strictObject({
    name: shortText,
    unitId: uuid.optional(),
    unitIds: z.array(uuid).min(1, 'At least one unit.').max(500, 'At most 500 units.').optional(),
    groupId: uuid.optional().meta({ description: 'A group of units (集合单位).' }),
    expectedVersion,
  }),
) {}

/** Names of which the directory is not certain wait here for a person. */
@ApiTags('drafts')
@Controller('plans/:id/unresolved-names')
export class UnresolvedNamesController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly drafts: PlanDraftService,
    private readonly names: UnresolvedNamesReader,
    private readonly reader: PlanReader,
  ) {}

  @Needs('read.all')
  @Get()
  @ApiOperation({
    summary: 'Names of a plan that stand for nobody for certain (待认定名称), with guesses',
    description: 'A plan is not issued while there are any.',
  })
  @ApiOkResponse({ type: UnresolvedNamesDto })
  list(
    @CurrentActor() actor: Actor,
    @Param() { id }: PlanParams,
    @Query() query: UnresolvedNamesQuery,
  ): ReturnType<UnresolvedNamesReader['list']> {
    return this.transactor.as(actor, (tx) => this.names.list(tx, actor, id, query.limit, query.cursor));
  }

  @Needs('plan.edit')
  @Put()
  @ApiOperation({
    summary: 'Say what a name means (名称认定)',
    description:
      'One of `unitId`, `unitIds` and `groupId`. It counts for this plan and every later one, until somebody answers anew.',
  })
  @ApiOkResponse({ type: PlanDto })
  settle(
    @Req() request: ActingRequest,
    @Param() { id: planId }: PlanParams,
    @Body() { name, expectedVersion, ...meaning }: NameAnswerDto,
  ): Promise<PlanView> {
    return this.commands.run(request, { name, ...meaning, expectedVersion }, async (tx, actor, at) => {
      await this.drafts.settleName(tx, actor, at, { planId, expectedVersion }, name, meaning);
      return this.reader.get(tx, actor, planId, null);
    });
  }
}
