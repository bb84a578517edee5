import { Transactor } from '@duban/database';
import { signInPolicySchema, SignInPolicyService, type SignInPolicyVersion } from '@duban/directory';
import type { Actor } from '@duban/history';
import { Body, Controller, Get, HttpCode, Put, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';

class SignInPolicyDto extends createZodDto(
  z.object({ version: z.int().meta({ description: '0 for the preset.' }), policy: signInPolicySchema }),
) {}
class NewSignInPolicyDto extends createZodDto(
  z.strictObject({ expectedVersion: z.int().min(0), policy: signInPolicySchema }),
) {}

@ApiTags('sessions')
@Controller('sign-in-policy')
export class SignInPolicyController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly policies: SignInPolicyService,
  ) {}

  @Needs('account.read')
  @Get()
  @ApiOperation({ summary: 'By which rules people sign in (登录策略)' })
  @ApiOkResponse({ type: SignInPolicyDto })
  get(@CurrentActor() actor: Actor): Promise<SignInPolicyVersion> {
    return this.transactor.as(actor, (tx) => this.policies.read(tx, actor));
  }

  @Needs('sign_in.policy')
  @Put()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Change the rules',
    description: 'They hold from the next sign-in, and for the next password, on.',
  })
  @ApiOkResponse({ type: SignInPolicyDto })
  put(@Req() request: ActingRequest, @Body() body: NewSignInPolicyDto): Promise<SignInPolicyVersion> {
    return this.commands.run(request, body, (tx, actor, at) =>
      this.policies.change(tx, actor, at, body.policy, body.expectedVersion),
    );
  }
}
