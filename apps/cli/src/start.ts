import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { type Config, createLog, type EmbeddedPostgres, loadConfig, startEmbeddedPostgres } from '@duban/platform';
import type { INestApplicationContext } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { ApiModule } from '../../api/src/api.module';
import { createApi } from '../../api/src/application';
import type { Ground } from '../../api/src/ground.module';
import { openGround } from '../../api/src/open-ground';
import { WorkerModule } from '../../worker/src/worker.module';
import { playOnce } from './demonstration/play-once';
import { playSample } from './demonstration/player';

/** Ctrl-C reaches us twice where npm started us, from the terminal and from npm: that is one wish. */
const SAME_SIGNAL_MS = 1_000;

/** The whole of duban in one process. */
@Module({})
class EmbeddedModule {}

/** What has been opened so far, to be closed in the opposite order. */
class Running {
  private readonly closers: (() => Promise<void>)[] = [];
  private closing: Promise<void> | undefined;

  add(close: () => Promise<void>): void {
    this.closers.unshift(close);
  }

  close(): Promise<void> {
    this.closing ??= (async () => {
      for (const close of this.closers) await close();
    })();
    return this.closing;
  }
}

/**
 * `npm start`: brings up the database, the api and the workers in this process, and on the first start plays the
 * sample's year. Resolves when it is ready; ends by SIGINT or SIGTERM.
 * @throws Error with one plain sentence that says what to do
 */
export async function start({ isEmpty }: { isEmpty: boolean }): Promise<void> {
  const given = loadConfig(process.env);
  const home = resolve(given.DUBAN_HOME);
  const running = new Running();
  stopOnSignals(running);
  try {
    await assertPortFree(given);
    prepareHome(home);
    const databaseUrl = given.DATABASE_URL ?? (await startDatabase(home, running));
    const config = {
      ...given,
      DUBAN_DEMO_PASSWORD:
        given.DUBAN_DEMO_PASSWORD ?? kept(home, 'demo-password', () => randomBytes(9).toString('base64url')),
      DUBAN_SECRET: given.DUBAN_SECRET ?? kept(home, 'secret', () => randomBytes(32).toString('base64url')),
      DUBAN_SIGNING_KEY: given.DUBAN_SIGNING_KEY ?? kept(home, 'signing-key.pem', signingKey),
    };
    const log = createLog(config.LOG_LEVEL, join(home, 'duban.log'));
    const ground = await playOnce(
      databaseUrl,
      () => openGround(config, databaseUrl),
      isEmpty ? null : (opened) => playSample(opened, log, say),
      say,
    );
    const url = await serve(ground, log, running);
    tell(url, config, home);
  } catch (error) {
    await running.close();
    throw error;
  }
}

async function startDatabase(home: string, running: Running): Promise<string> {
  say('starting the database');
  const postgres: EmbeddedPostgres = await startEmbeddedPostgres({ home });
  running.add(() => postgres.stop());
  return postgres.url;
}

async function serve(ground: Ground, log: ReturnType<typeof createLog>, running: Running): Promise<string> {
  const module = { module: EmbeddedModule, imports: [ApiModule.forRoot(ground), WorkerModule.beside()] };
  const app = await createApi(module, ground, log);
  running.add(() => closeApplication(app));
  const { config } = ground;
  // Free a moment ago, and maybe not any more.
  await app.listen(config.PORT, config.HOST).catch((error: unknown) => Promise.reject(cannotListen(config, error)));
  return app.getUrl();
}

const closeApplication = (app: INestApplicationContext): Promise<void> => app.close();

/** Once is enough for a clean end; a second signal ends at once, and the database with its parent. */
function stopOnSignals(running: Running): void {
  let since: number | undefined;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.on(signal, () => {
      if (since !== undefined) {
        if (performance.now() - since > SAME_SIGNAL_MS) process.exit(code);
        return;
      }
      since = performance.now();
      void running.close().then(
        () => process.exit(0),
        (error: unknown) => {
          process.stderr.write(`${String(error)}\n`);
          process.exit(1);
        },
      );
    });
  }
}

/** Asked before anything is started, so that a busy port costs nobody a minute. */
async function assertPortFree(config: Config): Promise<void> {
  await new Promise<void>((done, fail) => {
    const probe = createServer();
    probe.once('error', (error) => fail(cannotListen(config, error)));
    probe.listen(config.PORT, config.HOST, () => probe.close(() => done()));
  });
}

function cannotListen({ PORT, HOST }: Config, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new Error(`Port ${PORT} is in use: set PORT to another one, or to 0 for any free one.`);
  if (code === 'EACCES')
    return new Error(`Port ${PORT} is not for every user: set PORT to one above 1023, or to 0 for any free one.`);
  return new Error(`Nobody can listen on ${HOST} (${code ?? message}): set HOST to an address of this machine.`);
}

/** Also for a start with a database of its own, which keeps its password and its log there. */
function prepareHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true });
    accessSync(home, constants.W_OK);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`${home} cannot be written (${message}): make it writable, or set DUBAN_HOME to another folder.`, {
      cause: error,
    });
  }
}

/** The secret of the first start, or a new one, which is kept for the next. */
function kept(home: string, name: string, make: () => string): string {
  const file = join(home, name);
  if (!existsSync(file)) writeFileSync(file, make(), { mode: 0o600 });
  return readFileSync(file, 'utf8').trim();
}

const signingKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function tell(url: string, config: Config, home: string): void {
  const password = config.DUBAN_DEMO_PASSWORD!;
  say(`
Accounts, all with the password ${password}
  office   head of the supervision office (督查室主任)     officer  its staff
  leader   a leader in charge (分管领导)                   auditor  reads everything, changes nothing
  admin    imports units, makes accounts, sets passwords and mail addresses (系统管理员)
  security gives posts, unlocks, sets the sign-in policy (安全管理员)
  <unit code>.contact, <unit code>.head   of each unit, such as LD01.contact

Try
  TOKEN=$(curl -s ${url}/api/v1/sessions -H 'content-type: application/json' -d '{"username":"office","password":"${password}"}' | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')
  curl -s ${url}/api/v1/dashboard -H "authorization: Bearer $TOKEN"
  curl -s '${url}/api/v1/notices?colour=red' -H "authorization: Bearer $TOKEN"

Console: ${url}    The API to try on a page: ${url}/api/docs    Log: ${join(home, 'duban.log')}    Stop: Ctrl-C
duban ready ${url}`);
}
