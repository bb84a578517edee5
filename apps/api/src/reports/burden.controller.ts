import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { BurdenReader, type UnitBurden } from '@duban/reporting';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Costly, CurrentActor, Needs } from '../requests';
import { attachTable, TABLES } from '../tables';
import { uuid } from '../schemas';

const month = z
  .string()
  .regex(/^(20\d\d|2100)-(0[1-9]|1[0-2])$/, 'A month of the years 2000 to 2100, as YYYY-MM.')
  .meta({ example: '2026-03' });
const range = { from: month, to: month, unitId: uuid.optional() };
class BurdenLedgerQuery extends createZodDto(z.strictObject(range)) {}
class BurdenExportQuery extends createZodDto(
  z.strictObject({ ...range, format: z.enum(['xlsx', 'csv']).default('xlsx') }),
) {}
class BurdenLedgerDto extends createZodDto(
  z.object({
    items: z.array(
      z.object({
        month: z.string(),
        unitId: uuid,
        unitCode: z.string(),
        unitName: z.string(),
        reports: z.int().meta({ description: 'Due in the month.' }),
        figures: z.int().meta({ description: 'That periodic reports ask for.' }),
        figuresAskedAgain: z.int().meta({ description: 'Asked for already in the same period.' }),
        messages: z.int().meta({ description: 'Half hours in which the unit was written to.' }),
        notices: z.int(),
        talks: z.int().meta({ description: 'To which the unit was called by a step of the rules or by a card.' }),
      }),
    ),
  }),
) {}

/** What is demanded from units (负担台账). */
@ApiTags('reports')
@Controller('burden')
export class BurdenController {
  constructor(
    private readonly transactor: Transactor,
    private readonly burden: BurdenReader,
  ) {}

  @Needs('read.own')
  @Get()
  @ApiOperation({
    summary: 'What was demanded from each unit, month by month, and what of it twice (负担台账)',
    description:
      'Of all units for the government, of its own for a unit. Months of which there is nothing are left out.',
  })
  @ApiOkResponse({ type: BurdenLedgerDto })
  read(@CurrentActor() actor: Actor, @Query() query: BurdenLedgerQuery): Promise<{ items: UnitBurden[] }> {
    return this.transactor.as(actor, (tx) => this.burden.read(tx, actor, query));
  }

  @Needs('read.own')
  @Costly()
  @Get('export')
  @ApiOperation({ summary: 'The same as a file' })
  @ApiOkResponse({ content: TABLES })
  async export(
    @CurrentActor() actor: Actor,
    @Query() { format, ...filter }: BurdenExportQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const file = await this.transactor.as(actor, (tx) => this.burden.file(tx, actor, filter, format));
    attachTable(reply, { name: `负担台账${filter.from}至${filter.to}`, format, plain: 'burden' });
    return file;
  }
}
