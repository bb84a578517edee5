import { Transactor } from '@duban/database';
import { FOLLOW_UP_KINDS, NOTICE_COLOURS, OBLIGATION_KINDS } from '@duban/domain';
import type { Actor } from '@duban/history';
import { type Clock, parseLocalDate } from '@duban/kernel';
import { CLOCK } from '@duban/platform';
import { type BackTest, BackTestReader } from '@duban/reporting';
import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { Costly, CurrentActor, Needs } from '../requests';
import { cursor, day, pageOf, textOrNull, uuid } from '../schemas';
import { PolicyParams, policyVersion, writtenRules } from './policy-schemas';

class BackTestInputDto extends createZodDto(
  z.strictObject({
    from: day.meta({ description: 'The first day.' }),
    to: day.meta({ description: 'The last day, included; at most two years after the first.' }),
    version: policyVersion.optional().meta({ description: 'Of the policy; by default the newest.' }),
    draftId: uuid.optional().meta({ description: 'A draft of the policy instead of a version.' }),
    rules: writtenRules.optional().meta({ description: 'Or the rules themselves, which are kept nowhere.' }),
    planId: uuid.optional().meta({ description: 'One issued plan. By default all that were issued of documents.' }),
    limit: z.int('A whole number.').min(1, 'From 1 to 200.').max(200, 'From 1 to 200.').default(50).meta({
      description: 'Items a page.',
    }),
    cursor,
  }),
) {}

const kind = z.enum(FOLLOW_UP_KINDS);
const colour = z.enum(NOTICE_COLOURS).nullable();
const obligationKind = z.enum(OBLIGATION_KINDS);
const worst = z.object({ day: z.string(), followUps: z.int() }).nullable();
const worstDays = {
  worstBefore: worst.meta({ description: 'The day on which most was really sent.' }),
  worstWith: worst.meta({ description: 'The day on which most would have been.' }),
};
const compared = {
  both: z.int().meta({ description: 'Sent, and it would have been by these rules, too.' }),
  onlyBefore: z.int().meta({ description: 'Sent, and it would not have been.' }),
  onlyWith: z.int().meta({ description: 'Not sent, and it would have been.' }),
};
class BackTestDto extends createZodDto(
  pageOf(
    z.object({
      side: z.enum(['only_before', 'only_with']),
      day: z.string(),
      unitId: uuid,
      obligationId: uuid,
      obligationKind,
      subject: textOrNull,
      taskId: uuid,
      taskNumber: textOrNull,
      rung: z.string(),
      kind,
      colour,
      postId: uuid,
      post: z.string(),
      isCopy: z.boolean(),
    }),
  ).extend({
    policy: z.object({
      id: z.string(),
      version: policyVersion,
      name: z.object({ zh: z.string(), en: z.string() }),
    }),
    from: z.string(),
    to: z.string(),
    totals: z
      .object({
        ...compared,
        ...worstDays,
        obligations: z.int().meta({ description: 'That were looked at.' }),
        byKind: z.array(z.object({ ...compared, kind, colour })),
        byObligationKind: z.array(z.object({ ...compared, kind: obligationKind })),
        byPost: z.array(z.object({ ...compared, post: z.string() })),
        byDay: z.array(z.object({ ...compared, day: z.string() })).meta({
          description: 'Days on which anything was sent, or would have been.',
        }),
        byUnit: z
          .array(z.object({ ...compared, ...worstDays, unitId: uuid, unitCode: z.string(), unitName: z.string() }))
          .meta({ description: 'Where it differs most first.' }),
      })
      .nullable()
      .meta({ description: 'Of all pages; on the first page only.' }),
  }),
) {}

@ApiTags('policies')
@Controller('policies')
export class BackTestController {
  constructor(
    private readonly transactor: Transactor,
    private readonly backTests: BackTestReader,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Needs('policy.simulate')
  @Costly()
  @Post(':id/back-test')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Hold a policy against what really happened (回测): who would have got what, beside what they got',
    description:
      'Nothing is written. Dates, stops, answers and ends are those that really were; a notice is answered where one of ' +
      'its colour about the same date was, and else it is not. Every rung is taken to fire at its time, and where a rung ' +
      'asks how far a unit is, nothing is taken to be known. The totals count all; the items are what differs, and the ' +
      'first page has the totals.',
  })
  @ApiOkResponse({ type: BackTestDto })
  backTest(
    @CurrentActor() actor: Actor,
    @Param() { id }: PolicyParams,
    @Body() { from, to, ...rest }: BackTestInputDto,
  ): Promise<BackTest> {
    return this.transactor.as(actor, (tx) =>
      this.backTests.backTest(tx, actor, this.clock.now(), id, {
        ...rest,
        from: parseLocalDate(from),
        to: parseLocalDate(to),
      }),
    );
  }
}
