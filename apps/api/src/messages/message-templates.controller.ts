import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import {
  type MessageTemplate,
  MessageTemplates,
  type TemplateKind,
  type TemplatePreview,
  TEMPLATES_ABOUT,
} from '@duban/notifications';
import { Body, Controller, Get, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Costly, CurrentActor, Needs } from '../requests';
import { storable, textOrNull, uuid } from '../schemas';

const about = z.enum(TEMPLATES_ABOUT).meta({
  description: 'The kind of message; or `subject`, of what comes at once, in which `{counts}` says how many of what.',
});
const line = storable
  .trim()
  .min(1)
  .max(1_000)
  .regex(/^[^\r\n]*$/, 'One line.')
  .meta({ description: 'One line with fields in braces: `{事项}` or `{item}`.' });
const words = { about, zh: line, en: line };
const templateVersion = z.int('A whole number.').min(0).max(1_000_000);
const messageTemplate = z.object({
  name: z.string(),
  version: templateVersion,
  about,
  zh: textOrNull.meta({ description: 'Null where they are withdrawn.' }),
  en: textOrNull,
  versions: z
    .array(z.object({ version: templateVersion, zh: textOrNull, en: textOrNull, putBy: z.string(), putAt: z.string() }))
    .meta({ description: 'The newest first.' }),
});
class MessageTemplateDto extends createZodDto(messageTemplate) {}
class MessageTemplatesDto extends createZodDto(
  z.object({
    items: z.array(messageTemplate),
    kinds: z
      .array(
        z.object({
          about,
          zh: z.string(),
          en: z.string(),
          fields: z.array(z.object({ name: z.string(), chinese: z.string(), isNeeded: z.boolean() })),
        }),
      )
      .meta({ description: 'What words may be about, in duban’s own words, and the fields that they may name.' }),
  }),
) {}
class NewMessageTemplateDto extends createZodDto(
  z.strictObject({
    name: storable
      .regex(/^[a-z][a-z0-9_]*(-[a-z0-9]+)*$/, 'Small letters and digits, in words joined by "-", a letter first.')
      .max(60)
      .meta({
        description: 'A kind of message, in place of duban’s words of it; or a name for steps of rules, as `template`.',
      }),
    ...words,
    expectedVersion: templateVersion.meta({ description: 'That you read; 0 where there is none.' }),
  }),
) {}
class TemplateParams extends createZodDto(z.strictObject({ name: storable.max(60) })) {}
class WithdrawTemplateDto extends createZodDto(
  z.strictObject({ expectedVersion: templateVersion.meta({ description: 'That you read.' }) }),
) {}
class TemplateTrialDto extends createZodDto(z.strictObject(words)) {}
class TemplatePreviewDto extends createZodDto(
  z.object({
    items: z.array(z.object({ notificationId: uuid, wantedAt: z.string(), zh: z.string(), en: z.string() })),
  }),
) {}

/** The words of messages (消息模板). */
@ApiTags('messages')
@Controller('message-templates')
export class MessageTemplatesController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly templates: MessageTemplates,
  ) {}

  @Needs('read.all')
  @Get()
  @ApiOperation({
    summary: 'The words of messages (消息模板): the office’s own with their versions, duban’s, and the fields',
  })
  @ApiOkResponse({ type: MessageTemplatesDto })
  async list(@CurrentActor() actor: Actor): Promise<{ items: MessageTemplate[]; kinds: TemplateKind[] }> {
    const items = await this.transactor.as(actor, (tx) => this.templates.list(tx));
    return { items, kinds: this.templates.kinds() };
  }

  @Needs('message.rules')
  @Put()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Put words of your own, as the next version; they hold from the next digest on',
    description:
      'Under the name of a kind of message they stand in place of duban’s; under any other name they are for steps of ' +
      'rules, which name them as `template`. An unknown field, a brace that stands alone, or a field without which one ' +
      'message could not be told from another: 422 with a fault for each, in either language.',
  })
  @ApiOkResponse({ type: MessageTemplateDto })
  put(@Req() request: ActingRequest, @Body() input: NewMessageTemplateDto): Promise<MessageTemplate> {
    return this.commands.run(request, input, (tx, actor, at) => this.templates.put(tx, actor, at, input));
  }

  @Needs('message.rules')
  @Post(':name/withdrawal')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Withdraw words of your own: duban’s hold again from the next digest on; versions are kept',
  })
  @ApiOkResponse({ type: MessageTemplateDto })
  withdraw(
    @Req() request: ActingRequest,
    @Param() { name }: TemplateParams,
    @Body() input: WithdrawTemplateDto,
  ): Promise<MessageTemplate> {
    return this.commands.run(request, input, (tx, actor, at) =>
      this.templates.withdraw(tx, actor, at, name, input.expectedVersion),
    );
  }

  @Needs('message.rules')
  @Costly()
  @Post('preview')
  @HttpCode(200)
  @ApiOperation({
    summary: 'How the last real messages of a kind would read in these words; nothing is kept',
    description: 'Five at most, the newest first; none where no such message was ever wanted.',
  })
  @ApiOkResponse({ type: TemplatePreviewDto })
  async preview(@CurrentActor() actor: Actor, @Body() input: TemplateTrialDto): Promise<{ items: TemplatePreview[] }> {
    return { items: await this.transactor.as(actor, (tx) => this.templates.preview(tx, actor, input)) };
  }
}
