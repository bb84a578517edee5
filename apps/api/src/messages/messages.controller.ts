import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { DeliveryReader, type DeliveryView, type Page } from '@duban/notifications';
import { badCursor } from '@duban/reporting';
import { invalid } from '@duban/kernel';
import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import type { FastifyReply } from 'fastify';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs, OfPrimary } from '../requests';
import { StillSignedIn } from '../still-signed-in';
import { cursor, limit, pageOf, storable, textOrNull, uuid } from '../schemas';
import { InboxStreams } from './inbox-streams';

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
class EventsQuery extends createZodDto(
  z.strictObject({
    wait: z.enum(['true', 'false']).optional().meta({ description: '`false` sends what there is, and ends.' }),
  }),
) {}
class DeliveriesDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      digestId: uuid,
      personId: uuid.nullable().meta({ description: 'Null of what goes to a destination.' }),
      personName: textOrNull,
      destinationId: uuid.nullable(),
      destinationName: textOrNull,
      channel: z.string(),
      address: textOrNull,
      remoteId: textOrNull.meta({ description: 'What a gateway or a vendor calls it, by which its records know it.' }),
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
    private readonly streams: InboxStreams,
    private readonly signedIn: StillSignedIn,
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
  @OfPrimary()
  @Get('inbox/events')
  @ApiOperation({
    summary: 'My messages as they come (server-sent events)',
    description:
      'First `ready` with `{unread}`, then `message` for each that comes, with the item as GET /inbox gives it, and ' +
      '`unread` when some were read elsewhere, and `changed` with `{taskIds}` when anybody has changed tasks that one may ' +
      'see, and `form` with `{taskId, form, others}` when somebody else opens or closes a form that one has open. A client that comes again with the id of the last event in ' +
      '`Last-Event-ID` misses none. It ends with the session; a comment comes every 15 seconds.',
  })
  @ApiHeader({ name: 'last-event-id', required: false, schema: { type: 'string', pattern: '^[0-9]{1,9}$' } })
  @ApiOkResponse({ content: { 'text/event-stream': { schema: { type: 'string', format: 'binary' } } } })
  async events(
    @Req() request: ActingRequest,
    @CurrentActor() actor: Actor,
    @Query() { wait }: EventsQuery,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const after = lastEventId(request.headers['last-event-id']);
    const events =
      wait === 'false'
        ? await this.streams.since(actor, after)
        : await this.streams.open(actor, after, () => this.signedIn.actor(request, 'inbox.read'));
    void reply
      .type('text/event-stream; charset=utf-8')
      // Neither kept nor changed nor gathered by a proxy on the way.
      .header('cache-control', 'no-store, no-transform')
      .header('x-accel-buffering', 'no')
      // Kept for another request, it would keep a process from ending that has just ended the events.
      .header('connection', 'close')
      .send(events);
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

/** A browser sends none at first, and an empty one where no event had an id. */
function lastEventId(header: string | string[] | undefined): number | null {
  if (header === undefined || header === '') return null;
  if (!/^\d{1,9}$/.test(String(header))) {
    const faults = [{ code: 'FIELD.INVALID', field: 'Last-Event-ID', message: 'The id of an event that came.' }];
    throw invalid('REQUEST.INVALID', 'Last-Event-ID: The id of an event that came.', { faults });
  }
  return Number(header);
}

/** The id in a cursor. */
export function idOf(after: string | undefined): string | null {
  if (after !== undefined && !uuid.safeParse(after).success) throw badCursor();
  return after ?? null;
}
