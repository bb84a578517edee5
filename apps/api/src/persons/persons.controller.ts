import { AccountService, type PersonState } from '@duban/directory';
import { Body, Controller, Param, Patch, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import type { ActingRequest } from '../requests';
import { shortText, textOrNull, uuid } from '../schemas';

class PersonParams extends createZodDto(z.strictObject({ username: z.string().min(1).max(200) })) {}
class PersonEditDto extends createZodDto(
  z.strictObject({
    displayName: shortText.optional().meta({ description: 'An admin’s to give; documents name leaders by it.' }),
    email: z.email('An address such as name@example.org.').max(254).nullable().optional().meta({
      description: 'Where mail goes, beside the inbox; null for none.',
    }),
    password: z.string().max(200).optional().meta({ description: 'Ends the person’s sessions.' }),
  }),
) {}
class PersonDto extends createZodDto(
  z.object({
    id: uuid,
    username: z.string(),
    displayName: z.string(),
    email: textOrNull,
    isActive: z.boolean(),
    hasPassword: z.boolean(),
    posts: z.array(
      z.object({
        postId: uuid,
        kind: z.string(),
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
    private readonly commands: CommandRunner,
    private readonly accounts: AccountService,
  ) {}

  @Patch(':username')
  @ApiOperation({
    summary: 'Change an account: mail address, password, name',
    description: 'An admin anybody’s; everybody their own address and password.',
  })
  @ApiOkResponse({ type: PersonDto })
  edit(
    @Req() request: ActingRequest,
    @Param() { username }: PersonParams,
    @Body() edit: PersonEditDto,
  ): Promise<PersonState> {
    return this.commands.runRepeatable(request, (tx, actor, at) => this.accounts.edit(tx, actor, at, username, edit));
  }
}
