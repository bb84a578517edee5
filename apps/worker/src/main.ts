import { createLog, loadConfig, NestLog } from '@duban/platform';
import { NestFactory } from '@nestjs/core';
import { openGround } from '../../api/src/open-ground';
import { WorkerModule } from './worker.module';

/** A worker of the server size. On SIGTERM it takes no more jobs and finishes those in flight, and ends with 0. */
async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const log = createLog(config.LOG_LEVEL);
  const ground = await openGround(config);
  const app = await NestFactory.createApplicationContext(WorkerModule.forRoot(ground), {
    logger: new NestLog(log),
    abortOnError: false,
  });
  app.enableShutdownHooks(['SIGINT', 'SIGTERM'], { useProcessExit: true });
  log.info('duban worker is ready');
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
