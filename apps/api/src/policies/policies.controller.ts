import { Transactor } from '@duban/database';
import {
  ASSUMPTIONS,
  FOLLOW_UP_KINDS,
  NOTICE_COLOURS,
  OBLIGATION_KINDS,
  type PolicyChange,
  policyChanges,
  policySchema,
} from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock, invalid, parseLocalDate } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { type Simulation, SimulationReader } from '@duban/reporting';
import { PolicyDraftService, PolicyService, type PolicySummary, type PolicyView } from '@duban/tasks';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Costly, CurrentActor, Needs } from '../requests';
import { asOfInstant } from '../as-of';
import { asOf, cursor, day, pageOf, textOrNull, uuid } from '../schemas';
import {
  policyChange,
  PolicyDto,
  PolicyParams,
  policySummary,
  policyVersion,
  PolicyVersionParams,
  writtenRules,
} from './policy-schemas';

const version = policyVersion;
class PoliciesDto extends createZodDto(pageOf(policySummary)) {}
class PolicyQuery extends createZodDto(
  z.strictObject({
    version: z.coerce
      .number({ error: 'A whole number from 1.' })
      .pipe(policyVersion)
      .optional()
      .meta({ description: 'By default the newest.' }),
    asOf,
  }),
) {}
class PoliciesQuery extends createZodDto(z.strictObject({ asOf })) {}
class PolicySchemaDto extends createZodDto(z.record(z.string(), z.unknown())) {}
class ChangesQuery extends createZodDto(
  z.strictObject({
    from: z.coerce.number({ error: 'A whole number from 1.' }).pipe(policyVersion),
    to: z.coerce.number({ error: 'A whole number from 1.' }).pipe(policyVersion).optional().meta({
      description: 'By default the newest.',
    }),
    draftId: uuid.optional().meta({ description: 'Or to a draft of the policy.' }),
  }),
) {}
class PolicyChangesDto extends createZodDto(
  z.object({
    policyId: z.string(),
    from: policyVersion,
    to: policyVersion.nullable().meta({ description: 'Null for a draft.' }),
    items: z.array(policyChange),
  }),
) {}

const planYear = z.int().min(2000, 'A year from 2000 to 2100.').max(2100, 'A year from 2000 to 2100.');
class SimulateDto extends createZodDto(
  z.strictObject({
    from: day.meta({ description: 'The first day.' }),
    to: day.meta({ description: 'The last day, included; at most two years after the first.' }),
    version: policyVersion.optional().meta({ description: 'Of the policy; by default the newest.' }),
    draftId: uuid.optional().meta({ description: 'A draft of the policy instead of a version.' }),
    rules: writtenRules.optional().meta({ description: 'Or the rules themselves, which are kept nowhere.' }),
    planId: uuid.optional().meta({ description: 'One plan, also a draft. By default all issued plans.' }),
    unitId: uuid.optional().meta({ description: 'What concerns one unit.' }),
    assume: z.enum(ASSUMPTIONS).default('nobody_answers').meta({
      description:
        'Nobody answers, so that the whole ladder shows; or all is done on the last day, so that nothing is urged.',
    }),
    issuedOn: day.optional().meta({ description: 'Of a draft: the day of its issue; by default the present one.' }),
    year: planYear.optional().meta({ description: 'Of a draft: by default the year that its title says.' }),
    limit: z.int('A whole number.').min(1, 'From 1 to 200.').max(200, 'From 1 to 200.').default(50).meta({
      description: 'Items a page.',
    }),
    cursor,
  }),
) {}

const followUps = z.int().meta({ description: 'Follow-ups (催办), one for each recipient of a rung.' });
const dayTotal = z.object({ day: z.string(), followUps });
const kind = z.enum(FOLLOW_UP_KINDS);
const colour = z.enum(NOTICE_COLOURS).nullable();
const unit = { unitId: uuid, unitCode: z.string(), unitName: z.string() };
class SimulationDto extends createZodDto(
  pageOf(
    z.object({
      at: z.string(),
      day: z.string(),
      isProvisional: z.boolean().meta({
        description: 'It falls into, or is counted from, a year whose holidays are not published.',
      }),
      planId: uuid,
      taskId: uuid,
      taskNumber: textOrNull,
      obligationId: uuid.nullable().meta({ description: 'Null for what is not owed yet.' }),
      obligationKind: z.enum(OBLIGATION_KINDS),
      subject: textOrNull,
      dueOn: z.string(),
      ...unit,
      rung: z.string(),
      kind,
      colour,
      isConditional: z.boolean().meta({
        description: 'Its rung asks how far the unit is: it is sent if nothing is done, and not where enough is.',
      }),
      answerDueOn: textOrNull,
      recipient: z.object({ postId: uuid, post: z.string(), unitId: uuid.nullable(), unitCode: textOrNull }),
      isCopy: z.boolean(),
      persons: z
        .array(z.object({ personId: uuid, name: z.string() }))
        .meta({ description: 'Who holds the post on that day, as far as is known; empty where it is vacant.' }),
    }),
  ).extend({
    policy: z.object({ id: z.string(), version, name: z.object({ zh: z.string(), en: z.string() }) }),
    from: z.string(),
    to: z.string(),
    assume: z.enum(ASSUMPTIONS),
    now: z.string().meta({ description: 'The instant from which it is simulated: nothing before it is told.' }),
    plans: z.array(
      z.object({
        id: uuid,
        title: z.string(),
        basis: z.enum(['goes_by_it', 'would_take_it_over', 'would_be_issued']).meta({
          description:
            'It goes by this version, and its obligations stand as they do; it goes by another, and would take this one ' +
            'over now; it is a draft, and would be issued by it.',
        }),
      }),
    ),
    faults: z
      .array(z.object({ code: z.string(), message: z.string(), field: z.string().optional() }))
      .meta({ description: 'What keeps the draft from being issued as it is, and is left out.' }),
    totals: z
      .object({
        obligations: z.int().meta({ description: 'Of which something may be sent.' }),
        followUps,
        byKind: z.array(z.object({ kind, colour, followUps })),
        byObligationKind: z.array(z.object({ kind: z.enum(OBLIGATION_KINDS), followUps })),
        byUnit: z
          .array(z.object({ ...unit, followUps, notices: z.int(), worstDay: dayTotal }))
          .meta({ description: 'By the unit concerned, most first.' }),
        byWeek: z.array(z.object({ from: z.string(), followUps })).meta({ description: 'By the Monday.' }),
        byDay: z
          .array(dayTotal.extend({ isWorkingDay: z.boolean(), isProvisional: z.boolean() }))
          .meta({ description: 'Every day of the span.' }),
        worstDay: dayTotal.nullable().meta({ description: 'The day with most; null where nothing is sent.' }),
      })
      .nullable()
      .meta({ description: 'Of all pages; on the first page only.' }),
  }),
) {}

@ApiTags('policies')
@Controller('policies')
export class PoliciesController {
  constructor(
    private readonly transactor: Transactor,
    private readonly policies: PolicyService,
    private readonly drafts: PolicyDraftService,
    private readonly simulations: SimulationReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('read.own')
  @Get()
  @ApiOperation({ summary: 'Policies (督办规则) with their versions' })
  @ApiOkResponse({ type: PoliciesDto })
  async list(
    @CurrentActor() actor: Actor,
    @Query() query: PoliciesQuery,
  ): Promise<{ items: PolicySummary[]; next: null }> {
    const at = asOfInstant(query.asOf, this.clock.now());
    return { items: await this.transactor.as(actor, (tx) => this.policies.list(tx, at)), next: null };
  }

  @Needs('read.own')
  @Get('schema')
  @ApiOperation({ summary: 'What rules are made of, as a JSON schema: for an editor' })
  @ApiOkResponse({ type: PolicySchemaDto })
  schema(): Record<string, unknown> {
    return z.toJSONSchema(policySchema, { io: 'input' });
  }

  @Needs('read.own')
  @Get(':id')
  @ApiOperation({ summary: 'A policy: the rules of its newest version, or of another' })
  @ApiOkResponse({ type: PolicyDto })
  get(@CurrentActor() actor: Actor, @Param() { id }: PolicyParams, @Query() query: PolicyQuery): Promise<PolicyView> {
    const at = asOfInstant(query.asOf, this.clock.now());
    return this.transactor.as(actor, (tx) => this.policies.view(tx, id, query.version, at));
  }

  @Needs('read.own')
  @Get(':id/versions/:version')
  @ApiOperation({ summary: 'One version of a policy; it never changes' })
  @ApiOkResponse({ type: PolicyDto })
  getVersion(@CurrentActor() actor: Actor, @Param() params: PolicyVersionParams): Promise<PolicyView> {
    return this.transactor.as(actor, (tx) => this.policies.view(tx, params.id, params.version));
  }

  @Needs('read.own')
  @Get(':id/changes')
  @ApiOperation({ summary: 'What one version says otherwise than another, or a draft than a version, by the field' })
  @ApiOkResponse({ type: PolicyChangesDto })
  changes(
    @CurrentActor() actor: Actor,
    @Param() { id }: PolicyParams,
    @Query() { from, to, draftId }: ChangesQuery,
  ): Promise<{ policyId: string; from: number; to: number | null; items: PolicyChange[] }> {
    if (to !== undefined && draftId !== undefined) {
      throw invalid('POLICY_DRAFT.TWO_SOURCES', 'Give "to" or "draftId", not both.', { field: 'draftId' });
    }
    return this.transactor.as(actor, async (tx) => {
      const { rules: before } = await this.policies.view(tx, id, from);
      if (draftId !== undefined) {
        const written = await this.drafts.written(tx, actor, id, draftId);
        return { policyId: id, from, to: null, items: policyChanges(before, written) };
      }
      const { rules: after } = await this.policies.view(tx, id, to);
      return { policyId: id, from, to: after.version, items: policyChanges(before, after) };
    });
  }

  @Needs('policy.simulate')
  @Costly()
  @Post(':id/simulate')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Try a policy before it is used (模拟): what it would send, day by day, with totals',
    description:
      'Nothing is written. The follow-ups are computed from the present obligations, by the functions that issue and the ' +
      'sweep go by, in the order in which they would fire; the totals count all of them, the first page has them.',
  })
  @ApiOkResponse({ type: SimulationDto })
  simulate(
    @CurrentActor() actor: Actor,
    @Param() { id }: PolicyParams,
    @Body() input: SimulateDto,
  ): Promise<Simulation> {
    const { from, to, issuedOn, ...rest } = input;
    return this.transactor.as(actor, (tx) =>
      this.simulations.simulate(tx, actor, this.clock.now(), id, {
        ...rest,
        from: parseLocalDate(from),
        to: parseLocalDate(to),
        ...(issuedOn === undefined ? {} : { issuedOn: parseLocalDate(issuedOn) }),
      }),
    );
  }
}
