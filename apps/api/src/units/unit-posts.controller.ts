import { Transactor } from '@duban/database';
import { PostService, type PostState, type PostView } from '@duban/directory';
import { POST_KINDS, TITLED_POSTS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { asOfInstant } from '../as-of';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { asOf, day, shortText, textOrNull, uuid } from '../schemas';

const code = z.string().min(1).max(200).meta({ description: 'The unit’s code.' });
class UnitParams extends createZodDto(z.strictObject({ code })) {}
class UnitPostParams extends createZodDto(z.strictObject({ code, id: uuid })) {}
class PostsQuery extends createZodDto(
  z.strictObject({
    on: day.optional().meta({ description: 'The day; that of `asOf`, else today, where it is left out.' }),
    asOf: asOf.meta({
      description: 'By what was known at this instant; a date means the end of that day (Asia/Shanghai).',
    }),
  }),
) {}
const post = z.object({
  id: uuid,
  unitId: uuid,
  kind: z.enum(POST_KINDS),
  title: textOrNull.meta({ description: 'Of deputies and handlers: what tells them apart.' }),
  closedOn: textOrNull.meta({ description: 'From when on there is no such post; null while there is.' }),
});
class NewPostDto extends createZodDto(
  z.strictObject({ kind: z.enum(TITLED_POSTS), title: shortText.meta({ example: '分管城建' }) }),
) {}
class PostDto extends createZodDto(post) {}
class PostsDto extends createZodDto(
  z.object({
    items: z.array(
      post.extend({
        holders: z.array(
          z.object({
            personId: uuid,
            username: z.string(),
            displayName: z.string(),
            fromOn: z.string(),
            toOn: textOrNull.meta({ description: 'The first day without the post; null for no end.' }),
          }),
        ),
      }),
    ),
  }),
) {}

@ApiTags('units')
@Controller('units')
export class UnitPostsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly posts: PostService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('unit.read')
  @Get(':code/posts')
  @ApiOperation({ summary: 'The posts (岗位) of a unit, with who holds them on a day' })
  @ApiOkResponse({ type: PostsDto })
  async list(
    @CurrentActor() actor: Actor,
    @Param() { code: unitCode }: UnitParams,
    @Query() { on, asOf: past }: PostsQuery,
  ): Promise<{ items: PostView[] }> {
    const now = this.clock.now();
    const filter = { on, asOf: asOfInstant(past, now) };
    return { items: await this.transactor.as(actor, (tx) => this.posts.list(tx, actor, now, unitCode, filter)) };
  }

  @Needs('post.create')
  @Post(':code/posts')
  @ApiOperation({
    summary: 'Make the post of a deputy in charge (分管负责人) or of a handler (经办人)',
    description: 'One that was closed is opened again. Who holds it is said by POST /post-changes.',
  })
  @ApiCreatedResponse({ type: PostDto })
  create(
    @Req() request: ActingRequest,
    @Param() { code: unitCode }: UnitParams,
    @Body() body: NewPostDto,
  ): Promise<PostState> {
    return this.commands.run(request, body, (tx, actor, at) => this.posts.create(tx, actor, at, unitCode, body));
  }

  @Needs('post.create')
  @Delete(':code/posts/:id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Close the post of a deputy or a handler that nobody holds' })
  @ApiNoContentResponse()
  async close(@Req() request: ActingRequest, @Param() { code: unitCode, id }: UnitPostParams): Promise<void> {
    await this.commands.run(request, null, (tx, actor, at) => this.posts.close(tx, actor, at, unitCode, id));
  }
}
