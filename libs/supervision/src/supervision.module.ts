import { SupervisionPort } from '@duban/tasks';
import { Global, Module } from '@nestjs/common';
import { NoticeCloser } from './notice-closer';
import { NoticeService } from './notice.service';
import { NotificationWriter } from './notification.writer';
import { ObligationService } from './obligation.service';
import { SweepService } from './sweep.service';

/** Fills in what the library of tasks needs done in its transactions, so it is global. */
@Global()
@Module({
  providers: [
    ObligationService,
    { provide: SupervisionPort, useExisting: ObligationService },
    SweepService,
    NoticeService,
    NoticeCloser,
    NotificationWriter,
  ],
  exports: [SupervisionPort, SweepService, NoticeService],
})
export class SupervisionModule {}
