import { Transactor } from '@duban/database';
import { systemClock } from '@duban/kernel';
import { CLOCK, CONFIG } from '@duban/platform';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AccountService, DirectoryModule, SessionService, UnitDirectory, UnitImportService } from '.';

@Global()
@Module({
  providers: [
    { provide: CONFIG, useValue: {} },
    { provide: CLOCK, useValue: systemClock },
    { provide: Transactor, useValue: {} },
  ],
  exports: [CONFIG, CLOCK, Transactor],
})
class PlatformStandIn {}

describe('DirectoryModule', () => {
  it('gives its services to whoever imports it', async () => {
    const module = await Test.createTestingModule({ imports: [PlatformStandIn, DirectoryModule] }).compile();
    for (const service of [AccountService, SessionService, UnitDirectory, UnitImportService]) {
      expect(module.get(service, { strict: false })).toBeInstanceOf(service);
    }
  });
});
