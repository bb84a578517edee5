import { Transactor } from '@duban/database';
import { messagePreference, messageRules } from '@duban/domain';
import type { Actor } from '@duban/history';
import { parseLocalDate } from '@duban/kernel';
import {
  type HeldMessage,
  type MessageRecord,
  MessageRecordReader,
  MessageRulesService,
  type PreferenceVersion,
} from '@duban/notifications';
import type { MessageRulesVersion } from '@duban/supervision';
import { Body, Controller, Get, HttpCode, Param, Put, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { day, storable, textOrNull, uuid } from '../schemas';

const version = z.int().min(0).meta({ description: '0 before anything was set.' });
class MessageRulesDto extends createZodDto(
  z.object({ version, rules: messageRules, personId: uuid.nullable(), putAt: textOrNull }),
) {}
class NewMessageRulesDto extends createZodDto(z.strictObject({ expectedVersion: version, rules: messageRules })) {}
class PreferenceDto extends createZodDto(
  z.object({
    version,
    preference: messagePreference,
    choices: messageRules.shape.choices.meta({ description: 'What the office allows.' }),
  }),
) {}
class NewPreferenceDto extends createZodDto(
  z.strictObject({ expectedVersion: version, preference: messagePreference }),
) {}
class CodeParams extends createZodDto(z.strictObject({ code: storable.max(100) })) {}
class UsernameParams extends createZodDto(z.strictObject({ username: storable.max(100) })) {}
class DayQuery extends createZodDto(z.strictObject({ day })) {}

const about = {
  notificationId: uuid,
  kind: z.string(),
  text: textOrNull,
  planId: uuid.nullable(),
  taskId: uuid.nullable(),
  wantedAt: z.string(),
};
class MessageRecordDto extends createZodDto(
  z.object({
    personId: uuid,
    personName: z.string(),
    day: z.string(),
    items: z.array(
      z.object({
        ...about,
        obligationId: uuid.nullable(),
        signedForAt: textOrNull.meta({ description: 'When the unit signed for its part.' }),
        ways: z.array(
          z.object({
            channel: textOrNull,
            outcome: z.string().meta({ description: 'A state of a delivery, or why there is none.' }),
            words: z.object({ zh: z.string(), en: z.string() }),
            at: z.string(),
            until: textOrNull,
            endedAt: textOrNull,
            deliveryId: uuid.nullable(),
            escalatedFrom: uuid.nullable().meta({ description: 'The digest that was not read in time.' }),
            address: textOrNull,
            sentAt: textOrNull,
            readAt: textOrNull,
            lastError: textOrNull,
          }),
        ),
      }),
    ),
  }),
) {}
class HeldMessagesDto extends createZodDto(
  z.object({
    items: z.array(
      z.object({
        ...about,
        heldSince: z.string(),
        until: z.string(),
        persons: z.array(z.object({ personId: uuid, personName: z.string() })),
      }),
    ),
  }),
) {}

/** When and how often messages come, and what became of each. */
@ApiTags('messages')
@Controller()
export class MessageRulesController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly rules: MessageRulesService,
    private readonly records: MessageRecordReader,
  ) {}

  @Needs('inbox.read')
  @Get('message-rules')
  @ApiOperation({ summary: 'What is urgent, how often units are written to, what people may choose (消息规则)' })
  @ApiOkResponse({ type: MessageRulesDto })
  get(@CurrentActor() actor: Actor): Promise<MessageRulesVersion> {
    return this.transactor.as(actor, (tx) => this.rules.read(tx));
  }

  @Needs('message.rules')
  @Put('message-rules')
  @HttpCode(200)
  @ApiOperation({ summary: 'Change the rules; they hold from the next digest on' })
  @ApiOkResponse({ type: MessageRulesDto })
  put(@Req() request: ActingRequest, @Body() body: NewMessageRulesDto): Promise<MessageRulesVersion> {
    return this.commands.run(request, body, (tx, actor, at) =>
      this.rules.change(tx, actor, at, body.rules, body.expectedVersion),
    );
  }

  @Needs('inbox.read')
  @Get('inbox/preferences')
  @ApiOperation({ summary: 'How my messages come (接收偏好), and what I may choose' })
  @ApiOkResponse({ type: PreferenceDto })
  preference(@CurrentActor() actor: Actor): Promise<PreferenceVersion> {
    return this.transactor.as(actor, (tx) => this.rules.preference(tx, actor.personId!));
  }

  @Needs('inbox.read')
  @Put('inbox/preferences')
  @HttpCode(200)
  @ApiOperation({ summary: 'Choose channels, one digest a day, and quiet hours, within what the office allows' })
  @ApiOkResponse({ type: PreferenceDto })
  choose(@Req() request: ActingRequest, @Body() body: NewPreferenceDto): Promise<PreferenceVersion> {
    return this.commands.run(request, body, (tx, actor, at) =>
      this.rules.choose(tx, actor, at, body.preference, body.expectedVersion),
    );
  }

  @Needs('inbox.read')
  @Get('persons/:username/messages')
  @ApiOperation({
    summary:
      'What was said to a person on a day, by which channel and how far it came; what was not, and why (消息记录)',
    description: 'Of oneself; of anybody for who reads how messages were delivered.',
  })
  @ApiOkResponse({ type: MessageRecordDto })
  record(
    @CurrentActor() actor: Actor,
    @Param() { username }: UsernameParams,
    @Query() query: DayQuery,
  ): Promise<MessageRecord> {
    return this.transactor.as(actor, (tx) => this.records.ofPerson(tx, actor, username, parseLocalDate(query.day)));
  }

  @Needs('read.own')
  @Get('units/:code/held-messages')
  @ApiOperation({ summary: 'Messages that the cap of a unit and week holds, the oldest first' })
  @ApiOkResponse({ type: HeldMessagesDto })
  held(@CurrentActor() actor: Actor, @Param() { code }: CodeParams): Promise<{ items: HeldMessage[] }> {
    return this.transactor.as(actor, (tx) => this.records.heldOf(tx, actor, code));
  }
}
