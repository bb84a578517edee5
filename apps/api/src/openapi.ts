import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { cleanupOpenApiDoc } from 'nestjs-zod';
import { POST_HEADER } from './requests';
import type { Route } from './routes';
import { CSRF_HEADER, SESSION_COOKIE } from './sessions/session-cookie';

const PROBLEM_SCHEMA = {
  type: 'object' as const,
  description: 'RFC 9457. `code` is stable; `faults` names each fault with its place, where there are several.',
  required: ['type', 'title', 'status', 'code', 'detail', 'instance', 'requestId'],
  properties: {
    type: { type: 'string' as const },
    title: { type: 'string' as const },
    status: { type: 'integer' as const },
    code: { type: 'string' as const, example: 'ASSIGNMENT.EVENT_NOT_ALLOWED' },
    detail: { type: 'string' as const },
    instance: { type: 'string' as const },
    requestId: { type: 'string' as const },
    faults: {
      type: 'array' as const,
      items: {
        type: 'object' as const,
        required: ['code', 'message'],
        properties: {
          code: { type: 'string' as const },
          message: { type: 'string' as const },
          field: { type: 'string' as const },
          line: { type: 'integer' as const },
          sheet: { type: 'string' as const },
          row: { type: 'integer' as const },
          column: { type: 'string' as const, description: 'Its letter and its head.', example: 'B 名称' },
        },
      },
    },
  },
};

/** `GET /api/openapi.json` and, to try it on, the page `GET /api/docs`. */
export function describeApi(app: NestFastifyApplication, routes: readonly Route[]): void {
  const config = new DocumentBuilder()
    .setTitle('duban 督办')
    .setDescription(
      'Supervises the tasks that a government hands to its departments until each is done and verified. ' +
        'Errors are RFC 9457 problem details with a stable code. Lists give `next`, an opaque cursor. ' +
        'Writes take an `Idempotency-Key`; a repeated request gets the first answer for two days. ' +
        `Whoever has several posts chooses one by the header \`${POST_HEADER}\`. ` +
        `With the session’s cookie in place of a bearer token, writes carry the header \`${CSRF_HEADER}: 1\`.`,
    )
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth()
    .addCookieAuth(SESSION_COOKIE, {
      type: 'apiKey',
      in: 'cookie',
      description: `By TLS its name is \`__Host-${SESSION_COOKIE}\`.`,
    })
    .addSecurityRequirements('bearer')
    .addSecurityRequirements('cookie')
    .build();
  SwaggerModule.setup('api/docs', app, () => describe(app, config, routes), {
    jsonDocumentUrl: '/api/openapi.json',
    swaggerOptions: { persistAuthorization: true },
  });
}

/** Signing in makes another session each time, and secrets are not kept; the rest does nothing twice by itself. */
const KEYLESS =
  /^\/api\/v1\/(sessions|password-resets|second-factor|api-tokens|clock|persons|evidence\/\{id\}\/links|destinations(\/\{id\}\/keys)?$)/;

function describe(
  app: NestFastifyApplication,
  config: Omit<OpenAPIObject, 'paths'>,
  routes: readonly Route[],
): OpenAPIObject {
  const needsOf = new Map(routes.map(({ method, path, needs }) => [`${method} /api/v1${path}`, needs]));
  const document = cleanupOpenApiDoc(withNullables(SwaggerModule.createDocument(app, config)));
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: PROBLEM_SCHEMA },
  };
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods as Record<string, Operation>)) {
      operation.responses.default = {
        description: 'A problem',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      };
      if (method !== 'get' && !KEYLESS.test(path)) (operation.parameters ??= []).push(IDEMPOTENCY_KEY);
      const needs = needsOf.get(`${method.toUpperCase()} ${path}`);
      if (needs === null) operation.security = [];
      else (operation.parameters ??= []).push(POST);
      if (needs && needs.length > 0) {
        operation.description = [
          operation.description,
          `Needs the right ${needs.map((one) => `\`${one}\``).join(' or ')}.`,
        ]
          .filter(Boolean)
          .join(' ');
      }
    }
  }
  return document;
}

/**
 * A field that is null or a plain number, text or truth value (`type: ['number', 'null']`) is taken for a list of lists by
 * Nest, which writes a list of numbers. Those that Zod has left without one type are such fields.
 */
function withNullables(document: OpenAPIObject): OpenAPIObject {
  const schemas = Object.values(document.components?.schemas ?? {}) as { properties?: Record<string, Described> }[];
  for (const { properties = {} } of schemas) {
    for (const [name, { type, items, ...rest }] of Object.entries(properties)) {
      if (type !== 'array' || rest['x-nestjs_zod-empty-type'] !== true) continue;
      properties[name] = { ...rest, type: [items!.type as string, 'null'] };
    }
  }
  return document;
}

interface Described {
  type?: string | string[];
  items?: Described;
  [more: string]: unknown;
}

interface Operation {
  description?: string;
  parameters?: unknown[];
  responses: Record<string, unknown>;
  security?: unknown[];
}

const POST = {
  name: POST_HEADER,
  in: 'header',
  required: false,
  description:
    'The id of the post in which the request is made: one that the sender holds today, or in which they stand in for its ' +
    'holder (代行), see `posts` of GET /api/v1/sessions/current. Without it, the first that they hold.',
  schema: { type: 'string', format: 'uuid' },
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key and request again gives the first answer and does nothing twice.',
  schema: { type: 'string', maxLength: 200 },
};
