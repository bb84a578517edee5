import { ProviderSignInService } from '@duban/directory';
import { type Config, CONFIG } from '@duban/platform';
import { Body, Controller, HttpCode, Inject, Param, Put, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Needs } from '../requests';
import { storable } from '../schemas';

class IdentityParams extends createZodDto(z.strictObject({ username: z.string().min(1).max(200) })) {}
class IdentityDto extends createZodDto(
  z.strictObject({
    subject: storable
      .min(1)
      .max(255)
      .nullable()
      .meta({ description: 'The provider’s id of the person; null for none.' }),
  }),
) {}

/** Without an identity provider in the settings this route does not exist. */
@ApiTags('persons')
@Controller('persons')
export class PersonIdentitiesController {
  constructor(
    private readonly commands: CommandRunner,
    private readonly signIns: ProviderSignInService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'OIDC_ISSUER'>,
  ) {}

  @Needs('sign_in.administer')
  @Put(':username/identity')
  @HttpCode(204)
  @ApiOperation({ summary: 'Say by which subject of the identity provider somebody signs in' })
  @ApiNoContentResponse()
  async link(
    @Req() request: ActingRequest,
    @Param() { username }: IdentityParams,
    @Body() { subject }: IdentityDto,
  ): Promise<void> {
    await this.commands.runRepeatable(request, (tx, actor, at) =>
      this.signIns.link(tx, actor, at, username, this.config.OIDC_ISSUER!, subject),
    );
  }
}
