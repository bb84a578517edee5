import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { type AskedFigure, type Burden, FigureService } from '@duban/tasks';
import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentActor, Needs } from '../requests';
import { storable, textOrNull, uuid } from '../schemas';

const period = storable
  .trim()
  .min(1)
  .max(40)
  .optional()
  .meta({ description: 'As reports name it.', example: '2026Q1' });

class PartParams extends createZodDto(z.strictObject({ id: uuid })) {}
class FiguresQuery extends createZodDto(z.strictObject({ period })) {}
class BurdenQuery extends createZodDto(z.strictObject({ planId: uuid.optional(), period })) {}
class FiguresDto extends createZodDto(
  z.object({
    items: z.array(
      z.object({
        targetId: uuid,
        text: z.string(),
        unit: z.string(),
        name: z.string().meta({ description: 'What the figure is known by: the words without numbers.' }),
        given: z.array(
          z.object({
            figureId: uuid.meta({ description: 'Taken over in `measurements` of a report.' }),
            value: z.number(),
            asOf: textOrNull,
            period: textOrNull,
            unitId: uuid,
            unitName: z.string(),
            taskId: uuid,
            taskNumber: textOrNull,
            planTitle: z.string(),
            reportId: uuid,
            reportedAt: z.string(),
          }),
        ),
      }),
    ),
  }),
) {}
class BurdenDto extends createZodDto(
  z.object({
    period: textOrNull,
    units: z.int().meta({ description: 'Units that are asked for a figure more than once.' }),
    figures: z.int(),
    items: z.array(
      z.object({
        name: z.string(),
        unit: z.string(),
        period: z.string(),
        unitId: uuid,
        unitName: z.string(),
        times: z.int(),
        asked: z.array(
          z.object({
            planId: uuid,
            planTitle: z.string(),
            taskId: uuid,
            taskNumber: textOrNull,
            targetId: uuid,
            text: z.string(),
            assignmentId: uuid,
            dueOn: z.string(),
          }),
        ),
      }),
    ),
  }),
) {}

/** Figures that are given once (数据一次填报). */
@ApiTags('reports')
@Controller()
export class FiguresController {
  constructor(
    private readonly transactor: Transactor,
    private readonly figures: FigureService,
  ) {}

  @Needs('read.own')
  @Get('assignments/:id/figures')
  @ApiOperation({
    summary: 'What was given elsewhere of the figures that a part is asked for (数据一次填报)',
    description: 'As far as one may see it; taken over by `figureId` in the measurements of a report.',
  })
  @ApiOkResponse({ type: FiguresDto })
  async given(
    @CurrentActor() actor: Actor,
    @Param() { id }: PartParams,
    @Query() query: FiguresQuery,
  ): Promise<{ items: AskedFigure[] }> {
    return this.transactor.as(actor, async (tx) => ({ items: await this.figures.given(tx, actor, id, query.period) }));
  }

  @Needs('read.all')
  @Get('figures/burden')
  @ApiOperation({
    summary: 'Figures that a unit is asked for more than once in a period',
    description:
      'Each figure is to be asked for at most once (整治形式主义为基层减负). With `planId`, those with that plan.',
  })
  @ApiOkResponse({ type: BurdenDto })
  burden(@CurrentActor() actor: Actor, @Query() query: BurdenQuery): Promise<Burden> {
    return this.transactor.as(actor, (tx) => this.figures.burden(tx, actor, query));
  }
}
