import { Transactor } from '@duban/database';
import { type Actor, type SavedSearch, SavedSearchService } from '@duban/history';
import { type Clock, invalid } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { expectedVersion, searchName, uuid } from '../schemas';
import { filterOf, savedFilter, savedSearch } from './history-schemas';

class SearchParams extends createZodDto(z.strictObject({ id: uuid })) {}
class SavedSearchDto extends createZodDto(savedSearch) {}
class SavedSearchesDto extends createZodDto(z.object({ items: z.array(savedSearch) })) {}
class NewSearchDto extends createZodDto(z.strictObject({ name: searchName, filter: savedFilter })) {}
class SearchChangeDto extends createZodDto(
  z.strictObject({ name: searchName.optional(), filter: savedFilter.optional(), expectedVersion }),
) {}

@ApiTags('history')
@Controller('history/searches')
export class SavedSearchesController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly searches: SavedSearchService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('history.search')
  @Get()
  @ApiOperation({ summary: 'One’s own saved searches, by name (检索方案)' })
  @ApiOkResponse({ type: SavedSearchesDto })
  async list(@CurrentActor() actor: Actor): Promise<{ items: SavedSearch[] }> {
    return { items: await this.transactor.as(actor, (tx) => this.searches.list(tx, actor, 'history')) };
  }

  @Needs('history.search')
  @Post()
  @ApiOperation({ summary: 'Keep a search under a name' })
  @ApiCreatedResponse({ type: SavedSearchDto })
  save(@Req() request: ActingRequest, @Body() input: NewSearchDto): Promise<SavedSearch> {
    this.assertSound(input.filter);
    return this.commands.run(request, input, (tx, actor, at) => this.searches.save(tx, actor, at, 'history', input));
  }

  @Needs('history.search')
  @Patch(':id')
  @ApiOperation({ summary: 'Name one’s saved search anew, or have it ask for something else' })
  @ApiOkResponse({ type: SavedSearchDto })
  change(
    @Req() request: ActingRequest,
    @Param() { id }: SearchParams,
    @Body() input: SearchChangeDto,
  ): Promise<SavedSearch> {
    if (input.name === undefined && input.filter === undefined) {
      throw invalid('SAVED_SEARCH.NOTHING_TO_CHANGE', 'Give a name or a filter.', { field: 'name' });
    }
    if (input.filter) this.assertSound(input.filter);
    return this.commands.run(request, input, (tx, actor, at) =>
      this.searches.change(tx, actor, at, 'history', id, input),
    );
  }

  @Needs('history.search')
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove one’s saved search' })
  @ApiNoContentResponse()
  async remove(@Req() request: ActingRequest, @Param() { id }: SearchParams): Promise<void> {
    await this.commands.run(request, null, (tx, actor, at) => this.searches.remove(tx, actor, at, 'history', id));
  }

  /** What is kept can be asked. */
  private assertSound(filter: NewSearchDto['filter']): void {
    filterOf(filter, this.clock.now());
  }
}
