import { Transactor } from '@duban/database';
import {
  EXPORT_FORMATS,
  EXPORT_TYPES,
  readUnitFile,
  readUnitListing,
  UNIT_KINDS,
  UnitDirectory,
  type UnitImportPreview,
  type UnitImportResult,
  UnitImportService,
  type UnitView,
  writeUnitFile,
} from '@duban/directory';
import type { Actor } from '@duban/history';
import { type Clock, invalid, parseLocalDate } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { badCursor, cursorKey, isUuid, type Page, pageOf as pageFrom } from '@duban/reporting';
import { Controller, Get, HttpCode, Inject, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { asOfInstant } from '../as-of';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, Costly, CurrentActor, invalidRequest, Needs } from '../requests';
import { asOf, cursor, day, limit, pageOf, storable, textOrNull, uuid } from '../schemas';
import { readUpload } from '../uploads';

const kind = z.string().meta({
  description: `One of ${Object.entries(UNIT_KINDS)
    .map(([code, [label]]) => `${code} (${label})`)
    .join(', ')}, or a kind of the government’s own.`,
});
const rule = z
  .object({
    kinds: z.array(z.string()).meta({ description: 'Units of one of these kinds; of any where there are none.' }),
    under: textOrNull.meta({ description: 'Below the unit of this code; anywhere where it is null.' }),
    except: z.array(z.string()).meta({ description: 'Codes of units that are no members.' }),
  })
  .meta({ description: 'Who is in a group of units (集合单位) by rule, whoever comes later among them.' });

class UnitsQuery extends createZodDto(
  z.strictObject({
    jurisdictionId: uuid.optional(),
    parentId: uuid.optional().meta({ description: 'The unit right above them (上级单位).' }),
    kind: storable.min(1).max(40).optional().meta({ description: 'A kind of units, or a Chinese word for one.' }),
    on: day.optional().meta({
      description:
        'The units that were there on this day, by the names that they had then. Without it: those that are gone, too.',
    }),
    asOf: asOf.meta({
      description:
        'The directory as it stood at this instant, by what was known then; a date means the end of that day (Asia/Shanghai). Not with `on`.',
    }),
    q: storable.max(100).optional().meta({ description: 'Words of a name, former names among them, or of the code.' }),
    limit,
    cursor,
  }),
) {}
class UnitsDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      jurisdictionId: uuid,
      code: z.string(),
      name: z.string(),
      officialName: z.string(),
      kind,
      position: z.int(),
      parentId: uuid.nullable().meta({ description: 'The unit right above it; null directly under the government.' }),
      fromOn: z.string(),
      toOn: z.string().nullable(),
      isActive: z.boolean(),
      aliases: z.array(z.string()),
      formerNames: z.array(z.string()).meta({ description: 'Names that it had before (曾用名).' }),
      settledNames: z
        .array(z.string())
        .meta({ description: 'Names that a person has said to mean this unit alone (名称认定).' }),
      groups: z.array(
        z.object({
          id: uuid,
          code: z.string(),
          name: z.string(),
          byRule: z.boolean().meta({ description: 'Since it fits the group’s rule; else it is listed in the group.' }),
        }),
      ),
      posts: z.array(z.object({ id: uuid, kind: z.string(), title: z.string().nullable() })),
    }),
  ),
) {}
class UnitExportQuery extends createZodDto(
  z.strictObject({
    format: z.enum(EXPORT_FORMATS).default('xlsx'),
    jurisdictionId: uuid.optional().meta({ description: 'Needed where there are several.' }),
    asOf,
  }),
) {}
class UnitListingDto extends createZodDto(
  z.object({
    jurisdiction: z.string(),
    units: z.array(
      z.object({
        code: z.string(),
        name: z.string(),
        official: z.string(),
        aliases: z.array(z.string()),
        kind,
        parent: textOrNull.meta({ description: 'The code of the unit above it.' }),
        position: z.int(),
        groups: z.array(z.string()),
      }),
    ),
    groups: z.array(z.object({ code: z.string(), name: z.string(), rule: rule.nullable() })),
  }),
) {}

const value = z.union([z.string(), z.number(), z.array(z.string()), rule]).nullable();
const changes = z.array(z.object({ field: z.string(), from: value, to: value }));
const difference = z
  .object({
    jurisdiction: z.object({ id: uuid.nullable(), name: z.string() }),
    created: z.array(
      z.object({
        code: z.string(),
        name: z.string(),
        officialName: z.string(),
        kind,
        position: z.int(),
        parent: textOrNull,
        aliases: z.array(z.string()),
        groups: z.array(z.string()),
      }),
    ),
    updated: z.array(z.object({ code: z.string(), name: z.string(), changes })),
    unchanged: z.int(),
    notListed: z.array(z.object({ code: z.string(), name: z.string() })).meta({
      description: 'Units of the jurisdiction that the file does not list: they are left as they are.',
    }),
    groups: z.array(z.object({ code: z.string(), name: z.string(), isNew: z.boolean(), changes })),
    accounts: z.array(z.object({ username: z.string(), displayName: z.string() })),
  })
  .meta({ description: 'Of a preview: what the import would change.' });
class UnitImportDto extends createZodDto(
  z.object({
    jurisdiction: z.object({
      id: uuid.nullable().meta({ description: 'Null in a preview where it is new.' }),
      name: z.string(),
      timeZone: z.string(),
    }),
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    groups: z.int(),
    accounts: z.int(),
    difference: difference.optional(),
    digest: z.string().optional().meta({ description: 'Of a preview’s difference; the import takes it.' }),
  }),
) {}
/** The fields of the form beside the file. */
const importFields = z.strictObject({
  jurisdiction: storable.trim().min(1).max(100).optional(),
  preview: z.enum(['true', 'false'], { error: 'true or false.' }).optional(),
  digest: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'The digest of a preview.')
    .optional(),
});

@ApiTags('units')
@Controller('units')
export class UnitsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly directory: UnitDirectory,
    private readonly imports: UnitImportService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('unit.read')
  @Get()
  @ApiOperation({ summary: 'Units (单位) with their groups and posts, in the government’s own order' })
  @ApiOkResponse({ type: UnitsDto })
  async list(
    @CurrentActor() actor: Actor,
    @Query() { limit: size, cursor: after, on, asOf: past, ...rest }: UnitsQuery,
  ): Promise<Page<UnitView>> {
    if (on !== undefined && past !== undefined) {
      throw invalid('UNIT.ON_OR_AS_OF', 'Give a day ("on") or an instant ("asOf"), not both.', { field: 'on' });
    }
    const filter = {
      ...rest,
      ...(on === undefined ? {} : { on: parseLocalDate(on) }),
      asOf: asOfInstant(past, this.clock.now()) ?? undefined,
    };
    const units = await this.transactor.as(actor, (tx) => this.directory.list(tx, filter));
    // A directory has some thousand units at most, so a page is cut from the whole.
    const key = cursorKey(after, [isUuid]);
    const start = key ? units.findIndex((unit) => unit.id === key[0]) + 1 : 0;
    if (key && start === 0) throw badCursor();
    return pageFrom(units.slice(start, start + size + 1), size, (unit) => [unit.id]);
  }

  @Needs('unit.read')
  @Costly()
  @Get('export')
  @ApiOperation({
    summary: 'The directory (单位名录) as a file that imports again as no change',
    description: 'Units that are there, in their order; in .xlsx and JSON the groups with their rules, too.',
  })
  @ApiExtraModels(UnitListingDto)
  @ApiOkResponse({
    content: {
      [EXPORT_TYPES.json]: { schema: { $ref: getSchemaPath(UnitListingDto) } },
      [EXPORT_TYPES.xlsx]: { schema: { type: 'string', format: 'binary' } },
      [EXPORT_TYPES.csv]: { schema: { type: 'string', format: 'binary' } },
    },
  })
  async export(
    @CurrentActor() actor: Actor,
    @Query() { format, jurisdictionId, asOf: past }: UnitExportQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const at = asOfInstant(past, this.clock.now());
    const listing = await this.transactor.as(actor, (tx) => readUnitListing(tx, jurisdictionId, at));
    const name = encodeURIComponent(`${listing.jurisdiction}单位名录.${format}`);
    void reply
      .header('content-disposition', `attachment; filename="units.${format}"; filename*=UTF-8''${name}`)
      .type(format === 'xlsx' ? EXPORT_TYPES.xlsx : `${EXPORT_TYPES[format]}; charset=utf-8`);
    return writeUnitFile(listing, format);
  }

  @Needs('unit.import')
  @Costly()
  @Post('import')
  @HttpCode(200)
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['file'],
      properties: {
        file: { type: 'string', format: 'binary' },
        jurisdiction: {
          type: 'string',
          description:
            'Whose units they are, where the file does not say; needed where there are none yet, or several.',
        },
        preview: {
          type: 'string',
          enum: ['true', 'false'],
          description: 'Says what would change, and changes nothing.',
        },
        digest: {
          type: 'string',
          description: 'Of the preview that was looked at: 409 where something else would change now.',
        },
      },
    },
  })
  @ApiOperation({
    summary: 'Import the directory (单位名录)',
    description:
      'JSON `{jurisdiction, units: [{code, name, official, aliases, kind, groups, parent, position}], groups: [{code, name, rule}]}`, ' +
      'a spreadsheet (.xlsx) or CSV, as `GET /units/export` writes them. What the file does not list is left as it is. ' +
      'With `preview` the answer has the difference and its digest, whatever the Idempotency-Key.',
  })
  @ApiOkResponse({ type: UnitImportDto })
  async import(
    @CurrentActor() sender: Actor,
    @Req() request: ActingRequest,
  ): Promise<UnitImportResult | UnitImportPreview> {
    const { name, bytes, fields } = await readUpload(request, Object.keys(importFields.shape));
    const checked = importFields.safeParse(fields);
    if (!checked.success) throw invalidRequest(checked.error);
    const { jurisdiction, preview, digest } = checked.data;
    // Reading takes its time, and no transaction waits for it.
    const file = await readUnitFile({ name, bytes }, jurisdiction);
    if (preview === 'true') return this.transactor.as(sender, (tx) => this.imports.preview(tx, sender, file));
    const content = Buffer.concat([bytes, Buffer.from(JSON.stringify(fields))]);
    return this.commands.run(request, content, (tx, actor, at) => this.imports.importFile(tx, actor, at, file, digest));
  }
}
