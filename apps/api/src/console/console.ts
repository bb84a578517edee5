import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from '@duban/platform';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** They stand in the page: where the nonce of each answer goes, and whether an identity provider is set up. */
const NONCE = '__NONCE__';
const PROVIDER = '__PROVIDER__';
/** First parts of addresses within the console. An address of the api that fits no route is answered as it always was. */
const NOT_THE_API = '^(?!(?:api|assets)$).+$';
const A_YEAR_SECONDS = 365 * 24 * 60 * 60;

/**
 * Scripts are our own files; styles carry the nonce of this very answer, by which the page's own library may set them,
 * and whatever was smuggled into a text may not.
 */
const policyWith = (nonce: string): string =>
  [
    `default-src 'self'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `img-src 'self' data: blob:`,
    `font-src 'self' data:`,
    `connect-src 'self'`,
    `worker-src 'self'`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ');

/**
 * Serves the console (控制台): its page at every address that is not the api's, so that an address within it can be kept
 * and passed on, and the files it is made of. Where it has not been built, `/` leads to the page on which the api is tried.
 *
 * @param folder where the built console is
 */
export async function serveConsole(
  fastify: FastifyInstance,
  { OIDC_ISSUER }: Pick<Config, 'OIDC_ISSUER'>,
  folder = builtConsole(),
): Promise<void> {
  const file = join(folder, 'index.html');
  if (!existsSync(file)) {
    fastify.get('/', (_request, reply) => reply.redirect('/api/docs', 302));
    return;
  }
  await fastify.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    preCompressed: true,
    index: false,
    // A file's name tells its contents.
    immutable: true,
    maxAge: A_YEAR_SECONDS * 1000,
  });
  fastify.get('/icon.svg', async (_request, reply) => {
    const icon = await readFile(join(folder, 'icon.svg'));
    return reply.type('image/svg+xml').header('cache-control', 'max-age=86400').send(icon);
  });
  for (const address of ['/', `/:page(${NOT_THE_API})`, `/:page(${NOT_THE_API})/*`]) {
    fastify.get(address, async (request, reply) => {
      if (!(request.headers.accept ?? '').includes('text/html')) return reply.callNotFound();
      // Read anew: a build beside a process that runs has other files.
      const page = await readFile(file, 'utf8');
      return sendPage(reply, page.replace(PROVIDER, OIDC_ISSUER === undefined ? 'no' : 'yes'));
    });
  }
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', policyWith(nonce))
    .header('cache-control', 'no-store')
    .send(page.replaceAll(NONCE, nonce));
}

/** Beside the built api, and where the tests run the sources, in the same place. */
function builtConsole(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'dist/console');
}
