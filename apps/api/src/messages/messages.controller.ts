import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { DeliveryReader, type DeliveryView, type Page } from '@duban/notifications';
import { badCursor } from '@duban/reporting';
import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { cursor, limit, pageOf, storable, textOrNull, uuid } from '../schemas';

const state = z.enum(['queued', 'sending', 'sent', 'delivered', 'read', 'bounced', 'failed', 'suppressed']);
class DeliveriesQuery extends createZodDto(
  z.strictObject({
    personId: uuid.optional(),
    taskId: uuid.optional(),
    state: state.optional(),
    channel: storable.max(50).optional(),
    limit,
    cursor,
  }),
) {}
class InboxQuery extends createZodDto(
  z.strictObject({
    unread: z.enum(['true', 'false']).optional().meta({ description: '`true` leaves out what was read.' }),
    limit,
    cursor,
  }),
) {}
class DeliveriesDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      digestId: uuid,
      personId: uuid,
      personName: z.string(),
      channel: z.string(),
      address: textOrNull,
      state,
      attempts: z.int(),
      nextAttemptAt: textOrNull,
      lastError: textOrNull.meta({ description: 'What happened at the last attempt.' }),
      subject: z.string(),
      items: z.array(
        z.object({
          notificationId: uuid,
          kind: z.string(),
          text: z.string(),
          planId: uuid.nullable(),
          taskId: uuid.nullable(),
          obligationId: uuid.nullable(),
          followUpId: uuid.nullable(),
        }),
      ),
      createdAt: z.string(),
      sentAt: textOrNull,
      readAt: textOrNull,
    }),
  ),
) {}
class MessageParams extends createZodDto(z.strictObject({ id: uuid })) {}
class ReadDto extends createZodDto(z.object({ readAt: z.string() })) {}

@ApiTags('messages')
@Controller()
export class MessagesController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly deliveries: DeliveryReader,
  ) {}

  @Needs('delivery.read_all')
  @Get('deliveries')
  @ApiOperation({ summary: 'Messages on their way (投递), newest first: what arrived, what did not and why' })
  @ApiOkResponse({ type: DeliveriesDto })
  list(
    @CurrentActor() actor: Actor,
    @Query() { cursor: after, ...filter }: DeliveriesQuery,
  ): Promise<Page<DeliveryView>> {
    return this.transactor.as(actor, (tx) => this.deliveries.list(tx, { ...filter, after: idOf(after) }));
  }

  @Needs('inbox.read')
  @Get('inbox')
  @ApiOperation({ summary: 'My messages (收件箱), newest first: one digest a half hour at most' })
  @ApiOkResponse({ type: DeliveriesDto })
  inbox(@CurrentActor() actor: Actor, @Query() query: InboxQuery): Promise<Page<DeliveryView>> {
    return this.transactor.as(actor, (tx) =>
      this.deliveries.inbox(tx, actor.personId!, {
        unreadOnly: query.unread === 'true',
        limit: query.limit,
        after: idOf(query.cursor),
      }),
    );
  }

  @Needs('inbox.read')
  @Post('inbox/:id/read')
  @HttpCode(200)
  @ApiOperation({ summary: 'Mark a message of mine as read' })
  @ApiOkResponse({ type: ReadDto })
  read(@Req() request: ActingRequest, @Param() { id }: MessageParams): Promise<{ readAt: Date }> {
    return this.commands.run(request, null, (tx, actor, at) => this.deliveries.read(tx, actor, id, at));
  }
}

/** The id in a cursor. */
export function idOf(after: string | undefined): string | null {
  if (after !== undefined && !uuid.safeParse(after).success) throw badCursor();
  return after ?? null;
}
