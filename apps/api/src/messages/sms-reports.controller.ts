import { timingSafeEqual } from 'node:crypto';
import { Transactor } from '@duban/database';
import { type Clock, notFound } from '@duban/kernel';
import { bareMobile, ReceiptRecorder, smsReceipt } from '@duban/notifications';
import { CLOCK, type Config, CONFIG } from '@duban/platform';
import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { createZodDto } from 'nestjs-zod';
import { z } from 'zod';
import { NotCounted, Public } from '../requests';
import { storable } from '../schemas';

class ReportParams extends createZodDto(z.strictObject({ token: z.string().max(200) })) {}
/** As the gateway names them; whatever else it says is of no concern. */
class SmsReportsDto extends createZodDto(
  z
    .array(
      z.object({
        msgGroup: storable.min(1).max(100),
        mobile: storable.min(1).max(30),
        reportStatus: storable.max(50),
        errorCode: storable.max(50).nullish(),
        submitDate: storable.max(50).nullish(),
        receiveDate: storable.max(50).nullish(),
      }),
    )
    .max(1_000),
) {}
class SmsReportsTakenDto extends createZodDto(z.object({ taken: z.int().meta({ description: 'That were new.' }) })) {}

@ApiTags('messages')
@Controller('sms-reports')
export class SmsReportsController {
  private readonly token: Buffer | null;

  constructor(
    private readonly transactor: Transactor,
    private readonly receipts: ReceiptRecorder,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) { SMS_REPORT_TOKEN }: Pick<Config, 'SMS_REPORT_TOKEN'>,
  ) {
    this.token = SMS_REPORT_TOKEN === undefined ? null : Buffer.from(SMS_REPORT_TOKEN);
  }

  @Public()
  @NotCounted()
  @Post(':token')
  @HttpCode(200)
  @ApiOperation({
    summary: 'For the gateway of short messages (短信): what became of them (状态报告)',
    description: 'Known by the secret in its address, SMS_REPORT_TOKEN. The same again changes nothing.',
  })
  @ApiOkResponse({ type: SmsReportsTakenDto })
  async take(@Param() { token }: ReportParams, @Body() reports: SmsReportsDto): Promise<SmsReportsTakenDto> {
    this.assertKnown(token);
    const receipts = reports.map(({ msgGroup, mobile, reportStatus, errorCode }) => ({
      remoteId: msgGroup,
      address: bareMobile(mobile),
      said: `${reportStatus} ${errorCode ?? ''}`.trim(),
      receipt: smsReceipt({ reportStatus, errorCode: errorCode ?? '' }),
    }));
    const taken = await this.transactor.run((tx) => this.receipts.take(tx, 'sms', receipts, this.clock.now()));
    return { taken };
  }

  /** Whoever has another token is told no more than that nothing is there; how long that takes tells nothing either. */
  private assertKnown(token: string): void {
    const given = Buffer.from(token);
    if (this.token !== null && given.length === this.token.length && timingSafeEqual(given, this.token)) return;
    throw notFound('SMS_REPORTS.UNKNOWN', 'There is nothing at this address.');
  }
}
