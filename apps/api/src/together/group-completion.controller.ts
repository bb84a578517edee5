import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { GroupsReader } from '@duban/reporting';
import { GroupCompletionService, type GroupStanding } from '@duban/tasks';
import { Body, Controller, Get, Param, Put, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { uuid } from '../schemas';

class TaskParams extends createZodDto(z.strictObject({ id: uuid })) {}
const rule = z
  .union([z.enum(['all', 'any']), z.strictObject({ atLeast: z.int().min(1).max(10_000) })])
  .meta({ description: 'With all members, with any one, or with at least so many.' });
class SetDto extends createZodDto(
  z.strictObject({
    groupId: uuid,
    rule,
    expectedVersion: z.int().min(0).optional().meta({
      description: 'The version that you read, 0 where no rule was set; 409 if somebody has set another since.',
    }),
  }),
) {}
const standing = z.object({
  groupId: uuid,
  groupName: z.string(),
  rule,
  members: z.int().meta({ description: 'Members that have a part by the group and are waited for.' }),
  done: z.int().meta({ description: 'Of them, those that have reported or been verified.' }),
  isComplete: z.boolean(),
  version: z.int(),
});
class StandingDto extends createZodDto(standing) {}
class StandingsDto extends createZodDto(z.object({ items: z.array(standing) })) {}

@ApiTags('coordination')
@Controller('tasks/:id/group-completion')
export class GroupCompletionController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly groups: GroupCompletionService,
    private readonly reader: GroupsReader,
  ) {}

  @Needs('read.own', 'read.all')
  @Get()
  @ApiOperation({ summary: 'The groups (集合单位) by which units have parts in a task, and how they stand' })
  @ApiOkResponse({ type: StandingsDto })
  list(@CurrentActor() actor: Actor, @Param() { id }: TaskParams): ReturnType<GroupsReader['ofTask']> {
    return this.transactor.as(actor, (tx) => this.reader.ofTask(tx, actor, id));
  }

  @Needs('assignment.judge')
  @Put()
  @ApiOperation({
    summary: 'Say with which of its members a group has done its part of a task',
    description:
      'Once it has, the lead reports without the rest; when the lead’s part is verified, the parts that are open still are cancelled (`group_completed`).',
  })
  @ApiOkResponse({ type: StandingDto })
  set(@Req() request: ActingRequest, @Param() { id }: TaskParams, @Body() input: SetDto): Promise<GroupStanding> {
    return this.commands.run(request, input, (tx, actor, at) => this.groups.set(tx, actor, at, id, input));
  }
}
