import { CHINA_HOLIDAYS, type Clock, createWorkingCalendar } from '@duban/kernel';
import { type DynamicModule, Module } from '@nestjs/common';
import { CALENDAR, CLOCK } from './clock';
import { CONFIG, type Config } from './config';

/** Gives every library the configuration, the clock and the working calendar. */
@Module({})
export class PlatformModule {
  static forRoot(config: Config, clock: Clock): DynamicModule {
    return {
      module: PlatformModule,
      global: true,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: CLOCK, useValue: clock },
        { provide: CALENDAR, useFactory: () => createWorkingCalendar(CHINA_HOLIDAYS) },
      ],
      exports: [CONFIG, CLOCK, CALENDAR],
    };
  }
}
