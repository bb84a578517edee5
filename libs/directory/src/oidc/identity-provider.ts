import { DomainError } from '@duban/kernel';
import { type Config, CONFIG } from '@duban/platform';
import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { isTwofold } from './claims';

/** What has to come back unchanged from a sign-in that was begun. */
export interface ProviderChecks {
  state: string;
  nonce: string;
  codeVerifier: string;
}

/** Who somebody is, by the provider's word. */
export interface ProviderSignIn {
  issuer: string;
  subject: string;
  /** The provider's id of its own session; null where it tells none. */
  session: string | null;
  /** It says that it asked for two factors, by the names that the settings know. */
  isTwofold: boolean;
  claims: Readonly<Record<string, unknown>>;
}

type Settings = Pick<
  Config,
  | 'OIDC_ISSUER'
  | 'OIDC_CLIENT_ID'
  | 'OIDC_CLIENT_SECRET'
  | 'OIDC_SCOPE'
  | 'OIDC_TWOFOLD_ACR'
  | 'OIDC_TWOFOLD_AMR'
  | 'DUBAN_URL'
>;

const CALLBACK_PATH = '/api/v1/sessions/oidc/callback';
const ANSWER_SECONDS = 8;
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/**
 * The identity provider (统一身份认证), by OpenID Connect: authorization code with PKCE, state and nonce. It is asked for its
 * addresses when the process starts, and again when somebody signs in, if it was away.
 */
@Injectable()
export class IdentityProvider implements OnApplicationBootstrap {
  private readonly logger = new Logger('oidc');
  private found: Promise<oidc.Configuration> | undefined;
  private keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  constructor(@Inject(CONFIG) private readonly settings: Settings) {}

  onApplicationBootstrap(): void {
    if (this.settings.OIDC_ISSUER === undefined) return;
    void this.configuration().catch((error: unknown) => this.logger.warn(String(error)));
  }

  /** @throws DomainError unavailable `OIDC.PROVIDER_AWAY` */
  async begin(): Promise<ProviderChecks & { url: URL }> {
    const configuration = await this.configuration();
    const checks = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      codeVerifier: oidc.randomPKCECodeVerifier(),
    };
    const { OIDC_TWOFOLD_ACR: wanted } = this.settings;
    const url = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: `${this.settings.DUBAN_URL}${CALLBACK_PATH}`,
      scope: this.settings.OIDC_SCOPE,
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(checks.codeVerifier),
      code_challenge_method: 'S256',
      ...(wanted && { acr_values: wanted.join(' ') }),
    });
    return { ...checks, url };
  }

  /**
   * @param query of the address to which the provider sent the browser back
   * @throws DomainError unauthenticated `OIDC.REFUSED` (by the provider), `OIDC.NOT_PROVED` with the reason; unavailable
   *   `OIDC.PROVIDER_AWAY`
   */
  async complete(query: string, { state, nonce, codeVerifier }: ProviderChecks): Promise<ProviderSignIn> {
    const configuration = await this.configuration();
    const address = new URL(`${this.settings.DUBAN_URL}${CALLBACK_PATH}?${query}`);
    try {
      const tokens = await oidc.authorizationCodeGrant(configuration, address, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: codeVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims()!;
      const more = configuration.serverMetadata().userinfo_endpoint
        ? await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub)
        : {};
      return {
        // Checked against the settings by now; one provider, one name.
        issuer: this.settings.OIDC_ISSUER!,
        subject: claims.sub,
        session: typeof claims['sid'] === 'string' ? claims['sid'] : null,
        isTwofold: isTwofold(claims, this.settings),
        claims: { ...more, ...claims },
      };
    } catch (error) {
      throw refusalOf(error);
    }
  }

  /** Where the browser goes to end the provider's session, too; null where the provider has no such address. */
  async logoutUrl(): Promise<string | null> {
    const configuration = await this.configuration().catch(() => null);
    if (!configuration?.serverMetadata().end_session_endpoint) return null;
    return oidc.buildEndSessionUrl(configuration, { post_logout_redirect_uri: `${this.settings.DUBAN_URL}/` }).href;
  }

  /**
   * Reads a logout token (OpenID Connect Back-Channel Logout 1.0), which the provider itself has sent.
   * @throws DomainError invalid `OIDC.LOGOUT_TOKEN_WRONG`; unavailable `OIDC.PROVIDER_AWAY`
   */
  async readLogoutToken(
    token: string,
  ): Promise<{ issuer: string; subject: string | null; session: string | null; id: string }> {
    const configuration = await this.configuration();
    const { issuer, jwks_uri: jwks } = configuration.serverMetadata();
    if (jwks === undefined) throw wrongLogoutToken('the provider publishes no keys');
    this.keys ??= createRemoteJWKSet(new URL(jwks), { timeoutDuration: ANSWER_SECONDS * 1000 });
    const { payload } = await jwtVerify(token, this.keys, {
      issuer,
      audience: this.settings.OIDC_CLIENT_ID!,
      maxTokenAge: '5 minutes',
      clockTolerance: 30,
    }).catch((error: unknown) => {
      throw isAway(error) ? providerAway(error) : wrongLogoutToken((error as Error).message);
    });
    const events = payload['events'] as Record<string, unknown> | undefined;
    const session = payload['sid'];
    if (typeof events !== 'object' || events === null || !(LOGOUT_EVENT in events)) {
      throw wrongLogoutToken('it tells of no logout');
    }
    if ('nonce' in payload) throw wrongLogoutToken('it has a nonce, so it is an ID token');
    if (typeof payload.jti !== 'string') throw wrongLogoutToken('it has no id');
    if (typeof session !== 'string' && payload.sub === undefined) throw wrongLogoutToken('it names nobody');
    return {
      issuer: this.settings.OIDC_ISSUER!,
      subject: payload.sub ?? null,
      session: typeof session === 'string' ? session : null,
      id: payload.jti,
    };
  }

  private configuration(): Promise<oidc.Configuration> {
    const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = this.settings;
    const issuer = new URL(OIDC_ISSUER!);
    this.found ??= oidc
      .discovery(
        issuer,
        OIDC_CLIENT_ID!,
        undefined,
        OIDC_CLIENT_SECRET === undefined ? oidc.None() : oidc.ClientSecretBasic(OIDC_CLIENT_SECRET),
        {
          timeout: ANSWER_SECONDS,
          execute: [
            // Whoever sits between the two must not be able to make a token.
            oidc.enableNonRepudiationChecks,
            // Settings allow plain http for this machine only.
            ...(issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : []),
          ],
        },
      )
      .catch((error: unknown) => {
        this.found = undefined;
        throw providerAway(error);
      });
    return this.found;
  }
}

function refusalOf(error: unknown): DomainError {
  if (isAway(error)) return providerAway(error);
  if (error instanceof oidc.AuthorizationResponseError) {
    return new DomainError('unauthenticated', 'OIDC.REFUSED', 'Your provider did not sign you in. Try again there.', {
      reason: error.error.slice(0, 100),
    });
  }
  const { code, error: answer } = error as { code?: string; error?: string };
  return new DomainError(
    'unauthenticated',
    'OIDC.NOT_PROVED',
    'What came back from your provider does not prove who you are. Sign in anew.',
    { reason: (answer ?? code ?? 'unknown').slice(0, 100) },
  );
}

const isAway = (error: unknown): boolean => {
  const { name, code, message, cause } = error as Error & { code?: string };
  const all = `${name} ${code} ${message} ${(cause as Error | undefined)?.name} ${(cause as { code?: string })?.code}`;
  return /fetch failed|ECONN|ENOTFOUND|EAI_AGAIN|TimeoutError|OAUTH_TIMEOUT|ERR_JWKS_TIMEOUT/.test(all);
};

const providerAway = (error: unknown): DomainError =>
  error instanceof DomainError
    ? error
    : new DomainError('unavailable', 'OIDC.PROVIDER_AWAY', 'The identity provider does not answer; try again.');

const wrongLogoutToken = (why: string): DomainError =>
  new DomainError('invalid', 'OIDC.LOGOUT_TOKEN_WRONG', `The logout token does not count: ${why}.`);
