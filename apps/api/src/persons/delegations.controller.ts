import { Transactor } from '@duban/database';
import { DelegationService, type DelegationView } from '@duban/directory';
import { DELEGATION_RULES } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { cursorKey, isUuid, type Page, pageOf as pageFrom } from '@duban/reporting';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, AnySignedIn, CurrentActor, InPerson } from '../requests';
import { cursor, day, limit, pageOf, shortText, textOrNull, uuid } from '../schemas';

const ids = z.array(uuid).min(1).max(200).optional();
const delegation = z
  .object({
    id: uuid,
    postId: uuid,
    postKind: z.string(),
    postTitle: textOrNull,
    unitCode: textOrNull,
    personId: uuid.meta({ description: 'The holder of the post, for whom the other acts.' }),
    username: z.string(),
    displayName: z.string(),
    delegateId: uuid,
    delegateUsername: z.string(),
    delegateName: z.string(),
    fromOn: z.string(),
    untilOn: z.string().meta({ description: 'The last day.' }),
    planIds: z.array(uuid).meta({ description: 'With `taskIds` the matters; both empty: all of the post’s.' }),
    taskIds: z.array(uuid),
    reason: z.string(),
    state: z.enum(['standing', 'ended']),
    version: z.int(),
    isInForce: z.boolean().meta({ description: 'Whether the other may act by it today.' }),
    madeBy: uuid,
    madeAt: z.string(),
    endedBy: uuid.nullable(),
    endedAt: textOrNull,
    endReason: textOrNull,
  })
  .meta({ description: 'Somebody stands in for the holder of a post during leave (代行).' });
class DelegationsQuery extends createZodDto(z.strictObject({ limit, cursor })) {}
class DelegationsDto extends createZodDto(pageOf(delegation)) {}
class DelegationDto extends createZodDto(delegation) {}
class DelegationParams extends createZodDto(z.strictObject({ id: uuid })) {}
class NewDelegationDto extends createZodDto(
  z.strictObject({
    postId: uuid,
    to: z.string().min(1).max(200).meta({ description: 'Username of who stands in.' }),
    holder: z.string().min(1).max(200).optional().meta({
      description: 'Username of the holder, where somebody else has them stood in for and several hold the post.',
    }),
    from: day,
    until: day.meta({ description: `The last day; at most ${DELEGATION_RULES.mostDays} days with the first.` }),
    planIds: ids.meta({ description: 'Whole plans.' }),
    taskIds: ids.meta({ description: 'Single tasks with their parts. Without either: all that the post has to do.' }),
    reason: shortText,
  }),
) {}
class EndDto extends createZodDto(z.strictObject({ reason: shortText.optional() })) {}

@ApiTags('persons')
@InPerson()
@Controller('delegations')
export class DelegationsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly delegations: DelegationService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @AnySignedIn()
  @Get()
  @ApiOperation({
    summary: 'Who stands in for whom (代行), the newest first',
    description: 'One’s own; a head sees those of the unit, the office and the administrators all.',
  })
  @ApiOkResponse({ type: DelegationsDto })
  async list(
    @CurrentActor() actor: Actor,
    @Query() { limit: size, cursor: seen }: DelegationsQuery,
  ): Promise<Page<DelegationView>> {
    const key = cursorKey(seen, [isUuid]);
    const after = key ? String(key[0]) : null;
    const rows = await this.transactor.as(actor, (tx) =>
      this.delegations.list(tx, actor, this.clock.now(), { after, limit: size + 1 }),
    );
    return pageFrom(rows, size, ({ id }) => [id]);
  }

  @AnySignedIn()
  @Post()
  @ApiOperation({
    summary: 'Have somebody stand in for the holder of a post during leave',
    description:
      'By the holder, or for them by the unit’s head, the office or the security administrator. Whoever stands in ' +
      'chooses the post by the header `duban-post`, and is told what the post is told.',
  })
  @ApiCreatedResponse({ type: DelegationDto })
  make(@Req() request: ActingRequest, @Body() body: NewDelegationDto): Promise<DelegationView> {
    return this.commands.run(request, body, (tx, actor, at) => this.delegations.make(tx, actor, at, body));
  }

  @AnySignedIn()
  @Post(':id/end')
  @HttpCode(200)
  @ApiOperation({ summary: 'End it before its last day' })
  @ApiOkResponse({ type: DelegationDto })
  end(@Req() request: ActingRequest, @Param() { id }: DelegationParams, @Body() body: EndDto): Promise<DelegationView> {
    return this.commands.run(request, body, (tx, actor, at) =>
      this.delegations.end(tx, actor, at, id, body.reason ?? null),
    );
  }
}
