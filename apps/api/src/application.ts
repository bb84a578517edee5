import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { DemonstrationClock, Transactor } from '@duban/database';
import { DomainError } from '@duban/kernel';
import { type Logger, NestLog } from '@duban/platform';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import multipart from '@fastify/multipart';
import { type DynamicModule, type Type } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  errorCodes,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { serveConsole } from './console/console';
import { describeApi } from './openapi';
import { admitWithinLimits } from './limits/admission';
import { CLIENT_LIMITS, type ClientLimits, cutOffSlowReaders } from './limits/slow-clients';
import { Metrics } from './operations/metrics';
import { ProblemFilter } from './problem.filter';
import { type Route, routesOf } from './routes';
import { MAX_FILE_BYTES } from './uploads';
import type { Ground } from './ground.module';

const MAX_BODY_BYTES = 1024 * 1024;
/** For which a browser that came by TLS comes by TLS alone. */
const YEAR_SECONDS = 31_536_000;
/** A request has a connection to the database for a part of its time only. */
const REQUESTS_A_CONNECTION = 4;
/** They answer without the database, or say that it is away. */
const PROBES = new Set(['/healthz', '/readyz']);
const FORM = 'application/x-www-form-urlencoded';
const LOGOUT_ROUTE = '/api/v1/sessions/oidc/back-channel-logout';
const GIVEN_REQUEST_ID = /^[\w.:-]{1,100}$/;

/** A Nest application that serves the api, not yet listening. `module` holds the ApiModule, and more where wanted. */
export async function createApi(
  module: DynamicModule,
  ground: Ground,
  log: Logger,
  clients: ClientLimits = CLIENT_LIMITS,
): Promise<NestFastifyApplication> {
  const problems = new ProblemFilter(log);
  const adapter = new FastifyAdapter({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: clients.requestMs,
    http: { headersTimeout: clients.headersMs, connectionsCheckingInterval: clients.lookedAtMs },
    // Whose address counts failed sign-ins, and whether the browser came by TLS, is said by a trusted proxy only.
    trustProxy: ground.config.DUBAN_TRUSTED_PROXIES ?? false,
    // A proxy's id is taken over, so that its log and our history tell of the same request.
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && GIVEN_REQUEST_ID.test(given) ? given : randomUUID();
    },
    // An address that cannot be read comes to no route, and past no hook.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
      problems.answer(error, request, reply);
    },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLog(log),
    abortOnError: false,
    bodyParser: false,
  });
  takeNothingButJson(adapter.getInstance());
  cutOffSlowReaders(adapter.getInstance(), clients);
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: [`'self'`],
        scriptSrc: [`'self'`],
        // The page on which the api is tried sets styles on its elements.
        styleSrc: [`'self'`, `'unsafe-inline'`],
        imgSrc: [`'self'`, 'data:'],
        fontSrc: [`'self'`, 'data:'],
        objectSrc: [`'none'`],
        frameAncestors: [`'none'`],
        upgradeInsecureRequests: null,
      },
    },
    // Inside an office's network there may be no TLS.
    strictTransportSecurity: ground.config.DUBAN_URL?.startsWith('https:') === true && { maxAge: YEAR_SECONDS },
    xFrameOptions: { action: 'deny' },
  });
  await app.register(multipart, { limits: { fileSize: MAX_FILE_BYTES, files: 1, fields: 10, parts: 11 } });
  app.setGlobalPrefix('api/v1', { exclude: ['healthz', 'readyz', 'metrics'] });
  app.useGlobalFilters(problems);
  describeApi(app, allRoutes(app));
  await serveConsole(adapter.getInstance(), ground.config);
  observeRequests(app, log);
  const { DUBAN_REQUESTS_AT_ONCE, DATABASE_CONNECTIONS } = ground.config;
  admitWithinLimits(adapter.getInstance(), DUBAN_REQUESTS_AT_ONCE ?? DATABASE_CONNECTIONS * REQUESTS_A_CONNECTION);
  letGoAtTheEnd(app.getHttpAdapter().getInstance());
  if (ground.clock instanceof DemonstrationClock) followClock(app, ground.clock);
  return app;
}

/** @throws Error where a route does not say who may call it: then nothing is served at all */
function allRoutes(app: NestFastifyApplication): Route[] {
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = modules.flatMap((one) => [...one.controllers.values()].map(({ metatype }) => metatype));
  return routesOf(controllers as Type[]);
}

/**
 * Neither forms of pages nor plain text, which other sites may send; and no text in another encoding, garbled. One route
 * takes a form, that of the provider itself.
 */
function takeNothingButJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (!isUtf8(body as Buffer)) done(new DomainError('invalid', 'REQUEST.NOT_UTF8', 'The body is not UTF-8.'));
    else void parse(request, String(body), done);
  });
  fastify.addContentTypeParser(FORM, { parseAs: 'string', bodyLimit: 64 * 1024 }, (request, body, done) => {
    if (request.routeOptions.url === LOGOUT_ROUTE) done(null, new URLSearchParams(String(body)));
    else done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(FORM));
  });
}

/** Every answer carries its request's id, is measured and leaves a line in the log. */
function observeRequests(app: NestFastifyApplication, log: Logger): void {
  const metrics = app.get(Metrics);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    // What people see is kept neither by browsers nor by what stands between; a route may say otherwise.
    if (request.url.startsWith('/api/v1/')) void reply.header('cache-control', 'no-store');
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.observe(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    const ms = Math.round(reply.elapsedTime);
    log.info({ reqId: request.id, method: request.method, route, status: reply.statusCode, ms }, 'request');
  });
}

/** A client that keeps its connection would keep the process from ending: the last answer closes it. */
function letGoAtTheEnd(fastify: FastifyInstance): void {
  let isClosing = false;
  fastify.addHook('preClose', async () => {
    isClosing = true;
  });
  fastify.addHook('onSend', async (_request, reply) => {
    if (isClosing) void reply.header('connection', 'close');
  });
}

/** Another process may have moved the demonstration's clock since the last request. */
function followClock(app: NestFastifyApplication, clock: DemonstrationClock): void {
  const transactor = app.get(Transactor);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request) => {
      if (PROBES.has(request.url)) return;
      await transactor.run((tx) => clock.refresh(tx)).catch(() => undefined);
    });
}
