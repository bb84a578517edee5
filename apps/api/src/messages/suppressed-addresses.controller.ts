import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { type Page, type SuppressedAddress, SuppressedAddresses } from '@duban/notifications';
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { cursor, limit, pageOf, shortText, storable, textOrNull, uuid } from '../schemas';
import { idOf } from './messages.controller';

class SuppressedQuery extends createZodDto(
  z.strictObject({
    channel: storable.max(50).optional(),
    all: z.enum(['true', 'false']).optional().meta({ description: '`true` adds those that get messages again.' }),
    limit,
    cursor,
  }),
) {}
class SuppressedDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      channel: z.string(),
      address: z.string(),
      reason: z.enum(['hard_bounce', 'soft_bounces']),
      status: z.string().meta({ description: 'What the last report says, an enhanced status code (RFC 3463).' }),
      words: z.string().meta({ description: 'In the words of the mail server that reported it.' }),
      deliveryId: uuid.meta({ description: 'The message that came back.' }),
      since: z.string(),
      persons: z.array(z.object({ id: uuid, name: z.string(), username: z.string() })),
      liftedAt: textOrNull,
      liftedBy: uuid.nullable().meta({ description: 'Null where it was lifted since nobody has the address.' }),
      liftReason: textOrNull,
    }),
  ),
) {}
class SuppressedParams extends createZodDto(z.strictObject({ id: uuid })) {}
class LiftDto extends createZodDto(
  z.strictObject({ reason: shortText.meta({ description: 'Why it is said to work again; history keeps it.' }) }),
) {}
class LiftedDto extends createZodDto(z.object({ liftedAt: z.string() })) {}

@ApiTags('messages')
@Controller()
export class SuppressedAddressesController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly addresses: SuppressedAddresses,
  ) {}

  @Needs('delivery.read_all')
  @Get('suppressed-addresses')
  @ApiOperation({ summary: 'Addresses that messages came back from (退信), and that get none any more; newest first' })
  @ApiOkResponse({ type: SuppressedDto })
  list(@CurrentActor() actor: Actor, @Query() query: SuppressedQuery): Promise<Page<SuppressedAddress>> {
    const { channel, all, limit: most, cursor: after } = query;
    return this.transactor.as(actor, (tx) =>
      this.addresses.list(tx, { channel, all: all === 'true', limit: most, after: idOf(after) }),
    );
  }

  @Needs('address.lift')
  @Post('suppressed-addresses/:id/lift')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Let an address get messages again',
    description: 'From the next digest on. One that nobody has any more is lifted by itself.',
  })
  @ApiOkResponse({ type: LiftedDto })
  lift(
    @Req() request: ActingRequest,
    @Param() { id }: SuppressedParams,
    @Body() input: LiftDto,
  ): Promise<{ liftedAt: Date }> {
    return this.commands.run(request, input, (tx, actor, at) => this.addresses.lift(tx, actor, id, input.reason, at));
  }
}
