import { Readable } from 'node:stream';
import { Transactor } from '@duban/database';
import {
  type Actor,
  CheckpointService,
  type ConsistencyProof,
  HistoryBundle,
  HistoryTree,
  type InclusionProof,
  type ListedCheckpoint,
  type ListedKey,
  TREE_HASHES,
} from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { cursorKey, type Page, pageOf as pageFrom } from '@duban/reporting';
import { Controller, Get, Inject, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Costly, CurrentActor, Needs } from '../requests';
import { cursor, limit, pageOf, uuid } from '../schemas';

const BUNDLE_TYPE = 'application/x-ndjson';
const MOST_EVENTS = 2 ** 47;
const size = z.coerce
  .number({ error: 'A number of events.' })
  .int('A whole number.')
  .min(1, 'At least 1.')
  .max(MOST_EVENTS);
const hash = z.enum(TREE_HASHES);
const digest = z.string().meta({ description: 'A hash in base64.' });

class CheckpointsQuery extends createZodDto(z.strictObject({ limit, cursor })) {}
class CheckpointsDto extends createZodDto(
  pageOf(
    z.object({
      number: z.int(),
      size: z.int().meta({ description: 'Events that it signs.' }),
      root: digest,
      hash,
      signedAt: z.string(),
      keyIds: z.array(z.string()),
      note: z.string().meta({ description: 'The signed text with its signatures: this is what to keep outside.' }),
      handedOut: z
        .array(z.object({ place: z.string(), at: z.string() }))
        .meta({ description: 'Places outside to which duban has handed it by itself.' }),
    }),
  ),
) {}
class KeysDto extends createZodDto(
  z.object({
    items: z.array(
      z.object({ keyId: z.string(), publicKey: z.string().meta({ description: 'PEM.' }), firstUsedAt: z.string() }),
    ),
  }),
) {}
const byHash = hash.optional().meta({
  description: 'By which hash, where it was changed: by an earlier one up to the change. By default the one in force.',
});
class InclusionQuery extends createZodDto(z.strictObject({ eventId: uuid, size: size.optional(), hash: byHash })) {}
class InclusionDto extends createZodDto(
  z.object({
    eventId: uuid,
    event: z.string().meta({ description: 'The canonical form, whose leaf hash is proved.' }),
    index: z.int(),
    size: z.int(),
    hash,
    leaf: digest,
    root: digest,
    path: z.array(digest).meta({ description: 'From the leaf upwards.' }),
  }),
) {}
class ConsistencyQuery extends createZodDto(z.strictObject({ from: size, to: size, hash: byHash })) {}
class ConsistencyDto extends createZodDto(
  z.object({ from: z.int(), to: z.int(), hash, fromRoot: digest, toRoot: digest, path: z.array(digest) }),
) {}

/** What proves that nobody has rewritten history (存证). */
@ApiTags('history')
@Controller('history')
export class HistoryProofController {
  constructor(
    private readonly transactor: Transactor,
    private readonly tree: HistoryTree,
    private readonly checkpoints: CheckpointService,
    private readonly bundle: HistoryBundle,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('history.read')
  @Get('checkpoints')
  @ApiOperation({
    summary: 'Signed roots over all history, the newest first (存证)',
    description: 'Keep some of them outside of duban: what was signed cannot be rewritten without contradicting them.',
  })
  @ApiOkResponse({ type: CheckpointsDto })
  async list(@CurrentActor() actor: Actor, @Query() query: CheckpointsQuery): Promise<Page<ListedCheckpoint>> {
    const key = cursorKey(query.cursor, [isNumber]);
    const before = key ? Number(key[0]) : null;
    const found = await this.transactor.as(actor, (tx) =>
      this.checkpoints.newest(tx, { before, limit: query.limit + 1 }),
    );
    return pageFrom(found, query.limit, ({ number }) => [number]);
  }

  @Needs('history.read')
  @Get('keys')
  @ApiOperation({ summary: 'Public keys by which checkpoints were signed, the first used first' })
  @ApiOkResponse({ type: KeysDto })
  async keys(@CurrentActor() actor: Actor): Promise<{ items: ListedKey[] }> {
    return { items: await this.transactor.as(actor, (tx) => this.checkpoints.publicKeys(tx)) };
  }

  @Needs('history.read')
  @Get('proofs/inclusion')
  @ApiOperation({ summary: 'That an event is in the tree of a size, by default of the whole (RFC 6962, 2.1.1)' })
  @ApiOkResponse({ type: InclusionDto })
  async inclusion(@CurrentActor() actor: Actor, @Query() query: InclusionQuery): Promise<InclusionProof> {
    return this.transactor.as(actor, (tx) => this.tree.inclusion(tx, query.eventId, query));
  }

  @Needs('history.read')
  @Get('proofs/consistency')
  @ApiOperation({ summary: 'That the tree of one size begins that of another (RFC 6962, 2.1.2)' })
  @ApiOkResponse({ type: ConsistencyDto })
  async consistency(@CurrentActor() actor: Actor, @Query() query: ConsistencyQuery): Promise<ConsistencyProof> {
    return this.transactor.as(actor, (tx) => this.tree.consistency(tx, query.from, query.to, query.hash));
  }

  @Needs('history.read')
  @Costly()
  @Get('export')
  @ApiOperation({
    summary: 'The whole history with its checkpoints, for `duban history verify`',
    description: 'JSON lines, signed up to now. That it was exported is an event itself.',
  })
  @ApiProduces(BUNDLE_TYPE)
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async export(@CurrentActor() actor: Actor): Promise<StreamableFile> {
    await this.transactor.as(actor, (tx) => this.bundle.assertSeesAll(tx));
    const { upTo, bytes } = await this.bundle.export(actor, this.clock.now());
    return new StreamableFile(Readable.from(bytes, { objectMode: false }), {
      type: BUNDLE_TYPE,
      disposition: `attachment; filename="duban-history-${upTo.size}.jsonl"`,
    });
  }
}

const isNumber = (part: unknown): boolean => Number.isSafeInteger(part) && (part as number) > 0;
