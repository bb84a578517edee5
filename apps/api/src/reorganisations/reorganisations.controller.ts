import { Transactor } from '@duban/database';
import { OPEN_STATES, PART_ROLES, REORGANISATION_KINDS, REORGANISATION_STATES } from '@duban/domain';
import type { Actor } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { cursorKey, isUuid, type Page, pageOf as pageFrom } from '@duban/reporting';
import { ReorganisationService, type ReorganisationView } from '@duban/tasks';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { cursor, day, expectedVersion, limit, pageOf, shortText, storable, textOrNull, uuid } from '../schemas';

const MOST_UNITS = 100;
const MOST_MOVES = 200;
const MOST_IDS = 2000;

/** A code becomes part of a username, hence no blanks. */
const code = storable
  .trim()
  .min(1, 'Not empty.')
  .max(32, 'At most 32 characters.')
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u, 'Letters, digits and . _ - alone.')
  .meta({ description: 'Code of a unit.', example: 'LD04' });
const unitName = shortText.max(100, 'At most 100 characters.');
const officialName = shortText.max(200, 'At most 200 characters.');
const ids = z.array(uuid).min(1).max(MOST_IDS).optional();
const kind = z.enum(REORGANISATION_KINDS);
const state = z.enum(REORGANISATION_STATES as [string, ...string[]]);

const successor = z.strictObject({
  code,
  name: unitName.optional().meta({ description: 'Of a unit that is made; without it, it is there already.' }),
  officialName: officialName.optional(),
  kind: unitName.optional().meta({ description: 'As that of the first unit concerned where it is left out.' }),
  parent: code.nullable().optional().meta({ description: 'The unit above it; as that of the first unit concerned.' }),
});
const move = z
  .strictObject({
    planIds: ids,
    taskIds: ids,
    assignmentIds: ids,
    to: z.array(code).min(1).max(MOST_UNITS).meta({
      description: 'The first takes a part over, each of the others gets one of its own.',
    }),
  })
  .refine(({ planIds, taskIds, assignmentIds }) => planIds || taskIds || assignmentIds, {
    message: 'Name plans, tasks or assignments.',
  });
const rules = {
  units: z.array(code).min(1).max(MOST_UNITS).meta({
    description: 'Renamed, merged, split, abolished, or giving matters away.',
  }),
  name: unitName.optional().meta({ description: 'Of a rename.' }),
  officialName: officialName.optional().meta({ description: 'Of a rename.' }),
  successors: z.array(successor).max(MOST_UNITS),
  continues: z.boolean().meta({ description: 'Whether a unit that is split goes on.' }),
  parents: z
    .array(z.strictObject({ unit: code, parent: code.nullable() }))
    .max(MOST_UNITS)
    .meta({ description: 'Where units go that stood under one that ends; else to its first successor.' }),
  moves: z.array(move).max(MOST_MOVES).meta({ description: 'The first that names an open part decides.' }),
  default: code.nullable().meta({ description: 'Takes over what no move names.' }),
  cancelOpen: z.boolean().meta({ description: 'Of an abolition: what nobody takes over is cancelled.' }),
};
class NewReorganisationDto extends createZodDto(
  z.strictObject({
    kind,
    effectiveOn: day.meta({ description: 'The first day on which units are as it makes them.' }),
    reason: shortText.optional(),
    documentNumber: shortText.optional().meta({ description: 'Of the paper that decided it (批文).' }),
    ...rules,
    successors: rules.successors.default([]),
    continues: rules.continues.default(false),
    parents: rules.parents.default([]),
    moves: rules.moves.default([]),
    default: rules.default.default(null),
    cancelOpen: rules.cancelOpen.default(false),
  }),
) {}

const codes = z.array(z.string());
const names = z.object({ name: z.string(), officialName: z.string() });
const preview = z
  .object({
    digest: z.string().meta({ description: 'Give it as `expectedDigest`; it is another once the effects are.' }),
    units: z.object({
      created: z.array(
        names.extend({ code: z.string(), kind: z.string(), parent: textOrNull, posts: codes, accounts: codes }),
      ),
      renamed: z.array(z.object({ code: z.string(), from: names, to: names })),
      ended: z.array(z.object({ code: z.string(), name: z.string(), successors: codes })),
      placed: z.array(z.object({ code: z.string(), from: textOrNull, to: textOrNull })),
      terms: z.array(
        z.object({
          unit: z.string(),
          post: z.string(),
          title: textOrNull,
          username: z.string(),
          displayName: z.string(),
        }),
      ),
      groups: z.array(z.object({ code: z.string(), name: z.string(), out: z.string(), in: codes })),
      rules: z.array(z.object({ code: z.string(), name: z.string(), from: z.string(), to: z.string().nullable() })),
      relations: z.array(z.object({ from: z.string(), to: z.string(), kind })),
    }),
    parts: z.array(
      z.object({
        change: z.enum(['moves', 'added', 'merged', 'cancelled']),
        assignmentId: uuid.nullable(),
        planId: uuid,
        taskId: uuid,
        taskNumber: textOrNull,
        taskContent: z.string(),
        role: z.enum(PART_ROLES),
        state: z.enum(OPEN_STATES),
        from: z.string(),
        to: textOrNull,
        into: uuid.nullable().meta({ description: 'Of what is merged, the part that stays.' }),
      }),
    ),
    counts: z.object({
      moves: z.int(),
      added: z.int(),
      merged: z.int(),
      cancelled: z.int(),
      obligations: z.int(),
      notices: z.int(),
    }),
  })
  .meta({ description: 'What it would do as things stand; once it is carried out, what it has done.' });
const reorganisation = z
  .object({
    id: uuid,
    jurisdictionId: uuid,
    kind,
    effectiveOn: z.string(),
    reason: textOrNull,
    documentNumber: textOrNull,
    terms: z.object(rules),
    state,
    dueAt: textOrNull.meta({ description: 'When it is carried out, or tried again.' }),
    problem: z
      .object({ code: z.string(), message: z.string(), at: z.string() })
      .nullable()
      .meta({ description: 'Why it cannot be carried out.' }),
    proposedBy: uuid.nullable(),
    proposedAt: z.string(),
    confirmedBy: uuid.nullable(),
    confirmedAt: textOrNull,
    carriedOutAt: textOrNull,
    version: z.int(),
  })
  .meta({ description: 'A reorganisation of units (机构改革).' });
class ReorganisationDto extends createZodDto(reorganisation.extend({ preview: preview.nullable() })) {}
class ReorganisationsQuery extends createZodDto(z.strictObject({ state: state.optional(), limit, cursor })) {}
class ReorganisationsDto extends createZodDto(pageOf(reorganisation)) {}
class ReorganisationParams extends createZodDto(z.strictObject({ id: uuid })) {}
class ConfirmationDto extends createZodDto(
  z.strictObject({
    expectedDigest: storable.max(100).meta({ description: '`digest` of the preview that you have seen.' }),
    expectedVersion,
  }),
) {}
class ReorganisationWithdrawalDto extends createZodDto(
  z.strictObject({ reason: shortText.optional(), expectedVersion }),
) {}

@ApiTags('units')
@Controller('reorganisations')
export class ReorganisationsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly reorganisations: ReorganisationService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.all')
  @Get()
  @ApiOperation({ summary: 'Reorganisations of units (机构改革), the newest first' })
  @ApiOkResponse({ type: ReorganisationsDto })
  async list(
    @CurrentActor() actor: Actor,
    @Query() { limit: size, cursor: seen, state: wanted }: ReorganisationsQuery,
  ): Promise<Page<Omit<ReorganisationView, 'preview'>>> {
    const key = cursorKey(seen, [isUuid]);
    const filter = { after: key ? String(key[0]) : null, limit: size + 1 };
    const found = await this.transactor.as(actor, (tx) =>
      this.reorganisations.list(tx, actor, { ...filter, state: wanted as ReorganisationView['state'] | undefined }),
    );
    return pageFrom(found, size, ({ id }) => [id]);
  }

  @Needs('unit.reorganise')
  @Post()
  @ApiOperation({
    summary: 'Propose a reorganisation, and see what it would do',
    description:
      'Rename (更名), merge (合并), split (拆分), abolish (撤销), transfer of matters (职责划转), as of a day. It binds nobody until it is confirmed.',
  })
  @ApiCreatedResponse({ type: ReorganisationDto })
  propose(@Req() request: ActingRequest, @Body() body: NewReorganisationDto): Promise<ReorganisationView> {
    return this.commands.run(request, body, (tx, actor, at) => this.reorganisations.propose(tx, actor, at, body));
  }

  @Needs('read.all')
  @Get(':id')
  @ApiOperation({ summary: 'A reorganisation with what it would do as things stand, or has done' })
  @ApiOkResponse({ type: ReorganisationDto })
  get(@CurrentActor() actor: Actor, @Param() { id }: ReorganisationParams): Promise<ReorganisationView> {
    return this.transactor.as(actor, (tx) => this.reorganisations.get(tx, actor, this.clock.now(), id));
  }

  @Needs('unit.reorganise')
  @Post(':id/confirm')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Bind a reorganisation whose effects are those that were seen',
    description: 'One whose day has come is carried out at once, another when its day begins.',
  })
  @ApiOkResponse({ type: ReorganisationDto })
  confirm(
    @Req() request: ActingRequest,
    @Param() { id }: ReorganisationParams,
    @Body() body: ConfirmationDto,
  ): Promise<ReorganisationView> {
    return this.commands.run(request, body, (tx, actor, at) => this.reorganisations.confirm(tx, actor, at, id, body));
  }

  @Needs('unit.reorganise')
  @Post(':id/withdraw')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a reorganisation back that is not carried out' })
  @ApiOkResponse({ type: ReorganisationDto })
  withdraw(
    @Req() request: ActingRequest,
    @Param() { id }: ReorganisationParams,
    @Body() body: ReorganisationWithdrawalDto,
  ): Promise<ReorganisationView> {
    return this.commands.run(request, body, (tx, actor, at) => this.reorganisations.withdraw(tx, actor, at, id, body));
  }
}
