import { Global, Module } from '@nestjs/common';
import { DashboardReader } from './dashboard.reader';
import { PlanReader } from './plan.reader';
import { SupervisionReader } from './supervision.reader';
import { TaskReader } from './task.reader';

const READERS = [PlanReader, TaskReader, SupervisionReader, DashboardReader];

@Global()
@Module({ providers: READERS, exports: READERS })
export class ReportingModule {}
