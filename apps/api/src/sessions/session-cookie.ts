import type { SessionOrigin, SignedIn } from '@duban/directory';
import { forbidden } from '@duban/kernel';
import type { Config } from '@duban/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** The console's session: no script reads it, and no other site sends it along. */
export const SESSION_COOKIE = 'duban_session';
/** Marks the browser in which a sign-in by the provider was begun. */
const BROWSER_COOKIE = 'duban_browser';
/** What another site cannot send without being asked first. */
export const CSRF_HEADER = 'x-duban-request';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

type Settings = Pick<Config, 'DUBAN_URL'>;

/** The session's token, where the request has one in a cookie. */
export const sessionCookie = (request: FastifyRequest, settings: Settings): string | undefined =>
  request.cookies[named(SESSION_COOKIE, request, settings)];

export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  settings: Settings,
  given: SignedIn,
): void {
  void reply.setCookie(named(SESSION_COOKIE, request, settings), given.token, {
    ...attributes(request, settings, '/api'),
    expires: given.expiresAt,
  });
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply, settings: Settings): void {
  void reply.clearCookie(named(SESSION_COOKIE, request, settings), attributes(request, settings, '/api'));
}

/** The secret of the browser that comes back from the provider. */
export const browserCookie = (request: FastifyRequest, settings: Settings): string | undefined =>
  request.cookies[named(BROWSER_COOKIE, request, settings)];

/** A cookie that only the way back from the provider needs. */
export function setBrowserCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  settings: Settings,
  secret: string | null,
): void {
  const name = named(BROWSER_COOKIE, request, settings);
  const options = attributes(request, settings, '/api/v1/sessions/oidc');
  if (secret === null) void reply.clearCookie(name, options);
  else void reply.setCookie(name, secret, { ...options, maxAge: 600 });
}

const isByTls = (request: FastifyRequest, settings: Settings): boolean =>
  originOf(request, settings).startsWith('https:');

/**
 * With TLS under a name that browsers take from this very host by TLS alone: a neighbour on another host of the domain,
 * or somebody on the way without TLS, cannot put a cookie of theirs in its place. Without TLS they refuse such a name.
 */
const named = (name: string, request: FastifyRequest, settings: Settings): string =>
  isByTls(request, settings) ? `__Host-${name}` : name;

/** @param narrowest where it is needed; the name that belongs to the host is of all its paths */
const attributes = (request: FastifyRequest, settings: Settings, narrowest: string) => {
  const secure = isByTls(request, settings);
  return { httpOnly: true, sameSite: 'lax', secure, path: secure ? '/' : narrowest } as const;
};

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
