import { Transactor } from '@duban/database';
import {
  ACTIONS,
  AccountService,
  may,
  readPersonStates,
  SecondFactorService,
  type Session,
  SessionService,
  type SessionView,
  type SignedIn,
  SignInService,
} from '@duban/directory';
import type { Actor } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK, type Config, CONFIG } from '@duban/platform';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { TIME_ZONE } from '../as-of';
import {
  type ActingRequest,
  AnySignedIn,
  CurrentActor,
  CurrentSession,
  InPerson,
  POST_HEADER,
  Public,
  WhileIncomplete,
} from '../requests';
import { instant, textOrNull, uuid } from '../schemas';
import { bearerToken } from '../sign-in.guard';
import { assertOwnOrigin, clearSessionCookie, comingFrom, sessionCookie, setSessionCookie } from './session-cookie';

const password = z.string().min(1).max(200);
const code = z.string().min(1).max(40).meta({ description: 'Six digits of the authenticator, or a recovery code.' });
const whatIsLeft = z
  .enum(['second_factor', 'password', 'enrolment'])
  .nullable()
  .meta({
    description:
      'What is left to do before anything else: the code of the second factor (POST /sessions/current/second-factor), ' +
      'a password of one’s own (PUT /sessions/current/password), a second factor (POST /second-factor).',
  });

class SignInDto extends createZodDto(
  z.strictObject({
    username: z.string().min(1).max(200),
    password,
    cookie: z.boolean().optional().meta({
      description: 'Sets the session as a cookie that no script reads, for a page; the answer has no token then.',
    }),
  }),
) {}
export const signedIn = z.object({
  token: textOrNull.meta({ description: 'Send it as `Authorization: Bearer …`; null where it went into a cookie.' }),
  expiresAt: instant,
  person: z.object({ id: uuid, username: z.string(), displayName: z.string() }),
  needs: whatIsLeft,
});
class SignedInDto extends createZodDto(signedIn) {}
const onBehalfOf = z
  .object({
    delegationId: uuid,
    personId: uuid,
    name: z.string(),
    matter: z
      .object({ planIds: z.array(uuid), taskIds: z.array(uuid) })
      .nullable()
      .meta({ description: 'In which plans and tasks; null for all that the post has to do.' }),
  })
  .nullable();
const actorView = z.object({
  personId: uuid.nullable(),
  username: z.string(),
  name: z.string(),
  contact: z
    .object({ email: textOrNull, mobile: textOrNull })
    .nullable()
    .meta({
      description:
        'Where mail and short messages (短信) go; PATCH /persons/{username} changes it. Null for an API token, and until ' +
        'nothing is left to do of signing in.',
    }),
  post: z.string(),
  postId: uuid.nullable(),
  unitId: uuid.nullable(),
  onBehalfOf: onBehalfOf.meta({ description: 'For whom, where they stand in for the holder of the post (代行).' }),
  apiToken: z.object({ id: uuid, name: z.string(), scopes: z.array(z.string()) }).nullable(),
  needs: whatIsLeft,
  rights: z.array(z.string()).meta({
    description: 'What the post may do (权限), by the names that the descriptions of the routes give.',
  }),
  now: instant.meta({ description: 'By duban’s clock, which a demonstration may have elsewhere than the machine’s.' }),
  timeZone: z.string().meta({ description: 'Of the jurisdiction: its days begin and end by it.' }),
  posts: z
    .array(
      z.object({
        postId: uuid.meta({ description: `What the header \`${POST_HEADER}\` takes.` }),
        kind: z.string(),
        title: textOrNull,
        unitId: uuid.nullable(),
        unitCode: textOrNull,
        unitName: textOrNull,
        onBehalfOf,
      }),
    )
    .meta({ description: 'The posts in which they may act today, their own first.' }),
});
class ActorDto extends createZodDto(actorView) {}
class SessionsDto extends createZodDto(
  z.object({
    items: z.array(
      z.object({
        id: uuid,
        kind: z.enum(['bearer', 'cookie']),
        means: z.enum(['password', 'provider']),
        device: textOrNull.meta({ description: 'What the client calls itself.' }),
        address: textOrNull,
        createdAt: z.string(),
        lastUsedAt: z.string(),
        expiresAt: z.string(),
        isCurrent: z.boolean(),
      }),
    ),
  }),
) {}
class EndedDto extends createZodDto(z.object({ ended: z.int() })) {}
class SessionParams extends createZodDto(z.strictObject({ id: uuid })) {}
class CodeDto extends createZodDto(z.strictObject({ code })) {}
class OwnPasswordDto extends createZodDto(z.strictObject({ currentPassword: password, password })) {}

type Answer = z.infer<typeof signedIn>;

function standingIn(delegation: Actor['delegation'] | null): z.infer<typeof onBehalfOf> {
  if (!delegation) return null;
  const { id, personId, name, matter } = delegation;
  return {
    delegationId: id,
    personId,
    name,
    matter: matter && { planIds: [...matter.planIds], taskIds: [...matter.taskIds] },
  };
}

@ApiTags('sessions')
@Controller('sessions')
export class SessionsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly sessions: SessionService,
    private readonly signIns: SignInService,
    private readonly secondFactors: SecondFactorService,
    private readonly accounts: AccountService,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_URL'>,
  ) {}

  @Public()
  @Post()
  @ApiOperation({
    summary: 'Sign in (登录)',
    description: 'Gives a bearer token or a cookie, for twelve hours, two hours unused at most, or as the policy says.',
  })
  @ApiCreatedResponse({ type: SignedInDto })
  async signIn(
    @Body() { username, password: secret, cookie = false }: SignInDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer> {
    // Another site would sign its visitor in as somebody that it knows.
    if (cookie) assertOwnOrigin(request, this.config);
    const origin = comingFrom(request, cookie ? 'cookie' : 'bearer');
    return this.give(request, reply, await this.signIns.signIn(username, secret, request.id, origin), cookie);
  }

  @AnySignedIn()
  @Get()
  @InPerson()
  @ApiOperation({ summary: 'My sessions (会话) that can still be used, the last used first' })
  @ApiOkResponse({ type: SessionsDto })
  async list(
    @CurrentActor() actor: Actor,
    @CurrentSession() { id }: Session,
  ): Promise<{ items: (SessionView & { isCurrent: boolean })[] }> {
    const sessions = await this.transactor.run((tx) => this.sessions.list(tx, actor.personId!));
    return { items: sessions.map((session) => ({ ...session, isCurrent: session.id === id })) };
  }

  @AnySignedIn()
  @Delete()
  @InPerson()
  @HttpCode(200)
  @ApiOperation({ summary: 'End all my sessions but this one' })
  @ApiOkResponse({ type: EndedDto })
  async endOthers(@CurrentActor() actor: Actor, @CurrentSession() { id }: Session): Promise<{ ended: number }> {
    return { ended: await this.transactor.run((tx) => this.sessions.endAll(tx, actor.personId!, id)) };
  }

  @AnySignedIn()
  @Get('current')
  @WhileIncomplete('second_factor', 'password', 'enrolment')
  @ApiOperation({
    summary: 'Who is signed in, in which post, and in which others they may act',
    description: `The header \`${POST_HEADER}\` of any request chooses one of \`posts\`.`,
  })
  @ApiOkResponse({ type: ActorDto })
  async current(@CurrentActor() actor: Actor, @Req() request: ActingRequest): Promise<z.infer<typeof actorView>> {
    const { personId, name, post, postId, unitId, token, delegation } = actor;
    const apiToken = token ? { ...token, scopes: [...token.scopes] } : null;
    const [all, [person]] = await this.transactor.run(async (tx) => [
      await this.sessions.postsOf(tx, personId!),
      await readPersonStates(tx, [personId!]),
    ]);
    const needs = request.session?.needs ?? null;
    const { username, email, mobile } = person!;
    // An API token acts in one post, and stands in for nobody.
    const own = token ? all.filter((one) => one.postId === postId && one.delegation === null) : all;
    return {
      personId,
      username,
      name,
      contact: token || needs !== null ? null : { email, mobile },
      post,
      postId,
      unitId,
      onBehalfOf: standingIn(delegation ?? null),
      apiToken,
      needs,
      rights: ACTIONS.filter((action) => may(actor, action)),
      now: this.clock.now().toISOString(),
      timeZone: TIME_ZONE,
      posts: own.map(({ delegation: standing, ...one }) => ({ ...one, onBehalfOf: standingIn(standing) })),
    };
  }

  @AnySignedIn()
  @Delete('current')
  @InPerson()
  @WhileIncomplete('second_factor', 'password', 'enrolment')
  @HttpCode(204)
  @ApiOperation({ summary: 'Sign out (退出)' })
  @ApiNoContentResponse()
  async end(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    const cookie = sessionCookie(request, this.config);
    const token = bearerToken(request.headers.authorization) ?? cookie;
    if (token) await this.transactor.run((tx) => this.sessions.end(tx, token));
    if (cookie !== undefined) clearSessionCookie(request, reply, this.config);
  }

  @AnySignedIn()
  @Post('current/second-factor')
  @InPerson()
  @WhileIncomplete('second_factor')
  @ApiOperation({
    summary: 'The second step of signing in: the code',
    description: 'Gives the session another token. A code works once.',
  })
  @ApiCreatedResponse({ type: SignedInDto })
  async pass(
    @CurrentActor() actor: Actor,
    @CurrentSession() session: Session,
    @Body() { code: given }: CodeDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer> {
    const passed = await this.secondFactors.pass(actor, session, given);
    return this.give(request, reply, passed, session.kind === 'cookie');
  }

  @AnySignedIn()
  @Put('current/password')
  @InPerson()
  @WhileIncomplete('password')
  @HttpCode(200)
  @ApiOperation({ summary: 'Choose a password of my own', description: 'Ends my sessions; the answer is another one.' })
  @ApiOkResponse({ type: SignedInDto })
  async choosePassword(
    @CurrentActor() actor: Actor,
    @CurrentSession() session: Session,
    @Body() body: OwnPasswordDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer> {
    const isCookie = session.kind === 'cookie';
    await this.signIns.verify(actor, body.currentPassword, comingFrom(request, session.kind));
    const next = await this.transactor.run(async (tx) => {
      const how = { isOwn: true, keptSessionId: session.id };
      await this.accounts.takePassword(tx, actor, this.clock.now(), actor.personId!, body.password, how);
      return this.sessions.renew(tx, session.id, null);
    });
    return this.give(request, reply, next, isCookie);
  }

  @AnySignedIn()
  @Delete(':id')
  @InPerson()
  @HttpCode(204)
  @ApiOperation({ summary: 'End one of my sessions' })
  @ApiNoContentResponse()
  async endOne(@CurrentActor() actor: Actor, @Param() { id }: SessionParams): Promise<void> {
    await this.transactor.run((tx) => this.sessions.endOne(tx, actor.personId!, id));
  }

  private give(request: FastifyRequest, reply: FastifyReply, given: SignedIn, isCookie: boolean): Answer {
    if (isCookie) setSessionCookie(request, reply, this.config, given);
    return { ...given, token: isCookie ? null : given.token, expiresAt: given.expiresAt.toISOString() };
  }
}
