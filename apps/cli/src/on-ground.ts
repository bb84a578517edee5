import { createLog, loadConfig, NestLog } from '@duban/platform';
import { type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Ground, GroundModule } from '../../api/src/ground.module';
import { openGround } from '../../api/src/open-ground';

@Module({})
class CommandModule {}

/**
 * For a command that does one thing in the database named by DATABASE_URL, and ends.
 * @param modules what it needs beside the ground
 */
export async function onGround<T>(
  work: (app: INestApplicationContext, ground: Ground) => Promise<T>,
  modules: Type[] = [],
): Promise<T> {
  const ground = await openGround(loadConfig(process.env));
  const root = { module: CommandModule, imports: [GroundModule.forRoot(ground), ...modules] };
  const app = await NestFactory.createApplicationContext(root, {
    logger: new NestLog(createLog('error')),
    abortOnError: false,
  });
  try {
    return await work(app, ground);
  } finally {
    await app.close();
  }
}
