import { Transactor } from '@duban/database';
import { type Enrolment, SecondFactorService, type SecondFactorState, type Session } from '@duban/directory';
import type { Actor } from '@duban/history';
import { type Config, CONFIG } from '@duban/platform';
import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { AnySignedIn, CurrentActor, CurrentSession, InPerson, WhileIncomplete } from '../requests';
import { setSessionCookie } from './session-cookie';
import { signedIn } from './sessions.controller';

const code = z.string().min(1).max(40);
const recoveryCodes = z.array(z.string()).meta({ description: 'Shown this once; each works once.' });

class StateDto extends createZodDto(z.object({ isEnrolled: z.boolean(), recoveryCodesLeft: z.int() })) {}
class EnrolDto extends createZodDto(
  z.strictObject({ code: code.optional().meta({ description: 'Of the present second factor, where there is one.' }) }),
) {}
class EnrolmentDto extends createZodDto(
  z.object({
    secret: z.string().meta({ description: 'Base32, to be typed into an authenticator.' }),
    uri: z.string().meta({ description: '`otpauth://…`, to be shown as a QR code.' }),
  }),
) {}
class ConfirmDto extends createZodDto(z.strictObject({ code })) {}
class ConfirmedDto extends createZodDto(z.object({ recoveryCodes, session: signedIn })) {}
class RecoveryCodesDto extends createZodDto(z.object({ recoveryCodes })) {}

@ApiTags('second factor')
@Controller('second-factor')
@InPerson()
export class SecondFactorController {
  constructor(
    private readonly transactor: Transactor,
    private readonly secondFactors: SecondFactorService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_URL'>,
  ) {}

  @AnySignedIn()
  @Get()
  @WhileIncomplete('enrolment')
  @ApiOperation({ summary: 'Whether I have a second factor (第二因素)' })
  @ApiOkResponse({ type: StateDto })
  state(@CurrentActor() actor: Actor): Promise<SecondFactorState> {
    return this.transactor.run((tx) => this.secondFactors.state(tx, actor.personId!));
  }

  @AnySignedIn()
  @Post()
  @WhileIncomplete('enrolment')
  @ApiOperation({ summary: 'Set up an authenticator', description: 'It counts once it is confirmed by a code.' })
  @ApiCreatedResponse({ type: EnrolmentDto })
  enrol(@CurrentActor() actor: Actor, @Body() body: EnrolDto): Promise<Enrolment> {
    return this.secondFactors.enrol(actor, body.code);
  }

  @AnySignedIn()
  @Post('confirm')
  @WhileIncomplete('enrolment')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Confirm the authenticator by a code',
    description: 'Gives recovery codes for the day without it, and the session another token.',
  })
  @ApiOkResponse({ type: ConfirmedDto })
  async confirm(
    @CurrentActor() actor: Actor,
    @CurrentSession() current: Session,
    @Body() body: ConfirmDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<z.infer<typeof ConfirmedDto.schema>> {
    const { recoveryCodes: codes, session } = await this.secondFactors.confirm(actor, current, body.code);
    const isCookie = current.kind === 'cookie';
    if (isCookie) setSessionCookie(request, reply, this.config, session);
    const token = isCookie ? null : session.token;
    return { recoveryCodes: codes, session: { ...session, token, expiresAt: session.expiresAt.toISOString() } };
  }

  @AnySignedIn()
  @Post('recovery-codes')
  @HttpCode(200)
  @ApiOperation({ summary: 'Make new recovery codes; the old ones are void' })
  @ApiOkResponse({ type: RecoveryCodesDto })
  async renew(@CurrentActor() actor: Actor, @Body() body: ConfirmDto): Promise<RecoveryCodesDto> {
    return { recoveryCodes: await this.secondFactors.renewRecoveryCodes(actor, body.code) };
  }
}
