import { MATTER_KIND_IDS } from '@duban/domain';
import { PLAN_SOURCES } from '@duban/tasks';
import { VISIBILITIES } from '@duban/tasks';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { column } from './columns';
import { span, task, textOrNull, uuid, warning } from '../schemas';

export const planFields = {
  id: uuid,
  jurisdictionId: uuid,
  unitId: uuid.nullable().optional().meta({
    description: 'The unit whose plan it is (二级分解); null for the government’s.',
  }),
  visibility: z.enum(VISIBILITIES).optional().meta({ description: 'What the level above sees of a unit’s plan.' }),
  title: z.string(),
  documentNumber: textOrNull,
  year: z.int().nullable(),
  source: z.enum(PLAN_SOURCES).meta({ description: 'A document, or a register (台账) of matters of a kind.' }),
  matterKind: z.enum(MATTER_KIND_IDS).nullable(),
  state: z.enum(['draft', 'issued', 'closed']),
  issuedOn: textOrNull,
  policyId: textOrNull,
  policyVersion: z.int().nullable(),
};
export class PlanDto extends createZodDto(
  z.object({
    ...planFields,
    fileName: z.string(),
    leftOut: z.array(span),
    warnings: z.array(warning),
    columns: z.array(column).meta({ description: 'The columns of the document’s tables, and what each was read as.' }),
    version: z.int(),
    asOf: textOrNull,
    tasks: z.array(task),
  }),
) {}
export class PlanParams extends createZodDto(z.strictObject({ id: uuid })) {}
export class PlanSourceDto extends createZodDto(
  z.object({
    fileName: z.string(),
    text: z.string(),
    leftOut: z.array(span).meta({ description: 'What stands in no task, nor in a heading or the title.' }),
  }),
) {}
