import { HistoryModule } from '@duban/history';
import { Global, Module } from '@nestjs/common';
import { AccountService } from './account.service';
import { DelegationService } from './delegation.service';
import { ErasureService } from './erasure.service';
import { NameSettler } from './name-settler';
import { IdentityProvider } from './oidc/identity-provider';
import { ProviderSignInService } from './oidc/provider-sign-in.service';
import { PostChangeService } from './post-change.service';
import { PostService } from './post.service';
import { SessionService } from './session.service';
import { ApiTokenService } from './sign-in/api-token.service';
import { PasswordResetService } from './sign-in/password-reset.service';
import { PasswordService } from './sign-in/password.service';
import { SecondFactorService } from './sign-in/second-factor.service';
import { SecretBox } from './sign-in/secret-box';
import { SignInAdministrationService } from './sign-in/sign-in-administration.service';
import { SignInPolicyService } from './sign-in/sign-in-policy.service';
import { SignInService } from './sign-in/sign-in.service';
import { UnitChangeService } from './unit-changes';
import { UnitDirectory } from './unit-directory';
import { UnitImportService } from './unit-import.service';

const SERVICES = [
  AccountService,
  ApiTokenService,
  DelegationService,
  ErasureService,
  IdentityProvider,
  NameSettler,
  PasswordResetService,
  PasswordService,
  PostChangeService,
  PostService,
  ProviderSignInService,
  SecondFactorService,
  SecretBox,
  SessionService,
  SignInAdministrationService,
  SignInPolicyService,
  SignInService,
  UnitChangeService,
  UnitDirectory,
  UnitImportService,
];

/** Units, people, sign-in and rights, for every library above. Needs the tokens CONFIG and CLOCK of the platform, and the Transactor. */
@Global()
@Module({ imports: [HistoryModule], providers: SERVICES, exports: SERVICES })
export class DirectoryModule {}
