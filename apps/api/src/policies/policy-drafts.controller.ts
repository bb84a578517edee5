import { Transactor } from '@duban/database';
import type { Actor } from '@duban/history';
import { PolicyDraftService, type PolicyDraftView, type PolicyView } from '@duban/tasks';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query, Req } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { type ActingRequest, CurrentActor, Needs } from '../requests';
import { pageOf, storable, text, uuid } from '../schemas';
import { policyDraft, PolicyDto, policyId, policyVersion, writtenRules } from './policy-schemas';

class PolicyDraftDto extends createZodDto(policyDraft) {}
class PolicyDraftsDto extends createZodDto(pageOf(policyDraft)) {}
class DraftParams extends createZodDto(z.strictObject({ id: uuid })) {}
const draftVersion = z.int('A whole number.').min(1, 'From 1.').meta({ description: 'Of the draft that you read.' });
class NewPolicyDraftDto extends createZodDto(
  z.strictObject({
    policyId,
    from: z
      .union(
        [
          z.strictObject({ preset: storable.min(1).max(100) }),
          z.strictObject({ policyId: storable.min(1).max(100), version: policyVersion.optional() }),
        ],
        { error: 'Either { preset } or { policyId, version }.' },
      )
      .optional()
      .meta({
        description:
          'What it is a copy of: a preset, or a version; by default the newest version of the policy itself.',
      }),
    rules: writtenRules.optional().meta({ description: 'Or the rules themselves.' }),
  }),
) {}
class PolicyDraftRulesDto extends createZodDto(
  z.strictObject({ rules: writtenRules, expectedVersion: draftVersion }),
) {}
class DiscardQuery extends createZodDto(
  z.strictObject({ expectedVersion: z.coerce.number({ error: 'A whole number from 1.' }).pipe(draftVersion) }),
) {}
class EnablePolicyDto extends createZodDto(
  z.strictObject({
    expectedVersion: draftVersion,
    expectedPolicyVersion: z
      .int('A whole number.')
      .min(0, 'From 0.')
      .max(2 ** 31 - 1)
      .meta({
        description:
          'The newest version of the policy, which it follows, 0 where there is none; 409 with what another changed.',
      }),
    reason: text,
  }),
) {}

@ApiTags('policies')
@Controller('policies/drafts')
export class PolicyDraftsController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly drafts: PolicyDraftService,
  ) {}

  @Needs('policy.draft')
  @Get()
  @ApiOperation({ summary: 'Drafts of rule sets (督办规则草案)' })
  @ApiOkResponse({ type: PolicyDraftsDto })
  async list(@CurrentActor() actor: Actor): Promise<{ items: PolicyDraftView[]; next: null }> {
    return { items: await this.transactor.as(actor, (tx) => this.drafts.list(tx, actor)), next: null };
  }

  @Needs('policy.draft')
  @Get(':id')
  @ApiOperation({ summary: 'A draft, with its faults' })
  @ApiOkResponse({ type: PolicyDraftDto })
  get(@CurrentActor() actor: Actor, @Param() { id }: DraftParams): Promise<PolicyDraftView> {
    return this.transactor.as(actor, (tx) => this.drafts.view(tx, actor, id));
  }

  @Needs('policy.draft')
  @Post()
  @HttpCode(201)
  @ApiOperation({
    summary: 'Begin a draft: a new policy, or the next version of one',
    description: 'It binds nobody, and is kept with its faults, which the answer names field by field.',
  })
  @ApiCreatedResponse({ type: PolicyDraftDto })
  write(@Req() request: ActingRequest, @Body() input: NewPolicyDraftDto): Promise<PolicyDraftView> {
    return this.commands.run(request, input, (tx, actor, at) => this.drafts.write(tx, actor, at, given(input)));
  }

  @Needs('policy.draft')
  @Put(':id')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Change the rules of a draft',
    description: '409 where somebody has changed it since, with what they changed.',
  })
  @ApiOkResponse({ type: PolicyDraftDto })
  change(
    @Req() request: ActingRequest,
    @Param() { id }: DraftParams,
    @Body() input: PolicyDraftRulesDto,
  ): Promise<PolicyDraftView> {
    return this.commands.run(request, input, (tx, actor, at) => this.drafts.change(tx, actor, at, id, input));
  }

  @Needs('policy.draft')
  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Discard a draft' })
  @ApiNoContentResponse()
  discard(@Req() request: ActingRequest, @Param() { id }: DraftParams, @Query() query: DiscardQuery): Promise<void> {
    return this.commands.run(request, null, (tx, actor, at) =>
      this.drafts.discard(tx, actor, at, id, query.expectedVersion),
    );
  }

  @Needs('policy.enable')
  @Post(':id/enable')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Enable a draft as the next version of its policy (启用)',
    description:
      'For good: a version never changes. Plans issued from now on go by it; an issued one when it is told to by ' +
      '`POST /plans/:id/policy`. Nothing that has an error is enabled.',
  })
  @ApiOkResponse({ type: PolicyDto })
  enable(
    @Req() request: ActingRequest,
    @Param() { id }: DraftParams,
    @Body() input: EnablePolicyDto,
  ): Promise<PolicyView> {
    return this.commands.run(request, input, (tx, actor, at) => this.drafts.enable(tx, actor, at, id, input));
  }
}

/** Without what is there but undefined. */
function given({ policyId: id, from, rules }: NewPolicyDraftDto): Parameters<PolicyDraftService['write']>[3] {
  const source =
    from === undefined || 'preset' in from
      ? from
      : { policyId: from.policyId, ...(from.version === undefined ? {} : { version: from.version }) };
  return {
    policyId: id,
    ...(source === undefined ? {} : { from: source }),
    ...(rules === undefined ? {} : { rules }),
  };
}
