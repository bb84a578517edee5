export { AccountService } from './account.service';
export { DIRECTORY_ENTITIES } from './directory-entities';
export { DirectoryModule } from './directory.module';
export type { Jurisdiction } from './jurisdiction';
export { type Action, assertMay, may, unitScope } from './rights';
export { SessionService, type SignedIn } from './session.service';
export { type GovernmentPosts, type Holder, type ResolvedName, UnitDirectory, type UnitPosts } from './unit-directory';
export { type UnitImportResult, UnitImportService } from './unit-import.service';
export type { UnitView } from './unit-view';
