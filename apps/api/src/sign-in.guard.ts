import { Transactor } from '@duban/database';
import {
  type Action,
  ApiTokenService,
  assertComplete,
  assertMayAny,
  SessionService,
  type SessionNeed,
} from '@duban/directory';
import { type Actor, HistoryService } from '@duban/history';
import { type Clock, DomainError, forbidden, invalid } from '@duban/kernel';
import { CLOCK, type Config, CONFIG } from '@duban/platform';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { EntityManager } from 'typeorm';
import { RateLimits } from './limits/rate-limits';
import {
  type ActingRequest,
  COSTLY,
  IN_PERSON,
  NEEDS,
  NOT_COUNTED,
  postAskedFor,
  PUBLIC,
  WHILE_INCOMPLETE,
} from './requests';
import { assertOwnPage, sessionCookie } from './sessions/session-cookie';

/**
 * Finds out who makes a request, by a session's bearer token or cookie, or by an API token, and refuses whose post may not
 * do what the route needs. What it concerns, and whether that is theirs, is for the service to ask, and for the database.
 */
@Injectable()
export class SignInGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly transactor: Transactor,
    private readonly sessions: SessionService,
    private readonly tokens: ApiTokenService,
    private readonly history: HistoryService,
    private readonly rates: RateLimits,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'DUBAN_URL'>,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const marked = (key: string): unknown =>
      this.reflector.getAllAndOverride<unknown>(key, [context.getHandler(), context.getClass()]);
    const request = context.switchToHttp().getRequest<ActingRequest>();
    if (marked(PUBLIC)) {
      if (!marked(NOT_COUNTED)) await this.rates.countAddress(request.ip);
      return true;
    }
    await this.signIn(request, marked).catch(async (error: unknown) => {
      // Whoever guesses tokens is somebody from this address.
      if (error instanceof DomainError && error.kind === 'unauthenticated') await this.rates.countAddress(request.ip);
      throw error;
    });
    return true;
  }

  private async signIn(request: ActingRequest, marked: (key: string) => unknown): Promise<void> {
    const count = ({ personId }: Actor): Promise<void> =>
      this.rates.countPerson(personId!, marked(COSTLY) ? `${request.method} ${request.routeOptions.url}` : null);
    const { token, isCookie } = credentialOf(request, this.config);
    const postId = postAskedFor(request);
    // Whoever asks is looked up on the primary anyway: there it is said what a standby must have to answer them.
    const identified = <T>(work: (tx: EntityManager) => Promise<T>): Promise<T> =>
      this.transactor.run(async (tx) => {
        if (request.method === 'GET') request.upTo = await this.transactor.position(tx);
        return work(tx);
      });
    if (ApiTokenService.isApiToken(token) && !isCookie) {
      request.actor = await identified((tx) => this.tokens.authenticate(tx, token, request.id, postId));
      await count(request.actor);
      if (marked(IN_PERSON)) {
        await this.refuse(
          request.actor,
          forbidden('API_TOKEN.NOT_FOR_THIS', 'This is for people, not for API tokens.'),
        );
      }
      return assertMayNeeded(request.actor, marked(NEEDS));
    }
    const { actor, session } = await identified((tx) => this.sessions.identify(tx, token, request.id, postId));
    // A token that was given to a program is none for the cookie of a browser, nor the other way round.
    if ((session.kind === 'cookie') !== isCookie) throw notSignedIn();
    // From here on the log can say whom it refuses.
    request.actor = actor;
    await count(actor);
    if (isCookie) await this.check(actor, () => assertOwnPage(request, this.config));
    const allowed = (marked(WHILE_INCOMPLETE) ?? []) as SessionNeed[];
    if (session.needs !== null && !allowed.includes(session.needs)) assertComplete(session.needs);
    assertMayNeeded(actor, marked(NEEDS));
    request.session = session;
  }

  private async check(actor: Actor, assertion: () => void): Promise<void> {
    try {
      assertion();
    } catch (error) {
      if (error instanceof DomainError) await this.refuse(actor, error);
      throw error;
    }
  }

  /** Somebody tries to act for the person: that is recorded. */
  private async refuse(actor: Actor, error: DomainError): Promise<never> {
    await this.transactor.run((tx) =>
      this.history.append(tx, actor, this.clock.now(), [
        { type: 'person.request_refused', entity: 'person', entityId: actor.personId!, reason: error.code },
      ]),
    );
    throw error;
  }
}

/** A route that does not say what it needs is nobody's. */
function assertMayNeeded(actor: Actor, needs: unknown): void {
  if (!Array.isArray(needs)) throw new Error('a route does not say what it needs');
  if (needs.length > 0) assertMayAny(actor, needs as Action[]);
}

/**
 * @throws DomainError unauthenticated `SESSION.REQUIRED`; invalid `SESSION.TWO_CREDENTIALS` where nobody could say for
 *   whom the request is
 */
export function credentialOf(
  request: ActingRequest,
  settings: Pick<Config, 'DUBAN_URL'>,
): { token: string; isCookie: boolean } {
  const bearer = bearerToken(request.headers.authorization);
  const cookie = sessionCookie(request, settings);
  if (cookie !== undefined && request.headers.authorization !== undefined) {
    throw invalid('SESSION.TWO_CREDENTIALS', 'Send the cookie or an Authorization header, not both.');
  }
  const token = bearer ?? cookie;
  if (!token) throw notSignedIn();
  return { token, isCookie: bearer === null };
}

const notSignedIn = (): DomainError =>
  new DomainError('unauthenticated', 'SESSION.REQUIRED', 'Sign in by POST /api/v1/sessions.');

export const bearerToken = (header: string | undefined): string | null =>
  /^Bearer ([A-Za-z0-9_-]{20,200})$/i.exec(header ?? '')?.[1] ?? null;
