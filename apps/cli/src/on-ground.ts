import { createLog, loadConfig, NestLog } from '@duban/platform';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Ground, GroundModule } from '../../api/src/ground.module';
import { openGround } from '../../api/src/open-ground';

/** For a command that does one thing in the database named by DATABASE_URL, and ends. */
export async function onGround<T>(work: (app: INestApplicationContext, ground: Ground) => Promise<T>): Promise<T> {
  const ground = await openGround(loadConfig(process.env));
  const app = await NestFactory.createApplicationContext(GroundModule.forRoot(ground), {
    logger: new NestLog(createLog('error')),
    abortOnError: false,
  });
  try {
    return await work(app, ground);
  } finally {
    await app.close();
  }
}
