import { Transactor } from '@duban/database';
import { PostChangeService, type PostChangeView } from '@duban/directory';
import { POST_KINDS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { cursorKey, isUuid, type Page, pageOf as pageFrom } from '@duban/reporting';
import { Body, Controller, Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { cursor, day, limit, pageOf, shortText, textOrNull, uuid } from '../schemas';

const kind = z.enum(['grant', 'take']);
const state = z.enum(['proposed', 'confirmed', 'refused', 'withdrawn']);
const postChange = z
  .object({
    id: uuid,
    kind,
    state,
    version: z.int(),
    personId: uuid,
    username: z.string(),
    displayName: z.string(),
    postId: uuid,
    postKind: z.string(),
    postTitle: textOrNull,
    unitCode: textOrNull,
    fromOn: z.string().meta({ description: 'The first day with the post, or without it.' }),
    toOn: textOrNull.meta({ description: 'The first day without the post again; null for no end.' }),
    succeeds: z.boolean(),
    reason: z.string(),
    proposedBy: uuid.nullable(),
    proposedAt: z.string(),
    decidedBy: uuid.nullable(),
    decidedAt: textOrNull,
  })
  .meta({ description: 'A post that somebody is given, or loses (授权).' });
class PostChangesQuery extends createZodDto(z.strictObject({ state: state.optional(), limit, cursor })) {}
class PostChangesDto extends createZodDto(pageOf(postChange)) {}
class PostChangeDto extends createZodDto(postChange) {}
class NewPostChangeDto extends createZodDto(
  z.strictObject({
    kind,
    username: z.string().min(1).max(200),
    post: z.strictObject({
      kind: z.enum(POST_KINDS),
      unitCode: z.string().max(200).nullable().default(null).meta({ description: 'For the posts of a unit.' }),
      title: shortText.nullable().default(null).meta({ description: 'For deputies and handlers.' }),
    }),
    fromOn: day.optional().meta({ description: 'Today where it is left out.' }),
    toOn: day.optional().meta({
      description: 'Of a grant: the first day without the post again (任期); no end where it is left out.',
    }),
    succeeds: z.boolean().optional().meta({
      description: 'Of a grant: the term of whoever holds the post ends on the day on which this one begins (接任).',
    }),
    reason: shortText,
  }),
) {}
class PostDecisionDto extends createZodDto(
  z.strictObject({
    ids: z.array(uuid).min(1).max(500),
    event: z.enum(['confirm', 'refuse', 'withdraw']),
    reason: shortText.optional(),
  }),
) {}
class DecidedDto extends createZodDto(z.object({ items: z.array(postChange) })) {}

@ApiTags('persons')
@Controller('post-changes')
export class PostChangesController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly changes: PostChangeService,
  ) {}

  @Needs('account.read')
  @Get()
  @ApiOperation({ summary: 'Posts that were proposed, given and taken (授权), the newest first' })
  @ApiOkResponse({ type: PostChangesDto })
  async list(
    @CurrentActor() actor: Actor,
    @Query() { limit: size, cursor: seen, state: wanted }: PostChangesQuery,
  ): Promise<Page<PostChangeView>> {
    const key = cursorKey(seen, [isUuid]);
    const after = key ? String(key[0]) : null;
    const changes = await this.transactor.as(actor, (tx) =>
      this.changes.list(tx, actor, { state: wanted, after, limit: size + 1 }),
    );
    return pageFrom(changes, size, ({ id }) => [id]);
  }

  @Needs('post.propose')
  @Post()
  @ApiOperation({
    summary: 'Propose that somebody is given a post, or loses one',
    description: 'What the security administrator proposes is done at once; nobody for themselves (三员分立).',
  })
  @ApiCreatedResponse({ type: PostChangeDto })
  propose(@Req() request: ActingRequest, @Body() body: NewPostChangeDto): Promise<PostChangeView> {
    return this.commands.run(request, body, (tx, actor, at) => this.changes.propose(tx, actor, at, body));
  }

  @Needs('post.decide', 'post.propose')
  @Post('decisions')
  @HttpCode(200)
  @ApiOperation({ summary: 'Confirm, refuse or withdraw proposals, all of them or none' })
  @ApiOkResponse({ type: DecidedDto })
  decide(@Req() request: ActingRequest, @Body() body: PostDecisionDto): Promise<{ items: PostChangeView[] }> {
    const { ids, event, reason = null } = body;
    return this.commands.run(request, body, async (tx, actor, at) => ({
      items: await this.changes.decide(tx, actor, at, ids, event, reason),
    }));
  }
}
