import { isContended, isDatabaseAway } from '@duban/database';
import { DomainError, type ErrorKind } from '@duban/kernel';
import { type Logger } from '@duban/platform';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { QueryFailedError } from 'typeorm';
import type { ActingRequest } from './requests';

/** An answer to a request that was refused or failed: RFC 9457, with a stable `code`. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail: string;
  instance: string;
  requestId: string;
  [detail: string]: unknown;
}

const STATUS: Readonly<Record<ErrorKind, number>> = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  throttled: 429,
  unavailable: 503,
};

/** Codes of requests that nobody could make sense of; other invalid ones are well formed and mean something wrong. */
const MALFORMED: Readonly<Record<string, number>> = {
  'REQUEST.INVALID': 400,
  'REQUEST.NOT_UTF8': 400,
  'REQUEST.BAD_CURSOR': 400,
  'REQUEST.BAD_FORM': 400,
  'REQUEST.NO_FILE': 400,
  'REQUEST.UNKNOWN_FIELD': 400,
  'SESSION.TWO_CREDENTIALS': 400,
  'OIDC.LOGOUT_TOKEN_WRONG': 400,
  'REQUEST.NOT_MULTIPART': 415,
  'EVIDENCE.TOO_LARGE': 413,
  'IDEMPOTENCY.BAD_KEY': 400,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is not well formed',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'Not acceptable',
  408: 'The request took too long',
  409: 'In conflict with the present state',
  413: 'Too large',
  414: 'The address is too long',
  415: 'Unsupported media type',
  422: 'Not acceptable as it stands',
  429: 'Too many requests',
  500: 'Internal error',
  503: 'Not available just now',
};

/** Fastify refuses some requests before any of our code sees them. */
const FASTIFY_CODES: Readonly<Record<string, [code: string, detail: string]>> = {
  FST_ERR_BAD_URL: ['REQUEST.BAD_ADDRESS', 'The address is not well encoded.'],
  FST_ERR_MAX_PARAM_LENGTH: ['REQUEST.BAD_ADDRESS', 'A part of the address is longer than any id.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['REQUEST.TOO_LARGE', 'The body is larger than 1 MiB.'],
  FST_REQ_FILE_TOO_LARGE: ['REQUEST.TOO_LARGE', 'The file is larger than 20 MiB.'],
  FST_FILES_LIMIT: ['REQUEST.TOO_MANY_FILES', 'Send one file, in the field "file".'],
  FST_FIELDS_LIMIT: ['REQUEST.TOO_MANY_FIELDS', 'The form has too many fields.'],
  FST_PARTS_LIMIT: ['REQUEST.TOO_MANY_FIELDS', 'The form has too many parts.'],
  FST_PROTO_VIOLATION: ['REQUEST.UNKNOWN_FIELD', 'The form has a field of a name that is not allowed.'],
  FST_MP_PREMATURE_CLOSE: ['REQUEST.BAD_FORM', 'The form was cut off.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['REQUEST.UNSUPPORTED_MEDIA_TYPE', 'Send JSON (application/json).'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['REQUEST.NOT_JSON', 'The body is empty; send JSON.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['REQUEST.NOT_JSON', 'The body is not valid JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['REQUEST.BAD_LENGTH', 'The body is not as long as its Content-Length.'],
};

/** Text that Postgres cannot hold: a NUL character, or half a surrogate pair. */
const UNSTORABLE = new Set(['22021', '22P05']);
const INSUFFICIENT_PRIVILEGE = '42501';

/** The one place where errors become answers. What nobody foresaw is logged and tells the caller nothing but its id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { status, code, detail, ...rest } = this.describe(error, request);
    const problem: Problem = {
      ...rest,
      type: 'about:blank',
      title: TITLES[status] ?? 'Error',
      status,
      code,
      detail,
      instance: request.url.split('?')[0]!,
      requestId: request.id,
    };
    // What we refuse ourselves, under load many times a second, needs no trace of where we did.
    if (status >= 500 && error instanceof DomainError) this.log.warn({ reqId: request.id, code }, 'request not served');
    else if (status >= 500) this.log.error({ reqId: request.id, code, err: error }, 'request failed');
    else this.log.info({ reqId: request.id, code, status, person: personOf(request) }, 'request refused');
    if (status === 503) void reply.header('retry-after', '5');
    const wait = rest['retryAfterSeconds'];
    if (status === 429) void reply.header('retry-after', typeof wait === 'number' ? String(wait) : '300');
    if (status === 401) void reply.header('www-authenticate', 'Bearer');
    void reply.status(status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem));
  }

  private describe(
    error: unknown,
    request: FastifyRequest,
  ): { status: number; code: string; detail: string; [detail: string]: unknown } {
    if (error instanceof DomainError) {
      const status = MALFORMED[error.code] ?? STATUS[error.kind];
      return { ...error.details, status, code: error.code, detail: error.message };
    }
    // Nest wraps what Fastify refuses.
    const fastify = (error instanceof HttpException && error.cause ? error.cause : error) as {
      code?: string;
      statusCode?: number;
      message?: string;
    };
    const known = FASTIFY_CODES[fastify.code ?? ''];
    if (known) return { status: fastify.statusCode ?? 400, code: known[0], detail: known[1] };
    if (error instanceof HttpException) {
      const status = error.getStatus();
      return status === 404
        ? {
            status,
            code: 'REQUEST.NO_SUCH_ROUTE',
            detail: `There is no ${request.method} ${request.url.split('?')[0]}.`,
          }
        : { status, code: 'REQUEST.REFUSED', detail: error.message };
    }
    if (error instanceof QueryFailedError) {
      const sqlState = (error.driverError as { code?: string }).code ?? '';
      if (UNSTORABLE.has(sqlState)) {
        return { status: 400, code: 'REQUEST.INVALID', detail: 'The text holds a character that cannot be stored.' };
      }
      if (sqlState === INSUFFICIENT_PRIVILEGE) {
        // The second line held, so the first one let something through that it should not have.
        this.log.error({ reqId: request.id, err: error }, 'the database refused what no guard had');
        return { status: 403, code: 'RIGHTS.NOT_ALLOWED', detail: 'Your post may not do this.' };
      }
    }
    if (isDatabaseAway(error)) {
      return { status: 503, code: 'SERVICE.DATABASE_AWAY', detail: 'The database does not answer; try again.' };
    }
    if (isContended(error)) {
      return { status: 503, code: 'SERVICE.OVERLOADED', detail: 'Others are changing the same just now; try again.' };
    }
    if (fastify.statusCode !== undefined && fastify.statusCode >= 400 && fastify.statusCode < 500) {
      return { status: fastify.statusCode, code: 'REQUEST.REFUSED', detail: fastify.message ?? 'Refused.' };
    }
    return {
      status: 500,
      code: 'SERVICE.INTERNAL',
      detail:
        'Something went wrong that was not foreseen; nothing was changed. The office can find it by the request id.',
    };
  }
}

/** Whose request it is, by id, where that is known. */
const personOf = (request: ActingRequest): string | undefined => request.actor?.personId ?? undefined;
