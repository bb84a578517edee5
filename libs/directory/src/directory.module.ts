import { HistoryModule } from '@duban/history';
import { Global, Module } from '@nestjs/common';
import { AccountService } from './account.service';
import { NameSettler } from './name-settler';
import { SessionService } from './session.service';
import { UnitDirectory } from './unit-directory';
import { UnitImportService } from './unit-import.service';

const SERVICES = [AccountService, NameSettler, SessionService, UnitDirectory, UnitImportService];

/** Units, people, sign-in and rights, for every library above. Needs the tokens CONFIG and CLOCK of the platform. */
@Global()
@Module({ imports: [HistoryModule], providers: SERVICES, exports: SERVICES })
export class DirectoryModule {}
