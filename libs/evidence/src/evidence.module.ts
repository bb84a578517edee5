import { CONFIG, type Config } from '@duban/platform';
import { Global, Module } from '@nestjs/common';
import { EvidenceService } from './evidence.service';
import { EvidenceSweeper } from './evidence.sweeper';
import { EvidenceIntake } from './intake';
import { Scanner } from './scanner';
import { createObjectStore } from './store/create-object-store';
import { ObjectStore } from './store/object-store';

const SERVICES = [EvidenceIntake, EvidenceService, EvidenceSweeper];

/** Files that are handed in as evidence. Needs the tokens CONFIG and CLOCK of the platform, the Transactor and history. */
@Global()
@Module({
  providers: [
    { provide: ObjectStore, useFactory: (config: Config) => createObjectStore(config), inject: [CONFIG] },
    { provide: Scanner, useFactory: ({ DUBAN_CLAMD }: Config) => new Scanner(DUBAN_CLAMD), inject: [CONFIG] },
    ...SERVICES,
  ],
  exports: [ObjectStore, ...SERVICES],
})
export class EvidenceModule {}
