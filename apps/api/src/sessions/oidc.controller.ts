import { randomBytes } from 'node:crypto';
import { Transactor } from '@duban/database';
import { IdentityProvider, ProviderSignInService, type Session, SessionService } from '@duban/directory';
import { invalid } from '@duban/kernel';
import { type Config, CONFIG } from '@duban/platform';
import { Controller, Get, Header, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { AnySignedIn, CurrentSession, InPerson, Public, WhileIncomplete } from '../requests';
import { textOrNull } from '../schemas';
import { bearerToken } from '../sign-in.guard';
import {
  browserCookie,
  clearSessionCookie,
  comingFrom,
  sessionCookie,
  setBrowserCookie,
  setSessionCookie,
} from './session-cookie';

/** A path of ours: neither another host nor another scheme. */
const ownPath = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[\x21-\x7e]*$/, 'A path that begins with one slash.');
class BeginQuery extends createZodDto(
  z.strictObject({ returnTo: ownPath.default('/').meta({ description: 'Where the browser goes in the end.' }) }),
) {}
class LoggedOutDto extends createZodDto(
  z.object({ location: textOrNull.meta({ description: 'Where the browser goes to end the provider’s session.' }) }),
) {}
class TakenDto extends createZodDto(z.object({ status: z.literal('ok') })) {}

/** Sign-in by the identity provider. Without one in the settings these routes do not exist. */
@ApiTags('sessions')
@Controller('sessions/oidc')
export class OidcController {
  constructor(
    private readonly transactor: Transactor,
    private readonly signIns: ProviderSignInService,
    private readonly provider: IdentityProvider,
    private readonly sessions: SessionService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_URL'>,
  ) {}

  @Public()
  @Get()
  @ApiOperation({
    summary: 'Sign in by the identity provider (统一身份认证)',
    description: 'For browsers: leads there.',
  })
  @ApiResponse({ status: 302, description: 'To the provider.' })
  async begin(@Query() { returnTo }: BeginQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const browser = randomBytes(32).toString('base64url');
    const url = await this.signIns.begin(browser, returnTo);
    setBrowserCookie(request, reply, this.config, browser);
    await reply.redirect(url.href, 302);
  }

  @Public()
  @Get('callback')
  @ApiOperation({ summary: 'The way back from the provider', description: 'Sets the session’s cookie.' })
  @ApiQuery({ name: 'code', required: false, schema: { type: 'string' } })
  @ApiQuery({ name: 'state', required: false, schema: { type: 'string' } })
  @ApiResponse({ status: 302, description: 'To where the sign-in was begun.' })
  async complete(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const query = request.url.split('?')[1] ?? '';
    const browser = browserCookie(request, this.config) ?? '';
    setBrowserCookie(request, reply, this.config, null);
    const origin = comingFrom(request, 'cookie');
    const { signedIn, returnTo } = await this.signIns.complete(query, browser, origin, request.id);
    setSessionCookie(request, reply, this.config, signedIn);
    await reply.redirect(returnTo, 302);
  }

  @AnySignedIn()
  @Post('logout')
  @InPerson()
  @WhileIncomplete('second_factor', 'password', 'enrolment')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign out here, and learn where to sign out at the provider' })
  @ApiOkResponse({ type: LoggedOutDto })
  async logOut(
    @CurrentSession() session: Session,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoggedOutDto> {
    const token = bearerToken(request.headers.authorization) ?? sessionCookie(request, this.config)!;
    await this.transactor.run((tx) => this.sessions.end(tx, token));
    if (session.kind === 'cookie') clearSessionCookie(request, reply, this.config);
    return { location: await this.provider.logoutUrl() };
  }

  @Public()
  @Post('back-channel-logout')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiConsumes('application/x-www-form-urlencoded')
  @ApiBody({
    schema: { type: 'object', required: ['logout_token'], properties: { logout_token: { type: 'string' } } },
  })
  @ApiOperation({ summary: 'The provider itself tells that somebody has signed out there' })
  @ApiOkResponse({ type: TakenDto })
  async takeLogout(@Req() request: FastifyRequest): Promise<TakenDto> {
    const token = (request.body as URLSearchParams | undefined)?.get('logout_token');
    if (!token) throw invalid('OIDC.LOGOUT_TOKEN_WRONG', 'The form has no logout_token.', { field: 'logout_token' });
    await this.signIns.logOut(token, request.id);
    return { status: 'ok' };
  }
}
