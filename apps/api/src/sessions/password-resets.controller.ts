import { Transactor } from '@duban/database';
import { PasswordResetService } from '@duban/directory';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { JobProducer } from '@duban/queue';
import { Body, Controller, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Public } from '../requests';

class WantedDto extends createZodDto(z.strictObject({ username: z.string().min(1).max(200) })) {}
class AcceptedDto extends createZodDto(z.object({ status: z.literal('accepted') })) {}
class RedeemDto extends createZodDto(
  z.strictObject({
    code: z.string().min(1).max(200).meta({ description: 'From the mail: good once, for half an hour.' }),
    password: z.string().min(1).max(200),
  }),
) {}

@ApiTags('sessions')
@Controller('password-resets')
export class PasswordResetsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly resets: PasswordResetService,
    private readonly jobs: JobProducer,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Public()
  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Ask for a mail with a code (找回密码)',
    description: 'The answer is the same whether there is such an account, and whether it has a mail address.',
  })
  @ApiAcceptedResponse({ type: AcceptedDto })
  async want(@Body() { username }: WantedDto, @Req() request: FastifyRequest): Promise<AcceptedDto> {
    const id = await this.transactor.run((tx) => this.resets.want(tx, username, request.ip, request.id));
    // A hint, which nobody waits for: the time that it takes would tell.
    if (id !== null) void this.jobs.add('notifications', 'reset.send', { resetId: id });
    return { status: 'accepted' };
  }

  @Public()
  @Post('redeem')
  @HttpCode(204)
  @ApiOperation({ summary: 'Set a password by the code of a mail', description: 'Ends the person’s sessions.' })
  @ApiNoContentResponse()
  async redeem(@Body() { code, password }: RedeemDto, @Req() request: FastifyRequest): Promise<void> {
    await this.transactor.run((tx) => this.resets.redeem(tx, this.clock.now(), code, password, request.id));
  }
}
