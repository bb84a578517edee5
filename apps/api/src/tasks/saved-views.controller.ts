import { Transactor } from '@duban/database';
import { type Actor, type SavedSearch, SavedSearchService, type SharedSearch } from '@duban/history';
import { invalid } from '@duban/kernel';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { expectedVersion, savedUnderName, searchName, uuid } from '../schemas';
import { boardFilter } from './tasks.controller';

const filter = boardFilter
  .extend({ sort: boardFilter.shape.sort.unwrap().optional() })
  .meta({ description: 'As the query of `GET /tasks`.' });
const savedView = savedUnderName(filter);
class ViewParams extends createZodDto(z.strictObject({ id: uuid })) {}
class SavedViewDto extends createZodDto(savedView) {}
class SavedViewsDto extends createZodDto(
  z.object({
    items: z.array(savedView),
    shared: z
      .array(z.object({ id: uuid, name: z.string(), filter, owner: z.string() }))
      .meta({ description: 'Of colleagues who share them, with the name of whose each is.' }),
  }),
) {}
const isShared = z.boolean().optional().meta({
  description: 'With colleagues: those of one’s unit, or of one’s own kind of post where one is in none.',
});
class NewViewDto extends createZodDto(z.strictObject({ name: searchName, filter, isShared })) {}
class ViewChangeDto extends createZodDto(
  z.strictObject({ name: searchName.optional(), filter: filter.optional(), isShared, expectedVersion }),
) {}

@ApiTags('tasks')
@Controller('tasks/views')
export class SavedViewsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly searches: SavedSearchService,
  ) {}

  @Needs('read.own', 'read.all')
  @Get()
  @ApiOperation({ summary: 'One’s own views of the board (常用视图), and those that colleagues share, by name' })
  @ApiOkResponse({ type: SavedViewsDto })
  list(@CurrentActor() actor: Actor): Promise<{ items: SavedSearch[]; shared: SharedSearch[] }> {
    return this.transactor.as(actor, async (tx) => ({
      items: await this.searches.list(tx, actor, 'board'),
      shared: await this.searches.sharedWith(tx, actor, 'board'),
    }));
  }

  @Needs('read.own', 'read.all')
  @Post()
  @ApiOperation({ summary: 'Keep a view of the board under a name' })
  @ApiCreatedResponse({ type: SavedViewDto })
  save(@Req() request: ActingRequest, @Body() input: NewViewDto): Promise<SavedSearch> {
    return this.commands.run(request, input, (tx, actor, at) => this.searches.save(tx, actor, at, 'board', input));
  }

  @Needs('read.own', 'read.all')
  @Patch(':id')
  @ApiOperation({
    summary: 'Name one’s view of the board anew, have it show something else, share it with colleagues or with nobody',
  })
  @ApiOkResponse({ type: SavedViewDto })
  change(
    @Req() request: ActingRequest,
    @Param() { id }: ViewParams,
    @Body() input: ViewChangeDto,
  ): Promise<SavedSearch> {
    if (input.name === undefined && input.filter === undefined && input.isShared === undefined) {
      throw invalid('SAVED_SEARCH.NOTHING_TO_CHANGE', 'Give a name, a filter, or whether it is shared.', {
        field: 'name',
      });
    }
    return this.commands.run(request, input, (tx, actor, at) =>
      this.searches.change(tx, actor, at, 'board', id, input),
    );
  }

  @Needs('read.own', 'read.all')
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove one’s view of the board' })
  @ApiNoContentResponse()
  async remove(@Req() request: ActingRequest, @Param() { id }: ViewParams): Promise<void> {
    await this.commands.run(request, null, (tx, actor, at) => this.searches.remove(tx, actor, at, 'board', id));
  }
}
