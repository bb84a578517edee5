import { Transactor } from '@duban/database';
import { assertMay, type UnitImportResult, UnitDirectory, UnitImportService, type UnitView } from '@duban/directory';
import type { Actor } from '@duban/history';
import { invalid } from '@duban/kernel';
import { badCursor, cursorKey, isUuid, type Page, pageOf as pageFrom } from '@duban/reporting';
import { Controller, Get, HttpCode, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor } from '../requests';
import { cursor, limit, pageOf, uuid } from '../schemas';
import { readUpload } from '../uploads';
import { lineOfFault } from './json-fault';

class UnitsQuery extends createZodDto(z.strictObject({ jurisdictionId: uuid.optional(), limit, cursor })) {}
class UnitsDto extends createZodDto(
  pageOf(
    z.object({
      id: uuid,
      jurisdictionId: uuid,
      code: z.string(),
      name: z.string(),
      officialName: z.string(),
      kind: z.string(),
      position: z.int(),
      parentId: uuid.nullable(),
      fromOn: z.string(),
      toOn: z.string().nullable(),
      isActive: z.boolean(),
      aliases: z.array(z.string()),
      settledNames: z
        .array(z.string())
        .meta({ description: 'Names that a person has said to mean this unit alone (名称认定).' }),
      groups: z.array(z.object({ id: uuid, code: z.string(), name: z.string() })),
      posts: z.array(z.object({ id: uuid, kind: z.string(), title: z.string().nullable() })),
    }),
  ),
) {}
class UnitImportDto extends createZodDto(
  z.object({
    jurisdiction: z.object({ id: uuid, name: z.string(), timeZone: z.string() }),
    created: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    groups: z.int(),
    accounts: z.int(),
  }),
) {}

@ApiTags('units')
@Controller('units')
export class UnitsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly directory: UnitDirectory,
    private readonly imports: UnitImportService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Units (单位) with their groups and posts, in the government’s own order' })
  @ApiOkResponse({ type: UnitsDto })
  async list(
    @CurrentActor() actor: Actor,
    @Query() { limit: size, cursor: after, ...filter }: UnitsQuery,
  ): Promise<Page<UnitView>> {
    assertMay(actor, 'unit.read');
    const units = await this.transactor.run((tx) => this.directory.list(tx, filter));
    // A directory has some thousand units at most, so a page is cut from the whole.
    const key = cursorKey(after, [isUuid]);
    const start = key ? units.findIndex((unit) => unit.id === key[0]) + 1 : 0;
    if (key && start === 0) throw badCursor();
    return pageFrom(units.slice(start, start + size + 1), size, (unit) => [unit.id]);
  }

  @Post('import')
  @HttpCode(200)
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } },
  })
  @ApiOperation({
    summary: 'Import the directory (单位名录)',
    description:
      'A JSON file `{jurisdiction, units: [{code, name, official, aliases, kind, groups}], groups: [{code, name}]}`.',
  })
  @ApiOkResponse({ type: UnitImportDto })
  async import(@CurrentActor() sender: Actor, @Req() request: ActingRequest): Promise<UnitImportResult> {
    // Who may not is not asked for a file first.
    assertMay(sender, 'unit.import');
    const file = await readUpload(request, []);
    return this.commands.run(request, file.bytes, (tx, actor, at) =>
      this.imports.import(tx, actor, at, parse(file.bytes)),
    );
  }
}

function parse(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid('UNIT.FILE_NOT_UTF8', 'The file is not UTF-8 text.', { field: 'file' });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid('UNIT.FILE_NOT_JSON', `The file is not valid JSON: ${(error as Error).message}.`, {
      field: 'file',
      line: lineOfFault(text),
    });
  }
}
