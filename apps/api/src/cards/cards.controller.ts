import { Transactor } from '@duban/database';
import { CARD_COLOURS } from '@duban/domain';
import type { Actor } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { CardReader } from '@duban/reporting';
import { Cards, type CardSnapshot } from '@duban/supervision';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { asOfInstant } from '../as-of';
import { CommandRunner } from '../command.runner';
import { card } from '../reports/report-schemas';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { asOf, cursor, limit, pageOf, text, textOrNull, uuid } from '../schemas';

class CardsQuery extends createZodDto(
  z.strictObject({
    planId: uuid.optional(),
    taskId: uuid.optional(),
    unitId: uuid.optional(),
    colour: z.enum(CARD_COLOURS).optional(),
    asOf,
    standing: z.stringbool().optional().meta({ type: 'boolean', description: 'Whether they were not withdrawn.' }),
    limit,
    cursor,
  }),
) {}
class CardsDto extends createZodDto(
  pageOf(
    card.extend({
      planId: uuid,
      taskNumber: textOrNull,
      unitName: z.string(),
      policyId: z.string(),
      policyVersion: z.int(),
      withdrawal: z
        .object({ reason: z.string(), at: z.string(), personId: uuid, forPersonId: uuid.nullable() })
        .nullable(),
    }),
  ),
) {}
class PointsQuery extends createZodDto(z.strictObject({ planId: uuid.optional(), unitId: uuid.optional(), asOf })) {}
class PointsDto extends createZodDto(
  z.object({
    items: z.array(
      z.object({
        unitId: uuid,
        unitCode: z.string(),
        unitName: z.string(),
        yellow: z.int(),
        red: z.int(),
        points: z.number(),
      }),
    ),
  }),
) {}
class CardParams extends createZodDto(z.strictObject({ id: uuid })) {}
class CardWithdrawalDto extends createZodDto(
  z.strictObject({ reason: text.meta({ description: 'Why it was given in error.' }) }),
) {}
class CardDto extends createZodDto(card.extend({ withdrawnAt: textOrNull, withdrawalReason: textOrNull })) {}

/** Cards (督办牌) and the points (积分) that come with them. */
@ApiTags('supervision')
@Controller()
export class CardsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly reader: CardReader,
    private readonly cards: Cards,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.own', 'read.all')
  @Get('cards')
  @ApiOperation({ summary: 'Cards (督办牌) that lights and follow-ups brought, the oldest first; withdrawn ones, too' })
  @ApiOkResponse({ type: CardsDto })
  list(@CurrentActor() actor: Actor, @Query() { asOf: past, ...filter }: CardsQuery): ReturnType<CardReader['list']> {
    const at = asOfInstant(past, this.clock.now()) ?? undefined;
    return this.transactor.as(actor, (tx) => this.reader.list(tx, actor, { ...filter, asOf: at }));
  }

  @Needs('read.own', 'read.all')
  @Get('cards/points')
  @ApiOperation({ summary: 'The cards and points (积分) of each unit that has any, without those withdrawn' })
  @ApiOkResponse({ type: PointsDto })
  async points(
    @CurrentActor() actor: Actor,
    @Query() { asOf: past, ...filter }: PointsQuery,
  ): Promise<{ items: Awaited<ReturnType<CardReader['points']>> }> {
    const at = asOfInstant(past, this.clock.now()) ?? undefined;
    return this.transactor.as(actor, async (tx) => ({
      items: await this.reader.points(tx, actor, { ...filter, asOf: at }),
    }));
  }

  @Needs('card.withdraw')
  @Post('cards/:id/withdrawal')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Withdraw a card that was given in error',
    description: 'It stays, with the reason, and counts no more; its unit is told.',
  })
  @ApiOkResponse({ type: CardDto })
  withdraw(
    @Req() request: ActingRequest,
    @Param() { id }: CardParams,
    @Body() input: CardWithdrawalDto,
  ): Promise<CardSnapshot> {
    return this.commands.run(request, input, (tx, actor, at) => this.cards.withdraw(tx, actor, at, id, input.reason));
  }
}
