import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import {
  CHANNEL_TEST_OUTCOMES,
  type ChannelTest,
  ChannelTests,
  type OwnChannel,
  type Page,
} from '@duban/notifications';
import { Controller, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Costly, CurrentActor, Needs } from '../requests';
import { pageOf, storable, textOrNull, uuid } from '../schemas';

const channel = storable.min(1, 'Not empty.').max(50).meta({
  description: 'Of those to people: `smtp`, `sms`, `wecom`, `dingtalk`, `feishu`.',
  example: 'smtp',
});
class ChannelParams extends createZodDto(z.strictObject({ channel })) {}
class TestedDestinationParams extends createZodDto(z.strictObject({ id: uuid })) {}
class ChannelTestParams extends createZodDto(z.strictObject({ id: uuid })) {}
class ChannelsDto extends createZodDto(
  pageOf(
    z.object({
      channel,
      address: textOrNull.meta({ description: 'Where it reaches you; null where your account has no address for it.' }),
    }),
  ),
) {}
class ChannelTestDto extends createZodDto(
  z.object({
    id: uuid,
    channel: z.string(),
    destinationId: uuid.nullable().meta({ description: 'Null of one to yourself.' }),
    askedAt: z.string(),
    finishedAt: textOrNull.meta({ description: 'Null while it is on its way.' }),
    outcome: z
      .enum(CHANNEL_TEST_OUTCOMES)
      .nullable()
      .meta({
        description:
          '`accepted` by the other side; `refused`, with its code; `unreachable`: it did not answer; `not_configured` where ' +
          'messages are sent from; `no_address` of yours any more; `expired`: no worker came to it within ten minutes.',
      }),
    status: z.int().nullable().meta({ description: 'The code that was answered, of SMTP or HTTP.' }),
    answer: textOrNull.meta({ description: 'The beginning of what was answered.' }),
    error: textOrNull.meta({ description: 'Why it was not taken.' }),
    tookMs: z.int().nullable(),
  }),
) {}

/** Test messages (试发), by which administrators see whether a channel works. */
@ApiTags('messages')
@Controller()
export class ChannelTestsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly tests: ChannelTests,
  ) {}

  @Needs('destination.manage')
  @Get('channels')
  @ApiOperation({ summary: 'Channels to people that are configured (推送渠道), and where each reaches you' })
  @ApiOkResponse({ type: ChannelsDto })
  async channels(@CurrentActor() actor: Actor): Promise<Page<OwnChannel>> {
    return { items: await this.transactor.as(actor, (tx) => this.tests.own(tx, actor)), next: null };
  }

  @Needs('destination.manage')
  @Costly()
  @Post('channels/:channel/test')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send yourself a test message by a channel (试发)',
    description:
      'At any hour and once, by a worker, as all messages: `GET /channel-tests/{id}` says what was answered.',
  })
  @ApiAcceptedResponse({ type: ChannelTestDto })
  testChannel(@Req() request: ActingRequest, @Param() { channel: kind }: ChannelParams): Promise<ChannelTest> {
    return this.hinted(this.commands.run(request, null, (tx, actor, at) => this.tests.ask(tx, actor, at, kind)));
  }

  @Needs('destination.manage')
  @Costly()
  @Post('destinations/:id/test')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send a destination a test message (试发)',
    description:
      'A program gets an event without items, a group its subject; a destination that is paused gets it, too.',
  })
  @ApiAcceptedResponse({ type: ChannelTestDto })
  testDestination(@Req() request: ActingRequest, @Param() { id }: TestedDestinationParams): Promise<ChannelTest> {
    return this.hinted(
      this.commands.run(request, null, (tx, actor, at) => this.tests.askOfDestination(tx, actor, at, id)),
    );
  }

  @Needs('destination.manage')
  @Get('channel-tests/:id')
  @ApiOperation({ summary: 'What became of a test message of yours' })
  @ApiOkResponse({ type: ChannelTestDto })
  get(@CurrentActor() actor: Actor, @Param() { id }: ChannelTestParams): Promise<ChannelTest> {
    return this.transactor.as(actor, (tx) => this.tests.get(tx, actor, id));
  }

  private async hinted(asked: Promise<ChannelTest>): Promise<ChannelTest> {
    const test = await asked;
    await this.tests.hint(test.id);
    return test;
  }
}
