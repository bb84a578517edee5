import { Transactor } from '@duban/database';
import { type Actor, ENTITIES, type HistoryEvent, HistoryService } from '@duban/history';
import { cursorKey, type Page, pageOf as pageFrom } from '@duban/reporting';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentActor, Needs } from '../requests';
import { cursor, historyEvent, limit, pageOf, uuid } from '../schemas';

class AuditQuery extends createZodDto(
  z.strictObject({ entity: z.enum(ENTITIES).optional(), entityId: uuid.optional(), limit, cursor }),
) {}
class AuditDto extends createZodDto(pageOf(historyEvent)) {}

@ApiTags('history')
@Controller('history')
export class HistoryController {
  constructor(
    private readonly transactor: Transactor,
    private readonly history: HistoryService,
  ) {}

  @Needs('history.read')
  @Get()
  @ApiOperation({
    summary: 'Everything that was done, the newest first (审计)',
    description: 'For the audit administrator: accounts, posts, sign-ins, tokens and policies as well as tasks.',
  })
  @ApiOkResponse({ type: AuditDto })
  async list(@CurrentActor() actor: Actor, @Query() query: AuditQuery): Promise<Page<HistoryEvent>> {
    const key = cursorKey(query.cursor, [isSeq]);
    const before = key ? String(key[0]) : null;
    const { entity, entityId, limit: size } = query;
    const events = await this.transactor.as(actor, (tx) =>
      this.history.newest(tx, { entity, entityId, before, limit: size + 1 }),
    );
    return pageFrom(events, size, (event) => [event.seq]);
  }
}

const isSeq = (value: unknown): boolean => typeof value === 'string' && /^\d{1,18}$/.test(value);
