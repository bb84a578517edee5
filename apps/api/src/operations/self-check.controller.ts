import { SelfCheckReader } from '@duban/reporting';
import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Costly, Needs } from '../requests';

class SelfCheckDto extends createZodDto(
  z.object({
    checks: z.int().meta({ description: 'How many invariants were asked for.' }),
    findings: z.array(
      z.object({
        code: z.string(),
        zh: z.string().meta({ description: 'What must hold.' }),
        en: z.string(),
        count: z.int(),
        examples: z.array(z.object({ id: z.string(), detail: z.string() })).meta({ description: 'The first of them.' }),
      }),
    ),
  }),
) {}

/** Whether all that must always hold does (自检). */
@ApiTags('operations')
@Controller('self-check')
export class SelfCheckController {
  constructor(private readonly selfCheck: SelfCheckReader) {}

  @Needs('system.check')
  @Costly()
  @Get()
  @ApiOperation({
    summary: 'What does not hold of all that must always hold (自检)',
    description: 'Reads the whole database and changes nothing; tells ids and figures, never what matters are about.',
  })
  @ApiOkResponse({ type: SelfCheckDto })
  get(): Promise<SelfCheckDto> {
    return this.selfCheck.run();
  }
}
