import { Transactor } from '@duban/database';
import { ACTIONS, ApiTokenService, type ApiTokenView, may, RIGHTS_IN_WORDS } from '@duban/directory';
import type { Actor } from '@duban/history';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, AnySignedIn, CurrentActor, InPerson } from '../requests';
import { shortText, textOrNull, uuid } from '../schemas';

const apiToken = z
  .object({
    id: uuid,
    personId: uuid,
    name: z.string(),
    purpose: z.string(),
    scopes: z.array(z.string()),
    createdAt: z.string(),
    expiresAt: z.string(),
    lastUsedAt: textOrNull.meta({ description: 'To the minute.' }),
    endedAt: textOrNull,
  })
  .meta({ description: 'A token by which a program acts for a person (接口令牌).' });
const scope = z
  .object({ scope: z.enum(ACTIONS), zh: z.string(), en: z.string() })
  .meta({ description: 'What the post in which one acts may do, and a token of it can.' });
class ApiTokensDto extends createZodDto(z.object({ items: z.array(apiToken), scopes: z.array(scope) })) {}
class NewApiTokenDto extends createZodDto(
  z.strictObject({
    name: shortText.max(100, 'At most 100 characters.').meta({ description: 'History names it beside the person.' }),
    purpose: shortText,
    scopes: z.array(z.enum(ACTIONS)).min(1, 'At least one.').max(100).meta({
      description: 'What it may do, of what the person’s post may.',
    }),
    days: z.int().min(1).max(365, 'A year at most.'),
  }),
) {}
class MadeApiTokenDto extends createZodDto(
  apiToken.extend({
    token: z.string().meta({ description: 'Shown this once. Send it as `Authorization: Bearer …`.' }),
  }),
) {}
class ApiTokenParams extends createZodDto(z.strictObject({ id: uuid })) {}

@ApiTags('API tokens')
@Controller('api-tokens')
@InPerson()
export class ApiTokensController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly tokens: ApiTokenService,
  ) {}

  @AnySignedIn()
  @Get()
  @ApiOperation({ summary: 'My API tokens (接口令牌), ended ones too, the newest first; and what others could do' })
  @ApiOkResponse({ type: ApiTokensDto })
  async list(@CurrentActor() actor: Actor): Promise<{ items: ApiTokenView[]; scopes: z.infer<typeof scope>[] }> {
    const scopes = ACTIONS.filter((action) => may(actor, action)).map((action) => {
      const [en, zh] = RIGHTS_IN_WORDS[action];
      return { scope: action, zh, en };
    });
    return { items: await this.transactor.as(actor, (tx) => this.tokens.list(tx, actor)), scopes };
  }

  @AnySignedIn()
  @Post()
  @ApiOperation({ summary: 'Make an API token for a purpose' })
  @ApiCreatedResponse({ type: MadeApiTokenDto })
  make(@Req() request: ActingRequest, @Body() body: NewApiTokenDto): Promise<ApiTokenView & { token: string }> {
    return this.commands.runRepeatable(request, (tx, actor, at) => this.tokens.make(tx, actor, at, body));
  }

  @AnySignedIn()
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'End one of my API tokens' })
  @ApiNoContentResponse()
  async end(@Req() request: ActingRequest, @Param() { id }: ApiTokenParams): Promise<void> {
    await this.commands.runRepeatable(request, (tx, actor, at) => this.tokens.end(tx, actor, at, id));
  }
}
