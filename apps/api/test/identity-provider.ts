import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { freePort } from '@duban/testing';
import { decodeJwt, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { type Configuration, Provider } from 'oidc-provider';

/** What the provider says of a person beyond who it is. */
export type Claims = Record<string, unknown>;

/** A real OpenID provider in this process; who signs in there by a name has what `people` says of that name. */
export class IdentityProvider {
  readonly people: Record<string, Claims> = {};
  /** What stands in ID tokens instead, for specs of those that must not count; `key` signs them, by `alg`. */
  forge: { claims: JWTPayload; key?: Parameters<SignJWT['sign']>[0]; alg?: string } | null = null;
  readonly clientSecret = 'a-secret-between-the-two';
  private server: Server | undefined;
  private keys: Awaited<ReturnType<typeof generateKeyPair>> | undefined;
  private port = 0;
  private stopListening = (): void => undefined;

  get issuer(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Takes its place, so that its address is known; answers nothing yet. */
  async reserve(): Promise<this> {
    this.port = await freePort();
    return this;
  }

  /** @param duban where duban is to be found */
  async start(duban: string): Promise<void> {
    // What it says of itself in development is no news here.
    const said = (['warn', 'info'] as const).map((level) => jest.spyOn(console, level).mockImplementation());
    this.keys = await generateKeyPair('RS256', { extractable: true });
    const jwk = await exportJWK(this.keys.privateKey);
    const provider = new Provider(this.issuer, {
      ...this.configuration(duban),
      jwks: { keys: [{ ...jwk, kid: 'k' }] },
    });
    this.stopListening = () => said.forEach((spy) => spy.mockRestore());
    provider.on('server_error', (_, error) => console.error(error));
    this.server = createServer((request, response) => {
      if (this.forge && request.url === '/token') this.forgeAnswer(response);
      void provider.callback()(request, response);
    });
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  /** Puts another ID token into the answer of the token endpoint. */
  private forgeAnswer(response: ServerResponse): void {
    const end = response.end.bind(response) as (text: string) => void;
    response.end = ((body: string | Buffer) => {
      const answer = JSON.parse(String(body)) as { id_token: string };
      const claims = { ...decodeJwt(answer.id_token), ...this.forge!.claims };
      void new SignJWT(claims)
        .setProtectedHeader({ alg: this.forge!.alg ?? 'RS256', kid: 'k' })
        .sign(this.forge!.key ?? this.keys!.privateKey)
        .then((forged) => {
          const text = JSON.stringify({ ...answer, id_token: forged });
          response.setHeader('content-length', Buffer.byteLength(text));
          end(text);
        });
    }) as ServerResponse['end'];
  }

  /** A logout token, as the provider itself makes it, or not quite. */
  async logoutToken(claims: JWTPayload, key = this.keys!.privateKey): Promise<string> {
    return new SignJWT({
      iss: this.issuer,
      aud: 'duban',
      jti: String(Math.random()),
      iat: Math.floor(Date.now() / 1000),
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      ...claims,
    })
      .setProtectedHeader({ alg: 'RS256', typ: 'logout+jwt', kid: 'k' })
      .sign(key);
  }

  async stop(): Promise<void> {
    this.stopListening();
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    server.closeAllConnections();
    await new Promise<void>((done) => server.close(() => done()));
  }

  private configuration(duban: string): Configuration {
    return {
      clients: [
        {
          client_id: 'duban',
          client_secret: this.clientSecret,
          redirect_uris: [`${duban}/api/v1/sessions/oidc/callback`],
          post_logout_redirect_uris: [`${duban}/`],
          backchannel_logout_uri: `${duban}/api/v1/sessions/oidc/back-channel-logout`,
          backchannel_logout_session_required: true,
        },
      ],
      claims: {
        openid: ['sub', 'duban_role', 'duban_unit'],
        profile: ['name', 'preferred_username'],
        email: ['email', 'email_verified'],
      },
      features: { devInteractions: { enabled: true }, backchannelLogout: { enabled: true } },
      findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...this.people[id] }) }),
      cookies: { keys: ['a key of the provider'] },
      // It would refuse to call an address of this machine.
      fetch: (url, options) => {
        const { dispatcher: _, ...rest } = options as RequestInit & { dispatcher?: unknown };
        return fetch(url, rest);
      },
      ttl: { Session: 3600, Grant: 3600, Interaction: 3600, IdToken: 3600, AccessToken: 3600 },
      pkce: { required: () => true },
    };
  }
}
