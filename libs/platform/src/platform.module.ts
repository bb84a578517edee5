import type { Clock } from '@duban/kernel';
import { type DynamicModule, Module } from '@nestjs/common';
import { CurrentCalendar } from './calendar';
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
        { provide: CALENDAR, useClass: CurrentCalendar },
      ],
      exports: [CONFIG, CLOCK, CALENDAR],
    };
  }
}
