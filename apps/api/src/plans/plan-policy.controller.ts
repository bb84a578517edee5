import { Transactor } from '@duban/database';
import { OBLIGATION_KINDS } from '@duban/domain';
import type { Actor } from '@duban/history';
import type { Clock } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { OPEN_UNDER_CHANGE, type PlanPolicyPreview, PlanPolicyService, type PlanPolicyWish } from '@duban/supervision';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { CommandRunner } from '../command.runner';
import { policyVersion } from '../policies/policy-schemas';
import { type ActingRequest, CurrentActor, Needs, OfPrimary } from '../requests';
import { storable, text, textOrNull, uuid } from '../schemas';
import { PlanParams } from './plan-schemas';

const policy = storable.min(1).max(100).optional().meta({ description: 'By default that by which the plan goes.' });
const NEWEST = { description: 'By default the newest.' };
const open = z.enum(OPEN_UNDER_CHANGE, { error: 'Say "from_now_on" or "new_only".' }).meta({
  description:
    'What becomes of what is open: `from_now_on` the new rules hold for it, too; `new_only` it stays with those under which ' +
    'it was made.',
});
class PlanPolicyQuery extends createZodDto(
  z.strictObject({
    policy,
    version: z.coerce.number({ error: 'A whole number from 1.' }).pipe(policyVersion).optional().meta(NEWEST),
    open: open.default('from_now_on'),
  }),
) {}
class ChangePlanPolicyDto extends createZodDto(
  z.strictObject({
    policy,
    version: policyVersion.optional().meta(NEWEST),
    open,
    reason: text,
    digest: storable.min(1).max(100).meta({ description: 'That of `GET`: 409 where something has changed since.' }),
  }),
) {}

const pointer = z.object({ rung: z.string(), at: z.string() }).nullable();
const whose = z.object({ policy: z.string(), version: policyVersion });
const WHATS = ['opened', 'redated', 'goes_on', 'lapsed', 'past'] as const;
class PlanPolicyDto extends createZodDto(
  z.object({
    planId: uuid,
    from: whose,
    to: whose,
    open: z.enum(OPEN_UNDER_CHANGE),
    digest: z.string().meta({ description: 'Give it with the change.' }),
    staying: z.int().meta({ description: 'Open obligations that stay with the rules under which they were made.' }),
    totals: z.object({ opened: z.int(), redated: z.int(), goes_on: z.int(), lapsed: z.int(), past: z.int() }),
    items: z.array(
      z.object({
        obligationId: uuid.nullable().meta({ description: 'Null for what is not owed yet.' }),
        taskId: uuid,
        taskNumber: textOrNull,
        unitId: uuid,
        unitName: z.string(),
        kind: z.enum(OBLIGATION_KINDS),
        subject: textOrNull,
        what: z.enum(WHATS).meta({
          description:
            'Owed anew; by another date; by the same date on the new ladder; no more; or it would be, but was due before.',
        }),
        dueOnBefore: textOrNull,
        dueOn: textOrNull,
        rule: textOrNull.meta({ description: 'Why this date, where it is another.' }),
        ladderBefore: textOrNull,
        ladder: textOrNull,
        nextBefore: pointer.meta({ description: 'What would be sent next, and when.' }),
        next: pointer,
      }),
    ),
  }),
) {}

@ApiTags('plans')
@Controller('plans')
export class PlanPolicyController {
  constructor(
    private readonly transactor: Transactor,
    private readonly commands: CommandRunner,
    private readonly changes: PlanPolicyService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('policy.enable')
  @OfPrimary()
  @Get(':id/policy')
  @ApiOperation({ summary: 'What it would change if an issued plan went by other rules, obligation by obligation' })
  @ApiOkResponse({ type: PlanPolicyDto })
  preview(
    @CurrentActor() actor: Actor,
    @Param() { id }: PlanParams,
    @Query() query: PlanPolicyQuery,
  ): Promise<PlanPolicyPreview> {
    return this.transactor.as(actor, (tx) => this.changes.preview(tx, actor, this.clock.now(), id, wishOf(query)));
  }

  @Needs('policy.enable')
  @Post(':id/policy')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Have an issued plan go by other rules (变更督办规则)',
    description:
      'What was sent stands and is not sent again; of what would have been sent before, one step at most is made up for, on ' +
      'the next working day.',
  })
  @ApiOkResponse({ type: PlanPolicyDto })
  change(
    @Req() request: ActingRequest,
    @Param() { id }: PlanParams,
    @Body() input: ChangePlanPolicyDto,
  ): Promise<PlanPolicyPreview> {
    const { reason, digest } = input;
    return this.commands.run(request, input, (tx, actor, at) =>
      this.changes.change(tx, actor, at, id, { ...wishOf(input), reason, digest }),
    );
  }
}

const wishOf = (asked: PlanPolicyQuery): PlanPolicyWish => ({
  open: asked.open,
  ...(asked.policy === undefined ? {} : { policy: asked.policy }),
  ...(asked.version === undefined ? {} : { version: asked.version }),
});
