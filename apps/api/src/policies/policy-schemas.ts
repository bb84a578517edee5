import { policySchema } from '@duban/domain';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { storable, textOrNull, uuid } from '../schemas';

export const policyVersion = z
  .int('A whole number.')
  .min(1, 'From 1.')
  .max(2 ** 31 - 1);
/** What a new policy may be called in addresses; that of a preset is one. */
export const policyId = storable
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'Small letters and digits, in words joined by "-", a letter first.')
  .max(60, 'At most 60 characters.');
/** Of those that there are, whatever they are called. */
export class PolicyParams extends createZodDto(z.strictObject({ id: storable.min(1).max(100) })) {}
export class PolicyVersionParams extends createZodDto(
  z.strictObject({
    id: storable.min(1).max(100),
    version: z.coerce.number({ error: 'A whole number from 1.' }).pipe(policyVersion),
  }),
) {}

export const policySummary = z.object({
  id: z.string(),
  name: z.object({ zh: z.string(), en: z.string() }),
  version: policyVersion.meta({ description: 'The newest, by which plans are issued.' }),
  versions: z
    .array(
      z.object({
        version: policyVersion,
        createdAt: z.string(),
        enabledBy: textOrNull.meta({ description: 'Who enabled it; null for a preset.' }),
        plans: z.int().meta({ description: 'Issued plans that go by it.' }),
      }),
    )
    .meta({ description: 'Oldest first.' }),
});
export class PolicyDto extends createZodDto(
  policySummary.extend({
    rules: policySchema.meta({ description: 'The rule set (督办规则) of one version, as data.' }),
  }),
) {}

/** Rules as somebody writes them: they may have faults. */
export const writtenRules = z.record(z.string(), z.unknown());
export const policyDraft = z.object({
  id: uuid,
  policyId: z.string(),
  basedOn: z.object({ id: z.string(), version: policyVersion }).nullable(),
  rules: writtenRules.meta({ description: 'As `GET /policies/schema` has them, without "id" and "version".' }),
  faults: z
    .array(
      z.object({ code: z.string(), field: z.string(), severity: z.enum(['error', 'warning']), message: z.string() }),
    )
    .meta({ description: 'Nothing that has an error can be enabled.' }),
  nextVersion: policyVersion.meta({ description: 'What it would be enabled as.' }),
  writtenBy: z.string(),
  writtenAt: z.string(),
  version: z.int(),
});

export const policyChange = z.object({
  path: z.string().meta({ description: 'By names: `ladders.three-colour.rungs.blue.offset.workingDays`.' }),
  change: z.enum(['added', 'removed', 'changed']),
  before: z.unknown(),
  after: z.unknown(),
  words: z.object({ zh: z.string(), en: z.string() }).meta({ description: 'The same as a clerk would say it.' }),
});
