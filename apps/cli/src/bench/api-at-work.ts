import { SteppedClock } from '@duban/kernel';
import { type Config, createLog, loadConfig } from '@duban/platform';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from '../../../api/src/api.module';
import { createApi } from '../../../api/src/application';
import { MORNING } from './invented-duties';

export const PASSWORD = 'bench-password';

/** All accounts of what is imported with it have one password, and each asks as often as it can. */
export const benchConfig = (settings: Record<string, string> = {}): Config =>
  loadConfig({
    DUBAN_DEMO_PASSWORD: PASSWORD,
    DUBAN_SECRET: 's'.repeat(32),
    DUBAN_ADDRESS_PER_MINUTE: '0',
    DUBAN_PERSON_PER_MINUTE: '0',
    DUBAN_COSTLY_PER_MINUTE: '0',
    ...settings,
  });

/** The api as a process of the server size has it, on a Tuesday morning, with a log that is written nowhere. */
export function openApi(databaseUrl: string, config: Config): Promise<NestFastifyApplication> {
  const ground = { config, clock: new SteppedClock(MORNING), databaseUrl };
  return createApi(ApiModule.forRoot(ground), ground, createLog('fatal'));
}

/** Opens the api for some work without a port, and closes it. */
export async function withApi<T>(
  url: string,
  config: Config,
  work: (app: NestFastifyApplication) => Promise<T>,
): Promise<T> {
  const app = await openApi(url, config);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  try {
    return await work(app);
  } finally {
    await app.close();
  }
}

/** @returns the token of a new session */
export async function signIn(app: NestFastifyApplication, username: string): Promise<string> {
  const content = { username, password: PASSWORD };
  const { token } = await ask<{ token: string }>(app, 'POST', '/api/v1/sessions', null, content);
  return token;
}

/** Asks without a connection. @throws Error for an answer that is none of what was asked for */
export async function ask<T>(
  app: NestFastifyApplication,
  method: 'GET' | 'POST',
  url: string,
  token: string | null,
  content?: object,
): Promise<T> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const answer = await app.inject({ method, url, headers, ...(content && { payload: content }) });
  if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.statusCode} ${answer.body}`);
  return answer.json();
}
