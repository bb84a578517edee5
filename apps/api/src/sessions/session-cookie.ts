import type { SessionOrigin, SignedIn } from '@duban/directory';
import { forbidden } from '@duban/kernel';
import type { Config } from '@duban/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The console's session: no script reads it, and no other site sends it along. */
export const SESSION_COOKIE = 'duban_session';
/** Marks the browser in which a sign-in by the provider was begun. */
export const BROWSER_COOKIE = 'duban_browser';
/** What another site cannot send without being asked first. */
export const CSRF_HEADER = 'x-duban-request';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

type Settings = Pick<Config, 'DUBAN_URL'>;

/** @param isLasting whether it stays as long as the session may; else the browser forgets it when it is closed */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  settings: Settings,
  given: SignedIn,
): void {
  void reply.setCookie(SESSION_COOKIE, given.token, {
    ...attributes(request, settings),
    path: '/api',
    expires: given.expiresAt,
  });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply, settings: Settings): void {
  void reply.clearCookie(SESSION_COOKIE, { ...attributes(request, settings), path: '/api' });
}

/** A cookie that only the way back from the provider reads. */
export function setBrowserCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  settings: Settings,
  secret: string | null,
): void {
  const options = { ...attributes(request, settings), path: '/api/v1/sessions/oidc' };
  if (secret === null) void reply.clearCookie(BROWSER_COOKIE, options);
  else void reply.setCookie(BROWSER_COOKIE, secret, { ...options, maxAge: 600 });
}

const attributes = (request: FastifyRequest, settings: Settings) =>
  ({ httpOnly: true, sameSite: 'lax', secure: originOf(request, settings).startsWith('https:') }) as const;

/**
 * A browser sends the cookie whoever wrote the page: what changes something must come from a page of ours. It carries a
 * header that other sites cannot set, and the origin, where the browser tells it, is ours.
 *
 * @throws DomainError forbidden `CSRF.HEADER_MISSING`, `CSRF.FOREIGN_ORIGIN`
 */
export function assertOwnPage(request: FastifyRequest, settings: Settings): void {
  if (SAFE.has(request.method)) return;
  assertOwnOrigin(request, settings);
  if (request.headers[CSRF_HEADER] === undefined) {
    throw forbidden(
      'CSRF.HEADER_MISSING',
      `With a cookie, what changes something needs the header ${CSRF_HEADER}: 1.`,
      {
        header: CSRF_HEADER,
      },
    );
  }
}

/** @throws DomainError forbidden `CSRF.FOREIGN_ORIGIN` */
export function assertOwnOrigin(request: FastifyRequest, settings: Settings): void {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  const isForeign = origin !== undefined && origin !== originOf(request, settings);
  if (isForeign || (site !== undefined && site !== 'same-origin' && site !== 'none')) {
    throw forbidden('CSRF.FOREIGN_ORIGIN', 'The request comes from a page of another site.');
  }
}

const originOf = (request: FastifyRequest, { DUBAN_URL }: Settings): string =>
  DUBAN_URL ?? `${request.protocol}://${request.host}`;

/** Whence a sign-in comes, to be shown to whose it is. */
export const comingFrom = (request: FastifyRequest, kind: SessionOrigin['kind']): SessionOrigin => {
  const agent = request.headers['user-agent'];
  // Postgres holds no NUL; the rest of a header is printable already.
  return { kind, address: request.ip, device: typeof agent === 'string' ? agent.replaceAll('\0', '') : null };
};
