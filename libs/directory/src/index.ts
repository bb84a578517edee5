export { guardFormula } from './unit-files/formula-cells';
export { ACCOUNT_VENDORS, type AccountVendor, type Contact, contactColumns } from './contact';
export { type AccountEdit, AccountService } from './account.service';
export { findPeople, type FoundPerson } from './people-by-words';
export { type PersonState, readPersonStates } from './person-state';
export { type ErasedPerson, ErasureService } from './erasure.service';
export { DelegationService, type DelegationView, type NewDelegation } from './delegation.service';
export { assertInMatter, inMatterOf, type TaskColumns, isInMatter, type MatterPlace } from './delegation-terms';
export { DIRECTORY_ENTITIES } from './directory-entities';
export { DirectoryModule } from './directory.module';
export type { Jurisdiction } from './jurisdiction';
export { isResolved, type NameReading, type ResolvedName, type UncertainName } from './name-book';
export type { NameGuess } from './name-guesses';
export { type NameMeaning, NameSettler } from './name-settler';
export { lockDirectory } from './directory-lock';
export { nameKey } from './names';
export {
  type GovernmentPosts,
  type Holder,
  type StandIn,
  type TitledPost,
  UnitDirectory,
  type UnitPosts,
} from './unit-directory';
export { ProviderSignInService } from './oidc/provider-sign-in.service';
export { IdentityProvider } from './oidc/identity-provider';
export { type NewPostChange, PostChangeService, type PostChangeView } from './post-change.service';
export { type NewPost, PostService } from './post.service';
export type { PostState, PostView } from './post-view';
export {
  type Action,
  ACTIONS,
  assertMay,
  assertMayAny,
  may,
  type Reach,
  reachOf,
  RIGHTS_IN_WORDS,
  unitScope,
} from './rights';
export {
  type ActingPost,
  assertComplete,
  type Session,
  type SessionNeed,
  type SessionOrigin,
  SessionService,
  type SessionView,
  type SignedIn,
} from './session.service';
export { ApiTokenService, type ApiTokenView } from './sign-in/api-token.service';
export { CODE_MINUTES, type PasswordResetMail, PasswordResetService } from './sign-in/password-reset.service';
export { type Enrolment, SecondFactorService, type SecondFactorState } from './sign-in/second-factor.service';
export { type AccountView, SignInAdministrationService } from './sign-in/sign-in-administration.service';
export { SecretBox } from './sign-in/secret-box';
export { type SignInPolicy, signInPolicySchema } from './sign-in/sign-in-policy';
export { SignInPolicyService, type SignInPolicyVersion } from './sign-in/sign-in-policy.service';
export { SignInService } from './sign-in/sign-in.service';
export { UNIT_KINDS } from './unit-kinds';
export {
  cleanTerms,
  type PlannedUnitChanges,
  refuseTwice,
  type SuccessorTerms,
  UnitChangeService,
  type UnitChanges,
  type UnitChangeTerms,
} from './unit-changes';
export { writeCsv, writeWorkbook } from './unit-files/table-file';
export { EXPORT_FORMATS, EXPORT_TYPES, type ExportFormat, writeUnitFile } from './unit-files/unit-export';
export { readUnitFile } from './unit-files/unit-file';
export { type UnitImportPreview, type UnitImportResult, UnitImportService } from './unit-import.service';
export { readUnitListing } from './unit-listing';
export type { UnitView } from './unit-view';
