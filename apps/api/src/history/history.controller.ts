import { Readable } from 'node:stream';
import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import {
  EXTRACT_FORMATS,
  EXTRACT_LANGUAGES,
  type ExtractFormat,
  type FoundEvent,
  HistoryExtract,
  HistoryReader,
  MOST_EXTRACTED,
  type Page,
} from '@duban/reporting';
import { Controller, Get, Inject, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Costly, CurrentActor, Needs, OfPrimary } from '../requests';
import { cursor, limit, pageOf } from '../schemas';
import { filterOf, foundEvent, searchFields } from './history-schemas';

class HistoryQuery extends createZodDto(z.strictObject({ ...searchFields, limit, cursor })) {}
class FoundEventsDto extends createZodDto(pageOf(foundEvent)) {}
class ExtractQuery extends createZodDto(
  z.strictObject({
    ...searchFields,
    format: z.enum(EXTRACT_FORMATS).default('xlsx'),
    language: z.enum(EXTRACT_LANGUAGES).default('zh').meta({ description: 'Of the heads, and of what happened.' }),
  }),
) {}

const TYPES: Readonly<Record<ExtractFormat, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson',
};

@ApiTags('history')
@Controller('history')
export class HistoryController {
  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryReader,
    private readonly extracts: HistoryExtract,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('history.read', 'history.search')
  @Get()
  @ApiOperation({
    summary: 'What was done, the newest first, by everything that tells it apart (审计检索)',
    description:
      'For the audit administrator everything: accounts, posts, sign-ins, tokens and policies as well as tasks; for the ' +
      'supervision office what is of plans and tasks. Restricted matters (限知事项) are there for those named alone.',
  })
  @ApiOkResponse({ type: FoundEventsDto })
  list(@CurrentActor() actor: Actor, @Query() query: HistoryQuery): Promise<Page<FoundEvent>> {
    const { limit: size, cursor: from, ...fields } = query;
    const filter = filterOf(fields, this.clock.now());
    const page = { limit: size, ...(from === undefined ? {} : { cursor: from }) };
    return this.transactor.as(actor, (tx) => this.history.search(tx, actor, filter, page));
  }

  @Needs('history.search')
  @Costly()
  @OfPrimary()
  @Get('extract')
  @ApiOperation({
    summary: 'What a search of history finds, as a file (导出检索结果)',
    description:
      `A spreadsheet, CSV (UTF-8 with a byte order mark) or JSON lines, with the newest checkpoint (存证) and the leaf of ` +
      `each event; at most ${MOST_EXTRACTED} events, more are refused. That it was taken is an event itself.`,
  })
  @ApiProduces(...Object.values(TYPES).map((type) => type.split(';')[0]!))
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async extract(@CurrentActor() actor: Actor, @Query() query: ExtractQuery): Promise<StreamableFile> {
    const { format, language, ...fields } = query;
    const now = this.clock.now();
    const bytes = await this.extracts.extract(actor, now, filterOf(fields, now), { format, language });
    const name = encodeURIComponent(`留痕摘录.${format}`);
    return new StreamableFile(Readable.from(bytes, { objectMode: false }), {
      type: TYPES[format],
      disposition: `attachment; filename="history-extract.${format}"; filename*=UTF-8''${name}`,
    });
  }
}
