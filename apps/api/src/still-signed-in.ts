import { Transactor } from '@duban/database';
import { type Action, ApiTokenService, assertComplete, assertMayAny, SessionService } from '@duban/directory';
import type { Actor } from '@duban/history';
import { type Config, CONFIG } from '@duban/platform';
import { Inject, Injectable } from '@nestjs/common';
import { type ActingRequest, postAskedFor } from './requests';
import { credentialOf } from './sign-in.guard';

/**
 * Asks of a request that goes on for long what its beginning was asked: whether the session or the token still counts,
 * and the post may do it. Being asked is no use of the session: it ends by its own time.
 */
@Injectable()
export class StillSignedIn {
  constructor(
    private readonly transactor: Transactor,
    private readonly sessions: SessionService,
    private readonly tokens: ApiTokenService,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_URL'>,
  ) {}

  /** @throws DomainError as when it began */
  async actor(request: ActingRequest, ...needs: [Action, ...Action[]]): Promise<Actor> {
    const { token, isCookie } = credentialOf(request, this.config);
    const postId = postAskedFor(request);
    const actor = await this.transactor.run(async (tx) => {
      if (ApiTokenService.isApiToken(token) && !isCookie)
        return this.tokens.authenticate(tx, token, request.id, postId);
      const found = await this.sessions.identify(tx, token, request.id, postId, { isUse: false });
      assertComplete(found.session.needs);
      return found.actor;
    });
    assertMayAny(actor, needs);
    return actor;
  }
}
