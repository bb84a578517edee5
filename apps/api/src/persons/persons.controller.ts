import { Transactor } from '@duban/database';
import {
  ACCOUNT_VENDORS,
  AccountService,
  type AccountView,
  type ErasedPerson,
  ErasureService,
  type PersonState,
  SecondFactorService,
  SignInAdministrationService,
  SignInService,
} from '@duban/directory';
import type { Actor } from '@duban/history';
import { cursorKey, type Page, pageOf as pageFrom } from '@duban/reporting';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { comingFrom } from '../sessions/session-cookie';
import { cursor, limit, pageOf, shortText, storable, text, textOrNull, uuid } from '../schemas';

const mobile = z
  .string()
  .trim()
  .regex(/^1[3-9]\d{9}$/, 'A mobile number of mainland China: eleven digits.')
  .nullable();
const account = z
  .string()
  .trim()
  .regex(/^[\w.@-]{1,64}$/, 'As the vendor names the person: letters, digits and . _ @ -, 64 at most.');
const accountsShown = z.partialRecord(z.enum(ACCOUNT_VENDORS), z.string());

class PersonParams extends createZodDto(z.strictObject({ username: z.string().min(1).max(200) })) {}
class PersonEditDto extends createZodDto(
  z.strictObject({
    displayName: shortText.optional().meta({ description: 'An admin’s to give; documents name leaders by it.' }),
    email: z.email('An address such as name@example.org.').max(254).nullable().optional().meta({
      description: 'Where mail goes, beside the inbox; null for none.',
    }),
    mobile: mobile.optional().meta({ description: 'Where short messages (短信) go; null for none.' }),
    accounts: z
      .strictObject({
        wecom: account.nullable().optional(),
        dingtalk: account.nullable().optional(),
        feishu: account.nullable().optional(),
      })
      .optional()
      .meta({
        description:
          'An admin’s to give: the person’s userid in WeCom (企业微信) or DingTalk (钉钉), open_id in Feishu (飞书). ' +
          'What is left out stays, null takes one away.',
      }),
    password: z.string().max(200).optional().meta({
      description: 'Ends the person’s sessions. By the policy they choose another when they next sign in.',
    }),
    currentPassword: z.string().min(1).max(200).optional().meta({
      description: 'One’s own, present one: whoever changes their own address, number or password gives it.',
    }),
    isActive: z.boolean().optional().meta({
      description: 'False closes the account and ends its sessions and API tokens.',
    }),
  }),
) {}
class NewPersonDto extends createZodDto(
  z.strictObject({
    username: z
      .string()
      .trim()
      .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@-]{0,99}$/u, 'Letters, digits, and . _ @ - within; 100 characters at most.'),
    displayName: shortText,
    email: z.email('An address such as name@example.org.').max(254).nullable().default(null),
  }),
) {}
class PersonsQuery extends createZodDto(z.strictObject({ limit, cursor })) {}
class PersonsDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      username: z.string(),
      displayName: z.string(),
      email: textOrNull,
      mobile: textOrNull,
      accounts: accountsShown,
      isActive: z.boolean(),
      erasedAt: textOrNull.meta({ description: 'When the person was erased by law (依法删除), if they were.' }),
      hasPassword: z.boolean(),
      hasSecondFactor: z.boolean(),
      lockedUntil: textOrNull.meta({ description: 'Null while the account is not locked.' }),
      sessions: z.int().meta({ description: 'That can still be used.' }),
      posts: z.array(
        z.object({
          postId: uuid,
          kind: z.string(),
          title: textOrNull,
          unitCode: textOrNull,
          fromOn: z.string(),
          toOn: textOrNull,
        }),
      ),
    }),
  ),
) {}
class ErasureDto extends createZodDto(
  z.strictObject({
    reason: text.meta({
      description: 'The law and the request, without the name: it stands in history for ever.',
    }),
  }),
) {}
class ErasedPersonDto extends createZodDto(z.object({ id: uuid, username: z.string(), erasedAt: z.string() })) {}
class EndedAllDto extends createZodDto(z.object({ sessions: z.int(), apiTokens: z.int() })) {}
class PersonDto extends createZodDto(
  z.object({
    id: uuid,
    username: z.string(),
    displayName: z.string(),
    email: textOrNull,
    mobile: textOrNull,
    accounts: accountsShown,
    isActive: z.boolean(),
    hasPassword: z.boolean(),
    posts: z.array(
      z.object({
        postId: uuid,
        kind: z.string(),
        title: textOrNull,
        unitId: uuid.nullable(),
        fromOn: z.string(),
        toOn: textOrNull,
      }),
    ),
  }),
) {}

@ApiTags('persons')
@Controller('persons')
export class PersonsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly accounts: AccountService,
    private readonly administration: SignInAdministrationService,
    private readonly secondFactors: SecondFactorService,
    private readonly signIns: SignInService,
    private readonly erasures: ErasureService,
  ) {}

  @Needs('account.read')
  @Get()
  @ApiOperation({ summary: 'Accounts (账号), by username: for the three administrators (三员)' })
  @ApiOkResponse({ type: PersonsDto })
  async list(
    @CurrentActor() actor: Actor,
    @Query() { limit: size, cursor: after }: PersonsQuery,
  ): Promise<Page<AccountView>> {
    const key = cursorKey(after, [isUsername]);
    const seen = key ? String(key[0]) : null;
    const accounts = await this.transactor.as(actor, (tx) =>
      this.administration.list(tx, actor, { after: seen, limit: size + 1 }),
    );
    return pageFrom(accounts, size, ({ username }) => [username]);
  }

  @Needs('account.create')
  @Post()
  @ApiOperation({
    summary: 'Make an account',
    description: 'Without a password and without a post: that is given by POST /post-changes.',
  })
  @ApiCreatedResponse({ type: PersonDto })
  create(@Req() request: ActingRequest, @Body() body: NewPersonDto): Promise<PersonState> {
    return this.commands.runRepeatable(request, (tx, actor, at) => this.accounts.create(tx, actor, at, body));
  }

  @Needs('account.edit', 'account.edit_own')
  @Patch(':username')
  @ApiOperation({
    summary: 'Change an account: addresses, password, name, whether it is open',
    description:
      'An admin anybody’s but those of the other administrators (三员分立); everybody their own addresses and password.',
  })
  @ApiOkResponse({ type: PersonDto })
  async edit(
    @Req() request: ActingRequest,
    @Param() { username }: PersonParams,
    @CurrentActor() who: Actor,
    @Body() { currentPassword, ...edit }: PersonEditDto,
  ): Promise<PersonState> {
    const { session } = request;
    const isProved = currentPassword !== undefined && session !== undefined;
    if (isProved) await this.signIns.verify(who, currentPassword, comingFrom(request, session.kind));
    return this.commands.runRepeatable(request, (tx, actor, at) =>
      this.accounts.edit(tx, actor, at, username, edit, isProved),
    );
  }

  @Needs('person.erase')
  @Post(':username/erasure')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Erase a person by law (依法删除), for good',
    description:
      'By the security administrator, once the system administrator has closed the account and its posts were handed over. What the person did stays, and history verifies as before; their name, addresses and links are gone, here, in events and in bundles.',
  })
  @ApiOkResponse({ type: ErasedPersonDto })
  erase(
    @Req() request: ActingRequest,
    @Param() { username }: PersonParams,
    @Body() { reason }: ErasureDto,
  ): Promise<ErasedPerson> {
    return this.commands.runRepeatable(request, (tx, actor, at) =>
      this.erasures.erase(tx, actor, at, username, reason),
    );
  }

  @Needs('sign_in.administer')
  @Post(':username/unlock')
  @HttpCode(204)
  @ApiOperation({ summary: 'Unlock an account that failed sign-ins have locked' })
  @ApiNoContentResponse()
  async unlock(@Req() request: ActingRequest, @Param() { username }: PersonParams): Promise<void> {
    await this.commands.runRepeatable(request, (tx, actor, at) => this.administration.unlock(tx, actor, at, username));
  }

  @Needs('sign_in.administer')
  @Delete(':username/sessions')
  @HttpCode(200)
  @ApiOperation({ summary: 'End all sessions and API tokens of somebody' })
  @ApiOkResponse({ type: EndedAllDto })
  endAll(
    @Req() request: ActingRequest,
    @Param() { username }: PersonParams,
  ): Promise<{ sessions: number; apiTokens: number }> {
    return this.commands.runRepeatable(request, (tx, actor, at) => this.administration.endAll(tx, actor, at, username));
  }

  @Needs('sign_in.administer')
  @Delete(':username/second-factor')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take away somebody’s second factor; sessions end' })
  @ApiNoContentResponse()
  async resetSecondFactor(@Req() request: ActingRequest, @Param() { username }: PersonParams): Promise<void> {
    await this.commands.runRepeatable(request, (tx, actor) => this.secondFactors.reset(tx, actor, username));
  }
}

const isUsername = (part: unknown): boolean => typeof part === 'string' && storable.safeParse(part).success;
