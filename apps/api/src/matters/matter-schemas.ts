import { COMPARATORS, MATTER_KIND_IDS, SOURCE_FIELDS } from '@duban/domain';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { LIGHTS } from '@duban/reporting';
import {
  assignmentState,
  cursor,
  day,
  expectedVersion,
  limit,
  pageOf,
  shortText,
  storable,
  text,
  textOrNull,
  uuid,
} from '../schemas';

const kind = z.enum(MATTER_KIND_IDS).meta({ description: 'Where it came from (事项来源): see `GET /matters/kinds`.' });
const units = z.array(shortText).max(500, 'At most 500 units.');
const unitsByRole = z
  .strictObject({
    lead: units.optional().meta({ description: 'Units that lead (牵头单位).' }),
    responsible: units.optional().meta({ description: 'Responsible units (责任单位).' }),
    cooperating: units.optional().meta({ description: 'Cooperating units (配合单位).' }),
  })
  .meta({ description: 'Units by code or name; a group stands for its members.' });
const duties = {
  leaders: z.array(shortText).max(50, 'At most 50 leaders.').optional().meta({
    description: 'Leaders in charge (分管领导), by name.',
  }),
  targets: z
    .array(
      z.strictObject({
        text: shortText,
        value: z.number(),
        upper: z.number().nullable().optional(),
        unit: shortText,
        comparator: z.enum(COMPARATORS),
      }),
    )
    .max(100, 'At most 100 targets.')
    .optional()
    .meta({ description: 'What it promises in numbers (量化指标).' }),
  milestones: z
    .array(z.strictObject({ text: shortText, due: day.nullable() }))
    .max(100, 'At most 100 milestones.')
    .optional(),
};
const source = z.strictObject(
  Object.fromEntries(SOURCE_FIELDS.map((field) => [field, shortText.optional()])) as Record<
    (typeof SOURCE_FIELDS)[number],
    z.ZodOptional<typeof shortText>
  >,
);
const petitioner = z
  .strictObject({
    name: shortText,
    phone: storable.trim().min(1).max(50).optional(),
  })
  .meta({ description: 'Who asked for it: kept apart, masked wherever it is listed, and never in history.' });
const level = storable.min(1).max(50);
const dueOn = day.meta({ description: 'In place of the policy’s date; needs `dueReason`.' });
const reference = shortText.meta({ description: 'The number that it has where it came from (来源编号).' });

export class MatterDto extends createZodDto(
  z.strictObject({
    kind,
    jurisdiction: shortText.optional().meta({ description: 'Name or id, where there are several.' }),
    title: shortText.optional(),
    content: text,
    units: unitsByRole.optional(),
    parts: z
      .array(z.strictObject({ content: text, units: unitsByRole, ...duties }))
      .min(1, 'At least one part.')
      .max(50, 'At most 50 parts.')
      .optional()
      .meta({ description: 'Parts with units of their own; then without `units`.' }),
    source: source.optional(),
    petitioner: petitioner.optional(),
    receivedOn: day.optional().meta({ description: 'The day on which it came; by default today.' }),
    level: level.optional().meta({ description: 'How urgent or hard it is; by default the first of the kind.' }),
    dueOn: dueOn.optional(),
    dueReason: shortText.optional(),
    ...duties,
    confirmDuplicates: z.array(uuid).max(50).optional().meta({
      description: 'Tasks of much the same words, and that this is another one than they.',
    }),
  }),
) {}
export class CorrectionDto extends createZodDto(
  z.strictObject({
    reason: shortText.meta({ description: 'Why it is put right; history keeps it.' }),
    title: shortText.optional(),
    content: text.optional(),
    source: source.optional().meta({ description: 'All that is known of its source, in the place of what was.' }),
    petitioner: petitioner.nullable().optional(),
    leaders: duties.leaders,
    receivedOn: day.optional(),
    level: level.optional(),
    dueOn: dueOn.nullable().optional().meta({ description: 'Null goes back to the policy’s date.' }),
    dueReason: shortText.optional(),
    expectedVersion,
  }),
) {}
export class SameAsDto extends createZodDto(
  z.strictObject({
    taskId: uuid.meta({ description: 'The task, or matter, that it is the same as.' }),
    reason: shortText.optional(),
    expectedVersion,
  }),
) {}
export class DuplicatesDto extends createZodDto(
  z.strictObject({
    content: text,
    kind: kind.optional(),
    reference: reference.optional(),
    jurisdiction: shortText.optional(),
  }),
) {}
export class MatterParams extends createZodDto(z.strictObject({ id: uuid })) {}
export class MattersQuery extends createZodDto(
  z.strictObject({
    kind: kind.optional(),
    year: z.coerce
      .number({ error: 'A year from 2000 to 2100.' })
      .int('A year from 2000 to 2100.')
      .min(2000, 'A year from 2000 to 2100.')
      .max(2100, 'A year from 2000 to 2100.')
      .optional(),
    state: assignmentState.optional(),
    level: level.optional(),
    unitId: uuid.optional(),
    q: storable.trim().min(1).max(100).optional().meta({
      description: 'Words of the matter or of its source, or its number.',
    }),
    limit,
    cursor,
  }),
) {}

const knownSource = z.partialRecord(z.enum(SOURCE_FIELDS), z.string());
const maskedPetitioner = textOrNull.meta({ description: 'Who asked for it, masked: 张**.' });
/** What is known of a registered matter beside its task. */
export const matter = z
  .object({
    id: uuid,
    taskId: uuid,
    kind,
    kindName: z.string(),
    year: z.int(),
    serial: z.int(),
    number: z.string(),
    receivedOn: textOrNull,
    level: textOrNull,
    source: knownSource,
    petitioner: maskedPetitioner,
    dueReason: textOrNull,
    sameAs: uuid.nullable().meta({ description: 'The task that it is the same as.' }),
    registeredAt: z.string(),
    version: z.int(),
  })
  .meta({ description: 'A matter that was registered (事项登记).' });
export class MattersDto extends createZodDto(
  pageOf(
    z.object({
      taskId: uuid,
      planId: uuid,
      kind,
      year: z.int(),
      number: z.string(),
      title: textOrNull,
      content: z.string(),
      level: textOrNull,
      receivedOn: z.string(),
      source: knownSource,
      petitioner: maskedPetitioner,
      sameAs: uuid.nullable(),
      state: assignmentState,
      dueOn: textOrNull,
      leads: z.array(z.string()),
      overdue: z.int(),
      light: z.enum(LIGHTS).nullable(),
      registeredAt: z.string(),
      version: z.int(),
    }),
  ),
) {}
const fields = z.array(z.enum(SOURCE_FIELDS));
const words = z.object({ zh: z.string(), en: z.string() });
export class MatterKindsDto extends createZodDto(
  pageOf(
    z.object({
      id: kind,
      name: words,
      series: z.string().meta({ description: 'As its numbers begin.' }),
      policy: z.object({ id: z.string(), version: z.int(), name: words }),
      levels: z.array(z.object({ id: z.string(), name: words })),
      required: fields.meta({ description: 'What has to be said of its source.' }),
      optional: fields,
      hasPetitioner: z.boolean(),
    }),
  ),
) {}
export class PetitionerDto extends createZodDto(z.object({ name: z.string(), phone: z.string().optional() })) {}
export class NearTasksDto extends createZodDto(
  pageOf(
    z.object({
      taskId: uuid,
      planId: uuid,
      planTitle: z.string(),
      number: textOrNull,
      content: z.string(),
      state: assignmentState,
      dueOn: textOrNull,
      leads: z.array(z.string()),
      score: z.number().meta({ description: 'How near the words are, from 0 to 1.' }),
      sameReference: z.boolean(),
      likely: z.boolean().meta({ description: 'Registering asks to name it in `confirmDuplicates`.' }),
    }),
  ),
) {}
