import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { type DeliveryAttempt, DestinationService, type DestinationView, type Page } from '@duban/notifications';
import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { cursor, limit, pageOf, shortText, storable, textOrNull, uuid } from '../schemas';
import { idOf } from './messages.controller';

const address = storable.trim().min(1, 'Not empty.').max(2_000).meta({
  description: 'Where it takes messages. Answers leave out what stands in its query.',
  example: 'https://oa.city.example/duban',
});
const kinds = z
  .array(storable.max(50))
  .min(1, 'One at least.')
  .max(100)
  .meta({ description: 'What it gets: `reminder`, `urge`, `notice`, `task_issued` …', example: ['urge', 'notice'] });
const units = z
  .array(storable.max(50))
  .max(2_000)
  .meta({ description: 'Codes of the units to which it is said; none: to all.', example: ['LD04'] });
const perMinute = z.int().min(1).max(100_000).meta({ description: 'How many messages it takes in a minute.' });
const secret = storable.trim().min(1, 'Not empty.').max(200).meta({
  description: 'The key that a robot’s vendor gives (加签密钥), where it gives one.',
});
const version = z.int().min(1).meta({ description: 'The version that you read.' });

const destination = z.object({
  id: uuid,
  channel: z.string(),
  name: z.string(),
  address: z.string(),
  kinds: z.array(z.string()),
  units: z.array(z.string()).meta({ description: 'None: all.' }),
  perMinute: z.int(),
  state: z.enum(['active', 'paused', 'ended']),
  stopReason: textOrNull.meta({ description: 'Why it is paused or has ended.' }),
  brokenUntil: textOrNull.meta({ description: 'It failed again and again, and is left alone until then.' }),
  waiting: z.int().meta({ description: 'Digests that wait to go there.' }),
  keys: z.array(z.object({ madeAt: z.string(), endsAt: textOrNull })),
  version: z.int(),
  madeAt: z.string(),
});
class DestinationDto extends createZodDto(destination) {}
class DestinationsDto extends createZodDto(pageOf(destination)) {}
class DestinationSecretDto extends createZodDto(
  z.object({
    destination,
    secret: textOrNull.meta({
      description: 'Verifies what comes (Standard Webhooks); shown this once. Null where the other side gives the key.',
    }),
  }),
) {}
class DestinationsQuery extends createZodDto(z.strictObject({ limit, cursor })) {}
class NewDestinationDto extends createZodDto(
  z.strictObject({
    channel: storable.max(50).meta({
      description: '`webhook`, or the robot of a group: `wecom_robot`, `dingtalk_robot`, `feishu_robot`.',
      example: 'webhook',
    }),
    secret: secret.optional(),
    name: shortText,
    address,
    kinds,
    units: units.optional(),
    perMinute: perMinute.optional(),
  }),
) {}
class ChangedDestinationDto extends createZodDto(
  z.strictObject({
    expectedVersion: version,
    name: shortText.optional(),
    address: address.optional(),
    kinds: kinds.optional(),
    units: units.optional(),
    perMinute: perMinute.optional(),
  }),
) {}
class NewKeyDto extends createZodDto(
  z.strictObject({
    overlapHours: z.int().min(0).max(168).default(24).meta({
      description: 'For how long the old key signs beside the new one, where keys are made here.',
    }),
    secret: secret.optional(),
  }),
) {}
class StopReasonDto extends createZodDto(z.strictObject({ reason: shortText })) {}
class DestinationParams extends createZodDto(z.strictObject({ id: uuid })) {}
class ReplayParams extends createZodDto(z.strictObject({ id: uuid, deliveryId: uuid })) {}
class AttemptsQuery extends createZodDto(z.strictObject({ deliveryId: uuid.optional(), limit, cursor })) {}
class AttemptsDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      deliveryId: uuid,
      subject: z.string(),
      at: z.string(),
      tookMs: z.int(),
      status: z.int().nullable().meta({ description: 'Null where nothing was answered.' }),
      answer: textOrNull.meta({ description: 'The beginning of what was answered.' }),
      error: textOrNull,
      thenState: z.string().meta({ description: 'What the delivery was after it.' }),
      nextAttemptAt: textOrNull,
    }),
  ),
) {}
class ReplayedDto extends createZodDto(z.object({ deliveryId: uuid })) {}

/** Where digests go beside people: programs that take webhooks, and robots of groups. */
@ApiTags('messages')
@Controller('destinations')
export class DestinationsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly destinations: DestinationService,
  ) {}

  @Needs('delivery.read_all')
  @Get()
  @ApiOperation({ summary: 'Destinations of digests beside people (推送目的地), newest first' })
  @ApiOkResponse({ type: DestinationsDto })
  list(@CurrentActor() actor: Actor, @Query() query: DestinationsQuery): Promise<Page<DestinationView>> {
    return this.transactor.as(actor, (tx) =>
      this.destinations.list(tx, { limit: query.limit, after: idOf(query.cursor) }),
    );
  }

  @Needs('destination.manage')
  @Post()
  @ApiOperation({
    summary: 'Set up a destination',
    description:
      'It gets digests from now on: a program as events (CloudEvents 1.0) signed by Standard Webhooks, the robot of a ' +
      'WeCom, DingTalk or Feishu group (企业微信、钉钉、飞书群机器人) as text. At public addresses by ' +
      'https, and inside the networks that the installation names. 410 ends it, 429 and 503 with Retry-After are obeyed.',
  })
  @ApiCreatedResponse({ type: DestinationSecretDto })
  create(
    @Req() request: ActingRequest,
    @Body() body: NewDestinationDto,
  ): Promise<{ destination: DestinationView; secret: string | null }> {
    // Not kept with an Idempotency-Key: the secret is nobody's to read again.
    return this.commands.runRepeatable(request, (tx, actor, at) => this.destinations.create(tx, actor, at, body));
  }

  @Needs('destination.manage')
  @Patch(':id')
  @ApiOperation({ summary: 'Change a destination; what is left out stays' })
  @ApiOkResponse({ type: DestinationDto })
  change(
    @Req() request: ActingRequest,
    @Param() { id }: DestinationParams,
    @Body() body: ChangedDestinationDto,
  ): Promise<DestinationView> {
    const { expectedVersion, ...given } = body;
    return this.commands.run(request, body, (tx, actor, at) =>
      this.destinations.change(tx, actor, at, id, expectedVersion, given),
    );
  }

  @Needs('destination.manage')
  @Post(':id/keys')
  @ApiOperation({
    summary: 'Make a new key, which signs beside the old one for some hours, or take the one that a vendor gives',
  })
  @ApiCreatedResponse({ type: DestinationSecretDto })
  rotate(
    @Req() request: ActingRequest,
    @Param() { id }: DestinationParams,
    @Body() { overlapHours, secret: theirs }: NewKeyDto,
  ): Promise<{ destination: DestinationView; secret: string | null }> {
    return this.commands.runRepeatable(request, (tx, actor, at) =>
      this.destinations.rotateKey(tx, actor, at, id, overlapHours, theirs),
    );
  }

  @Needs('destination.manage')
  @Post(':id/pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Pause a destination: what is for it waits' })
  @ApiOkResponse({ type: DestinationDto })
  pause(
    @Req() request: ActingRequest,
    @Param() { id }: DestinationParams,
    @Body() input: StopReasonDto,
  ): Promise<DestinationView> {
    return this.commands.run(request, input, (tx, actor, at) =>
      this.destinations.pause(tx, actor, at, id, input.reason),
    );
  }

  @Needs('destination.manage')
  @Post(':id/end')
  @HttpCode(200)
  @ApiOperation({ summary: 'End a destination: it gets nothing any more, what waits for it neither' })
  @ApiOkResponse({ type: DestinationDto })
  end(
    @Req() request: ActingRequest,
    @Param() { id }: DestinationParams,
    @Body() input: StopReasonDto,
  ): Promise<DestinationView> {
    return this.commands.run(request, input, (tx, actor, at) => this.destinations.end(tx, actor, at, id, input.reason));
  }

  @Needs('destination.manage')
  @Post(':id/resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let a destination get messages again: one that is paused, has ended, or is left alone' })
  @ApiOkResponse({ type: DestinationDto })
  resume(
    @Req() request: ActingRequest,
    @Param() { id }: DestinationParams,
    @Body() input: StopReasonDto,
  ): Promise<DestinationView> {
    return this.commands.run(request, input, (tx, actor, at) =>
      this.destinations.resume(tx, actor, at, id, input.reason),
    );
  }

  @Needs('delivery.read_all')
  @Get(':id/attempts')
  @ApiOperation({ summary: 'What was answered at each attempt, and what came next; newest first' })
  @ApiOkResponse({ type: AttemptsDto })
  attempts(
    @CurrentActor() actor: Actor,
    @Param() { id }: DestinationParams,
    @Query() query: AttemptsQuery,
  ): Promise<Page<DeliveryAttempt>> {
    const { deliveryId, limit: most, cursor: after } = query;
    return this.transactor.as(actor, (tx) =>
      this.destinations.attempts(tx, id, { deliveryId, limit: most, after: idOf(after) }),
    );
  }

  @Needs('destination.manage')
  @Post(':id/deliveries/:deliveryId/replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Send a message once more, with the same id' })
  @ApiOkResponse({ type: ReplayedDto })
  replay(@Req() request: ActingRequest, @Param() { id, deliveryId }: ReplayParams): Promise<{ deliveryId: string }> {
    return this.commands.run(request, null, (tx, actor, at) => this.destinations.replay(tx, actor, at, id, deliveryId));
  }
}
