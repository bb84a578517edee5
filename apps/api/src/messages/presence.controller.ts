import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Needs } from '../requests';
import { uuid } from '../schemas';
import { InboxStreams } from './inbox-streams';
import { type Person, Presence } from './presence';

class FormParams extends createZodDto(z.strictObject({ id: uuid })) {}
class FormOpenDto extends createZodDto(
  z.strictObject({
    form: z
      .string()
      .regex(/^[\w.:-]{1,100}$/, 'Letters, digits and . : _ - , at most 100.')
      .meta({ description: 'What is filled in, and of what: the same for everybody who has the same form open.' }),
    isOpen: z.boolean().default(true).meta({ description: '`false` when it is closed.' }),
  }),
) {}
class AlsoOpenDto extends createZodDto(z.object({ others: z.array(z.object({ personId: uuid, name: z.string() })) })) {}

/** Who has the same form open (同时填写): said by whoever opens it, kept nowhere. */
@ApiTags('tasks')
@Controller()
export class PresenceController {
  constructor(
    private readonly commands: CommandRunner,
    private readonly presence: Presence,
    private readonly streams: InboxStreams,
  ) {}

  @Needs('read.own', 'read.all')
  @Post('tasks/:id/open-forms')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Say that one has a form of a task open, and hear who else has (同时填写)',
    description:
      'Said again once a minute by whoever works on it; what is not said again is forgotten after 150 seconds. When ' +
      'somebody opens or closes it, those who have it open get the event `form` from `GET /inbox/events`.',
  })
  @ApiOkResponse({ type: AlsoOpenDto })
  async say(
    @Req() request: ActingRequest,
    @Param() { id: taskId }: FormParams,
    @Body() { form, isOpen }: FormOpenDto,
  ): Promise<{ others: Person[] }> {
    this.streams.listen();
    return this.commands.runRepeatable(request, async (tx, actor) => ({
      others: await this.presence.say(tx, actor, { taskId, form }, isOpen),
    }));
  }
}
