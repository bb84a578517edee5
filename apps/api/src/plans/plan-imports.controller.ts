import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { type PlanImport, PlanImportService } from '@duban/tasks';
import { Controller, Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CurrentActor, Needs } from '../requests';
import { textOrNull, uuid } from '../schemas';

const planImport = z
  .object({
    id: uuid,
    fileName: z.string(),
    state: z.enum(['queued', 'reading', 'drafted', 'refused']),
    progress: z
      .object({ done: z.int(), total: z.int() })
      .meta({ description: 'Steps of the reader; a total of 0 means that it is not known yet.' }),
    planId: uuid.nullable().meta({ description: 'The draft, once it is made.' }),
    problem: z
      .looseObject({ code: z.string(), detail: z.string() })
      .nullable()
      .meta({ description: 'Why the document was refused, as the same file gives it when it is read at once.' }),
    createdAt: z.string(),
    finishedAt: textOrNull,
  })
  .meta({ description: 'A document on its way to a draft (导入).' });
export class PlanImportDto extends createZodDto(planImport) {}
class PlanImportParams extends createZodDto(z.strictObject({ id: uuid })) {}

export type PlanImportView = z.infer<typeof planImport>;

export const viewOf = (found: PlanImport): PlanImportView => ({
  id: found.id,
  fileName: found.fileName,
  state: found.state,
  progress: { done: found.progressDone, total: found.progressTotal },
  planId: found.planId,
  problem: found.problem,
  createdAt: found.createdAt.toISOString(),
  finishedAt: found.finishedAt?.toISOString() ?? null,
});

@ApiTags('plans')
@Controller('plan-imports')
export class PlanImportsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly imports: PlanImportService,
  ) {}

  @Needs('plan.draft', 'breakdown.draft')
  @Get(':id')
  @ApiOperation({
    summary: 'How far the reading of a document is',
    description: 'The answer of `POST /plans` where it is 202 names it. Ask again until it is `drafted` or `refused`.',
  })
  @ApiOkResponse({ type: PlanImportDto })
  async get(@CurrentActor() actor: Actor, @Param() { id }: PlanImportParams): Promise<PlanImportView> {
    return viewOf(await this.transactor.as(actor, (tx) => this.imports.get(tx, actor, id)));
  }
}
