import { Transactor } from '@duban/database';
import type { FoundPerson } from '@duban/directory';
import { POST_KINDS } from '@duban/domain';
import type { Actor } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { type Matter, type NamedPerson, RestrictionService } from '@duban/tasks';
import { Body, Controller, Get, Inject, Param, Put, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs, OfPrimary } from '../requests';
import { shortText, textOrNull, uuid } from '../schemas';

class MatterParams extends createZodDto(z.strictObject({ id: uuid })) {}
class NamingDto extends createZodDto(
  z.strictObject({
    usernames: z.array(z.string().min(1).max(200)).max(500, 'At most 500 people.').meta({
      description: 'All who may know of it; an empty list lifts the restriction.',
    }),
  }),
) {}
class NamedPeopleDto extends createZodDto(
  z.object({ items: z.array(z.object({ personId: uuid, username: z.string(), displayName: z.string() })) }),
) {}

class WordsQuery extends createZodDto(
  z.strictObject({
    q: shortText.max(100, 'At most 100 characters.').meta({
      description: 'Words of a name, a username, a post’s title or a unit.',
    }),
  }),
) {}
class FoundPeopleDto extends createZodDto(
  z.object({
    items: z
      .array(
        z.object({
          personId: uuid,
          username: z.string(),
          displayName: z.string(),
          posts: z.array(z.object({ kind: z.enum(POST_KINDS), title: textOrNull, unitName: textOrNull })),
        }),
      )
      .max(20),
  }),
) {}

const DESCRIPTION =
  'Nobody else sees it, its parts, reports, notices, history and messages, whatever their post. Somebody of the office and ' +
  'of each unit that carries it out is among them.';

/** Matters that only named people may know of (限知事项). */
@ApiTags('restrictions')
@Controller()
export class RestrictionsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly restrictions: RestrictionService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('matter.restrict')
  @Get('restrictions/people')
  @ApiOperation({
    summary: 'Who could be named: people with an open account who hold a post today, by words; twenty at most',
  })
  @ApiOkResponse({ type: FoundPeopleDto })
  people(@CurrentActor() actor: Actor, @Query() { q }: WordsQuery): Promise<{ items: FoundPerson[] }> {
    const at = this.clock.now();
    return this.transactor.as(actor, async (tx) => ({ items: await this.restrictions.find(tx, actor, at, q) }));
  }

  @Needs('matter.restrict')
  @OfPrimary()
  @Get('plans/:id/restrictions')
  @ApiOperation({ summary: 'Who alone may know of a plan (限知人员); nobody where all may' })
  @ApiOkResponse({ type: NamedPeopleDto })
  ofPlan(@CurrentActor() actor: Actor, @Param() { id }: MatterParams): Promise<{ items: NamedPerson[] }> {
    return this.get(actor, { kind: 'plan', id });
  }

  @Needs('matter.restrict')
  @Put('plans/:id/restrictions')
  @ApiOperation({ summary: 'Restrict a plan to named people (限知)', description: DESCRIPTION })
  @ApiOkResponse({ type: NamedPeopleDto })
  restrictPlan(
    @Req() request: ActingRequest,
    @Param() { id }: MatterParams,
    @Body() body: NamingDto,
  ): Promise<{ items: NamedPerson[] }> {
    return this.set(request, { kind: 'plan', id }, body);
  }

  @Needs('matter.restrict')
  @OfPrimary()
  @Get('tasks/:id/restrictions')
  @ApiOperation({ summary: 'Who alone may know of a task (限知人员); nobody where all may' })
  @ApiOkResponse({ type: NamedPeopleDto })
  ofTask(@CurrentActor() actor: Actor, @Param() { id }: MatterParams): Promise<{ items: NamedPerson[] }> {
    return this.get(actor, { kind: 'task', id });
  }

  @Needs('matter.restrict')
  @Put('tasks/:id/restrictions')
  @ApiOperation({ summary: 'Restrict a task, with its parts, to named people (限知)', description: DESCRIPTION })
  @ApiOkResponse({ type: NamedPeopleDto })
  restrictTask(
    @Req() request: ActingRequest,
    @Param() { id }: MatterParams,
    @Body() body: NamingDto,
  ): Promise<{ items: NamedPerson[] }> {
    return this.set(request, { kind: 'task', id }, body);
  }

  private get(actor: Actor, matter: Matter): Promise<{ items: NamedPerson[] }> {
    return this.transactor.as(actor, async (tx) => ({ items: await this.restrictions.get(tx, actor, matter) }));
  }

  private set(request: ActingRequest, matter: Matter, body: NamingDto): Promise<{ items: NamedPerson[] }> {
    return this.commands.run(request, body, async (tx, actor, at) => ({
      items: await this.restrictions.set(tx, actor, at, matter, body.usernames),
    }));
  }
}
